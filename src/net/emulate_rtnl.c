/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The emulated loopback network: what rtnetlink(7) answers in a network namespace that has nothing
 * but lo. Formats and orders are those of the kernel's net/core/rtnetlink.c, net/ipv4/devinet.c,
 * fib_rules.c and their likes. */
#include "net/emulate_rtnl.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <string.h>

#include "host/host.h"
#include "net/emulate.h"

#define LO_QUEUE    1000
#define LAST_TYPE   123 /* RTM_MAX of the kernels that know most */
#define OPER_DOWN   2	/* IF_OPER_DOWN; lo's is IF_OPER_UNKNOWN, 0, when it is up */
#define GSO_SEGS    65535
#define TSO_SIZE    524280
#define FOREVER	    0xffffffffu
#define NO_STATS    8	    /* RTEXT_FILTER_SKIP_STATS */
#define LONG_NAME   53	    /* IFLA_ALT_IFNAME */
#define FLAG_UP	    0x10049 /* IFF_UP | IFF_LOOPBACK | IFF_RUNNING | IFF_LOWER_UP */
#define LOCAL_TABLE RT_TABLE_LOCAL

/* One datagram as it grows. */
struct reply {
	size_t len, msg; /* used; where the last message begins */
	const struct nlmsghdr *request;
	u32 portid;
	u8 data[4096] __attribute__((aligned(8)));
};

static void *put(struct reply *r, const void *data, size_t size)
{
	void *at = r->data + r->len;

	memset(at, 0, NLMSG_ALIGN(size));
	memcpy(at, data, size);
	r->len += NLMSG_ALIGN(size);
	return at;
}

/* A message begins with its header and the family's; end() has its length. */
static void begin(struct reply *r, u16 type, u16 flags, const void *head, size_t size)
{
	struct nlmsghdr h = {.nlmsg_type = type,
			     .nlmsg_flags = flags,
			     .nlmsg_seq = r->request->nlmsg_seq,
			     .nlmsg_pid = r->portid};

	r->msg = r->len;
	put(r, &h, sizeof(h));
	put(r, head, size);
}

static void end(struct reply *r)
{
	((struct nlmsghdr *)(r->data + r->msg))->nlmsg_len = (u32)(r->len - r->msg);
}

static void attr(struct reply *r, u16 type, const void *data, size_t size)
{
	struct rtattr a = {.rta_type = type, .rta_len = (u16)RTA_LENGTH(size)};

	put(r, &a, sizeof(a));
	put(r, data, size);
}

static void attr_u8(struct reply *r, u16 type, u8 value)
{
	attr(r, type, &value, sizeof(value));
}

static void attr_u32(struct reply *r, u16 type, u32 value)
{
	attr(r, type, &value, sizeof(value));
}

/* An attribute of a request whose family header has size bytes; NULL if it is not there. */
static const struct rtattr *find_attr(const struct nlmsghdr *h, size_t size, u16 type)
{
	size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(size);

	while (at + sizeof(struct rtattr) <= h->nlmsg_len) {
		const struct rtattr *a = (const struct rtattr *)((const u8 *)h + at);

		if (a->rta_len < sizeof(*a) || a->rta_len > h->nlmsg_len - at)
			return NULL;
		if ((a->rta_type & NLA_TYPE_MASK) == type)
			return a;
		at += RTA_ALIGN(a->rta_len);
	}
	return NULL;
}

static u32 attr_value(const struct nlmsghdr *h, size_t size, u16 type)
{
	const struct rtattr *a = find_attr(h, size, type);
	u32 value = 0;

	if (a)
		memcpy(&value, RTA_DATA(a), MIN(sizeof(value), a->rta_len - sizeof(*a)));
	return value;
}

