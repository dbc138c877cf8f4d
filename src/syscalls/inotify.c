/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watching files: inotify(7) and fanotify(7). */
#include <sys/inotify.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "syscalls/path.h"
#include "task/exec.h"
#include "task/task.h"

static long watch(long fd)
{
	exec_watched |= fd >= 0;
	return fd;
}

SYSCALL_DEFINE0(inotify_init, ())
{
	return watch(host(SYS_inotify_init));
}

SYSCALL_DEFINE1(inotify_init1, (), INOTIFY_FLAGS, flags)
{
	return watch(host(SYS_inotify_init1, flags));
}

SYSCALL_DEFINE3(inotify_add_watch, (), FD, fd, PATH, pathname, INOTIFY_MASK, mask)
{
	return host(SYS_inotify_add_watch, fd,
		    HP(user_path(pathname, mask & IN_DONT_FOLLOW ? PATH_NOFOLLOW : PATH_FOLLOW)),
		    mask);
}

SYSCALL_DEFINE2(inotify_rm_watch, (), FD, fd, INT, wd)
{
	return host(SYS_inotify_rm_watch, fd, wd);
}

SYSCALL_DEFINE2(fanotify_init, (), HEX, flags, OPEN_FLAGS, event_f_flags)
{
	return host(SYS_fanotify_init, flags, event_f_flags);
}

#define OPEN_EXEC_EVENTS 0x41000 /* FAN_OPEN_EXEC, FAN_OPEN_EXEC_PERM */

static long mark(int fd, u32 flags, u64 mask, int dfd, guest_addr path)
{
	exec_asks_host |= (mask & OPEN_EXEC_EVENTS) != 0;
	return host(SYS_fanotify_mark, fd, flags, mask, dfd,
		    HP(user_path_at(dfd, path, PATH_FOLLOW)));
}

SYSCALL_DEFINE5(fanotify_mark, (), FD, fanotify_fd, HEX, flags, HEX, mask, DIRFD, dfd, PATH,
		pathname)
{
	return mark(fanotify_fd, flags, mask, dfd, pathname);
}

COMPAT_SYSCALL_DEFINE6(fanotify_mark, (), FD, fanotify_fd, HEX, flags, HALF_LO, mask, HALF_HI,
		       mask_hi, DIRFD, dfd, PATH, pathname)
{
	return mark(fanotify_fd, flags, (u64)mask_hi << 32 | mask, dfd, pathname);
}
