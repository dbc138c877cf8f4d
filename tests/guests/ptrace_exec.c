/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tracers of processes with threads when one of these executes a program: who reports what, under
 * which number; threads that have ended and that the tracer has not waited for; SIGCONT right after
 * PTRACE_SEIZE. Events are shown task by task, for their order among tasks is anybody's. */
#include "guest.h"
#include <pthread.h>
#include <stdbool.h>
#include <sys/ptrace.h>

#define MAX_TASKS 8

static const char *self;
static pid_t task[MAX_TASKS];
static char events[MAX_TASKS][400];

/* What has been reported before the program is executed: */
static volatile int sleeping, leader_done;

static void *sleeper(void *arg)
{
	sleeping = 1;
	for (;;)
		pause();
	return arg;
}

static bool leader_has_gone(void)
{
	char path[32], text[512] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", getpid());
	fd = open(path, O_RDONLY);
	if (read(fd, text, sizeof(text) - 1) < 0)
		_exit(8);
	close(fd);
	return strstr(text, ") Z") != NULL;
}

enum { BY_LEADER, BY_THREAD, BY_ORPHAN, ALL };
static const char *const names[] = {"the leader", "a thread", "a thread without leader"};

static void *execute(void *by)
{
	while (!sleeping || !leader_done || (by == (void *)BY_ORPHAN && !leader_has_gone()))
		usleep(1000);
	execl(self, self, "executed", NULL);
	_exit(9);
	return by;
}

static void program(long by)
{
	pthread_t t;

	alarm(60);
	raise(SIGSTOP);
	pthread_create(&t, NULL, sleeper, NULL);
	if (by == BY_LEADER) {
		leader_done = 1;
		execute((void *)by);
	}
	pthread_create(&t, NULL, execute, (void *)by);
	leader_done = 1;
	if (by == BY_ORPHAN)
		syscall(SYS_exit, 4);
	for (;;)
		pause();
}

static int number(pid_t pid)
{
	int i = 0;

	while (i < MAX_TASKS - 1 && task[i] && task[i] != pid)
		i++;
	task[i] = pid;
	return i;
}

static void note(int i, int status, pid_t pid)
{
	int event = WIFSTOPPED(status) ? status >> 16 : 0;
	unsigned long message = 0;
	char *at = events[i] + strlen(events[i]);

	if (event)
		ptrace(PTRACE_GETEVENTMSG, pid, 0, &message);
	if (event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_EXEC)
		message = (unsigned long)number((pid_t)message);
	sprintf(at, " %x/%d/%lx", status & 0xffff, event, message);
	if (!WIFSTOPPED(status))
		return;
	if (event == PTRACE_EVENT_STOP && WSTOPSIG(status) != SIGTRAP)
		ptrace(PTRACE_LISTEN, pid, 0, 0);
	else
		ptrace(PTRACE_CONT, pid, 0, event ? 0 : WSTOPSIG(status));
}

static void watch(int by, unsigned long options)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		program(by);
	memset(task, 0, sizeof(task));
	memset(events, 0, sizeof(events));
	waitpid(pid, &status, WUNTRACED);
	number(pid);
	ptrace(PTRACE_SEIZE, pid, 0, options | PTRACE_O_TRACECLONE);
	kill(pid, SIGCONT);
	while ((pid = waitpid(-1, &status, __WALL)) > 0)
		note(number(pid), status, pid);
	printf("%s, options %lx\n", names[by], options);
	for (int i = 0; task[i]; i++)
		printf("  %d:%s\n", i, events[i]);
}

/* ---- A thread that ended as the tracer's ---- */

static void *become_traced(void *arg)
{
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	return arg;
}

static void unreaped(void)
{
	pid_t pid, first;
	pthread_t t;
	int fds[2], status;
	char c;

	pipe2(fds, O_CLOEXEC);
	pid = fork();
	if (!pid) {
		close(fds[0]);
		pthread_create(&t, NULL, become_traced, NULL);
		pthread_join(t, NULL);
		execl(self, self, "executed", NULL);
		_exit(9);
	}
	close(fds[1]);
	usleep(200000); /* the program waits for the thread to be waited for, however long */
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	printf("executed: %d\n", read(fds[0], &c, 1) == 0);
	first = waitpid(-1, &status, __WALL);
	printf("first a thread: %d %x\n", first != pid, status);
	fcntl(fds[0], F_SETFL, 0);
	printf("executed: %d\n", read(fds[0], &c, 1) == 0);
	first = waitpid(-1, &status, __WALL);
	printf("then the process: %d %x\n", first == pid, status);
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1)
		return 5;
	for (int by = 0; by < ALL; by++) {
		watch(by, 0);
		watch(by, PTRACE_O_TRACEEXEC);
		watch(by, PTRACE_O_TRACEEXIT);
		watch(by, PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT);
	}
	unreaped();
	return 0;
}
