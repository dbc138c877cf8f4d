/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SSE's arithmetic, done by the host's CPU: the engine does it in software, element by element, and
 * knows neither of denormal operands nor where the flags of MXCSR are (unicorn_fp.c).
 *
 * While translated code computes, the host's MXCSR holds the guest's rounding, DAZ and FTZ, and
 * collects its flags, with every exception masked. That begins with the first instruction that
 * needs it (uc_x86_sse_own()) and ends when trapgate's own code runs or somebody looks at the
 * guest's MXCSR (uc_x86_sse_release()). */
#include "cpu/unicorn_sse.h"

#include <stdint.h>

#include "cpu/unicorn_fp.h"

#define MXCSR_FLAGS   0x003fu
#define MXCSR_DEFAULT 0x1f80u /* all exceptions masked */
#define MXCSR_CONTROL 0xe040u /* FTZ, rounding, DAZ */
#define MXCSR_FTZ     0x8000u
#define MXCSR_UM      0x0800u

unsigned uc_x86_sse_at_mxcsr, uc_x86_sse_at_cc_src;
bool uc_x86_sse_owned;

#define U32(env, offset) (*(uint32_t *)(void *)((char *)(env) + (offset)))

void uc_x86_sse_init(unsigned mxcsr, unsigned cc_src)
{
	uc_x86_sse_at_mxcsr = mxcsr;
	uc_x86_sse_at_cc_src = cc_src;
}

/* FTZ counts while underflow is masked. */
void uc_x86_sse_take(struct cpu_env *env)
{
	unsigned guest = U32(env, uc_x86_sse_at_mxcsr);

	if (!(guest & MXCSR_UM))
		guest &= ~MXCSR_FTZ;
	_mm_setcsr((guest & MXCSR_CONTROL) | MXCSR_DEFAULT);
	uc_x86_sse_owned = true;
}

unsigned uc_x86_sse_take_flags(struct cpu_env *env)
{
	unsigned flags;

	if (!uc_x86_sse_owned)
		return 0;
	flags = _mm_getcsr() & MXCSR_FLAGS;
	_mm_setcsr(MXCSR_DEFAULT);
	uc_x86_sse_owned = false;
	U32(env, uc_x86_sse_at_mxcsr) |= flags;
	return flags;
}

/* ---- Integers ---- */

#define INTEGER(name, insn)                                                                        \
	void helper_##name##_xmm_x86_64(struct cpu_env *env, void *dst, const void *src);          \
	void helper_##name##_xmm_x86_64(struct cpu_env *env, void *dst, const void *src)           \
	{                                                                                          \
		__m128i d = GET16(dst);                                                            \
                                                                                                   \
		(void)env;                                                                         \
		__asm__(insn " %1, %0" : "+x"(d) : "x"(GET16(src)));                               \
		PUT16(dst, d);                                                                     \
	}

#define SAME(name)	   INTEGER(name, #name)
#define OF_BYTES(name)	   SAME(name##b)
#define OF_WORDS(name)	   SAME(name##w)
#define OF_DWORDS(name)	   INTEGER(name##l, #name "d")
#define OF_QWORDS(name)	   SAME(name##q)
#define OF_BW(name)	   OF_BYTES(name) OF_WORDS(name)
#define OF_BWD(name)	   OF_BW(name) OF_DWORDS(name)
#define OF_BWDQ(name)	   OF_BWD(name) OF_QWORDS(name)
#define SHIFT_BY_REG(name) OF_WORDS(name) SAME(name##d)

OF_BWDQ(padd)
OF_BWDQ(psub)
OF_BW(padds)
OF_BW(paddus)
OF_BW(psubs)
OF_BW(psubus)
OF_BW(pavg)
OF_BWD(pcmpeq)
OF_BWD(pcmpgt)
SAME(pmaxsw)
SAME(pmaxub)
SAME(pminsw)
SAME(pminub)
SAME(pmullw)
SAME(pmulhw)
SAME(pmulhuw)
SAME(pmuludq)
SAME(pmaddwd)
SAME(psadbw)
SAME(pand)
SAME(pandn)
SAME(por)
SAME(pxor)
SAME(packsswb)
SAME(packssdw)
SAME(packuswb)
SAME(punpcklbw)
SAME(punpcklwd)
SAME(punpckldq)
SAME(punpcklqdq)
SAME(punpckhbw)
SAME(punpckhwd)
SAME(punpckhdq)
SAME(punpckhqdq)
SHIFT_BY_REG(psll)
SHIFT_BY_REG(psrl)
SHIFT_BY_REG(psra)
OF_QWORDS(psll)
OF_QWORDS(psrl)

uint32_t helper_pmovmskb_xmm_x86_64(struct cpu_env *env, const void *src);
uint32_t helper_pmovmskb_xmm_x86_64(struct cpu_env *env, const void *src)
{
	(void)env;
	return (uint32_t)_mm_movemask_epi8(GET16(src));
}

/* SSSE3's, of neighbours: the engine writes parts of the result over what it still has to read of a
 * source that is the destination, too. */
#define OF_NEIGHBOURS(name, bytes)                                                                 \
	void __real_helper_##name##_x86_64(struct cpu_env *env, void *dst, const void *src);       \
	void __wrap_helper_##name##_x86_64(struct cpu_env *env, void *dst, const void *src);       \
	void __wrap_helper_##name##_x86_64(struct cpu_env *env, void *dst, const void *src)        \
	{                                                                                          \
		__m128i s;                                                                         \
                                                                                                   \
		PUT##bytes(&s, GET##bytes(src));                                                   \
		__real_helper_##name##_x86_64(env, dst, &s);                                       \
	}

#define OF_MMX_AND_SSE(name) OF_NEIGHBOURS(name##_mmx, 8) OF_NEIGHBOURS(name##_xmm, 16)

OF_MMX_AND_SSE(phaddw)
OF_MMX_AND_SSE(phaddd)
OF_MMX_AND_SSE(phaddsw)
OF_MMX_AND_SSE(phsubw)
OF_MMX_AND_SSE(phsubd)
OF_MMX_AND_SSE(phsubsw)

/* ---- Numbers ---- */

/* `insn src, dst`, which writes `to` bytes and reads `from`. */
#define OP(name, insn, to, from)                                                                   \
	void helper_##name##_x86_64(struct cpu_env *env, void *dst, const void *src);              \
	void helper_##name##_x86_64(struct cpu_env *env, void *dst, const void *src)               \
	{                                                                                          \
		__m128i d = GET##to(dst);                                                          \
                                                                                                   \
		uc_x86_sse_own(env);                                                               \
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
		uc_x86_sse_own(env);                                                               \
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
		uc_x86_sse_own(env);                                                               \
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
		uc_x86_sse_own(env);                                                               \
		__asm__ volatile(#name " %4, %3"                                                   \
				 : "=@ccc"(carry), "=@ccp"(parity), "=@ccz"(zero)                  \
				 : "x"(GET##from(dst)), "x"(GET##from(src))                        \
				 : "memory");                                                      \
		uc_x86_sse_set_flags(env, (unsigned)(carry | parity << 2 | zero << 6));            \
	}

COMPARE(ucomiss, 4)
COMPARE(ucomisd, 8)
COMPARE(comiss, 4)
COMPARE(comisd, 8)
