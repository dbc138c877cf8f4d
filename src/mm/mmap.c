/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mmap(2), munmap(2), mprotect(2) on the guest's areas. */
#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/statvfs.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cpu/cpu.h"
#include "host/host.h"
#include "mm/area.h"
#include "mm/limit.h"

#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE 0x08
#endif

#define MMAP_MIN_ADDR 65536UL /* vm.mmap_min_addr's default */

/* arch_get_unmapped_area_topdown() and its sister for a stack without limit. */
guest_addr mm_find_place(guest_addr hint, u64 len, u32 flags)
{
	bool low = (flags & MAP_32BIT) && mm->task_size == TASK_SIZE_64;
	guest_addr at = 0, limit = low ? 0x80000000 : mm->task_size;
	struct vm_area *next;

	hint &= PAGE_MASK; /* round_hint_to_min() */
	if (hint) {
		hint = MAX(hint, MMAP_MIN_ADDR);
		next = mm_find_next(hint);
		if (len <= limit && hint <= limit - len &&
		    (!next || (next->start >= hint && area_guarded_start(next) >= hint + len)))
			return hint;
	}
	if (low)
		return area_gap_above(0x40000000, limit, len);
	if (!mm->legacy_layout)
		at = area_gap_below(MMAP_MIN_ADDR, len);
	if (!at)
		at = area_gap_above(PAGE_ALIGN(mm->task_size / 3), mm->task_size, len);
	return at;
}

u64 mm_place_of_file(int fd, u64 places)
{
	u64 hash = 0x9e3779b97f4a7c15, head[128] = {0};
	struct stat st;

	if (host(SYS_fstat, fd, HP(&st)) || host(SYS_pread64, fd, HP(head), sizeof(head), 0) <= 0)
		return 0;
	hash ^= (u64)st.st_size;
	for (size_t i = 0; i < ARRAY_SIZE(head); i++)
		hash = ((hash ^ head[i]) * 0xff51afd7ed558ccd) ^ hash >> 32;
	return (hash >> 32) % places;
}

bool mm_has_places(void)
{
	return mm->task_size == TASK_SIZE_64 && !(mm_limits.personality & ADDR_NO_RANDOMIZE);
}

guest_addr mm_unmapped(guest_addr hint, u64 len, u64 align)
{
	guest_addr at = mm_find_place(hint, len, 0);

	if (at & (align - 1))
		at = mm_find_place(0, len + align, 0);
	return (at + align - 1) & ~(align - 1);
}

/* The host counts what trapgate has mapped and will have to map for itself, too. */
#define OWN_MAPPINGS 192UL

long mm_may_count(size_t n)
{
	static size_t max;
	FILE *f;

	if (likely(mm->nr_areas + n < 60000))
		return 0;
	if (!max) {
		max = 65530;
		f = fopen("/proc/sys/vm/max_map_count", "re");
		if (f && fscanf(f, "%zu", &max) != 1)
			max = 65530;
		if (f)
			fclose(f);
		max -= MIN(max / 2, OWN_MAPPINGS);
	}
	return mm->nr_areas + n > max ? -ENOMEM : 0;
}

static bool is_fixed(u32 flags)
{
	return flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
}

/* do_mmap()'s checks up to the address, in its order. */
static long check_args(guest_addr addr, u64 *len, u32 flags, u64 offset)
{
	if (!*len)
		return -EINVAL;
	if (offset & ~PAGE_MASK)
		return -EINVAL;
	*len = PAGE_ALIGN(*len);
	if (!*len)
		return -ENOMEM;
	if (mm_may_count(0))
		return -ENOMEM;
	if (*len > mm->task_size)
		return -ENOMEM;
	if (!is_fixed(flags))
		return 0;
	if (addr > mm->task_size - *len)
		return -ENOMEM;
	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (addr < MMAP_MIN_ADDR && host(SYS_geteuid) != 0)
		return -EPERM;
	return 0;
}

/* The types that mmap takes, and what it says of the others. */
static long check_type(u32 flags)
{
	u32 type = flags & MAP_TYPE;

	if (flags & MAP_ANONYMOUS) {
		if (type != MAP_SHARED && type != MAP_PRIVATE && type != MAP_DROPPABLE)
			return -EINVAL;
		if (type == MAP_SHARED && (flags & MAP_GROWSDOWN))
			return -EINVAL;
		return 0;
	}
	if (type != MAP_SHARED && type != MAP_PRIVATE && type != MAP_SHARED_VALIDATE)
		return -EINVAL;
	return flags & MAP_GROWSDOWN ? -EINVAL : 0;
}

