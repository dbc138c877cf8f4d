/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sock_diag's questions and answers, and the crypto family's. */
#include <arpa/inet.h>
#include <linux/cryptouser.h>
#include <linux/if_packet.h>
#include <linux/inet_diag.h>
#include <linux/mptcp.h>
#include <linux/netlink.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/smc.h>
#include <linux/smc_diag.h>
#include <linux/sock_diag.h>
#include <linux/tls.h>
#include <linux/unix_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "trace/flags.h"
#include "trace/flags_netlink.h"
#include "trace/netlink.h"

#ifndef AF_SMC
#define AF_SMC 43
#endif

#define COOKIE(type, m) FIELD_ARRAY(type, m, V_INTS, NULL)

/* ---- Internet sockets ---- */

RECORD(r_sockid, struct inet_diag_sockid,
       FIELD(struct inet_diag_sockid, idiag_sport, V_HTONS, NULL),
       FIELD(struct inet_diag_sockid, idiag_dport, V_HTONS, NULL),
       FIELD(struct inet_diag_sockid, idiag_src, V_FAMILY_ADDR, NULL),
       FIELD(struct inet_diag_sockid, idiag_dst, V_FAMILY_ADDR, NULL),
       FIELD(struct inet_diag_sockid, idiag_if, V_IFINDEX, NULL),
       COOKIE(struct inet_diag_sockid, idiag_cookie));
RECORD(r_bc_op, struct inet_diag_bc_op, FIELD(struct inet_diag_bc_op, code, V_VAL, &x_bytecode),
       FIELD(struct inet_diag_bc_op, yes, V_U, NULL), FIELD(struct inet_diag_bc_op, no, V_U, NULL));
RECORD(r_markcond, struct inet_diag_markcond, FIELD(struct inet_diag_markcond, mark, V_U, NULL),
       FIELD(struct inet_diag_markcond, mask, V_U, NULL));

static bool hostcond(struct tline *t, guest_addr a, u64 len)
{
	struct inet_diag_hostcond c;

	if (len < sizeof(c))
		return false;
	if (!rd(t, &c, a, sizeof(c))) {
		put_addr(t, a);
		return true;
	}
	put(t, "{family=");
	put_val(t, &x_af, c.family);
	put_fmt(t, ", prefix_len=%u, port=%u", c.prefix_len, (u32)c.port);
	if (len > sizeof(c)) {
		put(t, ", ");
		put_inet(t, c.family, a + sizeof(c), len - sizeof(c), "addr");
	}
	putch(t, '}');
	return true;
}

/* An instruction and what it looks at. */
static bool bytecode(struct tline *t, guest_addr a, u64 len)
{
	static const struct value host = A_CALL(hostcond), index = A_IFINDEX, op = A_REC(r_bc_op),
				  mark = A_REC(r_markcond);
	const struct value *v = NULL;
	struct inet_diag_bc_op o;

	if (len < sizeof(o))
		return false;
	if (!rd(t, &o, a, sizeof(o))) {
		put_addr(t, a);
		return true;
	}
	put_record(t, &r_bc_op, a);
	if (len == sizeof(o))
		return true;
	switch (o.code) {
	case INET_DIAG_BC_S_COND:
	case INET_DIAG_BC_D_COND:
		v = &host;
		break;
	case INET_DIAG_BC_DEV_COND:
		v = &index;
		break;
	case INET_DIAG_BC_S_GE:
	case INET_DIAG_BC_S_LE:
	case INET_DIAG_BC_D_GE:
	case INET_DIAG_BC_D_LE:
		v = &op;
		break;
	case INET_DIAG_BC_MARK_COND:
		v = &mark;
		break;
	default:
		break;
	}
	put(t, ", ");
	put_value_or_hex(t, v, a + sizeof(o), len - sizeof(o));
	return true;
}

ATTRS(diag_req, x_diag_req, [INET_DIAG_REQ_BYTECODE] = A_CALL(bytecode),
      [INET_DIAG_REQ_PROTOCOL] = A_VAL(0, x_ipproto));
RECORD(r_req, struct inet_diag_req, FIELD(struct inet_diag_req, idiag_family, V_VAL, &x_af),
       FIELD(struct inet_diag_req, idiag_src_len, V_U, NULL),
       FIELD(struct inet_diag_req, idiag_dst_len, V_U, NULL),
       FIELD(struct inet_diag_req, idiag_ext, V_FLAGS, &x_diag_ext),
       FIELD(struct inet_diag_req, id, V_RECORD, &r_sockid),
       FIELD(struct inet_diag_req, idiag_states, V_FLAGS, &x_tcp_states),
       FIELD(struct inet_diag_req, idiag_dbs, V_U, NULL));
