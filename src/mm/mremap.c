/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mremap(2) as mm/mremap.c does it, and remap_file_pages(2). */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/cpu.h"
#include "host/host.h"
#include "mm/area.h"
#include "mm/limit.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

struct remap {
	guest_addr old;
	u64 old_len, new_len;
	u32 flags;
	guest_addr new;
};

/* Linux 6.17 and later move several areas at once when nothing else is asked for. */
static bool host_moves_many(void)
{
	return host_is_linux(6, 17);
}

static bool new_place(const struct remap *r)
{
	return r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP);
}

/* check_mremap_params() */
static long check_params(struct remap *r)
{
	if (r->flags & ~(u32)(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
		return -EINVAL;
	if (r->old & ~PAGE_MASK)
		return -EINVAL;
	r->old_len = PAGE_ALIGN(r->old_len);
	r->new_len = PAGE_ALIGN(r->new_len);
	if (!r->new_len || r->new_len > mm->task_size)
		return r->new_len && !new_place(r) && !host_moves_many() ? -ENOMEM : -EINVAL;
	if (!new_place(r))
		return 0;
	if (r->new > mm->task_size - r->new_len || (r->new & ~PAGE_MASK))
		return -EINVAL;
	if (!(r->flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if ((r->flags & MREMAP_DONTUNMAP) && r->old_len != r->new_len)
		return -EINVAL;
	if (r->old + r->old_len > r->new && r->new + r->new_len > r->old)
		return -EINVAL;
	return mm_may_count(6);
}

/* check_prep_vma() */
static long check_area(const struct remap *r, const struct vm_area *a)
{
	u64 old_len = MIN(r->old_len, r->new_len), more = r->new_len - old_len;

	if (!a)
		return -EFAULT;
	if (a->flags & VMA_SEALED)
		return -EPERM;
	if (!new_place(r) && r->new_len <= r->old_len)
		return 0;
	if (!r->old_len && !(a->flags & MAP_SHARED))
		return -EINVAL;
	if ((r->flags & MREMAP_DONTUNMAP) && (a->flags & VMA_SPECIAL))
		return -EINVAL;
	if (old_len > a->end - r->old)
		return -EFAULT;
	if (!more)
		return 0;
	if (a->flags & VMA_SPECIAL)
		return -EFAULT;
	if ((a->flags & VMA_LOCKED) && mm_may_lock(more))
		return -EAGAIN;
	return mm_may_expand(more, a->prot, a->flags) ? 0 : -ENOMEM;
}

/* ---- The host's part ---- */

/* Moves the pages of a piece, which lies within a chunk at either place, and makes it longer: by
 * what a file has behind it. What is left behind is fresh memory, or, when `keep`, the same kind of
 * memory without its pages. */
static long host_move(const struct vm_area *a, guest_addr from, u64 len, guest_addr to, u64 new_len,
		      bool keep)
{
	u8 *src = mm_host(from), *dst = mm_host(to);
	u32 flags = MREMAP_MAYMOVE | MREMAP_FIXED;
	long ret;

	if (!src || !dst)
		return -ENOMEM;
	if (!len) {
		ret = host(SYS_mremap, HP(src), 0, new_len, flags, HP(dst));
		return ret < 0 && ret > -4096 ? ret : 0;
	}
	/* Private memory becomes like the rest of the arena again by losing its pages. */
	if (len == new_len && (keep || !a->file)) {
		ret = host(SYS_mremap, HP(src), len, len, flags | MREMAP_DONTUNMAP, HP(dst));
		if (ret >= 0 || ret < -4095) {
			if (!keep && (a->flags & VMA_HOST))
				arena_renew(src, len);
			return 0;
		}
		if (keep)
			return ret;
	}
	ret = host(SYS_mremap, HP(src), len, new_len, flags, HP(dst));
	if (ret < 0 && ret > -4096)
		return ret;
	arena_renew(src, len);
	return 0;
}

/* The same for a range that may cross borders of chunks. */
static long host_move_range(const struct vm_area *a, guest_addr from, u64 len, guest_addr to,
			    u64 new_len, bool keep)
{
	u64 grow = new_len - len;

	if (!a->file && len) /* more of it is just more of the arena */
		new_len = len, grow = 0;
	if (grow && (piece_end(to, to + new_len) < to + new_len ||
		     (len && piece_end(from, from + len) < from + len)))
		return -ENOMEM;
	if (grow)
		return host_move(a, from, len, to, new_len, keep);
	while (len) {
		u64 n = MIN(piece_end(from, from + len) - from, piece_end(to, to + len) - to);
		long err = host_move(a, from, n, to, n, keep);

		if (err)
			return err;
		from += n;
		to += n;
		len -= n;
	}
	return 0;
}

/* Makes a mapping of a file longer where it is: away, longer, and back. */
static long host_extend(guest_addr addr, u64 len, u64 new_len)
{
	u8 *place = mm_host(addr);
	long at;

	if (!place || piece_end(addr, addr + new_len) < addr + new_len)
		return -ENOMEM;
	at = host(SYS_mremap, HP(place), len, new_len, MREMAP_MAYMOVE);
	if (at < 0 && at > -4096)
		return at;
	if (at != HP(place))
		host(SYS_mremap, at, new_len, new_len, MREMAP_MAYMOVE | MREMAP_FIXED, HP(place));
	return 0;
}

/* ---- mremap(2) ---- */

static struct vm_area *copy_of(const struct vm_area *a, guest_addr from, guest_addr to, u64 len)
{
	struct vm_area *b = area_new(to, to + len, a->prot, a->flags);

	b->pgoff = a->file || a->anon_vma ? a->pgoff + (from - a->start) : to;
	b->anon_vma = a->anon_vma;
	b->anon_inherited = a->anon_inherited;
	b->name = a->name;
	b->readonly = a->readonly;
	b->file = a->file;
	if (b->file)
		b->file->refs++;
	return b;
}

/* dontunmap_complete(): of the whole area, which may be the new one, too, and not of what is
 * counted */
static void leave_behind(const struct remap *r)
{
	struct vm_area *a = mm_find(r->old);

	if (a->flags & VMA_LOCKED) {
		mm->locked_lost += a->end - a->start;
		mm_unlock_piece(a->start, a->end);
	}
	a->flags &= ~(u32)(VMA_LOCKED | VMA_LOCKONFAULT);
	if (r->old == a->start && r->old + r->old_len == a->end)
		a->anon_vma = a->anon_inherited = 0;
}

/* move_vma() within one area */
static long move_area(const struct remap *r, struct vm_area *a)
{
	u64 old_len = MIN(r->old_len, r->new_len);
	bool keep = r->flags & MREMAP_DONTUNMAP;
	struct vm_area *b;
	long err;

	if (r->new_len > old_len && mm_may_commit(r->new_len - old_len, a->prot, a->flags))
		return -ENOMEM;
	if (!area_may_split(r->old, r->old + old_len))
		return -EINVAL;
	area_forget(a, r->old, r->old + old_len);
	err = host_move_range(a, r->old, old_len, r->new, r->new_len, keep);
	if (err)
		return err;
	b = copy_of(a, r->old, r->new, r->new_len);
	b->flags |= VMA_HOST; /* the host tells its memory from the arena's */
	if (old_len && !keep) {
		area_split(r->old);
		area_split(r->old + old_len);
		area_drop(r->old, r->old + old_len);
	}
	if ((b->flags & VMA_LOCKED) && r->new_len > old_len)
		mm_lock_piece(b, b->start + old_len, b->end);
	area_insert(b);
	if (old_len && keep)
		leave_behind(r);
	return 0;
}

static long extend_in_place(const struct remap *r, struct vm_area *a)
{
	guest_addr end = r->old + r->old_len, new_end = r->old + r->new_len;
	long err;

	if (mm_may_commit(new_end - end, a->prot, a->flags))
		return -ENOMEM;
	if (a->file || (a->flags & VMA_HUGETLB)) {
		area_forget(a, r->old, end);
		err = host_extend(r->old, r->old_len, r->new_len);
		if (err)
			return err;
	}
	a->end = new_end;
	if (a->flags & VMA_LOCKED)
		mm_lock_piece(a, end, new_end);
	area_merge(a->start, new_end + 1);
	return 0;
}

/* Whether there is room behind the area for it to become longer. */
static bool room_behind(const struct remap *r, const struct vm_area *a)
{
	guest_addr end = r->old + r->new_len;
	const struct vm_area *next = mm_find_next(a->end);

	if (!r->old_len || r->old + r->old_len != a->end || end > mm->task_size || end < r->old)
		return false;
	return !next || area_guarded_start(next) >= end;
}

/* vdso_mremap(): the ways back from the kernel and from signal handlers follow. */
static void move_vdso(u64 by)
{
	mm->vdso += by;
	mm->vdso32_landing += by;
	mm->vdso32_sigreturn += by;
	mm->vdso32_rt_sigreturn += by;
}

/* mremap_to(), and the move of a mapping that cannot grow where it is */
static long move(struct remap *r, struct vm_area *a)
{
	long err;

	if (r->flags & MREMAP_FIXED) {
		err = mm_munmap(r->new, r->new_len);
		if (err)
			return err;
		if (r->old_len > r->new_len) {
			err = mm_munmap(r->old + r->new_len, r->old_len - r->new_len);
			if (err)
				return err;
			r->old_len = r->new_len;
		}
		a = mm_find(r->old);
		if (!a) /* a duplicate that was to replace its original */
			return -EFAULT;
	} else {
		r->new = mm_find_place(r->new, r->new_len, 0);
		if (!r->new)
			return -ENOMEM;
	}
	err = move_area(r, a);
	if (!err && r->old == mm->vdso)
		move_vdso(r->new - r->old);
	return err ? err : (long)r->new;
}

/* remap_move(): one area after the other, with the holes between them. */
static long move_many(const struct remap *r)
{
	guest_addr at = r->old, end = r->old + r->old_len;
	long ret = -EFAULT;

	while (at < end) {
		struct vm_area *a = mm_find_next(at);
		struct remap one = *r;

		if (!a || a->start >= end)
			break;
		if (at == r->old && a->start > at)
			return -EFAULT;
		at = MAX(at, a->start);
		one.old = at;
		one.old_len = one.new_len = MIN(a->end, end) - at;
		one.new = r->new + (at - r->old);
		at += one.old_len;
		ret = check_area(&one, a);
		if (!ret)
			ret = move(&one, a);
		if (ret < 0)
			return ret;
	}
	return ret < 0 ? ret : (long)r->new;
}

long mm_mremap(guest_addr old, u64 old_len, u64 new_len, u32 flags, guest_addr new_addr)
{
	struct remap r = {old, old_len, new_len, flags, new_addr};
	long err = check_params(&r);
	struct vm_area *a;

	if (err)
		return err;
	if ((r.flags & MREMAP_FIXED) && r.old_len == r.new_len && host_moves_many())
		return move_many(&r);
	a = mm_find(old);
	err = check_area(&r, a);
	if (err)
		return err;
	if (new_place(&r))
		return move(&r, a);
	if (r.new_len <= r.old_len) {
		if (r.new_len < r.old_len)
			err = mm_munmap(r.old + r.new_len, r.old_len - r.new_len);
		return err ? err : (long)r.old;
	}
	if (room_behind(&r, a)) {
		err = extend_in_place(&r, a);
		return err ? err : (long)r.old;
	}
	if (!(r.flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	r.new = 0;
	return move(&r, a);
}

/* ---- remap_file_pages(2) ---- */

/* Whether all that follows up to end is of the file and kind of a, without holes. */
static bool one_kind(const struct vm_area *a, guest_addr end)
{
	const struct vm_area *next;

	for (guest_addr at = a->end; at < end; at = next->end) {
		next = mm_find(at);
		if (!next || !next->file || next->prot != a->prot ||
		    (next->flags ^ a->flags) & ~(u32)VMA_SOFT || next->readonly != a->readonly)
			return false;
		if (next->file != a->file && (!a->file->ino || next->file->ino != a->file->ino ||
					      next->file->dev != a->file->dev))
			return false;
	}
	return true;
}

/* Linux maps the pages anew by mmap; the host does just that. */
long mm_remap_file_pages(guest_addr addr, u64 len, u32 prot, u64 pgoff, u32 flags)
{
	guest_addr start = addr & PAGE_MASK;
	u64 size = len & PAGE_MASK;
	struct vm_area *a, *b;
	long ret;

	if (prot || start + size <= start || pgoff + size / PAGE_SIZE < pgoff)
		return -EINVAL;
	a = mm_find(start);
	if (!a || !(a->flags & MAP_SHARED) || !one_kind(a, start + size))
		return -EINVAL;
	if (a->flags & VMA_SEALED)
		return -EPERM;
	for (guest_addr at = start; at < start + size; at = mm_find(at)->end)
		area_forget(mm_find(at), MAX(at, start), MIN(mm_find(at)->end, start + size));
	ret = host(SYS_remap_file_pages, HP(mm_host(start)), size, 0, pgoff, flags);
	if (ret)
		return ret;
	area_split(start);
	area_split(start + size);
	a = mm_find(start);
	b = copy_of(a, start, start, size);
	b->pgoff = pgoff * PAGE_SIZE;
	area_drop(start, start + size);
	area_insert(b);
	return 0;
}
