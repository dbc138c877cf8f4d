/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What files and file systems are: the stat and statfs families. A 64-bit guest's structs are the
 * host's own; the three 32-bit layouts of struct stat are made from them. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#include "abi/compat.h"
#include "abi/syscall.h"
#include "host/host.h"
#include "mm/uaccess.h"
#include "syscalls/dir.h"
#include "syscalls/path.h"
#include "task/task.h"

/* /proc/PID/fd says as its size how many descriptors there are: of all that looks like it, it alone
 * has one. */
static bool may_count_fds(u32 mode, u64 size, u32 dev_major)
{
	return mode == (S_IFDIR | 0500) && size && !dev_major;
}

/* How many of them are trapgate's own. */
static int own_fds_in(int fd)
{
	return dir_lists_own_fds(fd) ? host_nr_own_fds : 0;
}

static int own_fds_at(int dfd, guest_addr filename, int flag)
{
	const char *path = user_path_at(dfd, filename, path_flags_at((u32)flag));
	long fd;
	int n;

	if (!path || !*path)
		return own_fds_in(dfd);
	fd = host_beyond_fds(SYS_openat, dfd, HP(path),
			     O_PATH | O_CLOEXEC | (flag & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0));
	if (fd < 0)
		return 0;
	n = own_fds_in((int)fd);
	host(SYS_close, fd);
	return n;
}

static long plain_statat(int dfd, guest_addr filename, struct stat *st, int flag)
{
	u32 how = path_flags_at((u32)flag);
	const char *path;

	if (unlikely(sandbox_on) && !(flag & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT))) {
		long ret = sandbox_name_stat(dfd, user_str(filename), how, st);

		if (ret != -ENOSYS)
			return ret;
	}
	path = user_path_plain(&dfd, filename, how);
	if (!path && unlikely(sandbox_on) && !(flag & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT))) {
		long ret = sandbox_quick_stat(dfd, user_str(filename), how, st);

		if (ret != -ENOSYS)
			return ret;
	}
	if (!path)
		path = user_path_at(dfd, filename, how);
	return host(SYS_newfstatat, dfd, HP(path), HP(st), flag);
}

static long host_statat(int dfd, guest_addr filename, struct stat *st, int flag)
{
	long ret = plain_statat(dfd, filename, st, flag);

	if (!ret && unlikely(may_count_fds(st->st_mode, (u64)st->st_size, major(st->st_dev))))
		st->st_size -= own_fds_at(dfd, filename, flag);
	return ret;
}

static long host_fstat(int fd, struct stat *st)
{
	long ret = host(SYS_fstat, fd, HP(st));

	if (!ret && unlikely(may_count_fds(st->st_mode, (u64)st->st_size, major(st->st_dev))))
		st->st_size -= own_fds_in(fd);
	return ret;
}

static long statat(int dfd, guest_addr filename, guest_addr statbuf, int flag)
{
	struct stat st;
	long ret = host_statat(dfd, filename, &st, flag);

	return ret ? ret : copy_to_user(statbuf, &st, sizeof(st)) ? -EFAULT : 0;
}

SYSCALL_DEFINE2(newstat, (), PATH, filename, STAT_OUT, statbuf)
{
	return statat(AT_FDCWD, filename, statbuf, 0);
}

SYSCALL_DEFINE2(newlstat, (), PATH, filename, STAT_OUT, statbuf)
{
	return statat(AT_FDCWD, filename, statbuf, AT_SYMLINK_NOFOLLOW);
}

SYSCALL_DEFINE2(newfstat, (), FD, fd, STAT_OUT, statbuf)
{
	struct stat st;
	long ret = host_fstat(fd, &st);

	return ret ? ret : copy_to_user(statbuf, &st, sizeof(st)) ? -EFAULT : 0;
}

SYSCALL_DEFINE4(newfstatat, (), DIRFD, dfd, PATH, filename, STAT_OUT, statbuf, AT_FLAGS, flag)
{
	return statat(dfd, filename, statbuf, flag);
}

