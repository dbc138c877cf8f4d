/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clocks, sleeping and timers, in the forms that the C library does not choose too. */
#include "guest.h"
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

#define BAD	      ((void *)16)
#define CALL(nr, ...) SHOW(syscall(SYS_##nr, __VA_ARGS__))
#define MS	      1000000LL

struct time64 {
	long long sec, nsec;
};

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / MS;
}

static volatile int ticks, value;

static void on_alarm(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	ticks++;
	value = info->si_value.sival_int;
}

static void catch (int sig, int flags)
{
	struct sigaction sa = {.sa_sigaction = on_alarm, .sa_flags = SA_SIGINFO | flags};

	sigaction(sig, &sa, NULL);
}

static void clocks(void)
{
	struct timespec ts, later;
	struct timeval tv;
	struct timezone tz;
	struct timex tx = {0};
	time_t t = 0;

	for (int clock = 0; clock <= 12; clock++) {
		printf("clock %d: ", clock);
		SHOW(clock_gettime(clock, &ts));
		SHOW(clock_getres(clock, &ts));
		printf("%ld %ld\n", (long)ts.tv_sec, ts.tv_nsec);
	}
	clock_gettime(CLOCK_MONOTONIC, &ts);
	clock_gettime(CLOCK_MONOTONIC, &later);
	EXPECT(later.tv_sec > ts.tv_sec || later.tv_nsec >= ts.tv_nsec);
	CALL(clock_gettime, 0, BAD);
	CALL(clock_gettime, 99, BAD);
	CALL(clock_getres, 1, NULL);
	CALL(gettimeofday, &tv, &tz);
	EXPECT(syscall(SYS_time, &t) - tv.tv_sec <= 1);
	CALL(gettimeofday, BAD, NULL);
	CALL(gettimeofday, NULL, NULL);
	CALL(time, BAD);
	CALL(settimeofday, BAD, NULL);
	CALL(clock_settime, 1, &ts);
	CALL(clock_settime, 0, BAD);
	SHOW_OK(adjtimex(&tx));
	EXPECT(tx.tick > 0);
	CALL(adjtimex, BAD);
}

static void sleeping(void)
{
	struct timespec ts = {0, 20 * MS}, rem = {7, 7}, bad = {0, 1000000000};
	long long start = now();

	CALL(nanosleep, &ts, &rem);
	EXPECT(now() - start >= 19);
	printf("%ld %ld\n", (long)rem.tv_sec, rem.tv_nsec);
	CALL(nanosleep, &bad, NULL);
	CALL(nanosleep, BAD, NULL);
	CALL(clock_nanosleep, 99, 0, &ts, NULL);
	CALL(clock_nanosleep, CLOCK_MONOTONIC, 0, BAD, NULL);
	CALL(clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &ts, NULL);
	clock_gettime(CLOCK_REALTIME, &ts);
	CALL(clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &ts, NULL);
	catch (SIGALRM, SA_RESTART);
	ualarm(30000, 0);
	ts.tv_sec = 20, ts.tv_nsec = 0;
	CALL(nanosleep, &ts, &rem);
	EXPECT(rem.tv_sec == 19);
	ualarm(30000, 0);
	CALL(clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, BAD);
	printf("ticks %d\n", ticks);
#ifdef __i386__
	struct time64 t = {0, 10 * MS | 5LL << 32}, r = {3, 3};

	start = now();
	CALL(clock_nanosleep_time64, 1, 0, &t, &r);
	EXPECT(now() - start >= 9 && now() - start < 2000);
	CALL(clock_gettime64, 0, &t);
	EXPECT(t.sec > 1000000000 && t.nsec < 1000000000);
	CALL(clock_getres_time64, 0, &t);
	printf("%lld %lld\n", t.sec, t.nsec);
	t.sec = 20, t.nsec = 0;
	ualarm(30000, 0);
	CALL(clock_nanosleep_time64, 1, 0, &t, &r);
	EXPECT(r.sec == 19);
#endif
}

