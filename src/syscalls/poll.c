/* SPDX-License-Identifier: GPL-2.0-or-later */
/* poll(2) and ppoll(2). struct pollfd is the same in both ABIs. */
#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "abi/syscall.h"
#include "host/host.h"
#include "mm/uaccess.h"
#include "mm/utime.h"
#include "net/emulate.h"
#include "syscalls/restart.h"
#include "syscalls/sigmask.h"
#include "task/task.h"

struct pollfds {
	guest_addr uaddr;
	u32 n;
	struct pollfd *copy; /* NULL: the host works on the guest's array */
};

/* The array for the host: the guest's, or a copy in which descriptors of trapgate's own are none
 * and results of an emulated network can be looked at. */
static long pollfds_in(struct pollfds *p, guest_addr uaddr, u32 n)
{
	size_t size = (size_t)n * sizeof(*p->copy);
	bool any = net_emulated;

	*p = (struct pollfds){.uaddr = uaddr, .n = n};
	if ((host_nr_own_fds || net_emulated) && n <= 1 << 20)
		p->copy = user_scratch(size);
	if (!p->copy || copy_from_user(p->copy, uaddr, size)) {
		p->copy = NULL;
		return HP(user_inout(uaddr, size));
	}
	for (u32 i = 0; i < n; i++) {
		if (!host_fd_is_own(p->copy[i].fd))
			continue;
		p->copy[i].fd = INT_MAX;
		any = true;
	}
	if (any)
		return HP(p->copy);
	p->copy = NULL;
	return HP(user_inout(uaddr, size));
}

/* Copies results out if there was a copy. Returns ret or -EFAULT. */
static long pollfds_out(const struct pollfds *p, long ret)
{
	if (!p->copy || ret < 0)
		return ret;
	if (unlikely(net_emulated) && ret)
		emu_poll(p->copy, p->n);
	for (u32 i = 0; i < p->n; i++)
		if (put_user(p->copy[i].revents,
			     p->uaddr + i * sizeof(*p->copy) + offsetof(struct pollfd, revents)))
			return -EFAULT;
	return ret;
}

static long do_poll(guest_addr ufds, u32 nfds, int timeout_msecs);

/* do_restart_poll(): times are rounded up, lest it be too early. */
static long poll_again(const struct restart_block *block)
{
	struct timespec left = timespec_until(CLOCK_MONOTONIC, block->end);
	s64 ms = left.tv_sec * 1000L + (left.tv_nsec + 999999) / 1000000;

	return do_poll(block->addr, block->a, block->b ? (int)ms : -1);
}

static long do_poll(guest_addr ufds, u32 nfds, int timeout_msecs)
{
	struct restart_block block = {
		.fn = poll_again, .addr = ufds, .a = nfds, .b = timeout_msecs >= 0};
	struct pollfds fds;
	long array = pollfds_in(&fds, ufds, nfds), ret;

	if (timeout_msecs > 0)
		block.end = timespec_add(
			restart_clock(CLOCK_MONOTONIC),
			(struct timespec){timeout_msecs / 1000, timeout_msecs % 1000 * 1000000L});
	ret = pollfds_out(&fds, host_block(SYS_poll, array, nfds, timeout_msecs));
	return ret == -EINTR ? restart_block(&block) : ret;
}

SYSCALL_DEFINE3(poll, (), POLLFDS_INOUT, ufds, UINT, nfds, INT, timeout_msecs)
{
	return do_poll(ufds, nfds, timeout_msecs);
}

static long do_ppoll(guest_addr ufds, u32 nfds, guest_addr tsp, enum utime_form form,
		     guest_addr sigmask, u64 sigsetsize)
{
	struct temp_sigmask mask;
	struct pollfds fds;
	struct utimeout to;
	struct utime *t;
	long ret, array;

	ret = utimeout_get(&to, tsp, form, &t);
	if (ret)
		return ret;
	sigmask_enter(&mask, sigmask, sigsetsize);
	array = pollfds_in(&fds, ufds, nfds);
	ret = pollfds_out(&fds,
			  host_block(SYS_ppoll, array, nfds, HP(t), HP(mask.host), mask.size));
	return poll_select_finish(&to, sigmask_leave(&mask, ret));
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
