/* SPDX-License-Identifier: GPL-2.0-or-later */
/* musl */
/* Signals that arrive in the middle of calls: SA_RESTART or EINTR, timers, SIGCHLD, SIGPIPE, and
 * death by a signal. */
#include "guest.h"
#include <poll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>

static volatile sig_atomic_t count;
static int p[2];

static void note(int sig)
{
	(void)sig;
	count++;
}

static void feed(int sig)
{
	(void)sig;
	count++;
	if (count == 2 && write(p[1], "fed", 3) != 3)
		_exit(1);
}

static void install(int sig, void (*fn)(int), int flags)
{
	struct sigaction sa = {.sa_handler = fn, .sa_flags = flags};

	sigaction(sig, &sa, NULL);
	count = 0;
}

static void timer(int first_ms, int every_ms)
{
	struct itimerval it = {{0, every_ms * 1000}, {0, first_ms * 1000}};

	setitimer(ITIMER_REAL, &it, NULL);
}

/* Signals come again and again: the first may come before the call that it is to interrupt. */
static void alarms(void)
{
	timer(20, 20);
}

static void stop_timer(void)
{
	timer(0, 0);
}

static void reads(void)
{
	char buf[8] = "";

	install(SIGALRM, note, 0);
	alarms();
	SHOW(read(p[0], buf, 3));
	stop_timer();
	install(SIGALRM, feed, SA_RESTART);
	alarms();
	SHOW(read(p[0], buf, 3));
	stop_timer();
	EXPECT(count >= 2);
	printf("%s\n", buf);
}

static void waits(void)
{
	struct pollfd pf = {.fd = p[0], .events = POLLIN};
	struct timespec ts = {5, 0}, left = {0, 0};
	struct timeval tv = {5, 0};
	fd_set r;
	sigset_t none;

	sigemptyset(&none);
	install(SIGALRM, note, SA_RESTART);
	alarms();
	SHOW(poll(&pf, 1, 5000));
	FD_ZERO(&r);
	FD_SET(p[0], &r);
	SHOW(select(p[0] + 1, &r, NULL, NULL, &tv));
	SHOW(nanosleep(&ts, &left));
	EXPECT(left.tv_sec == 4);
	SHOW(pause());
	SHOW(sigsuspend(&none));
	SHOW(ppoll(&pf, 1, &ts, &none));
	stop_timer();
	EXPECT(count >= 6);
}

/* A child ends when the parent says so. */
static void end_when_told(int status)
{
	char c;

	_exit(read(p[0], &c, 1) == 1 ? status : 1);
}

static void tell_child(void)
{
	EXPECT(write(p[1], "x", 1) == 1);
}

static void children(void)
{
	int status = 0;
	pid_t pid;

	install(SIGALRM, note, 0);
	install(SIGCHLD, note, SA_RESTART);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		end_when_told(5);
	alarms();
	SHOW(wait4(pid, &status, 0, NULL));
	stop_timer();
	tell_child();
	SHOW_OK(wait4(pid, &status, 0, NULL));
	show_status("child", status);
	EXPECT(count >= 2);
	signal(SIGCHLD, SIG_IGN);
	fflush(stdout);
	if (fork() == 0)
		_exit(3);
	SHOW(wait(&status));
	signal(SIGCHLD, SIG_DFL);
}

static void by_pipe(void)
{
	int q[2];

	if (pipe(q))
		return;
	close(q[0]);
	if (write(q[1], "x", 1) < 0)
		printf("not reached\n");
}

static void by_abort(void)
{
	abort();
}

static void by_alarm(void)
{
	signal(SIGALRM, SIG_DFL);
	timer(10, 0);
	for (;;)
		pause();
}

static void by_alarm_busy(void)
{
	signal(SIGALRM, SIG_DFL);
	timer(10, 0);
	for (;;)
		__asm__ volatile("");
}

static void by_segv_blocked(void)
{
	sigset_t s;

	sigfillset(&s);
	sigprocmask(SIG_BLOCK, &s, NULL);
	signal(SIGSEGV, note);
	*(volatile int *)0 = 0;
}

static void by_kill(void)
{
	kill(getpid(), SIGKILL);
}

static void by_rt(void)
{
	raise(SIGRTMAX);
}

static void busy(void)
{
	volatile unsigned long n = 0;

	install(SIGALRM, note, 0);
	timer(5, 5);
	while (count < 10)
		n++;
	stop_timer();
	printf("interrupted a loop ten times\n");
}

static void stopping(void)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		raise(SIGSTOP);
		end_when_told(4);
	}
	SHOW_OK(waitpid(pid, &status, WUNTRACED));
	show_status("child", status);
	kill(pid, SIGCONT);
	SHOW_OK(waitpid(pid, &status, WCONTINUED));
	show_status("child", status);
	tell_child();
	SHOW_OK(waitpid(pid, &status, 0));
	show_status("child", status);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	if (pipe(p))
		return 1;
	reads();
	waits();
	children();
	busy();
	stopping();
	in_child("SIGPIPE", by_pipe);
	in_child("abort", by_abort);
	in_child("alarm", by_alarm);
	in_child("alarm in a loop", by_alarm_busy);
	in_child("SIGSEGV when blocked", by_segv_blocked);
	in_child("SIGKILL", by_kill);
	in_child("SIGRTMAX", by_rt);
	return 0;
}
