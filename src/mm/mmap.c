/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mmap(2), munmap(2), mprotect(2), mremap(2), madvise(2) and kin on the guest's areas. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "cpu/cpu.h"
#include "host/host.h"
#include "mm/area.h"
#include "mm/limit.h"
#include "mm/phys.h"
#include "mm/uaccess.h"

#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE 0x08
#endif

#define MMAP_MIN_ADDR 65536UL /* vm.mmap_min_addr's default */

/* Where a mapping goes that is not MAP_FIXED (mm/mmap.c, arch_get_unmapped_area_topdown()). */
static guest_addr find_place(guest_addr hint, u64 len, u32 flags)
{
	guest_addr at;
	struct vm_area *next;

	if (hint) {
		hint = MAX(PAGE_ALIGN(hint), MMAP_MIN_ADDR);
		next = mm_find_next(hint);
		if (hint <= mm->task_size - len && (!next || next->start >= hint + len))
			return hint;
	}
	if ((flags & MAP_32BIT) && mm->task_size == TASK_SIZE_64)
		return area_gap_above(0x40000000, 0x80000000, len);
	at = area_gap_below(mm->mmap_base, MMAP_MIN_ADDR, len);
	if (!at)
		at = area_gap_above(MAX(mm->mmap_base / 3, MMAP_MIN_ADDR), mm->task_size, len);
	return at;
}

static long check_args(guest_addr addr, u64 *len, u32 flags, u64 offset)
{
	u32 type = flags & MAP_TYPE;

	if (!*len)
		return -EINVAL;
	if (offset & ~PAGE_MASK)
		return -EINVAL;
	if (type != MAP_SHARED && type != MAP_PRIVATE && type != MAP_SHARED_VALIDATE &&
	    !(type == MAP_DROPPABLE && (flags & MAP_ANONYMOUS)))
		return -EINVAL;
	*len = PAGE_ALIGN(*len);
	if (!*len || *len > mm->task_size)
		return -ENOMEM;
	if (!(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
		return 0;
	if (addr > mm->task_size - *len)
		return -ENOMEM;
	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (addr < MMAP_MIN_ADDR && host(SYS_geteuid) != 0)
		return -EPERM;
	return 0;
}

/* Puts memory behind [phys, phys + len): what the host's mmap says about the file and the flags is
 * what the guest gets to hear. */
static long back(struct vm_area *a, u64 phys, u64 len, u32 flags, int fd, u64 offset)
{
	u8 *place = (u8 *)mm_arena() + phys;
	u32 pass = flags & (MAP_SHARED_VALIDATE | MAP_POPULATE | MAP_NONBLOCK | MAP_LOCKED |
			    MAP_SYNC | MAP_HUGETLB | (63u << MAP_HUGE_SHIFT));
	struct stat st;
	long ret;

	pass |= MAP_FIXED | MAP_NORESERVE;
	if ((flags & MAP_TYPE) == MAP_DROPPABLE)
		pass |= MAP_PRIVATE;
	if (flags & MAP_ANONYMOUS) {
		if ((flags & MAP_TYPE) == MAP_PRIVATE &&
		    !(flags & (MAP_POPULATE | MAP_LOCKED | MAP_HUGETLB)))
			return 0; /* it is that already */
		ret = host(SYS_mmap, HP(place), len, PROT_READ | PROT_WRITE, pass | MAP_ANONYMOUS,
			   -1, 0);
		return ret < 0 ? ret : 0;
	}
	ret = host(SYS_mmap, HP(place), len, PROT_READ | PROT_WRITE, pass, fd, offset);
	if (ret == -EACCES && (flags & MAP_TYPE) != MAP_PRIVATE && !(a->prot & PROT_WRITE)) {
		a->readonly = true;
		ret = host(SYS_mmap, HP(place), len, PROT_READ, pass, fd, offset);
	}
	if (ret < 0)
		return ret;
	if (fstat(fd, &st) == 0) {
		a->file = calloc(1, sizeof(*a->file));
		if (!a->file)
			fatal("out of memory");
		*a->file = (struct vm_file){.refs = 1, .dev = st.st_dev, .ino = st.st_ino};
	}
	return 0;
}

long mm_mmap(guest_addr addr, u64 len, u32 prot, u32 flags, int fd, u64 offset)
{
	long err = check_args(addr, &len, flags, offset);
	struct vm_area *a, *next;
	u64 phys;

	if (err)
		return err;
	prot = mm_implied_prot(prot & (PROT_READ | PROT_WRITE | PROT_EXEC));
	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		next = mm_find_next(addr);
		if ((flags & MAP_FIXED_NOREPLACE) && next && next->start < addr + len)
			return -EEXIST;
	} else {
		addr = find_place(addr, len, flags);
		if (!addr)
			return -ENOMEM;
	}
	if (mm_denies_exec(prot, prot))
		return -EACCES;
	if (!mm_may_expand(len, prot, flags) &&
	    !mm_may_expand(len - mm_mapped(addr, addr + len), prot, flags))
		return -ENOMEM;
	phys = phys_alloc(len);
	if (phys == PHYS_NONE)
		return -ENOMEM;
	a = area_new(addr, addr + len, phys, prot,
		     ((flags & MAP_TYPE) == MAP_SHARED_VALIDATE ? MAP_SHARED : flags & MAP_TYPE) |
			     (flags & MAP_ANONYMOUS));
	if (a->flags & MAP_DROPPABLE & ~MAP_SHARED_VALIDATE)
		a->flags = MAP_PRIVATE | MAP_ANONYMOUS;
	a->pgoff = offset;
	err = back(a, phys, len, flags, fd, offset);
	if (err) {
		phys_free(phys, len);
		area_free(a);
		return err;
	}
	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		area_split(addr);
		area_split(addr + len);
		area_remove(addr, addr + len);
	}
	area_insert(a);
	if ((flags & MAP_GROWSDOWN) && (flags & MAP_ANONYMOUS))
		mm_make_stack(addr, len + (8UL << 20));
	return (long)addr;
}

