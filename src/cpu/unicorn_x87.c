/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The transcendental and remainder instructions of the x87, which the engine computes in double
 * precision: here the host's own x87 does them, with the guest's rounding. */
#include <stdint.h>
#include <string.h>

#include "cpu/unicorn_fp.h"
#include "cpu/unicorn_state.h"
#include "cpu/unicorn_touch.h"
#include "cpu/unicorn_x87.h"

/* What the instructions say in the condition bits; they leave the others alone. */
#define SW_C1	       0x0200 /* rounded up: all of them */
#define SW_C2	       0x0400 /* the operand was too large: sine and the like */
#define SW_CONDITIONS  0x4700 /* C0 to C3, the quotient: remainders */
#define OF_OPERANDS    0x07   /* exceptions: invalid, denormal, division by zero */
#define SW_STACK_FAULT 0x0041

#define ENV_BYTES 0x4000

struct uc_x86_x87_at uc_x86_x87_at;
#define at uc_x86_x87_at

void __real_helper_fld1_ST0_x86_64(struct cpu_env *env);
void __real_helper_flds_FT0_x86_64(struct cpu_env *env, uint32_t value);
void __real_helper_fninit_x86_64(struct cpu_env *env);
void __real_helper_fpush_x86_64(struct cpu_env *env);
void __real_helper_fdecstp_x86_64(struct cpu_env *env);
void __wrap_helper_fpop_x86_64(struct cpu_env *env);

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

/* The control word for the host: the guest's rounding and precision; unmasked is what leaves a
 * result of its own, overflow and underflow. */
static uint16_t begin(struct cpu_env *env)
{
	return uc_x86_fp_control(env) | 0x27;
}

/* `op` on what `before` loads; `after` stores to `out`. Whether the results count. */
#define IN_HOST_X87(says, before, op, after, out, st0, st1)                                        \
	({                                                                                         \
		uint16_t cw = begin(env), old, sw;                                                 \
                                                                                                   \
		__asm__ volatile("fnstcw %[old]; fldcw %[cw]; " before "; fnclex; " op             \
				 "; fnstsw %[sw]; fnclex; " after "; fldcw %[old]"                 \
				 : [sw] "=&a"(sw), [old] "=m"(old)                                 \
				 : [cw] "m"(cw), [o] "r"(out), [a] "r"(st0), [b] "r"(st1)          \
				 : "memory", "st", "st(1)", "st(2)");                              \
		sw &= sw & OF_OPERANDS & ~uc_x86_fp_control(env) ? (uint16_t)~SW_C2 : 0xffff;      \
		uc_x86_x87_take(env, sw, says);                                                    \
	})

static const uint8_t indefinite[10] = {0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0xff};

/* A stack fault if ST(n) is empty: ST(to) becomes the indefinite value; the bits
 * `clears` of the status word become 0. */
