/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* Waiting for descriptors: poll, select, epoll, eventfd, signalfd, timerfd, with timeouts, signal
 * masks and signals, in every layout that the ABI has. Raw calls where the library chooses. */
#include "guest.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>

static int p[2], hits;

/* The kernel's layouts for native long and for 64-bit time. */
struct ts {
	long sec, nsec;
};
struct ts64 {
	long long sec, nsec;
};

static void handler(int sig)
{
	(void)sig;
	hits++;
}

static void fill(void)
{
	if (write(p[1], "x", 1) != 1)
		puts("write failed");
}

static void drain(void)
{
	char c;

	if (read(p[0], &c, 1) != 1)
		puts("read failed");
}

static void polls(void)
{
	struct pollfd f[3] = {{p[0], POLLIN, 99}, {p[1], POLLOUT, 99}, {-1, POLLIN, 99}};
	uint64_t mask = 0;

	SHOW(poll(f, 3, -1));
	printf("%x %x %x\n", f[0].revents, f[1].revents, f[2].revents);
	SHOW(poll(f, 1, 0));
	SHOW(poll(f, 1, 10));
	fill();
	SHOW(poll(f, 2, 1000));
	printf("%x %x\n", f[0].revents, f[1].revents);
	drain();
	f[1].fd = 999;
	SHOW(poll(f, 2, 0));
	printf("%x\n", f[1].revents);
	SHOW(poll(NULL, 0, 0));
	SHOW(syscall(SYS_poll, (void *)8, 1, 0));
	SHOW(syscall(SYS_poll, f, 0x7fffffff, 0));
#ifndef __i386__
	struct ts t = {0, 1000000}, bad = {0, 1000000000};
#define PPOLL SYS_ppoll
#else
	struct ts64 t = {0, 1000000 | 0x100000000LL}, bad = {-1, 0};
	struct ts t32 = {0, 1000000};
#define PPOLL 414
	SHOW(syscall(309, f, 1, &t32, &mask, 8));
	printf("left %ld.%09ld\n", t32.sec, t32.nsec);
	t32.sec = 100;
	fill();
	SHOW(syscall(309, f, 1, &t32, NULL, 0));
	EXPECT(t32.sec == 99);
	drain();
	t32.nsec = -5;
	SHOW(syscall(309, f, 1, &t32, NULL, 0));
#endif
	SHOW(syscall(PPOLL, f, 1, &t, &mask, 8));
	printf("left %d.%09d\n", (int)t.sec, (int)t.nsec);
	SHOW(syscall(PPOLL, f, 1, &bad, NULL, 0));
	SHOW(syscall(PPOLL, f, 1, &t, &mask, 4));
	SHOW(syscall(PPOLL, f, 1, &t, (void *)8, 8));
	SHOW(syscall(PPOLL, f, 1, (void *)8, &mask, 4));
}

static void show_sets(const fd_set *r, const fd_set *w)
{
	printf("readable %d writable %d\n", !!FD_ISSET(p[0], r), !!FD_ISSET(p[1], w));
}

static void selects(void)
{
	fd_set r, w;
	struct timeval tv = {0, 1000};
	char *e = edge();
	long *small = (long *)(e + 4096) - 1;

	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_SET(p[0], &r);
	FD_SET(p[1], &w);
	SHOW(select(64, &r, &w, NULL, NULL));
	show_sets(&r, &w);
	FD_ZERO(&w);
	FD_SET(p[0], &r);
	SHOW(select(64, &r, NULL, NULL, &tv));
	show_sets(&r, &w);
	printf("left %d.%06d\n", (int)tv.tv_sec, (int)tv.tv_usec);
	FD_SET(500, &r);
	SHOW(select(501, &r, NULL, NULL, &tv));
	SHOW(select(-1, NULL, NULL, NULL, &tv));
	FD_ZERO(&r);
	FD_SET(p[0], &r);
	fill();
	tv.tv_sec = 100;
	SHOW(select(p[0] + 1, &r, NULL, NULL, &tv));
	EXPECT(tv.tv_sec == 99 || tv.tv_sec == 100);
	/* Only whole longs are read and written. */
	*small = 1L << p[0];
	tv.tv_sec = 0;
	SHOW(select(p[0] + 1, (fd_set *)small, NULL, NULL, &tv));
	printf("%lx\n", *small);
	drain();
#ifdef __i386__
	struct ts t32 = {0, 2000};
	long args[5] = {64, (long)&r, (long)&w, 0, (long)&t32};

	FD_SET(p[0], &r);
	FD_SET(p[1], &w);
	SHOW(syscall(142, 64, &r, &w, NULL, &t32)); /* _newselect */
	show_sets(&r, &w);
	FD_SET(p[0], &r);
	FD_CLR(p[1], &w);
	SHOW(syscall(82, args)); /* old select */
	show_sets(&r, &w);
	printf("left %ld.%06ld\n", t32.sec, t32.nsec);
	SHOW(syscall(82, 8));
	t32.sec = -1;
	SHOW(syscall(82, args));
#endif
}

