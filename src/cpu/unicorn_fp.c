/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Floating-point exceptions, of which the engine knows nothing: it collects their flags in fields
 * of its own, from where they never get to the x87 status word. SSE's are those of the host's CPU
 * (unicorn_sse.c).
 *
 * The flags are put there when somebody looks: at STMXCSR, FNSTSW and the like, FXSAVE, XSAVE, and
 * signal frames. That costs nothing elsewhere. Traps are for programs that ask for them: when the
 * first exception is unmasked all translations are dropped, and from then on a call is emitted
 * before and after each helper of an SSE instruction that computes, and before each waiting x87
 * instruction. Emitted calls must be of the engine's own helpers: those of SVM and SMM stand in,
 * whose instructions are undefined at CPL 3 before they get to them.
 *
 * Where the fields are is found by having helpers work on a CPU of zeros. */
#include "cpu/unicorn_fp.h"

#include <stdint.h>
#include <string.h>

#include "cpu/unicorn_access.h"
#include "cpu/unicorn_align.h"
#include "cpu/unicorn_bmi.h"
#include "cpu/unicorn_touch.h"
#include "cpu/unicorn_jump.h"
#include "cpu/unicorn_sse.h"
#include "cpu/unicorn_traps.h"
#include "cpu/unicorn_x87.h"

_Bool cpu_restore_state_x86_64(void *cpu, uintptr_t retaddr, _Bool will_exit);

#define RETADDR() ((uintptr_t)__builtin_return_address(0))

/* softfloat's flags, which are named after x86's. It has one for denormal operands that it has
 * taken for zeros: with DAZ, where the CPU sets none. */
#define SOFT_COMMON	 0x3d /* invalid, division by zero, overflow, underflow, inexact */
#define SOFT_OUT_FLUSHED 0x80
#define FP_INVALID	 0x01
#define FP_DENORMAL	 0x02
#define FP_UNDERFLOW	 0x10
#define FP_INEXACT	 0x20
#define FP_ALL		 0x3f
#define FP_ZERO_DIVIDE	 0x04
#define FP_OF_OPERANDS	 (FP_INVALID | FP_DENORMAL | FP_ZERO_DIVIDE)
#define PTEST_OF_ZEROS	 0x41	/* ZF and CF */
#define X87_SUMMARY	 0x8080 /* ES and B */

#define ENV_BYTES 0x4000 /* of a CPU's registers; more than the fields here need */

struct vec { /* a ZMM register */
	uint8_t byte[64];
};

static struct {
	unsigned mxcsr; /* offsets, 0: not found */
	unsigned cw, sw, x87_flags;
} at;

bool uc_x86_fp_traps;
unsigned uc_x86_at_cw, uc_x86_at_sw, uc_x86_at_fip, uc_x86_end_of_xmm;
static bool traps_wanted;

#define U8(env, offset)	 (((uint8_t *)(env))[offset])
#define U16(env, offset) (*(uint16_t *)(void *)((char *)(env) + (offset)))
#define U32(env, offset) (*(uint32_t *)(void *)((char *)(env) + (offset)))

/* ---- The fields ---- */

void __real_helper_ldmxcsr_x86_64(struct cpu_env *env, uint32_t value);
void __real_helper_fldcw_x86_64(struct cpu_env *env, uint32_t value);
void __real_helper_fclex_x86_64(struct cpu_env *env);
void helper_ptest_xmm_x86_64(struct cpu_env *env, struct vec *d, struct vec *s);
void __real_helper_fdiv_ST0_FT0_x86_64(struct cpu_env *env);

static uint8_t fake[ENV_BYTES] __attribute__((aligned(64)));

static struct cpu_env *fresh(int fill)
{
	memset(fake, fill, sizeof(fake));
	return (struct cpu_env *)(void *)fake;
}

/* The only place, aligned to its size, where the value of `size` bytes stands; 0: none or many. */
static unsigned find(uint32_t value, unsigned size)
{
	unsigned found = 0;

	for (unsigned i = size; i + size <= ENV_BYTES; i += size) {
		if (fake[i] != (uint8_t)value || memcmp(fake + i, &value, size))
			continue;
		if (found)
			return 0;
		found = i;
	}
	return found;
}