static const struct message msg_req = {&r_req, &diag_req, NULL};
RECORD(r_req2, struct inet_diag_req_v2, FIELD(struct inet_diag_req_v2, sdiag_family, V_VAL, &x_af),
       FIELD(struct inet_diag_req_v2, sdiag_protocol, V_VAL, &x_ipproto),
       FIELD(struct inet_diag_req_v2, idiag_ext, V_FLAGS, &x_diag_ext),
       FIELD(struct inet_diag_req_v2, idiag_states, V_FLAGS, &x_tcp_states),
       FIELD(struct inet_diag_req_v2, id, V_RECORD, &r_sockid));
static const struct message msg_req2 = {&r_req2, &diag_req, NULL};

RECORD(r_meminfo, struct inet_diag_meminfo, FIELD(struct inet_diag_meminfo, idiag_rmem, V_U, NULL),
       FIELD(struct inet_diag_meminfo, idiag_wmem, V_U, NULL),
       FIELD(struct inet_diag_meminfo, idiag_fmem, V_U, NULL),
       FIELD(struct inet_diag_meminfo, idiag_tmem, V_U, NULL));
RECORD(r_vegas, struct tcpvegas_info, FIELD(struct tcpvegas_info, tcpv_enabled, V_U, NULL),
       FIELD(struct tcpvegas_info, tcpv_rttcnt, V_U, NULL),
       FIELD(struct tcpvegas_info, tcpv_rtt, V_U, NULL),
       FIELD(struct tcpvegas_info, tcpv_minrtt, V_U, NULL));
RECORD(r_dctcp, struct tcp_dctcp_info, FIELD(struct tcp_dctcp_info, dctcp_enabled, V_U, NULL),
       FIELD(struct tcp_dctcp_info, dctcp_ce_state, V_U, NULL),
       FIELD(struct tcp_dctcp_info, dctcp_alpha, V_U, NULL),
       FIELD(struct tcp_dctcp_info, dctcp_ab_ecn, V_U, NULL),
       FIELD(struct tcp_dctcp_info, dctcp_ab_tot, V_U, NULL));
RECORD(r_bbr, struct tcp_bbr_info, FIELD(struct tcp_bbr_info, bbr_bw_lo, V_X, NULL),
       FIELD(struct tcp_bbr_info, bbr_bw_hi, V_X, NULL),
       FIELD(struct tcp_bbr_info, bbr_min_rtt, V_U, NULL),
       FIELD(struct tcp_bbr_info, bbr_pacing_gain, V_U, NULL),
       FIELD(struct tcp_bbr_info, bbr_cwnd_gain, V_U, NULL));

static void one_sockaddr(struct tline *t, const void *e, size_t size, const void *arg)
{
	guest_addr *at = (guest_addr *)(uintptr_t)arg;

	(void)e;
	put_sockaddr(t, *at, size);
	*at += size;
}

static bool sockaddrs(struct tline *t, guest_addr a, u64 len)
{
	guest_addr at = a;

	if (len < sizeof(struct sockaddr_storage))
		return false;
	put_array(t, a, len / sizeof(struct sockaddr_storage), sizeof(struct sockaddr_storage),
		  NULL, one_sockaddr, &at);
	return true;
}

/* struct tcp_diag_md5sig */
static void one_md5sig(struct tline *t, const void *e, size_t size, const void *arg)
{
	const u8 *b = e;
	u16 keylen = (u16)value_int(b + 2, 2);

	(void)size;
	(void)arg;
	put(t, "{tcpm_family=");
	put_val(t, &x_af, b[0]);
	put_fmt(t, ", tcpm_prefixlen=%u, tcpm_keylen=%u, ", b[1], keylen);
	put_inet_bytes(t, b[0], b + 4, 16, "tcpm_addr");
	put(t, ", tcpm_key=");
	put_quoted_hex(t, b + 20, MIN(keylen, 80));
	putch(t, '}');
}

static bool md5sigs(struct tline *t, guest_addr a, u64 len)
{
	if (len < 100)
		return false;
	put_array(t, a, len / 100, 100, NULL, one_md5sig, NULL);
	return true;
}

