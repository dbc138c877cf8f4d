/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The x87's basic arithmetic, comparisons, loads and stores, done by the host's own x87: the engine
 * knows neither of stack faults (SF: an empty register is read or a full one pushed on), nor of
 * denormal operands (DE), nor of C1 (rounded up, or which stack fault).
 *
 * The host gets the guest's operands, with empty registers where the guest's are empty, and its
 * rounding and precision.
 *
 * Clearing the host's flags takes longer than most instructions. With all exceptions masked they
 * may stay: what the host has the guest has too, until one of them is cleared
 * (uc_x86_x87_cleared()). */
#include <string.h>

#include "cpu/unicorn_fp.h"
#include "cpu/unicorn_sse.h"
#include "cpu/unicorn_state.h"
#include "cpu/unicorn_touch.h"
#include "cpu/unicorn_x87.h"

#define SW_C1	      0x0200
#define SW_CONDITIONS 0x4700 /* C0 to C3 */
#define SW_FLAGS      0x007f /* with SF */
#define SW_IE	      0x01
#define SW_DE	      0x02
#define SW_ZE	      0x04
#define SW_SF	      0x40
#define DEFAULT_CW    0x037f

static const uint8_t indefinite[10] = {0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0xff};

/* What the engine keeps between two helpers of one instruction. */
static bool ft0_denormal;  /* FT0 was loaded from a denormal number of 32 or 64 bits */
static bool ft0_empty;	   /* FT0 was loaded from an empty register */
static bool push_overflow; /* fpush() went to a full one */
static bool push_refused;  /* and so it did not, for the exception is unmasked */
static bool just_pushed;   /* fpush(), and no value yet */

/* Whether the exception, with which nothing would be done, is unmasked. */
static bool refused(struct cpu_env *env, unsigned flag)
{
	return !(uc_x86_fp_control(env) & flag);
}

static void stack_fault(struct cpu_env *env, unsigned c1)
{
	uc_x86_fp_add_status(env, c1, SW_C1, SW_IE | SW_SF);
}

static void clear_c1(struct cpu_env *env)
{
	uc_x86_fp_add_status(env, 0, SW_C1, 0);
}

/* The host raises those that are unmasked and leave a result of their own, overflow and underflow.
 */
#define HOST_MASKS  0x27
#define SW_ES	    0x80
#define OF_OPERANDS 0x07 /* invalid, denormal, division by zero: unmasked, nothing is done */
#define OF_RESULT   0x38 /* overflow, underflow, inexact */

bool uc_x86_x87_trapped; /* the instruction has done nothing: it does not pop either */

bool uc_x86_x87_take(struct cpu_env *env, unsigned sw, unsigned says)
{
	uc_x86_x87_trapped = sw & OF_OPERANDS & ~uc_x86_fp_control(env);
	if (uc_x86_x87_trapped) /* and nothing was computed */
		sw &= ~(OF_RESULT | (sw & SW_SF ? 0 : SW_C1));
	uc_x86_fp_add_status(env, sw, says, sw & SW_FLAGS);
	return !uc_x86_x87_trapped;
}

void uc_x86_x87_cleared(void)
{
	__asm__ volatile("fnclex");
}

/* Everything is masked, and no operand empty. */
static bool plain(struct cpu_env *env, unsigned empty)
{
	return __builtin_expect((uc_x86_fp_control(env) & 0x3f) == 0x3f && !empty, 1);
}

static bool set_control(struct cpu_env *env)
{
	uint16_t cw = uc_x86_fp_control(env) | 0x3f;

	if (__builtin_expect((cw & 0x0f00) == (DEFAULT_CW & 0x0f00), 1))
		return false;
	__asm__ volatile("fldcw %0" ::"m"(cw));
	return true;
}

static void reset_control(void)
{
	static const uint16_t cw = DEFAULT_CW;

	__asm__ volatile("fldcw %0" ::"m"(cw));
}

#define HOST_PLAIN(env, op, a, b, out)                                                             \
	({                                                                                         \
		bool set_ = set_control(env);                                                      \
		uint16_t sw_;                                                                      \
                                                                                                   \
		__asm__ volatile("fldt (%[b_]); fldt (%[a_]);" op "; fnstsw %%ax; fstpt (%[o]);"   \
				 "fstp %%st(0)"                                                    \
				 : "=&a"(sw_)                                                      \
				 : [a_] "r"(a), [b_] "r"(b), [o] "r"(out)                          \
				 : "memory", "cc", "st", "st(1)");                                 \
		if (__builtin_expect(set_, 0))                                                     \
			reset_control();                                                           \
		sw_;                                                                               \
	})

