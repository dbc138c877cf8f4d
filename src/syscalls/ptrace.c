/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/ptrace.h>

#include "abi/syscall.h"
#include "host/host.h"

#define PTRACE_MISSING                                                                             \
	"tracing: TRACEME, ATTACH and SEIZE are refused (EPERM), as where ptrace is forbidden"

/* Nobody is traced, so every other request finds no tracee of the caller's. */
static long refuse(long request, int pid)
{
	if (request == PTRACE_TRACEME)
		return -EPERM;
	if (pid <= 0 || host(SYS_kill, pid, 0) == -ESRCH)
		return -ESRCH;
	if (request == PTRACE_ATTACH || request == PTRACE_SEIZE)
		return -EPERM;
	return -ESRCH;
}

SYSCALL_DEFINE4(ptrace, (.missing = PTRACE_MISSING), LONG, request, PID, pid, ADDR, addr, ADDR,
		data)
{
	(void)addr;
	(void)data;
	return refuse(request, pid);
}

COMPAT_SYSCALL_DEFINE4(ptrace, (.missing = PTRACE_MISSING), INT, request, PID, pid, ADDR, addr,
		       ADDR, data)
{
	(void)addr;
	(void)data;
	return refuse(request, pid);
}
