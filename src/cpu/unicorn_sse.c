/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SSE's arithmetic, done by the host's CPU: the engine does it in software, some ten times slower,
 * and knows neither of denormal operands nor where the flags of MXCSR are (unicorn_fp.c).
 *
 * While translated code computes, the host's MXCSR holds the guest's rounding, DAZ and FTZ, and
 * collects its flags, with every exception masked. That begins with the first instruction that
 * needs it (own()) and ends when trapgate's own code runs or somebody looks at the guest's MXCSR
 * (uc_x86_sse_release()). */
#include "cpu/unicorn_sse.h"

#include <stdint.h>
#include <emmintrin.h>

#include "cpu/unicorn_fp.h"

#define MXCSR_FLAGS   0x003fu
#define MXCSR_DEFAULT 0x1f80u /* all exceptions masked */
#define MXCSR_CONTROL 0xe040u /* FTZ, rounding, DAZ */
#define MXCSR_FTZ     0x8000u
#define MXCSR_UM      0x0800u

static unsigned at_mxcsr, at_cc_src; /* offsets, 0: not found */
bool uc_x86_sse_owned;

#define U32(env, offset) (*(uint32_t *)(void *)((char *)(env) + (offset)))
#define U64(env, offset) (*(uint64_t *)(void *)((char *)(env) + (offset)))

void uc_x86_sse_init(unsigned mxcsr, unsigned cc_src)
{
	at_mxcsr = mxcsr;
	at_cc_src = cc_src;
}

/* FTZ counts while underflow is masked. */
static __attribute__((noinline, cold)) void take(struct cpu_env *env)
{
	unsigned guest = U32(env, at_mxcsr);

	if (!(guest & MXCSR_UM))
		guest &= ~MXCSR_FTZ;
	_mm_setcsr((guest & MXCSR_CONTROL) | MXCSR_DEFAULT);
	uc_x86_sse_owned = true;
}

static inline void own(struct cpu_env *env)
{
	if (__builtin_expect(!uc_x86_sse_owned, 0))
		take(env);
}

unsigned uc_x86_sse_take_flags(struct cpu_env *env)
{
	unsigned flags;

	if (!uc_x86_sse_owned)
		return 0;
	flags = _mm_getcsr() & MXCSR_FLAGS;
	_mm_setcsr(MXCSR_DEFAULT);
	uc_x86_sse_owned = false;
	U32(env, at_mxcsr) |= flags;
	return flags;
}

/* ---- Instructions from registers or memory to registers ---- */

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

