/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waits whose lines differ between the tables: old sigsuspend(2), of whose arguments one counts,
 * socketcall(2) with arguments that cannot be read, and what waitid(2) leaves as it was.
 * tests/cases/60-trace.sh sets strace's lines and trapgate's side by side. */
#include <signal.h>
#include <sys/resource.h>

#include "guest.h"

#ifdef __i386__
static void handler(int sig)
{
	(void)sig;
}

static void old_calls(void)
{
	sigset_t usr2;

	signal(SIGUSR2, handler);
	sigemptyset(&usr2);
	sigaddset(&usr2, SIGUSR2);
	sigprocmask(SIG_BLOCK, &usr2, NULL);
	raise(SIGUSR2);
	SHOW(syscall(SYS_sigsuspend, -513, 0xdeadbeef, ~(1UL << (SIGUSR2 - 1))));
	for (int call = -1; call < 24; call++)
		SHOW(syscall(SYS_socketcall, call, 16));
}
#else
static void old_calls(void)
{
}
#endif

int main(void)
{
	struct rusage usage;
	siginfo_t info;
	int child = fork();

	if (!child)
		for (;;)
			pause();
	memset(&usage, 0xff, sizeof(usage));
	SHOW(syscall(SYS_waitid, P_ALL, 0, &info, WNOHANG | WEXITED, &usage));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	old_calls();
	return 0;
}
