/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "syscalls/fdtable.h"
#include "task/task.h"

static long do_pipe2(guest_addr fildes, int flags)
{
	int fd[2];
	long ret = host(SYS_pipe2, HP(fd), flags);

	if (ret)
		return ret;
	if (put_user(fd, fildes)) {
		host(SYS_close, fd[0]);
		host(SYS_close, fd[1]);
		return -EFAULT;
	}
	fd_set_small(fd[0], false);
	fd_set_small(fd[1], false);
	return 0;
}

SYSCALL_DEFINE1(pipe, (), FDPAIR_OUT, fildes)
{
	return do_pipe2(fildes, 0);
}

SYSCALL_DEFINE2(pipe2, (), FDPAIR_OUT, fildes, PIPE_FLAGS, flags)
{
	return do_pipe2(fildes, flags);
}
