/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What system calls move, and how they fail, as far as a limit speaks of it. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "abi/entry_work.h"
#include "host/host.h"
#include "sandbox/guard.h"
#include "sandbox/limits_internal.h"

enum move {
	MOVE_NONE,
	MAY_GROW, /* a file, and fails where that is limited */
	MOVE_OUT, /* the result is the number of bytes, through one descriptor */
	MOVE_IN,
	MOVE_MMSG, /* the result is the number of messages of a vector */
	MOVE_SOCKETCALL,
	MAKE_FD,     /* a descriptor */
	MAKE_IPC,    /* a System V object */
	MAKE_MEMFD,  /* the same, of a file that takes memory */
	SET_XATTR,   /* by a path; the argument is the value's size */
	FSET_XATTR,  /* by a descriptor */
	SET_XATTRAT, /* by a path; the argument is a struct xattr_args */
};

struct counted {
	u8 move, arg; /* enum move; which argument is the descriptor */
};
static struct counted counted[2][POLICY_CALLS];

static int (*read_guest)(void *dst, guest_addr src, size_t n);
static struct stat std_out, std_err;

static const struct {
	const char *name;
	struct counted how;
} calls[] = {
	{"write", {MOVE_OUT, 0}},
	{"writev", {MOVE_OUT, 0}},
	{"pwrite64", {MOVE_OUT, 0}},
	{"pwritev", {MOVE_OUT, 0}},
	{"pwritev2", {MOVE_OUT, 0}},
	{"sendfile", {MOVE_OUT, 0}},
	{"sendfile64", {MOVE_OUT, 0}},
	{"splice", {MOVE_OUT, 2}},
	{"copy_file_range", {MOVE_OUT, 2}},
	{"vmsplice", {MOVE_OUT, 0}},
	{"fallocate", {MAY_GROW, 0}},
	{"shmget", {MAKE_IPC, 0}},
	{"ipc", {MAKE_IPC, 0}},
	{"msgget", {MAKE_IPC, 0}},
	{"semget", {MAKE_IPC, 0}},
	{"truncate", {MAY_GROW, 0}},
	{"truncate64", {MAY_GROW, 0}},
	{"ftruncate", {MAY_GROW, 0}},
	{"ftruncate64", {MAY_GROW, 0}},
	{"tee", {MOVE_OUT, 1}},
	{"sendto", {MOVE_OUT, 0}},
	{"sendmsg", {MOVE_OUT, 0}},
	{"read", {MOVE_IN, 0}},
	{"readv", {MOVE_IN, 0}},
	{"recvfrom", {MOVE_IN, 0}},
	{"recvmsg", {MOVE_IN, 0}},
	{"sendmmsg", {MOVE_MMSG, 0}},
	{"recvmmsg", {MOVE_MMSG, 0}},
	{"recvmmsg_time64", {MOVE_MMSG, 0}},
	{"socketcall", {MOVE_SOCKETCALL, 0}},
	{"open", {MAKE_FD, 0}},
	{"openat", {MAKE_FD, 0}},
	{"openat2", {MAKE_FD, 0}},
	{"creat", {MAKE_FD, 0}},
	{"dup", {MAKE_FD, 0}},
	{"fcntl", {MAKE_FD, 0}},
	{"fcntl64", {MAKE_FD, 0}},
	{"pipe", {MAKE_FD, 0}},
	{"pipe2", {MAKE_FD, 0}},
	{"socket", {MAKE_FD, 0}},
	{"socketpair", {MAKE_FD, 0}},
	{"accept", {MAKE_FD, 0}},
	{"accept4", {MAKE_FD, 0}},
	{"epoll_create", {MAKE_FD, 0}},
	{"epoll_create1", {MAKE_FD, 0}},
	{"eventfd", {MAKE_FD, 0}},
	{"eventfd2", {MAKE_FD, 0}},
	{"signalfd", {MAKE_FD, 0}},
	{"signalfd4", {MAKE_FD, 0}},
	{"timerfd_create", {MAKE_FD, 0}},
	{"inotify_init", {MAKE_FD, 0}},
	{"inotify_init1", {MAKE_FD, 0}},
	{"memfd_create", {MAKE_MEMFD, 0}},
	{"setxattr", {SET_XATTR, 3}},
	{"lsetxattr", {SET_XATTR, 3}},
	{"fsetxattr", {FSET_XATTR, 3}},
	{"setxattrat", {SET_XATTRAT, 4}},
	{"pidfd_open", {MAKE_FD, 0}},
	{"pidfd_getfd", {MAKE_FD, 0}},
};

