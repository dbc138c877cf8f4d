/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directories: reading them, making them, and the working directory. */
#include "syscalls/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "abi/syscall.h"
#include "mm/peer.h"
#include "mm/uaccess.h"
#include "sandbox/proc.h"
#include "syscalls/path.h"
#include "syscalls/proc_maps_dir.h"
#include "task/task.h"
#include "task/exe.h"

/* linux_dirent64: 19 bytes, the name and its NUL, padded to 8. */
struct dirent64_hdr {
	u64 d_ino;
	s64 d_off;
	u16 d_reclen;
	u8 d_type;
	char d_name[];
} __attribute__((packed, aligned(8)));

#define MAX_DIRENT64 280 /* of a name of 255 bytes */
#define MAX_BATCH    (1u << 20)

/* Narrow positions are the upper halves of wide ones only in directories whose positions are
 * hashes. Which ones these are is learnt from what their entries say. */
#define NR_HASHED 64
static struct {
	u64 dev, ino;
} hashed_dirs[NR_HASHED];
static u32 nr_hashed;

static bool dir_is_hashed(const struct stat *st)
{
	for (u32 i = 0; i < MIN(nr_hashed, NR_HASHED); i++)
		if (hashed_dirs[i].dev == st->st_dev && hashed_dirs[i].ino == st->st_ino)
			return true;
	return false;
}

static void note_hashed(int fd)
{
	struct stat st;

	if (host(SYS_fstat, fd, HP(&st)) || dir_is_hashed(&st))
		return;
	hashed_dirs[nr_hashed % NR_HASHED].dev = st.st_dev;
	hashed_dirs[nr_hashed % NR_HASHED].ino = st.st_ino;
	nr_hashed++;
}

static s64 narrow(s64 pos)
{
	return pos > INT_MAX ? pos >> 32 : pos;
}

s64 compat_dir_lseek(int fd, s64 offset, u32 whence)
{
	struct stat st;
	s64 pos;

	if (nr_hashed && whence == SEEK_SET && offset > 0 && offset <= INT_MAX &&
	    !host(SYS_fstat, fd, HP(&st)) && S_ISDIR(st.st_mode) && dir_is_hashed(&st)) {
		/* The end has a position of its own. */
		pos = offset == INT_MAX ? LONG_MAX : offset << 32;
		pos = host(SYS_lseek, fd, pos, whence);
		return pos < 0 ? pos : offset;
	}
	pos = host(SYS_lseek, fd, offset, whence);
	if (pos > INT_MAX && !host(SYS_fstat, fd, HP(&st)) && S_ISDIR(st.st_mode))
		return narrow(pos);
	return pos;
}

static bool in_proc(int fd)
{
	struct statfs fs;

	return !(sandbox_on && sandbox_fd_in_mount(fd)) && !host(SYS_fstatfs, fd, HP(&fs)) &&
	       fs.f_type == PROC_SUPER_MAGIC;
}

/* All guests of a run have trapgate's own descriptors at the same numbers. */
bool dir_lists_own_fds(int fd)
{
	char link[32], dir[64];
	struct mm there;
	const char *last;
	long n;
	int pid;

	if (!host_nr_own_fds)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = host(SYS_readlink, HP(link), HP(dir), sizeof(dir) - 1);
	if (n <= 0)
		return false;
	dir[n] = 0;
	last = strrchr(dir, '/');
	if (strncmp(dir, "/proc/", 6) != 0 || (strcmp(last, "/fd") && strcmp(last, "/fdinfo")))
		return false;
	pid = host_proc_pid(atoi(dir + 6));
	return pid == current->pid || !peer_mm(pid, &there);
}

/* Whether one of the names is the number of a descriptor of trapgate's own; false also if these are
 * no entries: in the guest's memory, other processes may have written to them. */
