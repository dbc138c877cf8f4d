/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting for children: they are host processes, so the host waits. */
#include <errno.h>
#include <stddef.h>
#include <sys/wait.h>

#include "abi/compat.h"
#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "syscalls/resource.h"
#include "syscalls/wait_tracee.h"
#include "task/ptrace.h"
#include "task/task.h"
#include "task/thread.h"

/* ---- Tracees ---- */

static long host_wait4(int pid, int *status, int options, struct rusage *usage)
{
	return host_block(SYS_wait4, pid, HP(status), options, HP(usage));
}

/* wait4(2) where the process traces others: events of tracees first, then the host's. */
static long wait4_traced(int upid, int *status, int options, struct rusage *usage)
{
	int which = upid == -1 ? P_ALL : upid > 0 ? P_PID : P_PGID;
	struct tracee_event e;

	for (;;) {
		u32 seen = wait_tracee_events();
		long some = wait_find_tracee(which, upid < 0 ? -upid : upid, options | WEXITED, &e);
		long ret;

		if (some == 1) {
			*status = e.status;
			return e.tid;
		}
		ret = host_wait4(upid, status, options, usage);
		if (ret > 0 && (WIFEXITED(*status) || WIFSIGNALED(*status)))
			wait_reaped((int)ret, *status);
		if (ret != -ECHILD || some)
			return ret;
		if (options & WNOHANG)
			return 0;
		ret = wait_for_tracees(seen);
		if (ret)
			return ret;
	}
}

static long do_wait4(int upid, guest_addr stat_addr, int options, struct rusage *usage)
{
	const int known = WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL;
	int status = 0;
	long ret;

	if (options & ~known)
		return -EINVAL;
	ret = wait4_traced(upid, &status, options, usage);
	return ret > 0 && stat_addr && put_user(status, stat_addr) ? -EFAULT : ret;
}

/* While a thread waits for children one of them may become its tracee: that interrupts the call,
 * which then begins again. */
static long wait_call(int upid, guest_addr stat_addr, int options, struct rusage *usage)
{
	u64 *waiting = ptrace_wait_begin();
	long ret;

	if (unlikely(wait_has_tracees()))
		ret = do_wait4(upid, stat_addr, options, usage);
	else
		ret = host_wait4(upid, user_out(stat_addr, sizeof(int)), options, usage);
	ptrace_wait_end(waiting);
	if (ret > 0)
		thread_reaped((int)ret);
	return ret;
}

SYSCALL_DEFINE4(wait4, (), PID, upid, WSTATUS_OUT, stat_addr, WAIT_OPTIONS, options, RUSAGE_OUT, ru)
{
	return wait_call(upid, stat_addr, options, user_out(ru, sizeof(struct rusage)));
}

COMPAT_SYSCALL_DEFINE4(wait4, (), PID, upid, WSTATUS_OUT, stat_addr, WAIT_OPTIONS, options,
		       RUSAGE_OUT, ru)
{
	struct rusage usage = {0};
	long ret = wait_call(upid, stat_addr, options, ru ? &usage : NULL);

	if (ret > 0 && ru && put_compat_rusage(ru, &usage))
		return -EFAULT;
	return ret;
}

SYSCALL_DEFINE3(waitpid, (), PID, pid, WSTATUS_OUT, stat_addr, WAIT_OPTIONS, options)
{
	return wait_call(pid, stat_addr, options, NULL);
}

/* ---- waitid ---- */

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

static void tracee_info(siginfo_t *info, const struct tracee_event *e)
{
	info->si_signo = SIGCHLD;
	info->si_pid = e->tid;
	info->si_uid = (u32)host(SYS_getuid);
	if (!e->ended && e->of_job) {
		info->si_code = WIFCONTINUED(e->status) ? CLD_CONTINUED : CLD_STOPPED;
		info->si_status = WIFCONTINUED(e->status) ? SIGCONT : WSTOPSIG(e->status);
	} else if (!e->ended) {
		info->si_code = CLD_TRAPPED;
		info->si_status = e->status >> 8;
	} else if (WIFEXITED(e->status)) {
		info->si_code = CLD_EXITED;
		info->si_status = WEXITSTATUS(e->status);
	} else {
		info->si_code = WCOREDUMP(e->status) ? CLD_DUMPED : CLD_KILLED;
		info->si_status = WTERMSIG(e->status);
	}
}

static long waitid_traced(int which, int id, siginfo_t *info, int options, struct rusage *usage)
{
	struct tracee_event e;

	for (;;) {
		u32 seen = wait_tracee_events();
		long some = wait_find_tracee(which, id, options, &e), ret;

		if (some == 1) {
			tracee_info(info, &e);
			return 0;
		}
		ret = host_block(SYS_waitid, which, id, HP(info), options, HP(usage));
		if (!ret && info->si_signo && !(options & WNOWAIT) &&
		    (info->si_code == CLD_EXITED || info->si_code == CLD_KILLED ||
		     info->si_code == CLD_DUMPED))
			wait_reaped(info->si_pid, info->si_code == CLD_EXITED ? info->si_status << 8
									      : info->si_status);
		if (ret != -ECHILD || some)
			return ret;
		if (options & WNOHANG)
			return 0;
		ret = wait_for_tracees(seen);
		if (ret)
			return ret;
	}
}

/* Waits into host memory. Returns waitid's result; usage is filled when info->si_signo is set. */
static long do_waitid(int which, int pid, siginfo_t *info, int options, struct rusage *usage)
{
	const int what = WEXITED | WSTOPPED | WCONTINUED;
	u64 *waiting = ptrace_wait_begin();
	long ret;

	*info = (siginfo_t){0};
	if (unlikely(wait_has_tracees()) && (options & what))
		ret = waitid_traced(which, pid, info, options, usage);
	else
		ret = host_block(SYS_waitid, which, pid, HP(info), options, HP(usage));
	ptrace_wait_end(waiting);
	if (!ret && info->si_signo)
		thread_reaped(info->si_pid);
	return ret;
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
