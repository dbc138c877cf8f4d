/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Translations that outlive execve(). A shell that executes one program after the other finds the
 * C library, the dynamic linker or all of its own code again in most of them, at the same addresses
 * and so at the same place of the arena.
 *
 * When a program is replaced, the translations of its pages stay, with a hash of what they were
 * made of. When such a place is next opened for execution, they hold if it has the same content,
 * and are dropped otherwise. Blocks that reach into the next page lead there without its being
 * opened: it is opened with the first one. */
#include "cpu/kept.h"

#include <stdlib.h>
#include <string.h>

#include "cpu/engine.h"
#include "cpu/unicorn_jump.h"
#include "host/host.h"

struct code_page {
	u64 phys;   /* 0: free */
	u64 hash;   /* of what its blocks were made of, if `known` */
	u64 next;   /* where the page lay that blocks reach into, or 0 */
	bool known; /* since whoever writes to the page drops them */
	bool waits; /* to be compared with that */
	bool empty; /* nothing is translated of it */
};

static struct code_page *table; /* by phys, open addressing */
static u32 size, used;

#define FIRST_SIZE 256u

static u32 home(u64 phys)
{
	return (u32)((phys >> 12) * 0x9e3779b1u) & (size - 1);
}

/* Where the page is or goes. */
static struct code_page *slot(u64 phys)
{
	u32 i = home(phys);

	while (table[i].phys && table[i].phys != phys)
		i = (i + 1) & (size - 1);
	return &table[i];
}

static void grow(void)
{
	struct code_page *old = table;
	u32 n = size;

	size = size ? 2 * size : FIRST_SIZE;
	table = calloc(size, sizeof(*table));
	if (!table)
		fatal("out of memory");
	for (u32 i = 0; i < n; i++)
		if (old[i].phys)
			*slot(old[i].phys) = old[i];
	free(old);
}

u64 code_hash(const u8 *page)
{
	enum { LANES = 4 }; /* side by side: a multiplication takes a while */
	u64 h[LANES] = {0x9e3779b97f4a7c15, 0x9e3779b97f4a7c16, 0x9e3779b97f4a7c17,
			0x9e3779b97f4a7c18};
	u64 word[LANES];

	for (size_t i = 0; i < PAGE_SIZE; i += sizeof(word)) {
		memcpy(word, page + i, sizeof(word));
		for (int k = 0; k < LANES; k++) {
			h[k] = (h[k] ^ word[k]) * 0xff51afd7ed558ccd;
			h[k] ^= h[k] >> 32;
		}
	}
	for (int k = 1; k < LANES; k++)
		h[0] = (h[0] ^ h[k]) * 0xff51afd7ed558ccd ^ h[0] >> 29;
	return h[0];
}

/* False: it cannot be read. */
static bool hash_page(u64 phys, u64 *hash)
{
	u8 page[PAGE_SIZE];

	if (host_copy(page, eng.arena + phys, PAGE_SIZE))
		return false;
	*hash = code_hash(page);
	return true;
}

/* Whether it is known what the page's blocks were made of. */
static bool know(struct code_page *p)
{
	if (!p->known)
		p->known = hash_page(p->phys, &p->hash);
	return p->known;
}

static struct code_page *find_or_add(u64 phys)
{
	struct code_page *p;

	if (2 * used >= size)
		grow();
	p = slot(phys);
	if (!p->phys) {
		*p = (struct code_page){.phys = phys, .empty = true};
		used++;
	}
	return p;
}

bool kept_expect(u64 phys, u64 hash)
{
	struct code_page *p = find_or_add(phys);

	if (!p->empty && (!p->waits || p->hash != hash))
		return false;
	p->hash = hash;
	p->known = p->waits = true;
	p->empty = false;
	return true;
}

/* False: nothing more is to be looked at. */
static bool open_one(u64 phys)
{
	struct code_page *p = find_or_add(phys);
	u64 hash;

	p->empty = false;
	if (!p->waits)
		return false;
	p->waits = false;
	if (hash_page(phys, &hash) && hash == p->hash)
		return p->next;
	cpu_invalidate_code(phys, PAGE_SIZE);
	p->empty = false;
	return false;
}

void kept_open(guest_addr va, u64 phys)
{
	while (open_one(phys)) {
		struct code_page *p = slot(phys);
		struct cpu_xlate x;

		va += PAGE_SIZE;
		if (va >= KERNEL_BASE || !eng.ops->fill(va, CPU_EXEC, &x) || x.phys != p->next) {
			p->next = 0;
			cpu_invalidate_code(phys + PAGE_SIZE - 1, 1);
			return;
		}
		phys = x.phys;
	}
}

/* Of a part of a page that waits nothing is to be done: its content is looked at when it is opened.
 */
static void forget(struct code_page *p, u64 phys, u64 end)
{
	if (phys <= p->phys && p->phys + PAGE_SIZE <= end) {
		p->known = p->waits = false;
		p->next = 0;
		p->empty = true;
	} else if (!p->waits) {
		p->known = false;
	}
}

#define LOOK_UP 64 /* pages: beyond that all are gone through */

void kept_forget(u64 phys, u64 len)
{
	u64 first = phys & PAGE_MASK, end = phys + len;

	if (!used)
		return;
	if (end - first <= LOOK_UP * PAGE_SIZE) {
		for (u64 page = first; page < end; page += PAGE_SIZE)
			forget(slot(page), phys, end);
		return;
	}
	for (u32 i = 0; i < size; i++)
		if (table[i].phys - first < end - first)
			forget(&table[i], phys, end);
}

void kept_crosses(u64 phys, u64 next)
{
	find_or_add(phys)->next = next;
}

void kept_know(void)
{
	for (u32 i = 0; i < size; i++)
		if (table[i].phys && !table[i].empty)
			know(&table[i]);
}

void cpu_keep_code(void)
{
	for (u32 i = 0; i < size; i++) {
		struct code_page *p = &table[i];

		if (!p->phys || p->empty || p->waits)
			continue;
		p->waits = know(p);
		if (!p->waits)
			cpu_invalidate_code(p->phys, PAGE_SIZE);
	}
	uc_x86_new_targets();
}

void cpu_forget_code(void)
{
	for (u32 i = 0; i < size; i++)
		if (table[i].phys)
			cpu_invalidate_code(table[i].phys, PAGE_SIZE);
	cpu_flush_all();
}
