/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ptrace(2) between the guests of a run, after kernel/ptrace.c and kernel/signal.c. The host's own
 * ptrace has no part in it, so it works where that is forbidden: a table that all processes of the
 * run share holds, for each task that is traced, what it says and what its tracer wants.
 *
 * A stopped tracee sleeps on its entry. Registers lie there for the tracer to read and write; its
 * memory is read and written by the tracee itself, on order. Who waits for a tracee is told by
 * signal_interrupt_task() and by the table's `events`. */
#ifndef TRAPGATE_TASK_PTRACE_H
#define TRAPGATE_TASK_PTRACE_H

#include <signal.h>

#include "abi/syscall.h"
#include "cpu/cpu.h"
#include "task/task.h"

/* Requests and options, by their numbers in the kernel's ABI (linux/ptrace.h cannot be included
 * together with abi/pt_regs.h). */
#define PTRACE_CONT		      7
#define PTRACE_SINGLESTEP	      9
#define PTRACE_DETACH		      17
#define PTRACE_SYSCALL		      24
#define PTRACE_SYSEMU		      31
#define PTRACE_SYSEMU_SINGLESTEP      32
#define PTRACE_SINGLEBLOCK	      33
#define PTRACE_LISTEN		      0x4208
#define PTRACE_O_TRACESYSGOOD	      0x01
#define PTRACE_O_TRACEFORK	      0x02
#define PTRACE_O_TRACEVFORK	      0x04
#define PTRACE_O_TRACECLONE	      0x08
#define PTRACE_O_TRACEEXEC	      0x10
#define PTRACE_O_TRACEVFORKDONE	      0x20
#define PTRACE_O_TRACEEXIT	      0x40
#define PTRACE_O_TRACESECCOMP	      0x80
#define PTRACE_O_EXITKILL	      0x100000
#define PTRACE_O_SUSPEND_SECCOMP      0x200000
#define PTRACE_EVENT_FORK	      1
#define PTRACE_EVENT_VFORK	      2
#define PTRACE_EVENT_CLONE	      3
#define PTRACE_EVENT_EXEC	      4
#define PTRACE_EVENT_VFORK_DONE	      5
#define PTRACE_EVENT_EXIT	      6
#define PTRACE_EVENT_SECCOMP	      7
#define PTRACE_EVENT_STOP	      128
#define PTRACE_EVENTMSG_SYSCALL_ENTRY 1
#define PTRACE_EVENTMSG_SYSCALL_EXIT  2

enum tracee_state {
	TRACEE_FREE,
	TRACEE_STARTING, /* taken; the task that it is for does not know yet, or is being made */
	TRACEE_RUNNING,
	TRACEE_STOPPED,
	TRACEE_EXITED, /* to be waited for by the tracer, which is not the host's parent */
};

/* How a SIGSTOP came: kill(2) or the start of a child, tgkill(2), PTRACE_ATTACH. */
enum { PTRACE_STOP_SENT = 1, PTRACE_STOP_SENT_TO_THREAD, PTRACE_STOP_ATTACH };

enum tracee_order {
	ORDER_NONE,
	ORDER_COPY,	/* between `at` and buf; `write`: into its memory */
	ORDER_FILTER,	/* at: the filter's number; length: of its first instruction */
	ORDER_DISPATCH, /* buf: TRACEE_DISPATCH_SIZE bytes of struct ptrace_sud_config */
	ORDER_SIGNALS,	/* buf: pending signals from number `at` on; length: PEEK_SHARED or 0 */
	ORDER_RESUME,
	ORDER_LEFT, /* the tracer has ended */
};

#define TRACEE_DISPATCH_SIZE 32
#define PEEK_SHARED	     1u

/* PTRACE_GETREGS and its like: what the tracer sees and changes of a stopped task. */
struct tracee_regs {
	struct pt_regs r;
	struct cpu_segs segs;
};

enum { TRACEE_OP_NONE, TRACEE_OP_ENTRY, TRACEE_OP_EXIT, TRACEE_OP_SECCOMP };

struct tracee {
	u32 state;		/* enum tracee_state */
	int pid, tid;		/* the tracee */
	int tracer, tracer_tid; /* tracer: 0 when it has gone */
	u32 options;		/* PTRACE_O_* */
	bool seized;
	bool is_child; /* of the tracer, for the host */

