/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The emulated loopback network: what it tells about datagrams, in control messages. */
#include <errno.h>
#include <linux/netlink.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <linux/errqueue.h> /* wants struct timespec */
#include <linux/net_tstamp.h>

#include "host/host.h"
#include "mm/uaccess.h"
#include "net/emulate.h"
#include "task/task.h"

#define TTL 64 /* net.ipv4.ip_default_ttl, and the hop limit of IPv6 */

void emu_append(struct emu_ancillary *a, int level, int type, const void *data, size_t len)
{
	struct cmsghdr h = {.cmsg_len = CMSG_LEN(len), .cmsg_level = level, .cmsg_type = type};

	memcpy(a->data + a->len, &h, sizeof(h));
	memcpy(a->data + a->len + CMSG_LEN(0), data, len);
	a->len += CMSG_SPACE(len);
}

static bool on(const struct emu_socket *e, int level, int name)
{
	return emu_option_value(e, level, name, 0) != 0;
}

/* The host's own timestamps come with all three, if they are of use. */
void emu_tell_time(struct emu_ancillary *a, const struct emu_socket *e)
{
	const u32 wanted = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE;
	struct timespec stamps[3] = {0}; /* struct scm_timestamping: software, none, hardware */

	a->len = 0;
	if ((e->stamping & wanted) != wanted || e->host_stamps)
		return;
	clock_gettime(CLOCK_REALTIME, &stamps[0]);
	emu_append(a, SOL_SOCKET, e->stamping_name, stamps, sizeof(stamps));
}

