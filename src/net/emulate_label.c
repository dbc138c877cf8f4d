/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The emulated loopback network: control messages of datagrams that are sent, and how what they say
 * gets to the receiver. */
#include <errno.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "host/host.h"
#include "mm/uaccess.h"
#include "net/emulate.h"
#include "task/task.h"

#define MAX_CONTROL 4096 /* more is not looked at */

#define OPT_UDP_SEGMENT	     103
#define OPT_IPV6_2292PKTINFO 2
#define OPT_IPV6_2292HOPLIM  8
#define OPT_IPV6_DONTFRAG    62
#define OPT_TIMESTAMPING_OLD 37
#define OPT_TIMESTAMPING_NEW 65
#define OPT_MARK	     36
#define OPT_TXTIME	     61
#define TX_RECORD_MASK	     0x303 /* of SO_TIMESTAMPING, what a message may ask for */

/* The int of a control message within limits, to *value. 0 or -EINVAL. */
static long read_int(const struct cmsghdr *c, int min, int max, int *value)
{
	if (c->cmsg_len != CMSG_LEN(sizeof(*value)))
		return -EINVAL;
	memcpy(value, CMSG_DATA(c), sizeof(*value));
	return *value < min || *value > max ? -EINVAL : 0;
}

/* The interface that a datagram is to leave by, 0: any. */
static long read_interface(struct emu_label *l, int index)
{
	l->at_lo = l->at_lo || index == LO_INDEX;
	return index && index != LO_INDEX ? -ENODEV : 0;
}

/* __sock_cmsg_send() */
static long read_socket(const struct cmsghdr *c)
{
	int value;

	switch (c->cmsg_type) {
	case OPT_MARK:
		if (!host_capable(CAP_NET_ADMIN))
			return -EPERM;
		return c->cmsg_len == CMSG_LEN(sizeof(u32)) ? 0 : -EINVAL;
	case OPT_TIMESTAMPING_OLD:
	case OPT_TIMESTAMPING_NEW:
		return read_int(c, 0, TX_RECORD_MASK, &value) || value & ~TX_RECORD_MASK ? -EINVAL
											 : 0;
	case SCM_RIGHTS:
	case SCM_CREDENTIALS:
		return 0; /* of no meaning, and not looked at */
	}
	return -EINVAL;
}

/* __udp_cmsg_send() */
static long read_udp(struct emu_label *l, const struct cmsghdr *c)
{
	if (c->cmsg_type != OPT_UDP_SEGMENT || c->cmsg_len != CMSG_LEN(sizeof(l->segment)))
		return -EINVAL;
	memcpy(&l->segment, CMSG_DATA(c), sizeof(l->segment));
	return 0;
}

static long read_pktinfo4(struct emu_label *l, const struct cmsghdr *c)
{
	struct in_pktinfo info;

	if (c->cmsg_len != CMSG_LEN(sizeof(info)))
		return -EINVAL;
	memcpy(&info, CMSG_DATA(c), sizeof(info));
	l->from = ntohl(info.ipi_spec_dst.s_addr);
	return read_interface(l, info.ipi_ifindex);
}

/* ip_cmsg_send() */
static long read_ip(struct emu_label *l, const struct cmsghdr *c)
{
	u8 tos;

	switch (c->cmsg_type) {
	case IP_PKTINFO:
		return read_pktinfo4(l, c);
	case IP_TTL:
		return read_int(c, 1, 255, &l->ttl);
	case IP_TOS:
		if (c->cmsg_len != CMSG_LEN(sizeof(tos)))
			return read_int(c, 0, 255, &l->tos);
		memcpy(&tos, CMSG_DATA(c), sizeof(tos));
		l->tos = tos;
		return 0;
	case IP_RETOPTS:
		return 0;
	}
	return -EINVAL;
}

static long read_pktinfo6(struct emu_label *l, const struct cmsghdr *c, bool v4)
{
	struct in6_pktinfo info;
	u32 addr;

	if (c->cmsg_len < CMSG_LEN(sizeof(info)))
		return -EINVAL;
	memcpy(&info, CMSG_DATA(c), sizeof(info));
	if (v4) {
		if (!emu_is_v4(info.ipi6_addr.s6_addr))
			return -EINVAL;
		memcpy(&addr, info.ipi6_addr.s6_addr + 12, sizeof(addr));
		l->from = ntohl(addr);
	} else if (memcmp(&info.ipi6_addr, &in6addr_any, 16) != 0 &&
		   memcmp(&info.ipi6_addr, &in6addr_loopback, 16) != 0) {
		return read_interface(l, (int)info.ipi6_ifindex) ? -ENODEV : -EINVAL;
	}
	return read_interface(l, (int)info.ipi6_ifindex);
}

/* ip6_datagram_send_ctl(); headers of extensions have nowhere to go. */
static long read_ip6(struct emu_label *l, const struct cmsghdr *c)
{
	int value;

	switch (c->cmsg_type) {
	case IPV6_PKTINFO:
	case OPT_IPV6_2292PKTINFO:
		return read_pktinfo6(l, c, false);
	case IPV6_HOPLIMIT:
	case OPT_IPV6_2292HOPLIM:
		return read_int(c, -1, 255, &l->ttl);
	case IPV6_TCLASS:
		return read_int(c, -1, 255, &l->tos);
	case OPT_IPV6_DONTFRAG:
		return read_int(c, 0, 1, &value);
	}
	return -EINVAL;
}

