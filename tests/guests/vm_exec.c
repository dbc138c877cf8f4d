/* SPDX-License-Identifier: GPL-2.0-or-later */
/* execve(2) in processes that share memory by CLONE_VM alone: the program gets memory of its own,
 * keeps the process id, the signals ignored and blocked, and the descriptors; the others go on. */
#include "guest.h"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

static char *self, path[4096];
static volatile int cleared = 1, shared;
static char stack[4][65536] __attribute__((aligned(16)));
extern char **environ;

static void handler(int sig)
{
	(void)sig;
}

static int run(void *arg)
{
	char pid[16], *argv[] = {"a name", arg, pid, NULL};
	char *envp[] = {"ONLY=this", NULL};
	sigset_t set;

	snprintf(pid, sizeof(pid), "%d", getpid());
	shared++;
	signal(SIGUSR1, SIG_IGN);
	signal(SIGSEGV, SIG_IGN);
	signal(SIGUSR2, handler);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGBUS);
	sigprocmask(SIG_SETMASK, &set, NULL);
	kill(getpid(), SIGHUP); /* stays pending */
	SHOW(execve("/nonexistent", argv, envp));
	SHOW(execve("/dev/null", argv, envp));
	fflush(stdout);
	execve(self, argv, envp);
	return 99;
}

/* A thread of such a process executes the program, while the first one waits or has gone, or the
 * first one does, while threads wait. */
enum { THREAD, ORPHAN, LEADER };

static int waits(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return 0;
}

static int run_in_thread(void *arg)
{
	usleep(20000);
	return run(arg);
}

static int with_threads(void *arg)
{
	const int flags =
		CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
	int how = *(int *)arg;
	sigset_t set;

	if (readlink(self, path, sizeof(path) - 1) >
	    0) /* which it is not for a leader that has gone */
		self = path;
	sigemptyset(&set);
	sigaddset(&set, SIGHUP); /* it is to be pending, not to kill */
	sigprocmask(SIG_SETMASK, &set, NULL);
	clone(waits, stack[1] + sizeof(stack[1]), flags, NULL);
	clone(how == LEADER ? waits : run_in_thread, stack[2] + sizeof(stack[2]), flags,
	      "a thread");
	if (how == LEADER)
		return run("with threads");
	if (how == ORPHAN)
		syscall(SYS_exit, 3);
	return waits(NULL);
}

static void ended(pid_t pid)
{
	int st = -1;

	waitpid(pid, &st, 0);
	show_status("child", st);
}

static int program(char **argv)
{
	struct sigaction a;
	sigset_t set;

	printf("argv[0] %s, %s, same pid %d, ONLY=%s, path %d\n", argv[0], argv[1],
	       atoi(argv[2]) == getpid(), getenv("ONLY"), getenv("PATH") != NULL);
	sigaction(SIGUSR1, NULL, &a);
	printf("ignored %d", a.sa_handler == SIG_IGN);
	sigaction(SIGSEGV, NULL, &a);
	printf(" %d", a.sa_handler == SIG_IGN);
	sigaction(SIGUSR2, NULL, &a);
	printf(" %d\n", a.sa_handler == SIG_IGN);
	sigprocmask(SIG_SETMASK, NULL, &set);
	for (int sig = 1; sig < 32; sig++)
		if (sigismember(&set, sig))
			printf("blocked %d\n", sig);
	sigpending(&set);
	printf("pending %d\n", sigismember(&set, SIGHUP));
	printf("descriptors %d %d\n", fcntl(50, F_GETFD), fcntl(51, F_GETFD));
	return 40 + shared;
}

int main(int argc, char **argv)
{
	pid_t pid[4];

	self = "/proc/self/exe";
	if (argc > 2)
		return program(argv);
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	for (int i = 0; i < 6; i++) { /* trapgate's own code lies elsewhere in who forks often */
		pid[0] = fork();
		if (!pid[0])
			_exit(0);
		ended(pid[0]);
	}
	dup2(1, 50);
	fcntl(dup2(1, 51), F_SETFD, FD_CLOEXEC);
	fflush(stdout);
	pid[0] = clone(run, stack[0] + sizeof(stack[0]), CLONE_VM | SIGCHLD, "one");
	ended(pid[0]);
	pid[0] = clone(run, stack[0] + sizeof(stack[0]),
		       CLONE_VM | CLONE_CHILD_CLEARTID | CLONE_FILES | CLONE_FS | SIGCHLD, "two",
		       NULL, NULL, &cleared);
	ended(pid[0]);
	printf("cleared %d, ran %d, descriptor %d\n", cleared, shared, fcntl(51, F_GETFD));
	fflush(stdout);
	for (int i = 0; i < 4; i++) {
		int st;

		pid[i] = clone(run, stack[i] + sizeof(stack[i]), CLONE_VM | SIGCHLD, "many");
		waitpid(pid[i], &st, 0);
	}
	for (int how = THREAD; how <= LEADER; how++) {
		pid[0] = clone(with_threads, stack[0] + sizeof(stack[0]), CLONE_VM | SIGCHLD, &how);
		ended(pid[0]);
	}
	/* And the parent, while a child goes on. */
	printf("ran %d\n", shared);
	fflush(stdout);
	run("parent");
	return 1;
}
