/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who runs and why it stopped. */
#ifndef TRAPGATE_TASK_TASK_H
#define TRAPGATE_TASK_TASK_H

#include <signal.h>
#include <time.h>

#include "abi/pt_regs.h"
#include "abi/syscall.h"
#include "abi/types.h"
#include "host/host.h"

#define NSIG_GUEST   64
#define SIGMASK(sig) (1ULL << ((sig)-1))

struct k_sigaction { /* kernel's form, 64-bit; compat entries are widened */
	guest_addr handler;
	u64 flags;
	guest_addr restorer;
	u64 mask;
};

struct guest_stack { /* sigaltstack */
	guest_addr sp;
	u64 size;
	u32 flags;
};

struct user_dispatch { /* prctl(PR_SET_SYSCALL_USER_DISPATCH) */
	bool on;
	u64 offset, len; /* calls from here are served */
	guest_addr selector;
};

struct user_desc_slot {
	u64 descriptor; /* as in the GDT; 0: empty */
};

/* A signal that host_handler() has noted and that is not yet delivered. */
struct noted_signal {
	siginfo_t info;
	u64 trapno, error_code, cr2;
	bool forced;	/* by the guest's own instruction */
	bool announced; /* a SIGSTOP that will come: to be shown */
};

/* After one, all but the synchronous ones are blocked on the host, so a few places are enough. */
#define SIGNAL_QUEUE 8

enum task_work {		   /* what another thread wants of this one; under the CPU lock */
		 WORK_DIE = 1,	   /* to end */
		 WORK_EXEC = 2,	   /* to execute a program for it: exec_request */
		 WORK_KILLED = 4,  /* its own: to end alone, by exit_signal */
		 WORK_SIGSYS = 8,  /* its own: to end the process when its call is seen */
		 WORK_REPORT = 16, /* to tell its tracer exit_report, and to wait for the end */
};

struct restart_block { /* what restart_syscall(2) goes on with: see syscalls/restart.h */
	long (*fn)(const struct restart_block *block); /* NULL: with nothing */
	struct timespec end;
	guest_addr addr; /* of what the call works on, or writes at last */
	u32 a, b, c;	 /* other arguments */
	int (*put)(guest_addr to, const struct timespec *left);
};

struct host_action { /* what the host has been told of a signal, as far as it changes */
	void (*handler)(int, siginfo_t *, void *);
	u64 flags;
};

struct sighand { /* what CLONE_SIGHAND shares */
	u32 users;
	struct k_sigaction action[NSIG_GUEST + 1];
	struct host_action on_host[NSIG_GUEST + 1];
};

enum { TRACED_CALLS = 1, TRACED_CALLS_EMULATED = 2 }; /* struct task.traced_calls */

struct task_debug {
	u64 reg[8]; /* DR0 to DR3, DR7; DR6 with bits set for what happened */
	u8 len[4];  /* of the breakpoints, in bytes; 0: never used */
};

struct task_ids { /* see syscalls/identity.c */
	bool known;
	int pid, tid; /* as the thread itself sees them */
	u32 uid, euid, gid, egid;
};

struct exec_request;
struct tracee;
struct thread_slot;
struct io_bitmap;
struct cpu_context;

