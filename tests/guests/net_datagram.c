/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: socketcall */
/* What goes with datagrams: control messages of what is sent, of what is received, segments. */
#include "net3.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/sendfile.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#define UDP_GRO	    104
#endif

static int rx, tx;
static struct sockaddr_storage to;
static socklen_t tolen;
static char control[256] __attribute__((aligned(8)));
static size_t used;

/* Appends a control message to what is sent next. */
static void add(int level, int type, const void *data, size_t len)
{
	struct cmsghdr *c = (void *)(control + used);

	*c = (struct cmsghdr){.cmsg_len = CMSG_LEN(len), .cmsg_level = level, .cmsg_type = type};
	memcpy(CMSG_DATA(c), data, len);
	used += CMSG_SPACE(len);
}

static void show_addr(const void *data)
{
	const struct sockaddr_in *in = data;
	const struct sockaddr_in6 *in6 = data;
	char text[64];

	if (in->sin_family == AF_INET)
		printf(" %s", inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text)));
	else
		printf(" %s", inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text)));
}

static void show_cmsg(const struct cmsghdr *c)
{
	const struct in_pktinfo *p4 = (const void *)CMSG_DATA(c);
	const struct in6_pktinfo *p6 = (const void *)CMSG_DATA(c);
	char a[64], b[64];

	printf(" [%d %d", c->cmsg_level, c->cmsg_type);
	if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
		printf(" %d %s %s", p4->ipi_ifindex,
		       inet_ntop(AF_INET, &p4->ipi_addr, a, sizeof(a)),
		       inet_ntop(AF_INET, &p4->ipi_spec_dst, b, sizeof(b)));
	else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
		printf(" %u %s", p6->ipi6_ifindex,
		       inet_ntop(AF_INET6, &p6->ipi6_addr, a, sizeof(a)));
	else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_ORIGDSTADDR)
		show_addr(CMSG_DATA(c));
	else
		printf(" %u", *CMSG_DATA(c));
	printf("]");
}

static void receive(int fd)
{
	char data[2048], c[256] __attribute__((aligned(8)));
	struct sockaddr_storage from;
	struct iovec v = {data, sizeof(data)};

	for (;;) {
		struct msghdr m = {.msg_name = &from,
				   .msg_namelen = sizeof(from),
				   .msg_iov = &v,
				   .msg_iovlen = 1,
				   .msg_control = c,
				   .msg_controllen = sizeof(c)};
		long n = k_recvmsg(fd, &m, MSG_DONTWAIT);

		if (n < 0)
			return;
		printf("  %ld bytes from", n);
		show_addr(&from);
		for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h))
			show_cmsg(h);
		printf("\n");
	}
}

/* Sends n bytes with the control messages that have been added, to an address. */
static void sends(const char *what, int fd, const char *addr, size_t n)
{
	static char data[4096];
	struct sockaddr_in *in = (void *)&to;
	struct sockaddr_in6 *in6 = (void *)&to;
	struct iovec v[3] = {{data, n / 3}, {data, 0}, {data, n - n / 3}};
	struct msghdr m = {.msg_name = &to,
			   .msg_namelen = tolen,
			   .msg_iov = v,
			   .msg_iovlen = 3,
			   .msg_control = control,
			   .msg_controllen = used};

	if (to.ss_family == AF_INET)
		inet_pton(AF_INET, addr, &in->sin_addr);
	else
		inet_pton(AF_INET6, addr, &in6->sin6_addr);
	printf("%s to %s: %s\n", what, addr, k_err(k_sendmsg(fd, &m, 0)));
	used = 0;
	receive(rx);
}

/* A receiver at all addresses that wants to know everything, and a sender. */
static void begin(int family)
{
	int on = 1;

	rx = k_socket(family, SOCK_DGRAM, 0);
	tx = k_socket(family, SOCK_DGRAM, 0);
	memset(&to, 0, sizeof(to));
	to.ss_family = (sa_family_t)family;
	tolen = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	k_bind(rx, &to, tolen);
	k_getsockname(rx, &to, &tolen);
	k_setsockopt(rx, IPPROTO_IP, IP_PKTINFO, &on, 4);
	k_setsockopt(rx, IPPROTO_IP, IP_RECVTTL, &on, 4);
	k_setsockopt(rx, IPPROTO_IP, IP_RECVTOS, &on, 4);
	k_setsockopt(rx, IPPROTO_IP, IP_RECVORIGDSTADDR, &on, 4);
	k_setsockopt(rx, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, 4);
	k_setsockopt(rx, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, 4);
	k_setsockopt(rx, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, 4);
}

