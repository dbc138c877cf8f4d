/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/robust.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/cpu.h"
#include "host/image.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/thread.h"

/* The kernel finds a futex at a fixed distance from its list entry, and the entries are trapgate's,
 * not the guest's: they lie in a mirror of the arena, each where its futex is in the arena. It
 * takes address space alone until there is an entry. One list serves all threads. */
static u8 *mirror;
static struct robust_list_head head = {.list = {&head.list}};
static u32 nr;

#define MAX_ENTRIES (ROBUST_LIST_LIMIT - 512)

/* An entry is the address of the next; it lies as its futex does, at a multiple of four. */
typedef volatile u64 entry_word __attribute__((aligned(4)));

static entry_word *entry_of(const void *futex)
{
	return (entry_word *)(void *)(mirror + ((const u8 *)futex - (const u8 *)mm_arena()));
}

static void *futex_of(u64 entry)
{
	return (u8 *)mm_arena() + ((u8 *)(uintptr_t)(entry & ~1UL) - mirror);
}

static bool make_mirror(void)
{
	void *p;

	if (mirror)
		return mirror != MAP_FAILED;
	p = mmap(NULL, mm_arena_size(), PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	mirror = p;
	if (p == MAP_FAILED) /* then it stays as it is: owners that are killed are not noticed */
		return false;
	image_leave_out(mirror, mirror + mm_arena_size());
	madvise(p, mm_arena_size(), MADV_DONTDUMP);
	madvise(p, mm_arena_size(), MADV_NOHUGEPAGE);
	head.futex_offset = (u8 *)mm_arena() - mirror;
	return true;
}

static entry_word *word_of(u64 entry)
{
	return (entry_word *)(uintptr_t)(entry & ~1UL);
}

static u64 next_of(u64 entry)
{
	return *word_of(entry);
}

#define LIST_END ((u64)(uintptr_t)&head.list)

/* Keeps those that a living thread owns. The list is whole at any time: the kernel may need it. */
static void prune(void)
{
	entry_word *at = (entry_word *)(void *)&head.list.next;
	u64 next;
	u32 value;

	for (u64 e = *at; e != LIST_END; e = next) {
		next = next_of(e);
		if (!host_copy(&value, futex_of(e), sizeof(value)) &&
		    thread_find((int)(value & FUTEX_TID_MASK))) {
			at = word_of(e);
			continue;
		}
		*at = next;
		*word_of(e) = 0;
		nr--;
	}
}

/* Whether e is an entry; whether it can become one: entries must not overlap. */
static bool is_entry(const u32 *e)
{
	return e[0] && !e[-1];
}

static bool is_free(const u32 *e)
{
	return !e[-1] && !e[0] && !e[1];
}

static void add(const void *futex, u64 pi)
{
	entry_word *e = entry_of(futex);
	const u32 *halves = (const u32 *)(uintptr_t)e;
	u64 word = (u64)(uintptr_t)e | pi;

	if (!is_entry(halves)) {
		if (nr >= MAX_ENTRIES || !is_free(halves)) /* what lay there before */
			prune();
		if (nr >= MAX_ENTRIES || !is_free(halves))
			return;
		*e = (u64)(uintptr_t)head.list.next;
		__atomic_store_n((u64 *)(void *)&head.list.next, word, __ATOMIC_SEQ_CST);
		nr++;
	}
	__atomic_store_n((u64 *)(void *)&head.list_op_pending, word, __ATOMIC_SEQ_CST);
}

/* An atomic instruction is about to run and a robust futex is named in the guest's list head. */
static void before_locked(void)
{
	guest_addr list = current->robust_list, futex;
	bool wide = current->robust_list_len == 24;
	u64 pending = 0;
	s64 offset;
	s32 small;

	if (!list || (wide ? get_user(offset, list + 8) : get_user(small, list + 4)) ||
	    copy_from_user(&pending, list + (wide ? 16 : 8), wide ? 8 : 4) || !pending)
		return;
	if (!wide)
		offset = small;
	futex = (pending & ~1UL) + (u64)offset;
	if (!wide)
		futex = (u32)futex;
	if (futex & 3 || futex < PAGE_SIZE || futex >= mm->task_size || !make_mirror())
		return;
	add(mm_host(futex), pending & 1);
}

void robust_switched(void)
{
	cpu_watch_locked(current->robust_pending, before_locked);
}

void robust_registered(void)
{
	guest_addr word = current->robust_list + (current->robust_list_len == 24 ? 16 : 8);

	host(SYS_set_robust_list, HP(&head), sizeof(head));
	current->robust_pending = current->robust_list && word < mm->task_size && !(word & 3)
					  ? (const u32 *)(const void *)mm_host(word)
					  : NULL;
	robust_switched();
}

void robust_forget(void)
{
	u64 next;

	current->robust_pending = NULL;
	robust_switched();
	head.list_op_pending = NULL;
	for (u64 e = (u64)(uintptr_t)head.list.next; e != LIST_END; e = next) {
		next = next_of(e);
		*word_of(e) = 0;
	}
	head.list.next = &head.list;
	nr = 0;
}

void robust_renew(void)
{
	if (mirror && mirror != MAP_FAILED &&
	    mmap(mirror, mm_arena_size(), PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
		fatal("cannot reserve address space for the guest: %s", strerror(errno));
	head.list_op_pending = NULL;
	head.list.next = &head.list;
	nr = 0;
	host(SYS_set_robust_list, HP(&head), sizeof(head));
}
