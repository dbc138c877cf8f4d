/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way into the kernel and out again, one function per gate, after arch/x86/entry/common.c,
 * entry_64.S and entry_64_compat.S. */
#include "entry/entry.h"

#include <errno.h>
#include <string.h>
#include <x86intrin.h>

#include "abi/entry_work.h"
#include "abi/syscall.h"
#include "cpu/cpu.h"
#include "loader/vdso.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "sandbox/guard.h"
#include "sandbox/limits.h"
#include "syscalls/contain.h"
#include "syscalls/own_fds.h"
#include "syscalls/seccomp.h"
#include "task/ptrace.h"
#include "task/rseq.h"
#include "task/signal.h"
#include "task/task.h"
#include "trace/trace.h"

/* ---- Dispatch ---- */

/* Whether the call came by one of the gates that leave registers behind and are for the vDSO's
 * use alone. */
static bool gate_is_fast_compat(enum gate gate)
{
	return gate == GATE_SYSENTER || gate == GATE_SYSCALL32;
}

static bool is_restart(long ret)
{
	return ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK;
}

/* Whether a call that the host does not restart by itself has ended by a signal. */
static bool is_interrupted(long ret)
{
	return ret == -EINTR || ret == -ERESTARTNOHAND || ret == -ERESTART_RESTARTBLOCK;
}

/* Which argument of a call that a signal interrupts holds its timeout in milliseconds; 0: none, it
 * lies in memory, where the call itself keeps it up to date. -1: not restarted. */
static int timeout_arg(const struct syscall_row *row)
{
	static const struct {
		const char *name;
		int arg;
	} calls[] = {
		{"poll", 2},	     {"ppoll", 0},	{"ppoll_time64", 0},	{"select", 0},
		{"_newselect", 0},   {"pselect6", 0},	{"pselect6_time64", 0}, {"futex", 0},
		{"futex_time64", 0}, {"epoll_wait", 3}, {"epoll_pwait", 3},
	};

	for (size_t i = 0; row && row->name && i < ARRAY_SIZE(calls); i++)
		if (!strcmp(calls[i].name, row->name))
			return calls[i].arg;
	return -1;
}

/* A signal that the guest ignores would not have interrupted the call without a tracer (that wants
 * to see it): the call goes on. (Sleeps do this themselves: syscalls/time.c.) */
static long resume_ignored(const struct trace_call *call, u64 *args, u64 begin, long ret)
{
	int arg = timeout_arg(call->row);

	while (arg >= 0 && is_interrupted(ret) && signal_take_ignored()) {
		s64 left = (s32)args[arg];

		if (arg && left > 0) {
			u64 ms = (trace_clock() - begin) / 1000000;

			begin += ms * 1000000;
			args[arg] = (u64)left > ms ? (u64)left - ms : 0;
		}
		ret = call_handler(call->row->desc, args);
		user_end(ret);
	}
	return ret;
}

static bool guard_asks(u8 bits)
{
	return entry_work.guard && (guard_bits(current->sc_abi, (u32)current->nr) & bits);
}

/* Asks the guest's filters. */
static bool secure_computing(u64 *args, long *ret)
{
	if (seccomp_allows(args, ret, &current->rolled_back))
		return true;
	if (current->rolled_back)
		*ret = current->nr;
	current->refused = true;
	return false;
}

/* The arguments in the gate's registers. */
static void args_of_regs(const struct pt_regs *regs, u64 *args)
{
	const u64 wide[] = {regs->di, regs->si, regs->dx, regs->r10, regs->r8, regs->r9};
	const u64 narrow[] = {regs->bx, regs->cx, regs->dx, regs->si, regs->di, regs->bp};

	for (int i = 0; i < 6; i++)
		args[i] = current->gate == GATE_SYSCALL ? wide[i] : (u32)narrow[i];
}

/* A tracer has stopped the call and may have made another one of it. Returns its row. */
static const struct syscall_row *changed_call(const struct syscall_row *row, u64 *args)
{
	static const struct syscall_row no_row;
	u32 nr = (u32)current->regs.orig_ax;

	if (!current->tracee || !current->tracee->regs_changed)
		return row;
	current->nr = (int)nr;
	args_of_regs(&current->regs, args);
	if (current->sc_abi == ABI_32)
		return nr < ia32_sys_call_table_size ? &ia32_sys_call_table[nr] : &no_row;
	return nr < sys_call_table_size ? &sys_call_table[nr] : &no_row;
}

static void set_result(struct pt_regs *regs, long ret);
static void show_result(struct pt_regs *regs, long ret);

