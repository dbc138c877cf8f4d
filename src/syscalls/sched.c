/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scheduling: guest tasks are host tasks, so the host schedules them. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>

#include "abi/syscall.h"
#include "syscalls/timespec.h"
#include "task/lock.h"
#include "task/task.h"

#define PARAM_SIZE     4 /* struct sched_param */
#define ATTR_SIZE_VER0 48

SYSCALL_DEFINE0(sched_yield, ())
{
	if (!current->outside || !task_threaded)
		return host(SYS_sched_yield);
	lock_yield();
	return 0;
}

SYSCALL_DEFINE3(sched_setscheduler, (), PID, pid, SCHED_POLICY, policy, SCHED_PARAM_IN, param)
{
	return host(SYS_sched_setscheduler, pid, policy, HP(user_in(param, PARAM_SIZE)));
}

SYSCALL_DEFINE1(sched_getscheduler, (), PID, pid)
{
	return host(SYS_sched_getscheduler, pid);
}

SYSCALL_DEFINE2(sched_setparam, (), PID, pid, SCHED_PARAM_IN, param)
{
	return host(SYS_sched_setparam, pid, HP(user_in(param, PARAM_SIZE)));
}

SYSCALL_DEFINE2(sched_getparam, (), PID, pid, SCHED_PARAM_OUT, param)
{
	return host(SYS_sched_getparam, pid, HP(user_out(param, PARAM_SIZE)));
}

SYSCALL_DEFINE1(sched_get_priority_max, (), SCHED_POLICY, policy)
{
	return host(SYS_sched_get_priority_max, policy);
}

SYSCALL_DEFINE1(sched_get_priority_min, (), SCHED_POLICY, policy)
{
	return host(SYS_sched_get_priority_min, policy);
}

SYSCALL_DEFINE2(sched_rr_get_interval, (), PID, pid, TIMESPEC64_OUT, interval)
{
	return host(SYS_sched_rr_get_interval, pid,
		    HP(user_out(interval, sizeof(struct timespec))));
}

SYSCALL_DEFINE2(sched_rr_get_interval_time32, (), PID, pid, TIMESPEC_OUT, interval)
{
	struct timespec ts;
	long ret = host(SYS_sched_rr_get_interval, pid, HP(&ts));

	return ret ? ret : put_old_timespec32(interval, &ts);
}

/* struct sched_attr grows: its first word is its size as the caller knows it. */
SYSCALL_DEFINE3(sched_setattr, (), PID, pid, ADDR, uattr, UINT, flags)
{
	u32 size;
	long ret;

	if (!uattr || get_user(size, uattr))
		return host(SYS_sched_setattr, pid, uattr ? -1L : 0, flags);
	if (size < ATTR_SIZE_VER0 || size > PAGE_SIZE)
		size = ATTR_SIZE_VER0; /* 0 means this; the host refuses the rest */
	ret = host(SYS_sched_setattr, pid, HP(user_in(uattr, size)), flags);
	if (ret == -E2BIG) /* then it tells the size that it knows, where it can */
		host(SYS_sched_setattr, pid, HP(user_inout(uattr, size)), flags);
	return ret;
}

SYSCALL_DEFINE4(sched_getattr, (), PID, pid, ADDR, uattr, UINT, usize, UINT, flags)
{
	size_t n = usize > PAGE_SIZE ? 0 : usize;

	return host(SYS_sched_getattr, pid, HP(user_out(uattr, n)), usize, flags);
}

/* CPU masks are little-endian bit strings: 32-bit and 64-bit words look the same. */
#define MAX_CPU_BYTES 1024

SYSCALL_DEFINE3(sched_setaffinity, (), PID, pid, SIZE, len, CPUSET_IN, user_mask)
{
	u32 n = (u32)len;

	return host(SYS_sched_setaffinity, pid, n, HP(user_in(user_mask, MIN(n, MAX_CPU_BYTES))));
}

COMPAT_SYSCALL_DEFINE3(sched_setaffinity, (), PID, pid, UINT, len, CPUSET_IN, user_mask)
{
	return do_sys_sched_setaffinity(pid, len, user_mask);
}

/* The kernel compares the number of bits, in 32 bits, with that of CPUs. */
static bool is_short(u32 len, const u64 *mask, long size)
{
	for (u32 i = len & (UINT32_MAX / 8); i < size; i++)
		if (((const u8 *)mask)[i])
			return true;
	return false;
}

/* Calls the host with room enough and copies at most len bytes: len may lack the host's alignment
 * or be larger than the guest's buffer needs. A mask that does not fit is EINVAL, whosever it is.
 */
static long get_affinity(int pid, u32 len, guest_addr user_mask)
{
	u64 mask[MAX_CPU_BYTES / 8];
	long ret = host(SYS_sched_getaffinity, pid, sizeof(mask), HP(mask)), own = ret;

	if (ret < 0)
		own = host(SYS_sched_getaffinity, 0, sizeof(mask), HP(mask));
	if (is_short(len, mask, own))
		return -EINVAL;
	if (ret < 0)
		return ret;
	ret = MIN(ret, (long)len);
	for (long i = 0; i < ret; i += 4) /* compat_put_bitmap() */
		if (copy_whole_to_user(user_mask + (u64)i, (u8 *)mask + i, 4))
			return -EFAULT;
	return ret;
}

SYSCALL_DEFINE3(sched_getaffinity, (.flags = SC_QUICK), PID, pid, SIZE, len, CPUSET_OUT, user_mask)
{
	u32 n = (u32)len;

	/* The kernel's mask may be larger than what it says of it: ask it, with the true length. */
	return host(SYS_sched_getaffinity, pid, n, HP(user_out(user_mask, MIN(n, MAX_CPU_BYTES))));
}

COMPAT_SYSCALL_DEFINE3(sched_getaffinity, (.flags = SC_QUICK), PID, pid, UINT, len, CPUSET_OUT,
		       user_mask)
{
	if (len % 4)
		return -EINVAL;
	return get_affinity(pid, len, user_mask);
}

SYSCALL_DEFINE2(getpriority, (), PRIO_WHICH, which, INT, who)
{
	return host(SYS_getpriority, which, who);
}

SYSCALL_DEFINE3(setpriority, (), PRIO_WHICH, which, INT, who, INT, niceval)
{
	return host(SYS_setpriority, which, who, niceval);
}

SYSCALL_DEFINE1(nice, (), INT, increment)
{
	/* The system call answers 20 - nice, lest the result look like an error. */
	long prio = host(SYS_getpriority, PRIO_PROCESS, 0);
	long value, ret;

	if (prio < 0)
		return prio;
	value = 20 - prio + MAX(MIN(increment, 40), -40);
	value = MAX(MIN(value, 19), -20);
	ret = host(SYS_setpriority, PRIO_PROCESS, 0, value);
	return ret == -EACCES ? -EPERM : ret;
}

SYSCALL_DEFINE3(ioprio_set, (), INT, which, INT, who, INT, ioprio)
{
	return host(SYS_ioprio_set, which, who, ioprio);
}

SYSCALL_DEFINE2(ioprio_get, (), INT, which, INT, who)
{
	return host(SYS_ioprio_get, which, who);
}

SYSCALL_DEFINE3(getcpu, (.flags = SC_QUICK), UINT_OUT, cpup, UINT_OUT, nodep, ADDR, unused)
{
	(void)unused;
	return host(SYS_getcpu, HP(user_out(cpup, 4)), HP(user_out(nodep, 4)), 0);
}
