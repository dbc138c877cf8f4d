/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of tracees, and what passes between tracee and tracer. */
#include "task/ptrace.h"

#include <errno.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "host/image.h"
#include "mm/peer.h"
#include "task/lock.h"
#include "task/signal.h"

#define LOAD(x)	      __atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define STORE(x, v)   __atomic_store_n(&(x), (v), __ATOMIC_SEQ_CST)
#define SWAP(x, o, n) (__sync_bool_compare_and_swap(&(x), (o), (n)))

struct tracee_table *tracee_table;

void ptrace_init(void)
{
	tracee_table = host_shared(sizeof(*tracee_table));
}

struct tracee *tracee_find(int tid)
{
	for (u32 i = 0; tracee_table && i < LOAD(tracee_table->used); i++) {
		struct tracee *t = &tracee_table->tracee[i];

		if (LOAD(t->state) != TRACEE_FREE && t->tid == tid)
			return t;
	}
	return NULL;
}

struct tracee *tracee_new(int pid, int tid)
{
	for (u32 i = 0; tracee_table && i < MAX_TRACEES; i++) {
		struct tracee *t = &tracee_table->tracee[i];
		u32 used;

		if (LOAD(t->state) != TRACEE_FREE || !SWAP(t->state, TRACEE_FREE, TRACEE_STARTING))
			continue;
		memset((char *)t + sizeof(t->state), 0,
		       offsetof(struct tracee, buf) - sizeof(t->state));
		t->pid = pid;
		t->tid = tid;
		t->tracer = current->pid;
		t->tracer_tid = current->tid;
		for (used = LOAD(tracee_table->used); used <= i; used = LOAD(tracee_table->used))
			SWAP(tracee_table->used, used, i + 1);
		return t;
	}
	return NULL;
}

static void wake(u32 *word)
{
	host(SYS_futex, HP(word), FUTEX_WAKE, 0x7fffffff);
}

void tracee_free(struct tracee *t)
{
	t->tid = t->pid = t->tracer = t->tracer_tid = 0;
	STORE(t->state, TRACEE_FREE);
	wake(&t->state);
}

bool task_alive(int pid, int tid)
{
	return host(SYS_tgkill, pid, tid, 0) != -ESRCH && host_task_alive(tid);
}

bool tracee_alive(const struct tracee *t)
{
	return task_alive(t->pid, t->tid);
}

bool tracee_has_tracer(const struct tracee *t)
{
	return task_alive(t->tracer, t->tracer_tid);
}

void tracee_order(struct tracee *t, enum tracee_order how)
{
	if (how == ORDER_RESUME) {
		STORE(t->unreported, 0);
		STORE(t->state, TRACEE_RUNNING);
	}
	STORE(t->order, how);
	wake(&t->order);
}

/* ---- Who waits ---- */

u64 *ptrace_wait_begin(void)
{
	const u32 n = ARRAY_SIZE(tracee_table->waiters);
	u64 me = (u64)current->pid << 32 | (u32)current->tid;

	for (u32 i = 0; tracee_table && i < n; i++) {
		u64 *w = &tracee_table->waiters[((u32)current->tid + i) % n], old = LOAD(*w);

		/* What a killed process has left is taken over. */
		if ((!old || old == me ||
		     (i > n / 2 && host(SYS_tgkill, old >> 32, (u32)old, 0) == -ESRCH)) &&
		    SWAP(*w, old, me))
			return w;
	}
	return NULL;
}

void ptrace_wait_end(u64 *waiter)
{
	if (waiter)
		STORE(*waiter, 0);
}

/* What a SIGCHLD is about: stands in the low bits of the entry's address. */
enum news { NEWS_FOR_TRACER, NEWS_STOPPED, NEWS_CONTINUED, NEWS_MASK };

/* Signals process pid and interrupts its threads that wait for children. */
static void tell(struct tracee *t, int pid, enum news news)
{
	siginfo_t info = {.si_signo = SIGCHLD, .si_code = SI_QUEUE};

	info.si_pid = current->pid;
	info.si_uid = (u32)host(SYS_getuid);
	info.si_value.sival_ptr = (u8 *)t + news;
	host(SYS_rt_sigqueueinfo, pid, SIGCHLD, HP(&info));
	__atomic_add_fetch(&tracee_table->events, 1, __ATOMIC_SEQ_CST);
	wake(&tracee_table->events);
	for (u32 i = 0; i < ARRAY_SIZE(tracee_table->waiters); i++) {
		u64 w = LOAD(tracee_table->waiters[i]);

		if (w && (int)(w >> 32) == pid)
			signal_interrupt_task(pid, (int)(u32)w);
	}
}

