/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals, stops and ends: what -i and -n show beside lines that are no calls. A process that stops
 * itself, by kill(2) and by tgkill(2), does so before its next call.
 * tests/cases/60-trace.sh sets strace's lines and trapgate's side by side. */
#include <signal.h>

#include "guest.h"

static void handler(int sig)
{
	(void)sig;
}

static void stop_and_crash(void)
{
	char *volatile nowhere = (char *)16;

	kill(getpid(), SIGSTOP);
	raise(SIGSTOP);
	*nowhere = 1;
}

int main(void)
{
	int status, child;

	signal(SIGUSR1, handler);
	raise(SIGUSR1);
	child = fork();
	if (!child)
		stop_and_crash();
	for (int i = 0; i < 2; i++) {
		SHOW_OK(waitpid(child, &status, WUNTRACED));
		printf("stopped %d by %d\n", WIFSTOPPED(status), WSTOPSIG(status));
		SHOW(kill(child, SIGCONT));
	}
	SHOW_OK(waitpid(child, &status, 0));
	printf("killed %d by %d\n", WIFSIGNALED(status), WTERMSIG(status));
	return 3;
}