static void link_numbers(struct reply *r)
{
	static const struct {
		u16 type;
		u32 value;
	} numbers[] = {
		{IFLA_MTU, LO_MTU},
		{IFLA_MIN_MTU, 0},
		{IFLA_MAX_MTU, 0},
		{IFLA_GROUP, 0},
		{IFLA_PROMISCUITY, 0},
		{IFLA_NUM_TX_QUEUES, 1},
		{IFLA_GSO_MAX_SEGS, GSO_SEGS},
		{IFLA_GSO_MAX_SIZE, LO_MTU},
		{58 /* IFLA_GRO_MAX_SIZE */, LO_MTU},
		{63 /* IFLA_GSO_IPV4_MAX_SIZE */, LO_MTU},
		{64 /* IFLA_GRO_IPV4_MAX_SIZE */, LO_MTU},
		{59 /* IFLA_TSO_MAX_SIZE */, TSO_SIZE},
		{60 /* IFLA_TSO_MAX_SEGS */, GSO_SEGS},
		{IFLA_NUM_RX_QUEUES, 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		attr_u32(r, numbers[i].type, numbers[i].value);
}

static void put_link(struct reply *r, u16 flags, u32 filter)
{
	static const u8 nothing[256];
	bool up = emu_is_up();
	struct ifinfomsg head = {.ifi_type = ARPHRD_LOOPBACK,
				 .ifi_index = LO_INDEX,
				 .ifi_flags = up ? FLAG_UP : IFF_LOOPBACK};
	const char *qdisc = up ? "noqueue" : "noop";

	begin(r, RTM_NEWLINK, flags, &head, sizeof(head));
	attr(r, IFLA_IFNAME, "lo", sizeof("lo"));
	attr_u32(r, IFLA_TXQLEN, LO_QUEUE);
	attr_u8(r, IFLA_OPERSTATE, up ? 0 : OPER_DOWN);
	attr_u8(r, IFLA_LINKMODE, 0);
	link_numbers(r);
	attr_u8(r, IFLA_CARRIER, 1);
	attr_u32(r, IFLA_CARRIER_CHANGES, 0);
	attr_u32(r, IFLA_CARRIER_UP_COUNT, 0);
	attr_u32(r, IFLA_CARRIER_DOWN_COUNT, 0);
	attr_u8(r, IFLA_PROTO_DOWN, 0);
	attr(r, IFLA_ADDRESS, nothing, 6);
	attr(r, IFLA_BROADCAST, nothing, 6);
	if (!(filter & NO_STATS)) {
		attr(r, IFLA_STATS64, nothing, sizeof(struct rtnl_link_stats64));
		attr(r, IFLA_STATS, nothing, sizeof(struct rtnl_link_stats));
	}
	attr(r, IFLA_QDISC, qdisc, strlen(qdisc) + 1);
	attr(r, IFLA_MAP, nothing, sizeof(struct rtnl_link_ifmap));
	end(r);
}

/* RTM_GETLINK for one interface. 0 or -errno. */
static int get_link(struct reply *r)
{
	const struct nlmsghdr *h = r->request;
	const struct rtattr *name;
	struct ifinfomsg want = {0};
	size_t len = 0;

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(want)))
		return -EINVAL;
	memcpy(&want, NLMSG_DATA(h), sizeof(want));
	name = find_attr(h, sizeof(want), IFLA_IFNAME);
	if (!name)
		name = find_attr(h, sizeof(want), LONG_NAME);
	if (name)
		len = strnlen(RTA_DATA(name), name->rta_len - sizeof(*name));
	if (want.ifi_index <= 0 && !name)
		return -EINVAL;
	if (want.ifi_index > 0 ? want.ifi_index != LO_INDEX
			       : len != 2 || memcmp(RTA_DATA(name), "lo", 2) != 0)
		return -ENODEV;
	put_link(r, 0, attr_value(h, sizeof(want), IFLA_EXT_MASK));
	return 0;
}

static void put_addr(struct reply *r, u8 family, u16 flags)
{
	static const u8 loop4[4] = {127, 0, 0, 1}, loop6[16] = {[15] = 1};
	bool v4 = family == AF_INET;
	struct ifaddrmsg head = {.ifa_family = family,
				 .ifa_prefixlen = v4 ? 8 : 128,
				 .ifa_flags = IFA_F_PERMANENT,
				 .ifa_scope = RT_SCOPE_HOST,
				 .ifa_index = LO_INDEX};
	struct ifa_cacheinfo cache = {.ifa_prefered = FOREVER, .ifa_valid = FOREVER};

	begin(r, RTM_NEWADDR, flags, &head, sizeof(head));
	attr(r, IFA_ADDRESS, v4 ? loop4 : loop6, v4 ? sizeof(loop4) : sizeof(loop6));
	if (v4) {
		attr(r, IFA_LOCAL, loop4, sizeof(loop4));
		attr(r, IFA_LABEL, "lo", sizeof("lo"));
		attr_u32(r, IFA_FLAGS, IFA_F_PERMANENT);
	}
	attr(r, IFA_CACHEINFO, &cache, sizeof(cache));
	if (!v4) {
		attr_u32(r, IFA_FLAGS, IFA_F_PERMANENT);
		attr_u8(r, IFA_PROTO, 1 /* IFAPROT_KERNEL_LO */);
	}
	end(r);
}

