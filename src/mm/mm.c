/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arena, address-space set-up, TLB fill, faults, brk. */
#include "mm/mm.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/stat.h>

#include "cpu/cpu.h"
#include "host/host.h"
#include "mm/area.h"
#include "mm/limit.h"
#include "mm/phys.h"
#include "mm/track.h"

static struct mm the_mm;
struct mm *mm = &the_mm;

static u8 *arena;
static u64 arena_size;

#define ARENA_PROT  (PROT_READ | PROT_WRITE)
#define ARENA_FLAGS (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)

void mm_init(void)
{
	/* As much as the host's address space and limits let us reserve. */
	for (arena_size = 1UL << 45; arena_size >= 1UL << 30; arena_size /= 2) {
		arena = mmap(NULL, arena_size, ARENA_PROT, ARENA_FLAGS, -1, 0);
		if (arena != MAP_FAILED)
			break;
	}
	if (arena == MAP_FAILED)
		fatal("cannot reserve address space for the guest: %s (raise ulimit -v)",
		      strerror(errno));
	/* The arena is one host mapping: a huge page at a first touch would be waste. */
	madvise(arena, arena_size, MADV_NOHUGEPAGE);
	madvise(arena, arena_size, MADV_DONTDUMP);
	phys_init(arena_size);
}

void *mm_arena(void)
{
	return arena;
}

u64 mm_arena_size(void)
{
	return arena_size;
}

void mm_reset(enum abi abi)
{
	u64 low = phys_reset(), gap;

	for (size_t i = 0; i < mm->nr_areas; i++) {
		if (mm->areas[i]->has_code)
			cpu_invalidate_code(mm->areas[i]->phys,
					    mm->areas[i]->end - mm->areas[i]->start);
		area_free(mm->areas[i]);
	}
	mm->nr_areas = 0;
	if (low < arena_size)
		host(SYS_mmap, HP(arena + low), arena_size - low, ARENA_PROT,
		     ARENA_FLAGS | MAP_FIXED, -1, 0);
	cpu_flush_all();
	mm->task_size = abi == ABI_64 ? TASK_SIZE_64 : TASK_SIZE_32;
	if (abi == ABI_32 && (mm_limits.personality & ADDR_LIMIT_3GB))
		mm->task_size = 0xc0000000;
	/* mmap_base(): below all that the stack may become */
	gap = MIN(MAX(mm_limits.stack, 128UL << 20), mm->task_size / 6 * 5);
	mm->mmap_base = PAGE_ALIGN(mm->task_size - gap);
	mm->start_brk = mm->brk = 0;
	mm->vdso = 0;
	mm->nr_auxv = 0;
}

struct vm_area *mm_find_next(guest_addr addr)
{
	size_t i = area_index(addr);

	return i < mm->nr_areas ? mm->areas[i] : NULL;
}

struct vm_area *mm_find(guest_addr addr)
{
	struct vm_area *a = mm_find_next(addr);

	return a && a->start <= addr ? a : NULL;
}

void mm_name(guest_addr addr, const char *name)
{
	struct vm_area *a = mm_find(addr);

	if (a)
		a->name = name;
}

/* ---- Faults ---- */

/* A stack grows to the page of addr when Linux would let it: within its limit, and with nothing
 * nearer below than the guard gap (mm/mmap.c, acct_stack_growth()). */
static struct vm_area *grow_stack(guest_addr addr)
{
	size_t i = area_index(addr);
	struct vm_area *a;
	u64 by;

	if (i >= mm->nr_areas)
		return NULL;
	a = mm->areas[i];
	by = a->start - (addr & PAGE_MASK);
	if (!(a->flags & MAP_GROWSDOWN) || a->start <= addr || by > a->grow)
		return NULL;
	if (i > 0 && mm->areas[i - 1]->prot != PROT_NONE &&
	    mm->areas[i - 1]->end + 256 * PAGE_SIZE > (addr & PAGE_MASK))
		return NULL;
	if (i > 0 && mm->areas[i - 1]->end > (addr & PAGE_MASK))
		return NULL;
	if (a->end - a->start + by > mm_limits.stack || !mm_may_expand(by, a->prot, a->flags))
		return NULL;
	a->start -= by;
	a->phys -= by;
	a->grow -= by;
	return a;
}

void mm_make_stack(guest_addr addr, u64 max)
{
	struct vm_area *a = mm_find(addr);
	u64 len, phys;

	if (!a)
		return;
	len = a->end - a->start;
	max = PAGE_ALIGN(MAX(max, len));
	if (max > arena_size / 64)
		max = arena_size / 64;
	phys = phys_alloc(max);
	if (phys == PHYS_NONE)
		return;
	phys_free(a->phys, len); /* fresh: nothing was written yet */
	a->phys = phys + max - len;
	a->grow = max - len;
	a->flags |= MAP_GROWSDOWN;
}

/* What the CPU may do to a page of an area (there is no write-only or execute-only memory). */
static u32 effective(u32 prot)
{
	return prot ? prot | PROT_READ : 0;
}

