/* SPDX-License-Identifier: GPL-2.0-or-later */
/* madvise(2), msync(2), mincore(2), the mlock(2) family, mseal(2): the host does it to the arena.
 */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "cpu/cpu.h"
#include "host/host.h"
#include "mm/area.h"
#include "mm/limit.h"
#include "mm/uaccess.h"
#include "sandbox/limits.h"

#define ADV_GUARD_INSTALL  102
#define ADV_GUARD_REMOVE   103
#define ADV_POPULATE_READ  22
#define ADV_POPULATE_WRITE 23
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 1
#endif
#ifndef MCL_ONFAULT
#define MCL_ONFAULT 4
#endif

/* Advice that means nothing for memory that was never touched: a chunk gets no place for it. A
 * reservation of terabytes is advised as a whole. */
static bool needs_place(long nr, long advice)
{
	if (nr != SYS_madvise)
		return true;
	return advice != MADV_NOHUGEPAGE && advice != MADV_HUGEPAGE && advice != MADV_DONTNEED &&
	       advice != MADV_FREE && advice != MADV_NORMAL && advice != MADV_RANDOM &&
	       advice != MADV_SEQUENTIAL && advice != MADV_COLD && advice != MADV_PAGEOUT;
}

/* Calls the host for every piece of [start, end), which is mapped. */
static long host_pieces(guest_addr start, guest_addr end, long nr, long arg)
{
	bool needed = needs_place(nr, arg);

	for (guest_addr stop; (stop = piece_end(start, end)); start = stop) {
		u8 *place;
		long ret;

		if (!needed && !mm_delta[start >> mm_chunk_shift])
			continue;
		place = mm_host(start);
		if (!place)
			return -ENOMEM;
		ret = host(nr, HP(place), stop - start, arg);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* Calls fn for the part of each area in [addr, end); -ENOMEM at the end if there were holes. */
static long each_area(guest_addr addr, guest_addr end, long arg,
		      long (*fn)(struct vm_area *a, guest_addr start, guest_addr end, long arg))
{
	long ret, hole = 0;

	while (addr < end) {
		struct vm_area *a = mm_find_next(addr);
		guest_addr stop;

		if (!a || a->start >= end)
			return -ENOMEM;
		if (a->start > addr) {
			hole = -ENOMEM;
			addr = a->start;
		}
		stop = MIN(end, a->end);
		ret = fn(a, addr, stop, arg);
		if (ret < 0)
			return ret;
		addr = stop;
	}
	return hole;
}

/* ---- madvise(2) ---- */

struct advice_bits {
	int advice;
	u32 set, clear;
	bool host; /* the host is told as well */
};

/* Advice that changes what kind of area it is. */
static const struct advice_bits kinds[] = {
	{MADV_NORMAL, 0, VMA_SEQ | VMA_RAND, true},    {MADV_SEQUENTIAL, VMA_SEQ, VMA_RAND, true},
	{MADV_RANDOM, VMA_RAND, VMA_SEQ, true},	       {MADV_DONTFORK, VMA_DONTFORK, 0, false},
	{MADV_DOFORK, 0, VMA_DONTFORK, false},	       {MADV_WIPEONFORK, VMA_WIPEONFORK, 0, true},
	{MADV_KEEPONFORK, 0, VMA_WIPEONFORK, true},    {MADV_DONTDUMP, VMA_DONTDUMP, 0, false},
	{MADV_DODUMP, 0, VMA_DONTDUMP, false},	       {MADV_HUGEPAGE, VMA_HUGE, VMA_NOHUGE, true},
	{MADV_NOHUGEPAGE, VMA_NOHUGE, VMA_HUGE, true}, {MADV_MERGEABLE, VMA_MERGEABLE, 0, true},
	{MADV_UNMERGEABLE, 0, VMA_MERGEABLE, true},
};

static const struct advice_bits *kind_of(long advice)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].advice == advice)
			return &kinds[i];
	return NULL;
}

