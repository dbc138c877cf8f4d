/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading and writing guest times. The get and put functions return 0 or -EFAULT; none of them
 * checks ranges: the host does that. */
#ifndef TRAPGATE_SYSCALLS_TIMESPEC_H
#define TRAPGATE_SYSCALLS_TIMESPEC_H

#include <errno.h>
#include <sys/time.h>
#include <time.h>

#include "abi/compat.h"
#include "mm/uaccess.h"
#include "task/task.h"

/* The 64-bit layout, for both ABIs. A 32-bit caller's upper half of tv_nsec is padding
 * (kernel/time/time.c, get_timespec64). */
static inline int get_timespec64(struct timespec *ts, guest_addr addr)
{
	if (copy_from_user(ts, addr, sizeof(*ts)))
		return -EFAULT;
	if (current->sc_abi == ABI_32)
		ts->tv_nsec = (long)(u32)ts->tv_nsec;
	return 0;
}

static inline int put_timespec64(guest_addr addr, const struct timespec *ts)
{
	return copy_to_user(addr, ts, sizeof(*ts));
}

static inline int get_old_timespec32(struct timespec *ts, guest_addr addr)
{
	struct old_timespec32 old;
	int err = copy_from_user(&old, addr, sizeof(old));

	if (err)
		return err;
	ts->tv_sec = old.tv_sec;
	ts->tv_nsec = old.tv_nsec;
	return 0;
}

static inline int put_old_timespec32(guest_addr addr, const struct timespec *ts)
{
	struct old_timespec32 old = {(s32)ts->tv_sec, (s32)ts->tv_nsec};

	return copy_to_user(addr, &old, sizeof(old));
}

static inline int get_old_timeval32(struct timeval *tv, guest_addr addr)
{
	struct old_timeval32 old;
	int err = copy_from_user(&old, addr, sizeof(old));

	if (err)
		return err;
	tv->tv_sec = old.tv_sec;
	tv->tv_usec = old.tv_usec;
	return 0;
}

static inline int put_old_timeval32(guest_addr addr, const struct timeval *tv)
{
	struct old_timeval32 old = {(s32)tv->tv_sec, (s32)tv->tv_usec};

	return copy_to_user(addr, &old, sizeof(old));
}

static inline int get_itimerspec64(struct itimerspec *it, guest_addr addr)
{
	int err = get_timespec64(&it->it_interval, addr);

	return err ? err : get_timespec64(&it->it_value, addr + sizeof(struct timespec));
}

static inline int get_old_itimerspec32(struct itimerspec *it, guest_addr addr)
{
	int err = get_old_timespec32(&it->it_interval, addr);

	return err ? err : get_old_timespec32(&it->it_value, addr + sizeof(struct old_timespec32));
}

static inline int put_old_itimerspec32(guest_addr addr, const struct itimerspec *it)
{
	struct old_itimerspec32 old = {
		{(s32)it->it_interval.tv_sec, (s32)it->it_interval.tv_nsec},
		{(s32)it->it_value.tv_sec, (s32)it->it_value.tv_nsec},
	};

	return copy_to_user(addr, &old, sizeof(old));
}

#endif
