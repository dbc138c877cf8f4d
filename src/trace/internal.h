/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of this folder: the line under construction and the printers. */
#ifndef TRAPGATE_TRACE_INTERNAL_H
#define TRAPGATE_TRACE_INTERNAL_H

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
	K_X_TIME_IN,	/* stime */
	K_X_FRAME,	/* sigreturn's mask, from the stack */
	K_X_AT_ACCESS,
	K_X_AT_STATX,
	K_X_TIMERFD_SET,
	K_X_SYNC_RANGE,
	K_X_MLOCKALL,
	K_X_CLONE,	/* clone: what is known at entry */
	K_X_CLONE2,	/* clone: the ids and TLS */
	K_X_SOCK_FLAGS, /* accept4 */
	K_X_NEW_ADDR,	/* mremap's, with MREMAP_FIXED or MREMAP_DONTUNMAP */
	K_X_IPC_FLAGS,	/* msgget, semget, shmget */
	K_X_FUTEX4,
	K_X_FUTEX5,
	K_X_TIMEX,
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

#define TRACE_LINE_MAX 65536

/* The call that a thread is in, and its line. */
struct tline {
	struct trace_call call;
	u64 arg[SYSCALL_MAX_ARGS];
	u16 kind[SYSCALL_MAX_ARGS];
	u32 nargs;
	u32 next;  /* first argument that is not yet printed */
	bool open; /* entry was printed, exit has not come */
	bool exiting;
	bool first;  /* no argument printed yet */
	bool compat; /* call.abi == ABI_32 */
	bool time64; /* *_time64 of the 32-bit table: 64-bit times */
	long ret;    /* at exit */
	u32 index;   /* of the argument being printed */
	u64 saved;   /* what a printer keeps from entry to exit */
	const struct special *special;
	const char *name;
	size_t len, limit; /* limit: arguments leave room for the result */
	char buf[TRACE_LINE_MAX];
};

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
	RET_SIGMASK,
	RET_HANDLER,
	RET_POLL,
	RET_SELECT,
	RET_TLS,
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
const struct special *trace_special(const char *name);
void trace_ret_suffix(struct tline *t);
bool trace_is_result_hex(const struct tline *t);

/* Keeps what arguments point at before the call changes it. */
void trace_save_entry(struct tline *t);

/* Printers. trace_print_arg() returns false when the argument has to wait for the exit. */
bool trace_print_arg(struct tline *t, u32 i);

/* text.c: appending to the line */
void put(struct tline *t, const char *s);
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
void put_quoted_hex(struct tline *t, const u8 *s, size_t n);
/* One of the names or 0x.. with the set's "???" comment. */
void put_val(struct tline *t, const struct xlat_set *x, u64 v);
/* Names joined by '|', the rest in hex. */
void put_flags(struct tline *t, const struct xlat_set *x, u64 v);
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
u32 trace_string_limit(void);

/* decode_string.c */
void put_str(struct tline *t, guest_addr a);	    /* NUL-terminated, cut at -s */
void put_path(struct tline *t, guest_addr a);	    /* NUL-terminated, whole */
void put_buf(struct tline *t, guest_addr a, u64 n); /* n bytes, cut at -s */
void put_hexbuf(struct tline *t, guest_addr a, u64 n);
/* The path by length (readlink's result has no NUL). */
void put_path_n(struct tline *t, guest_addr a, u64 n);
/* iovec array; content up to `limit` bytes in total, or only addresses if show is false. */
void put_iov(struct tline *t, guest_addr a, u64 count, u64 limit, bool show);
void put_strv(struct tline *t, guest_addr a);
void put_envv(struct tline *t, guest_addr a);

/* decode_time.c; the suffix 64: kernel's 64-bit layout */
void put_timespec(struct tline *t, guest_addr a, bool wide);
void put_timeval(struct tline *t, guest_addr a);
bool dec_time(struct tline *t, u16 kind, u64 v);

/* decode_signal.c */
void put_signal(struct tline *t, int sig);
void put_sigset(struct tline *t, guest_addr a, size_t size);
void put_sigmask(struct tline *t, u64 mask, int bits);
void put_siginfo(struct tline *t, const siginfo_t *si);
bool dec_signal(struct tline *t, u16 kind, u64 v);

/* decode_file.c: stat, statfs, directories, fcntl */
void put_mode(struct tline *t, u32 mode);
void put_dev(struct tline *t, u64 dev);
bool dec_file(struct tline *t, u16 kind, u64 v);
void put_open_flags(struct tline *t, u32 flags);
bool fcntl_arg_is_out(u32 cmd);
void ret_fcntl(struct tline *t);

/* decode_ioctl.c */
void put_ioctl_cmd(struct tline *t, u32 cmd);
bool dec_ioctl_arg(struct tline *t, u64 v);
bool ioctl_arg_is_out(u32 cmd);

/* decode_wait.c: poll, select, epoll, wait, rusage */
bool dec_wait(struct tline *t, u16 kind, u64 v);
void ret_poll(struct tline *t);
void ret_select(struct tline *t);

/* decode_net.c, decode_msg.c */
bool dec_msghdr(struct tline *t, u16 kind, u64 v);
void redirect_socketcall(struct tline *t);
bool dec_net(struct tline *t, u16 kind, u64 v);
bool put_sockaddr(struct tline *t, guest_addr a, u64 len);

/* decode_process.c: clone, prctl, futex, limits, ids; decode_misc.c */
bool dec_process(struct tline *t, u16 kind, u64 v);
/* Whether argument i has no meaning for the operation that another argument names. */
bool process_skip(struct tline *t, u32 i);
/* Whether argument i of prctl or arch_prctl is filled by the call. */
bool process_is_out(struct tline *t, u32 i);
bool dec_misc(struct tline *t, u16 kind, u64 v);

/* filter.c */
const char *trace_filter_parse(const char *list);
/* The names of a group, NULL-terminated, or NULL. percent: written with '%'. */
const char *const *trace_group(const char *name, bool percent);
bool trace_filter(enum abi abi, u32 nr);

#endif
