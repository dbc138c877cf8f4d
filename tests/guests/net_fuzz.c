/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: socketcall */
/* Message headers of every shape, seeded: random control data, lengths, iovecs, names, good and
 * bad, sent and received over pairs of sockets and over UDP. Everything that comes back is shown:
 * results, header fields, control bytes, which descriptors came. */
#include "net3.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/uio.h>
#include <sys/un.h>

#define ROUNDS 1500

static uint64_t seed = 20240607;
static int udp, udp6, udp_port, udp6_port;
static char *edge_page; /* one page, behind which there is nothing */
static int base_fd;

static unsigned rnd(unsigned n)
{
	return k_random(&seed) % n;
}

static int pick(const int *of, unsigned n)
{
	return of[rnd(n)];
}
#define PICK(...) pick((const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

/* Numbers of random size; the same consumption of the generator in every ABI. */
struct shape {
	int pieces, piece[4];
	int control_place; /* 0 fine, 1 NULL, 2 at the edge, 3 bad */
	int messages, kind[4], length[4], cut[4];
	int slack, flags;
};

static void make_shape(struct shape *s)
{
	s->pieces = PICK(0, 1, 1, 1, 2, 3, 4);
	for (int i = 0; i < 4; i++) {
		s->piece[i] = PICK(0, 1, 2, 5, 16, 100);
		s->kind[i] = (int)rnd(12);
		s->length[i] = PICK(0, 1, 2, 3, 4, 5, 8, 12, 13, 16, 20, 24, 28, 40);
		s->cut[i] = PICK(0, 0, 0, 0, 0, -1, 1, -4, 4, -20, 1000, -1000);
	}
	s->control_place = PICK(0, 0, 0, 0, 0, 0, 1, 2, 2, 3);
	s->messages = PICK(0, 1, 1, 1, 2, 2, 3, 4);
	s->slack = PICK(0, 0, 0, 0, -1, -3, -4, -7, -8, 1, 3, 4, 7, 8, 11, 16, 30);
	s->flags = PICK(0, 0, 0, 0, MSG_NOSIGNAL, MSG_OOB, MSG_MORE, MSG_CONFIRM, 0x20000000,
			MSG_DONTROUTE, MSG_EOR);
}

static void fill_cmsg(struct cmsghdr *c, int kind, int length)
{
	struct ucred u = {getpid(), getuid(), getgid()};
	unsigned char *d = CMSG_DATA(c);

	memset(d, 0, length);
	c->cmsg_level = SOL_SOCKET;
	switch (kind) {
	case 0:
	case 1:
	case 2:
		c->cmsg_type = SCM_RIGHTS;
		for (int i = 0; i < length / 4; i++)
			((int *)d)[i] = i & 1;
		break;
	case 3:
	case 4:
		c->cmsg_type = SCM_CREDENTIALS;
		memcpy(d, &u, length < (int)sizeof(u) ? length : (int)sizeof(u));
		break;
	case 5:
		c->cmsg_type = SCM_RIGHTS;
		memset(d, 0x7f, length);
		break;
	case 6:
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		if (length >= 4)
			d[0] = 1; /* the loopback interface */
		break;
	case 7:
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_TTL;
		d[0] = 33;
		break;
	case 8:
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_TOS;
		d[0] = 8;
		break;
	case 9:
		c->cmsg_level = IPPROTO_IPV6;
		c->cmsg_type = IPV6_HOPLIMIT;
		d[0] = 44;
		break;
	case 10:
		c->cmsg_level = IPPROTO_UDP;
		c->cmsg_type = 103; /* UDP_SEGMENT */
		d[0] = 5;
		break;
	default:
		c->cmsg_type = 77;
	}
}

/* Builds the control data; returns its length. */
static size_t make_control(const struct shape *s, char *buf, size_t room)
{
	size_t at = 0;
	long len;

	memset(buf, 0, room);
	for (int i = 0; i < s->messages; i++) {
		struct cmsghdr *c = (void *)(buf + at);

		fill_cmsg(c, s->kind[i], s->length[i]);
		len = (long)CMSG_LEN(s->length[i]) + s->cut[i];
		c->cmsg_len = (size_t)len;
		at += CMSG_SPACE(s->length[i]);
	}
	len = (long)at + s->slack;
	return len < 0 ? 0 : (size_t)len;
}

static void show_received(struct msghdr *m, char *control, size_t room)
{
	size_t head = sizeof(struct cmsghdr);

	printf(" flags %x name %d control %d", m->msg_flags, (int)m->msg_namelen,
	       (int)m->msg_controllen);
	for (size_t at = 0; at + head <= m->msg_controllen;) {
		struct cmsghdr *c = (void *)(control + at);
		int n = (int)c->cmsg_len - (int)head;

		printf(" [%d %d %d:", c->cmsg_level, c->cmsg_type, n);
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS)
			printf("%d", n >= 4 && *(int *)CMSG_DATA(c) == getpid());
		else
			for (int i = 0; i < n && i < 48; i++)
				printf("%02x", CMSG_DATA(c)[i]);
		printf("]");
		if (n < 0)
			break;
		at += CMSG_ALIGN(c->cmsg_len);
	}
	/* What lies beyond must not have been touched. */
	for (size_t i = m->msg_controllen; i < room; i++)
		if ((unsigned char)control[i] != 0xee) {
			printf(" touched+%d", (int)(i - m->msg_controllen));
			break;
		}
	int fd = dup(0);

	if (fd > base_fd)
		printf(" %d descriptors", fd - base_fd);
	while (fd >= base_fd)
		close(fd--);
}

