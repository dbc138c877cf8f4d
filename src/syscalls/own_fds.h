/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate's own descriptors do not exist for the guest: whatever it tries with one is EBADF. */
#ifndef TRAPGATE_SYSCALLS_OWN_FDS_H
#define TRAPGATE_SYSCALLS_OWN_FDS_H

#include "abi/syscall.h"
#include "host/host.h"

/* Whether one of a call's arguments may be such a number. */
static inline bool own_fds_meant(const u64 *args, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (unlikely(host_may_be_own(args[i])))
			return true;
	return false;
}

/* Whether path, looked up from dfd, names one in a directory of /proc: last is its last component,
 * which begins with a digit.
 */
bool own_fds_named(int dfd, const char *path, const char *last);

/* The arguments of a call with -1 for each descriptor that is trapgate's own: args itself when
 * there is none, else copy. Descriptors in memory are for the handlers to look after. */
const u64 *own_fds_hide(const struct syscall_desc *desc, const u64 *args,
			u64 copy[SYSCALL_MAX_ARGS]);

#endif
