/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/own_fds.h"

#include <string.h>

#include "host/host.h"

const u64 *own_fds_hide(const struct syscall_desc *desc, const u64 *args,
			u64 copy[SYSCALL_MAX_ARGS])
{
	const u64 *seen = args;

	for (u32 i = 0; host_nr_own_fds && i < desc->nargs; i++) {
		if ((desc->arg[i].kind != K_FD && desc->arg[i].kind != K_DIRFD) ||
		    !host_fd_is_own((int)args[i]))
			continue;
		if (seen == args)
			memcpy(copy, args, desc->nargs * sizeof(*copy));
		copy[i] = (u32)-1;
		seen = copy;
	}
	return seen;
}