/* RTM_GETADDR for one address, which only IPv6 knows on all kernels. */
static int get_addr(struct reply *r)
{
	static const u8 loop[16] = {[15] = 1};
	const struct nlmsghdr *h = r->request;
	const struct ifaddrmsg *want = NLMSG_DATA(h);
	const struct rtattr *a;

	if (want->ifa_family != AF_INET6)
		return -EOPNOTSUPP;
	a = find_attr(h, sizeof(*want), IFA_ADDRESS);
	if (!a)
		a = find_attr(h, sizeof(*want), IFA_LOCAL);
	if (!a || a->rta_len != RTA_LENGTH(sizeof(loop)))
		return -EINVAL;
	if (!emu_is_up() || memcmp(RTA_DATA(a), loop, sizeof(loop)) != 0)
		return -EADDRNOTAVAIL;
	put_addr(r, AF_INET6, 0);
	return 0;
}

/* The local table's routes for 127.0.0.0/8, 127.0.0.1 and the broadcast address. */
static void put_routes4(struct reply *r)
{
	static const struct {
		u8 bits, scope, type, dst[4];
	} routes[] = {
		{8, RT_SCOPE_HOST, RTN_LOCAL, {127, 0, 0, 0}},
		{32, RT_SCOPE_HOST, RTN_LOCAL, {127, 0, 0, 1}},
		{32, RT_SCOPE_LINK, RTN_BROADCAST, {127, 255, 255, 255}},
	};
	static const u8 source[4] = {127, 0, 0, 1};

	for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
		struct rtmsg head = {.rtm_family = AF_INET,
				     .rtm_dst_len = routes[i].bits,
				     .rtm_table = LOCAL_TABLE,
				     .rtm_protocol = RTPROT_KERNEL,
				     .rtm_scope = routes[i].scope,
				     .rtm_type = routes[i].type};

		begin(r, RTM_NEWROUTE, NLM_F_MULTI, &head, sizeof(head));
		attr_u32(r, RTA_TABLE, LOCAL_TABLE);
		attr(r, RTA_DST, routes[i].dst, 4);
		attr(r, RTA_PREFSRC, source, sizeof(source));
		attr_u32(r, RTA_OIF, LO_INDEX);
		end(r);
	}
}

/* ::1, as the table lists it or, with a source, as the answer to where it leads. */
static void put_route6(struct reply *r, u16 flags, bool lookup)
{
	static const u8 loop[16] = {[15] = 1}, any[16];
	struct rta_cacheinfo cache = {.rta_clntref = lookup ? 2 : 0};
	struct rtmsg head = {.rtm_family = AF_INET6,
			     .rtm_dst_len = 128,
			     .rtm_src_len = lookup ? 128 : 0,
			     .rtm_table = LOCAL_TABLE,
			     .rtm_protocol = RTPROT_KERNEL,
			     .rtm_type = RTN_LOCAL};

	begin(r, RTM_NEWROUTE, flags, &head, sizeof(head));
	attr_u32(r, RTA_TABLE, LOCAL_TABLE);
	attr(r, RTA_DST, loop, sizeof(loop));
	if (lookup) {
		attr(r, RTA_SRC, any, sizeof(any));
		attr(r, RTA_PREFSRC, loop, sizeof(loop));
	}
	attr_u32(r, RTA_PRIORITY, 0);
	attr_u32(r, RTA_OIF, LO_INDEX);
	attr(r, RTA_CACHEINFO, &cache, sizeof(cache));
	attr_u8(r, RTA_PREF, 0);
	end(r);
}

