/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Netlink: headers, the names of types and flags by protocol, errors. */
#include "trace/netlink.h"

#include <arpa/inet.h>
#include <linux/cryptouser.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/selinux_netlink.h>
#include <linux/xfrm.h>
#include <string.h>
#include <sys/socket.h>

#include "trace/flags.h"
#include "trace/flags_netlink.h"

/* The protocol of a netlink socket, or -1. */
static int protocol_of(s32 fd)
{
	int domain = 0, protocol = -1;
	socklen_t len = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) != 0 || domain != AF_NETLINK ||
	    getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) != 0)
		return -1;
	return protocol;
}

bool is_netlink(s32 fd)
{
	return protocol_of(fd) >= 0;
}

/* ---- Types and flags ---- */

static const struct xlat_set *const nf_types[] = {
	[NFNL_SUBSYS_CTNETLINK] = &x_nf_ct,	 [NFNL_SUBSYS_CTNETLINK_EXP] = &x_nf_exp,
	[NFNL_SUBSYS_QUEUE] = &x_nf_queue,	 [NFNL_SUBSYS_ULOG] = &x_nf_ulog,
	[NFNL_SUBSYS_OSF] = &x_nf_osf,		 [NFNL_SUBSYS_IPSET] = &x_nf_ipset,
	[NFNL_SUBSYS_ACCT] = &x_nf_acct,	 [NFNL_SUBSYS_CTNETLINK_TIMEOUT] = &x_nf_timeout,
	[NFNL_SUBSYS_CTHELPER] = &x_nf_helper,	 [NFNL_SUBSYS_NFTABLES] = &x_nf_tables,
	[NFNL_SUBSYS_NFT_COMPAT] = &x_nf_compat, [12 /* NFNL_SUBSYS_HOOK */] = &x_nf_hook,
};

static void netfilter_type(struct tline *t, u32 type)
{
	u32 subsys = type >> 8;

	if (xlat_name(&x_nl_nf, type)) {
		put_val(t, &x_nl_nf, type);
		return;
	}
	put_val(t, &x_nl_subsys, subsys);
	put(t, "<<8|");
	if (subsys < ARRAY_SIZE(nf_types) && nf_types[subsys])
		put_val(t, nf_types[subsys], type & 0xff);
	else
		put_hex(t, type & 0xff);
}

static void put_type(struct tline *t, u32 type, int protocol)
{
	static const struct xlat_set *const sets[] = {
		[NETLINK_AUDIT] = &x_nl_audit, [NETLINK_CRYPTO] = &x_nl_crypto,
		[NETLINK_ROUTE] = &x_nl_route, [NETLINK_SELINUX] = &x_nl_selinux,
		[NETLINK_XFRM] = &x_nl_xfrm,   [NETLINK_SOCK_DIAG] = &x_nl_sock_diag,
	};

	if (type < NLMSG_MIN_TYPE || protocol < 0)
		put_val(t, &x_nl_type, type);
	else if (protocol == NETLINK_NETFILTER)
		netfilter_type(t, type);
	else if (protocol == NETLINK_GENERIC)
		put_val(t, families(), type);
	else if ((size_t)protocol < ARRAY_SIZE(sets) && sets[protocol])
		put_val(t, sets[protocol], type);
	else
		put_val(t, &x_nl_type, type);
}

enum verb { OTHER, NEW, GET, DEL };

static enum verb netfilter_verb(u32 type)
{
	/* by the number of the message, 'n' for new, 'g' for get, 'd' for delete */
	static const char *const verbs[] = {
		[NFNL_SUBSYS_CTNETLINK] = "ngdggggg",
		[NFNL_SUBSYS_CTNETLINK_EXP] = "ngdg",
		[NFNL_SUBSYS_ACCT] = "nggd",
		[NFNL_SUBSYS_CTNETLINK_TIMEOUT] = "ngd",
		[NFNL_SUBSYS_CTHELPER] = "ngd",
		[NFNL_SUBSYS_NFTABLES] = "ngdngdngdngdngdng ngdgngd",
		[NFNL_SUBSYS_NFT_COMPAT] = "g",
		[12 /* NFNL_SUBSYS_HOOK */] = "g",
	};
	u32 subsys = type >> 8, msg = type & 0xff;

	if (subsys >= ARRAY_SIZE(verbs) || !verbs[subsys] || msg >= strlen(verbs[subsys]))
		return OTHER;
	switch (verbs[subsys][msg]) {
	case 'n':
		return NEW;
	case 'g':
		return GET;
	case 'd':
		return DEL;
	default:
		return OTHER;
	}
}

