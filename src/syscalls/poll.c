/* SPDX-License-Identifier: GPL-2.0-or-later */
/* poll(2) and ppoll(2). struct pollfd is the same in both ABIs. */
#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "mm/utime.h"
#include "syscalls/sigmask.h"
#include "task/task.h"

#define POLLFD_SIZE 8

SYSCALL_DEFINE3(poll, (), POLLFDS_INOUT, ufds, UINT, nfds, INT, timeout_msecs)
{
	return host_block(SYS_poll, HP(user_inout(ufds, (u64)nfds * POLLFD_SIZE)), nfds,
			  timeout_msecs);
}

static long do_ppoll(guest_addr ufds, u32 nfds, guest_addr tsp, enum utime_form form,
		     guest_addr sigmask, u64 sigsetsize)
{
	struct temp_sigmask mask;
	struct utimeout to;
	struct utime *t;
	long ret;

	ret = utimeout_get(&to, tsp, form, &t);
	if (ret)
		return ret;
	sigmask_enter(&mask, sigmask, sigsetsize);
	ret = host_block(SYS_ppoll, HP(user_inout(ufds, (u64)nfds * POLLFD_SIZE)), nfds, HP(t),
			 HP(mask.host), mask.size);
	/* As in Linux, a timeout that cannot be written does not change the result. */
	(void)utimeout_put(&to);
	return sigmask_leave(&mask, ret);
}

SYSCALL_DEFINE5(ppoll, (), POLLFDS_INOUT, ufds, UINT, nfds, TIMESPEC_IN, tsp, SIGSET_IN, sigmask,
		SIZE, sigsetsize)
{
	return do_ppoll(ufds, nfds, tsp, UTIME_NATIVE, sigmask, sigsetsize);
}

COMPAT_SYSCALL_DEFINE5(ppoll_time32, (), POLLFDS_INOUT, ufds, UINT, nfds, TIMESPEC_IN, tsp,
		       SIGSET_IN, sigmask, SIZE, sigsetsize)
{
	return do_ppoll(ufds, nfds, tsp, UTIME_OLD32, sigmask, sigsetsize);
}

COMPAT_SYSCALL_DEFINE5(ppoll_time64, (), POLLFDS_INOUT, ufds, UINT, nfds, TIMESPEC64_IN, tsp,
		       SIGSET_IN, sigmask, SIZE, sigsetsize)
{
	return do_ppoll(ufds, nfds, tsp, UTIME_COMPAT64, sigmask, sigsetsize);
}