/* Calls the handler, unless a filter or the sandbox has something against it. */
static long perform(const struct syscall_row *row, u64 *args)
{
	u64 copy[SYSCALL_MAX_ARGS];
	long ret = -ENOSYS;

	if (unlikely(entry_work.seccomp)) {
		if (!secure_computing(args, &ret))
			return ret;
		ret = -ENOSYS;
		row = changed_call(row, args);
		set_result(&current->regs, 0);
	}
	if (unlikely(guard_asks(GUARD_JUDGE | GUARD_LEARN))) {
		struct policy_verdict v = guard_judge(current->sc_abi, (u32)current->nr, args);

		if (v.action == POLICY_KILL)
			signal_die(SIGSYS);
		if (v.action == POLICY_ERRNO)
			return -(long)v.err;
	}
	if (row && row->desc)
		ret = call_handler(row->desc, own_fds_hide(row->desc, args, copy));
	user_end(ret);
	if (unlikely(guard_asks(GUARD_COUNT)))
		limits_count(current->sc_abi, (u32)current->nr, args, ret);
	return ret;
}

static long traced_call(const struct syscall_row *row, u64 *args)
{
	struct trace_call call = {
		.pid = current->tid,
		.abi = current->sc_abi,
		.gate = current->gate,
		.nr = (u32)current->nr,
		.row = row,
		.args = args,
		.sp = current->regs.sp,
		.ip = current->regs.ip,
	};
	u64 begin;
	long ret = -ENOSYS;

	if (unlikely(current->untraced))
		return perform(row, args);
	begin = row && row->name && strchr("ep", *row->name) && timeout_arg(row) > 0
			? trace_clock()
			: 0; /* poll, epoll_wait */
	if (!trace_enter(&call, &ret))
		ret = perform(call.row, args); /* may not be `row`: --inject=...:syscall= */
	if (unlikely(is_interrupted(ret)) && trace_on)
		ret = resume_ignored(&call, args, begin, ret);
	/* With -ERESTARTNOINTR a signal came first: natively the call had not begun. */
	if (trace_on && ret == -ERESTARTNOINTR)
		trace_cancel();
	else if (trace_on && (ret < 0 || current->rolled_back) &&
		 current->work & (WORK_DIE | WORK_EXEC | WORK_KILLED))
		trace_abandon(); /* the thread ends in the middle of it (another's execve, seccomp)
				  */
	else if (trace_on)
		ret = trace_exit(&call, ret);
	return ret;
}

static inline void fetch_args(u64 *args, u32 n)
{
	cpu_gate_args(current->gate, args, n);
	if (current->gate != GATE_SYSCALL)
		for (u32 i = 0; i < n; i++)
			args[i] = (u32)args[i];
	if (unlikely(n == SYSCALL_MAX_ARGS && gate_is_fast_compat(current->gate)))
		args[5] = current->stack_arg6;
}

/* Leaves the call to entry_deferred(). */
static long defer(const struct syscall_row *row, const u64 *args, u32 n)
{
	static const struct syscall_row no_row;

	current->deferred = row ? row : &no_row;
	for (u32 i = 0; i < n; i++)
		current->args[i] = args[i];
	cpu_kick();
	return 0;
}

/* Flags of the calls that leave the engine, after SC_QUICK has been inverted. */
static u32 outside = SC_OUTSIDE;

void entry_set_threaded(bool threaded)
{
	outside = threaded ? SC_OUTSIDE | SC_QUICK : SC_OUTSIDE;
}

static inline bool must_defer(const struct syscall_desc *desc, const u64 *args)
{
	if (likely(!desc || !((desc->flags ^ SC_QUICK) & outside)))
		return false;
	return (desc->flags & SC_OUTSIDE) || !desc->quick || !desc->quick(args);
}

/* Somebody may refuse the call, or kill for it, or code may be other code after it: the engine is
 * left before. */
static bool asks_first(void)
{
	return entry_work.seccomp || entry_work.dispatch || entry_work.ptrace || entry_work.code ||
	       guard_asks(GUARD_JUDGE | GUARD_LEARN);
}

/* With a sandbox alone, most calls have nothing to be asked about. */
static inline bool only_passes(void)
{
	return entry_work.any == ENTRY_WORK_GUARD && !guard_bits(current->sc_abi, (u32)current->nr);
}

