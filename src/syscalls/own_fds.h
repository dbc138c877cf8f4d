/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate's own descriptors do not exist for the guest: whatever it tries with one is EBADF. */
#ifndef TRAPGATE_SYSCALLS_OWN_FDS_H
#define TRAPGATE_SYSCALLS_OWN_FDS_H

#include "abi/syscall.h"

/* The arguments of a call with -1 for each descriptor that is trapgate's own: args itself when
 * there is none, else copy. Descriptors in memory are for the handlers to look after. */
const u64 *own_fds_hide(const struct syscall_desc *desc, const u64 *args,
			u64 copy[SYSCALL_MAX_ARGS]);

#endif
