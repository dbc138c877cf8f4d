/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Far calls and returns, and IRET. With operands of 32 or 16 bits the engine takes 32 bits of the
 * stack pointer, in 64-bit code too, where all of it counts (SDM vol. 1, 6.2.5): there they are put
 * together from the engine's far jump, which checks the same (SDM vol. 2, CALL, RET, IRET), and
 * the accesses to the stack. */
#include <stdbool.h>
#include <stdint.h>

#include "cpu/unicorn_access.h"
#include "cpu/unicorn_state.h"
#include "cpu/unicorn_touch.h"
#include "cpu/unicorn_traps.h"

#define RETADDR() ((uintptr_t)__builtin_return_address(0))
#define RSP	  4
#define TRAP_GP	  13
#define WIDE	  2 /* the helpers' `shift` for 64 bits */
#define SELECTOR  0xfffcu
#define DESC_B	  (1u << 22) /* of SS: 32 bits of the stack pointer count */
#define EFLAGS_VM 0x20000u
/* TF, NT, RF, AC, ID: the engine adds those of arithmetic and DF */
#define EFLAGS_OF_IRET 0x254100u

_Noreturn void raise_exception_err_ra_x86_64(struct cpu_env *env, int vector, int error_code,
					     uintptr_t retaddr);
uint32_t cpu_lduw_data_ra_x86_64(struct cpu_env *env, unsigned long addr, uintptr_t retaddr);
uint32_t cpu_ldl_data_ra_x86_64(struct cpu_env *env, unsigned long addr, uintptr_t retaddr);
void cpu_stw_data_ra_x86_64(struct cpu_env *env, unsigned long addr, uint32_t value,
			    uintptr_t retaddr);
void cpu_stl_data_ra_x86_64(struct cpu_env *env, unsigned long addr, uint32_t value,
			    uintptr_t retaddr);

void __real_helper_ljmp_protected_x86_64(struct cpu_env *env, int cs, unsigned long ip,
					 unsigned long next);
void __wrap_helper_ljmp_protected_x86_64(struct cpu_env *env, int cs, unsigned long ip,
					 unsigned long next);
void __wrap_helper_ljmp_protected_x86_64(struct cpu_env *env, int cs, unsigned long ip,
					 unsigned long next)
{
	UC_X86_CALLS_HELPER();
	__real_helper_ljmp_protected_x86_64(env, cs, ip, next);
	uc_x86_note_segments();
}

static struct uc_x86_state *in_64_bit_code(struct cpu_env *env, int shift)
{
	struct uc_x86_state *s = uc_x86_state(env);

	return s && shift < WIDE && s->hflags & UC_X86_HF_CS64 ? s : NULL;
}

static uint32_t load(struct cpu_env *env, uint64_t addr, unsigned size)
{
	return size == 2 ? cpu_lduw_data_ra_x86_64(env, addr, uc_x86_called_from)
			 : cpu_ldl_data_ra_x86_64(env, addr, uc_x86_called_from);
}

/* Not to a more privileged level. */
static void check_level(struct cpu_env *env, uint32_t cs)
{
	if (cs & SELECTOR && (cs & 3) != 3)
		raise_exception_err_ra_x86_64(env, TRAP_GP, (int)(cs & SELECTOR),
					      uc_x86_called_from);
}

static void return_far(struct cpu_env *env, struct uc_x86_state *s, int shift, int add)
{
	const unsigned size = 2U << shift;
	const uint64_t sp = s->regs[RSP];
	uint32_t ip, cs;

	uc_x86_touch(env, sp, 2 * size, false, uc_x86_called_from);
	ip = load(env, sp, size);
	cs = load(env, sp + size, 2);
	check_level(env, cs);
	__real_helper_ljmp_protected_x86_64(env, (int)cs, ip, 0);
	s->regs[RSP] = sp + 2 * size + (unsigned)add;
}

static void call_far(struct cpu_env *env, struct uc_x86_state *s, int cs, unsigned long ip,
		     int shift, unsigned long next)
{
	void (*const store)(struct cpu_env *, unsigned long, uint32_t, uintptr_t) =
		shift ? cpu_stl_data_ra_x86_64 : cpu_stw_data_ra_x86_64;
	const unsigned size = 2U << shift, from = s->segs[UC_X86_CS].selector;
	const uint64_t sp = s->regs[RSP] - 2 * size;

	uc_x86_touch(env, sp, 2 * size, true, uc_x86_called_from);
	__real_helper_ljmp_protected_x86_64(env, cs, ip, next);
	store(env, sp + size, from, uc_x86_called_from);
	store(env, sp, (uint32_t)next, uc_x86_called_from);
	s->regs[RSP] = sp;
}

