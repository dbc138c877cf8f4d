/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* clone() with CLONE_VFORK: the child's memory is its parent's, and so are, as asked for,
 * descriptors, signal handlers and the word of its thread id. The parent waits until the child
 * ends, however that comes, or executes a program. So for threads. */
#include "guest.h"

#include <fcntl.h>
#include <sched.h>

#define STACK 65536

enum end { BY_EXIT, BY_KILL, BY_ABORT, BY_FAULT, BY_EXEC };

/* The compiler takes clone() for a function that changes no variables of this file. */
static volatile int written, opened, has_waited, altstack, word;
static volatile sig_atomic_t caught;
static int *volatile nowhere;

static void by_parent(int sig)
{
	(void)sig;
	caught = 1;
}

static void by_child(int sig)
{
	(void)sig;
	caught = 2;
}

static int child(void *arg)
{
	enum end *how = arg;
	stack_t ss;

	for (int i = 0; i < 20; i++)
		sched_yield();
	written++;
	opened = open("/dev/null", O_RDONLY);
	sigaltstack(NULL, &ss);
	altstack = ss.ss_flags;
	signal(SIGUSR1, by_child);
	has_waited = 1;
	if (*how == BY_KILL)
		kill(getpid(), SIGKILL);
	if (*how == BY_ABORT)
		kill(getpid(), SIGABRT);
	if (*how == BY_FAULT)
		*(volatile int *)nowhere = 1;
	if (*how == BY_EXEC)
		execl("/bin/true", "true", NULL);
	syscall(SYS_exit, 3);
	return 0;
}

static int descriptors(void)
{
	int n = 0;

	for (int fd = 3; fd < 40; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void once(const char *what, int flags, enum end how)
{
	static char stack[STACK] __attribute__((aligned(16)));
	int status, pid;

	opened = word = -1;
	has_waited = 0;
	signal(SIGUSR1, by_parent);
	pid = clone(child, stack + STACK, flags | CLONE_VM | CLONE_VFORK, &how, NULL, NULL, &word);
	raise(SIGUSR1);
	printf("%s: waited %d, written %d, %d descriptors, handler %d, stack %d, word %d\n", what,
	       has_waited, written, descriptors(), caught, altstack, word);
	if (flags & CLONE_FILES)
		close(opened);
	if (!(flags & CLONE_THREAD) && waitpid(pid, &status, 0) == pid)
		show_status(what, status);
	fflush(stdout);
}

static void each_end(const char *what, int flags)
{
	puts(what);
	for (int fork_before = 0; fork_before < 2; fork_before++) {
		once("exit", flags, BY_EXIT);
		once("killed", flags, BY_KILL);
		once("aborted", flags, BY_ABORT);
		once("fault", flags, BY_FAULT);
		once("exec", flags, BY_EXEC);
		fflush(stdout);
		if (!fork())
			_exit(0);
		wait(NULL);
	}
}

int main(void)
{
	static char space[STACK];

	sigaltstack(&(stack_t){.ss_sp = space, .ss_size = sizeof(space)}, NULL);
	each_end("descriptors", CLONE_FILES | SIGCHLD);
	each_end("memory", SIGCHLD);
	once("files and directories", CLONE_FILES | CLONE_FS | SIGCHLD, BY_EXIT);
	once("handlers", CLONE_SIGHAND | SIGCHLD, BY_EXIT);
#ifdef __GLIBC__ /* musl's clone() refuses them since 1.2.5 */
	once("word", CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, BY_EXIT);
#endif
	once("thread", CLONE_FILES | CLONE_THREAD | CLONE_SIGHAND, BY_EXIT);
	return 0;
}
