/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names: links, symbolic links, renaming, removing, special files. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "syscalls/path.h"
#include "syscalls/procfs.h"
#include "task/task.h"
#include "task/exe.h"

/* In a sandbox the new name may be found bad before the host has looked for the file itself. */
static long do_link(int olddfd, const char *from, int newdfd, const char *to, int flags)
{
	int how = (flags & AT_EMPTY_PATH) | (flags & AT_SYMLINK_FOLLOW ? 0 : AT_SYMLINK_NOFOLLOW);
	struct stat st;
	long err;

	if (unlikely(sandbox_on) && sandbox_path_error()) {
		err = host(SYS_newfstatat, olddfd, HP(from), HP(&st), how);
		if (err)
			return err;
	}
	return host(SYS_linkat, olddfd, HP(from), newdfd, HP(to), flags);
}

SYSCALL_DEFINE2(link, (), PATH, oldname, PATH, newname)
{
	int olddfd = AT_FDCWD, newdfd = AT_FDCWD;
	const char *from = user_path_in(&olddfd, oldname, PATH_NOFOLLOW);
	const char *to = user_path_in(&newdfd, newname, PATH_NEW_NAME | PATH_SECOND);

	return do_link(olddfd, from, newdfd, to, 0);
}

SYSCALL_DEFINE5(linkat, (), DIRFD, olddfd, PATH, oldname, DIRFD, newdfd, PATH, newname, AT_FLAGS,
		flags)
{
	u32 how = (flags & AT_SYMLINK_FOLLOW ? PATH_FOLLOW : 0) |
		  (flags & AT_EMPTY_PATH ? PATH_EMPTY : 0);
	const char *from = user_path_in(&olddfd, oldname, how);
	const char *to = user_path_in(&newdfd, newname, PATH_NEW_NAME | PATH_SECOND);

	return do_link(olddfd, from, newdfd, to, (int)flags);
}

SYSCALL_DEFINE1(unlink, (), PATH, pathname)
{
	int dfd = AT_FDCWD;
	const char *path = user_path_in(&dfd, pathname, PATH_OLD_NAME);

	exe_hold_at(path);
	return host(SYS_unlinkat, dfd, HP(path), 0);
}

SYSCALL_DEFINE3(unlinkat, (), DIRFD, dfd, PATH, pathname, AT_FLAGS, flag)
{
	const char *path = user_path_in(&dfd, pathname, PATH_OLD_NAME);

	exe_hold_at(path);
	return host(SYS_unlinkat, dfd, HP(path), flag);
}

SYSCALL_DEFINE2(symlink, (), STR, oldname, PATH, newname)
{
	int newdfd = AT_FDCWD;
	const char *path = user_path_in(&newdfd, newname, PATH_NEW_NAME);

	return host(SYS_symlinkat, HP(user_str(oldname)), newdfd, HP(path));
}

SYSCALL_DEFINE3(symlinkat, (), STR, oldname, DIRFD, newdfd, PATH, newname)
{
	const char *path = user_path_in(&newdfd, newname, PATH_NEW_NAME);

	return host(SYS_symlinkat, HP(user_str(oldname)), newdfd, HP(path));
}

static long host_readlink(int dfd, guest_addr path, char *target, size_t n)
{
	const char *at = user_path_plain(&dfd, path, PATH_NOFOLLOW);
	long len;

	if (at)
		return host(SYS_readlinkat, dfd, HP(at), HP(target), n);
	len = sandbox_on ? sandbox_quick_readlink(dfd, user_str(path), target, n) : -ENOSYS;
	if (len != -ENOSYS)
		return len;
	at = user_path_at(dfd, path, PATH_NOFOLLOW | PATH_EMPTY);
	if (sandbox_on)
		len = sandbox_readlink(dfd, at, target);

	return len == -ENOSYS ? host(SYS_readlinkat, dfd, HP(at), HP(target), n) : len;
}

static long do_readlink(int dfd, guest_addr path, guest_addr buf, int size)
{
	char target[GUEST_PATH_MAX];
	const char *exe;
	long len;
	int pid;

	if (size <= 0)
		return -EINVAL;
	if (!sandbox_on && proc_link_is_dead(dfd, user_str(path)))
		return -ENOENT;
	pid = user_path_exe(dfd, path);
	exe = pid ? exe_name(pid) : NULL;
	if (exe) {
		len = (long)strlen(exe);
		memcpy(target, exe, len);
	} else {
		len = host_readlink(dfd, path, target, PATH_MAX);
	}
	if (len < 0)
		return len;
	len = MIN(len, size);
	return copy_to_user(buf, target, len) ? -EFAULT : len;
}

SYSCALL_DEFINE3(readlink, (), PATH, path, STR_OUT, buf, INT, bufsiz)
{
	return do_readlink(AT_FDCWD, path, buf, bufsiz);
}

SYSCALL_DEFINE4(readlinkat, (), DIRFD, dfd, PATH, path, STR_OUT, buf, INT, bufsiz)
{
	return do_readlink(dfd, path, buf, bufsiz);
}

static long do_rename(long nr, int olddfd, guest_addr oldname, int newdfd, guest_addr newname,
		      u32 flags)
{
	const char *from = user_path_in(&olddfd, oldname, PATH_OLD_NAME);
	const char *to = user_path_in(&newdfd, newname, PATH_OLD_NAME | PATH_SECOND);

	exe_hold_at(from);
	exe_hold_at(to);
	return host(nr, olddfd, HP(from), newdfd, HP(to), flags);
}

SYSCALL_DEFINE2(rename, (), PATH, oldname, PATH, newname)
{
	return do_rename(SYS_renameat, AT_FDCWD, oldname, AT_FDCWD, newname, 0);
}

SYSCALL_DEFINE4(renameat, (), DIRFD, olddfd, PATH, oldname, DIRFD, newdfd, PATH, newname)
{
	return do_rename(SYS_renameat, olddfd, oldname, newdfd, newname, 0);
}

SYSCALL_DEFINE5(renameat2, (), DIRFD, olddfd, PATH, oldname, DIRFD, newdfd, PATH, newname,
		RENAME_FLAGS, flags)
{
	return do_rename(SYS_renameat2, olddfd, oldname, newdfd, newname, flags);
}

SYSCALL_DEFINE3(mknod, (), PATH, filename, MODE, mode, DEV, dev)
{
	int dfd = AT_FDCWD;
	const char *path = user_path_in(&dfd, filename, PATH_NEW_NAME);

	return host(SYS_mknodat, dfd, HP(path), mode, (u32)dev);
}

SYSCALL_DEFINE4(mknodat, (), DIRFD, dfd, PATH, filename, MODE, mode, DEV, dev)
{
	const char *path = user_path_in(&dfd, filename, PATH_NEW_NAME);

	return host(SYS_mknodat, dfd, HP(path), mode, (u32)dev);
}
