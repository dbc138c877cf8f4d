/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "entry/steps.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "abi/syscall.h"
#include "entry/entry.h"
#include "entry/kernel.h"
#include "host/host.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/task.h"
#include "trace/trace.h"

_Thread_local bool steps_open;

/* The ways in. */
enum path { SYSCALL_64, SYSCALL_COMPAT, SYSENTER_COMPAT, INT80 };

/* The CPU as the kernel sees it, from the instruction on. */
struct machine {
	enum path path;
	u64 rip, rsp, rflags, cs, ss, rcx, r11, gs_base, kernel_gs_base;
	struct pt_regs regs; /* the frame, once it is complete */
	guest_addr landing;  /* the vDSO's, where the fast 32-bit gates return to */
	bool arg6_fault;
};

static struct steps_options options;
/* A guest thread is a host thread: each has its own passage. */
static _Thread_local struct entry_call call;
static _Thread_local struct machine m;

static const struct {
	const char *phase, *name;
} stages[STEP_COUNT] = {
	[STEP_INSTRUCTION] = {"user", "instruction"},
	[STEP_CHECK] = {"cpu-in", "check"},
	[STEP_STACK] = {"cpu-in", "stack"},
	[STEP_SAVE_SS] = {"cpu-in", "save-ss"},
	[STEP_SAVE_SP] = {"cpu-in", "save-sp"},
	[STEP_SAVE_FLAGS] = {"cpu-in", "save-flags"},
	[STEP_SAVE_CS] = {"cpu-in", "save-cs"},
	[STEP_SAVE_IP] = {"cpu-in", "save-ip"},
	[STEP_FLAGS] = {"cpu-in", "flags"},
	[STEP_CS] = {"cpu-in", "cs"},
	[STEP_SS] = {"cpu-in", "ss"},
	[STEP_TARGET] = {"cpu-in", "target"},
	[STEP_SWAPGS] = {"entry", "swapgs"},
	[STEP_KSTACK] = {"entry", "kernel-stack"},
	[STEP_PT_SS] = {"entry", "pt-ss"},
	[STEP_PT_SP] = {"entry", "pt-sp"},
	[STEP_PT_FLAGS] = {"entry", "pt-flags"},
	[STEP_PT_CS] = {"entry", "pt-cs"},
	[STEP_PT_IP] = {"entry", "pt-ip"},
	[STEP_PT_ORIG_AX] = {"entry", "pt-orig-ax"},
	[STEP_PT_GPRS] = {"entry", "pt-gprs"},
	[STEP_FIXUP] = {"entry", "fixup"},
	[STEP_PT_REGS] = {"entry", "pt-regs"},
	[STEP_NUMBER] = {"dispatch", "number"},
	[STEP_TABLE] = {"dispatch", "table"},
	[STEP_ARGS] = {"dispatch", "args"},
	[STEP_HANDLER] = {"dispatch", "handler"},
	[STEP_RESULT] = {"dispatch", "result"},
	[STEP_WORK] = {"exit", "work"},
	[STEP_DECIDE] = {"exit", "decide"},
	[STEP_RESTORE] = {"exit", "restore"},
	[STEP_SWAPGS_OUT] = {"exit", "swapgs"},
	[STEP_OUT_IP] = {"cpu-out", "ip"},
	[STEP_OUT_CS] = {"cpu-out", "cs"},
	[STEP_OUT_FLAGS] = {"cpu-out", "flags"},
	[STEP_OUT_SP] = {"cpu-out", "stack"},
	[STEP_OUT_SS] = {"cpu-out", "ss"},
	[STEP_DONE] = {"user", "done"},
	[STEP_MISMATCH] = {"user", "mismatch"},
};

const char *step_phase(enum step_stage stage)
{
	return stages[stage].phase;
}

const char *step_stage_name(enum step_stage stage)
{
	return stages[stage].name;
}

/* ---- Telling ---- */

static void __attribute__((format(printf, 2, 3))) emit(struct entry_step *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->note, sizeof(s->note), fmt, ap);
	va_end(ap);
	steps_print(&options, &call, s);
}

/* A step that only says something. */
#define say(stg, ...) emit(&(struct entry_step){.stage = (stg)}, __VA_ARGS__)

