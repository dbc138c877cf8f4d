/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the kind of an argument to its printer. */
#include <fcntl.h>
#include <sys/stat.h>

#include "trace/flags.h"

enum when { W_IN, W_OUT, W_OUT_ALWAYS }; /* OUT: a plain address when the call failed */

enum cls {
	C_NONE,
	C_DEC, /* int */
	C_FD,
	C_PID,
	C_UDEC,
	C_LONG,
	C_ULONG,
	C_HEX,
	C_ADDR,
	C_FLAGS,
	C_VAL,
	/* the rest is decoded by topic; a NULL pointer prints as NULL */
	C_TIME,
	C_SIGNAL,
	C_FILE,
	C_WAIT,
	C_NET,
	C_PROCESS,
	C_MISC,
	C_PTR = 0x80, /* with the above: v is a pointer */
};

struct kind {
	u8 when, cls;
	const struct xlat_set *set;
};

#define DEC                                                                                        \
	{                                                                                          \
		W_IN, C_DEC, NULL                                                                  \
	}
#define FLAGS(set)                                                                                 \
	{                                                                                          \
		W_IN, C_FLAGS, &(set)                                                              \
	}
#define VAL(set)                                                                                   \
	{                                                                                          \
		W_IN, C_VAL, &(set)                                                                \
	}
#define P_IN(c)                                                                                    \
	{                                                                                          \
		W_IN, C_##c | C_PTR, NULL                                                          \
	}
#define P_OUT(c)                                                                                   \
	{                                                                                          \
		W_OUT, C_##c | C_PTR, NULL                                                         \
	}
#define P_ALWAYS(c)                                                                                \
	{                                                                                          \
		W_OUT_ALWAYS, C_##c | C_PTR, NULL                                                  \
	}
#define S_IN(c)                                                                                    \
	{                                                                                          \
		W_IN, C_##c, NULL                                                                  \
	}
#define S_OUT(c)                                                                                   \
	{                                                                                          \
		W_OUT_ALWAYS, C_##c, NULL                                                          \
	}