/* Code cannot come from a file system that is mounted noexec, nor from those of the kernel's own
 * that are so in the kernel alone (SB_I_NOEXEC), which shows when one tries. */
static bool noexec(int fd)
{
	struct statfs st;
	struct stat file;
	long p;

	if (host(SYS_fstatfs, fd, HP(&st)) || host(SYS_fstat, fd, HP(&file)))
		return false;
	if (st.f_flags & ST_NOEXEC)
		return true;
	if (st.f_type != PROC_SUPER_MAGIC && (S_ISREG(file.st_mode) || S_ISCHR(file.st_mode)))
		return false;
	p = host(SYS_mmap, 0, PAGE_SIZE, PROT_EXEC, MAP_PRIVATE, fd, 0);
	if (p > 0)
		host(SYS_munmap, p, PAGE_SIZE);
	return p == -EPERM;
}

struct request {
	guest_addr addr;
	u64 len;
	u32 prot, flags;
	int fd;
	u64 offset;
	const struct stat *st; /* of fd, where the caller knows it */
};

/* A mapping that fails late has taken away what was there before. */
static void fill_hole(u8 *place, u64 len)
{
	u8 resident;

	if (host(SYS_mincore, HP(place), PAGE_SIZE, HP(&resident)) == -ENOMEM)
		arena_renew(place, len);
}

/* Calls the host's mmap for every piece. What it says about the file and the flags is what the
 * guest gets to hear: at the first piece nothing has been changed yet. */
static long host_map(const struct request *r, u32 prot, u32 flags)
{
	guest_addr at = r->addr, end = r->addr + r->len;
	u64 off = r->offset;

	/* Huge pages are reserved at once: that is what makes mmap fail. */
	flags |= flags & MAP_HUGETLB ? r->flags & MAP_NORESERVE : MAP_NORESERVE;

	for (guest_addr stop; (stop = piece_end(at, end)); at = stop) {
		u8 *place = mm_host(at);
		long ret;

		if (!place)
			return -ENOMEM;
		ret = host(SYS_mmap, HP(place), stop - at, prot, flags | MAP_FIXED, r->fd, off);
		if (ret < 0 && ret > -4096) {
			fill_hole(place, stop - at);
			return ret;
		}
		off += stop - at;
	}
	return 0;
}

static struct vm_file *new_file(u64 dev, u64 ino, bool others)
{
	struct vm_file *f = calloc(1, sizeof(*f));

	if (!f)
		fatal("out of memory");
	*f = (struct vm_file){.refs = 1, .dev = dev, .ino = ino, .others = others};
	return f;
}