/* Sets a register of the machine. */
static void set(enum step_stage stage, const char *what, u64 *reg, u64 value, const char *from,
		const char *note)
{
	struct entry_step s = {.stage = stage,
			       .what = what,
			       .has_value = true,
			       .has_before = true,
			       .value = value,
			       .before = *reg,
			       .from = from};

	*reg = value;
	emit(&s, "%s", note);
}

/* PUSH in kernel mode: into the memory of the kernel stack. */
static void push(enum step_stage stage, const char *what, u64 value, const char *from,
		 const char *note)
{
	struct entry_step s = {
		.stage = stage, .what = what, .has_value = true, .value = value, .from = from};

	m.rsp -= 8;
	if (!cpu_kernel_write(m.rsp, &value, 8))
		fatal("no kernel stack at %#lx", m.rsp);
	if (stage != STEP_COUNT)
		emit(&s, "%s", note);
}

static u64 pop(void)
{
	u64 value = 0;

	cpu_kernel_read(m.rsp, &value, 8);
	m.rsp += 8;
	return value;
}

/* ---- The CPU, on the way in ---- */

static bool amd(void)
{
	return options.model == CPU_MODEL_AMD;
}

static bool cpu_syscall(void)
{
	u64 star = cpu_get_msr(MSR_STAR), mask = cpu_get_msr(MSR_SYSCALL_MASK);
	bool from64 = m.path == SYSCALL_64;

	if (!from64 && !amd()) {
		say(STEP_CHECK, "#UD: this CPU has SYSCALL in 64-bit mode only");
		return false;
	}
	emit(&(struct entry_step){.stage = STEP_CHECK,
				  .what = "EFER.SCE",
				  .has_value = true,
				  .value = cpu_get_msr(MSR_EFER) & EFER_SCE,
				  .from = "MSR_EFER"},
	     "SYSCALL is enabled");
	emit(
		&(struct entry_step){
			.stage = STEP_STACK, .what = "RSP", .has_value = true, .value = m.rsp},
		"unchanged: still the user's stack");
	say(STEP_SAVE_SS, "not saved");
	say(STEP_SAVE_SP, "not saved");
	set(STEP_SAVE_FLAGS, "R11", &m.r11, m.rflags, "RFLAGS", "");
	say(STEP_SAVE_CS, "not saved");
	set(STEP_SAVE_IP, "RCX", &m.rcx, m.rip, "RIP", "the next instruction");
	set(STEP_FLAGS, "RFLAGS", &m.rflags, m.rflags & ~mask, "~MSR_SYSCALL_MASK",
	    "interrupts are off");
	set(STEP_CS, "CS", &m.cs, star >> 32 & 0xfffc, "MSR_STAR[47:32]", "ring 0");
	set(STEP_SS, "SS", &m.ss, (star >> 32 & 0xffff) + 8, "MSR_STAR[47:32] + 8", "");
	set(STEP_TARGET, "RIP", &m.rip, cpu_get_msr(from64 ? MSR_LSTAR : MSR_CSTAR),
	    from64 ? "MSR_LSTAR" : "MSR_CSTAR", "");
	return true;
}

static bool cpu_sysenter(void)
{
	u64 cs = cpu_get_msr(MSR_IA32_SYSENTER_CS);

	if (amd()) {
		say(STEP_CHECK, "#UD: this CPU has no SYSENTER in long mode");
		return false;
	}
	emit(&(struct entry_step){.stage = STEP_CHECK,
				  .what = "SYSENTER_CS",
				  .has_value = true,
				  .value = cs,
				  .from = "MSR_SYSENTER_CS"},
	     "not 0: SYSENTER is enabled");
	set(STEP_STACK, "RSP", &m.rsp, cpu_get_msr(MSR_IA32_SYSENTER_ESP), "MSR_SYSENTER_ESP",
	    "the user's is lost: the vDSO copied it to EBP");
	say(STEP_SAVE_SS, "not saved");
	say(STEP_SAVE_SP, "not saved");
	say(STEP_SAVE_FLAGS, "not saved");
	say(STEP_SAVE_CS, "not saved");
	say(STEP_SAVE_IP, "not saved: where the instruction was is lost");
	set(STEP_FLAGS, "RFLAGS", &m.rflags,
	    m.rflags & ~(u64)(X86_EFLAGS_IF | X86_EFLAGS_VM | X86_EFLAGS_RF), "~(IF|VM|RF)",
	    "interrupts are off; the user's TF, NT, AC and DF stay");
	set(STEP_CS, "CS", &m.cs, cs & 0xfffc, "MSR_SYSENTER_CS", "ring 0");
	set(STEP_SS, "SS", &m.ss, (cs & 0xfffc) + 8, "MSR_SYSENTER_CS + 8", "");
	set(STEP_TARGET, "RIP", &m.rip, cpu_get_msr(MSR_IA32_SYSENTER_EIP), "MSR_SYSENTER_EIP", "");
	return true;
}

