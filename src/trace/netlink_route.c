/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rtnetlink's other messages: addresses, routes, neighbours, rules, queues, next hops. */
#include <arpa/inet.h>
#include <linux/dcbnl.h>
#include <linux/fib_rules.h>
#include <linux/gen_stats.h>
#include <linux/if_addr.h>
#include <linux/if_addrlabel.h>
#include <linux/if_bridge.h>
#include <linux/mroute.h>
#include <linux/mroute6.h>
#include <linux/neighbour.h>
#include <linux/net_namespace.h>
#include <linux/netconf.h>
#include <linux/nexthop.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "trace/flags.h"
#include "trace/flags_netlink.h"
#include "trace/netlink.h"

/* ---- Addresses ---- */

RECORD(r_ifa_cache, struct ifa_cacheinfo, FIELD(struct ifa_cacheinfo, ifa_prefered, V_U, NULL),
       FIELD(struct ifa_cacheinfo, ifa_valid, V_U, NULL),
       FIELD(struct ifa_cacheinfo, cstamp, V_U, NULL),
       FIELD(struct ifa_cacheinfo, tstamp, V_U, NULL));
ATTRS(ifa, x_ifa, [IFA_ADDRESS] = A_ADDR, [IFA_LOCAL] = A_ADDR, [IFA_LABEL] = A_STR,
      [IFA_BROADCAST] = A_ADDR, [IFA_ANYCAST] = A_ADDR, [IFA_CACHEINFO] = A_REC(r_ifa_cache),
      [IFA_MULTICAST] = A_ADDR, [IFA_FLAGS] = A_FLAGS(4, x_ifa_flags), [IFA_RT_PRIORITY] = A_U32,
      [IFA_TARGET_NETNSID] = A_S32);
RECORD(r_ifaddr, struct ifaddrmsg, FIELD(struct ifaddrmsg, ifa_family, V_VAL, &x_af),
       FIELD(struct ifaddrmsg, ifa_prefixlen, V_U, NULL),
       FIELD(struct ifaddrmsg, ifa_flags, V_FLAGS, &x_ifa_flags),
       FIELD(struct ifaddrmsg, ifa_scope, V_VAL, &x_rt_scope),
       FIELD(struct ifaddrmsg, ifa_index, V_IFINDEX, NULL));
static const struct message msg_ifaddr = {&r_ifaddr, &ifa, NULL};

ATTRS(ifal, x_ifal, [IFAL_ADDRESS] = A_ADDR, [IFAL_LABEL] = A_U32);
RECORD(r_ifal, struct ifaddrlblmsg, FIELD(struct ifaddrlblmsg, ifal_family, V_VAL, &x_af),
       FIELD(struct ifaddrlblmsg, ifal_prefixlen, V_U, NULL),
       FIELD(struct ifaddrlblmsg, ifal_flags, V_U, NULL),
       FIELD(struct ifaddrlblmsg, ifal_index, V_IFINDEX, NULL),
       FIELD(struct ifaddrlblmsg, ifal_seq, V_U, NULL));
static const struct message msg_ifal = {&r_ifal, &ifal, NULL};

/* ---- Routes ---- */

RECORD(r_rta_cache, struct rta_cacheinfo, FIELD(struct rta_cacheinfo, rta_clntref, V_U, NULL),
       FIELD(struct rta_cacheinfo, rta_lastuse, V_U, NULL),
       FIELD(struct rta_cacheinfo, rta_expires, V_U, NULL),
       FIELD(struct rta_cacheinfo, rta_error, V_U, NULL),
       FIELD(struct rta_cacheinfo, rta_used, V_U, NULL),
       FIELD(struct rta_cacheinfo, rta_id, V_X, NULL),
       FIELD(struct rta_cacheinfo, rta_ts, V_U, NULL),
       FIELD(struct rta_cacheinfo, rta_tsage, V_U, NULL));
RECORD(r_mfc, struct rta_mfc_stats, FIELD(struct rta_mfc_stats, mfcs_packets, V_U, NULL),
       FIELD(struct rta_mfc_stats, mfcs_bytes, V_U, NULL),
       FIELD(struct rta_mfc_stats, mfcs_wrong_if, V_U, NULL));