static bool empty(struct cpu_env *env, unsigned n, unsigned to, unsigned clears)
{
	if (!uc_x86_st_empty(env, n))
		return false;
	if (uc_x86_x87_take(env, SW_STACK_FAULT, clears)) {
		memcpy(st(env, to), indefinite, sizeof(indefinite));
		uc_x86_st_fill(env, to);
	}
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
		uint8_t out[10];                                                                   \
                                                                                                   \
		if (!at.top) {                                                                     \
			__real_helper_##name##_x86_64(env);                                        \
			return;                                                                    \
		}                                                                                  \
		if (!empty(env, 0, 0, says) &&                                                     \
		    IN_HOST_X87(says, "fldt (%[a])", #name, "fstpt (%[o])", out, st(env, 0), out)) \
			memcpy(st(env, 0), out, 10);                                               \
	}

UNARY(f2xm1, SW_C1)
UNARY(fsqrt, SW_C1)
UNARY(fsin, SW_C1 | SW_C2)
UNARY(fcos, SW_C1 | SW_C2)

/* ST1 = op(ST1, ST0), and ST0 is popped */
#define BINARY_POP(name)                                                                           \
	X87(name)                                                                                  \
	{                                                                                          \
		uint8_t out[10];                                                                   \
                                                                                                   \
		if (!at.top) {                                                                     \
			__real_helper_##name##_x86_64(env);                                        \
			return;                                                                    \
		}                                                                                  \
		if (!empty(env, 1, 1, SW_C1) && !empty(env, 0, 1, SW_C1) &&                        \
		    IN_HOST_X87(SW_C1, "fldt (%[b]); fldt (%[a])", #name, "fstpt (%[o])", out,     \
				st(env, 0), st(env, 1)))                                           \
			memcpy(st(env, 1), out, 10);                                               \
		__wrap_helper_fpop_x86_64(env);                                                    \
	}

BINARY_POP(fyl2x)
BINARY_POP(fyl2xp1)
BINARY_POP(fpatan)

/* ST0 = op(ST0, ST1) */
#define BINARY(name, says, clears)                                                                 \
	X87(name)                                                                                  \
	{                                                                                          \
		uint8_t out[10];                                                                   \
                                                                                                   \
		if (!at.top) {                                                                     \
			__real_helper_##name##_x86_64(env);                                        \
			return;                                                                    \
		}                                                                                  \
		if (empty(env, 0, 0, clears) || empty(env, 1, 0, clears))                          \
			return;                                                                    \
		if (IN_HOST_X87(says, "fldt (%[b]); fldt (%[a])", #name,                           \
				"fstpt (%[o]); fstp %%st(0)", out, st(env, 0), st(env, 1)))        \
			memcpy(st(env, 0), out, 10);                                               \
	}

/* An operand that is no number, or that an exception is unmasked for, leaves C0 and C3 as they
 * were. */
static unsigned remainder_says(struct cpu_env *env, unsigned sw, const uint8_t *out)
{
	uint16_t exponent;

	memcpy(&exponent, out + 8, sizeof(exponent));
	return (exponent & 0x7fff) == 0x7fff || sw & OF_OPERANDS & ~uc_x86_fp_control(env)
		       ? SW_C1 | SW_C2
		       : SW_CONDITIONS;
}

BINARY(fprem, remainder_says(env, sw, out), SW_C1 | SW_C2)
BINARY(fprem1, remainder_says(env, sw, out), SW_C1 | SW_C2)
BINARY(fscale, SW_C1, SW_C1)

/* No room for the second result, or no operand. */
static void overflow(struct cpu_env *env, unsigned says)
{
	bool underflow = uc_x86_st_empty(env, 0);

	if (!uc_x86_x87_take(env, SW_STACK_FAULT | (underflow ? 0 : SW_C1), says))
		return;
	uc_x86_st_fill(env, 0);
	__real_helper_fpush_x86_64(env);
	memcpy(st(env, 0), indefinite, sizeof(indefinite));
	memcpy(st(env, 1), indefinite, sizeof(indefinite));
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
			overflow(env, SW_C1 | SW_C2);                                              \
			return;                                                                    \
		}                                                                                  \
		if (!IN_HOST_X87(SW_C1 | SW_C2, "fldt (%[a])", #name,                              \
				 "fstpt (%[o]); test $0x400, %%eax; jnz 1f; fstpt 16(%[o]); 1:",   \
				 v, st(env, 0), v) ||                                              \
		    (uc_x86_fp_status(env) & SW_C2))                                               \
			return;                                                                    \
		memcpy(st(env, 0), &v[1], 10);                                                     \
		__real_helper_fpush_x86_64(env);                                                   \
		memcpy(st(env, 0), &v[0], 10);                                                     \
	}

PUSHING(fptan)
PUSHING(fsincos)

/* The exponent replaces ST0, and the significand is pushed. */
X87(fxtract)
{
	uint8_t v[32];

	if (!at.top) {
		__real_helper_fxtract_x86_64(env);
		return;
	}
	if (!uc_x86_st_empty(env, 7) || uc_x86_st_empty(env, 0)) {
		overflow(env, SW_C1);
		return;
	}
	if (!IN_HOST_X87(SW_C1, "fldt (%[a])", "fxtract", "fstpt (%[o]); fstpt 16(%[o])", v,
			 st(env, 0), v))
		return;
	memcpy(st(env, 0), v + 16, 10);
	__real_helper_fpush_x86_64(env);
	memcpy(st(env, 0), v, 10);
}

/* ---- Stores to memory, where exceptions are not masked ---- */

void cpu_stw_data_ra_x86_64(struct cpu_env *env, unsigned long addr, uint32_t value,
			    uintptr_t retaddr);
void cpu_stq_data_ra_x86_64(struct cpu_env *env, unsigned long addr, uint64_t value,
			    uintptr_t retaddr);
void cpu_stl_data_ra_x86_64(struct cpu_env *env, unsigned long addr, uint32_t value,
			    uintptr_t retaddr);

#define EFLAGS_AC (1u << 18)
#define TRAP_AC	  17

/* What stands for the store of an instruction. It must be one of the engine's own helpers: that of
 * MOV to a control register, which is #GP at CPL 3 before it gets to it. */
void __wrap_helper_write_crN_x86_64(struct cpu_env *env, int size, unsigned long addr);
void __wrap_helper_write_crN_x86_64(struct cpu_env *env, int size, unsigned long addr)
{
	const struct uc_x86_state *s = uc_x86_state(env);

	UC_X86_CALLS_HELPER();
	if (s && s->eflags & EFLAGS_AC && addr & ((unsigned long)size - 1))
		uc_x86_raise(env, TRAP_AC, uc_x86_called_from);
	if (uc_x86_x87_trapped)
		uc_x86_touch(env, addr, (unsigned long)size, true, uc_x86_called_from);
	else if (size == 8)
		cpu_stq_data_ra_x86_64(env, addr, uc_x86_x87_stored, uc_x86_called_from);
	else if (size == 4)
		cpu_stl_data_ra_x86_64(env, addr, (uint32_t)uc_x86_x87_stored, uc_x86_called_from);
	else
		cpu_stw_data_ra_x86_64(env, addr, (uint16_t)uc_x86_x87_stored, uc_x86_called_from);
}

/* FST and FSTP of D9 and DD; FISTTP, FIST and FISTP of DB, DD and DF. */
static bool stores_number(const struct uc_x86_code *insn)
{
	unsigned op = insn->byte[0], reg = insn->byte[1] >> 3 & 7;

	if (insn->n < 2 || (op & 0xf9) != 0xd9)
		return false;
	return reg == 2 || reg == 3 || (reg == 1 && op != 0xd9) || (reg == 7 && op == 0xdf);
}

bool uc_x86_emit_x87_store(void *ctx, void *addr, unsigned memop)
{
	if (!uc_x86_x87_found() || !stores_number(uc_x86_translating()))
		return false;
	uc_x86_emit_call_values(ctx, (void *)(uintptr_t)__wrap_helper_write_crN_x86_64,
				1 << (memop & 3), (char *)ctx + (long)addr);
	return true;
}

/* ---- Calls before an instruction ---- */

void __wrap_helper_vmsave_x86_64(struct cpu_env *env, int n);

void uc_x86_before_x87(void *ctx, unsigned first, unsigned second)
{
	int n = first == 0xd9		  ? second == 0xd0 ? UC_X86_FNOP : -1
		: (second & 0xe0) == 0xc0 ? (int)second & 7
					  : -1;

	if (n < 0)
		return;
	uc_x86_translating()->calls++; /* which looks for an exception of those before */
	uc_x86_emit_call_value(ctx, (void *)(uintptr_t)__wrap_helper_vmsave_x86_64, n);
}

/* ---- MMX (SDM vol. 1, 9.6.2) ----
 *
 * The registers are those of the x87: TOP becomes 0, all are valid, and the rest of one that is
 * written becomes ones. */

void uc_x86_enter_mmx(struct cpu_env *env, unsigned n)
{
	if (!uc_x86_x87_found())
		return;
	memset((char *)env + at.top, 0, sizeof(uint32_t));
	memset((char *)env + at.tags, 0, 8);
	if (n < 8)
		memset((char *)env + at.regs + 16 * n + 8, 0xff, 2);
}

X87(emms)
{
	__real_helper_emms_x86_64(env);
	if (at.top)
		memset((char *)env + at.top, 0, sizeof(uint32_t));
}

/* The register that the instruction writes, 8: none. */
static unsigned mmx_destination(const struct uc_x86_code *insn, unsigned modrm)
{
	unsigned reg = modrm >> 3 & 7;

	switch (insn->n > 1 ? insn->byte[1] : 0x38) {
	case 0x71: /* shifts by a constant */
	case 0x72:
	case 0x73:
		return modrm & 7;
	case 0x7f: /* movq to mm/m64 */
		return modrm >= 0xc0 ? modrm & 7 : 8;
	case 0x2a: /* cvtpi2ps, pextrw, pmovmskb, movd, movntq, maskmovq */
	case 0x7e:
	case 0xc5:
	case 0xd7:
	case 0xe7:
	case 0xf7:
		return 8;
	case 0xd6: /* movdq2q, not movq2dq */
		return insn->prefix == 0xf2 ? reg : 8;
	default:
		return reg;
	}
}

void uc_x86_before_mmx(void *ctx, unsigned modrm)
{
	uc_x86_emit_call_value(ctx, (void *)(uintptr_t)__wrap_helper_vmsave_x86_64,
			       UC_X86_MMX + (int)mmx_destination(uc_x86_translating(), modrm));
}