static bool cpu_int80(void)
{
	struct cpu_table_reg gdtr, idtr, tr;
	struct idt_gate gate;
	struct tss tss;
	u64 raw[2], sp = m.rsp, flags = m.rflags, ss = m.ss;

	cpu_get_tables(&gdtr, &idtr, &tr);
	if (!cpu_kernel_read(idtr.base + 16 * 0x80, raw, sizeof(raw)) ||
	    !cpu_kernel_read(tr.base, &tss, sizeof(tss)))
		fatal("no IDT at %#lx or no TSS at %#lx", idtr.base, tr.base);
	gate = idt_gate_decode(raw);
	emit(&(struct entry_step){.stage = STEP_CHECK,
				  .what = "gate DPL",
				  .has_value = true,
				  .value = gate.dpl,
				  .from = "IDT[0x80]"},
	     "an interrupt gate that ring 3 may use");
	set(STEP_STACK, "RSP", &m.rsp, gate.ist ? tss.ist[gate.ist - 1] : tss.sp0, "TSS.RSP0", "");
	push(STEP_SAVE_SS, "[RSP]", ss, "SS", "pushed");
	push(STEP_SAVE_SP, "[RSP]", sp, "RSP", "pushed");
	push(STEP_SAVE_FLAGS, "[RSP]", flags, "RFLAGS", "pushed");
	push(STEP_SAVE_CS, "[RSP]", m.cs, "CS", "pushed");
	push(STEP_SAVE_IP, "[RSP]", m.rip, "RIP", "pushed: the next instruction");
	set(STEP_FLAGS, "RFLAGS", &m.rflags,
	    flags & ~(u64)(X86_EFLAGS_IF | X86_EFLAGS_TF | X86_EFLAGS_NT | X86_EFLAGS_RF |
			   X86_EFLAGS_VM),
	    "~(IF|TF|NT|RF|VM)", "interrupts are off: an interrupt gate");
	set(STEP_CS, "CS", &m.cs, gate.selector, "IDT[0x80]", "ring 0");
	set(STEP_SS, "SS", &m.ss, 0, "", "the null selector");
	set(STEP_TARGET, "RIP", &m.rip, gate.offset, "IDT[0x80]", "");
	return true;
}

/* ---- The kernel's entry code ---- */

static void swapgs(enum step_stage stage)
{
	u64 user = m.gs_base;

	m.gs_base = m.kernel_gs_base;
	m.kernel_gs_base = user;
	emit(&(struct entry_step){.stage = stage,
				  .what = "GS base",
				  .has_value = true,
				  .has_before = true,
				  .value = m.gs_base,
				  .before = user,
				  .from = "MSR_KERNEL_GS_BASE"},
	     stage == STEP_SWAPGS ? "SWAPGS: the per-CPU area" : "SWAPGS: the user's again");
}

/* RSP for the task's own stack: per-CPU data that lies next to the TSS in the engine, as sp1. */
static void task_stack(const char *note)
{
	struct cpu_table_reg gdtr, idtr, tr;
	struct tss tss = {0};

	cpu_get_tables(&gdtr, &idtr, &tr);
	cpu_kernel_read(tr.base, &tss, sizeof(tss));
	set(STEP_KSTACK, "RSP", &m.rsp, tss.sp1, "per-CPU top_of_stack", note);
}