static long change_kind(struct vm_area *a, guest_addr start, guest_addr end, long advice)
{
	const struct advice_bits *k = kind_of(advice);
	u32 flags = (a->flags & ~k->clear) | k->set;
	long ret;

	if (advice == MADV_WIPEONFORK && a->file)
		return -EINVAL;
	if (advice == MADV_MERGEABLE && (a->flags & (MAP_SHARED | VMA_HUGETLB | VMA_SPECIAL)))
		return 0;
	if ((advice == MADV_DOFORK && (a->flags & VMA_PFN)) ||
	    (advice == MADV_DODUMP && (a->flags & VMA_SPECIAL)))
		return -EINVAL;
	if (flags != a->flags && !area_may_split(start, end))
		return -EINVAL;
	if (k->host) {
		bool quiet = advice == MADV_HUGEPAGE && limits_no_huge_pages();

		ret = host_pieces(start, quiet ? start : end, SYS_madvise, advice);
		if (ret)
			return ret;
		if (advice != MADV_NORMAL && advice != MADV_NOHUGEPAGE)
			flags |= VMA_HOST;
	}
	area_modify(a, start, end, a->prot, flags, a->name);
	return 0;
}

/* What cannot be done to locked memory. */
static bool spares_locked(long advice)
{
	return advice == MADV_DONTNEED || advice == MADV_FREE || advice == MADV_REMOVE ||
	       advice == MADV_COLD || advice == MADV_PAGEOUT || advice == ADV_GUARD_INSTALL;
}

/* What is not memory has no pages to be advised on; of the vDSO's Linux drops the entries of the
 * page tables and has the same pages afterwards. */
static long advise_special(const struct vm_area *a, long advice)
{
	if (a->flags & VMA_PFN)
		return advice == MADV_WILLNEED ? 0 : -EINVAL;
	switch (advice) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_COLD:
	case MADV_PAGEOUT:
	case MADV_WILLNEED:
		return 0;
	case ADV_POPULATE_READ:
		return a->prot & PROT_READ ? 0 : -EINVAL;
	case ADV_POPULATE_WRITE:
		return a->prot & PROT_WRITE ? 0 : -EINVAL;
	default:
		return -EINVAL;
	}
}

/* Advice that does something to the pages. */
static long advise_pages(struct vm_area *a, guest_addr start, guest_addr end, long advice)
{
	if (a->flags & VMA_SPECIAL)
		return advise_special(a, advice);
	if ((a->flags & VMA_LOCKED) && spares_locked(advice))
		return -EINVAL;
	switch (advice) {
	case MADV_REMOVE: /* EACCES where it could never be written */
	case MADV_DONTNEED:
	case MADV_FREE:
		area_content_changed(a, start, end);
		break;
	case ADV_POPULATE_READ:
	case ADV_POPULATE_WRITE:
		if (!(a->prot & (advice == ADV_POPULATE_WRITE ? PROT_WRITE : PROT_READ)))
			return -EINVAL;
		if (advice == ADV_POPULATE_WRITE)
			area_written(a);
		break;
	case ADV_GUARD_INSTALL:
		area_forget(a, start, end);
		a->flags |= VMA_GUARDED | VMA_HOST;
		area_written(a);
		break;
	}
	return host_pieces(start, end, SYS_madvise, advice);
}

/* madvise_populate() stops at the first hole. */
static long advise_populate(guest_addr at, guest_addr end, long advice)
{
	while (at < end) {
		struct vm_area *a = mm_find(at);
		guest_addr stop = a ? MIN(end, a->end) : 0;
		long ret = a ? advise_pages(a, at, stop, advice) : -ENOMEM;

		if (ret)
			return ret;
		at = stop;
	}
	return 0;
}

