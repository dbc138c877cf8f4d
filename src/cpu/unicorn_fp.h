/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_CPU_UNICORN_FP_H
#define TRAPGATE_CPU_UNICORN_FP_H

#include <stdbool.h>

struct cpu_env;

/* Finds out where the engine keeps its floating-point state; before any code is translated.
 * false: not found. */
bool uc_x86_fp_init(void);

/* Brings MXCSR and the x87 status word of the CPU up to date: before they are read. */
void uc_x86_fp_sync(void);

/* unicorn_x87.c: the same for the x87's registers; false: the engine's own functions are used. */
bool uc_x86_x87_init(void);

/* The x87 control and status words without what is still to be synced: offsets in the CPU. */
extern unsigned uc_x86_at_cw, uc_x86_at_sw;
/* ... and FIP; 0: not known. */
extern unsigned uc_x86_at_fip;
/* Behind XMM15: all of the CPU that one thread has and another one has not precedes it. */
extern unsigned uc_x86_end_of_xmm;

static inline unsigned short uc_x86_fp_control(struct cpu_env *env)
{
	return *(const unsigned short *)(const void *)((const char *)env + uc_x86_at_cw);
}

static inline unsigned short uc_x86_fp_status(struct cpu_env *env)
{
	return *(const unsigned short *)(const void *)((const char *)env + uc_x86_at_sw);
}

/* Replaces the bits `mask` of the status word by those of sw, and sets exception flags. */
static inline void uc_x86_fp_add_status(struct cpu_env *env, unsigned sw, unsigned mask,
					unsigned flags)
{
	unsigned short *p = (unsigned short *)(void *)((char *)env + uc_x86_at_sw);

	*p = (unsigned short)((*p & ~mask) | (sw & mask) | flags);
}

/* MXCSR and the x87 words have been written. */
void uc_x86_fp_loaded(void);

/* A program has unmasked a floating-point exception: translated code looks for them. */
extern bool uc_x86_fp_traps;
/* A new program starts. */
void uc_x86_fp_reset(void);

/* #MF if an x87 exception that is not masked is pending. */
void uc_x86_check_x87(struct cpu_env *env, unsigned long retaddr);

/* For cpu_exec(): an instruction has to be executed again, with uc_x86_fp_traps. Clears itself. */
bool uc_x86_fp_wants_traps(void);

/* Of the decoder (unicorn_decode.c): what is translated just now, its bytes behind the prefixes,
 * and how many helper calls have been emitted for it. */
struct uc_x86_code {
	const unsigned char *byte;
	unsigned n;
	unsigned calls;
	unsigned prefix;    /* the mandatory one of an SSE instruction: 0x66, 0xf2, 0xf3 or 0 */
	bool operand_16;    /* has the operand-size prefix */
	bool address_other; /* has the address-size prefix */
	int segment;	    /* that a prefix names (enum uc_x86_seg), or -1 */
	unsigned accesses;  /* emitted by unicorn_access.c */
};
struct uc_x86_code *uc_x86_translating(void);
/* Its third byte, behind the prefixes, which may not have been read yet. */
unsigned uc_x86_modrm(void);

/* Emits a call of a helper of the engine's with the CPU and, unless it is NULL, one more argument.
 * Does nothing as long as the engine's name for the CPU is unknown, which it is only before the
 * first system call. */
void uc_x86_emit_call(void *ctx, void *func, void *arg);
/* The same with a value, and with a value and an argument. */
void uc_x86_emit_call_value(void *ctx, void *func, int value);
void uc_x86_emit_call_values(void *ctx, void *func, int value, void *arg);
/* While uc_x86_fp_traps, before whatever the instruction does: emits the look for an exception of
 * the x87, of those that wait for it. */
void uc_x86_emit_wait(void *ctx);

#endif
