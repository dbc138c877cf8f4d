/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tracer: from entry and exit of calls to lines. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/host.h"
#include "trace/internal.h"

bool trace_counting;
struct trace_options topt;
struct trace_sets tset;
static enum abi last_abi = ABI_64;
static bool started;	    /* a call was seen */
static bool detach_on_exec; /* -b execve, once the program itself has been started */
bool trace_had_threads;
static _Thread_local struct tline line;
_Thread_local const char *trace_last_call;

/* ---- Options ---- */

static const char *parse_sets(const struct trace_options *opt)
{
	const char *err;

	if ((err = callset_parse(&tset.trace, opt->set)) ||
	    (err = callset_parse(&tset.abbrev, opt->abbrev)) ||
	    (err = callset_parse(&tset.verbose, opt->verbose)) ||
	    (err = callset_parse(&tset.raw, opt->raw ? opt->raw : "none")) ||
	    (err = fdset_parse(&tset.read, opt->read_fds)) ||
	    (err = fdset_parse(&tset.write, opt->write_fds)) ||
	    (err = fdset_parse(&tset.fds, opt->trace_fds)) ||
	    (err = sigset_parse(&tset.signals, opt->signals)) || (err = stats_check(opt)) ||
	    (err = paths_parse(opt)))
		return err;
	/* numbers without a name are always shown */
	tset.trace.others = true;
	for (int abi = 0; abi < 2; abi++)
		for (u32 i = 0; i < SUBCALL_NR; i++)
			tset.trace.has[abi][i] |= !trace_call_name((enum abi)abi, i);
	return inject_parse(opt);
}

const char *trace_check(const struct trace_options *opt)
{
	return parse_sets(opt);
}

void trace_take_options(const struct trace_options *opt)
{
	topt = *opt;
	pidns_start();
	if (!topt.string_limit)
		topt.string_limit = 32;
	else if (topt.string_limit == TRACE_NO_STRINGS)
		topt.string_limit = 0;
	if (!topt.column)
		topt.column = 40;
	topt.status = topt.status ? topt.status & TS_ALL : TS_ALL;
}

const char *trace_start(const struct trace_options *opt)
{
	const char *err;

	trace_take_options(opt);
	err = parse_sets(opt);
	if (err)
		return err;
	last_abi = ABI_64;
	started = false;
	detach_on_exec = false;
	if (!tsh)
		out_share();
	out_set_fd(topt.fd);
	out_task_started((int)host(SYS_gettid));
	if (topt.separate && (err = out_open_separate((int)host(SYS_gettid)))) {
		out_task_ended((int)host(SYS_gettid)); /* nothing to tell of it */
		return err;
	}
	trace_on = true;
	trace_counting = topt.summary == SUMMARY_ONLY && !paths_any && !inject_any && !topt.limit &&
			 !topt.detach_on_execve;
	if (topt.summary)
		stats_use();
	return NULL;
}

/* strace tells when the kind of call changes; it starts from its own, 64-bit. */
static void note_abi(struct tline *t, const struct trace_call *call)
{
	if (call->abi == last_abi)
		return;
	last_abi = call->abi;
	if ((topt.quiet & TQ_PERSONALITY) || topt.json || topt.summary == SUMMARY_ONLY)
		return;
	trace_begin_line(t, call->pid);
	put_fmt(t, "[ Process PID=%d runs in %s mode. ]", call->pid,
		call->abi == ABI_32 ? "32 bit" : "64 bit");
	out_line(t);
}

/* ---- Entry ---- */

/* ptrace(2) tells the number as a long. */
static void put_call_name(struct tline *t)
{
	if (*t->name)
		put(t, t->name);
	else
		put_fmt(t, "syscall_0x%lx", (long)(s32)t->call.nr);
}

static void print_entry(struct tline *t, bool start)
{
	trace_begin_call(t, &t->call, start);
	put_call_name(t);
	putch(t, '(');
	t->open = true;
	trace_save_entry(t);
	trace_print_args(t);
	out_entry(t);
}

/* --syscall-limit: the calls of all processes together. */
static bool limit_reached(void)
{
	if (!topt.limit)
		return false;
	if (!tsh->detached && __atomic_add_fetch(&tsh->calls, 1, __ATOMIC_RELAXED) > topt.limit)
		tsh->detached = 1;
	if (tsh->detached)
		trace_detach();
	return tsh->detached;
}