bool uc_x86_fp_init(void)
{
	struct vec d = {{0}}, s = {{0}};
	struct cpu_env *env = fresh(0);
	unsigned cc_src;

	__real_helper_ldmxcsr_x86_64(env, 0x9fa5);
	at.mxcsr = find(0x9fa5, 4);
	__real_helper_fldcw_x86_64(env = fresh(0), 0x0f7a);
	at.cw = find(0x0f7a, 2);
	__real_helper_fclex_x86_64(env = fresh(0xff));
	at.sw = find(0x7f00, 2);
	helper_ptest_xmm_x86_64(env = fresh(0), &d, &s);
	cc_src = find(PTEST_OF_ZEROS, 4);
	__real_helper_fdiv_ST0_FT0_x86_64(env = fresh(0));
	at.x87_flags = find(FP_INVALID, 1);
	uc_x86_end_of_xmm = at.mxcsr + 16 + 16 * sizeof(struct vec);
	uc_x86_at_cw = at.cw;
	uc_x86_at_sw = at.sw;
	uc_x86_sse_init(at.mxcsr, cc_src);
	return at.mxcsr && cc_src && at.cw && at.sw && at.x87_flags &&
	       uc_x86_end_of_xmm < ENV_BYTES;
}

/* ---- Flags ---- */

static unsigned from_soft(unsigned flags)
{
	return (flags & SOFT_COMMON) | (flags & SOFT_OUT_FLUSHED ? FP_UNDERFLOW | FP_INEXACT : 0);
}

static void sync_x87(struct cpu_env *env)
{
	U16(env, at.sw) |= (uint16_t)from_soft(U8(env, at.x87_flags));
	if (U16(env, at.sw) & (uint16_t)~U16(env, at.cw) & FP_ALL)
		U16(env, at.sw) |= X87_SUMMARY;
	else
		U16(env, at.sw) &= (uint16_t)~X87_SUMMARY;
}

/* In softfloat's status, behind the flags: precision, and whether to flush results to zero. The
 * engine lets MXCSR.FTZ count for the x87. */
#define FLUSH_RESULTS 2

static void loaded_x87(struct cpu_env *env)
{
	U8(env, at.x87_flags) = 0;
	U8(env, at.x87_flags + FLUSH_RESULTS) = 0;
	uc_x86_x87_cleared();
}

static bool unmasked(struct cpu_env *env)
{
	return (~U32(env, at.mxcsr) >> 7 & FP_ALL) || (~U16(env, at.cw) & FP_ALL);
}

void uc_x86_fp_sync(void)
{
	uc_x86_sse_take_flags(uc_x86_env());
	sync_x87(uc_x86_env());
}

_Noreturn void cpu_loop_exit_atomic_x86_64(void *cpu, uintptr_t retaddr);
void tb_flush_x86_64(unsigned char *cpu);

void uc_x86_fp_loaded(void)
{
	struct cpu_env *env = uc_x86_env();

	loaded_x87(env);
	if (uc_x86_fp_traps || !unmasked(env))
		return;
	uc_x86_fp_traps = true;
	uc_x86_forget_targets();
	tb_flush_x86_64(uc_x86_cpu);
}

void uc_x86_fp_reset(void)
{
	if (uc_x86_fp_traps) {
		uc_x86_forget_targets();
		tb_flush_x86_64(uc_x86_cpu);
	}
	uc_x86_fp_traps = false;
}

bool uc_x86_fp_wants_traps(void)
{
	bool wanted = traps_wanted;

	if (wanted)
		uc_x86_fp_traps = true;
	traps_wanted = false;
	return wanted;
}

/* The next instruction is repeated: the exception that it has unmasked is for the one behind it. */
static bool repeats;

