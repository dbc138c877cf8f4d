/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: socketcall */
/* Sockets that share a port: which of them gets what. */
#include "net3.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#ifndef TCP_INQ
#define TCP_INQ 36
#endif

static uint16_t port; /* that all share; in network byte order */

static struct sockaddr_in v4(uint32_t ip)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(ip)};
}

/* A socket at an address and the port, which the first one gets from the kernel. */
static int at(int type, uint32_t ip, int option)
{
	struct sockaddr_in a = v4(ip);
	int s = k_socket(AF_INET, type, 0), on = 1, len = sizeof(a);

	k_setsockopt(s, SOL_SOCKET, option, &on, sizeof(on));
	if (k_bind(s, &a, sizeof(a)))
		printf("bind: %s\n", result(-1));
	k_getsockname(s, &a, &len);
	port = a.sin_port;
	return s;
}

static int at_all6(int type, int option)
{
	struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_port = port};
	int s = k_socket(AF_INET6, type, 0), on = 1, off = 0;

	k_setsockopt(s, SOL_SOCKET, option, &on, sizeof(on));
	k_setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (k_bind(s, &a, sizeof(a)))
		printf("bind: %s\n", result(-1));
	return s;
}

/* Sends a datagram and says which of n sockets has got it. */
static int sent_to(int from, uint32_t ip, const int *s, int n)
{
	struct sockaddr_in a = v4(ip);
	struct pollfd p[8];
	char c[8];

	for (int i = 0; i < n; i++)
		p[i] = (struct pollfd){s[i], POLLIN, 0};
	if (k_sendto(from, "x", 1, 0, &a, sizeof(a)) != 1 || poll(p, (nfds_t)n, 5000) < 1)
		return -1;
	for (int i = 0; i < n; i++)
		if (p[i].revents & POLLIN)
			return k_recv(s[i], c, sizeof(c), 0) == 1 ? i : -2;
	return -3;
}

static void datagrams(void)
{
	int c[2], s[3];
	struct sockaddr_in a;
	int len = sizeof(a);

	c[0] = at(SOCK_DGRAM, 0x7f000001, SO_REUSEADDR);
	port = 0;
	c[1] = at(SOCK_DGRAM, 0x7f000001, SO_REUSEADDR);
	port = 0;
	s[0] = at(SOCK_DGRAM, 0, SO_REUSEADDR);
	s[1] = at(SOCK_DGRAM, 0x7f000002, SO_REUSEADDR);
	s[2] = at(SOCK_DGRAM, 0x7f000001, SO_REUSEADDR);
	printf("to 127.0.0.3: %d\n", sent_to(c[0], 0x7f000003, s, 3));
	printf("to 127.0.0.2: %d\n", sent_to(c[0], 0x7f000002, s, 3));
	printf("to 127.0.0.1: %d\n", sent_to(c[0], 0x7f000001, s, 3));
	/* The last one talks to one client alone. */
	k_getsockname(c[0], &a, &len);
	printf("connect: %s\n", k_err(k_connect(s[2], &a, sizeof(a))));
	printf("its client: %d\n", sent_to(c[0], 0x7f000001, s, 3));
	printf("another: %d\n", sent_to(c[1], 0x7f000001, s, 3));
	close(s[2]);
	printf("without it: %d\n", sent_to(c[0], 0x7f000001, s, 2));
	close(s[0]), close(s[1]), close(c[0]), close(c[1]);
}

static void families(void)
{
	int c, s[3];

	port = 0;
	c = at(SOCK_DGRAM, 0x7f000001, SO_REUSEADDR);
	port = 0;
	s[0] = at(SOCK_DGRAM, 0, SO_REUSEPORT);
	s[1] = at_all6(SOCK_DGRAM, SO_REUSEPORT);
	printf("IPv4 first: %d\n", sent_to(c, 0x7f000001, s, 2));
	close(s[0]);
	printf("IPv6 alone: %d\n", sent_to(c, 0x7f000001, s + 1, 1));
	s[0] = at(SOCK_DGRAM, 0, SO_REUSEPORT);
	printf("IPv6 first: %d\n", sent_to(c, 0x7f000001, s, 2));
	close(s[0]), close(s[1]), close(c);
}