/* With something of entry_work to be done. */
static __attribute__((noinline)) long invoke_with_work(const struct syscall_row *row,
						       bool *deferred)
{
	u64 args[SYSCALL_MAX_ARGS];

	fetch_args(args, SYSCALL_MAX_ARGS);
	*deferred = asks_first() || (row && must_defer(row->desc, args));
	if (*deferred)
		return defer(row, args, SYSCALL_MAX_ARGS);
	return trace_on ? traced_call(row, args) : perform(row, args);
}

/* trace -c: nothing but the time and the result is asked for. */
static __attribute__((noinline)) long invoke_counted(const struct syscall_desc *desc,
						     const u64 *args)
{
	u64 begin = __rdtsc();
	long ret = desc ? call_handler(desc, args) : -ENOSYS;

	user_end(ret);
	trace_count(current->sc_abi, (u32)current->nr, ret, begin);
	return ret;
}

/* Fetches the arguments and calls the handler, or leaves that to entry_deferred() (then *deferred
 * is set). */
static inline long invoke_syscall(const struct syscall_row *row, bool *deferred)
{
	const struct syscall_desc *desc = row ? row->desc : NULL;
	u32 n = desc ? desc->nargs : 0;
	u64 args[SYSCALL_MAX_ARGS];
	long ret;

	if (unlikely(entry_work.any) && !only_passes() && (!trace_counting || asks_first()))
		return invoke_with_work(row, deferred);
	fetch_args(args, n);
	if (unlikely(own_fds_meant(args, n)))
		own_fds_hide(desc, args, args);
	*deferred = must_defer(desc, args);
	if (unlikely(*deferred))
		return defer(row, args, n);
	if (unlikely(trace_on))
		return invoke_counted(desc, args);
	ret = likely(desc != NULL) ? call_handler(desc, args) : -ENOSYS;
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
	if (unlikely(current->pending || rseq_moved()))
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
	if (unlikely(trace_on))
		current->regs.ip = regs.ip;
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
	if (unlikely(trace_on))
		current->regs.ip = regs.ip;
	ret = invoke_syscall(ia32_row((u32)regs.ax), &deferred);
	if (unlikely(deferred || !exit_to_user_mode_prepare(ret)))
		return;
	regs.ax = (u64)ret;
	cpu_gate_iret(&regs);
}

/* SYSENTER and, in compatibility mode, SYSCALL: entry_SYSENTER_compat, entry_SYSCALL_compat,
 * do_fast_syscall_32(). Both lose registers, which the vDSO's __kernel_vsyscall makes up for: its
 * stack holds ebp, edx and ecx. With SYSENTER, which saves nothing, ebp is the stack pointer; with
 * SYSCALL, which puts the return address into ecx, ebp is the second argument. Whatever the
 * caller's address was, the way back leads to the vDSO's landing pad, behind an INT 0x80 that
 * restarts the call. */
static void fast_compat_regs(enum gate gate, struct pt_regs *regs)
{
	if (gate == GATE_SYSENTER)
		regs->sp = regs->bp;
	else
		regs->cx = regs->bp;
	regs->sp = (u32)regs->sp;
	regs->ip = mm->vdso32_landing;
}

/* The sixth argument takes ebp's place. False: user code screwed up. */
static bool fetch_arg6(struct pt_regs *regs)
{
	int err = get_user(current->stack_arg6, regs->sp);

	if (unlikely(err))
		current->stack_arg6 = 0;
	regs->bp = (regs->bp & ~0xffffffffUL) | current->stack_arg6;
	return !err;
}

/* "Opportunistic SYSRET" to 32-bit code: only IRET restores TF. The landing pad's address may have
 * more bits than the 32 that the engine keeps of it (a 64-bit program's vDSO). */
static bool sysret32_usable(const struct pt_regs *regs)
{
	return !(regs->flags & (X86_EFLAGS_TF | X86_EFLAGS_RF)) && regs->cs == USER32_CS &&
	       (u32)regs->ip == (u32)mm->vdso32_landing;
}

/* sysret32_from_system_call: what SYSRET needs and what is not restored. */
static void sysret32_regs(struct pt_regs *regs)
{
	regs->cx = mm->vdso32_landing; /* ip: all 64 bits, of which the CPU takes 32 */
	regs->ip = (u32)regs->ip;
	regs->r11 = regs->flags;
	regs->r8 = regs->r9 = regs->r10 = 0;
	regs->r12 = regs->r13 = regs->r14 = regs->r15 = 0;
}

static void exit_fast_compat(struct pt_regs *regs, bool sysret)
{
	regs->ip = mm->vdso32_landing; /* mremap(2) may have moved it: vdso_fix_landing() */
	if (likely(sysret && sysret32_usable(regs))) {
		sysret32_regs(regs);
		cpu_gate_sysret32(regs);
	} else {
		cpu_gate_iret32(regs);
	}
}

