/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of socket options. */
#include <linux/netlink.h>
#include <linux/icmp.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "trace/flags.h"
#include "trace/value.h"

#define SOL_RAW_OPT 255

#define SO_TXREHASH_ 74
XLAT(x_txrehash, "SOCK_TXREHASH_???", XV(0, "SOCK_TXREHASH_DISABLED"),
     XV(1, "SOCK_TXREHASH_ENABLED"), XV(255, "SOCK_TXREHASH_DEFAULT"));

static bool failed(const struct tline *t)
{
	return (u64)t->ret >= (u64)-4095L;
}

/* A struct of ints, of which the kernel may have filled a part. */
static bool int_fields(struct tline *t, guest_addr a, u64 len, const char *const *names, u32 n,
		       bool out)
{
	s32 v, all[4];

	/* what goes in is shown whole or not at all */
	if (!out && !rd(t, all, a, n * 4))
		return false;
	if (!len || (s32)len < 0 || (!out && len < n * 4) || (out && failed(t)))
		return false;
	for (u32 i = 0; i < n && i * 4 < len; i++) {
		if (i * 4 + 4 > len) {
			put_fmt(t, "%s%s=", i ? ", " : "{", names[i]);
			put_hexbuf(t, a + i * 4, len - i * 4);
			break;
		}
		if (!rd(t, &v, a + i * 4, 4)) {
			if (!i)
				return false;
			break;
		}
		put_fmt(t, "%s%s=", i ? ", " : "{", names[i]);
		if (!strcmp(names[i], "pid"))
			put_pid_kind(t, v, PID_PROCESS);
		else if (names[i][0] == 't')
			put_udec(t, (u32)v);
		else
			put_dec(t, names[i][1] == 'i' && v != -1 ? (s64)(u32)v : v);
	}
	putch(t, '}');
	return true;
}

static void txrehash(struct tline *t, s32 v)
{
	const char *s = xlat_name(&x_txrehash, (u32)v);

	if (!s || consts() != CONST_ABBREV)
		put_dec(t, v);
	if (consts() == CONST_VERBOSE || (!s && consts() == CONST_ABBREV))
		put_fmt(t, " /* %s */", s ? s : x_txrehash.unknown);
	else if (consts() == CONST_ABBREV)
		put(t, s);
}

static bool in_brackets(struct tline *t, guest_addr a)
{
	s32 v;

	if (!rd(t, &v, a, 4))
		return false;
	putch(t, '[');
	if ((u32)t->arg[1] == SOL_SOCKET && (u32)t->arg[2] == SO_TXREHASH_)
		txrehash(t, v);
	else
		put_dec(t, v);
	putch(t, ']');
	return true;
}

/* Options of SOL_SOCKET that are ints, whatever the length says. */
static bool is_int_option(u32 name)
{
	switch (name) {
	case SO_DEBUG:
	case SO_REUSEADDR:
	case SO_DONTROUTE:
	case SO_BROADCAST:
	case SO_SNDBUF:
	case SO_RCVBUF:
	case SO_KEEPALIVE:
	case SO_OOBINLINE:
	case SO_NO_CHECK:
	case SO_PRIORITY:
	case SO_BSDCOMPAT:
	case SO_REUSEPORT:
	case SO_PASSCRED:
	case SO_RCVLOWAT:
	case SO_SNDLOWAT:
	case SO_DETACH_FILTER:
	case 29: /* SO_TIMESTAMP */
	case SO_ACCEPTCONN:
	case SO_SNDBUFFORCE:
	case SO_RCVBUFFORCE:
	case SO_PASSSEC:
	case 35: /* SO_TIMESTAMPNS */
	case SO_MARK:
	case 37: /* SO_TIMESTAMPING */
	case SO_RXQ_OVFL:
	case SO_WIFI_STATUS:
	case SO_PEEK_OFF:
	case SO_NOFCS:
	case SO_LOCK_FILTER:
	case SO_SELECT_ERR_QUEUE:
	case SO_BUSY_POLL:
	case SO_INCOMING_CPU:
	case SO_CNX_ADVICE:
	case SO_INCOMING_NAPI_ID:
	case SO_ZEROCOPY:
	case 63: /* SO_TIMESTAMP and its like with wide times */
	case 64:
	case 65:
	case SO_DETACH_REUSEPORT_BPF:
	case SO_PREFER_BUSY_POLL:
	case SO_BUSY_POLL_BUDGET:
	case 73: /* SO_RESERVE_MEM */
	case SO_TXREHASH_:
	case 75: /* SO_RCVMARK */
		return true;
	default:
		return false;
	}
}