bool trace_enter(struct trace_call *call, long *ret)
{
	struct tline *t = &line;
	bool start, skip = false;

	t->open = t->in_call = t->counted = false;
	t->injected = 0;
	trace_last_call = call->row ? call->row->name : NULL;
	t->at.nr = call->nr;
	t->at.compat = call->abi == ABI_32;
	t->at.ip = call->ip;
	start = !started && call->row && call->row->name && !strcmp(call->row->name, "execve");
	started = true;
	if (!start)
		note_abi(t, call);
	if (!callset_has(&tset.trace, call->abi, trace_set_nr(call)))
		return false;
	if (topt.summary == SUMMARY_ONLY && !paths_any && !inject_any) {
		t->in_call = true;
		t->call.abi = call->abi;
		t->call.nr = call->nr;
		stats_enter(t);
		return false;
	}
	trace_setup_call(t, call);
	if (unlikely(paths_any) && !paths_match(t))
		return false;
	if (unlikely(limit_reached()))
		return false;
	t->in_call = true;
	if (unlikely(inject_any) && !start)
		skip = inject_enter(call, &t->injected, ret);
	if (topt.times || topt.json) {
		t->begin = now_ns(CLOCK_MONOTONIC);
		if (topt.json)
			t->wall = now_ns(CLOCK_REALTIME);
	}
	if (topt.summary != SUMMARY_ONLY)
		print_entry(t, start);
	if (unlikely(t->injected))
		inject_delay(t->injected);
	if (topt.summary)
		stats_enter(t);
	return skip;
}

/* ---- Exit ---- */

static void print_result(struct tline *t)
{
	long ret = t->ret;
	u64 at;

	/* shmat through ipc(2) puts the address into memory */
	if (!ret && t->through_ipc && !strcmp(t->name, "shmat") && rd_word(t, t->ipc_result, &at))
		ret = (long)at;

	if ((u64)ret >= (u64)-4095L && !(t->injected & INJ_PLAIN)) {
		int err = (int)-ret;
		const char *name = trace_errno_name(err);
		bool restart = err == ERESTARTSYS || err == ERESTARTNOINTR ||
			       err == ERESTARTNOHAND || err == ERESTART_RESTARTBLOCK;

		put(t, restart && !t->raw ? "? " : "-1 ");
		if (!name) {
			put_fmt(t, "(errno %d)", err);
		} else if (restart && t->raw) { /* as strace has it */
			put_fmt(t, "%s (Unknown error %d)", name, err);
		} else {
			put(t, name);
			put(t, " (");
			put(t, trace_errno_text(err));
			putch(t, ')');
		}
	} else if (t->raw || trace_is_result_hex(t)) {
		put_hex(t, t->compat ? (u32)ret : (u64)ret);
	} else if (t->special && t->special->ret == RET_OCT) {
		put_perm(t, (u64)ret);
	} else if (trace_result_is_fd(t)) {
		put_fd(t, (s32)ret);
	} else if (pid_result_kind(t) >= 0) {
		put_pid_kind(t, (s32)ret, (enum pid_kind)pid_result_kind(t));
	} else {
		put_udec(t, t->compat ? (u32)ret : (u64)ret);
	}
	if (!t->raw)
		trace_ret_suffix(t);
	put_injected(t);
}

/* "<... read resumed>": a new line in place of one that another task's interrupted. */
static void put_resumed(struct tline *t)
{
	trace_begin_line(t, t->call.pid);
	put(t, "<... ");
	put_call_name(t);
	put(t, " resumed>");
	t->resumed = true;
}

/* The same when the interruption came after the rest had been put behind the entry. */
static void put_resumed_late(struct tline *t)
{
	static _Thread_local char *rest;
	size_t n = t->len - t->mark;

	if (t->resumed)
		return;
	memcpy(trace_memory(&rest, TRACE_LINE_MAX), t->buf + t->mark, n);
	put_resumed(t);
	t->limit = TRACE_LINE_MAX - 1;
	n = MIN(n, t->limit - t->len);
	memcpy(line_end(t, n), rest, n);
	t->len += n;
}

void trace_pad(struct tline *t)
{
	size_t end = t->start + (size_t)MAX(topt.column, 0), n;

	put(t, ") ");
	if (t->len >= end)
		return;
	n = MIN(end - t->len, t->limit - t->len);
	memset(line_end(t, n), ' ', n);
	t->len += n;
}