static void pselects(int nr, void *timeout)
{
	uint64_t mask = 0;
	long pack[2] = {(long)&mask, 8};
	fd_set r;

	FD_ZERO(&r);
	FD_SET(p[0], &r);
	SHOW(syscall(nr, 64, &r, NULL, NULL, timeout, pack));
	printf("readable %d\n", !!FD_ISSET(p[0], &r));
	pack[0] = 8;
	SHOW(syscall(nr, 64, &r, NULL, NULL, timeout, pack));
	pack[1] = 7;
	SHOW(syscall(nr, 64, &r, NULL, NULL, timeout, pack));
	SHOW(syscall(nr, 64, 8, NULL, NULL, timeout, pack));
	pack[0] = 0;
	SHOW(syscall(nr, 64, &r, NULL, NULL, timeout, pack));
	SHOW(syscall(nr, 64, &r, NULL, NULL, timeout, 8));
	SHOW(syscall(nr, 64, 8, NULL, NULL, timeout, NULL));
	SHOW(syscall(nr, -1, &r, NULL, NULL, timeout, NULL));
	SHOW(syscall(nr, 64, &r, NULL, NULL, 8, NULL));
}

/* A blocked signal that the temporary mask lets in: the call ends with EINTR after the handler. */
static void masks(void)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};
	struct pollfd f = {p[0], POLLIN, 0};
	struct epoll_event ev;
	sigset_t block, none, now;
	int ep = epoll_create1(0);
	fd_set r;

	sigaction(SIGUSR1, &sa, NULL);
	sigemptyset(&none);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, NULL);
	kill(getpid(), SIGUSR1);
	SHOW(poll(&f, 1, 10));
	printf("hits %d\n", hits);
	SHOW(ppoll(&f, 1, NULL, &none));
	printf("hits %d\n", hits);
	kill(getpid(), SIGUSR1);
	FD_ZERO(&r);
	FD_SET(p[0], &r);
	SHOW(pselect(p[0] + 1, &r, NULL, NULL, NULL, &none));
	printf("hits %d, set kept %d\n", hits, !!FD_ISSET(p[0], &r));
	kill(getpid(), SIGUSR1);
	SHOW(epoll_pwait(ep, &ev, 1, -1, &none));
	printf("hits %d\n", hits);
	sigprocmask(SIG_SETMASK, NULL, &now);
	EXPECT(sigismember(&now, SIGUSR1));
	/* The other way: unblocked, but not during the call. */
	sigprocmask(SIG_UNBLOCK, &block, NULL);
	fflush(stdout);
	if (!fork()) {
		usleep(30000);
		kill(getppid(), SIGUSR1);
		usleep(30000);
		fill();
		_exit(0);
	}
	SHOW(ppoll(&f, 1, NULL, &block));
	printf("hits %d\n", hits);
	drain();
	while (wait(NULL) < 0 && errno == EINTR)
		;
	/* A signal in the middle of a wait: never restarted, whatever SA_RESTART says. */
	if (!fork()) {
		until_asleep(getppid());
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	SHOW(poll(&f, 1, 5000));
	printf("hits %d\n", hits);
	while (wait(NULL) < 0 && errno == EINTR)
		;

	fflush(stdout);
	close(ep);
}

static void epolls(void)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.u64 = 0x123456789abcdefULL}, out[4];
	int ep = epoll_create1(EPOLL_CLOEXEC);
	struct ts64 t = {0, 1000000};

	SHOW(epoll_create(0));
	SHOW(epoll_create1(77));
	SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], NULL));
	SHOW(epoll_ctl(ep, EPOLL_CTL_MOD, p[1], &ev));
	SHOW(epoll_wait(ep, out, 4, 0));
	fill();
	SHOW(epoll_wait(ep, out, 4, -1));
	printf("%x %llx\n", out[0].events, (unsigned long long)out[0].data.u64);
	ev.events = EPOLLOUT;
	ev.data.u64 = 77;
	SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, p[1], &ev));
	SHOW(epoll_wait(ep, out, 4, -1));
	printf("%x %llx\n", out[1].events, (unsigned long long)out[1].data.u64);
	SHOW(epoll_wait(ep, out, 0, -1));
	SHOW(syscall(SYS_epoll_wait, ep, out, -1, -1));
	SHOW(syscall(SYS_epoll_wait, ep, (void *)8, 1, -1));
	SHOW(epoll_wait(p[0], out, 1, 0));
	SHOW(epoll_ctl(ep, EPOLL_CTL_DEL, p[1], NULL));
	drain();
	SHOW(syscall(441, ep, out, 4, &t, NULL, 0));
	SHOW(syscall(441, ep, out, 4, 8, NULL, 0));
	t.nsec = -1;