/* Discarding what a sealed area holds is like unmapping it, unless it could be overwritten. */
static bool seal_forbids(guest_addr start, guest_addr end, int advice)
{
	if (advice != MADV_DONTNEED && advice != MADV_FREE && advice != MADV_REMOVE &&
	    advice != MADV_DONTFORK && advice != MADV_WIPEONFORK &&
	    advice != MADV_DONTNEED_LOCKED && advice != ADV_GUARD_INSTALL)
		return false;
	for (size_t i = area_index(start); i < mm->nr_areas && mm->areas[i]->start < end; i++) {
		const struct vm_area *a = mm->areas[i];

		if ((a->flags & VMA_SEALED) && !a->file && !(a->prot & PROT_WRITE))
			return true;
	}
	return false;
}

long mm_madvise(guest_addr addr, u64 len, int advice)
{
	u64 rounded = PAGE_ALIGN(len);
	long ret;

	/* Validity of the advice and of the address come first, then an empty range. */
	ret = host(SYS_madvise, HP(mm_arena()), 0, advice);
	if (ret)
		return ret;
	if ((addr & ~PAGE_MASK) || (len && !rounded) || addr + rounded < addr)
		return -EINVAL;
	if (!rounded)
		return 0;
	if (addr + rounded > mm->task_size && addr >= mm->task_size)
		return -ENOMEM;
	if (seal_forbids(addr, addr + rounded, advice))
		return -EPERM;
	if (advice == ADV_POPULATE_READ || advice == ADV_POPULATE_WRITE)
		return advise_populate(addr, addr + rounded, advice);
	if (kind_of(advice))
		return each_area(addr, addr + rounded, advice, change_kind);
	return each_area(addr, addr + rounded, advice, advise_pages);
}

/* ---- msync(2) ---- */

static long sync_piece(struct vm_area *a, guest_addr start, guest_addr end, long flags)
{
	if ((flags & MS_INVALIDATE) && (a->flags & VMA_LOCKED))
		return -EBUSY;
	return a->file ? host_pieces(start, end, SYS_msync, flags & ~MS_INVALIDATE) : 0;
}

long mm_msync(guest_addr addr, u64 len, int flags)
{
	if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || (addr & ~PAGE_MASK) ||
	    ((flags & MS_ASYNC) && (flags & MS_SYNC)))
		return -EINVAL;
	len = PAGE_ALIGN(len);
	if (addr + len < addr)
		return -ENOMEM;
	return len ? each_area(addr, addr + len, flags, sync_piece) : 0;
}

/* ---- mincore(2) ---- */

long mm_mincore(guest_addr addr, u64 len, guest_addr vec)
{
	u8 map[PAGE_SIZE];
	u64 pages = PAGE_ALIGN(len) / PAGE_SIZE;

	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (addr > TASK_SIZE_64 || len > TASK_SIZE_64 - addr)
		return -ENOMEM;
	if (vec > TASK_SIZE_64 || pages > TASK_SIZE_64 - vec)
		return -EFAULT;
	while (pages) {
		struct vm_area *a = mm_find(addr);
		u64 n = MIN(pages, sizeof(map));
		long ret;

		if (!a)
			return -ENOMEM;
		n = MIN(n, (piece_end(addr, a->end) - addr) / PAGE_SIZE);
		memset(map, 0, n);
		if (mm_delta[addr >> mm_chunk_shift]) {
			ret = host(SYS_mincore, HP(mm_host(addr)), n * PAGE_SIZE, HP(map));
			if (ret < 0)
				return ret;
		}
		if (copy_to_user(vec, map, n))
			return -EFAULT;
		pages -= n;
		vec += n;
		addr += n * PAGE_SIZE;
	}
	return 0;
}

/* ---- mlock(2) and kin ---- */

/* The guest's locked memory is the host process's, and so is the limit. */
static long lock_limit(u64 *limit)
{
	struct rlimit r;

	*limit = RLIM_INFINITY;
	if (host_capable(CAP_IPC_LOCK))
		return 0;
	if (host(SYS_prlimit64, 0, RLIMIT_MEMLOCK, 0, HP(&r)) == 0)
		*limit = r.rlim_cur;
	return *limit ? 0 : -EPERM;
}

