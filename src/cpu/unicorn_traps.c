/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Unicorn's hooks do not tell about an exception: its error code, whether an instruction asked
 * for it, and the exact place of port I/O and of a jump that led nowhere. The linker's --wrap puts
 * the functions here between the translated code and Unicorn's own helpers (mk/program.mk). They
 * are linked with the engine into one object, so that they can name what it keeps to itself. */
#include "cpu/unicorn_stop.h"
#include "cpu/unicorn_traps.h"

#include "cpu/unicorn_jump.h"
#include "cpu/unicorn_state.h"

#include <stdint.h>
#include <string.h>

struct cpu_env; /* CPUX86State */

#define RETADDR() ((uintptr_t)__builtin_return_address(0))

_Noreturn void raise_interrupt_x86_64(struct cpu_env *env, int vector, int is_int, int error_code,
				      int next_eip_addend);
_Bool cpu_restore_state_x86_64(void *cpu, uintptr_t retaddr, _Bool will_exit);

_Bool __real_cpu_restore_state_x86_64(void *cpu, uintptr_t retaddr, _Bool will_exit);
_Bool __wrap_cpu_restore_state_x86_64(void *cpu, uintptr_t retaddr, _Bool will_exit);
_Bool __wrap_cpu_restore_state_x86_64(void *cpu, uintptr_t retaddr, _Bool will_exit)
{
	extern const char etext[];

	/* Translated code lies in memory of its own, above the program's text. */
	if (retaddr && retaddr < (uintptr_t)etext)
		retaddr = uc_x86_called_from;
	return __real_cpu_restore_state_x86_64(cpu, retaddr, will_exit);
}

struct uc_x86_trap uc_x86_trap;
uintptr_t uc_x86_called_from;
const struct cpu_port_ops *uc_x86_ports;
static struct cpu_env *cpu_env;

/* ---- Exceptions ----
 *
 * Unicorn remembers an exception, never takes it to have been delivered, and makes a double fault
 * of the next one. Software interrupts are not remembered: every exception is raised as one, with
 * the next instruction's address that of the instruction itself. */

static _Noreturn void raise(struct cpu_env *env, int vector, int error_code, uintptr_t retaddr)
{
	if (retaddr)
		cpu_restore_state_x86_64(uc_x86_cpu, retaddr, 1);
	uc_x86_trap.error_code = (unsigned)error_code;
	raise_interrupt_x86_64(env, vector, 1, error_code, 0);
}

_Noreturn void uc_x86_raise_gp(struct cpu_env *env, unsigned long retaddr)
{
	raise(env, 13, 0, retaddr);
}

_Noreturn void uc_x86_raise(struct cpu_env *env, int vector, unsigned long retaddr)
{
	raise(env, vector, 0, retaddr);
}

struct cpu_env *uc_x86_env(void)
{
	return cpu_env;
}

_Noreturn void __wrap_raise_exception_err_ra_x86_64(struct cpu_env *env, int vector, int error_code,
						    uintptr_t retaddr);
_Noreturn void __wrap_raise_exception_err_ra_x86_64(struct cpu_env *env, int vector, int error_code,
						    uintptr_t retaddr)
{
	raise(env, vector, error_code, retaddr);
}

_Noreturn void __wrap_raise_exception_err_x86_64(struct cpu_env *env, int vector, int error_code);
_Noreturn void __wrap_raise_exception_err_x86_64(struct cpu_env *env, int vector, int error_code)
{
	raise(env, vector, error_code, 0);
}

_Noreturn void __wrap_raise_exception_ra_x86_64(struct cpu_env *env, int vector, uintptr_t retaddr);
_Noreturn void __wrap_raise_exception_ra_x86_64(struct cpu_env *env, int vector, uintptr_t retaddr)
{
	raise(env, vector, 0, retaddr);
}

_Noreturn void __wrap_raise_exception_x86_64(struct cpu_env *env, int vector);
_Noreturn void __wrap_raise_exception_x86_64(struct cpu_env *env, int vector)
{
	raise(env, vector, 0, 0);
}

_Noreturn void __wrap_helper_raise_exception_x86_64(struct cpu_env *env, int vector);
_Noreturn void __wrap_helper_raise_exception_x86_64(struct cpu_env *env, int vector)
{
	raise(env, vector, 0, 0);
}

/* INT n and INT3. Linux's IDT lets user space use vectors 3, 4 and 0x80; the others fault with #GP
 * (SDM vol. 3, 6.12.1.2). */