static enum verb crypto_verb(u32 type)
{
	switch (type) {
	case CRYPTO_MSG_NEWALG:
		return NEW;
	case CRYPTO_MSG_DELALG:
	case CRYPTO_MSG_DELRNG:
		return DEL;
	case CRYPTO_MSG_GETALG:
		return GET;
	default:
		return OTHER;
	}
}

static enum verb xfrm_verb(u32 type)
{
	switch (type) {
	case XFRM_MSG_NEWSA:
	case XFRM_MSG_NEWPOLICY:
	case XFRM_MSG_NEWAE:
	case XFRM_MSG_NEWSADINFO:
	case XFRM_MSG_NEWSPDINFO:
		return NEW;
	case XFRM_MSG_DELSA:
	case XFRM_MSG_DELPOLICY:
		return DEL;
	case XFRM_MSG_GETSA:
	case XFRM_MSG_GETPOLICY:
	case XFRM_MSG_GETAE:
	case XFRM_MSG_GETSADINFO:
	case XFRM_MSG_GETSPDINFO:
		return GET;
	default:
		return OTHER;
	}
}

static enum verb verb_of(u32 type, int protocol)
{
	static const enum verb route[] = {NEW, DEL, GET, OTHER};

	switch (protocol) {
	case NETLINK_CRYPTO:
		return crypto_verb(type);
	case NETLINK_NETFILTER:
		return netfilter_verb(type);
	case NETLINK_ROUTE:
		return type == RTM_DELACTION ? GET : route[type & 3];
	case NETLINK_SOCK_DIAG:
		return GET;
	case NETLINK_XFRM:
		return xfrm_verb(type);
	default:
		return OTHER;
	}
}

/* Two sets of names, one after the other: what every message may have, and what its kind may. */
static void put_header_flags(struct tline *t, u32 flags, u32 type, int protocol)
{
	static const struct xlat_set *const sets[] = {NULL, &x_nl_new, &x_nl_get, &x_nl_del};
	const struct xlat_set *more = NULL;
	struct xlat both[32];
	size_t n = x_nl_flags.n;

	if (type >= NLMSG_MIN_TYPE)
		more = sets[verb_of(type, protocol)];
	else if (type == NLMSG_ERROR)
		more = &x_nl_ack;
	memcpy(both, x_nl_flags.v, n * sizeof(*both));
	if (more) {
		memcpy(both + n, more->v, more->n * sizeof(*both));
		n += more->n;
	}
	put_flags(t, &(struct xlat_set){both, n, "NLM_F_???"}, flags);
}

static void put_header(struct tline *t, const struct nlmsghdr *h, int protocol)
{
	put_fmt(t, "{nlmsg_len=%u, nlmsg_type=", h->nlmsg_len);
	put_type(t, h->nlmsg_type, protocol);
	put(t, ", nlmsg_flags=");
	put_header_flags(t, h->nlmsg_flags, h->nlmsg_type, protocol);
	put_fmt(t, ", nlmsg_seq=%u, nlmsg_pid=", h->nlmsg_seq);
	put_pid_kind(t, (s32)h->nlmsg_pid, PID_PROCESS);
	putch(t, '}');
}

/* ---- Payloads ---- */

void put_family(struct tline *t, u8 family, guest_addr a, u64 len)
{
	put(t, "{family=");
	put_val(t, &x_af, family);
	if (len > 1) {
		put(t, ", data=");
		put_hexbuf(t, a + 1, len - 1);
	}
	putch(t, '}');
}

void put_message(struct tline *t, const struct message *m, guest_addr a, u64 len)
{
	u64 size = m->head->size, offset = NLMSG_ALIGN(size);
	bool whole = false;
	u8 head[128];

	memset(&value_ctx, 0, sizeof(value_ctx));
	rd(t, &value_ctx.family, a, 1);
	putch(t, '{');
	put_fields(t, m->head, a, 0, 1); /* the family */
	if (m->head->n > 1 || size > 1) {
		if (m->head->n > 1 && len < size) {
			put(t, ", ...");
		} else if (m->head->n > 1 && !rd(t, head, a, size)) {
			put(t, ", ");
			put_addr(t, a + 1);
		} else {
			if (m->note)
				m->note(head);
			put_fields(t, m->head, a, 1, size);
			whole = true;
		}
	} else {
		whole = true;
	}
	putch(t, '}');
	if (!whole || len <= offset || !m->attrs)
		return;
	put(t, ", ");
	put_attrs(t, m->attrs, a + offset, len - offset);
}

