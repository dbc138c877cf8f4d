/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way into the kernel and out again, one function per gate, after arch/x86/entry/common.c,
 * entry_64.S and entry_64_compat.S. */
#include "entry/entry.h"

#include <errno.h>

#include "abi/syscall.h"
#include "cpu/cpu.h"
#include "loader/vdso.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/task.h"
#include "trace/trace.h"

/* ---- Dispatch ---- */

static bool is_restart(long ret)
{
	return ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK;
}

static long traced_call(const struct syscall_row *row, const u64 *args)
{
	struct trace_call call = {
		.pid = current->tid,
		.abi = current->sc_abi,
		.gate = current->gate,
		.nr = (u32)current->nr,
		.row = row,
		.args = args,
		.sp = current->regs.sp,
	};
	const struct syscall_desc *desc = row ? row->desc : NULL;
	long ret;

	trace_enter(&call);
	ret = desc ? desc->fn(args) : -ENOSYS;
	user_end(ret);
	/* With -ERESTARTNOINTR a signal came first: natively the call had not begun. */
	if (trace_on && ret != -ERESTARTNOINTR)
		trace_exit(&call, ret);
	return ret;
}

/* Fetches the arguments and calls the handler, or leaves that to entry_deferred() (then *deferred
 * is set). */
static inline long invoke_syscall(const struct syscall_row *row, bool *deferred)
{
	const struct syscall_desc *desc = row ? row->desc : NULL;
	u32 n = unlikely(trace_on) ? SYSCALL_MAX_ARGS : desc ? desc->nargs : 0;
	u64 args[SYSCALL_MAX_ARGS];
	long ret;

	cpu_gate_args(current->gate, args, n);
	if (current->gate != GATE_SYSCALL)
		for (u32 i = 0; i < n; i++)
			args[i] = (u32)args[i];
	if (unlikely(current->gate == GATE_SYSENTER && n == SYSCALL_MAX_ARGS))
		args[5] = current->sysenter_arg6;
	if (unlikely(desc && (desc->flags & SC_OUTSIDE))) {
		current->deferred = row;
		for (u32 i = 0; i < n; i++)
			current->args[i] = args[i];
		*deferred = true;
		cpu_kick();
		return 0;
	}
	*deferred = false;
	if (unlikely(trace_on))
		return traced_call(row, args);
	ret = likely(desc != NULL) ? desc->fn(args) : -ENOSYS;
	user_end(ret);
	return ret;
}

/* What is left to do when the handler is done: true when ax may be written now. A call that is to
 * be restarted, or a signal, needs the run loop, which has all registers. */
static inline bool exit_to_user_mode_prepare(long ret)
{
	if (unlikely(is_restart(ret))) {
		current->restart = ret;
		current->pending = 1;
		cpu_kick();
		return false;
	}
	if (unlikely(current->pending))
		cpu_kick();
	return true;
}

/* ---- SYSCALL in 64-bit mode: entry_SYSCALL_64, do_syscall_64() ---- */

static void entry_SYSCALL_64(void)
{
	struct pt_regs regs;
	const struct syscall_row *row = NULL;
	bool deferred;
	long ret;
	u32 nr;

	cpu_gate_enter(GATE_SYSCALL, &regs);
	nr = (u32)regs.ax; /* movslq %eax, %rsi; then compared as unsigned */
	current->sc_abi = ABI_64;
	current->gate = GATE_SYSCALL;
	current->nr = (int)nr;
	if (likely(nr < sys_call_table_size))
		row = &sys_call_table[nr];
	ret = invoke_syscall(row, &deferred);
	if (unlikely(deferred || !exit_to_user_mode_prepare(ret)))
		return;
	regs.ax = (u64)ret;
	cpu_gate_sysret(&regs);
}

/* ---- The 32-bit gates ---- */

static const struct syscall_row *ia32_row(u32 nr)
{
	current->sc_abi = ABI_32;
	current->nr = (int)nr;
	return likely(nr < ia32_sys_call_table_size) ? &ia32_sys_call_table[nr] : NULL;
}

/* INT 0x80, from either mode: do_int80_emulation(). All registers but ax survive. */
static void entry_INT80_compat(void)
{
	struct pt_regs regs;
	bool deferred;
	long ret;

	cpu_gate_enter(GATE_INT80, &regs);
	current->gate = GATE_INT80;
	ret = invoke_syscall(ia32_row((u32)regs.ax), &deferred);
	if (unlikely(deferred || !exit_to_user_mode_prepare(ret)))
		return;
	regs.ax = (u64)ret;
	cpu_gate_iret(&regs);
}

/* SYSENTER: do_SYSENTER_32(), do_fast_syscall_32(). The CPU saves nothing: the vDSO put ecx, edx
 * and ebp on its stack and the stack pointer into ebp; the return address is the vDSO's. */
static void entry_SYSENTER_compat(void)
{
	struct pt_regs regs;
	u64 arg[2];
	bool deferred;
	long ret;

	cpu_gate_enter(GATE_SYSENTER, &regs);
	regs.sp = (u32)regs.bp;
	regs.ip = mm->vdso32_landing;
	current->gate = GATE_SYSENTER;
	if (unlikely(get_user(current->sysenter_arg6, regs.sp))) {
		regs.ax = (u32)-EFAULT;
		regs.cx = regs.ip;
		cpu_gate_sysexit(&regs);
		return;
	}
	regs.bp = current->sysenter_arg6;
	cpu_gate_args(GATE_SYSENTER, arg, 2);
	regs.cx = arg[1];
	ret = invoke_syscall(ia32_row((u32)regs.ax), &deferred);
	if (likely(!deferred && exit_to_user_mode_prepare(ret))) {
		regs.ax = (u32)ret;
		regs.cx = regs.ip; /* SYSRET takes it from there */
	}
	cpu_gate_sysexit(&regs);
}

void entry_gate(enum gate gate)
{
	switch (gate) {
	case GATE_SYSCALL:
		entry_SYSCALL_64();
		break;
	case GATE_SYSENTER:
		entry_SYSENTER_compat();
		break;
	default:
		entry_INT80_compat();
		break;
	}
}

/* ---- Calls that need the engine left ---- */

/* ax, and with SYSCALL cx and r11, as user space sees them after the call. */
static void set_result(struct pt_regs *regs, long ret)
{
	regs->ax = current->gate == GATE_SYSENTER ? (u32)ret : (u64)ret;
	if (current->gate == GATE_SYSCALL) {
		regs->cx = regs->ip;
		regs->r11 = regs->flags;
	} else if (current->gate == GATE_SYSENTER) {
		regs->cx = regs->ip;
	}
}

void entry_deferred(void)
{
	const struct syscall_row *row = current->deferred;
	struct pt_regs *regs = &current->regs;
	u64 args[6];
	long ret;

	current->deferred = NULL;
	for (int i = 0; i < 6; i++)
		args[i] = current->args[i];
	cpu_get_regs(regs);
	regs->orig_ax = (u64)(s64)current->nr;
	current->regs_set = false;
	/* What a child would see, and what an exec that fails leaves: fork and clone copy this. */
	set_result(regs, 0);
	if (trace_on) {
		ret = traced_call(row, args);
	} else {
		ret = row->desc->fn(args);
		user_end(ret);
	}
	if (is_restart(ret)) {
		regs->ax = regs->orig_ax;
		current->restart = ret;
		current->pending = 1;
	} else if (!current->regs_set) {
		set_result(regs, ret);
	}
	cpu_set_regs(regs);
}
