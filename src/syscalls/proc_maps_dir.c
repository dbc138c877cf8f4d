/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/proc_maps_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "host/host.h"
#include "syscalls/proc_view.h"

bool proc_maps_dir_used;

/* The process whose map_files directory fd is, or 0. */
static pid_t owner(int fd)
{
	char link[40], target[64];
	int pid = 0, at = 0;
	struct statfs st;
	long n;

	if (host(SYS_fstatfs, fd, HP(&st)) || st.f_type != PROC_SUPER_MAGIC)
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = host(SYS_readlink, HP(link), HP(target), sizeof(target) - 1);
	if (n <= 0)
		return 0;
	target[n] = 0;
	return sscanf(target, "/proc/%d/map_files%n", &pid, &at) == 1 && at == n
		       ? host_proc_pid(pid)
		       : 0;
}

void proc_maps_dir_opened(int fd)
{
	if (!proc_maps_dir_used && owner(fd))
		proc_maps_dir_used = true;
}

/* ---- Names ---- */

/* The host's name of what a guest knows by this one; false: there is no such entry. */
static bool host_name(struct proc_view *v, const struct vm_area *a, char *out, size_t size)
{
	const struct host_map *m = a->file ? proc_view_map(v, a->start) : NULL;

	return m && snprintf(out, size, "%lx-%lx", m->start, m->end) < (int)size;
}

/* dname_to_vma_addr(): two numbers without anything else. */
static bool parse(const char *s, u64 *start, u64 *end)
{
	char canonical[40];

	return sscanf(s, "%lx-%lx", start, end) == 2 &&
	       snprintf(canonical, sizeof(canonical), "%lx-%lx", *start, *end) > 0 &&
	       !strcmp(canonical, s);
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool proc_maps_dir_name(const char *last)
{
	size_t i = 0, dash;

	while (is_hex(last[i]))
		i++;
	if (likely(!i || last[i] != '-'))
		return false;
	for (dash = i++; is_hex(last[i]);)
		i++;
	return !last[i] && i > dash + 1;
}

const char *proc_maps_dir_path(int dfd, const char *path, const char *last)
{
	static char out[96];
	char dir[PATH_MAX], name[48];
	const struct vm_area *a;
	struct proc_view v;
	u64 start, end;
	pid_t pid;
	long fd;

	if (last - path >= (long)sizeof(dir) || !parse(last, &start, &end))
		return NULL;
	memcpy(dir, path, (size_t)(last - path));
	strcpy(dir + (last - path), last == path ? "." : "");
	fd = host(SYS_openat, dfd, HP(dir), O_PATH | O_DIRECTORY | O_CLOEXEC);
	pid = fd < 0 ? 0 : owner((int)fd);
	host(SYS_close, fd);
	if (!pid || proc_view_get(&v, pid))
		return NULL;
	a = proc_view_area(&v, start);
	if (!a || a->start != start || a->end != end || !host_name(&v, a, name, sizeof(name)))
		strcpy(name, "0-0"); /* not there */
	proc_view_free(&v);
	snprintf(out, sizeof(out), "/proc/%s/map_files/%s", host_proc_name(pid).s, name);
	return out;
}

/* ---- Reading ----
 *
 * The position is the number of the entry, as on the host: two for "." and "..". */

static u64 inode_of(int fd, const char *name)
{
	struct stat st;

	return host(SYS_newfstatat, fd, HP(name), HP(&st), AT_SYMLINK_NOFOLLOW) ? 1 : st.st_ino;
}

/* One entry as getdents64 or getdents has it; its length, or 0 if there is no room. */
static u32 put_entry(u8 *to, u32 room, bool wide, const char *name, u64 ino, s64 next, u8 type)
{
	u32 len = (u32)strlen(name), at = wide ? 19 : 18;
	u32 reclen = (at + len + (wide ? 1 : 2) + 7) & ~7u;
	u16 r = (u16)reclen;

	if (reclen > room)
		return 0;
	memset(to, 0, reclen);
	memcpy(to, &ino, 8);
	memcpy(to + 8, &next, 8);
	memcpy(to + 16, &r, 2);
	memcpy(to + at, name, len);
	to[wide ? 18 : reclen - 1] = type;
	return reclen;
}

static long put_entries(struct proc_view *v, int fd, bool wide, u8 *buf, u32 n, s64 *pos)
{
	char name[48], theirs[48];
	s64 index = 2;
	u32 used = 0, len = 1;

	for (s64 dot = *pos; dot < 2 && len; dot++) {
		len = put_entry(buf + used, n - used, wide, dot ? ".." : ".",
				inode_of(fd, dot ? ".." : "."), dot + 1, DT_DIR);
		used += len;
		*pos = len ? dot + 1 : dot;
	}
	for (size_t i = 0; len && i < v->mm.nr_areas; i++) {
		const struct vm_area *a = &v->areas[i];

		if (!host_name(v, a, theirs, sizeof(theirs)) || index++ < *pos)
			continue;
		snprintf(name, sizeof(name), "%lx-%lx", a->start, a->end);
		len = put_entry(buf + used, n - used, wide, name, inode_of(fd, theirs), index,
				DT_LNK);
		used += len;
		*pos = len ? index : *pos;
	}
	return used || len ? (long)used : -EINVAL;
}

bool proc_maps_dir_read(int fd, bool wide, void *buf, u32 n, long *ret)
{
	pid_t pid = owner(fd);
	struct proc_view v;
	s64 pos;

	if (!pid || proc_view_get(&v, pid))
		return false;
	*ret = host(wide ? SYS_getdents64 : SYS_getdents, fd, 0, 0);
	pos = host(SYS_lseek, fd, 0, SEEK_CUR);
	if (*ret == -EINVAL || *ret == 0 || *ret == -EFAULT) /* one may read it */
		*ret = pos < 0 ? pos : put_entries(&v, fd, wide, buf, n, &pos);
	proc_view_free(&v);
	if (*ret > 0)
		host(SYS_lseek, fd, pos, SEEK_SET);
	return true;
}
