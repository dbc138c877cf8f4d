/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_ENTRY_ENTRY_H
#define TRAPGATE_ENTRY_ENTRY_H

#include "abi/pt_regs.h"
#include "abi/types.h"

/* cpu_ops.gate: takes a trap through the kernel's entry path, dispatch, and the way out. */
void entry_gate(enum gate gate);

/* For the run loop, after the engine was left for a call that replaces registers or memory:
 * performs current->deferred and writes the registers back. */
void entry_deferred(void);

/* With several threads in the address space, calls that may wait leave the engine too. */
void entry_set_threaded(bool threaded);

#endif