static bool netfilter_payload(struct tline *t, u32 type, guest_addr a, u64 len)
{
	struct nfgenmsg m;
	u32 subsys = type >> 8;

	if (len < sizeof(m)) {
		put_hexbuf(t, a, len);
		return true;
	}
	if (!rd(t, &m, a, sizeof(m))) {
		put_addr(t, a);
		return true;
	}
	put(t, "{nfgen_family=");
	put_val(t, &x_af, m.nfgen_family);
	put(t, ", version=");
	put_val(t, &x_nf_version, m.version);
	put(t, ", res_id=");
	/* the kernel took either order here */
	if (subsys == NFNL_SUBSYS_NFTABLES && ntohs(m.res_id) == NFNL_SUBSYS_NFTABLES)
		put_const(t, "htons(NFNL_SUBSYS_NFTABLES)", m.res_id);
	else if (subsys == NFNL_SUBSYS_NFTABLES && m.res_id == NFNL_SUBSYS_NFTABLES)
		put_const(t, "NFNL_SUBSYS_NFTABLES", m.res_id);
	else
		put_fmt(t, "htons(%u)", ntohs(m.res_id));
	putch(t, '}');
	if (len <= NLMSG_ALIGN(sizeof(m)))
		return true;
	put(t, ", ");
	a += NLMSG_ALIGN(sizeof(m));
	len -= NLMSG_ALIGN(sizeof(m));
	if (type == NFNL_MSG_BATCH_BEGIN || type == NFNL_MSG_BATCH_END || type < NLMSG_MIN_TYPE)
		put_hexbuf(t, a, len);
	else
		put_attrs(t, NULL, a, len);
	return true;
}

static bool selinux_payload(struct tline *t, u32 type, guest_addr a, u64 len)
{
	s32 v;

	if (type != SELNL_MSG_SETENFORCE && type != SELNL_MSG_POLICYLOAD)
		return false;
	if (len < sizeof(v))
		put_hexbuf(t, a, len);
	else if (!rd(t, &v, a, sizeof(v)))
		put_addr(t, a);
	else if (type == SELNL_MSG_SETENFORCE)
		put_fmt(t, "{val=%d}", v);
	else
		put_fmt(t, "{seqno=%u}", (u32)v);
	return true;
}

static void put_with_payload(struct tline *t, const struct nlmsghdr *h, int protocol, guest_addr a,
			     u64 len);

static void put_error(struct tline *t, const struct nlmsghdr *h, int protocol, guest_addr a,
		      u64 len)
{
	static const struct value attrs_v[] = {
		[NLMSGERR_ATTR_MSG] = A_STR,
		[NLMSGERR_ATTR_OFFS] = A_U32,
		[NLMSGERR_ATTR_COOKIE] = {V_INTS, 1, NULL},
	};
	static const struct attrs attrs = {&x_nlmsgerr, attrs_v, ARRAY_SIZE(attrs_v), false};
	bool capped = h->nlmsg_flags & NLM_F_CAPPED;
	struct nlmsgerr err;
	u64 payload;

	if (len < sizeof(err)) {
		put_hexbuf(t, a, len);
		return;
	}
	if (!rd(t, &err, a, sizeof(err))) {
		put_addr(t, a);
		return;
	}
	a += offsetof(struct nlmsgerr, msg);
	len -= offsetof(struct nlmsgerr, msg);
	payload = capped ? sizeof(err.msg) : MAX(sizeof(err.msg), err.msg.nlmsg_len);
	payload = MIN(len, payload);
	put(t, len > payload ? "[{error=" : "{error=");
	put_error_number(t, err.error);
	put(t, ", msg=");
	put_with_payload(t, &err.msg, protocol, a, payload);
	putch(t, '}');
	if (len > payload) {
		put(t, ", ");
		put_attrs(t, &attrs, a + payload, len - payload);
		putch(t, ']');
	}
}

