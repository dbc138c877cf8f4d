/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_CPU_UNICORN_JUMP_H
#define TRAPGATE_CPU_UNICORN_JUMP_H

#include <stdbool.h>
#include <stdint.h>

struct cpu_env;

/* How CPUX86State begins. */
struct uc_x86_state {
	uint64_t regs[16], eip, eflags, cc[3];
	uint32_t cc_op, df, hflags, hflags2;
	struct {
		uint32_t selector;
		uint64_t base;
		uint32_t limit, flags;
	} es, cs, ss, ds;
};

/* Of hflags: CPL, long mode, 64-bit code */
#define UC_X86_HF_MODE	  0xc003u
#define UC_X86_HF_USER_64 0xc003u
#define UC_X86_HF_USER_32 0x4003u
#define UC_X86_HF_CS32	  0x0010u

/* The CPU's; NULL if it was found not to begin like this. */
struct uc_x86_state *uc_x86_state(struct cpu_env *env);

/* After a run that ended because there was no code at the program counter: when an indirect jump,
 * call or return led there, puts the program counter (not the stack pointer) back to it. */
bool uc_x86_unwind_jump(void);
void uc_x86_forget_jump(void);

/* Translations, or what is at which address, may have changed: no jump goes where it went before
 * without asking the engine. */
void uc_x86_forget_targets(void);

/* The engine is about to translate the block `tb`. */
void uc_x86_block_begins(const void *tb);

/* Once the engine has run user code, with the first words of its registers as they were then in
 * 64-bit code (`was`) and are now, in compatibility mode. */
void uc_x86_find_jump_state(const unsigned *was, const unsigned *now);

#endif