long mm_munmap(guest_addr addr, u64 len)
{
	if ((addr & ~PAGE_MASK) || addr > mm->task_size || len > mm->task_size - addr)
		return -EINVAL;
	len = PAGE_ALIGN(len);
	if (!len)
		return -EINVAL;
	area_split(addr);
	area_split(addr + len);
	area_remove(addr, addr + len);
	return 0;
}

long mm_mprotect(guest_addr addr, u64 len, u32 prot)
{
	u32 grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
	guest_addr end, at;
	size_t i;

	if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || (addr & ~PAGE_MASK))
		return -EINVAL;
	if (!len)
		return 0;
	len = PAGE_ALIGN(len);
	end = addr + len;
	if (end <= addr)
		return -ENOMEM;
	if (prot & ~(u32)(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_GROWSDOWN | PROT_GROWSUP | 8))
		return -EINVAL;
	i = area_index(addr);
	if (i >= mm->nr_areas)
		return -ENOMEM;
	if (grows == PROT_GROWSDOWN) {
		if (mm->areas[i]->start >= end)
			return -ENOMEM;
		if (!(mm->areas[i]->flags & MAP_GROWSDOWN))
			return -EINVAL;
		addr = mm->areas[i]->start;
	} else if (mm->areas[i]->start > addr) {
		return -ENOMEM;
	} else if (grows) {
		return -EINVAL;
	}
	prot &= PROT_READ | PROT_WRITE | PROT_EXEC;
	area_split(addr);
	area_split(end);
	at = addr;
	prot = mm_implied_prot(prot);
	for (i = area_index(addr); at < end; i++) {
		struct vm_area *a = i < mm->nr_areas ? mm->areas[i] : NULL;

		if (!a || a->start != at)
			return -ENOMEM;
		if (((prot & PROT_WRITE) && a->readonly) || mm_denies_exec(a->prot, prot))
			return -EACCES;
		if ((prot & PROT_WRITE) && !mm_may_expand(a->end - at, prot, a->flags) &&
		    mm_may_expand(a->end - at, a->prot, a->flags))
			return -ENOMEM;
		if (a->prot & ~prot)
			area_forget(a);
		a->prot = prot;
		at = a->end;
	}
	area_merge(addr, end);
	return 0;
}

/* ---- mremap(2) ---- */

