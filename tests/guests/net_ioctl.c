/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: socketcall */
/* ioctls of sockets: queues, marks, owners, stamps, interfaces. Only those that ask, or that set
 * something of the socket's own. */
#include "net3.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/un.h>

#define BAD ((void *)8)

static char *edge_page;

static void interfaces(int fd)
{
	static const int asking[] = {0x8910, 0x8913, 0x8915, 0x8917, 0x8919, 0x891b, 0x891d,
				     0x891f, 0x8921, 0x8927, 0x8929, 0x8933, 0x8935, 0x8938,
				     0x8942, 0x8947, 0x8948, 0x8970, 0x89f0, 0x8982, 0x8994,
				     0x8946, 0x8953, 0x8954, 0x8960, 0x890d, 0x8925, 0x89b1};
	static const char *const names[] = {"lo", "", "nothere", "lo:1"};
	struct ifreq r;

	for (unsigned i = 0; i < sizeof(asking) / sizeof(*asking); i++) {
		for (unsigned n = 0; n < 4; n++) {
			long ret;

			memset(&r, 0, sizeof(r));
			strcpy(r.ifr_name, names[n]);
			if (asking[i] == 0x8910)
				r.ifr_ifindex = (int)n;
			ret = ioctl(fd, asking[i], &r);
			printf("%x \"%s\": %s", asking[i], names[n], k_err(ret));
			if (!ret)
				printf(" %ld %s %x", ret, r.ifr_name,
				       k_hash(1, &r.ifr_ifru, sizeof(long) * 2));
			printf("\n");
		}
		printf("%x bad %s", asking[i], k_err(ioctl(fd, asking[i], BAD)));
		memcpy(edge_page + 4090, "lo\0\0\0", 6);
		printf(" edge %s", k_err(ioctl(fd, asking[i], edge_page + 4090)));
		printf(" null %s\n", k_err(ioctl(fd, asking[i], NULL)));
	}
}

static void list(int fd)
{
	static const int lens[] = {0, 1, 31, 32, 39, 40, 64, 80, -1, 1000};
	struct ifreq r[40];
	struct ifconf c = {.ifc_req = NULL};
	int all;

	SHOW_OK(ioctl(fd, SIOCGIFCONF, &c));
	all = c.ifc_len;
	EXPECT(all % (int)sizeof(struct ifreq) == 0);
	for (unsigned i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		memset(r, 0xee, sizeof(r));
		c.ifc_len = lens[i];
		c.ifc_req = r;
		SHOW(ioctl(fd, SIOCGIFCONF, &c));
		printf("%d: length %d\n", lens[i], lens[i] == 1000 ? c.ifc_len == all : c.ifc_len);
		if (lens[i] == 1000)
			printf("%s %x\n", r[0].ifr_name, r[0].ifr_addr.sa_family);
	}
	c.ifc_len = 1000;
	c.ifc_req = BAD;
	SHOW(ioctl(fd, SIOCGIFCONF, &c));
	SHOW(ioctl(fd, SIOCGIFCONF, BAD));
}

static void queues(int type)
{
	int s[2], n;
	long long stamp[4] = {0};

	socketpair(AF_UNIX, type, 0, s);
	k_send(s[0], "hello", 5, 0);
	k_send(s[0], "you", 3, 0);
	SHOW(ioctl(s[1], FIONREAD, &n));
	SHOW(n);
	n = -1;
	SHOW_OK(ioctl(s[0], 0x5411, &n)); /* SIOCOUTQ */
	EXPECT(n > 0);
	SHOW(ioctl(s[1], FIONREAD, BAD));
	SHOW(ioctl(s[1], FIONBIO, &(int){1}));
	SHOW(fcntl(s[1], F_GETFL) & O_NONBLOCK);
	SHOW(ioctl(s[1], FIOASYNC, &(int){1}));
	SHOW(fcntl(s[1], F_GETFL) & O_ASYNC);
	SHOW(ioctl(s[1], FIOASYNC, &(int){0}));
	SHOW(fcntl(s[1], F_GETFL) & O_ASYNC);
	SHOW(ioctl(s[1], FIOCLEX));
	SHOW(fcntl(s[1], F_GETFD));
	SHOW(ioctl(s[1], 0x8905, &n)); /* SIOCATMARK */
	SHOW(n);
	SHOW(ioctl(s[1], 0x8902, &(int){getpid()})); /* SIOCSPGRP */
	SHOW(ioctl(s[1], 0x8904, &n));
	EXPECT(n == getpid());
	SHOW(ioctl(s[1], 0x8901, &(int){-getpgrp()})); /* FIOSETOWN */
	SHOW(ioctl(s[1], 0x8903, &n));
	EXPECT(n == -getpgrp());
	SHOW(ioctl(s[1], 0x8902, &(int){99999999}));
	SHOW(ioctl(s[1], 0x8906, stamp));
	SHOW(ioctl(s[1], 0x8907, stamp));
	SHOW(ioctl(s[1], 0x80108906u, stamp));
	SHOW(ioctl(s[1], 0x80108907u, stamp));
	SHOW_OK(n = ioctl(s[1], 0x894c, 0)); /* SIOCGSKNS */
	if (n >= 0)
		close(n);
	SHOW_OK(ioctl(s[1], 0x89e0, 0)); /* SIOCUNIXFILE */
	SHOW(ioctl(s[1], TCGETS, stamp));
	SHOW(ioctl(s[1], 0x1234, stamp));
	SHOW(ioctl(s[1], 0x89ff, stamp));
	close(s[0]), close(s[1]);
}

