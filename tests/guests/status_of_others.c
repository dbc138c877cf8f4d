/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/PID/status and stat about signals and seccomp: of the process itself, of another thread, of
 * a child, with handlers, masks and filters that differ. */
#include "guest.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>

/* Fields 32 to 34 of proc_pid_stat(5): blocked, ignored, caught. */
static void show_stat(const char *dir)
{
	char path[64], line[1024] = "", *s, *save;
	int field = 3;
	FILE *f;

	snprintf(path, sizeof(path), "%s/stat", dir);
	f = fopen(path, "r");
	s = f && fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	for (s = s ? strtok_r(s + 1, " ", &save) : NULL; s; s = strtok_r(NULL, " ", &save)) {
		if (field >= 32 && field <= 34)
			printf("stat's field %d: %s\n", field, s);
		field++;
	}
	if (f)
		fclose(f);
}

static void show(const char *what, const char *dir)
{
	static const char *const names[] = {"SigBlk", "SigIgn", "SigCgt", "NoNewPrivs", "Seccomp"};
	char path[64], line[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/status", dir);
	f = fopen(path, "r");
	printf("%s:\n", what);
	while (f && fgets(line, sizeof(line), f))
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (!strncmp(line, names[i], strlen(names[i])))
				fputs(line, stdout);
	if (f)
		fclose(f);
	show_stat(dir);
}

static void show_pid(const char *what, int pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	show(what, path);
}

static void on_signal(int sig)
{
	(void)sig;
}

static void allow_all(void)
{
	struct sock_filter allow[] = {BPF_STMT(BPF_RET, SECCOMP_RET_ALLOW)};
	struct sock_fprog program = {1, allow};

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		perror("PR_SET_SECCOMP");
}

static void child(int ready)
{
	sigset_t set;

	signal(SIGUSR2, on_signal);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	allow_all();
	allow_all();
	show("the child itself", "/proc/self");
	fflush(stdout);
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static int tid_pipe[2];

static void *thread(void *arg)
{
	int tid = (int)syscall(SYS_gettid);
	sigset_t set;

	sigfillset(&set);
	sigdelset(&set, SIGUSR1);
	pthread_sigmask(SIG_SETMASK, &set, NULL);
	if (write(tid_pipe[1], &tid, sizeof(tid)) != sizeof(tid))
		return arg;
	for (;;)
		pause();
}

int main(void)
{
	int ready[2], status, tid;
	pthread_t t;
	char path[64];
	pid_t pid;

	signal(SIGUSR1, on_signal);
	show("at first", "/proc/self");
	fflush(stdout);
	if (pipe(ready) || pipe(tid_pipe))
		return 1;
	pid = fork();
	if (!pid)
		child(ready[1]);
	if (read(ready[0], path, 1) != 1)
		return 1;
	show_pid("the child", pid);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	pthread_create(&t, NULL, thread, NULL);
	if (read(tid_pipe[0], &tid, sizeof(tid)) != sizeof(tid))
		return 1;
	snprintf(path, sizeof(path), "/proc/self/task/%d", tid);
	show("the other thread", path);
	show("this thread", "/proc/thread-self");
	return 0;
}