static bool names_own_fd(const u8 *buf, long len, size_t name_at)
{
	bool own = false;
	u16 reclen;

	for (long at = 0; at + (long)name_at < len; at += reclen) {
		const char *name = (const char *)buf + at + name_at;

		memcpy(&reclen, buf + at + 16, sizeof(reclen));
		if (reclen <= name_at || at + reclen > len || !memchr(name, 0, reclen - name_at))
			return false;
		own |= *name >= '0' && *name <= '9' && host_fd_is_own(atoi(name));
	}
	return own;
}

/* Takes trapgate's own descriptors, and what a sandbox hides, out of entries whose names stand at
 * name_at; d_reclen stands at 16 in both layouts. Returns the length that is left. */
static long hide_entries(int fd, u8 *buf, long len, size_t name_at)
{
	char dir[PATH_MAX];
	bool fds, sandboxed;
	long kept = 0;

	if (len <= 0 || (!sandbox_on && !names_own_fd(buf, len, name_at)) || !in_proc(fd))
		return len;
	fds = dir_lists_own_fds(fd);
	sandboxed = sandbox_on && sandbox_is_proc_dir(fd, dir);
	if (!fds && !sandboxed)
		return len;
	for (long at = 0; at < len;) {
		const char *name = (const char *)buf + at + name_at;
		u16 reclen;

		memcpy(&reclen, buf + at + 16, sizeof(reclen));
		if ((!sandboxed || proc_listed(dir, name)) &&
		    !(fds && *name != '.' && host_fd_is_own(atoi(name)))) {
			memmove(buf + kept, buf + at, reclen);
			kept += reclen;
		}
		at += reclen;
	}
	return kept;
}

static size_t name_offset(long nr)
{
	return nr == SYS_getdents ? 18 : 19;
}

/* getdents or getdents64 of the host, without what is hidden. buf is host memory. */
static long host_getdents(long nr, int fd, void *buf, u32 n)
{
	long len, kept;

	if (unlikely(proc_maps_dir_used) &&
	    proc_maps_dir_read(fd, nr == SYS_getdents64, buf, n, &len))
		return len;
	do {
		len = host(nr, fd, HP(buf), n);
		kept = len;
		if (sandbox_on || host_nr_own_fds)
			kept = hide_entries(fd, buf, len, name_offset(nr));
	} while (len > 0 && !kept);
	return kept;
}

/* The same, written to guest memory by the host; what is to be hidden is taken out there. */
static long getdents_direct(long nr, int fd, guest_addr dirent, u32 count)
{
	void *out = user_out(dirent, MIN(count, INT_MAX));
	long len, kept;
	u8 *buf;

	do {
		len = host(nr, fd, HP(out), count);
		if (len <= 0 || sandbox_on || !host_nr_own_fds)
			return len;
		buf = user_scratch((size_t)len);
		if (!buf || host_copy(buf, out, (size_t)len))
			return len;
		kept = hide_entries(fd, buf, len, name_offset(nr));
	} while (!kept);
	return kept == len || !host_copy(out, buf, (size_t)kept) ? kept : -EFAULT;
}

/* The same to guest memory. */
static long getdents_out(long nr, int fd, guest_addr dirent, u32 count)
{
	u8 *buf;
	long ret;

	if (likely(!proc_maps_dir_used && !(sandbox_on && in_proc(fd))))
		return getdents_direct(nr, fd, dirent, count);
	count = MIN(count, MAX_BATCH);
	buf = user_scratch(count);
	if (!buf)
		return -ENOMEM;
	ret = host_getdents(nr, fd, buf, count);
	return ret > 0 && copy_to_user(dirent, buf, (size_t)ret) ? -EFAULT : ret;
}

SYSCALL_DEFINE3(getdents, (), FD, fd, DIRENTS_OUT, dirent, UINT, count)
{
	return getdents_out(SYS_getdents, fd, dirent, count);
}

