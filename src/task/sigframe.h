/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the two kinds of signal frames (sigframe64.c, sigframe32.c). */
#ifndef TRAPGATE_TASK_SIGFRAME_H
#define TRAPGATE_TASK_SIGFRAME_H

#include "task/signal.h"

/* Flags that sigreturn restores. */
#define FIX_EFLAGS                                                                                 \
	(X86_EFLAGS_AC | X86_EFLAGS_OF | X86_EFLAGS_DF | X86_EFLAGS_TF | X86_EFLAGS_SF |           \
	 X86_EFLAGS_ZF | X86_EFLAGS_AF | X86_EFLAGS_PF | X86_EFLAGS_CF | X86_EFLAGS_RF)

#define UC_FP_XSTATE	     0x1
#define UC_SIGCONTEXT_SS     0x2
#define UC_STRICT_RESTORE_SS 0x4

/* The least size of an alternate stack that a frame can bring back. */
#define MINSIGSTKSZ_KERNEL 2048

/* get_sigframe(): finds the place of a frame of `size` bytes and writes the FPU state above it; *fp
 * is where. 0: there is no place, or it cannot be written. */
guest_addr frame_place(const struct pt_regs *regs, const struct signal_delivery *d, size_t size,
		       guest_addr *fp);

/* signal_fault(): the frame that sigreturn was given is bad. Returns what sigreturn returns. */
long frame_bad(void);

#endif
