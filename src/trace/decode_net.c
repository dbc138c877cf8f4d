/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets: addresses, options, and socketcall's inner calls. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "trace/flags.h"
#include "trace/flags_sol.h"

static bool failed(const struct tline *t)
{
	return (u64)t->ret >= (u64)-4095L;
}

static void sock_proto(struct tline *t, u64 v)
{
	static const struct {
		u32 family;
		const struct xlat_set *set;
	} sets[] = {
		{AF_INET, &x_ipproto},	  {AF_INET6, &x_ipproto},   {AF_NETLINK, &x_netlink},
		{AF_CAN, &x_can_proto},	  {AF_IRDA, &x_irda_proto}, {AF_BLUETOOTH, &x_bt_proto},
		{AF_RXRPC, &x_af},	  {AF_ISDN, &x_isdn_proto}, {AF_PHONET, &x_phonet_proto},
		{AF_CAIF, &x_caif_proto}, {AF_NFC, &x_nfc_proto},   {AF_KCM, &x_kcm_proto},
		{AF_SMC, &x_smc_proto},
	};
	u32 family = (u32)t->arg[0];

	if (family == AF_PACKET) {
		put(t, "htons(");
		put_val(t, &x_eth, ntohs((u16)v));
		putch(t, ')');
		return;
	}
	if (family == AF_AX25) { /* names that no header has: always with the number */
		consts_as = consts() == CONST_ABBREV ? 1 + CONST_VERBOSE : 0;
		put_val(t, &x_ax25_proto, (u32)v);
		consts_as = 0;
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		if (sets[i].family == family) {
			put_val(t, sets[i].set, (u32)v);
			return;
		}
	}
	put_udec(t, v);
}

static void sock_type(struct tline *t, u32 v)
{
	u32 flags = v & ~0xfu;

	if (!xlat_name(&x_sock_type, v & 0xf)) {
		put_flags(t, &x_sock_flags, v);
		return;
	}
	put_val(t, &x_sock_type, v & 0xf);
	if (flags) {
		putch(t, '|');
		put_flags(t, &x_sock_flags, flags);
	}
}

static void sol_name(struct tline *t, u32 name)
{
	static const struct sol_names levels[] = {
		{0, &x_ip},    {1, &x_so},	 {6, &x_tcp},	   {17, &x_udp},
		{41, &x_ipv6}, {270, &x_nl_opt}, {263, &x_packet}, {40, &x_vsock_opt},
		{279, &x_alg}, {255, &x_raw},	 {132, &x_sctp},   {282, &x_tls},
		{283, &x_xdp},
	};
	u32 level = (u32)t->arg[t->index - 1];

	if (level == SOL_SOCKET && name == SO_ATTACH_FILTER && t->name[0] == 'g') {
		put_const(t, "SO_GET_FILTER", name);
		return;
	}
	/* Netfilter has one number for setting this and asking for that. */
	if ((level == 0 || level == 41) && name >= 64 && t->name[0] == 'g' &&
	    xlat_name(level ? &x_ipv6_get : &x_ip_get, name)) {
		put_val(t, level ? &x_ipv6_get : &x_ip_get, name);
		return;
	}

	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		if (levels[i].level == level) {
			put_val(t, levels[i].set, name);
			return;
		}
	}
	for (u32 i = 0; i < sol_rare_n; i++) {
		if (sol_rare[i].level == level) {
			put_val(t, sol_rare[i].set, name);
			return;
		}
	}
	put_udec(t, name);
}

static bool socklen(struct tline *t, guest_addr a)
{
	u32 now;

	if (!rd(t, &now, a, 4))
		return false;
	if (failed(t) || now == t->saved)
		put_fmt(t, "[%d]", (s32)t->saved);
	else
		put_fmt(t, "[%d => %d]", (s32)t->saved, (s32)now);
	return true;
}

bool dec_net(struct tline *t, u16 kind, u64 v)
{
	u64 next = next_arg(t);
	u32 len = 0;

	switch (kind) {
	case K_SOCK_TYPE:
		sock_type(t, (u32)v);
		return true;
	case K_SOCK_PROTO:
		sock_proto(t, v);
		return true;
	case K_SOCKADDR_IN:
		return put_sockaddr(t, v, next);
	case K_SOCKADDR_OUT:
		if (failed(t) || !rd(t, &len, next, 4))
			return false;
		return put_sockaddr(t, v, MIN(len, t->saved));
	case K_SOCKLEN_INOUT:
		return socklen(t, v);
	case K_SOL_NAME:
		sol_name(t, (u32)v);
		return true;
	case K_SOCKOPT_IN:
		return put_sockopt(t, v, (u32)next, false);
	case K_SOCKOPT_OUT:
		if (failed(t) || !rd(t, &len, next, 4))
			return false;
		return put_sockopt(t, v, len, true);
	default:
		return dec_msghdr(t, kind, v);
	}
}