ATTRS(rtax, x_rtax, [RTAX_LOCK] = A_U32, [RTAX_MTU] = A_U32, [RTAX_WINDOW] = A_U32,
      [RTAX_RTT] = A_U32, [RTAX_RTTVAR] = A_U32, [RTAX_SSTHRESH] = A_U32, [RTAX_CWND] = A_U32,
      [RTAX_ADVMSS] = A_U32, [RTAX_REORDERING] = A_U32, [RTAX_HOPLIMIT] = A_U32,
      [RTAX_INITCWND] = A_U32, [RTAX_FEATURES] = A_U32, [RTAX_RTO_MIN] = A_U32,
      [RTAX_INITRWND] = A_U32, [RTAX_QUICKACK] = A_U32, [RTAX_CC_ALGO] = A_STR);

static bool via(struct tline *t, guest_addr a, u64 len)
{
	u16 family;

	if (len < sizeof(family))
		return false;
	if (!rd(t, &family, a, sizeof(family))) {
		put_addr(t, a);
		return true;
	}
	put(t, "{rtvia_family=");
	put_val(t, &x_af, family);
	if (len > sizeof(family)) {
		put(t, ", ");
		put_inet(t, family, a + sizeof(family), len - sizeof(family), "rtvia_addr");
	}
	putch(t, '}');
	return true;
}

static bool multipath(struct tline *t, guest_addr a, u64 len);

ATTRS(rta, x_rta, [RTA_DST] = A_ADDR, [RTA_SRC] = A_ADDR, [RTA_IIF] = A_IFINDEX,
      [RTA_OIF] = A_IFINDEX, [RTA_GATEWAY] = A_ADDR, [RTA_PRIORITY] = A_U32, [RTA_PREFSRC] = A_ADDR,
      [RTA_METRICS] = A_ATTRS(rtax), [RTA_MULTIPATH] = A_CALL(multipath), [RTA_PROTOINFO] = A_U32,
      [RTA_FLOW] = A_U32, [RTA_CACHEINFO] = A_REC(r_rta_cache), [RTA_MP_ALGO] = A_U32,
      [RTA_TABLE] = A_VAL(4, x_rt_table), [RTA_MARK] = A_U32, [RTA_MFC_STATS] = A_REC(r_mfc),
      [RTA_VIA] = A_CALL(via), [RTA_NEWDST] = A_ADDR, [RTA_PREF] = A_U8,
      [RTA_ENCAP_TYPE] = A_VAL(2, x_lwt), [RTA_EXPIRES] = A_U64, [RTA_UID] = A_U32,
      [RTA_TTL_PROPAGATE] = A_U8, [RTA_IP_PROTO] = A_U8, [RTA_SPORT] = A_U16, [RTA_DPORT] = A_U16);

RECORD(r_rtnh, struct rtnexthop, FIELD(struct rtnexthop, rtnh_len, V_U, NULL),
       FIELD(struct rtnexthop, rtnh_flags, V_FLAGS, &x_rtnh_flags),
       FIELD(struct rtnexthop, rtnh_hops, V_U, NULL),
       FIELD(struct rtnexthop, rtnh_ifindex, V_IFINDEX, NULL));

/* Next hops, each with attributes of its own. */
static bool multipath(struct tline *t, guest_addr a, u64 len)
{
	const u64 head = RTNH_ALIGN(sizeof(struct rtnexthop));
	guest_addr at = a;
	bool array = false;
	struct rtnexthop nh;

	if (len < sizeof(nh))
		return false;
	for (u64 left = len;;) {
		u64 n;

		if (!rd(t, &nh, at, sizeof(nh))) {
			put_addr(t, at);
			break;
		}
		n = MIN(left, nh.rtnh_len);
		if (at == a && nh.rtnh_len < len) {
			putch(t, '[');
			array = true;
		}
		if (at > a)
			put(t, ", ");
		if (n > head)
			putch(t, '[');
		put_record(t, &r_rtnh, at);
		if (n > head) {
			put(t, ", ");
			put_attrs(t, &rta, at + head, n - head);
			putch(t, ']');
		}
		if (!n || RTNH_ALIGN(n) >= left)
			break;
		at += RTNH_ALIGN(n);
		left -= RTNH_ALIGN(n);
	}
	if (array)
		putch(t, ']');
	return true;
}

