/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine: one x86-64 CPU in long mode at CPL 3 that runs 64-bit and 32-bit code. This header
 * is all that the rest of trapgate knows of it; the engine behind it is Unicorn. */
#ifndef TRAPGATE_CPU_CPU_H
#define TRAPGATE_CPU_CPU_H

#include "abi/pt_regs.h"
#include "abi/types.h"

/* One engine per process; its state is the running task's. */

enum cpu_access { CPU_READ = 1, CPU_WRITE = 2, CPU_EXEC = 4 };

/* What cpu_ops.fill answers: where a guest page lies in the arena and what may be done to it. */
struct cpu_xlate {
	u64 phys; /* offset in the arena, page aligned */
	u32 prot; /* CPU_READ | CPU_WRITE | CPU_EXEC of the mapping */
};

/* What the kernel loads into a CPU when it starts, see entry/kernel.h. */
struct cpu_boot {
	const struct cpu_msr {
		u32 nr;
		u64 value;
	} * msrs;
	size_t nr_msrs;
	const u64 (*idt)[2]; /* 256 gates */
	const void *tss;     /* the 104 bytes that the hardware defines */
};

struct cpu_ops {
	const struct cpu_boot *boot; /* or NULL */
	/* Translates a guest page for an access; false: the access faults. */
	bool (*fill)(guest_addr page, enum cpu_access access, struct cpu_xlate *out);
	/* How many of the `max` pages behind one that was filled lie behind it in the arena, and
	 * allow what it allows. */
	u32 (*ahead)(guest_addr page, enum cpu_access access, u32 max);
	/* Whether nothing is mapped at a page whose place in the arena is, or would be, phys. */
	bool (*spare)(guest_addr page, u64 phys);
	/* The guest executed SYSCALL, SYSENTER or INT 0x80. Called with the engine running; may
	 * use the cpu_gate_* functions and cpu_kick(), and nothing that replaces the state. */
	void (*gate)(enum gate gate);
};

enum cpu_vector { /* Intel SDM vol. 3, table 6-1 */
		  X86_TRAP_DE,
		  X86_TRAP_DB,
		  X86_TRAP_NMI,
		  X86_TRAP_BP,
		  X86_TRAP_OF,
		  X86_TRAP_BR,
		  X86_TRAP_UD,
		  X86_TRAP_NM,
		  X86_TRAP_DF,
		  X86_TRAP_OLD_MF,
		  X86_TRAP_TS,
		  X86_TRAP_NP,
		  X86_TRAP_SS,
		  X86_TRAP_GP,
		  X86_TRAP_PF,
		  X86_TRAP_SPURIOUS,
		  X86_TRAP_MF,
		  X86_TRAP_AC,
		  X86_TRAP_MC,
		  X86_TRAP_XF,
};

enum cpu_exit_reason {
	CPU_EXIT_KICK,	    /* cpu_kick() was seen */
	CPU_EXIT_EXCEPTION, /* the guest caused an exception */
};

struct cpu_exit {
	enum cpu_exit_reason reason;
	int vector;	       /* CPU_EXIT_EXCEPTION: enum cpu_vector */
	bool icebp;	       /* X86_TRAP_DB of the instruction INT1 */
	u32 dr6;	       /* X86_TRAP_DB: DR6_* */
	u32 error_code;	       /* as the CPU would push it; page faults: P/W/U/I bits */
	guest_addr fault_addr; /* X86_TRAP_PF: CR2 */
};

enum cpu_umip_kind { CPU_SGDT, CPU_SIDT, CPU_SLDT, CPU_SMSW, CPU_STR };

/* What the instruction at the program counter, which was #GP, wanted to do. */
struct cpu_umip {
	int insn; /* enum cpu_umip_kind */
	bool is_reg;
	u32 reg, size;	 /* the operand is this register; its size in bytes */
	guest_addr addr; /* or memory */
	int length;
};
/* False: it is none of them, or the CPU has no UMIP. */
bool cpu_umip_insn(struct cpu_umip *u);

enum cpu_model { CPU_MODEL_INTEL, CPU_MODEL_AMD };

/* What IN, OUT, INS and OUTS do. An instruction whose port is not allowed faults with #GP; without
 * these functions none is. */
struct cpu_port_ops {
	bool (*allowed)(u32 port, int size);
	u32 (*in)(u32 port, int size);
	void (*out)(u32 port, int size, u32 value);
};
void cpu_set_ports(const struct cpu_port_ops *ops);

/* The model whose rules the host's CPU follows. */
enum cpu_model cpu_host_model(void);
/* The model in use. */
enum cpu_model cpu_model(void);

/* Of the arena's beginning: the CPU's own. */
#define CPU_TABLES_SIZE 0x20000UL

/* Creates the engine over `size` bytes of host memory at `arena`. Ends the program on failure. */
void cpu_init(const struct cpu_ops *ops, void *arena, u64 size, enum cpu_model model);

