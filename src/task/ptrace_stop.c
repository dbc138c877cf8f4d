/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tracee: where it stops, and what it does for its tracer while it is stopped. */
#include <errno.h>
#include <linux/futex.h>
#include <linux/prctl.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "abi/entry_work.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "syscalls/seccomp.h"
#include "task/lock.h"
#include "task/ptrace.h"
#include "task/signal.h"
#include "task/tls.h"

#define LOAD(x)	       __atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define STORE(x, v)    __atomic_store_n(&(x), (v), __ATOMIC_SEQ_CST)
#define SWAP_OUT(x, v) __atomic_exchange_n(&(x), (v), __ATOMIC_SEQ_CST)

/* ---- Becoming a tracee, and no longer being one ---- */

static void adopt(struct tracee *t)
{
	current->tracee = t;
	current->stepping = false;
	STORE(t->state, TRACEE_RUNNING);
	entry_work.ptrace = true;
	signal_mirror_all(); /* signals that are ignored stop a tracee, too */
}

static void forget(struct tracee *t)
{
	current->tracee = NULL;
	current->stepping = false;
	current->traced_calls = 0;
	tracee_free(t);
	signal_mirror_all();
}

long ptrace_traceme(void)
{
	struct tracee *t;

	if (current->tracee && current->tracee->tracer)
		return -EPERM;
	if (current->tracee)
		forget(current->tracee);
	t = tracee_new(current->pid, current->tid);
	if (!t)
		return -EPERM;
	t->tracer = t->tracer_tid = (int)host(SYS_getppid);
	if (t->tracer == current->forked_by.pid && task_alive(t->tracer, current->forked_by.tid))
		t->tracer_tid = current->forked_by.tid;
	t->is_child = true;
	adopt(t);
	return 0;
}

/* ---- Stops ---- */

static long dispatch_config(u64 *config, bool set)
{
	struct user_dispatch *d = &current->dispatch;

	if (set)
		return prctl_user_dispatch(config[0], config[2], config[3], config[1]);
	config[0] = d->on ? PR_SYS_DISPATCH_ON : PR_SYS_DISPATCH_OFF;
	config[1] = d->selector;
	config[2] = d->offset;
	config[3] = d->len;
	return 0;
}

static long obey(struct tracee *t, u32 order)
{
	switch (order) {
	case ORDER_FILTER:
		return seccomp_show_filter(t->at, t->length, t->buf, sizeof(t->buf));
	case ORDER_DISPATCH:
		return dispatch_config((void *)t->buf, t->write);
	case ORDER_SIGNALS:
		return (long)signal_peek(t->length & PEEK_SHARED, t->at, (void *)t->buf,
					 sizeof(t->buf) / sizeof(siginfo_t));
	default:
		return (long)mm_force_copy(t->at, t->buf, MIN(t->length, sizeof(t->buf)), t->write);
	}
}

static void do_order(struct tracee *t, u32 order)
{
	if (task_threaded)
		lock_take();
	t->result = obey(t, order);
	if (task_threaded)
		lock_drop();
	STORE(t->order, ORDER_NONE);
	STORE(t->copied, 1);
	host(SYS_futex, HP(&t->copied), FUTEX_WAKE, 1);
}

/* Tells the other tracees of the process that it stops (sig) or goes on (0). */
static void tell_group(u32 sig)
{
	for (u32 i = 0; i < LOAD(tracee_table->used); i++) {
		struct tracee *t = &tracee_table->tracee[i];
		u32 state = LOAD(t->state);

		if (t == current->tracee || t->pid != current->pid || state == TRACEE_FREE ||
		    state == TRACEE_EXITED)
			continue;
		STORE(t->want_continue, !sig);
		STORE(t->want_group_stop, sig);
		if (sig)
			signal_interrupt_task(t->pid, t->tid);
	}
}

/* Whether a tracee that listens (PTRACE_LISTEN) or sleeps in a group-stop has to report again. */
static bool stop_is_over(struct tracee *t)
{
	u64 pending = 0;

	if (!LOAD(t->listening))
		return false;
	if (LOAD(t->want_interrupt))
		return true;
	if (t->continued)
		return false;
	t->continued = SWAP_OUT(t->want_continue, 0);
	if (t->continued)
		return true;
	/* Signals are blocked on the host during a stop: it waits there. */
	host(SYS_rt_sigpending, HP(&pending), sizeof(pending));
	if (!((pending | signal_held()) & SIGMASK(SIGCONT)))
		return false;
	t->continued = true;
	tell_group(0);
	ptrace_job_continues(t);
	return true;
}

