/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a network tells about itself: getifaddrs() and its likes, rtnetlink(7), and every ioctl(2)
 * about interfaces. As somebody without privileges. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *result(long ret)
{
	return ret < 0 ? strerrorname_np(errno) : "ok";
}

static void hex(const void *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%02x", ((const unsigned char *)data)[i]);
}

static void libc(void)
{
	struct if_nameindex *names = if_nameindex();
	struct ifaddrs *list = NULL;
	char name[IF_NAMESIZE], text[64];

	printf("getifaddrs: %s\n", result(getifaddrs(&list)));
	for (struct ifaddrs *i = list; i; i = i->ifa_next) {
		int family = i->ifa_addr ? i->ifa_addr->sa_family : -1;

		printf("%s %x family %d", i->ifa_name, i->ifa_flags, family);
		if (family == AF_INET)
			printf(" %s",
			       inet_ntop(family, &((struct sockaddr_in *)i->ifa_addr)->sin_addr,
					 text, sizeof(text)));
		if (family == AF_INET6)
			printf(" %s",
			       inet_ntop(family, &((struct sockaddr_in6 *)i->ifa_addr)->sin6_addr,
					 text, sizeof(text)));
		puts("");
	}
	for (int i = 0; names && names[i].if_index; i++)
		printf("%u %s\n", names[i].if_index, names[i].if_name);
	printf("%u %u\n", if_nametoindex("lo"), if_nametoindex("eth0"));
	for (unsigned i = 1; i < 9; i++)
		printf("%s ", if_indextoname(i, name) ? name : "-");
	puts("");
}

/* Attributes that all kernels have, and whose values do not change. */
static int is_plain(int message, int type)
{
	static const unsigned char links[] = {
		IFLA_ADDRESS, IFLA_BROADCAST, IFLA_IFNAME,   IFLA_MTU,	 IFLA_QDISC,
		IFLA_TXQLEN,  IFLA_OPERSTATE, IFLA_LINKMODE, IFLA_GROUP, IFLA_CARRIER};

	if (message == RTM_NEWADDR)
		return type != IFA_CACHEINFO && type <= IFA_FLAGS;
	if (message == RTM_NEWROUTE)
		return type != RTA_CACHEINFO;
	return memchr(links, type, sizeof(links)) != NULL;
}

static void show(const struct nlmsghdr *h)
{
	int head = h->nlmsg_type == RTM_NEWLINK	   ? sizeof(struct ifinfomsg)
		   : h->nlmsg_type == RTM_NEWADDR  ? sizeof(struct ifaddrmsg)
		   : h->nlmsg_type == RTM_NEWROUTE ? sizeof(struct rtmsg)
						   : 0;
	int left = (int)h->nlmsg_len - NLMSG_LENGTH(head);
	const struct rtattr *a = (const void *)((const char *)NLMSG_DATA(h) + head);

	printf("  %u %x %u ", h->nlmsg_type, h->nlmsg_flags, h->nlmsg_seq);
	if (!head || left < 0) {
		hex(NLMSG_DATA(h), h->nlmsg_len >= 20 ? 4 : 0);
		printf(" length %u\n", h->nlmsg_len);
		return;
	}
	hex(NLMSG_DATA(h), (size_t)head);
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (!is_plain(h->nlmsg_type, a->rta_type))
			continue;
		printf(" %u:", a->rta_type);
		hex(RTA_DATA(a), RTA_PAYLOAD(a));
	}
	puts("");
}

static void ask(int fd, int type, int flags, const void *body, size_t size)
{
	union {
		struct nlmsghdr h;
		char data[65536];
	} m;
	struct sockaddr_nl from;
	int done = 0;

	memset(&m, 0, sizeof(m));
	m.h = (struct nlmsghdr){NLMSG_LENGTH(size), (unsigned short)type,
				(unsigned short)(flags | NLM_F_REQUEST), 7, 0};
	memcpy(NLMSG_DATA(&m.h), body, size);
	printf("request %d %x: %s\n", type, flags, result(send(fd, &m, m.h.nlmsg_len, 0)));
	while (!done) {
		socklen_t len = sizeof(from);
		int n = (int)recvfrom(fd, &m, sizeof(m), MSG_DONTWAIT, (void *)&from, &len);

		if (n < 0)
			break;
		if (len != sizeof(from) || from.nl_pid || from.nl_groups)
			printf("  from %u %u %u\n", len, from.nl_pid, from.nl_groups);
		for (const struct nlmsghdr *h = &m.h; NLMSG_OK(h, (unsigned)n);
		     h = NLMSG_NEXT(h, n)) {
			show(h);
			done |= h->nlmsg_type == NLMSG_DONE;
		}
	}
	printf("  then %s\n", done ? "done" : result(-1));
}

