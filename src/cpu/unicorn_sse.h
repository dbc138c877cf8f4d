/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_CPU_UNICORN_SSE_H
#define TRAPGATE_CPU_UNICORN_SSE_H

#include <emmintrin.h>
#include <stdbool.h>
#include <stdint.h>

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

/* ---- For the instructions' helpers (unicorn_sse.c, unicorn_sse4.c) ---- */

extern unsigned uc_x86_sse_at_mxcsr, uc_x86_sse_at_cc_src;
void uc_x86_sse_take(struct cpu_env *env);

/* Before an instruction that computes: the host's MXCSR becomes the guest's. */
static inline void uc_x86_sse_own(struct cpu_env *env)
{
	if (__builtin_expect(!uc_x86_sse_owned, 0))
		uc_x86_sse_take(env);
}

/* The arithmetic flags, of an instruction that the engine takes them from there for. */
static inline void uc_x86_sse_set_flags(struct cpu_env *env, unsigned flags)
{
	*(uint64_t *)(void *)((char *)env + uc_x86_sse_at_cc_src) = flags;
}

/* Operands of 4, 8 and 16 bytes. Translated code writes the halves of a register on their own, so
 * that a load of both at once would wait until they have left the host's store buffer. */
#define GET4(p)	    _mm_cvtsi32_si128(*(const int *)(p))
#define GET8(p)	    _mm_loadl_epi64(p)
#define GET16(p)    get16(p)
#define PUT4(p, v)  (*(int *)(p) = _mm_cvtsi128_si32(v))
#define PUT8(p, v)  _mm_storel_epi64(p, v)
#define PUT16(p, v) _mm_storeu_si128(p, v)

static inline __m128i get16(const __m128i *p)
{
	return _mm_unpacklo_epi64(GET8(p),
				  GET8((const __m128i *)(const void *)((const char *)p + 8)));
}

#endif
