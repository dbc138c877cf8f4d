/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_CPU_UNICORN_ALIGN_H
#define TRAPGATE_CPU_UNICORN_ALIGN_H

#include <stdbool.h>

/* A MemOp of the engine's: log2 of the size, and of the alignment that is asked for, where all bits
 * mean that of the size. A TCGMemOpIdx is a MemOp above an MMU index. */
#define MO_SIZE	    3u
#define MO_32	    2u
#define MO_AMASK    (7u << 4)
#define MO_ALIGN_16 (4u << 4) /* or #GP */
#define MO_ALIGN_32 (5u << 4) /* stands for 16 bytes, or #AC */
#define OI_SHIFT    4

/* The block that is being translated runs with AC set. */
extern bool uc_x86_ac;
/* It is a single step. */
extern bool uc_x86_tf;

/* A legacy SSE instruction whose operand of 16 bytes need not be aligned. */
struct uc_x86_code;
bool uc_x86_unaligned_16(const struct uc_x86_code *insn);

/* A block's translation begins. */
void uc_x86_begin_block(const void *tb);

/* While uc_x86_ac: the MemOp of an access that need not be aligned otherwise; `first` of the
 * instruction. */
unsigned uc_x86_ac_memop(unsigned memop, bool first);
/* A helper is about to be called. */
void uc_x86_ac_helper(void *ctx, void *func, void **args);
/* An atomic operation is about to be emitted. */
void uc_x86_before_atomic(void *ctx, long addr, unsigned memop);

#endif