SYSCALL_DEFINE3(getdents64, (), FD, fd, DIRENTS64_OUT, dirent, UINT, count)
{
	u32 n = (s32)count < 0 ? 0 : MIN(count, MAX_BATCH);
	size_t used;
	s64 pos;
	long ret, done;
	u8 *buf;

	if (current->sc_abi == ABI_64)
		return getdents_out(SYS_getdents64, fd, dirent, count);
	buf = user_scratch(n);
	if (!buf)
		return -ENOMEM;
	pos = host(SYS_lseek, fd, 0, SEEK_CUR);
	ret = host_getdents(SYS_getdents64, fd, buf, n);
	if (ret <= 0)
		return ret;
	for (done = 0; done < ret;) {
		struct dirent64_hdr *d = (struct dirent64_hdr *)(buf + done);
		s64 next = d->d_off;

		/* LONG_MAX is the end in linear directories too. */
		if (next > INT_MAX && next != LONG_MAX)
			note_hashed(fd);
		d->d_off = narrow(next);
		/* What fills the record up is not written. */
		used = offsetof(struct dirent64_hdr, d_name) + strlen(d->d_name) + 1;
		if (copy_to_user(dirent + (u64)done, d, used)) {
			host(SYS_lseek, fd, pos, SEEK_SET);
			return done ? done : -EFAULT;
		}
		pos = next;
		done += d->d_reclen;
	}
	return done;
}

struct compat_dirent {
	u32 d_ino, d_off;
	u16 d_reclen;
	char d_name[]; /* NUL; the type is the last byte of the record */
};

/* Writes one entry in the 32-bit layout. Returns its length or -errno. */
static long put_compat_dirent(u8 *to, u32 room, const struct dirent64_hdr *d)
{
	size_t len = strlen(d->d_name);
	u32 reclen = (offsetof(struct compat_dirent, d_name) + len + 2 + 3) & ~3u;
	struct compat_dirent *c = (struct compat_dirent *)to;

	if (reclen > room)
		return -EINVAL;
	if (d->d_ino > UINT_MAX)
		return -EOVERFLOW;
	memset(c, 0, reclen);
	c->d_ino = (u32)d->d_ino;
	c->d_off = (u32)narrow(d->d_off);
	c->d_reclen = (u16)reclen;
	memcpy(c->d_name, d->d_name, len + 1);
	to[reclen - 1] = d->d_type;
	return reclen;
}

/* Reads in the host's layout and goes back to before the first entry that did not fit. */
COMPAT_SYSCALL_DEFINE3(getdents, (), FD, fd, DIRENTS_OUT, dirent, UINT, count)
{
	u32 room = (s32)count < 0 ? 0 : MIN(count, MAX_BATCH);
	u32 want = MAX(room, MAX_DIRENT64), used = 0;
	u8 *in = user_scratch(want), record[MAX_DIRENT64];
	s64 pos = host(SYS_lseek, fd, 0, SEEK_CUR);
	long len, n = 0;

	if (!in)
		return -ENOMEM;
	len = host_getdents(SYS_getdents64, fd, in, want);
	for (long at = 0; at < len;) {
		struct dirent64_hdr *d = (struct dirent64_hdr *)(in + at);

		n = put_compat_dirent(record, room - used, d);
		if (n > 0 && copy_to_user(dirent + used, record, (size_t)n))
			n = -EFAULT;
		if (n < 0)
			break;
		if (d->d_off > INT_MAX && d->d_off != LONG_MAX)
			note_hashed(fd);
		pos = d->d_off;
		used += n;
		at += d->d_reclen;
	}
	if (len <= 0)
		return len;
	if (n < 0)
		host(SYS_lseek, fd, pos, SEEK_SET);
	return used ? (long)used : n;
}