/* PUSH_AND_CLEAR_REGS rax=$-ENOSYS */
static void push_gprs(u64 cx, u64 r11)
{
	const struct pt_regs *u = &call.user;
	u64 ax = (u64)-ENOSYS;
	/* the way they are pushed: from pt_regs.di down to r15 */
	u64 v[] = {u->di, u->si, u->dx, cx,	ax,	u->r8,	u->r9, u->r10,
		   r11,	  u->bx, u->bp, u->r12, u->r13, u->r14, u->r15};

	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		push(STEP_COUNT, NULL, v[i], NULL, "");
	emit(&(struct entry_step){.stage = STEP_PT_GPRS,
				  .what = "pt_regs.ax",
				  .has_value = true,
				  .value = ax,
				  .from = "-ENOSYS"},
	     "di to r15 pushed, then cleared in the CPU; ax waits for the result");
}

static void entry_syscall_64(void)
{
	u64 sp = m.rsp;

	task_stack("the user's went to per-CPU TSS.sp2");
	push(STEP_PT_SS, "pt_regs.ss", USER_DS, "__USER_DS", "a constant");
	push(STEP_PT_SP, "pt_regs.sp", sp, "per-CPU TSS.sp2", "");
	push(STEP_PT_FLAGS, "pt_regs.flags", m.r11, "R11", "");
	push(STEP_PT_CS, "pt_regs.cs", USER_CS, "__USER_CS", "a constant");
	push(STEP_PT_IP, "pt_regs.ip", m.rcx, "RCX", "");
	push(STEP_PT_ORIG_AX, "pt_regs.orig_ax", call.user.ax, "RAX", "");
	push_gprs(m.rcx, m.r11);
}

static void entry_syscall_compat(void)
{
	u64 sp = (u32)m.rsp;

	task_stack("the user's went to a register");
	push(STEP_PT_SS, "pt_regs.ss", USER_DS, "__USER_DS", "a constant");
	push(STEP_PT_SP, "pt_regs.sp", sp, "ESP", "");
	push(STEP_PT_FLAGS, "pt_regs.flags", m.r11, "R11", "");
	push(STEP_PT_CS, "pt_regs.cs", USER32_CS, "__USER32_CS", "a constant");
	push(STEP_PT_IP, "pt_regs.ip", m.rcx, "RCX", "replaced below");
	push(STEP_PT_ORIG_AX, "pt_regs.orig_ax", (u32)call.user.ax, "EAX", "");
	push_gprs(call.user.bp, m.r11); /* the vDSO moved ECX to EBP: SYSCALL destroys it */
}

static void entry_sysenter_compat(void)
{
	task_stack("");
	push(STEP_PT_SS, "pt_regs.ss", USER_DS, "__USER_DS", "a constant");
	push(STEP_PT_SP, "pt_regs.sp", 0, "0", "not known yet");
	push(STEP_PT_FLAGS, "pt_regs.flags", m.rflags, "RFLAGS", "IF is put back below");
	push(STEP_PT_CS, "pt_regs.cs", USER32_CS, "__USER32_CS", "a constant");
	push(STEP_PT_IP, "pt_regs.ip", 0, "0", "not known yet");
	push(STEP_PT_ORIG_AX, "pt_regs.orig_ax", (u32)call.user.ax, "EAX", "");
	push_gprs(call.user.cx, call.user.r11);
	if (m.rflags & (X86_EFLAGS_NT | X86_EFLAGS_AC | X86_EFLAGS_TF))
		set(STEP_FIXUP, "RFLAGS", &m.rflags, X86_EFLAGS_FIXED, "a constant",
		    "the user's NT, AC or TF would hurt the kernel");
}

static void entry_int80(void)
{
	u64 ip, cs, flags, sp, ss;

	/* The CPU's frame lies on the entry stack; the task's stack gets a copy. */
	ip = pop(), cs = pop(), flags = pop(), sp = pop(), ss = pop();
	task_stack("the CPU's frame is copied there");
	push(STEP_PT_SS, "pt_regs.ss", ss, "the CPU's frame", "");
	push(STEP_PT_SP, "pt_regs.sp", sp, "the CPU's frame", "");
	push(STEP_PT_FLAGS, "pt_regs.flags", flags, "the CPU's frame", "");
	push(STEP_PT_CS, "pt_regs.cs", cs, "the CPU's frame", "");
	push(STEP_PT_IP, "pt_regs.ip", ip, "the CPU's frame", "");
	push(STEP_PT_ORIG_AX, "pt_regs.orig_ax", (u32)call.user.ax, "EAX", "");
	push_gprs(call.user.cx, call.user.r11);
}