/* `insn src, dst`, which writes `to` bytes and reads `from`. */
#define OP(name, insn, to, from)                                                                   \
	void helper_##name##_x86_64(struct cpu_env *env, void *dst, const void *src);              \
	void helper_##name##_x86_64(struct cpu_env *env, void *dst, const void *src)               \
	{                                                                                          \
		__m128i d = GET##to(dst);                                                          \
                                                                                                   \
		own(env);                                                                          \
		__asm__ volatile(insn " %1, %0" : "+x"(d) : "x"(GET##from(src)) : "memory");       \
		PUT##to(dst, d);                                                                   \
	}

#define PACKED(name) OP(name##ps, #name "ps", 16, 16) OP(name##pd, #name "pd", 16, 16)
#define SCALAR(name) OP(name##ss, #name "ss", 4, 4) OP(name##sd, #name "sd", 8, 8)
#define ALL(name)    PACKED(name) SCALAR(name)

ALL(add)
ALL(sub)
ALL(mul)
ALL(div)
ALL(min)
ALL(max)
ALL(sqrt)

ALL(cmpeq)
ALL(cmplt)
ALL(cmple)
ALL(cmpunord)
ALL(cmpneq)
ALL(cmpnlt)
ALL(cmpnle)
ALL(cmpord)

PACKED(hadd)
PACKED(hsub)
PACKED(addsub)

OP(cvtps2pd, "cvtps2pd", 16, 8)
OP(cvtpd2ps, "cvtpd2ps", 16, 16)
OP(cvtss2sd, "cvtss2sd", 8, 4)
OP(cvtsd2ss, "cvtsd2ss", 4, 8)
OP(cvtdq2ps, "cvtdq2ps", 16, 16)
OP(cvtdq2pd, "cvtdq2pd", 16, 8)
OP(cvtps2dq, "cvtps2dq", 16, 16)
OP(cvtpd2dq, "cvtpd2dq", 16, 16)
OP(cvttps2dq, "cvttps2dq", 16, 16)
OP(cvttpd2dq, "cvttpd2dq", 16, 16)

/* Of an MMX register, or to one */
OP(cvtpi2ps, "cvtdq2ps", 8, 8)
OP(cvtpi2pd, "cvtdq2pd", 16, 8)
OP(cvtps2pi, "cvtps2dq", 8, 8)
OP(cvtpd2pi, "cvtpd2dq", 8, 16)
OP(cvttps2pi, "cvttps2dq", 8, 8)
OP(cvttpd2pi, "cvttpd2dq", 8, 16)

/* ---- Approximations ---- */

/* Neither raises an exception, and both are approximations with a relative error of 1.5 * 2^-12 of
 * the CPU's own making. The engine's registers lie at multiples of 8. */
#define APPROXIMATION(name, intrinsic)                                                             \
	void helper_##name##_x86_64(struct cpu_env *env, float *dst, const float *src);            \
	void helper_##name##_x86_64(struct cpu_env *env, float *dst, const float *src)             \
	{                                                                                          \
		__m128 d = _mm_loadu_ps(dst), s = _mm_loadu_ps(src);                               \
                                                                                                   \
		(void)env, (void)d;                                                                \
		_mm_storeu_ps(dst, intrinsic);                                                     \
	}

APPROXIMATION(rcpps, _mm_rcp_ps(s))
APPROXIMATION(rsqrtps, _mm_rsqrt_ps(s))
APPROXIMATION(rcpss, _mm_move_ss(d, _mm_rcp_ss(s)))
APPROXIMATION(rsqrtss, _mm_move_ss(d, _mm_rsqrt_ss(s)))

/* ---- General registers ---- */

#define FROM_INTEGER(name, insn, type, to)                                                         \
	void helper_##name##_x86_64(struct cpu_env *env, void *dst, type value);                   \
	void helper_##name##_x86_64(struct cpu_env *env, void *dst, type value)                    \
	{                                                                                          \
		__m128i d = GET##to(dst);                                                          \
                                                                                                   \
		own(env);                                                                          \
		__asm__ volatile(insn " %1, %0" : "+x"(d) : "r"(value) : "memory");                \
		PUT##to(dst, d);                                                                   \
	}

FROM_INTEGER(cvtsi2ss, "cvtsi2ssl", uint32_t, 4)
FROM_INTEGER(cvtsi2sd, "cvtsi2sdl", uint32_t, 8)
FROM_INTEGER(cvtsq2ss, "cvtsi2ssq", uint64_t, 4)
FROM_INTEGER(cvtsq2sd, "cvtsi2sdq", uint64_t, 8)

#define TO_INTEGER(name, insn, type, from)                                                         \
	type helper_##name##_x86_64(struct cpu_env *env, const void *src);                         \
	type helper_##name##_x86_64(struct cpu_env *env, const void *src)                          \
	{                                                                                          \
		type value;                                                                        \
                                                                                                   \
		own(env);                                                                          \
		__asm__ volatile(insn " %1, %0" : "=r"(value) : "x"(GET##from(src)) : "memory");   \
		return value;                                                                      \
	}

TO_INTEGER(cvtss2si, "cvtss2si", int32_t, 4)
TO_INTEGER(cvtsd2si, "cvtsd2si", int32_t, 8)
TO_INTEGER(cvtss2sq, "cvtss2si", int64_t, 4)
TO_INTEGER(cvtsd2sq, "cvtsd2si", int64_t, 8)
TO_INTEGER(cvttss2si, "cvttss2si", int32_t, 4)
TO_INTEGER(cvttsd2si, "cvttsd2si", int32_t, 8)
TO_INTEGER(cvttss2sq, "cvttss2si", int64_t, 4)
TO_INTEGER(cvttsd2sq, "cvttsd2si", int64_t, 8)

/* The engine computes the other flags as 0 from what is left in its source of them. */
#define COMPARE(name, from)                                                                        \
	void helper_##name##_x86_64(struct cpu_env *env, const void *dst, const void *src);        \
	void helper_##name##_x86_64(struct cpu_env *env, const void *dst, const void *src)         \
	{                                                                                          \
		unsigned char carry, parity, zero;                                                 \
                                                                                                   \
		own(env);                                                                          \
		__asm__ volatile(#name " %4, %3"                                                   \
				 : "=@ccc"(carry), "=@ccp"(parity), "=@ccz"(zero)                  \
				 : "x"(GET##from(dst)), "x"(GET##from(src))                        \
				 : "memory");                                                      \
		U64(env, at_cc_src) = (unsigned)(carry | parity << 2 | zero << 6);                 \
	}

COMPARE(ucomiss, 4)
COMPARE(ucomisd, 8)
COMPARE(comiss, 4)
COMPARE(comisd, 8)

/* ---- SSE4.1 ---- */

#define SSE41(insn) __asm__ volatile(insn : "+x"(r) : "x"(s) : "memory")
#define ROUND_BY(insn, mode)                                                                       \
	case mode:                                                                                 \
		SSE41(insn " $" #mode ", %1, %0");                                                 \
		break

/* The mode: 0 to 3 a rounding, 4 that of MXCSR; 8 keeps an inexact result quiet. */
#define ROUND(name, bytes)                                                                         \
	void __real_helper_##name##_xmm_x86_64(struct cpu_env *env, void *dst, const void *src,    \
					       unsigned mode);                                     \
	void __wrap_helper_##name##_xmm_x86_64(struct cpu_env *env, void *dst, const void *src,    \
					       unsigned mode);                                     \
	void __wrap_helper_##name##_xmm_x86_64(struct cpu_env *env, void *dst, const void *src,    \
					       unsigned mode)                                      \
	{                                                                                          \
		__m128i r = GET##bytes(dst), s = GET##bytes(src);                                  \
                                                                                                   \
		if (!__builtin_cpu_supports("sse4.1")) {                                           \
			__real_helper_##name##_xmm_x86_64(env, dst, src, mode);                    \
			return;                                                                    \
		}                                                                                  \
		own(env);                                                                          \
		switch (mode & 4 ? mode & 12 : mode & 11) {                                        \
			ROUND_BY(#name, 0);                                                        \
			ROUND_BY(#name, 1);                                                        \
			ROUND_BY(#name, 2);                                                        \
			ROUND_BY(#name, 3);                                                        \
			ROUND_BY(#name, 4);                                                        \
			ROUND_BY(#name, 8);                                                        \
			ROUND_BY(#name, 9);                                                        \
			ROUND_BY(#name, 10);                                                       \
			ROUND_BY(#name, 11);                                                       \
			ROUND_BY(#name, 12);                                                       \
		}                                                                                  \
		PUT##bytes(dst, r);                                                                \
	}

ROUND(roundps, 16)
ROUND(roundpd, 16)
ROUND(roundss, 4)
ROUND(roundsd, 8)

/* Bits 4 to 7 of the control say which products count: the operands of the others become 0, which
 * raises nothing. Bits 0 to 3 say where the sum goes: elsewhere the result is 0. */
#define DOT_PRODUCT(name, all, lanes)                                                              \
	void __real_helper_##name##_xmm_x86_64(struct cpu_env *env, void *dst, const void *src,    \
					       unsigned control);                                  \
	void __wrap_helper_##name##_xmm_x86_64(struct cpu_env *env, void *dst, const void *src,    \
					       unsigned control);                                  \
	void __wrap_helper_##name##_xmm_x86_64(struct cpu_env *env, void *dst, const void *src,    \
					       unsigned control)                                   \
	{                                                                                          \
		__m128i in = lanes(control >> 4), r = _mm_and_si128(GET16(dst), in);               \
		__m128i s = _mm_and_si128(GET16(src), in);                                         \
                                                                                                   \
		if (!__builtin_cpu_supports("sse4.1")) {                                           \
			__real_helper_##name##_xmm_x86_64(env, dst, src, control);                 \
			return;                                                                    \
		}                                                                                  \
		own(env);                                                                          \
		SSE41(#name " $" #all ", %1, %0");                                                 \
		PUT16(dst, _mm_and_si128(r, lanes(control)));                                      \
	}

#define BIT(v, n)   (-(int)((v) >> (n)&1))
#define LANES_PS(v) _mm_setr_epi32(BIT(v, 0), BIT(v, 1), BIT(v, 2), BIT(v, 3))
#define LANES_PD(v) _mm_setr_epi32(BIT(v, 0), BIT(v, 0), BIT(v, 1), BIT(v, 1))

DOT_PRODUCT(dpps, 0xff, LANES_PS)
DOT_PRODUCT(dppd, 0x33, LANES_PD)
