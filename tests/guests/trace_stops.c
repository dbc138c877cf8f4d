/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process with two threads that another one stops in each way, lets go on, and kills.
 * tests/cases/60-trace.sh sets the lines about its signals beside strace's. */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "guest.h"

static int ready[2];

static void *sleeper(void *arg)
{
	while (!arg || write(ready[1], arg, 1) == 1)
		for (;;)
			pause();
	return NULL;
}

static void continued(int sig)
{
	if (write(ready[1], &sig, 1) != 1)
		_exit(2);
}

static void two_threads(void)
{
	pthread_t t;

	signal(SIGCONT, continued);
	if (!pthread_create(&t, NULL, sleeper, "x"))
		sleeper(NULL);
	_exit(1);
}

int main(void)
{
	int child, status, pidfd;
	char c;

	if (pipe(ready))
		return 1;
	child = fork();
	if (!child)
		two_threads();
	pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	SHOW(setpgid(child, child));
	SHOW(read(ready[0], &c, 1));
	for (int how = 0; how < 5; how++) {
		if (how == 0)
			SHOW(kill(child, SIGSTOP));
		else if (how == 1)
			SHOW(syscall(SYS_tgkill, child, child, SIGSTOP));
		else if (how == 2)
			SHOW(kill(-child, SIGSTOP));
		else if (how == 3)
			SHOW(sigqueue(child, SIGSTOP, (union sigval){.sival_int = 4711}));
		else
			SHOW(syscall(SYS_pidfd_send_signal, pidfd, SIGSTOP, NULL, 0));
		SHOW(waitpid(child, &status, WUNTRACED) == child);
		SHOW(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
		SHOW(kill(child, SIGCONT));
		SHOW(waitpid(child, &status, WCONTINUED) == child && WIFCONTINUED(status));
		SHOW(read(ready[0], &c, 1)); /* else the next stop takes SIGCONT back */
	}
	SHOW(kill(child, SIGKILL));
	SHOW(waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGKILL);
	return 0;
}
