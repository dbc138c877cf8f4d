/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Socket addresses, by family. */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "trace/flags.h"
#include "trace/flags_netlink.h"
#include "trace/value.h"

void put_sun_path(struct tline *t, const void *addr, u64 len)
{
	const u8 *b = addr;

	if (b[2]) {
		put_quoted(t, b + 2, strnlen((const char *)b + 2, MIN(len - 2, 108)));
	} else {
		putch(t, '@');
		put_quoted(t, b + 3, MIN(len - 3, 107));
	}
}

/* A number in network order: -X raw shows its bytes, verbose both. */
static void net_order(struct tline *t, const char *name, const void *bytes, u32 len)
{
	put(t, name);
	if (consts() != CONST_ABBREV)
		put_quoted_hex(t, bytes, len);
	if (consts() == CONST_RAW)
		return;
	if (consts() == CONST_VERBOSE)
		put(t, " /* ");
	if (len == 2)
		put_fmt(t, "htons(%u)", ntohs((u16)value_int(bytes, 2)));
	else
		put_fmt(t, "htonl(%u)", ntohl((u32)value_int(bytes, 4)));
	if (consts() == CONST_VERBOSE)
		put(t, " */");
}

static void in6(struct tline *t, const u8 *b, u64 len)
{
	bool local = (b[8] == 0xfe && (b[9] & 0xc0) == 0x80) || (b[8] == 0xff && (b[9] & 0xf) == 2);
	u32 scope = (u32)value_int(b + 24, 4);

	net_order(t, ", sin6_port=", b + 2, 2);
	net_order(t, ", sin6_flowinfo=", b + 4, 4);
	put(t, ", ");
	put_inet_bytes(t, AF_INET6, b + 8, 16, "sin6_addr");
	if (len <= 24)
		return;
	put(t, ", sin6_scope_id=");
	if (local)
		put_ifindex(t, scope);
	else
		put_udec(t, scope);
}

static void netlink(struct tline *t, const u8 *b)
{
	u16 pad = (u16)value_int(b + 2, 2);

	if (pad) {
		put(t, ", nl_pad=");
		put_hex(t, pad);
	}
	put(t, ", nl_pid=");
	put_pid_kind(t, (s32)value_int(b + 4, 4), PID_PROCESS);
	put_fmt(t, ", nl_groups=%#08x", (u32)value_int(b + 8, 4));
}

static void packet(struct tline *t, const u8 *b, u64 len)
{
	u16 protocol = ntohs((u16)value_int(b + 2, 2));
	u32 n = b[11], max = (u32)len - 12;
	u8 mode = topt.consts;

	put(t, ", sll_protocol=");
	if (mode != CONST_ABBREV)
		put_quoted_hex(t, b + 2, 2);
	if (mode != CONST_RAW) {
		put(t, mode == CONST_VERBOSE ? " /* htons(" : "htons(");
		consts_as = 1 + CONST_ABBREV;
		put_val(t, &x_eth, protocol);
		consts_as = 0;
		put(t, mode == CONST_VERBOSE ? ") */" : ")");
	}
	put(t, ", sll_ifindex=");
	put_ifindex(t, (u32)value_int(b + 4, 4));
	put(t, ", sll_hatype=");
	put_val(t, &x_arphrd, (u16)value_int(b + 8, 2));
	put(t, ", sll_pkttype=");
	put_val(t, &x_pkttype, b[10]);
	put_fmt(t, ", sll_halen=%u", n);
	for (u32 i = 0; i < n; i++) {
		put(t, i ? ", " : ", sll_addr=[");
		if (i >= max) {
			put(t, "...");
			break;
		}
		put_fmt(t, "%#02x", b[12 + i]);
	}
	put(t, n ? "]" : "");
}

static void ipx(struct tline *t, const u8 *b)
{
	net_order(t, ", sipx_port=", b + 2, 2);
	put(t, ", sipx_network=htonl(");
	put_hex(t, ntohl((u32)value_int(b + 4, 4)));
	putch(t, ')');
	for (u32 i = 0; i < 6; i++)
		put_fmt(t, "%s%#02x", i ? ", " : ", sipx_node=[", b[8 + i]);
	put_fmt(t, "], sipx_type=%#02x", b[14]);
	if (b[15])
		put_fmt(t, ", sipx_zero=%#x", b[15]);
}

static void vsock(struct tline *t, const u8 *b)
{
	u16 reserved = (u16)value_int(b + 2, 2);
	u32 cid = (u32)value_int(b + 8, 4), port = (u32)value_int(b + 4, 4);

	if (reserved)
		put_fmt(t, ", svm_reserved1=%#x", reserved);
	put(t, ", svm_cid=");
	put_val(t, &x_vm_cid, cid);
	put(t, ", svm_port=");
	put_val(t, &x_vm_port, port);
	put(t, ", svm_flags=");
	put_flags(t, &x_vm_flags, b[12]);
	if (b[13] | b[14] | b[15]) {
		put(t, ", svm_zero=");
		put_quoted_hex(t, b + 13, 3);
	}
}

bool put_sockaddr_rest(struct tline *t, u16 family, const u8 *b, u64 len)
{
	if (family == AF_UNIX) {
		put(t, ", sun_path=");
		put_sun_path(t, b, len);
	} else if (family == AF_INET && len >= 16) {
		net_order(t, ", sin_port=", b + 2, 2);
		put(t, ", ");
		put_inet_bytes(t, AF_INET, b + 4, 4, "sin_addr");
	} else if (family == AF_INET6 && len >= 24) {
		in6(t, b, len);
	} else if (family == AF_NETLINK && len >= 12) {
		netlink(t, b);
	} else if (family == AF_PACKET && len >= 20) {
		packet(t, b, len);
	} else if (family == AF_IPX && len >= 16) {
		ipx(t, b);
	} else if (family == AF_X25 && len >= 18) {
		put(t, ", sx25_addr={x25_addr=");
		put_cstring_field(t, (const char *)b + 2, 16);
		putch(t, '}');
	} else if (family == AF_VSOCK && len >= 16) {
		vsock(t, b);
	} else {
		return put_rare_sockaddr(t, family, b, len);
	}
	return true;
}

bool put_sockaddr(struct tline *t, guest_addr a, u64 len)
{
	u8 b[256] = {0};
	u16 family;

	if ((s32)len < 0)
		return false;
	len = MIN((u32)len, 128U);
	if (len < 2 || !rd(t, b, a, len))
		return false;
	memcpy(&family, b, 2);
	put(t, "{sa_family=");
	put_val(t, &x_af, family);
	if (len > 2 && !put_sockaddr_rest(t, family, b, len)) {
		put(t, ", sa_data=");
		put_quoted(t, b + 2, len - 2);
	}
	putch(t, '}');
	return true;
}