#ifndef __i386__
	SHOW(syscall(441, ep, out, 4, &t, NULL, 0));
#endif
	SHOW(syscall(SYS_epoll_pwait, ep, out, 4, 0, &t, 4));
	SHOW(syscall(SYS_epoll_pwait, ep, out, 4, 0, (void *)8, 8));
	close(ep);
}

static void events(void)
{
	uint64_t v = 5;
	int fd = eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC);
	struct signalfd_siginfo si;
	sigset_t set;
	int sfd;

	SHOW(eventfd(0, 77777));
	SHOW(write(fd, &v, 8));
	SHOW(read(fd, &v, 8));
	printf("%llu\n", (unsigned long long)v);
	SHOW(read(fd, &v, 8));
	SHOW(read(fd, &v, 4));
	close(fd);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sfd = signalfd(-1, &set, SFD_NONBLOCK);
	SHOW(read(sfd, &si, sizeof(si)));
	kill(getpid(), SIGUSR2);
	SHOW(read(sfd, &si, sizeof(si)));
	printf("signal %u from itself %d\n", si.ssi_signo, (pid_t)si.ssi_pid == getpid());
	SHOW(syscall(SYS_signalfd4, -1, &set, 7, 0));
	SHOW(syscall(SYS_signalfd4, -1, (void *)8, 8, 0));
	SHOW(syscall(SYS_signalfd4, 0, &set, 8, 0));
	SHOW(syscall(SYS_signalfd4, sfd, &set, 8, 0) == sfd);
	close(sfd);
}

/* What is left of a time, on a machine that may be slow. */
static void show_left(int interval, int left, int whole)
{
	printf("%d, %d or less: %s\n", interval, whole,
	       left <= whole && left > whole - 40 ? "yes" : "NO");
}

static void timers(void)
{
	struct itimerspec it = {{0, 0}, {0, 2000000}}, old;
	uint64_t n = 0;
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);

	SHOW(timerfd_create(9999, 0));
	SHOW(timerfd_create(CLOCK_MONOTONIC, 3));
	SHOW(timerfd_settime(fd, 0, &it, NULL));
	SHOW(read(fd, &n, 8));
	printf("%llu\n", (unsigned long long)n);
	it.it_value.tv_sec = 100;
	it.it_interval.tv_sec = 7;
	SHOW(timerfd_settime(fd, 0, &it, NULL));
	SHOW(timerfd_settime(fd, 0, &it, &old));
	show_left((int)old.it_interval.tv_sec, (int)old.it_value.tv_sec, 100);
	SHOW(timerfd_gettime(fd, &old));
	show_left((int)old.it_interval.tv_sec, (int)old.it_value.tv_sec, 100);
	it.it_value.tv_nsec = 1000000000;
	SHOW(timerfd_settime(fd, 0, &it, NULL));
	SHOW(syscall(SYS_timerfd_settime, fd, 0, 8, NULL));
	SHOW(syscall(SYS_timerfd_settime, fd, 0, NULL, NULL));
	SHOW(syscall(SYS_timerfd_gettime, fd, 8));
	SHOW(syscall(SYS_timerfd_gettime, p[0], &old));
#ifdef __i386__
	int32_t o[4] = {3, 0, 50, 0}, back[4];

	SHOW(syscall(325, fd, 0, o, back));
	show_left(back[0], back[2], 100);
	SHOW(syscall(326, fd, back));
	show_left(back[0], back[2], 50);
#endif
	close(fd);
}

int main(void)
{
	SHOW(pipe(p));
	polls();
	selects();
#ifdef __i386__
	pselects(308, &(struct ts){0, 1000});
	pselects(413, &(struct ts64){0, 1000});
#else
	pselects(SYS_pselect6, &(struct ts){0, 1000});
#endif
	epolls();
	events();
	timers();
	masks();
	return 0;
}
