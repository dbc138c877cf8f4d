/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers of a stopped tracee in the layouts of ptrace(2), after arch/x86/kernel/ptrace.c.
 * All return 0 (or what is said) or -errno. */
#ifndef TRAPGATE_SYSCALLS_PTRACE_REGS_H
#define TRAPGATE_SYSCALLS_PTRACE_REGS_H

#include "task/ptrace.h"

/* Bytes of the memory of process pid, read or written as /proc/PID/mem does it (past write
 * protection): up to a page. -ESRCH: it is no stopped tracee of current's process. */
long tracee_access(int pid, guest_addr at, void *buf, size_t n, bool write);

/* AUDIT_ARCH_* of the code that the tracee runs. */
u32 regs_arch(const struct tracee *t);

/* One word of struct user, at its offset there. abi is the tracer's. */
long regs_peek_user(const struct tracee *t, enum abi abi, u64 offset, u64 *word);
long regs_poke_user(struct tracee *t, enum abi abi, u64 offset, u64 word);

/* PTRACE_GETREGS and SETREGS; PTRACE_GETFPREGS and SETFPREGS (ABI_32: the x87's alone). */
long regs_all(struct tracee *t, enum abi abi, guest_addr at, bool write);
long regs_fp(struct tracee *t, enum abi abi, guest_addr at, bool write);

/* PTRACE_GETREGSET and SETREGSET: up to len bytes at `at`. Returns how many. */
long regs_set(struct tracee *t, u32 type, guest_addr at, u64 len, bool write);

/* PTRACE_GET_THREAD_AREA and SET_THREAD_AREA. */
long regs_thread_area(struct tracee *t, u64 index, guest_addr desc, bool write);

long regs_arch_prctl(struct tracee *t, u64 option, u64 addr);

#endif
