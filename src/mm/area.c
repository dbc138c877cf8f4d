/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mm/area.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/cpu.h"
#include "host/host.h"

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

/* Those of a small program lie together: a new process writes to all of them. */
#define FEW 64
static struct vm_area few[FEW];
static u64 taken; /* of them, a bit each */

struct vm_area *area_new(guest_addr start, guest_addr end, u32 prot, u32 flags)
{
	struct vm_area *a;

	if (likely(~taken)) {
		a = &few[__builtin_ctzll(~taken)];
		taken |= taken + 1;
	} else {
		a = malloc(sizeof(*a));
		if (!a)
			fatal("out of memory");
	}
	*a = (struct vm_area){.start = start, .end = end, .prot = prot, .flags = flags};
	return a;
}

void area_free(struct vm_area *a)
{
	if (a->file && --a->file->refs == 0)
		free(a->file);
	if (a >= few && a < few + FEW)
		taken &= ~(1ULL << (a - few));
	else
		free(a);
}

/* The host, which has the file's descriptions, makes one mapping of two that continue each other
 * exactly when they are of one description. */
static bool host_joins(guest_addr border)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[4400];
	u64 at = (u64)(uintptr_t)mm_host(border), start, end;
	bool one = !maps;

	while (maps && !one && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx", &start, &end) == 2 && start >= at)
			break;
		one = start < at && at < end;
	}
	if (maps)
		fclose(maps);
	return one;
}

static bool same_file(const struct vm_area *a, const struct vm_area *b)
{
	if (a->file == b->file)
		return true;
	return a->file && b->file && a->file->ino && a->file->ino == b->file->ino &&
	       a->file->dev == b->file->dev && host_joins(b->start);
}

/* One continues the other, whatever may be done to either. */
static bool of_a_kind(const struct vm_area *a, const struct vm_area *b)
{
	return a->end == b->start && a->pgoff + (a->end - a->start) == b->pgoff &&
	       a->name == b->name && a->readonly == b->readonly && same_file(a, b);
}

/* is_mergeable_anon_vma() */
static bool anon_alike(const struct vm_area *a, const struct vm_area *b)
{
	if (a->anon_vma && b->anon_vma)
		return a->anon_vma == b->anon_vma;
	return !a->anon_inherited && !b->anon_inherited;
}

static bool alike(const struct vm_area *a, const struct vm_area *b)
{
	return a->prot == b->prot && !((a->flags ^ b->flags) & ~(u32)VMA_SOFT) &&
	       anon_alike(a, b) && of_a_kind(a, b);
}

/* reusable_anon_vma() */
static bool lends_anon(const struct vm_area *below, const struct vm_area *above,
		       const struct vm_area *lender)
{
	return lender->anon_vma && !lender->anon_inherited &&
	       !((below->flags ^ above->flags) & ~(u32)VMA_SOFT) && of_a_kind(below, above);
}

static u32 new_anon_vma(void)
{
	static u32 last;

	return ++last ? last : ++last;
}

void area_prepare_anon(struct vm_area *a)
{
	size_t i = area_index(a->start);

	if (i + 1 < mm->nr_areas && lends_anon(a, mm->areas[i + 1], mm->areas[i + 1]))
		a->anon_vma = mm->areas[i + 1]->anon_vma;
	else if (i > 0 && lends_anon(mm->areas[i - 1], a, mm->areas[i - 1]))
		a->anon_vma = mm->areas[i - 1]->anon_vma;
	else
		a->anon_vma = new_anon_vma();
}

void area_fork_anon(struct vm_area *a)
{
	if (!a->anon_vma)
		return;
	a->anon_inherited = !(a->flags & VMA_WIPEONFORK);
	a->anon_vma = a->anon_inherited ? new_anon_vma() : 0;
}

u32 area_account(const struct vm_area *a, u32 prot)
{
	if (!(a->flags & MAP_PRIVATE))
		return a->flags;
	if (!(prot & PROT_WRITE))
		return a->file || a->anon_vma || (a->flags & VMA_SPECIAL) ? a->flags
									  : a->flags & ~VMA_ACCOUNT;
	return a->flags & (VMA_NORESERVE | VMA_HUGETLB) ? a->flags : a->flags | VMA_ACCOUNT;
}

/* Takes n areas from index i on out of the list. Like link_at() it moves the shorter part of the
 * rest: what a program maps and unmaps lies near the list's start, for mmap goes downwards. */
static void unlink_at(size_t i, size_t n)
{
	size_t above = mm->nr_areas - i - n;

	if (i < above) {
		memmove(&mm->areas[n], mm->areas, i * sizeof(*mm->areas));
		mm->areas += n;
		mm->areas_before += n;
	} else {
		memmove(&mm->areas[i], &mm->areas[i + n], above * sizeof(*mm->areas));
	}
	mm->nr_areas -= n;
}

