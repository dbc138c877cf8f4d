/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of this folder: the line under construction and the printers. */
#ifndef TRAPGATE_TRACE_INTERNAL_H
#define TRAPGATE_TRACE_INTERNAL_H

#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include "trace/trace.h"

/* Kinds that rows get by name where the declared kind is too general. */
enum {
	K_X_FIRST = K_COUNT,
	K_X_HEXBUF_OUT, /* getrandom: bytes, always as \x.. */
	K_X_PGOFF,	/* mmap2's offset in pages, printed in bytes */
	K_X_MKMODE,	/* mknod's mode with the file type */
	K_X_MKDEV,	/* mknod's device, printed for device nodes only */
	K_X_FSEC,	/* offset pointer that the call moves: [before] => [after] */
	K_X_DROP,	/* not printed */
	K_X_REM_OUT,	/* nanosleep's rest: a timespec only when interrupted */
	K_X_REM64_OUT,
	K_X_CPUVEC_OUT, /* mincore's vector */
	K_X_HANDLER,	/* signal(2)'s handler */
	K_X_FRAME,	/* sigreturn's mask, from the stack */
	K_X_AT_ACCESS,
	K_X_AT_STATX,
	K_X_TIMERFD_SET,
	K_X_SYNC_RANGE,
	K_X_MLOCKALL,
	K_X_CLONE,	/* clone: what is known at entry */
	K_X_CLONE2,	/* clone: the ids and TLS */
	K_X_SOCK_FLAGS, /* accept4 */
	K_X_NEW_ADDR,	/* mremap's, with MREMAP_FIXED */
	K_X_IPC_FLAGS,	/* msgget, semget, shmget */
	K_X_FUTEX4,
	K_X_FUTEX5,
	K_X_TIMEX,
	K_X_TIMEX64,
	K_X_IOPRIO_WHO,
	K_X_IOPRIO,
	K_X_MEMBARRIER,
	K_X_MQATTR_IN,
	K_X_MQATTR_OUT,
	K_X_MQATTR_CREAT, /* with O_CREAT only */
	K_X_REBOOT_MAGIC1,
	K_X_REBOOT_MAGIC2,
	K_X_REBOOT_CMD,
	K_X_SET_FLAGS, /* of tline.set */
	K_X_SET_VAL,
	K_X_KEYRING,
	K_X_MPOL,
	K_X_SWAP,
	K_X_SHMCTL, /* and friends: with IPC_64 */
	K_X_SEMCTL,
	K_X_MSGCTL,
	K_X_SEMBUF,
	K_X_IOV_ADDR, /* iovec of another process: addresses */
	K_X_BPF,
	K_X_PERF_ATTR,
	K_X_LANDLOCK_ATTR,
	K_X_LANDLOCK_RULE,
	K_X_MOUNT_ATTR,
	K_X_HEX32,
	K_X_FUTEX_WAITV,
	K_X_KEXEC_SEGMENTS,
	K_X_KEXEC_FLAGS,
	K_X_IO_EVENTS_OUT,
	K_X_IO_EVENT_OUT,
	K_X_IOCBS,
	K_X_IOCB,
	K_X_USER_DESC,
	K_X_OLD_DIRENT_OUT,
	K_X_FD_THERE,	  /* of the process that the pidfd before it stands for */
	K_X_TIMEOUT_LEFT, /* a timeout that becomes the time that is left */
	K_X_PAGES,
	K_X_PAGE_NODES,
	K_X_PAGE_STATUS_OUT,
	K_X_URING_PARAMS,
	K_X_URING_REGISTER,
	K_X_SIGSET, /* the next argument is its length */
	K_X_NODES,  /* a mask of memory nodes; the next argument is its length in bits */
	K_X_NODES_OUT,
	K_X_MPOL_OUT,
	K_X_FAN_DIRFD,
	K_X_PGID, /* ids of groups and sessions */
	K_X_TGID,
	K_X_IOPRIO_ID,
	K_X_SECCOMP_FLAGS,
	K_X_SECCOMP_ARG,
	K_X_KCMP,
	K_X_CMDLINE,
	K_X_REBOOT_ARG,
	K_X_LOGLEVEL,
	K_X_FAN_INIT,
	K_X_MEMFD,
	K_X_MOUNT_FLAGS,
	K_X_SET_FLAGS64,
	K_X_IPC_CALL, /* ipc(2)'s number of a call that there is not */
	K_X_IPC_ARG,  /* of msgctl, semctl, shmctl */
	K_X_MSGBUF_IN,
	K_X_MSGBUF_OUT,
	K_X_QCMD,
	K_X_QUOTA_ARG,
	K_X_KEY_PERM,
	K_X_KEY_MOVE,
	K_X_KEY_REQKEY,
	K_X_KEY_ERROR,
	K_X_KEY_TEXT,
	K_X_KEY_BYTES, /* the result may be more than there is room for */
	K_X_KEY_DH,
	K_X_KEY_KDF,
	K_X_KEY_QUERY,
	K_X_KEY_PARAMS,
	K_X_KEY_DATA_IN, /* as long as the params say */
	K_X_KEY_DATA_OUT,
	K_X_KEY_CAPS,
	K_X_NAME256, /* a string of which the kernel takes no more than 256 bytes */
	K_X_NAME250,
	K_X_HEXBUF_IN,
	K_X_PTRACE_REQ,
	K_X_PTRACE_ADDR,
	K_X_PTRACE_DATA,
	K_X_SYSCTL,
	K_X_SCHED_ATTR_IN,
	K_X_SCHED_ATTR_OUT,
	K_X_HANDLE, /* struct file_handle, of which the call fills the most */
	K_X_HANDLE_IN,
	K_X_COUNT
};