/* Puts memory behind the area. *fresh: what was there before is gone. */
static long back(struct vm_area *a, const struct request *r, bool *fresh)
{
	u32 pass = r->flags & (MAP_SHARED_VALIDATE | MAP_POPULATE | MAP_NONBLOCK | MAP_LOCKED |
			       MAP_SYNC | MAP_HUGETLB | MAP_ANONYMOUS | (63u << MAP_HUGE_SHIFT));
	u32 type = r->flags & MAP_TYPE;
	bool late_lock = false;
	struct stat st;
	long ret;

	*fresh = true;
	if (a->flags & VMA_LOCKONFAULT) /* mlockall(MCL_FUTURE | MCL_ONFAULT): see mm_mmap_file() */
		pass &= ~(u32)(MAP_POPULATE | MAP_LOCKED);
	if (type == MAP_DROPPABLE)
		pass |= MAP_DROPPABLE;
	if (pass & (MAP_LOCKED | MAP_HUGETLB))
		a->flags |= VMA_HOST;
	if (r->flags & MAP_HUGETLB)
		a->flags |= VMA_HUGETLB;
	if (r->flags & MAP_ANONYMOUS) {
		*fresh = type != MAP_PRIVATE || (pass & (MAP_LOCKED | MAP_HUGETLB | MAP_POPULATE));
		if (!*fresh) {
			if (a->prot & PROT_WRITE) /* another process may be the first to write */
				mm_host(a->start);
			return 0;
		}
		if (type == MAP_SHARED)
			a->file = new_file(0, 0, false);
		if (type == MAP_DROPPABLE)
			a->flags |= VMA_HOST | VMA_WIPEONFORK;
		ret = host_map(r, PROT_READ | PROT_WRITE, pass);
		if (type == MAP_PRIVATE)
			a->flags |= VMA_HOST;
		return ret;
	}
	if (type == MAP_PRIVATE && !(a->prot & PROT_WRITE) &&
	    (pass & (MAP_POPULATE | MAP_LOCKED))) {
		/* bringing writable pages in would make private copies of them */
		ret = host_map(r, PROT_READ, (pass | MAP_POPULATE) & ~(u32)MAP_LOCKED);
		for (guest_addr at = r->addr, end = at + r->len, stop;
		     !ret && (stop = piece_end(at, end)); at = stop)
			host(SYS_mprotect, HP(mm_host(at)), stop - at, PROT_READ | PROT_WRITE);
		late_lock = pass & MAP_LOCKED;
	} else {
		ret = host_map(r, PROT_READ | PROT_WRITE, pass);
	}
	/* Not opened for writing; sealed, or a socket, of which no mapping may be writable. */
	if (!(a->prot & PROT_WRITE) && ((ret == -EACCES && type != MAP_PRIVATE) || ret == -EPERM)) {
		a->readonly = true;
		ret = host_map(r, PROT_READ, pass);
	}
	if (!ret && r->st)
		a->file = new_file(r->st->st_dev, r->st->st_ino, r->st->st_nlink);
	else if (!ret && host(SYS_fstat, r->fd, HP(&st)) == 0)
		a->file = new_file(st.st_dev, st.st_ino, st.st_nlink);
	if (!ret && late_lock) /* when it is known what it is */
		mm_lock_piece(a, r->addr, r->addr + r->len);
	return ret;
}

/* What is in the way of a fixed mapping goes; the host's mmap has put something else there unless
 * the new memory is the arena's own. */
static void make_way(guest_addr start, guest_addr end, bool fresh)
{
	area_split(start);
	area_split(end);
	if (fresh)
		area_drop(start, end);
	else
		area_remove(start, end);
}

static bool is_sealed(guest_addr start, guest_addr end)
{
	for (size_t i = area_index(start); i < mm->nr_areas && mm->areas[i]->start < end; i++)
		if (mm->areas[i]->flags & VMA_SEALED)
			return true;
	return false;
}

#define HUGE_SIZE (2UL << 20)

/* thp_get_unmapped_area(): where a file, or anonymous memory of whole huge pages, can have huge
 * pages behind it. The host maps files that way, too: memory lies in the arena as in the guest. 0:
 * it is too small, or goes where everything goes. */
static guest_addr huge_place(const struct request *r)
{
	u64 offset = r->fd >= 0 ? r->offset : 0, past;
	guest_addr at;

	if (r->addr || r->len < HUGE_SIZE || (r->flags & MAP_32BIT) ||
	    mm->task_size != TASK_SIZE_64)
		return 0;
	if (r->fd < 0 && ((r->flags & MAP_TYPE) == MAP_SHARED || r->len % HUGE_SIZE))
		return 0;
	past = (offset + HUGE_SIZE - 1) & ~(HUGE_SIZE - 1);
	if (offset + r->len < past + HUGE_SIZE || r->len + HUGE_SIZE < r->len)
		return 0;
	at = mm_find_place(0, r->len + HUGE_SIZE, r->flags);
	if (!at)
		return 0;
	if (!mm->legacy_layout && !((offset - at) % HUGE_SIZE))
		return at + HUGE_SIZE;
	return at + (offset - at) % HUGE_SIZE;
}

/* The range that a fixed mapping takes, or a place for the others. */
static long settle_place(struct request *r)
{
	struct vm_area *next;

	if (!is_fixed(r->flags)) {
		guest_addr huge = huge_place(r);

		r->addr = huge ? huge : mm_find_place(r->addr, r->len, r->flags);
		return r->addr ? 0 : -ENOMEM;
	}
	next = mm_find_next(r->addr);
	if ((r->flags & MAP_FIXED_NOREPLACE) && next && next->start < r->addr + r->len)
		return -EEXIST;
	return 0;
}

