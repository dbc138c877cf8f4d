/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clocks, sleeping, interval timers, POSIX timers, timerfds: what does not depend on the machine.
 */
#include "guest.h"
#include <poll.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <time.h>

#define BAD ((void *)16)

static volatile int count, overruns, last_code, last_value;

static void handler(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)context;
	count++;
	overruns += info->si_overrun;
	last_code = info->si_code;
	last_value = info->si_value.sival_int;
}

static void on(int sig)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};

	sigaction(sig, &sa, NULL);
	count = overruns = 0;
}

static int64_t ns(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void clocks(void)
{
	static const clockid_t ids[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 15, -1, 1000};
	struct timespec a, b, res;
	pid_t pid;
	clockid_t other;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		errno = 0;
		int ret = clock_gettime(ids[i], &a), err = errno;
		int ret2 = clock_getres(ids[i], &res), err2 = errno;

		printf("clock %d: %d %d, %d %d %d\n", ids[i], ret, ret ? err : 0, ret2,
		       ret2 ? err2 : 0, ret2 ? 0 : (int)res.tv_nsec);
		if (!ret) {
			clock_gettime(ids[i], &b);
			EXPECT(ns(b) >= ns(a));
		}
	}
	SHOW(syscall(SYS_clock_gettime, 0, BAD));
	SHOW(clock_getres(0, NULL));
	SHOW(clock_getres(99, NULL));
	SHOW(clock_settime(CLOCK_MONOTONIC, &a));
	SHOW(clock_settime(99, &a));
	a.tv_nsec = -1;
	SHOW(clock_settime(CLOCK_REALTIME, &a));
	/* the CPU time of another */
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		for (;;)
			;
	SHOW(clock_getcpuclockid(pid, &other));
	SHOW(clock_gettime(other, &a));
	do
		clock_gettime(other, &b);
	while (ns(b) < 20000000);
	kill(pid, SIGKILL);
	wait(NULL);
	SHOW(clock_gettime(other, &a));
	SHOW(clock_getcpuclockid(999999999, &other) != 0);
	do
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	while (ns(a) < 30000000);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
	EXPECT(ns(b) >= 20000000);
}

static void sleeping(void)
{
	struct timespec t = {0, 20000000}, rem = {7, 7}, a, b, bad = {0, 1000000000}, neg = {-1, 0};

	clock_gettime(CLOCK_MONOTONIC, &a);
	SHOW(nanosleep(&t, &rem));
	clock_gettime(CLOCK_MONOTONIC, &b);
	EXPECT(ns(b) - ns(a) >= 20000000);
	printf("%d %d\n", (int)rem.tv_sec, (int)rem.tv_nsec);
	SHOW(nanosleep(&bad, NULL));
	SHOW(nanosleep(&neg, NULL));
	SHOW(syscall(SYS_nanosleep, BAD, NULL));
	SHOW(clock_nanosleep(CLOCK_REALTIME, 0, &t, NULL));
	SHOW(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &t, NULL));
	SHOW(clock_nanosleep(99, 0, &t, NULL));
	SHOW(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &a, NULL));
	clock_gettime(CLOCK_BOOTTIME, &a);
	a.tv_nsec += 10000000;
	if (a.tv_nsec >= 1000000000)
		a.tv_sec++, a.tv_nsec -= 1000000000;
	SHOW(clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &a, NULL));
	/* a stop and a continuation in the middle do not shorten it */
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		t.tv_nsec = 200000000;
		clock_gettime(CLOCK_MONOTONIC, &a);
		int ret = nanosleep(&t, NULL);

		clock_gettime(CLOCK_MONOTONIC, &b);
		_exit(ret ? 1 : ns(b) - ns(a) >= 200000000 ? 0 : 2);
	}
	int status;
	usleep(30000);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	show_status("stopped sleep", status);
}

