/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clocks and sleeping, in three forms: native, 64-bit time for 32-bit callers (the same entry
 * points), and the old 32-bit time (kernel/time/). */
#include <errno.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "abi/syscall.h"
#include "syscalls/restart.h"
#include "syscalls/timespec.h"
#include "task/signal.h"

_Static_assert(sizeof(struct timex) == 208, "the kernel's struct __kernel_timex");

/* The host's vDSO, through the C library, for the clocks that it may know: the same clocks as the
 * system call's, several times as fast. */
#define VDSO_CLOCKS                                                                                \
	(1u << CLOCK_REALTIME | 1u << CLOCK_MONOTONIC | 1u << CLOCK_MONOTONIC_RAW |                \
	 1u << CLOCK_REALTIME_COARSE | 1u << CLOCK_MONOTONIC_COARSE | 1u << CLOCK_BOOTTIME |       \
	 1u << CLOCK_TAI)

static long read_clock(int clock, struct timespec *ts)
{
	if ((u32)clock < 32 && (VDSO_CLOCKS >> clock & 1))
		return clock_gettime(clock, ts) ? -errno : 0;
	return host(SYS_clock_gettime, clock, HP(ts));
}

SYSCALL_DEFINE1(time, (.flags = SC_QUICK), TIME_OUT, tloc)
{
	s64 now = time(NULL);

	return tloc && put_user(now, tloc) ? -EFAULT : now;
}

SYSCALL_DEFINE1(time32, (), TIME_OUT, tloc)
{
	s32 now = (s32)time(NULL);

	if (tloc && put_user(now, tloc))
		return -EFAULT;
	return now;
}

SYSCALL_DEFINE1(stime32, (), ADDR, tptr)
{
	struct timeval tv = {0};
	s32 seconds;

	if (get_user(seconds, tptr))
		return -EFAULT;
	tv.tv_sec = seconds;
	return host(SYS_settimeofday, HP(&tv), 0);
}

SYSCALL_DEFINE2(gettimeofday, (.flags = SC_QUICK), TIMEVAL_OUT, tv, TIMEZONE_OUT, tz)
{
	struct timespec now;
	struct timeval out;

	if (tz)
		return host(SYS_gettimeofday, HP(user_out(tv, sizeof(struct timeval))),
			    HP(user_out(tz, sizeof(struct timezone))));
	if (!tv)
		return 0;
	read_clock(CLOCK_REALTIME, &now);
	out = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
	return put_user(out, tv);
}

SYSCALL_DEFINE2(settimeofday, (), TIMEVAL_IN, tv, TIMEZONE_IN, tz)
{
	return host(SYS_settimeofday, HP(user_in(tv, sizeof(struct timeval))),
		    HP(user_in(tz, sizeof(struct timezone))));
}

COMPAT_SYSCALL_DEFINE2(gettimeofday, (.flags = SC_QUICK), TIMEVAL_OUT, tv, TIMEZONE_OUT, tz)
{
	struct timeval now;
	long ret = host(SYS_gettimeofday, HP(&now), HP(user_out(tz, sizeof(struct timezone))));

	if (!ret && tv)
		ret = put_old_timeval32(tv, &now);
	return ret;
}

COMPAT_SYSCALL_DEFINE2(settimeofday, (), TIMEVAL_IN, tv, TIMEZONE_IN, tz)
{
	struct timeval new;

	if (tv && get_old_timeval32(&new, tv))
		return -EFAULT;
	return host(SYS_settimeofday, tv ? HP(&new) : 0, HP(user_in(tz, sizeof(struct timezone))));
}

SYSCALL_DEFINE2(clock_gettime, (.flags = SC_QUICK), CLOCKID, which_clock, TIMESPEC64_OUT, tp)
{
	struct timespec ts;
	long ret = read_clock(which_clock, &ts);

	return ret ? ret : put_user(ts, tp);
}

SYSCALL_DEFINE2(clock_settime, (), CLOCKID, which_clock, TIMESPEC64_IN, tp)
{
	struct timespec ts;

	if (get_timespec64(&ts, tp)) /* an invalid clock is EINVAL even so */
		return host(SYS_clock_settime, which_clock, 0);
	return host(SYS_clock_settime, which_clock, HP(&ts));
}

