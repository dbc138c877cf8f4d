/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_CPU_UNICORN_ACCESS_H
#define TRAPGATE_CPU_UNICORN_ACCESS_H

#include <stdbool.h>

struct cpu_env;

/* The block that is being translated has its accesses looked at. */
extern bool uc_x86_accesses;
/* ... and its code lies in a segment with a limit. */
extern bool uc_x86_code_limited;

/* Emits the look at an access, before it. */
void uc_x86_emit_access(void *ctx, void *addr, unsigned size, bool write);
/* The same for a helper that is about to be called, if it is one that reaches memory. */
void uc_x86_emit_helper_accesses(void *ctx, void *func, void **args);
/* An instruction of the block loads a segment register. */
void uc_x86_emits_segment_load(void);
/* Emits what stands before the instruction at pc: a breakpoint. */
void uc_x86_emit_breakpoint(void *ctx, unsigned long pc);
/* Emits a look at whether the byte of an instruction lies within the code segment. */
void uc_x86_emit_fetch(void *ctx, unsigned long addr);
/* A block's translation begins. */
void uc_x86_begin_accesses(unsigned flags);

/* ---- For the outside: while the engine is left ---- */

/* The running thread's breakpoints. */
struct uc_x86_breakpoint {
	unsigned long addr;
	unsigned len;
	enum { UC_X86_BP_OFF, UC_X86_BP_EXEC, UC_X86_BP_WRITE, UC_X86_BP_READ_WRITE } kind;
};
extern struct uc_x86_breakpoint uc_x86_breakpoint[4];
/* They were changed. */
void uc_x86_breakpoints_changed(void);
/* Whether code has a breakpoint, perhaps another thread's. */
bool uc_x86_is_breakpoint(unsigned long pc);
/* The breakpoint at the instruction that is executed next is not met. */
extern bool uc_x86_resume;
/* The data breakpoints that were met, one bit each. Counts in single steps only. */
extern unsigned uc_x86_hits;

/* Segment registers were loaded. */
void uc_x86_note_segments(void);

/* A segment register may hold a null selector that is not 0; makes it 0, as IRET does. */
extern bool uc_x86_null_segs;
void uc_x86_clear_nulls(void);

#endif
