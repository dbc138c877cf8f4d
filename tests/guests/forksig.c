/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* A signal to a child that comes as soon as it exists: not lost, and the child's mask is whole. */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 300

static volatile sig_atomic_t got;

static void handler(int sig)
{
	(void)sig;
	got++;
}

static int child(void)
{
	struct timespec ts = {0, 10000000};
	sigset_t mask;

	for (int i = 0; !got && i < 1000; i++) /* ten seconds at most */
		nanosleep(&ts, NULL);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	for (int sig = 1; sig < 32; sig++)
		if (sigismember(&mask, sig) == 1)
			return 3;
	return got == 1 ? 0 : 4;
}

int main(void)
{
	struct sigaction sa = {.sa_handler = handler};
	int bad = 0;

	sigaction(SIGUSR1, &sa, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0)
			_exit(child());
		kill(pid, SIGUSR1);
		if (waitpid(pid, &status, 0) != pid || status)
			bad++;
	}
	printf("%d rounds, %d bad, %d for the parent\n", ROUNDS, bad, (int)got);
	return 0;
}
