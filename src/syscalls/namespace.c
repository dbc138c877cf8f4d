/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Namespaces: a guest process is a host process and has its namespaces. */
#include <errno.h>
#include <sched.h>

#include "abi/syscall.h"
#include "host/host.h"
#include "net/mode.h"
#include "sandbox/path.h"
#include "task/exe.h"
#include "task/task.h"

SYSCALL_DEFINE1(unshare, (), CLONE_FLAGS, unshare_flags)
{
	if (unshare_flags & (CLONE_FS | CLONE_FILES))
		sandbox_forget_dirs();
	current->ids.known = false; /* of a user namespace they are others */
	exe_hold();
	return host(SYS_unshare, unshare_flags);
}

SYSCALL_DEFINE2(setns, (), FD, fd, CLONE_FLAGS, flags)
{
	if (host_fd_is_own(fd))
		return -EBADF;
	if (unlikely(net_guarded) && net_leads_out(fd, flags))
		return -EPERM;
	current->ids.known = false;
	exe_hold();
	return host(SYS_setns, fd, (int)flags);
}

SYSCALL_DEFINE0(vhangup, ())
{
	return host(SYS_vhangup);
}