/* `op` on st(0) = a and st(1) = b, bit 0 and 1 of empty: these are none. `out` gets st(0). */
#define HOST(env, op, a, b, empty, out)                                                            \
	(plain(env, empty) ? HOST_PLAIN(env, op, a, b, out) : HOST_ODD(env, op, a, b, empty, out))

#define HOST_ODD(env, op, a, b, empty, out)                                                        \
	({                                                                                         \
		uint16_t cw_ = uc_x86_fp_control(env) | HOST_MASKS, sw_;                           \
		const uint16_t default_ = DEFAULT_CW;                                              \
                                                                                                   \
		__asm__ volatile("fldcw %[cw]; fldt (%[b_]); testb $2, %[e]; jz 1f;"               \
				 "ffree %%st(0); 1: fldt (%[a_]); testb $1, %[e]; jz 1f;"          \
				 "ffree %%st(0); 1: fnclex;" op "; fnstsw %%ax;"                   \
				 "testb $0x80, %%al; jz 1f; fnclex; 1: fstpt (%[o]);"              \
				 "ffree %%st(0); fincstp; fldcw %[d]; fnclex"                      \
				 : "=&a"(sw_)                                                      \
				 : [cw] "m"(cw_), [d] "m"(default_), [a_] "r"(a), [b_] "r"(b),     \
				   [e] "q"((uint8_t)(empty)), [o] "r"(out)                         \
				 : "memory", "cc", "st", "st(1)");                                 \
		sw_;                                                                               \
	})

static unsigned empties(struct cpu_env *env)
{
	return (unsigned)uc_x86_st_empty(env, 0) | (unsigned)ft0_empty << 1;
}

static bool denormal_32(uint32_t v)
{
	return !(v & 0x7f800000) && v << 1;
}

static bool denormal_64(uint64_t v)
{
	return !(v & 0x7ff0000000000000) && v << 1;
}

static void note_denormal(struct cpu_env *env, bool denormal)
{
	if (__builtin_expect(denormal, 0) && uc_x86_x87_found())
		uc_x86_fp_add_status(env, 0, 0, SW_DE);
}

/* Whether FT0 was made from a denormal number and the other operand lets it be looked at: no NaN or
 * unsupported number, and not empty. */
static bool denormal_counts(struct cpu_env *env)
{
	uint64_t mantissa;
	uint16_t exponent;

	if (__builtin_expect(!ft0_denormal, 1) || uc_x86_st_empty(env, 0))
		return false;
	memcpy(&mantissa, uc_x86_st(env, 0), sizeof(mantissa));
	memcpy(&exponent, (const char *)uc_x86_st(env, 0) + 8, sizeof(exponent));
	exponent &= 0x7fff;
	if (exponent == 0x7fff)
		return mantissa == 1UL << 63;
	return !exponent || mantissa >> 63;
}

#define REAL(ret, name, ...) ret __real_helper_##name##_x86_64(__VA_ARGS__)
#define WRAP(ret, name, ...)                                                                       \
	ret __wrap_helper_##name##_x86_64(__VA_ARGS__);                                            \
	ret __wrap_helper_##name##_x86_64(__VA_ARGS__)

void __real_helper_fpop_x86_64(struct cpu_env *env);

/* ---- Arithmetic ---- */

