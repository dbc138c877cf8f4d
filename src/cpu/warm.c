/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Translations for processes that are still to be forked. Programs that run one after the other
 * have code in common: the C library, the dynamic linker, or all of it. Processes note in shared
 * memory which pages they executed and where blocks begin in them. What two of them have executed a
 * process that forks others translates, so that those forked later have it from the start.
 *
 * A note is no more than a hint, for whoever wrote it may be hostile: the translation is made anew,
 * of the bytes that the note shows, and it counts only in a process in which the same bytes lie at
 * the same place: kept_open(). */
#include "cpu/warm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/engine.h"
#include "cpu/kept.h"
#include "cpu/unicorn_traps.h"
#include "host/host.h"
#include "host/image.h"

#define NOTED_PAGES 2048
#define PAGE_BLOCKS 384	  /* of one page */
#define WARM_BLOCKS 65536 /* that are translated ahead; a quarter of the engine's buffer */

struct noted_block {
	u16 offset;
	u8 compat;
	u8 runs; /* how often it has been translated, up to 2 */
};

struct noted_page {
	guest_addr va;
	u32 nr_blocks;
	struct noted_block block[PAGE_BLOCKS];
	u8 content[PAGE_SIZE];
};

/* Shared by all processes of a run. */
static struct notes {
	u32 nr_pages;
	u32 common;		    /* how many blocks have been translated more than once... */
	u16 common_of[NOTED_PAGES]; /* ... of each page */
	u64 phys[NOTED_PAGES];	    /* of each page, once the rest of it is there */
	struct noted_page page[NOTED_PAGES];
} * notes;

static bool noting;

static struct {
	u32 common;
	u16 of_page[NOTED_PAGES];
	u32 blocks;
} learned; /* what of the notes this process has looked at */

static struct {
	u64 phys;
	guest_addr va;
	bool on;
} ahead; /* the page that is being translated ahead */

/* ---- In the process that executes ---- */

static struct noted_page *add_page(guest_addr va, u64 phys)
{
	u32 n = __atomic_fetch_add(&notes->nr_pages, 1, __ATOMIC_RELAXED);
	struct noted_page *p = &notes->page[n];

	if (n >= NOTED_PAGES) {
		noting = false; /* as good as full */
		return NULL;
	}
	p->va = va;
	memcpy(p->content, eng.arena + phys, PAGE_SIZE);
	__atomic_store_n(&notes->phys[n], phys, __ATOMIC_RELEASE);
	return p;
}

static struct noted_page *page_for(guest_addr va)
{
	static struct noted_page *last;
	struct cpu_xlate x;
	const u8 *content;
	u32 n = MIN(notes->nr_pages, NOTED_PAGES);

	if (!eng.ops->fill(va, CPU_EXEC, &x) || (x.prot & CPU_WRITE))
		return NULL;
	content = eng.arena + x.phys;
	if (last && last->va == va && memcmp(last->content, content, PAGE_SIZE) == 0)
		return last;
	for (u32 i = 0; i < n; i++) {
		if (__atomic_load_n(&notes->phys[i], __ATOMIC_ACQUIRE) != x.phys)
			continue;
		last = &notes->page[i];
		if (last->va == va && memcmp(last->content, content, PAGE_SIZE) == 0)
			return last;
	}
	return last = add_page(va, x.phys);
}

/* What two processes write at the same time may be lost: it is a hint. */
static void note_block(struct noted_page *p, u16 offset, bool compat)
{
	u32 n = MIN(p->nr_blocks, PAGE_BLOCKS);

	for (u32 i = 0; i < n; i++) {
		struct noted_block *b = &p->block[i];

		if (b->offset != offset || b->compat != compat)
			continue;
		if (b->runs == 1) {
			b->runs = 2;
			__atomic_add_fetch(&notes->common_of[p - notes->page], 1, __ATOMIC_RELAXED);
			__atomic_add_fetch(&notes->common, 1, __ATOMIC_RELAXED);
		}
		return;
	}
	n = __atomic_fetch_add(&p->nr_blocks, 1, __ATOMIC_RELAXED);
	if (n < PAGE_BLOCKS)
		p->block[n] = (struct noted_block){offset, compat, 1};
}

void warm_translated(const struct uc_x86_block *b)
{
	guest_addr page = b->pc & PAGE_MASK;
	u64 offset = b->pc & ~PAGE_MASK;
	struct cpu_xlate x, behind;
	struct noted_page *p;

	if (ahead.on || eng.boot || b->pc >= KERNEL_BASE)
		return;
	if (offset + b->size > PAGE_SIZE) {
		if (eng.ops->fill(page, CPU_EXEC, &x) &&
		    eng.ops->fill(page + PAGE_SIZE, CPU_EXEC, &behind))
			kept_crosses(x.phys, behind.phys);
		return;
	}
	if (!noting || b->cs_base || uc_x86_one_insn || eng.stepping)
		return;
	p = page_for(page);
	if (p)
		note_block(p, (u16)offset, (*uc_x86_cs & 0xffff) == USER32_CS);
}