ATTRS(ulp_tls, x_ulp_tls, [TLS_INFO_VERSION] = A_VAL(2, x_tls_version),
      [TLS_INFO_CIPHER] = A_VAL(2, x_tls_cipher), [TLS_INFO_TXCONF] = A_VAL(2, x_tls_config),
      [TLS_INFO_RXCONF] = A_VAL(2, x_tls_config));
ATTRS(ulp_mptcp,
      x_ulp_mptcp, [MPTCP_SUBFLOW_ATTR_TOKEN_REM] = A_X32, [MPTCP_SUBFLOW_ATTR_TOKEN_LOC] = A_X32,
      [MPTCP_SUBFLOW_ATTR_RELWRITE_SEQ] = A_U32, [MPTCP_SUBFLOW_ATTR_MAP_SEQ] = A_U64,
      [MPTCP_SUBFLOW_ATTR_MAP_SFSEQ] = A_U32, [MPTCP_SUBFLOW_ATTR_SSN_OFFSET] = A_U32,
      [MPTCP_SUBFLOW_ATTR_MAP_DATALEN] = A_U16, [MPTCP_SUBFLOW_ATTR_FLAGS] = A_FLAGS(4, x_subflow),
      [MPTCP_SUBFLOW_ATTR_ID_REM] = A_U8, [MPTCP_SUBFLOW_ATTR_ID_LOC] = A_U8);
ATTRS(ulp, x_ulp, [INET_ULP_INFO_NAME] = A_STR, [INET_ULP_INFO_TLS] = A_ATTRS(ulp_tls),
      [INET_ULP_INFO_MPTCP] = A_ATTRS(ulp_mptcp));
ATTRS(bpf_storage, x_bpf_storage, [SK_DIAG_BPF_STORAGE_MAP_ID] = A_U32,
      [SK_DIAG_BPF_STORAGE_MAP_VALUE] = {V_XINT, 0, NULL});
ATTRS(bpf_storages, x_bpf_storages, [SK_DIAG_BPF_STORAGE] = A_ATTRS(bpf_storage));

/* One bit for each; those that are not set are shown with -v only. */
static bool sockopts(struct tline *t, guest_addr a, u64 len)
{
	static const char *const names[] = {
		"recverr",	   "is_icsk",	    "freebind",
		"hdrincl",	   "mc_loop",	    "transparent",
		"mc_all",	   "nodefrag",	    "bind_address_no_port",
		"recverr_rfc4884", "defer_connect",
	};
	bool any = false;
	u16 bits;

	if (len < sizeof(bits))
		return false;
	if (!rd(t, &bits, a, sizeof(bits))) {
		put_addr(t, a);
		return true;
	}
	putch(t, '{');
	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		if (t->abbrev && !(bits >> i & 1))
			continue;
		put_fmt(t, "%s%s=%u", any ? ", " : "", names[i], bits >> i & 1);
		any = true;
	}
	if (!t->abbrev || bits >> 11) {
		put(t, any ? ", unused=" : "unused=");
		put_hex(t, bits >> 11);
		put(t, " /* bits 3..8 */");
	}
	putch(t, '}');
	put_tail(t, a, sizeof(bits), MIN(len, 4096));
	return true;
}

ATTRS(diag, x_diag, [INET_DIAG_MEMINFO] = A_REC(r_meminfo), [INET_DIAG_VEGASINFO] = A_REC(r_vegas),
      [INET_DIAG_CONG] = A_STR, [INET_DIAG_TOS] = A_U8, [INET_DIAG_TCLASS] = A_U8,
      [INET_DIAG_SKMEMINFO] = {V_INDEXED, 4, &x_nl_meminfo},
      [INET_DIAG_SHUTDOWN] = {V_FLAGSV, 1, &x_diag_shut}, [INET_DIAG_DCTCPINFO] = A_REC(r_dctcp),
      [INET_DIAG_PROTOCOL] = A_VAL(0, x_ipproto), [INET_DIAG_SKV6ONLY] = A_U8,
      [INET_DIAG_LOCALS] = A_CALL(sockaddrs), [INET_DIAG_PEERS] = A_CALL(sockaddrs),
      [INET_DIAG_MARK] = A_U32, [INET_DIAG_BBRINFO] = A_REC(r_bbr), [INET_DIAG_CLASS_ID] = A_U32,
      [INET_DIAG_MD5SIG] = A_CALL(md5sigs), [INET_DIAG_ULP_INFO] = A_ATTRS(ulp),
      [INET_DIAG_SK_BPF_STORAGES] = A_ATTRS(bpf_storages), [INET_DIAG_CGROUP_ID] = A_U64,
      [INET_DIAG_SOCKOPT] = A_CALL(sockopts));
