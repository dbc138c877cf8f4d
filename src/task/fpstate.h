/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The FPU part of signal frames (arch/x86/kernel/fpu/signal.c). The CPU has XSAVE with x87 and SSE
 * and nothing more (XCR0 = 3), so the area is 576 bytes and the second magic number. In the frames
 * of 32-bit programs an FNSAVE image stands before it. */
#ifndef TRAPGATE_TASK_FPSTATE_H
#define TRAPGATE_TASK_FPSTATE_H

#include "abi/pt_regs.h"
#include "abi/types.h"

/* Largest signal frame, for AT_MINSIGSTKSZ (init_sigframe_size()): like Linux the same number for
 * both kinds of program. */
u64 fpstate_min_sigstack(void);

/* fpu__alloc_mathframe(): where the area goes below sp. Returns its address. */
guest_addr fpstate_place(guest_addr sp, bool ia32);

/* copy_fpstate_to_sigframe(): writes the state to the place that fpstate_place() gave. regs are the
 * interrupted ones. 0 or -EFAULT. */
int fpstate_save(guest_addr at, bool ia32, const struct pt_regs *regs);

/* fpu__restore_sig(): loads the state from the place that the frame names (0: the initial state).
 * False: it cannot be loaded; the state is then the initial one. */
bool fpstate_restore(guest_addr at, bool ia32);

/* The x87's state as FNSAVE writes it, 108 bytes; cs and ds are the task's. */
#define FSAVE_SIZE 108
struct cpu_fxstate;
void fpstate_to_fsave(void *fsave, const struct cpu_fxstate *fx, u16 cs, u16 ds);
void fpstate_from_fsave(struct cpu_fxstate *fx, const void *fsave);

#endif
