/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows that need more than the kinds of their declaration, by name. */
#include <pthread.h>
#include <string.h>

#include "trace/internal.h"

/* i386's old mmap and select take a pointer to their arguments. */
static void redirect_words(struct tline *t, const u16 *kinds, u32 n)
{
	u64 a = t->arg[0], v[SYSCALL_MAX_ARGS];

	for (u32 i = 0; i < n; i++)
		if (!rd_word(t, a + i * 4, &v[i]))
			return;
	for (u32 i = 0; i < n; i++) {
		t->arg[i] = v[i];
		t->kind[i] = kinds[i];
	}
	t->nargs = n;
}

static void redirect_mmap(struct tline *t)
{
	static const u16 k[] = {K_ADDR, K_SIZE, K_PROT, K_MMAP_FLAGS, K_FD, K_HEX};

	if (t->kind[0] == K_MMAP_ARGS_IN)
		redirect_words(t, k, 6);
}

static void redirect_select(struct tline *t)
{
	static const u16 k[] = {K_INT, K_FDSET_INOUT, K_FDSET_INOUT, K_FDSET_INOUT, K_TIMEVAL_IN};

	if (t->kind[0] == K_SELECT_ARGS_IN)
		redirect_words(t, k, 5);
}

/* The flags are the last argument, wherever the ABI puts it. */
static void redirect_sync_range(struct tline *t)
{
	t->kind[t->nargs - 1] = K_X_SYNC_RANGE;
}

/* The size says whether it is a descriptor. */
static void redirect_ldt(struct tline *t)
{
	if (t->arg[2] == 16)
		t->kind[1] = K_X_USER_DESC;
}

/* What these mounts do not look at may be any pointer: the type, the data. */
static void redirect_mount(struct tline *t)
{
	u64 flags = t->arg[3];

	if ((flags >> 16) == 0xc0ed) /* MS_MGC_VAL */
		flags &= 0xffff;
	if (flags & 0x1e3020) /* MS_REMOUNT, MS_BIND, MS_MOVE, propagation */
		t->kind[2] = K_ADDR;
	if (!(flags & 0x20) && (flags & 0x1e3000))
		t->kind[4] = K_ADDR;
}

/* Only reading and setting the level have more arguments. */
static void redirect_syslog(struct tline *t)
{
	u32 action = (u32)t->arg[0];

	if (action == 8) { /* SYSLOG_ACTION_CONSOLE_LEVEL takes no buffer */
		t->kind[1] = K_ADDR;
		t->kind[2] = K_X_LOGLEVEL;
	}
	if (action > 10)
		t->kind[1] = K_ADDR;
	if (action < 2 || (action > 4 && action < 8) || action > 8)
		t->nargs = action > 10 ? 3 : 1;
}

/* The kernel does not look at the number of entries: it is always 1. */
static void redirect_readdir(struct tline *t)
{
	t->nargs = t->arg[2] == 1 ? 2 : 3;
}

/* The first two are not looked at. */
static void redirect_sigsuspend(struct tline *t)
{
	if (t->raw)
		return;
	t->arg[0] = t->arg[2];
	t->kind[0] = K_OLD_SIGMASK;
	t->nargs = 1;
}

/* A CPU is named only with the flag for it. */
static void redirect_membarrier(struct tline *t)
{
	t->kind[1] = K_X_MEMBARRIER;
	t->nargs = (t->arg[1] & 1) ? 3 : 2;
}

#define OVER1(a, k)		      .over = {{a, k}}
#define OVER2(a, k, b, l)	      .over = {{a, k}, {b, l}}
#define OVER3(a, k, b, l, c, m)	      .over = {{a, k}, {b, l}, {c, m}}
#define OVER4(a, k, b, l, c, m, d, n) .over = {{a, k}, {b, l}, {c, m}, {d, n}}