/* Runs the guest until something needs attention. Registers are the engine's. */
struct cpu_exit cpu_run(void);

/* Makes cpu_run() return: the present one as soon as cpu_ops.gate has returned, or the next one at
 * once. For use inside cpu_ops.gate or while the engine is left. */
void cpu_kick(void);
/* The same from a signal handler, at whatever point it interrupted; or from another host thread,
 * where the engine may take no notice: to be repeated until it does. */
void cpu_kick_from_signal(void);

/* The running thread's debug registers, as the CPU has them in user mode: where they are enabled,
 * guest code (not what calls read or write for it) raises X86_TRAP_DB. */
#define DR6_TRAPS 0xf	 /* the breakpoints that were met */
#define DR6_STEP  0x4000 /* TF */
struct cpu_debug {
	guest_addr addr[4];
	u64 dr7;
};
void cpu_set_debug(const struct cpu_debug *d);

/* All registers. cpu_get_regs() leaves orig_ax alone; ip is the next instruction's address.
 * cpu_set_regs() loads cs and ss as IRET does; where that faults, cpu_run() says so and
 * cpu_get_regs() shows the refused selectors until then. Only while the engine is left. */
void cpu_get_regs(struct pt_regs *regs);
void cpu_set_regs(const struct pt_regs *regs);

/* The registers that a gate's fast path needs, read and written inside cpu_ops.gate.
 * cpu_gate_enter fills what the way out depends on: ax; with SYSCALL also flags, ip (the address
 * after the instruction), cx and r11; with SYSENTER and compat SYSCALL flags, bp, cx, sp and cs;
 * with INT 0x80 ip. Nothing else of regs is touched. */
void cpu_gate_enter(enum gate gate, struct pt_regs *regs);
/* The first n arguments in the gate's registers: rdi, rsi, rdx, r10, r8, r9 with SYSCALL, else
 * ebx, ecx (compat SYSCALL: ebp), edx, esi, edi, ebp, which are not yet truncated to 32 bits. */
void cpu_gate_args(enum gate gate, u64 *args, u32 n);
/* cpu_gate_sysret writes ax, cx, r11 (SYSCALL's way out to the next instruction). */
void cpu_gate_sysret(const struct pt_regs *regs);
/* cpu_gate_iret writes ax only (INT 0x80's way out to the next instruction). */
void cpu_gate_iret(const struct pt_regs *regs);
/* The ways out of SYSENTER and compat SYSCALL continue at regs->ip. cpu_gate_sysret32 writes ax,
 * cx, bp, sp and r8 to r15, cpu_gate_iret32 ax, cx, bp and sp. */
void cpu_gate_sysret32(const struct pt_regs *regs);
/* From now on cpu_gate_sysret32 writes r8 to r15 also where no 64-bit code could see them. */
void cpu_gate_all_regs(void);
void cpu_gate_iret32(const struct pt_regs *regs);
/* True when the guest has this CS and USER_DS in SS, inside cpu_ops.gate. */
bool cpu_gate_flat(u16 cs);
/* True when the guest runs 64-bit code (CS.L), inside cpu_ops.gate. */
bool cpu_gate_long_mode(void);

/* ---- The system registers and the tables that they point to (system.c) ---- */

/* Kernel-half addresses, where Linux has them on CPU 0. */
#define CPU_IDT		0xfffffe0000000000UL
#define CPU_ENTRY_STACK 0xfffffe0000003000UL /* its top: TSS.RSP0 */
#define CPU_TSS		0xfffffe0000003000UL
#define CPU_TASK_STACK	0xffffc90000104000UL /* its top: the running task's kernel stack */
#define CPU_TSS_LIMIT	0x4087

u64 cpu_get_msr(u32 nr);

struct cpu_table_reg {
	u16 selector; /* TR only */
	u64 base;
	u32 limit;
};
void cpu_get_tables(struct cpu_table_reg *gdtr, struct cpu_table_reg *idtr,
		    struct cpu_table_reg *tr);
/* Reads and writes those tables and the two kernel stacks at their kernel addresses; false when
 * nothing is there. */
bool cpu_kernel_read(u64 addr, void *dst, size_t n);
bool cpu_kernel_write(u64 addr, const void *src, size_t n);

/* All registers as the gate's instruction found or left them, inside cpu_ops.gate; ip is the next
 * instruction's address. Returns the instruction's length with its prefixes (INT 0x80: without). */
int cpu_gate_regs(enum gate gate, struct pt_regs *regs);

/* Where the engine keeps the general registers, for other processes that were forked with it: they
 * are current while a gate's call is served with the engine not left. NULL: it is not known. */
struct cpu_words {
	u64 gpr[16],
		ip; /* in the order of their numbers; ip as the engine has it inside the gate */
};
const struct cpu_words *cpu_words(void);
void cpu_words_regs(const struct cpu_words *words, struct pt_regs *regs);

