/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of src/cpu/ only. */
#ifndef TRAPGATE_CPU_ENGINE_H
#define TRAPGATE_CPU_ENGINE_H

#include <unicorn/unicorn.h>

#include "cpu/cpu.h"

/* Kernel-half addresses of what the CPU itself needs, where Linux has its per-CPU GDT
 * (CPU_ENTRY_AREA_RO_IDT ff.), and their places in the first pages of the arena. */
#define KERNEL_BASE   0xfffffe0000000000UL
#define KERNEL_GDT    0xfffffe0000001000UL
#define KERNEL_STUB   0xfffffe0000002000UL
#define KERNEL_STACK  0xfffffe0000003000UL
#define KERNEL_LDT    0xfffffe0000010000UL
#define KERNEL_LAND   0x1000UL		   /* where the first IRET lands; mapped during boot only */
#define INVAL_BASE    0xffffff0000000000UL /* see cpu_invalidate_code() */
#define PHYS_GDT      0x1000UL
#define PHYS_STUB     0x2000UL
#define PHYS_STACK    0x3000UL
#define PHYS_LAND     0x4000UL
#define PHYS_LDT      0x10000UL
#define LDT_SIZE      0x10000UL
#define GDT_ENTRY_LDT 10
#define SELECTOR_LDT  4u /* the selector's table indicator */

_Static_assert(PHYS_LDT + LDT_SIZE == CPU_TABLES_SIZE, "the LDT is the last of the CPU's tables");

/* system.c: loads what cpu_ops.boot says; before the pristine contexts are saved. */
void engine_boot(const struct cpu_boot *boot);
/* gdt.c: Linux's GDT (arch/x86/kernel/cpu/common.c), with the accessed bits set as the kernel has
 * them so that the CPU never writes there. */
void engine_write_gdt(void);
/* All of the LDT is there; what Linux would not have is empty. The selector is what SLDT shows: 0
 * as long as the process has none. */
void engine_load_ldtr(u16 selector);
/* regs.c: all but ip */
void engine_read_regs(struct pt_regs *regs);

struct refused_iret {
	int vector; /* with which IRET refused CS or SS, or -1 */
	u16 error, cs, ss;
};

struct engine {
	uc_engine *uc;
	const struct cpu_ops *ops;
	u8 *arena;
	u64 arena_size;
	uc_context *kernel;  /* pristine, at CPL 0 */
	uc_context *user[2]; /* pristine, at CPL 3: 64-bit, compatibility mode */
	bool boot;	     /* running the stub that enters user mode */
	u64 ip;		     /* where cpu_run() starts */
	struct refused_iret iret;
	u32 ldt_changes; /* how often the LDT was written to... */
	u32 ldt_seen;	 /* ... up to when CS, SS, DS and ES were loaded */
	bool seen_64;	 /* 64-bit code may have run since cpu_reset() */
	size_t ldt_used; /* bytes of the LDT that may be other than 0 */
	/* what ended the run */
	int vector;	      /* of UC_HOOK_INTR, or -1 */
	guest_addr miss_page; /* last refused TLB fill */
	int miss_access;
	guest_addr smc_page; /* refused because its own code was about to write to it, or 0 */
	bool stepping;	     /* executing the one instruction that does */
	bool gdt_open;	     /* executing one instruction that loads a descriptor */
	u64 inval_phys;	     /* what INVAL_BASE pages translate to */
	u64 inval_next;
	u64 fills, fills_limit; /* TLB growth */
	struct cpu_debug debug;
	bool debugging; /* something of it is enabled */
	bool resume;	/* RF was set when cpu_run() was about to start */
	bool watch;	/* a page was refused because it has data breakpoints */
};

extern struct engine eng;

/* The guest's address of the access that faulted, as precisely as the instruction tells; *stack: it
 * goes through the SS segment. Where the instruction reads in order to write, eng.miss_access
 * becomes CPU_WRITE. */
guest_addr fault_address(guest_addr ip, guest_addr miss_page, int access, bool *stack);

/* The first byte of the opcode at ip, behind the prefixes, and the one after it; -1: not there. */
int engine_opcode(guest_addr ip, int *second);
bool has_rex_w(guest_addr ip);
/* Whether the instruction at ip makes the CPU read a descriptor table (the engine does not tell its
 * own descriptor loads from a guest's loads); whether it loads one segment register from there. */
bool loads_descriptor(guest_addr ip);
bool loads_segment(guest_addr ip);

/* Whether the instruction at ip is INS or OUTS for a port that user space may not use. The CPU
 * looks at that before it looks at memory. */
bool forbidden_port_io(guest_addr ip);

/* The vector of an instruction at *ip that the engine does not know; moves *ip behind INT1. */
int undefined_opcode(guest_addr *ip);

/* Whether the instruction at the engine's program counter is WRFSBASE or WRGSBASE with an address
 * that is not canonical. */
bool writes_bad_base(void);
/* See struct uc_x86_ops. */
u64 far_transfer_stack(u32 *size);
bool flushes_line(u64 *addr);
bool enters(u64 *push, u64 *end);
struct uc_x86_pointers;
void x87_pointers(struct uc_x86_pointers *p, bool exception);
void load_x87_pointers(const struct uc_x86_pointers *p);

/* The address of the first operand of the instruction at ip; false: it is not in memory. */
bool memory_operand(guest_addr ip, guest_addr *addr);

/* Sets RF: the CPU saves faults so. */
void engine_set_rf(void);

/* umip.c */
void umip_init(void);

/* Whether LOCK must not stand before the instruction at addr (its other prefixes may follow). */
bool bad_lock(u64 addr);

/* Takes back what the call or return at ip, whose target turned out not to be canonical, did to the
 * stack pointer. */
void undo_branch(guest_addr ip);

/* Whether it is a string instruction with a REP prefix. */
bool is_repeated(guest_addr ip);

/* Reads guest memory through the TLB fill; returns the number of bytes read. */
size_t engine_peek(guest_addr addr, void *dst, size_t n, int access);
/* Where in memory the instruction at ip is: CS may have a base. The same of what lies there. */
guest_addr code_address(guest_addr ip);
size_t engine_code(guest_addr ip, u8 code[15]);

/* regs.c: the state that programs begin with has changed. */
void regs_forget_fresh(void);

#endif