static const struct kind kinds[K_X_COUNT] = {
	[K_NONE] = {W_IN, C_HEX, NULL},
	[K_INT] = DEC,
	[K_UINT] = {W_IN, C_UDEC, NULL},
	[K_LONG] = {W_IN, C_LONG, NULL},
	[K_ULONG] = {W_IN, C_ULONG, NULL},
	[K_SIZE] = {W_IN, C_ULONG, NULL},
	[K_OFF] = {W_IN, C_LONG, NULL},
	[K_HALF_LO] = S_IN(MISC),
	[K_HALF_HI] = S_IN(MISC),
	[K_HEX] = {W_IN, C_HEX, NULL},
	[K_ADDR] = {W_IN, C_ADDR, NULL},
	[K_FD] = {W_IN, C_FD, NULL},
	[K_DIRFD] = S_IN(FILE),
	[K_MODE] = S_IN(FILE),
	[K_PID] = {W_IN, C_PID, NULL},
	[K_UID] = S_IN(PROCESS),
	[K_GID] = S_IN(PROCESS),
	[K_SIG] = S_IN(SIGNAL),
	[K_CLOCKID] = S_IN(TIME),
	[K_DEV] = S_IN(FILE),
	[K_KEY] = S_IN(MISC),
	[K_TIMERID] = DEC,
	[K_PATH] = P_IN(MISC),
	[K_STR] = P_IN(MISC),
	[K_BUF_IN] = P_IN(MISC),
	[K_BUF_OUT] = P_OUT(MISC),
	[K_STR_OUT] = P_OUT(MISC),
	[K_CWD_OUT] = P_OUT(MISC),
	[K_IOV_IN] = P_IN(MISC),
	[K_IOV_OUT] = P_ALWAYS(MISC),
	[K_STRV] = P_IN(MISC),
	[K_ENVV] = P_IN(MISC),
	[K_TIMESPEC_IN] = P_IN(TIME),
	[K_TIMESPEC64_IN] = P_IN(TIME),
	[K_TIMESPEC_ARR2_IN] = P_IN(TIME),
	[K_TIMESPEC64_ARR2_IN] = P_IN(TIME),
	[K_TIMEVAL_IN] = P_IN(TIME),
	[K_TIMEVAL_ARR2_IN] = P_IN(TIME),
	[K_UTIMBUF_IN] = P_IN(TIME),
	[K_TIMEZONE_IN] = P_IN(TIME),
	[K_ITIMERVAL_IN] = P_IN(TIME),
	[K_ITIMERSPEC_IN] = P_IN(TIME),
	[K_ITIMERSPEC64_IN] = P_IN(TIME),
	[K_SIGSET_IN] = P_IN(SIGNAL),
	[K_OLD_SIGSET_IN] = P_IN(SIGNAL),
	[K_OLD_SIGMASK] = S_IN(SIGNAL),
	[K_SIGACTION_IN] = P_IN(SIGNAL),
	[K_OLD_SIGACTION_IN] = P_IN(SIGNAL),
	[K_SIGALTSTACK_IN] = P_IN(SIGNAL),
	[K_SIGINFO_IN] = P_IN(SIGNAL),
	[K_SIGEVENT_IN] = P_IN(SIGNAL),
	[K_RLIMIT_IN] = P_IN(PROCESS),
	[K_RLIMIT64_IN] = P_IN(PROCESS),
	[K_FLOCK_ARG] = P_IN(FILE),
	[K_EPOLL_EVENT_IN] = P_IN(WAIT),
	[K_USER_DESC_INOUT] = P_IN(PROCESS),
	[K_OPEN_HOW_IN] = P_IN(FILE),
	[K_CLONE_ARGS_IN] = P_ALWAYS(PROCESS),
	[K_GIDS_IN] = P_IN(PROCESS),
	[K_CPUSET_IN] = P_IN(PROCESS),
	[K_SCHED_PARAM_IN] = P_IN(MISC),
	[K_INT_IN] = P_IN(MISC),
	[K_PSELECT_SIG_IN] = P_IN(WAIT),
	[K_MMAP_ARGS_IN] = P_IN(MISC),
	[K_SELECT_ARGS_IN] = P_IN(MISC),
	[K_STAT_OUT] = P_OUT(FILE),
	[K_OLDSTAT_OUT] = P_OUT(FILE),
	[K_STAT64_OUT] = P_OUT(FILE),
	[K_STATX_OUT] = P_OUT(FILE),
	[K_STATFS_OUT] = P_OUT(FILE),
	[K_STATFS64_OUT] = P_OUT(FILE),
	[K_UTSNAME_OUT] = P_OUT(MISC),
	[K_OLD_UTSNAME_OUT] = P_OUT(MISC),
	[K_RUSAGE_OUT] = P_OUT(WAIT),
	[K_WSTATUS_OUT] = P_OUT(WAIT),
	[K_SIGINFO_OUT] = P_OUT(SIGNAL),
	[K_TIMESPEC_OUT] = P_OUT(TIME),
	[K_TIMESPEC64_OUT] = P_OUT(TIME),
	[K_TIMEVAL_OUT] = P_OUT(TIME),
	[K_TIMEZONE_OUT] = P_OUT(TIME),
	[K_TIME_OUT] = P_OUT(TIME),
	[K_ITIMERVAL_OUT] = P_OUT(TIME),
	[K_ITIMERSPEC_OUT] = P_OUT(TIME),
	[K_ITIMERSPEC64_OUT] = P_OUT(TIME),
	[K_SIGSET_OUT] = P_OUT(SIGNAL),
	[K_OLD_SIGSET_OUT] = P_OUT(SIGNAL),
	[K_SIGACTION_OUT] = P_OUT(SIGNAL),
	[K_OLD_SIGACTION_OUT] = P_OUT(SIGNAL),
	[K_SIGALTSTACK_OUT] = P_OUT(SIGNAL),
	[K_RLIMIT_OUT] = P_OUT(PROCESS),
	[K_RLIMIT64_OUT] = P_OUT(PROCESS),
	[K_SYSINFO_OUT] = P_OUT(MISC),
	[K_TMS_OUT] = P_OUT(TIME),
	[K_FDPAIR_OUT] = P_OUT(MISC),
	[K_INT_OUT] = P_OUT(MISC),
	[K_UINT_OUT] = P_OUT(MISC),
	[K_LONG_OUT] = P_OUT(MISC),
	[K_ADDR_OUT] = P_OUT(MISC),
	[K_OFF_INOUT] = P_IN(MISC),
	[K_OFF64_INOUT] = P_IN(MISC),
	[K_OFF64_OUT] = P_OUT(MISC),
	[K_DIRENTS_OUT] = P_OUT(FILE),
	[K_DIRENTS64_OUT] = P_OUT(FILE),
	[K_GIDS_OUT] = P_OUT(PROCESS),
	[K_IDS3_OUT] = P_OUT(MISC),
	[K_CPUSET_OUT] = P_OUT(PROCESS),
	[K_SCHED_PARAM_OUT] = P_OUT(MISC),
	[K_TIMERID_OUT] = P_OUT(MISC),
	[K_CAP_HEADER] = P_IN(PROCESS),
	[K_CAP_DATA_IN] = P_IN(PROCESS),
	[K_CAP_DATA_OUT] = P_OUT(PROCESS),
	[K_POLLFDS_INOUT] = P_IN(WAIT),
	[K_FDSET_INOUT] = P_IN(WAIT),
	[K_EPOLL_EVENTS_OUT] = P_OUT(WAIT),
	[K_SOCK_DOMAIN] = VAL(x_af),
	[K_SOCK_TYPE] = S_IN(NET),
	[K_SOCK_PROTO] = S_IN(NET),
	[K_SOCKADDR_IN] = P_IN(NET),
	[K_SOCKADDR_OUT] = P_ALWAYS(NET),
	[K_SOCKLEN_INOUT] = P_ALWAYS(NET),
	[K_MSGHDR_IN] = P_IN(NET),
	[K_MSGHDR_OUT] = P_ALWAYS(NET),
	[K_MMSGHDR_IN] = P_ALWAYS(NET),
	[K_MMSGHDR_OUT] = P_ALWAYS(NET),
	[K_MSG_FLAGS] = FLAGS(x_msg),
	[K_SOL_LEVEL] = VAL(x_sol),
	[K_SOL_NAME] = S_IN(NET),
	[K_SOCKOPT_IN] = P_IN(NET),
	[K_SOCKOPT_OUT] = P_ALWAYS(NET),
	[K_SHUT_HOW] = VAL(x_shut),
	[K_SOCKCALL_NR] = VAL(x_sockcall),
	[K_SOCKCALL_ARGS] = {W_IN, C_ADDR, NULL},
	[K_OPEN_FLAGS] = S_IN(FILE),
	[K_OPEN_MODE] = S_IN(FILE),
	[K_ACCESS_MODE] = FLAGS(x_access),
	[K_AT_FLAGS] = S_IN(FILE),
	[K_SEEK_WHENCE] = VAL(x_whence),
	[K_PROT] = S_IN(MISC),
	[K_MMAP_FLAGS] = S_IN(MISC),
	[K_MREMAP_FLAGS] = FLAGS(x_mremap),
	[K_MADV] = VAL(x_madv),
	[K_MSYNC_FLAGS] = FLAGS(x_msync),
	[K_MLOCK_FLAGS] = S_IN(MISC),
	[K_CLONE_FLAGS] = S_IN(PROCESS),
	[K_WAIT_OPTIONS] = FLAGS(x_wait),
	[K_IDTYPE] = VAL(x_idtype),
	[K_SIGHOW] = VAL(x_sighow),
	[K_FCNTL_CMD] = VAL(x_fcntl),
	[K_FCNTL_ARG] = S_IN(FILE),
	[K_IOCTL_CMD] = S_IN(FILE),
	[K_IOCTL_ARG] = S_IN(FILE),
	[K_FUTEX_OP] = VAL(x_futex),
	[K_FUTEX_VAL] = S_IN(PROCESS),
	[K_FUTEX_TIMEOUT] = S_IN(PROCESS),
	[K_FUTEX_TIMEOUT64] = S_IN(PROCESS),
	[K_PRCTL_OP] = VAL(x_prctl),
	[K_PRCTL_ARG] = S_IN(PROCESS),
	[K_ARCH_PRCTL_OP] = VAL(x_arch_prctl),
	[K_ARCH_PRCTL_ARG] = S_IN(PROCESS),
	[K_RLIMIT_RES] = VAL(x_rlimit),
	[K_RUSAGE_WHO] = VAL(x_rusage),
	[K_EPOLL_OP] = VAL(x_epoll_op),
	[K_EPOLL_FLAGS] = FLAGS(x_epoll_create),
	[K_PIPE_FLAGS] = FLAGS(x_open),
	[K_DUP3_FLAGS] = FLAGS(x_open),
	[K_EVENTFD_FLAGS] = FLAGS(x_eventfd),
	[K_SIGNALFD_FLAGS] = FLAGS(x_signalfd),
	[K_TIMERFD_FLAGS] = FLAGS(x_timerfd),
	[K_TIMER_FLAGS] = FLAGS(x_timer),
	[K_INOTIFY_FLAGS] = FLAGS(x_inotify_init),
	[K_INOTIFY_MASK] = FLAGS(x_inotify),
	[K_GRND_FLAGS] = FLAGS(x_grnd),
	[K_MEMFD_FLAGS] = S_IN(MISC),
	[K_ITIMER_WHICH] = VAL(x_itimer),
	[K_PRIO_WHICH] = VAL(x_prio),
	[K_SCHED_POLICY] = S_IN(MISC),
	[K_PERSONALITY] = S_IN(MISC),
	[K_FLOCK_OP] = FLAGS(x_flock),
	[K_FALLOC_MODE] = FLAGS(x_falloc),
	[K_FADVISE] = VAL(x_fadvise),
	[K_STATX_MASK] = FLAGS(x_statx_mask),
	[K_RENAME_FLAGS] = FLAGS(x_rename),
	[K_XATTR_FLAGS] = FLAGS(x_xattr),
	[K_SPLICE_FLAGS] = FLAGS(x_splice),
	[K_RWF_FLAGS] = FLAGS(x_rwf),
	[K_MOUNT_FLAGS] = S_IN(MISC),
	[K_UMOUNT_FLAGS] = FLAGS(x_umount),
	[K_CLOSE_RANGE_FLAGS] = FLAGS(x_close_range),
	[K_MEMBARRIER_CMD] = VAL(x_membarrier),
	[K_SYSLOG_ACTION] = S_IN(MISC),
	[K_SECCOMP_OP] = VAL(x_seccomp),
	[K_X_HEXBUF_OUT] = P_OUT(MISC),
	[K_X_PGOFF] = S_IN(MISC),
	[K_X_MKMODE] = S_IN(FILE),
	[K_X_MKDEV] = S_IN(FILE),
	[K_X_FSEC] = P_ALWAYS(MISC),
	[K_X_DROP] = {W_IN, C_NONE, NULL},
	[K_X_REM_OUT] = P_ALWAYS(TIME),
	[K_X_REM64_OUT] = P_ALWAYS(TIME),
	[K_X_CPUVEC_OUT] = P_OUT(MISC),
	[K_X_HANDLER] = S_IN(SIGNAL),
	[K_X_FRAME] = S_IN(SIGNAL),
	[K_X_AT_ACCESS] = FLAGS(x_at_access),
	[K_X_AT_STATX] = S_IN(FILE),
	[K_X_TIMERFD_SET] = FLAGS(x_timerfd_set),
	[K_X_SYNC_RANGE] = FLAGS(x_sync_range),
	[K_X_MLOCKALL] = FLAGS(x_mlockall),
	[K_X_CLONE] = S_IN(PROCESS),
	[K_X_CLONE2] = S_OUT(PROCESS),
	[K_X_SOCK_FLAGS] = FLAGS(x_sock_flags),
	[K_X_NEW_ADDR] = {W_IN, C_ADDR, NULL},
	[K_X_IPC_FLAGS] = S_IN(MISC),
	[K_X_FUTEX4] = {W_IN, C_ADDR, NULL},
	[K_X_FUTEX5] = S_IN(PROCESS),
	[K_X_TIMEX] = P_OUT(TIME),
	[K_X_TIMEX64] = P_OUT(TIME),
	[K_X_IOPRIO_WHO] = VAL(x_ioprio_who),
	[K_X_IOPRIO] = S_IN(MISC),
	[K_X_MEMBARRIER] = FLAGS(x_membarrier_flags),
	[K_X_MQATTR_IN] = P_IN(MISC),
	[K_X_MQATTR_OUT] = P_OUT(MISC),
	[K_X_MQATTR_CREAT] = P_IN(MISC),
	[K_X_SET_FLAGS] = S_IN(MISC),
	[K_X_SET_VAL] = S_IN(MISC),
	[K_X_SET_FLAGS64] = S_IN(MISC),
	[K_X_HEX32] = S_IN(MISC),
	[K_X_FUTEX_WAITV] = P_IN(MISC),
	[K_X_KEXEC_SEGMENTS] = P_IN(MISC),
	[K_X_KEXEC_FLAGS] = S_IN(MISC),
	[K_X_IO_EVENTS_OUT] = P_OUT(MISC),
	[K_X_IO_EVENT_OUT] = P_OUT(MISC),
	[K_X_IOCBS] = P_IN(MISC),
	[K_X_IOCB] = P_IN(MISC),
	[K_X_USER_DESC] = P_IN(PROCESS),
	[K_X_OLD_DIRENT_OUT] = P_OUT(FILE),
	[K_X_FD_THERE] = S_IN(MISC),
	[K_X_TIMEOUT_LEFT] = P_ALWAYS(TIME),
	[K_X_PAGES] = P_IN(MISC),
	[K_X_PAGE_NODES] = P_IN(MISC),
	[K_X_PAGE_STATUS_OUT] = P_ALWAYS(MISC),
	[K_X_URING_PARAMS] = P_IN(MISC),
	[K_X_URING_REGISTER] = P_IN(MISC),
	[K_X_SIGSET] = P_IN(SIGNAL),
	[K_X_NODES] = P_IN(MISC),
	[K_X_NODES_OUT] = P_ALWAYS(MISC),
	[K_X_MPOL_OUT] = P_OUT(MISC),
	[K_X_FAN_DIRFD] = S_IN(MISC),
	[K_X_PGID] = S_IN(MISC),
	[K_X_TGID] = S_IN(MISC),
	[K_X_IOPRIO_ID] = S_IN(MISC),
	[K_X_SECCOMP_FLAGS] = S_IN(MISC),
	[K_X_SECCOMP_ARG] = S_IN(MISC),
	[K_X_KCMP] = S_IN(MISC),
	[K_X_CMDLINE] = P_IN(MISC),
	[K_X_REBOOT_ARG] = S_IN(MISC),
	[K_X_LOGLEVEL] = S_IN(MISC),
	[K_X_FAN_INIT] = S_IN(MISC),
	[K_X_MEMFD] = S_IN(MISC),
	[K_X_MOUNT_FLAGS] = S_IN(MISC),
	[K_X_IPC_ARG] = S_IN(MISC),
	[K_X_IPC_CALL] = S_IN(MISC),
	[K_X_MSGBUF_IN] = P_IN(MISC),
	[K_X_MSGBUF_OUT] = P_OUT(MISC),
	[K_X_QCMD] = S_IN(MISC),
	[K_X_QUOTA_ARG] = P_IN(MISC),
	[K_X_KEY_PERM] = S_IN(MISC),
	[K_X_KEY_MOVE] = S_IN(MISC),
	[K_X_KEY_REQKEY] = S_IN(MISC),
	[K_X_KEY_ERROR] = S_IN(MISC),
	[K_X_KEY_TEXT] = P_OUT(MISC),
	[K_X_KEY_BYTES] = P_OUT(MISC),
	[K_X_KEY_DH] = P_IN(MISC),
	[K_X_KEY_KDF] = P_ALWAYS(MISC),
	[K_X_KEY_QUERY] = P_OUT(MISC),
	[K_X_KEY_PARAMS] = P_IN(MISC),
	[K_X_KEY_DATA_IN] = P_IN(MISC),
	[K_X_KEY_DATA_OUT] = P_OUT(MISC),
	[K_X_KEY_CAPS] = P_OUT(MISC),
	[K_X_NAME256] = P_IN(MISC),
	[K_X_NAME250] = P_IN(MISC),
	[K_X_PTRACE_REQ] = S_IN(MISC),
	[K_X_PTRACE_ADDR] = S_IN(MISC),
	[K_X_PTRACE_DATA] = S_IN(MISC),
	[K_X_SYSCTL] = P_IN(MISC),
	[K_X_SCHED_ATTR_IN] = P_ALWAYS(MISC),
	[K_X_HEXBUF_IN] = P_IN(MISC),
	[K_X_SCHED_ATTR_OUT] = P_OUT(MISC),
	[K_X_HANDLE_IN] = P_IN(MISC),
	[K_X_KEYRING] = S_IN(MISC),
	[K_X_MPOL] = S_IN(MISC),
	[K_X_SWAP] = S_IN(MISC),
	[K_X_SHMCTL] = S_IN(MISC),
	[K_X_SEMCTL] = S_IN(MISC),
	[K_X_MSGCTL] = S_IN(MISC),
	[K_X_SEMBUF] = P_IN(MISC),
	[K_X_IOV_ADDR] = P_IN(MISC),
	[K_X_BPF] = P_IN(MISC),
	[K_X_PERF_ATTR] = P_IN(MISC),
	[K_X_LANDLOCK_ATTR] = P_IN(MISC),
	[K_X_LANDLOCK_RULE] = P_IN(MISC),
	[K_X_MOUNT_ATTR] = P_IN(MISC),
	[K_X_REBOOT_MAGIC1] = VAL(x_reboot_magic1),
	[K_X_REBOOT_MAGIC2] = VAL(x_reboot_magic2),
	[K_X_REBOOT_CMD] = VAL(x_reboot_cmd),
};

