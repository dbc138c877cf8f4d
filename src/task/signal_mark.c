/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals that trapgate sends to itself: they interrupt a thread of the run and are no signals of
 * the guest's. */
#include "mm/mm.h"
#include "mm/peer.h"
#include "task/fork.h"
#include "task/ptrace.h"
#include "task/signal.h"
#include "task/task.h"
#include "trace/trace.h"

static const char cookie, code_cookie;

/* To one thread, or to any if tid is 0. */
static void send_marked(int pid, int tid, int sig, const char *mark)
{
	siginfo_t info = {.si_signo = sig, .si_code = SI_QUEUE};

	info.si_pid = current->pid;
	info.si_value.sival_ptr = (void *)(uintptr_t)mark;
	if (tid)
		host(SYS_rt_tgsigqueueinfo, pid, tid, sig, HP(&info));
	else
		host(SYS_rt_sigqueueinfo, pid, sig, HP(&info));
}

void signal_interrupt_task(int pid, int tid)
{
	send_marked(pid, tid, SIGBUS, &cookie);
}

void signal_continue_task(int pid, int tid)
{
	send_marked(pid, tid, SIGCONT, &cookie);
}

void signal_code_written(int pid)
{
	const u32 yes = 1;

	if (!peer_write(pid, (u32 *)(uintptr_t)&mm_code_written, &yes, sizeof(yes)))
		send_marked(pid, 0, SIGBUS, &code_cookie);
}

void signal_interrupt(const struct task *t)
{
	signal_interrupt_task(t->pid, t->tid);
}

void signal_announce(int pid, int tid, int sig, const siginfo_t *info)
{
	if (unlikely(trace_on) && sig == SIGSTOP)
		trace_stop_announce(pid, tid, info, signal_interrupt_task);
	if (sig == SIGKILL && (pid == current->pid || tid == current->tid))
		vfork_release(); /* nothing else can be done after */
}

bool signal_stops(int pid, int tid, int sig, const siginfo_t *info)
{
	if (ptrace_sends_stop(pid, tid, sig) || signal_stop_self(pid, tid, sig, info))
		return true;
	signal_announce(pid, tid, sig, info);
	return false;
}

long signal_sent(int pid, int tid, int sig, long ret)
{
	if (unlikely(trace_on) && sig == SIGSTOP)
		trace_stop_sent();
	if (sig == SIGKILL && !ret)
		ptrace_killed(pid, tid);
	return ret;
}

bool signal_is_interrupt(const siginfo_t *info)
{
	return (info->si_signo == SIGBUS || info->si_signo == SIGCONT) &&
	       info->si_code == SI_QUEUE &&
	       (info->si_value.sival_ptr == &cookie || signal_is_code_mark(info));
}

bool signal_is_code_mark(const siginfo_t *info)
{
	return info->si_signo == SIGBUS && info->si_code == SI_QUEUE &&
	       info->si_value.sival_ptr == &code_cookie;
}
