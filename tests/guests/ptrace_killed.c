/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIGKILL ends a tracee's stop at once: who waits is told of the death, not of the stop before, and
 * no request finds it stopped. */
#include <sys/ptrace.h>

#include "guest.h"

enum { BY_KILL, BY_GROUP, BY_TGKILL, BY_QUEUE, BY_PIDFD, BY_PTRACE, NR_WAYS };

static int send_kill(int how, pid_t pid)
{
	siginfo_t info = {.si_code = SI_QUEUE};

	switch (how) {
	case BY_KILL:
		return kill(pid, SIGKILL);
	case BY_GROUP:
		return kill(-pid, SIGKILL);
	case BY_TGKILL:
		return (int)syscall(SYS_tgkill, pid, pid, SIGKILL);
	case BY_QUEUE:
		return (int)syscall(SYS_rt_sigqueueinfo, pid, SIGKILL, &info);
	case BY_PIDFD:
		return (int)syscall(424 /* pidfd_send_signal */,
				    syscall(434 /* pidfd_open */, pid, 0), SIGKILL, NULL, 0);
	default:
		return (int)ptrace(PTRACE_KILL, pid, 0, 0);
	}
}

static void run(int how)
{
	siginfo_t info = {0};
	int status = 0;
	pid_t pid;

	printf("way %d\n", how);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		setpgid(0, 0);
		raise(SIGUSR1);
		_exit(1);
	}
	SHOW(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT));
	EXPECT(info.si_code == CLD_TRAPPED && info.si_status == SIGUSR1);
	SHOW(send_kill(how, pid));
	SHOW(ptrace(PTRACE_CONT, pid, 0, 0));
	EXPECT(waitpid(pid, &status, 0) == pid);
	show_status("then", status);
	SHOW(ptrace(PTRACE_CONT, pid, 0, 0));
	SHOW(waitpid(pid, &status, 0));
}

int main(void)
{
	for (int how = 0; how < NR_WAYS; how++)
		run(how);
	return 0;
}