static void stamps(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd = k_socket(AF_INET, SOCK_DGRAM, 0), n, on = 1;
	struct {
		long sec, frac, guard;
	} old = {0, 0, 0x5a5a5a5a};
	struct {
		long long sec, frac, guard;
	} new = {0, 0, 0x5a5a5a5a};
	char c;

	k_bind(fd, &a, sizeof(a));
	k_getsockname(fd, &a, &len);
	SHOW(ioctl(fd, 0x8906, &old));
	k_setsockopt(fd, SOL_SOCKET, 29, &on, 4);
	k_sendto(fd, "abc", 3, 0, &a, len);
	k_sendto(fd, "d", 1, 0, &a, len);
	SHOW(ioctl(fd, FIONREAD, &n));
	SHOW(n);
	k_recv(fd, &c, 1, 0);
	SHOW(ioctl(fd, 0x8906, &old));
	EXPECT(old.sec > 1000000000 && old.frac < 1000000 && old.guard == 0x5a5a5a5a);
	SHOW(ioctl(fd, 0x8907, &old));
	EXPECT(old.sec > 1000000000 && old.frac < 1000000000 && old.guard == 0x5a5a5a5a);
	SHOW(ioctl(fd, 0x80108906u, &new));
	EXPECT(new.sec > 1000000000 && new.frac < 1000000 && new.guard == 0x5a5a5a5a);
	SHOW(ioctl(fd, 0x80108907u, &new));
	EXPECT(new.sec > 1000000000 && new.frac < 1000000000 && new.guard == 0x5a5a5a5a);
	SHOW(ioctl(fd, 0x8906, edge_page + 4096 - sizeof(long)));
	SHOW(ioctl(fd, 0x8906, BAD));
	close(fd);
}

/* Routes: found or refused the same way; none of these exists. */
static void ask_routes(int fd)
{
	struct rtentry r;
	struct sockaddr_in *dst = (void *)&r.rt_dst, *mask = (void *)&r.rt_genmask;

	memset(&r, 0, sizeof(r));
	SHOW(ioctl(fd, SIOCDELRT, &r));
	dst->sin_family = mask->sin_family = AF_INET;
	dst->sin_addr.s_addr = inet_addr("198.51.100.0");
	mask->sin_addr.s_addr = inet_addr("255.255.255.0");
	r.rt_flags = RTF_UP;
	SHOW(ioctl(fd, SIOCDELRT, &r));
	r.rt_dev = "nothere";
	SHOW(ioctl(fd, SIOCDELRT, &r));
	SHOW(ioctl(fd, SIOCADDRT, &r));
	r.rt_dev = BAD;
	SHOW(ioctl(fd, SIOCADDRT, &r));
	mask->sin_addr.s_addr = 0x12;
	r.rt_dev = NULL;
	SHOW(ioctl(fd, SIOCADDRT, &r));
	SHOW(ioctl(fd, SIOCADDRT, BAD));
}

/* Routes belong to the machine, and the first of these calls takes its default route away: they are
 * made in a network of their own, or without the privilege. */
static void routes(int family, int type)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNET) == 0 || geteuid() != 0)
			ask_routes(k_socket(family, type, 0));
		exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void epoll_params(void)
{
	struct {
		uint32_t usecs;
		uint16_t budget;
		uint8_t prefer, pad;
	} p = {20, 8, 1, 0};
	int ep = epoll_create1(0);

	SHOW(ioctl(ep, 0x40088a01, &p));
	memset(&p, 0xee, sizeof(p));
	SHOW(ioctl(ep, 0x80088a02u, &p));
	printf("%x\n", k_hash(1, &p, sizeof(p)));
	SHOW(ioctl(ep, 0x40088a01, BAD));
	SHOW(ioctl(ep, 0x80088a02u, BAD));
	SHOW(ioctl(ep, 0x1234, BAD));
	p.pad = 1;
	SHOW(ioctl(ep, 0x40088a01, &p));
	close(ep);
}

int main(void)
{
	static const int kinds[][2] = {{AF_INET, SOCK_DGRAM},
				       {AF_INET, SOCK_STREAM},
				       {AF_INET6, SOCK_DGRAM},
				       {AF_UNIX, SOCK_STREAM},
				       {AF_NETLINK, SOCK_RAW}};

	edge_page = edge();
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		int fd = k_socket(kinds[i][0], kinds[i][1], 0);

		printf("family %d type %d\n", kinds[i][0], kinds[i][1]);
		if (fd < 0)
			continue;
		interfaces(fd);
		list(fd);
		routes(kinds[i][0], kinds[i][1]);
		close(fd);
	}
	queues(SOCK_STREAM);
	queues(SOCK_DGRAM);
	stamps();
	epoll_params();
	return 0;
}
