/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A first thread that ends before the process does, which may then end in several ways, and a child
 * that is the tracer's. tests/cases/60-trace.sh sets strace's lines and trapgate's side by side. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_t first;
static char how;
static const char *program;

static void *other(void *arg)
{
	pthread_join(first, NULL);
	syscall(SYS_getppid);
	switch (how) {
	case 'g': /* the whole group */
		exit(7);
	case 't':
		syscall(SYS_exit, 3);
		return NULL;
	case 'k':
		kill(getpid(), SIGKILL);
		return NULL;
	case 's':
		abort();
	case 'e':
		execl(program, "again", "n", NULL);
		return NULL;
	default:
		return arg;
	}
}

static void tracers_child(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(42);
	while (kill(pid, 0) == 0)
		usleep(1000);
	exit(errno != ESRCH);
}

int main(int argc, char **argv)
{
	pthread_t t;

	program = argv[0];
	how = argc > 1 ? argv[1][0] : 'r';
	if (how == 'n')
		return 0;
	if (how == 'p')
		tracers_child();
	puts("before");
	fflush(stdout);
	first = pthread_self();
	pthread_create(&t, NULL, other, NULL);
	pthread_exit(NULL);
}
