/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* How processes with threads end: exit_group and execve with threads blocked anywhere, from any
 * thread; a leader that goes first; fork from a thread; a process that shares memory. */
#include "guest.h"
#include <pthread.h>
#include <sched.h>

static int pipe_fds[2];
static const char *self;
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

static void *block_read(void *arg)
{
	char c;

	return read(pipe_fds[0], &c, 1) < 0 ? arg : NULL;
}

static void *block_futex(void *arg)
{
	pthread_mutex_lock(&held);
	return arg;
}

static void *block_sleep(void *arg)
{
	sleep(1000);
	return arg;
}

static void *block_signal(void *arg)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	for (;;)
		pause();
	return arg;
}

static void *spin(void *arg)
{
	for (;;)
		;
	return arg;
}

static void start(void *(*fn)(void *), void *arg)
{
	pthread_t t;

	if (pthread_create(&t, NULL, fn, arg))
		_exit(99);
}

static void company(void)
{
	pthread_mutex_lock(&held);
	for (int i = 0; i < 3; i++) {
		start(block_read, NULL);
		start(block_futex, NULL);
		start(block_sleep, NULL);
		start(block_signal, NULL);
	}
	start(spin, NULL);
	usleep(2000);
}

static void *leave(void *arg)
{
	_exit((int)(long)arg);
}

static void *execute(void *arg)
{
	char *argv[] = {(char *)self, arg, NULL};

	execv(self, argv);
	_exit(98);
}

static void *exec_fails(void *arg)
{
	char *argv[] = {"nothing", NULL};

	*(int *)arg = execv("/nonexistent/file", argv) == -1 ? errno : 0;
	return NULL;
}

static volatile int leader_is_there = 1;

/* Ends when it is alone with what is left of the leader. */
static void *leave_last(void *arg)
{
	(void)arg;
	while (leader_is_there)
		sched_yield();
	syscall(SYS_exit, 7);
	return NULL;
}

static int run_child(int how)
{
	int st, err = 0;
	pid_t pid;
	pthread_t t;

	fflush(stdout);
	pid = fork();
	if (pid) {
		waitpid(pid, &st, 0);
		return st;
	}
	if (pipe(pipe_fds))
		_exit(97);
	switch (how) {
	case 0:
		company();
		_exit(10);
	case 1:
		company();
		start(leave, (void *)11L);
		break;
	case 2:
		company();
		execute("leader");
		break;
	case 3:
		company();
		start(execute, "thread");
		break;
	case 4: /* the leader goes first */
		start(block_signal, NULL);
		pthread_create(&t, NULL, exec_fails, &err);
		pthread_join(t, NULL);
		if (err != ENOENT)
			_exit(96);
		start(execute, "orphan");
		syscall(SYS_exit, 5);
		break;
	case 5:
		company();
		kill(getpid(), SIGTERM);
		break;
	case 7: /* the last one's status is the process's */
		syscall(SYS_set_tid_address, &leader_is_there);
		start(leave_last, NULL);
		syscall(SYS_exit, 5);
		break;
	case 6:
		start(leave, (void *)12L);
		syscall(SYS_exit, 5);
		break;
	}
	for (;;)
		pause();
}

static void *fork_here(void *arg)
{
	int st;
	pid_t pid = fork();

	if (!pid) {
		start(block_sleep, NULL);
		_exit(getpid() == syscall(SYS_gettid) ? 21 : 22);
	}
	waitpid(pid, &st, 0);
	*(int *)arg = WEXITSTATUS(st);
	return NULL;
}

static volatile int word;

static int sharer(void *arg)
{
	word = *(int *)arg;
	return 33;
}

static void share_memory(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int arg = 44, st = 0;
	pid_t pid = clone(sharer, stack + sizeof(stack), CLONE_VM | SIGCHLD, &arg);

	waitpid(pid, &st, 0);
	printf("shared memory: %d, status %d\n", word, WEXITSTATUS(st));
}

int main(int argc, char **argv)
{
	int status = 0;
	pthread_t t;

	self = argv[0];
	if (argc > 1) {
		printf("executed by %s, first thread %d\n", argv[1],
		       getpid() == syscall(SYS_gettid));
		return 30;
	}
	for (int how = 0; how <= 7; how++)
		printf("way %d: status %#x\n", how, run_child(how));
	pthread_create(&t, NULL, fork_here, &status);
	pthread_join(t, NULL);
	printf("fork in a thread: %d\n", status);
	share_memory();
	return 0;
}