long mm_may_lock(u64 len)
{
	u64 limit;

	lock_limit(&limit);
	return limit != RLIM_INFINITY && mm_locked() + len > (limit & PAGE_MASK) ? -EAGAIN : 0;
}

/* Locking pages that can be written to makes private copies of them: the host must not do so of
 * what the guest cannot write to. */
static long lock_host(u8 *place, u64 len, const struct vm_area *a, u32 flags)
{
	long ret;

	if (!a->file || !(a->flags & MAP_PRIVATE) || (a->prot & PROT_WRITE))
		return host(SYS_mlock2, HP(place), len, flags);
	ret = host(SYS_mlock2, HP(place), len, MLOCK_ONFAULT);
	if (!ret && !(flags & MLOCK_ONFAULT))
		ret = host(SYS_madvise, HP(place), len, ADV_POPULATE_READ);
	return ret == -EFAULT ? -ENOMEM : ret; /* __mlock_posix_error_return() */
}

static long lock_pieces(const struct vm_area *a, guest_addr start, guest_addr end, u32 flags)
{
	for (guest_addr stop; (stop = piece_end(start, end)); start = stop) {
		u8 *place = mm_host(start);
		long ret = place ? lock_host(place, stop - start, a, flags) : -ENOMEM;

		if (ret)
			return ret;
	}
	return 0;
}

long mm_lock_piece(const struct vm_area *a, guest_addr start, guest_addr end)
{
	return lock_pieces(a, start, end,
			   a->flags & VMA_LOCKONFAULT || !a->prot ? MLOCK_ONFAULT : 0);
}

void mm_unlock_piece(guest_addr start, guest_addr end)
{
	host_pieces(start, end, SYS_munlock, 0);
}

/* Without the pages: they come when every area is known to be there. */
static long lock_area(struct vm_area *a, guest_addr start, guest_addr end, long bits)
{
	u32 flags = (a->flags & ~(u32)(VMA_LOCKED | VMA_LOCKONFAULT)) | (u32)bits | VMA_HOST;
	bool changes = (flags ^ a->flags) & ~(u32)VMA_SOFT;
	long ret;

	if ((!bits && !(a->flags & VMA_LOCKED)) || (a->flags & VMA_SPECIAL))
		return 0;
	area_modify(a, start, end, a->prot, flags, a->name);
	ret = bits ? lock_pieces(mm_find(start), start, end, MLOCK_ONFAULT)
		   : host_pieces(start, end, SYS_munlock, 0);
	if (changes) /* and the host has joined its own */
		area_merge(start, end);
	return ret;
}

static long populate_area(struct vm_area *a, guest_addr start, guest_addr end, long bits)
{
	(void)bits;
	if (a->flags & VMA_PFN)
		return 0;
	if (!a->prot) /* a page that may not be touched cannot be brought in */
		return -ENOMEM;
	if (a->flags & VMA_SPECIAL)
		return 0;
	if (a->prot & PROT_WRITE)
		area_written(a);
	return lock_pieces(a, start, end, 0);
}

/* Locked pages of a private mapping that may be written to from now on are copied at once. */
void mm_populate_private(struct vm_area *a, guest_addr start, guest_addr end)
{
	if (!(a->flags & MAP_PRIVATE) || (a->flags & VMA_LOCKONFAULT))
		return;
	host_pieces(start, end, SYS_madvise, ADV_POPULATE_WRITE);
	area_written(a);
}

/* Where the first hole at or behind start begins. */
static guest_addr contiguous_end(guest_addr start, guest_addr end)
{
	const struct vm_area *a;

	while (start < end && (a = mm_find(start)))
		start = a->end;
	return MIN(start, end);
}

/* apply_vma_lock_flags() stops at the first hole. */
static long apply_lock(guest_addr start, guest_addr end, u32 bits)
{
	guest_addr stop = contiguous_end(start, end);
	long ret;

	if (stop == start)
		return -ENOMEM;
	ret = each_area(start, stop, bits, lock_area);
	if (!ret && stop < end)
		ret = -ENOMEM;
	if (!ret && bits == VMA_LOCKED)
		ret = each_area(start, stop, 0, populate_area);
	return ret;
}

