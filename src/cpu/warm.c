/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Translations for processes that are still to be forked. Programs that run one after the other
 * have code in common: the C library, the dynamic linker, or all of it. A process reports to the
 * one that it was forked from which pages it executed and where blocks begin in them. What two of
 * them had in common is translated there, so that those forked later have it from the start.
 *
 * A report is no more than a hint, for whoever wrote it may be hostile: the translation is made
 * anew, of the bytes that the report shows, and it counts only in a process in which the same bytes
 * lie at the same place: the page is compared when it is first opened for execution. */
#include "cpu/warm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/engine.h"
#include "cpu/kept.h"
#include "cpu/unicorn_traps.h"
#include "host/host.h"
#include "host/image.h"

#define REPORT_PAGES 1024  /* of one report */
#define PAGE_BLOCKS  384   /* of one page */
#define WARM_PAGES   4096  /* that are known */
#define WARM_BLOCKS  65536 /* that are translated ahead; a quarter of the engine's buffer */
#define SCORE_MAX    8

struct page_report {
	u64 phys;
	guest_addr va;
	u32 nr_blocks;
	struct {
		u16 offset;
		u16 compat;
	} block[PAGE_BLOCKS];
	u8 content[PAGE_SIZE];
};

/* Shared with the processes that report. */
struct report {
	u32 nr_pages;
	u8 seen[WARM_PAGES]; /* of each known page: what it turned out to be */
	struct page_report page[REPORT_PAGES];
};

enum { NOT_SEEN, AS_KNOWN, ANOTHER };

struct known_page {
	u64 phys;
	guest_addr va;
	u64 hash;    /* of its content */
	u8 *content; /* NULL: it has been seen once, nothing is translated */
	int score;
	bool settled; /* in this process what has been translated holds, or is dropped */
};

static struct report *report;
static struct known_page *known;
static u32 nr_known, nr_blocks;
static u32 slot[2 * WARM_PAGES]; /* numbers of known pages + 1, by phys */
static bool reporting;

static struct {
	u64 phys;
	guest_addr va;
	bool on;
} ahead; /* the page that is being translated ahead */

/* ---- Known pages ---- */

static u32 *slot_of(u64 phys)
{
	u32 i = (u32)((phys >> 12) * 0x9e3779b1u) % ARRAY_SIZE(slot);

	while (slot[i] && known[slot[i] - 1].phys != phys)
		i = (i + 1) % ARRAY_SIZE(slot);
	return &slot[i];
}

static struct known_page *find(u64 phys)
{
	u32 n = *slot_of(phys);

	return n ? &known[n - 1] : NULL;
}

/* ---- In the process that executes ---- */

/* A page is about to be opened for execution: are the translations that there are of it its own? */
void warm_check(u64 phys)
{
	struct known_page *k = find(phys);

	if (!k || !k->content || k->settled)
		return;
	k->settled = true;
	if (memcmp(eng.arena + phys, k->content, PAGE_SIZE) == 0) {
		report->seen[k - known] = AS_KNOWN;
		return;
	}
	report->seen[k - known] = ANOTHER;
	cpu_invalidate_code(phys, PAGE_SIZE);
}

static struct page_report *page_for(guest_addr va)
{
	static struct page_report *last;
	struct cpu_xlate x;
	u32 n;

	if (!eng.ops->fill(va, CPU_EXEC, &x) || (x.prot & CPU_WRITE))
		return NULL;
	if (last && last->va == va && last->phys == x.phys &&
	    memcmp(last->content, eng.arena + x.phys, PAGE_SIZE) == 0)
		return last;
	for (u32 i = MIN(report->nr_pages, REPORT_PAGES); i--;) {
		last = &report->page[i];
		if (last->va == va && last->phys == x.phys &&
		    memcmp(last->content, eng.arena + x.phys, PAGE_SIZE) == 0)
			return last;
	}
	n = __atomic_fetch_add(&report->nr_pages, 1, __ATOMIC_RELAXED);
	if (n >= REPORT_PAGES) {
		reporting = false; /* as good as full */
		return last = NULL;
	}
	last = &report->page[n];
	last->va = va;
	last->phys = x.phys;
	memcpy(last->content, eng.arena + x.phys, PAGE_SIZE);
	return last;
}

/* The engine has translated a block. */
static void translated(const struct uc_x86_block *b)
{
	guest_addr va = b->pc & PAGE_MASK;
	u64 offset = b->pc & ~PAGE_MASK;
	struct page_report *p;
	u32 n;

	if (!reporting || b->cs_base || uc_x86_one_insn || eng.stepping || eng.boot ||
	    va >= KERNEL_BASE || offset + b->size > PAGE_SIZE)
		return;
	p = page_for(va);
	if (!p)
		return;
	n = __atomic_fetch_add(&p->nr_blocks, 1, __ATOMIC_RELAXED);
	if (n >= PAGE_BLOCKS)
		return;
	p->block[n].offset = (u16)offset;
	p->block[n].compat = (u16)((*uc_x86_cs & 0xffff) == USER32_CS);
}

