/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -yy: what sock_diag(7) knows of a socket, by the name that the kernel has for its protocol. */
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/netlink_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "host/host.h"
#include "trace/flags.h"

/* The protocols that sock_diag is asked about. */
static const struct protocol {
	char name[12];
	u8 family;
	s16 number; /* of inet */
} protocols[] = {
	{"UNIX", AF_UNIX, 0},
	{"UNIX-STREAM", AF_UNIX, 0},
	{"TCP", AF_INET, IPPROTO_TCP},
	{"UDP", AF_INET, IPPROTO_UDP},
	{"UDPLITE", AF_INET, IPPROTO_UDPLITE},
	{"DCCP", AF_INET, IPPROTO_DCCP},
	{"SCTP", AF_INET, IPPROTO_SCTP},
	{"L2TP/IP", AF_INET, 115},
	{"PING", AF_INET, IPPROTO_ICMP},
	{"RAW", AF_INET, IPPROTO_RAW},
	{"TCPv6", AF_INET6, IPPROTO_TCP},
	{"UDPv6", AF_INET6, IPPROTO_UDP},
	{"UDPLITEv6", AF_INET6, IPPROTO_UDPLITE},
	{"DCCPv6", AF_INET6, IPPROTO_DCCP},
	{"SCTPv6", AF_INET6, IPPROTO_SCTP},
	{"L2TP/IPv6", AF_INET6, 115},
	{"PINGv6", AF_INET6, IPPROTO_ICMP},
	{"RAWv6", AF_INET6, IPPROTO_RAW},
	{"NETLINK", AF_NETLINK, 0},
};

/* What a thread found out of sockets: as with strace, it is not asked for again. */
#define KNOWN_MAX 64
struct known {
	u64 inode;
	char text[4 * sizeof(((struct sockaddr_un *)0)->sun_path) + 64];
};
static _Thread_local char *known_memory;
static _Thread_local u32 known_next;

/* The text for the message about the socket, in k->text; true: it was about that. */
static bool from_inet(struct known *k, const struct protocol *p, const void *data, size_t len)
{
	char me[INET6_ADDRSTRLEN], peer[INET6_ADDRSTRLEN];
	const struct inet_diag_msg *m = data;
	bool six, connected = false;
	const char *format;

	if (len < sizeof(*m) || m->idiag_inode != k->inode)
		return false;
	six = m->idiag_family == AF_INET6;
	for (int i = 0; i < (six ? 4 : 1); i++)
		connected |= m->id.idiag_dst[i] != 0;
	connected |= m->id.idiag_dport != 0;
	inet_ntop(m->idiag_family, m->id.idiag_src, me, sizeof(me));
	inet_ntop(m->idiag_family, m->id.idiag_dst, peer, sizeof(peer));
	if (connected) {
		format = six ? "%s:[[%s]:%u->[%s]:%u]" : "%s:[%s:%u->%s:%u]";
		snprintf(k->text, sizeof(k->text), format, p->name, me, ntohs(m->id.idiag_sport),
			 peer, ntohs(m->id.idiag_dport));
	} else {
		format = six ? "%s:[[%s]:%u]" : "%s:[%s:%u]";
		snprintf(k->text, sizeof(k->text), format, p->name, me, ntohs(m->id.idiag_sport));
	}
	return true;
}

static bool from_unix(struct tline *t, struct known *k, const struct protocol *p, const void *data,
		      size_t len)
{
	const struct unix_diag_msg *m = data;
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	size_t start = t->len, n, name = 0;
	const struct rtattr *a;
	u32 peer = 0, left;

	if (len < sizeof(*m) || m->udiag_ino != (u32)k->inode)
		return false;
	left = (u32)(len - sizeof(*m));
	for (a = (const void *)(m + 1); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type == UNIX_DIAG_NAME) {
			name = MIN(RTA_PAYLOAD(a), sizeof(un.sun_path));
			memcpy(un.sun_path, RTA_DATA(a), name);
		} else if (a->rta_type == UNIX_DIAG_PEER) {
			memcpy(&peer, RTA_DATA(a), sizeof(peer));
		}
	}
	if (!peer && !name)
		return false;
	put_fmt(t, "%s:[%llu", p->name, (unsigned long long)k->inode);
	if (peer)
		put_fmt(t, "->%u", peer);
	if (name) {
		putch(t, ',');
		put_sun_path(t, &un, offsetof(struct sockaddr_un, sun_path) + name);
	}
	putch(t, ']');
	n = MIN(t->len - start, sizeof(k->text) - 1);
	memcpy(k->text, t->buf + start, n);
	k->text[n] = 0;
	t->len = start;
	return true;
}