_Static_assert(PROT_READ == CPU_READ && PROT_WRITE == CPU_WRITE && PROT_EXEC == CPU_EXEC,
	       "mmap's and the CPU's permission bits are the same");

/* A page of a file mapping beyond the end of the file has no memory behind it. */
static bool backed(const struct vm_area *a, guest_addr page)
{
	u8 byte;

	return !a->file || host_copy(&byte, area_host(a, page), 1) == 0;
}

/* While writes are tracked a page becomes writable at its first write; false: not yet. */
static bool track_fill(struct vm_area *a, guest_addr page, int access)
{
	if (!(a->flags & MAP_PRIVATE) || track_seen(page))
		return true;
	if (access != CPU_WRITE)
		return false;
	track_page(page, area_host(a, page));
	return true;
}

bool mm_watch_writes;

static bool same_file(const struct vm_area *a, const struct vm_area *b)
{
	return b->file && a->file->ino == b->file->ino && a->file->dev == b->file->dev;
}

/* One page of a file mapped shared at two places, written at one and executed at the other: the
 * TLB must not let one go on while the other is in use. */
static void settle_aliases(struct vm_area *a, guest_addr page, int access)
{
	u64 off = a->pgoff + (page - a->start);
	bool flush = false;

	mm_watch_writes |= access == CPU_EXEC;
	for (size_t i = 0; i < mm->nr_areas; i++) {
		struct vm_area *b = mm->areas[i];

		if (b == a || !same_file(a, b) || off < b->pgoff ||
		    off - b->pgoff >= b->end - b->start)
			continue;
		if (access == CPU_WRITE && b->has_code)
			cpu_invalidate_code(b->phys + (off - b->pgoff), PAGE_SIZE);
		if (access == CPU_WRITE ? b->has_code : b->in_tlb && (b->prot & PROT_WRITE))
			flush = true;
	}
	if (flush)
		cpu_flush_all();
}

bool mm_fill(guest_addr page, int access, struct cpu_xlate *out)
{
	struct vm_area *a = mm_find(page);

	if (unlikely(!a)) {
		a = grow_stack(page);
		if (!a)
			return false;
	}
	out->prot = effective(a->prot);
	if (unlikely(!(out->prot & (u32)access)) || unlikely(!backed(a, page)))
		return false;
	out->phys = a->phys + (page - a->start);
	if (unlikely(track_on) && !track_fill(a, page, access))
		out->prot &= ~(u32)CPU_WRITE;
	if (unlikely(a->file && (a->flags & MAP_SHARED) && access != CPU_READ))
		settle_aliases(a, page, access);
	a->in_tlb = true;
	if (access & CPU_EXEC)
		a->has_code = true;
	return true;
}

bool mm_present(guest_addr addr)
{
	struct vm_area *a = mm_find(addr);
	u8 resident = 0;

	if (a && a->prot != PROT_NONE) /* whose pages are not, to the CPU */
		host(SYS_mincore, HP(area_host(a, addr & PAGE_MASK)), PAGE_SIZE, HP(&resident));
	return resident & 1;
}

void mm_file_shrunk(void)
{
	for (size_t i = 0; i < mm->nr_areas; i++) {
		if (mm->areas[i]->file && mm->areas[i]->in_tlb) {
			cpu_flush_all();
			return;
		}
	}
}

void mm_file_written(int fd)
{
	struct stat st;
	bool known = false;

	for (size_t i = 0; i < mm->nr_areas; i++) {
		struct vm_area *a = mm->areas[i];

		if (!a->file || !a->has_code)
			continue;
		if (!known && host(SYS_fstat, fd, HP(&st)))
			return;
		known = true;
		if (a->file->ino == st.st_ino && a->file->dev == st.st_dev)
			cpu_invalidate_code(a->phys, a->end - a->start);
	}
}

void mm_fault_info(guest_addr addr, int access, int *sig, int *si_code)
{
	struct vm_area *a = mm_find(addr);

	*sig = SIGSEGV;
	if (!a) {
		*si_code = SEGV_MAPERR;
	} else if (!(effective(a->prot) & (u32)access)) {
		*si_code = SEGV_ACCERR;
	} else {
		*sig = SIGBUS;
		*si_code = BUS_ADRERR;
	}
}

/* ---- brk(2) ---- */

long mm_brk(guest_addr brk)
{
	guest_addr old = PAGE_ALIGN(mm->brk), new = PAGE_ALIGN(brk);
	struct vm_area *next;

	if (brk < mm->start_brk || brk >= mm->task_size ||
	    !mm_data_limit_ok(brk, mm->start_brk, mm->end_data, mm->start_data))
		return (long)mm->brk;
	if (new < old) {
		mm_munmap(new, old - new);
	} else if (new > old) {
		next = mm_find_next(old);
		if (next && next->start < new + PAGE_SIZE)
			return (long)mm->brk;
		if (mm_mmap(old, new - old, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) < 0)
			return (long)mm->brk;
		mm_name(old, "[heap]");
		area_merge(old, new);
	}
	mm->brk = brk;
	return (long)mm->brk;
}