static bool error_option(struct tline *t, guest_addr a, u64 len)
{
	const char *s;
	s32 err;

	if (len < 4) {
		put_hexbuf(t, a, len);
		return true;
	}
	if (!rd(t, &err, a, 4))
		return false;
	s = err ? trace_errno_name(err) : NULL;
	putch(t, '[');
	if (s)
		put_const(t, s, (u32)err);
	else
		put_udec(t, (u32)err);
	putch(t, ']');
	return true;
}

static bool socket_option(struct tline *t, u32 name, guest_addr a, u64 len, bool out)
{
	static const char *const linger[] = {"l_onoff", "l_linger"};
	static const char *const cred[] = {"pid", "uid", "gid"};

	switch (name) {
	case SO_LINGER:
		return int_fields(t, a, len, linger, 2, out);
	case SO_PEERCRED:
		return out && int_fields(t, a, len, cred, 3, out);
	case SO_ATTACH_FILTER:
	case SO_ATTACH_REUSEPORT_CBPF:
		if (!out)
			return len == 2 * word_size(t) && put_fprog(t, a, false);
		if (len != (u16)len || t->abbrev)
			return false;
		put_filter(t, a, (u32)len, false);
		return true;
	case SO_ERROR:
		return out && error_option(t, a, len);
	default:
		break;
	}
	if ((s32)len >= 4)
		return in_brackets(t, a);
	if (!out)
		return false;
	put_hexbuf(t, a, len);
	return true;
}

/* ---- Groups ---- */

static bool ip_mreq_(struct tline *t, guest_addr a, u64 len)
{
	u8 b[8];

	if ((s32)len < 8 || !rd(t, b, a, sizeof(b)))
		return false;
	putch(t, '{');
	put_inet_bytes(t, AF_INET, b, 4, "imr_multiaddr");
	put(t, ", ");
	put_inet_bytes(t, AF_INET, b + 4, 4, "imr_interface");
	putch(t, '}');
	return true;
}

static bool ipv6_mreq_(struct tline *t, guest_addr a, u64 len)
{
	u8 b[20];

	if ((s32)len < 20 || !rd(t, b, a, sizeof(b)))
		return false;
	putch(t, '{');
	put_inet_bytes(t, AF_INET6, b, 16, "ipv6mr_multiaddr");
	put(t, ", ipv6mr_interface=");
	put_ifindex(t, (u32)value_int(b + 16, 4));
	putch(t, '}');
	return true;
}

static bool group_req_(struct tline *t, guest_addr a, u64 len)
{
	u32 align = t->compat ? 4 : 8, index;
	u8 b[136];

	if ((s32)len < (s32)(128 + align) || !rd(t, b, a, 128 + align) || !rd(t, &index, a, 4))
		return false;
	put(t, "{gr_interface=");
	put_ifindex(t, index);
	put(t, ", gr_group=");
	put_sockaddr(t, a + align, 128);
	putch(t, '}');
	return true;
}

/* ---- Packets and raw sockets ---- */

static bool packet_option(struct tline *t, u32 name, guest_addr a, u64 len, bool out)
{
	static const char *const stats[] = {"tp_packets", "tp_drops", "tp_freeze_q_cnt"};
	static const char *const ring[] = {"tp_block_size", "tp_block_nr", "tp_frame_size",
					   "tp_frame_nr"};
	struct packet_mreq m;

	switch (name) {
	case PACKET_STATISTICS:
		return out && int_fields(t, a, len, stats, 3, out);
	case PACKET_RX_RING:
	case PACKET_TX_RING:
		return !out && len == 16 && int_fields(t, a, len, ring, 4, out);
	case PACKET_ADD_MEMBERSHIP:
	case PACKET_DROP_MEMBERSHIP:
		if (out || len != sizeof(m) || !rd(t, &m, a, sizeof(m)))
			return false;
		put(t, "{mr_ifindex=");
		put_ifindex(t, (u32)m.mr_ifindex);
		put(t, ", mr_type=");
		put_val(t, &x_packet_mr, m.mr_type);
		put_fmt(t, ", mr_alen=%u, mr_address=", m.mr_alen);
		put_hwaddr(t, m.mr_address, MIN(m.mr_alen, sizeof(m.mr_address)), ~0u);
		putch(t, '}');
		return true;
	default:
		return false;
	}
}

