/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_CPU_UNICORN_TOUCH_H
#define TRAPGATE_CPU_UNICORN_TOUCH_H

#include "cpu/unicorn_traps.h"

/* Page faults unless [addr, addr + size) can be read or written; not more than two pages. */
void uc_x86_touch(struct cpu_env *env, unsigned long addr, unsigned long size, bool write,
		  uintptr_t retaddr);
/* The same in the order of the instructions that save or load the FPU's state. */
void uc_x86_touch_state(struct cpu_env *env, unsigned long addr, unsigned long head,
			unsigned long size, bool write, uintptr_t retaddr);

/* Emits a look at the instruction that is being translated, CLFLUSH or port I/O, before it. */
void uc_x86_emit_look(void *ctx);

#endif
