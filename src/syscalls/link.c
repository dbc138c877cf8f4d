/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names: links, symbolic links, renaming, removing, special files. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "syscalls/path.h"
#include "task/task.h"

SYSCALL_DEFINE2(link, (), PATH, oldname, PATH, newname)
{
	return host(SYS_link, HP(user_path_nofollow(oldname)), HP(user_path_nofollow(newname)));
}

SYSCALL_DEFINE5(linkat, (), DIRFD, olddfd, PATH, oldname, DIRFD, newdfd, PATH, newname, AT_FLAGS,
		flags)
{
	const char *from = user_path_if(oldname, flags & AT_SYMLINK_FOLLOW);

	return host(SYS_linkat, olddfd, HP(from), newdfd, HP(user_path_nofollow(newname)), flags);
}

SYSCALL_DEFINE1(unlink, (), PATH, pathname)
{
	return host(SYS_unlink, HP(user_path_nofollow(pathname)));
}

SYSCALL_DEFINE3(unlinkat, (), DIRFD, dfd, PATH, pathname, AT_FLAGS, flag)
{
	return host(SYS_unlinkat, dfd, HP(user_path_nofollow(pathname)), flag);
}

SYSCALL_DEFINE2(symlink, (), STR, oldname, PATH, newname)
{
	return host(SYS_symlink, HP(user_str(oldname)), HP(user_path_nofollow(newname)));
}

SYSCALL_DEFINE3(symlinkat, (), STR, oldname, DIRFD, newdfd, PATH, newname)
{
	return host(SYS_symlinkat, HP(user_str(oldname)), newdfd, HP(user_path_nofollow(newname)));
}

static long do_readlink(int dfd, guest_addr path, guest_addr buf, int size)
{
	char target[PATH_MAX];
	const char *exe;
	long len;

	if (size <= 0)
		return -EINVAL;
	exe = user_path_exe(dfd, path);
	if (exe) {
		len = (long)strlen(exe);
		memcpy(target, exe, len);
	} else {
		len = host(SYS_readlinkat, dfd, HP(user_path_nofollow(path)), HP(target),
			   sizeof(target));
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

SYSCALL_DEFINE2(rename, (), PATH, oldname, PATH, newname)
{
	return host(SYS_rename, HP(user_path_nofollow(oldname)), HP(user_path_nofollow(newname)));
}

SYSCALL_DEFINE4(renameat, (), DIRFD, olddfd, PATH, oldname, DIRFD, newdfd, PATH, newname)
{
	return host(SYS_renameat, olddfd, HP(user_path_nofollow(oldname)), newdfd,
		    HP(user_path_nofollow(newname)));
}

SYSCALL_DEFINE5(renameat2, (), DIRFD, olddfd, PATH, oldname, DIRFD, newdfd, PATH, newname,
		RENAME_FLAGS, flags)
{
	return host(SYS_renameat2, olddfd, HP(user_path_nofollow(oldname)), newdfd,
		    HP(user_path_nofollow(newname)), flags);
}

SYSCALL_DEFINE3(mknod, (), PATH, filename, MODE, mode, DEV, dev)
{
	return host(SYS_mknod, HP(user_path_nofollow(filename)), mode, (u32)dev);
}

SYSCALL_DEFINE4(mknodat, (), DIRFD, dfd, PATH, filename, MODE, mode, DEV, dev)
{
	return host(SYS_mknodat, dfd, HP(user_path_nofollow(filename)), mode, (u32)dev);
}
