/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "syscalls/siginfo.h"
#include "task/task.h"

SYSCALL_DEFINE2(pidfd_open, (), PID, pid, HEX, flags)
{
	return host(SYS_pidfd_open, pid, flags);
}

SYSCALL_DEFINE4(pidfd_send_signal, (), FD, pidfd, SIG, sig, SIGINFO_IN, info, HEX, flags)
{
	siginfo_t host_info;

	if (!info)
		return host(SYS_pidfd_send_signal, pidfd, sig, 0, flags);
	if (get_siginfo(&host_info, info, current->sc_abi)) /* after what the host checks first */
		return host(SYS_pidfd_send_signal, pidfd, sig, -1, flags);
	return host(SYS_pidfd_send_signal, pidfd, sig, HP(&host_info), flags);
}

SYSCALL_DEFINE3(pidfd_getfd, (), FD, pidfd, FD, fd, HEX, flags)
{
	return host(SYS_pidfd_getfd, pidfd, fd, flags);
}