static void v4(void)
{
	struct in_pktinfo info = {.ipi_ifindex = 1};
	struct ip_mreqn join = {.imr_ifindex = 1};
	int value = 7, bad = 300;

	begin(AF_INET);
	sends("plain", tx, "127.0.0.1", 10);
	sends("plain", tx, "127.0.0.2", 10);
	info.ipi_spec_dst.s_addr = htonl(0x7f000003);
	add(IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	sends("from another address", tx, "127.0.0.2", 10);
	info.ipi_spec_dst.s_addr = htonl(0xc0000201);
	add(IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	sends("from a foreign address", tx, "127.0.0.2", 10);
	info = (struct in_pktinfo){.ipi_ifindex = 77777};
	add(IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	sends("by no interface", tx, "127.0.0.1", 10);
	add(IPPROTO_IP, IP_TTL, &value, 4);
	add(IPPROTO_IP, IP_TOS, "\x48", 1);
	sends("ttl and tos", tx, "127.0.0.1", 10);
	add(IPPROTO_IP, IP_TTL, &bad, 4);
	sends("bad ttl", tx, "127.0.0.1", 10);
	add(IPPROTO_IP, 99, &value, 4);
	sends("no such type", tx, "127.0.0.1", 10);
	add(SOL_SOCKET, 99, &value, 4);
	sends("no such type", tx, "127.0.0.1", 10);
	add(IPPROTO_IPV6, IPV6_HOPLIMIT, &value, 4);
	sends("of another family", tx, "127.0.0.1", 10);
	((struct cmsghdr *)(void *)control)->cmsg_len = 3;
	used = CMSG_SPACE(4);
	sends("bad length", tx, "127.0.0.1", 10);
	inet_pton(AF_INET, "239.1.2.3", &join.imr_multiaddr);
	k_setsockopt(rx, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof(join));
	info = (struct in_pktinfo){.ipi_ifindex = 1};
	info.ipi_spec_dst.s_addr = htonl(INADDR_LOOPBACK);
	add(IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	sends("a group", tx, "239.1.2.3", 10);
}

/* A client is connected to one of a server's addresses, and the server answers from it. */
static void answer(void)
{
	struct sockaddr_storage client;
	socklen_t len = sizeof(client);
	struct in_pktinfo info = {.ipi_ifindex = 0};
	int c = k_socket(AF_INET, SOCK_DGRAM, 0);
	char data[16];

	inet_pton(AF_INET, "127.0.0.9", &((struct sockaddr_in *)(void *)&to)->sin_addr);
	printf("connect: %s\n", k_err(k_connect(c, &to, tolen)));
	k_getsockname(c, &client, &len);
	printf("question: %s\n", k_err(k_send(c, "question", 8, 0)));
	receive(rx);
	to = client;
	sends("another's answer", tx, "127.0.0.1", 5);
	info.ipi_spec_dst.s_addr = htonl(0x7f000009);
	add(IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	sends("answer", rx, "127.0.0.1", 6);
	printf("answer: %ld bytes\n", k_recv(c, data, sizeof(data), MSG_DONTWAIT));
	close(c);
}

static void v6(void)
{
	struct in6_pktinfo info = {.ipi6_ifindex = 1};
	int value = 9, bad = -2, off = 0;

	begin(AF_INET6);
	k_setsockopt(rx, IPPROTO_IPV6, IPV6_V6ONLY, &off, 4);
	sends("plain", tx, "::1", 10);
	add(IPPROTO_IPV6, IPV6_HOPLIMIT, &value, 4);
	add(IPPROTO_IPV6, IPV6_TCLASS, &value, 4);
	sends("hops and class", tx, "::1", 10);
	add(IPPROTO_IPV6, IPV6_HOPLIMIT, &bad, 4);
	sends("bad hops", tx, "::1", 10);
	info.ipi6_addr = in6addr_loopback;
	add(IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	sends("from its address", tx, "::1", 10);
	inet_pton(AF_INET6, "2001:db8::1", &info.ipi6_addr);
	add(IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	sends("from a foreign address", tx, "::1", 10);
	add(IPPROTO_IPV6, 99, &value, 4);
	sends("no such type", tx, "::1", 10);
	close(tx);
	tx = k_socket(AF_INET6, SOCK_DGRAM, 0);
	sends("IPv4", tx, "::ffff:127.0.0.1", 10);
	sends("IPv4", tx, "::ffff:127.0.0.2", 10);
	close(tx);
	tx = k_socket(AF_INET6, SOCK_DGRAM, 0);
	add(IPPROTO_IP, IP_TTL, &value, 4);
	sends("IPv4 with a ttl", tx, "::ffff:127.0.0.1", 10);
	close(rx), close(tx);
}

static void segments(void)
{
	uint16_t size = 20;
	int value = 25, on = 1, len = sizeof(on);

	begin(AF_INET);
	close(rx);
	rx = k_socket(AF_INET, SOCK_DGRAM, 0); /* without control messages */
	inet_pton(AF_INET, "127.0.0.1", &((struct sockaddr_in *)(void *)&to)->sin_addr);
	k_bind(rx, &to, tolen);
	add(IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size));
	sends("segments of 20", tx, "127.0.0.1", 50);
	add(IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size));
	sends("as long as one", tx, "127.0.0.1", 20);
	size = 1;
	add(IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size));
	sends("too many", tx, "127.0.0.1", 4000);
	add(IPPROTO_UDP, UDP_SEGMENT, &value, sizeof(value));
	sends("bad size", tx, "127.0.0.1", 50);
	add(IPPROTO_UDP, 99, &size, sizeof(size));
	sends("no such type", tx, "127.0.0.1", 50);
	printf("option: %s\n", k_err(k_setsockopt(tx, IPPROTO_UDP, UDP_SEGMENT, &value, 4)));
	sends("by the option", tx, "127.0.0.1", 60);
	value = 70000;
	printf("option: %s\n", k_err(k_setsockopt(tx, IPPROTO_UDP, UDP_SEGMENT, &value, 4)));
	printf("option: %s\n", k_err(k_getsockopt(tx, IPPROTO_UDP, UDP_SEGMENT, &value, &len)));
	printf("%d\n", value);
	printf("UDP_GRO: %s\n", k_err(k_setsockopt(rx, IPPROTO_UDP, UDP_GRO, &on, 4)));
	close(rx), close(tx);
}

/* What a file or a pipe gives is a datagram. */
/* Datagrams that are held back until they are whole. */
static void corked(void)
{
	static char large[65000];
	int on = 1, off = 0;

	begin(AF_INET);
	SHOW(k_sendto(tx, "abc", 3, MSG_MORE, &to, tolen));
	SHOW(k_recv(rx, large, sizeof(large), MSG_DONTWAIT));
	SHOW(k_send(tx, "defg", 4, MSG_MORE)); /* the address is known */
	SHOW(k_sendto(tx, "h", 1, 0, "nonsense", 8));
	receive(rx);
	SHOW(k_setsockopt(tx, IPPROTO_UDP, 1, &on, 4)); /* UDP_CORK */
	SHOW(k_sendto(tx, "ijk", 3, 0, &to, tolen));
	SHOW(k_sendto(tx, large, sizeof(large), 0, &to, tolen));
	SHOW(k_recv(rx, large, sizeof(large), MSG_DONTWAIT));
	SHOW(k_sendto(tx, large, sizeof(large), 0, &to, tolen)); /* too much: all is lost */
	SHOW(k_sendto(tx, "lm", 2, 0, &to, tolen));
	SHOW(k_setsockopt(tx, IPPROTO_UDP, 1, &off, 4));
	receive(rx);
	SHOW(k_recv(rx, large, sizeof(large), MSG_DONTWAIT));
	close(rx), close(tx);
}

static void from_files(void)
{
	FILE *f = tmpfile();
	off_t at = 100;
	int p[2];

	begin(AF_INET);
	inet_pton(AF_INET, "127.0.0.1", &((struct sockaddr_in *)(void *)&to)->sin_addr);
	k_connect(tx, &to, tolen);
	ftruncate(fileno(f), 1000);
	SHOW(sendfile(tx, fileno(f), &at, 300));
	printf("at %ld\n", (long)at);
	receive(rx);
	SHOW(sendfile(tx, fileno(f), NULL, 2000));
	receive(rx);
	SHOW(sendfile(tx, fileno(f), NULL, 2000));
	SHOW(sendfile(tx, fileno(f), (off_t *)8, 10));
	receive(rx);
	SHOW(pipe(p));
	SHOW(write(p[1], "piped", 5));
	SHOW(splice(p[0], NULL, tx, NULL, 5, 0));
	receive(rx);
	SHOW(splice(rx, NULL, tx, NULL, 5, 0));
	close(rx), close(tx), close(p[0]), close(p[1]);
	fclose(f);
}

int main(void)
{
	v4();
	answer();
	close(rx), close(tx);
	v6();
	segments();
	corked();
	from_files();
	return 0;
}