RECORD(r_rtmsg, struct rtmsg, FIELD(struct rtmsg, rtm_family, V_VAL, &x_af),
       FIELD(struct rtmsg, rtm_dst_len, V_U, NULL), FIELD(struct rtmsg, rtm_src_len, V_U, NULL),
       FIELD(struct rtmsg, rtm_tos, V_FLAGS, &x_tos),
       FIELD(struct rtmsg, rtm_table, V_VAL, &x_rt_table),
       FIELD(struct rtmsg, rtm_protocol, V_VAL, &x_rtprot),
       FIELD(struct rtmsg, rtm_scope, V_VAL, &x_rt_scope),
       FIELD(struct rtmsg, rtm_type, V_VAL, &x_rtn),
       FIELD(struct rtmsg, rtm_flags, V_FLAGS, &x_rtm_flags));
static const struct message msg_route = {&r_rtmsg, &rta, NULL};

ATTRS(ipmra, x_ipmra, [IPMRA_CREPORT_MSGTYPE] = A_VAL(1, x_igmpmsg), [IPMRA_CREPORT_VIF_ID] = A_U32,
      [IPMRA_CREPORT_SRC_ADDR] = A_IN4, [IPMRA_CREPORT_DST_ADDR] = A_IN4,
      [IPMRA_CREPORT_TABLE] = A_U32);
ATTRS(ip6mra,
      x_ip6mra, [IP6MRA_CREPORT_MSGTYPE] = A_VAL(1, x_mrt6msg), [IP6MRA_CREPORT_MIF_ID] = A_U32,
      [IP6MRA_CREPORT_SRC_ADDR] = A_IN6, [IP6MRA_CREPORT_DST_ADDR] = A_IN6);

static void cache_report(struct tline *t, u8 family, guest_addr a, u64 len)
{
	const u32 offset = NLMSG_ALIGN(sizeof(struct rtgenmsg));

	put(t, "{rtgen_family=");
	if (xlat_name(&x_rtnl_family, family))
		put_val(t, &x_rtnl_family, family);
	else if (xlat_name(&x_af, family))
		put_val(t, &x_af, family);
	else
		put_val(t, &x_rtnl_family, family);
	putch(t, '}');
	if (len <= offset)
		return;
	put(t, ", ");
	if (family == RTNL_FAMILY_IPMR)
		put_attrs(t, &ipmra, a + offset, len - offset);
	else if (family == RTNL_FAMILY_IP6MR)
		put_attrs(t, &ip6mra, a + offset, len - offset);
	else
		put_hexbuf(t, a + offset, len - offset);
}

/* ---- Neighbours ---- */

RECORD(r_nda_cache, struct nda_cacheinfo, FIELD(struct nda_cacheinfo, ndm_confirmed, V_U, NULL),
       FIELD(struct nda_cacheinfo, ndm_used, V_U, NULL),
       FIELD(struct nda_cacheinfo, ndm_updated, V_U, NULL),
       FIELD(struct nda_cacheinfo, ndm_refcnt, V_U, NULL));
ATTRS(nfea, x_nfea, [NFEA_ACTIVITY_NOTIFY] = A_FLAGS(1, x_fdb_notify));
ATTRS(nda, x_nda, [NDA_DST] = A_ADDR, [NDA_LLADDR] = {V_HWADDR, 0, NULL},
      [NDA_CACHEINFO] = A_REC(r_nda_cache), [NDA_PROBES] = A_U32, [NDA_VLAN] = A_U16,
      [NDA_PORT] = A_BE16, [NDA_VNI] = A_U32, [NDA_IFINDEX] = A_IFINDEX, [NDA_MASTER] = A_IFINDEX,
      [NDA_LINK_NETNSID] = A_U32, [NDA_SRC_VNI] = A_U32, [NDA_PROTOCOL] = A_VAL(0, x_ipproto),
      [NDA_NH_ID] = A_U32, [NDA_FDB_EXT_ATTRS] = A_ATTRS(nfea),
      [NDA_FLAGS_EXT] = A_FLAGS(4, x_ntf_ext), [NDA_NDM_STATE_MASK] = A_FLAGS(2, x_nud),
      [NDA_NDM_FLAGS_MASK] = A_FLAGS(1, x_ntf));
