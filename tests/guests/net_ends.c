/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: socketcall */
/* How poll() and epoll tell of a connection's end: closed, half closed by either side, reset, never
 * made. */
#define _GNU_SOURCE
#include "net3.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

static int pair[2]; /* what is looked at, and its peer */

static void connect_pair(int family)
{
	struct sockaddr_in6 a = {.sin6_family = (sa_family_t)family};
	struct sockaddr_in *in = (void *)&a;
	socklen_t len = family == AF_INET ? sizeof(*in) : sizeof(a);
	int l = k_socket(family, SOCK_STREAM, 0);

	if (family == AF_INET)
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		a.sin6_addr = in6addr_loopback;
	k_bind(l, &a, len);
	k_listen(l, 1);
	k_getsockname(l, &a, &len);
	pair[0] = k_socket(family, SOCK_STREAM, 0);
	k_connect(pair[0], &a, len);
	pair[1] = k_accept(l, NULL, NULL);
	close(l);
}

static void show_poll(int fd, short events)
{
	struct pollfd p = {fd, events, 0};
	int n = poll(&p, 1, 0);

	printf(" %x:%d/%x", (unsigned short)events, n, (unsigned short)p.revents);
}

/* Two registrations share their data, as those of programs may that look for themselves. */
static void show_epoll(int fd, unsigned events)
{
	struct epoll_event e = {.events = events, .data.u64 = 0x123456789}, got[2] = {0};
	int ep = epoll_create1(0), other = k_socket(AF_UNIX, SOCK_DGRAM, 0), n;

	e.events = EPOLLPRI;
	epoll_ctl(ep, EPOLL_CTL_ADD, other, &e);
	e.events = events;
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
	n = epoll_wait(ep, got, 2, 0);
	printf(" e%x:%d/%x", events, n, got[0].events);
	n = epoll_pwait(ep, got, 2, 0, NULL);
	printf("/%d", n);
	close(other);
	close(ep);
}