/* Since Linux 6.7, if it is built with huge pages at all. */
static bool stacks_have_no_huge_pages(void)
{
	static int known = -1;

	if (known < 0)
		known = host_is_linux(6, 7) &&
			!host(SYS_access, HP("/sys/kernel/mm/transparent_hugepage"), F_OK);
	return known;
}

static u32 area_flags(const struct request *r)
{
	u32 type = r->flags & MAP_TYPE, flags = r->flags & (MAP_ANONYMOUS | MAP_GROWSDOWN);

	flags |= type == MAP_PRIVATE || type == MAP_DROPPABLE ? MAP_PRIVATE : MAP_SHARED;
	if (r->flags & MAP_NORESERVE)
		flags |= VMA_NORESERVE;
	if (r->flags & MAP_LOCKED)
		flags |= VMA_LOCKED;
	if ((r->flags & MAP_STACK) && stacks_have_no_huge_pages())
		flags |= VMA_NOHUGE;
	return flags | mm->def_flags;
}

/* How the file was opened is looked at before its file system and the limits are. */
static bool fd_denies(const struct request *r)
{
	long mode = r->fd < 0 ? O_RDWR : host(SYS_fcntl, r->fd, F_GETFL);

	if (mode < 0)
		return false;
	mode &= O_ACCMODE;
	return mode == O_WRONLY ||
	       (mode == O_RDONLY && (r->prot & PROT_WRITE) && (r->flags & MAP_TYPE) != MAP_PRIVATE);
}

static long check_request(struct request *r)
{
	long err = check_args(r->addr, &r->len, r->flags, r->offset);

	if (!err)
		err = settle_place(r);
	if (!err)
		err = check_type(r->flags);
	if (!err && (mm->def_flags & VMA_LOCKED))
		err = mm_may_lock(r->len);
	if (!err && is_sealed(r->addr, r->addr + r->len))
		err = -EPERM;
	if (!err && is_fixed(r->flags) && !area_may_split(r->addr, r->addr + r->len))
		err = -EINVAL;
	if (!err && r->fd >= 0 && (r->prot & PROT_EXEC) && noexec(r->fd))
		err = fd_denies(r) ? -EACCES : -EPERM;
	return err;
}

/* What the personality and the limits say; what a fixed mapping replaces does not count twice. */
static long may_map(const struct request *r, u32 flags)
{
	if (mm_denies_exec(r->prot, r->prot))
		return -EACCES;
	if (!mm_may_expand(r->len, r->prot, flags) &&
	    !mm_may_expand(r->len - mm_mapped(r->addr, r->addr + r->len), r->prot, flags))
		return -ENOMEM;
	return 0;
}

/* Whether bringing the pages in has made copies. */
static bool populates(const struct vm_area *a, u32 flags)
{
	if (!(a->prot & PROT_WRITE) || (flags & MAP_NONBLOCK) || (a->flags & VMA_LOCKONFAULT))
		return false;
	return (flags & (MAP_POPULATE | MAP_LOCKED)) || (a->flags & VMA_LOCKED);
}

long mm_mmap(guest_addr addr, u64 len, u32 prot, u32 flags, int fd, u64 offset)
{
	return mm_mmap_file(addr, len, prot, flags, fd, offset, NULL);
}

long mm_mmap_file(guest_addr addr, u64 len, u32 prot, u32 flags, int fd, u64 offset,
		  const struct stat *st)
{
	struct request r = {addr,   len, prot & (PROT_READ | PROT_WRITE | PROT_EXEC), flags, fd,
			    offset, st};
	struct vm_area *a;
	bool fresh;
	long err;

	if (fd < 0 || !(mm_implied_prot(r.prot) & PROT_EXEC) || !noexec(fd))
		r.prot = mm_implied_prot(r.prot);
	err = check_request(&r);
	if (err)
		return err;
	a = area_new(r.addr, r.addr + r.len, r.prot, area_flags(&r));
	if (flags & MAP_ANONYMOUS)
		a->pgoff = a->flags & MAP_PRIVATE ? a->start : 0;
	else
		a->pgoff = offset;
	err = may_map(&r, a->flags);
	if (err == -ENOMEM && fd_denies(&r))
		err = -EACCES;
	if (!err && (flags & MAP_ANONYMOUS))
		err = mm_may_commit(r.len, a->prot, a->flags);
	if (!err)
		err = back(a, &r, &fresh);
	if (err) {
		if (is_fixed(flags) && err == -ENOMEM) { /* Linux has begun to make way */
			area_split(r.addr);
			area_split(r.addr + r.len);
		}
		area_free(a);
		return err;
	}
	if (is_fixed(flags))
		make_way(r.addr, r.addr + r.len, fresh);
	if (a->flags & mm->def_flags & VMA_LOCKED)
		mm_lock_piece(a, a->start, a->end);
	a->flags = area_account(a, a->prot);
	area_insert(a);
	if ((a = mm_find(r.addr)) && populates(a, r.flags))
		area_written(a);
	return (long)r.addr;
}