_Noreturn void __real_helper_raise_interrupt_x86_64(struct cpu_env *env, int vector, int length);
_Noreturn void __wrap_helper_raise_interrupt_x86_64(struct cpu_env *env, int vector, int length);
_Noreturn void __wrap_helper_raise_interrupt_x86_64(struct cpu_env *env, int vector, int length)
{
	cpu_env = env;
	if (vector != 0x80 && vector != 3 && vector != 4)
		raise(env, 13, vector * 8 + 2, 0);
	__real_helper_raise_interrupt_x86_64(env, vector, length);
}

/* ---- The gates' instructions where the CPU does not have them ---- */

int uc_x86_gate_length;

void __real_helper_syscall_x86_64(struct cpu_env *env, int length);
void __wrap_helper_syscall_x86_64(struct cpu_env *env, int length);
void __wrap_helper_syscall_x86_64(struct cpu_env *env, int length)
{
	if (__builtin_expect(uc_x86_intel && *uc_x86_cs != 0x33, 0))
		raise(env, 6, 0, RETADDR());
	uc_x86_gate_length = length;
	__real_helper_syscall_x86_64(env, length);
}

/* The engine takes a single step's trap right behind SYSCALL. On the way back to user space by IRET
 * or SYSRET, TF counts from the next instruction on. */
void __wrap_helper_rechecking_single_step_x86_64(struct cpu_env *env);
void __wrap_helper_rechecking_single_step_x86_64(struct cpu_env *env)
{
	(void)env;
}

/* PUSHF in a single step that is not the program's. */
bool uc_x86_borrows_tf;
#define EFLAGS_TF 0x100UL

unsigned long __real_helper_read_eflags_x86_64(struct cpu_env *env);
unsigned long __wrap_helper_read_eflags_x86_64(struct cpu_env *env);
unsigned long __wrap_helper_read_eflags_x86_64(struct cpu_env *env)
{
	unsigned long flags = __real_helper_read_eflags_x86_64(env);

	return uc_x86_borrows_tf ? flags & ~EFLAGS_TF : flags;
}

/* For SYSENTER the translator has no such second look: its trap is raised here, and nothing
 * follows. The CPU takes it in the kernel, which lets it be (is_sysenter_singlestep()). */
bool uc_x86_after_sysenter;
bool uc_x86_gate_tf;

_Noreturn void cpu_loop_exit_noexc_x86_64(void *cpu);
_Noreturn void __real_helper_single_step_x86_64(struct cpu_env *env);
_Noreturn void __wrap_helper_single_step_x86_64(struct cpu_env *env);
_Noreturn void __wrap_helper_single_step_x86_64(struct cpu_env *env)
{
	const struct uc_x86_state *s = uc_x86_state(env);

	if (uc_x86_after_sysenter) {
		uc_x86_after_sysenter = false;
		cpu_loop_exit_noexc_x86_64(uc_x86_cpu);
	}
	/* The engine looks at where a jump led only when it goes on there. */
	if (s && *uc_x86_cs == 0x33 && (int64_t)(s->eip << 16) >> 16 != (int64_t)s->eip) {
		uc_x86_trap.stepped_off = true;
		raise(env, 13, 0, RETADDR());
	}
	__real_helper_single_step_x86_64(env);
}

void __real_helper_sysenter_x86_64(struct cpu_env *env, int length);
void __wrap_helper_sysenter_x86_64(struct cpu_env *env, int length);
void __wrap_helper_sysenter_x86_64(struct cpu_env *env, int length)
{
	if (!uc_x86_intel)
		raise(env, 6, 0, RETADDR());
	uc_x86_gate_length = length;
	uc_x86_gate_tf = false;
	__real_helper_sysenter_x86_64(env, length);
	uc_x86_after_sysenter = uc_x86_gate_tf || uc_x86_stop_wanted();
}

/* ---- Segment registers ---- */

bool uc_x86_intel;
const volatile unsigned *uc_x86_cs, *uc_x86_ss;

int uc_check_cpu_x86_load_seg_x86_64(struct cpu_env *env, int reg, int selector);
void helper_load_seg_x86_64(struct cpu_env *env, int reg, int selector);
void helper_ljmp_protected_x86_64(struct cpu_env *env, int cs, unsigned long ip,
				  unsigned long next);

