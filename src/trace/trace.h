/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an observer sees of system calls. The caller (src/entry/, src/task/) tells; nothing here
 * changes what the guest does unless --inject asks for it, and no handler knows that it exists.
 *
 * Processes that are traced together (-f) share one output and one page of state (output.c): a
 * line that another task's line interrupts ends with "<unfinished ...>", as strace's do. */
#ifndef TRAPGATE_TRACE_TRACE_H
#define TRAPGATE_TRACE_TRACE_H

#include <signal.h>

#include "abi/pt_regs.h"
#include "abi/syscall.h"
#include "abi/entry_work.h"
#include "abi/types.h"

/* One call of one task, at entry and again at exit. */
struct trace_call {
	int pid;      /* of the task: its thread id */
	enum abi abi; /* which table, and so which layouts */
	enum gate gate;
	u32 nr;
	const struct syscall_row *row; /* NULL: no such number. --inject=...:syscall= changes it */
	u64 *args;		       /* six, zero-extended for ABI_32; --inject may change them */
	guest_addr sp; /* stack pointer at entry, for sigreturn's mask; 0: not told */
	guest_addr ip; /* behind the instruction that trapped */
};

/* Messages that -q suppresses. */
enum trace_quiet {
	TQ_ATTACH = 1,
	TQ_EXIT = 2,
	TQ_PATH = 4,
	TQ_PERSONALITY = 8,
	TQ_THREAD_EXECVE = 16,
	TQ_ALL = 31,
};

/* Results that -e status= selects. */
enum trace_status {
	TS_SUCCESSFUL = 1,
	TS_FAILED = 2,
	TS_UNFINISHED = 4,
	TS_UNAVAILABLE = 8,
	TS_DETACHED = 16,
	TS_ALL = 31,
	TS_GIVEN = 32, /* also where no status is wanted */
};

/* What -y adds to descriptors, and -Y to pids. */
enum trace_decode {
	TD_PATH = 1,
	TD_SOCKET = 2,
	TD_DEV = 4,
	TD_PIDFD = 8,
	TD_ALL = 15,
};

enum trace_stamp { STAMP_NONE, STAMP_TIME, STAMP_UNIX };
enum trace_hex { HEX_NONE, HEX_NON_ASCII_CHARS, HEX_NON_ASCII, HEX_ALL };
enum trace_const { CONST_ABBREV, CONST_RAW, CONST_VERBOSE };
enum trace_color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
enum trace_summary { SUMMARY_NONE, SUMMARY_ONLY, SUMMARY_TOO };
enum trace_daemon { DAEMON_NONE, DAEMON_GRANDCHILD, DAEMON_PGROUP, DAEMON_SESSION };

#define TRACE_INJECT_MAX 32
#define TRACE_PATHS_MAX	 32
#define TRACE_NO_STRINGS (~0u) /* string_limit: no byte of any string */

/* Memory, shared by all that are traced, that keeps the last of the trace's text: byte n of the
 * text lies at text[n % TRACE_RING_SIZE]. */
#define TRACE_RING_SIZE (64U << 10)
struct trace_ring {
	u64 end; /* bytes written so far */
	char text[TRACE_RING_SIZE];
};

/* Names as in strace(1). A list is the text of the -e option behind the "=", or NULL. */
/* path: of the file, "" where there is none; name: of the function or NULL, and where in it; addr:
 * in the file. */
typedef void (*trace_frame_fn)(void *arg, const char *path, const char *name, u64 at, u64 addr);

struct trace_options {
	int fd;			 /* where lines go; an own descriptor. -1: open `file` */
	struct trace_ring *ring; /* where lines go instead of to fd; or NULL */
	const char *file;	 /* -o FILE, or "|COMMAND" */
	bool append;		 /* -A */
	bool follow;		 /* -f: children are traced, lines carry pids */
	bool separate;		 /* -ff: FILE.PID for each task */
	bool pid_to_file;	 /* -f -o: "PID  line" instead of "[pid PID] line" */
	bool gate;		 /* --gate: prefix syscall / sysenter / int80 */
	bool json;		 /* --json: an object per line (docs/trace-json.md) */
	bool json_lines;	 /* with perfetto or html, which set json: --json was given too */
	const char *perfetto, *html; /* files of the whole trace (docs/trace-views.md), or NULL */
	int report_fd;		     /* with these: where lines and statistics go in the end */
	u64 view_start;		     /* and when the trace began, of CLOCK_MONOTONIC */
	const char *set, *abbrev, *verbose, *raw;
	const char *signals, *read_fds, *write_fds, *trace_fds;
	const char *paths[TRACE_PATHS_MAX];
	u32 nr_paths;
	const char *inject[TRACE_INJECT_MAX];
	bool inject_is_fault[TRACE_INJECT_MAX];
	u32 nr_inject;
	u32 quiet, status, decode_fds; /* status 0: all */
	bool decode_comm;	       /* -Y */
	bool decode_pidns;	       /* --decode-pids=pidns */
	u32 string_limit;	       /* -s; 0: the default, 32 */
	int column;		       /* -a; 0: the default, 40; -1: none */
	enum trace_stamp stamp;	       /* -t, -tt, -ttt */
	int stamp_digits;	       /* 0, 3, 6, 9 */
	bool relative;		       /* -r */
	int relative_digits;
	bool times; /* -T */
	int times_digits;
	bool ip;     /* -i */
	bool number; /* -n */
	bool stack;  /* -k */
	enum trace_hex hex;
	enum trace_const consts;
	enum trace_color color;
	enum trace_summary summary;  /* -c, -C */
	bool summary_json;	     /* --summary-json */
	bool wall;		     /* -w */
	const char *sort, *columns;  /* -S, -U */
	u64 overhead_ns;	     /* -O */
	bool detach_on_execve;	     /* -b execve */
	u64 limit;		     /* --syscall-limit; 0: none */
	enum trace_daemon daemonize; /* -D, -DD, -DDD */
	int interruptible;	     /* -I */
	bool observed;		     /* trace_observe() looks after what is buffered */
	/* reads guest memory: 0 or -EFAULT */
	int (*read_mem)(void *dst, guest_addr src, size_t n);
	int (*write_mem)(guest_addr dst, const void *src, size_t n);
	/* -k: calls frame() for each function on the stack of the task that is in a call */
	void (*backtrace)(guest_addr ip, bool compat, trace_frame_fn frame, void *arg);
};

