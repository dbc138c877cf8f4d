/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals: how the host's become the guest's.
 *
 * The host process's dispositions and mask mirror the guest's, so that the host kernel decides what
 * is ignored, blocked, queued and inherited. A signal that the guest handles (or that trapgate must
 * see) runs host_handler(), which notes it, blocks all others, takes a blocking host call back
 * (host_signal_fixup) and stops the engine; the run loop then builds the guest's frame. */
#ifndef TRAPGATE_TASK_SIGNAL_H
#define TRAPGATE_TASK_SIGNAL_H

#include "task/task.h"

/* Signals of the host that trapgate itself must be able to take at any time. */
#define SIGNALS_SYNC (SIGMASK(SIGSEGV) | SIGMASK(SIGBUS))
/* Signals that come of what trapgate itself does wrong. */
#define SIGNALS_FAULT (SIGNALS_SYNC | SIGMASK(SIGFPE) | SIGMASK(SIGILL) | SIGMASK(SIGTRAP))

#define SA_RESTORER_FLAG 0x04000000u
/* Never seen by programs: the handler was set through the 32-bit table and gets a 32-bit frame. */
#define SA_IA32_ABI 0x02000000u
#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1U << 31)
#endif

void signal_init(void);
/* Around a host clone: no signal is noted between the two, so that those noted before are the
 * parent's and those that come after in the child are the child's. */
void signal_hold(void);
void signal_unhold(void);
/* In a new process, which has inherited no signal: ends signal_hold() there. */
void signal_forked(bool vfork);
/* execve: handlers become the default, the alternate stack is gone. */
void signal_exec(void);

/* rt_sigaction(2) for an already translated action; either may be NULL. */
long signal_action(int sig, const struct k_sigaction *act, struct k_sigaction *old);
/* Sets the guest's mask, and the host's. */
void signal_set_blocked(u64 mask);
/* The mask for a host call that takes one (ppoll, sigsuspend). */
u64 signal_host_mask(u64 guest_mask);

/* For the run loop: delivers what has been noted and settles a call that is to be restarted.
 * Registers are the engine's. */
void signal_deliver(void);
/* A signal caused by the guest's own instruction; it cannot be blocked or ignored. trapno is the
 * exception's vector, or TRAPNO_KEEP when there was none: frames go on showing the last one. */
#define TRAPNO_KEEP (~0UL)
void signal_force(const siginfo_t *info, u64 trapno, u64 error_code, guest_addr cr2);

/* A signal for current that comes from trapgate itself. */
void signal_queue(const siginfo_t *info);
/* SIGSTOP comes unseen. Where a process sends it to itself a tracer can still show it: it is as one
 * that arrives, and stops the process on its way out of the call. False: it is to be sent. tid: 0,
 * or the thread */
bool signal_stop_self(int pid, int tid, int sig, const siginfo_t *info);
/* ... and other processes are told, that they can show it: before it is sent, and when that has
 * returned ret, which it returns. pid and tid as in kill(2), tgkill(2) and tkill(2), or 0 */
void signal_announce(int pid, int tid, int sig, const siginfo_t *info);
long signal_sent(int pid, int tid, int sig, long ret);
/* Before the host is to send a signal to a process or, if tid, a thread; info: what comes with it,
 * or NULL: what kill(2) and tgkill(2) make. True: it was SIGSTOP, or SIGKILL of a tracee that tells
 * its tracer first, and is taken care of. Else signal_sent() is to follow. */
bool signal_stops(int pid, int tid, int sig, const siginfo_t *info);
/* Sets the host's dispositions again: what trapgate must see has changed, as once tracing has
 * begun. */
void signal_mirror_all(void);

/* Ends the process by a signal, as if it had not been caught. */
_Noreturn void signal_die(int sig);

/* For a tracer, which alone makes ignored signals interrupt a call: true when all that has been
 * noted is ignored; tells the tracer and forgets them. */
bool signal_take_ignored(void);
/* Of threads: the first and the last thing that one does. A thread that ends gives signals that it
 * has noted, and that are the process's, to the others. */
void signal_thread_starts(void);
void signal_thread_ends(void);
/* Makes another thread of the address space look at task->work, out of a blocking call if need
 * be. It may be lost: to be repeated until the work is done. */
void signal_interrupt(const struct task *t);
/* The same for a task of any process of the run, to look at its entry in the table of tracees. */
void signal_interrupt_task(int pid, int tid);
/* The calling process has written to code of that one, which must not go on with its translations.
 */
void signal_code_written(int pid);
/* Ends a stop of the host's, and the guest sees no SIGCONT. */
void signal_continue_task(int pid, int tid);
/* True for a signal that is signal_interrupt()'s: nothing for the guest to see. */
bool signal_is_interrupt(const siginfo_t *info);
/* One of them that is signal_code_written()'s. */
bool signal_is_code_mark(const siginfo_t *info);

/* What waits to be delivered to current alone, or (shared) to its process, as PTRACE_PEEKSIGINFO
 * tells it: up to max signals from number `from` on, in the order in which they would be taken.
 * Returns how many. For a task that is stopped (sigpeek.c). */
size_t signal_peek(bool shared, u64 from, siginfo_t *out, size_t max);

/* Signals with this guest disposition that are noted but blocked (SIGSEGV sent by kill). */
u64 signal_held(void);
/* Takes one of them out of `set` as sigwaitinfo(2) does, unless a pending one of the host's comes
 * first. True when *info is filled. */
bool signal_take_held(u64 set, siginfo_t *info);

/* ---- frames (sigframe64.c, sigframe32.c) ---- */
struct signal_delivery {
	const siginfo_t *info;
	const struct k_sigaction *action;
	u64 mask; /* to be restored by sigreturn */
	u64 trapno, error_code;
	guest_addr cr2;
};
/* Changes regs (and segments, FPU) so that the handler runs. 0, or -EFAULT: kill by SIGSEGV. */
int frame_setup64(struct pt_regs *regs, const struct signal_delivery *d);
int frame_setup32(struct pt_regs *regs, const struct signal_delivery *d);
bool on_altstack(u64 sp);
/* sigaltstack(2) on translated values. */
long altstack_set(const struct guest_stack *st, u64 sp, u64 min);
u32 altstack_flags(u64 sp);

#endif
