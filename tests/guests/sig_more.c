/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals: what each sender tells, real-time queues, restarting, stopping, signalfd. */
#include "guest.h"
#include <poll.h>
#include <setjmp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

static volatile int got, code, value, from, status, band, info_fd, count, order[100];

static void note(int sig, siginfo_t *info, void *context)
{
	(void)context;
	got = sig;
	code = info->si_code;
	value = info->si_value.sival_int;
	from = info->si_pid;
	status = info->si_status;
	band = (int)info->si_band;
	info_fd = info->si_fd;
	order[count % 100] = sig * 1000 + (code == SI_QUEUE ? value : 0);
	count++;
}

static void on(int sig, int flags)
{
	struct sigaction sa = {.sa_sigaction = note, .sa_flags = SA_SIGINFO | flags};

	sigaction(sig, &sa, NULL);
	got = code = value = from = status = band = info_fd = count = 0;
}

static void senders(void)
{
	union sigval v = {.sival_int = 77};
	struct itimerval it = {{0, 0}, {0, 1000}};
	struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1};
	struct itimerspec its = {{0, 0}, {0, 1000000}};
	siginfo_t info;
	int p[2], sv[2], st;
	timer_t timer;
	pid_t pid;

	on(SIGUSR1, 0);
	kill(getpid(), SIGUSR1);
	printf("kill %d code %d from me %d\n", got == SIGUSR1, code, from == getpid());
	raise(SIGUSR1);
	printf("raise code %d from me %d\n", code, from == getpid());
	sigqueue(getpid(), SIGUSR1, v);
	printf("sigqueue code %d value %d from me %d\n", code, value, from == getpid());
	memset(&info, 0, sizeof(info));
	info.si_code = -60;
	info.si_value.sival_int = 5;
	SHOW(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &info));
	printf("code %d value %d\n", code, value);
	info.si_code = 1;
	SHOW(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &info));
	SHOW(syscall(SYS_rt_sigqueueinfo, 1, 0, &info));
	on(SIGALRM, 0);
	setitimer(ITIMER_REAL, &it, NULL);
	while (!got)
		;
	printf("itimer code %d pid %d\n", code, from);
	on(SIGRTMIN + 1, 0);
	ev.sigev_value.sival_int = 31;
	timer_create(CLOCK_MONOTONIC, &ev, &timer);
	timer_settime(timer, 0, &its, NULL);
	while (!got)
		;
	printf("timer code %d value %d\n", code, value);
	timer_delete(timer);
	on(SIGPIPE, 0);
	pipe(p);
	close(p[0]);
	SHOW(write(p[1], "x", 1));
	printf("SIGPIPE %d code %d from me %d\n", got == SIGPIPE, code, from == getpid());
	on(SIGCHLD, 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(44);
	while (!got)
		usleep(1000);
	printf("child code %d status %d pid %d\n", code, status, from == pid);
	waitpid(pid, &st, 0);
	on(SIGCHLD, 0);
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	kill(pid, SIGSTOP);
	while (!got)
		usleep(1000);
	printf("stopped code %d status %d\n", code, status);
	got = 0;
	kill(pid, SIGCONT);
	while (!got)
		usleep(1000);
	printf("continued code %d status %d\n", code, status);
	got = 0;
	kill(pid, SIGKILL);
	while (!got)
		usleep(1000);
	printf("killed code %d status %d\n", code, status);
	waitpid(pid, &st, 0);
	on(SIGRTMIN + 3, 0);
	socketpair(AF_UNIX, SOCK_STREAM, 0, sv);
	fcntl(sv[0], F_SETOWN, getpid());
	fcntl(sv[0], F_SETSIG, SIGRTMIN + 3);
	fcntl(sv[0], F_SETFL, O_ASYNC);
	write(sv[1], "x", 1);
	while (!got)
		usleep(1000);
	printf("io code %d band %x fd %d\n", code, (unsigned)band, info_fd == sv[0]);
}

static void queues(void)
{
	sigset_t set, old;
	int min = SIGRTMIN;

	for (int i = 0; i < 4; i++)
		on(min + i, 0);
	on(SIGUSR2, 0);
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, &old);
	for (int i = 0; i < 5; i++) {
		for (int s = 3; s >= 0; s--)
			sigqueue(getpid(), min + s, (union sigval){.sival_int = i * 10 + s});
		kill(getpid(), SIGUSR2);
	}
	sigpending(&set);
	printf("pending %d %d %d\n", sigismember(&set, min), sigismember(&set, min + 3),
	       sigismember(&set, SIGUSR2));
	count = 0;
	sigprocmask(SIG_SETMASK, &old, NULL);
	printf("%d delivered:", count);
	for (int i = 0; i < count; i++)
		printf(" %d:%d", order[i] / 1000 >= min ? order[i] / 1000 - min : -1,
		       order[i] % 1000);
	printf("\n");
}

