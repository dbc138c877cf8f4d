/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arena, address-space set-up, TLB fill, faults, brk. */
#include "mm/mm.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cpu/cpu.h"
#include "host/host.h"
#include "host/image.h"
#include "mm/area.h"
#include "mm/limit.h"
#include "mm/track.h"

static struct mm the_mm;
struct mm *mm = &the_mm;

static u8 *arena;
static u64 arena_size;

#define ARENA_PROT  (PROT_READ | PROT_WRITE)
#define ARENA_FLAGS (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
#define ARENA_ALIGN (1UL << 30) /* huge pages of the guest are huge pages of the host */
#define PLACES_MAX  1024	/* for chunks; the CPU has the first for its tables */
#define PLACES_MIN  128
#define GUEST_BITS  47

u64 *mm_delta;
u32 mm_chunk_shift;
static u32 nr_places;
static bool taken[PLACES_MAX];
static u32 chunk_at[PLACES_MAX]; /* the chunk that has the place */
static u64 first_place;		 /* where that of the first chunk is to be looked for */

#ifdef HOST_TSAN
#define ARENA_MAX (1UL << 38) /* of what ThreadSanitizer leaves to programs */
#else
#define ARENA_MAX (1UL << 45)
#endif

/* What the engine maps later: its room for translated code is a GiB, and it ends the process where
 * it cannot have it. */
#define ENGINE_ROOM (5UL << 28)

static bool leaves_engine_room(void)
{
	void *room = mmap(NULL, ENGINE_ROOM, ARENA_PROT, ARENA_FLAGS, -1, 0);

	return room != MAP_FAILED && munmap(room, ENGINE_ROOM) == 0;
}

/* As much as the host's address space and limits let us reserve. */
static void reserve_arena(void)
{
	u64 pad = ARENA_ALIGN;

	for (arena_size = ARENA_MAX; arena_size >= 1UL << 30; arena_size /= 2) {
		if (arena_size < 1UL << 34)
			pad = 0;
		arena = mmap(NULL, arena_size + pad, ARENA_PROT, ARENA_FLAGS, -1, 0);
		if (arena == MAP_FAILED)
			continue;
		if (leaves_engine_room())
			break;
		munmap(arena, arena_size + pad);
		arena = MAP_FAILED;
	}
	if (arena == MAP_FAILED)
		fatal("cannot reserve address space for the guest: %s (raise ulimit -v and -d)",
		      strerror(errno));
	if (pad) {
		u64 head = -(u64)(uintptr_t)arena & (pad - 1);

		if (head)
			munmap(arena, head);
		arena += head;
		munmap(arena + arena_size, pad - head);
	}
}

static void advise_arena(void)
{
	/* The arena is one host mapping: a huge page at a first touch would be waste. */
	madvise(arena, arena_size, MADV_NOHUGEPAGE);
	madvise(arena, arena_size, MADV_DONTDUMP);
}

void mm_init(void)
{
	reserve_arena();
	advise_arena();
	image_leave_out(arena + CPU_TABLES_SIZE, arena + arena_size);
	nr_places = (u32)MIN(MAX(arena_size >> 31, PLACES_MIN), PLACES_MAX);
	mm_chunk_shift = 63 - (u32)__builtin_clzl(arena_size / nr_places);
	mm_delta = calloc(1UL << (GUEST_BITS - mm_chunk_shift), sizeof(*mm_delta));
	if (!mm_delta)
		fatal("out of memory");
}

void mm_renew(void)
{
	if (mmap(arena + CPU_TABLES_SIZE, arena_size - CPU_TABLES_SIZE, ARENA_PROT,
		 ARENA_FLAGS | MAP_FIXED, -1, 0) == MAP_FAILED)
		fatal("cannot reserve address space for the guest: %s", strerror(errno));
	advise_arena();
}

void *mm_arena(void)
{
	return arena;
}

u64 mm_arena_size(void)
{
	return arena_size;
}

static bool take_place(u32 place, u64 chunk)
{
	if (place == 0 || place >= nr_places || taken[place])
		return false;
	taken[place] = true;
	chunk_at[place] = (u32)chunk;
	mm_delta[chunk] = (u64)(uintptr_t)(arena + ((u64)place << mm_chunk_shift)) -
			  (chunk << mm_chunk_shift);
	return true;
}

/* Gives a chunk the place of one that has nothing left: programs that map here and there, as V8
 * does, come by all chunks in time. */
