/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first process of a PID namespace: signals without a handler are nothing to it, exceptions
 * kill. */
#include "guest.h"

#include <sched.h>

static void fault(int sig)
{
	char *page;
	FILE *f;

	switch (sig) {
	case SIGSEGV:
		__asm__ volatile("movb $0, 8");
		break;
	case SIGILL:
		__asm__ volatile("ud2");
		break;
	case SIGTRAP:
		__asm__ volatile("int3");
		break;
	case SIGFPE:
		__asm__ volatile("divl %%edx" ::"a"(0), "d"(0) : "cc");
		break;
	case SIGBUS:
		f = tmpfile();
		page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, f ? fileno(f) : -1, 0);
		(void)*(volatile char *)page;
		break;
	default:
		break;
	}
}

static volatile sig_atomic_t caught;

static void handler(int sig)
{
	caught = sig;
}

static void first(int sig)
{
	EXPECT(getpid() == 1);
	SHOW(kill(1, sig));
	SHOW(kill(1, SIGTERM));
	SHOW(kill(1, SIGKILL));
	SHOW(raise(sig));
	signal(sig, handler);
	SHOW(raise(sig));
	EXPECT(caught == sig);
	signal(sig, SIG_DFL);
	fflush(stdout);
	fault(sig);
	_exit(3);
}

int main(void)
{
	static const int signals[] = {SIGSEGV, SIGILL, SIGTRAP, SIGFPE, SIGBUS};

	SHOW(unshare(getuid() ? CLONE_NEWUSER : 0));
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		int status;
		pid_t pid;

		fflush(stdout);
		pid = (pid_t)syscall(SYS_clone, SIGCHLD | CLONE_NEWPID, 0, 0, 0, 0);
		if (pid == 0)
			first(signals[i]);
		if (pid < 0) {
			SHOW(pid);
			continue;
		}
		waitpid(pid, &status, 0);
		show_status(strsignal(signals[i]), status);
	}
	return 0;
}
