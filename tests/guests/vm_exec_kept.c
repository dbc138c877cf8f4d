/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What execve(2) leaves a process that shares memory by CLONE_VM alone: its seccomp filter, its
 * tracer, its own tracees, limits; and the same again from the program that it executes. */
#include "guest.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

static char stack[65536] __attribute__((aligned(16)));
static pthread_mutex_t mutex;
static pid_t tracee;

static void again(const char *what, int left)
{
	char number[16], pid[16];

	snprintf(number, sizeof(number), "%d", left);
	snprintf(pid, sizeof(pid), "%d", tracee);
	fflush(stdout);
	execl("/proc/self/exe", "self", what, number, pid, NULL);
	_exit(99);
}

static void filter_getppid(void)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOTTY),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {4, f};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	SHOW(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

static int filtered(void *arg)
{
	(void)arg;
	filter_getppid();
	again("filtered", 0);
	return 0;
}

static int limited(void *arg)
{
	struct rlimit lim = {50, 60}, data = {300 << 20, 400 << 20};

	(void)arg;
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	setrlimit(RLIMIT_NOFILE, &lim);
	setrlimit(RLIMIT_DATA, &data);
	again("limited", 0);
	return 0;
}

static int nested(void *arg)
{
	again("nested", *(int *)arg);
	return 0;
}

static int traced(void *arg)
{
	(void)arg;
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
	again("traced", 0);
	return 0;
}

/* A tracer that executes a program keeps its tracees. */
static int tracer(void *arg)
{
	(void)arg;
	tracee = fork();
	if (!tracee) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		_exit(17);
	}
	waitpid(tracee, NULL, 0);
	again("tracer", 0);
	return 0;
}

static int program(const char *what, int left, pid_t pid)
{
	struct rlimit lim, data;
	int st = -1;

	printf("%s %d\n", what, left);
	if (!strcmp(what, "filtered"))
		SHOW(getppid());
	if (!strcmp(what, "limited")) {
		getrlimit(RLIMIT_NOFILE, &lim);
		getrlimit(RLIMIT_DATA, &data);
		printf("limits %d %d, %d %d\n", (int)lim.rlim_cur, (int)lim.rlim_max,
		       (int)(data.rlim_cur >> 20), (int)(data.rlim_max >> 20));
	}
	if (!strcmp(what, "nested") && left) {
		left--;
		pid = clone(nested, stack + sizeof(stack), CLONE_VM | SIGCHLD, &left);
		waitpid(pid, &st, 0);
		show_status("inner", st);
	}
	if (!strcmp(what, "tracer")) {
		SHOW(ptrace(PTRACE_CONT, pid, 0, 0));
		SHOW(waitpid(pid, &st, 0) == pid ? 0 : -1);
		show_status("tracee", st);
	}
	fflush(stdout);
	return 40 + left;
}

static void one(int (*fn)(void *), int flags)
{
	int st = -1, left = 3;
	pid_t pid;

	fflush(stdout);
	pid = clone(fn, stack + sizeof(stack), CLONE_VM | SIGCHLD | flags, &left);
	if (fn == traced) {
		waitpid(pid, &st, 0);
		show_status("stopped", st);
		SHOW(ptrace(PTRACE_SETOPTIONS, pid, 0, (void *)PTRACE_O_TRACEEXEC));
		ptrace(PTRACE_CONT, pid, 0, 0);
		waitpid(pid, &st, 0);
		printf("event %d\n", st >> 16);
		ptrace(PTRACE_CONT, pid, 0, 0);
	}
	waitpid(pid, &st, 0);
	show_status("ended", st);
}

int main(int argc, char **argv)
{
	pthread_mutexattr_t robust;

	if (argc > 3)
		return program(argv[1], atoi(argv[2]), atoi(argv[3]));
	pthread_mutexattr_init(&robust);
	pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&mutex, &robust);
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	one(filtered, 0);
	one(limited, CLONE_FILES | CLONE_FS | CLONE_SIGHAND);
	one(nested, 0);
	one(traced, 0);
	one(tracer, CLONE_FILES);
	return 0;
}