/* ---- In the process that forks them ---- */

void cpu_warm_prepare(void)
{
	report = host_shared(sizeof(*report));
	known = calloc(WARM_PAGES, sizeof(*known));
	if (!report || !known)
		fatal("out of memory");
}

void cpu_warm_start(void)
{
	if (!report)
		return;
	eng.warm = true;
	reporting = true;
	uc_x86_translated = translated;
	cpu_flush_all(); /* so that each page comes by warm_check() */
}

bool warm_fill(u64 vaddr, uc_tlb_entry *entry)
{
	if (!ahead.on)
		return false;
	/* Code that leads out of the page meets something, and is not kept. */
	entry->paddr = vaddr == ahead.va ? ahead.phys : PHYS_LAND;
	entry->perms = UC_PROT_READ | UC_PROT_EXEC;
	return true;
}

/* uc_ctl_request_cache(), whose macro shifts into the sign of an int */
#define REQUEST_CACHE                                                                              \
	((uc_control_type)(UC_CTL_TB_REQUEST_CACHE | 2u << 26 | (u32)UC_CTL_IO_READ_WRITE << 30))

/* False: it is not what the report says. */
static bool translate(guest_addr pc)
{
	uc_tb block = {0};

	return uc_ctl(eng.uc, REQUEST_CACHE, pc, &block) == UC_ERR_OK && block.pc == pc &&
	       (pc & ~PAGE_MASK) + block.size <= PAGE_SIZE;
}

static void translate_page(struct known_page *k, const struct page_report *p)
{
	u8 *at = eng.arena + k->phys;
	u32 n = MIN(p->nr_blocks, PAGE_BLOCKS);
	bool good = true;

	memcpy(at, k->content, PAGE_SIZE);
	ahead.va = k->va;
	ahead.phys = k->phys;
	ahead.on = true;
	for (u16 compat = 0; compat < 2; compat++) {
		cpu_reset(compat);
		cpu_flush_all();
		for (u32 i = 0; good && i < n; i++) {
			if (p->block[i].compat != compat)
				continue;
			good = p->block[i].offset < PAGE_SIZE && (!compat || k->va < 1UL << 32) &&
			       translate(k->va + p->block[i].offset);
			nr_blocks++;
		}
	}
	ahead.on = false;
	if (!good)
		cpu_invalidate_code(k->phys, PAGE_SIZE);
	cpu_flush_all();
	madvise(at, PAGE_SIZE, MADV_DONTNEED);
}

static void forget(struct known_page *k)
{
	if (k->content)
		cpu_invalidate_code(k->phys, PAGE_SIZE);
	free(k->content);
	k->content = NULL;
}

static bool plausible(const struct page_report *p)
{
	return !((p->phys | p->va) & ~PAGE_MASK) && p->va < KERNEL_BASE &&
	       p->phys >= PHYS_LDT + LDT_SIZE && p->phys < eng.arena_size && p->nr_blocks;
}

static void learn_page(const struct page_report *p)
{
	u64 hash = code_hash(p->content);
	struct known_page *k = find(p->phys);

	if (!k) {
		if (nr_known == WARM_PAGES)
			return;
		*slot_of(p->phys) = ++nr_known;
		k = &known[nr_known - 1];
		*k = (struct known_page){.phys = p->phys, .va = p->va, .hash = hash};
		/* the slot was found while the page was not yet in it */
		return;
	}
	if (k->hash != hash || k->va != p->va) {
		if (k->content && k->score > 0)
			return;
		forget(k);
		k->hash = hash;
		k->va = p->va;
		return;
	}
	if (!k->content) {
		k->content = malloc(PAGE_SIZE);
		if (!k->content)
			return;
		memcpy(k->content, p->content, PAGE_SIZE);
		k->score = 1;
	}
	if (nr_blocks < WARM_BLOCKS)
		translate_page(k, p);
}

static void score(void)
{
	for (u32 i = 0; i < nr_known; i++) {
		struct known_page *k = &known[i];

		if (report->seen[i] == AS_KNOWN)
			k->score = MIN(k->score + 1, SCORE_MAX);
		else if (report->seen[i] == ANOTHER)
			k->score--;
		report->seen[i] = NOT_SEEN;
	}
}

void cpu_warm_learn(void)
{
	static struct page_report copy;
	u32 n;

	if (!report)
		return;
	n = MIN(report->nr_pages, REPORT_PAGES);
	score();
	for (u32 i = 0; i < n; i++) {
		memcpy(&copy, &report->page[i], sizeof(copy));
		if (plausible(&copy))
			learn_page(&copy);
		report->page[i].nr_blocks = 0;
	}
	report->nr_pages = 0;
}
