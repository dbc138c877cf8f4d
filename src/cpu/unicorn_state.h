/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the engine's CPUX86State begins. uc_x86_find_state() looks whether it does. */
#ifndef TRAPGATE_CPU_UNICORN_STATE_H
#define TRAPGATE_CPU_UNICORN_STATE_H

#include <stdint.h>

struct uc_x86_segment {
	uint32_t selector;
	uint64_t base;
	uint32_t limit; /* in bytes */
	uint32_t flags; /* the descriptor's upper half */
};

struct uc_x86_state {
	uint64_t regs[16], eip, eflags, cc[3];
	uint32_t cc_op, df, hflags, hflags2;
	struct uc_x86_segment segs[6]; /* in the order of their numbers: ES, CS, SS, DS, FS, GS */
};

/* Of hflags: CPL, long mode, 64-bit code */
#define UC_X86_HF_MODE	  0xc003u
#define UC_X86_HF_USER_64 0xc003u
#define UC_X86_HF_USER_32 0x4003u
#define UC_X86_HF_CS64	  0x8000u
#define UC_X86_HF_CS32	  0x0010u /* the default size is 32 bits */

/* Of hflags, unused by the engine, which translates code anew for each combination: accesses
 * through segment n are looked at (unicorn_access.c). The engine knows the first one for MPX, which
 * no CPU model has, and clears it. */
#define UC_X86_HF_LIMIT(n) (1u << (26 + (n)))
#define UC_X86_HF_LIMITS   (0x3fu << 26)

/* The CPU's; NULL if it was found not to begin like this. */
struct cpu_env;
struct uc_x86_state *uc_x86_state(struct cpu_env *env);

#endif