RECORD(r_msg, struct inet_diag_msg, FIELD(struct inet_diag_msg, idiag_family, V_VAL, &x_af),
       FIELD(struct inet_diag_msg, idiag_state, V_VAL, &x_tcp_state),
       FIELD(struct inet_diag_msg, idiag_timer, V_U, NULL),
       FIELD(struct inet_diag_msg, idiag_retrans, V_U, NULL),
       FIELD(struct inet_diag_msg, id, V_RECORD, &r_sockid),
       FIELD(struct inet_diag_msg, idiag_expires, V_U, NULL),
       FIELD(struct inet_diag_msg, idiag_rqueue, V_U, NULL),
       FIELD(struct inet_diag_msg, idiag_wqueue, V_U, NULL),
       FIELD(struct inet_diag_msg, idiag_uid, V_U, NULL),
       FIELD(struct inet_diag_msg, idiag_inode, V_U, NULL));
static const struct message msg_inet = {&r_msg, &diag, NULL};

/* ---- Netlink sockets ---- */

static bool ndiag_protocol(struct tline *t, guest_addr a, u64 len)
{
	u8 v = 0;

	(void)len;
	rd(t, &v, a, 1);
	if (v == NDIAG_PROTO_ALL)
		put_const(t, "NDIAG_PROTO_ALL", v);
	else
		put_val(t, &x_netlink, v);
	return true;
}

RECORD(r_ndiag_req, struct netlink_diag_req,
       FIELD(struct netlink_diag_req, sdiag_family, V_VAL, &x_af),
       FIELD(struct netlink_diag_req, sdiag_protocol, V_CALL, ndiag_protocol),
       FIELD(struct netlink_diag_req, ndiag_ino, V_U, NULL),
       FIELD(struct netlink_diag_req, ndiag_show, V_FLAGS, &x_ndiag_show),
       COOKIE(struct netlink_diag_req, ndiag_cookie));
static const struct message msg_ndiag_req = {&r_ndiag_req, NULL, NULL};

static void one_group(struct tline *t, const void *e, size_t size, const void *arg)
{
	(void)arg;
	put_fmt(t, "%#0*llx", (int)(2 * size), (unsigned long long)value_int(e, size));
}

static bool groups(struct tline *t, guest_addr a, u64 len)
{
	if (len < word_size(t))
		return false;
	put_array(t, a, len / word_size(t), word_size(t), NULL, one_group, NULL);
	return true;
}

RECORD(r_ndiag_ring, struct netlink_diag_ring,
       FIELD(struct netlink_diag_ring, ndr_block_size, V_U, NULL),
       FIELD(struct netlink_diag_ring, ndr_block_nr, V_U, NULL),
       FIELD(struct netlink_diag_ring, ndr_frame_size, V_U, NULL),
       FIELD(struct netlink_diag_ring, ndr_frame_nr, V_U, NULL));
ATTRS(ndiag, x_ndiag, [NETLINK_DIAG_MEMINFO] = {V_INDEXED, 4, &x_nl_meminfo},
      [NETLINK_DIAG_GROUPS] = A_CALL(groups), [NETLINK_DIAG_RX_RING] = A_REC(r_ndiag_ring),
      [NETLINK_DIAG_TX_RING] = A_REC(r_ndiag_ring),
      [NETLINK_DIAG_FLAGS] = A_FLAGS(4, x_ndiag_flags));
RECORD(r_ndiag_msg, struct netlink_diag_msg,
       FIELD(struct netlink_diag_msg, ndiag_family, V_VAL, &x_af),
       FIELD(struct netlink_diag_msg, ndiag_type, V_VAL, &x_sock_type),
       FIELD(struct netlink_diag_msg, ndiag_protocol, V_VAL, &x_netlink),
       FIELD(struct netlink_diag_msg, ndiag_state, V_VAL, &x_nl_state),
       FIELD(struct netlink_diag_msg, ndiag_portid, V_U, NULL),
       FIELD(struct netlink_diag_msg, ndiag_dst_portid, V_U, NULL),
       FIELD(struct netlink_diag_msg, ndiag_dst_group, V_U, NULL),
       FIELD(struct netlink_diag_msg, ndiag_ino, V_U, NULL),
       COOKIE(struct netlink_diag_msg, ndiag_cookie));