static bool fcntl_has_arg(u64 cmd)
{
	switch (cmd) {
	case F_GETFD:
	case F_GETFL:
	case F_GETOWN:
	case 11:   /* F_GETSIG */
	case 1025: /* F_GETLEASE */
	case 1032: /* F_GETPIPE_SZ */
	case 1034: /* F_GET_SEALS */
		return false;
	default:
		return true;
	}
}

static bool skip(struct tline *t, u32 i)
{
	u64 prev = i ? t->arg[i - 1] : 0;
	u32 run = 0;

	switch (t->kind[i]) {
	case K_HALF_LO:
	case K_HALF_HI: /* the second of a pair */
		while (run < i &&
		       (t->kind[i - 1 - run] == K_HALF_LO || t->kind[i - 1 - run] == K_HALF_HI))
			run++;
		return run & 1;
	case K_OPEN_MODE: /* __O_TMPFILE is none of mq_open's */
		return !(prev & (O_CREAT | (t->name[0] == 'o' ? 020000000 : 0)));
	case K_FCNTL_ARG:
		return !fcntl_has_arg((u32)prev);
	case K_IOCTL_ARG:
		return ioctl_desc_none((u32)prev);
	case K_X_MKDEV:
		return !S_ISCHR(prev) && !S_ISBLK(prev);
	case K_X_MQATTR_CREAT:
		return !(t->arg[1] & O_CREAT);
	case K_X_DROP:
		return true;
	case K_X_KCMP:
		return t->arg[2] > 0 && (u32)t->arg[2] < 7;
	case K_X_REBOOT_ARG:
		return (u32)prev != 0xa1b2c3d4; /* LINUX_REBOOT_CMD_RESTART2 */
	case K_X_NEW_ADDR:
		return (prev & 3) != 3; /* MREMAP_MAYMOVE | MREMAP_FIXED */
	default:
		return process_skip(t, i);
	}
}