static void entry_fast_compat(enum gate gate)
{
	struct pt_regs regs;
	bool deferred, done;
	long ret;

	cpu_gate_enter(gate, &regs);
	current->gate = gate;
	fast_compat_regs(gate, &regs);
	if (unlikely(!fetch_arg6(&regs))) {
		regs.ax = (u64)(s64)-EFAULT;
		exit_fast_compat(&regs, false);
		return;
	}
	if (unlikely(trace_on))
		current->regs.ip = regs.ip;
	ret = invoke_syscall(ia32_row((u32)regs.ax), &deferred);
	done = likely(!deferred) && exit_to_user_mode_prepare(ret);
	if (likely(done))
		regs.ax = (u64)ret;
	exit_fast_compat(&regs, done);
}

/* SYSCALL and SYSENTER come back to the flat segments of the mode that they take their caller to be
 * in, whatever CS and SS it had: SYSENTER in 64-bit code goes on in compatibility mode, and
 * selectors of the LDT are lost. They can be changed only when the engine is left. */
static void entry_odd(enum gate gate)
{
	current->gate = gate;
	current->odd_entry = true;
	cpu_kick();
}

/* False: the call is over already. */
static bool deferred_odd(void)
{
	static const struct syscall_row no_row;
	struct pt_regs *r = &current->regs;
	const struct syscall_row *row = NULL;
	bool sysret64 = current->gate == GATE_SYSCALL, fault = false;
	u64 *args = current->args;
	u32 nr;

	current->odd_entry = false;
	cpu_get_regs(r);
	nr = (u32)r->ax;
	r->cs = sysret64 ? USER_CS : USER32_CS;
	r->ss = USER_DS;
	if (sysret64) {
		current->sc_abi = ABI_64;
		current->nr = (int)nr;
		if (nr < sys_call_table_size)
			row = &sys_call_table[nr];
		memcpy(args, (u64[]){r->di, r->si, r->dx, r->r10, r->r8, r->r9}, 6 * sizeof(u64));
	} else {
		fast_compat_regs(current->gate, r);
		fault = !fetch_arg6(r);
		row = ia32_row(nr);
		memcpy(args,
		       (u64[]){(u32)r->bx, (u32)r->cx, (u32)r->dx, (u32)r->si, (u32)r->di,
			       current->stack_arg6},
		       6 * sizeof(u64));
	}
	current->deferred = fault ? NULL : row ? row : &no_row;
	if (fault)
		r->ax = (u64)(s64)-EFAULT;
	cpu_set_regs(r);
	return !fault;
}

void entry_gate(enum gate gate)
{
	switch (gate) {
	case GATE_SYSCALL:
		if (likely(cpu_gate_flat(USER_CS)))
			entry_SYSCALL_64();
		else if (likely(cpu_gate_flat(USER32_CS)))
			entry_fast_compat(GATE_SYSCALL32);
		else
			entry_odd(cpu_gate_long_mode() ? GATE_SYSCALL : GATE_SYSCALL32);
		break;
	case GATE_SYSENTER:
		if (likely(cpu_gate_flat(USER32_CS)))
			entry_fast_compat(GATE_SYSENTER);
		else
			entry_odd(GATE_SYSENTER);
		break;
	default:
		entry_INT80_compat();
		break;
	}
}

/* ---- Calls that need the engine left ---- */

/* The registers as user space sees them after the call. */
static void set_result(struct pt_regs *regs, long ret)
{
	regs->ax = (u64)ret;
	if (current->gate == GATE_SYSCALL) {
		regs->cx = regs->ip;
		regs->r11 = regs->flags;
	} else if (gate_is_fast_compat(current->gate) && sysret32_usable(regs)) {
		sysret32_regs(regs);
	}
}

/* The registers while the kernel has them: what SYSRET will take is still there. */
static void show_result(struct pt_regs *regs, long ret)
{
	regs->ax = (u64)ret;
	if (current->gate == GATE_SYSCALL) {
		regs->cx = regs->ip;
		regs->r11 = regs->flags;
	}
}

/* A signal that comes during a syscall-enter-stop or PTRACE_EVENT_SECCOMP has interrupted the call,
 * not come before it. */
