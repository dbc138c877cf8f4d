/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/fork.h"

#include <errno.h>
#include <malloc.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

#include "cpu/cpu.h"
#include "mm/mm.h"
#include "mm/track.h"
#include "mm/uaccess.h"
#include "sandbox/harden.h"
#include "sandbox/limits.h"
#include "sandbox/path.h"
#include "syscalls/contain.h"
#include "syscalls/seccomp.h"
#include "task/lock.h"
#include "task/ptrace.h"
#include "task/robust.h"
#include "task/signal.h"
#include "task/thread.h"
#include "task/tls.h"
#include "trace/trace.h"

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000UL
#endif

/* What the host's clone does for the guest's, as it is. */
#define HOST_FLAGS                                                                                 \
	(CSIGNAL | CLONE_FS | CLONE_FILES | CLONE_PIDFD | CLONE_PARENT | CLONE_PARENT_SETTID |     \
	 CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_SYSVSEM | CLONE_IO | CLONE_UNTRACED |   \
	 CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
	 CLONE_NEWPID | CLONE_NEWNET | CLONE_PTRACE)

#define CHILD_TID (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)

/* And for those that share memory. */
#define THREAD_FLAGS (CLONE_VM | CLONE_THREAD | CLONE_SIGHAND)

void vfork_release(void)
{
	int fd = current->vfork_fd;

	if (fd < 0)
		return;
	track_send(fd);
	track_stop();
	current->vfork_fd = -1;
	host_close_own_fd(fd);
}

static u32 forks; /* by this process */
#define OFTEN 4	  /* it is likely to make many more */

static void child_starts(const struct fork_args *args, int vfork_fd,
			 const struct ptrace_fork *traced)
{
	bool vfork = current->vfork_fd >= 0 || vfork_fd >= 0;

	if (!(args->flags & CLONE_PARENT)) {
		current->forked_by.pid = current->pid;
		current->forked_by.tid = current->tid;
	}
	current->pid = (int)host(SYS_getpid);
	current->tid = (int)host(SYS_gettid);
	current->ids.known = false;
	current->forked = true;
	forks = 0;
	current->vfork_fd = vfork_fd;
	current->robust_list = 0;
	current->robust_pending = NULL;
	robust_switched();
	if (args->flags & CLONE_VM)
		current->rseq = 0;
	current->rseq_event = true;
	user_dispatch_clear();
	current->clear_child_tid = (args->flags & CLONE_CHILD_CLEARTID) ? args->child_tid : 0;
	if (args->flags & CLONE_CLEAR_SIGHAND)
		signal_exec();
	if (args->stack)
		current->regs.sp = args->stack;
	if (args->flags & CLONE_SETTLS)
		tls_set_for_clone(args->tls);
	thread_forked();
	trace_forked();
	current->tracee = NULL;
	signal_forked(vfork);
	ptrace_fork_child(traced, current);
	track_stop();
	if (args->flags & CLONE_VM)
		track_start();
	else
		mm_forked();
}

static long check_flags(u64 flags)
{
	if ((flags & (CLONE_NEWNS | CLONE_FS)) == (CLONE_NEWNS | CLONE_FS) ||
	    (flags & (CLONE_NEWUSER | CLONE_FS)) == (CLONE_NEWUSER | CLONE_FS))
		return -EINVAL;
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && (flags & CLONE_CLEAR_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_PIDFD) && (flags & (CLONE_DETACHED | CLONE_THREAD)))
		return -EINVAL;
	return 0;
}

/* What the host must not do for clone3: trapgate does it, or it would be done to trapgate. Flags
 * that it does not know are the host's to judge. */
#define OWN_CLONE3_FLAGS                                                                           \
	((u64)(CLONE_VM | CLONE_VFORK | CLONE_SIGHAND | CLONE_THREAD | CLONE_SETTLS) |             \
	 CLONE_CLEAR_SIGHAND)

static long host_clone3(const struct fork_args *args)
{
	u64 exit_signal = args->flags & CSIGNAL & ~(u64)CLONE_NEWTIME;
	u64 a[11] = {
		args->flags & ~(OWN_CLONE3_FLAGS | exit_signal),
		args->flags & CLONE_PIDFD ? (u64)HP(user_out(args->pidfd, 4)) : 0,
		args->flags & CHILD_TID ? (u64)HP(user_out(args->child_tid, 4)) : 0,
		args->flags & CLONE_PARENT_SETTID ? (u64)HP(user_out(args->parent_tid, 4)) : 0,
		exit_signal,
		0,
		0,
		0,
		(u64)args->set_tid,
		args->set_tid_size,
		args->cgroup,
	};

	return host(SYS_clone3, HP(a), args->clone3_size);
}