/* What do_SYSENTER_32() and do_fast_syscall_32() put right in pt_regs; false: the sixth argument
 * cannot be read, and the call is not made. */
static bool fast_syscall_32(void)
{
	u32 arg6 = 0;

	if (m.path == SYSENTER_COMPAT) {
		set(STEP_FIXUP, "pt_regs.sp", &m.regs.sp, (u32)m.regs.bp, "EBP", "");
		set(STEP_FIXUP, "pt_regs.flags", &m.regs.flags, m.regs.flags | X86_EFLAGS_IF, "IF",
		    "");
	}
	set(STEP_FIXUP, "pt_regs.ip", &m.regs.ip, m.landing, "the vDSO's landing pad",
	    "wherever the instruction was");
	if (get_user(arg6, (u32)m.regs.sp)) {
		m.arg6_fault = true;
		m.regs.bp &= ~0xffffffffUL; /* as a failed get_user() leaves it */
		say(STEP_FIXUP, "the stack at pt_regs.sp cannot be read: -EFAULT without a call");
		return false;
	}
	set(STEP_FIXUP, "pt_regs.bp", &m.regs.bp, arg6, "the word at pt_regs.sp",
	    "the sixth argument");
	return true;
}

/* ---- Dispatch ---- */

static void dispatch(void)
{
	bool ia32 = m.path != SYSCALL_64;
	u32 nr = (u32)m.regs.orig_ax, size = ia32 ? ia32_sys_call_table_size : sys_call_table_size;
	const struct pt_regs *r = &m.regs;
	const struct syscall_row *row;
	u64 a64[6] = {r->di, r->si, r->dx, r->r10, r->r8, r->r9};
	u64 a32[6] = {(u32)r->bx, (u32)r->cx, (u32)r->dx, (u32)r->si, (u32)r->di, (u32)r->bp};

	call.nr = (s32)nr;
	call.table = ia32 ? "ia32_sys_call_table" : "sys_call_table";
	emit(&(struct entry_step){.stage = STEP_NUMBER,
				  .what = "nr",
				  .has_value = true,
				  .value = nr,
				  .from = "pt_regs.orig_ax"},
	     nr < size ? "below the table's size, %u" : "not below the table's size, %u", size);
	if (nr >= size) {
		say(STEP_HANDLER, "none: -ENOSYS stays in pt_regs.ax");
		return;
	}
	row = ia32 ? &ia32_sys_call_table[nr] : &sys_call_table[nr];
	call.name = row->name;
	call.handler = row->desc ? row->desc->handler : NULL;
	call.nargs = row->desc ? row->desc->nargs : 0;
	memcpy(call.args, ia32 ? a32 : a64, sizeof(call.args));
	say(STEP_TABLE, "%s[%u] %s", call.table, nr, row->name ? row->name : "(empty)");
	say(STEP_ARGS, ia32 ? "ebx, ecx, edx, esi, edi, ebp of pt_regs, 32 bits each"
			    : "rdi, rsi, rdx, r10, r8, r9 of pt_regs");
	say(STEP_HANDLER, "%s", call.handler ? call.handler : "sys_ni_syscall: -ENOSYS");
}

/* ---- The way out ---- */

/* Whether the kernel may leave by SYSRET, and if not, why: do_syscall_64(), do_fast_syscall_32().
 */
