/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Far calls and returns. With operands of 32 or 16 bits the engine takes 32 bits of the stack
 * pointer, in 64-bit code too, where all of it counts (SDM vol. 1, 6.2.5): there they are put
 * together from the engine's far jump, which checks the same (SDM vol. 2, CALL, RET), and the
 * accesses to the stack. */
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

static void return_far(struct cpu_env *env, struct uc_x86_state *s, int shift, int add)
{
	const unsigned size = 2U << shift;
	const uint64_t sp = s->regs[RSP];
	uint32_t ip, cs;

	uc_x86_touch(env, sp, 2 * size, false, uc_x86_called_from);
	ip = shift ? cpu_ldl_data_ra_x86_64(env, sp, uc_x86_called_from)
		   : cpu_lduw_data_ra_x86_64(env, sp, uc_x86_called_from);
	cs = cpu_lduw_data_ra_x86_64(env, sp + size, uc_x86_called_from) & 0xffff;
	if (cs & SELECTOR && (cs & 3) != 3) /* not to a more privileged level */
		raise_exception_err_ra_x86_64(env, TRAP_GP, (int)(cs & SELECTOR),
					      uc_x86_called_from);
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
