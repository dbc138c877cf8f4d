/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fork(2), clone(2), execve(2), _exit(2). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "sandbox/limits.h"
#include "syscalls/futex.h"
#include "syscalls/path.h"
#include "syscalls/procfs.h"
#include "task/exec.h"
#include "task/fork.h"
#include "task/ptrace.h"
#include "task/run.h"
#include "task/thread.h"
#include "trace/trace.h"
#include "task/exe.h"

/* ---- exit ---- */

static void tell_exit(int code)
{
	if (trace_on && !current->untraced)
		trace_exited(current->tid, code & 0xff, thread_is_last());
}

static _Noreturn void end_process(int code)
{
	thread_report_exits((code & 0xff) << 8);
	ptrace_exited((code & 0xff) << 8, true);
	ptrace_release_tracees(false);
	futex_exit(current, false);
	limits_exit();
	thread_group_exit();
	vfork_release();
	ptrace_await_tracer();
	for (;;)
		host(SYS_exit_group, code);
}

SYSCALL_DEFINE1(exit, (.flags = SC_NORETURN), INT, code)
{
	ptrace_exit_event((code & 0xff) << 8);
	tell_exit(code);
	thread_exit(code);
	end_process(code);
}

SYSCALL_DEFINE1(exit_group, (.flags = SC_NORETURN), INT, code)
{
	ptrace_exit_event((code & 0xff) << 8);
	tell_exit(code);
	end_process(code);
}

/* ---- fork ---- */

SYSCALL_DEFINE0(fork, (.flags = SC_OUTSIDE))
{
	struct fork_args args = {.flags = SIGCHLD};

	return fork_task(&args);
}

SYSCALL_DEFINE0(vfork, (.flags = SC_OUTSIDE))
{
	struct fork_args args = {.flags = SIGCHLD | CLONE_VFORK | CLONE_VM};

	return fork_task(&args);
}

static long do_clone(u64 flags, guest_addr stack, guest_addr ptid, guest_addr ctid, u64 tls)
{
	struct fork_args args = {
		.flags = flags & 0xffffffff,
		.stack = stack,
		.parent_tid = ptid,
		.child_tid = ctid,
		.pidfd = ptid,
		.tls = tls,
	};

	if ((flags & CLONE_PIDFD) && (flags & CLONE_PARENT_SETTID))
		return -EINVAL; /* they would share one pointer */
	return fork_task(&args);
}

SYSCALL_DEFINE5(clone, (.flags = SC_OUTSIDE), CLONE_FLAGS, flags, ADDR, stack, ADDR, parent_tid,
		ADDR, child_tid, ADDR, tls)
{
	return do_clone(flags, stack, parent_tid, child_tid, tls);
}

COMPAT_SYSCALL_DEFINE5(ia32_clone, (.flags = SC_OUTSIDE), CLONE_FLAGS, flags, ADDR, stack, ADDR,
		       parent_tid, ADDR, tls, ADDR, child_tid)
{
	return do_clone(flags, stack, parent_tid, child_tid, tls);
}

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000UL
#endif
#define MAX_PID_NS_LEVEL 32

struct clone_args64 {
	u64 flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
		set_tid_size, cgroup;
};

/* copy_struct_from_user(): what lies beyond the known fields must be zero. */
static long read_clone_args(struct clone_args64 *a, guest_addr uargs, u64 size)
{
	u8 extra;

	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < 64)
		return -EINVAL;
	memset(a, 0, sizeof(*a));
	if (copy_from_user(a, uargs, MIN(size, sizeof(*a))))
		return -EFAULT;
	for (u64 i = sizeof(*a); i < size; i++) {
		if (get_user(extra, uargs + i))
			return -EFAULT;
		if (extra)
			return -E2BIG;
	}
	return 0;
}