/* The end of the thread is not waited for but in the stop that reports it. */
static bool must_die(const struct tracee *t)
{
	return ((current->work & WORK_DIE) || LOAD(t->want_kill)) && !tracee_reports_exit(t);
}

/* Sleeps until the tracer says how to go on. The CPU lock is not held. */
static void wait_for_order(struct tracee *t)
{
	struct timespec moment = {0, 0};
	u32 order;

	while ((order = LOAD(t->order)) != ORDER_RESUME && order != ORDER_LEFT) {
		if (order != ORDER_NONE) {
			do_order(t, order);
			continue;
		}
		if (must_die(t) || !LOAD(t->tracer) || stop_is_over(t))
			return;
		moment.tv_nsec = LOAD(t->listening) ? 10000000 : 300000000;
		if (host(SYS_futex, HP(&t->order), FUTEX_WAIT, ORDER_NONE, HP(&moment)) ==
			    -ETIMEDOUT &&
		    !tracee_has_tracer(t))
			STORE(t->tracer, 0);
	}
}

static void show_regs(struct tracee *t, const struct pt_regs *regs)
{
	t->regs.r = *regs;
	if (current->restart) /* a call that a signal has interrupted */
		t->regs.r.ax = (u64)current->restart;
	cpu_get_segs(&t->regs.segs);
	cpu_get_fpu(&t->fpu);
	t->blocked = current->restore_sigmask ? current->saved_sigmask : current->blocked;
	memcpy(t->tls, current->tls, sizeof(t->tls));
	t->rseq = current->rseq;
	t->rseq_len = current->rseq_len;
	t->rseq_sig = current->rseq_sig;
	t->debug = current->debug;
	t->regs_changed = t->fpu_changed = t->blocked_changed = t->tls_changed = false;
	t->debug_changed = false;
	t->forced_tf = false;
	if (current->stepping) { /* TF was PTRACE_SINGLESTEP's */
		t->regs.r.flags &= ~(u64)X86_EFLAGS_TF;
		current->stepping = false;
	}
}

void ptrace_load_debug(void)
{
	const struct task_debug *d = &current->debug;

	cpu_set_debug(&(struct cpu_debug){{d->reg[0], d->reg[1], d->reg[2], d->reg[3]}, d->reg[7]});
}

static void take_regs(struct tracee *t, struct pt_regs *regs)
{
	if (t->debug_changed) {
		current->debug = t->debug;
		ptrace_load_debug();
	}
	if (t->tls_changed)
		tls_set(t->tls);
	if (t->regs_changed)
		cpu_set_segs(&t->regs.segs);
	if (t->fpu_changed)
		cpu_set_fpu(&t->fpu);
	if (t->blocked_changed)
		signal_set_blocked(t->blocked);
	if (current->restart) {
		if (ptrace_ax_is(&t->regs.r, current->restart) && (s32)t->regs.r.orig_ax != -1)
			t->regs.r.ax = regs->ax;
		else /* the tracer's debuggee calls a function: nothing to restart */
			current->restart = 0;
	}
	*regs = t->regs.r;
}

/* How the tracer wants it to go on. */
static void take_resume(struct tracee *t, struct pt_regs *regs)
{
	/* The CPU has no DEBUGCTL.BTF: a block ends with each instruction, as in many a virtual
	 * machine. */
	bool step = t->resume == PTRACE_SINGLESTEP || t->resume == PTRACE_SINGLEBLOCK ||
		    t->resume == PTRACE_SYSEMU_SINGLESTEP;

	current->traced_calls =
		t->resume == PTRACE_SYSCALL ? TRACED_CALLS
		: t->resume == PTRACE_SYSEMU || t->resume == PTRACE_SYSEMU_SINGLESTEP
			? TRACED_CALLS_EMULATED
			: 0;
	if (step && !(regs->flags & X86_EFLAGS_TF)) {
		regs->flags |= X86_EFLAGS_TF;
		current->stepping = true;
	}
}

/* What a tracer that goes away leaves to be delivered: the signal of a stop that it has not yet
 * waited for. */
static int signal_left(const struct tracee *t)
{
	return LOAD(t->unreported) && t->has_info && t->code <= NSIG_GUEST ? (int)t->code : 0;
}

/* ptrace_stop(): reports and sleeps. regs are current's, and the tracer's to change. Returns the
 * signal that the tracer wants delivered. */