SYSCALL_DEFINE2(clock_getres, (), CLOCKID, which_clock, TIMESPEC64_OUT, tp)
{
	return host(SYS_clock_getres, which_clock, HP(user_out(tp, sizeof(struct timespec))));
}

SYSCALL_DEFINE2(clock_gettime32, (.flags = SC_QUICK), CLOCKID, which_clock, TIMESPEC_OUT, tp)
{
	struct timespec ts;
	long ret = read_clock(which_clock, &ts);

	return ret ? ret : put_old_timespec32(tp, &ts);
}

SYSCALL_DEFINE2(clock_settime32, (), CLOCKID, which_clock, TIMESPEC_IN, tp)
{
	struct timespec ts;

	if (get_old_timespec32(&ts, tp))
		return host(SYS_clock_settime, which_clock, 0);
	return host(SYS_clock_settime, which_clock, HP(&ts));
}

SYSCALL_DEFINE2(clock_getres_time32, (), CLOCKID, which_clock, TIMESPEC_OUT, tp)
{
	struct timespec ts;
	long ret = host(SYS_clock_getres, which_clock, HP(&ts));

	return ret || !tp ? ret : put_old_timespec32(tp, &ts);
}

static long sleep_again(const struct restart_block *block);

/* Sleeps. A relative sleep that a signal cuts short leaves the rest at out, if that is not 0; put()
 * writes it there. A sleep that goes on after a signal which only a tracer wanted leaves it, too:
 * so it does on Linux. */
static long sleep_on(int clock, int flags, const struct timespec *req, guest_addr out,
		     int (*put)(guest_addr, const struct timespec *))
{
	bool absolute = flags & TIMER_ABSTIME;
	struct restart_block block = {.fn = sleep_again, .addr = out, .put = put};
	struct timespec rem = *req;
	long ret = host_block(SYS_clock_nanosleep, clock, flags, HP(req), HP(&rem));

	if (ret == -ERESTARTNOINTR && current->call_stopped)
		ret = -EINTR; /* when it had just begun */
	while (ret == -EINTR) {
		if (!absolute && out && put(out, &rem))
			return -EFAULT;
		if (!signal_take_ignored())
			break;
		ret = host_block(SYS_clock_nanosleep, clock, flags, HP(absolute ? req : &rem),
				 HP(&rem));
	}
	if (absolute || ret != -EINTR)
		return restart_nohand(ret);
	block.a = (u32)(clock == CLOCK_REALTIME ? CLOCK_MONOTONIC : clock);
	block.end = timespec_add(restart_clock((int)block.a), rem);
	return restart_block(&block);
}

static long sleep_again(const struct restart_block *block)
{
	struct timespec left = timespec_until((int)block->a, block->end);

	return sleep_on((int)block->a, 0, &left, block->addr, block->put);
}

/* addr: where the sleep's length stands, out: where the rest goes or 0. */
static long sleep64(int clock, int flags, guest_addr addr, guest_addr out)
{
	struct timespec req;

	if (get_timespec64(&req, addr))
		return host(SYS_clock_nanosleep, clock, flags, 0, 0);
	return sleep_on(clock, flags, &req, out, put_timespec64);
}

static long sleep32(int clock, int flags, guest_addr addr, guest_addr out)
{
	struct timespec req;

	if (get_old_timespec32(&req, addr))
		return host(SYS_clock_nanosleep, clock, flags, 0, 0);
	return sleep_on(clock, flags, &req, out, put_old_timespec32);
}

/* nanosleep(2) measures CLOCK_MONOTONIC: the same call with that clock. */
SYSCALL_DEFINE2(nanosleep, (), TIMESPEC_IN, rqtp, TIMESPEC_OUT, rmtp)
{
	return sleep64(CLOCK_MONOTONIC, 0, rqtp, rmtp);
}

SYSCALL_DEFINE2(nanosleep_time32, (), TIMESPEC_IN, rqtp, TIMESPEC_OUT, rmtp)
{
	return sleep32(CLOCK_MONOTONIC, 0, rqtp, rmtp);
}