static long host_clone(const struct fork_args *args)
{
	u64 flags = args->flags & HOST_FLAGS;
	long ptid = 0, ctid = 0;

	if (harden_on &&
	    !harden_clone_ok(args->flags & ~(u64)CLONE_CLEAR_SIGHAND, args->set_tid_size))
		return -EPERM;
	if (args->clone3_size && !harden_on)
		return host_clone3(args);
	if (flags & CLONE_PARENT_SETTID)
		ptid = HP(user_out(args->parent_tid, 4));
	if (flags & CLONE_PIDFD)
		ptid = HP(user_out(args->pidfd, 4));
	if (flags & CHILD_TID)
		ctid = HP(user_out(args->child_tid, 4));
	return host(SYS_clone, flags, 0, ptid, ctid, 0);
}

/* The parent of vfork waits until its child has let go of it; signals wait too. */
static void wait_for_child(int line)
{
	struct pollfd p = {.fd = line, .events = POLLIN};

	if (task_threaded) {
		lock_drop();
		while (host(SYS_poll, HP(&p), 1, -1) == -EINTR && !current->work)
			;
		lock_take();
		if (current->work & WORK_DIE)
			return;
	}
	track_receive(line);
}

static long limited_thread_clone(const struct fork_args *args, const struct ptrace_fork *traced)
{
	bool process = !(args->flags & CLONE_THREAD);
	long ret;

	if (!process && !limits_may_clone_thread())
		return -EAGAIN;
	ret = thread_clone(args, args->flags & (HOST_FLAGS | THREAD_FLAGS), traced);
	if (process) {
		limits_forked(ret);
		run_joined(ret);
	} else if (ret < 0) {
		limits_thread_ended();
	}
	return ret;
}

/* What a sandbox remembers of directories is right where descriptors and working directory are
 * shared by exactly those who share its memory. */
static void mind_dirs(u64 flags, bool shares_memory)
{
	u64 shared = flags & (CLONE_FS | CLONE_FILES);

	if (shares_memory ? shared != (CLONE_FS | CLONE_FILES) : shared != 0)
		sandbox_forget_dirs();
}

/* A process that forks once more has what its children translated from the start (cpu/warm.c). */
static void warm_up(void)
{
	if (task_threaded)
		return;
	if (++forks == OFTEN)
		host_will_fork_often();
	if (forks == 1) {
		/* Small blocks that are free are joined now, and not in each child by its first
		 * larger block, which would copy every page that has one. */
		mallopt(M_MXFAST, 0);
		host_will_fork();
		cpu_warm_prepare();
		cpu_warm_start();
	} else {
		cpu_warm_learn(true);
	}
}

/* A vfork child gets a copy, but for one that shares more with its parent or has a word there. */
static bool shares_memory(u64 flags)
{
	return (flags & CLONE_VM) &&
	       (!(flags & CLONE_VFORK) || (flags & (CLONE_FILES | CLONE_SIGHAND | CHILD_TID)));
}

long fork_task(const struct fork_args *args)
{
	long err = check_flags(args->flags), pid;
	int line[2] = {-1, -1};
	bool shares = shares_memory(args->flags), vm = (args->flags & CLONE_VFORK) != 0;
	struct ptrace_fork traced;

	if (err)
		return err;
	if (!(args->flags & CLONE_THREAD) && !limits_may_fork())
		return -EAGAIN;
	run_forks();
	mind_dirs(args->flags, shares);
	traced = ptrace_fork_begin(args->flags);
	if (shares) {
		pid = limited_thread_clone(args, &traced);
		ptrace_fork_parent(&traced, pid);
		if (vm && pid > 0) {
			thread_await_vfork((int)pid);
			ptrace_vfork_done(pid);
		}
		return pid;
	}
	if (vm) {
		err = host(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, HP(line));
		if (err) {
			limits_forked(err);
			ptrace_fork_parent(&traced, err);
			return err;
		}
		line[0] = host_own_fd(line[0]);
		line[1] = host_own_fd(line[1]);
	}
	warm_up();
	if (!(args->flags & CLONE_VM))
		mm_shared_code_forking();
	signal_hold();
	pid = host_clone(args);
	if (pid) {
		signal_unhold();
		limits_forked(pid);
	}
	if (pid == 0) {
		limits_fork_child();
		if (current->vfork_fd >= 0) /* a vfork child's own child: not its parent's line */
			host_close_own_fd(current->vfork_fd);
		if (vm)
			host_close_own_fd(line[0]);
		child_starts(args, line[1], &traced);
		run_joined(host(SYS_getpid));
		return 0;
	}
	run_joined(pid);
	if (vm)
		host_close_own_fd(line[1]);
	ptrace_fork_parent(&traced, pid);
	if (vm) {
		if (pid > 0)
			wait_for_child(line[0]);
		host_close_own_fd(line[0]);
		ptrace_vfork_done(pid);
	}
	return pid;
}