bool uc_x86_load_seg(enum uc_x86_seg reg, unsigned selector)
{
	if (uc_check_cpu_x86_load_seg_x86_64(cpu_env, (int)reg, (int)selector))
		return false;
	helper_load_seg_x86_64(cpu_env, (int)reg, (int)selector);
	return true;
}

void uc_x86_load_cs(unsigned selector)
{
	helper_ljmp_protected_x86_64(cpu_env, (int)selector, 0, 0);
}

/* The selector of CS lies where the word is 0x33 in the engine's user context for 64-bit code and
 * 0x23 in that for compatibility mode. SS, 0x2b in both, is the next segment register. */
#define ENV_WORDS     256 /* the segment registers are among the first fields */
#define SEGMENT_WORDS 6	  /* selector, base of 64 bits, limit, flags */

bool uc_x86_find_cs(bool first)
{
	static unsigned was[ENV_WORDS];
	const unsigned *now = (const unsigned *)cpu_env;

	if (first) {
		memcpy(was, now, sizeof(was));
		return true;
	}
	uc_x86_cs = 0;
	for (int i = 0; i < ENV_WORDS; i++) {
		if (was[i] != 0x33 || now[i] != 0x23)
			continue;
		if (uc_x86_cs)
			return false;
		uc_x86_cs = &now[i];
		uc_x86_ss = &now[i + SEGMENT_WORDS];
	}
	if (!uc_x86_cs || *uc_x86_ss != 0x2b)
		return false;
	uc_x86_find_state(was, now);
	return true;
}

/* ---- IN and OUT: the engine executes them whatever IOPL and the I/O bitmap say ---- */

static void check_port(struct cpu_env *env, unsigned port, int size, uintptr_t retaddr)
{
	if (!uc_x86_ports || !uc_x86_ports->allowed(port & 0xffff, size))
		raise(env, 13, 0, retaddr);
}

#define PORT(suffix, size)                                                                         \
	unsigned long __wrap_helper_in##suffix##_x86_64(struct cpu_env *env, unsigned port);       \
	unsigned long __wrap_helper_in##suffix##_x86_64(struct cpu_env *env, unsigned port)        \
	{                                                                                          \
		check_port(env, port, size, RETADDR());                                            \
		return uc_x86_ports->in(port & 0xffff, size);                                      \
	}                                                                                          \
	void __wrap_helper_out##suffix##_x86_64(struct cpu_env *env, unsigned port,                \
						unsigned value);                                   \
	void __wrap_helper_out##suffix##_x86_64(struct cpu_env *env, unsigned port,                \
						unsigned value)                                    \
	{                                                                                          \
		check_port(env, port, size, RETADDR());                                            \
		uc_x86_ports->out(port & 0xffff, size, value);                                     \
	}

PORT(b, 1)
PORT(w, 2)
PORT(l, 4)

/* ---- What the engine computes otherwise ---- */

const struct uc_x86_ops *uc_x86_ops;

/* AMD's LAR gives bits 16 to 19 of the limit too. The engine's helper finds the place of a fault
 * from the address that it returns to, which is in here: the place is put right first. */
unsigned long __real_helper_lar_x86_64(struct cpu_env *env, unsigned long selector);
unsigned long __wrap_helper_lar_x86_64(struct cpu_env *env, unsigned long selector);
unsigned long __wrap_helper_lar_x86_64(struct cpu_env *env, unsigned long selector)
{
	unsigned long rights;

	UC_X86_CALLS_HELPER();
	cpu_restore_state_x86_64(uc_x86_cpu, RETADDR(), 0);
	rights = __real_helper_lar_x86_64(env, selector);
	if (rights && !uc_x86_intel && uc_x86_ops)
		rights |= uc_x86_ops->limit_bits((unsigned)selector & 0xffff);
	return rights;
}

/* WRFSBASE and WRGSBASE refuse an address that is not canonical. The engine calls this before it
 * executes one of them. */
#define CR4_FSGSBASE (1U << 16)
void __real_helper_cr4_testbit_x86_64(struct cpu_env *env, unsigned bit);
void __wrap_helper_cr4_testbit_x86_64(struct cpu_env *env, unsigned bit);
void __wrap_helper_cr4_testbit_x86_64(struct cpu_env *env, unsigned bit)
{
	__real_helper_cr4_testbit_x86_64(env, bit);
	if (bit != CR4_FSGSBASE || !uc_x86_ops)
		return;
	cpu_restore_state_x86_64(uc_x86_cpu, RETADDR(), 0);
	if (uc_x86_ops->bad_base())
		raise(env, 13, 0, 0);
}