/* After an instruction that may have unmasked an exception, and that can be repeated. */
static void look_at_masks(struct cpu_env *env, uintptr_t retaddr)
{
	if (uc_x86_fp_traps || !unmasked(env))
		return;
	traps_wanted = true;
	repeats = true;
	cpu_loop_exit_atomic_x86_64(uc_x86_cpu, retaddr);
}

/* ---- Instructions that load the registers ---- */

void __wrap_helper_ldmxcsr_x86_64(struct cpu_env *env, uint32_t value);
void __wrap_helper_ldmxcsr_x86_64(struct cpu_env *env, uint32_t value)
{
	if (value >> 16)
		uc_x86_raise_gp(env, RETADDR());
	uc_x86_sse_take_flags(env);
	__real_helper_ldmxcsr_x86_64(env, value);
	U8(env, at.x87_flags + FLUSH_RESULTS) = 0;
	look_at_masks(env, RETADDR());
}

/* Bits 7 and 13 to 15 of the control word are always 0, bit 6 is 1. */
#define CONTROL_WORD(value) (((value)&0x1f3f) | 0x40)
#define SETTLE_CW(env)	    (U16(env, at.cw) = CONTROL_WORD(U16(env, at.cw)))

void __wrap_helper_fldcw_x86_64(struct cpu_env *env, uint32_t value);
void __wrap_helper_fldcw_x86_64(struct cpu_env *env, uint32_t value)
{
	__real_helper_fldcw_x86_64(env, CONTROL_WORD(value));
	sync_x87(env);
	look_at_masks(env, RETADDR());
}

uint32_t cpu_lduw_data_ra_x86_64(struct cpu_env *env, unsigned long addr, uintptr_t retaddr);
uint64_t cpu_ldq_data_ra_x86_64(struct cpu_env *env, unsigned long addr, uintptr_t retaddr);
void cpu_stw_data_ra_x86_64(struct cpu_env *env, unsigned long addr, uint32_t value,
			    uintptr_t retaddr);
void cpu_stq_data_ra_x86_64(struct cpu_env *env, unsigned long addr, uint64_t value,
			    uintptr_t retaddr);

/* Where FOP lies: in the image of FLDENV with 32 bits, and in that of FXSAVE. */
#define ENV_FOP	     18
#define FXSAVE_FOP   6
#define FXSAVE_FIP   8
#define FXSAVE_FDP   16
#define FXSAVE_MXCSR 24
#define FOP_MASK     0x7ffu
#define XSTATE_X87   1u

#define LOAD16(addr) cpu_lduw_data_ra_x86_64(env, addr, uc_x86_called_from)
#define LOAD64(addr) cpu_ldq_data_ra_x86_64(env, addr, uc_x86_called_from)

/* Of FLDENV's image, with words of 16 or 32 bits. */
static void load_pointers(struct cpu_env *env, unsigned long addr, int size)
{
	struct uc_x86_pointers p = {.ip = LOAD16(addr + (size ? 12 : 6)),
				    .cs = (uint16_t)LOAD16(addr + (size ? 16 : 8)),
				    .dp = LOAD16(addr + (size ? 20 : 10)),
				    .ds = (uint16_t)LOAD16(addr + (size ? 24 : 12))};

	if (size) {
		p.ip |= LOAD16(addr + 14) << 16;
		p.dp |= LOAD16(addr + 22) << 16;
		p.fop = LOAD16(addr + ENV_FOP) & FOP_MASK;
	}
	uc_x86_ops->load_x87_pointers(&p);
}

static void load_fx_pointers(struct cpu_env *env, unsigned long addr)
{
	struct uc_x86_pointers p;

	cpu_restore_state_x86_64(uc_x86_cpu, uc_x86_called_from, 0);
	uc_x86_ops->x87_pointers(&p, false);
	p.fop = LOAD16(addr + FXSAVE_FOP) & FOP_MASK;
	p.ip = LOAD64(addr + FXSAVE_FIP);
	p.dp = LOAD64(addr + FXSAVE_FDP);
	p.cs = p.ds = 0;
	if (!p.wide) {
		p.cs = (uint16_t)(p.ip >> 32);
		p.ds = (uint16_t)(p.dp >> 32);
		p.ip = (uint32_t)p.ip;
		p.dp = (uint32_t)p.dp;
	}
	uc_x86_ops->load_x87_pointers(&p);
}

