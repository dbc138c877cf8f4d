/* SPDX-License-Identifier: GPL-2.0-or-later */
/* epoll(7). struct epoll_event is 12 bytes in both ABIs. */
#include <errno.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "mm/utime.h"
#include "net/emulate.h"
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

/* One of the calls that wait, with the arguments behind the timeout. The host fills in as many
 * events as are ready. */
static long wait_for_events(long nr, int epfd, guest_addr uevents, int maxevents, long timeout,
			    const struct temp_sigmask *mask)
{
	size_t size = maxevents > 0 ? (size_t)maxevents * EPOLL_EVENT_SIZE : 0;
	void *events = user_inout(uevents, size);
	long ret = host_block(nr, epfd, HP(events), maxevents, timeout, mask ? HP(mask->host) : 0,
			      mask ? mask->size : 0);

	if (unlikely(net_emulated) && ret > 0)
		emu_epoll(epfd, events, ret);
	return ret;
}

SYSCALL_DEFINE4(epoll_wait, (), FD, epfd, EPOLL_EVENTS_OUT, events, INT, maxevents, INT, timeout)
{
	return wait_for_events(SYS_epoll_wait, epfd, events, maxevents, timeout, NULL);
}

/* Shared by both ABIs: a 32-bit guest's sigset_t has the same bytes. */
SYSCALL_DEFINE6(epoll_pwait, (), FD, epfd, EPOLL_EVENTS_OUT, events, INT, maxevents, INT, timeout,
		SIGSET_IN, sigmask, SIZE, sigsetsize)
{
	struct temp_sigmask mask;

	sigmask_enter(&mask, sigmask, sigsetsize);
	return sigmask_leave(
		&mask, wait_for_events(SYS_epoll_pwait, epfd, events, maxevents, timeout, &mask));
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
	return sigmask_leave(
		&mask, wait_for_events(SYS_epoll_pwait2, epfd, events, maxevents, HP(t), &mask));
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
