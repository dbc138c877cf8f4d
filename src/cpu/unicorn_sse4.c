/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SSE's instructions with an immediate byte, and what of SSE4 computes or is used for strings: by
 * the host's CPU, as in unicorn_sse.c. The byte is part of the host's instruction, too: there is
 * one for each of its values. */
#include "cpu/registers.h"
#include "cpu/unicorn_sse.h"

typedef __m128i with_byte(__m128i dst, __m128i src);

/* Functions of `size` bytes each, one for each value of the byte. */
#define STUBS(name, size, before, after)                                                           \
	extern const unsigned char uc_x86_stubs_##name[];                                          \
	__asm__(".pushsection .text\n"                                                             \
		".balign " #size "\n"                                                              \
		".globl uc_x86_stubs_" #name "\n"                                                  \
		"uc_x86_stubs_" #name ":\n"                                                        \
		".set byte, 0\n"                                                                   \
		".rept 256\n" before "; " #name " $byte, %xmm1, %xmm0; " after "; ret\n"           \
		".balign " #size "\n"                                                              \
		".set byte, byte + 1\n"                                                            \
		".endr\n"                                                                          \
		".popsection")

static inline __m128i apply(const unsigned char *stubs, __m128i d, __m128i s, unsigned byte)
{
	return ((with_byte *)(uintptr_t)(stubs + 16 * (byte & 0xff)))(d, s);
}

/* ---- Shuffles ---- */

#define SHUFFLE(name, suffix)                                                                      \
	STUBS(name, 16, "", "");                                                                   \
	void helper_##name##suffix##_x86_64(void *dst, const void *src, int order);                \
	void helper_##name##suffix##_x86_64(void *dst, const void *src, int order)                 \
	{                                                                                          \
		PUT16(dst, apply(uc_x86_stubs_##name, GET16(dst), GET16(src), (unsigned)order));   \
	}

SHUFFLE(pshufd, _xmm)
SHUFFLE(pshuflw, _xmm)
SHUFFLE(pshufhw, _xmm)
SHUFFLE(shufps, )
SHUFFLE(shufpd, )

/* ---- SSE4.1 ---- */

#define HELPER(name)                                                                               \
	void __real_helper_##name##_xmm_x86_64(struct cpu_env *env, void *dst, const void *src,    \
					       unsigned byte);                                     \
	void __wrap_helper_##name##_xmm_x86_64(struct cpu_env *env, void *dst, const void *src,    \
					       unsigned byte);                                     \
	void __wrap_helper_##name##_xmm_x86_64(struct cpu_env *env, void *dst, const void *src,    \
					       unsigned byte)

#define NEEDS(feature, name)                                                                       \
	do {                                                                                       \
		if (!__builtin_cpu_supports(feature)) {                                            \
			__real_helper_##name##_xmm_x86_64(env, dst, src, byte);                    \
			return;                                                                    \
		}                                                                                  \
	} while (0)