/* From now on calls fn before each instruction of the guest. Slow. */
void cpu_watch_insns(void (*fn)(guest_addr ip, u32 size));

/* Segments. Selectors are as the guest loaded them. */
struct cpu_segs {
	u16 ds, es, fs, gs;
	u64 fs_base, gs_base;
};
void cpu_get_segs(struct cpu_segs *segs);
/* Loads the selectors through the GDT and LDT, null for those that would fault, and for null fs and
 * gs the bases. */
void cpu_set_segs(const struct cpu_segs *segs);
/* Loads the segment registers among ds, es, fs and gs that hold a selector again: its descriptor
 * changed. */
void cpu_reload_segs(u16 selector);
/* Loads ds and es again if they hold selectors of the LDT, which was changed. */
void cpu_refresh_ldt_segs(void);
u64 cpu_get_fs_base(void);
u64 cpu_get_gs_base(void);
void cpu_set_fs_base(u64 base);
void cpu_set_gs_base(u64 base);
/* Writes descriptor `index` (GDT_TLS_MIN..GDT_TLS_MAX) of the GDT, as the CPU reads it. */
void cpu_set_gdt(int index, u64 descriptor);
u64 cpu_get_gdt(int index);
/* The same for entry `index` (0..8191) of the LDT; cpu_reset() empties it. */
void cpu_set_ldt(int index, u64 descriptor);
u64 cpu_get_ldt(int index);
/* One more than the highest entry that was ever set. */
u32 cpu_ldt_entries(void);
/* The descriptor that a selector names; false, and 0: a null selector, or beyond its table. */
bool cpu_get_descriptor(u16 selector, u64 *descriptor);

/* The FXSAVE image (Intel SDM vol. 1, 10.5.1), 512 bytes. */
struct cpu_fxstate {
	u16 cwd, swd, twd, fop;
	u64 rip, rdp;
	u32 mxcsr, mxcsr_mask;
	u32 st_space[32];
	u32 xmm_space[64];
	u32 reserved[24];
} __attribute__((aligned(16)));
void cpu_get_fpu(struct cpu_fxstate *fx);
void cpu_set_fpu(const struct cpu_fxstate *fx);
/* The state after FINIT and with the default MXCSR. */
void cpu_reset_fpu(void);

/* Clears all registers, FPU and segments to what a program starts with in 64-bit or 32-bit mode. */
void cpu_reset(bool compat);

/* Time-stamp disable: RDTSC and RDTSCP are #GP (prctl(PR_SET_TSC)). */
void cpu_set_tsd(bool on);

/* Everything that the running thread has in the engine, for the time that another one runs there.
 * Only while the engine is left. The GDT is not part of it. */
struct cpu_context;
struct cpu_context *cpu_context_new(void);
void cpu_context_save(struct cpu_context *c);
void cpu_context_load(const struct cpu_context *c);

/* Forgets translations of guest addresses (the mapping or its permissions changed). Callable
 * inside cpu_ops.gate. */
void cpu_flush(guest_addr start, u64 len);
void cpu_flush_all(void);
/* Forgets code translated from a piece of the arena (its content changed or it is to be reused). */
void cpu_invalidate_code(u64 phys, u64 len);

/* The program is to be replaced by another one. Its translations are kept for where that one has
 * the same code (kept.c). Every page is opened anew: cpu_flush_all() is to follow. */
void cpu_keep_code(void);
/* Nothing of what has been translated is there any more. */
void cpu_forget_code(void);

/* A process that forks others which run programs, one after the other, has the translations that
 * they have in common (warm.c): prepare() before the first, start() in those that take part,
 * learn() before another one is forked, with a program of its own or without. */
void cpu_warm_prepare(void);
void cpu_warm_start(void);
void cpu_warm_learn(bool program);
/* The thread that ran the engine was killed: nobody runs it any more. */
void cpu_abandoned(void);

/* PAUSE makes cpu_run() return while *word is not 0. cpu_take_pause() tells, once, that it has. */
void cpu_watch_pause(const u32 *word);
bool cpu_take_pause(void);
/* The block that has CPUID makes cpu_run() return. */
void cpu_stop_at_cpuid(bool on);

/* While *word is not 0, fn is called before each locked CMPXCHG and each XCHG of four bytes in
 * memory, with the engine running. NULL: no word. */
void cpu_watch_locked(const u32 *word, void (*fn)(void));

/* CPUID as the guest sees it. */
void cpu_cpuid(u32 leaf, u32 subleaf, u32 out[4]);

/* "Unicorn 2.1.1" */
const char *cpu_engine_version(void);
/* Disassembles one instruction to text ("mov rax, rbx"); returns its length, 0 if invalid. */
int cpu_disasm(const u8 *code, size_t len, guest_addr addr, bool long_mode, char *out, size_t n);

/* Measures the quirks that this file's implementation relies on and prints a line for each;
 * returns the number that are not as expected. For `trapgate self-test` and make check. */
int cpu_selftest(bool verbose);

#endif
