/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIGSTOP stops a process before it can write a line. So a process that sends it to others of the
 * trace announces it: it asks them to show it, waits until they have, for a moment only, and sends
 * it. Who has shown it waits, for a moment only, until it has been sent: no line of the process
 * comes between. What the signal does is the host's alone. */
#include <linux/futex.h>
#include <time.h>

#include "host/host.h"
#include "trace/internal.h"

#define MOMENT 300 /* ms: for a process that is stopped already, or in vfork(2), never answers */

enum { STOP_NONE, STOP_ASKED, STOP_SEEN, STOP_SHOWN, STOP_SENT };

static bool change(struct trace_task *t, u32 from, u32 to)
{
	if (!__atomic_compare_exchange_n(&t->stop, &from, to, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST))
		return false;
	host(SYS_futex, HP(&t->stop), FUTEX_WAKE, 0x7fffffff);
	return true;
}

/* Until it is no longer `state`, or the end. */
static void wait_while(struct trace_task *t, u32 state, u64 end)
{
	u64 now;

	while (__atomic_load_n(&t->stop, __ATOMIC_SEQ_CST) == state &&
	       (now = now_ns(CLOCK_MONOTONIC)) < end) {
		struct timespec left = {0, (long)(end - now)};

		host(SYS_futex, HP(&t->stop), FUTEX_WAIT, state, HP(&left));
	}
}

static u64 moment(void)
{
	return now_ns(CLOCK_MONOTONIC) + MOMENT * 1000000ULL;
}

/* Whether the process of the task t, as the user sees it, is one that kill(pid, ...) is for. */
static bool is_meant(const struct trace_task *t, int pid)
{
	int group = pid ? -pid : (int)host(SYS_getpgid, 0);

	if (pid > 0)
		return t->pid == (u32)trace_shown_pid(pid);
	if (trace_shown_pid((int)host(SYS_getpid)) != (int)host(SYS_getpid))
		return false; /* in a PID namespace groups have other numbers */
	return pid == -1 || host(SYS_getpgid, t->pid) == group;
}

/* Whether the process, `to` for us, can be told: it is not stopped, and nobody else tells it. */
static bool take(struct trace_task *t, int to, u64 end)
{
	u32 none = 0;

	if (host(SYS_kill, to, 0) || host_task_state(to) == 'T')
		return false;
	wait_while(t, STOP_SENT, end); /* it has just been continued */
	return __atomic_load_n(&t->stop, __ATOMIC_SEQ_CST) == STOP_NONE &&
	       __atomic_compare_exchange_n(&t->stop_by, &none, (u32)host(SYS_gettid), false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

void trace_stop_announce(int pid, int tid, const siginfo_t *info, void (*ask)(int pid, int tid))
{
	int own = (int)host(SYS_getpid), self = (int)host(SYS_gettid);
	const struct trace_task *of = tid ? out_task(trace_shown_pid(tid)) : NULL;
	struct trace_task *t;
	u64 end = moment();
	u32 at = 0;

	if (!trace_wants_signal(SIGSTOP) || (tid && !of))
		return;
	while ((t = out_next_task(&at))) {
		int to = pid > 0 ? pid : (int)t->pid;

		if (t->tid != t->pid || t->pid == (u32)trace_shown_pid(own) ||
		    (of ? t->pid != of->pid : !is_meant(t, pid)) || !take(t, to, end))
			continue;
		t->stop_pid = info ? (u32)info->si_pid : (u32)own;
		t->stop_uid = info ? info->si_uid : (u32)host(SYS_getuid);
		t->stop_code = (u32)(info ? info->si_code : tid ? SI_TKILL : SI_USER);
		t->stop_value = info ? info->si_value.sival_ptr : NULL;
		change(t, STOP_NONE, STOP_ASKED);
		ask(to, tid);
	}
	for (at = 0; (t = out_next_task(&at));) {
		if (__atomic_load_n(&t->stop_by, __ATOMIC_SEQ_CST) != (u32)self)
			continue;
		wait_while(t, STOP_ASKED, end);
		wait_while(t, STOP_SEEN, end);
	}
}

void trace_stop_sent(void)
{
	u32 self = (u32)host(SYS_gettid), at = 0;
	struct trace_task *t;

	while ((t = out_next_task(&at))) {
		if (__atomic_load_n(&t->stop_by, __ATOMIC_SEQ_CST) != self)
			continue;
		if (!change(t, STOP_SHOWN, STOP_SENT) && !change(t, STOP_ASKED, STOP_NONE))
			change(t, STOP_SEEN, STOP_NONE);
		__atomic_store_n(&t->stop_by, 0, __ATOMIC_SEQ_CST);
	}
}

/* The first task of this process. */
static struct trace_task *own_task(void)
{
	return out_task(trace_shown_pid((int)host(SYS_getpid)));
}

bool trace_stop_asked(siginfo_t *info)
{
	struct trace_task *t = own_task();

	if (!t || !change(t, STOP_ASKED, STOP_SEEN))
		return false;
	*info = (siginfo_t){.si_signo = SIGSTOP, .si_code = (int)t->stop_code};
	info->si_pid = (pid_t)t->stop_pid;
	info->si_uid = t->stop_uid;
	info->si_value.sival_ptr = t->stop_value;
	return true;
}

void trace_stop_shown(void)
{
	struct trace_task *t = own_task();

	if (!t || !change(t, STOP_SEEN, STOP_SHOWN))
		return;
	wait_while(t, STOP_SHOWN, moment());
	if (!change(t, STOP_SENT, STOP_NONE))
		change(t, STOP_SHOWN, STOP_NONE);
}