static long begun(const struct syscall_row *row, long ret)
{
	static const char *const nohand[] = {"pause",  "rt_sigsuspend",	  "sigsuspend",
					     "select", "_newselect",	  "pselect6",
					     "ppoll",  "pselect6_time64", "ppoll_time64"};

	if (ret != -ERESTARTNOINTR || !current->call_stopped || !row->name)
		return ret;
	for (size_t i = 0; i < ARRAY_SIZE(nohand); i++)
		if (!strcmp(nohand[i], row->name))
			return -ERESTARTNOHAND;
	return -ERESTARTSYS;
}

/* syscall-enter-stop: False: the call is not to be made, *ret is its result. */
static bool traced_entry(const struct syscall_row **row, u64 *args, long *ret)
{
	struct pt_regs *regs = &current->regs;
	bool go;

	if (!ptrace_stops_at_calls())
		return true;
	show_result(regs, -ENOSYS);
	go = ptrace_syscall_entry(regs);
	*row = changed_call(*row, args);
	*ret = current->sc_abi == ABI_32 ? (s32)regs->ax : (long)regs->ax;
	return go;
}

/* syscall-exit-stop, of a call that returned *ret. False: registers are as they ought to be. */
static bool traced_exit(const struct pt_regs *at_entry, long *ret)
{
	struct pt_regs *regs = &current->regs;

	if (!ptrace_stops_at_calls())
		return true;
	if (!current->regs_set) {
		*regs = *at_entry;
		show_result(regs, *ret);
	}
	ptrace_syscall_exit(regs);
	if (!current->regs_set && is_restart(*ret) && ptrace_ax_is(regs, *ret))
		return true;
	if (!current->regs_set && gate_is_fast_compat(current->gate) && sysret32_usable(regs))
		sysret32_regs(regs);
	return false;
}

void entry_deferred(void)
{
	const struct syscall_row *row = current->deferred;
	struct pt_regs *regs = &current->regs, at_entry;
	u64 args[6];
	bool made = true, restores;
	long ret = 0;

	if (unlikely(current->odd_entry)) {
		if (!deferred_odd())
			return;
		row = current->deferred;
	}
	current->deferred = NULL;
	for (int i = 0; i < 6; i++)
		args[i] = current->args[i];
	cpu_get_regs(regs);
	/* All of RAX, or of EAX; the number is its lower half. */
	regs->orig_ax = current->gate == GATE_SYSCALL ? regs->ax : (u32)regs->ax;
	if (unlikely(current->tracee))
		current->tracee->regs_changed = false; /* what was changed before is no news */
	current->regs_set = current->rolled_back = current->refused = false;
	current->call_stopped = false;
	current->outside = true;
	if (unlikely(entry_work.dispatch) && syscall_dispatched()) {
		set_result(regs, (long)regs->orig_ax);
		current->outside = false;
		current->regs_held = current->pending; /* signal_deliver() goes on with them */
		if (!current->pending)
			cpu_set_regs(regs);
		return;
	}
	if (unlikely(entry_work.ptrace))
		made = traced_entry(&row, args, &ret);
	at_entry = *regs;
	/* What a child would see, and what an exec that fails leaves: fork and clone copy this.
	 * With filters it has to wait for them: a tracer may look, and change the call. */
	if (unlikely(entry_work.seccomp))
		show_result(regs, -ENOSYS);
	else if (likely(made))
		set_result(regs, 0);
	if (unlikely(!made)) {
		/* the result is the tracer's */
	} else if (trace_on) {
		ret = traced_call(row->name ? row : NULL, args);
	} else {
		ret = perform(row, args);
	}
	if (unlikely(current->work & WORK_SIGSYS))
		signal_die(SIGSYS);
	if (unlikely(current->rolled_back)) {
		set_result(regs, (long)regs->orig_ax);
		current->regs_set = true;
	}
	if (unlikely(entry_work.ptrace))
		ret = begun(row, ret);
	restores = !current->regs_set;
	if (restores && is_restart(ret))
		*regs = at_entry; /* ecx too, which SYSRET and SYSEXIT would have taken */
	if (unlikely(entry_work.ptrace) && !traced_exit(&at_entry, &ret))
		restores = false;
	current->outside = false;
	/* Nothing has interrupted a call that a filter or its supervisor answers like that. */
	if (restores && is_restart(ret) && !(current->refused && !current->pending)) {
		regs->ax = regs->orig_ax; /* as a tracer has left it */
		current->nr = (int)regs->orig_ax;
		current->restart = ret;
		current->pending = 1;
	} else if (restores) {
		set_result(regs, ret);
	} else if (current->pending) {
		current->regs_held = true; /* signal_deliver() goes on with them */
		return;
	}
	cpu_set_regs(regs);
}