static void intervals(void)
{
	struct itimerval it = {{0, 5000}, {0, 5000}}, old, off = {{0, 0}, {0, 0}};
	static const int which[] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};
	static const int sigs[] = {SIGALRM, SIGVTALRM, SIGPROF};

	for (int i = 0; i < 3; i++) {
		on(sigs[i]);
		SHOW(setitimer(which[i], &it, &old));
		printf("old %d\n", (int)(old.it_value.tv_sec + old.it_value.tv_usec));
		while (count < 4)
			;
		SHOW(getitimer(which[i], &old));
		printf("interval %d, runs %d\n", (int)old.it_interval.tv_usec,
		       old.it_value.tv_usec > 0 && old.it_value.tv_usec <= 10000);
		SHOW(setitimer(which[i], &off, NULL));
	}
	it.it_value.tv_usec = 1000000;
	SHOW(setitimer(ITIMER_REAL, &it, NULL));
	SHOW(setitimer(9, &off, NULL));
	SHOW(getitimer(9, &old));
	SHOW(syscall(SYS_setitimer, ITIMER_REAL, BAD, NULL));
	SHOW(syscall(SYS_getitimer, ITIMER_REAL, BAD));
	SHOW(alarm(100));
	SHOW(alarm(0) >= 99);
	SHOW(alarm(0));
}

static void timers(void)
{
	struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
	struct itimerspec its = {{0, 1000000}, {0, 1000000}}, old, off = {{0, 0}, {0, 0}};
	sigset_t set;
	timer_t t;
	int id = -1;

	on(SIGRTMIN);
	ev.sigev_value.sival_int = 55;
	SHOW(timer_create(CLOCK_MONOTONIC, &ev, &t));
	SHOW(timer_settime(t, 0, &its, &old));
	while (count < 3)
		;
	printf("code %d value %d\n", last_code, last_value);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	usleep(30000);
	overruns = 0;
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	EXPECT(overruns > 5);
	SHOW(timer_gettime(t, &old));
	printf("interval %d\n", (int)old.it_interval.tv_nsec);
	SHOW(timer_settime(t, 0, &off, NULL));
	SHOW(timer_gettime(t, &old));
	printf("%d %d\n", (int)old.it_value.tv_nsec, (int)old.it_interval.tv_nsec);
	SHOW(timer_delete(t));
	SHOW(syscall(SYS_timer_delete, 77));
	SHOW(syscall(SYS_timer_gettime, 77, &old));
	SHOW(syscall(SYS_timer_getoverrun, 77));
	SHOW(syscall(SYS_timer_create, 99, NULL, &id));
	SHOW(syscall(SYS_timer_create, CLOCK_REALTIME, NULL, BAD));
	ev.sigev_signo = 65;
	SHOW(syscall(SYS_timer_create, CLOCK_REALTIME, &ev, &id));
	ev.sigev_signo = SIGRTMIN;
	ev.sigev_notify = 77;
	SHOW(syscall(SYS_timer_create, CLOCK_REALTIME, &ev, &id));
	ev.sigev_notify = SIGEV_NONE;
	SHOW(timer_create(CLOCK_BOOTTIME, &ev, &t));
	its.it_value.tv_sec = 100;
	SHOW(timer_settime(t, 0, &its, NULL));
	SHOW(timer_gettime(t, &old));
	EXPECT(old.it_value.tv_sec >= 99);
	its.it_value.tv_nsec = -5;
	SHOW(timer_settime(t, 0, &its, NULL));
	SHOW(timer_delete(t));
	/* to one thread, on the process's CPU time */
	on(SIGRTMIN + 1);
	ev.sigev_notify = 4; /* SIGEV_THREAD_ID */
	ev.sigev_signo = SIGRTMIN + 1;
	((int *)&ev)[sizeof(ev.sigev_value) / 4 + 2] = (int)syscall(SYS_gettid);
	SHOW(syscall(SYS_timer_create, CLOCK_PROCESS_CPUTIME_ID, &ev, &id));
	its = (struct itimerspec){{0, 0}, {0, 2000000}};
	SHOW(syscall(SYS_timer_settime, id, 0, &its, NULL));
	while (!count)
		;
	printf("code %d value %d\n", last_code, last_value);
	((int *)&ev)[sizeof(ev.sigev_value) / 4 + 2] = 1;
	SHOW(syscall(SYS_timer_create, CLOCK_MONOTONIC, &ev, &id));
	/* the default: SIGALRM with the timer's id */
	on(SIGALRM);
	SHOW(syscall(SYS_timer_create, CLOCK_REALTIME, NULL, &id));
	SHOW(syscall(SYS_timer_settime, id, 0, &its, NULL));
	while (!count)
		;
	printf("code %d value %d\n", last_code, last_value == id);
}