/* ---- In the process that forks them ---- */

void cpu_warm_prepare(void)
{
	if (!notes) /* without them everything is translated where it is executed */
		notes = host_shared(sizeof(*notes));
}

void cpu_warm_start(void)
{
	if (!notes || noting)
		return;
	noting = true;
}

bool warm_fill(u64 vaddr, u64 *phys)
{
	/* Code that leads out of the page meets something, and is not kept. */
	*phys = vaddr == ahead.va ? ahead.phys : PHYS_LAND;
	return ahead.on;
}

/* uc_ctl_request_cache(), whose macro shifts into the sign of an int */
#define REQUEST_CACHE                                                                              \
	((uc_control_type)(UC_CTL_TB_REQUEST_CACHE | 2u << 26 | (u32)UC_CTL_IO_READ_WRITE << 30))

/* False: it is not what the note says. */
static bool translate(guest_addr pc)
{
	uc_tb block = {0};

	return uc_ctl(eng.uc, REQUEST_CACHE, pc, &block) == UC_ERR_OK && block.pc == pc &&
	       (pc & ~PAGE_MASK) + block.size <= PAGE_SIZE;
}

static bool translate_blocks(guest_addr va, u64 phys, const struct noted_page *p, bool compat)
{
	u32 n = MIN(p->nr_blocks, PAGE_BLOCKS);
	bool good = true;

	ahead.va = va;
	ahead.phys = phys;
	ahead.on = true;
	cpu_flush_all();
	for (u32 i = 0; good && i < n && learned.blocks < WARM_BLOCKS; i++) {
		struct noted_block b = p->block[i];

		if (b.compat != compat || b.runs < 2)
			continue;
		good = b.offset < PAGE_SIZE && translate(va + b.offset);
		learned.blocks++;
	}
	ahead.on = false;
	cpu_flush_all();
	return good;
}

/* Without a program of its own, the process may be in either mode. */
static bool translate_modes(guest_addr va, u64 phys, const struct noted_page *p, bool program)
{
	bool good = true;

	if (program)
		return translate_blocks(va, phys, p, (*uc_x86_cs & 0xffff) == USER32_CS);
	for (u32 compat = 0; compat < 2 && good; compat++) {
		cpu_reset(compat);
		good = translate_blocks(va, phys, p, compat);
	}
	return good;
}

/* Whether the process executes the page itself, and so has those bytes there. */
static bool is_own(guest_addr va, u64 phys, const u8 *content)
{
	struct cpu_xlate x;
	u8 page[PAGE_SIZE];

	return eng.ops->fill(va, CPU_EXEC, &x) && x.phys == phys && !(x.prot & CPU_WRITE) &&
	       !host_copy(page, eng.arena + phys, PAGE_SIZE) &&
	       memcmp(page, content, PAGE_SIZE) == 0;
}

static void learn_page(u64 phys, const struct noted_page *p, bool program)
{
	static u8 content[PAGE_SIZE]; /* others may still write to the note */
	guest_addr va = p->va;
	bool own, good;

	if ((phys | va) & ~PAGE_MASK || va >= KERNEL_BASE || phys < PHYS_LDT + LDT_SIZE ||
	    phys >= eng.arena_size)
		return;
	memcpy(content, p->content, PAGE_SIZE);
	own = program && is_own(va, phys, content);
	if (own)
		kept_open(va, phys);
	else if (!eng.ops->spare(va, phys) || !kept_expect(phys, code_hash(content)))
		return;
	else
		memcpy(eng.arena + phys, content, PAGE_SIZE);
	good = translate_modes(va, phys, p, program);
	if (!own)
		madvise(eng.arena + phys, PAGE_SIZE, MADV_DONTNEED);
	if (!good)
		cpu_invalidate_code(phys, PAGE_SIZE);
}

void cpu_warm_learn(bool program)
{
	u32 n;

	if (!notes || notes->common == learned.common || learned.blocks >= WARM_BLOCKS ||
	    eng.debugging || eng.stepping)
		return;
	learned.common = notes->common;
	kept_know();
	n = MIN(notes->nr_pages, NOTED_PAGES);
	for (u32 i = 0; i < n; i++) {
		u16 common = __atomic_load_n(&notes->common_of[i], __ATOMIC_RELAXED);

		if (common == learned.of_page[i])
			continue;
		learned.of_page[i] = common;
		learn_page(notes->phys[i], &notes->page[i], program);
	}
}