/* Kinds that are in or out as the command before them says. */
static bool is_out_here(struct tline *t, u32 i)
{
	if (t->kind[i] == K_FCNTL_ARG)
		return fcntl_arg_is_out((u32)t->arg[i - 1]);
	if (t->kind[i] == K_IOCTL_ARG)
		return ioctl_arg_is_out((u32)t->arg[i - 1]) ||
		       ioctl_net_is_out((u32)t->arg[i - 1]) ||
		       ioctl_desc_is_out((u32)t->arg[i - 1]);
	if (t->kind[i] == K_X_QUOTA_ARG)
		return quota_arg_is_out(t);
	if (t->kind[i] == K_X_IPC_ARG)
		return ipc_arg_is_out(t);
	return process_is_out(t, i);
}

static void print_scalar(struct tline *t, const struct kind *k, u64 v)
{
	switch (k->cls) {
	case C_DEC:
		put_dec(t, (s32)v);
		break;
	case C_FD:
		put_fd(t, (s32)v);
		break;
	case C_PID:
		put_pid(t, (s32)v);
		break;
	case C_UDEC:
		put_udec(t, (u32)v);
		break;
	case C_LONG:
		put_dec(t, t->compat ? (s32)v : (s64)v);
		break;
	case C_ULONG:
		put_udec(t, v);
		break;
	case C_HEX:
		put_hex(t, v);
		break;
	case C_ADDR:
		put_addr(t, v);
		break;
	case C_FLAGS:
		put_flags(t, k->set, (u32)v);
		break;
	case C_VAL:
		put_val(t, k->set, (u32)v);
		break;
	default:
		break;
	}
}