/* One name of a constant; tables of them are in flags_*.c. */
struct xlat {
	u64 val;
	const char *str;
};
struct xlat_set {
	const struct xlat *v;
	size_t n;
	const char *unknown; /* "O_???" */
};
#define X(c)                                                                                       \
	{                                                                                          \
		(u64)(c), #c                                                                       \
	}
#define XV(v, str)                                                                                 \
	{                                                                                          \
		(u64)(v), str                                                                      \
	}
#define XLAT(name, dflt, ...)                                                                      \
	static const struct xlat name##_v[] = {__VA_ARGS__};                                       \
	const struct xlat_set name = {name##_v, ARRAY_SIZE(name##_v), dflt}

/* Room for a string of STRING_MAX bytes, each of which may be escaped by four. */
#define STRING_MAX     (1U << 20)
#define TRACE_LINE_MAX (4 * STRING_MAX + (1U << 16))

/* Bytes that --json puts between the text, for json.c to find its way; strings never hold them. */
#define MARK_FLAGS '\1'
#define MARK_END   '\2'
#define MARK_ARG   '\3'

/* The call that a thread is in, and its line. */
struct tline {
	struct trace_call call;
	u64 arg[SYSCALL_MAX_ARGS];
	u16 kind[SYSCALL_MAX_ARGS];
	const struct xlat_set *set[SYSCALL_MAX_ARGS]; /* of K_X_SET_* */
	u32 nargs;
	u32 next;     /* first argument that is not yet printed */
	bool in_call; /* between entry and exit */
	bool open;    /* and it is printed */
	bool exiting;
	bool first;	  /* no argument printed yet, or ", " is printed already */
	bool compat;	  /* call.abi == ABI_32 */
	bool through_ipc; /* the arguments were ipc(2)'s */
	u64 ipc_result;	  /* where shmat's goes then */
	bool time64;	  /* *_time64 of the 32-bit table: 64-bit times */
	bool abbrev, verbose, raw;
	bool counted;	 /* in the statistics */
	bool restarting; /* between trace_interrupted() and trace_resumed() */
	int process;	 /* --json: whose line it is, where that is not this process */
	bool noreturn;	 /* exit: "= ?" is all that comes */
	u32 injected;	 /* enum inject_note */
	struct {	 /* -n, -i: the task's last call, and where it is; 0: not known */
		u32 nr;
		bool compat;
		guest_addr ip;
	} at;
	long ret;	 /* at exit */
	u32 index;	 /* of the argument being printed */
	u64 saved;	 /* what a printer keeps from entry to exit */
	s64 timeout[2];	 /* recvmmsg's, which the call changes */
	u64 begin_tsc;	 /* for the statistics */
	u64 wall, begin; /* ns: time of day at entry; monotonic */
	const struct special *special;
	const char *name;
	bool resumed;	   /* "<... resumed>" began the line */
	size_t mark;	   /* length of what was printed at entry */
	size_t sent;	   /* how much of buf others have seen: it is on the output */
	size_t start;	   /* where the line's last start is, for columns */
	size_t len, limit; /* limit: arguments leave room for the result */
	char *buf;	   /* from the first put() on: `brief`, or TRACE_LINE_MAX bytes */
	size_t room;	   /* in buf */
	char *large;	   /* the latter, once a line was long */
	char brief[512];   /* a page that is written to anyway */
};

/* Memory of n bytes for *p, unless it has some: pages that are taken as they are used, and are
 * empty in a process that is made. Threads keep theirs. */
char *trace_memory(char **p, size_t n);

/* Where n more bytes of the line go; the line's end is there on return. */
void line_grow(struct tline *t, size_t n);
static inline char *line_end(struct tline *t, size_t n)
{
	if (unlikely(t->len + n > t->room))
		line_grow(t, n);
	return t->buf + t->len;
}

/* ---- trace.c: lines that are not about a call ---- */

extern bool trace_had_threads;			  /* this process: others than the first */
extern _Thread_local const char *trace_last_call; /* name of the last call, traced or not */
/* Only statistics are wanted. */
bool trace_silent(void);
bool trace_shows_signal(int sig);
/* A line of this task's that stands for itself; a call that is open (a signal kills it) is ended
 * first. */
struct tline *trace_begin_event(int pid);
/* The call that this task is in does not return. */
void trace_end_open(void);
/* -i: no longer is known where this task is. */
void trace_forget_place(void);
/* Puts ") " and blanks up to the column of results. */
void trace_pad(struct tline *t);

/* ---- options, parsed ---- */

#define CALLSET_MAX 1024
struct callset {
	bool all, others; /* others: numbers without a row */
	u8 has[2][CALLSET_MAX];
};
static inline bool callset_has(const struct callset *set, enum abi abi, u32 nr)
{
	if (set->all)
		return true;
	return nr < CALLSET_MAX ? set->has[abi][nr] : set->others;
}

#define FDSET_OPT_MAX 65536
struct fdset_opt {
	bool any, negate;
	u8 has[FDSET_OPT_MAX];
};
static inline bool fdset_has(const struct fdset_opt *set, u64 fd)
{
	if (!set->any || (s32)fd < 0)
		return false;
	return (fd < FDSET_OPT_MAX && set->has[fd]) != set->negate;
}

extern struct trace_options topt;
/* Sets of the options. */
struct trace_sets {
	struct callset trace, abbrev, verbose, raw;
	struct fdset_opt read, write, fds;
	u64 signals;
};
extern struct trace_sets tset;

/* filter.c: each returns NULL or what is wrong. */
const char *callset_parse(struct callset *set, const char *list);
const char *fdset_parse(struct fdset_opt *set, const char *list);
const char *sigset_parse(u64 *set, const char *list);
const char *trace_call_name(enum abi abi, u32 nr); /* NULL: there is none */

/* ---- output.c ---- */

struct call_stat {
	u64 calls, errors, time, min, max; /* time in ns, or in ticks of the TSC */
};

#define TRACE_TASKS_MAX 4096

/* What all traced processes share. */
/* What a process writes to lies together, before the line that may become long: few pages, and few
 * tables of pages, are taken in each. */
struct trace_shared {
	struct trace_task {
		u32 tid, reported, pid;
		u32 open, partial; /* in a call that is printed; arguments are missing */
		u32 nr;		   /* of the call, and its table */
		u8 abi, gate;
		const char *name; /* of the call: the same address in all processes */
		/* SIGSTOP that is announced to a process (stops.c), in its first task */
		u32 stop, stop_by, stop_pid, stop_uid, stop_code;
		void *stop_value;
		u32 due_signal; /* of --inject, unless its call ends before due_at */
		u64 due_at;
		/* the rest of the call, with --json only */
		const struct syscall_row *row;
		u64 args[SYSCALL_MAX_ARGS], wall, begin;
	} task[TRACE_TASKS_MAX];
	/* names of generic netlink's families, once the observer has asked for them */
	u32 families, nr_families;
	struct trace_family {
		u16 id;
		char name[GENL_NAMSIZ];
	} family[64];
	char buffer[1 << 18];		/* what is not yet written to a file */
	_Alignas(4096) u64 lock;	/* pid and tid of the holder */
	u32 buffered;			/* bytes */
	u32 tasks;			/* that live */
	u32 failed;			/* the output cannot be written: reported and given up */
	u32 detached;			/* tracing ended by itself (--syscall-limit) */
	u64 calls;			/* counted for --syscall-limit */
	u64 last_stamp;			/* -r */
	u64 slots_used;			/* of the statistics, a bit each */
	u64 tsc0, ns0;			/* a pair of clocks at the start */
	u64 live[TRACE_TASKS_MAX / 64]; /* a bit for each task that is not reported */
	u32 open_tid;			/* whose unfinished line is the last, or 0 */
	u32 open_len, open_shown;	/* bytes of it, and of these on the output */
	char open[TRACE_LINE_MAX];
};
extern struct trace_shared *tsh;

/* Makes the shared state. */
void out_share(void);
/* In a process: writes to fd from now on (an own descriptor). */
void out_set_fd(int fd);
/* Where the output cannot be written (why is not NULL): says so, once. */
void out_give_up(const char *why);
/* -ff: opens FILE.TID for this task. Returns NULL or what is wrong. */
const char *out_open_separate(int tid);
/* The entry of a call is in t->buf: shows it where someone watches, and remembers it. */
void out_entry(struct tline *t);
/* The exit: t->buf holds the entry and, from t->mark on, the rest. Writes what is missing; where
 * another line came between, calls resume() to put the prefix of a new line in front. */
void out_exit(struct tline *t, void (*resume)(struct tline *t));
/* Whether the entry of t's call still is the last thing on the output, or not yet there. */
bool out_is_open(const struct tline *t);
/* A line of its own; an unfinished one is ended first. */
void out_line(struct tline *t);
/* The call of a task that SIGKILL ended: "= ?". */
void out_finish_dead(int tid);
/* The thread whose execve is the last line goes on as another. */
void out_pid_changed(int tid, int to);
/* Takes an entry back that out_entry() was told, if nobody has seen it. True: done. */
bool out_cancel(struct tline *t);
/* Writes what is buffered. */
void out_flush(void);
/* Text outside of lines (statistics). */
void out_raw(const char *text, size_t n);
/* Forgets the open line of a task that is no more. */
void out_task_started(int tid);
/* The call of this task is no longer open, whether or not its exit was shown. */
void out_left(void);
/* A task that lives and was heard of, or NULL. */
struct trace_task *out_task(int tid);
/* The next task that lives, from place *at (0 at first) on; NULL: none. */
struct trace_task *out_next_task(u32 *at);
/* The same of those of process pid, but for tid. */
struct trace_task *out_sibling(u32 *at, int pid, int tid);
/* True for a task that was never heard of, killed as it was made; it counts as reported then. */
bool out_task_unknown(int tid);
/* Marks a task as reported; false: it was, or is not one of ours. */
bool out_task_ended(int tid);
u64 now_ns(int clock);

/* ---- stats.c ---- */
/* In a process that is to count: where there was no observer, makes what that would have made. */
void stats_use(void);
void stats_enter(struct tline *t);
void stats_exit(struct tline *t, long ret);
const char *stats_check(const struct trace_options *opt);
void stats_begin(void); /* starts the clocks */
void stats_task_started(void);
void stats_task_ended(void);
/* Prints the table of -c, or the object of --summary-json. */
void stats_print(void);

/* ---- inject.c ---- */
enum inject_note { INJ_RET = 1, INJ_ARGS = 2, INJ_DELAY = 4, INJ_ACTIVE = 8, INJ_PLAIN = 16 };
const char *inject_parse(const struct trace_options *opt);
/* Before a call's line is begun, which shows what was changed. Returns true where the call is not
 * to be made. */
bool inject_enter(struct trace_call *call, u32 *notes, long *ret);
/* Between the line's beginning and the call. */
void inject_delay(u32 notes);
long inject_exit(const struct trace_call *call, u32 *notes, long ret);
/* In the observer: sends signals to calls that wait. True: there are others that may soon. */
bool inject_look(void);
extern bool inject_any;
void put_injected(struct tline *t);

/* ---- json.c ---- */
void json_call(struct tline *t, u64 duration);
void json_signal(struct tline *t, int pid, const char *event, const siginfo_t *info);
void json_exit(struct tline *t, int pid, const char *event, int value, bool core);
/* The call that a task was in when something else ended it: as one that does not return. Its
 * arguments are decoded where its memory is this process's own. */
void json_exec_call(struct tline *t, const struct trace_task *task); /* it was an execve: done */
void json_dead_call(struct tline *t, const struct trace_task *task, bool readable);
/* One call's statistics, times in ns. */
void json_stat(FILE *out, enum abi abi, const char *name, const struct call_stat *s);

/* ---- view.c: --perfetto, --html ---- */
/* Opens the files; returns the temporary one for the trace. Ends the process where that fails. */
int view_open(const struct trace_options *opt);
/* In the guest's process: closes the files. */
void view_abandon(void);
/* Writes the files. spool_fd: what view_open() returned; it is closed. */
void view_write(const struct trace_options *opt, int spool_fd);

/* ---- paths.c: -P, --trace-fd ---- */
const char *paths_parse(const struct trace_options *opt);
bool paths_match(struct tline *t);
extern bool paths_any;

/* ---- fdinfo.c: -y ---- */
void put_fd(struct tline *t, s32 fd);
void put_dirfd(struct tline *t, s32 fd);
/* A descriptor of the process that the other one stands for. */
void put_fd_of_pidfd(struct tline *t, s32 pidfd, s32 fd);
/* sockinfo.c: "NAME:[...]" for the socket; false: not known */
bool put_socket_info(struct tline *t, int fd, const char *inode);
void put_pid_comm(struct tline *t, s32 pid); /* with its name after -Y */

/* ---- pidns.c ---- */
enum pid_kind { PID_TASK, PID_PROCESS, PID_GROUP, PID_SESSION };
void put_pid(struct tline *t, s32 pid); /* what -Y and --decode-pids ask for */
void put_pid_kind(struct tline *t, s32 pid, enum pid_kind kind);
int pid_result_kind(const struct tline *t);
void pidns_start(void);	 /* in the process that the user started */
void pidns_forked(void); /* in a new process */
/* The id that the user sees for pid, or 0: the same or not known. */
int pidns_outer(int pid, enum pid_kind kind);

/* ---- families.c: names of generic netlink's families ---- */
void families_expect(void); /* before the observer exists: it will ask */
void families_ask(void);    /* in the observer */
const struct xlat_set *families(void);

/* ---- dump.c: -e read=, -e write= ---- */
void dump_after(struct tline *t);

/* ---- stack.c: -k ---- */
void stack_print(struct tline *t);

/* Row properties by name (special.c). */
enum ret_fmt {
	RET_DEC,
	RET_HEX,
	RET_OCT,
	RET_FCNTL,
	RET_PERSONALITY,
	RET_SCHED,
	RET_TIME,
	RET_ADJTIMEX,
	RET_MEMBARRIER,
	RET_PRCTL,
	RET_ARCH_PRCTL,
	RET_SIGMASK,
	RET_HANDLER,
	RET_POLL,
	RET_SELECT,
	RET_TLS,
	RET_IOPRIO,
	RET_SIGNAL,
	RET_LDT,
	RET_RECVMMSG,
	RET_NONE, /* "= ?" */
};
struct special {
	const char *name;
	u8 ret;	  /* enum ret_fmt */
	u8 nargs; /* nonzero: arguments to print */
	struct {
		u8 arg; /* 1-based; 0: none */
		u16 kind;
	} over[5];
	void (*redirect)(struct tline *t); /* replaces the arguments at entry */
};
/* What there is to know of a call by its name. */
struct named {
	u8 special;  /* trace_special() */
	bool time64; /* the name ends so */
	s16 shape;   /* of the arguments: trace_shape(), trace_find_shape() */
};
struct named trace_named(const char *name);
/* The same of a row that has a name. */
struct named trace_named_row(const struct syscall_row *row);
/* What is printed in another way than the kinds of arguments say; NULL: nothing. */
const struct special *trace_special(struct named named);
/* shapes.c: the kinds of a rare call's arguments; -1: not known. */
int trace_find_shape(const char *name);
/* Sets them; false for -1. */
bool trace_shape(struct tline *t, int shape);
/* Whether the result is a new descriptor; and whether it is to be shown as one (-y). */
bool trace_makes_fd(const struct tline *t);
bool trace_result_is_fd(const struct tline *t);
/* line.c: a task's id as the user sees it; the prefixes of a line, and of a line about a call. */
int trace_shown_pid(int pid);
void trace_begin_line(struct tline *t, int pid);
/* start: the execve that trapgate itself made for the program; it came through no gate. */
void trace_begin_call(struct tline *t, const struct trace_call *call, bool start);
/* ".123": the first digits of a part of a second; none: nothing */
void put_frac(struct tline *t, u64 ns, int digits);
/* trace.c: the end of a task that could not tell itself. */
void trace_reap_killed(int pid);
/* line.c: a line about the call, before anything of it is printed. */
void trace_setup_call(struct tline *t, const struct trace_call *call);
/* line.c: prints the arguments that can be printed now. */
void trace_print_args(struct tline *t);
void trace_detach(void);
/* Sets topt, with the defaults for what is 0. */
void trace_take_options(const struct trace_options *opt);
/* observer.c: a new process exists. */
void trace_observer_tell(void);
/* Has it look at once. */
void trace_observer_wake(void);
void trace_ret_suffix(struct tline *t);
bool trace_is_result_hex(const struct tline *t);

/* Keeps what arguments point at before the call changes it. */
void trace_save_entry(struct tline *t);

/* Printers. trace_print_arg() returns false when the argument has to wait for the exit. */
bool trace_print_arg(struct tline *t, u32 i);

/* text.c: appending to the line */
void put_text(struct tline *t, const char *s, size_t n);
static inline void put(struct tline *t, const char *s)
{
	put_text(t, s, strlen(s));
}
void putch(struct tline *t, char c);
void put_dec(struct tline *t, s64 v);
void put_udec(struct tline *t, u64 v);
void put_hex(struct tline *t, u64 v);  /* 0x..; zero is "0" */
void put_oct(struct tline *t, u64 v);  /* 0644; zero is "0" */
void put_perm(struct tline *t, u64 v); /* at least three digits: 000, 0644 */
void put_addr(struct tline *t, u64 v); /* NULL or 0x.. */
void put_fmt(struct tline *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void put_field(struct tline *t, const char *name); /* ", name=" */
/* Bytes in quotes, with escapes; adds nothing after the closing quote. */
void put_quoted(struct tline *t, const u8 *s, size_t n);
/* The same without quotes; the characters of `special` in octal, too. */
void put_escaped(struct tline *t, const u8 *s, size_t n, const char *special);
void put_quoted_hex(struct tline *t, const u8 *s, size_t n);
/* How this thread shows constants at the moment: as -X says, or 1 + a mode for a part of a line. */
extern _Thread_local u8 consts_as;
static inline u32 consts(void)
{
	return consts_as ? consts_as - 1u : (u32)topt.consts;
}
/* One of the names or 0x.. with the set's "???" comment. */
void put_val(struct tline *t, const struct xlat_set *x, u64 v);
/* The same with the number in decimal, signed. */
void put_val_dec(struct tline *t, const struct xlat_set *x, s64 v);
/* Names joined by '|', the rest in hex. */
void put_flags(struct tline *t, const struct xlat_set *x, u64 v);
/* The same, always by name. */
void put_names(struct tline *t, const struct xlat_set *x, u64 v);
/* -errno: its name, or the number */
void put_error_number(struct tline *t, s64 err);
const char *xlat_name(const struct xlat_set *x, u64 v);
void put_date(struct tline *t, s64 sec, s64 frac, int digits); /* " / * 2001-... * /" */

/* mem.c-like helpers: true when the guest memory could be read */
bool rd(const struct tline *t, void *dst, guest_addr src, size_t n);
bool rd_word(const struct tline *t, guest_addr addr, u64 *v);	     /* ulong of the ABI */
bool rd_long(const struct tline *t, guest_addr addr, int i, s64 *v); /* i-th long of the ABI */
bool rd_longs(const struct tline *t, guest_addr addr, int n, s64 *v);
static inline size_t word_size(const struct tline *t)
{
	return t->compat ? 4 : 8;
}
/* Whether n elements from a on are within the address space. */
static inline bool array_fits(guest_addr a, u64 n, size_t size)
{
	u64 bytes;

	return !__builtin_mul_overflow(n, size, &bytes) && a + bytes >= a;
}
u32 trace_string_limit(void);
/* The argument behind the one being printed; of an int, what the kernel sees of it. */
static inline u64 next_arg(const struct tline *t)
{
	u32 i = t->index + 1;

	if (i >= t->nargs)
		return 0;
	return t->kind[i] == K_UINT ? (u32)t->arg[i] : t->arg[i];
}

/* decode_string.c */
void put_str(struct tline *t, guest_addr a);		   /* NUL-terminated, cut at -s */
void put_str_n(struct tline *t, guest_addr a, size_t max); /* or at max bytes */
/* a string, cut at max characters whatever -s says */
void put_name256(struct tline *t, guest_addr a, u32 max);
/* n bytes at most, with ... where the string is longer */
void put_name_n(struct tline *t, guest_addr a, size_t n);
/* What a struct of `size` bytes at a has from offset `from` on, if it is not zero. */
void put_tail(struct tline *t, guest_addr a, u64 from, u64 size);
void put_path(struct tline *t, guest_addr a);	    /* NUL-terminated, whole */
void put_buf(struct tline *t, guest_addr a, u64 n); /* n bytes, cut at -s */
void put_hexbuf(struct tline *t, guest_addr a, u64 n);
/* The path by length (readlink's result has no NUL). */
void put_path_n(struct tline *t, guest_addr a, u64 n);
/* iovec array; content up to `limit` bytes in total, or only addresses if show is false. */
void put_iov(struct tline *t, guest_addr a, u64 count, u64 limit, bool show);
/* The same, with netlink messages for content where fd is not negative. */
#define NO_NETLINK INT32_MIN /* no descriptor: what the vectors hold is no message */
void put_iov_netlink(struct tline *t, s32 fd, guest_addr a, u64 count, u64 limit, bool show);
void put_strv(struct tline *t, guest_addr a);
void put_envv(struct tline *t, guest_addr a);

/* decode_time.c; the suffix 64: kernel's 64-bit layout */
void put_timespec(struct tline *t, guest_addr a, bool wide);
void put_timeval(struct tline *t, guest_addr a);
bool dec_time(struct tline *t, u16 kind, u64 v);
/* Keeps the time at a for K_X_TIMEOUT_LEFT. */
void keep_timeout(struct tline *t, guest_addr a);

/* decode_signal.c */
void put_signal(struct tline *t, int sig);
void put_signal_name(struct tline *t, int sig); /* whatever -X says */
/* A constant that has a name, as -X wants it. */
void put_const(struct tline *t, const char *name, u64 v);
void put_sigset(struct tline *t, guest_addr a, size_t size);
void put_sigmask(struct tline *t, u64 mask, int bits);
void put_siginfo(struct tline *t, const siginfo_t *si);
bool dec_signal(struct tline *t, u16 kind, u64 v);

/* decode_file.c: stat, statfs, directories, fcntl */
void put_mode(struct tline *t, u32 mode);
void put_dev(struct tline *t, u64 dev);
bool dec_file(struct tline *t, u16 kind, u64 v);
void put_open_flags(struct tline *t, u64 flags);
bool fcntl_arg_is_out(u32 cmd);
void ret_fcntl(struct tline *t);

/* decode_ioctl.c */
void put_ioctl_cmd(struct tline *t, u32 cmd);
/* ioctl_names.c */
bool ioctl_cmd_by_name(const char *name, size_t len, u64 *cmd);
/* ioctl_args.c: what the argument of a command is; false: not in the table */
bool ioctl_desc_none(u32 cmd);	 /* the command has none */
bool ioctl_desc_is_out(u32 cmd); /* the call fills it */
/* Part goes in and part comes out: called at entry, which returns true where that is all, and else
 * again at exit. */
bool ioctl_desc_is_both(u32 cmd);
bool ioctl_both(struct tline *t, u64 arg);
bool dec_ioctl_desc(struct tline *t, u32 cmd, u64 v);
void ret_ioctl(struct tline *t); /* what some commands have behind the result */
bool dec_ioctl_arg(struct tline *t, u64 v);
bool ioctl_arg_is_out(u32 cmd);

/* decode_wait.c: poll, select, epoll, wait, rusage */
bool dec_wait(struct tline *t, u16 kind, u64 v);
void ret_poll(struct tline *t);
void ret_select(struct tline *t);

/* decode_net.c, decode_msg.c */
/* if_nametoindex("lo"), or the number where there is no such interface */
void put_ifindex(struct tline *t, u32 index);
bool dec_msghdr(struct tline *t, u16 kind, u64 v);
void keep_name_lengths(struct tline *t, guest_addr a, u32 n);
/* subcall.c */
void redirect_socketcall(struct tline *t);
void redirect_ipc(struct tline *t);
/* The number under which -e knows a call: that of the call behind socketcall or ipc. */
u32 trace_set_nr(const struct trace_call *call);
/* Numbers for calls that have none in the 32-bit table, and their names; NULL: no more. */
#define SUBCALL_NR 1000
const char *subcall_name(u32 i);
bool dec_net(struct tline *t, u16 kind, u64 v);
/* sun_path of a sockaddr_un of len bytes */
void put_sun_path(struct tline *t, const void *addr, u64 len);
/* decode_sockopt.c */
bool put_sockopt(struct tline *t, guest_addr a, u64 len, bool out);
bool put_sockaddr(struct tline *t, guest_addr a, u64 len);
/* ", sin_port=..." and the like: what follows a family; false: it is not known, or too short */
bool put_sockaddr_rest(struct tline *t, u16 family, const u8 *b, u64 len);
bool put_rare_sockaddr(struct tline *t, u16 family, const u8 *b, u64 len);

/* decode_process.c: clone, prctl, futex, limits, ids; decode_misc.c */
bool dec_process(struct tline *t, u16 kind, u64 v);
bool put_cpuset(struct tline *t, guest_addr a, u64 size);
/* Whether argument i has no meaning for the operation that another argument names. */
bool process_skip(struct tline *t, u32 i);
/* Whether argument i of prctl or arch_prctl is filled by the call. */
bool process_is_out(struct tline *t, u32 i);
/* decode_prctl.c */
u32 prctl_nargs(const struct tline *t); /* after the operation */
bool prctl_is_out(const struct tline *t, u32 i);
bool prctl_arg(struct tline *t, u64 v);
bool prctl_result_has_name(const struct tline *t);
void ret_prctl(struct tline *t);
void ret_arch_prctl(struct tline *t);
bool arch_prctl_result_is_hex(const struct tline *t);
bool arch_prctl_is_out(const struct tline *t);
bool arch_prctl_arg(struct tline *t, u64 v);
/* decode_ipc.c */
bool ipc_arg_is_out(const struct tline *t);
bool dec_ipc_arg(struct tline *t, u64 v);
bool dec_msgbuf(struct tline *t, guest_addr a, u64 size);
/* decode_quota.c */
void redirect_quotactl(struct tline *t);
void put_quota_cmd(struct tline *t, u32 v);
bool quota_arg_is_out(const struct tline *t);
bool dec_quota_arg(struct tline *t, u64 v);
/* decode_keys.c */
void redirect_keyctl(struct tline *t);
void redirect_fsconfig(struct tline *t);
bool dec_key(struct tline *t, u16 kind, u64 v);
/* decode_ptrace.c */
void redirect_ptrace(struct tline *t);
bool dec_ptrace(struct tline *t, u16 kind, u64 v);
/* The last argument, at entry and, where that returns false, at exit. */
bool ptrace_data(struct tline *t, u64 v);
/* The number of a call: "__NR_read", or "0" and the name in a comment where it is another ABI's. */
void put_syscall_nr(struct tline *t, u64 nr, u32 arch);
/* decode_bpf.c, decode_perf.c, decode_uring.c: the same for their pointers */
bool uring_params(struct tline *t, guest_addr a);
bool uring_register(struct tline *t, guest_addr a);
bool file_handle(struct tline *t, guest_addr a);
bool file_handle_in(struct tline *t, guest_addr a);
bool bpf_attr(struct tline *t, guest_addr a);
bool perf_attr(struct tline *t, guest_addr a);
/* decode_filter.c: struct sock_fprog; n instructions at a. seccomp: returns are actions. */
bool put_fprog(struct tline *t, guest_addr a, bool seccomp);
void put_filter(struct tline *t, guest_addr a, u32 n, bool seccomp);
bool dec_misc(struct tline *t, u16 kind, u64 v);
/* decode_more.c: calls that few programs make */
bool dec_more(struct tline *t, u16 kind, u64 v);
/* decode_aio.c */
bool put_iocb(struct tline *t, guest_addr a, bool header);
bool dec_io_requests(struct tline *t, guest_addr a);
/* decode_arrays.c */
bool dec_arrays(struct tline *t, u16 kind, u64 v);
/* One element at a; false: its memory cannot be read. */
typedef bool (*element_fn)(struct tline *t, guest_addr a);
/* n elements, `limit` of them at most; false if there are some and not even the first can be read.
 */
bool put_elements(struct tline *t, guest_addr a, u64 n, size_t size, element_fn put_one, u64 limit);
/* How many elements of an array are shown. */
u32 elements(const struct tline *t);
void put_id(struct tline *t, u32 id); /* of a user or group */
void put_ioprio(struct tline *t, u32 v);
/* decode_ifreq.c: SIOC* and FS_IOC_FIEMAP; false: not one of these */
bool dec_ioctl_net(struct tline *t, u32 cmd, u64 v);
bool ioctl_net_is_out(u32 cmd);

/* groups.c: the names of a group, NULL-terminated, or NULL. percent: written with '%'. */
const char *const *trace_group(const char *name, bool percent);

#endif