SYSCALL_DEFINE4(clock_nanosleep, (), CLOCKID, which_clock, TIMER_FLAGS, flags, TIMESPEC64_IN, rqtp,
		TIMESPEC64_OUT, rmtp)
{
	return sleep64(which_clock, flags, rqtp, rmtp);
}

SYSCALL_DEFINE4(clock_nanosleep_time32, (), CLOCKID, which_clock, TIMER_FLAGS, flags, TIMESPEC_IN,
		rqtp, TIMESPEC_OUT, rmtp)
{
	return sleep32(which_clock, flags, rqtp, rmtp);
}

static int get_old_timex32(struct timex *to, guest_addr addr)
{
	struct old_timex32 from;

	if (copy_from_user(&from, addr, sizeof(from)))
		return -EFAULT;
	memset(to, 0, sizeof(*to));
	to->modes = from.modes;
	to->offset = from.offset;
	to->freq = from.freq;
	to->maxerror = from.maxerror;
	to->esterror = from.esterror;
	to->status = from.status;
	to->constant = from.constant;
	to->precision = from.precision;
	to->tolerance = from.tolerance;
	to->time.tv_sec = from.time.tv_sec;
	to->time.tv_usec = from.time.tv_usec;
	to->tick = from.tick;
	to->ppsfreq = from.ppsfreq;
	to->jitter = from.jitter;
	to->shift = from.shift;
	to->stabil = from.stabil;
	to->jitcnt = from.jitcnt;
	to->calcnt = from.calcnt;
	to->errcnt = from.errcnt;
	to->stbcnt = from.stbcnt;
	return 0;
}

static int put_old_timex32(guest_addr addr, const struct timex *from)
{
	struct old_timex32 to = {
		.modes = from->modes,
		.offset = (s32)from->offset,
		.freq = (s32)from->freq,
		.maxerror = (s32)from->maxerror,
		.esterror = (s32)from->esterror,
		.status = from->status,
		.constant = (s32)from->constant,
		.precision = (s32)from->precision,
		.tolerance = (s32)from->tolerance,
		.time = {(s32)from->time.tv_sec, (s32)from->time.tv_usec},
		.tick = (s32)from->tick,
		.ppsfreq = (s32)from->ppsfreq,
		.jitter = (s32)from->jitter,
		.shift = from->shift,
		.stabil = (s32)from->stabil,
		.jitcnt = (s32)from->jitcnt,
		.calcnt = (s32)from->calcnt,
		.errcnt = (s32)from->errcnt,
		.stbcnt = (s32)from->stbcnt,
		.tai = from->tai,
	};

	return copy_to_user(addr, &to, sizeof(to));
}

SYSCALL_DEFINE1(adjtimex, (), ADDR, txc_p)
{
	return host(SYS_adjtimex, HP(user_inout(txc_p, sizeof(struct timex))));
}

SYSCALL_DEFINE2(clock_adjtime, (), CLOCKID, which_clock, ADDR, utx)
{
	return host(SYS_clock_adjtime, which_clock, HP(user_inout(utx, sizeof(struct timex))));
}

SYSCALL_DEFINE1(adjtimex_time32, (), ADDR, txc_p)
{
	struct timex tx;
	long ret;

	if (get_old_timex32(&tx, txc_p))
		return -EFAULT;
	ret = host(SYS_adjtimex, HP(&tx));
	return ret >= 0 && put_old_timex32(txc_p, &tx) ? -EFAULT : ret;
}

SYSCALL_DEFINE2(clock_adjtime32, (), CLOCKID, which_clock, ADDR, utp)
{
	struct timex tx;
	long ret;

	if (get_old_timex32(&tx, utp))
		return -EFAULT;
	ret = host(SYS_clock_adjtime, which_clock, HP(&tx));
	return ret >= 0 && put_old_timex32(utp, &tx) ? -EFAULT : ret;
}

SYSCALL_DEFINE0(restart_syscall, ())
{
	struct restart_block block = current->restart_block;

	return block.fn ? block.fn(&block) : -EINTR;
}