/* Room for as many areas again, before and behind. */
static void make_room(void)
{
	size_t n = mm->nr_areas, more = n / 2 + 32;
	struct vm_area **room = malloc((n + 2 * more) * sizeof(*room));

	if (!room)
		fatal("out of memory");
	if (mm->areas) {
		memcpy(room + more, mm->areas, n * sizeof(*room));
		free(mm->areas - mm->areas_before);
	}
	mm->areas = room + more;
	mm->areas_before = more;
	mm->max_areas = n + 2 * more;
}

static void link_at(size_t i, struct vm_area *a)
{
	if (!mm->areas_before || mm->areas_before + mm->nr_areas == mm->max_areas)
		make_room();
	if (i < mm->nr_areas / 2) {
		mm->areas--;
		mm->areas_before--;
		memmove(mm->areas, mm->areas + 1, i * sizeof(*mm->areas));
	} else {
		memmove(&mm->areas[i + 1], &mm->areas[i], (mm->nr_areas - i) * sizeof(*mm->areas));
	}
	mm->areas[i] = a;
	mm->nr_areas++;
}

/* What an area that becomes part of another brings along. */
static void inherit(struct vm_area *a, const struct vm_area *b)
{
	a->flags |= b->flags;
	if (b->anon_vma) {
		a->anon_vma = b->anon_vma;
		a->anon_inherited = b->anon_inherited;
	}
}

/* Joins b, the neighbour above at index i + 1, to a. */
static void absorb(size_t i)
{
	struct vm_area *a = mm->areas[i], *b = mm->areas[i + 1];

	a->end = b->end;
	inherit(a, b);
	a->in_tlb |= b->in_tlb;
	a->has_code |= b->has_code;
	unlink_at(i + 1, 1);
	area_free(b);
}

void area_merge(guest_addr start, guest_addr end)
{
	size_t i = start ? area_index(start - 1) : 0;

	while (i + 1 < mm->nr_areas && mm->areas[i]->end <= end) {
		if (alike(mm->areas[i], mm->areas[i + 1]))
			absorb(i);
		else
			i++;
	}
}

void area_insert_apart(struct vm_area *a)
{
	size_t i = area_index(a->start);

	if (i < mm->nr_areas && alike(a, mm->areas[i])) {
		mm->areas[i]->start = a->start;
		mm->areas[i]->pgoff = a->pgoff;
		inherit(mm->areas[i], a);
		area_free(a);
		return;
	}
	link_at(i, a);
}

void area_insert(struct vm_area *a)
{
	size_t i = area_index(a->start);

	/* The common case without moving the list: growing a neighbour. */
	if (i > 0 && alike(mm->areas[i - 1], a)) {
		mm->areas[i - 1]->end = a->end;
		inherit(mm->areas[i - 1], a);
		area_free(a);
		if (i < mm->nr_areas && alike(mm->areas[i - 1], mm->areas[i]))
			absorb(i - 1);
		return;
	}
	area_insert_apart(a);
}

void area_split(guest_addr addr)
{
	size_t i = area_index(addr);
	struct vm_area *a, *b;

	if (i >= mm->nr_areas || mm->areas[i]->start >= addr)
		return;
	a = mm->areas[i];
	b = area_new(addr, a->end, a->prot, a->flags);
	b->pgoff = a->pgoff + (addr - a->start);
	b->anon_vma = a->anon_vma;
	b->anon_inherited = a->anon_inherited;
	b->name = a->name;
	b->readonly = a->readonly;
	b->in_tlb = a->in_tlb;
	b->has_code = a->has_code;
	b->file = a->file;
	if (b->file)
		b->file->refs++;
	a->end = addr;
	link_at(i + 1, b);
}

static bool within_special(guest_addr addr)
{
	const struct vm_area *a = mm_find(addr);

	return a && a->start < addr && (a->flags & VMA_SPECIAL);
}

bool area_may_split(guest_addr start, guest_addr end)
{
	return !within_special(start) && !within_special(end);
}

void area_modify(struct vm_area *a, guest_addr start, guest_addr end, u32 prot, u32 flags,
		 const char *name)
{
	if (prot == a->prot && !((flags ^ a->flags) & ~(u32)VMA_SOFT) && name == a->name) {
		a->flags = flags;
		return;
	}
	area_split(start);
	area_split(end);
	a = mm->areas[area_index(start)];
	a->prot = prot;
	a->flags = flags;
	a->name = name;
	area_merge(start, end);
}

void area_content_changed(const struct vm_area *a, guest_addr start, guest_addr end)
{
	if (!a->has_code)
		return;
	for (guest_addr stop; (stop = piece_end(start, end)); start = stop)
		cpu_invalidate_code((u64)(mm_host(start) - (u8 *)mm_arena()), stop - start);
}