static bool is_wanted(u8 move)
{
	switch (move) {
	case MAY_GROW:
		return limit_given(LIMIT_FILE_SIZE) || limit_given(LIMIT_MEMORY);
	case MAKE_IPC:
	case SET_XATTR:
	case FSET_XATTR:
	case SET_XATTRAT:
		return limit_given(LIMIT_MEMORY);
	case MAKE_FD:
		return limit_given(LIMIT_FILES);
	case MAKE_MEMFD:
		return limit_given(LIMIT_FILES) || limit_given(LIMIT_MEMORY);
	case MOVE_OUT:
		return limit_given(LIMIT_OUTPUT) || limit_given(LIMIT_NETWORK) ||
		       limit_given(LIMIT_FILE_SIZE) || limit_given(LIMIT_MEMORY);
	case MOVE_SOCKETCALL:
		return limit_given(LIMIT_NETWORK) || limit_given(LIMIT_FILES);
	default:
		return limit_given(LIMIT_NETWORK);
	}
}

static void find_calls(enum abi abi, const struct syscall_row *rows, u32 size)
{
	for (u32 nr = 0; nr < size && nr < POLICY_CALLS; nr++)
		for (size_t i = 0; rows[nr].name && i < ARRAY_SIZE(calls); i++)
			if (syscall_is_named(&rows[nr], calls[i].name))
				counted[abi][nr] = calls[i].how;
}

void limit_count_prepare(void)
{
	static bool done;

	if (done)
		return;
	find_calls(ABI_64, sys_call_table, sys_call_table_size);
	find_calls(ABI_32, ia32_sys_call_table, ia32_sys_call_table_size);
	done = true;
}

static void start_table(enum abi abi)
{
	for (u32 nr = 0; nr < POLICY_CALLS; nr++)
		if (counted[abi][nr].move && is_wanted(counted[abi][nr].move))
			guard_calls[abi][nr] |= GUARD_COUNT;
}

void limit_count_start(int (*read_user)(void *dst, guest_addr src, size_t n))
{
	read_guest = read_user;
	fstat(1, &std_out);
	fstat(2, &std_err);
	limit_count_prepare();
	start_table(ABI_64);
	start_table(ABI_32);
	entry_work.guard = true;
}

/* The address family of a socket; -1: not a socket. */
static int family(int fd)
{
	int domain = -1;
	u32 len = sizeof(domain);

	return host(SYS_getsockopt, fd, SOL_SOCKET, SO_DOMAIN, HP(&domain), HP(&len)) ? -1 : domain;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Pipes between processes of the run are not output. */
static bool is_output(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return false;
	return S_ISREG(st.st_mode) || S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode) ||
	       same_file(&st, &std_out) || same_file(&st, &std_err);
}

/* Nothing more is to be moved: the supervisor ends all, this process itself. */
static void add(u64 *sum, u64 n, enum limit_id id)
{
	if (__atomic_add_fetch(sum, n, __ATOMIC_SEQ_CST) <= limits.value[id])
		return;
	limit_hit(id);
	host(SYS_kill, host(SYS_getpid), SIGKILL);
}

