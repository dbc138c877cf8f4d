/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arguments of rare calls, by name: many of them have no handler, and are shown all the same. */
#include <string.h>

#include "trace/flags.h"
#include "trace/flags_rare.h"

/* An argument: a kind, or with a set of names K_X_SET_FLAGS or K_X_SET_VAL. */
struct shape_arg {
	u16 kind;
	const struct xlat_set *set;
};
struct shape {
	const char *name;
	u8 nargs, pair; /* pair: the number of the argument of 64 bits, from 1 on */
	struct shape_arg arg[SYSCALL_MAX_ARGS];
};

/* clang-format off */
#define A(kind) {K_##kind, NULL}
#define F(x)	{K_X_SET_FLAGS, &(x)}
#define F64(x)	{K_X_SET_FLAGS64, &(x)}
#define V(x)	{K_X_SET_VAL, &(x)}
/* clang-format on */
#define SHAPE(name, n, ...)                                                                        \
	{                                                                                          \
		name, n, 0,                                                                        \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define SHAPE64(name, n, pair, ...)                                                                \
	{                                                                                          \
		name, n, pair,                                                                     \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
/* calls that never were: strace shows their arguments as they are */
#define RAW1(name) SHAPE(name, 1, A(HEX))
#define RAW2(name) SHAPE(name, 2, A(HEX), A(HEX))
#define RAW3(name) SHAPE(name, 3, A(HEX), A(HEX), A(HEX))
#define RAW4(name) SHAPE(name, 4, A(HEX), A(HEX), A(HEX), A(HEX))
#define RAW5(name) SHAPE(name, 5, A(HEX), A(HEX), A(HEX), A(HEX), A(HEX))

/* Sorted by name. */
static const struct shape shapes[] = {
	SHAPE("_sysctl", 1, A(X_SYSCTL)),
	SHAPE("acct", 1, A(PATH)),
	SHAPE("add_key", 5, A(STR), A(STR), A(BUF_IN), A(SIZE), A(X_KEYRING)),
	RAW5("afs_syscall"),
	RAW2("bdflush"),
	SHAPE("bpf", 3, V(x_bpf), A(X_BPF), A(UINT)),
	SHAPE("break", 0, A(NONE)),
	RAW2("create_module"),
	SHAPE("delete_module", 2, A(STR), F(x_delete_module)),
	RAW4("epoll_ctl_old"),
	RAW4("epoll_wait_old"),
	SHAPE("fanotify_init", 2, A(X_FAN_INIT), A(OPEN_FLAGS)),
	SHAPE64("fanotify_mark", 5, 3, A(FD), F(x_fan_mark), F64(x_fan_event), A(X_FAN_DIRFD),
		A(PATH)),
	SHAPE("finit_module", 3, A(FD), A(STR), F(x_module)),
	SHAPE("fsconfig", 5, A(FD), V(x_fsconfig), A(STR), A(ADDR), A(INT)),
	SHAPE("fsmount", 3, A(FD), F(x_fsmount), F(x_mount_attr)),
	SHAPE("fsopen", 2, A(STR), F(x_fsopen)),
	SHAPE("fspick", 3, A(DIRFD), A(PATH), F(x_fspick)),
	SHAPE("ftime", 0, A(NONE)),
	SHAPE("futex_waitv", 5, A(X_FUTEX_WAITV), A(UINT), A(X_HEX32), A(TIMESPEC64_IN),
	      A(CLOCKID)),
	RAW1("get_kernel_syms"),
	SHAPE("get_mempolicy", 5, A(X_MPOL_OUT), A(X_NODES_OUT), A(ULONG), A(ADDR),
	      F64(x_get_mempolicy)),
	SHAPE("get_thread_area", 1, A(USER_DESC_INOUT)),
	RAW5("getpmsg"),
	RAW2("gtty"),
	SHAPE("idle", 0, A(NONE)),
	SHAPE("init_module", 3, A(ADDR), A(ULONG), A(STR)),
	SHAPE("io_cancel", 3, A(ADDR), A(X_IOCB), A(X_IO_EVENT_OUT)),
	SHAPE("io_destroy", 1, A(ADDR)),
	SHAPE("io_getevents", 5, A(ADDR), A(LONG), A(LONG), A(X_IO_EVENTS_OUT), A(TIMESPEC_IN)),
	SHAPE("io_pgetevents", 6, A(ADDR), A(LONG), A(LONG), A(X_IO_EVENTS_OUT), A(TIMESPEC_IN),
	      A(PSELECT_SIG_IN)),
	SHAPE("io_pgetevents_time64", 6, A(ADDR), A(LONG), A(LONG), A(X_IO_EVENTS_OUT),
	      A(TIMESPEC64_IN), A(PSELECT_SIG_IN)),
	SHAPE("io_setup", 2, A(UINT), A(ADDR_OUT)),
	SHAPE("io_submit", 3, A(ADDR), A(LONG), A(X_IOCBS)),
	SHAPE("io_uring_enter", 6, A(FD), A(UINT), A(UINT), F(x_uring_enter), A(X_SIGSET),
	      A(ULONG)),
	SHAPE("io_uring_register", 4, A(FD), V(x_uring_register), A(X_URING_REGISTER), A(UINT)),
	SHAPE("io_uring_setup", 2, A(UINT), A(X_URING_PARAMS)),
	SHAPE("ioperm", 3, A(HEX), A(HEX), A(INT)),
	SHAPE("iopl", 1, A(INT)),
	SHAPE("kcmp", 5, A(PID), A(PID), V(x_kcmp), A(X_KCMP), A(X_KCMP)),
	SHAPE("kexec_file_load", 5, A(FD), A(FD), A(ULONG), A(X_CMDLINE), F64(x_kexec_file)),
	SHAPE("kexec_load", 4, A(ADDR), A(ULONG), A(X_KEXEC_SEGMENTS), A(X_KEXEC_FLAGS)),
	SHAPE("keyctl", 5, V(x_keyctl), A(HEX), A(HEX), A(HEX), A(HEX)),
	SHAPE("landlock_add_rule", 4, A(FD), V(x_landlock_rule), A(X_LANDLOCK_RULE), A(X_HEX32)),
	SHAPE("landlock_create_ruleset", 3, A(X_LANDLOCK_ATTR), A(ULONG), F(x_landlock_create)),
	SHAPE("landlock_restrict_self", 2, A(FD), A(X_HEX32)),
	SHAPE("listmount", 4, A(ADDR), A(ADDR), A(SIZE), A(HEX)),
	SHAPE("lock", 0, A(NONE)),
	SHAPE64("lookup_dcookie", 3, 1, A(ULONG), A(STR_OUT), A(ULONG)),
	SHAPE("map_shadow_stack", 3, A(ADDR), A(SIZE), A(HEX)),
	SHAPE("mbind", 6, A(ADDR), A(ULONG), A(X_MPOL), A(X_NODES), A(ULONG), F(x_mbind)),
	SHAPE("memfd_secret", 1, F(x_memfd_secret)),
	SHAPE("migrate_pages", 4, A(X_TGID), A(ULONG), A(X_NODES), A(X_NODES)),
	SHAPE("mlock2", 3, A(ADDR), A(SIZE), F(x_mlock)),
	SHAPE("modify_ldt", 3, A(INT), A(ADDR), A(ULONG)),
	SHAPE("mount_setattr", 5, A(DIRFD), A(PATH), F(x_mount_setattr), A(X_MOUNT_ATTR), A(ULONG)),
	SHAPE("move_mount", 5, A(DIRFD), A(PATH), A(DIRFD), A(PATH), F(x_move_mount)),
	SHAPE("move_pages", 6, A(PID), A(ULONG), A(X_PAGES), A(X_PAGE_NODES), A(X_PAGE_STATUS_OUT),
	      F(x_move_pages)),
	SHAPE("mpx", 0, A(NONE)),
	SHAPE("msgctl", 3, A(INT), A(X_MSGCTL), A(X_IPC_ARG)),
	SHAPE("msgget", 2, A(KEY), A(X_IPC_FLAGS)),
	SHAPE("msgrcv", 5, A(INT), A(X_MSGBUF_OUT), A(SIZE), A(LONG), F(x_ipc_msg)),
	SHAPE("msgsnd", 4, A(INT), A(X_MSGBUF_IN), A(SIZE), F(x_ipc_msg)),
	SHAPE("name_to_handle_at", 5, A(DIRFD), A(PATH), A(X_HANDLE), A(INT_OUT), F(x_handle_at)),
	RAW3("nfsservctl"),
	SHAPE("open_by_handle_at", 3, A(FD), A(X_HANDLE_IN), A(OPEN_FLAGS)),
	SHAPE("open_tree", 3, A(DIRFD), A(PATH), F(x_open_tree)),
	SHAPE("perf_event_open", 5, A(X_PERF_ATTR), A(PID), A(INT), A(FD), F64(x_perf_flags)),
	SHAPE("pidfd_getfd", 3, A(FD), A(X_FD_THERE), A(X_HEX32)),
	SHAPE("pidfd_open", 2, A(PID), F(x_pidfd_open)),
	SHAPE("pivot_root", 2, A(PATH), A(PATH)),
	SHAPE("pkey_alloc", 2, A(HEX), F64(x_pkey)),
	SHAPE("pkey_free", 1, A(INT)),
	SHAPE("pkey_mprotect", 4, A(ADDR), A(SIZE), F64(x_prot), A(INT)),
	SHAPE("process_madvise", 5, A(FD), A(X_IOV_ADDR), A(SIZE), A(MADV), A(X_HEX32)),
	SHAPE("process_mrelease", 2, A(FD), A(X_HEX32)),
	SHAPE("process_vm_readv", 6, A(PID), A(IOV_OUT), A(SIZE), A(X_IOV_ADDR), A(SIZE), A(SIZE)),
	SHAPE("process_vm_writev", 6, A(PID), A(IOV_IN), A(SIZE), A(X_IOV_ADDR), A(SIZE), A(SIZE)),
	SHAPE("prof", 0, A(NONE)),
	RAW4("profil"),
	SHAPE("ptrace", 4, V(x_ptrace), A(PID), A(ADDR), A(ADDR)),
	RAW5("putpmsg"),
	RAW5("query_module"),
	SHAPE("remap_file_pages", 5, A(ADDR), A(SIZE), F64(x_prot), A(SIZE), A(MMAP_FLAGS)),
	SHAPE("request_key", 4, A(STR), A(STR), A(STR), A(X_KEYRING)),
	SHAPE("sched_getattr", 4, A(X_TGID), A(X_SCHED_ATTR_OUT), A(UINT), A(UINT)),
	SHAPE("sched_setattr", 3, A(X_TGID), A(X_SCHED_ATTR_IN), A(UINT)),
	SHAPE("seccomp", 3, A(SECCOMP_OP), A(X_SECCOMP_FLAGS), A(X_SECCOMP_ARG)),
	RAW3("security"),
	SHAPE("semctl", 4, A(INT), A(INT), A(X_SEMCTL), A(X_IPC_ARG)),
	SHAPE("semget", 3, A(KEY), A(INT), A(X_IPC_FLAGS)),
	SHAPE("semop", 3, A(INT), A(X_SEMBUF), A(UINT)),
	SHAPE("semtimedop", 4, A(INT), A(X_SEMBUF), A(UINT), A(TIMESPEC_IN)),
	SHAPE("semtimedop_time64", 4, A(INT), A(X_SEMBUF), A(UINT), A(TIMESPEC64_IN)),
	SHAPE("set_mempolicy", 3, A(X_MPOL), A(X_NODES), A(ULONG)),
	SHAPE("set_mempolicy_home_node", 4, A(ADDR), A(ULONG), A(ULONG), A(HEX)),
	SHAPE("set_thread_area", 1, A(USER_DESC_INOUT)),
	SHAPE("setns", 2, A(FD), F(x_setns)),
	SHAPE("shmat", 3, A(INT), A(ADDR), F(x_shm_flags)),
	SHAPE("shmctl", 3, A(INT), A(X_SHMCTL), A(X_IPC_ARG)),
	SHAPE("shmdt", 1, A(ADDR)),
	SHAPE("shmget", 3, A(KEY), A(SIZE), A(X_IPC_FLAGS)),
	SHAPE("statmount", 4, A(ADDR), A(ADDR), A(SIZE), A(HEX)),
	RAW2("stty"),
	SHAPE("swapoff", 1, A(PATH)),
	SHAPE("swapon", 2, A(PATH), A(X_SWAP)),
	RAW3("sysfs"),
	RAW3("tuxcall"),
	RAW2("ulimit"),
	SHAPE("unshare", 1, F64(x_unshare)),
	SHAPE("uselib", 1, A(PATH)),
	SHAPE("userfaultfd", 1, F(x_uffd)),
	SHAPE("vhangup", 0, A(NONE)),
	RAW5("vm86"),
	RAW1("vm86old"),
	RAW5("vserver"),
};

int trace_find_shape(const char *name)
{
	size_t lo = 0, hi = ARRAY_SIZE(shapes);

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int c = strcmp(name, shapes[mid].name);

		if (!c)
			return (int)mid;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return -1;
}

/* On i386 a 64-bit argument is two: one becomes of them. */
static void join_pair(struct tline *t, u32 i)
{
	t->arg[i - 1] |= t->arg[i] << 32;
	memmove(&t->arg[i], &t->arg[i + 1], (SYSCALL_MAX_ARGS - i - 1) * sizeof(t->arg[0]));
}

bool trace_shape(struct tline *t, int n)
{
	if (n < 0)
		return false;
	if (t->compat && shapes[n].pair)
		join_pair(t, shapes[n].pair);
	t->nargs = shapes[n].nargs;
	for (u32 k = 0; k < t->nargs; k++) {
		t->kind[k] = shapes[n].arg[k].kind;
		t->set[k] = shapes[n].arg[k].set;
	}
	return true;
}

/* -y: results that are descriptors */
bool trace_makes_fd(const struct tline *t)
{
	static const char *const names[] = {
		"accept",
		"accept4",
		"creat",
		"dup",
		"dup2",
		"dup3",
		"epoll_create",
		"epoll_create1",
		"eventfd",
		"eventfd2",
		"fanotify_init",
		"fsmount",
		"fsopen",
		"fspick",
		"inotify_init",
		"inotify_init1",
		"io_uring_setup",
		"landlock_create_ruleset",
		"memfd_create",
		"memfd_secret",
		"mq_open",
		"open",
		"open_by_handle_at",
		"open_tree",
		"openat",
		"openat2",
		"perf_event_open",
		"pidfd_getfd",
		"pidfd_open",
		"signalfd",
		"signalfd4",
		"socket",
		"timerfd_create",
		"userfaultfd",
	};

	static const struct {
		const char *name;
		u32 arg, cmd; /* with this argument */
	} commands[] = {
		{"fcntl", 1, 0},
		{"fcntl", 1, 1030}, /* F_DUPFD, F_DUPFD_CLOEXEC */
		{"fcntl64", 1, 0},
		{"fcntl64", 1, 1030},
		{"bpf", 0, 0 /* MAP_CREATE */},
		{"bpf", 0, 5 /* PROG_LOAD */},
		{"bpf", 0, 7 /* OBJ_GET */},
		{"bpf", 0, 13 /* PROG_GET_FD_BY_ID */},
		{"bpf", 0, 14 /* MAP_ */},
		{"bpf", 0, 18 /* BTF_LOAD */},
		{"bpf", 0, 19 /* BTF_GET_FD_BY_ID */},
		{"bpf", 0, 28 /* LINK_CREATE */},
		{"bpf", 0, 30 /* LINK_GET_FD_BY_ID */},
		{"ioctl", 1, 0xb701 /* NS_GET_USERNS */},
		{"ioctl", 1, 0xb702 /* NS_GET_PARENT */},
		{"ioctl", 1, 0xae01 /* KVM_CREATE_VM */},
		{"ioctl", 1, 0xae41 /* KVM_CREATE_VCPU */},
	};

	if (t->ret < 0)
		return false;
	if (t->name[0] == 'l' && (t->arg[2] & 1)) /* LANDLOCK_CREATE_RULESET_VERSION */
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], t->name))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if ((u32)t->arg[commands[i].arg] == commands[i].cmd &&
		    !strcmp(commands[i].name, t->name))
			return true;
	return false;
}

bool trace_result_is_fd(const struct tline *t)
{
	return topt.decode_fds && trace_makes_fd(t);
}
