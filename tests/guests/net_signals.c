/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: socketcall */
/* Signals in calls that wait for a socket: which are restarted and which end with EINTR, with and
 * without SA_RESTART, with and without a timeout of the socket (signal(7)). A timer ticks: the
 * first tick interrupts the call, the second gives it what it waits for, should it wait again. */
#include "net3.h"
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

static int pair[2], listener, full[2];
static volatile sig_atomic_t ticks, goal;
static struct sockaddr_in at;

/* What the call waits for. */
enum { NOTHING, DATA, CONNECTION, ROOM };

static void tick(int sig)
{
	static char drain[4096];
	int saved = errno, fd;

	(void)sig;
	if (++ticks != 2) {
		errno = saved;
		return;
	}
	if (goal == DATA) {
		k_send(pair[0], "x", 1, MSG_DONTWAIT);
	} else if (goal == CONNECTION) {
		fd = k_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		k_connect(fd, &at, sizeof(at));
	} else if (goal == ROOM) {
		while (k_recv(full[1], drain, sizeof(drain), MSG_DONTWAIT) > 0)
			;
	}
	errno = saved;
}

static void fill(void)
{
	static char block[4096];

	while (k_send(full[0], block, sizeof(block), MSG_DONTWAIT) > 0)
		;
}

static void begin(int what, int flags)
{
	struct sigaction sa = {.sa_handler = tick, .sa_flags = flags};
	struct itimerval it = {{0, 40000}, {0, 40000}};
	char c;

	while (k_recv(pair[1], &c, 1, MSG_DONTWAIT) > 0)
		;
	if (what == ROOM)
		fill();
	ticks = 0;
	goal = what;
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &it, NULL);
}

static void end(const char *what, long ret, int flags, int timeo)
{
	struct itimerval off = {{0, 0}, {0, 0}};
	int err = errno;

	setitimer(ITIMER_REAL, &off, NULL);
	errno = err;
	printf("%s%s%s: %s after tick %s\n", what, flags ? " SA_RESTART" : "",
	       timeo ? " with a timeout" : "", ret == -1 ? k_err(ret) : "ok",
	       ticks == 1 ? "1"
	       : ticks	  ? "2"
			  : "0");
}

#define TRY(what, call)                                                                            \
	do {                                                                                       \
		begin(what, flags);                                                                \
		long ret_ = (call);                                                                \
		end(#call, ret_, flags, timeo);                                                    \
	} while (0)

static void all(int flags, int timeo)
{
	struct timeval tv = {timeo, 0};
	char c;
	struct iovec v = {&c, 1};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
	struct mmsghdr mm[2] = {{.msg_hdr = m}, {.msg_hdr = m}};
	static char block[4096];
	struct iovec bv = {block, sizeof(block)};
	struct msghdr bm = {.msg_iov = &bv, .msg_iovlen = 1};
	struct pollfd p = {pair[1], POLLIN, 0};
	struct epoll_event ev = {.events = EPOLLIN};
	int ep = epoll_create1(0), fd;
	fd_set r;

	epoll_ctl(ep, EPOLL_CTL_ADD, pair[1], &ev);
	setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(full[0], SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	TRY(DATA, k_recv(pair[1], &c, 1, 0));
	TRY(DATA, k_recvfrom(pair[1], &c, 1, 0, NULL, NULL));
	TRY(DATA, k_recvmsg(pair[1], &m, 0));
	TRY(DATA, k_recvmmsg(pair[1], mm, 1, 0, NULL));
	TRY(DATA, k_recvmmsg(pair[1], mm, 2, MSG_WAITFORONE, NULL));
	TRY(DATA, read(pair[1], &c, 1));
	TRY(DATA, readv(pair[1], &v, 1));
	TRY(CONNECTION, fd = (int)k_accept(listener, NULL, NULL));
	close(fd);
	TRY(CONNECTION, fd = (int)k_accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	close(fd);
	TRY(ROOM, k_send(full[0], block, sizeof(block), 0));
	TRY(ROOM, k_sendmsg(full[0], &bm, 0));
	TRY(ROOM, write(full[0], block, sizeof(block)));
	TRY(DATA, poll(&p, 1, 2000));
	TRY(DATA, epoll_wait(ep, &ev, 1, 2000));
	FD_ZERO(&r);
	FD_SET(pair[1], &r);
	TRY(DATA, select(pair[1] + 1, &r, NULL, NULL, NULL));
	close(ep);
}

/* Timeouts of the socket alone, and of recvmmsg, which are looked at after each message. */
static void timeouts(void)
{
	struct timeval tv = {0, 20000};
	struct timespec ts = {0, 1000000}, big = {5, 0};
	char c;
	struct iovec v = {&c, 1};
	struct mmsghdr mm[3] = {{.msg_hdr = {.msg_iov = &v, .msg_iovlen = 1}},
				{.msg_hdr = {.msg_iov = &v, .msg_iovlen = 1}},
				{.msg_hdr = {.msg_iov = &v, .msg_iovlen = 1}}};

	setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	while (k_recv(pair[1], &c, 1, MSG_DONTWAIT) > 0)
		;
	SHOW(k_recv(pair[1], &c, 1, 0));
	SHOW(read(pair[1], &c, 1));
	SHOW(k_accept(listener, NULL, NULL));
	SHOW(k_recvmmsg(pair[1], mm, 3, 0, NULL));
	k_send(pair[0], "x", 1, 0);
	SHOW(k_recvmmsg(pair[1], mm, 3, 0, &big));
	EXPECT(big.tv_sec == 4);
	k_send(pair[0], "x", 1, 0);
	k_send(pair[0], "x", 1, 0);
	usleep(2000);
	SHOW(k_recvmmsg(pair[1], mm, 3, 0, &ts) > 0);
#ifdef __i386__
	long long ts64[2] = {5, 0};

	while (k_recv(pair[1], &c, 1, MSG_DONTWAIT) > 0)
		;
	k_send(pair[0], "x", 1, 0);
	SHOW(syscall(417, pair[1], mm, 1, 0, ts64)); /* recvmmsg_time64 */
	EXPECT(ts64[0] == 4 || (ts64[0] == 5 && !ts64[1]));
	ts64[1] = 1000000000;
	SHOW(syscall(417, pair[1], mm, 1, MSG_DONTWAIT, ts64));
	ts64[1] = 0x100000000LL;
	SHOW(syscall(417, pair[1], mm, 1, MSG_DONTWAIT, ts64));
#endif
}

int main(void)
{
	socklen_t len = sizeof(at);

	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	socketpair(AF_UNIX, SOCK_STREAM, 0, full);
	at.sin_family = AF_INET;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = (int)k_socket(AF_INET, SOCK_STREAM, 0);
	k_bind(listener, &at, sizeof(at));
	k_listen(listener, 8);
	k_getsockname(listener, &at, &len);
	all(0, 0);
	all(SA_RESTART, 0);
	all(0, 5);
	all(SA_RESTART, 5);
	timeouts();
	return 0;
}
