/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a traced process with threads: each of them reports PTRACE_EVENT_EXIT, with the status
 * of the whole. And stops from the terminal where nobody could continue the process. */
#include "guest.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>

#define THREADS	   3
#define SEIZE	   0x4206
#define EVENT_EXIT 6
#define EVENT_STOP 128

static struct shared {
	volatile int ready, go;
	int tid[THREADS];
} * s;
enum { BY_LEADER, BY_THREAD, BY_BOTH, BY_SIGNAL, BY_EXEC };

static void *thread(void *arg)
{
	int i = (int)(intptr_t)arg, how;

	s->tid[i] = (int)syscall(SYS_gettid);
	__atomic_add_fetch(&s->ready, 1, __ATOMIC_SEQ_CST);
	while (!(how = s->go) || i == 2)
		usleep(1000);
	how--;
	if ((i == 0 && how == BY_LEADER) || (i == 1 && how == BY_THREAD) || how == BY_BOTH)
		_exit(5);
	if (i == 0 && how == BY_SIGNAL)
		raise(SIGTERM);
	if (i == 0 && how == BY_EXEC)
		execl("/bin/true", "true", NULL);
	for (;;)
		pause();
	return NULL;
}

static void ends(const char *what, int how)
{
	int status = -1, events = 0;
	unsigned long message, last = 0;
	pid_t pid = fork(), tid;
	pthread_t t;

	if (!pid) {
		alarm(60);
		for (intptr_t i = 1; i < THREADS; i++)
			pthread_create(&t, NULL, thread, (void *)i);
		thread(NULL);
	}
	while (s->ready < THREADS)
		usleep(1000);
	for (int i = 0; i < THREADS; i++)
		if (ptrace(SEIZE, s->tid[i], 0, (void *)PTRACE_O_TRACEEXIT))
			printf("seize: %s\n", strerror(errno));
	s->go = how + 1;
	while ((tid = waitpid(-1, &status, __WALL)) > 0) {
		int sig = 0;

		if (!WIFSTOPPED(status)) {
			if (tid == pid)
				break;
			continue;
		}
		if (status >> 16 == EVENT_EXIT) {
			ptrace(PTRACE_GETEVENTMSG, tid, 0, &message);
			events++;
			if (message)
				last = message;
		} else if (!(status >> 16)) {
			sig = WSTOPSIG(status);
		}
		ptrace(PTRACE_CONT, tid, 0, (void *)(intptr_t)sig);
	}
	/* Who ends while another one ends all may be killed in its stop, before it is waited for.
	 */
	printf("%s: %d events, %lx\n", what, how == BY_BOTH ? 0 : events, last);
	show_status(what, status);
	memset(s, 0, sizeof(*s));
}

/* A process group is orphaned if no parent of one of it is outside, in the same session. */
static void stops(const char *what, int session)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		if (session)
			setsid();
		else
			setpgid(0, 0);
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGUSR1);
		raise(SIGTSTP);
		_exit(6);
	}
	while (waitpid(pid, &status, __WALL) > 0 && WIFSTOPPED(status)) {
		printf("%s: stopped by %d\n", what, WSTOPSIG(status));
		ptrace(PTRACE_CONT, pid, 0,
		       (void *)(intptr_t)(WSTOPSIG(status) == SIGTSTP ? SIGTSTP : 0));
	}
	show_status(what, status);
}

/* A tracer ends while its tracee stands still after a single step: TF stays set, other than by
 * PTRACE_DETACH. */
static void tracer_ends(const char *what, int request)
{
	pid_t tracer, pid;
	int status;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	tracer = fork();
	if (!tracer) {
		pid = fork();
		if (!pid) {
			alarm(60);
			for (;;)
				;
		}
		s->tid[0] = pid;
		ptrace(PTRACE_ATTACH, pid, 0, 0);
		waitpid(pid, &status, 0);
		for (int i = 0; i < 3; i++) {
			ptrace(PTRACE_SINGLESTEP, pid, 0, 0);
			waitpid(pid, &status, 0);
		}
		if (request)
			ptrace(request, pid, 0, 0);
		_exit(0);
	}
	waitpid(tracer, &status, 0);
	show_status(what, status);
	if (request) { /* it runs on */
		usleep(50000);
		kill(s->tid[0], SIGKILL);
	}
	wait(&status);
	show_status("  tracee", status);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

int main(void)
{
	s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	setvbuf(stdout, NULL, _IOLBF, 1 << 12);
	ends("leader", BY_LEADER);
	ends("thread", BY_THREAD);
	ends("both", BY_BOTH);
	ends("signal", BY_SIGNAL);
	ends("exec", BY_EXEC);
	stops("own group", 0);
	stops("own session", 1);
	tracer_ends("after a step", 0);
	tracer_ends("detached", PTRACE_DETACH);
	tracer_ends("continued", PTRACE_CONT);
	return 0;
}