static u64 locked_within(guest_addr start, guest_addr end)
{
	u64 sum = 0;

	for (size_t i = area_index(start); i < mm->nr_areas && mm->areas[i]->start < end; i++) {
		const struct vm_area *a = mm->areas[i];

		if (a->flags & VMA_LOCKED)
			sum += MIN(a->end, end) - MAX(a->start, start);
	}
	return sum;
}

long mm_mlock(guest_addr addr, u64 len, u32 flags)
{
	guest_addr start = addr & PAGE_MASK;
	u64 limit, want;

	if (flags & ~(u32)MLOCK_ONFAULT)
		return -EINVAL;
	if (lock_limit(&limit))
		return -EPERM;
	len = PAGE_ALIGN(len + (addr & ~PAGE_MASK));
	if (limit != RLIM_INFINITY) {
		want = mm_locked() + len;
		if (want > (limit & PAGE_MASK) && start + len >= start)
			want -= locked_within(start, start + len);
		if (want > (limit & PAGE_MASK))
			return -ENOMEM;
	}
	if (start + len < start)
		return -EINVAL;
	if (!len)
		return 0;
	return apply_lock(start, start + len,
			  VMA_LOCKED | (flags & MLOCK_ONFAULT ? VMA_LOCKONFAULT : 0));
}

long mm_munlock(guest_addr addr, u64 len)
{
	guest_addr start = addr & PAGE_MASK;

	len = PAGE_ALIGN(len + (addr & ~PAGE_MASK));
	if (start + len < start)
		return -EINVAL;
	return len ? apply_lock(start, start + len, 0) : 0;
}

static void lock_all(u32 bits)
{
	guest_addr at = 0;

	for (struct vm_area *a; (a = mm_find_next(at));) {
		guest_addr start = a->start;

		at = a->end;
		lock_area(a, start, at, bits);
		if (bits == VMA_LOCKED)
			populate_area(mm_find(start), start, at, 0);
	}
}

long mm_mlockall(u32 flags)
{
	u32 bits = VMA_LOCKED | (flags & MCL_ONFAULT ? VMA_LOCKONFAULT : 0);
	u64 limit;

	if (!flags || (flags & ~(u32)(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) ||
	    flags == MCL_ONFAULT)
		return -EINVAL;
	if (lock_limit(&limit))
		return -EPERM;
	if ((flags & MCL_CURRENT) && limit != RLIM_INFINITY &&
	    mm_mapped(0, ~0UL) > (limit & PAGE_MASK))
		return -ENOMEM;
	mm->def_flags = flags & MCL_FUTURE ? bits : 0;
	if (flags & MCL_CURRENT)
		lock_all(bits);
	return 0;
}

long mm_munlockall(void)
{
	mm->def_flags = 0;
	lock_all(0);
	return 0;
}

/* ---- mseal(2) ---- */

static long seal_area(struct vm_area *a, guest_addr start, guest_addr end, long arg)
{
	(void)arg;
	if (!area_may_split(start, end))
		return -EINVAL;
	area_modify(a, start, end, a->prot, a->flags | VMA_SEALED, a->name);
	return 0;
}

static long look(struct vm_area *a, guest_addr start, guest_addr end, long arg)
{
	(void)a, (void)start, (void)end, (void)arg;
	return 0;
}

long mm_mseal(guest_addr addr, u64 len, u64 flags)
{
	u64 rounded = PAGE_ALIGN(len);

	if (flags || (addr & ~PAGE_MASK) || (len && !rounded) || addr + rounded < addr)
		return -EINVAL;
	if (!rounded)
		return 0;
	if (each_area(addr, addr + rounded, 0, look))
		return -ENOMEM;
	return each_area(addr, addr + rounded, 0, seal_area);
}
