/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tracee's children are killed before they know that they are traced: the tracer is told of each
 * end, however soon. */
#include <sys/ptrace.h>

#include "guest.h"

#define CHILDREN 100

static int tracee(void)
{
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
	for (int i = 0; i < CHILDREN; i++) {
		int child = fork();

		if (!child)
			for (;;)
				pause();
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	return 0;
}

int main(void)
{
	int status, child = fork(), tid, killed = 0;

	if (!child)
		_exit(tracee());
	waitpid(child, &status, 0);
	SHOW(ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACEFORK));
	SHOW(ptrace(PTRACE_CONT, child, 0, 0));
	while ((tid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status))
			ptrace(PTRACE_CONT, tid, 0, 0);
		else if (tid == child)
			printf("exited with %d\n", WEXITSTATUS(status));
		else
			killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	}
	printf("killed: %d\n", killed);
	return 0;
}