#define LOADS_X87(name, bytes)                                                                     \
	void __real_helper_##name##_x86_64(struct cpu_env *env, unsigned long addr, int size);     \
	void __wrap_helper_##name##_x86_64(struct cpu_env *env, unsigned long addr, int size);     \
	void __wrap_helper_##name##_x86_64(struct cpu_env *env, unsigned long addr, int size)      \
	{                                                                                          \
		UC_X86_CALLS_HELPER();                                                             \
		uc_x86_touch_state(env, addr, WORD_SIZE(size), bytes, false, RETADDR());           \
		__real_helper_##name##_x86_64(env, addr, size != 0);                               \
		SETTLE_CW(env);                                                                    \
		load_pointers(env, addr, size);                                                    \
		loaded_x87(env);                                                                   \
		sync_x87(env);                                                                     \
		look_at_masks(env, RETADDR());                                                     \
	}

/* `size` is 0 with a prefix of 66; with REX.W the engine gives 2, and takes that for a size. */
#define WORD_SIZE(size)	 ((size) ? 4 : 2)
#define ENV_SIZE(size)	 ((size) ? 28 : 14)
#define STATE_SIZE(size) (ENV_SIZE(size) + 80)

LOADS_X87(fldenv, ENV_SIZE(size))
LOADS_X87(frstor, STATE_SIZE(size))

#define FXSAVE_SIZE 512
#define XSAVE_SIZE  576 /* of x87 and SSE, with the header */

/* The others are #GP, which the helpers raise. */
static bool aligned(unsigned long addr, unsigned long size)
{
	return !(addr & (size - 1));
}

void __real_helper_fxrstor_x86_64(struct cpu_env *env, unsigned long addr);
void __wrap_helper_fxrstor_x86_64(struct cpu_env *env, unsigned long addr);
void __wrap_helper_fxrstor_x86_64(struct cpu_env *env, unsigned long addr)
{
	UC_X86_CALLS_HELPER();
	if (aligned(addr, 16))
		uc_x86_touch_state(env, addr, 0, FXSAVE_SIZE, false, RETADDR());
	if (aligned(addr, 16) && LOAD16(addr + FXSAVE_MXCSR + 2))
		uc_x86_raise_gp(env, RETADDR());
	uc_x86_sse_take_flags(env);
	__real_helper_fxrstor_x86_64(env, addr);
	SETTLE_CW(env);
	load_fx_pointers(env, addr);
	loaded_x87(env);
	look_at_masks(env, RETADDR());
}

void __real_helper_xrstor_x86_64(struct cpu_env *env, unsigned long addr, uint64_t mask);
void __wrap_helper_xrstor_x86_64(struct cpu_env *env, unsigned long addr, uint64_t mask);
void __wrap_helper_xrstor_x86_64(struct cpu_env *env, unsigned long addr, uint64_t mask)
{
	UC_X86_CALLS_HELPER();
	if (aligned(addr, 64)) { /* the header tells what else there is */
		uc_x86_touch(env, addr, 1, false, RETADDR());
		uc_x86_touch(env, addr + FXSAVE_SIZE, XSAVE_SIZE - FXSAVE_SIZE, false, RETADDR());
	}
	uc_x86_sse_take_flags(env);
	sync_x87(env);
	__real_helper_xrstor_x86_64(env, addr, mask);
	SETTLE_CW(env);
	loaded_x87(env);
	look_at_masks(env, RETADDR());
}

void __wrap_helper_fclex_x86_64(struct cpu_env *env);
void __wrap_helper_fclex_x86_64(struct cpu_env *env)
{
	__real_helper_fclex_x86_64(env);
	loaded_x87(env);
}

static void forget_pointers(void)
{
	static const struct uc_x86_pointers none;

	uc_x86_ops->load_x87_pointers(&none);
}

