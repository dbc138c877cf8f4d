/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_CPU_UNICORN_JUMP_H
#define TRAPGATE_CPU_UNICORN_JUMP_H

#include <stdbool.h>

/* After a run that ended because there was no code at the program counter: when an indirect jump,
 * call or return led there, puts the program counter (not the stack pointer) back to it. */
bool uc_x86_unwind_jump(void);
void uc_x86_forget_jump(void);

/* Translations, or what is at which address, may have changed: no jump goes where it went before
 * without asking the engine. */
void uc_x86_forget_targets(void);
/* Another program begins: the same, and few jumps are to be expected of it. */
void uc_x86_new_targets(void);

/* The engine is about to translate the block `tb`. */
void uc_x86_block_begins(const void *tb);

/* Once the engine has run user code, with the first words of its registers as they were then in
 * 64-bit code (`was`) and are now, in compatibility mode. */
void uc_x86_find_state(const unsigned *was, const unsigned *now);

#endif