#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x4000u
#endif

static long plain_statx(int dfd, guest_addr filename, u32 flags, u32 mask, struct statx *out)
{
	u32 how = path_flags_at(flags);
	const char *path = NULL;

	if (!(mask & STATX_MNT_ID_UNIQUE))
		path = user_path_plain(&dfd, filename, how);
	if (path)
		return sandbox_plain_statx(dfd, path, flags, mask, out);
	if (unlikely(sandbox_on)) {
		long ret = sandbox_quick_statx(dfd, user_str(filename), how, flags, mask, out);

		if (ret != -ENOSYS)
			return ret;
	}
	path = user_path_at(dfd, filename, how);
	return host(SYS_statx, dfd, HP(path), flags, mask, HP(out));
}

SYSCALL_DEFINE5(statx, (), DIRFD, dfd, PATH, filename, AT_FLAGS, flags, STATX_MASK, mask, STATX_OUT,
		buffer)
{
	struct statx stx;
	long ret = plain_statx(dfd, filename, (u32)flags, (u32)mask, &stx);

	if (ret)
		return ret;
	if (unlikely(may_count_fds(stx.stx_mode, stx.stx_size, stx.stx_dev_major)))
		stx.stx_size -= (u64)own_fds_at(dfd, filename, (int)flags);
	return copy_to_user(buffer, &stx, sizeof(stx)) ? -EFAULT : 0;
}

/* struct stat of 32-bit x86: "new" by name, but with 16-bit ids and 32-bit sizes. */
struct compat_stat {
	u32 st_dev, st_ino;
	u16 st_mode, st_nlink, st_uid, st_gid;
	u32 st_rdev, st_size, st_blksize, st_blocks;
	u32 st_atime_s, st_atime_ns, st_mtime_s, st_mtime_ns, st_ctime_s, st_ctime_ns;
	u32 unused[2];
};

static long put_compat_stat(const struct stat *st, guest_addr to)
{
	struct compat_stat c = {
		.st_dev = (u32)st->st_dev,
		.st_ino = (u32)st->st_ino,
		.st_mode = (u16)st->st_mode,
		.st_nlink = (u16)st->st_nlink,
		.st_uid = high2low(st->st_uid),
		.st_gid = high2low(st->st_gid),
		.st_rdev = (u32)st->st_rdev,
		.st_size = (u32)st->st_size,
		.st_blksize = (u32)st->st_blksize,
		.st_blocks = (u32)st->st_blocks,
		.st_atime_s = (u32)st->st_atim.tv_sec,
		.st_atime_ns = (u32)st->st_atim.tv_nsec,
		.st_mtime_s = (u32)st->st_mtim.tv_sec,
		.st_mtime_ns = (u32)st->st_mtim.tv_nsec,
		.st_ctime_s = (u32)st->st_ctim.tv_sec,
		.st_ctime_ns = (u32)st->st_ctim.tv_nsec,
	};

	if (c.st_ino != st->st_ino || c.st_nlink != st->st_nlink || (u64)st->st_size > INT_MAX)
		return -EOVERFLOW;
	return put_user(c, to);
}

/* struct __old_kernel_stat, of before Linux 1.0: 16-bit inode and device numbers. */
struct old_stat {
	u16 st_dev, st_ino, st_mode, st_nlink, st_uid, st_gid, st_rdev;
	u32 st_size, st_atime_s, st_mtime_s, st_ctime_s;
};

static u16 old_dev(u64 dev)
{
	return (u16)(major(dev) << 8 | minor(dev));
}

/* A 64-bit kernel cuts the size here and does not refuse it. */
static long put_old_stat(const struct stat *st, guest_addr to)
{
	struct old_stat o;

	memset(&o, 0, sizeof(o));
	o.st_dev = old_dev(st->st_dev);
	o.st_ino = (u16)st->st_ino;
	o.st_mode = (u16)st->st_mode;
	o.st_nlink = (u16)st->st_nlink;
	o.st_uid = high2low(st->st_uid);
	o.st_gid = high2low(st->st_gid);
	o.st_rdev = old_dev(st->st_rdev);
	o.st_size = (u32)st->st_size;
	o.st_atime_s = (u32)st->st_atim.tv_sec;
	o.st_mtime_s = (u32)st->st_mtim.tv_sec;
	o.st_ctime_s = (u32)st->st_ctim.tv_sec;
	if (o.st_ino != st->st_ino || o.st_nlink != st->st_nlink)
		return -EOVERFLOW;
	return put_user(o, to);
}

