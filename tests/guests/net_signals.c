/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: socketcall */
/* Signals in calls that wait for a socket: which are restarted and which end with EINTR, with and
 * without SA_RESTART, with and without a timeout of the socket (signal(7)). A second process waits
 * until the first one sleeps in its call, interrupts it and, if it has gone to sleep again, gives
 * it what it waits for. */
#include "net3.h"
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

#define SAMPLES 4 /* looks at a process, all of which find it asleep */

static int pair[2], listener, full[2], orders[2], done[2];
static struct sockaddr_in at;
static struct shared {
	volatile int handled, returned;
} * shared;

/* What the call waits for. */
enum { DATA, CONNECTION, ROOM };

static void handler(int sig)
{
	(void)sig;
	shared->handled = 1;
}

/* Whether the process sleeps, as /proc has it; 1 also where that cannot be read. */
static int sleeps(pid_t pid)
{
	char path[40], line[512] = "", *state;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (!f || !fgets(line, sizeof(line), f))
		line[0] = 0;
	if (f)
		fclose(f);
	state = strrchr(line, ')');
	return !state || state[2] == 'S';
}

/* Until the process has gone to sleep for long, or its call has returned. */
static void await_sleep(pid_t pid)
{
	for (int n = 0; n < SAMPLES && !shared->returned; n = sleeps(pid) ? n + 1 : 0)
		usleep(3000);
}

static void give(int what)
{
	static char drain[4096];
	int fd;

	if (what == DATA) {
		k_send(pair[0], "x", 1, MSG_DONTWAIT);
	} else if (what == CONNECTION) {
		fd = k_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		k_connect(fd, &at, sizeof(at));
		close(fd);
	} else {
		while (k_recv(full[1], drain, sizeof(drain), MSG_DONTWAIT) > 0)
			;
	}
}

static void helper(pid_t pid)
{
	char what;

	while (read(orders[0], &what, 1) == 1) {
		await_sleep(pid);
		kill(pid, SIGALRM);
		while (!shared->handled)
			usleep(1000);
		await_sleep(pid);
		if (!shared->returned)
			give(what);
		write(done[1], "", 1);
	}
	_exit(0);
}

static void fill(void)
{
	static char block[4096];

	while (k_send(full[0], block, sizeof(block), MSG_DONTWAIT) > 0)
		;
}

static void begin(int what, int flags)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};
	char c = (char)what;

	while (k_recv(pair[1], &c, 1, MSG_DONTWAIT) > 0)
		;
	if (what == ROOM)
		fill();
	shared->handled = shared->returned = 0;
	sigaction(SIGALRM, &sa, NULL);
	c = (char)what;
	write(orders[1], &c, 1);
}

static void end(const char *what, long ret, int flags, int timeo)
{
	int err = errno;
	char c;

	shared->returned = 1;
	while (read(done[0], &c, 1) != 1)
		;
	errno = err;
	printf("%s%s%s: %s\n", what, flags ? " SA_RESTART" : "", timeo ? " with a timeout" : "",
	       ret == -1 ? k_err(ret) : "ok");
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
	TRY(DATA, poll(&p, 1, 100000));
	TRY(DATA, epoll_wait(ep, &ev, 1, 100000));
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
	EXPECT(big.tv_sec < 5);
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
	EXPECT(ts64[0] < 5 || (ts64[0] == 5 && !ts64[1]));
	ts64[1] = 1000000000;
	SHOW(syscall(417, pair[1], mm, 1, MSG_DONTWAIT, ts64));
	ts64[1] = 0x100000000LL;
	SHOW(syscall(417, pair[1], mm, 1, MSG_DONTWAIT, ts64));
#endif
}

int main(void)
{
	socklen_t len = sizeof(at);
	pid_t child;

	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	socketpair(AF_UNIX, SOCK_STREAM, 0, full);
	at.sin_family = AF_INET;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = (int)k_socket(AF_INET, SOCK_STREAM, 0);
	k_bind(listener, &at, sizeof(at));
	k_listen(listener, 8);
	k_getsockname(listener, &at, &len);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED || pipe(orders) || pipe(done))
		return 1;
	child = fork();
	if (!child) {
		close(orders[1]);
		helper(getppid());
	}
	all(0, 0);
	all(SA_RESTART, 0);
	all(0, 100);
	all(SA_RESTART, 100);
	close(orders[1]);
	waitpid(child, NULL, 0);
	timeouts();
	return 0;
}