/* The bits of ICMP_FILTER; those that are not set where most are. */
static bool icmp_filter_(struct tline *t, guest_addr a, u64 len)
{
	bool any = false;
	u32 v = ~0u;

	if ((s32)len <= 0 || !rd(t, &v, a, MIN(len, 4)))
		return false;
	if (__builtin_popcount(v) > 16) {
		v = ~v;
		putch(t, '~');
	}
	putch(t, '[');
	for (u32 i = 0; i < 32; i++) {
		if (!(v >> i & 1))
			continue;
		if (any)
			putch(t, ' ');
		put_val(t, &x_icmp_filter, i);
		any = true;
	}
	putch(t, ']');
	return true;
}

/* Numbers all of them, however long the option is said to be, but for one. */
static bool netlink_option(struct tline *t, u32 name, guest_addr a, u64 len, bool out)
{
	static const struct value numbers = {V_INTS, 4, NULL};

	if (out && name == NETLINK_LIST_MEMBERSHIPS) {
		if (len < 4)
			put(t, "[]");
		else
			put_value(t, &numbers, a, MIN(len, t->saved));
		return true;
	}
	return (out || (s32)len >= 4) && in_brackets(t, a);
}

/* An option that has a form of its own; *known says whether it has. */
static bool special_option(struct tline *t, u32 level, u32 name, guest_addr a, u64 len, bool out,
			   bool *known)
{
	*known = true;
	if (level == SOL_SOCKET &&
	    (is_int_option(name) || name == SO_LINGER || name == SO_ATTACH_FILTER ||
	     (out ? name == SO_PEERCRED || name == SO_ERROR : name == SO_ATTACH_REUSEPORT_CBPF)))
		return socket_option(t, name, a, len, out);
	if (level == SOL_IP && !out && (name == IP_ADD_MEMBERSHIP || name == IP_DROP_MEMBERSHIP))
		return ip_mreq_(t, a, len);
	if (level == SOL_IPV6 && !out &&
	    (name == IPV6_ADD_MEMBERSHIP || name == IPV6_DROP_MEMBERSHIP ||
	     name == IPV6_JOIN_ANYCAST || name == IPV6_LEAVE_ANYCAST))
		return ipv6_mreq_(t, a, len);
	if ((level == SOL_IP || level == SOL_IPV6) && !out &&
	    (name == MCAST_JOIN_GROUP || name == MCAST_LEAVE_GROUP))
		return group_req_(t, a, len);
	if (level == SOL_PACKET && (name == PACKET_STATISTICS ? out : !out) &&
	    (name == PACKET_STATISTICS || name == PACKET_RX_RING || name == PACKET_TX_RING ||
	     name == PACKET_ADD_MEMBERSHIP || name == PACKET_DROP_MEMBERSHIP))
		return packet_option(t, name, a, len, out);
	if (level == SOL_RAW_OPT && name == ICMP_FILTER)
		return icmp_filter_(t, a, len);
	if (level == SOL_NETLINK)
		return netlink_option(t, name, a, len, out);
	*known = false;
	return false;
}

/* The value of an option: len bytes at a. False: the address. */
bool put_sockopt(struct tline *t, guest_addr a, u64 len, bool out)
{
	u32 level = (u32)t->arg[1], name = (u32)t->arg[2];
	bool known, done;

	if (out && ((s32)len <= 0 || (s32)t->saved <= 0))
		return false;
	done = special_option(t, level, name, a, len, out, &known);
	if (known)
		return done;
	if (len == 4)
		return in_brackets(t, a);
	put_buf(t, a, (s32)len < 0 ? ~0U : len);
	return true;
}