SYSCALL_DEFINE2(clone3, (.flags = SC_OUTSIDE), CLONE_ARGS_IN, uargs, SIZE, size)
{
	struct clone_args64 a;
	struct fork_args args;
	long err = read_clone_args(&a, uargs, size);

	if (err)
		return err;
	if ((a.flags & (CSIGNAL & ~(u64)CLONE_NEWTIME)) || (a.flags & CLONE_DETACHED) ||
	    a.exit_signal > 64)
		return -EINVAL;
	if (!a.stack != !a.stack_size)
		return -EINVAL;
	if ((a.flags & (CLONE_THREAD | CLONE_PARENT)) && a.exit_signal)
		return -EINVAL;
	if (a.set_tid_size > MAX_PID_NS_LEVEL || !a.set_tid != !a.set_tid_size)
		return -EINVAL;
	if ((a.flags & CLONE_INTO_CGROUP) && a.cgroup <= INT_MAX && host_fd_is_own((int)a.cgroup))
		return -EBADF;
	args = (struct fork_args){
		.flags = a.flags | a.exit_signal,
		.stack = a.stack ? a.stack + a.stack_size : 0,
		.parent_tid = a.parent_tid,
		.child_tid = a.child_tid,
		.pidfd = a.pidfd,
		.tls = a.tls,
		.clone3_size = (u32)MIN(size, sizeof(a)),
		.set_tid = HP(user_in(a.set_tid, a.set_tid_size * 4)),
		.set_tid_size = a.set_tid_size,
		.cgroup = a.cgroup,
	};
	if ((a.flags & CLONE_PIDFD) && (a.flags & CLONE_PARENT_SETTID) && a.pidfd == a.parent_tid)
		return -EINVAL;
	return fork_task(&args);
}

/* ---- execve ---- */

#define MAX_ARG_STRLEN (32 * PAGE_SIZE)

struct strings {
	char *text;
	size_t used, room;
};

/* Adds a copy of the string at p, with its NUL. */
static long add_string(struct strings *s, guest_addr p)
{
	for (;;) {
		size_t max = MIN(s->room - s->used, MAX_ARG_STRLEN);
		long len = strncpy_from_user(s->text + s->used, p, max);

		if (len < 0)
			return len;
		if ((size_t)len < max) {
			s->used += (size_t)len + 1;
			return 0;
		}
		if (max == MAX_ARG_STRLEN)
			return -E2BIG;
		s->room *= 2;
		s->text = realloc(s->text, s->room);
		if (!s->text)
			fatal("out of memory");
	}
}

/* Host copies of argv or envp, in one malloc'ed block. NULL with *err set on failure. */
static char **copy_strings(guest_addr array, enum abi abi, long *err)
{
	size_t width = abi == ABI_64 ? 8 : 4, n = 0;
	struct strings s = {.text = malloc(PAGE_SIZE), .room = PAGE_SIZE};
	size_t *at = NULL;
	char **v;

	*err = -ENOMEM;
	if (!s.text)
		return NULL;
	for (; array; n++) {
		u64 p = 0;

		*err = -EFAULT;
		if (copy_from_user(&p, array + n * width, width))
			goto fail;
		if (!p)
			break;
		*err = -E2BIG;
		if (n >= 0x200000 || s.used > (8UL << 20))
			goto fail;
		*err = -ENOMEM;
		if (n % 256 == 0 && !(at = realloc(at, (n + 256) * sizeof(*at))))
			goto fail;
		at[n] = s.used;
		*err = add_string(&s, p);
		if (*err)
			goto fail;
	}
	v = malloc((n + 1) * sizeof(*v) + s.used);
	if (!v)
		fatal("out of memory");
	memcpy(v + n + 1, s.text, s.used);
	for (size_t i = 0; i < n; i++)
		v[i] = (char *)(v + n + 1) + at[i];
	v[n] = NULL;
	*err = 0;
	free(s.text);
	free(at);
	return v;
fail:
	free(s.text);
	free(at);
	return NULL;
}

/* check: everything but the execution (AT_EXECVE_CHECK). */
static long do_execve(const struct exec_name *name, guest_addr argv, guest_addr envp, bool check)
{
	char why[256];
	char **a, **e = NULL;
	int fd = exec_open(name->path, why, sizeof(why));
	long err;

	if (fd < 0)
		return fd;
	a = copy_strings(argv, current->sc_abi, &err);
	if (a)
		e = copy_strings(envp, current->sc_abi, &err);
	if (a && e && check)
		err = 0;
	else if (a && e && thread_exec_needs_leader())
		err = thread_exec_by_leader(name, a, e);
	else if (a && e) {
		err = exec_load_as(name, fd, a, e, why, sizeof(why));
		fd = -1;
	}
	if (fd >= 0)
		host(SYS_close, fd);
	free(a);
	free(e);
	return err;
}