static void intervals(void)
{
	struct itimerval it = {{0, 0}, {100, 500}}, old = {{9, 9}, {9, 9}};

	SHOW(alarm(0));
	SHOW(alarm(50));
	SHOW(alarm(0) > 48);
	SHOW(setitimer(ITIMER_REAL, &it, &old));
	printf("%ld %ld\n", (long)old.it_value.tv_sec, (long)old.it_value.tv_usec);
	SHOW(getitimer(ITIMER_REAL, &old));
	EXPECT(old.it_value.tv_sec == 99 || old.it_value.tv_sec == 100);
	CALL(getitimer, 5, &old);
	CALL(getitimer, 0, BAD);
	CALL(setitimer, 0, BAD, NULL);
	it.it_value.tv_usec = 1000000;
	CALL(setitimer, 0, &it, NULL);
	catch (SIGVTALRM, 0);
	it.it_value.tv_sec = 0, it.it_value.tv_usec = 10000;
	ticks = 0;
	SHOW(setitimer(ITIMER_VIRTUAL, &it, NULL));
	while (!ticks)
		;
	printf("ticks %d\n", ticks);
}

static void posix_timers(void)
{
	struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1};
	struct itimerspec it = {{0, 0}, {0, 10 * MS}}, cur;
	struct timespec ts = {5, 0};
	sigset_t set;
	int id = -1, id2 = -1;

	ticks = 0;
	catch (SIGRTMIN + 1, 0);
	ev.sigev_value.sival_int = 1234;
	SHOW(syscall(SYS_timer_create, CLOCK_MONOTONIC, &ev, &id));
	SHOW(syscall(SYS_timer_settime, id, 0, &it, NULL));
	for (int i = 0; i < 4 && nanosleep(&ts, NULL) == 0; i++) { /* it was over before the call */
		ticks = 0;
		syscall(SYS_timer_settime, id, 0, &it, NULL);
	}
	printf("ticks %d value %d, %s\n", ticks, value, strerror(errno));
	SHOW(syscall(SYS_timer_gettime, id, &cur));
	printf("%ld %ld\n", (long)cur.it_value.tv_sec, cur.it_value.tv_nsec);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	it.it_interval.tv_nsec = 2 * MS;
	SHOW(syscall(SYS_timer_settime, id, 0, &it, &cur));
	ts.tv_sec = 0, ts.tv_nsec = 50 * MS;
	SHOW(nanosleep(&ts, NULL));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	EXPECT(ticks >= 2 && syscall(SYS_timer_getoverrun, id) >= 0);
	it.it_value.tv_sec = 1000, it.it_interval.tv_sec = 7;
	SHOW(syscall(SYS_timer_settime, id, 0, &it, &cur));
	SHOW(syscall(SYS_timer_gettime, id, &cur));
	EXPECT(cur.it_value.tv_sec >= 999 && cur.it_interval.tv_sec == 7);
	ev.sigev_notify = SIGEV_NONE;
	SHOW(syscall(SYS_timer_create, CLOCK_REALTIME, &ev, &id2));
	SHOW(syscall(SYS_timer_delete, id2));
	SHOW(syscall(SYS_timer_delete, id2));
	SHOW(syscall(SYS_timer_delete, id));
	SHOW(syscall(SYS_timer_create, CLOCK_REALTIME, NULL, &id));
	SHOW(syscall(SYS_timer_delete, id));
	ev.sigev_notify = 99;
	SHOW(syscall(SYS_timer_create, CLOCK_REALTIME, &ev, &id));
	CALL(timer_create, CLOCK_REALTIME, BAD, &id);
	CALL(timer_create, CLOCK_REALTIME, NULL, BAD);
	CALL(timer_create, 99, NULL, &id);
	CALL(timer_settime, 12345, 0, &it, NULL);
	CALL(timer_settime, 12345, 0, NULL, NULL);
	CALL(timer_gettime, 12345, &cur);
	CALL(timer_getoverrun, 12345);
}

int main(void)
{
	in_child("clocks", clocks);
	in_child("sleeping", sleeping);
	in_child("intervals", intervals);
	in_child("timers", posix_timers);
	return 0;
}