RECORD(r_ndmsg, struct ndmsg, FIELD(struct ndmsg, ndm_family, V_VAL, &x_af),
       FIELD(struct ndmsg, ndm_ifindex, V_IFINDEX, NULL),
       FIELD(struct ndmsg, ndm_state, V_FLAGS, &x_nud),
       FIELD(struct ndmsg, ndm_flags, V_FLAGS, &x_ntf),
       FIELD(struct ndmsg, ndm_type, V_VAL, &x_rtn));
static const struct message msg_neigh = {&r_ndmsg, &nda, NULL};

RECORD(r_ndt_config, struct ndt_config, FIELD(struct ndt_config, ndtc_key_len, V_U, NULL),
       FIELD(struct ndt_config, ndtc_entry_size, V_U, NULL),
       FIELD(struct ndt_config, ndtc_entries, V_U, NULL),
       FIELD(struct ndt_config, ndtc_last_flush, V_U, NULL),
       FIELD(struct ndt_config, ndtc_last_rand, V_U, NULL),
       FIELD(struct ndt_config, ndtc_hash_rnd, V_U, NULL),
       FIELD(struct ndt_config, ndtc_hash_mask, V_0X, NULL),
       FIELD(struct ndt_config, ndtc_hash_chain_gc, V_U, NULL),
       FIELD(struct ndt_config, ndtc_proxy_qlen, V_U, NULL));
ATTRS(ndtpa, x_ndtpa, [NDTPA_IFINDEX] = A_IFINDEX, [NDTPA_REFCNT] = A_U32,
      [NDTPA_REACHABLE_TIME] = A_U64, [NDTPA_BASE_REACHABLE_TIME] = A_U64,
      [NDTPA_RETRANS_TIME] = A_U64, [NDTPA_GC_STALETIME] = A_U64, [NDTPA_DELAY_PROBE_TIME] = A_U64,
      [NDTPA_QUEUE_LEN] = A_U32, [NDTPA_APP_PROBES] = A_U32, [NDTPA_UCAST_PROBES] = A_U32,
      [NDTPA_MCAST_PROBES] = A_U32, [NDTPA_ANYCAST_DELAY] = A_U64, [NDTPA_PROXY_DELAY] = A_U64,
      [NDTPA_PROXY_QLEN] = A_U32, [NDTPA_LOCKTIME] = A_U64, [NDTPA_QUEUE_LENBYTES] = A_U32,
      [NDTPA_MCAST_REPROBES] = A_U32, [NDTPA_INTERVAL_PROBE_TIME_MS] = A_U64);
RECORD_MORE(r_ndt_stats, struct ndt_stats, REC_SIZE(struct ndt_stats, ndts_forced_gc_runs),
	    FOLLOW_NONE, NULL, FIELD(struct ndt_stats, ndts_allocs, V_U, NULL),
	    FIELD(struct ndt_stats, ndts_destroys, V_U, NULL),
	    FIELD(struct ndt_stats, ndts_hash_grows, V_U, NULL),
	    FIELD(struct ndt_stats, ndts_res_failed, V_U, NULL),
	    FIELD(struct ndt_stats, ndts_lookups, V_U, NULL),
	    FIELD(struct ndt_stats, ndts_hits, V_U, NULL),
	    FIELD(struct ndt_stats, ndts_rcv_probes_mcast, V_U, NULL),
	    FIELD(struct ndt_stats, ndts_rcv_probes_ucast, V_U, NULL),
	    FIELD(struct ndt_stats, ndts_periodic_gc_runs, V_U, NULL),
	    FIELD(struct ndt_stats, ndts_forced_gc_runs, V_U, NULL),
	    FIELD(struct ndt_stats, ndts_table_fulls, V_U, NULL));
ATTRS(ndta, x_ndta, [NDTA_NAME] = A_STR, [NDTA_THRESH1] = A_U32, [NDTA_THRESH2] = A_U32,
      [NDTA_THRESH3] = A_U32, [NDTA_CONFIG] = A_REC(r_ndt_config), [NDTA_PARMS] = A_ATTRS(ndtpa),
      [NDTA_STATS] = A_REC(r_ndt_stats), [NDTA_GC_INTERVAL] = A_U64);