void __real_helper_fninit_x86_64(struct cpu_env *env);
void __wrap_helper_fninit_x86_64(struct cpu_env *env);
void __wrap_helper_fninit_x86_64(struct cpu_env *env)
{
	__real_helper_fninit_x86_64(env);
	forget_pointers();
	loaded_x87(env);
}

/* ---- Instructions that store them ---- */

uint32_t __real_helper_fnstsw_x86_64(struct cpu_env *env);
uint32_t __wrap_helper_fnstsw_x86_64(struct cpu_env *env);
uint32_t __wrap_helper_fnstsw_x86_64(struct cpu_env *env)
{
	sync_x87(env);
	return __real_helper_fnstsw_x86_64(env);
}

static unsigned shown_fop(struct cpu_env *env)
{
	struct uc_x86_pointers p;

	uc_x86_ops->x87_pointers(&p, U16(env, at.sw) & X87_SUMMARY);
	return p.fop;
}

/* With 32 bits: the upper halves of the words of 16 bits, and FOP. */
static void fill_reserved(struct cpu_env *env, unsigned long addr, int size, unsigned fop)
{
	static const unsigned char at_byte[] = {2, 6, 10, 26};

	if (size)
		cpu_stw_data_ra_x86_64(env, addr + ENV_FOP, fop, uc_x86_called_from);
	for (size_t i = 0; size && i < sizeof(at_byte); i++)
		cpu_stw_data_ra_x86_64(env, addr + at_byte[i], 0xffff, uc_x86_called_from);
}

#define MASK_ALL_X87(env) (U16(env, at.cw) |= FP_ALL)

void __real_helper_fstenv_x86_64(struct cpu_env *env, unsigned long addr, int size);
void __wrap_helper_fstenv_x86_64(struct cpu_env *env, unsigned long addr, int size);
void __wrap_helper_fstenv_x86_64(struct cpu_env *env, unsigned long addr, int size)
{
	unsigned fop;

	UC_X86_CALLS_HELPER();
	uc_x86_touch_state(env, addr, WORD_SIZE(size), ENV_SIZE(size), true, RETADDR());
	sync_x87(env);
	fop = shown_fop(env);
	__real_helper_fstenv_x86_64(env, addr, size != 0);
	fill_reserved(env, addr, size, fop);
	MASK_ALL_X87(env); /* behind itself */
	sync_x87(env);
}

void __real_helper_fsave_x86_64(struct cpu_env *env, unsigned long addr, int size);
void __wrap_helper_fsave_x86_64(struct cpu_env *env, unsigned long addr, int size);
void __wrap_helper_fsave_x86_64(struct cpu_env *env, unsigned long addr, int size)
{
	unsigned fop;

	UC_X86_CALLS_HELPER();
	uc_x86_touch_state(env, addr, WORD_SIZE(size), STATE_SIZE(size), true, RETADDR());
	sync_x87(env);
	fop = shown_fop(env);
	__real_helper_fsave_x86_64(env, addr, size != 0);
	fill_reserved(env, addr, size, fop);
	forget_pointers();
	loaded_x87(env);
}

/* AMD's CPUs keep the place of the last instruction to themselves unless it left an exception. */
static void store_pointers(struct cpu_env *env, unsigned long addr)
{
	struct uc_x86_pointers p = {0};
	bool exception = U16(env, at.sw) & X87_SUMMARY;

	if (uc_x86_intel || exception) {
		cpu_restore_state_x86_64(uc_x86_cpu, uc_x86_called_from, 0);
		uc_x86_ops->x87_pointers(&p, exception);
	}
	if (!p.wide) {
		p.ip = (uint32_t)p.ip | (uint64_t)p.cs << 32;
		p.dp = (uint32_t)p.dp | (uint64_t)p.ds << 32;
	}
	cpu_stw_data_ra_x86_64(env, addr + FXSAVE_FOP, p.fop, uc_x86_called_from);
	cpu_stq_data_ra_x86_64(env, addr + FXSAVE_FIP, p.ip, uc_x86_called_from);
	cpu_stq_data_ra_x86_64(env, addr + FXSAVE_FDP, p.dp, uc_x86_called_from);
}