static const char *no_sysret(const struct pt_regs *r)
{
	switch (m.path) {
	case INT80:
		return "this gate always leaves by IRET";
	case SYSCALL_64:
		if (r->cx != r->ip || r->r11 != r->flags)
			return "RCX is not RIP, or R11 not RFLAGS";
		if (r->cs != USER_CS || r->ss != USER_DS)
			return "CS or SS is not what SYSRET loads";
		if (r->ip >= TASK_SIZE_64)
			return "RIP is not below the end of user space";
		if (r->flags & (X86_EFLAGS_RF | X86_EFLAGS_TF))
			return "RF or TF is set";
		return NULL;
	default:
		if (m.arg6_fault)
			return "the sixth argument could not be read";
		if (r->cs != USER32_CS || r->ss != USER_DS)
			return "CS or SS is not what SYSRET loads";
		if (r->ip != m.landing)
			return "pt_regs.ip is not the landing pad";
		if (r->flags & (X86_EFLAGS_RF | X86_EFLAGS_TF | X86_EFLAGS_VM))
			return "RF, TF or VM is set";
		return NULL;
	}
}

static void leave_by_sysret(struct pt_regs *r)
{
	u64 star = cpu_get_msr(MSR_STAR);
	bool to64 = m.path == SYSCALL_64;

	call.out = to64 ? "SYSRETQ" : "SYSRETL";
	if (!to64) { /* sysret32_from_system_call */
		r->cx = r->ip;
		r->r11 = r->flags;
		r->r8 = r->r9 = r->r10 = 0;
		r->r12 = r->r13 = r->r14 = r->r15 = 0;
	}
	say(STEP_RESTORE,
	    to64 ? "all of pt_regs popped; RCX and R11 hold RIP and RFLAGS"
		 : "pt_regs popped; ECX = ip, R11 = flags, R8 to R15 but R11 cleared");
	swapgs(STEP_SWAPGS_OUT);
	r->ip = to64 ? r->cx : (u32)r->cx;
	set(STEP_OUT_IP, "RIP", &m.rip, r->ip, to64 ? "RCX" : "ECX", "");
	r->cs = (star >> 48) + (to64 ? 16 : 0);
	r->cs |= 3;
	set(STEP_OUT_CS, "CS", &m.cs, r->cs, to64 ? "MSR_STAR[63:48] + 16" : "MSR_STAR[63:48]",
	    "ring 3");
	r->flags = (r->r11 & 0x3c7fd7) | X86_EFLAGS_FIXED;
	set(STEP_OUT_FLAGS, "RFLAGS", &m.rflags, r->flags, "R11", "");
	set(STEP_OUT_SP, "RSP", &m.rsp, r->sp, "pt_regs.sp", "by MOV, before the instruction");
	r->ss = ((star >> 48) + 8) | 3;
	set(STEP_OUT_SS, "SS", &m.ss, r->ss, "MSR_STAR[63:48] + 8", "");
}

static void leave_by_iret(const struct pt_regs *r)
{
	call.out = "IRETQ";
	say(STEP_RESTORE, "all of pt_regs popped but the last five words");
	swapgs(STEP_SWAPGS_OUT);
	set(STEP_OUT_IP, "RIP", &m.rip, r->ip, "pt_regs.ip", "popped");
	set(STEP_OUT_CS, "CS", &m.cs, r->cs, "pt_regs.cs", "popped: ring 3");
	set(STEP_OUT_FLAGS, "RFLAGS", &m.rflags, r->flags, "pt_regs.flags", "popped");
	set(STEP_OUT_SP, "RSP", &m.rsp, r->sp, "pt_regs.sp", "popped");
	set(STEP_OUT_SS, "SS", &m.ss, r->ss, "pt_regs.ss", "popped");
}

static const char *const reg_names[] = {"r15", "r14", "r13", "r12", "rbp",    "rbx", "r11",
					"r10", "r9",  "r8",  "rax", "rcx",    "rdx", "rsi",
					"rdi", NULL,  "rip", "cs",  "rflags", "rsp", "ss"};

/* Compares what should have become of the registers with what has. */
static void compare(const struct pt_regs *want)
{
	const u64 *w = &want->r15, *g = &call.after.r15;

	/* The upper halves of eight registers are lost in 32-bit code (SDM vol. 1, 3.4.1.1). */
	for (int i = 0; i < (int)ARRAY_SIZE(reg_names); i++) {
		bool half = want->cs == USER32_CS && reg_names[i] && reg_names[i][1] >= 'a';

		if (!reg_names[i] || (half ? (u32)w[i] == (u32)g[i] : w[i] == g[i]))
			continue;
		emit(&(struct entry_step){.stage = STEP_MISMATCH,
					  .what = reg_names[i],
					  .has_value = true,
					  .has_before = true,
					  .value = g[i],
					  .before = w[i]},
		     "the program got another value than this path gives");
	}
}

