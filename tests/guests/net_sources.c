/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: socketcall */
/* Multicast source filters on loopback: who is heard, and what the options answer. */
#include "net3.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>

static int s, c;
static struct sockaddr_in to;
static struct in_addr group, loopback;

#define SET(name, value, len)                                                                      \
	printf("%s: %s\n", #name " " #value, k_err(k_setsockopt(s, IPPROTO_IP, name, value, len)))

static void filter(void)
{
	union {
		struct ip_msfilter f;
		char data[64];
	} u;
	socklen_t len = sizeof(u);
	long ret;

	memset(&u, 0, sizeof(u));
	u.f.imsf_multiaddr = group;
	u.f.imsf_interface = loopback;
	u.f.imsf_numsrc = 8;
	ret = k_getsockopt(s, IPPROTO_IP, IP_MSFILTER, &u, &len);
	printf("filter: %s, %d bytes", k_err(ret), (int)len);
	if (!ret)
		printf(", mode %u:", u.f.imsf_fmode);
	for (unsigned i = 0; !ret && i < u.f.imsf_numsrc; i++)
		printf(" %08x", ntohl(((struct in_addr *)(void *)(u.data + 16))[i].s_addr));
	puts("");
}

/* Whether the sender is heard. A second datagram, to the socket alone, tells that the first one
 * would have been there. */
static void probe(void)
{
	struct sockaddr_in direct = to;
	char data[8] = "";

	direct.sin_addr = loopback;
	k_sendto(c, "group", 5, 0, &to, sizeof(to));
	k_sendto(c, "direct", 6, 0, &direct, sizeof(direct));
	if (k_recv(s, data, sizeof(data), 0) == 5)
		k_recv(s, data + 5, 1, 0);
	printf("%.5s, ", data);
	filter();
}

static void plain(void)
{
	struct ip_mreq m = {group, loopback};
	struct ip_mreq_source mine = {group, loopback, loopback}, other = mine;

	other.imr_sourceaddr.s_addr = htonl(0x7f000002);
	probe();
	SET(IP_ADD_SOURCE_MEMBERSHIP, &mine, sizeof(mine));
	probe();
	SET(IP_ADD_SOURCE_MEMBERSHIP, &mine, sizeof(mine));
	SET(IP_ADD_SOURCE_MEMBERSHIP, &other, sizeof(mine));
	filter();
	SET(IP_DROP_SOURCE_MEMBERSHIP, &mine, sizeof(mine));
	probe();
	SET(IP_DROP_SOURCE_MEMBERSHIP, &mine, sizeof(mine));
	SET(IP_BLOCK_SOURCE, &mine, sizeof(mine));
	SET(IP_ADD_MEMBERSHIP, &m, sizeof(m));
	SET(IP_DROP_SOURCE_MEMBERSHIP, &other, sizeof(mine));
	probe();
	SET(IP_DROP_SOURCE_MEMBERSHIP, &other, sizeof(mine));
	SET(IP_ADD_MEMBERSHIP, &m, sizeof(m));
	probe();
	SET(IP_BLOCK_SOURCE, &mine, sizeof(mine));
	probe();
	SET(IP_BLOCK_SOURCE, &mine, sizeof(mine));
	SET(IP_ADD_SOURCE_MEMBERSHIP, &mine, sizeof(mine));
	SET(IP_UNBLOCK_SOURCE, &mine, sizeof(mine));
	probe();
	SET(IP_UNBLOCK_SOURCE, &mine, sizeof(mine));
	SET(IP_DROP_MEMBERSHIP, &m, sizeof(m));
	SET(IP_UNBLOCK_SOURCE, &mine, sizeof(mine));
	SET(IP_BLOCK_SOURCE, &mine, 4);
}

static void whole(void)
{
	struct ip_mreq m = {group, loopback};
	struct {
		struct ip_msfilter f;
		struct in_addr more[3];
	} u = {.f = {.imsf_multiaddr = group, .imsf_interface = loopback}};
	void *f = &u.f;

	u.f.imsf_fmode = MCAST_INCLUDE;
	u.f.imsf_numsrc = 1;
	u.f.imsf_slist[0] = loopback;
	SET(IP_MSFILTER, f, IP_MSFILTER_SIZE(1));
	SET(IP_ADD_MEMBERSHIP, &m, sizeof(m));
	SET(IP_MSFILTER, f, IP_MSFILTER_SIZE(1));
	probe();
	u.f.imsf_slist[0].s_addr = htonl(0x7f000009);
	SET(IP_MSFILTER, f, IP_MSFILTER_SIZE(1));
	probe();
	u.f.imsf_numsrc = 5;
	SET(IP_MSFILTER, f, IP_MSFILTER_SIZE(1));
	u.f.imsf_numsrc = 1;
	u.f.imsf_fmode = 7;
	SET(IP_MSFILTER, f, IP_MSFILTER_SIZE(1));
	u.f.imsf_fmode = MCAST_EXCLUDE;
	u.f.imsf_numsrc = 0;
	SET(IP_MSFILTER, f, IP_MSFILTER_SIZE(0));
	probe();
	u.f.imsf_fmode = MCAST_INCLUDE;
	SET(IP_MSFILTER, f, IP_MSFILTER_SIZE(0));
	probe();
}

static void any_protocol(void)
{
	struct ip_mreq m = {group, loopback};
	struct group_source_req g = {.gsr_interface = 1};
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = group};

	memcpy(&g.gsr_group, &a, sizeof(a));
	a.sin_addr = loopback;
	memcpy(&g.gsr_source, &a, sizeof(a));
	SET(MCAST_JOIN_SOURCE_GROUP, &g, sizeof(g));
	probe();
	SET(MCAST_LEAVE_SOURCE_GROUP, &g, sizeof(g));
	filter();
	SET(IP_ADD_MEMBERSHIP, &m, sizeof(m));
	SET(MCAST_BLOCK_SOURCE, &g, sizeof(g));
	probe();
	SET(MCAST_UNBLOCK_SOURCE, &g, sizeof(g));
	probe();
	g.gsr_source.ss_family = AF_INET6;
	SET(MCAST_BLOCK_SOURCE, &g, sizeof(g));
	SET(MCAST_BLOCK_SOURCE, &g, 100);
}