void __real_helper_fxsave_x86_64(struct cpu_env *env, unsigned long addr);
void __wrap_helper_fxsave_x86_64(struct cpu_env *env, unsigned long addr);
void __wrap_helper_fxsave_x86_64(struct cpu_env *env, unsigned long addr)
{
	UC_X86_CALLS_HELPER();
	if (aligned(addr, 16))
		uc_x86_touch_state(env, addr, 0, FXSAVE_SIZE, true, RETADDR());
	uc_x86_sse_take_flags(env);
	sync_x87(env);
	__real_helper_fxsave_x86_64(env, addr);
	store_pointers(env, addr);
}

#define XSAVES(name)                                                                               \
	void __real_helper_##name##_x86_64(struct cpu_env *env, unsigned long addr,                \
					   uint64_t mask);                                         \
	void __wrap_helper_##name##_x86_64(struct cpu_env *env, unsigned long addr,                \
					   uint64_t mask);                                         \
	void __wrap_helper_##name##_x86_64(struct cpu_env *env, unsigned long addr, uint64_t mask) \
	{                                                                                          \
		UC_X86_CALLS_HELPER();                                                             \
		if (aligned(addr, 64))                                                             \
			uc_x86_touch_state(env, addr, 1, XSAVE_SIZE, true, RETADDR());             \
		uc_x86_sse_take_flags(env);                                                        \
		sync_x87(env);                                                                     \
		__real_helper_##name##_x86_64(env, addr, mask);                                    \
		if (mask & XSTATE_X87)                                                             \
			store_pointers(env, addr);                                                 \
	}

XSAVES(xsave)
XSAVES(xsaveopt)

/* ---- Traps ---- */

#define TRAP_MF 16
#define TRAP_XF 19

static uint8_t before[ENV_BYTES];

static void begin_sse(struct cpu_env *env)
{
	uc_x86_sse_take_flags(env);
	memcpy(before, env, uc_x86_end_of_xmm);
}

/* An unmasked exception leaves all but the flags as it was. */
static void end_sse(struct cpu_env *env, uintptr_t retaddr)
{
	unsigned flags = uc_x86_sse_take_flags(env), trap;

	trap = flags & ~U32(env, at.mxcsr) >> 7 & FP_ALL;
	if (!trap)
		return;
	if (trap & FP_OF_OPERANDS) /* then nothing was computed */
		flags &= FP_OF_OPERANDS;
	memcpy(env, before, uc_x86_end_of_xmm);
	U32(env, at.mxcsr) |= flags;
	uc_x86_raise(env, TRAP_XF, retaddr);
}

void uc_x86_check_x87(struct cpu_env *env, uintptr_t retaddr)
{
	bool again = repeats;

	repeats = false;
	sync_x87(env);
	if (U16(env, at.sw) & X87_SUMMARY && !again)
		uc_x86_raise(env, TRAP_MF, retaddr);
}

void __wrap_helper_fwait_x86_64(struct cpu_env *env);
void __wrap_helper_fwait_x86_64(struct cpu_env *env)
{
	uc_x86_check_x87(env, RETADDR());
}

/* The calls that are emitted. */
void __wrap_helper_rsm_x86_64(struct cpu_env *env);
void __wrap_helper_rsm_x86_64(struct cpu_env *env)
{
	uc_x86_sse_take_flags(env);
}

void __wrap_helper_stgi_x86_64(struct cpu_env *env);
void __wrap_helper_stgi_x86_64(struct cpu_env *env)
{
	begin_sse(env);
}

void __wrap_helper_clgi_x86_64(struct cpu_env *env);
void __wrap_helper_clgi_x86_64(struct cpu_env *env)
{
	end_sse(env, RETADDR());
}

void __wrap_helper_vmmcall_x86_64(struct cpu_env *env);
void __wrap_helper_vmmcall_x86_64(struct cpu_env *env)
{
	uc_x86_check_x87(env, RETADDR());
}

