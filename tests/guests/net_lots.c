/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* Datagrams of 64 KiB, multicast on the loopback interface, and a chat of many processes. */
#include "guest.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#define MOST	 65507 /* what fits into an IPv4 datagram */
#define TALKERS	 12
#define MESSAGES 8

static char out[65536], in[65536];

static void receive(int s)
{
	struct pollfd p = {.fd = s, .events = POLLIN};
	ssize_t n;

	poll(&p, 1, 5000);
	n = recv(s, in, sizeof(in), MSG_DONTWAIT);
	printf("%zd bytes, %s\n", n, n > 0 && !memcmp(in, out, (size_t)n) ? "the same" : "others");
}

static void big(int family)
{
	struct sockaddr_storage a = {.ss_family = (sa_family_t)family};
	int s = socket(family, SOCK_DGRAM, 0), c = socket(family, SOCK_DGRAM, 0), room = 1 << 20;
	socklen_t len = sizeof(a);

	printf("family %s\n", family == AF_INET ? "INET" : "INET6");
	if (family == AF_INET)
		((struct sockaddr_in *)&a)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		((struct sockaddr_in6 *)&a)->sin6_addr = in6addr_loopback;
	SHOW(setsockopt(s, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)));
	len = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	SHOW(bind(s, (struct sockaddr *)&a, len));
	SHOW(getsockname(s, (struct sockaddr *)&a, &len));
	SHOW(sendto(c, out, MOST, 0, (struct sockaddr *)&a, len));
	receive(s);
	SHOW(sendto(c, out, MOST + 29, 0, (struct sockaddr *)&a, len));
	SHOW(connect(c, (struct sockaddr *)&a, len));
	SHOW(write(c, out, 60000));
	receive(s);
	SHOW(send(c, out, 0, 0));
	receive(s);
	close(s);
	close(c);
}

static void multicast(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	struct ip_mreqn m = {.imr_ifindex = (int)if_nametoindex("lo")};
	int s = socket(AF_INET, SOCK_DGRAM, 0), c = socket(AF_INET, SOCK_DGRAM, 0), ttl = 0;
	socklen_t len = sizeof(a);

	m.imr_multiaddr.s_addr = inet_addr("239.7.7.7");
	SHOW(bind(s, (struct sockaddr *)&a, sizeof(a)));
	getsockname(s, (struct sockaddr *)&a, &len);
	a.sin_addr = m.imr_multiaddr;
	SHOW(setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)));
	SHOW(setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)));
	SHOW(setsockopt(c, IPPROTO_IP, IP_MULTICAST_IF, &m, sizeof(m)));
	SHOW(setsockopt(c, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl)));
	SHOW(sendto(c, out, 1000, 0, (struct sockaddr *)&a, sizeof(a)));
	receive(s);
	SHOW(setsockopt(s, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof(m)));
	SHOW(setsockopt(s, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof(m)));
	close(s);
	close(c);
}

/* Says its messages and reads what all say. Exits with 0 if it heard everything, once. */
static void talk(const struct sockaddr_un *a, int me)
{
	int heard[TALKERS] = {0}, s = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	unsigned char m[2];

	if (connect(s, (const struct sockaddr *)a, sizeof(*a)))
		_exit(2);
	for (int i = 0; i < MESSAGES; i++) {
		m[0] = (unsigned char)me;
		m[1] = (unsigned char)i;
		if (send(s, m, 2, 0) != 2)
			_exit(3);
	}
	for (int i = 0; i < TALKERS * MESSAGES; i++)
		if (recv(s, m, 2, 0) != 2 || m[0] >= TALKERS || m[1] != heard[m[0]]++)
			_exit(4);
	_exit(0);
}

/* Passes on to all what one says. */
static void chat(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "chat"};
	struct pollfd p[TALKERS];
	int s = socket(AF_UNIX, SOCK_SEQPACKET, 0), good = 0, status;
	unsigned char m[2];

	SHOW(bind(s, (struct sockaddr *)&a, sizeof(a)));
	SHOW(listen(s, TALKERS));
	fflush(stdout);
	for (int i = 0; i < TALKERS; i++)
		if (fork() == 0)
			talk(&a, i);
	for (int i = 0; i < TALKERS; i++)
		p[i] = (struct pollfd){.fd = accept(s, NULL, NULL), .events = POLLIN};
	for (int left = TALKERS * MESSAGES; left;) {
		if (poll(p, TALKERS, 10000) <= 0)
			break;
		for (int i = 0; i < TALKERS; i++) {
			if (!(p[i].revents & POLLIN) || recv(p[i].fd, m, 2, 0) != 2)
				continue;
			for (int k = 0; k < TALKERS; k++)
				send(p[k].fd, m, 2, MSG_NOSIGNAL);
			left--;
		}
	}
	for (int i = 0; i < TALKERS; i++) {
		wait(&status);
		good += status == 0;
	}
	printf("%d of %d heard all\n", good, TALKERS);
	unlink("chat");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7 + i / 256);
	big(AF_INET);
	big(AF_INET6);
	multicast();
	chat();
	return 0;
}