/* -e raw= */
static void put_raw(struct tline *t, u32 i)
{
	if (!t->first)
		put(t, ", ");
	t->first = false;
	if (topt.json) {
		putch(t, MARK_ARG);
		putch(t, (char)('0' + i));
	}
	put_hex(t, t->arg[i]);
}

/* Strings, which -e verbose= leaves alone: it is about structs. */
static bool is_text(u16 kind)
{
	switch (kind) {
	case K_PATH:
	case K_STR:
	case K_BUF_IN:
	case K_BUF_OUT:
	case K_STR_OUT:
	case K_CWD_OUT:
	case K_X_HEXBUF_OUT:
		return true;
	default:
		return false;
	}
}

/* Of arguments of which a part goes in and a part comes out; returns false at entry where more is
 * to come. */
typedef bool (*both_fn)(struct tline *t, u64 v);

static both_fn both_printer(struct tline *t, u32 i)
{
	switch (t->kind[i]) {
	case K_IOCTL_ARG:
		return ioctl_desc_is_both((u32)t->arg[i - 1]) ? ioctl_both : NULL;
	case K_X_PTRACE_DATA:
		return ptrace_data;
	case K_X_BPF:
		return bpf_attr;
	case K_X_PERF_ATTR:
		return perf_attr;
	case K_X_URING_PARAMS:
		return uring_params;
	case K_X_URING_REGISTER:
		return uring_register;
	case K_X_HANDLE:
		return file_handle;
	default:
		return NULL;
	}
}