/* Where a datagram to an IPv4 address would go. */
static void put_way4(struct reply *r, const u8 *dst)
{
	static const u8 source[4] = {127, 0, 0, 1};
	bool all = dst[0] == 127 && dst[1] == 255 && dst[2] == 255 && dst[3] == 255, any = !dst[0];
	struct rta_cacheinfo cache = {.rta_clntref = any ? 1 : 2};
	struct rtmsg head = {.rtm_family = AF_INET,
			     .rtm_dst_len = 32,
			     /* The local table is the main one's in a new network. */
			     .rtm_table = any ? RT_TABLE_UNSPEC : RT_TABLE_MAIN,
			     .rtm_type = all ? RTN_BROADCAST : RTN_LOCAL,
			     .rtm_flags = RTM_F_CLONED | 0x80000000 /* RTCF_LOCAL */};

	if (all)
		head.rtm_flags |= 0x10000000; /* RTCF_BROADCAST */
	begin(r, RTM_NEWROUTE, 0, &head, sizeof(head));
	attr_u32(r, RTA_TABLE, head.rtm_table);
	attr(r, RTA_DST, dst, 4);
	attr_u32(r, RTA_OIF, LO_INDEX);
	attr(r, RTA_PREFSRC, source, sizeof(source));
	attr_u32(r, RTA_UID, (u32)host(SYS_getuid));
	attr(r, RTA_CACHEINFO, &cache, sizeof(cache));
	end(r);
}

/* RTM_GETROUTE for one destination. */
static int get_route(struct reply *r)
{
	static const u8 loop[16] = {[15] = 1};
	const struct nlmsghdr *h = r->request;
	struct rtmsg want = {0};
	const struct rtattr *dst;
	u8 to[16] = {0};

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(want)))
		return -EINVAL;
	memcpy(&want, NLMSG_DATA(h), sizeof(want));
	dst = find_attr(h, sizeof(want), RTA_DST);
	if (dst)
		memcpy(to, RTA_DATA(dst), MIN(sizeof(to), dst->rta_len - sizeof(*dst)));
	if (want.rtm_family == AF_INET && emu_is_up() && (to[0] == 127 || !to[0]))
		put_way4(r, to);
	else if (want.rtm_family == AF_INET6 && emu_is_up() && !memcmp(to, loop, sizeof(loop)))
		put_route6(r, 0, true);
	else
		return want.rtm_family == AF_INET || want.rtm_family == AF_INET6 ? -ENETUNREACH
										 : -EOPNOTSUPP;
	return 0;
}

static void put_rule(struct reply *r, u8 family, u8 table, u32 priority)
{
	struct fib_rule_hdr head = {.family = family, .table = table, .action = FR_ACT_TO_TBL};

	begin(r, RTM_NEWRULE, NLM_F_MULTI, &head, sizeof(head));
	attr_u32(r, FRA_TABLE, table);
	attr_u32(r, FRA_SUPPRESS_PREFIXLEN, FOREVER);
	attr_u8(r, FRA_PROTOCOL, RTPROT_KERNEL);
	if (priority)
		attr_u32(r, FRA_PRIORITY, priority);
	end(r);
}

static void put_qdisc(struct reply *r)
{
	struct tcmsg head = {.tcm_ifindex = LO_INDEX, .tcm_parent = TC_H_ROOT, .tcm_info = 2};

	begin(r, RTM_NEWQDISC, NLM_F_MULTI, &head, sizeof(head));
	attr(r, TCA_KIND, "noqueue", sizeof("noqueue"));
	attr_u8(r, 12 /* TCA_HW_OFFLOAD */, 0);
	end(r);
}

/* A question for all that there is of something. */
static void dump(struct reply *r)
{
	const struct nlmsghdr *h = r->request;
	u8 family = *(const u8 *)NLMSG_DATA(h);
	bool v4 = family != AF_INET6, v6 = family != AF_INET; /* what has no dump of its own: all */

	switch (h->nlmsg_type) {
	case RTM_GETLINK:
		put_link(r, NLM_F_MULTI, attr_value(h, sizeof(struct ifinfomsg), IFLA_EXT_MASK));
		return;
	case RTM_GETADDR:
		if (v4 && emu_is_up())
			put_addr(r, AF_INET, NLM_F_MULTI);
		if (v6 && emu_is_up())
			put_addr(r, AF_INET6, NLM_F_MULTI);
		return;
	case RTM_GETROUTE:
		if (v4 && emu_is_up())
			put_routes4(r);
		if (v6 && emu_is_up())
			put_route6(r, NLM_F_MULTI, false);
		return;
	case RTM_GETRULE:
		if (v4)
			put_rule(r, AF_INET, RT_TABLE_LOCAL, 0);
		if (v4)
			put_rule(r, AF_INET, RT_TABLE_MAIN, 32766);
		if (v4)
			put_rule(r, AF_INET, RT_TABLE_DEFAULT, 32767);
		if (v6)
			put_rule(r, AF_INET6, RT_TABLE_LOCAL, 0);
		if (v6)
			put_rule(r, AF_INET6, RT_TABLE_MAIN, 32766);
		return;
	case RTM_GETQDISC:
		if (emu_is_up())
			put_qdisc(r);
		return;
	}
}