void __real_helper_lret_protected_x86_64(struct cpu_env *env, int shift, int add);
void __wrap_helper_lret_protected_x86_64(struct cpu_env *env, int shift, int add);
void __wrap_helper_lret_protected_x86_64(struct cpu_env *env, int shift, int add)
{
	struct uc_x86_state *s = in_64_bit_code(env, shift);

	UC_X86_CALLS_HELPER();
	add &= 0xffff; /* the engine takes the constant for a number with a sign */
	if (s)
		return_far(env, s, shift, add);
	else
		__real_helper_lret_protected_x86_64(env, shift, add);
	uc_x86_note_segments();
}

void __real_helper_lcall_protected_x86_64(struct cpu_env *env, int cs, unsigned long ip, int shift,
					  unsigned long next);
void __wrap_helper_lcall_protected_x86_64(struct cpu_env *env, int cs, unsigned long ip, int shift,
					  unsigned long next);
void __wrap_helper_lcall_protected_x86_64(struct cpu_env *env, int cs, unsigned long ip, int shift,
					  unsigned long next)
{
	struct uc_x86_state *s = in_64_bit_code(env, shift);

	UC_X86_CALLS_HELPER();
	if (s)
		call_far(env, s, cs, ip, shift, next);
	else
		__real_helper_lcall_protected_x86_64(env, cs, ip, shift, next);
	uc_x86_note_segments();
}

/* ---- IRET ---- */

int uc_check_cpu_x86_load_seg_x86_64(struct cpu_env *env, int reg, int selector);
void __real_helper_load_seg_x86_64(struct cpu_env *env, int seg, int selector);
void helper_write_eflags_x86_64(struct cpu_env *env, unsigned long flags, uint32_t mask);

/* CS and SS, or neither. */
static void load_cs_ss(struct cpu_env *env, struct uc_x86_state *s, const uint32_t *frame,
		       uint32_t ss)
{
	const struct uc_x86_segment cs = s->segs[UC_X86_CS];
	const uint64_t ip = s->eip;
	const uint32_t hflags = s->hflags;

	__real_helper_ljmp_protected_x86_64(env, (int)(frame[1] & 0xffff), frame[0], 0);
	if (uc_check_cpu_x86_load_seg_x86_64(env, UC_X86_SS, (int)ss)) {
		s->segs[UC_X86_CS] = cs;
		s->eip = ip;
		s->hflags = hflags;
	}
	__real_helper_load_seg_x86_64(env, UC_X86_SS, (int)ss);
}

/* What is in the frame: EIP, CS, EFLAGS, and from 64-bit code ESP and SS. */
static void return_from_interrupt(struct cpu_env *env, struct uc_x86_state *s, int shift)
{
	const bool wide = s->hflags & UC_X86_HF_CS64;
	const unsigned size = 2U << shift, words = wide ? 5 : 3;
	const uint64_t mask = wide				  ? UINT64_MAX
			      : s->segs[UC_X86_SS].flags & DESC_B ? UINT32_MAX
								  : 0xffff;
	uint64_t sp = s->regs[RSP] & mask, base = wide ? 0 : s->segs[UC_X86_SS].base;
	uint32_t frame[5];

	uc_x86_touch(env, base + sp, words * size, false, uc_x86_called_from);
	for (unsigned i = 0; i < words; i++)
		frame[i] = load(env, base + sp + i * size, size);
	check_level(env, frame[1] & 0xffff);
	if (wide) {
		load_cs_ss(env, s, frame, frame[4] & 0xffff);
		s->regs[RSP] = frame[3];
	} else {
		__real_helper_ljmp_protected_x86_64(env, (int)(frame[1] & 0xffff), frame[0], 0);
		s->regs[RSP] = (s->regs[RSP] & ~mask) | ((sp + words * size) & mask);
	}
	helper_write_eflags_x86_64(env, frame[2], EFLAGS_OF_IRET & (shift ? UINT32_MAX : 0xffff));
}

/* The engine goes to virtual 8086 mode, from CPL 3, and in long mode where there is none. */
static bool goes_to_vm86(struct cpu_env *env, const struct uc_x86_state *s, int shift)
{
	uint32_t sp = (uint32_t)s->regs[RSP];

	if (shift != 1)
		return false;
	sp = (s->segs[UC_X86_SS].flags & DESC_B ? sp : sp & 0xffff) +
	     (uint32_t)s->segs[UC_X86_SS].base;
	uc_x86_touch(env, sp, 12, false, uc_x86_called_from);
	return load(env, sp + 8, 4) & EFLAGS_VM;
}

void __real_helper_iret_protected_x86_64(struct cpu_env *env, int shift, int next);
void __wrap_helper_iret_protected_x86_64(struct cpu_env *env, int shift, int next);
void __wrap_helper_iret_protected_x86_64(struct cpu_env *env, int shift, int next)
{
	struct uc_x86_state *s = in_64_bit_code(env, shift);

	UC_X86_CALLS_HELPER();
	if (!s && uc_x86_state(env) && shift < WIDE && goes_to_vm86(env, uc_x86_state(env), shift))
		s = uc_x86_state(env);
	if (s)
		return_from_interrupt(env, s, shift);
	else
		__real_helper_iret_protected_x86_64(env, shift, next);
	uc_x86_note_segments();
}