static bool reuse_place(u64 chunk)
{
	for (u32 place = 1; place < nr_places; place++) {
		guest_addr start = (guest_addr)chunk_at[place] << mm_chunk_shift;
		struct vm_area *next = mm_find_next(start);

		if (!taken[place] || (next && next->start < mm_chunk_end(start)))
			continue;
		mm_delta[chunk_at[place]] = 0;
		taken[place] = false;
		return take_place(place, chunk);
	}
	return false;
}

u8 *mm_place_chunk(guest_addr addr)
{
	u64 chunk = addr >> mm_chunk_shift, below;

	/* Behind its neighbour, so that what crosses the border is contiguous. */
	below = chunk ? mm_delta[chunk - 1] : 0;
	if (below) {
		u64 next = below + (chunk << mm_chunk_shift) - (u64)(uintptr_t)arena;

		if (take_place((u32)(next >> mm_chunk_shift), chunk))
			return mm_host(addr);
	}
	/* The same in each process, so that translations of its code can be kept. Static programs
	 * all lie in the first chunk: each has a place of its own. */
	if (take_place(1 + (u32)((chunk ?: first_place) % (nr_places - 1)), chunk))
		return mm_host(addr);
	for (u32 place = nr_places - 1; place > 0; place--)
		if (take_place(place, chunk))
			return mm_host(addr);
	return reuse_place(chunk) ? mm_host(addr) : NULL;
}

static void free_places(void)
{
	for (u32 place = 1; place < nr_places; place++) {
		if (!taken[place])
			continue;
		arena_renew(arena + ((u64)place << mm_chunk_shift), 1UL << mm_chunk_shift);
		taken[place] = false;
		mm_delta[chunk_at[place]] = 0;
	}
}

/* randomize_stack_top() leaves the last pages of the address space free, which programs that map
 * something there count on. Here the distance is always the same, so that runs can be compared. */
#define BELOW_THE_TOP (1UL << 20)

void mm_reset(enum abi abi, int fd)
{
	u64 gap = mm_limits.stack;

	cpu_keep_code();
	mm_shared_code_reset();
	for (size_t i = 0; i < mm->nr_areas; i++)
		area_free(mm->areas[i]);
	mm->nr_areas = 0;
	mm->locked_lost = 0;
	free_places();
	first_place = mm_place_of_file(fd, nr_places - 1);
	cpu_flush_all();
	mm->task_size = abi == ABI_64 ? TASK_SIZE_64 : TASK_SIZE_32;
	if (abi == ABI_32 && (mm_limits.personality & ADDR_LIMIT_3GB))
		mm->task_size = 0xc0000000;
	/* mmap_base(): the stack may grow to its limit, within reason; without a limit mmap goes
	 * upwards from a third of the address space */
	mm->legacy_layout = gap == RLIM_INFINITY || (mm_limits.personality & ADDR_COMPAT_LAYOUT);
	mm->stack_top = mm->task_size;
	if (!(mm_limits.personality & ADDR_NO_RANDOMIZE))
		mm->stack_top -= BELOW_THE_TOP;
	gap = MAX(MIN(gap, mm->task_size) + (mm->task_size - mm->stack_top), 128UL << 20);
	gap = MIN(gap, mm->task_size / 6 * 5);
	mm->mmap_base = (mm->task_size - gap) & PAGE_MASK;
	for (size_t i = 0; i < ARRAY_SIZE(mm->gap_top); i++)
		mm->gap_top[i] = ~0UL;
	mm->start_brk = mm->brk = 0;
	mm->vdso = 0;
	mm->nr_auxv = 0;
	mm->def_flags = 0;
	mm->pkey_taken = false;
}

