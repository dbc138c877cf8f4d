/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who ignores SIGCHLD is sent none when a child ends, and does not wake up of it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	sigset_t set;
	pid_t first;
	int got;

	signal(SIGCHLD, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	first = fork();
	if (first == 0)
		_exit(0);
	if (fork() == 0) { /* once that one is gone */
		while (kill(first, 0) == 0)
			usleep(1000);
		usleep(1000);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	got = sigwaitinfo(&set, NULL);
	printf("%s\n", got == SIGUSR1 ? "SIGUSR1" : strerror(errno));
	if (wait(NULL) < 0)
		perror("wait");
	return got != SIGUSR1;
}
