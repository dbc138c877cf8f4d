/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes by descriptor, and comparing processes. */
#include <errno.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "net/mode.h"
#include "syscalls/pidfd.h"
#include "syscalls/proc_fd.h"
#include "syscalls/siginfo.h"
#include "task/signal.h"
#include "task/task.h"

SYSCALL_DEFINE2(pidfd_open, (), PID, pid, HEX, flags)
{
	return host(SYS_pidfd_open, pid, flags);
}

static long send_by_pidfd(int pidfd, int sig, guest_addr info, u32 flags)
{
	siginfo_t host_info;

	if (!info)
		return host(SYS_pidfd_send_signal, pidfd, sig, 0, flags);
	if (get_siginfo(&host_info, info, current->sc_abi)) /* after what the host checks first */
		return host(SYS_pidfd_send_signal, pidfd, sig, -1, flags);
	return host(SYS_pidfd_send_signal, pidfd, sig, HP(&host_info), flags);
}

SYSCALL_DEFINE4(pidfd_send_signal, (), FD, pidfd, SIG, sig, SIGINFO_IN, info, HEX, flags)
{
	int pid;

	if (host_fd_is_own(pidfd))
		return -EBADF;
	if (sig == SIGSTOP && !flags && !host(SYS_pidfd_send_signal, pidfd, 0, 0, 0) &&
	    (pid = pidfd_pid(pidfd)) > 0 &&
	    (info ? queue_stops(pid, 0, sig, info, current->sc_abi)
		  : signal_stops(pid, 0, sig, NULL)))
		return 0;
	pid = sig == SIGKILL ? pidfd_pid(pidfd) : 0;
	return signal_sent(pid, 0, sig, send_by_pidfd(pidfd, sig, info, (u32)flags));
}

int pidfd_pid(int pidfd)
{
	char path[64], line[128];
	int pid = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "Pid:", 4))
			pid = atoi(line + 4);
	if (f)
		fclose(f);
	return pid;
}

/* Descriptors of trapgate's own lie above what the limit lets a guest open, in this process and in
 * others. */
static bool is_own_of(int pid, int fd)
{
	struct rlimit lim;

	if (pid == (int)host(SYS_getpid))
		return host_fd_is_own(fd);
	return pid > 0 && host(SYS_prlimit64, pid, RLIMIT_NOFILE, 0, HP(&lim)) == 0 &&
	       (rlim_t)fd >= lim.rlim_cur;
}

SYSCALL_DEFINE3(pidfd_getfd, (), FD, pidfd, FD, fd, HEX, flags)
{
	long ret;

	if (host_fd_is_own(pidfd) || (!(u32)flags && is_own_of(pidfd_pid(pidfd), fd)))
		return -EBADF;
	if (unlikely(net_guarded) && net_is_outside(pidfd))
		return -EPERM;
	ret = host(SYS_pidfd_getfd, pidfd, fd, flags);
	proc_fd_received(ret);
	return ret;
}

SYSCALL_DEFINE2(process_mrelease, (), FD, pidfd, HEX, flags)
{
	return host_fd_is_own(pidfd) ? -EBADF : host(SYS_process_mrelease, pidfd, (u32)flags);
}

SYSCALL_DEFINE5(kcmp, (), PID, pid1, PID, pid2, INT, type, ULONG, idx1, ULONG, idx2)
{
	if (type == KCMP_FILE && ((idx1 <= INT32_MAX && is_own_of(pid1, (int)idx1)) ||
				  (idx2 <= INT32_MAX && is_own_of(pid2, (int)idx2))))
		return -EBADF;
	if (type == KCMP_EPOLL_TFD)
		return host(SYS_kcmp, pid1, pid2, type, idx1,
			    HP(user_in(idx2, sizeof(struct kcmp_epoll_slot))));
	return host(SYS_kcmp, pid1, pid2, type, idx1, idx2);
}