/* The oldest form: one entry a call; d_offset is the entry's own position. */
COMPAT_SYSCALL_DEFINE3(old_readdir, (), FD, fd, ADDR, dirent, UINT, count)
{
	struct {
		u32 d_ino, d_offset;
		u16 d_namlen;
		char d_name[256];
	} old = {0};
	u64 buf[MAX_DIRENT64 / 8];
	struct dirent64_hdr *d = (struct dirent64_hdr *)buf;
	s64 pos = host(SYS_lseek, fd, 0, SEEK_CUR);
	long len = host_getdents(SYS_getdents64, fd, buf, sizeof(buf));

	(void)count;
	if (len <= 0)
		return len;
	if (d->d_ino > UINT_MAX) {
		host(SYS_lseek, fd, pos, SEEK_SET);
		return -EOVERFLOW;
	}
	host(SYS_lseek, fd, d->d_off, SEEK_SET);
	if (d->d_off > INT_MAX && d->d_off != LONG_MAX)
		note_hashed(fd);
	old.d_ino = (u32)d->d_ino;
	old.d_offset = (u32)narrow(pos);
	old.d_namlen = (u16)strlen(d->d_name);
	memcpy(old.d_name, d->d_name, old.d_namlen);
	/* ino, offset, namlen, the name and its NUL */
	if (!copy_to_user(dirent, &old, 10 + old.d_namlen + 1))
		return 1;
	host(SYS_lseek, fd, pos, SEEK_SET);
	return -EFAULT;
}

SYSCALL_DEFINE2(mkdir, (), PATH, pathname, MODE, mode)
{
	int dfd = AT_FDCWD;
	const char *path = user_path_in(&dfd, pathname, PATH_NEW_NAME);

	return host(SYS_mkdirat, dfd, HP(path), mode);
}

SYSCALL_DEFINE3(mkdirat, (), DIRFD, dfd, PATH, pathname, MODE, mode)
{
	const char *path = user_path_in(&dfd, pathname, PATH_NEW_NAME);

	return host(SYS_mkdirat, dfd, HP(path), mode);
}

SYSCALL_DEFINE1(rmdir, (), PATH, pathname)
{
	int dfd = AT_FDCWD;
	const char *path = user_path_in(&dfd, pathname, PATH_OLD_NAME);

	return host(SYS_unlinkat, dfd, HP(path), AT_REMOVEDIR);
}

static long sandboxed_chdir(guest_addr filename)
{
	long fd = sandbox_open_fast(AT_FDCWD, user_str(filename), O_PATH | O_DIRECTORY | O_CLOEXEC,
				    0, task_host_block),
	     err = 0;

	if (fd == -ENOSYS) {
		fd = host(SYS_open, HP(user_path(filename, PATH_FOLLOW)),
			  O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			/* it may have been a descriptor from outside */
			err = MIN(sandbox_hold_visible((int)fd), 0);
	}
	if (fd < 0)
		return fd;
	if (!err)
		err = host(SYS_fchdir, fd);
	if (!err)
		sandbox_cwd_changed((int)fd);
	sandbox_fd_changed((int)fd);
	host(SYS_close, fd);
	return err;
}

SYSCALL_DEFINE1(chdir, (), PATH, filename)
{
	if (unlikely(sandbox_on))
		return sandboxed_chdir(filename);
	return host(SYS_chdir, HP(user_path(filename, PATH_FOLLOW)));
}

SYSCALL_DEFINE1(fchdir, (), FD, fd)
{
	/* What the guest has no name for may lie outside. */
	int held = sandbox_on ? sandbox_hold_visible(fd) : fd;
	long ret = sandbox_on && held < 0 ? held : host(SYS_fchdir, held);

	if (!ret)
		sandbox_cwd_changed(held);
	return ret;
}

SYSCALL_DEFINE1(chroot, (), PATH, filename)
{
	char path[PATH_MAX];
	long len;

	if (!sandbox_on) {
		exe_hold();
		return host(SYS_chroot, HP(user_path(filename, PATH_FOLLOW)));
	}
	len = strncpy_from_user(path, filename, sizeof(path));
	if (len < 0 || len == sizeof(path))
		return len < 0 ? len : -ENAMETOOLONG;
	return sandbox_chroot(path, host_capable(CAP_SYS_CHROOT));
}

SYSCALL_DEFINE2(getcwd, (), CWD_OUT, buf, SIZE, size)
{
	char path[GUEST_PATH_MAX];
	long len = sandbox_on ? sandbox_getcwd(path) : host(SYS_getcwd, HP(path), PATH_MAX);

	if (len < 0)
		return len;
	if ((u64)len > size)
		return -ERANGE;
	return copy_to_user(buf, path, len) ? -EFAULT : len;
}
