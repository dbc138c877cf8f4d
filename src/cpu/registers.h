/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the engine keeps the registers that every gate and every signal need: its API looks each
 * one up by number, which took longer than the rest of a gate. Shared by the files of src/cpu/
 * only. */
#ifndef TRAPGATE_CPU_REGISTERS_H
#define TRAPGATE_CPU_REGISTERS_H

#include "cpu/engine.h"
#include "cpu/unicorn_traps.h"

enum gpr {
	GPR_RAX,
	GPR_RCX,
	GPR_RDX,
	GPR_RBX,
	GPR_RSP,
	GPR_RBP,
	GPR_RSI,
	GPR_RDI,
	GPR_R8,
	GPR_R9,
	GPR_R10,
	GPR_R11,
	GPR_R12,
	GPR_R13,
	GPR_R14,
	GPR_R15,
	GPR_RIP, /* to be written by the API only, which ends the run */
	GPR_COUNT,
};

/* In the order of their numbers, and RIP behind them. */
extern u64 *engine_gpr;
/* 16 bytes of each x87 register, by its physical number, 10 of which are used; of SSE registers
 * `engine_xmm_stride` bytes lie between one and the next. */
extern u8 *engine_fp, *engine_xmm;
extern size_t engine_xmm_stride;

/* Finds them; once the engine has executed INT. Their values are lost. */
void engine_find_registers(void);

static inline u32 engine_eflags(void)
{
	u64 flags = 0;

	uc_reg_read(eng.uc, UC_X86_REG_EFLAGS, &flags);
	return unlikely(uc_x86_borrows_tf) ? (u32)flags & ~(u32)X86_EFLAGS_TF : (u32)flags;
}

#endif
