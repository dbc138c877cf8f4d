/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_CPU_UNICORN_TRAPS_H
#define TRAPGATE_CPU_UNICORN_TRAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "cpu/cpu.h"

/* What the engine knows of the exception that it reports next; to be cleared before each run. */
struct uc_x86_trap {
	unsigned error_code;
	bool touching; /* a page fault is at this address: */
	unsigned long touched;
	bool stepped_off; /* #GP: the jump there led to an address that is not canonical */
	unsigned dr6;	  /* #DB: the breakpoints that were met */
};
extern struct uc_x86_trap uc_x86_trap;

/* See cpu_set_ports(). */
extern const struct cpu_port_ops *uc_x86_ports;

struct uc_x86_pointers {
	unsigned fop;
	uint64_t ip, dp;
	uint16_t cs, ds;
	bool wide; /* the present instruction stores 64 bits, not 32 and the selector */
};

/* Questions about the guest that the functions put between the engine's own have. */
struct uc_x86_ops {
	unsigned (*limit_bits)(unsigned selector); /* bits 16 to 19 of a descriptor's limit */
	bool (*bad_lock)(unsigned long addr);	   /* LOCK must not stand before what is there */
	bool (*bad_base)(void); /* the instruction writes an address that is not canonical */
	/* the stack pointer, and the size of what the far transfer pops from it or pushes */
	unsigned long (*stack)(unsigned *size);
	/* the instruction flushes the cache line at the address */
	bool (*flushes_line)(unsigned long *addr);
	/* it is ENTER, which pushes first there and leaves the stack pointer at `end` */
	bool (*enters)(unsigned long *push, unsigned long *end);
	bool (*bad_port)(void); /* it is INS or OUTS, and the port is forbidden */
	/* the x87's pointers, with an exception pending or without */
	void (*x87_pointers)(struct uc_x86_pointers *p, bool exception);
	void (*load_x87_pointers)(const struct uc_x86_pointers *p);
	void (*segment_loaded)(void); /* the instruction has loaded a segment register */
};
extern const struct uc_x86_ops *uc_x86_ops;

/* Raises #GP(0) for the guest instruction whose translation returns to retaddr. */
struct cpu_env;
_Noreturn void uc_x86_raise_gp(struct cpu_env *env, unsigned long retaddr);

/* The same for the exception `vector` with error code 0. */
_Noreturn void uc_x86_raise(struct cpu_env *env, int vector, unsigned long retaddr);

/* For the head of what stands between translated code and a helper of the engine's that reaches
 * guest memory: the helper takes its own return address for the translated code's, which is ours
 * where it is called and not jumped to. A fault inside it is then at the instruction that called
 * us. */
extern uintptr_t uc_x86_called_from;
#define UC_X86_CALLS_HELPER() (uc_x86_called_from = (uintptr_t)__builtin_return_address(0))

/* See cpu_watch_locked(). */
extern const volatile unsigned *uc_x86_locked_word;
extern void (*uc_x86_before_locked)(void);

/* The engine's CPU, once it has run. */
extern unsigned char *uc_x86_cpu;
/* Forgets the translation of one guest page. */
void uc_x86_flush_page(unsigned long page);
/* Its registers, once it has executed INT. */
struct cpu_env *uc_x86_env(void);

/* The vendor's rules for SYSCALL in compatibility mode and SYSENTER in long mode. */
extern bool uc_x86_intel;

/* SGDT, SIDT, SLDT, SMSW and STR are undefined for the engine. */
extern bool uc_x86_umip;

/* Inside the hooks of SYSCALL and SYSENTER: the instruction's length, prefixes included, which the
 * engine adds to the program counter afterwards. */
extern int uc_x86_gate_length;
/* Set there: the program goes on with TF set. */
extern bool uc_x86_gate_tf;
/* The next single step's trap is SYSENTER's; to be cleared before each run. */
extern bool uc_x86_after_sysenter;

/* TF is set for a step that the program knows nothing of. */
extern bool uc_x86_borrows_tf;

/* Blocks that are translated from now on consist of one instruction. */
extern bool uc_x86_one_insn;

/* A block of translated code, as far as the engine's description of it is known here. */
struct uc_x86_block {
	uint64_t pc, cs_base;
	uint32_t flags;
	uint16_t size; /* bytes of guest code */
};
/* Called for each block that has been translated; or NULL. */
extern void (*uc_x86_translated)(const struct uc_x86_block *);

/* Where the engine keeps CS and SS. To be found out by calling uc_x86_find_cs() in 64-bit mode (CS
 * 0x33), with `first`, and then in compatibility mode (0x23), both at CPL 3 after an INT; false:
 * not found. */
extern const volatile unsigned *uc_x86_cs, *uc_x86_ss;
bool uc_x86_find_cs(bool first);

/* Loads a segment register from the GDT or LDT as an instruction at CPL 3 would; false: it would
 * fault. Only while the engine is left. */
enum uc_x86_seg { UC_X86_ES, UC_X86_CS, UC_X86_SS, UC_X86_DS, UC_X86_FS, UC_X86_GS };
bool uc_x86_load_seg(enum uc_x86_seg reg, unsigned selector);
/* The same for CS, of which the caller knows that it can be loaded. The program counter becomes 0.
 */
void uc_x86_load_cs(unsigned selector);

/* Opcodes (op, behind the prefixes; reg of their ModRM byte) that LOCK may stand before, all with a
 * ModRM byte (SDM vol. 2, LOCK). */
bool uc_x86_lockable(const unsigned char *op, unsigned reg);
/* Whether the instruction, of three bytes at least, reads its operand in memory in order to write
 * it: those that LOCK may stand before, shifts and rotates. */
bool uc_x86_will_write(const unsigned char *op);

uint64_t uc_x86_segment_base(enum uc_x86_seg seg);

#endif