static const struct message msg_ndiag = {&r_ndiag_msg, &ndiag, NULL};

/* ---- Packet sockets ---- */

RECORD(r_pdiag_req, struct packet_diag_req,
       FIELD(struct packet_diag_req, sdiag_family, V_VAL, &x_af),
       FIELD(struct packet_diag_req, sdiag_protocol, V_X, NULL),
       FIELD(struct packet_diag_req, pdiag_ino, V_U, NULL),
       FIELD(struct packet_diag_req, pdiag_show, V_FLAGS, &x_pdiag_show),
       COOKIE(struct packet_diag_req, pdiag_cookie));
static const struct message msg_pdiag_req = {&r_pdiag_req, NULL, NULL};
RECORD(r_pdi, struct packet_diag_info, FIELD(struct packet_diag_info, pdi_index, V_IFINDEX, NULL),
       FIELD(struct packet_diag_info, pdi_version, V_VAL, &x_tpacket),
       FIELD(struct packet_diag_info, pdi_reserve, V_U, NULL),
       FIELD(struct packet_diag_info, pdi_copy_thresh, V_U, NULL),
       FIELD(struct packet_diag_info, pdi_tstamp, V_U, NULL),
       FIELD(struct packet_diag_info, pdi_flags, V_FLAGS, &x_pdi));

static void one_mclist(struct tline *t, const void *e, size_t size, const void *arg)
{
	const struct packet_diag_mclist *m = e;

	(void)size;
	(void)arg;
	put(t, "{pdmc_index=");
	put_ifindex(t, m->pdmc_index);
	put_fmt(t, ", pdmc_count=%u, pdmc_type=%u, pdmc_alen=%u, pdmc_addr=", m->pdmc_count,
		m->pdmc_type, m->pdmc_alen);
	put_quoted_hex(t, m->pdmc_addr, MIN(m->pdmc_alen, sizeof(m->pdmc_addr)));
	putch(t, '}');
}

static bool mclist(struct tline *t, guest_addr a, u64 len)
{
	if (len < sizeof(struct packet_diag_mclist))
		return false;
	put_array(t, a, len / sizeof(struct packet_diag_mclist), sizeof(struct packet_diag_mclist),
		  NULL, one_mclist, NULL);
	return true;
}

static bool filter(struct tline *t, guest_addr a, u64 len)
{
	if (len < 8 || len / 8 > 0xffff)
		return false;
	put_filter(t, a, (u32)(len / 8), false);
	return true;
}

RECORD(r_pdr, struct packet_diag_ring, FIELD(struct packet_diag_ring, pdr_block_size, V_U, NULL),
       FIELD(struct packet_diag_ring, pdr_block_nr, V_U, NULL),
       FIELD(struct packet_diag_ring, pdr_frame_size, V_U, NULL),
       FIELD(struct packet_diag_ring, pdr_frame_nr, V_U, NULL),
       FIELD(struct packet_diag_ring, pdr_retire_tmo, V_U, NULL),
       FIELD(struct packet_diag_ring, pdr_sizeof_priv, V_U, NULL),
       FIELD(struct packet_diag_ring, pdr_features, V_U, NULL));
ATTRS(pdiag, x_pdiag, [PACKET_DIAG_INFO] = A_REC(r_pdi), [PACKET_DIAG_MCLIST] = A_CALL(mclist),
      [PACKET_DIAG_RX_RING] = A_REC(r_pdr), [PACKET_DIAG_TX_RING] = A_REC(r_pdr),
      [PACKET_DIAG_FANOUT] = A_U32, [PACKET_DIAG_UID] = A_UID,
      [PACKET_DIAG_MEMINFO] = {V_INDEXED, 4, &x_nl_meminfo}, [PACKET_DIAG_FILTER] = A_CALL(filter));
RECORD(r_pdiag_msg, struct packet_diag_msg,
       FIELD(struct packet_diag_msg, pdiag_family, V_VAL, &x_af),
       FIELD(struct packet_diag_msg, pdiag_type, V_VAL, &x_sock_type),
       FIELD(struct packet_diag_msg, pdiag_num, V_VAL, &x_eth),
       FIELD(struct packet_diag_msg, pdiag_ino, V_U, NULL),
       COOKIE(struct packet_diag_msg, pdiag_cookie));
