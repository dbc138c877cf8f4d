/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The transcendental and remainder instructions of the x87, which the engine computes in double
 * precision: here the host's own x87 does them, with the guest's rounding. */
#include <stdint.h>
#include <string.h>

#include "cpu/unicorn_fp.h"
#include "cpu/unicorn_x87.h"

/* What the instructions say in the condition bits; they leave the others alone. */
#define SW_C1	      0x0200 /* rounded up: all of them */
#define SW_C2	      0x0400 /* the operand was too large: sine and the like */
#define SW_CONDITIONS 0x4700 /* C0 to C3, the quotient: remainders */
#define SW_FLAGS      0x003f

#define ENV_BYTES 0x4000

struct uc_x86_x87_at uc_x86_x87_at;
#define at uc_x86_x87_at

void __real_helper_fld1_ST0_x86_64(struct cpu_env *env);
void __real_helper_flds_FT0_x86_64(struct cpu_env *env, uint32_t value);
void __real_helper_fninit_x86_64(struct cpu_env *env);
void __real_helper_fpush_x86_64(struct cpu_env *env);
void __real_helper_fdecstp_x86_64(struct cpu_env *env);
void __real_helper_fpop_x86_64(struct cpu_env *env);

#define U32(env, offset) (*(uint32_t *)(void *)((char *)(env) + (offset)))

/* Where the one aligned field of `size` bytes with this value is; 0: none or many. */
static unsigned find(const uint8_t *env, uint32_t value, unsigned size)
{
	unsigned found = 0;

	for (unsigned i = size; i + size <= ENV_BYTES; i += size) {
		if (memcmp(env + i, &value, size))
			continue;
		if (found)
			return 0;
		found = i;
	}
	return found;
}

/* Eight bytes of 1: all registers are empty. */
static unsigned find_tags(const uint8_t *env)
{
	static const uint8_t all[8] = {1, 1, 1, 1, 1, 1, 1, 1};
	unsigned found = 0;

	for (unsigned i = 4; i + 8 <= ENV_BYTES; i += 4) {
		if (env[i] != 1 || memcmp(env + i, all, sizeof(all)))
			continue;
		if (found)
			return 0;
		found = i;
	}
	return found;
}

bool uc_x86_x87_init(void)
{
	static uint8_t fake[ENV_BYTES] __attribute__((aligned(64)));
	struct cpu_env *env = (struct cpu_env *)(void *)fake;

	__real_helper_fld1_ST0_x86_64(env);
	at.regs = find(fake, 0x3fff, 2) - 8;
	memset(fake, 0, sizeof(fake));
	__real_helper_flds_FT0_x86_64(env, 0x3f800000);
	at.ft0 = find(fake, 0x3fff, 2) - 8;
	memset(fake, 0, sizeof(fake));
	__real_helper_fninit_x86_64(env);
	at.tags = find_tags(fake);
	memset(fake, 0, sizeof(fake));
	__real_helper_fdecstp_x86_64(env);
	at.top = find(fake, 7, 4);
	if (at.top && at.tags && at.regs < ENV_BYTES && at.ft0 < ENV_BYTES)
		return true;
	at.top = 0;
	return false;
}

#define st uc_x86_st

/* The control word for the host: the guest's rounding and precision, nothing unmasked. */
static uint16_t begin(struct cpu_env *env)
{
	return uc_x86_fp_control(env) | 0x3f;
}

#define IN_HOST_X87(says, before, op, after, dst, src)                                             \
	do {                                                                                       \
		uint16_t cw = begin(env), old, sw;                                                 \
                                                                                                   \
		__asm__ volatile("fnstcw %[old]; fldcw %[cw]; " before "; fnclex; " op             \
				 "; fnstsw %[sw]; " after "; fldcw %[old]"                         \
				 : [sw] "=&a"(sw), [old] "=m"(old)                                 \
				 : [cw] "m"(cw), [out] "r"(dst), [in] "r"(src)                     \
				 : "memory", "st", "st(1)", "st(2)");                              \
		uc_x86_fp_add_status(env, sw, says, sw &SW_FLAGS);                                 \
	} while (0)

static const uint8_t indefinite[10] = {0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0xff};

/* A stack fault if ST(n) is empty: ST(to) becomes the indefinite value; the bits
 * `clears` of the status word become 0. */
static bool empty(struct cpu_env *env, unsigned n, unsigned to, unsigned clears)
{
	if (!uc_x86_st_empty(env, n))
		return false;
	memcpy(st(env, to), indefinite, sizeof(indefinite));
	((char *)env)[at.tags + uc_x86_st_index(env, to)] = 0;
	uc_x86_fp_add_status(env, 0, clears, 0x41);
	return true;
}