/* Sorted by name: looked up by bisection. */
static const struct special specials[] = {
	{.name = "_newselect", .ret = RET_SELECT},
	{.name = "accept4", OVER1(4, K_X_SOCK_FLAGS)},
	{.name = "adjtimex", .ret = RET_ADJTIMEX, OVER1(1, K_X_TIMEX)},
	{.name = "arch_prctl", .ret = RET_ARCH_PRCTL},
	{.name = "brk", .ret = RET_HEX},
	{.name = "clock_adjtime", .ret = RET_ADJTIMEX, OVER1(2, K_X_TIMEX)},
	{.name = "clock_adjtime64", .ret = RET_ADJTIMEX, OVER1(2, K_X_TIMEX64)},
	{.name = "clock_nanosleep", OVER1(4, K_X_REM_OUT)},
	{.name = "clock_nanosleep_time64", OVER1(4, K_X_REM64_OUT)},
	{.name = "clone", .nargs = 2, OVER2(1, K_X_CLONE, 2, K_X_CLONE2)},
	{.name = "epoll_pwait", OVER1(5, K_SIGSET_OUT)},
	{.name = "epoll_pwait2", OVER3(4, K_TIMESPEC64_OUT, 5, K_SIGSET_OUT, 6, K_SIZE)},
	{.name = "faccessat2", OVER1(4, K_X_AT_ACCESS)},
	{.name = "fcntl", .ret = RET_FCNTL},
	{.name = "fcntl64", .ret = RET_FCNTL},
	{.name = "fsconfig", .redirect = redirect_fsconfig},
	{.name = "ftruncate", OVER1(2, K_ULONG)},
	{.name = "futex", OVER3(4, K_FUTEX_TIMEOUT, 5, K_X_FUTEX4, 6, K_X_FUTEX5)},
	{.name = "futex_time64", OVER3(4, K_FUTEX_TIMEOUT64, 5, K_X_FUTEX4, 6, K_X_FUTEX5)},
	{.name = "getgroups", OVER1(2, K_GIDS_OUT)},
	{.name = "getpriority", OVER1(2, K_X_IOPRIO_ID)},
	{.name = "getrandom", OVER1(1, K_X_HEXBUF_OUT)},
	{.name = "getresgid", OVER3(1, K_IDS3_OUT, 2, K_IDS3_OUT, 3, K_IDS3_OUT)},
	{.name = "getresgid32", OVER3(1, K_IDS3_OUT, 2, K_IDS3_OUT, 3, K_IDS3_OUT)},
	{.name = "getresuid", OVER3(1, K_IDS3_OUT, 2, K_IDS3_OUT, 3, K_IDS3_OUT)},
	{.name = "getresuid32", OVER3(1, K_IDS3_OUT, 2, K_IDS3_OUT, 3, K_IDS3_OUT)},
	{.name = "ioprio_get", .ret = RET_IOPRIO, OVER2(1, K_X_IOPRIO_WHO, 2, K_X_IOPRIO_ID)},
	{.name = "ioprio_set", OVER3(1, K_X_IOPRIO_WHO, 2, K_X_IOPRIO_ID, 3, K_X_IOPRIO)},
	{.name = "ipc", .redirect = redirect_ipc},
	{.name = "keyctl", .redirect = redirect_keyctl},
	{.name = "membarrier", .ret = RET_MEMBARRIER, .redirect = redirect_membarrier},
	{.name = "memfd_create", OVER1(1, K_X_NAME250)},
	{.name = "mincore", OVER1(3, K_X_CPUVEC_OUT)},
	{.name = "mknod", OVER2(2, K_X_MKMODE, 3, K_X_MKDEV)},
	{.name = "mknodat", OVER2(3, K_X_MKMODE, 4, K_X_MKDEV)},
	{.name = "mlockall", OVER1(1, K_X_MLOCKALL)},
	{.name = "mmap", .ret = RET_HEX, OVER1(6, K_HEX), .redirect = redirect_mmap},
	{.name = "mmap2", .ret = RET_HEX, OVER1(6, K_X_PGOFF)},
	{.name = "modify_ldt", .ret = RET_LDT, .redirect = redirect_ldt},
	{.name = "mount", OVER1(1, K_PATH), .redirect = redirect_mount},
	{.name = "mq_getsetattr", OVER2(2, K_X_MQATTR_IN, 3, K_X_MQATTR_OUT)},
	{.name = "mq_open", OVER1(4, K_X_MQATTR_CREAT)},
	{.name = "mremap", .ret = RET_HEX, OVER1(5, K_X_NEW_ADDR)},
	{.name = "nanosleep", OVER1(2, K_X_REM_OUT)},
	{.name = "personality", .ret = RET_PERSONALITY},
	{.name = "pidfd_send_signal", OVER1(4, K_X_HEX32)},
	{.name = "poll", .ret = RET_POLL},
	{.name = "ppoll", .ret = RET_POLL},
	{.name = "ppoll_time64", .ret = RET_POLL},
	{.name = "prctl", .ret = RET_PRCTL},
	{.name = "preadv", .nargs = 4},
	{.name = "preadv2", OVER1(5, K_X_DROP)},
	{.name = "pselect6", .ret = RET_SELECT},
	{.name = "pselect6_time64", .ret = RET_SELECT},
	{.name = "ptrace", .redirect = redirect_ptrace},
	{.name = "pwritev", .nargs = 4},
	{.name = "pwritev2", OVER1(5, K_X_DROP)},
	{.name = "quotactl", .redirect = redirect_quotactl},
	{.name = "quotactl_fd", .redirect = redirect_quotactl},
	{.name = "readdir", OVER1(2, K_X_OLD_DIRENT_OUT), .redirect = redirect_readdir},
	{.name = "readlink", OVER1(3, K_ULONG)},
	{.name = "readlinkat", OVER1(4, K_ULONG)},
	{.name = "reboot",
	 OVER4(1, K_X_REBOOT_MAGIC1, 2, K_X_REBOOT_MAGIC2, 3, K_X_REBOOT_CMD, 4, K_X_REBOOT_ARG)},
	{.name = "recvmmsg", .ret = RET_RECVMMSG, OVER1(5, K_X_TIMEOUT_LEFT)},
	{.name = "recvmmsg_time64", .ret = RET_RECVMMSG, OVER1(5, K_X_TIMEOUT_LEFT)},
	{.name = "rseq", .nargs = 4, OVER4(1, K_HEX, 2, K_HEX, 3, K_HEX, 4, K_HEX)},
	{.name = "rt_sigreturn", .nargs = 1, OVER1(1, K_X_FRAME)},
	{.name = "rt_sigtimedwait", .ret = RET_SIGNAL},
	{.name = "rt_sigtimedwait_time64", .ret = RET_SIGNAL},
	{.name = "sched_getscheduler", .ret = RET_SCHED},
	{.name = "select", .ret = RET_SELECT, .redirect = redirect_select},
	{.name = "sendfile", OVER1(3, K_X_FSEC)},
	{.name = "sendfile64", OVER1(3, K_X_FSEC)},
	{.name = "set_thread_area", .ret = RET_TLS},
	{.name = "set_tid_address", OVER1(1, K_HEX)},
	{.name = "setdomainname", OVER2(1, K_BUF_IN, 2, K_UINT)},
	{.name = "setgroups", OVER1(2, K_GIDS_IN)},
	{.name = "sethostname", OVER2(1, K_BUF_IN, 2, K_UINT)},
	{.name = "setpgid", OVER2(1, K_X_TGID, 2, K_X_PGID)},
	{.name = "setpriority", OVER1(2, K_X_IOPRIO_ID)},
	{.name = "sgetmask", .ret = RET_SIGMASK},
	{.name = "shmat", .ret = RET_HEX},
	{.name = "shmget", OVER1(3, K_X_IPC_FLAGS)},
	{.name = "signal", .ret = RET_HANDLER, OVER1(2, K_X_HANDLER)},
	{.name = "sigreturn", .nargs = 1, OVER1(1, K_X_FRAME)},
	{.name = "sigsuspend", .redirect = redirect_sigsuspend},
	{.name = "socketcall", .redirect = redirect_socketcall},
	{.name = "socketpair", OVER1(3, K_ULONG)},
	{.name = "ssetmask", .ret = RET_SIGMASK, OVER1(1, K_OLD_SIGMASK)},
	{.name = "statx", OVER1(3, K_X_AT_STATX)},
	{.name = "stime", .ret = RET_TIME, OVER1(1, K_TIME_OUT)},
	{.name = "symlink", OVER1(1, K_PATH)},
	{.name = "symlinkat", OVER1(1, K_PATH)},
	{.name = "sync_file_range", .redirect = redirect_sync_range},
	{.name = "syslog", .redirect = redirect_syslog},
	{.name = "time", .ret = RET_TIME},
	{.name = "timerfd_settime", OVER1(2, K_X_TIMERFD_SET)},
	{.name = "timerfd_settime64", OVER1(2, K_X_TIMERFD_SET)},
	{.name = "truncate", OVER1(2, K_ULONG)},
	{.name = "umask", .ret = RET_OCT},
	{.name = "ustat", OVER1(1, K_DEV)},
};

