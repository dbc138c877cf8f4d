/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The transcendental and remainder instructions of the x87, which the engine computes in double
 * precision: here the host's own x87 does them, with the guest's rounding. */
#include <stdint.h>
#include <string.h>

#include "cpu/unicorn_fp.h"

/* What the instructions say in the condition bits; they leave the others alone. */
#define SW_C1	      0x0200 /* rounded up: all of them */
#define SW_C2	      0x0400 /* the operand was too large: sine and the like */
#define SW_CONDITIONS 0x4700 /* C0 to C3, the quotient: remainders */
#define SW_FLAGS      0x003f

#define ENV_BYTES 0x4000

static struct {
	unsigned regs, top; /* offsets in the CPU, 0: not found */
} at;

void helper_fld1_ST0_x86_64(struct cpu_env *env);
void helper_fdecstp_x86_64(struct cpu_env *env);
void helper_fpush_x86_64(struct cpu_env *env);
void helper_fpop_x86_64(struct cpu_env *env);

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

bool uc_x86_x87_init(void)
{
	static uint8_t fake[ENV_BYTES] __attribute__((aligned(64)));
	struct cpu_env *env = (struct cpu_env *)(void *)fake;

	helper_fld1_ST0_x86_64(env);
	at.regs = find(fake, 0x3fff, 2) - 8;
	memset(fake, 0, sizeof(fake));
	helper_fdecstp_x86_64(env);
	at.top = find(fake, 7, 4);
	if (at.top && at.regs < ENV_BYTES)
		return true;
	at.top = 0;
	return false;
}

static void *st(struct cpu_env *env, unsigned i)
{
	return (char *)env + at.regs + 16 * ((U32(env, at.top) + i) & 7);
}

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
		IN_HOST_X87(SW_C1, "fldt (%[out]); fldt (%[in])", #name, "fstpt (%[out])",         \
			    st(env, 1), st(env, 0));                                               \
		helper_fpop_x86_64(env);                                                           \
	}

BINARY_POP(fyl2x)
BINARY_POP(fyl2xp1)
BINARY_POP(fpatan)

/* ST0 = op(ST0, ST1) */
#define BINARY(name, says)                                                                         \
	X87(name)                                                                                  \
	{                                                                                          \
		if (!at.top) {                                                                     \
			__real_helper_##name##_x86_64(env);                                        \
			return;                                                                    \
		}                                                                                  \
		IN_HOST_X87(says, "fldt (%[in]); fldt (%[out])", #name,                            \
			    "fstpt (%[out]); fstp %%st(0)", st(env, 0), st(env, 1));               \
	}

BINARY(fprem, SW_CONDITIONS)
BINARY(fprem1, SW_CONDITIONS)
BINARY(fscale, SW_C1)

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
		IN_HOST_X87(SW_C1 | SW_C2, "fldt (%[in])", #name,                                  \
			    "fstpt (%[out]); test $0x400, %%eax; jnz 1f; fstpt 16(%[out]); 1:", v, \
			    st(env, 0));                                                           \
		if (uc_x86_fp_status(env) & SW_C2)                                                 \
			return;                                                                    \
		memcpy(st(env, 0), &v[1], 10);                                                     \
		helper_fpush_x86_64(env);                                                          \
		memcpy(st(env, 0), &v[0], 10);                                                     \
	}

PUSHING(fptan)
PUSHING(fsincos)