/* struct stat64 of 32-bit x86, where u64 aligns to 4. */
struct stat64_32 {
	u64 st_dev;
	u32 pad0, short_ino;
	u32 st_mode, st_nlink, st_uid, st_gid;
	u64 st_rdev;
	u32 pad3;
	s64 st_size;
	u32 st_blksize;
	s64 st_blocks;
	u32 st_atime_s, st_atime_ns, st_mtime_s, st_mtime_ns, st_ctime_s, st_ctime_ns;
	u64 st_ino;
} __attribute__((packed));
_Static_assert(sizeof(struct stat64_32) == 96, "layout of i386 stat64");

/* Linux writes field by field and the inode's number, which is last, third: what lies at the end of
 * a page gets the device and no more. */
static long put_fields(const struct stat64_32 *c, size_t n, guest_addr to)
{
	size_t ino = offsetof(struct stat64_32, st_ino);

	if (put_user_whole(c->st_dev, to) ||
	    put_user_whole(c->short_ino, to + offsetof(struct stat64_32, short_ino)) ||
	    put_user_whole(c->st_ino, to + ino))
		return -EFAULT;
	return copy_to_user(to, c, n);
}

static long put_stat64(const struct stat *st, guest_addr to)
{
	struct stat64_32 c = {
		.st_dev = st->st_dev,
		.short_ino = (u32)st->st_ino,
		.st_mode = st->st_mode,
		.st_nlink = (u32)st->st_nlink,
		.st_uid = st->st_uid,
		.st_gid = st->st_gid,
		.st_rdev = st->st_rdev,
		.st_size = st->st_size,
		.st_blksize = (u32)st->st_blksize,
		.st_blocks = st->st_blocks,
		.st_atime_s = (u32)st->st_atim.tv_sec,
		.st_atime_ns = (u32)st->st_atim.tv_nsec,
		.st_mtime_s = (u32)st->st_mtim.tv_sec,
		.st_mtime_ns = (u32)st->st_mtim.tv_nsec,
		.st_ctime_s = (u32)st->st_ctim.tv_sec,
		.st_ctime_ns = (u32)st->st_ctim.tv_nsec,
		.st_ino = st->st_ino,
	};

	return put_fields(&c, sizeof(c), to);
}

typedef long put_stat_fn(const struct stat *st, guest_addr to);

static long stat_as(put_stat_fn *put, int dfd, guest_addr filename, guest_addr to, int flag)
{
	struct stat st;
	long ret = host_statat(dfd, filename, &st, flag);

	return ret ? ret : put(&st, to);
}

static long fstat_as(put_stat_fn *put, int fd, guest_addr to)
{
	struct stat st;
	long ret = host_fstat(fd, &st);

	return ret ? ret : put(&st, to);
}

COMPAT_SYSCALL_DEFINE2(newstat, (), PATH, filename, STAT_OUT, statbuf)
{
	return stat_as(put_compat_stat, AT_FDCWD, filename, statbuf, 0);
}

COMPAT_SYSCALL_DEFINE2(newlstat, (), PATH, filename, STAT_OUT, statbuf)
{
	return stat_as(put_compat_stat, AT_FDCWD, filename, statbuf, AT_SYMLINK_NOFOLLOW);
}

COMPAT_SYSCALL_DEFINE2(newfstat, (), FD, fd, STAT_OUT, statbuf)
{
	return fstat_as(put_compat_stat, fd, statbuf);
}