guest_addr mm_guest(const u8 *at)
{
	for (size_t i = 0; i < mm->nr_areas; i++) {
		guest_addr from = mm->areas[i]->start, end = mm->areas[i]->end;

		for (guest_addr stop; (stop = piece_end(from, end)); from = stop) {
			u64 delta = mm_delta[from >> mm_chunk_shift];
			guest_addr addr = (guest_addr)(uintptr_t)at - delta;

			if (delta && addr >= from && addr < stop)
				return addr;
		}
	}
	return 0;
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

void mm_saved_auxv(const struct mm *m, u64 out[static ARRAY_SIZE(m->auxv)])
{
	memset(out, 0, sizeof(m->auxv));
	for (size_t i = 0; i < m->nr_auxv; i++)
		if (m->task_size == TASK_SIZE_64)
			out[i] = m->auxv[i];
		else
			((u32 *)out)[i] = (u32)m->auxv[i];
}

void mm_make_special(guest_addr addr, u32 flags, const char *name)
{
	struct vm_area *a = mm_find(addr);

	if (!a)
		return;
	a->name = name;
	a->flags = (a->flags & ~VMA_ACCOUNT) | VMA_SPECIAL | flags;
	a->anon_vma = 0;
}

/* ---- Faults ---- */

/* A stack grows to the page of addr when Linux would let it: within its limit, and with nothing
 * nearer below than the guard gap (mm/vma.c, expand_downwards(), acct_stack_growth()). */
static struct vm_area *grow_stack(guest_addr addr)
{
	size_t i = area_index(addr);
	guest_addr page = addr & PAGE_MASK;
	struct vm_area *a, *below = i > 0 && i <= mm->nr_areas ? mm->areas[i - 1] : NULL;

	if (i >= mm->nr_areas)
		return NULL;
	a = mm->areas[i];
	if (!(a->flags & MAP_GROWSDOWN) || a->start <= page || page < 65536)
		return NULL;
	if (below && !(below->flags & MAP_GROWSDOWN) && below->prot != PROT_NONE &&
	    below->end + 256 * PAGE_SIZE > page)
		return NULL;
	area_written(a); /* while it is where it was: neighbours that it will touch do not count */
	if (a->end - page > mm_limits.stack || !mm_may_expand(a->start - page, a->prot, a->flags) ||
	    ((a->flags & VMA_LOCKED) && mm_may_lock(a->start - page)) ||
	    mm_may_commit(a->start - page, PROT_WRITE, MAP_PRIVATE))
		return NULL;
	a->pgoff -= a->start - page;
	a->start = page;
	return a;
}

void mm_make_stack(guest_addr addr)
{
	struct vm_area *a = mm_find(addr);

	if (a)
		a->flags |= MAP_GROWSDOWN;
}

/* What the CPU may do to a page of an area (there is no write-only or execute-only memory). */
static u32 effective(u32 prot)
{
	return prot ? prot | PROT_READ : 0;
}

_Static_assert(PROT_READ == CPU_READ && PROT_WRITE == CPU_WRITE && PROT_EXEC == CPU_EXEC,
	       "mmap's and the CPU's permission bits are the same");

/* A page of a file mapping beyond the end of the file has no memory behind it, nor have guard
 * pages, nor huge pages that the host has run out of: how many of n pages have memory, up to the
 * first that has none. */
static u64 backed(const struct vm_area *a, guest_addr page, u64 n)
{
	if (likely(!a->file && !(a->flags & (VMA_GUARDED | VMA_HUGETLB))))
		return n;
	return host_touch(area_host(a, page), n);
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
	return b->file && (a->file == b->file || (a->file->ino && a->file->ino == b->file->ino &&
						  a->file->dev == b->file->dev));
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
		if (access == CPU_WRITE) {
			guest_addr other = b->start + (off - b->pgoff);

			area_content_changed(b, other, other + PAGE_SIZE);
		}
		if (access == CPU_WRITE ? b->has_code : b->in_tlb && (b->prot & PROT_WRITE))
			flush = true;
	}
	if (flush)
		cpu_flush_all();
}

bool mm_fill(guest_addr page, int access, struct cpu_xlate *out)
{
	struct vm_area *a = mm_find(page);
	u8 *at;

	if (unlikely(!a)) {
		a = grow_stack(page);
		if (!a)
			return false;
	}
	out->prot = effective(a->prot);
	if (unlikely(!(out->prot & (u32)access)))
		return false;
	if (access == CPU_WRITE) /* also where there proves to be nothing to write to */
		area_written(a);
	if (unlikely(!backed(a, page, 1)))
		return false;
	at = mm_host(page);
	if (unlikely(!at))
		return false;
	out->phys = (u64)(at - arena);
	if (unlikely(track_on) && !track_fill(a, page, access))
		out->prot &= ~(u32)CPU_WRITE;
	if (access != CPU_WRITE && !a->anon_vma &&
	    (a->flags & MAP_PRIVATE)) /* its first write must be seen */
		out->prot &= ~(u32)CPU_WRITE;
	if (unlikely(a->file && (a->flags & MAP_SHARED))) {
		if (access != CPU_READ)
			settle_aliases(a, page, access);
		else if (mm_watch_writes) /* its first write must be seen */
			out->prot &= ~(u32)CPU_WRITE;
	}
	a->in_tlb = true;
	if (access & CPU_EXEC) {
		a->has_code = true;
		mm_shared_code_fetched(a, page);
	}
	return true;
}

bool mm_spare(guest_addr page, u64 phys)
{
	u32 place = (u32)(phys >> mm_chunk_shift);

	if (place < nr_places && !taken[place])
		return true;
	return page < 1UL << GUEST_BITS && !mm_find(page) && mm_host(page) == arena + phys;
}

