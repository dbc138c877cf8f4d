/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ptrace(2) tells of a stopped tracee besides its registers, and changes. size and data are
 * the request's; all return what the request does, or -errno. */
#ifndef TRAPGATE_SYSCALLS_PTRACE_INFO_H
#define TRAPGATE_SYSCALLS_PTRACE_INFO_H

#include "task/ptrace.h"

/* PTRACE_GET_SYSCALL_INFO and PTRACE_SET_SYSCALL_INFO */
long info_get_syscall(const struct tracee *t, u64 size, guest_addr data);
long info_set_syscall(struct tracee *t, u64 size, guest_addr data);

long info_get_rseq(const struct tracee *t, u64 size, guest_addr data);

/* PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG and its SET */
long info_dispatch(struct tracee *t, u64 size, guest_addr data, bool set);

/* PTRACE_PEEKSIGINFO: args points to what is asked for. */
long info_peek_signals(struct tracee *t, guest_addr args, guest_addr data);

/* Lets the tracee do something in its own process and waits for it (syscalls/ptrace.c). Returns
 * t->result. */
long tracee_ask(struct tracee *t, enum tracee_order what, guest_addr at, u32 n, bool write);

#endif