static void finish_call(struct tline *t)
{
	t->limit = TRACE_LINE_MAX - 1;
	trace_pad(t);
	put(t, "= ");
	print_result(t);
	if (topt.times && (u64)t->ret != (u64)-ERESTARTNOINTR) {
		u64 d = now_ns(CLOCK_MONOTONIC) - t->begin;

		put_fmt(t, " <%llu", (unsigned long long)(d / 1000000000));
		put_frac(t, d % 1000000000, topt.times_digits);
		putch(t, '>');
	}
}

/* -b execve: whether this is the call that ends tracing */
static bool detaches(const struct tline *t, long ret)
{
	return detach_on_exec && !ret && !strncmp(t->name, "execve", 6);
}

/* In strace's own words, to the letter. */
static void say_process(struct tline *t, int tid, const char *what)
{
	if ((topt.quiet & TQ_ATTACH) || topt.json || topt.summary == SUMMARY_ONLY)
		return;
	t->len = t->start = 0;
	t->limit = TRACE_LINE_MAX - 1024;
	put_fmt(t, "strace: Process %d %s", tid, what);
	out_line(t);
}

static bool status_wanted(const struct tline *t, long ret)
{
	if (detaches(t, ret))
		return topt.status & TS_DETACHED;
	return topt.status & ((u64)ret >= (u64)-4095L ? TS_FAILED : TS_SUCCESSFUL);
}

/* A wait that returned a child: one that SIGKILL ended could not tell it itself. */
static void note_reaped(struct tline *t)
{
	u32 status;

	if (t->ret <= 0 || t->name[0] != 'w' || strncmp(t->name, "wait", 4) != 0 || !t->arg[1] ||
	    t->name[4] == 'i' || !rd(t, &status, t->arg[1], 4) || (status & 0x7f) != SIGKILL)
		return;
	trace_reap_killed((int)t->ret);
}

/* Continues a line, or begins one that says "resumed". */
static void reopen(struct tline *t)
{
	t->resumed = false;
	t->mark = t->len;
	if (!out_is_open(t))
		put_resumed(t);
}

static void print_exit(struct tline *t, long ret)
{
	t->exiting = true;
	if (t->compat && (u32)ret >= (u32)-4095)
		ret = (s32)ret; /* all that is left of it is 32 bits wide */
	t->ret = ret;
	if (topt.json) {
		trace_print_args(t);
		t->limit = TRACE_LINE_MAX - 1;
		json_call(t, now_ns(CLOCK_MONOTONIC) - t->begin);
		return;
	}
	reopen(t);
	trace_print_args(t);
	if (detaches(t, ret))
		put(t, " <detached ...>");
	else
		finish_call(t);
	out_exit(t, put_resumed_late);
	if (tset.read.any || tset.write.any)
		dump_after(t);
	if (topt.stack)
		stack_print(t);
}

long trace_exit(const struct trace_call *call, long ret)
{
	struct tline *t = &line;

	if (t->injected) /* before anything is printed: what is printed is what the guest gets */
		ret = inject_exit(call, &t->injected, ret);
	if (!t->in_call)
		return ret;
	t->in_call = false;
	if (topt.summary)
		stats_exit(t, ret);
	if (!t->open)
		return ret;
	t->open = false;
	out_left();
	t->ret = ret;
	note_reaped(t);
	if (status_wanted(t, ret))
		print_exit(t, ret);
	if (detaches(t, ret)) {
		say_process(t, trace_shown_pid(call->pid), "detached");
		trace_detach();
	} else if (!ret && !strncmp(t->name, "execve", 6)) {
		detach_on_exec = topt.detach_on_execve;
	}
	return ret;
}

void trace_fails(int err, const siginfo_t *info)
{
	trace_exit(&line.call, err);
	trace_signal(line.call.pid, info, 0);
}

/* ---- Other lines ---- */

bool trace_silent(void)
{
	return topt.summary == SUMMARY_ONLY;
}

/* A call that is open when its task ends: its result is "?". */
static void end_open(struct tline *t)
{
	if (!t->open)
		return;
	t->open = t->in_call = false;
	out_left();
	if (!(topt.status & TS_UNFINISHED))
		return;
	if (topt.json) {
		t->exiting = false;
		json_call(t, 0);
		return;
	}
	reopen(t);
	t->limit = TRACE_LINE_MAX - 1;
	if (t->next < t->nargs)
		put(t, " <unfinished ...>");
	trace_pad(t);
	put(t, "= ?");
	out_exit(t, put_resumed_late);
}

void trace_end_open(void)
{
	end_open(&line);
}

void trace_forget_place(void)
{
	line.at.ip = 0;
}

void trace_abandon(void)
{
	if (!trace_silent())
		end_open(&line);
	line.in_call = false;
}