void tracee_notify(struct tracee *t)
{
	if (t->tracer)
		tell(t, t->tracer, NEWS_FOR_TRACER);
}

void ptrace_job_stops(int sig)
{
	struct tracee *t = tracee_find(current->pid);
	int parent = (int)host(SYS_getppid);
	struct mm there;

	if (!t || !t->tracer || parent == t->tracer || peer_mm(parent, &there))
		return;
	t->job_signal = (u32)sig;
	STORE(t->job_stop, (u32)sig);
	STORE(t->parent_continued, 0);
	STORE(t->parent_stop, (u32)sig);
	STORE(t->parent, parent);
	tell(t, parent, NEWS_STOPPED);
}

/* prepare_signal() */
void ptrace_job_continues(struct tracee *t)
{
	if (!__atomic_exchange_n(&t->job_stop, 0, __ATOMIC_SEQ_CST))
		return;
	STORE(t->parent_stop, 0);
	STORE(t->parent_continued, 1);
	tell(t, t->parent, NEWS_CONTINUED);
}

bool ptrace_sigchld(siginfo_t *info, bool no_stops)
{
	const u8 *at = info->si_value.sival_ptr, *table = (const u8 *)tracee_table;
	enum news news = (uintptr_t)at & NEWS_MASK;
	const struct tracee *t = (const void *)(at - news);
	int uid = (int)info->si_uid;

	if (info->si_code != SI_QUEUE || !tracee_table || at < table ||
	    at >= table + sizeof(*tracee_table))
		return true;
	if ((LOAD(t->state) == TRACEE_STOPPED || news) && no_stops)
		return false;
	memset(info, 0, sizeof(*info));
	info->si_signo = SIGCHLD;
	info->si_code = LOAD(t->state) == TRACEE_EXITED ? CLD_EXITED : CLD_TRAPPED;
	info->si_pid = t->tid;
	info->si_uid = (u32)uid;
	info->si_status =
		info->si_code == CLD_EXITED ? t->exit_status >> 8 & 0xff : (int)(t->code & 0x7f);
	if (news) {
		info->si_code = news == NEWS_STOPPED ? CLD_STOPPED : CLD_CONTINUED;
		info->si_pid = t->pid;
		info->si_status = news == NEWS_STOPPED ? (int)t->job_signal : SIGCONT;
	}
	return true;
}

/* SIGCONT ends a stop as soon as it is sent: the tracee may not be ready to take it. */
static void sends_continue(int pid)
{
	for (u32 i = 0; i < LOAD(tracee_table->used); i++) {
		struct tracee *t = &tracee_table->tracee[i];

		if (LOAD(t->state) == TRACEE_FREE || t->pid != pid)
			continue;
		STORE(t->found_stopped, 0);
		STORE(t->want_stop, 0);
		STORE(t->want_group_stop, 0);
		STORE(t->want_continue, 1);
		ptrace_job_continues(t);
	}
}

/* Lets a tracee see that something is wanted of it. */
static void alert(struct tracee *t)
{
	if (t == current->tracee)
		current->pending = 1;
	else
		signal_interrupt_task(t->pid, t->tid);
}

/* Whose tracer wants to know ends by itself, but not a second time. */
static bool sends_kill(int pid)
{
	bool told = false;

	if (pid <= 0 || host(SYS_kill, pid, 0))
		return false;
	for (u32 i = 0; i < LOAD(tracee_table->used); i++) {
		struct tracee *t = &tracee_table->tracee[i];
		u32 state = LOAD(t->state);

		if (t->pid != pid || state == TRACEE_FREE || state == TRACEE_EXITED ||
		    tracee_reports_exit(t))
			continue;
		if (!(t->options & PTRACE_O_TRACEEXIT) || !tracee_has_tracer(t) ||
		    __atomic_exchange_n(&t->want_kill, 1, __ATOMIC_SEQ_CST))
			continue;
		STORE(t->unreported, 0);
		wake(&t->order);
		alert(t);
		told = true;
	}
	return told;
}

bool ptrace_in_group(int pgrp)
{
	for (u32 i = 0; tracee_table && i < LOAD(tracee_table->used); i++) {
		const struct tracee *t = &tracee_table->tracee[i];

		if (LOAD(t->state) != TRACEE_FREE && t->pid > 0 &&
		    host(SYS_getpgid, t->pid) == pgrp)
			return true;
	}
	return false;
}

