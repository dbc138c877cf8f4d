/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_CPU_UNICORN_SSE_H
#define TRAPGATE_CPU_UNICORN_SSE_H

#include <stdbool.h>

struct cpu_env;

/* Where the engine keeps MXCSR and what COMISS and the like leave the flags in: offsets in the CPU.
 * Before any code is translated. */
void uc_x86_sse_init(unsigned mxcsr, unsigned cc_src);

/* Gives the host's MXCSR back; the guest's gets the exceptions that SSE instructions have flagged
 * since the last time, which are returned. */
unsigned uc_x86_sse_take_flags(struct cpu_env *env);

/* The host's MXCSR is the guest's. */
extern bool uc_x86_sse_owned;

/* Before trapgate's own code runs. */
static inline void uc_x86_sse_leave(struct cpu_env *env)
{
	if (__builtin_expect(uc_x86_sse_owned, 0))
		uc_x86_sse_take_flags(env);
}

#endif