static void netlink(void)
{
	static const struct ifinfomsg lo = {.ifi_index = 1}, other = {.ifi_index = 77};
	static const struct {
		struct rtmsg head;
		struct rtattr a;
		unsigned char dst[16];
	} local = {{.rtm_family = AF_INET, .rtm_dst_len = 32}, {8, RTA_DST}, {127, 0, 0, 1}},
	  remote = {{.rtm_family = AF_INET, .rtm_dst_len = 32}, {8, RTA_DST}, {192, 0, 2, 1}},
	  six = {{.rtm_family = AF_INET6, .rtm_dst_len = 128}, {20, RTA_DST}, {[15] = 1}};
	static const unsigned char families[] = {AF_UNSPEC, AF_INET, AF_INET6, AF_PACKET};
	struct sockaddr_nl me = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), other_fd, size = 4;
	socklen_t len = sizeof(me);
	char head[16] = "";

	printf("bind: %s", result(bind(fd, (void *)&me, len)));
	getsockname(fd, (void *)&me, &len);
	printf(", %u, own %d, groups %u\n", len, me.nl_pid == (unsigned)getpid(), me.nl_groups);
	other_fd = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_ROUTE);
	printf("again: %s", result(bind(other_fd, (void *)&me, len)));
	me.nl_pid = 0;
	printf(", %s\n", result(bind(other_fd, (void *)&me, len)));
	me.nl_pid = 1;
	printf("connect: %s\n", result(connect(other_fd, (void *)&me, len)));
	printf("listen: %s, shutdown: ", result(listen(fd, 1)));
	printf("%s, send: ", result(shutdown(fd, SHUT_RDWR)));
	printf("%s\n", result(send(fd, "", 0, 0)));
	for (size_t i = 0; i < sizeof(families); i++) {
		head[0] = (char)families[i];
		ask(fd, RTM_GETADDR, NLM_F_DUMP, head, sizeof(struct ifaddrmsg));
		if (families[i] != AF_PACKET)
			ask(fd, RTM_GETROUTE, NLM_F_DUMP, head, sizeof(struct rtmsg));
	}
	ask(fd, RTM_GETLINK, NLM_F_DUMP, head, 1);
	ask(fd, RTM_GETLINK, NLM_F_ACK, &lo, sizeof(lo));
	ask(fd, RTM_GETLINK, 0, &other, sizeof(other));
	ask(fd, RTM_GETLINK, NLM_F_ACK, "", 1);
	ask(fd, RTM_NEWLINK, NLM_F_ACK, &lo, sizeof(lo));
	ask(fd, RTM_DELADDR, 0, head, sizeof(struct ifaddrmsg));
	ask(fd, 200, 0, "", 1);
	ask(fd, NLMSG_NOOP, NLM_F_ACK, "", 1);
	ask(fd, RTM_GETROUTE, 0, &local, 20);
	ask(fd, RTM_GETROUTE, 0, &remote, 20);
	ask(fd, RTM_GETROUTE, 0, &six, sizeof(six));
	printf("SO_TYPE %s", result(getsockopt(fd, SOL_SOCKET, SO_TYPE, &size, &(socklen_t){4})));
	printf(" %d, FIONREAD %s\n", size, result(ioctl(fd, FIONREAD, &size)));
	close(other_fd);
	close(fd);
}

static void ioctls(int family, int type)
{
	static const char *const names[] = {"lo", "eth0", "lo:1"};

	for (unsigned cmd = FIOSETOWN; cmd < SIOCDEVPRIVATE; cmd++) {
		/* What kernels, modules and architectures differ in; and whether there is a process
		 * of that number. */
		if (cmd == FIOSETOWN || cmd == SIOCSPGRP || cmd == SIOCGIFCONF ||
		    cmd == SIOCGIFBR || cmd == SIOCSIFBR || (cmd >= 0x8960 && cmd < SIOCGIFMAP) ||
		    cmd > SIOCSIFMAP)
			continue;
		for (int i = 0; i < 3; i++) {
			union {
				struct ifreq r;
				char data[256];
			} u;
			int fd = socket(family, type, 0);
			long ret;

			memset(&u, 0, sizeof(u));
			strcpy(u.r.ifr_name, names[i]);
			ret = ioctl(fd, cmd, &u);
			printf("%d %d %x %s: %s ", family, type, cmd, names[i], result(ret));
			hex(&u, ret ? 0 : sizeof(u.r));
			puts("");
			close(fd);
			if (cmd < SIOCGIFNAME)
				break;
		}
		if (cmd >= SIOCADDRT) {
			int fd = socket(family, type, 0);
			long ret = ioctl(fd, cmd, (void *)8);

			printf("%d %d %x nowhere: %s\n", family, type, cmd, result(ret));
			close(fd);
		}
	}
}

int main(void)
{
	if (!getuid() && setuid(65534))
		return 1;
	libc();
	netlink();
	ioctls(AF_INET, SOCK_DGRAM);
	ioctls(AF_INET, SOCK_STREAM);
	ioctls(AF_INET6, SOCK_DGRAM);
	ioctls(AF_UNIX, SOCK_STREAM);
	ioctls(AF_NETLINK, SOCK_RAW);
	return 0;
}