/* All that is told, once the socket shows one of the events. */
static void state(const char *when, int fd, short until)
{
	struct pollfd p = {fd, until, 0};

	poll(&p, 1, 5000);
	printf("%s:", when);
	show_poll(fd, POLLIN | POLLOUT | POLLPRI | POLLRDHUP | POLLRDNORM | POLLWRNORM);
	show_poll(fd, POLLIN);
	show_poll(fd, POLLOUT);
	show_poll(fd, POLLRDHUP);
	show_epoll(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
	show_epoll(fd, EPOLLIN | EPOLLET);
	show_epoll(fd, EPOLLOUT | EPOLLONESHOT);
	printf("\n");
}

static void show_error(int fd)
{
	int error = -1, len = sizeof(error);

	k_getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	printf("  SO_ERROR %d\n", error);
}

/* What a connection adds to the options. */
static void options(int family)
{
	int mtu = 0, len = 4, level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	char name[64] = "";

	SHOW(k_getsockopt(pair[0], level, family == AF_INET ? 14 : 24, &mtu, &len));
	printf("MTU %d\n", mtu);
	for (int n = 0; n < 32; n += 4) {
		len = n;
		printf("SO_PEERNAME %d: %s", n,
		       k_err(k_getsockopt(pair[0], SOL_SOCKET, 28, name, &len)));
		printf(" %d, family %d\n", len, ((struct sockaddr *)name)->sa_family);
	}
}

static void closed(void)
{
	state("open", pair[0], POLLOUT);
	k_send(pair[1], "abc", 3, 0);
	close(pair[1]);
	state("closed, with data", pair[0], POLLRDHUP);
	SHOW(k_recv(pair[0], (char[8]){0}, 8, 0));
	state("read", pair[0], POLLRDHUP);
	SHOW(k_recv(pair[0], (char[8]){0}, 8, 0));
	state("read at the end", pair[0], POLLRDHUP);
	k_shutdown(pair[0], SHUT_WR);
	state("shut", pair[0], 0);
}

static void written_to(void)
{
	close(pair[1]);
	state("closed", pair[0], POLLRDHUP);
	SHOW(k_send(pair[0], "abc", 3, MSG_NOSIGNAL));
	state("written to", pair[0], 0);
	show_error(pair[0]);
	state("asked", pair[0], 0);
	SHOW(k_send(pair[0], "abc", 3, MSG_NOSIGNAL));
	SHOW(k_recv(pair[0], (char[8]){0}, 8, 0));
	state("again", pair[0], 0);
}

static void half(void)
{
	k_shutdown(pair[1], SHUT_WR);
	state("shut by the peer", pair[0], POLLRDHUP);
	state("the peer", pair[1], POLLOUT);
	k_shutdown(pair[0], SHUT_WR);
	state("shut by both", pair[0], 0);
	state("the peer", pair[1], 0);
}

static void unread(void)
{
	k_send(pair[0], "abc", 3, 0);
	poll(&(struct pollfd){pair[1], POLLIN, 0}, 1, 5000);
	close(pair[1]);
	state("closed with data unread", pair[0], POLLRDHUP);
	show_error(pair[0]);
	state("asked", pair[0], 0);
	SHOW(k_recv(pair[0], (char[8]){0}, 8, 0));
}

static void aborted(void)
{
	struct {
		int on, time;
	} linger = {1, 0};

	k_setsockopt(pair[1], SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(pair[1]);
	state("reset", pair[0], POLLRDHUP);
	SHOW(k_recv(pair[0], (char[8]){0}, 8, 0));
	state("read", pair[0], 0);
	SHOW(k_send(pair[0], "abc", 3, MSG_NOSIGNAL));
}

/* Nobody listens at a port that is bound. */
static void refused(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int b = k_socket(AF_INET, SOCK_STREAM, 0), len = sizeof(a);
	int fd = k_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	k_bind(b, &a, len);
	k_getsockname(b, &a, &len);
	state("new", fd, 0);
	SHOW(k_connect(fd, &a, len));
	state("refused", fd, POLLOUT);
	show_error(fd);
	state("asked", fd, 0);
	close(b);
	close(fd);
}

static void show_mark(const char *when)
{
	int n = -1, at = -1;

	poll(&(struct pollfd){pair[0], POLLIN | POLLPRI, 0}, 1, 0);
	ioctl(pair[0], FIONREAD, &n);
	ioctl(pair[0], SIOCATMARK, &at);
	printf("%s: %d bytes, at the mark: %d\n", when, n, at);
}

static void read_some(long n, int flags)
{
	char c[16] = "";
	long got = k_recv(pair[0], c, n, flags | MSG_DONTWAIT);

	printf("recv %s %ld '%s'\n", k_err(got), got, c);
}

/* How many bytes there are before an urgent one, which is read apart or in line. */
static void urgent(void)
{
	int left;

	for (int in_line = 0; in_line < 2; in_line++) {
		k_setsockopt(pair[0], SOL_SOCKET, SO_OOBINLINE, &in_line, 4);
		k_send(pair[1], "abc", 3, MSG_OOB);
		k_send(pair[1], "de", 2, 0);
		while (!ioctl(pair[1], SIOCOUTQ, &left) && left)
			usleep(1000);
		show_mark("sent");
		read_some(1, 0);
		show_mark("one read");
		read_some(9, 0);
		show_mark("read to the mark");
		read_some(1, MSG_OOB);
		show_mark("the urgent one read");
		read_some(9, 0);
		show_mark("all read");
	}
}

/* Control messages that mean nothing to a stream are looked at all the same. */
static void controlled(void)
{
	static const struct {
		int level, type, len;
	} list[] = {{SOL_SOCKET, SCM_RIGHTS, 4}, {SOL_SOCKET, SCM_RIGHTS, 400},
		    {SOL_SOCKET, 77, 4},	 {SOL_SOCKET, 37, 4},
		    {SOL_SOCKET, 37, 2},	 {IPPROTO_IP, IP_TTL, 4}};
	char control[64] __attribute__((aligned(8))) = "";
	struct iovec v = {"abc", 3};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control};
	struct cmsghdr *c = (void *)control;

	for (unsigned i = 0; i < sizeof(list) / sizeof(*list); i++) {
		*c = (struct cmsghdr){CMSG_LEN(list[i].len), list[i].level, list[i].type};
		m.msg_controllen = CMSG_SPACE(4);
		printf("control %d %d %d: %s\n", list[i].level, list[i].type, list[i].len,
		       k_err(k_sendmsg(pair[0], &m, 0)));
	}
	m.msg_control = (void *)8;
	SHOW(k_sendmsg(pair[0], &m, 0));
	m.msg_control = NULL;
	SHOW(k_sendmsg(pair[0], &m, 0));
	SHOW(k_recv(pair[1], control, sizeof(control), MSG_DONTWAIT));
}

int main(void)
{
	static void (*const all[])(void) = {closed,  written_to, half,	unread,
					    aborted, controlled, urgent};

	for (unsigned i = 0; i < 2 * sizeof(all) / sizeof(*all); i++) {
		connect_pair(i % 2 ? AF_INET6 : AF_INET);
		if (!(i / 2))
			options(i % 2 ? AF_INET6 : AF_INET);
		all[i / 2]();
		close(pair[0]);
		close(pair[1]);
	}
	refused();
	return 0;
}