RECORD(r_ndtmsg, struct ndtmsg, FIELD(struct ndtmsg, ndtm_family, V_VAL, &x_af));
static const struct message msg_ndt = {&r_ndtmsg, &ndta, NULL};

/* ---- Rules ---- */

RECORD(r_uid_range, struct fib_rule_uid_range, FIELD(struct fib_rule_uid_range, start, V_U, NULL),
       FIELD(struct fib_rule_uid_range, end, V_U, NULL));
RECORD(r_port_range, struct fib_rule_port_range,
       FIELD(struct fib_rule_port_range, start, V_U, NULL),
       FIELD(struct fib_rule_port_range, end, V_U, NULL));
ATTRS(fra, x_fra, [FRA_DST] = A_ADDR, [FRA_SRC] = A_ADDR, [FRA_IIFNAME] = A_STR, [FRA_GOTO] = A_U32,
      [FRA_PRIORITY] = A_U32, [FRA_FWMARK] = A_U32, [FRA_FLOW] = A_U32, [FRA_TUN_ID] = A_BE64,
      [FRA_SUPPRESS_IFGROUP] = A_U32, [FRA_SUPPRESS_PREFIXLEN] = A_U32,
      [FRA_TABLE] = A_VAL(4, x_rt_table), [FRA_FWMASK] = A_U32, [FRA_OIFNAME] = A_STR,
      [FRA_L3MDEV] = A_U8, [FRA_UID_RANGE] = A_REC(r_uid_range),
      [FRA_PROTOCOL] = A_VAL(1, x_rtprot), [FRA_IP_PROTO] = A_VAL(0, x_ipproto),
      [FRA_SPORT_RANGE] = A_REC(r_port_range), [FRA_DPORT_RANGE] = A_REC(r_port_range));
RECORD(r_rule, struct fib_rule_hdr, FIELD(struct fib_rule_hdr, family, V_VAL, &x_af),
       FIELD(struct fib_rule_hdr, dst_len, V_U, NULL),
       FIELD(struct fib_rule_hdr, src_len, V_U, NULL),
       FIELD(struct fib_rule_hdr, tos, V_FLAGS, &x_tos),
       FIELD(struct fib_rule_hdr, table, V_VAL, &x_rt_table_rule),
       FIELD(struct fib_rule_hdr, action, V_VAL, &x_fr_act),
       FIELD(struct fib_rule_hdr, flags, V_FLAGS, &x_fib_rule));
static const struct message msg_rule = {&r_rule, &fra, NULL};

/* ---- Queues ---- */

RECORD_MORE(r_tc_stats, struct tc_stats, REC_SIZE(struct tc_stats, backlog), FOLLOW_NONE, NULL,
	    FIELD(struct tc_stats, bytes, V_U, NULL), FIELD(struct tc_stats, packets, V_U, NULL),
	    FIELD(struct tc_stats, drops, V_U, NULL), FIELD(struct tc_stats, overlimits, V_U, NULL),
	    FIELD(struct tc_stats, bps, V_U, NULL), FIELD(struct tc_stats, pps, V_U, NULL),
	    FIELD(struct tc_stats, qlen, V_U, NULL), FIELD(struct tc_stats, backlog, V_U, NULL));
RECORD(r_estimator, struct tc_estimator, FIELD(struct tc_estimator, interval, V_D, NULL),
       FIELD(struct tc_estimator, ewma_log, V_U, NULL));
static const struct field r_basic_f[] = {
	FIELD(struct gnet_stats_basic, bytes, V_U, NULL),
	FIELD(struct gnet_stats_basic, packets, V_U, NULL),
};
static const struct record r_basic = {
	r_basic_f, 2, REC_SIZE(struct gnet_stats_basic, packets), 0, FOLLOW_NONE, NULL};
RECORD(r_rate, struct gnet_stats_rate_est, FIELD(struct gnet_stats_rate_est, bps, V_U, NULL),
       FIELD(struct gnet_stats_rate_est, pps, V_U, NULL));