COMPAT_SYSCALL_DEFINE2(ia32_stat64, (), PATH, filename, STAT64_OUT, statbuf)
{
	return stat_as(put_stat64, AT_FDCWD, filename, statbuf, 0);
}

COMPAT_SYSCALL_DEFINE2(ia32_lstat64, (), PATH, filename, STAT64_OUT, statbuf)
{
	return stat_as(put_stat64, AT_FDCWD, filename, statbuf, AT_SYMLINK_NOFOLLOW);
}

COMPAT_SYSCALL_DEFINE2(ia32_fstat64, (), FD, fd, STAT64_OUT, statbuf)
{
	return fstat_as(put_stat64, fd, statbuf);
}

COMPAT_SYSCALL_DEFINE4(ia32_fstatat64, (), DIRFD, dfd, PATH, filename, STAT64_OUT, statbuf,
		       AT_FLAGS, flag)
{
	return stat_as(put_stat64, dfd, filename, statbuf, flag);
}

SYSCALL_DEFINE2(stat, (), PATH, filename, OLDSTAT_OUT, statbuf)
{
	return stat_as(put_old_stat, AT_FDCWD, filename, statbuf, 0);
}

SYSCALL_DEFINE2(lstat, (), PATH, filename, OLDSTAT_OUT, statbuf)
{
	return stat_as(put_old_stat, AT_FDCWD, filename, statbuf, AT_SYMLINK_NOFOLLOW);
}

SYSCALL_DEFINE2(fstat, (.flags = SC_QUICK), FD, fd, OLDSTAT_OUT, statbuf)
{
	return fstat_as(put_old_stat, fd, statbuf);
}

