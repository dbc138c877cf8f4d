/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors for events, signals and timers: eventfd(2), signalfd(2), timerfd_create(2). */
#include <errno.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "mm/utime.h"
#include "task/task.h"

SYSCALL_DEFINE1(eventfd, (), UINT, count)
{
	return host(SYS_eventfd, count);
}

SYSCALL_DEFINE2(eventfd2, (.flags = SC_QUICK), UINT, count, EVENTFD_FLAGS, flags)
{
	return host(SYS_eventfd2, count, flags);
}

/* What the guest reads from the descriptor is the host's: the host's queue of blocked signals is
 * the guest's. sigset_t has the same bytes in both ABIs. */
static long do_signalfd(int ufd, guest_addr user_mask, u64 sizemask, int flags)
{
	return host(SYS_signalfd4, ufd, HP(user_in(user_mask, sizeof(u64))), sizemask, flags);
}

SYSCALL_DEFINE3(signalfd, (), FD, ufd, SIGSET_IN, user_mask, SIZE, sizemask)
{
	return do_signalfd(ufd, user_mask, sizemask, 0);
}

SYSCALL_DEFINE4(signalfd4, (), FD, ufd, SIGSET_IN, user_mask, SIZE, sizemask, SIGNALFD_FLAGS, flags)
{
	return do_signalfd(ufd, user_mask, sizemask, flags);
}

COMPAT_SYSCALL_DEFINE3(signalfd, (), FD, ufd, SIGSET_IN, user_mask, SIZE, sizemask)
{
	return do_signalfd(ufd, user_mask, sizemask, 0);
}

COMPAT_SYSCALL_DEFINE4(signalfd4, (), FD, ufd, SIGSET_IN, user_mask, SIZE, sizemask, SIGNALFD_FLAGS,
		       flags)
{
	return do_signalfd(ufd, user_mask, sizemask, flags);
}

SYSCALL_DEFINE2(timerfd_create, (), CLOCKID, clockid, TIMERFD_FLAGS, flags)
{
	return host(SYS_timerfd_create, clockid, flags);
}

/* struct itimerspec: interval and value. */
static int put_itimerspec(guest_addr uaddr, const struct utime it[2], enum utime_form form)
{
	int err = utime_put(uaddr, &it[0], form);

	return err ? err : utime_put(uaddr + utime_size(form), &it[1], form);
}

static long do_timerfd_settime(int ufd, int flags, guest_addr utmr, guest_addr otmr,
			       enum utime_form form)
{
	struct utime new[2], old[2];
	long ret;

	if (utime_get(&new[0], utmr, form) || utime_get(&new[1], utmr + utime_size(form), form))
		return -EFAULT;
	ret = host(SYS_timerfd_settime, ufd, flags, HP(new), otmr ? HP(old) : 0);
	if (!ret && otmr)
		ret = put_itimerspec(otmr, old, form);
	return ret;
}

static long do_timerfd_gettime(int ufd, guest_addr otmr, enum utime_form form)
{
	struct utime cur[2];
	long ret = host(SYS_timerfd_gettime, ufd, HP(cur));

	return ret ? ret : put_itimerspec(otmr, cur, form);
}

SYSCALL_DEFINE4(timerfd_settime, (), FD, ufd, TIMER_FLAGS, flags, ITIMERSPEC64_IN, utmr,
		ITIMERSPEC64_OUT, otmr)
{
	return do_timerfd_settime(ufd, flags, utmr, otmr, utime_shared_form(current->sc_abi));
}

SYSCALL_DEFINE2(timerfd_gettime, (), FD, ufd, ITIMERSPEC64_OUT, otmr)
{
	return do_timerfd_gettime(ufd, otmr, UTIME_NATIVE);
}

SYSCALL_DEFINE4(timerfd_settime32, (), FD, ufd, TIMER_FLAGS, flags, ITIMERSPEC_IN, utmr,
		ITIMERSPEC_OUT, otmr)
{
	return do_timerfd_settime(ufd, flags, utmr, otmr, UTIME_OLD32);
}

SYSCALL_DEFINE2(timerfd_gettime32, (), FD, ufd, ITIMERSPEC_OUT, otmr)
{
	return do_timerfd_gettime(ufd, otmr, UTIME_OLD32);
}