RECORD(r_rate64, struct gnet_stats_rate_est64, FIELD(struct gnet_stats_rate_est64, bps, V_U, NULL),
       FIELD(struct gnet_stats_rate_est64, pps, V_U, NULL));
RECORD(r_queue, struct gnet_stats_queue, FIELD(struct gnet_stats_queue, qlen, V_U, NULL),
       FIELD(struct gnet_stats_queue, backlog, V_U, NULL),
       FIELD(struct gnet_stats_queue, drops, V_U, NULL),
       FIELD(struct gnet_stats_queue, requeues, V_U, NULL),
       FIELD(struct gnet_stats_queue, overlimits, V_U, NULL));
ATTRS(tca_stats,
      x_tca_stats, [TCA_STATS_BASIC] = A_REC(r_basic), [TCA_STATS_RATE_EST] = A_REC(r_rate),
      [TCA_STATS_QUEUE] = A_REC(r_queue), [TCA_STATS_RATE_EST64] = A_REC(r_rate64),
      [TCA_STATS_BASIC_HW] = A_REC(r_basic), [TCA_STATS_PKT64] = A_U64);
RECORD(r_sizespec, struct tc_sizespec, FIELD(struct tc_sizespec, cell_log, V_U, NULL),
       FIELD(struct tc_sizespec, size_log, V_U, NULL),
       FIELD(struct tc_sizespec, cell_align, V_D, NULL),
       FIELD(struct tc_sizespec, overhead, V_D, NULL),
       FIELD(struct tc_sizespec, linklayer, V_U, NULL), FIELD(struct tc_sizespec, mpu, V_U, NULL),
       FIELD(struct tc_sizespec, mtu, V_U, NULL), FIELD(struct tc_sizespec, tsize, V_U, NULL));
ATTRS(stab, x_tca_stab, [TCA_STAB_BASE] = A_REC(r_sizespec), [TCA_STAB_DATA] = {V_INTS, 2, NULL});
ATTRS(tca, x_tca, [TCA_KIND] = A_STR, [TCA_STATS] = A_REC(r_tc_stats),
      [TCA_RATE] = A_REC(r_estimator), [TCA_FCNT] = A_U32, [TCA_STATS2] = A_ATTRS(tca_stats),
      [TCA_STAB] = A_ATTRS(stab), [TCA_CHAIN] = A_U32, [TCA_HW_OFFLOAD] = A_U8,
      [TCA_INGRESS_BLOCK] = A_U32, [TCA_EGRESS_BLOCK] = A_U32, [TCA_DUMP_FLAGS] = A_U32);
RECORD(r_tcmsg, struct tcmsg, FIELD(struct tcmsg, tcm_family, V_VAL, &x_af),
       FIELD(struct tcmsg, tcm_ifindex, V_IFINDEX, NULL),
       FIELD(struct tcmsg, tcm_handle, V_U, NULL), FIELD(struct tcmsg, tcm_parent, V_U, NULL),
       FIELD(struct tcmsg, tcm_info, V_U, NULL));
static const struct message msg_tc = {&r_tcmsg, &tca, NULL};

ATTRS(tca_act, x_tca_act, [TCA_ACT_KIND] = A_STR, [TCA_ACT_INDEX] = A_U32,
      [TCA_ACT_STATS] = A_ATTRS(tca_stats), [TCA_ACT_FLAGS] = A_FLAGS(4, x_tca_act_flags),
      [TCA_ACT_HW_STATS] = A_FLAGS(4, x_tca_hw_stats),
      [TCA_ACT_USED_HW_STATS] = A_FLAGS(4, x_tca_hw_stats), [TCA_ACT_IN_HW_COUNT] = A_U32);
RECORD(r_tcamsg, struct tcamsg, FIELD(struct tcamsg, tca_family, V_VAL, &x_af));
static const struct message msg_action = {&r_tcamsg, &tca_act, NULL};

/* ---- Next hops, name spaces, settings ---- */

RECORD(r_nh_grp, struct nexthop_grp, FIELD(struct nexthop_grp, id, V_U, NULL),
       FIELD(struct nexthop_grp, weight, V_U, NULL), {"resvd1", 5, 0, F_NOT0, {V_X, 1, NULL}},
       {"resvd2", 6, 0, F_NOT0, {V_X, 2, NULL}});