#define ARITHMETIC(name, op)                                                                       \
	REAL(void, name##_ST0_FT0, struct cpu_env *env);                                           \
	WRAP(void, name##_ST0_FT0, struct cpu_env *env)                                            \
	{                                                                                          \
		void *st0;                                                                         \
		bool denormal;                                                                     \
		uint8_t out[10];                                                                   \
		unsigned sw;                                                                       \
                                                                                                   \
		if (!uc_x86_x87_found()) {                                                         \
			__real_helper_##name##_ST0_FT0_x86_64(env);                                \
			return;                                                                    \
		}                                                                                  \
		st0 = uc_x86_st(env, 0);                                                           \
		denormal = denormal_counts(env);                                                   \
		sw = HOST(env, op, st0, uc_x86_ft0(env), empties(env), out);                       \
		if (denormal && !(sw & (SW_IE | SW_ZE)))                                           \
			sw |= SW_DE;                                                               \
		if (!uc_x86_x87_take(env, sw, SW_C1))                                              \
			return;                                                                    \
		memcpy(st0, out, sizeof(out));                                                     \
		uc_x86_st_fill(env, 0);                                                            \
	}                                                                                          \
	REAL(void, name##_STN_ST0, struct cpu_env *env, int n);                                    \
	WRAP(void, name##_STN_ST0, struct cpu_env *env, int n)                                     \
	{                                                                                          \
		void *stn;                                                                         \
		uint8_t out[10];                                                                   \
		unsigned sw;                                                                       \
                                                                                                   \
		if (!uc_x86_x87_found()) {                                                         \
			__real_helper_##name##_STN_ST0_x86_64(env, n);                             \
			return;                                                                    \
		}                                                                                  \
		stn = uc_x86_st(env, (unsigned)n);                                                 \
		sw = HOST(env, op, stn, uc_x86_st(env, 0),                                         \
			  (unsigned)uc_x86_st_empty(env, (unsigned)n) |                            \
				  (unsigned)uc_x86_st_empty(env, 0) << 1,                          \
			  out);                                                                    \
		if (!uc_x86_x87_take(env, sw, SW_C1))                                              \
			return;                                                                    \
		memcpy(stn, out, sizeof(out));                                                     \
		uc_x86_st_fill(env, (unsigned)n);                                                  \
	}

ARITHMETIC(fadd, ".byte 0xd8, 0xc1")
ARITHMETIC(fmul, ".byte 0xd8, 0xc9")
ARITHMETIC(fsub, ".byte 0xd8, 0xe1")
ARITHMETIC(fsubr, ".byte 0xd8, 0xe9")
ARITHMETIC(fdiv, ".byte 0xd8, 0xf1")
ARITHMETIC(fdivr, ".byte 0xd8, 0xf9")

/* ---- Comparisons ---- */

#define COMPARE(name, says, op)                                                                    \
	REAL(void, name##_ST0_FT0, struct cpu_env *env);                                           \
	WRAP(void, name##_ST0_FT0, struct cpu_env *env)                                            \
	{                                                                                          \
		uint8_t out[16];                                                                   \
                                                                                                   \
		if (!uc_x86_x87_found()) {                                                         \
			__real_helper_##name##_ST0_FT0_x86_64(env);                                \
			return;                                                                    \
		}                                                                                  \
		uc_x86_x87_take(                                                                   \
			env,                                                                       \
			HOST(env, op, uc_x86_st(env, 0), uc_x86_ft0(env), empties(env), out) |     \
				(denormal_counts(env) ? SW_DE : 0),                                \
			says);                                                                     \
	}

/* For the engine's own comparison, which sets EFLAGS: unordered. */
static void nan_if_empty(struct cpu_env *env)
{
	if (empties(env))
		memcpy(uc_x86_ft0(env), indefinite, sizeof(indefinite));
}

COMPARE(fcom, SW_CONDITIONS, ".byte 0xd8, 0xd1")
COMPARE(fucom, SW_CONDITIONS, ".byte 0xdd, 0xe1")
/* AMD's leave C1 as it is, but for a stack fault. */
#define SW_OF_COMI (uc_x86_intel || empties(env) ? SW_C1 : 0)

/* Neither denormal nor unsupported: zero, or with the integer bit. */
static bool ordinary(const void *number)
{
	uint64_t mantissa;
	uint16_t exponent;

	memcpy(&mantissa, number, sizeof(mantissa));
	memcpy(&exponent, (const char *)number + 8, sizeof(exponent));
	return exponent & 0x7fff ? mantissa >> 63 : !mantissa;
}

/* The engine takes a pseudo-denormal for a number that it does not know. */
static void normalise(void *number)
{
	uint8_t *b = number;

	if (!(b[8] | (b[9] & 0x7f)) && b[7] & 0x80)
		b[8] = 1;
}

/* The engine's own comparison, for EFLAGS. */
static void compare(struct cpu_env *env, void (*op)(struct cpu_env *))
{
	uint8_t was[10], *st0 = uc_x86_st(env, 0);

	memcpy(was, st0, sizeof(was));
	normalise(st0);
	normalise(uc_x86_ft0(env));
	op(env);
	memcpy(st0, was, sizeof(was));
}

#define OF_SF_AF 0x890UL

/* The engine leaves these flags as they were, and CPUs clear them. */
static void clear_flags(struct cpu_env *env)
{
	*(uint64_t *)(void *)((char *)env + uc_x86_sse_at_cc_src) &= ~OF_SF_AF;
}

/* The engine compares itself, for EFLAGS, and knows of invalid operands. */
#define COMPARE_FLAGS(name, op)                                                                    \
	REAL(void, name##_ST0_FT0, struct cpu_env *env);                                           \
	WRAP(void, name##_ST0_FT0, struct cpu_env *env)                                            \
	{                                                                                          \
		uint8_t out[16];                                                                   \
                                                                                                   \
		if (!uc_x86_x87_found()) {                                                         \
			__real_helper_##name##_ST0_FT0_x86_64(env);                                \
			return;                                                                    \
		}                                                                                  \
		if (plain(env, empties(env)) && !ft0_denormal && ordinary(uc_x86_st(env, 0)) &&    \
		    ordinary(uc_x86_ft0(env))) {                                                   \
			uc_x86_x87_take(env, 0, SW_OF_COMI);                                       \
			__real_helper_##name##_ST0_FT0_x86_64(env);                                \
			clear_flags(env);                                                          \
			return;                                                                    \
		}                                                                                  \
		uc_x86_x87_take(                                                                   \
			env,                                                                       \
			HOST(env, op, uc_x86_st(env, 0), uc_x86_ft0(env), empties(env), out) |     \
				(denormal_counts(env) ? SW_DE : 0),                                \
			SW_OF_COMI);                                                               \
		nan_if_empty(env);                                                                 \
		compare(env, __real_helper_##name##_ST0_FT0_x86_64);                               \
		clear_flags(env);                                                                  \
	}

COMPARE_FLAGS(fcomi, ".byte 0xdb, 0xf1")
COMPARE_FLAGS(fucomi, ".byte 0xdb, 0xe9")

/* ---- The other operand ---- */

REAL(void, fmov_FT0_STN, struct cpu_env *env, int n);
WRAP(void, fmov_FT0_STN, struct cpu_env *env, int n)
{
	ft0_denormal = false;
	ft0_empty = uc_x86_x87_found() && uc_x86_st_empty(env, (unsigned)n);
	__real_helper_fmov_FT0_STN_x86_64(env, n);
}

#define FT0(name, type, denormal)                                                                  \
	REAL(void, name##_FT0, struct cpu_env *env, type v);                                       \
	WRAP(void, name##_FT0, struct cpu_env *env, type v)                                        \
	{                                                                                          \
		ft0_empty = false;                                                                 \
		ft0_denormal = denormal;                                                           \
		__real_helper_##name##_FT0_x86_64(env, v);                                         \
	}

FT0(flds, uint32_t, denormal_32(v))
FT0(fldl, uint64_t, denormal_64(v))
FT0(fildl, int32_t, false)

REAL(void, fldz_FT0, struct cpu_env *env);
WRAP(void, fldz_FT0, struct cpu_env *env)
{
	ft0_empty = ft0_denormal = false;
	__real_helper_fldz_FT0_x86_64(env);
}

/* ---- Loads ---- */

static bool snan_32(uint32_t v)
{
	return (v & 0x7fc00000) == 0x7f800000 && v << 10;
}

static bool snan_64(uint64_t v)
{
	return (v & 0x7ff8000000000000) == 0x7ff0000000000000 && v << 13;
}

/* Whether an unmasked exception keeps a value from being pushed. */
static bool refuses(struct cpu_env *env, bool overflow, bool denormal, bool snan)
{
	if (__builtin_expect(!overflow && !denormal && !snan, 1) || !uc_x86_x87_found())
		return false;
	if (overflow && refused(env, SW_IE))
		stack_fault(env, SW_C1);
	else if (!overflow && snan && refused(env, SW_IE))
		uc_x86_fp_add_status(env, 0, SW_C1, SW_IE);
	else if (!overflow && denormal && refused(env, SW_DE) && uc_x86_intel) /* AMD's push it */
		uc_x86_fp_add_status(env, 0, SW_C1, SW_DE);
	else
		return false;
	return true;
}

/* After a push, with the value in place. */
static void pushed(struct cpu_env *env, bool overflow)
{
	if (!uc_x86_x87_found())
		return;
	clear_c1(env);
	if (__builtin_expect(overflow, 0)) {
		memcpy(uc_x86_st(env, 0), indefinite, sizeof(indefinite));
		stack_fault(env, SW_C1);
	}
}

static bool full(struct cpu_env *env)
{
	return uc_x86_x87_found() && !uc_x86_st_empty(env, 7);
}

#define LOAD(name, type, denormal, snan)                                                           \
	REAL(void, name##_ST0, struct cpu_env *env, type v);                                       \
	WRAP(void, name##_ST0, struct cpu_env *env, type v)                                        \
	{                                                                                          \
		bool overflow = full(env);                                                         \
                                                                                                   \
		if (refuses(env, overflow, denormal, snan))                                        \
			return;                                                                    \
		if (!overflow)                                                                     \
			note_denormal(env, denormal);                                              \
		__real_helper_##name##_ST0_x86_64(env, v);                                         \
		if (__builtin_expect(snan, 0) && uc_x86_x87_found())                               \
			((uint8_t *)uc_x86_st(env, 0))[7] |= 0x40; /* made quiet */                \
		pushed(env, overflow);                                                             \
	}

LOAD(flds, uint32_t, denormal_32(v), snan_32(v))
LOAD(fldl, uint64_t, denormal_64(v), snan_64(v))
LOAD(fildl, int32_t, false, false)
LOAD(fildll, int64_t, false, false)

REAL(void, fpush, struct cpu_env *env);
WRAP(void, fpush, struct cpu_env *env)
{
	push_overflow = full(env);
	just_pushed = true;
	push_refused = push_overflow && refused(env, SW_IE);
	if (!push_refused)
		__real_helper_fpush_x86_64(env);
}

/* The engine's are rounded to nearest, the CPU's as the control word says. */
#define CONSTANT(name)                                                                             \
	REAL(void, name##_ST0, struct cpu_env *env);                                               \
	WRAP(void, name##_ST0, struct cpu_env *env)                                                \
	{                                                                                          \
		just_pushed = false;                                                               \
		if (push_refused) {                                                                \
			stack_fault(env, SW_C1);                                                   \
			return;                                                                    \
		}                                                                                  \
		__real_helper_##name##_ST0_x86_64(env);                                            \
		if (uc_x86_x87_found() && set_control(env)) {                                      \
			__asm__ volatile(#name "; fstpt (%0)" ::"r"(uc_x86_st(env, 0))             \
					 : "memory", "st");                                        \
			reset_control();                                                           \
		}                                                                                  \
		pushed(env, push_overflow);                                                        \
	}

CONSTANT(fld1)
CONSTANT(fldl2t)
CONSTANT(fldl2e)
CONSTANT(fldpi)
CONSTANT(fldlg2)
CONSTANT(fldln2)
CONSTANT(fldz)

/* FLDT, FBLD: the engine's own, which reach memory. */
#define LOAD_MEMORY(name)                                                                          \
	REAL(void, name##_ST0, struct cpu_env *env, unsigned long addr);                           \
	WRAP(void, name##_ST0, struct cpu_env *env, unsigned long addr)                            \
	{                                                                                          \
		bool overflow = full(env);                                                         \
                                                                                                   \
		UC_X86_CALLS_HELPER();                                                             \
		if (overflow && refused(env, SW_IE)) {                                             \
			uc_x86_touch(env, addr, 10, false, uc_x86_called_from);                    \
			stack_fault(env, SW_C1);                                                   \
			return;                                                                    \
		}                                                                                  \
		__real_helper_##name##_ST0_x86_64(env, addr);                                      \
		pushed(env, overflow);                                                             \
	}

LOAD_MEMORY(fldt)
LOAD_MEMORY(fbld)

/* The register is empty, and its value is to be used: it becomes the indefinite one. */
static inline __attribute__((always_inline)) bool underflows(struct cpu_env *env, unsigned n)
{
	if (__builtin_expect(!uc_x86_x87_found() || !uc_x86_st_empty(env, n), 1))
		return false;
	if (!refused(env, SW_IE)) {
		memcpy(uc_x86_st(env, n), indefinite, sizeof(indefinite));
		uc_x86_st_fill(env, n);
	}
	return true;
}

static inline __attribute__((always_inline)) void used(struct cpu_env *env, bool underflow)
{
	if (uc_x86_x87_found())
		uc_x86_x87_take(env, underflow ? SW_IE | SW_SF : 0, SW_C1);
}

_Bool cpu_restore_state_x86_64(void *cpu, uintptr_t retaddr, _Bool will_exit);

/* FCMOV looks at its operands before it does at its condition. The call must be of one of the
 * engine's own helpers: that of VMSAVE, which is undefined at CPL 3 before it gets to it. */
static bool cmov_refused;

WRAP(void, vmsave, struct cpu_env *env, int n)
{
	const struct uc_x86_state *s = uc_x86_state(env);

	UC_X86_CALLS_HELPER();
	if (uc_x86_fp_traps)
		uc_x86_check_x87(env, uc_x86_called_from);
	if (n >= UC_X86_MMX) {
		uc_x86_enter_mmx(env, (unsigned)n - UC_X86_MMX);
		return;
	}
	if (n == UC_X86_FNOP) {
		cpu_restore_state_x86_64(uc_x86_cpu, uc_x86_called_from, 0);
		if (s && uc_x86_at_fip)
			memcpy((char *)env + uc_x86_at_fip, &s->eip, sizeof(s->eip));
		return;
	}
	cmov_refused = uc_x86_x87_found() &&
		       (uc_x86_st_empty(env, 0) || uc_x86_st_empty(env, (unsigned)n));
	if (cmov_refused && !refused(env, SW_IE)) {
		uc_x86_st_fill(env, 0);
		memcpy(uc_x86_st(env, 0), indefinite, sizeof(indefinite));
	}
	if (cmov_refused)
		used(env, true);
}

/* FLD ST(n), where n counts from before the push, and FCMOV. */
REAL(void, fmov_ST0_STN, struct cpu_env *env, int n);
WRAP(void, fmov_ST0_STN, struct cpu_env *env, int n)
{
	bool underflow, push = just_pushed;

	just_pushed = false;
	if (push && push_refused) { /* the register is ST(n - 1), then */
		stack_fault(env, uc_x86_st_empty(env, (unsigned)n + 7) ? 0 : SW_C1);
		return;
	}
	if (!push && cmov_refused)
		return;
	/* ST(7) is where the push went to */
	underflow = push && uc_x86_x87_found() &&
		    (n & 7 ? uc_x86_st_empty(env, (unsigned)n) : !push_overflow);
	if (underflow && refused(env, SW_IE)) {
		__real_helper_fpop_x86_64(env);
		stack_fault(env, 0);
		return;
	}
	__real_helper_fmov_ST0_STN_x86_64(env, n);
	if (push)
		pushed(env, push_overflow || underflow);
	if (underflow)
		stack_fault(env, 0);
}

/* ---- Stores ---- */

/* Those with which nothing is stored: invalid operation, overflow, underflow. */
#define STORE_MASKS 0x26

uint64_t uc_x86_x87_stored; /* the number that is to be stored */

static void take_store(struct cpu_env *env, unsigned sw)
{
	uc_x86_x87_take(env, sw, SW_C1);
	uc_x86_x87_trapped = sw & SW_ES;
}

#define STORE(name, type, op)                                                                      \
	REAL(type, name##_ST0, struct cpu_env *env);                                               \
	WRAP(type, name##_ST0, struct cpu_env *env)                                                \
	{                                                                                          \
		uint16_t sw;                                                                       \
		type out = 0;                                                                      \
		bool empty, set;                                                                   \
                                                                                                   \
		if (!uc_x86_x87_found())                                                           \
			return __real_helper_##name##_ST0_x86_64(env);                             \
		empty = uc_x86_st_empty(env, 0);                                                   \
		if (plain(env, empty)) {                                                           \
			set = set_control(env);                                                    \
			__asm__ volatile("fldt (%[in]);" op " (%[o]); fnstsw %%ax"                 \
					 : "=&a"(sw)                                               \
					 : [in] "r"(uc_x86_st(env, 0)), [o] "r"(&out)              \
					 : "memory", "cc", "st");                                  \
			if (__builtin_expect(set, 0))                                              \
				reset_control();                                                   \
		} else {                                                                           \
			uint16_t cw = uc_x86_fp_control(env) | STORE_MASKS;                        \
			const uint16_t normal = DEFAULT_CW;                                        \
                                                                                                   \
			__asm__ volatile(                                                          \
				"fldcw %[cw]; fldt (%[in]); testb $1, %[e]; jz 1f;"                \
				"ffree %%st(0); 1: fnclex; " op " (%[o]); fnstsw %%ax;"            \
				"fninit; fldcw %[d]"                                               \
				: "=&a"(sw)                                                        \
				: [cw] "m"(cw), [d] "m"(normal), [in] "r"(uc_x86_st(env, 0)),      \
				  [e] "q"((uint8_t)empty), [o] "r"(&out)                           \
				: "memory", "cc", "st");                                           \
		}                                                                                  \
		uc_x86_x87_stored = (uint64_t)out;                                                 \
		take_store(env, sw);                                                               \
		return out;                                                                        \
	}

STORE(fsts, uint32_t, "fstps")
STORE(fstl, uint64_t, "fstpl")
STORE(fist, int32_t, "fistps")
STORE(fistl, int32_t, "fistpl")
STORE(fistll, int64_t, "fistpll")
STORE(fistt, int32_t, "fisttps")
STORE(fisttl, int32_t, "fisttpl")
STORE(fisttll, int64_t, "fisttpll")

#define STORE_MEMORY(name)                                                                         \
	REAL(void, name##_ST0, struct cpu_env *env, unsigned long addr);                           \
	WRAP(void, name##_ST0, struct cpu_env *env, unsigned long addr)                            \
	{                                                                                          \
		bool underflow = uc_x86_x87_found() && uc_x86_st_empty(env, 0);                    \
		uint8_t was[10];                                                                   \
                                                                                                   \
		UC_X86_CALLS_HELPER();                                                             \
		if (underflow) {                                                                   \
			uc_x86_touch(env, addr, 10, true, uc_x86_called_from);                     \
			memcpy(was, uc_x86_st(env, 0), 10);                                        \
			memcpy(uc_x86_st(env, 0), indefinite, 10);                                 \
		}                                                                                  \
		if (!underflow || !refused(env, SW_IE))                                            \
			__real_helper_##name##_ST0_x86_64(env, addr);                              \
		if (underflow)                                                                     \
			memcpy(uc_x86_st(env, 0), was, 10);                                        \
		used(env, underflow);                                                              \
	}

STORE_MEMORY(fstt)

void cpu_stq_data_ra_x86_64(struct cpu_env *env, unsigned long addr, uint64_t value,
			    uintptr_t retaddr);
void cpu_stw_data_ra_x86_64(struct cpu_env *env, unsigned long addr, uint32_t value,
			    uintptr_t retaddr);

REAL(void, fbst_ST0, struct cpu_env *env, unsigned long addr);
WRAP(void, fbst_ST0, struct cpu_env *env, unsigned long addr)
{
	uint16_t cw, sw, high;
	const uint16_t normal = DEFAULT_CW;
	uint8_t out[10];
	uint64_t low;

	UC_X86_CALLS_HELPER();
	if (!uc_x86_x87_found()) {
		__real_helper_fbst_ST0_x86_64(env, addr);
		return;
	}
	uc_x86_touch(env, addr, sizeof(out), true, uc_x86_called_from);
	cw = uc_x86_fp_control(env) | STORE_MASKS;
	__asm__ volatile("fldcw %[cw]; fldt (%[in]); testb $1, %[e]; jz 1f; ffree %%st(0);"
			 "1: fnclex; fbstp (%[o]); fnstsw %%ax; fninit; fldcw %[d]"
			 : "=&a"(sw)
			 : [cw] "m"(cw), [d] "m"(normal), [in] "r"(uc_x86_st(env, 0)),
			   [e] "q"((uint8_t)uc_x86_st_empty(env, 0)), [o] "r"(out)
			 : "memory", "cc", "st");
	take_store(env, sw);
	if (uc_x86_x87_trapped)
		return;
	memcpy(&low, out, 8);
	memcpy(&high, out + 8, 2);
	cpu_stq_data_ra_x86_64(env, addr, low, uc_x86_called_from);
	cpu_stw_data_ra_x86_64(env, addr + 8, high, uc_x86_called_from);
}

REAL(void, fpop, struct cpu_env *env);
WRAP(void, fpop, struct cpu_env *env)
{
	if (!uc_x86_x87_trapped)
		__real_helper_fpop_x86_64(env);
}

/* ---- Registers ---- */

REAL(void, fmov_STN_ST0, struct cpu_env *env, int n);
WRAP(void, fmov_STN_ST0, struct cpu_env *env, int n)
{
	bool underflow = uc_x86_x87_found() && uc_x86_st_empty(env, 0);

	if (underflow && refused(env, SW_IE)) {
		used(env, true);
		return;
	}
	__real_helper_fmov_STN_ST0_x86_64(env, n);
	if (uc_x86_x87_found())
		uc_x86_st_fill(env, (unsigned)n);
	if (underflow)
		memcpy(uc_x86_st(env, (unsigned)n), indefinite, sizeof(indefinite));
	used(env, underflow);
}

REAL(void, fxchg_ST0_STN, struct cpu_env *env, int n);
WRAP(void, fxchg_ST0_STN, struct cpu_env *env, int n)
{
	bool first = underflows(env, 0), underflow = underflows(env, (unsigned)n) || first;

	if (!underflow || !refused(env, SW_IE)) {
		struct {
			uint8_t byte[16];
		} *st0 = uc_x86_st(env, 0), *stn = uc_x86_st(env, (unsigned)n), was = *st0;

		*st0 = *stn;
		*stn = was;
	}
	used(env, underflow);
}

#define SIGN(name)                                                                                 \
	REAL(void, name##_ST0, struct cpu_env *env);                                               \
	WRAP(void, name##_ST0, struct cpu_env *env)                                                \
	{                                                                                          \
		bool underflow = underflows(env, 0);                                               \
                                                                                                   \
		if (!underflow)                                                                    \
			__real_helper_##name##_ST0_x86_64(env);                                    \
		used(env, underflow);                                                              \
	}

SIGN(fchs)
SIGN(fabs)

REAL(void, frndint, struct cpu_env *env);
WRAP(void, frndint, struct cpu_env *env)
{
	uint8_t out[10];
	void *st0;

	if (!uc_x86_x87_found()) {
		__real_helper_frndint_x86_64(env);
		return;
	}
	st0 = uc_x86_st(env, 0);
	if (!uc_x86_x87_take(env, HOST(env, "frndint", st0, st0, uc_x86_st_empty(env, 0), out),
			     SW_C1))
		return;
	memcpy(st0, out, sizeof(out));
	uc_x86_st_fill(env, 0);
}

REAL(void, fxam_ST0, struct cpu_env *env);
WRAP(void, fxam_ST0, struct cpu_env *env)
{
	uint8_t out[16];

	if (!uc_x86_x87_found()) {
		__real_helper_fxam_ST0_x86_64(env);
		return;
	}
	uc_x86_fp_add_status(env,
			     HOST(env, "fxam", uc_x86_st(env, 0), uc_x86_st(env, 0),
				  uc_x86_st_empty(env, 0), out),
			     SW_CONDITIONS, 0);
}

/* C0, C2 and C3 are undefined behind these; the CPUs leave them as they are. */
#define MOVE_TOP(name)                                                                             \
	REAL(void, name, struct cpu_env *env);                                                     \
	WRAP(void, name, struct cpu_env *env)                                                      \
	{                                                                                          \
		unsigned sw = uc_x86_x87_found() ? uc_x86_fp_status(env) : 0;                      \
                                                                                                   \
		__real_helper_##name##_x86_64(env);                                                \
		if (uc_x86_x87_found())                                                            \
			uc_x86_fp_add_status(env, sw & ~SW_C1, SW_CONDITIONS, 0);                  \
	}

MOVE_TOP(fdecstp)
MOVE_TOP(fincstp)

/* C1 is undefined behind it; AMD's CPUs clear it. */
REAL(void, ffree_STN, struct cpu_env *env, int n);
WRAP(void, ffree_STN, struct cpu_env *env, int n)
{
	__real_helper_ffree_STN_x86_64(env, n);
	if (!uc_x86_intel)
		used(env, false);
}