/* ---- Translation ---- */

typedef void env_helper(struct cpu_env *env);
void __real_tcg_gen_callN_x86_64(void *ctx, void *func, void *ret, int nargs, void **args);

void *__wrap_helper_lookup_tb_ptr_x86_64(struct cpu_env *env);
void helper_write_eflags_x86_64(void);
void helper_iret_protected_x86_64(void);
void __wrap_helper_syscall_x86_64(struct cpu_env *env, int length);
void __wrap_helper_sysenter_x86_64(struct cpu_env *env, int length);
void __wrap_helper_load_seg_x86_64(struct cpu_env *env, int seg, int selector);
void helper_enter_mmx_x86_64(struct cpu_env *env);
_Noreturn void __wrap_helper_raise_interrupt_x86_64(struct cpu_env *env, int vector, int length);

/* The engine's name for its CPU in translated code: the first argument of these calls, of which one
 * has been translated before anything can be unmasked. */
static void *env_temp;

static bool shows_env(const void *func)
{
	return func == (void *)(uintptr_t)__wrap_helper_lookup_tb_ptr_x86_64 ||
	       func == (void *)(uintptr_t)helper_write_eflags_x86_64 ||
	       func == (void *)(uintptr_t)helper_iret_protected_x86_64 ||
	       func == (void *)(uintptr_t)__wrap_helper_syscall_x86_64 ||
	       func == (void *)(uintptr_t)__wrap_helper_sysenter_x86_64 ||
	       func == (void *)(uintptr_t)__wrap_helper_raise_interrupt_x86_64 ||
	       func == (void *)(uintptr_t)__wrap_helper_ldmxcsr_x86_64 ||
	       func == (void *)(uintptr_t)__wrap_helper_fldcw_x86_64;
}

static void emit(void *ctx, env_helper *func)
{
	__real_tcg_gen_callN_x86_64(ctx, (void *)(uintptr_t)func, NULL, 1, &env_temp);
}

void uc_x86_emit_call(void *ctx, void *func, void *arg)
{
	void *args[] = {env_temp, arg};

	if (env_temp)
		__real_tcg_gen_callN_x86_64(ctx, func, NULL, arg ? 2 : 1, args);
}

long tcg_const_i32_x86_64(void *ctx, int value);
void tcg_temp_free_internal_x86_64(void *ctx, void *temp);

void uc_x86_emit_call_value(void *ctx, void *func, int value)
{
	void *temp = (char *)ctx + tcg_const_i32_x86_64(ctx, value);

	uc_x86_emit_call(ctx, func, temp);
	tcg_temp_free_internal_x86_64(ctx, temp);
}

void uc_x86_emit_call_values(void *ctx, void *func, int value, void *arg)
{
	void *temp = (char *)ctx + tcg_const_i32_x86_64(ctx, value);
	void *args[] = {env_temp, temp, arg};

	if (env_temp)
		__real_tcg_gen_callN_x86_64(ctx, func, NULL, 3, args);
	tcg_temp_free_internal_x86_64(ctx, temp);
}

static bool sse_computes(const unsigned char *b, unsigned n)
{
	if (n < 2 || b[0] != 0x0f)
		return false;
	if (b[1] == 0x3a)
		return n > 2 && ((b[2] >= 0x08 && b[2] <= 0x0b) || b[2] == 0x40 || b[2] == 0x41);
	switch (b[1]) {
	case 0x2a: /* cvtsi2ss... */
	case 0x2c:
	case 0x2d:
	case 0x2e: /* ucomis, comis */
	case 0x2f:
	case 0x51: /* sqrt */
	case 0x7c: /* hadd, hsub */
	case 0x7d:
	case 0xc2: /* cmp */
	case 0xd0: /* addsub */
	case 0xe6: /* cvtpd2dq... */
		return true;
	default:
		return b[1] >= 0x58 && b[1] <= 0x5f;
	}
}