ATTRS(res_group,
      x_nha_res_group, [NHA_RES_GROUP_BUCKETS] = A_U16, [NHA_RES_GROUP_IDLE_TIMER] = A_CLOCK,
      [NHA_RES_GROUP_UNBALANCED_TIMER] = A_CLOCK, [NHA_RES_GROUP_UNBALANCED_TIME] = A_CLOCK);
ATTRS(res_bucket, x_nha_res_bucket, [NHA_RES_BUCKET_INDEX] = A_U16,
      [NHA_RES_BUCKET_IDLE_TIME] = A_CLOCK, [NHA_RES_BUCKET_NH_ID] = A_U32);
ATTRS(nha, x_nha, [NHA_ID] = A_U32, [NHA_GROUP] = A_RECS(r_nh_grp),
      [NHA_GROUP_TYPE] = A_VAL(2, x_nh_grp_type), [NHA_BLACKHOLE] = A_U32, [NHA_OIF] = A_IFINDEX,
      [NHA_GATEWAY] = A_ADDR, [NHA_ENCAP_TYPE] = A_VAL(2, x_lwt), [NHA_GROUPS] = A_U32,
      [NHA_MASTER] = A_IFINDEX, [NHA_FDB] = A_U32, [NHA_RES_GROUP] = A_ATTRS(res_group),
      [NHA_RES_BUCKET] = A_ATTRS(res_bucket));
RECORD(r_nhmsg, struct nhmsg, FIELD(struct nhmsg, nh_family, V_VAL, &x_af),
       FIELD(struct nhmsg, nh_scope, V_VAL, &x_rt_scope),
       FIELD(struct nhmsg, nh_protocol, V_VAL, &x_rtprot), FIELD_NOT0(struct nhmsg, resvd, V_X),
       FIELD(struct nhmsg, nh_flags, V_FLAGS, &x_rtnh_flags));
static const struct message msg_nexthop = {&r_nhmsg, &nha, NULL};

ATTRS(nsid, x_nsid, [NETNSA_NSID] = A_S32, [NETNSA_PID] = A_U32, [NETNSA_FD] = A_FD,
      [NETNSA_TARGET_NSID] = A_S32, [NETNSA_CURRENT_NSID] = A_S32);
RECORD(r_rtgen, struct rtgenmsg, FIELD(struct rtgenmsg, rtgen_family, V_VAL, &x_af));
static const struct message msg_nsid = {&r_rtgen, &nsid, NULL};

ATTRS(netconf, x_netconfa, [NETCONFA_IFINDEX] = A_IFINDEX, [NETCONFA_FORWARDING] = A_S32,
      [NETCONFA_RP_FILTER] = A_S32, [NETCONFA_MC_FORWARDING] = A_S32,
      [NETCONFA_PROXY_NEIGH] = A_S32, [NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN] = A_S32,
      [NETCONFA_INPUT] = A_S32, [NETCONFA_BC_FORWARDING] = A_S32);
RECORD(r_netconf, struct netconfmsg, FIELD(struct netconfmsg, ncm_family, V_VAL, &x_af));
static const struct message msg_netconf = {&r_netconf, &netconf, NULL};

RECORD(r_dcb, struct dcbmsg, FIELD(struct dcbmsg, dcb_family, V_VAL, &x_af),
       FIELD(struct dcbmsg, cmd, V_VAL, &x_dcb_cmd));
static const struct attrs dcb = {&x_dcb, NULL, 0, false};
static const struct message msg_dcb = {&r_dcb, &dcb, NULL};

/* ---- Multicast groups of bridges ---- */

ATTRS(eattr, x_mdba_eattr, [MDBA_MDB_EATTR_TIMER] = A_CLOCK);
ATTRS(pattr, x_mdba_pattr, [MDBA_ROUTER_PATTR_TIMER] = A_CLOCK,
      [MDBA_ROUTER_PATTR_TYPE] = A_VAL(1, x_mdb_router), [MDBA_ROUTER_PATTR_INET_TIMER] = A_CLOCK,
      [MDBA_ROUTER_PATTR_INET6_TIMER] = A_CLOCK);

