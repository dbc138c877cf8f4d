/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The word of CLONE_CHILD_CLEARTID and set_tid_address(2) of processes that share memory by
 * CLONE_VM alone: cleared and woken whatever ends them, and before they are waited for. */
#include "guest.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/prctl.h>

#define SIZE 65536

static char stack[2][SIZE] __attribute__((aligned(16)));
static volatile int word, other = 77, ready;

static void begins(void)
{
	prctl(PR_SET_DUMPABLE, 0);
	ready = 1;
}

static int waits(void *arg)
{
	(void)arg;
	begins();
	for (;;)
		pause();
	return 0;
}

static int faults(void *arg)
{
	(void)arg;
	begins();
	raise(SIGSEGV);
	return 0;
}

static int executes(void *arg)
{
	(void)arg;
	ready = 1;
	execl("/proc/self/exe", "self", "executed", NULL);
	return 99;
}

static int exits(void *arg)
{
	ready = 1;
	return (int)(long)arg;
}

static int moves(void *arg)
{
	syscall(SYS_set_tid_address, &other);
	return waits(arg);
}

/* Threads of it: the leader leaves first. */
static int leaves(void *arg)
{
	clone(waits, stack[1] + SIZE,
	      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM,
	      NULL);
	syscall(SYS_exit, (int)(long)arg);
	return 0;
}

static void ended(const char *what, int (*fn)(void *), int sig, volatile int *at)
{
	int status = -1, value;
	pid_t pid;

	word = 55;
	other = 77;
	ready = 0;
	fflush(stdout);
	pid = clone(fn, stack[0] + SIZE, CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD, (void *)3, NULL,
		    NULL, &word);
	while (!ready)
		sched_yield();
	if (sig) {
		usleep(1000);
		if (fn != leaves)
			kill(pid, sig);
	}
	while ((value = *at))
		syscall(SYS_futex, at, FUTEX_WAIT, value, NULL, NULL, 0);
	printf("%s: the words are %d and %d, ", what, word, other);
	if (fn == leaves)
		kill(pid, sig);
	waitpid(pid, &status, 0);
	printf("still %d\n", *at);
	show_status(what, status);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return 0;
	ended("killed", waits, SIGKILL, &word);
	ended("terminated", waits, SIGTERM, &word);
	ended("faults", faults, 0, &word);
	ended("exits", exits, 0, &word);
	ended("executes", executes, 0, &word);
	ended("moves the word", moves, SIGKILL, &other);
	ended("leader leaves", leaves, SIGKILL, &word);
	for (int i = 0; i < 50; i++) {
		pid_t pid;

		word = 1;
		pid = clone(exits, stack[0] + SIZE, CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD, NULL,
			    NULL, NULL, &word);
		while (word)
			syscall(SYS_futex, &word, FUTEX_WAIT, 1, NULL, NULL, 0);
		waitpid(pid, NULL, 0);
	}
	return 0;
}