static const struct message msg_pdiag = {&r_pdiag_msg, &pdiag, NULL};

/* ---- SMC sockets: their addresses are IPv4's ---- */

static void note_smc(const u8 *head)
{
	(void)head;
	value_ctx.family = AF_INET;
}

RECORD(r_smc_req, struct smc_diag_req, FIELD(struct smc_diag_req, diag_family, V_VAL, &x_af),
       FIELD(struct smc_diag_req, diag_ext, V_FLAGS, &x_smc_ext),
       FIELD(struct smc_diag_req, id, V_RECORD, &r_sockid));
static const struct message msg_smc_req = {&r_smc_req, NULL, note_smc};
RECORD(r_cursor, struct smc_diag_cursor, FIELD(struct smc_diag_cursor, reserved, V_U, NULL),
       FIELD(struct smc_diag_cursor, wrap, V_U, NULL),
       FIELD(struct smc_diag_cursor, count, V_U, NULL));
#define CONN(m, kind, arg) FIELD(struct smc_diag_conninfo, m, kind, arg)
RECORD(r_conninfo, struct smc_diag_conninfo, CONN(token, V_U, NULL), CONN(sndbuf_size, V_U, NULL),
       CONN(rmbe_size, V_U, NULL), CONN(peer_rmbe_size, V_U, NULL),
       CONN(rx_prod, V_RECORD, &r_cursor), CONN(rx_cons, V_RECORD, &r_cursor),
       CONN(tx_prod, V_RECORD, &r_cursor), CONN(tx_cons, V_RECORD, &r_cursor),
       CONN(rx_prod_flags, V_0X, NULL), CONN(rx_conn_state_flags, V_0X, NULL),
       CONN(tx_prod_flags, V_0X, NULL), CONN(tx_conn_state_flags, V_0X, NULL),
       CONN(tx_prep, V_RECORD, &r_cursor), CONN(tx_sent, V_RECORD, &r_cursor),
       CONN(tx_fin, V_RECORD, &r_cursor));
RECORD(r_smc_link, struct smc_diag_linkinfo, FIELD(struct smc_diag_linkinfo, link_id, V_U, NULL),
       FIELD(struct smc_diag_linkinfo, ibname, V_CSTRING, NULL),
       FIELD(struct smc_diag_linkinfo, ibport, V_U, NULL),
       FIELD(struct smc_diag_linkinfo, gid, V_CSTRING, NULL),
       FIELD(struct smc_diag_linkinfo, peer_gid, V_CSTRING, NULL));

static bool smc_links(struct tline *t, guest_addr a, u64 len)
{
	return put_value(t, &(struct value)A_RECS(r_smc_link), a, len);
}

RECORD(r_lgrinfo, struct smc_diag_lgrinfo, FIELD(struct smc_diag_lgrinfo, lnk, V_CALL, smc_links),
       FIELD(struct smc_diag_lgrinfo, role, V_VAL, &x_smc_role));
RECORD(r_dmbinfo, struct smcd_diag_dmbinfo, FIELD(struct smcd_diag_dmbinfo, linkid, V_U, NULL),
       FIELD(struct smcd_diag_dmbinfo, peer_gid, V_X, NULL),
       FIELD(struct smcd_diag_dmbinfo, my_gid, V_X, NULL),
       FIELD(struct smcd_diag_dmbinfo, token, V_X, NULL),
       FIELD(struct smcd_diag_dmbinfo, peer_token, V_X, NULL));
RECORD(r_fallback, struct smc_diag_fallback,
       FIELD(struct smc_diag_fallback, reason, V_VALV, &x_smc_decl),
       FIELD(struct smc_diag_fallback, peer_diagnosis, V_VALV, &x_smc_decl));
ATTRS(smc, x_smc, [SMC_DIAG_CONNINFO] = A_REC(r_conninfo), [SMC_DIAG_LGRINFO] = A_REC(r_lgrinfo),
      [SMC_DIAG_SHUTDOWN] = A_FLAGS(1, x_smc_shut), [SMC_DIAG_DMBINFO] = A_REC(r_dmbinfo),
      [SMC_DIAG_FALLBACK] = A_REC(r_fallback));