static bool mdb_entry(struct tline *t, guest_addr a, u64 len)
{
	const u32 offset = NLMSG_ALIGN(sizeof(struct br_mdb_entry));
	struct br_mdb_entry e;

	if (len < sizeof(e))
		return false;
	if (!rd(t, &e, a, sizeof(e))) {
		put_addr(t, a);
	} else {
		put(t, "{ifindex=");
		put_ifindex(t, e.ifindex);
		put(t, ", state=");
		put_val(t, &x_mdb_state, e.state);
		put(t, ", flags=");
		put_flags(t, &x_mdb_flags, e.flags);
		put_fmt(t, ", vid=%u, addr={", e.vid);
		put_inet_bytes(t, ntohs(e.addr.proto), &e.addr.u, sizeof(e.addr.u), "u");
		put(t, ", proto=htons(");
		put_val(t, &x_af, ntohs(e.addr.proto));
		put(t, ")}}");
	}
	if (len > offset) {
		put(t, ", ");
		put_attrs(t, &eattr, a + offset, len - offset);
	}
	return true;
}

static bool router_port(struct tline *t, guest_addr a, u64 len)
{
	u32 index;

	if (len < sizeof(index))
		return false;
	if (rd(t, &index, a, sizeof(index)))
		put_ifindex(t, index);
	else
		put_addr(t, a);
	if (len > sizeof(index)) {
		put(t, ", ");
		put_attrs(t, &pattr, a + sizeof(index), len - sizeof(index));
	}
	return true;
}

ATTRS(mdba_entry, x_mdba_entry, [MDBA_MDB_ENTRY_INFO] = A_CALL(mdb_entry));
ATTRS(mdba_mdb, x_mdba_mdb, [MDBA_MDB_ENTRY] = A_ATTRS(mdba_entry));
ATTRS(mdba_router, x_mdba_router, [MDBA_ROUTER_PORT] = A_CALL(router_port));
ATTRS(mdba, x_mdba, [MDBA_MDB] = A_ATTRS(mdba_mdb), [MDBA_ROUTER] = A_ATTRS(mdba_router));
RECORD(r_br_port, struct br_port_msg, FIELD(struct br_port_msg, family, V_VAL, &x_af),
       FIELD(struct br_port_msg, ifindex, V_IFINDEX, NULL));
static const struct message msg_br_port = {&r_br_port, &mdba, NULL};

/* ---- By type ---- */

static const struct message *message_of(u32 type, u8 family)
{
	static const struct message *const groups[] = {
		/* by fours: new, delete, get, set */
		&msg_ifinfo, &msg_ifaddr,  &msg_route,	&msg_neigh, &msg_rule,	  &msg_tc,
		&msg_tc,     &msg_tc,	   &msg_action, NULL,	    NULL,	  NULL,
		&msg_ndt,    NULL,	   &msg_ifal,	&msg_dcb,   &msg_netconf, &msg_br_port,
		&msg_nsid,   &msg_ifstats, NULL,	&msg_tc,    &msg_nexthop,
	};

	switch (type) {
	case RTM_GETNEIGH:
		return family == AF_BRIDGE ? &msg_ifinfo : &msg_neigh;
	case RTM_GETMULTICAST:
	case RTM_GETANYCAST:
		return &msg_ifaddr;
	case RTM_SETLINK:
	case RTM_SETNEIGHTBL:
	case RTM_SETDCB:
		break;
	case RTM_NEWSTATS + 1: /* no such message */
	case RTM_NEWNEIGHTBL + 1:
	case RTM_GETDCB - 2:
	case RTM_GETDCB - 1:
		return NULL;
	default:
		if ((type & 3) == 3)
			return NULL;
	}
	type = (type - RTM_BASE) / 4;
	return type < ARRAY_SIZE(groups) ? groups[type] : NULL;
}

bool put_route_payload(struct tline *t, u32 type, guest_addr a, u64 len)
{
	const struct message *m;
	u8 family;

	if (!rd(t, &family, a, 1)) {
		put_addr(t, a);
		return true;
	}
	m = message_of(type, family);
	if (type == RTM_NEWCACHEREPORT)
		cache_report(t, family, a, len);
	else if (m)
		put_message(t, m, a, len);
	else
		put_family(t, family, a, len);
	return true;
}
