/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc tells of a task that is traced: its state in /proc/PID/status and stat, and who traces
 * it. Debuggers ask it whether a task has stopped. */
#include "guest.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/ptrace.h>

/* What stands behind NAME in the directory's status. */
static void status_of(const char *dir, const char *name, char *value, size_t size)
{
	char path[128], line[256];
	size_t n = strlen(name);
	FILE *f;

	snprintf(path, sizeof(path), "%s/status", dir);
	*value = 0;
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, n) && line[n] == ':')
			snprintf(value, size, "%s", line + n + 2);
	if (f)
		fclose(f);
}

static int tracer_of(const char *dir)
{
	char value[128];

	status_of(dir, "TracerPid", value, sizeof(value));
	return atoi(value);
}

/* The third field of the directory's stat. */
static char stat_of(const char *dir)
{
	char path[128], line[512] = "", *s;
	FILE *f;

	snprintf(path, sizeof(path), "%s/stat", dir);
	f = fopen(path, "r");
	s = f && fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	if (f)
		fclose(f);
	return s && s[1] ? s[2] : '?';
}

/* `runs`: into pause(), where it is seen to sleep sooner or later. */
static void show(const char *what, pid_t pid, int tracer, bool runs)
{
	char dir[64], state[128], field;

	for (int i = 0; i < 2; i++) {
		snprintf(dir, sizeof(dir), i ? "/proc/%d/task/%d" : "/proc/%d", pid, pid);
		do {
			status_of(dir, "State", state, sizeof(state));
			field = stat_of(dir);
		} while (runs && (*state != 'S' || field != 'S') && !sched_yield());
		printf("%s: %c, %s", what, field, state);
		EXPECT(tracer_of(dir) == tracer);
	}
}

static void child(void)
{
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	EXPECT(tracer_of("/proc/self") == getppid());
	fflush(stdout);
	kill(getpid(), SIGSTOP);
	for (;;)
		pause();
}

static void traced_child(void)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		child();
	waitpid(pid, &status, 0);
	show("stopped", pid, getpid(), false);
	SHOW(ptrace(PTRACE_CONT, pid, 0, 0));
	show("goes on", pid, getpid(), true);
	kill(pid, SIGUSR1);
	waitpid(pid, &status, 0);
	show("stopped by a signal", pid, getpid(), false);
	SHOW(ptrace(PTRACE_DETACH, pid, 0, 0));
	show("let go", pid, 0, true);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	show_status("child", status);
}

/* The tracer is the thread, not its process. */
static void *seizing_thread(void *arg)
{
	int tid = (int)syscall(SYS_gettid), status;
	pid_t pid = *(pid_t *)arg;

	SHOW(ptrace(PTRACE_SEIZE, pid, 0, 0));
	show("seized", pid, tid, true);
	SHOW(ptrace(PTRACE_INTERRUPT, pid, 0, 0));
	waitpid(pid, &status, __WALL);
	show("interrupted", pid, tid, false);
	SHOW(ptrace(PTRACE_CONT, pid, 0, 0));
	kill(pid, SIGSTOP);
	waitpid(pid, &status, __WALL);
	show("about to stop", pid, tid, false);
	SHOW(ptrace(PTRACE_CONT, pid, 0, SIGSTOP));
	waitpid(pid, &status, __WALL);
	SHOW(ptrace(PTRACE_LISTEN, pid, 0, 0));
	show("listens", pid, tid, false);
	return NULL;
}

int main(void)
{
	pthread_t t;
	int status;
	pid_t pid;

	traced_child();
	fflush(stdout);
	pid = fork();
	if (!pid)
		for (;;)
			pause();
	pthread_create(&t, NULL, seizing_thread, &pid);
	pthread_join(t, NULL);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	show_status("child", status);
	return 0;
}