RECORD(r_smc_msg, struct smc_diag_msg, FIELD(struct smc_diag_msg, diag_family, V_VAL, &x_af),
       FIELD(struct smc_diag_msg, diag_state, V_VAL, &x_smc_state),
       FIELD(struct smc_diag_msg, diag_fallback, V_VAL, &x_smc_mode),
       FIELD(struct smc_diag_msg, diag_shutdown, V_U, NULL),
       FIELD(struct smc_diag_msg, id, V_RECORD, &r_sockid),
       FIELD(struct smc_diag_msg, diag_uid, V_U, NULL),
       FIELD(struct smc_diag_msg, diag_inode, V_U, NULL));
static const struct message msg_smc = {&r_smc_msg, &smc, note_smc};

/* ---- Unix sockets ---- */

RECORD(r_udiag_req, struct unix_diag_req, FIELD(struct unix_diag_req, sdiag_family, V_VAL, &x_af),
       FIELD(struct unix_diag_req, sdiag_protocol, V_U, NULL),
       FIELD(struct unix_diag_req, udiag_states, V_FLAGS, &x_tcp_states),
       FIELD(struct unix_diag_req, udiag_ino, V_U, NULL),
       FIELD(struct unix_diag_req, udiag_show, V_FLAGS, &x_udiag_show),
       COOKIE(struct unix_diag_req, udiag_cookie));
static const struct message msg_udiag_req = {&r_udiag_req, NULL, NULL};
RECORD(r_vfs, struct unix_diag_vfs, FIELD(struct unix_diag_vfs, udiag_vfs_dev, V_DEV, NULL),
       FIELD(struct unix_diag_vfs, udiag_vfs_ino, V_U, NULL));
RECORD(r_rqlen, struct unix_diag_rqlen, FIELD(struct unix_diag_rqlen, udiag_rqueue, V_U, NULL),
       FIELD(struct unix_diag_rqlen, udiag_wqueue, V_U, NULL));
ATTRS(udiag,
      x_udiag, [UNIX_DIAG_NAME] = A_STR, [UNIX_DIAG_VFS] = A_REC(r_vfs), [UNIX_DIAG_PEER] = A_U32,
      [UNIX_DIAG_ICONS] = {V_INTS, 4, NULL}, [UNIX_DIAG_RQLEN] = A_REC(r_rqlen),
      [UNIX_DIAG_MEMINFO] = {V_INDEXED, 4, &x_nl_meminfo}, [UNIX_DIAG_SHUTDOWN] = A_U8,
      [7 /* UNIX_DIAG_UID */] = A_UID);
RECORD(r_udiag_msg, struct unix_diag_msg, FIELD(struct unix_diag_msg, udiag_family, V_VAL, &x_af),
       FIELD(struct unix_diag_msg, udiag_type, V_VAL, &x_sock_type),
       FIELD(struct unix_diag_msg, udiag_state, V_VAL, &x_tcp_state),
       FIELD(struct unix_diag_msg, udiag_ino, V_U, NULL),
       COOKIE(struct unix_diag_msg, udiag_cookie));
static const struct message msg_udiag = {&r_udiag_msg, &udiag, NULL};

bool put_diag_payload(struct tline *t, u32 type, u32 flags, guest_addr a, u64 len)
{
	static const struct {
		u8 family;
		const struct message *request, *response;
	} families[] = {
		{AF_UNIX, &msg_udiag_req, &msg_udiag},	 {AF_INET, &msg_req2, &msg_inet},
		{AF_INET6, &msg_req2, &msg_inet},	 {AF_NETLINK, &msg_ndiag_req, &msg_ndiag},
		{AF_PACKET, &msg_pdiag_req, &msg_pdiag}, {AF_SMC, &msg_smc_req, &msg_smc},
	};
	const struct message *m;
	u8 family;

	if (!rd(t, &family, a, 1)) {
		put_addr(t, a);
		return true;
	}
	for (size_t i = 0; len > 1 && i < ARRAY_SIZE(families); i++) {
		if (families[i].family != family)
			continue;
		m = flags & NLM_F_REQUEST ? families[i].request : families[i].response;
		if (m == &msg_req2 && (type == TCPDIAG_GETSOCK || type == DCCPDIAG_GETSOCK))
			m = &msg_req;
		put_message(t, m, a, len);
		return true;
	}
	put_family(t, family, a, len);
	return true;
}