struct task {
	volatile u32 pending; /* work before the next guest instruction; signal handlers set it */
	volatile u32 queued;  /* signals in queue */
	struct noted_signal queue[SIGNAL_QUEUE];
	u64 last_trapno, last_error_code, last_cr2; /* struct thread's, shown in every frame */
	volatile bool driving;			    /* holds the CPU lock */
	bool outside;	   /* serves a call with the engine left: may give up the lock */
	bool untraced;	   /* a thread of a traced process, without -f */
	volatile u32 work; /* enum task_work */
	struct exec_request *exec_request;
	struct task *next;	   /* of the address space */
	struct thread_slot *slot;  /* NULL: runs on the process's first host thread */
	struct cpu_context *cpu;   /* registers, while another thread is in the engine */
	guest_addr child_tid_addr; /* CLONE_CHILD_SETTID's word, for the start */
	bool parked;		   /* a leader that has exited, with threads left */
	bool forked;		   /* and has not executed a program since: PF_FORKNOEXEC */
	int exit_signal;	   /* the signal that ends this thread alone, not the process */
	int exit_report;	   /* the status of the whole process */
	int pid, tid;
	struct task_ids ids;
	enum abi abi;	 /* of the program (ELF class) */
	enum abi sc_abi; /* of the system call being served: which table */
	enum gate gate;	 /* through which it came */
	int nr;		 /* its number */
	u32 sc_flags;	 /* of its declaration; SC_OUTSIDE calls wait for the run loop */
	const struct syscall_row *deferred; /* to be called when the engine is left */
	bool odd_entry;			    /* see entry_odd() */
	bool regs_set;	  /* a deferred handler wrote regs itself (rt_sigreturn, execve) */
	bool rolled_back; /* seccomp kept the call from being made: ax stays as it was */
	bool refused;	  /* the filters did not let it be made */
	bool regs_held;	  /* regs are newer than the CPU's; a signal is pending */
	long restart;	  /* -ERESTART* of the call that just ended, or 0 */
	struct restart_block restart_block;
	u64 args[6];
	u32 stack_arg6; /* sixth argument of SYSENTER and compat SYSCALL, from the user's stack */
	struct pt_regs regs;
	u64 blocked;	   /* signal mask */
	u64 saved_sigmask; /* of sigsuspend and friends */
	bool restore_sigmask;
	struct guest_stack altstack;
	struct sighand *sighand;
	u64 tls[3]; /* GDT TLS descriptors */
	guest_addr clear_child_tid;
	guest_addr robust_list;
	u64 robust_list_len;
	const u32 *robust_pending; /* in the host: see task/robust.h */
	guest_addr rseq;	   /* 0: not registered; see task/rseq.h */
	u32 rseq_len, rseq_sig;
	u32 rseq_cpu, rseq_cid;			     /* that the guest was told last */
	bool rseq_event;			     /* a critical section must not go on */
	u32 seccomp_mode;			     /* SECCOMP_MODE_* */
	u32 seccomp_filters;			     /* how many there are */
	const struct seccomp_filter *seccomp_filter; /* the newest; see syscalls/seccomp.c */
	struct user_dispatch dispatch;
	struct io_bitmap *io_bitmap; /* ioperm(2), or NULL; see task/ioport.c */
	bool iopl_3;		     /* iopl(2) */
	bool no_tsc;		     /* prctl(PR_SET_TSC) */
	struct {
		int pid, tid;
	} forked_by; /* the thread that is its parent, while that lives */

	struct tracee *tracee;	 /* what ptrace(2) knows of it, or NULL; see task/ptrace.h */
	bool call_stopped;	 /* for a tracer, within the call */
	volatile bool in_stop;	 /* for a tracer: looks for code that was written behind it */
	u32 traced_calls;	 /* PTRACE_SYSCALL, PTRACE_SYSEMU: TRACED_CALLS* */
	struct task_debug debug; /* what a tracer has set; stays when the tracer goes */
	bool stepping;		 /* TF is set for PTRACE_SINGLESTEP, not by the program */
	int vfork_fd;		 /* a vfork child's line to its parent, or -1: see task/fork.c */
};

extern _Thread_local struct task *current;
struct task *task_initial(void); /* of the run's first process */

/* The address space has more than one thread: the CPU lock (task/lock.h) is in use. */
extern bool task_threaded;

/* host_syscall_block() with the CPU lock given up for the time of the call. */
long task_block(long nr, long a, long b, long c, long d, long e, long f);

/* futex(2), FUTEX_WAIT or FUTEX_WAIT_BITSET, whose arguments but for the word have been checked. */
long task_block_on(const u32 *word, u32 val, long op, const struct timespec *timeout, u32 bitset);

static inline long task_host_block(long nr, long a, long b, long c, long d, long e, long f)
{
	if (likely(!task_threaded))
		return host_syscall_block(&current->pending, nr, a, b, c, d, e, f);
	return task_block(nr, a, b, c, d, e, f);
}

/* Blocking host call of the current task: see host_syscall_block(). Other threads run meanwhile:
 * what was read of guest memory or of trapgate's own data before may be old afterwards. */
#define host_block_x(nr, a, b, c, d, e, f, ...)                                                    \
	task_host_block(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define host_block(...) host_block_x(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

#endif