static u8 search(const char *name)
{
	size_t lo = 0, hi = ARRAY_SIZE(specials);

	_Static_assert(ARRAY_SIZE(specials) <= 255, "struct named.special");
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int c = strcmp(name, specials[mid].name);

		if (!c)
			return (u8)(mid + 1);
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return 0;
}

const struct special *trace_special(struct named named)
{
	return named.special ? &specials[named.special - 1] : NULL;
}

struct named trace_named(const char *name)
{
	size_t n = strlen(name);

	return (struct named){
		.special = search(name),
		.shape = (s16)trace_find_shape(name),
		.time64 = n > 7 && !strcmp(name + n - 7, "_time64"),
	};
}

/* Of all rows, for each table at its first call: processes that are made need not look again. */
static struct named known[2][CALLSET_MAX];
static pthread_once_t once[2] = {PTHREAD_ONCE_INIT, PTHREAD_ONCE_INIT};

static void know(struct named *named, const struct syscall_row *rows, u32 n)
{
	for (u32 i = 0; i < MIN(n, CALLSET_MAX); i++)
		if (rows[i].name)
			named[i] = trace_named(rows[i].name);
}

static void know_64(void)
{
	know(known[ABI_64], sys_call_table, sys_call_table_size);
}

static void know_32(void)
{
	know(known[ABI_32], ia32_sys_call_table, ia32_sys_call_table_size);
}

struct named trace_named_row(const struct syscall_row *row)
{
	bool compat =
		row >= ia32_sys_call_table && row < ia32_sys_call_table + ia32_sys_call_table_size;
	const struct syscall_row *first = compat ? ia32_sys_call_table : sys_call_table;
	size_t i = (size_t)(row - first);

	if (unlikely(i >= (compat ? ia32_sys_call_table_size : sys_call_table_size)))
		return trace_named(row->name);
	pthread_once(&once[compat], compat ? know_32 : know_64);
	return known[compat][i];
}
