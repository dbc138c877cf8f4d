/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interval timers and POSIX timers: the host's own. Their signals come to this process as they
 * would to the guest, with its siginfo. */
#include "syscalls/timer.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "abi/syscall.h"
#include "syscalls/timespec.h"

SYSCALL_DEFINE1(alarm, (), UINT, seconds)
{
	return host(SYS_alarm, seconds);
}

SYSCALL_DEFINE2(getitimer, (), ITIMER_WHICH, which, ITIMERVAL_OUT, value)
{
	return host(SYS_getitimer, which, HP(user_out(value, sizeof(struct itimerval))));
}

SYSCALL_DEFINE3(setitimer, (), ITIMER_WHICH, which, ITIMERVAL_IN, value, ITIMERVAL_OUT, ovalue)
{
	return host(SYS_setitimer, which, HP(user_in(value, sizeof(struct itimerval))),
		    HP(user_out(ovalue, sizeof(struct itimerval))));
}

static int put_old_itimerval32(guest_addr addr, const struct itimerval *it)
{
	struct old_itimerval32 old = {
		{(s32)it->it_interval.tv_sec, (s32)it->it_interval.tv_usec},
		{(s32)it->it_value.tv_sec, (s32)it->it_value.tv_usec},
	};

	return copy_to_user(addr, &old, sizeof(old));
}

COMPAT_SYSCALL_DEFINE2(getitimer, (), ITIMER_WHICH, which, ITIMERVAL_OUT, it)
{
	struct itimerval value;
	long ret = host(SYS_getitimer, which, HP(&value));

	return ret ? ret : put_old_itimerval32(it, &value);
}

COMPAT_SYSCALL_DEFINE3(setitimer, (), ITIMER_WHICH, which, ITIMERVAL_IN, in, ITIMERVAL_OUT, out)
{
	struct itimerval value = {0}, old;
	long ret;

	if (in && (get_old_timeval32(&value.it_interval, in) ||
		   get_old_timeval32(&value.it_value, in + sizeof(struct old_timeval32))))
		return -EFAULT;
	ret = host(SYS_setitimer, which, HP(&value), HP(&old));
	return ret || !out ? ret : put_old_itimerval32(out, &old);
}

/* The timers that this process created, so that execve can delete them. A forked child inherits
 * none: the list is valid only in the process that made it. */
static struct {
	int pid;
	int *id;
	size_t nr, max;
} timers;

static void timers_check_owner(void)
{
	int pid = (int)host(SYS_getpid);

	if (timers.pid != pid)
		timers.nr = 0;
	timers.pid = pid;
}

/* Makes room for one more before the host creates it. */
static bool timers_reserve(void)
{
	size_t max = timers.max ? timers.max * 2 : 16;
	int *id;

	timers_check_owner();
	if (timers.nr < timers.max)
		return true;
	id = realloc(timers.id, max * sizeof(*id));
	if (!id)
		return false;
	timers.id = id;
	timers.max = max;
	return true;
}

static void timers_remove(int id)
{
	timers_check_owner();
	for (size_t i = 0; i < timers.nr; i++) {
		if (timers.id[i] == id) {
			timers.id[i] = timers.id[--timers.nr];
			return;
		}
	}
}

void timers_exec(void)
{
	timers_check_owner();
	while (timers.nr)
		host(SYS_timer_delete, timers.id[--timers.nr]);
}

static long do_timer_create(int clock, const struct sigevent *event, guest_addr created)
{
	int id;
	long ret;

	if (!timers_reserve())
		return -EAGAIN;
	ret = host(SYS_timer_create, clock, HP(event), HP(user_out(created, sizeof(id))));
	if (ret)
		return ret;
	if (get_user(id, created))
		return -EFAULT;
	timers.id[timers.nr++] = id;
	return 0;
}

int get_compat_sigevent(struct sigevent *to, guest_addr addr)
{
	struct compat_sigevent from;	     /* of which the kernel reads no more than the fields */
	s32 *tid = (s32 *)((char *)to + 16); /* the union follows value, signo and notify */

	/* Linux reads these fields and not the whole struct. */
	memset(to, 0, sizeof(*to));
	if (copy_from_user(&from, addr, offsetof(struct compat_sigevent, tid) + sizeof(from.tid)))
		return -EFAULT;
	to->sigev_value.sival_int = from.sigev_value.sival_int;
	to->sigev_signo = from.sigev_signo;
	to->sigev_notify = from.sigev_notify;
	*tid = from.tid;
	return 0;
}

SYSCALL_DEFINE3(timer_create, (), CLOCKID, which_clock, SIGEVENT_IN, timer_event_spec, TIMERID_OUT,
		created_timer_id)
{
	struct sigevent event;

	if (!timer_event_spec)
		return do_timer_create(which_clock, NULL, created_timer_id);
	if (copy_from_user(&event, timer_event_spec, sizeof(event)))
		return -EFAULT;
	return do_timer_create(which_clock, &event, created_timer_id);
}

COMPAT_SYSCALL_DEFINE3(timer_create, (), CLOCKID, which_clock, SIGEVENT_IN, timer_event_spec,
		       TIMERID_OUT, created_timer_id)
{
	struct sigevent event;

	if (!timer_event_spec)
		return do_timer_create(which_clock, NULL, created_timer_id);
	if (get_compat_sigevent(&event, timer_event_spec))
		return -EFAULT;
	return do_timer_create(which_clock, &event, created_timer_id);
}

SYSCALL_DEFINE4(timer_settime, (), TIMERID, timer_id, TIMER_FLAGS, flags, ITIMERSPEC64_IN, new,
		ITIMERSPEC64_OUT, old)
{
	struct itimerspec it;

	if (!new)
		return -EINVAL;
	if (get_itimerspec64(&it, new))
		return -EFAULT;
	return host(SYS_timer_settime, timer_id, flags, HP(&it),
		    HP(user_out(old, sizeof(struct itimerspec))));
}

SYSCALL_DEFINE4(timer_settime32, (), TIMERID, timer_id, TIMER_FLAGS, flags, ITIMERSPEC_IN, new,
		ITIMERSPEC_OUT, old)
{
	struct itimerspec it, previous;
	long ret;

	if (!new)
		return -EINVAL;
	if (get_old_itimerspec32(&it, new))
		return -EFAULT;
	ret = host(SYS_timer_settime, timer_id, flags, HP(&it), HP(&previous));
	return ret || !old ? ret : put_old_itimerspec32(old, &previous);
}

SYSCALL_DEFINE2(timer_gettime, (), TIMERID, timer_id, ITIMERSPEC64_OUT, setting)
{
	return host(SYS_timer_gettime, timer_id, HP(user_out(setting, sizeof(struct itimerspec))));
}

SYSCALL_DEFINE2(timer_gettime32, (), TIMERID, timer_id, ITIMERSPEC_OUT, setting)
{
	struct itimerspec it;
	long ret = host(SYS_timer_gettime, timer_id, HP(&it));

	return ret ? ret : put_old_itimerspec32(setting, &it);
}

SYSCALL_DEFINE1(timer_getoverrun, (), TIMERID, timer_id)
{
	return host(SYS_timer_getoverrun, timer_id);
}

SYSCALL_DEFINE1(timer_delete, (), TIMERID, timer_id)
{
	long ret = host(SYS_timer_delete, timer_id);

	if (!ret)
		timers_remove(timer_id);
	return ret;
}