/* The exit, with the registers that the program goes on with in call.after. `frame` is pt_regs at
 * the end: the frame of the entry with the result in it, or what a handler or a signal made of
 * it. */
static void exit_to_user(const struct pt_regs *frame, const char *work)
{
	struct pt_regs r = *frame;
	const char *why;

	if (call.has_result)
		emit(&(struct entry_step){.stage = STEP_RESULT,
					  .what = "pt_regs.ax",
					  .has_value = true,
					  .value = (u64)call.result},
		     "%ld%s%s", call.result, call.result < 0 && call.result >= -4095 ? " " : "",
		     call.result < 0 && call.result >= -4095 && trace_errno_name((int)-call.result)
			     ? trace_errno_name((int)-call.result)
			     : "");
	say(STEP_WORK, "%s", work);
	why = no_sysret(&r);
	if (why)
		say(STEP_DECIDE, "IRETQ: %s", why);
	else
		say(STEP_DECIDE, "%s: nothing speaks against it",
		    m.path == SYSCALL_64 ? "SYSRETQ" : "SYSRETL");
	if (why)
		leave_by_iret(&r);
	else
		leave_by_sysret(&r);
	say(STEP_DONE, "%s", call.out);
	compare(&r);
}

/* ---- The gate ---- */

static enum path path_of(enum gate gate)
{
	if (gate == GATE_INT80)
		return INT80;
	if (gate == GATE_SYSENTER)
		return SYSENTER_COMPAT;
	return call.long_mode ? SYSCALL_64 : SYSCALL_COMPAT;
}

/* Where the gate's instruction is. With SYSENTER the engine's program counter may be that of the
 * block of instructions that it ends. */
static guest_addr gate_ip(enum gate gate, const struct pt_regs *regs, int length)
{
	guest_addr ip = regs->ip - (u64)length;
	bool long_mode = cpu_gate_long_mode();

	if (gate != GATE_SYSENTER)
		return ip;
	for (int i = 0; i < 512; i++) {
		u8 code[15] = {0};
		char text[80];
		size_t n = sizeof(code);
		int len;

		while (n && copy_from_user(code, ip, n))
			n--;
		len = cpu_disasm(code, n, ip, long_mode, text, sizeof(text));
		if (len >= 2 && code[len - 2] == 0x0f && code[len - 1] == 0x34)
			return ip;
		if (!len)
			break;
		ip += (u64)len;
	}
	return regs->ip - (u64)length;
}

static void begin(enum gate gate)
{
	static const char *const names[] = {"SYSCALL", "SYSCALL", "SYSENTER", "INT 0x80"};
	static u32 passages;

	memset(&call, 0, sizeof(call));
	memset(&m, 0, sizeof(m));
	call.seq = __atomic_add_fetch(&passages, 1, __ATOMIC_RELAXED);
	call.pid = current->tid;
	call.length = cpu_gate_regs(gate, &call.user);
	call.user.orig_ax = (u64)-1;
	call.long_mode = cpu_gate_long_mode();
	call.ip = gate_ip(gate, &call.user, call.length);
	call.user.ip = call.ip + (u64)call.length;
	call.length = MIN(call.length, (int)sizeof(call.bytes));
	copy_from_user(call.bytes, call.ip, (size_t)call.length);
	m.path = path_of(gate);
	call.gate = names[m.path];
	call.mode = call.long_mode ? "64-bit" : current->abi == ABI_64 ? "compat" : "32-bit";
	m.rip = call.user.ip;
	m.rsp = call.user.sp;
	m.rflags = call.user.flags;
	m.cs = call.user.cs;
	m.ss = call.user.ss;
	m.rcx = call.user.cx;
	m.r11 = call.user.r11;
	m.gs_base = cpu_get_gs_base();
	m.kernel_gs_base = cpu_get_msr(MSR_KERNEL_GS_BASE);
	m.landing = mm->vdso32_landing;
}