/* The opcodes that look for an exception of those before them: all but FNINIT, FNCLEX, FNSTSW,
 * FNSTCW, FNSTENV and FNSAVE (SDM vol. 1, 8.6). What of MMX's has registers does it on its own. */
static bool x87_waits(const unsigned char *b, unsigned n)
{
	unsigned reg;

	if (n < 2 || b[0] < 0xd8 || b[0] > 0xdf)
		return n == 2 && b[0] == 0x0f && b[1] == 0x77; /* emms */
	reg = b[1] >> 3 & 7;
	if (b[1] >= 0xc0)
		return !(b[0] == 0xdb && b[1] >= 0xe0 && b[1] <= 0xe4) &&
		       !(b[0] == 0xdf && b[1] == 0xe0);
	return !(b[0] == 0xd9 && reg >= 6) && !(b[0] == 0xdd && reg >= 6);
}

void uc_x86_emit_wait(void *ctx)
{
	struct uc_x86_code *insn = uc_x86_translating();

	if (env_temp && !insn->calls++ && x87_waits(insn->byte, insn->n))
		emit(ctx, __wrap_helper_vmmcall_x86_64);
}

void __wrap_tcg_gen_callN_x86_64(void *ctx, void *func, void *ret, int nargs, void **args);
void __wrap_tcg_gen_callN_x86_64(void *ctx, void *func, void *ret, int nargs, void **args)
{
	struct uc_x86_code *insn;
	bool sse = false;

	if (__builtin_expect(!env_temp, 0) && shows_env(func))
		env_temp = args[0];
	if (__builtin_expect(uc_x86_fp_traps && env_temp, 0)) {
		insn = uc_x86_translating();
		sse = sse_computes(insn->byte, insn->n);
		uc_x86_emit_wait(ctx);
	}
	if (__builtin_expect(uc_x86_accesses, 0))
		uc_x86_emit_helper_accesses(ctx, func, args);
	if (__builtin_expect(func == (void *)(uintptr_t)__wrap_helper_load_seg_x86_64, 0))
		uc_x86_emits_segment_load();
	if (func == (void *)(uintptr_t)helper_enter_mmx_x86_64)
		uc_x86_before_mmx(ctx, uc_x86_modrm());
	if (__builtin_expect(uc_x86_ac, 0))
		uc_x86_ac_helper(ctx, func, args);
	if (sse)
		emit(ctx, __wrap_helper_stgi_x86_64);
	__real_tcg_gen_callN_x86_64(ctx, func, ret, nargs, args);
	uc_x86_after_call(ctx, ret);
	if (sse)
		emit(ctx, __wrap_helper_clgi_x86_64);
}

/* STMXCSR loads MXCSR from the CPU: no helper of its own. */
void __real_tcg_gen_op3_x86_64(void *ctx, int op, void *a1, void *a2, unsigned long a3);
void __wrap_tcg_gen_op3_x86_64(void *ctx, int op, void *a1, void *a2, unsigned long a3);
void __wrap_tcg_gen_op3_x86_64(void *ctx, int op, void *a1, void *a2, unsigned long a3)
{
	const struct uc_x86_code *insn;

	if (__builtin_expect(a3 == at.mxcsr, 0)) {
		insn = uc_x86_translating();
		if (insn->n >= 3 && insn->byte[0] == 0x0f && insn->byte[1] == 0xae &&
		    (insn->byte[2] >> 3 & 7) == 3) {
			env_temp = a2;
			emit(ctx, __wrap_helper_rsm_x86_64);
		}
	}
	if (__builtin_expect(a3 == uc_x86_at_fip, 0)) {
		insn = uc_x86_translating();
		if (insn->n == 2 && insn->byte[0] == 0xdf && insn->byte[1] == 0xe0)
			return; /* FNSTSW AX is none of those that FIP tells of */
	}
	uc_x86_before_op3(ctx, a1);
	__real_tcg_gen_op3_x86_64(ctx, op, a1, a2, a3);
	uc_x86_after_op3(ctx, a1, a2, (void *)a3);
}