/* Who sends from one address is heard by one of them, and by the same one again. */
static void balanced(void)
{
	int c, s[4], first, same = 0;

	port = 0;
	c = at(SOCK_DGRAM, 0x7f000001, SO_REUSEADDR);
	port = 0;
	for (int i = 0; i < 4; i++)
		s[i] = at(SOCK_DGRAM, 0x7f000001, SO_REUSEPORT);
	first = sent_to(c, 0x7f000001, s, 4);
	for (int i = 0; i < 20; i++)
		same += sent_to(c, 0x7f000001, s, 4) == first;
	printf("one of four: %d, the same %d times\n", first >= 0, same);
	for (int i = 0; i < 4; i++)
		close(s[i]);
	close(c);
}

/* Connects and says which of n listening sockets accepts. */
static int accepted_by(uint32_t ip, const int *s, int n)
{
	struct sockaddr_in a = v4(ip);
	int c = k_socket(AF_INET, SOCK_STREAM, 0), by = -1;
	struct pollfd p[4];

	for (int i = 0; i < n; i++)
		p[i] = (struct pollfd){s[i], POLLIN, 0};
	if (!k_connect(c, &a, sizeof(a)) && poll(p, (nfds_t)n, 5000) == 1)
		for (int i = 0; i < n; i++)
			if (p[i].revents) {
				by = i;
				close((int)k_accept(s[i], NULL, NULL));
			}
	close(c);
	return by;
}

static void streams(void)
{
	int s[2];

	port = 0;
	s[0] = at(SOCK_STREAM, 0, SO_REUSEPORT);
	s[1] = at(SOCK_STREAM, 0x7f000001, SO_REUSEPORT);
	k_listen(s[0], 5);
	k_listen(s[1], 5);
	printf("connect to 127.0.0.1: %d\n", accepted_by(0x7f000001, s, 2));
	printf("connect to 127.0.0.2: %d\n", accepted_by(0x7f000002, s, 2));
	close(s[1]);
	printf("connect to 127.0.0.1: %d\n", accepted_by(0x7f000001, s, 1));
	close(s[0]);
}

/* TCP_INQ: how much there is still to be read. */
static void inq(void)
{
	struct sockaddr_in a;
	int l, c = k_socket(AF_INET, SOCK_STREAM, 0), s, on = 1;
	char data[16], control[64] __attribute__((aligned(8)));
	struct iovec v = {data, 4};

	port = 0;
	l = at(SOCK_STREAM, 0x7f000001, SO_REUSEADDR);
	k_listen(l, 1);
	a = v4(0x7f000001);
	k_connect(c, &a, sizeof(a));
	s = (int)k_accept(l, NULL, NULL);
	printf("TCP_INQ: %s\n", k_err(k_setsockopt(s, IPPROTO_TCP, TCP_INQ, &on, sizeof(on))));
	k_send(c, "0123456789", 10, 0);
	for (int i = 0; i < 3; i++) {
		struct msghdr m = {.msg_iov = &v,
				   .msg_iovlen = 1,
				   .msg_control = control,
				   .msg_controllen = sizeof(control)};
		long n = k_recvmsg(s, &m, 0);
		struct cmsghdr *h = CMSG_FIRSTHDR(&m);

		printf("%ld bytes", n);
		if (h)
			printf(", [%d %d %d]", h->cmsg_level, h->cmsg_type, *(int *)CMSG_DATA(h));
		puts("");
	}
	close(s), close(c), close(l);
}

int main(void)
{
	datagrams();
	families();
	balanced();
	streams();
	inq();
	return 0;
}
