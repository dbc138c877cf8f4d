/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The legacy vsyscall page of 64-bit programs (arch/x86/entry/vsyscall/vsyscall_64.c), as the host
 * has it: "xonly" unless it was booted with vsyscall=none. Nothing is mapped there; a fetch faults
 * and is emulated. */
#ifndef TRAPGATE_TASK_VSYSCALL_H
#define TRAPGATE_TASK_VSYSCALL_H

#include "cpu/cpu.h"

#define VSYSCALL_ADDR 0xffffffffff600000UL

/* Whether the host gives programs this page. */
bool vsyscall_present(void);

/* emulate_vsyscall(): false when the page fault is none of this. Else the call has been made, or
 * the signal is pending. */
bool vsyscall_emulate(const struct cpu_exit *fault);

#endif