long mm_map_anon(guest_addr addr, u64 len, u32 prot)
{
	u32 flags = MAP_PRIVATE | MAP_ANONYMOUS | mm->def_flags;
	struct vm_area *a;

	prot = mm_implied_prot(prot);
	if (!mm_may_expand(len, prot, flags) || mm_may_commit(len, prot, flags) || mm_may_count(0))
		return -ENOMEM;
	if ((flags & VMA_LOCKED) && mm_may_lock(len))
		return -EAGAIN;
	a = area_new(addr, addr + len, prot, flags);
	a->pgoff = addr;
	a->flags = area_account(a, prot);
	if (flags & VMA_LOCKED)
		mm_lock_piece(a, a->start, a->end);
	if (addr == PAGE_ALIGN(mm->start_brk))
		area_insert_apart(a); /* brk(2) looks for a neighbour in the heap alone */
	else
		area_insert(a);
	return 0;
}

long mm_munmap(guest_addr addr, u64 len)
{
	struct vm_area *a;

	if ((addr & ~PAGE_MASK) || addr > mm->task_size || len > mm->task_size - addr)
		return -EINVAL;
	len = PAGE_ALIGN(len);
	if (!len)
		return -EINVAL;
	if (is_sealed(addr, addr + len))
		return -EPERM;
	a = mm_find(addr);
	if (a && a->start < addr && a->end > addr + len && mm_may_count(1))
		return -ENOMEM; /* a hole would make one area more */
	if (!area_may_split(addr, addr + len))
		return -EINVAL;
	area_split(addr);
	area_split(addr + len);
	area_remove(addr, addr + len);
	return 0;
}

/* mprotect_fixup() */
static long protect(struct vm_area *a, guest_addr start, guest_addr end, u32 prot)
{
	u64 len = end - start;
	bool populate = (prot & ~a->prot & PROT_WRITE) && (a->flags & VMA_LOCKED);

	if (prot == a->prot)
		return 0;
	if (((prot & PROT_WRITE) && a->readonly) || mm_denies_exec(a->prot, prot))
		return -EACCES;
	if ((prot & (PROT_WRITE | PROT_EXEC)) && (a->flags & VMA_PFN))
		return -EACCES;
	if ((prot & PROT_WRITE) && !(a->prot & PROT_WRITE) && (a->flags & MAP_PRIVATE) &&
	    (mm_may_commit(len, prot, a->flags) ||
	     (!mm_may_expand(len, prot, a->flags) && mm_may_expand(len, a->prot, a->flags))))
		return -ENOMEM;
	if (!area_may_split(start, end))
		return -EINVAL;
	if (a->prot & ~prot)
		area_forget(a, start, end);
	area_modify(a, start, end, prot, area_account(a, prot), a->name);
	if (populate)
		mm_populate_private(mm_find(start), start, end);
	return 0;
}

long mm_mprotect(guest_addr addr, u64 len, u32 prot)
{
	u32 grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
	struct vm_area *a;
	guest_addr end;
	long err = 0;

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
	a = mm_find_next(addr);
	if (!a)
		return -ENOMEM;
	if (grows == PROT_GROWSDOWN) {
		if (a->start >= end)
			return -ENOMEM;
		if (!(a->flags & MAP_GROWSDOWN))
			return -EINVAL;
		addr = a->start;
	} else if (a->start > addr) {
		return -ENOMEM;
	} else if (grows) {
		return -EINVAL;
	}
	prot &= PROT_READ | PROT_WRITE | PROT_EXEC;
	prot = mm_implied_prot(prot);
	if (is_sealed(addr, end))
		return -EPERM;
	while (addr < end && !err) {
		guest_addr start = addr;

		a = mm_find(start);
		if (!a)
			return -ENOMEM;
		addr = MIN(a->end, end);
		err = protect(a, start, addr, prot);
	}
	return err;
}
