/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/wait_tracee.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/wait.h>

#include "host/host.h"
#include "task/ptrace.h"
#include "task/task.h"

#define LOAD(x)	      __atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define STORE(x, v)   __atomic_store_n(&(x), (v), __ATOMIC_SEQ_CST)
#define SWAP(x, o, n) (__sync_bool_compare_and_swap(&(x), (o), (n)))

bool wait_has_tracees(void)
{
	for (u32 i = 0; tracee_table && i < LOAD(tracee_table->used); i++) {
		const struct tracee *t = &tracee_table->tracee[i];

		if (LOAD(t->state) != TRACEE_FREE &&
		    (t->tracer == current->pid || LOAD(t->parent) == current->pid))
			return true;
	}
	return false;
}

static bool is_of_id(const struct tracee *t, int which, int id)
{
	switch (which) {
	case P_ALL:
		return true;
	case P_PID:
		return t->tid == id;
	case P_PGID:
		return (id ? id : (int)host(SYS_getpgid, 0)) == (int)host(SYS_getpgid, t->pid);
	default:
		return false;
	}
}

static bool selected(const struct tracee *t, int which, int id, int options)
{
	if (LOAD(t->state) == TRACEE_FREE || t->tracer != current->pid)
		return false;
	if ((options & __WNOTHREAD) && t->tracer_tid != current->tid)
		return false;
	return is_of_id(t, which, id);
}

/* A child that somebody else traces: only its job control is its parent's. */
static bool take_job_event(struct tracee *t, int which, int id, int options, struct tracee_event *e)
{
	u32 state = LOAD(t->state), *news;
	u32 stop;

	if (state == TRACEE_FREE || state == TRACEE_EXITED || LOAD(t->parent) != current->pid ||
	    t->tracer == current->pid || !is_of_id(t, which, id))
		return false;
	stop = LOAD(t->parent_stop);
	news = stop ? &t->parent_stop : &t->parent_continued;
	if (!(options & (stop ? WSTOPPED : WCONTINUED)) || !LOAD(*news))
		return false;
	*e = (struct tracee_event){.tid = t->pid, .of_job = true};
	e->status = stop ? (int)(stop << 8 | 0x7f) : 0xffff;
	return (options & WNOWAIT) || __atomic_exchange_n(news, 0, __ATOMIC_SEQ_CST);
}

/* A tracee that was killed has not told so itself: not even that it was there, if that was soon. */
static void look_after(struct tracee *t)
{
	u32 state = LOAD(t->state);
	bool made = state == TRACEE_RUNNING || state == TRACEE_STOPPED ||
		    (state == TRACEE_STARTING && LOAD(t->tid));

	if (made && !t->is_child && !tracee_alive(t) &&
	    LOAD(t->state) == state) { /* nor has it done so meanwhile */
		t->exit_status = SIGKILL;
		STORE(t->state, TRACEE_EXITED);
	}
}

static bool take_event(struct tracee *t, int options, struct tracee_event *e)
{
	bool keep = options & WNOWAIT;

	*e = (struct tracee_event){.tid = t->tid};
	if (LOAD(t->state) == TRACEE_EXITED && (options & WEXITED)) {
		e->status = t->exit_status;
		e->ended = true;
		if (!keep)
			tracee_free(t);
		return true;
	}
	if (LOAD(t->state) != TRACEE_STOPPED || LOAD(t->killed))
		return false;
	e->status = (int)(t->code << 8 | 0x7f);
	return keep ? LOAD(t->unreported) : SWAP(t->unreported, 1, 0);
}

long wait_find_tracee(int which, int id, int options, struct tracee_event *e)
{
	bool others = false;

	for (u32 i = 0; i < LOAD(tracee_table->used); i++) {
		struct tracee *t = &tracee_table->tracee[i];

		if (take_job_event(t, which, id, options, e))
			return 1;
		if (!selected(t, which, id, options))
			continue;
		look_after(t);
		if (take_event(t, options, e))
			return 1;
		others |= !t->is_child;
	}
	return others ? 0 : -ECHILD;
}

u32 wait_tracee_events(void)
{
	return LOAD(tracee_table->events);
}

long wait_for_tracees(u32 seen)
{
	struct {
		s64 sec, nsec;
	} moment = {0, 200000000}; /* then those that were killed are looked for */
	long ret = host_block(SYS_futex, HP(&tracee_table->events), FUTEX_WAIT, seen, HP(&moment));

	return ret == -ETIMEDOUT || ret == -EAGAIN || ret == 0 ? 0 : -ERESTARTSYS;
}

void wait_reaped(int pid, int status)
{
	for (u32 i = 0; i < LOAD(tracee_table->used); i++) {
		struct tracee *t = &tracee_table->tracee[i];

		if (LOAD(t->state) == TRACEE_FREE || t->pid != pid || t->tracer != current->pid)
			continue;
		if (t->tid == pid) {
			tracee_free(t);
		} else if (LOAD(t->state) != TRACEE_EXITED) {
			t->exit_status = status;
			STORE(t->state, TRACEE_EXITED);
		}
	}
}