/* All of [addr, addr + len) must be mapped by one kind of area. Linux wants one area there; what is
 * one for Linux may be several for us when the arena was fragmented. */
static long check_same(guest_addr addr, u64 len)
{
	struct vm_area *first = mm_find(addr);
	guest_addr at = addr;

	if (!first)
		return -EFAULT;
	for (size_t i = area_index(addr); at < addr + len; i++) {
		struct vm_area *a = i < mm->nr_areas ? mm->areas[i] : NULL;

		if (!a || a->start > at || a->prot != first->prot || a->flags != first->flags ||
		    (a != first && (a->file || first->file)))
			return -EFAULT;
		at = a->end;
	}
	return 0;
}

/* Moves the areas of [from, from + len) to `to`: their memory stays where it is in the arena. */
static void move_areas(guest_addr from, u64 len, guest_addr to)
{
	size_t n = 0, max = mm->nr_areas;
	struct vm_area **moved = malloc(max * sizeof(*moved));

	if (!moved)
		fatal("out of memory");
	area_split(from);
	area_split(from + len);
	for (size_t i = area_index(from); i < mm->nr_areas && mm->areas[i]->start < from + len;) {
		struct vm_area *a = mm->areas[i];

		area_forget(a);
		area_unlink(i);
		a->start = a->start - from + to;
		a->end = a->end - from + to;
		moved[n++] = a;
	}
	for (size_t i = 0; i < n; i++)
		area_insert(moved[i]);
	free(moved);
}

/* Makes the mapping that ends at addr + old_len longer, in place. */
static long extend(guest_addr addr, u64 old_len, u64 new_len)
{
	struct vm_area *a = mm_find(addr + old_len - 1), *more;
	u64 len, phys;

	if (!a->file && (a->flags & MAP_PRIVATE)) {
		phys = phys_alloc(new_len - old_len);
		if (phys == PHYS_NONE)
			return -ENOMEM;
		more = area_new(addr + old_len, addr + new_len, phys, a->prot, a->flags);
		more->name = a->name;
		area_insert(more);
		return 0;
	}
	/* A file or shared memory: the host knows how to continue it. */
	area_split(addr);
	a = mm_find(addr + old_len - 1);
	len = a->end - a->start;
	phys = phys_alloc(len + new_len - old_len);
	if (phys == PHYS_NONE)
		return -ENOMEM;
	if (host(SYS_mremap, HP(area_host(a, a->start)), len, len + new_len - old_len,
		 MREMAP_MAYMOVE | MREMAP_FIXED, HP((u8 *)mm_arena() + phys)) < 0) {
		phys_free(phys, len + new_len - old_len);
		return -ENOMEM;
	}
	area_forget(a);
	area_release(a);
	a->phys = phys;
	a->end += new_len - old_len;
	return 0;
}