#define X87(name)                                                                                  \
	void __real_helper_##name##_x86_64(struct cpu_env *env);                                   \
	void __wrap_helper_##name##_x86_64(struct cpu_env *env);                                   \
	void __wrap_helper_##name##_x86_64(struct cpu_env *env)

/* ST0 = op(ST0) */
#define UNARY(name, says)                                                                          \
	X87(name)                                                                                  \
	{                                                                                          \
		if (!at.top) {                                                                     \
			__real_helper_##name##_x86_64(env);                                        \
			return;                                                                    \
		}                                                                                  \
		if (empty(env, 0, 0, says))                                                        \
			return;                                                                    \
		IN_HOST_X87(says, "fldt (%[in])", #name, "fstpt (%[out])", st(env, 0),             \
			    st(env, 0));                                                           \
	}

UNARY(f2xm1, SW_C1)
UNARY(fsqrt, SW_C1)
UNARY(fsin, SW_C1 | SW_C2)
UNARY(fcos, SW_C1 | SW_C2)

/* ST1 = op(ST1, ST0), and ST0 is popped */
#define BINARY_POP(name)                                                                           \
	X87(name)                                                                                  \
	{                                                                                          \
		if (!at.top) {                                                                     \
			__real_helper_##name##_x86_64(env);                                        \
			return;                                                                    \
		}                                                                                  \
		if (!empty(env, 1, 1, SW_C1) && !empty(env, 0, 1, SW_C1))                          \
			IN_HOST_X87(SW_C1, "fldt (%[out]); fldt (%[in])", #name, "fstpt (%[out])", \
				    st(env, 1), st(env, 0));                                       \
		__real_helper_fpop_x86_64(env);                                                    \
	}

BINARY_POP(fyl2x)
BINARY_POP(fyl2xp1)
BINARY_POP(fpatan)

/* ST0 = op(ST0, ST1) */
#define BINARY(name, says, clears)                                                                 \
	X87(name)                                                                                  \
	{                                                                                          \
		if (!at.top) {                                                                     \
			__real_helper_##name##_x86_64(env);                                        \
			return;                                                                    \
		}                                                                                  \
		if (empty(env, 0, 0, clears) || empty(env, 1, 0, clears))                          \
			return;                                                                    \
		IN_HOST_X87(says, "fldt (%[in]); fldt (%[out])", #name,                            \
			    "fstpt (%[out]); fstp %%st(0)", st(env, 0), st(env, 1));               \
	}

/* An invalid operand leaves C0 and C3 as they were. */
BINARY(fprem, sw & 1 ? SW_C1 | SW_C2 : SW_CONDITIONS, SW_C1 | SW_C2)
BINARY(fprem1, sw & 1 ? SW_C1 | SW_C2 : SW_CONDITIONS, SW_C1 | SW_C2)
BINARY(fscale, SW_C1, SW_C1)

/* No room for the second result, or no operand. */
static void overflow(struct cpu_env *env)
{
	bool underflow = empty(env, 0, 0, SW_C1);

	__real_helper_fpush_x86_64(env);
	memcpy(st(env, 0), indefinite, sizeof(indefinite));
	memcpy(st(env, 1), indefinite, sizeof(indefinite));
	uc_x86_fp_add_status(env, underflow ? 0 : SW_C1, SW_C1 | SW_C2, 0x41);
}

/* ST0 is replaced and another value pushed, unless the operand is too large: then C2 says so.  */
#define PUSHING(name)                                                                              \
	X87(name)                                                                                  \
	{                                                                                          \
		struct {                                                                           \
			uint8_t byte[16];                                                          \
		} v[2];                                                                            \
                                                                                                   \
		if (!at.top) {                                                                     \
			__real_helper_##name##_x86_64(env);                                        \
			return;                                                                    \
		}                                                                                  \
		if (!uc_x86_st_empty(env, 7) || uc_x86_st_empty(env, 0)) {                         \
			overflow(env);                                                             \
			return;                                                                    \
		}                                                                                  \
		IN_HOST_X87(SW_C1 | SW_C2, "fldt (%[in])", #name,                                  \
			    "fstpt (%[out]); test $0x400, %%eax; jnz 1f; fstpt 16(%[out]); 1:", v, \
			    st(env, 0));                                                           \
		if (uc_x86_fp_status(env) & SW_C2)                                                 \
			return;                                                                    \
		memcpy(st(env, 0), &v[1], 10);                                                     \
		__real_helper_fpush_x86_64(env);                                                   \
		memcpy(st(env, 0), &v[0], 10);                                                     \
	}

PUSHING(fptan)
PUSHING(fsincos)