/* ---- Crypto ---- */

/* A struct that is too short is shown as a string. */
static bool report(struct tline *t, const struct record *r, guest_addr a, u64 len)
{
	if (len < r->size)
		put_buf(t, a, len);
	else if (!put_record(t, r, a))
		put_addr(t, a);
	return true;
}

#define REPORT(name, type, ...)                                                                    \
	RECORD(r_##name, struct type, __VA_ARGS__);                                                \
	static bool name(struct tline *t, guest_addr a, u64 len)                                   \
	{                                                                                          \
		return report(t, &r_##name, a, len);                                               \
	}
#define RU(type, m) FIELD(struct type, m, V_U, NULL)
#define RS(type, m) FIELD(struct type, m, V_CSTRING, NULL)

REPORT(report_hash, crypto_report_hash, RS(crypto_report_hash, type),
       RU(crypto_report_hash, blocksize), RU(crypto_report_hash, digestsize))
REPORT(report_blkcipher, crypto_report_blkcipher, RS(crypto_report_blkcipher, type),
       RS(crypto_report_blkcipher, geniv), RU(crypto_report_blkcipher, blocksize),
       RU(crypto_report_blkcipher, min_keysize), RU(crypto_report_blkcipher, max_keysize),
       RU(crypto_report_blkcipher, ivsize))
REPORT(report_aead, crypto_report_aead, RS(crypto_report_aead, type), RS(crypto_report_aead, geniv),
       RU(crypto_report_aead, blocksize), RU(crypto_report_aead, maxauthsize),
       RU(crypto_report_aead, ivsize))
REPORT(report_rng, crypto_report_rng, RS(crypto_report_rng, type), RU(crypto_report_rng, seedsize))
REPORT(report_cipher, crypto_report_cipher, RS(crypto_report_cipher, type),
       RU(crypto_report_cipher, blocksize), RU(crypto_report_cipher, min_keysize),
       RU(crypto_report_cipher, max_keysize))

static bool report_generic(struct tline *t, guest_addr a, u64 len)
{
	put(t, "{type=");
	put_value(t, &(struct value)A_STR0, a, len);
	putch(t, '}');
	return true;
}

ATTRS(crypto, x_crypto, [CRYPTOCFGA_PRIORITY_VAL] = A_U32,
      [CRYPTOCFGA_REPORT_LARVAL] = A_CALL(report_generic),
      [CRYPTOCFGA_REPORT_HASH] = A_CALL(report_hash),
      [CRYPTOCFGA_REPORT_BLKCIPHER] = A_CALL(report_blkcipher),
      [CRYPTOCFGA_REPORT_AEAD] = A_CALL(report_aead),
      [CRYPTOCFGA_REPORT_COMPRESS] = A_CALL(report_generic),
      [CRYPTOCFGA_REPORT_RNG] = A_CALL(report_rng),
      [CRYPTOCFGA_REPORT_CIPHER] = A_CALL(report_cipher),
      [CRYPTOCFGA_REPORT_AKCIPHER] = A_CALL(report_generic),
      [CRYPTOCFGA_REPORT_KPP] = A_CALL(report_generic),
      [CRYPTOCFGA_REPORT_ACOMP] = A_CALL(report_generic));
RECORD(r_alg, struct crypto_user_alg, RS(crypto_user_alg, cru_name),
       RS(crypto_user_alg, cru_driver_name), RS(crypto_user_alg, cru_module_name),
       FIELD(struct crypto_user_alg, cru_type, V_X, NULL),
       FIELD(struct crypto_user_alg, cru_mask, V_X, NULL), RU(crypto_user_alg, cru_refcnt),
       FIELD(struct crypto_user_alg, cru_flags, V_X, NULL));

bool put_crypto_payload(struct tline *t, u32 type, guest_addr a, u64 len)
{
	const u32 offset = NLMSG_ALIGN(sizeof(struct crypto_user_alg));

	switch (type) {
	case CRYPTO_MSG_NEWALG:
	case CRYPTO_MSG_DELALG:
	case CRYPTO_MSG_UPDATEALG:
	case CRYPTO_MSG_GETALG:
		break;
	default:
		return false;
	}
	report(t, &r_alg, a, len);
	if (len > offset) {
		put(t, ", ");
		put_attrs(t, &crypto, a + offset, len - offset);
	}
	return true;
}