static bool family_payload(struct tline *t, const struct nlmsghdr *h, int protocol, guest_addr a,
			   u64 len)
{
	bool done = h->nlmsg_type == NLMSG_DONE;

	switch (protocol) {
	case NETLINK_CRYPTO:
		return put_crypto_payload(t, h->nlmsg_type, a, len);
	case NETLINK_NETFILTER:
		return !done && netfilter_payload(t, h->nlmsg_type, a, len);
	case NETLINK_ROUTE:
		return !done && put_route_payload(t, h->nlmsg_type, a, len);
	case NETLINK_SELINUX:
		return selinux_payload(t, h->nlmsg_type, a, len);
	case NETLINK_SOCK_DIAG:
		return !done && put_diag_payload(t, h->nlmsg_type, h->nlmsg_flags, a, len);
	default:
		return false;
	}
}

static void put_payload(struct tline *t, const struct nlmsghdr *h, int protocol, guest_addr a,
			u64 len)
{
	s32 v;

	if (h->nlmsg_type == NLMSG_ERROR) {
		put_error(t, h, protocol, a, len);
	} else if ((h->nlmsg_type >= NLMSG_MIN_TYPE || h->nlmsg_type == NLMSG_DONE) &&
		   family_payload(t, h, protocol, a, len)) {
		return;
	} else if (h->nlmsg_type == NLMSG_DONE && len == sizeof(v)) {
		if (rd(t, &v, a, sizeof(v)))
			put_dec(t, v);
		else
			put_addr(t, a);
	} else {
		put_hexbuf(t, a, len);
	}
}

static void put_with_payload(struct tline *t, const struct nlmsghdr *h, int protocol, guest_addr a,
			     u64 len)
{
	len = MIN(len, h->nlmsg_len);
	if (len > NLMSG_HDRLEN)
		putch(t, '[');
	put_header(t, h, protocol);
	if (len <= NLMSG_HDRLEN)
		return;
	put(t, ", ");
	put_payload(t, h, protocol, a + NLMSG_HDRLEN, len - NLMSG_HDRLEN);
	putch(t, ']');
}

/* What udevd sends to its listeners. */
static void put_uevent(struct tline *t, guest_addr a, u64 len)
{
	struct {
		char prefix[8];
		u32 magic, header_size, properties_off, properties_len;
		u32 subsystem, devtype, tag_hi, tag_lo;
	} h;

	if (len < sizeof(h) || !rd(t, &h, a, sizeof(h)) || strncmp(h.prefix, "libudev", 8)) {
		put_buf(t, a, len);
		return;
	}
	put(t, len > sizeof(h) ? "[{prefix=\"libudev\"" : "{prefix=\"libudev\"");
	put_fmt(t, ", magic=htonl(%#x), header_size=%u", ntohl(h.magic), h.header_size);
	put_fmt(t, ", properties_off=%u, properties_len=%u", h.properties_off, h.properties_len);
	put(t, ", filter_subsystem_hash=htonl(");
	put_hex(t, ntohl(h.subsystem));
	put(t, "), filter_devtype_hash=htonl(");
	put_hex(t, ntohl(h.devtype));
	put(t, "), filter_tag_bloom_hi=htonl(");
	put_hex(t, ntohl(h.tag_hi));
	put(t, "), filter_tag_bloom_lo=htonl(");
	put_hex(t, ntohl(h.tag_lo));
	put(t, ")}");
	if (len > sizeof(h)) {
		put(t, ", ");
		put_buf(t, a + sizeof(h), len - sizeof(h));
		putch(t, ']');
	}
}

void put_netlink(struct tline *t, s32 fd, guest_addr a, u64 len)
{
	int protocol = protocol_of(fd);
	bool array = false;
	struct nlmsghdr h;

	if (protocol == NETLINK_KOBJECT_UEVENT) {
		put_uevent(t, a, len);
		return;
	}
	for (u32 i = 0;; i++) {
		u64 step, next = 0;

		if (len < sizeof(h)) {
			put_hexbuf(t, a, len);
			break;
		}
		if (!rd(t, &h, a, sizeof(h))) {
			put(t, array ? "... /* " : "");
			put_addr(t, a);
			put(t, array ? " */" : "");
			break;
		}
		if (t->abbrev && i == trace_string_limit()) {
			put(t, "...");
			break;
		}
		step = ((u64)h.nlmsg_len + 3) & ~3ULL; /* NLMSG_ALIGN() knows 32 bits */
		if (h.nlmsg_len >= NLMSG_HDRLEN && len > step)
			next = len - step;
		if (!array && next) {
			putch(t, '[');
			array = true;
		}
		put_with_payload(t, &h, protocol, a, len);
		if (!next)
			break;
		put(t, ", ");
		a += step;
		len = next;
	}
	if (array)
		putch(t, ']');
}
