/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Extended attributes. Sizes that guests give are limits that may lie far beyond their buffers, so
 * values come through scratch memory and only what there is is copied out. */
#include <errno.h>
#include <fcntl.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "syscalls/path.h"
#include "task/task.h"

#ifndef SYS_setxattrat
#define SYS_setxattrat	  463
#define SYS_getxattrat	  464
#define SYS_listxattrat	  465
#define SYS_removexattrat 466
#endif

#define XATTR_MAX 65536 /* of a value and of a list */

struct xattr_args {
	u64 value;
	u32 size, flags;
};

/* The object is named by a path (a host pointer) or by a descriptor, as `nr` wants it. */
static long do_set(long nr, long object, guest_addr name, guest_addr value, u64 size, int flags)
{
	return host(nr, object, HP(user_str(name)), HP(user_in(value, MIN(size, XATTR_MAX))), size,
		    flags);
}

static long copy_out(guest_addr to, const void *from, long ret, u64 size)
{
	if (ret <= 0 || !size)
		return ret;
	return copy_to_user(to, from, ret) ? -EFAULT : ret;
}

static long do_get(long nr, long object, guest_addr name, guest_addr value, u64 size)
{
	u64 n = MIN(size, XATTR_MAX);
	void *buf = n ? user_scratch(n) : NULL;

	if (n && !buf)
		return -ENOMEM;
	return copy_out(value, buf, host(nr, object, HP(user_str(name)), HP(buf), n), size);
}

static long do_list(long nr, long object, guest_addr list, u64 size)
{
	u64 n = MIN(size, XATTR_MAX);
	void *buf = n ? user_scratch(n) : NULL;

	if (n && !buf)
		return -ENOMEM;
	return copy_out(list, buf, host(nr, object, HP(buf), n), size);
}

/* Where a path lies in a sandbox, for the calls that take a directory with it: they need no detour
 * by /proc. */
struct place {
	int dfd;
	u32 at_flags;
	const char *path;
};

/* False outside of sandboxes, on hosts without these calls (before Linux 6.13), and where the path
 * has to be looked up otherwise. */
static bool find_place(struct place *p, guest_addr pathname, u32 flags)
{
	static enum { UNKNOWN, THERE, MISSING } calls;
	long ret;

	if (likely(!sandbox_on) || calls == MISSING)
		return false;
	if (calls == UNKNOWN) {
		ret = host(SYS_listxattrat, -1, HP(""), 0, NULL, 0);
		calls = ret == -ENOSYS || ret == -EPERM ? MISSING : THERE;
	}
	p->dfd = AT_FDCWD;
	p->at_flags = flags & PATH_FOLLOW ? 0 : AT_SYMLINK_NOFOLLOW;
	p->path = calls == THERE ? user_path_plain(&p->dfd, pathname, flags) : NULL;
	return p->path;
}

static long set_by_path(long nr, guest_addr pathname, u32 follow, guest_addr name, guest_addr value,
			u64 size, int flags)
{
	struct xattr_args args = {.size = (u32)MIN(size, XATTR_MAX + 1), .flags = (u32)flags};
	struct place p;

	if (!find_place(&p, pathname, follow | PATH_WRITE))
		return do_set(nr, HP(user_path_alone(pathname, follow | PATH_WRITE)), name, value,
			      size, flags);
	args.value = (u64)HP(user_in(value, MIN(size, XATTR_MAX)));
	return host(SYS_setxattrat, p.dfd, HP(p.path), p.at_flags, HP(user_str(name)), HP(&args),
		    sizeof(args));
}

static long get_by_path(long nr, guest_addr pathname, u32 follow, guest_addr name, guest_addr value,
			u64 size)
{
	struct xattr_args args = {.size = (u32)MIN(size, XATTR_MAX)};
	struct place p;
	void *buf;

	if (!find_place(&p, pathname, follow))
		return do_get(nr, HP(user_path_alone(pathname, follow)), name, value, size);
	buf = args.size ? user_scratch(args.size) : NULL;
	if (args.size && !buf)
		return -ENOMEM;
	args.value = (u64)HP(buf);
	return copy_out(value, buf,
			host(SYS_getxattrat, p.dfd, HP(p.path), p.at_flags, HP(user_str(name)),
			     HP(&args), sizeof(args)),
			size);
}

static long list_by_path(long nr, guest_addr pathname, u32 follow, guest_addr list, u64 size)
{
	u64 n = MIN(size, XATTR_MAX);
	struct place p;
	void *buf;

	if (!find_place(&p, pathname, follow))
		return do_list(nr, HP(user_path_alone(pathname, follow)), list, size);
	buf = n ? user_scratch(n) : NULL;
	if (n && !buf)
		return -ENOMEM;
	return copy_out(list, buf, host(SYS_listxattrat, p.dfd, HP(p.path), p.at_flags, HP(buf), n),
			size);
}

static long remove_by_path(long nr, guest_addr pathname, u32 follow, guest_addr name)
{
	struct place p;

	if (find_place(&p, pathname, follow | PATH_WRITE))
		return host(SYS_removexattrat, p.dfd, HP(p.path), p.at_flags, HP(user_str(name)));
	return host(nr, HP(user_path_alone(pathname, follow | PATH_WRITE)), HP(user_str(name)));
}

SYSCALL_DEFINE5(setxattr, (), PATH, pathname, STR, name, BUF_IN, value, SIZE, size, XATTR_FLAGS,
		flags)
{
	return set_by_path(SYS_setxattr, pathname, PATH_FOLLOW, name, value, size, flags);
}