static void receive(int fd)
{
	char name[256], data[512], space[600] __attribute__((aligned(8)));
	size_t room = (size_t)PICK(0, 3, 12, 16, 17, 20, 24, 28, 31, 32, 36, 40, 48, 56, 64, 100,
				   200, 400, 400, 400);
	int place = PICK(0, 0, 0, 0, 0, 0, 1, 2, 3),
	    flags = PICK(0, 0, 0, MSG_PEEK, MSG_TRUNC, MSG_CMSG_CLOEXEC);
	int namelen = PICK(0, 0, 1, 2, 3, 16, 28, 110, 128, 200, -1), count = PICK(1, 1, 1, 2, 0);
	char *control = place == 2 ? edge_page + 4096 - room : space;
	struct iovec v[2] = {{data, (size_t)PICK(0, 1, 4, 100, 512)}, {data + 300, 50}};
	struct msghdr m = {.msg_name = rnd(4) ? name : NULL,
			   .msg_namelen = (socklen_t)namelen,
			   .msg_iov = v,
			   .msg_iovlen = (size_t)count,
			   .msg_control = place == 1   ? NULL
					  : place == 3 ? (void *)8
						       : control,
			   .msg_controllen = room,
			   .msg_flags = 0x1234};
	long ret;

	memset(space, 0xee, sizeof(space));
	memset(edge_page, 0xee, 4096);
	memset(name, 0xee, sizeof(name));
	memset(data, 0xee, sizeof(data));
	ret = k_recvmsg(fd, &m, MSG_DONTWAIT | flags);
	printf("  recv room %d place %d name %d flags %x: %s %ld", (int)room, place, namelen, flags,
	       k_err(ret), ret);
	if (ret >= 0)
		printf(" data %x", k_hash(1, data, sizeof(data)));
	if (ret >= 0 && (place == 0 || place == 2))
		show_received(&m, control, place == 2 ? room : sizeof(space));
	else
		printf(" flags %x name %d control %d", m.msg_flags, (int)m.msg_namelen,
		       (int)m.msg_controllen);
	printf("\n");
}

static void drain(int fd)
{
	char data[512], control[512];
	struct iovec v = {data, sizeof(data)};

	for (;;) {
		struct msghdr m = {.msg_iov = &v,
				   .msg_iovlen = 1,
				   .msg_control = control,
				   .msg_controllen = sizeof(control)};
		int last;

		if (k_recvmsg(fd, &m, MSG_DONTWAIT) <= 0)
			break;
		last = dup(0);
		while (last >= base_fd)
			close(last--);
	}
}

static void one(int type)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 a6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	char text[128], space[400] __attribute__((aligned(8))), *control = space;
	struct msghdr m = {0};
	struct iovec v[4];
	struct shape s;
	size_t len;
	int pair[2] = {-1, -1}, on = 1;
	long ret;

	make_shape(&s);
	if (type < 3) {
		static const int types[] = {SOCK_DGRAM, SOCK_STREAM, SOCK_SEQPACKET};

		socketpair(AF_UNIX, types[type], 0, pair);
		if (rnd(2))
			k_setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, 4);
	} else if (type == 3) {
		pair[0] = pair[1] = udp;
		a.sin_port = (in_port_t)udp_port;
		m.msg_name = &a;
		m.msg_namelen = sizeof(a);
	} else {
		pair[0] = pair[1] = udp6;
		a6.sin6_port = (in_port_t)udp6_port;
		m.msg_name = &a6;
		m.msg_namelen = sizeof(a6);
	}
	base_fd = dup(0);
	close(base_fd);
	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 4; i++)
		v[i] = (struct iovec){text + i, (size_t)s.piece[i]};
	m.msg_iov = v;
	m.msg_iovlen = (size_t)s.pieces;
	len = make_control(&s, space, sizeof(space));
	if (s.control_place == 2) {
		control = edge_page + 4096 - len;
		memcpy(control, space, len);
	}
	m.msg_control = s.control_place == 1 ? NULL : s.control_place == 3 ? (void *)8 : control;
	m.msg_controllen = len;
	ret = k_sendmsg(pair[0], &m, s.flags | MSG_DONTWAIT);
	printf("send type %d place %d messages %d slack %d flags %x: %s %ld\n", type,
	       s.control_place, s.messages, s.slack, s.flags, k_err(ret), ret);
	/* A second message, so that there is always something to receive. */
	m.msg_control = NULL;
	m.msg_controllen = 0;
	k_sendmsg(pair[0], &m, MSG_DONTWAIT);
	receive(pair[1]);
	receive(pair[1]);
	drain(pair[1]);
	if (type < 3)
		close(pair[0]), close(pair[1]);
}

static int make_udp(int family, int *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 a6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(family, SOCK_DGRAM, 0), on = 1;
	socklen_t len = sizeof(a6);

	k_bind(fd, family == AF_INET ? (void *)&a : (void *)&a6,
	       family == AF_INET ? sizeof(a) : sizeof(a6));
	k_getsockname(fd, &a6, &len);
	*port = a6.sin6_port;
	if (family == AF_INET) {
		k_setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, 4);
		k_setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &on, 4);
		k_setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &on, 4);
	} else {
		k_setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, 4);
		k_setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, 4);
		k_setsockopt(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, 4);
	}
	return fd;
}

int main(void)
{
	edge_page = edge();
	signal(SIGPIPE, SIG_IGN);
	udp = make_udp(AF_INET, &udp_port);
	udp6 = make_udp(AF_INET6, &udp6_port);
	for (int i = 0; i < ROUNDS; i++)
		one((int)rnd(udp6 >= 0 ? 5 : 4));
	return 0;
}
