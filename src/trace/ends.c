/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines about the ends of processes and threads: by themselves, by a signal, by another thread's
 * execve; and about who was killed and could not tell. */
#include <signal.h>
#include <string.h>

#include "host/host.h"
#include "trace/internal.h"

static void print_killed(struct tline *t, int pid, int sig, bool core)
{
	if (topt.json) {
		json_exit(t, pid, "killed", sig, core);
		return;
	}
	put(t, "+++ killed by ");
	put_signal_name(t, sig);
	put(t, core ? " (core dumped) +++" : " +++");
	out_line(t);
}

/* Lines in t are about another task, which is nowhere any more. */
static void about(struct tline *t, const struct trace_task *s)
{
	t->at.nr = s->nr;
	t->at.compat = s->abi == ABI_32;
}

/* The call that another task is in does not return. ours: it is one of this process. */
static void end_call_of(struct tline *t, const struct trace_task *s, bool ours)
{
	if (!s->open || trace_silent() || topt.separate)
		return;
	if (topt.json) {
		if (topt.status & TS_UNFINISHED)
			json_dead_call(t, s, ours);
	} else if (tsh->open_tid == s->tid) {
		out_finish_dead((int)s->tid);
	} else {
		trace_begin_line(t, (int)s->tid);
		put_fmt(t, "<... %s resumed>%s", s->name, s->partial ? " <unfinished ...>" : "");
		trace_pad(t);
		put(t, "= ?");
		out_line(t);
	}
}

/* How a process ends; sig: 0, or what killed it. */
struct end {
	int status, sig;
	bool core;
};

/* As with strace, -q is about exits, -e signal= about signals, also those that kill. */
static bool shows_end(const struct end *e)
{
	return e->sig ? trace_shows_signal(e->sig) : !trace_silent() && !(topt.quiet & TQ_EXIT);
}

static void print_end(struct tline *t, int tid, const struct end *e)
{
	if (e->sig) {
		print_killed(t, tid, e->sig, e->core);
	} else if (topt.json) {
		json_exit(t, tid, "exited", e->status, false);
	} else {
		put_fmt(t, "+++ exited with %d +++", e->status);
		out_line(t);
	}
}

/* Another thread of the process ends with it: its call does not return. */
static void end_other(struct trace_task *s, const struct end *e)
{
	static _Thread_local struct tline other;
	int tid = (int)s->tid;

	about(&other, s);
	end_call_of(&other, s, true);
	if (!out_task_ended(tid) || !shows_end(e) || topt.separate)
		return;
	trace_begin_line(&other, tid);
	print_end(&other, tid, e);
}

/* All but this one, and but for the first thread, whose end is the last. */
static void end_siblings(int tid, const struct end *e)
{
	int process = trace_shown_pid((int)host(SYS_getpid));
	struct trace_task *s;
	u32 at = 0;

	if (!trace_had_threads)
		return;
	while ((s = out_sibling(&at, process, trace_shown_pid(tid))))
		if (s->tid != (u32)process)
			end_other(s, e);
}

/* This thread ends, and the whole process with it or because of it, or it is the last. The first
 * one of a process is seen to end with the last one only. */
static void end_thread(int tid, const struct end *e, bool whole, bool last)
{
	int process = trace_shown_pid((int)host(SYS_getpid));
	bool first = trace_shown_pid(tid) == process;
	struct trace_task *leader = out_task(process);

	if (!trace_silent())
		trace_end_open();
	if (whole)
		end_siblings(tid, e);
	else if (first && !last && !topt.separate)
		return;
	trace_forget_place();
	if (shows_end(e))
		print_end(trace_begin_event(tid), tid, e);
	out_task_ended(trace_shown_pid(tid));
	if (!first && leader && (whole || last))
		end_other(leader, e);
}

void trace_exited(int pid, int status, bool last)
{
	struct end e = {.status = status};

	end_thread(pid, &e, trace_last_call && !strcmp(trace_last_call, "exit_group"), last);
	stats_task_ended();
}

void trace_killed(int pid, int sig, bool core, bool whole)
{
	struct end e = {.sig = sig, .core = core};

	end_thread(pid, &e, whole, whole);
	stats_task_ended();
}

void trace_reap_killed(int pid)
{
	static _Thread_local struct tline other; /* the reader's own line stands open */
	const struct trace_task *task = out_task(trace_shown_pid(pid));
	bool quiet = !trace_shows_signal(SIGKILL);
	struct tline *t = &other;
	struct trace_task *s;
	u32 at = 0;

	pid = trace_shown_pid(pid);
	if (tsh->detached)
		return;
	t->process = pid;
	if (task) {
		about(t, task);
		end_call_of(t, task, false);
	}
	while ((s = out_sibling(&at, pid, pid))) {
		int tid = (int)s->tid;

		about(t, s);
		end_call_of(t, s, false);
		trace_begin_line(t, tid);
		if (out_task_ended(tid) && !quiet)
			print_killed(t, tid, SIGKILL, false);
	}
	if (!(out_task_ended(pid) || out_task_unknown(pid)) || quiet)
		return;
	if (task)
		about(t, task);
	trace_begin_line(t, pid);
	print_killed(t, pid, SIGKILL, false);
}

/* execve of a thread that is not the first: it goes on as that. */
static void superseded(struct trace_task *by, int pid)
{
	struct tline *t = trace_begin_event(pid);
	bool was_open = by->open;

	out_task_ended((int)by->tid);
	if (trace_silent())
		return;
	if (topt.json) {
		if (was_open)
			json_exec_call(t, by);
		if (!(topt.quiet & TQ_THREAD_EXECVE))
			json_exit(t, pid, "superseded", (int)by->tid, false);
		return;
	}
	out_pid_changed((int)by->tid, pid);
	trace_begin_line(t, pid);
	if (!(topt.quiet & TQ_THREAD_EXECVE)) {
		put_fmt(t, "+++ superseded by execve in pid %u +++", by->tid);
		out_line(t);
	}
	if (!was_open || topt.separate || !(topt.status & TS_SUCCESSFUL))
		return;
	trace_begin_line(t, pid);
	put(t, "<... ");
	put(t, by->name);
	put(t, " resumed>");
	trace_pad(t);
	put(t, "= 0");
	out_line(t);
}

void trace_execs_alone(int tid, int by)
{
	struct trace_task *s = by ? out_task(trace_shown_pid(by)) : NULL;

	if (!topt.follow)
		return;
	if (s) /* not among those that end */
		s->pid = 0;
	end_siblings(tid, &(struct end){.status = 0});
	if (s)
		superseded(s, tid);
}
