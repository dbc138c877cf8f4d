/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is put into the engine's TLB. A miss takes some 300 ns, most of them inside the engine:
 * where the guest goes through memory page by page, the pages that follow are entered with the one
 * that was missed, as copies of its entry.
 *
 * Where the TLB is, and the engine's count of its entries, is found out by watching the engine
 * enter pages; as long as it is not known, nothing is entered ahead. */
#include "cpu/unicorn_tlb.h"

#include <stddef.h>
#include <string.h>

#include "cpu/unicorn_traps.h"
#include "host/host.h"

#define PAGE	     4096UL
#define PAGE_WRITE   2
#define USER_MMU_IDX 1
#define ENTRY_SHIFT  6

/* CPUTLBEntry */
struct entry {
	unsigned long read, write, code; /* virtual addresses; all ones: not so */
	unsigned long phys, addend;
	unsigned long rest[3];
};
_Static_assert(sizeof(struct entry) == 1 << ENTRY_SHIFT, "CPUTLBEntry");

/* CPUTLBDescFast: the TLB's size less one, in bytes, and the TLB */
struct fast {
	unsigned long mask;
	struct entry *table;
};

unsigned uc_x86_pages_ahead;
unsigned long uc_x86_filled_ahead;

#define WORDS_BEFORE 0x200 /* the TLBs' descriptions lie in front of the registers */
#define TRIES	     200

static struct fast *fast;
static unsigned long *used; /* CPUTLBDesc.n_used_entries */
static unsigned tries;

static struct entry *entry_of(const struct fast *f, unsigned long vaddr)
{
	return (struct entry *)(void *)((char *)f->table + (vaddr >> (12 - ENTRY_SHIFT) & f->mask));
}

static bool is_entry(const struct entry *e, unsigned long vaddr, unsigned long phys)
{
	return ((e->read & -PAGE) == vaddr || (e->write & -PAGE) == vaddr) && e->phys == phys;
}

/* Looks at all that the engine keeps there; other threads may ask it to stop meanwhile. */
__attribute__((no_sanitize("thread"))) static struct fast *
find_fast(unsigned long *env, unsigned long vaddr, unsigned long phys)
{
	struct fast *found = NULL;

	for (unsigned long *p = env - WORDS_BEFORE; p < env; p++) {
		struct fast *f = (struct fast *)(void *)p;
		unsigned long n = (f->mask >> ENTRY_SHIFT) + 1;
		struct entry e;

		if (!f->mask || (f->mask & ((1 << ENTRY_SHIFT) - 1)) || (n & (n - 1)) ||
		    n > 1UL << 24 || host_copy(&e, entry_of(f, vaddr), sizeof(e)) ||
		    !is_entry(&e, vaddr, phys))
			continue;
		if (found)
			return NULL;
		found = f;
	}
	return found;
}

/* The engine has entered a page: the one word that has grown by one since `before` is its count,
 * unless an entry was replaced. Other threads may ask it to stop meanwhile: nothing is found then.
 */
__attribute__((no_sanitize("thread"))) static unsigned long *find_used(unsigned long *env,
								       const unsigned long *before)
{
	unsigned long *now = env - WORDS_BEFORE, *found = NULL;

	for (int i = 0; i < WORDS_BEFORE; i++) {
		if (now[i] == before[i])
			continue;
		if (found || now[i] != before[i] + 1)
			return NULL;
		found = &now[i];
	}
	return found;
}

static bool is_empty(const struct entry *e)
{
	return (e->read & e->write & e->code) == ~0UL;
}

/* What was there is driven out, as it would be by the page itself in its turn: otherwise a full TLB
 * would grow by memory that is gone through once. */
static void enter_ahead(unsigned long vaddr, unsigned long phys)
{
	struct entry e = *entry_of(fast, vaddr);

	if (!is_entry(&e, vaddr, phys))
		return;
	for (unsigned n = uc_x86_pages_ahead; n; n--) {
		struct entry *to;

		vaddr += PAGE;
		e.read += e.read == ~0UL ? 0 : PAGE;
		e.write += e.write == ~0UL ? 0 : PAGE;
		e.code += e.code == ~0UL ? 0 : PAGE;
		e.phys += PAGE;
		to = entry_of(fast, vaddr);
		if (is_empty(to))
			++*used;
		else if (((to->read & to->write & to->code) & -PAGE) == vaddr)
			continue;
		*to = e;
		uc_x86_filled_ahead++;
	}
}

void tlb_set_dirty_x86_64(void *cpu, unsigned long vaddr);
void __real_tlb_set_page_x86_64(void *cpu, unsigned long vaddr, unsigned long paddr, int prot,
				int mmu_idx, unsigned long size);
void __wrap_tlb_set_page_x86_64(void *cpu, unsigned long vaddr, unsigned long paddr, int prot,
				int mmu_idx, unsigned long size);

/* Atomic operations of the host (unicorn_atomic.c) fail at the first store into a page, where
 * Unicorn looks for translations to drop. Here a page with translations is never writable
 * (engine.c): each page can count as written to from the start. */
static void set_page(void *cpu, unsigned long vaddr, unsigned long paddr, int prot, int mmu_idx,
		     unsigned long size)
{
	__real_tlb_set_page_x86_64(cpu, vaddr, paddr, prot, mmu_idx, size);
	if (prot & PAGE_WRITE)
		tlb_set_dirty_x86_64(cpu, vaddr);
}

void __wrap_tlb_set_page_x86_64(void *cpu, unsigned long vaddr, unsigned long paddr, int prot,
				int mmu_idx, unsigned long size)
{
	unsigned long before[WORDS_BEFORE], *env = (unsigned long *)(void *)uc_x86_env();

	if (__builtin_expect(!uc_x86_pages_ahead || mmu_idx != USER_MMU_IDX, 1)) {
		set_page(cpu, vaddr, paddr, prot, mmu_idx, size);
		return;
	}
	if (__builtin_expect(!used && env && tries < TRIES, 0)) {
		tries++;
		memcpy(before, env - WORDS_BEFORE, sizeof(before));
		set_page(cpu, vaddr, paddr, prot, mmu_idx, size);
		fast = find_fast(env, vaddr, paddr);
		used = fast ? find_used(env, before) : NULL;
	} else {
		set_page(cpu, vaddr, paddr, prot, mmu_idx, size);
	}
	if (used)
		enter_ahead(vaddr, paddr);
	uc_x86_pages_ahead = 0;
}