/* True when calls are traced: the only thing that the untraced path looks at. */
#define trace_on entry_work.trace

/* Checks the options without starting anything. Returns NULL, or what is wrong with them. */
const char *trace_check(const struct trace_options *opt);

/* Makes this process the tracer: returns in a new process, which is to run the guest, while this
 * one waits for it, notices tasks that are killed, prints statistics and ends like the guest.
 * (-D: the other way around.) Opens the output. Ends the process with a message where that fails.
 */
void trace_observe(struct trace_options *opt);

/* Starts tracing in this process. Returns NULL, or what is wrong with the options. */
const char *trace_start(const struct trace_options *opt);

/* True when calls are only counted (-c): trace_count() after each takes trace_enter()'s and
 * trace_exit()'s place. begin: the time-stamp counter before the call. */
extern bool trace_counting;
void trace_count(enum abi abi, u32 nr, long ret, u64 begin);

/* Before a call. True: it is not to be made, its result is *ret. */
bool trace_enter(struct trace_call *call, long *ret);
/* After it; returns the result that the guest is to see (ret, unless it is tampered with). */
long trace_exit(const struct trace_call *call, long ret);
/* The call returns err, and the task ends by a signal before it is out of it. */
void trace_fails(int err, const siginfo_t *info);
/* A call that a signal prevented from beginning: as if it had not been entered. */
void trace_cancel(void);
/* The call does not return: the task ends, or is somebody else afterwards. */
void trace_abandon(void);
/* Around signals that interrupt a call which goes on afterwards, as the kernel's restart_syscall
 * does. */
void trace_interrupted(void);
void trace_resumed(void);
/* Nanoseconds of a clock that only runs forward; 0 while nothing is traced. */
u64 trace_clock(void);
/* The signals that the tracer wants to see although the guest ignores them: true for sig. */
bool trace_wants_signal(int sig);
/* A signal has arrived: one that --inject made becomes what it is to look like. */
void trace_signal_noted(siginfo_t *info);
/* A signal is about to be delivered or to kill. ip: where the task is; 0: in its call */
void trace_signal(int pid, const siginfo_t *info, guest_addr ip);
/* A signal stops the task. */
void trace_stopped(int pid, int sig);
/* SIGSTOP is not seen before it stops: a sender announces it, and sends it when it has been shown.
 * With the ids of kill(2), tgkill(2) or tkill(2) (tid: 0 or the thread), asks all whom it will stop
 * by ask(), and waits a moment for them to show it. */
void trace_stop_announce(int pid, int tid, const siginfo_t *info, void (*ask)(int pid, int tid));
void trace_stop_sent(void);
/* For a signal handler: whether a SIGSTOP is announced to this process; *info becomes it. */
bool trace_stop_asked(siginfo_t *info);
/* It has been shown: returns when it has been sent, and SIGCONT too. */
void trace_stop_shown(void);
/* A task ends. last: no other of its process runs. */
void trace_exited(int pid, int status, bool last);
/* ... by a signal. whole: its process with it. */
void trace_killed(int pid, int sig, bool core, bool whole);
/* In the child after fork: stops tracing there unless -f was given. */
void trace_forked(void);
/* In a new thread: the same for threads. */
void trace_thread_started(int tid);
/* Whether new threads are traced (-f). */
bool trace_follows(void);
/* execve has ended all threads but the first, tid. by: the one that called it, if not the first. */
void trace_execs_alone(int tid, int by);

int trace_signal_number(const char *name); /* -1: none */

/* The calls that a list means, in the syntax of -e trace=: has[enum abi][number]. Returns NULL, or
 * what is wrong with the list. */
#define TRACE_CALLS 1024
const char *trace_calls(u8 has[2][TRACE_CALLS], const char *list);

/* Words of an option's list, and the bits that they stand for; the last has no name. */
struct trace_word {
	const char *name;
	u32 bit;
};
/* Parses a list of words ("a,b", "!a", "all", "none"). Returns NULL or what is wrong. */
const char *trace_words_parse(u32 *bits, const struct trace_word *words, const char *what,
			      const char *list);

/* "ENOENT" or NULL; "SIGINT"; used by other printers too. */
const char *trace_errno_name(int err);
const char *trace_errno_text(int err);
const char *trace_signal_name(int sig);
/* The value of constants by their names ("O_RDONLY|O_CLOEXEC", "SIGINT"); false: one is unknown. */
bool trace_constant(const char *text, u64 *value);

#endif
