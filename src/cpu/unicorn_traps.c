/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Unicorn's hooks do not tell about an exception: its error code, whether an instruction asked
 * for it, and the exact place of port I/O and of a jump that led nowhere. The linker's --wrap puts
 * the functions here between the translated code and Unicorn's own helpers (mk/program.mk). They
 * are linked with the engine into one object, so that they can name what it keeps to itself. */
#include "cpu/unicorn_traps.h"

#include <stdint.h>

struct cpu_env; /* CPUX86State */

#define RETADDR() ((uintptr_t)__builtin_return_address(0))

_Noreturn void raise_exception_err_ra_x86_64(struct cpu_env *env, int vector, int error_code,
					     uintptr_t retaddr);
_Bool cpu_restore_state_x86_64(void *cpu, uintptr_t retaddr, _Bool will_exit);

struct uc_x86_trap uc_x86_trap;
const struct uc_x86_port_ops *uc_x86_ports;

/* ---- Error codes ---- */

_Noreturn void __real_raise_exception_err_ra_x86_64(struct cpu_env *env, int vector, int error_code,
						    uintptr_t retaddr);
_Noreturn void __wrap_raise_exception_err_ra_x86_64(struct cpu_env *env, int vector, int error_code,
						    uintptr_t retaddr);
_Noreturn void __wrap_raise_exception_err_ra_x86_64(struct cpu_env *env, int vector, int error_code,
						    uintptr_t retaddr)
{
	uc_x86_trap.error_code = (unsigned)error_code;
	__real_raise_exception_err_ra_x86_64(env, vector, error_code, retaddr);
}

_Noreturn void __real_raise_exception_err_x86_64(struct cpu_env *env, int vector, int error_code);
_Noreturn void __wrap_raise_exception_err_x86_64(struct cpu_env *env, int vector, int error_code);
_Noreturn void __wrap_raise_exception_err_x86_64(struct cpu_env *env, int vector, int error_code)
{
	uc_x86_trap.error_code = (unsigned)error_code;
	__real_raise_exception_err_x86_64(env, vector, error_code);
}

/* INT n and INT3 */
_Noreturn void __real_helper_raise_interrupt_x86_64(struct cpu_env *env, int vector, int length);
_Noreturn void __wrap_helper_raise_interrupt_x86_64(struct cpu_env *env, int vector, int length);
_Noreturn void __wrap_helper_raise_interrupt_x86_64(struct cpu_env *env, int vector, int length)
{
	if (vector != 0x80) /* which is a gate and does not end the run */
		uc_x86_trap.int_length = length;
	__real_helper_raise_interrupt_x86_64(env, vector, length);
}

/* ---- IN and OUT: the engine executes them whatever IOPL and the I/O bitmap say ---- */

static void check_port(struct cpu_env *env, unsigned port, int size, uintptr_t retaddr)
{
	if (!uc_x86_ports || !uc_x86_ports->allowed(port & 0xffff, size))
		raise_exception_err_ra_x86_64(env, 13, 0, retaddr);
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

/* ---- Jumps ---- */

/* Where the translated code is left by an indirect jump, call or return. When there is no code at
 * its target, the CPU's place is already there, and this tells where it came from. */
static uintptr_t last_jump;

void *__real_helper_lookup_tb_ptr_x86_64(struct cpu_env *env);
void *__wrap_helper_lookup_tb_ptr_x86_64(struct cpu_env *env);
void *__wrap_helper_lookup_tb_ptr_x86_64(struct cpu_env *env)
{
	last_jump = RETADDR();
	return __real_helper_lookup_tb_ptr_x86_64(env);
}

void uc_x86_forget_jump(void)
{
	last_jump = 0;
}

bool uc_x86_unwind_jump(void)
{
	uintptr_t from = last_jump;

	last_jump = 0;
	return from && uc_x86_cpu && cpu_restore_state_x86_64(uc_x86_cpu, from, 0);
}