static long read_message(struct emu_label *l, const struct cmsghdr *c, bool v4, bool v6_socket)
{
	if (c->cmsg_level == SOL_SOCKET)
		return read_socket(c);
	if (c->cmsg_level == IPPROTO_UDP)
		return read_udp(l, c);
	if (v4 && v6_socket && c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
		return read_pktinfo6(l, c, true);
	if (v4 && c->cmsg_level == IPPROTO_IP)
		return read_ip(l, c);
	if (!v4 && c->cmsg_level == IPPROTO_IPV6)
		return read_ip6(l, c);
	return 0;
}

/* The control messages that a sender gives, in buf. 0 or -EFAULT. */
static long read_control(struct msghdr *m, const struct msghdr *h, void *buf)
{
	*m = (struct msghdr){.msg_control = buf,
			     .msg_controllen = MIN(h->msg_controllen, (size_t)MAX_CONTROL)};
	return m->msg_controllen && host_copy(buf, h->msg_control, m->msg_controllen) ? -EFAULT : 0;
}

static bool is_whole(const struct msghdr *m, const struct cmsghdr *c)
{
	size_t left = m->msg_controllen - (size_t)((const u8 *)c - (const u8 *)m->msg_control);

	return c->cmsg_len >= sizeof(*c) && c->cmsg_len <= left;
}

long emu_check_control(const struct msghdr *h)
{
	u64 buf[MAX_CONTROL / sizeof(u64)];
	struct msghdr m;
	long ret = read_control(&m, h, buf);

	if (ret)
		return ret;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); !ret && c; c = CMSG_NXTHDR(&m, c)) {
		if (!is_whole(&m, c))
			return -EINVAL;
		if (c->cmsg_level == SOL_SOCKET)
			ret = read_socket(c);
	}
	return ret;
}

long emu_read_label(struct emu_label *l, const struct emu_socket *e, const struct emu_addr *to,
		    const struct msghdr *h)
{
	u64 buf[MAX_CONTROL / sizeof(u64)];
	struct msghdr m;
	bool v4 = emu_is_v4(to->ip);
	long ret = read_control(&m, h, buf);

	*l = (struct emu_label){.ttl = -1, .tos = -1};
	memcpy(l->to, to->ip, 16);
	l->segment = (u16)emu_option_value(e, IPPROTO_UDP, OPT_UDP_SEGMENT, 0);
	if (ret)
		return ret;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); !ret && c; c = CMSG_NXTHDR(&m, c)) {
		if (!is_whole(&m, c))
			return -EINVAL;
		ret = read_message(l, c, v4, e->family == AF_INET6);
	}
	if (ret || !l->from)
		return ret;
	l->at_lo = true;
	if (l->from >> 24 == 127)
		return 0;
	/* No address of this host's; or of any. */
	return l->from >> 28 != 0xe && l->from >> 24 && ~l->from ? -ENETUNREACH : -EINVAL;
}

struct emu_addr emu_source(const struct emu_socket *from, const struct emu_label *l)
{
	struct emu_addr a = from->local;
	u32 addr = htonl(l->from ? l->from : INADDR_LOOPBACK);
	bool any6 = !memcmp(a.ip, &in6addr_any, 16);

	if (l->from || (any6 && emu_is_v4(l->to))) {
		memset(a.ip, 0, 10);
		a.ip[10] = a.ip[11] = 0xff;
		memcpy(a.ip + 12, &addr, sizeof(addr));
	}
	emu_route(from, &a); /* a sender without an address of its own has the loopback's */
	return a;
}

bool emu_needs_label(const struct emu_label *l, const struct emu_socket *from,
		     const struct emu_socket *target)
{
	struct emu_addr presumed = target->local, source = emu_source(from, l), own;

	own = emu_source(from, &(struct emu_label){.from = 0});
	if (memcmp(own.ip, source.ip, 16) != 0)
		return true;
	if (!target->nr_options)
		return false; /* it has not asked to be told anything */
	emu_route(target, &presumed);
	return l->ttl >= 0 || l->tos >= 0 || memcmp(presumed.ip, l->to, 16) != 0;
}

socklen_t emu_label_addr(struct sockaddr_un *un, u32 ino, const struct emu_label *l)
{
	size_t len = emu_host_addr(un, ino) - offsetof(struct sockaddr_un, sun_path) - 1, n;
	u32 to[4];

	memcpy(to, l->to, sizeof(to));
	n = (size_t)snprintf(un->sun_path + len, sizeof(un->sun_path) - len,
			     "-%08x%08x%08x%08x,%x,%d,%d,%x", to[0], to[1], to[2], to[3], l->from,
			     l->ttl, l->tos, (u32)host(SYS_gettid));
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + n + 1);
}

void emu_label_of(struct emu_label *l, const struct sockaddr_un *un, socklen_t len)
{
	char text[sizeof(un->sun_path) + 1] = "";
	const char *dash;
	u32 to[4];

	*l = (struct emu_label){.ttl = -1, .tos = -1};
	if (len > offsetof(struct sockaddr_un, sun_path))
		memcpy(text, un->sun_path,
		       MIN(len - offsetof(struct sockaddr_un, sun_path), sizeof(un->sun_path)));
	dash = strchr(text, '-');
	if (!dash || sscanf(dash, "-%8x%8x%8x%8x,%x,%d,%d", &to[0], &to[1], &to[2], &to[3],
			    &l->from, &l->ttl, &l->tos) != 7)
		return;
	memcpy(l->to, to, sizeof(to));
	l->is = true;
}