static bool from_netlink(struct known *k, const struct protocol *p, const void *data, size_t len)
{
	const struct netlink_diag_msg *m = data;
	const char *name;

	if (len < sizeof(*m) || m->ndiag_ino != (u32)k->inode)
		return false;
	name = xlat_name(&x_netlink, m->ndiag_protocol);
	if (name)
		snprintf(k->text, sizeof(k->text), "%s:[%s:%u]", p->name, name + strlen("NETLINK_"),
			 m->ndiag_portid);
	else
		snprintf(k->text, sizeof(k->text), "%s:[%u]", p->name, m->ndiag_protocol);
	return true;
}

/* Sends the question for all sockets of the protocol (unix: for that of the inode). */
static bool ask(int fd, const struct protocol *p, u64 inode)
{
	struct {
		struct nlmsghdr h;
		union {
			struct inet_diag_req_v2 in;
			struct unix_diag_req un;
			struct netlink_diag_req nl;
		};
	} q = {.h = {.nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_DUMP | NLM_F_REQUEST}};

	if (p->family == AF_UNIX) {
		q.h.nlmsg_len = NLMSG_LENGTH(sizeof(q.un));
		q.un = (struct unix_diag_req){.sdiag_family = AF_UNIX,
					      .udiag_states = ~0u,
					      .udiag_ino = (u32)inode,
					      .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER};
	} else if (p->family == AF_NETLINK) {
		q.h.nlmsg_len = NLMSG_LENGTH(sizeof(q.nl));
		q.nl = (struct netlink_diag_req){.sdiag_family = AF_NETLINK,
						 .sdiag_protocol = NDIAG_PROTO_ALL};
	} else {
		q.h.nlmsg_len = NLMSG_LENGTH(sizeof(q.in));
		q.in = (struct inet_diag_req_v2){.sdiag_family = p->family,
						 .sdiag_protocol = (u8)p->number,
						 .idiag_states = ~0u};
	}
	return send(fd, &q, q.h.nlmsg_len, 0) == (ssize_t)q.h.nlmsg_len;
}

static bool answer(struct tline *t, int fd, struct known *k, const struct protocol *p)
{
	_Alignas(struct nlmsghdr) char buf[8192];

	for (;;) {
		ssize_t got = recv(fd, buf, sizeof(buf), 0);
		size_t n = got < 0 ? 0 : (size_t)got;

		if (!n)
			return false;
		for (struct nlmsghdr *h = (void *)buf; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
			const void *data = NLMSG_DATA(h);
			size_t len = h->nlmsg_len - NLMSG_HDRLEN;

			if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY)
				return false; /* the end, or an error */
			if (p->family == AF_UNIX      ? from_unix(t, k, p, data, len)
			    : p->family == AF_NETLINK ? from_netlink(k, p, data, len)
						      : from_inet(k, p, data, len))
				return true;
		}
	}
}

static const char *look_up(struct tline *t, const struct protocol *p, u64 inode)
{
	struct known *known = (void *)trace_memory(&known_memory, KNOWN_MAX * sizeof(struct known));
	struct known *k = &known[known_next];
	bool found = false;
	int fd;

	for (u32 i = 0; i < KNOWN_MAX; i++)
		if (known[i].inode == inode)
			return known[i].text;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd < 0)
		return NULL;
	k->inode = inode;
	found = ask(fd, p, inode) && answer(t, fd, k, p);
	close(fd);
	if (!found) {
		k->inode = 0;
		return NULL;
	}
	known_next = (known_next + 1) % KNOWN_MAX;
	return k->text;
}

bool put_socket_info(struct tline *t, int fd, const char *inode)
{
	const struct protocol *p = NULL;
	char name[64];
	const char *text;
	ssize_t n = fgetxattr(fd, "system.sockprotoname", name, sizeof(name) - 1);

	if (n <= 0)
		return false;
	name[n] = 0;
	for (size_t i = 0; !p && i < ARRAY_SIZE(protocols); i++)
		if (!strcmp(protocols[i].name, name))
			p = &protocols[i];
	if (!p)
		return false;
	text = look_up(t, p, strtoull(inode, NULL, 10));
	if (text)
		put(t, text);
	else
		put_fmt(t, "%s:[%s]", name, inode);
	return true;
}