/* In the order of the kernel's ip_cmsg_recv_offset(). */
static void info4(struct emu_ancillary *a, const struct emu_socket *e,
		  const struct emu_socket *from, const struct emu_addr *to,
		  const struct emu_label *l)
{
	struct in_pktinfo info = {.ipi_ifindex = LO_INDEX};
	bool group = emu_is_group(to->ip);
	struct sockaddr_in dst;
	int ttl = group ? emu_option_value(from, IPPROTO_IP, IP_MULTICAST_TTL, 1)
			: emu_option_value(from, IPPROTO_IP, IP_TTL, TTL);
	u8 tos = (u8)(l->tos >= 0 ? l->tos : emu_option_value(from, IPPROTO_IP, IP_TOS, 0));

	if (l->ttl >= 0)
		ttl = l->ttl;
	else if (ttl < 0)
		ttl = group ? 1 : TTL;
	memcpy(&info.ipi_addr, to->ip + 12, sizeof(info.ipi_addr));
	info.ipi_spec_dst = info.ipi_addr;
	if (group)
		info.ipi_spec_dst.s_addr = htonl(INADDR_LOOPBACK);
	if (on(e, IPPROTO_IP, IP_PKTINFO))
		emu_append(a, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	if (on(e, IPPROTO_IP, IP_RECVTTL))
		emu_append(a, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
	if (on(e, IPPROTO_IP, IP_RECVTOS))
		emu_append(a, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	emu_shown(AF_INET, to, &dst);
	if (on(e, IPPROTO_IP, IP_RECVORIGDSTADDR))
		emu_append(a, IPPROTO_IP, IP_ORIGDSTADDR, &dst, sizeof(dst));
}

/* In the order of ip6_datagram_recv_ctl(). */
static void info6(struct emu_ancillary *a, const struct emu_socket *e,
		  const struct emu_socket *from, const struct emu_addr *to,
		  const struct emu_label *l)
{
	struct in6_pktinfo info = {.ipi6_ifindex = LO_INDEX};
	int hops = l->ttl, tclass = l->tos;

	if (hops < 0)
		hops = emu_option_value(from, IPPROTO_IPV6, IPV6_UNICAST_HOPS, TTL);
	if (hops < 0)
		hops = TTL;
	if (tclass < 0)
		tclass = MAX(emu_option_value(from, IPPROTO_IPV6, IPV6_TCLASS, 0), 0);
	memcpy(&info.ipi6_addr, to->ip, sizeof(info.ipi6_addr));
	if (on(e, IPPROTO_IPV6, IPV6_RECVPKTINFO))
		emu_append(a, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	if (emu_is_v4(to->ip))
		return;
	if (on(e, IPPROTO_IPV6, IPV6_RECVHOPLIMIT))
		emu_append(a, IPPROTO_IPV6, IPV6_HOPLIMIT, &hops, sizeof(hops));
	if (on(e, IPPROTO_IPV6, IPV6_RECVTCLASS))
		emu_append(a, IPPROTO_IPV6, IPV6_TCLASS, &tclass, sizeof(tclass));
}

void emu_tell(struct emu_ancillary *a, const struct emu_socket *e, const struct emu_socket *from,
	      const struct emu_label *l)
{
	static const struct nl_pktinfo group = {0};
	struct emu_addr to = e->local;

	if (!from) {
		if (on(e, SOL_NETLINK, NETLINK_PKTINFO))
			emu_append(a, SOL_NETLINK, NETLINK_PKTINFO, &group, sizeof(group));
		return;
	}
	if (l->is)
		memcpy(to.ip, l->to, 16);
	else
		emu_route(e, &to); /* who listens everywhere is told of the loopback's address */
	if (e->family == AF_INET6)
		info6(a, e, from, &to, l);
	if (emu_is_v4(to.ip))
		info4(a, e, from, &to, l);
}

/* IP_RECVERR, IPV6_RECVERR: struct sock_extended_err and who has sent the error. */
void emu_tell_refused(struct emu_ancillary *a, const struct emu_socket *e,
		      const struct emu_addr *to)
{
	bool v4 = emu_is_v4(to->ip);
	struct {
		struct sock_extended_err err;
		u8 offender[sizeof(struct sockaddr_in6)];
	} data = {.err = {.ee_errno = ECONNREFUSED,
			  .ee_origin = v4 ? SO_EE_ORIGIN_ICMP : SO_EE_ORIGIN_ICMP6,
			  .ee_type = v4 ? ICMP_DEST_UNREACH : ICMP6_DST_UNREACH,
			  .ee_code = v4 ? ICMP_PORT_UNREACH : ICMP6_DST_UNREACH_NOPORT}};
	struct emu_addr from = *to;
	socklen_t len;

	from.port = 0;
	len = emu_shown(e->family, &from, data.offender);
	a->len = 0;
	if (e->family == AF_INET)
		emu_append(a, IPPROTO_IP, IP_RECVERR, &data, sizeof(data.err) + len);
	else
		emu_append(a, IPPROTO_IPV6, IPV6_RECVERR, &data, sizeof(data.err) + len);
}

/* Linux's put_cmsg(), for each message. room is the size of the control buffer. */
void emu_put_ancillary(struct msghdr *h, size_t room, const struct emu_ancillary *a)
{
	for (size_t at = 0; at < a->len;) {
		struct cmsghdr c;
		size_t left = room - MIN(room, h->msg_controllen), n;

		memcpy(&c, a->data + at, sizeof(c));
		n = c.cmsg_len;
		if (!h->msg_control || left < sizeof(c)) {
			h->msg_flags |= MSG_CTRUNC;
			return;
		}
		if (n > left) {
			h->msg_flags |= MSG_CTRUNC;
			c.cmsg_len = n = left;
		}
		if (host_copy((u8 *)h->msg_control + h->msg_controllen + sizeof(c),
			      a->data + at + sizeof(c), n - sizeof(c)) ||
		    host_copy((u8 *)h->msg_control + h->msg_controllen, &c, sizeof(c)))
			return;
		at += CMSG_ALIGN(((const struct cmsghdr *)(a->data + at))->cmsg_len);
		h->msg_controllen += MIN(CMSG_ALIGN(n), left);
	}
}