static void waits(void)
{
	struct timespec soon = {0, 20000000}, none = {0, 0}, bad = {0, 2000000000};
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	for (int i = 0; i < 2; i++)
		sigaddset(&set, SIGRTMIN + i);
	sigaddset(&set, SIGSEGV);
	sigaddset(&set, SIGFPE);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	SHOW(sigtimedwait(&set, &info, &none));
	SHOW(sigtimedwait(&set, &info, &soon));
	SHOW(sigtimedwait(&set, &info, &bad));
	sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 4});
	sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 5});
	kill(getpid(), SIGSEGV);
	kill(getpid(), SIGFPE);
	kill(getpid(), SIGUSR1);
	for (int i = 0; i < 6; i++) {
		int sig = sigtimedwait(&set, &info, &none);

		printf("%d code %d\n", sig > 31 ? sig - SIGRTMIN + 100 : sig,
		       sig > 0 ? info.si_code : 0);
	}
	kill(getpid(), SIGSEGV);
	kill(getpid(), SIGUSR1);
	sigpending(&set);
	printf("pending %d %d\n", sigismember(&set, SIGSEGV), sigismember(&set, SIGUSR1));
	signal(SIGSEGV, SIG_IGN);
	sigpending(&set);
	printf("pending %d\n", sigismember(&set, SIGSEGV));
}

static void fds(void)
{
	struct signalfd_siginfo si;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGFPE);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK);
	SHOW(read(fd, &si, sizeof(si)));
	SHOW(read(fd, &si, 10));
	kill(getpid(), SIGUSR1);
	sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 6});
	kill(getpid(), SIGFPE);
	for (int i = 0; i < 4; i++) {
		ssize_t n = read(fd, &si, sizeof(si));

		printf("%zd", n);
		if (n > 0)
			printf(" sig %d code %d int %d me %d", (int)si.ssi_signo, si.ssi_code,
			       si.ssi_int, si.ssi_pid == (unsigned)getpid());
		printf("\n");
	}
	sigaddset(&set, SIGKILL);
	SHOW(signalfd(fd, &set, 0) == fd);
	SHOW(signalfd(0, &set, 0));
	SHOW(signalfd(999, &set, 0));
	SHOW(signalfd(-1, &set, 77));
}

/* Which calls go on after a handler with SA_RESTART, and which do not. */
static void interrupt(const char *what, long (*call)(void))
{
	for (int restart = 0; restart < 2; restart++) {
		struct itimerval it = {{0, 0}, {0, 50000}}, off = {{0, 0}, {0, 0}};
		int st = 0;
		pid_t pid;

		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			on(SIGALRM, restart ? SA_RESTART : 0);
			setitimer(ITIMER_REAL, &it, NULL);
			errno = 0;
			long ret = call();
			printf("%s %s: %s\n", what, restart ? "SA_RESTART" : "plain", result(ret));
			setitimer(ITIMER_REAL, &off, NULL);
			fflush(stdout);
			_exit(0);
		}
		/* What restarts goes on for ever. */
		for (int i = 0; i < 60 && waitpid(pid, &st, WNOHANG) == 0; i++)
			usleep(10000);
		if (kill(pid, SIGKILL) == 0 && waitpid(pid, &st, 0) == pid)
			printf("%s %s: went on\n", what, restart ? "SA_RESTART" : "plain");
	}
}

static int pair[2];

static long c_read(void)
{
	char c;

	return read(pair[0], &c, 1);
}

static long c_recv(void)
{
	char c;

	return recv(pair[0], &c, 1, 0);
}

static long c_poll(void)
{
	struct pollfd p = {pair[0], POLLIN, 0};

	return poll(&p, 1, 100000);
}

static long c_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(pair[0], &set);
	return select(pair[0] + 1, &set, NULL, NULL, NULL);
}

static long c_epoll(void)
{
	struct epoll_event e;

	return epoll_wait(epoll_create1(0), &e, 1, -1);
}

static long c_nanosleep(void)
{
	struct timespec t = {100, 0}, rem = {0, 0};
	long ret = nanosleep(&t, &rem);

	printf("remaining %d\n", rem.tv_sec > 90 && rem.tv_sec < 100);
	return ret;
}

