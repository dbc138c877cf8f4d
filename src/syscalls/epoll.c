/* SPDX-License-Identifier: GPL-2.0-or-later */
/* epoll(7). struct epoll_event is 12 bytes in both ABIs. */
#include <errno.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "mm/utime.h"
#include "syscalls/sigmask.h"
#include "task/task.h"

#define EPOLL_EVENT_SIZE 12

SYSCALL_DEFINE1(epoll_create, (), INT, size)
{
	return host(SYS_epoll_create, size);
}

SYSCALL_DEFINE1(epoll_create1, (), EPOLL_FLAGS, flags)
{
	return host(SYS_epoll_create1, flags);
}

SYSCALL_DEFINE4(epoll_ctl, (.flags = SC_QUICK), FD, epfd, EPOLL_OP, op, FD, fd, EPOLL_EVENT_IN,
		event)
{
	return host(SYS_epoll_ctl, epfd, op, fd, HP(user_in(event, EPOLL_EVENT_SIZE)));
}

/* Room for the events, of which the host fills as many as are ready. */
static long events_ptr(guest_addr events, int maxevents)
{
	return HP(user_inout(events, maxevents > 0 ? (u64)maxevents * EPOLL_EVENT_SIZE : 0));
}

SYSCALL_DEFINE4(epoll_wait, (), FD, epfd, EPOLL_EVENTS_OUT, events, INT, maxevents, INT, timeout)
{
	return host_block(SYS_epoll_wait, epfd, events_ptr(events, maxevents), maxevents, timeout);
}

/* Shared by both ABIs: a 32-bit guest's sigset_t has the same bytes. */
SYSCALL_DEFINE6(epoll_pwait, (), FD, epfd, EPOLL_EVENTS_OUT, events, INT, maxevents, INT, timeout,
		SIGSET_IN, sigmask, SIZE, sigsetsize)
{
	struct temp_sigmask mask;

	sigmask_enter(&mask, sigmask, sigsetsize);
	return sigmask_leave(&mask, host_block(SYS_epoll_pwait, epfd, events_ptr(events, maxevents),
					       maxevents, timeout, HP(mask.host), mask.size));
}

static long do_epoll_pwait2(int epfd, guest_addr events, int maxevents, guest_addr timeout,
			    guest_addr sigmask, u64 sigsetsize)
{
	struct temp_sigmask mask;
	struct utimeout to;
	struct utime *t;
	long ret;

	ret = utimeout_get(&to, timeout, utime_shared_form(current->sc_abi), &t);
	if (ret)
		return ret;
	sigmask_enter(&mask, sigmask, sigsetsize);
	return sigmask_leave(&mask,
			     host_block(SYS_epoll_pwait2, epfd, events_ptr(events, maxevents),
					maxevents, HP(t), HP(mask.host), mask.size));
}

SYSCALL_DEFINE6(epoll_pwait2, (), FD, epfd, EPOLL_EVENTS_OUT, events, INT, maxevents, TIMESPEC64_IN,
		timeout, SIGSET_IN, sigmask, SIZE, sigsetsize)
{
	return do_epoll_pwait2(epfd, events, maxevents, timeout, sigmask, sigsetsize);
}

COMPAT_SYSCALL_DEFINE6(epoll_pwait2, (), FD, epfd, EPOLL_EVENTS_OUT, events, INT, maxevents,
		       TIMESPEC64_IN, timeout, SIGSET_IN, sigmask, SIZE, sigsetsize)
{
	return do_epoll_pwait2(epfd, events, maxevents, timeout, sigmask, sigsetsize);
}