long mm_mremap(guest_addr old, u64 old_len, u64 new_len, u32 flags, guest_addr new_addr)
{
	struct vm_area *next;
	long err;

	if (flags & ~(u32)(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
		return -EINVAL;
	if ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if ((flags & MREMAP_DONTUNMAP) && old_len != new_len)
		return -EINVAL;
	if (old & ~PAGE_MASK)
		return -EINVAL;
	old_len = PAGE_ALIGN(old_len);
	new_len = PAGE_ALIGN(new_len);
	if (!new_len || !old_len || (flags & MREMAP_DONTUNMAP))
		return -EINVAL; /* duplicating a mapping: see the declaration of sys_mremap */
	if (old > mm->task_size || old_len > mm->task_size - old)
		return -EFAULT;
	if (flags & MREMAP_FIXED) {
		if ((new_addr & ~PAGE_MASK) || new_len > mm->task_size ||
		    new_addr > mm->task_size - new_len)
			return -EINVAL;
		if (old + old_len > new_addr && new_addr + new_len > old)
			return -EINVAL;
	}
	err = check_same(old, MIN(old_len, new_len));
	if (err)
		return err;
	if (new_len < old_len) {
		mm_munmap(old + new_len, old_len - new_len);
		old_len = new_len;
	}
	if (new_len > old_len &&
	    !mm_may_expand(new_len - old_len, mm_find(old)->prot, mm_find(old)->flags))
		return -ENOMEM;
	if (flags & MREMAP_FIXED) {
		mm_munmap(new_addr, new_len);
	} else {
		if (old_len == new_len)
			return (long)old;
		err = check_same(old, old_len);
		if (err)
			return err;
		next = mm_find_next(old + old_len);
		if (old + new_len <= mm->task_size && (!next || next->start >= old + new_len)) {
			err = extend(old, old_len, new_len);
			return err ? err : (long)old;
		}
		if (!(flags & MREMAP_MAYMOVE))
			return -ENOMEM;
		new_addr = find_place(0, new_len, 0);
		if (!new_addr)
			return -ENOMEM;
	}
	move_areas(old, old_len, new_addr);
	if (new_len > old_len)
		err = extend(new_addr, old_len, new_len);
	return err ? err : (long)new_addr;
}

/* ---- Advice and the like: the host does it to the arena ---- */

/* Calls the host for each mapped piece of [addr, addr + len); -ENOMEM at the end if there were
 * holes. */
static long each_piece(guest_addr addr, u64 len, long nr, long arg, bool forget)
{
	guest_addr end = addr + len;
	long ret = 0, hole = 0;

	for (size_t i = area_index(addr); addr < end; i++) {
		struct vm_area *a = i < mm->nr_areas ? mm->areas[i] : NULL;
		guest_addr stop;

		if (!a || a->start >= end)
			return -ENOMEM;
		if (a->start > addr) {
			hole = -ENOMEM;
			addr = a->start;
		}
		stop = MIN(end, a->end);
		if (forget && a->has_code)
			cpu_invalidate_code(a->phys + (addr - a->start), stop - addr);
		ret = host(nr, HP(area_host(a, addr)), stop - addr, arg);
		if (ret < 0)
			return ret;
		addr = stop;
	}
	return hole;
}

long mm_madvise(guest_addr addr, u64 len, int advice)
{
	/* Validity of the advice and of the address come first, then an empty range. */
	u64 rounded = PAGE_ALIGN(len);
	long ret;

	ret = host(SYS_madvise, HP(mm_arena()), 0, advice);
	if (ret)
		return ret;
	if ((addr & ~PAGE_MASK) || (len && !rounded) || addr + rounded < addr)
		return -EINVAL;
	if (!rounded)
		return 0;
	if (advice == MADV_DONTFORK || advice == MADV_DOFORK)
		return -EINVAL;
	if (advice == MADV_HUGEPAGE || advice == MADV_NOHUGEPAGE || advice == MADV_DONTDUMP ||
	    advice == MADV_DODUMP) { /* without effect on what the guest sees */
		return each_piece(addr, rounded, SYS_madvise, MADV_NORMAL, false);
	}
	return each_piece(addr, rounded, SYS_madvise, advice,
			  advice == MADV_DONTNEED || advice == MADV_REMOVE || advice == MADV_FREE);
}

long mm_msync(guest_addr addr, u64 len, int flags)
{
	if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || (addr & ~PAGE_MASK) ||
	    ((flags & MS_ASYNC) && (flags & MS_SYNC)))
		return -EINVAL;
	len = PAGE_ALIGN(len);
	if (addr + len < addr)
		return -ENOMEM;
	return len ? each_piece(addr, len, SYS_msync, flags, false) : 0;
}

long mm_mincore(guest_addr addr, u64 len, guest_addr vec)
{
	u8 map[256];
	u64 pages = PAGE_ALIGN(len) / PAGE_SIZE;

	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (addr > mm->task_size || len > mm->task_size - addr)
		return -ENOMEM;
	while (pages) {
		struct vm_area *a = mm_find(addr);
		u64 n = MIN(pages, sizeof(map));
		long ret;

		if (!a)
			return -ENOMEM;
		n = MIN(n, (a->end - addr) / PAGE_SIZE);
		ret = host(SYS_mincore, HP(area_host(a, addr)), n * PAGE_SIZE, HP(map));
		if (ret < 0)
			return ret;
		if (copy_to_user(vec, map, n))
			return -EFAULT;
		pages -= n;
		vec += n;
		addr += n * PAGE_SIZE;
	}
	return 0;
}
