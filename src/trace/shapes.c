/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arguments of calls that have no handler: they return ENOSYS, and are shown all the same. */
#include <string.h>

#include "trace/internal.h"

struct shape {
	const char *name;
	u8 nargs;
	u16 kind[SYSCALL_MAX_ARGS];
};

#define SHAPE(name, n, ...)                                                                        \
	{                                                                                          \
		name, n,                                                                           \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}

static const struct shape shapes[] = {
	SHAPE("acct", 1, K_PATH),
	SHAPE("pivot_root", 2, K_PATH, K_PATH),
	SHAPE("swapoff", 1, K_PATH),
	SHAPE("delete_module", 2, K_STR, K_OPEN_FLAGS),
	SHAPE("iopl", 1, K_INT),
	SHAPE("ioperm", 3, K_HEX, K_HEX, K_INT),
	SHAPE("setns", 2, K_FD, K_CLONE_FLAGS),
	SHAPE("vhangup", 0, 0),
	SHAPE("userfaultfd", 1, K_PIPE_FLAGS),
	SHAPE("pidfd_getfd", 3, K_FD, K_FD, K_HEX),
	SHAPE("fspick", 3, K_DIRFD, K_PATH, K_HEX),
	SHAPE("fsopen", 2, K_STR, K_HEX),
	SHAPE("open_tree", 3, K_DIRFD, K_PATH, K_HEX),
	SHAPE("move_mount", 5, K_DIRFD, K_PATH, K_DIRFD, K_PATH, K_HEX),
	SHAPE("fsconfig", 5, K_FD, K_UINT, K_STR, K_ADDR, K_INT),
	SHAPE("fsmount", 3, K_FD, K_HEX, K_HEX),
	SHAPE("io_setup", 2, K_UINT, K_ADDR),
	SHAPE("io_destroy", 1, K_ADDR),
	SHAPE("io_uring_setup", 2, K_UINT, K_ADDR),
	SHAPE("io_uring_enter", 6, K_FD, K_UINT, K_UINT, K_HEX, K_ADDR, K_SIZE),
	SHAPE("io_uring_register", 4, K_FD, K_UINT, K_ADDR, K_UINT),
	SHAPE("bpf", 3, K_INT, K_ADDR, K_UINT),
	SHAPE("perf_event_open", 5, K_ADDR, K_PID, K_INT, K_FD, K_HEX),
	SHAPE("modify_ldt", 3, K_INT, K_ADDR, K_SIZE),
	SHAPE("ptrace", 4, K_LONG, K_PID, K_ADDR, K_ADDR),
};

bool trace_shape(struct tline *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		if (strcmp(shapes[i].name, t->name) != 0)
			continue;
		t->nargs = shapes[i].nargs;
		for (u32 k = 0; k < t->nargs; k++)
			t->kind[k] = shapes[i].kind[k];
		return true;
	}
	return false;
}

/* -y: results that are descriptors */
bool trace_result_is_fd(const struct tline *t)
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
		"memfd_create",
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

	if (!topt.decode_fds || t->ret < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], t->name))
			return true;
	return (!strcmp(t->name, "fcntl") || !strcmp(t->name, "fcntl64")) &&
	       ((u32)t->arg[1] == 0 || (u32)t->arg[1] == 1030);
}