/* The path as the caller wrote it: it lies in memory that is about to go. Its length, or -errno. */
static long get_path(char *buf, guest_addr path)
{
	long len = strncpy_from_user(buf, path, PATH_MAX);

	return len == PATH_MAX ? -ENAMETOOLONG : len;
}

/* On the host /proc/self/exe is trapgate: it gives way to the guest's program. */
static bool leads_to_exe(int dfd, guest_addr path, char out[PATH_MAX])
{
	const char *exe = sandbox_on ? NULL : proc_link_path(dfd, user_str(path));

	if (exe)
		snprintf(out, PATH_MAX, "%s", exe);
	return exe != NULL;
}

SYSCALL_DEFINE3(execve, (.flags = SC_OUTSIDE), PATH, path, STRV, argv, ENVV, envp)
{
	char buf[PATH_MAX], exe[PATH_MAX];
	struct exec_name name = {.path = buf, .filename = buf};
	long len = get_path(buf, path);

	if (len <= 0)
		return len ? len : -ENOENT;
	if (leads_to_exe(AT_FDCWD, path, exe))
		name.path = exe;
	return do_execve(&name, argv, envp, false);
}

COMPAT_SYSCALL_DEFINE3(execve, (.flags = SC_OUTSIDE), PATH, path, STRV, argv, ENVV, envp)
{
	return do_sys_execve(path, argv, envp);
}

/* Whether the host has AT_EXECVE_CHECK (Linux 6.14). */
static bool host_checks(void)
{
	return host(SYS_execveat, -1, HP(""), 0, 0, AT_EXECVE_CHECK | AT_EMPTY_PATH) != -EINVAL;
}

static long do_execveat(int dirfd, guest_addr path, guest_addr argv, guest_addr envp, int flags)
{
	char buf[PATH_MAX], full[PATH_MAX + 64], shown[PATH_MAX + 64], target[1];
	struct exec_name name = {.path = full, .filename = shown};
	long len, fd_flags;

	len = get_path(buf, path);
	if (len < 0)
		return len;
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_EXECVE_CHECK))
		return -EINVAL;
	if ((flags & AT_EXECVE_CHECK) && !host_checks())
		return -EINVAL;
	if (!len && !(flags & AT_EMPTY_PATH))
		return -ENOENT;
	if (buf[0] == '/' || dirfd == AT_FDCWD) {
		snprintf(full, sizeof(full), "%s", len ? buf : ".");
		snprintf(shown, sizeof(shown), "%s", buf);
		leads_to_exe(dirfd, path, full);
	} else {
		fd_flags = host(SYS_fcntl, dirfd, F_GETFD);
		if (fd_flags < 0 || host_fd_is_own(dirfd))
			return -EBADF;
		snprintf(full, sizeof(full), "/proc/self/fd/%d%s%s", dirfd, len ? "/" : "", buf);
		snprintf(shown, sizeof(shown), "/dev/fd/%d%s%s", dirfd, len ? "/" : "", buf);
		name.inaccessible = (fd_flags & FD_CLOEXEC) != 0;
		name.by_fd = !len;
	}
	if ((flags & AT_SYMLINK_NOFOLLOW) && len &&
	    host(SYS_readlinkat, AT_FDCWD, HP(host_path_at(AT_FDCWD, full, PATH_NOFOLLOW)),
		 HP(target), 1) >= 0)
		return -ELOOP;
	return do_execve(&name, argv, envp, flags & AT_EXECVE_CHECK);
}

SYSCALL_DEFINE5(execveat, (.flags = SC_OUTSIDE), DIRFD, dirfd, PATH, path, STRV, argv, ENVV, envp,
		AT_FLAGS, flags)
{
	return do_execveat(dirfd, path, argv, envp, (int)flags);
}

COMPAT_SYSCALL_DEFINE5(execveat, (.flags = SC_OUTSIDE), DIRFD, dirfd, PATH, path, STRV, argv, ENVV,
		       envp, AT_FLAGS, flags)
{
	return do_execveat(dirfd, path, argv, envp, (int)flags);
}
