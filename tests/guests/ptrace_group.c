/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process with threads that is traced: all of its threads stop together, go on together, end
 * together. */
#include "guest.h"
#include <pthread.h>
#include <stdbool.h>
#include <sys/ptrace.h>

#define THREADS	   3
#define EVENT_STOP 128
#define SEIZE	   0x4206
#define INTERRUPT  0x4207
#define LISTEN	   0x4208

static struct shared {
	volatile int ready;
	int tid[THREADS];
} * s;
static pid_t tracee;

static void *thread(void *arg)
{
	s->tid[(intptr_t)arg] = (int)syscall(SYS_gettid);
	__atomic_add_fetch(&s->ready, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
	return NULL;
}

static void start(void)
{
	pthread_t t;

	s->ready = 0;
	tracee = fork();
	if (!tracee) {
		alarm(60);
		for (intptr_t i = 1; i < THREADS; i++)
			pthread_create(&t, NULL, thread, (void *)i);
		thread(NULL);
	}
	while (s->ready < THREADS)
		usleep(1000);
}

static int next(int *status)
{
	pid_t pid = waitpid(-1, status, __WALL);

	for (int i = 0; i < THREADS; i++)
		if (s->tid[i] == pid)
			return i;
	printf("none of the threads\n");
	exit(1);
}

/* Waits until all threads have stopped like this. A signal that arrives meanwhile is passed on. */
static void all_stop(const char *what, int expected)
{
	bool seen[THREADS] = {false};
	int status, i, n = 0, signals = 0;

	while (n < THREADS) {
		i = next(&status);
		if (status >> 8 == expected && !seen[i]) {
			seen[i] = true;
			n++;
		} else {
			signals++;
			printf("%s: first %x\n", what, status >> 8);
			ptrace(PTRACE_CONT, s->tid[i], NULL, WSTOPSIG(status));
		}
	}
	printf("%s: all %x, signals %d\n", what, expected, signals);
}

static void each(const char *what, long request)
{
	long bad = 0;

	for (int i = 0; i < THREADS; i++)
		bad += syscall(SYS_ptrace, request, s->tid[i], NULL, NULL) != 0;
	printf("%s: %ld failed\n", what, bad);
}

static void stops(void)
{
	int status;

	start();
	for (int i = 0; i < THREADS; i++)
		SHOW(syscall(SYS_ptrace, SEIZE, s->tid[i], NULL, NULL));
	kill(tracee, SIGSTOP);
	all_stop("stop", SIGSTOP | EVENT_STOP << 8);
	each("listen", LISTEN);
	SHOW(waitpid(-1, &status, __WALL | WNOHANG));
	SHOW(ptrace(PTRACE_CONT, s->tid[1], NULL, NULL));
	kill(tracee, SIGCONT);
	for (int i = 0, conts = 0, traps = 0; i < THREADS + 1; i++) {
		int who = next(&status);

		conts += status >> 8 == SIGCONT;
		traps += status >> 8 == (SIGTRAP | EVENT_STOP << 8);
		ptrace(PTRACE_CONT, s->tid[who], NULL, status >> 16 ? 0 : WSTOPSIG(status));
		if (i == THREADS)
			printf("continued: %d traps, %d signals\n", traps, conts);
	}
	each("interrupt", INTERRUPT);
	all_stop("interrupted", SIGTRAP | EVENT_STOP << 8);
	each("go on", PTRACE_CONT);
	kill(tracee, SIGSTOP);
	all_stop("stop again", SIGSTOP | EVENT_STOP << 8);
	each("go on in spite of it", PTRACE_CONT);
	kill(tracee, SIGKILL);
	while (waitpid(-1, &status, __WALL) > 0)
		printf("ended: %x\n", status);
}

/* As strace starts: what has stopped itself is attached to and continued at once. */
static void attach_and_continue(void)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(60);
		kill(getpid(), SIGSTOP);
		_exit(5);
	}
	waitpid(pid, &status, WUNTRACED);
	SHOW(syscall(SYS_ptrace, SEIZE, pid, NULL, NULL));
	SHOW(syscall(SYS_ptrace, INTERRUPT, pid, NULL, NULL));
	SHOW(kill(pid, SIGCONT));
	while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status))
		if (status >> 8 == (SIGSTOP | EVENT_STOP << 8))
			syscall(SYS_ptrace, LISTEN, pid, NULL, NULL);
		else
			ptrace(PTRACE_CONT, pid, NULL, status >> 16 ? 0 : WSTOPSIG(status));
	show_status("child", status);
}

int main(void)
{
	s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	stops();
	attach_and_continue();
	return 0;
}