static void fds(void)
{
	struct itimerspec its = {{0, 1000000}, {0, 1000000}}, old;
	uint64_t n = 0;
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	struct pollfd p = {fd, POLLIN, 0};

	SHOW(read(fd, &n, 8));
	SHOW(timerfd_settime(fd, 0, &its, &old));
	usleep(20000);
	SHOW(poll(&p, 1, 1000));
	SHOW(read(fd, &n, 4));
	SHOW(read(fd, &n, 8));
	EXPECT(n >= 5);
	SHOW(timerfd_gettime(fd, &old));
	printf("interval %d\n", (int)old.it_interval.tv_nsec);
	its = (struct itimerspec){{0, 0}, {1, 0}};
	SHOW(timerfd_settime(fd, TFD_TIMER_ABSTIME, &its, NULL));
	SHOW(read(fd, &n, 8));
	printf("%d\n", (int)n);
	its.it_value.tv_nsec = 1000000000;
	SHOW(timerfd_settime(fd, 0, &its, NULL));
	SHOW(timerfd_settime(0, 0, &old, NULL));
	SHOW(timerfd_settime(fd, 77, &old, NULL));
	SHOW(timerfd_create(99, 0));
	SHOW(timerfd_create(CLOCK_REALTIME, 1));
}

static void others(void)
{
	struct timex tx = {.modes = 0};
	struct tms tms;
	struct timeval tv;
	struct timezone tz;
	struct rusage ru;

	SHOW_OK(adjtimex(&tx));
	EXPECT(tx.tick >= 9000 && tx.tick <= 11000);
	tx.modes = 0;
	SHOW_OK(clock_adjtime(CLOCK_REALTIME, &tx));
	SHOW(clock_adjtime(CLOCK_MONOTONIC, &tx));
	SHOW(clock_adjtime(99, &tx));
	SHOW(syscall(SYS_adjtimex, BAD));
	EXPECT(times(&tms) > 0);
	EXPECT(tms.tms_utime + tms.tms_stime >= 0);
	SHOW(syscall(SYS_gettimeofday, &tv, &tz));
	EXPECT(tv.tv_usec < 1000000 && tv.tv_sec >= time(NULL) - 1);
	SHOW(syscall(SYS_gettimeofday, BAD, NULL));
	tv.tv_usec = 1000000;
	SHOW(syscall(SYS_settimeofday, &tv, NULL));
	SHOW(getrusage(RUSAGE_SELF, &ru));
	SHOW(getrusage(RUSAGE_CHILDREN, &ru));
	SHOW(getrusage(RUSAGE_THREAD, &ru));
	SHOW(getrusage(9, &ru));
	SHOW(syscall(SYS_getrusage, RUSAGE_SELF, BAD));
}

#ifdef __i386__
/* The 64-bit forms of the 32-bit table. */
static void time64(void)
{
	int64_t ts[2] = {-1, -1}, it[4], sleep64[2] = {0, 1000000};
	int id;

	SHOW(syscall(403, CLOCK_REALTIME, ts)); /* clock_gettime64 */
	EXPECT(ts[0] > 1700000000 && ts[1] < 1000000000);
	SHOW(syscall(404, CLOCK_MONOTONIC, ts));
	SHOW(syscall(406, CLOCK_MONOTONIC, ts)); /* clock_getres_time64 */
	printf("%d %d\n", (int)ts[0], (int)ts[1]);
	SHOW(syscall(407, CLOCK_MONOTONIC, 0, sleep64, NULL));
	sleep64[1] |= (int64_t)7 << 32; /* padding */
	SHOW(syscall(407, CLOCK_MONOTONIC, 0, sleep64, NULL));
	syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &id);
	it[0] = it[1] = it[3] = 0;
	it[2] = 1000;
	SHOW(syscall(409, id, 0, it, NULL)); /* timer_settime64 */
	SHOW(syscall(408, id, it));
	EXPECT(it[2] >= 998);
	id = (int)syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0);
	SHOW(syscall(411, id, 0, it, NULL));
	SHOW(syscall(410, id, it));
	EXPECT(it[2] >= 998);
	SHOW(syscall(403, 99, ts));
	SHOW(syscall(403, 0, BAD));
}
#endif

int main(void)
{
	in_child("clocks", clocks);
	in_child("sleeping", sleeping);
	in_child("intervals", intervals);
	in_child("timers", timers);
	in_child("fds", fds);
	in_child("others", others);
#ifdef __i386__
	in_child("time64", time64);
#endif
	return 0;
}