	/* Asked for while it runs: by anybody, looked at before the next guest instruction. */
	u32 want_stop;	    /* a SIGSTOP is to be delivered: PTRACE_STOP_*... */
	u32 stop_from;	    /* ... and who sent it; 0: the kernel */
	u32 want_kill;	    /* SIGKILL, whose PTRACE_EVENT_EXIT the tracer wants to see */
	u32 want_interrupt; /* PTRACE_INTERRUPT, or the start of a task that is seized */
	u32 found_stopped;  /* the host had stopped it when it was attached to */
	/* Of the process, told by another of its tasks: */
	u32 want_group_stop; /* a signal's default action has stopped it */
	u32 want_continue;   /* SIGCONT has come */

	/* Of the process's job control, for a parent that is not the tracer (which ptrace(2) has
	 * take its place for all but this): it waits for group-stops and their ends. 0: there is
	 * none */
	int parent;
	u32 parent_stop;      /* the signal of a stop that the parent has not waited for yet */
	u32 parent_continued; /* the end of one, likewise */
	u32 job_stop;	      /* the signal of the stop that has not ended */
	u32 job_signal;	      /* ... or of the last one */

	/* A stop: written by the tracee, valid while TRACEE_STOPPED. */
	u32 code;	/* what wait(2) shows above the low byte: signal, event << 8 */
	u32 unreported; /* the tracer has not waited for it yet */
	u32 killed;  /* by a guest's SIGKILL: no stop lasts, though the host is not through yet */
	u64 message; /* PTRACE_GETEVENTMSG */
	bool has_info;
	siginfo_t info;
	u32 op; /* PTRACE_GET_SYSCALL_INFO */
	u64 op_nr, op_args[6];
	u32 op_ret_data;
	struct tracee_regs regs;
	struct cpu_fxstate fpu;
	u64 blocked;
	u64 tls[GDT_TLS_MAX - GDT_TLS_MIN + 1];
	guest_addr rseq;
	u32 rseq_len, rseq_sig;
	bool regs_changed, fpu_changed, blocked_changed, tls_changed, debug_changed;
	bool forced_tf; /* TF in regs is PTRACE_SINGLESTEP's, not the program's */
	bool continued; /* ... and SIGCONT has ended the group-stop */
	bool listening; /* PTRACE_LISTEN */

	/* What the tracer wants: it writes the rest, then `order`, which the tracee sleeps on. */
	u32 order;  /* enum tracee_order */
	u32 resume; /* how to go on: PTRACE_CONT... */
	int signal; /* to be delivered */
	guest_addr at;
	u32 length;
	bool write;
	long result; /* of a copy: bytes; of another order: what it says or -errno */
	u32 copied;  /* which the tracer sleeps on */
	int exit_status;
	struct task_debug debug;
	u8 buf[PAGE_SIZE] __attribute__((aligned(8)));
};

#define MAX_TRACEES 512

/* The table; in memory of the run. NULL until ptrace_init(). */
struct tracee_table {
	u32 used;	   /* entries ever used are the first ones */
	u32 events;	   /* changes with each stop and exit; slept on */
	u64 waiters[1024]; /* process << 32 | thread */
	struct tracee tracee[MAX_TRACEES];
};
extern struct tracee_table *tracee_table;

void ptrace_init(void);

/* ---- Of the tracer (syscalls/ptrace.c, syscalls/wait.c) ---- */

/* The entry of a task that is traced, or NULL. */
struct tracee *tracee_find(int tid);
/* A new entry for a task that is to be traced by current. NULL: the table is full. */
struct tracee *tracee_new(int pid, int tid);
void tracee_free(struct tracee *t);
/* Whether the task of the entry has not ended. */
bool tracee_alive(const struct tracee *t);
bool tracee_has_tracer(const struct tracee *t);
static inline bool tracee_reports_exit(const struct tracee *t)
{
	return t->state == TRACEE_STOPPED && t->code == (SIGTRAP | PTRACE_EVENT_EXIT << 8);
}
bool task_alive(int pid, int tid);
/* Wakes a stopped tracee: anything but ORDER_NONE. */
void tracee_order(struct tracee *t, enum tracee_order how);
/* Tells the tracer's waiting threads, and its SIGCHLD handler, of a stop or an end. */
void tracee_notify(struct tracee *t);
/* Current is going to wait for tracees, or has done so: tracee_notify() interrupts its
 * host call. */
