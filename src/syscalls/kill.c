/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sending signals. Process and thread ids are the host's, so the host sends them; what comes to
 * this process arrives by its host signal handlers. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "abi/compat.h"
#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "sandbox/limits.h"
#include "syscalls/siginfo.h"
#include "task/ptrace.h"
#include "task/signal.h"
#include "task/task.h"

static long kill_process(int pid, int sig)
{
	if (signal_stops(pid, 0, sig, NULL))
		return 0;
	return signal_sent(pid, 0, sig, host(SYS_kill, pid, sig));
}

/* What the host would do to a whole group, and tracees get by way of their table. The caller's own
 * turn is the last. */
static long kill_group(int pgrp, int sig)
{
	DIR *dir = opendir("/proc");
	const struct dirent *d;
	long ret = -ESRCH, err;

	if (!dir)
		return host(SYS_kill, -pgrp, sig);
	while ((d = readdir(dir))) {
		int pid = atoi(d->d_name);

		if (pid <= 0 || pid == current->pid || limits_is_own(pid) ||
		    host(SYS_getpgid, pid) != pgrp)
			continue;
		err = kill_process(pid, sig);
		ret = ret ? err : 0;
	}
	closedir(dir);
	if (host(SYS_getpgid, 0) == pgrp)
		ret = kill_process(current->pid, sig);
	return ret;
}

/* The group that kill(2) signals, or 0. */
static int group_of(int pid)
{
	if (pid > 0 || pid == -1 || pid == INT_MIN)
		return 0;
	return pid ? -pid : (int)host(SYS_getpgid, 0);
}

SYSCALL_DEFINE2(kill, (), PID, pid, SIG, sig)
{
	int pgrp = group_of(pid);

	if (limits_is_own(pid))
		return -EPERM;
	if (pid == -1 && limits_on)
		return limits_kill_all(sig);
	if (pgrp > 0 && (sig == SIGSTOP || sig == SIGCONT || sig == SIGKILL) &&
	    ptrace_in_group(pgrp))
		return kill_group(pgrp, sig);
	return kill_process(pid, sig);
}

SYSCALL_DEFINE3(tgkill, (.flags = SC_QUICK), PID, tgid, PID, pid, SIG, sig)
{
	if (limits_is_own(pid))
		return -EPERM;
	if (signal_stops(tgid, pid, sig, NULL))
		return 0;
	return signal_sent(tgid, pid, sig, host(SYS_tgkill, tgid, pid, sig));
}

SYSCALL_DEFINE2(tkill, (.flags = SC_QUICK), PID, pid, SIG, sig)
{
	if (limits_is_own(pid))
		return -EPERM;
	if (ptrace_sends_stop(0, pid, sig) || signal_stop_self(current->pid, pid, sig, NULL))
		return 0;
	signal_announce(0, pid, sig, NULL);
	return signal_sent(0, pid, sig, host(SYS_tkill, pid, sig));
}

int get_siginfo(siginfo_t *to, guest_addr addr, enum abi abi)
{
	struct compat_siginfo small;

	if (abi == ABI_64)
		return copy_from_user(to, addr, sizeof(*to));
	if (copy_from_user(&small, addr, sizeof(small)))
		return -EFAULT;
	siginfo_from_compat(to, &small);
	return 0;
}

/* For the host to read, which of a 64-bit one reads no more than it needs. NULL: it cannot be. */
static const siginfo_t *siginfo_in(guest_addr addr, enum abi abi)
{
	siginfo_t *info;

	if (abi == ABI_64)
		return user_in(addr, sizeof(*info));
	info = user_scratch(sizeof(*info));
	return info && !get_siginfo(info, addr, abi) ? info : NULL;
}

int copy_siginfo_to_user(guest_addr addr, const siginfo_t *from, enum abi abi)
{
	struct compat_siginfo small;

	if (abi == ABI_64)
		return copy_to_user(addr, from, sizeof(*from)) ? -EFAULT : 0;
	siginfo_to_compat(&small, from);
	return put_user(small, addr) ? -EFAULT : 0;
}

bool queue_stops(int pid, int tid, int sig, guest_addr uinfo, enum abi abi)
{
	siginfo_t info;

	if (likely(sig != SIGSTOP) || get_siginfo(&info, uinfo, abi) ||
	    (pid != current->pid && (info.si_code >= 0 || info.si_code == SI_TKILL)) ||
	    (tid ? host(SYS_tgkill, pid, tid, 0) : host(SYS_kill, pid, 0)))
		return false;
	info.si_signo = sig;
	return signal_stops(pid, tid, sig, &info);
}

static long queue_to_process(int pid, int sig, guest_addr uinfo, enum abi abi)
{
	const siginfo_t *info = siginfo_in(uinfo, abi);

	if (limits_is_own(pid))
		return info ? -EPERM : -EFAULT;
	if (info && queue_stops(pid, 0, sig, uinfo, abi))
		return 0;
	return signal_sent(pid, 0, sig, host(SYS_rt_sigqueueinfo, pid, sig, HP(info)));
}

static long queue_to_thread(int tgid, int pid, int sig, guest_addr uinfo, enum abi abi)
{
	const siginfo_t *info = siginfo_in(uinfo, abi);

	if (limits_is_own(pid))
		return info ? -EPERM : -EFAULT;
	if (info && queue_stops(tgid, pid, sig, uinfo, abi))
		return 0;
	return signal_sent(tgid, pid, sig, host(SYS_rt_tgsigqueueinfo, tgid, pid, sig, HP(info)));
}

SYSCALL_DEFINE3(rt_sigqueueinfo, (), PID, pid, SIG, sig, SIGINFO_IN, uinfo)
{
	return queue_to_process(pid, sig, uinfo, ABI_64);
}

COMPAT_SYSCALL_DEFINE3(rt_sigqueueinfo, (), PID, pid, SIG, sig, SIGINFO_IN, uinfo)
{
	return queue_to_process(pid, sig, uinfo, ABI_32);
}

SYSCALL_DEFINE4(rt_tgsigqueueinfo, (), PID, tgid, PID, pid, SIG, sig, SIGINFO_IN, uinfo)
{
	return queue_to_thread(tgid, pid, sig, uinfo, ABI_64);
}

COMPAT_SYSCALL_DEFINE4(rt_tgsigqueueinfo, (), PID, tgid, PID, pid, SIG, sig, SIGINFO_IN, uinfo)
{
	return queue_to_thread(tgid, pid, sig, uinfo, ABI_32);
}