/* struct group_filter, with room for three sources. */
static union {
	struct group_filter f;
	char data[GROUP_FILTER_SIZE(3)];
} gf;

static void show_group_filter(int fd, int level, uint32_t room)
{
	socklen_t len = GROUP_FILTER_SIZE(0);
	char text[64];
	long ret;

	gf.f.gf_numsrc = room;
	gf.f.gf_fmode = 77;
	ret = k_getsockopt(fd, level, MCAST_MSFILTER, &gf, &len);
	printf("group filter: %s, %d bytes", k_err(ret), (int)len - (int)GROUP_FILTER_SIZE(0));
	if (!ret)
		printf(", mode %u, %u sources:", gf.f.gf_fmode, gf.f.gf_numsrc);
	for (uint32_t i = 0; !ret && i < gf.f.gf_numsrc && i < room; i++) {
		const struct sockaddr_storage *a = &gf.f.gf_slist[i];
		const void *ip = a->ss_family == AF_INET
					 ? (const void *)&((const struct sockaddr_in *)a)->sin_addr
					 : &((const struct sockaddr_in6 *)a)->sin6_addr;

		printf(" %s", inet_ntop(a->ss_family, ip, text, sizeof(text)));
	}
	puts("");
}

static void set_group_filter(int fd, int level, uint32_t mode, uint32_t n, socklen_t len)
{
	gf.f.gf_fmode = mode;
	gf.f.gf_numsrc = n;
	printf("set mode %u, %u sources: %s\n", mode, n,
	       k_err(k_setsockopt(fd, level, MCAST_MSFILTER, &gf, len)));
	show_group_filter(fd, level, 3);
}

static void group_filters(int fd, int level)
{
	set_group_filter(fd, level, MCAST_INCLUDE, 2, sizeof(gf));
	printf("join: %s\n",
	       k_err(k_setsockopt(fd, level, MCAST_JOIN_GROUP, &gf, sizeof(struct group_req))));
	show_group_filter(fd, level, 3);
	set_group_filter(fd, level, MCAST_INCLUDE, 2, sizeof(gf));
	show_group_filter(fd, level, 1);
	show_group_filter(fd, level, 0);
	set_group_filter(fd, level, MCAST_EXCLUDE, 1, GROUP_FILTER_SIZE(1));
	set_group_filter(fd, level, MCAST_EXCLUDE, 2, GROUP_FILTER_SIZE(1));
	set_group_filter(fd, level, MCAST_EXCLUDE, 1000, sizeof(gf));
	set_group_filter(fd, level, 7, 1, sizeof(gf));
	gf.f.gf_interface = 77777;
	set_group_filter(fd, level, MCAST_EXCLUDE, 1, sizeof(gf));
	gf.f.gf_interface = 1;
	gf.f.gf_slist[0].ss_family = AF_UNIX;
	set_group_filter(fd, level, MCAST_EXCLUDE, 1, sizeof(gf));
	gf.f.gf_group.ss_family = AF_UNIX;
	set_group_filter(fd, level, MCAST_EXCLUDE, 0, sizeof(gf));
}

static void group_filters4(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = group};

	gf.f.gf_interface = 1;
	memcpy(&gf.f.gf_group, &a, sizeof(a));
	for (int i = 0; i < 3; i++) {
		a.sin_addr.s_addr = htonl(0x7f000001u + (uint32_t)i);
		memcpy(&gf.f.gf_slist[i], &a, sizeof(a));
	}
	group_filters(s, IPPROTO_IP);
	gf.f.gf_group.ss_family = AF_INET;
	set_group_filter(s, IPPROTO_IP, MCAST_INCLUDE, 0, sizeof(gf));
}

static void group_filters6(void)
{
	struct sockaddr_in6 a = {.sin6_family = AF_INET6};
	int fd = k_socket(AF_INET6, SOCK_DGRAM, 0);

	inet_pton(AF_INET6, "ff11::1234", &a.sin6_addr);
	memcpy(&gf.f.gf_group, &a, sizeof(a));
	for (int i = 0; i < 3; i++) {
		a.sin6_addr = in6addr_loopback;
		a.sin6_addr.s6_addr[3] = (uint8_t)i;
		memcpy(&gf.f.gf_slist[i], &a, sizeof(a));
	}
	group_filters(fd, IPPROTO_IPV6);
	close(fd);
}

int main(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t len = sizeof(a);
	int off = 0;

	loopback.s_addr = htonl(INADDR_LOOPBACK);
	/* A group that no other run of this test joins. */
	group.s_addr = htonl(0xef090000 | (getpid() & 0xffff));
	s = k_socket(AF_INET, SOCK_DGRAM, 0);
	c = k_socket(AF_INET, SOCK_DGRAM, 0);
	SHOW(k_setsockopt(s, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof(off)));
	SHOW(k_bind(s, &a, len));
	SHOW(k_getsockname(s, &a, &len));
	to = a;
	to.sin_addr = group;
	a.sin_addr = loopback;
	a.sin_port = 0;
	SHOW(k_bind(c, &a, len));
	plain();
	whole();
	any_protocol();
	group_filters4();
	group_filters6();
	return 0;
}
