/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* Processes that share memory by CLONE_VM alone and are killed: while they compute, make calls or
 * wait, beside other threads. Those that are left go on. */
#include "guest.h"
#include <pthread.h>
#include <sched.h>
#include <time.h>

#define STACK 65536

/* musl's clone() refuses it since 1.2.5. */
#ifdef __GLIBC__
#define CLEARTID CLONE_CHILD_CLEARTID
#else
#define CLEARTID 0
#endif

static volatile long turns, seen;
static volatile int end_of_child = 1;

static int computes(void *arg)
{
	(void)arg;
	for (;;)
		turns++;
	return 0;
}

static int calls(void *arg)
{
	(void)arg;
	for (;;) {
		turns++;
		syscall(SYS_getppid);
	}
	return 0;
}

static int waits(void *arg)
{
	(void)arg;
	turns = 1;
	for (;;)
		pause();
	return 0;
}

static void *counts(void *arg)
{
	while (!*(volatile int *)arg) {
		struct timespec ts = {0, 1000000};

		nanosleep(&ts, NULL);
		seen++;
	}
	return NULL;
}

static void killed(const char *what, int (*fn)(void *), int threads)
{
	char *stack = malloc(STACK);
	int stop = 0, status = 0;
	pthread_t t[2];
	pid_t pid, killer;

	turns = 0;
	end_of_child = 1;
	for (int i = 0; i < threads; i++)
		pthread_create(&t[i], NULL, counts, &stop);
	pid = clone(fn, stack + STACK, CLONE_VM | CLEARTID | SIGCHLD, NULL, NULL, NULL,
		    &end_of_child);
	killer = fork();
	if (!killer) {
		usleep(20000);
		kill(pid, SIGKILL);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	show_status(what, status);
	waitpid(killer, NULL, 0);
	seen = 0;
	while (threads && seen < 5)
		sched_yield();
	stop = 1;
	for (int i = 0; i < threads; i++)
		pthread_join(t[i], NULL);
	printf("%d threads go on; the word is %d\n", threads, end_of_child);
	fflush(stdout);
	free(stack);
}

int main(void)
{
	for (int threads = 0; threads < 3; threads++) {
		for (int i = 0; i < 3; i++) {
			killed("computes", computes, threads);
			killed("calls", calls, threads);
		}
		killed("waits", waits, threads);
	}
	return 0;
}