SYSCALL_DEFINE5(lsetxattr, (), PATH, pathname, STR, name, BUF_IN, value, SIZE, size, XATTR_FLAGS,
		flags)
{
	return set_by_path(SYS_lsetxattr, pathname, PATH_NOFOLLOW, name, value, size, flags);
}

SYSCALL_DEFINE5(fsetxattr, (), FD, fd, STR, name, BUF_IN, value, SIZE, size, XATTR_FLAGS, flags)
{
	int held = fd_to_change(fd);

	return sandbox_on && held < 0 ? held
				      : do_set(SYS_fsetxattr, held, name, value, size, flags);
}

SYSCALL_DEFINE4(getxattr, (), PATH, pathname, STR, name, BUF_OUT, value, SIZE, size)
{
	return get_by_path(SYS_getxattr, pathname, PATH_FOLLOW, name, value, size);
}

SYSCALL_DEFINE4(lgetxattr, (), PATH, pathname, STR, name, BUF_OUT, value, SIZE, size)
{
	return get_by_path(SYS_lgetxattr, pathname, PATH_NOFOLLOW, name, value, size);
}

SYSCALL_DEFINE4(fgetxattr, (), FD, fd, STR, name, BUF_OUT, value, SIZE, size)
{
	return do_get(SYS_fgetxattr, fd, name, value, size);
}

SYSCALL_DEFINE3(listxattr, (), PATH, pathname, BUF_OUT, list, SIZE, size)
{
	return list_by_path(SYS_listxattr, pathname, PATH_FOLLOW, list, size);
}

SYSCALL_DEFINE3(llistxattr, (), PATH, pathname, BUF_OUT, list, SIZE, size)
{
	return list_by_path(SYS_llistxattr, pathname, PATH_NOFOLLOW, list, size);
}

SYSCALL_DEFINE3(flistxattr, (), FD, fd, BUF_OUT, list, SIZE, size)
{
	return do_list(SYS_flistxattr, fd, list, size);
}

SYSCALL_DEFINE2(removexattr, (), PATH, pathname, STR, name)
{
	return remove_by_path(SYS_removexattr, pathname, PATH_FOLLOW, name);
}

SYSCALL_DEFINE2(lremovexattr, (), PATH, pathname, STR, name)
{
	return remove_by_path(SYS_lremovexattr, pathname, PATH_NOFOLLOW, name);
}

SYSCALL_DEFINE2(fremovexattr, (), FD, fd, STR, name)
{
	int held = fd_to_change(fd);

	return sandbox_on && held < 0 ? held : host(SYS_fremovexattr, held, HP(user_str(name)));
}

/* Reads an extensible struct: what a newer caller adds must be zero. */
static long get_args(struct xattr_args *args, guest_addr uargs, u64 usize)
{
	u64 more = usize - sizeof(*args);
	u8 *rest;

	if (usize < sizeof(*args))
		return -EINVAL;
	if (usize > PAGE_SIZE)
		return -E2BIG;
	if (get_user(*args, uargs))
		return -EFAULT;
	if (!more)
		return 0;
	rest = user_scratch(more);
	if (!rest || copy_from_user(rest, uargs + sizeof(*args), more))
		return -EFAULT;
	for (u64 i = 0; i < more; i++)
		if (rest[i])
			return -E2BIG;
	return 0;
}

static const char *path_at(int dfd, guest_addr pathname, u32 at_flags, u32 more)
{
	return user_path_at(dfd, pathname, path_flags_at(at_flags) | more);
}

SYSCALL_DEFINE6(setxattrat, (), DIRFD, dfd, PATH, pathname, AT_FLAGS, at_flags, STR, name, ADDR,
		uargs, SIZE, usize)
{
	struct xattr_args args;
	long ret = get_args(&args, uargs, usize);
	const char *path;

	if (ret)
		return ret;
	args.value = (u64)HP(user_in(args.value, MIN(args.size, XATTR_MAX)));
	path = path_at(dfd, pathname, at_flags, PATH_WRITE);
	return host(SYS_setxattrat, path_dfd(dfd), HP(path), at_flags, HP(user_str(name)),
		    HP(&args), sizeof(args));
}

SYSCALL_DEFINE6(getxattrat, (), DIRFD, dfd, PATH, pathname, AT_FLAGS, at_flags, STR, name, ADDR,
		uargs, SIZE, usize)
{
	struct xattr_args args;
	long ret = get_args(&args, uargs, usize);
	guest_addr value;
	void *buf;

	if (ret)
		return ret;
	value = args.value;
	args.size = MIN(args.size, XATTR_MAX);
	buf = args.size ? user_scratch(args.size) : NULL;
	args.value = (u64)HP(buf);
	ret = host(SYS_getxattrat, dfd, HP(path_at(dfd, pathname, at_flags, 0)), at_flags,
		   HP(user_str(name)), HP(&args), sizeof(args));
	return copy_out(value, buf, ret, args.size);
}

SYSCALL_DEFINE5(listxattrat, (), DIRFD, dfd, PATH, pathname, AT_FLAGS, at_flags, BUF_OUT, list,
		SIZE, size)
{
	u64 n = MIN(size, XATTR_MAX);
	void *buf = n ? user_scratch(n) : NULL;
	long ret = host(SYS_listxattrat, dfd, HP(path_at(dfd, pathname, at_flags, 0)), at_flags,
			HP(buf), n);

	return copy_out(list, buf, ret, size);
}

SYSCALL_DEFINE4(removexattrat, (), DIRFD, dfd, PATH, pathname, AT_FLAGS, at_flags, STR, name)
{
	const char *path = path_at(dfd, pathname, at_flags, PATH_WRITE);

	return host(SYS_removexattrat, path_dfd(dfd), HP(path), at_flags, HP(user_str(name)));
}