void area_forget(struct vm_area *a, guest_addr start, guest_addr end)
{
	area_content_changed(a, start, end);
	if (a->in_tlb)
		cpu_flush(start, end - start);
	if (start <= a->start && end >= a->end)
		a->has_code = a->in_tlb = false;
}

#define SPARE_SIZE (1UL << 30)

static long map_like_arena(u8 *at, u64 len, u32 flags)
{
	long ret = host(SYS_mmap, HP(at), len, PROT_READ | PROT_WRITE,
			flags | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (ret < 0 && ret > -4096)
		return ret;
	/* As the rest of the arena is: so they are one mapping for the host. */
	host(SYS_madvise, ret, len, MADV_NOHUGEPAGE);
	host(SYS_madvise, ret, len, MADV_DONTDUMP);
	return ret;
}

/* Memory that nobody touches. Moved without being taken away, it is fresh memory elsewhere, by one
 * call of the host's instead of three. */
static long spare(void)
{
	static long at;

	if (!at)
		at = map_like_arena(NULL, SPARE_SIZE, 0);
	return at;
}

void arena_renew(u8 *host_mem, u64 len)
{
	long from = len <= SPARE_SIZE ? spare() : -ENOMEM;

	if ((from > 0 || from < -4095) &&
	    host(SYS_mremap, from, len, len, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP,
		 HP(host_mem)) == HP(host_mem))
		return;
	map_like_arena(host_mem, len, MAP_FIXED);
}

/* A place that no chunk has taken up was never touched. */
static void release(const struct vm_area *a)
{
	guest_addr at = a->start;
	bool plain = !a->file && !(a->flags & VMA_HOST);

	for (guest_addr stop; (stop = piece_end(at, a->end)); at = stop) {
		if (!mm_delta[at >> mm_chunk_shift])
			continue;
		/* It fails for memory that mlockall(MCL_FUTURE) has locked. */
		if (!plain || host(SYS_madvise, HP(mm_host(at)), stop - at, MADV_DONTNEED))
			arena_renew(mm_host(at), stop - at);
	}
}

static void take_out(guest_addr start, guest_addr end, bool free_memory)
{
	size_t i = area_index(start), n = 0;
	guest_addr gap;

	while (i + n < mm->nr_areas && mm->areas[i + n]->start < end) {
		struct vm_area *a = mm->areas[i + n];

		area_forget(a, a->start, a->end);
		if (free_memory)
			release(a);
		area_free(a);
		n++;
	}
	if (!n) /* also: no array yet */
		return;
	unlink_at(i, n);
	gap = i < mm->nr_areas ? mm->areas[i]->start : mm->mmap_base;
	for (i = 0; i < ARRAY_SIZE(mm->gap_top); i++)
		mm->gap_top[i] = MAX(mm->gap_top[i], gap);
}

void area_remove(guest_addr start, guest_addr end)
{
	take_out(start, end, true);
}

void area_drop(guest_addr start, guest_addr end)
{
	take_out(start, end, false);
}

/* Linux keeps this much free below a stack (stack_guard_gap). */
#define STACK_GUARD (256 * PAGE_SIZE)

guest_addr area_guarded_start(const struct vm_area *a)
{
	if (!(a->flags & MAP_GROWSDOWN))
		return a->start;
	return a->start > STACK_GUARD ? a->start - STACK_GUARD : 0;
}

/* From the top, but not again over what earlier searches have found too small. */
guest_addr area_gap_below(guest_addr floor, u64 len)
{
	u32 class = 63 - (u32)__builtin_clzl(len);
	guest_addr limit = MIN(mm->mmap_base, mm->gap_top[class]);
	bool noted = false;

	for (size_t i = area_index(limit ? limit - 1 : 0);; i--) {
		guest_addr bottom, top = limit, guarded = limit;

		if (i < mm->nr_areas) {
			top = MIN(limit, mm->areas[i]->start);
			guarded = area_guarded_start(mm->areas[i]);
		}
		bottom = i > 0 ? mm->areas[i - 1]->end : 0;
		bottom = MAX(bottom, floor);
		if (!noted && top > bottom && top - bottom >= 1UL << class) {
			mm->gap_top[class] = i < mm->nr_areas ? mm->areas[i]->start : top;
			noted = true;
		}
		/* A gap that would do but for a stack above it: Linux goes on below where that may
		 * grow to, vm_unmapped_area(). */
		if (top >= bottom && top - bottom >= len)
			top = limit = MIN(top, guarded);
		if (top >= bottom && top - bottom >= len)
			return top - len;
		if (i == 0 || bottom == floor)
			return 0;
	}
}

guest_addr area_gap_above(guest_addr floor, guest_addr limit, u64 len)
{
	guest_addr at = floor;

	for (size_t i = area_index(floor); at + len <= limit; i++) {
		if (i >= mm->nr_areas || area_guarded_start(mm->areas[i]) >= at + len)
			return at;
		at = mm->areas[i]->end;
	}
	return 0;
}