u64 *ptrace_wait_begin(void);
void ptrace_wait_end(u64 *waiter);
/* Lets go of everything that current's process (thread: only current) traces. */
void ptrace_release_tracees(bool thread);

/* ---- Of the tracee. All but the first are for where current->tracee is set. ---- */

long ptrace_traceme(void);
/* Before the next guest instruction, registers in *regs: becomes a tracee if somebody asked for it,
 * stops where that is wanted. True: a signal was queued. */
bool ptrace_look(struct pt_regs *regs);
/* signal-delivery-stop: returns the signal to go on with, 0 for none; *info is changed with it. */
int ptrace_signal(siginfo_t *info);
/* current's process stops by sig: tells a parent that is not the tracer. */
void ptrace_job_stops(int sig);
/* SIGCONT was sent to the process of the entry. */
void ptrace_job_continues(struct tracee *t);
/* Stops by a signal whose default action that is, with all other tracees of the process. */
void ptrace_group_stop(int sig);
/* A handler is about to run: the stop of single steps. */
void ptrace_handler_set(struct pt_regs *regs);
/* Around a call: *regs are the user's with ax = -ENOSYS; afterwards what the tracer made of them.
 * False: the call must not be made (PTRACE_SYSEMU, or the number became -1). */
bool ptrace_syscall_entry(struct pt_regs *regs);
void ptrace_syscall_exit(struct pt_regs *regs);
/* Whether ax still holds a result; a 32-bit tracer writes the lower half of it
 * (syscall_get_error()). */
static inline bool ptrace_ax_is(const struct pt_regs *regs, long ret)
{
	return regs->cs == USER_CS ? (long)regs->ax == ret : (s32)regs->ax == (s32)ret;
}
/* True where current stops at calls. */
bool ptrace_stops_at_calls(void);
/* SECCOMP_RET_TRACE: false where the tracer does not want to know. */
bool ptrace_seccomp(u32 data);
void ptrace_exec(int former_tid);
/* current gets the CPU, or its debug registers were changed. */
void ptrace_load_debug(void);
/* The same calls with no effect where current is not traced. */
void ptrace_exit_event(int status);
/* current, its process or (with `killed`) a task of it ends: tells the tracer that cannot know. */
void ptrace_exited(int status, bool process);
/* execve(2) goes on when the tracers of the threads that have ended have waited for these. */
void ptrace_await_reaped(void);
/* current's process has ended but for the host: its parent learns of that when a tracer that is
 * another process has waited for it. */
void ptrace_await_tracer(void);
/* current, the leader, executes a program for another thread: reports its own end and is the other
 * one's tracer's from now on. */
void ptrace_replace_leader(struct task *caller);

/* Around fork and clone: the entry for the child if it is to be traced from its first instruction,
 * and the event, which the parent reports. */
struct ptrace_fork {
	struct tracee *child;
	int event;
};
struct ptrace_fork ptrace_fork_begin(u64 flags);
void ptrace_fork_child(const struct ptrace_fork *f, struct task *child);
void ptrace_fork_parent(const struct ptrace_fork *f, long pid);
void ptrace_vfork_done(long pid);

/* For kill(2), tgkill(2) and tkill(2), which give one or both ids, else 0: SIGSTOP goes to a tracee
 * by way of its table entry, and so does SIGKILL where the tracer is told of the end. SIGCONT ends
 * stops there, too. True: done. */
bool ptrace_sends_stop(int pid, int tid, int sig);
/* After SIGKILL has been sent, likewise: their stops have come to an end. */
void ptrace_killed(int pid, int tid);
/* Whether the process group has a tracee. */
bool ptrace_in_group(int pgrp);
/* For host_handler(): makes what notify() sent into the kernel's SIGCHLD. False: not wanted. */
bool ptrace_sigchld(siginfo_t *info, bool no_stops);

#endif
