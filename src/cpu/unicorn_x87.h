/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The x87's registers in the engine's CPU. */
#ifndef TRAPGATE_CPU_UNICORN_X87_H
#define TRAPGATE_CPU_UNICORN_X87_H

#include <stdbool.h>
#include <stdint.h>

struct cpu_env;

/* Offsets, 0: not found. */
struct uc_x86_x87_at {
	unsigned regs, top, tags, ft0;
};
extern struct uc_x86_x87_at uc_x86_x87_at;

static inline bool uc_x86_x87_found(void)
{
	return uc_x86_x87_at.top;
}

static inline unsigned uc_x86_st_index(struct cpu_env *env, unsigned i)
{
	return (*(const uint32_t *)(const void *)((const char *)env + uc_x86_x87_at.top) + i) & 7;
}

/* ST(i), ten bytes. */
static inline void *uc_x86_st(struct cpu_env *env, unsigned i)
{
	return (char *)env + uc_x86_x87_at.regs + 16 * uc_x86_st_index(env, i);
}

static inline bool uc_x86_st_empty(struct cpu_env *env, unsigned i)
{
	return ((const char *)env)[uc_x86_x87_at.tags + uc_x86_st_index(env, i)];
}

static inline void uc_x86_st_fill(struct cpu_env *env, unsigned i)
{
	((char *)env)[uc_x86_x87_at.tags + uc_x86_st_index(env, i)] = 0;
}

/* Flags of the guest's status word were cleared: the host's own are to follow
 * (unicorn_x87_stack.c).
 */
void uc_x86_x87_cleared(void);

/* Sets the bits `says` of the status word to what the host's was after an instruction, and its
 * exceptions. False: one that is not masked keeps the result from being written, and numbers from
 * being popped. */
bool uc_x86_x87_take(struct cpu_env *env, unsigned sw, unsigned says);
extern bool uc_x86_x87_trapped;	   /* so it was with the last instruction */
extern uint64_t uc_x86_x87_stored; /* what an instruction is about to store */

/* Translation: an instruction begins with these two bytes. */
void uc_x86_before_x87(void *ctx, unsigned first, unsigned second);
/* The present instruction is one of MMX; `modrm` is its ModRM byte. */
void uc_x86_before_mmx(void *ctx, unsigned modrm);
/* ... and does this before anything else: n is the register that it writes, or not below 8. */
void uc_x86_enter_mmx(struct cpu_env *env, unsigned n);
/* The argument of a call that is emitted before an instruction: ST(n) for FCMOV; FNOP, which counts
 * for FIP and the engine does not know; or a register of MMX. */
#define UC_X86_FNOP 8
#define UC_X86_MMX  16
/* With exceptions that are not masked: emits a store that is not made if there was one; false: the
 * instruction is none of those that store a number. */
bool uc_x86_emit_x87_store(void *ctx, void *addr, unsigned memop);

/* The engine's name for the other operand. */
static inline void *uc_x86_ft0(struct cpu_env *env)
{
	return (char *)env + uc_x86_x87_at.ft0;
}

#endif