/* Whether another area has the same file, which may be code there. */
static bool has_alias(const struct vm_area *a)
{
	for (size_t i = 0; i < mm->nr_areas; i++)
		if (mm->areas[i] != a && same_file(a, mm->areas[i]))
			return true;
	return false;
}

/* How many of n pages are there, up to the first that is not. To look at a page of a file that is
 * on no device may be what makes it, as the host can tell (tmpfs). */
static u64 present(const struct vm_area *a, guest_addr page, u64 n)
{
	u8 resident[256];
	u64 have = 0;

	if (!(a->flags & (VMA_GUARDED | VMA_HUGETLB)) && (!a->file || major(a->file->dev)))
		return backed(a, page, n);
	n = MIN(n, sizeof(resident));
	if (host(SYS_mincore, HP(area_host(a, page)), n * PAGE_SIZE, HP(resident)))
		return 0;
	while (have < n && resident[have] & 1)
		have++;
	return backed(a, page, have);
}

u32 mm_ahead(guest_addr page, int access, u32 max)
{
	struct vm_area *a = mm_find(page);
	u64 n = a ? MIN(a->end, mm_chunk_end(page)) - page - PAGE_SIZE : 0;

	if (!n || track_on || (a->prot & PROT_EXEC) ||
	    (access == CPU_WRITE && a->file && (a->flags & MAP_SHARED) && has_alias(a)))
		return 0;
	return (u32)present(a, page + PAGE_SIZE, MIN(n / PAGE_SIZE, max));
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
			area_content_changed(a, a->start, a->end);
	}
}

volatile u32 mm_code_written;

void mm_forget_code(void)
{
	mm_code_written = 0;
	for (size_t i = 0; i < mm->nr_areas; i++)
		area_content_changed(mm->areas[i], mm->areas[i]->start, mm->areas[i]->end);
}

void mm_fault_info(guest_addr addr, int access, int *sig, int *si_code)
{
	struct vm_area *a = mm_find(addr);
	u8 byte;

	*sig = SIGSEGV;
	if (!a) {
		*si_code = SEGV_MAPERR;
	} else if (!(effective(a->prot) & (u32)access)) {
		*si_code = SEGV_ACCERR;
	} else if ((a->flags & VMA_GUARDED) && host_copy(&byte, area_host(a, addr), 1) &&
		   host_copy_signal == SIGSEGV) {
		*si_code = SEGV_MAPERR; /* a guard page, also beyond the end of a file */
	} else {
		*sig = SIGBUS;
		*si_code = BUS_ADRERR;
	}
}

/* ---- Accounting ---- */

u64 mm_locked(void)
{
	u64 sum = mm->locked_lost;

	for (size_t i = 0; i < mm->nr_areas; i++)
		if (mm->areas[i]->flags & VMA_LOCKED)
			sum += mm->areas[i]->end - mm->areas[i]->start;
	return sum;
}

/* The host is asked for as much: its overcommit rules are the guest's. What it gives without asking
 * is not asked for. */
long mm_may_commit(u64 len, u32 prot, u32 flags)
{
	long at;

	if (len < 256UL << 20 || (flags & VMA_NORESERVE) || !(prot & PROT_WRITE) ||
	    !(flags & MAP_PRIVATE))
		return 0;
	at = host(SYS_mmap, 0, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at < 0)
		return -ENOMEM;
	host(SYS_munmap, at, len);
	return 0;
}

/* ---- fork ---- */

void mm_forked(void)
{
	for (size_t i = 0; i < mm->nr_areas; i++) {
		struct vm_area *a = mm->areas[i];

		a->flags &= ~(u32)(VMA_LOCKED | VMA_LOCKONFAULT);
		if (a->flags & VMA_WIPEONFORK)
			area_forget(a, a->start, a->end);
		area_fork_anon(a);
	}
	mm->def_flags = 0;
	mm->locked_lost = 0;
	for (size_t i = 0; i < mm->nr_areas;) {
		struct vm_area *a = mm->areas[i];

		if (a->flags & VMA_DONTFORK)
			area_remove(a->start, a->end);
		else
			i++;
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
		if (mm_munmap(new, old - new))
			return (long)mm->brk;
	} else if (new > old) {
		next = mm_find_next(old);
		if (next && area_guarded_start(next) < new + PAGE_SIZE)
			return (long)mm->brk;
		if (mm_map_anon(old, new - old, PROT_READ | PROT_WRITE))
			return (long)mm->brk;
	}
	mm->brk = brk;
	return (long)mm->brk;
}