/* A line that stands for itself; a call that is open (a signal kills it) is ended first. */
struct tline *trace_begin_event(int pid)
{
	struct tline *t = &line;

	end_open(t);
	trace_begin_line(t, pid);
	t->exiting = true;
	t->abbrev = false;
	return t;
}

bool trace_shows_signal(int sig)
{
	return !trace_silent() && sig > 0 && sig <= 64 && (tset.signals >> (sig - 1) & 1);
}

bool trace_wants_signal(int sig)
{
	return trace_on && trace_shows_signal(sig);
}

void trace_signal(int pid, const siginfo_t *info, guest_addr ip)
{
	struct tline *t;

	if (ip)
		line.at.ip = ip;

	if (info->si_signo == SIGCHLD && info->si_code == CLD_KILLED && info->si_status == SIGKILL)
		trace_reap_killed(info->si_pid);
	if (!trace_wants_signal(info->si_signo))
		return;
	t = trace_begin_event(pid);
	if (topt.json) {
		json_signal(t, pid, "signal", info);
		return;
	}
	put(t, "--- ");
	put_signal_name(t, info->si_signo);
	putch(t, ' ');
	put_siginfo(t, info);
	put(t, " ---");
	out_line(t);
}

static void print_stopped(struct tline *t, int pid, int sig)
{
	if (topt.json) {
		json_exit(t, pid, "stopped", sig, false);
		return;
	}
	put(t, "--- stopped by ");
	put_signal_name(t, sig);
	put(t, " ---");
	out_line(t);
}

void trace_stopped(int pid, int sig)
{
	static _Thread_local struct tline other;
	int process = trace_shown_pid((int)host(SYS_getpid));
	struct trace_task *s;
	u32 at = 0;

	if (!trace_wants_signal(sig))
		return;
	print_stopped(trace_begin_event(pid), pid, sig);
	while (!topt.separate && (s = out_sibling(&at, process, trace_shown_pid(pid)))) {
		trace_begin_line(&other, (int)s->tid);
		print_stopped(&other, (int)s->tid, sig);
	}
}

void trace_cancel(void)
{
	struct tline *t = &line;

	if (!t->in_call)
		return;
	t->in_call = false;
	if (!t->open)
		return;
	t->open = false;
	out_left();
	if (out_cancel(t) || topt.json)
		return;
	t->exiting = true;
	t->ret = -ERESTARTNOINTR;
	reopen(t);
	trace_print_args(t);
	finish_call(t);
	out_exit(t, put_resumed_late);
}

u64 trace_clock(void)
{
	return topt.summary == SUMMARY_ONLY ? 0 : now_ns(CLOCK_MONOTONIC);
}

void trace_interrupted(void)
{
	struct tline *t = &line;

	t->restarting = t->in_call && t->open;
	if (!t->restarting)
		return;
	t->open = false;
	out_left();
	if (status_wanted(t, -ERESTART_RESTARTBLOCK))
		print_exit(t, -ERESTART_RESTARTBLOCK);
}

void trace_resumed(void)
{
	struct tline *t = &line;

	if (!t->restarting)
		return;
	t->restarting = false;
	t->exiting = false;
	t->next = t->nargs = 0;
	trace_begin_line(t, t->call.pid);
	put_fmt(t, "restart_syscall(<... resuming interrupted %s ...>", t->name);
	t->name = "restart_syscall";
	t->begin = now_ns(CLOCK_MONOTONIC);
	t->wall = now_ns(CLOCK_REALTIME);
	t->open = true;
	out_entry(t);
}

void trace_detach(void)
{
	trace_on = trace_counting = false;
	out_task_ended((int)host(SYS_gettid));
}

/* ---- Processes and threads ---- */

static void attach(int tid)
{
	struct tline *t = &line;

	tid = trace_shown_pid(tid);
	t->open = t->in_call = false;
	t->len = 0;
	stats_task_started();
	out_task_started(tid);
	if (topt.separate)
		out_give_up(out_open_separate(tid));
	say_process(t, tid, "attached");
}

void trace_forked(void)
{
	trace_had_threads = false;
	if (topt.follow) {
		pidns_forked();
		attach((int)host(SYS_gettid));
		trace_observer_tell();
		return;
	}
	line.open = line.in_call = false;
	line.len = 0;
	trace_on = trace_counting = false;
}

void trace_thread_started(int tid)
{
	trace_had_threads = true;
	if (topt.follow)
		attach(tid);
}

bool trace_follows(void)
{
	return topt.follow;
}
