/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attaching to a process that is stopped already; what registers say of execve. */
#include "guest.h"

#include <sys/ptrace.h>
#include <sys/user.h>

static volatile sig_atomic_t continued;

static void on_cont(int sig)
{
	continued = sig;
}

static void show_stop(pid_t pid, int *status)
{
	siginfo_t info;

	if (waitpid(pid, status, __WALL) != pid) {
		printf("no stop: %s\n", strerror(errno));
		_exit(1);
	}
	if (!WIFSTOPPED(*status)) {
		show_status("child", *status);
		return;
	}
	printf("stop %#x\n", *status >> 8);
	SHOW(ptrace(PTRACE_GETSIGINFO, pid, 0, &info));
}

static void attach(int request, const char *what)
{
	int status;
	pid_t pid;

	printf("%s\n", what);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		signal(SIGCONT, on_cont);
		kill(getpid(), SIGSTOP);
		_exit(continued ? 6 : 5);
	}
	waitpid(pid, &status, WUNTRACED);
	SHOW(ptrace(request, pid, 0, 0));
	show_stop(pid, &status);
	for (int i = 0; i < 3 && WIFSTOPPED(status); i++) {
		SHOW(ptrace(PTRACE_CONT, pid, 0, 0));
		show_stop(pid, &status);
	}
}

static void exec(const char *self, long options)
{
	struct user_regs_struct regs;
	int status;
	pid_t pid;

	printf("execve with options %#lx\n", options);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		execl(self, self, "child", NULL);
		_exit(9);
	}
	show_stop(pid, &status);
	SHOW(ptrace(PTRACE_SETOPTIONS, pid, 0, options));
	while (WIFSTOPPED(status)) {
		SHOW(ptrace(PTRACE_CONT, pid, 0, 0));
		show_stop(pid, &status);
		if (!WIFSTOPPED(status))
			break;
		ptrace(PTRACE_GETREGS, pid, 0, &regs);
#ifdef __x86_64__
		printf("orig_rax %ld rax %ld\n", (long)regs.orig_rax, (long)regs.rax);
#else
		printf("orig_eax %ld eax %ld\n", regs.orig_eax, regs.eax);
#endif
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return 7;
	attach(PTRACE_ATTACH, "attach");
	attach(PTRACE_SEIZE, "seize");
	exec(argv[0], 0);
	exec(argv[0], PTRACE_O_TRACEEXEC);
	return 0;
}