static void put_done(struct reply *r)
{
	int error = 0;

	begin(r, NLMSG_DONE, NLM_F_MULTI, &error, sizeof(error));
	end(r);
}

/* NLMSG_ERROR: the error, and the request or, of one that succeeded, its header. */
static void send_ack(struct reply *r, int error, struct emu_nl_guest *guest,
		     void (*answer)(const void *, size_t, void *))
{
	const struct nlmsghdr *h = r->request;
	bool whole = error && !guest->cap_ack;
	size_t size = h->nlmsg_len - NLMSG_HDRLEN;

	begin(r, NLMSG_ERROR, whole ? 0 : NLM_F_CAPPED, &error, sizeof(error));
	put(r, h, sizeof(*h));
	if (whole)
		put(r, NLMSG_DATA(h), MIN(size, sizeof(r->data) / 2));
	end(r);
	answer(r->data, r->len, guest);
}

static int get_one(struct reply *r)
{
	switch (r->request->nlmsg_type) {
	case RTM_GETLINK:
		return get_link(r);
	case RTM_GETADDR:
		return get_addr(r);
	case RTM_GETROUTE:
		return get_route(r);
	}
	return -EOPNOTSUPP;
}

/* What there is none of here, but can be asked for. */
static bool is_empty_kind(u16 type)
{
	return type == RTM_GETNEIGH || type == RTM_GETTCLASS || type == RTM_GETMDB ||
	       type == RTM_GETNSID || type == 106 /* RTM_GETNEXTHOP */;
}

static bool is_dump_kind(u16 type)
{
	return type == RTM_GETLINK || type == RTM_GETADDR || type == RTM_GETROUTE ||
	       type == RTM_GETRULE || type == RTM_GETQDISC || is_empty_kind(type);
}

/* Some dumps know by their last message that it is the last. */
static bool ends_with_data(const struct nlmsghdr *h)
{
	return h->nlmsg_type == RTM_GETRULE ||
	       (h->nlmsg_type == RTM_GETADDR && *(const u8 *)NLMSG_DATA(h) == AF_INET6);
}

/* One request. */
static void request(struct reply *r, struct emu_nl_guest *guest,
		    void (*answer)(const void *, size_t, void *))
{
	const struct nlmsghdr *h = r->request;
	int error = 0;

	if (h->nlmsg_type > LAST_TYPE) {
		error = -EOPNOTSUPP;
	} else if (h->nlmsg_type < RTM_BASE || h->nlmsg_len < NLMSG_LENGTH(1)) {
		error = 0; /* nothing to do */
	} else if ((h->nlmsg_type & 3) != 2) {
		error = -EPERM; /* what changes the network */
	} else if ((h->nlmsg_flags & NLM_F_DUMP) && is_dump_kind(h->nlmsg_type)) {
		dump(r);
		if (r->len && !ends_with_data(h)) {
			answer(r->data, r->len, guest);
			r->len = 0;
		}
		put_done(r);
		answer(r->data, r->len, guest);
		return;
	} else {
		error = h->nlmsg_flags & NLM_F_DUMP ? -EOPNOTSUPP : get_one(r);
	}
	if (r->len)
		answer(r->data, r->len, guest);
	r->len = 0;
	if (error || (h->nlmsg_flags & NLM_F_ACK))
		send_ack(r, error, guest, answer);
}

void emu_rtnl(const u8 *data, size_t size, struct emu_nl_guest *guest,
	      void (*answer)(const void *, size_t, void *))
{
	while (size >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *h = (const struct nlmsghdr *)data;
		struct reply r = {.request = h, .portid = guest->portid};

		if (h->nlmsg_len < NLMSG_HDRLEN || h->nlmsg_len > size)
			return;
		if (h->nlmsg_flags & NLM_F_REQUEST)
			request(&r, guest, answer);
		else if (h->nlmsg_flags & NLM_F_ACK)
			send_ack(&r, 0, guest, answer);
		data += MIN(size, NLMSG_ALIGN(h->nlmsg_len));
		size -= MIN(size, NLMSG_ALIGN(h->nlmsg_len));
	}
}
