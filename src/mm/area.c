/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mm/area.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/cpu.h"
#include "host/host.h"
#include "mm/phys.h"

size_t area_index(guest_addr addr)
{
	size_t lo = 0, hi = mm->nr_areas;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (mm->areas[mid]->end > addr)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

struct vm_area *area_new(guest_addr start, guest_addr end, u64 phys, u32 prot, u32 flags)
{
	struct vm_area *a = calloc(1, sizeof(*a));

	if (!a)
		fatal("out of memory");
	a->start = start;
	a->end = end;
	a->phys = phys;
	a->prot = prot;
	a->flags = flags;
	return a;
}

void area_free(struct vm_area *a)
{
	if (a->file && --a->file->refs == 0)
		free(a->file);
	free(a);
}

static bool alike(const struct vm_area *a, const struct vm_area *b)
{
	return a->end == b->start && a->phys + (a->end - a->start) == b->phys && !b->grow &&
	       a->prot == b->prot && a->flags == b->flags && a->name == b->name &&
	       a->readonly == b->readonly && !a->file == !b->file &&
	       (!a->file || (a->file->dev == b->file->dev && a->file->ino == b->file->ino &&
			     a->pgoff + (a->end - a->start) == b->pgoff));
}

void area_unlink(size_t index)
{
	memmove(&mm->areas[index], &mm->areas[index + 1],
		(mm->nr_areas - index - 1) * sizeof(*mm->areas));
	mm->nr_areas--;
}

void area_merge(guest_addr start, guest_addr end)
{
	size_t i = start ? area_index(start - 1) : 0;

	while (i + 1 < mm->nr_areas && mm->areas[i]->end <= end) {
		struct vm_area *a = mm->areas[i], *b = mm->areas[i + 1];

		if (!alike(a, b)) {
			i++;
			continue;
		}
		a->end = b->end;
		a->in_tlb |= b->in_tlb;
		a->has_code |= b->has_code;
		area_unlink(i + 1);
		area_free(b);
	}
}

void area_insert(struct vm_area *a)
{
	size_t i = area_index(a->start);

	if (mm->nr_areas == mm->max_areas) {
		mm->max_areas = mm->max_areas ? 2 * mm->max_areas : 64;
		mm->areas = realloc(mm->areas, mm->max_areas * sizeof(*mm->areas));
		if (!mm->areas)
			fatal("out of memory");
	}
	memmove(&mm->areas[i + 1], &mm->areas[i], (mm->nr_areas - i) * sizeof(*mm->areas));
	mm->areas[i] = a;
	mm->nr_areas++;
	area_merge(a->start, a->end);
}

void area_split(guest_addr addr)
{
	struct vm_area *a = mm_find(addr), *b;
	u64 head;

	if (!a || a->start == addr)
		return;
	head = addr - a->start;
	b = area_new(addr, a->end, a->phys + head, a->prot, a->flags);
	b->pgoff = a->pgoff + head;
	b->name = a->name;
	b->readonly = a->readonly;
	b->in_tlb = a->in_tlb;
	b->has_code = a->has_code;
	b->file = a->file;
	if (b->file)
		b->file->refs++;
	a->end = addr;
	if (mm->nr_areas == mm->max_areas) {
		mm->max_areas *= 2;
		mm->areas = realloc(mm->areas, mm->max_areas * sizeof(*mm->areas));
		if (!mm->areas)
			fatal("out of memory");
	}
	head = area_index(addr);
	memmove(&mm->areas[head + 1], &mm->areas[head], (mm->nr_areas - head) * sizeof(*mm->areas));
	mm->areas[head] = b;
	mm->nr_areas++;
}

void area_forget(struct vm_area *a)
{
	if (a->has_code)
		cpu_invalidate_code(a->phys, a->end - a->start);
	if (a->in_tlb)
		cpu_flush(a->start, a->end - a->start);
	a->has_code = a->in_tlb = false;
}

void area_release(struct vm_area *a)
{
	u64 phys = a->phys - a->grow, len = a->end - a->start + a->grow;
	u8 *host_mem = (u8 *)mm_arena() + phys;

	if (!a->file && (a->flags & MAP_PRIVATE))
		host(SYS_madvise, HP(host_mem), len, MADV_DONTNEED);
	else
		host(SYS_mmap, HP(host_mem), len, PROT_READ | PROT_WRITE,
		     MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	phys_free(phys, len);
}

void area_remove(guest_addr start, guest_addr end)
{
	size_t i = area_index(start), n = 0;

	while (i + n < mm->nr_areas && mm->areas[i + n]->start < end) {
		struct vm_area *a = mm->areas[i + n];

		area_forget(a);
		area_release(a);
		area_free(a);
		n++;
	}
	if (!n) /* also: no array yet */
		return;
	memmove(&mm->areas[i], &mm->areas[i + n], (mm->nr_areas - i - n) * sizeof(*mm->areas));
	mm->nr_areas -= n;
}

/* Linux keeps this much free below a stack (stack_guard_gap). */
#define STACK_GUARD (256 * PAGE_SIZE)

static guest_addr guarded_start(const struct vm_area *a)
{
	if (!(a->flags & MAP_GROWSDOWN))
		return a->start;
	return a->start > STACK_GUARD ? a->start - STACK_GUARD : 0;
}

guest_addr area_gap_below(guest_addr limit, guest_addr floor, u64 len)
{
	size_t i = area_index(limit ? limit - 1 : 0);
	guest_addr top = limit;

	if (limit < len)
		return 0;
	for (;; i--) {
		guest_addr bottom;

		if (i < mm->nr_areas)
			top = MIN(top, guarded_start(mm->areas[i]));
		bottom = i > 0 ? mm->areas[i - 1]->end : 0;
		bottom = MAX(bottom, floor);
		if (top >= bottom && top - bottom >= len)
			return top - len;
		if (i == 0)
			return 0;
	}
}

guest_addr area_gap_above(guest_addr floor, guest_addr limit, u64 len)
{
	guest_addr at = floor;

	for (size_t i = area_index(floor); at + len <= limit; i++) {
		if (i >= mm->nr_areas || guarded_start(mm->areas[i]) >= at + len)
			return at;
		at = mm->areas[i]->end;
	}
	return 0;
}