/* Everything until the handler; false: an exception instead of a system call. */
static bool enter(enum gate gate)
{
	static bool (*const cpu[])(void) = {cpu_syscall, cpu_syscall, cpu_sysenter, cpu_int80};
	static void (*const entry[])(void) = {entry_syscall_64, entry_syscall_compat,
					      entry_sysenter_compat, entry_int80};
	bool ok;

	begin(gate);
	say(STEP_INSTRUCTION, "%s", call.gate);
	if (!cpu[m.path]())
		return false;
	swapgs(STEP_SWAPGS);
	entry[m.path]();
	if (!cpu_kernel_read(m.rsp, &m.regs, sizeof(m.regs)))
		fatal("no frame at %#lx", m.rsp);
	ok = m.path == SYSCALL_64 || m.path == INT80 || fast_syscall_32();
	cpu_kernel_write(m.rsp, &m.regs, sizeof(m.regs));
	call.frame = m.regs;
	emit(
		&(struct entry_step){
			.stage = STEP_PT_REGS, .what = "RSP", .has_value = true, .value = m.rsp},
		"struct pt_regs is complete");
	if (ok)
		dispatch();
	return true;
}

/* mremap(2) of the vDSO changes where the call returns to: vdso_fix_landing(). */
static bool vdso_moved(struct pt_regs *frame)
{
	if (m.path == SYSCALL_64 || m.path == INT80 || m.landing == mm->vdso32_landing)
		return false;
	m.landing = frame->ip = mm->vdso32_landing;
	return true;
}

void steps_gate(enum gate gate)
{
	struct pt_regs frame;

	if (options.only) {
		int length = cpu_gate_regs(gate, &frame);

		if (gate_ip(gate, &frame, length) != options.only) {
			entry_gate(gate);
			return;
		}
	}
	if (!enter(gate)) {
		entry_gate(gate);
		return;
	}
	entry_gate(gate);
	if (current->deferred || current->pending || current->odd_entry) {
		steps_open = true;
		return;
	}
	cpu_gate_regs(gate, &call.after);
	call.after.orig_ax = call.frame.orig_ax;
	call.has_result = true;
	call.result = m.path == SYSCALL_64 ? (long)call.after.ax : (long)(s32)call.after.ax;
	frame = call.frame;
	frame.ax = call.after.ax;
	exit_to_user(&frame, vdso_moved(&frame) ? "the vDSO was moved: so is pt_regs.ip" : "none");
}

static bool watch_over; /* of watch_insn() */

void steps_finish(void)
{
	const char *work = "none";
	struct pt_regs frame;

	steps_open = false;
	if (call.pid != current->tid) { /* the child of fork: its first way out */
		call.pid = current->tid;
		work = "a new task: it returns from the same call";
	}
	cpu_get_regs(&call.after);
	call.after.orig_ax = call.frame.orig_ax;
	frame = call.after;
	if (frame.cs == USER32_CS && frame.ip == (u32)call.frame.ip)
		frame.ip = call.frame.ip; /* of which 32 bits were left */
	if (frame.ip == call.frame.ip && frame.sp == call.frame.sp) {
		call.has_result = true;
		call.result = m.path == SYSCALL_64 ? (long)frame.ax : (long)(s32)frame.ax;
	} else if (frame.ip == call.frame.ip - 2) {
		work = "the call is to be made again: ip is two bytes back, ax is orig_ax";
	} else {
		work = "pt_regs was replaced: a signal frame, its return, or a new program";
		watch_over = true; /* what follows does not belong to the call */
	}
	exit_to_user(&frame, work);
}

/* ---- Start ---- */

/* The instructions between two addresses, the first time. */
static void watch_insn(guest_addr ip, u32 size)
{
	static bool on;
	u8 code[15];

	if (watch_over)
		return;
	if (ip == options.from)
		on = true;
	if (ip == options.to && on)
		watch_over = true;
	if (!on || watch_over || size > sizeof(code) || copy_from_user(code, ip, size))
		return;
	steps_print_insn(&options, ip, code, size, cpu_gate_long_mode());
}

void steps_start(const struct steps_options *opt)
{
	cpu_gate_all_regs();
	options = *opt;
	if (opt->from)
		cpu_watch_insns(watch_insn);
}
