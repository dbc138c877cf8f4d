/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: socketcall */
/* Every number of socket option on every kind of socket: which exist, what lengths they take, what
 * they answer. Options that exist nowhere are counted; of those whose values vary, the length is
 * shown. */
#include "net3.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#define NAMES 85

static const struct kind {
	const char *name;
	int family, type, protocol;
	char state; /* 'c': connected to itself or a peer */
} kinds[] = {
	{"inet stream", AF_INET, SOCK_STREAM, 0, 0},
	{"inet stream connected", AF_INET, SOCK_STREAM, 0, 'c'},
	{"inet dgram", AF_INET, SOCK_DGRAM, 0, 0},
	{"inet raw", AF_INET, SOCK_RAW, IPPROTO_ICMP, 0},
	{"inet6 stream", AF_INET6, SOCK_STREAM, 0, 0},
	{"inet6 dgram", AF_INET6, SOCK_DGRAM, 0, 0},
	{"inet6 raw", AF_INET6, SOCK_RAW, IPPROTO_ICMPV6, 0},
	{"unix stream", AF_UNIX, SOCK_STREAM, 0, 'c'},
	{"unix dgram", AF_UNIX, SOCK_DGRAM, 0, 0},
	{"unix seqpacket", AF_UNIX, SOCK_SEQPACKET, 0, 'c'},
	{"netlink", AF_NETLINK, SOCK_RAW, 0, 0},
	{"packet", AF_PACKET, SOCK_DGRAM, 0, 0},
	{"vsock", 40, SOCK_STREAM, 0, 0},
	{"alg", 38, SOCK_SEQPACKET, 0, 0},
	{"mptcp", AF_INET, SOCK_STREAM, 262, 0},
	{"bluetooth", 31, SOCK_RAW, 1, 0},
};

static const int levels[] = {1, 0, 41, 6, 17, 270, 263, 279, 40, 255, 58, 284, 282, 136, 7777};

/* Answers that differ between runs or CPUs. */
static int varies(int family, int level, int name)
{
	static const struct {
		int level, name;
	} list[] = {
		{1, 17},  {1, 28},  {1, 49},  {1, 55}, {1, 56}, {1, 57},  {1, 71},
		{1, 77},  {6, 11},  {6, 26},  {6, 24}, {6, 23}, {6, 35},  {284, 1},
		{284, 2}, {284, 3}, {284, 4}, {0, 14}, {0, 52}, {41, 24}, {41, 61},
	};

	for (unsigned i = 0; i < sizeof(list) / sizeof(*list); i++)
		if (list[i].level == level && list[i].name == name)
			return 1;
	return family == AF_INET && level == 6 && (name == 2 || name == 10);
}

/* Not to be tried: with the right to do so they change the machine or hold pointers. */
static int skipped(int level, int name)
{
	return (level == 0 || level == 41) && (name == 64 || name == 65);
}

/* Of an AF_UNIX socket of the host's, or not there: SO_RCVLOWAT to SO_SNDTIMEO, SO_ZEROCOPY,
 * TCP_ZEROCOPY_RECEIVE, IPV6_FLOWLABEL_MGR. */
static int not_emulated(int level, int name)
{
	return (level == 1 && ((name >= 18 && name <= 21) || name == 60)) ||
	       (level == 6 && name == 35) || (level == 41 && name == 32);
}

static int make(const struct kind *k)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd, pair[2];

	if (!k->state)
		return k_socket(k->family, k->type, k->protocol);
	if (k->family == AF_UNIX) {
		if (k_socketpair(k->family, k->type, k->protocol, pair))
			return -1;
		close(pair[1]);
		return pair[0];
	}
	fd = k_socket(k->family, k->type, 0);
	/* Simultaneous open: connected to itself. */
	k_bind(fd, &a, sizeof(a));
	k_getsockname(fd, &a, &len);
	k_connect(fd, &a, len);
	return fd;
}

static void try_get(const struct kind *k, int fd, int level, int name)
{
	static const int sizes[] = {256, 4, 16, 1, 0, -1};
	unsigned char buf[320] __attribute__((aligned(8)));
	int bad;

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		int len = sizes[i];
		uint32_t h;
		long ret;

		memset(buf, i & 1 ? 0 : 0xee, sizeof(buf));
		ret = k_getsockopt(fd, level, name, buf, &len);
		if (ret && (errno == ENOPROTOOPT || errno == EOPNOTSUPP) && !i)
			return;
		h = varies(k->family, level, name) ? 0 : k_hash(1, buf, sizeof(buf));
		printf("  get %d %d [%d] %s", level, name, sizes[i], k_err(ret));
		printf(" %d %x\n", len, h);
	}
	bad = 8;
	printf("  get %d %d at a bad address %s", level, name,
	       k_err(k_getsockopt(fd, level, name, 8, &bad)));
	printf(" %d\n", bad); /* most levels tell the length first */
}

/* A socket that an option has been set on is done with: *fd is another one then. */
static void try_set(const struct kind *k, int *fd, int level, int name)
{
	static const int sizes[] = {4, 0, 1, 8, 16, 32, 136, 264, 9000, -1};
	static const unsigned char fills[] = {0, 1, 0xff};
	unsigned char buf[9000] __attribute__((aligned(8)));

	if (skipped(level, name))
		return;
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		/* Packet sockets take the kernel long to close. */
		if (i && k->family == AF_PACKET)
			break;
		for (unsigned f = 0; f < sizeof(fills) && (i < 4 || f == i % 3); f++) {
			int len = 64;
			long ret;

			memset(buf, fills[f], sizeof(buf));
			ret = k_setsockopt(*fd, level, name, buf, sizes[i]);
			if (ret && (errno == ENOPROTOOPT || errno == EOPNOTSUPP) && !i)
				return;
			printf("  set %d %d %02x [%d] %s", level, name, fills[f], sizes[i],
			       k_err(ret));
			memset(buf, 0xee, sizeof(buf));
			if (!ret && !varies(k->family, level, name) &&
			    !k_getsockopt(*fd, level, name, buf, &len))
				printf(" now %d %x", len, k_hash(1, buf, 64));
			printf("\n");
			if (ret)
				continue;
			close(*fd);
			*fd = make(k);
		}
	}
	printf("  set %d %d at a bad address %s\n", level, name,
	       k_err(k_setsockopt(*fd, level, name, 8, 4)));
}

/* With "ip" it is TCP and UDP alone, without what an emulated network does not have: privilege,
 * and some options. */
static int only_ip;

int main(int argc, char **argv)
{
	only_ip = argc > 1 && !strcmp(argv[1], "ip");
	if (only_ip && !getuid() && setuid(65534))
		return 1;
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		int fd;

		if (only_ip && (strncmp(kinds[i].name, "inet", 4) != 0 || kinds[i].state ||
				kinds[i].type == SOCK_RAW))
			continue;
		fd = make(&kinds[i]);
		printf("%s: %s\n", kinds[i].name, k_err(fd));
		if (fd < 0)
			continue;
		for (unsigned l = 0; l < sizeof(levels) / sizeof(*levels); l++)
			for (int name = 0; name < NAMES; name++) {
				if (only_ip && not_emulated(levels[l], name))
					continue;
				try_get(&kinds[i], fd, levels[l], name);
				try_set(&kinds[i], &fd, levels[l], name);
			}
		close(fd);
	}
	return 0;
}
