/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* CLONE_VFORK with CLONE_FILES: the child's memory and its descriptors are its parent's, who waits
 * until it ends, however that comes, or executes a program. So for threads. */
#include "guest.h"

#include <fcntl.h>
#include <sched.h>

#define STACK 65536

enum end { BY_EXIT, BY_SIGNAL, BY_EXEC };

/* The compiler takes clone() for a function that changes no variables of this file. */
static volatile int written, opened, has_waited;

static int child(void *arg)
{
	enum end *how = arg;

	for (int i = 0; i < 20; i++)
		sched_yield();
	written++;
	opened = open("/dev/null", O_RDONLY);
	has_waited = 1;
	if (*how == BY_SIGNAL)
		raise(SIGKILL);
	if (*how == BY_EXEC)
		execl("/bin/true", "true", NULL);
	syscall(SYS_exit, 3);
	return 0;
}

static void once(const char *what, int flags, enum end how)
{
	static char stack[STACK] __attribute__((aligned(16)));
	int status, pid;

	opened = -1;
	has_waited = 0;
	pid = clone(child, stack + STACK, flags | CLONE_VM | CLONE_VFORK | CLONE_FILES, &how);
	printf("%s: waited %d, written %d, descriptor %d\n", what, has_waited, written,
	       fcntl(opened, F_GETFD));
	close(opened);
	if (!(flags & CLONE_THREAD) && waitpid(pid, &status, 0) == pid)
		show_status(what, status);
	fflush(stdout);
}

int main(void)
{
	once("exit", SIGCHLD, BY_EXIT);
	once("signal", SIGCHLD, BY_SIGNAL);
	once("exec", SIGCHLD, BY_EXEC);
	once("files and directories", CLONE_FS | SIGCHLD, BY_EXIT);
	once("thread", CLONE_THREAD | CLONE_SIGHAND, BY_EXIT);
	return 0;
}
