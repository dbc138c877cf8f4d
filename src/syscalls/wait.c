/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting for children: they are host processes, so the host waits. */
#include <errno.h>
#include <stddef.h>
#include <sys/wait.h>

#include "abi/compat.h"
#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "syscalls/resource.h"
#include "task/task.h"

SYSCALL_DEFINE4(wait4, (), PID, upid, WSTATUS_OUT, stat_addr, WAIT_OPTIONS, options, RUSAGE_OUT, ru)
{
	return host_block(SYS_wait4, upid, HP(user_out(stat_addr, sizeof(int))), options,
			  HP(user_out(ru, sizeof(struct rusage))));
}

COMPAT_SYSCALL_DEFINE4(wait4, (), PID, upid, WSTATUS_OUT, stat_addr, WAIT_OPTIONS, options,
		       RUSAGE_OUT, ru)
{
	struct rusage usage;
	long ret = host_block(SYS_wait4, upid, HP(user_out(stat_addr, sizeof(int))), options,
			      ru ? HP(&usage) : 0);

	if (ret > 0 && ru && put_compat_rusage(ru, &usage))
		return -EFAULT;
	return ret;
}

SYSCALL_DEFINE3(waitpid, (), PID, pid, WSTATUS_OUT, stat_addr, WAIT_OPTIONS, options)
{
	return host_block(SYS_wait4, pid, HP(user_out(stat_addr, sizeof(int))), options, 0);
}

/* The kernel writes these fields of siginfo and no others, and writes them (as zeros) even when
 * the call fails. */
static long put_wait_info(guest_addr infop, const siginfo_t *info, size_t union_at)
{
	s32 head[3] = {info->si_signo, 0, info->si_code};
	u32 tail[3] = {0, 0, 0};

	if (info->si_signo) {
		tail[0] = (u32)info->si_pid;
		tail[1] = info->si_uid;
		tail[2] = (u32)info->si_status;
	}
	return copy_to_user(infop, head, sizeof(head)) ||
			       copy_to_user(infop + union_at, tail, sizeof(tail))
		       ? -EFAULT
		       : 0;
}

/* Waits into host memory. Returns waitid's result; usage is filled when info->si_signo is set. */
static long do_waitid(int which, int pid, siginfo_t *info, int options, struct rusage *usage)
{
	*info = (siginfo_t){0};
	return host_block(SYS_waitid, which, pid, HP(info), options, HP(usage));
}

SYSCALL_DEFINE5(waitid, (), IDTYPE, which, PID, upid, SIGINFO_OUT, infop, WAIT_OPTIONS, options,
		RUSAGE_OUT, ru)
{
	struct rusage usage;
	siginfo_t info;
	long ret = do_waitid(which, upid, &info, options, ru ? &usage : NULL);

	if (ret <= -ERESTARTSYS)
		return ret;
	if (info.si_signo && ru && put_user(usage, ru))
		return -EFAULT;
	if (infop && put_wait_info(infop, &info, offsetof(siginfo_t, si_pid)))
		return -EFAULT;
	return ret;
}

COMPAT_SYSCALL_DEFINE5(waitid, (), IDTYPE, which, PID, pid, SIGINFO_OUT, infop, WAIT_OPTIONS,
		       options, RUSAGE_OUT, ru)
{
	struct rusage usage;
	siginfo_t info;
	long ret = do_waitid(which, pid, &info, options, ru ? &usage : NULL);

	if (ret <= -ERESTARTSYS)
		return ret;
	if (info.si_signo && ru && put_compat_rusage(ru, &usage))
		return -EFAULT;
	if (infop && put_wait_info(infop, &info, offsetof(struct compat_siginfo, sigchld)))
		return -EFAULT;
	return ret;
}