/* In a sandbox: by a descriptor, which is quicker than a path through /proc. */
static long sandbox_statfs(guest_addr pathname, struct statfs *out)
{
	int dfd = AT_FDCWD;
	const char *path = user_path_plain(&dfd, pathname, PATH_FOLLOW | PATH_OPENED);
	long fd, ret;

	if (!path)
		return host(SYS_statfs, HP(user_path(pathname, PATH_FOLLOW)), HP(out));
	fd = mount_open(dfd, path, O_PATH | O_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	ret = host(SYS_fstatfs, fd, HP(out));
	host(SYS_close, fd);
	return ret;
}

static long host_statfs(guest_addr pathname, struct statfs *out)
{
	struct statfs got;
	long ret;

	if (likely(!sandbox_on))
		return host(SYS_statfs, HP(user_path(pathname, PATH_FOLLOW)), HP(out));
	ret = sandbox_statfs(pathname, &got);
	if (!ret) {
		got.f_flags &= ~0x2000L; /* ST_NOSYMFOLLOW: the sandbox's own */
		ret = host_copy(out, &got, sizeof(got)) ? -EFAULT : 0;
	}
	return ret;
}

SYSCALL_DEFINE2(statfs, (), PATH, pathname, STATFS_OUT, buf)
{
	return host_statfs(pathname, user_out(buf, sizeof(struct statfs)));
}

SYSCALL_DEFINE2(fstatfs, (), FD, fd, STATFS_OUT, buf)
{
	return host(SYS_fstatfs, fd, HP(user_out(buf, sizeof(struct statfs))));
}

struct compat_statfs {
	u32 f_type, f_bsize, f_blocks, f_bfree, f_bavail, f_files, f_ffree;
	s32 f_fsid[2];
	u32 f_namelen, f_frsize, f_flags, f_spare[4];
};

struct compat_statfs64 {
	u32 f_type, f_bsize;
	u64 f_blocks, f_bfree, f_bavail, f_files, f_ffree;
	s32 f_fsid[2];
	u32 f_namelen, f_frsize, f_flags, f_spare[4];
} __attribute__((packed, aligned(4)));
_Static_assert(sizeof(struct compat_statfs64) == 84, "layout of i386 statfs64");

static long put_statfs(const struct statfs *s, guest_addr to)
{
	struct compat_statfs c = {
		.f_type = (u32)s->f_type,
		.f_bsize = (u32)s->f_bsize,
		.f_blocks = (u32)s->f_blocks,
		.f_bfree = (u32)s->f_bfree,
		.f_bavail = (u32)s->f_bavail,
		.f_files = (u32)s->f_files,
		.f_ffree = (u32)s->f_ffree,
		.f_namelen = (u32)s->f_namelen,
		.f_frsize = (u32)s->f_frsize,
		.f_flags = (u32)s->f_flags,
	};
	const u64 unknown = ~0ull; /* number of inodes: not an overflow */

	if ((s->f_blocks | s->f_bfree | s->f_bavail | (u64)s->f_bsize | (u64)s->f_frsize) >> 32)
		return -EOVERFLOW;
	if ((s->f_files != unknown && s->f_files >> 32) ||
	    (s->f_ffree != unknown && s->f_ffree >> 32))
		return -EOVERFLOW;
	memcpy(c.f_fsid, &s->f_fsid, sizeof(c.f_fsid));
	return put_user(c, to);
}

static long put_statfs64(const struct statfs *s, guest_addr to)
{
	struct compat_statfs64 c = {
		.f_type = (u32)s->f_type,
		.f_bsize = (u32)s->f_bsize,
		.f_blocks = s->f_blocks,
		.f_bfree = s->f_bfree,
		.f_bavail = s->f_bavail,
		.f_files = s->f_files,
		.f_ffree = s->f_ffree,
		.f_namelen = (u32)s->f_namelen,
		.f_frsize = (u32)s->f_frsize,
		.f_flags = (u32)s->f_flags,
	};

	if (((u64)s->f_bsize | (u64)s->f_frsize) >> 32)
		return -EOVERFLOW;
	memcpy(c.f_fsid, &s->f_fsid, sizeof(c.f_fsid));
	return put_user(c, to);
}

COMPAT_SYSCALL_DEFINE2(statfs, (), PATH, pathname, STATFS_OUT, buf)
{
	struct statfs s;
	long ret = host_statfs(pathname, &s);

	return ret ? ret : put_statfs(&s, buf);
}

COMPAT_SYSCALL_DEFINE2(fstatfs, (), FD, fd, STATFS_OUT, buf)
{
	struct statfs s;
	long ret = host(SYS_fstatfs, fd, HP(&s));

	return ret ? ret : put_statfs(&s, buf);
}

COMPAT_SYSCALL_DEFINE3(statfs64, (), PATH, pathname, SIZE, sz, STATFS64_OUT, buf)
{
	struct statfs s;
	long ret;

	if (sz != sizeof(struct compat_statfs64))
		return -EINVAL;
	ret = host_statfs(pathname, &s);
	return ret ? ret : put_statfs64(&s, buf);
}

COMPAT_SYSCALL_DEFINE3(fstatfs64, (), FD, fd, SIZE, sz, STATFS64_OUT, buf)
{
	struct statfs s;
	long ret;

	if (sz != sizeof(struct compat_statfs64))
		return -EINVAL;
	ret = host(SYS_fstatfs, fd, HP(&s));
	return ret ? ret : put_statfs64(&s, buf);
}

/* struct ustat: free blocks, free inodes (a long), two names of six bytes. */
struct ustat_64 {
	s32 f_tfree;
	u64 f_tinode;
	char names[12];
};

struct ustat_32 {
	s32 f_tfree;
	u32 f_tinode;
	char names[12];
};

SYSCALL_DEFINE2(ustat, (), UINT, dev, ADDR, ubuf)
{
	return host(SYS_ustat, dev, HP(user_out(ubuf, sizeof(struct ustat_64))));
}

COMPAT_SYSCALL_DEFINE2(ustat, (), UINT, dev, ADDR, ubuf)
{
	struct ustat_64 u;
	struct ustat_32 c;
	long ret = host(SYS_ustat, dev, HP(&u));

	if (ret)
		return ret;
	c.f_tfree = u.f_tfree;
	c.f_tinode = (u32)u.f_tinode;
	memcpy(c.names, u.names, sizeof(c.names));
	return put_user(c, ubuf);
}