/* An argument that is shown in two parts. */
static bool print_both(struct tline *t, u32 i)
{
	bool done;

	if (!t->exiting && !t->first)
		put(t, ", ");
	if (!t->exiting && topt.json) {
		putch(t, MARK_ARG);
		putch(t, (char)('0' + i));
	}
	t->index = i;
	done = both_printer(t, i)(t, t->arg[i]);
	t->first = !done; /* no comma where the second part begins */
	return done;
}

bool trace_print_arg(struct tline *t, u32 i)
{
	u16 kind = t->kind[i];
	const struct kind *k = &kinds[kind < K_X_COUNT ? kind : K_NONE];
	u64 v = t->arg[i];
	bool done = true;

	if (unlikely(t->raw)) {
		put_raw(t, i);
		return true;
	}
	if (skip(t, i))
		return true;
	if (both_printer(t, i))
		return print_both(t, i);
	if (!t->exiting && (k->when != W_IN || is_out_here(t, i)))
		return false;
	if (!t->first && kind != K_X_CLONE2) /* which puts its own, with its values */
		put(t, ", ");
	t->first = false;
	t->index = i;
	if (topt.json) {
		putch(t, MARK_ARG);
		putch(t, (char)('0' + i));
	}
	if ((k->cls & C_PTR) && !v) {
		put(t, "NULL");
		return true;
	}
	if (k->when == W_OUT && t->exiting && (u64)t->ret >= (u64)-4095L) {
		put_addr(t, v);
		return true;
	}
	if (unlikely(!t->verbose) && (k->cls & C_PTR) && !is_text(kind)) {
		put_addr(t, v);
		return true;
	}
	switch (k->cls & ~C_PTR) {
	case C_TIME:
		done = dec_time(t, kind, v);
		break;
	case C_SIGNAL:
		done = dec_signal(t, kind, v);
		break;
	case C_FILE:
		done = dec_file(t, kind, v);
		break;
	case C_WAIT:
		done = dec_wait(t, kind, v);
		break;
	case C_NET:
		done = dec_net(t, kind, v);
		break;
	case C_PROCESS:
		done = dec_process(t, kind, v);
		break;
	case C_MISC:
		done = dec_misc(t, kind, v);
		break;
	default:
		print_scalar(t, k, v);
		break;
	}
	if (!done) /* the memory could not be read */
		put_addr(t, v);
	return true;
}