static long c_clock_abs(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += 100;
	errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
	return errno ? -1 : 0;
}

static long c_pause(void)
{
	return pause();
}

static long c_suspend(void)
{
	sigset_t none;

	sigemptyset(&none);
	return sigsuspend(&none);
}

static long c_wait(void)
{
	if (fork() == 0) {
		struct itimerval off = {{0, 0}, {0, 0}};

		setitimer(ITIMER_REAL, &off, NULL);
		sleep(1);
		_exit(0);
	}
	return wait(NULL) > 0 ? 0 : -1;
}

static long c_sigwait(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	return sigwaitinfo(&set, NULL);
}

static sigjmp_buf jump;

static void leave(int sig)
{
	siglongjmp(jump, sig);
}

static void jumps(void)
{
	struct itimerval it = {{0, 0}, {0, 1000}};
	volatile int n = 0;

	signal(SIGALRM, leave);
	while (n < 20) {
		if (sigsetjmp(jump, 1)) {
			n++;
			continue;
		}
		setitimer(ITIMER_REAL, &it, NULL);
		if (n % 2)
			pause();
		else
			for (;;)
				;
	}
	printf("%d jumps\n", n);
}

static void defaults(void)
{
	for (int sig = 1; sig < 65; sig++) {
		int st = 0;
		pid_t pid;

		if (sig == 32 || sig == 33)
			continue;
		pid = fork();
		if (pid == 0) {
			signal(sig, SIG_DFL);
			kill(getpid(), sig);
			kill(getpid(), SIGCONT);
			_exit(0);
		}
		waitpid(pid, &st, WUNTRACED);
		printf("%d:%s%d%s ", sig,
		       WIFSTOPPED(st)	 ? "stop "
		       : WIFSIGNALED(st) ? "kill "
					 : "exit ",
		       WIFSTOPPED(st)	 ? WSTOPSIG(st)
		       : WIFSIGNALED(st) ? WTERMSIG(st)
					 : WEXITSTATUS(st),
		       WIFSIGNALED(st) && WCOREDUMP(st) ? " core" : "");
		if (WIFSTOPPED(st)) {
			kill(pid, SIGCONT);
			waitpid(pid, &st, 0);
		}
	}
	printf("\n");
}

static void errors(void)
{
	SHOW(kill(getpid(), 65));
	SHOW(kill(getpid(), -1));
	SHOW(kill(999999999, 0));
	SHOW(syscall(SYS_tgkill, getpid(), getpid(), 0));
	SHOW(syscall(SYS_tgkill, getpid(), 999999999, 0));
	SHOW(syscall(SYS_tgkill, 0, 1, 0));
	SHOW(syscall(SYS_tkill, -1, 0));
	SHOW(syscall(SYS_rt_sigaction, SIGKILL, NULL, NULL, 8));
	SHOW(syscall(SYS_rt_sigprocmask, 9, NULL, NULL, 8));
	SHOW(syscall(SYS_rt_sigprocmask, 0, NULL, NULL, 4));
	SHOW(syscall(SYS_rt_sigpending, NULL, 16));
	SHOW(syscall(SYS_rt_sigsuspend, NULL, 4));
	SHOW(syscall(SYS_rt_sigtimedwait, 16, NULL, NULL, 8));
}

static void nocldwait(void)
{
	struct sigaction sa = {.sa_sigaction = note, .sa_flags = SA_SIGINFO | SA_NOCLDWAIT};

	sigaction(SIGCHLD, &sa, NULL);
	fflush(stdout);
	if (fork() == 0)
		_exit(1);
	while (wait(NULL) != -1 || errno == EINTR)
		;
	printf("%s, signals %d\n", strerror(errno), count);
}

int main(void)
{
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	in_child("senders", senders);
	in_child("queues", queues);
	in_child("waits", waits);
	in_child("fds", fds);
	in_child("jumps", jumps);
	in_child("errors", errors);
	in_child("nocldwait", nocldwait);
	in_child("defaults", defaults);
	interrupt("read", c_read);
	interrupt("recv", c_recv);
	interrupt("poll", c_poll);
	interrupt("select", c_select);
	interrupt("epoll_wait", c_epoll);
	interrupt("nanosleep", c_nanosleep);
	interrupt("clock_nanosleep", c_clock_abs);
	interrupt("pause", c_pause);
	interrupt("sigsuspend", c_suspend);
	interrupt("wait", c_wait);
	interrupt("sigwaitinfo", c_sigwait);
	return 0;
}