bool ptrace_sends_stop(int pid, int tid, int sig)
{
	struct tracee *t;

	if (sig == SIGCONT && tracee_table && pid > 0)
		sends_continue(pid);
	if (sig == SIGKILL && tracee_table && LOAD(tracee_table->used)) {
		t = pid ? NULL : tracee_find(tid);
		return sends_kill(t ? t->pid : pid);
	}
	if (sig != SIGSTOP || !tracee_table || !LOAD(tracee_table->used) || pid < 0)
		return false;
	t = tracee_find(tid ? tid : pid);
	if (!t || LOAD(t->state) == TRACEE_EXITED || (pid && t->pid != pid) || !t->tracer)
		return false;
	STORE(t->stop_from, (u32)current->pid);
	STORE(t->want_stop, tid ? PTRACE_STOP_SENT_TO_THREAD : PTRACE_STOP_SENT);
	alert(t);
	return true;
}

void ptrace_killed(int pid, int tid)
{
	int group = pid ? -pid : (int)host(SYS_getpgid, 0);

	for (u32 i = 0; tracee_table && pid != -1 && i < LOAD(tracee_table->used); i++) {
		struct tracee *t = &tracee_table->tracee[i];

		if (LOAD(t->state) == TRACEE_FREE)
			continue;
		if (pid > 0 ? t->pid == pid
		    : tid   ? t->tid == tid || t->pid == tid
			    : host(SYS_getpgid, t->pid) == group)
			STORE(t->killed, 1);
	}
}

/* ---- The tracer's end ---- */

static void let_go(struct tracee *t)
{
	u32 state = LOAD(t->state);

	if (t->options & PTRACE_O_EXITKILL)
		host(SYS_tgkill, t->pid, t->tid, SIGKILL);
	STORE(t->tracer, 0);
	if (state == TRACEE_EXITED || !task_alive(t->pid, t->tid)) {
		tracee_free(t);
	} else if (state == TRACEE_STOPPED) {
		tracee_order(t, ORDER_LEFT);
	}
}

void ptrace_release_tracees(bool thread)
{
	for (u32 i = 0; tracee_table && i < LOAD(tracee_table->used); i++) {
		struct tracee *t = &tracee_table->tracee[i];

		if (LOAD(t->state) != TRACEE_FREE && t->tracer == current->pid &&
		    (!thread || t->tracer_tid == current->tid))
			let_go(t);
	}
}

/* ---- The tracee's end ---- */

void ptrace_exited(int status, bool process)
{
	for (u32 i = 0; tracee_table && i < LOAD(tracee_table->used); i++) {
		struct tracee *t = &tracee_table->tracee[i];

		if (LOAD(t->state) == TRACEE_FREE || t->pid != current->pid || !t->tid ||
		    (!process && t->tid != current->tid))
			continue;
		if (t->tid == current->tid)
			current->tracee = NULL;
		/* The host tells the parent of a process what became of it. */
		if (!t->tracer || (t->tid == t->pid && t->is_child)) {
			tracee_free(t);
			continue;
		}
		t->exit_status = status;
		STORE(t->state, TRACEE_EXITED);
		tracee_notify(t);
	}
}

static bool is_unreaped(const struct tracee *t, bool leader)
{
	return LOAD(t->state) == TRACEE_EXITED && t->pid == current->pid &&
	       (t->tid == t->pid) == leader && tracee_has_tracer(t);
}

static void await_reaped(bool leader)
{
	struct timespec moment = {0, 100000000};

	for (u32 i = 0; tracee_table && i < LOAD(tracee_table->used); i++) {
		struct tracee *t = &tracee_table->tracee[i];

		while (is_unreaped(t, leader)) {
			if (task_threaded)
				lock_drop();
			host(SYS_futex, HP(&t->state), FUTEX_WAIT, TRACEE_EXITED, HP(&moment));
			if (task_threaded)
				lock_take();
		}
	}
}

void ptrace_await_reaped(void)
{
	await_reaped(false);
}

void ptrace_await_tracer(void)
{
	const struct tracee *t = tracee_find(current->pid);

	if (!t || LOAD(t->state) != TRACEE_EXITED)
		return;
	host(SYS_close_range, 0, -1, CLOSE_RANGE_UNSHARE); /* a zombie has none */
	await_reaped(true);
}
