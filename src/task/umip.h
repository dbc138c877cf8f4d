/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_TASK_UMIP_H
#define TRAPGATE_TASK_UMIP_H

#include "cpu/cpu.h"

/* fixup_umip_exception() of the #GP with these registers: false: it is none of UMIP's. Else the
 * program goes on behind the instruction, or the signal is pending. */
bool umip_emulate(struct pt_regs *regs);

#endif
