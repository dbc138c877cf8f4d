/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an observer sees of system calls. The caller (src/entry/, src/task/) tells; nothing here
 * changes what the guest does, and no handler knows that it exists. */
#ifndef TRAPGATE_TRACE_TRACE_H
#define TRAPGATE_TRACE_TRACE_H

#include <signal.h>

#include "abi/syscall.h"
#include "abi/types.h"

/* One call of one task, at entry and again at exit. */
struct trace_call {
	int pid;
	enum abi abi; /* which table, and so which layouts */
	enum gate gate;
	u32 nr;
	const struct syscall_row *row; /* NULL: no such number */
	const u64 *args;	       /* six, zero-extended for ABI_32 */
	guest_addr sp; /* stack pointer at entry, for sigreturn's mask; 0: not told */
};

struct trace_options {
	int fd;		  /* where lines go; an own descriptor */
	bool follow;	  /* -f: children are traced, lines carry pids */
	bool pid_to_file; /* -f -o: "PID  line" instead of "[pid PID] line" */
	bool gate;	  /* --gate: prefix syscall / sysenter / int80 */
	const char *set;  /* -e trace=LIST, or NULL for all */
	u32 string_limit; /* -s, default 32 */
	/* reads guest memory: 0 or -EFAULT */
	int (*read_mem)(void *dst, guest_addr src, size_t n);
};

/* True when calls are traced: the only thing that the untraced path looks at. */
extern bool trace_on;

/* Starts tracing. Returns NULL, or what is wrong with the options (an unknown name in set...). */
const char *trace_start(const struct trace_options *opt);

void trace_enter(const struct trace_call *call);
void trace_exit(const struct trace_call *call, long ret);
/* A signal is about to be delivered or to kill. */
void trace_signal(int pid, const siginfo_t *info);
void trace_exited(int pid, int status);
void trace_killed(int pid, int sig, bool core);
/* In the child after fork: stops tracing there unless -f was given. */
void trace_forked(void);

/* "ENOENT" or NULL; "SIGINT"; used by other printers too. */
const char *trace_errno_name(int err);
const char *trace_errno_text(int err);
const char *trace_signal_name(int sig);

#endif