static int stop(struct pt_regs *regs, u32 code, const siginfo_t *info, u64 message)
{
	struct tracee *t = current->tracee;
	bool stepping = current->stepping;
	int sig = 0;

	if (!LOAD(t->tracer)) {
		sig = t->op == TRACEE_OP_NONE && code <= NSIG_GUEST ? (int)code : 0;
		forget(t);
		return sig;
	}
	if (LOAD(t->want_kill) && code != (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
		current->pending = 1; /* ptrace_look() */
		return 0;
	}
	show_regs(t, regs);
	t->message = message;
	t->has_info = info != NULL;
	if (info)
		t->info = *info;
	t->code = code;
	t->resume = 0;
	t->signal = 0;
	STORE(t->listening, false);
	STORE(t->order, ORDER_NONE);
	STORE(t->unreported, 1);
	current->in_stop = true;
	STORE(t->state, TRACEE_STOPPED);
	tracee_notify(t);
	if (task_threaded)
		lock_drop();
	wait_for_order(t);
	current->in_stop = false;
	if (task_threaded)
		lock_take();
	if (unlikely(mm_code_written))
		mm_forget_code();
	if (must_die(t)) {
		current->pending = 1;
		return 0;
	}
	if (LOAD(t->order) == ORDER_RESUME) {
		take_regs(t, regs);
		sig = t->signal;
		if (t->resume == PTRACE_DETACH) {
			forget(t);
			return sig;
		}
		take_resume(t, regs);
	} else if (!LOAD(t->tracer)) {
		sig = signal_left(t);
		take_regs(t, regs);
		forget(t);
		if (stepping) { /* exit_ptrace() leaves TF as it is */
			regs->flags |= X86_EFLAGS_TF;
			current->stepping = true;
		}
	}
	if (current->tracee) {
		STORE(t->unreported, 0);
		STORE(t->state, TRACEE_RUNNING);
	}
	return sig;
}

static int event(u32 what, u64 message)
{
	siginfo_t info = {.si_signo = SIGTRAP};

	info.si_code = (int)(SIGTRAP | what << 8);
	info.si_pid = current->pid;
	info.si_uid = (u32)host(SYS_getuid);
	return stop(&current->regs, SIGTRAP | what << 8, &info, message);
}

/* ---- Signals ---- */

int ptrace_signal(siginfo_t *info)
{
	int sig, was = info->si_signo;
	int tracer = current->tracee->tracer;

	current->tracee->op = TRACEE_OP_NONE;
	sig = stop(&current->regs, (u32)was, info, 0);
	if (!sig)
		return 0;
	if (current->tracee)
		*info = current->tracee->info; /* PTRACE_SETSIGINFO */
	if (sig != info->si_signo) {
		memset(info, 0, sizeof(*info));
		info->si_signo = sig;
		info->si_pid = tracer;
		info->si_uid = (u32)host(SYS_getuid);
	}
	return sig;
}

static void group_stop(int sig)
{
	struct tracee *t = current->tracee;
	siginfo_t info = {.si_signo = sig};
	u32 again;

	if (!t->seized) {
		stop(&current->regs, (u32)sig, NULL, 0);
		return;
	}
	t->continued = false;
	info.si_code = (int)(sig | PTRACE_EVENT_STOP << 8);
	info.si_pid = current->pid;
	stop(&current->regs, (u32)sig | PTRACE_EVENT_STOP << 8, &info, 0);
	/* PTRACE_LISTEN, and something came */
	while (current->tracee && LOAD(t->listening)) {
		again = t->continued ? SIGTRAP : (u32)sig;
		STORE(t->want_interrupt, 0);
		info.si_signo = (int)again;
		info.si_code = (int)(again | PTRACE_EVENT_STOP << 8);
		stop(&current->regs, again | PTRACE_EVENT_STOP << 8, &info, 0);
	}
}

void ptrace_group_stop(int sig)
{
	STORE(current->tracee->want_continue, 0);
	tell_group((u32)sig);
	ptrace_job_stops(sig);
	group_stop(sig);
}

void ptrace_handler_set(struct pt_regs *regs)
{
	siginfo_t info = {.si_signo = SIGTRAP, .si_code = SIGTRAP};

	if (!current->tracee)
		return;
	info.si_pid = current->pid;
	stop(regs, SIGTRAP, &info, 0);
}

/* Somebody may have asked for it. */
static struct tracee *adopt_if_asked(void)
{
	struct tracee *t = tracee_find(current->tid);

	if (!t || LOAD(t->state) != TRACEE_STARTING)
		return NULL;
	adopt(t);
	return t;
}

bool ptrace_look(struct pt_regs *regs)
{
	struct tracee *t = current->tracee;
	siginfo_t info = {.si_signo = SIGSTOP};
	u32 want, group;

	if (!t)
		t = adopt_if_asked();
	if (!t)
		return false;
	if (!LOAD(t->tracer)) {
		forget(t);
		return false;
	}
	if (LOAD(t->want_kill))
		signal_die(SIGKILL);
	if (SWAP_OUT(t->found_stopped, 0)) {
		t->op = TRACEE_OP_NONE;
		group_stop(SIGSTOP); /* the other threads have been found so, too */
		if (!current->tracee)
			return false;
	}
	want = SWAP_OUT(t->want_stop, 0);
	if (want) {
		info.si_code = want == PTRACE_STOP_ATTACH	    ? SI_KERNEL
			       : want == PTRACE_STOP_SENT_TO_THREAD ? SI_TKILL
								    : SI_USER;
		info.si_pid = (int)t->stop_from;
		info.si_uid = t->stop_from ? (u32)host(SYS_getuid) : 0;
		signal_queue(&info);
	}
	if (SWAP_OUT(t->want_interrupt, 0)) {
		info.si_signo = SIGTRAP;
		info.si_code = SIGTRAP | PTRACE_EVENT_STOP << 8;
		info.si_pid = current->pid;
		t->op = TRACEE_OP_NONE;
		stop(regs, SIGTRAP | PTRACE_EVENT_STOP << 8, &info, 0);
	}
	group = current->tracee ? SWAP_OUT(t->want_group_stop, 0) : 0;
	if (group) {
		t->op = TRACEE_OP_NONE;
		group_stop((int)group);
	}
	return want != 0;
}

/* ---- Calls ---- */

bool ptrace_stops_at_calls(void)
{
	return current->tracee && (current->traced_calls || current->stepping);
}

static void call_stop(struct pt_regs *regs, u64 message)
{
	struct tracee *t = current->tracee;
	siginfo_t info = {.si_signo = SIGTRAP};
	u32 code = SIGTRAP | (t->options & PTRACE_O_TRACESYSGOOD ? 0x80 : 0);
	siginfo_t queued = {.si_signo = 0};

	info.si_code = (int)code;
	info.si_pid = current->pid;
	info.si_uid = (u32)host(SYS_getuid);
	queued.si_signo = stop(regs, code, &info, message);
	if (queued.si_signo) { /* ptrace_report_syscall(): send_sig(signr, current, 1) */
		queued.si_code = SI_KERNEL;
		signal_queue(&queued);
	}
}

bool ptrace_syscall_entry(struct pt_regs *regs)
{
	struct tracee *t = current->tracee;
	bool emulated = current->traced_calls == TRACED_CALLS_EMULATED;

	if (!current->traced_calls)
		return true;
	current->call_stopped = true;
	t->op = TRACEE_OP_ENTRY;
	t->op_nr = regs->orig_ax;
	memcpy(t->op_args, current->args, sizeof(t->op_args));
	call_stop(regs, PTRACE_EVENTMSG_SYSCALL_ENTRY);
	if (LOAD(t->want_kill)) /* fatal_signal_pending() */
		return false;
	return !emulated && (s32)regs->orig_ax != -1;
}

void ptrace_syscall_exit(struct pt_regs *regs)
{
	struct tracee *t = current->tracee;
	siginfo_t trap = {.si_signo = SIGTRAP, .si_code = TRAP_BRKPT};

	if (t && current->traced_calls == TRACED_CALLS) {
		t->op = TRACEE_OP_EXIT;
		call_stop(regs, PTRACE_EVENTMSG_SYSCALL_EXIT);
	} else if (t && current->stepping && !current->traced_calls) {
		/* report_single_step(), user_single_step_report() */
		trap.si_addr = (void *)(uintptr_t)regs->ip;
		signal_force(&trap, X86_TRAP_DB, 0, 0);
	}
}

bool ptrace_seccomp(u32 data)
{
	struct tracee *t = current->tracee;

	if (!t || !(t->options & PTRACE_O_TRACESECCOMP) || !LOAD(t->tracer))
		return false;
	current->call_stopped = true;
	t->op = TRACEE_OP_SECCOMP;
	t->op_nr = current->regs.orig_ax;
	t->op_ret_data = data;
	memcpy(t->op_args, current->args, sizeof(t->op_args));
	event(PTRACE_EVENT_SECCOMP, data);
	if (LOAD(t->want_kill))
		current->regs.orig_ax = ~0UL;
	return true;
}

/* ---- Programs and processes ---- */

void ptrace_exec(int former_tid)
{
	struct tracee *t = current->tracee;
	siginfo_t info = {.si_signo = SIGTRAP};

	if (!t)
		return;
	t->tid = current->tid;
	t->op = TRACEE_OP_NONE;
	if (t->options & PTRACE_O_TRACEEXEC) {
		current->regs.ax = (u64)-ENOSYS; /* the call has not returned */
		event(PTRACE_EVENT_EXEC, (u64)former_tid);
		current->regs.ax = 0;
	} else if (!t->seized) { /* send_sig(SIGTRAP, current, 0) */
		info.si_code = SI_USER;
		info.si_pid = current->pid;
		info.si_uid = (u32)host(SYS_getuid);
		signal_queue(&info);
	}
}

void ptrace_exit_event(int status)
{
	struct tracee *t = current->tracee ? current->tracee : adopt_if_asked();

	if (t && (t->options & PTRACE_O_TRACEEXIT) && LOAD(t->tracer)) {
		t->op = TRACEE_OP_NONE;
		event(PTRACE_EVENT_EXIT, (u64)status);
	}
}

void ptrace_replace_leader(struct task *caller)
{
	struct tracee *t;

	if (!current->parked)
		ptrace_exit_event(0);
	while ((t = tracee_find(current->tid)))
		tracee_free(t);
	t = caller->tracee;
	caller->tracee = NULL;
	current->tracee = t;
	current->traced_calls = caller->traced_calls;
	current->stepping = caller->stepping;
	if (!t)
		return;
	t->is_child = host(SYS_getppid) == t->tracer;
	STORE(t->tid, current->tid);
}

struct ptrace_fork ptrace_fork_begin(u64 flags)
{
	const u32 vfork = PTRACE_O_TRACEVFORK, clone = PTRACE_O_TRACECLONE;
	struct tracee *t = current->tracee;
	struct ptrace_fork f = {NULL, 0};
	u32 option;

	if (!t || !LOAD(t->tracer) || (flags & CLONE_UNTRACED))
		return f;
	f.event = flags & CLONE_VFORK		      ? PTRACE_EVENT_VFORK
		  : (flags & CSIGNAL) != (u64)SIGCHLD ? PTRACE_EVENT_CLONE
						      : PTRACE_EVENT_FORK;
	option = f.event == PTRACE_EVENT_VFORK	 ? vfork
		 : f.event == PTRACE_EVENT_CLONE ? clone
						 : PTRACE_O_TRACEFORK;
	if (!(t->options & option))
		f.event = 0;
	if (!f.event && !(flags & CLONE_PTRACE))
		return f;
	f.child = tracee_new(0, -1);
	if (!f.child)
		return f;
	f.child->tracer = t->tracer;
	f.child->tracer_tid = t->tracer_tid;
	f.child->options = t->options;
	f.child->seized = t->seized;
	if (t->seized)
		f.child->want_interrupt = 1;
	else
		f.child->want_stop = PTRACE_STOP_SENT;
	return f;
}

void ptrace_fork_child(const struct ptrace_fork *f, struct task *child)
{
	struct tracee *t = f->child;

	child->tracee = NULL;
	child->traced_calls = 0;
	child->stepping = false;
	memset(&child->debug, 0, sizeof(child->debug));
	if (child == current)
		ptrace_load_debug();
	if (!t)
		return;
	t->pid = child->pid;
	t->is_child = child == current && host(SYS_getppid) == t->tracer;
	STORE(t->tid, child->tid);
	child->pending = 1; /* ptrace_look() */
}

void ptrace_fork_parent(const struct ptrace_fork *f, long pid)
{
	if (pid < 0 && f->child)
		tracee_free(f->child);
	if (pid < 0 || !f->event)
		return;
	/* The child may not have run yet: the tracer may wait for it at once. */
	if (f->child && LOAD(f->child->state) == TRACEE_STARTING) {
		if (f->child->pid == 0)
			f->child->pid = (int)pid;
		STORE(f->child->tid, (int)pid);
	}
	current->tracee->op = TRACEE_OP_NONE;
	event((u32)f->event, (u64)pid);
}

void ptrace_vfork_done(long pid)
{
	struct tracee *t = current->tracee;

	if (t && pid > 0 && (t->options & PTRACE_O_TRACEVFORKDONE) && LOAD(t->tracer)) {
		t->op = TRACEE_OP_NONE;
		event(PTRACE_EVENT_VFORK_DONE, (u64)pid);
	}
}
