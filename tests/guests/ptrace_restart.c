/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that wait, in a tracee that gets signals which no handler of its takes: each call goes on,
 * by itself or by restart_syscall(2), for the time that is left, and the tracer sees how. */
#include "guest.h"
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/ptrace.h>
#include <sys/select.h>
#include <sys/user.h>
#include <stdbool.h>
#include <time.h>

#ifdef __x86_64__
#define NUMBER(u)	   ((long)(u).orig_rax)
#define RESULT(u)	   ((long)(u).rax)
#define NR_RESTART_SYSCALL 219
#else
#define NUMBER(u)	   ((u).orig_eax)
#define RESULT(u)	   ((u).eax)
#define NR_RESTART_SYSCALL 0
#endif
#define SIGNALS 2

enum { NANOSLEEP, CLOCK_NANOSLEEP, UNTIL, POLL, PPOLL, SELECT, PSELECT, FUTEX, CALLS };
static const char *const names[] = {"nanosleep",
				    "clock_nanosleep",
				    "clock_nanosleep until",
				    "poll",
				    "ppoll",
				    "select",
				    "pselect6",
				    "futex"};

static struct outcome { /* shared; each tracer has one */
	bool too_early;
	unsigned used;
	char text[600];
} * outcomes;

static struct timespec now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t;
}

static void call(int which)
{
	struct timespec second = {1, 0}, end = now();
	struct timeval tv = {1, 0};
	static int word;

	end.tv_sec++;
	syscall(SYS_getppid); /* tells the tracer what comes */
	switch (which) {
	case NANOSLEEP:
		nanosleep(&second, NULL);
		break;
	case CLOCK_NANOSLEEP:
		clock_nanosleep(CLOCK_MONOTONIC, 0, &second, NULL);
		break;
	case UNTIL:
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL);
		break;
	case POLL:
		poll(NULL, 0, 1000);
		break;
	case PPOLL:
		ppoll(NULL, 0, &second, NULL);
		break;
	case SELECT:
		select(0, NULL, NULL, NULL, &tv);
		break;
	case PSELECT:
		pselect(0, NULL, NULL, NULL, &second, NULL);
		break;
	default:
		syscall(SYS_futex, &word, FUTEX_WAIT, 0, &second, NULL, 0);
	}
}

static void tracee(int which, struct outcome *o)
{
	struct timespec begin, end;

	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	begin = now();
	raise(SIGSTOP);
	call(which);
	end = now();
	o->too_early = end.tv_sec - begin.tv_sec - (end.tv_nsec < begin.tv_nsec) < 1;
	_exit(0);
}

static void note(struct outcome *o, const char *what, const struct user_regs_struct *u, long number)
{
	long nr = NUMBER(*u);

	o->used +=
		(unsigned)snprintf(o->text + o->used, sizeof(o->text) - o->used, " %s%s:%ld", what,
				   nr == number		      ? "call"
				   : nr == NR_RESTART_SYSCALL ? "restart"
							      : "?",
				   RESULT(*u));
}

/* Whether the call has ended for good, not by -ERESTART*. */
static bool is_over(const struct user_regs_struct *u)
{
	return RESULT(*u) > -512 || RESULT(*u) < -516;
}

static int next_stop(pid_t pid, struct user_regs_struct *u)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		_exit(1);
	ptrace(PTRACE_GETREGS, pid, NULL, u);
	return WSTOPSIG(status);
}

/* Sends a signal, which it keeps from the tracee or which is ignored, each time that the call has
 * been entered, and notes what happens. */
static void tracer(int which, struct outcome *o)
{
	struct user_regs_struct u;
	int sent = 0, marks = 0, stop;
	bool inside = false;
	long number = -1;
	pid_t pid = fork();

	if (!pid)
		tracee(which, o);
	next_stop(pid, &u);
	ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	do {
		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
		next_stop(pid, &u);
		marks += NUMBER(u) == SYS_getppid;
	} while (marks < 2);
	do {
		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
		if (inside && sent < SIGNALS) {
			until_asleep(pid);
			kill(pid, sent++ ? SIGWINCH : SIGUSR1);
		}
		stop = next_stop(pid, &u);
		if (number < 0)
			number = NUMBER(u);
		if (stop == (SIGTRAP | 0x80))
			inside = !inside;
		note(o,
		     stop != (SIGTRAP | 0x80) ? "signal in "
		     : inside		      ? "into "
					      : "from ",
		     &u, number);
	} while (inside || stop != (SIGTRAP | 0x80) || !is_over(&u));
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	outcomes = mmap(NULL, CALLS * sizeof(*outcomes), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < CALLS; i++)
		if (!fork()) {
			alarm(60);
			tracer(i, &outcomes[i]);
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	for (int i = 0; i < CALLS; i++)
		printf("%s:%s%s\n", names[i], outcomes[i].text,
		       outcomes[i].too_early ? " too early" : "");
	return 0;
}