static void moved(int fd, u64 bytes, bool out)
{
	int domain = limit_given(LIMIT_NETWORK) ? family(fd) : -1;

	if (domain >= 0 && domain != AF_UNIX)
		add(&limit_state->network, bytes, LIMIT_NETWORK);
	else if (out && limit_given(LIMIT_OUTPUT) && is_output(fd))
		add(&limit_state->output, bytes, LIMIT_OUTPUT);
}

/* msg_len of each struct mmsghdr: after a struct msghdr, of 56 or 28 bytes. */
static u64 messages(enum abi abi, guest_addr vec, long n)
{
	u64 at = abi == ABI_64 ? 56 : 28, stride = abi == ABI_64 ? 64 : 32, sum = 0;

	for (long i = 0; i < n; i++) {
		u32 len;

		if (read_guest(&len, vec + (u64)i * stride + at, sizeof(len)) == 0)
			sum += len;
	}
	return sum;
}

static bool name_is(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(name, *list))
			return true;
	return false;
}

static void count_socketcall(const u64 *args, long ret)
{
	static const char *const out[] = {"send", "sendto", "sendmsg", NULL};
	static const char *const in[] = {"recv", "recvfrom", "recvmsg", NULL};
	static const char *const vec[] = {"sendmmsg", "recvmmsg", NULL};
	const char *name = policy_inner_name(DEMUX_SOCKETCALL, (u32)args[0]);
	u32 word[2];

	if (ret == -EMFILE)
		limit_hit(LIMIT_FILES);
	if (!name || ret <= 0 || read_guest(word, args[1], sizeof(word)) != 0)
		return;
	if (name_is(name, out))
		moved((int)word[0], (u64)ret, true);
	else if (name_is(name, in))
		moved((int)word[0], (u64)ret, false);
	else if (name_is(name, vec))
		moved((int)word[0], messages(ABI_32, word[1], ret), true);
}

/* An attribute that was set before counts, too: nobody sets that many. */
static void count_xattr(struct counted c, const u64 *args)
{
	u32 size = (u32)args[c.arg];
	struct stat st;

	if (c.move == FSET_XATTR &&
	    (fstat((int)args[0], &st) || !limit_file_in_memory((int)args[0], &st)))
		return;
	if (c.move != FSET_XATTR && !limit_names_in_memory())
		return;
	if (c.move == SET_XATTRAT && read_guest(&size, args[c.arg] + 8, sizeof(size)))
		return;
	__atomic_add_fetch(&limit_state->xattrs, size, __ATOMIC_SEQ_CST);
}

static void count_memory(struct counted c, const u64 *args)
{
	if (c.move == MOVE_OUT || c.move == MAY_GROW)
		limit_flight_grown((int)args[c.arg]);
	else if (c.move == SET_XATTR || c.move == FSET_XATTR || c.move == SET_XATTRAT)
		count_xattr(c, args);
}

void limits_count(enum abi abi, u32 nr, const u64 *args, long ret)
{
	struct counted c = nr < POLICY_CALLS ? counted[abi][nr] : (struct counted){0};

	if (ret == -EMFILE && limit_given(LIMIT_FILES))
		limit_hit(LIMIT_FILES);
	if (ret == -EFBIG && limit_given(LIMIT_FILE_SIZE))
		limit_hit(LIMIT_FILE_SIZE);
	if (ret == -ENOSPC && c.move == MAKE_IPC)
		limits_data_refused(~0UL);
	if (c.move == MOVE_SOCKETCALL)
		count_socketcall(args, ret);
	if (c.move == MAKE_MEMFD && ret >= 0)
		limit_state->memfds = true;
	if (ret >= 0 && limit_given(LIMIT_MEMORY))
		count_memory(c, args);
	if (ret <= 0)
		return;
	if (c.move == MOVE_OUT || c.move == MOVE_IN)
		moved((int)args[c.arg], (u64)ret, c.move == MOVE_OUT);
	else if (c.move == MOVE_MMSG)
		moved((int)args[0], messages(abi, args[1], ret), true);
}
