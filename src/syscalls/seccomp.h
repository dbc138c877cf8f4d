/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Secure computing and system call user dispatch: what is asked before a guest's system call is
 * served (kernel/seccomp.c, kernel/entry/syscall_user_dispatch.c). Filters see the guest: its
 * architecture, number, arguments and instruction pointer. They are the task's own: the host
 * process has none. */
#ifndef TRAPGATE_SYSCALLS_SECCOMP_H
#define TRAPGATE_SYSCALLS_SECCOMP_H

#include "abi/types.h"

/* System call user dispatch, which comes before everything else that looks at a call: true where it
 * took it, and SIGSYS is there to be delivered. May end the process. */
bool syscall_dispatched(void);
/* True when the filters let the call be served. Else *ret is its result, or the task has a signal
 * to take and the registers stay as they were at the instruction (*rolled_back). May end the
 * process. As in the kernel, tracers have seen the call by then. */
bool seccomp_allows(const u64 *args, long *ret, bool *rolled_back);

/* prctl(2)'s part. */
long prctl_set_seccomp(u64 mode, guest_addr filter);
long prctl_get_seccomp(void);
long prctl_user_dispatch(u64 mode, u64 offset, u64 len, guest_addr selector);
/* Neither a new process nor a new program inherits the dispatch. */
void user_dispatch_clear(void);

/* What a tracer is shown of current's filter number nr, the oldest being 0, from instruction
 * `first` on. 0, -ENOENT or -EINVAL. */
struct seccomp_shown {
	u32 total, n; /* instructions of the filter; of those, here */
	u64 flags;    /* SECCOMP_FILTER_FLAG_LOG */
	u64 prog[];
};
long seccomp_show_filter(u64 nr, u32 first, void *shown, size_t size);

#endif
