/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ioctl(2) of files of /proc about guests: PROCMAP_QUERY of maps (Linux 6.11). */
#include "syscalls/proc_query.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#include "host/host.h"
#include "mm/uaccess.h"
#include "syscalls/proc_path.h"
#include "syscalls/proc_view.h"
#include "syscalls/proc_smaps.h"
#include "syscalls/procfs.h"

struct query { /* struct procmap_query */
	u64 size, query_flags, query_addr;
	u64 start, end, flags, page_size, offset, inode;
	u32 major, minor, name_size, build_id_size;
	u64 name_addr, build_id_addr;
};
_Static_assert(sizeof(struct query) == PROCMAP_QUERY_SIZE, "as in linux/fs.h");

/* Of query_flags; the first four are those of flags as well. */
enum { SHARED = 8, COVERING_OR_NEXT = 0x10, FILE_BACKED = 0x20, ALL_FLAGS = 0x3f };
#define PERMS 15u

static u32 flags_of(const struct vm_area *a)
{
	return (a->prot & (PROT_READ | PROT_WRITE | PROT_EXEC)) |
	       (a->flags & MAP_SHARED ? SHARED : 0);
}

/* query_matching_vma() */
static const struct vm_area *find(const struct proc_view *v, u64 addr, u64 flags)
{
	const struct vm_area *a;

	for (; (a = proc_view_area(v, addr)); addr = a->end) {
		bool fits =
			(!(flags & FILE_BACKED) || a->file) && !(flags & PERMS & ~(u64)flags_of(a));

		if (fits && ((flags & COVERING_OR_NEXT) || a->start <= addr))
			return a;
		if (!(flags & COVERING_OR_NEXT))
			return NULL;
	}
	return NULL;
}

/* The host reads it from the file. */
static u32 build_id(const struct proc_view *v, int fd, const struct vm_area *a, u8 id[64])
{
	struct query q = {
		.size = sizeof(q),
		.query_addr = (u64)(uintptr_t)proc_view_place(v, a->start),
		.build_id_size = 64,
		.build_id_addr = (u64)(uintptr_t)id,
	};

	return host(SYS_ioctl, fd, PROCMAP_QUERY_CMD, HP(&q)) ? 0 : q.build_id_size;
}

static long answer(struct proc_view *v, int fd, struct query *q)
{
	const struct vm_area *a = find(v, q->query_addr, q->query_flags);
	const struct host_map *m;
	const char *name;
	u8 id[64];
	u32 n;

	if (!a)
		return -ENOENT;
	m = a->file ? proc_view_map(v, a->start) : NULL;
	q->start = a->start;
	q->end = a->end;
	q->flags = flags_of(a);
	q->page_size = PAGE_SIZE;
	q->offset = a->file ? a->pgoff : 0;
	q->inode = m ? m->ino : 0;
	q->major = m ? m->major : 0;
	q->minor = m ? m->minor : 0;
	if (q->build_id_size) {
		n = a->file ? build_id(v, fd, a, id) : 0;
		if (n > q->build_id_size)
			return -ENAMETOOLONG;
		if (n && copy_to_user(q->build_id_addr, id, n))
			return -EFAULT;
		q->build_id_size = n;
	}
	if (!q->name_size)
		return 0;
	name = proc_shown_name(v, a);
	n = name && *name ? (u32)strlen(name) + 1 : 0;
	if (n > MIN(q->name_size, PATH_MAX))
		return -ENAMETOOLONG;
	q->name_size = n;
	return n && copy_to_user(q->name_addr, name, n) ? -EFAULT : 0;
}

static long query(struct proc_view *v, int fd, guest_addr arg)
{
	struct query q = {0};
	u8 rest[PAGE_SIZE];
	u64 size;
	long ret;

	if (get_user(size, arg))
		return -EFAULT;
	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < offsetof(struct query, start))
		return -EINVAL;
	if (copy_from_user(rest, arg, size))
		return -EFAULT;
	for (u64 i = sizeof(q); i < size; i++) /* of a newer kernel: copy_struct_from_user() */
		if (rest[i])
			return -E2BIG;
	memcpy(&q, rest, MIN(size, sizeof(q)));
	if (q.query_flags & ~(u64)ALL_FLAGS || !q.name_size != !q.name_addr ||
	    !q.build_id_size != !q.build_id_addr)
		return -EINVAL;
	ret = answer(v, fd, &q);
	return ret ? ret : copy_to_user(arg, &q, MIN(size, sizeof(q))) ? -EFAULT : 0;
}

bool proc_query(int fd, guest_addr arg, long *ret)
{
	struct proc_name p;
	struct proc_view v;

	if (!proc_resolve_fd(fd, &p) || strcmp(p.name, "maps") != 0 || proc_view_get(&v, p.pid))
		return false;
	/* Older kernels do not have it. */
	*ret = host(SYS_ioctl, fd, PROCMAP_QUERY_CMD, 0);
	if (*ret == -EFAULT)
		*ret = query(&v, fd, arg);
	proc_view_free(&v);
	return true;
}
