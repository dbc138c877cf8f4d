/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens at a gate, step by step, for somebody who watches.
 *
 * The gates of entry.c read and write only the registers that they need. While steps are watched,
 * each passage is also gone through in full, as the CPU and Linux's entry code do it: with the
 * MSRs, the IDT and the TSS that the engine holds (entry/kernel.h), with the frame pushed word by
 * word onto the kernel stack in its memory, and back out by the kernel's own choice of instruction.
 * Then the registers that the program really goes on with are compared with that. */
#ifndef TRAPGATE_ENTRY_STEPS_H
#define TRAPGATE_ENTRY_STEPS_H

#include "abi/pt_regs.h"
#include "abi/types.h"
#include "cpu/cpu.h"

/* Where a step belongs. Steps of the same stage do the same job in each gate. */
enum step_stage {
	STEP_INSTRUCTION, /* in user mode */
	STEP_CHECK,	  /* the CPU, on the way in */
	STEP_STACK,
	STEP_SAVE_SS,
	STEP_SAVE_SP,
	STEP_SAVE_FLAGS,
	STEP_SAVE_CS,
	STEP_SAVE_IP,
	STEP_FLAGS,
	STEP_CS,
	STEP_SS,
	STEP_TARGET,
	STEP_SWAPGS, /* the kernel's entry code */
	STEP_KSTACK,
	STEP_PT_SS,
	STEP_PT_SP,
	STEP_PT_FLAGS,
	STEP_PT_CS,
	STEP_PT_IP,
	STEP_PT_ORIG_AX,
	STEP_PT_GPRS,
	STEP_FIXUP,
	STEP_PT_REGS,
	STEP_NUMBER, /* dispatch */
	STEP_TABLE,
	STEP_ARGS,
	STEP_HANDLER,
	STEP_RESULT,
	STEP_WORK, /* the kernel's exit code */
	STEP_DECIDE,
	STEP_RESTORE,
	STEP_SWAPGS_OUT,
	STEP_OUT_IP, /* the CPU, on the way out */
	STEP_OUT_CS,
	STEP_OUT_FLAGS,
	STEP_OUT_SP,
	STEP_OUT_SS,
	STEP_DONE,     /* back in user mode */
	STEP_MISMATCH, /* the registers are not what they should be */
	STEP_COUNT
};

/* "cpu-in" and "target", for instance. */
const char *step_phase(enum step_stage stage);
const char *step_stage_name(enum step_stage stage);

struct entry_step {
	enum step_stage stage;
	const char *what; /* what is set, or NULL: "RIP", "pt_regs.cs" */
	bool has_value, has_before;
	u64 value, before;
	const char *from; /* where the value comes from, or NULL: "MSR_LSTAR" */
	char note[160];
};

/* One passage through a gate. */
struct entry_call {
	u32 seq; /* counts a process's passages from 1 */
	int pid;
	const char *gate; /* "SYSCALL", "SYSENTER", "INT 0x80" */
	const char *mode; /* "64-bit", "compat", "32-bit" */
	guest_addr ip;	  /* of the instruction */
	bool long_mode;
	u8 bytes[15];
	int length;
	struct pt_regs user;  /* as the instruction found them; ip is behind it */
	struct pt_regs frame; /* pt_regs as the kernel built them */
	struct pt_regs after; /* as the program goes on */
	const char *table;    /* "sys_call_table" or "ia32_sys_call_table" */
	s64 nr;
	const char *name, *handler; /* of the call, or NULL */
	u32 nargs;
	u64 args[6];
	bool has_result;
	long result;
	const char *out; /* "SYSRETQ", "SYSRETL", "IRETQ" */
};

struct steps_options {
	int fd; /* where lines go: an own descriptor, or 2 */
	bool json;
	enum cpu_model model;
	/* Unless 0: only the gate at this address, and the instructions that are executed from one
	 * address until another is reached, the first time (JSON only). */
	guest_addr only, from, to;
};

/* Starts watching. The run loop then uses steps_gate() for cpu_ops.gate. */
void steps_start(const struct steps_options *opt);
/* entry_gate(), watched. */
void steps_gate(enum gate gate);
/* A passage is open whose end the run loop has to tell, by steps_finish(), when the registers that
 * the program will go on with are in the engine. */
extern _Thread_local bool steps_open;
void steps_finish(void);

/* steps_print.c */
void steps_print(const struct steps_options *opt, const struct entry_call *call,
		 const struct entry_step *step);
void steps_print_insn(const struct steps_options *opt, guest_addr ip, const u8 *bytes, u32 size,
		      bool long_mode);

#endif
