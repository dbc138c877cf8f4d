/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_CPU_UNICORN_TRAPS_H
#define TRAPGATE_CPU_UNICORN_TRAPS_H

#include <stdbool.h>

/* What the engine knows of the exception that it reports next; to be cleared before each run. */
struct uc_x86_trap {
	unsigned error_code;
	int int_length; /* of the INT n instruction that asked for it, or 0 */
};
extern struct uc_x86_trap uc_x86_trap;

/* Port I/O. An instruction whose port is not allowed faults with #GP. */
struct uc_x86_port_ops {
	bool (*allowed)(unsigned port, int size);
	unsigned (*in)(unsigned port, int size);
	void (*out)(unsigned port, int size, unsigned value);
};
extern const struct uc_x86_port_ops *uc_x86_ports;

/* The engine's CPU, once it has run. */
extern unsigned char *uc_x86_cpu;

/* After a run that ended because there was no code at the program counter: when an indirect jump,
 * call or return led there, puts the program counter (not the stack pointer) back to it. */
bool uc_x86_unwind_jump(void);
void uc_x86_forget_jump(void);

#endif