#define ROUND(name, bytes)                                                                         \
	STUBS(name, 16, "", "");                                                                   \
	HELPER(name)                                                                               \
	{                                                                                          \
		NEEDS("sse4.1", name);                                                             \
		uc_x86_sse_own(env);                                                               \
		PUT##bytes(dst,                                                                    \
			   apply(uc_x86_stubs_##name, GET##bytes(dst), GET##bytes(src), byte));    \
	}

ROUND(roundps, 16)
ROUND(roundpd, 16)
ROUND(roundss, 4)
ROUND(roundsd, 8)
ROUND(dpps, 16)
ROUND(dppd, 16)

/* ---- PSHUFB, AES and PCLMULQDQ ---- */

#define TWO(name, feature)                                                                         \
	void __real_helper_##name##_xmm_x86_64(struct cpu_env *env, void *dst, const void *src);   \
	void __wrap_helper_##name##_xmm_x86_64(struct cpu_env *env, void *dst, const void *src);   \
	void __wrap_helper_##name##_xmm_x86_64(struct cpu_env *env, void *dst, const void *src)    \
	{                                                                                          \
		__m128i d = GET16(dst);                                                            \
                                                                                                   \
		if (!__builtin_cpu_supports(feature)) {                                            \
			__real_helper_##name##_xmm_x86_64(env, dst, src);                          \
			return;                                                                    \
		}                                                                                  \
		__asm__(#name " %1, %0" : "+x"(d) : "x"(GET16(src)));                              \
		PUT16(dst, d);                                                                     \
	}

TWO(pshufb, "ssse3")
TWO(aesenc, "aes")
TWO(aesenclast, "aes")
TWO(aesdec, "aes")
TWO(aesdeclast, "aes")
TWO(aesimc, "aes")

#define WITH_BYTE(name, feature)                                                                   \
	STUBS(name, 16, "", "");                                                                   \
	HELPER(name)                                                                               \
	{                                                                                          \
		NEEDS(feature, name);                                                              \
		PUT16(dst, apply(uc_x86_stubs_##name, GET16(dst), GET16(src), byte));              \
	}

WITH_BYTE(aeskeygenassist, "aes")
WITH_BYTE(pclmulqdq, "pclmul")

/* ---- SSE4.2: strings ---- */

/* Returns the index in the upper half, OF in bit 0 and the flags as LAHF gives them in bits 8 to
 * 15; as a with_byte, the mask. */
typedef uint64_t of_strings(__m128i dst, __m128i src, int dst_length, int src_length);

#define RESULTS "lahf; seto %al; movzwl %ax, %eax; shl $32, %rcx; or %rcx, %rax"
#define LENGTHS "mov %edi, %eax; mov %esi, %edx"
STUBS(pcmpistri, 32, "", RESULTS);
STUBS(pcmpistrm, 32, "", RESULTS);
STUBS(pcmpestri, 32, LENGTHS, RESULTS);
STUBS(pcmpestrm, 32, LENGTHS, RESULTS);

#define RAX	  0
#define RCX	  1
#define RDX	  2
#define LAHF_MASK 0xd5u /* SF, ZF, AF, PF and CF */
#define OF_BIT	  11
#define WIDE	  0x100 /* in the helper's argument: REX.W */
#define REG(n)	  (((uint64_t *)(void *)env)[n])

/* Lengths count up to 16, whatever their sign. */
static int length(uint64_t reg, unsigned byte)
{
	int64_t n = byte & WIDE ? (int64_t)reg : (int32_t)reg;

	return n > 16 || n < -16 ? 16 : (int)n;
}

static uint64_t compare(struct cpu_env *env, const unsigned char *stub, __m128i d, __m128i s,
			unsigned byte)
{
	uint64_t found = ((of_strings *)(uintptr_t)stub)(d, s, length(REG(RAX), byte),
							 length(REG(RDX), byte));

	uc_x86_sse_set_flags(env, (unsigned)(found >> 8 & LAHF_MASK) | (found & 1) << OF_BIT);
	return found >> 32;
}

#define FOR_INDEX(name)                                                                            \
	HELPER(name)                                                                               \
	{                                                                                          \
		NEEDS("sse4.2", name);                                                             \
		REG(RCX) = compare(env, uc_x86_stubs_##name + 32 * (byte & 0xff), GET16(dst),      \
				   GET16(src), byte);                                              \
	}

FOR_INDEX(pcmpistri)
FOR_INDEX(pcmpestri)

typedef __m128i of_lengths(__m128i dst, __m128i src, int dst_length, int src_length);

#define FOR_MASK(name)                                                                             \
	HELPER(name)                                                                               \
	{                                                                                          \
		const unsigned char *stub = uc_x86_stubs_##name + 32 * (byte & 0xff);              \
		__m128i d = GET16(dst), s = GET16(src);                                            \
                                                                                                   \
		NEEDS("sse4.2", name);                                                             \
		compare(env, stub, d, s, byte);                                                    \
		d = ((of_lengths *)(uintptr_t)stub)(d, s, length(REG(RAX), byte),                  \
						    length(REG(RDX), byte));                       \
		PUT16((void *)engine_xmm, d);                                                      \
	}

FOR_MASK(pcmpistrm)
FOR_MASK(pcmpestrm)
