/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rtnetlink's messages about links: what they are and what they count. */
#include <linux/if_bonding.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/mpls.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "trace/flags.h"
#include "trace/flags_netlink.h"
#include "trace/netlink.h"

/* ---- Statistics of a link ---- */

/* The counters have the same names in both widths. */
#define STATS_FIELDS(type)                                                                         \
	FIELD(type, rx_packets, V_U, NULL), FIELD(type, tx_packets, V_U, NULL),                    \
		FIELD(type, rx_bytes, V_U, NULL), FIELD(type, tx_bytes, V_U, NULL),                \
		FIELD(type, rx_errors, V_U, NULL), FIELD(type, tx_errors, V_U, NULL),              \
		FIELD(type, rx_dropped, V_U, NULL), FIELD(type, tx_dropped, V_U, NULL),            \
		FIELD(type, multicast, V_U, NULL), FIELD(type, collisions, V_U, NULL),             \
		FIELD(type, rx_length_errors, V_U, NULL), FIELD(type, rx_over_errors, V_U, NULL),  \
		FIELD(type, rx_crc_errors, V_U, NULL), FIELD(type, rx_frame_errors, V_U, NULL),    \
		FIELD(type, rx_fifo_errors, V_U, NULL), FIELD(type, rx_missed_errors, V_U, NULL),  \
		FIELD(type, tx_aborted_errors, V_U, NULL),                                         \
		FIELD(type, tx_carrier_errors, V_U, NULL), FIELD(type, tx_fifo_errors, V_U, NULL), \
		FIELD(type, tx_heartbeat_errors, V_U, NULL),                                       \
		FIELD(type, tx_window_errors, V_U, NULL), FIELD(type, rx_compressed, V_U, NULL),   \
		FIELD(type, tx_compressed, V_U, NULL), FIELD(type, rx_nohandler, V_U, NULL)

RECORD_MORE(r_stats, struct rtnl_link_stats, REC_SIZE(struct rtnl_link_stats, tx_compressed),
	    FOLLOW_NONE, NULL, STATS_FIELDS(struct rtnl_link_stats));

static const struct field stats64_f[] = {
	STATS_FIELDS(struct rtnl_link_stats64),
	{"rx_otherhost_dropped", 192, 0, F_ALWAYS, A_U64},
};

/* The struct grew twice. */
static bool stats64(struct tline *t, guest_addr a, u64 len)
{
	static const struct record r = {stats64_f, ARRAY_SIZE(stats64_f), 200,
					192,	   FOLLOW_NONE,		  NULL};
	static const struct record first = {stats64_f, ARRAY_SIZE(stats64_f), 200,
					    184,       FOLLOW_NONE,	      NULL};

	return put_value(t, &(struct value)A_REC(r), a, len) ||
	       put_value(t, &(struct value)A_REC(first), a, len);
}

/* ---- Bridges ---- */

RECORD(r_bridge_id, struct ifla_bridge_id, FIELD_ARRAY(struct ifla_bridge_id, prio, V_INTS, NULL),
       FIELD(struct ifla_bridge_id, addr, V_MAC, NULL));
ATTRS(brport, x_brport, [IFLA_BRPORT_STATE] = A_U8, [IFLA_BRPORT_PRIORITY] = A_U16,
      [IFLA_BRPORT_COST] = A_U32, [IFLA_BRPORT_MODE] = A_U8, [IFLA_BRPORT_GUARD] = A_U8,
      [IFLA_BRPORT_PROTECT] = A_U8, [IFLA_BRPORT_FAST_LEAVE] = A_U8, [IFLA_BRPORT_LEARNING] = A_U8,
      [IFLA_BRPORT_UNICAST_FLOOD] = A_U8, [IFLA_BRPORT_PROXYARP] = A_U8,
      [IFLA_BRPORT_LEARNING_SYNC] = A_U8, [IFLA_BRPORT_PROXYARP_WIFI] = A_U8,
      [IFLA_BRPORT_ROOT_ID] = A_REC(r_bridge_id), [IFLA_BRPORT_BRIDGE_ID] = A_REC(r_bridge_id),
      [IFLA_BRPORT_DESIGNATED_PORT] = A_U16, [IFLA_BRPORT_DESIGNATED_COST] = A_U16,
      [IFLA_BRPORT_ID] = A_U16, [IFLA_BRPORT_NO] = A_U16, [IFLA_BRPORT_TOPOLOGY_CHANGE_ACK] = A_U8,
      [IFLA_BRPORT_CONFIG_PENDING] = A_U8, [IFLA_BRPORT_MESSAGE_AGE_TIMER] = A_CLOCK,
      [IFLA_BRPORT_FORWARD_DELAY_TIMER] = A_CLOCK, [IFLA_BRPORT_HOLD_TIMER] = A_CLOCK,
      [IFLA_BRPORT_MULTICAST_ROUTER] = A_U8, [IFLA_BRPORT_MCAST_FLOOD] = A_U8,
      [IFLA_BRPORT_MCAST_TO_UCAST] = A_U8, [IFLA_BRPORT_VLAN_TUNNEL] = A_U8,
      [IFLA_BRPORT_BCAST_FLOOD] = A_U8, [IFLA_BRPORT_GROUP_FWD_MASK] = A_X16,
      [IFLA_BRPORT_NEIGH_SUPPRESS] = A_U8, [IFLA_BRPORT_ISOLATED] = A_U8,
      [IFLA_BRPORT_BACKUP_PORT] = A_IFINDEX, [IFLA_BRPORT_MRP_RING_OPEN] = A_U8,
      [IFLA_BRPORT_MRP_IN_OPEN] = A_U8, [IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT] = A_U32,
      [IFLA_BRPORT_MCAST_EHT_HOSTS_CNT] = A_U32, [IFLA_BRPORT_LOCKED] = A_U8);
ATTRS(querier, x_querier, [BRIDGE_QUERIER_IP_ADDRESS] = A_IN4, [BRIDGE_QUERIER_IP_PORT] = A_IFINDEX,
      [BRIDGE_QUERIER_IP_OTHER_TIMER] = A_CLOCK, [BRIDGE_QUERIER_IPV6_ADDRESS] = A_IN6,
      [BRIDGE_QUERIER_IPV6_PORT] = A_IFINDEX, [BRIDGE_QUERIER_IPV6_OTHER_TIMER] = A_CLOCK);
RECORD(r_boolopt, struct br_boolopt_multi,
       FIELD(struct br_boolopt_multi, optval, V_FLAGS, &x_boolopt),
       FIELD(struct br_boolopt_multi, optmask, V_FLAGS, &x_boolopt));
ATTRS(info_bridge, x_info_br, [IFLA_BR_FORWARD_DELAY] = A_CLOCK, [IFLA_BR_HELLO_TIME] = A_CLOCK,
      [IFLA_BR_MAX_AGE] = A_CLOCK, [IFLA_BR_AGEING_TIME] = A_CLOCK, [IFLA_BR_STP_STATE] = A_U32,
      [IFLA_BR_PRIORITY] = A_U16, [IFLA_BR_VLAN_FILTERING] = A_U8,
      [IFLA_BR_VLAN_PROTOCOL] = {V_HTONS_VAL, 2, &x_eth}, [IFLA_BR_GROUP_FWD_MASK] = A_X16,
      [IFLA_BR_ROOT_ID] = A_REC(r_bridge_id), [IFLA_BR_BRIDGE_ID] = A_REC(r_bridge_id),
      [IFLA_BR_ROOT_PORT] = A_U16, [IFLA_BR_ROOT_PATH_COST] = A_U32,
      [IFLA_BR_TOPOLOGY_CHANGE] = A_U8, [IFLA_BR_TOPOLOGY_CHANGE_DETECTED] = A_U8,
      [IFLA_BR_HELLO_TIMER] = A_CLOCK, [IFLA_BR_TCN_TIMER] = A_CLOCK,
      [IFLA_BR_TOPOLOGY_CHANGE_TIMER] = A_CLOCK, [IFLA_BR_GC_TIMER] = A_CLOCK,
      [IFLA_BR_GROUP_ADDR] = {V_HWADDR, 0, NULL}, [IFLA_BR_MCAST_ROUTER] = A_U8,
      [IFLA_BR_MCAST_SNOOPING] = A_U8, [IFLA_BR_MCAST_QUERY_USE_IFADDR] = A_U8,
      [IFLA_BR_MCAST_QUERIER] = A_U8, [IFLA_BR_MCAST_HASH_ELASTICITY] = A_U32,
      [IFLA_BR_MCAST_HASH_MAX] = A_U32, [IFLA_BR_MCAST_LAST_MEMBER_CNT] = A_U32,
      [IFLA_BR_MCAST_STARTUP_QUERY_CNT] = A_U32, [IFLA_BR_MCAST_LAST_MEMBER_INTVL] = A_CLOCK,
      [IFLA_BR_MCAST_MEMBERSHIP_INTVL] = A_CLOCK, [IFLA_BR_MCAST_QUERIER_INTVL] = A_CLOCK,
      [IFLA_BR_MCAST_QUERY_INTVL] = A_CLOCK, [IFLA_BR_MCAST_QUERY_RESPONSE_INTVL] = A_CLOCK,
      [IFLA_BR_MCAST_STARTUP_QUERY_INTVL] = A_CLOCK, [IFLA_BR_NF_CALL_IPTABLES] = A_U8,
      [IFLA_BR_NF_CALL_IP6TABLES] = A_U8, [IFLA_BR_NF_CALL_ARPTABLES] = A_U8,
      [IFLA_BR_VLAN_DEFAULT_PVID] = A_U16, [IFLA_BR_VLAN_STATS_ENABLED] = A_U8,
      [IFLA_BR_MCAST_STATS_ENABLED] = A_U8, [IFLA_BR_MCAST_IGMP_VERSION] = A_U8,
      [IFLA_BR_MCAST_MLD_VERSION] = A_U8, [IFLA_BR_VLAN_STATS_PER_PORT] = A_U8,
      [IFLA_BR_MULTI_BOOLOPT] = A_REC(r_boolopt), [IFLA_BR_MCAST_QUERIER_STATE] = A_ATTRS(querier));
RECORD_MORE(r_vlan_info, struct bridge_vlan_info, 0, FOLLOW_HEX, NULL,
	    FIELD(struct bridge_vlan_info, flags, V_FLAGS, &x_br_vlan),
	    FIELD(struct bridge_vlan_info, vid, V_U, NULL));
ATTRS(vlan_tunnel,
      x_vlan_tunnel, [IFLA_BRIDGE_VLAN_TUNNEL_ID] = A_U32, [IFLA_BRIDGE_VLAN_TUNNEL_VID] = A_U16,
      [IFLA_BRIDGE_VLAN_TUNNEL_FLAGS] = A_FLAGS(2, x_br_vlan));
ATTRS(spec_bridge, x_spec_bridge, [IFLA_BRIDGE_FLAGS] = A_FLAGS(2, x_br_flags),
      [IFLA_BRIDGE_MODE] = A_VAL(2, x_br_mode), [IFLA_BRIDGE_VLAN_INFO] = A_REC(r_vlan_info),
      [IFLA_BRIDGE_VLAN_TUNNEL_INFO] = A_ATTRS(vlan_tunnel));

/* ---- Kinds of links ---- */

ATTRS(info_tun, x_info_tun, [IFLA_TUN_OWNER] = A_UID, [IFLA_TUN_GROUP] = A_UID,
      [IFLA_TUN_TYPE] = A_VAL(1, x_tun_type), [IFLA_TUN_PI] = A_U8, [IFLA_TUN_VNET_HDR] = A_U8,
      [IFLA_TUN_PERSIST] = A_U8, [IFLA_TUN_MULTI_QUEUE] = A_U8, [IFLA_TUN_NUM_QUEUES] = A_U32,
      [IFLA_TUN_NUM_DISABLED_QUEUES] = A_U32);

/* Keeps the name of a kind; the decoders of its data ask for it. */
static void note_kind(struct tline *t, guest_addr a, u64 len, char kind[16])
{
	memset(kind, 0, 16);
	if (len >= 16 || !rd(t, kind, a, len) || strnlen(kind, 16) >= len)
		kind[0] = 0;
}

static bool info_kind(struct tline *t, guest_addr a, u64 len)
{
	note_kind(t, a, len, value_ctx.kind);
	return put_value(t, &(struct value)A_STR0, a, len);
}

static bool info_slave_kind(struct tline *t, guest_addr a, u64 len)
{
	note_kind(t, a, len, value_ctx.slave);
	return put_value(t, &(struct value)A_STR0, a, len);
}

static bool info_data(struct tline *t, guest_addr a, u64 len)
{
	if (!strcmp(value_ctx.kind, "bridge"))
		put_attrs(t, &info_bridge, a, len);
	else if (!strcmp(value_ctx.kind, "tun"))
		put_attrs(t, &info_tun, a, len);
	else
		return false;
	return true;
}

static bool info_slave_data(struct tline *t, guest_addr a, u64 len)
{
	if (strcmp(value_ctx.slave, "bridge") != 0)
		return false;
	put_attrs(t, &brport, a, len);
	return true;
}

static bool info_xstats(struct tline *t, guest_addr a, u64 len)
{
	struct can_stats {
		u32 bus_error, error_warning, error_passive, bus_off, arbitration_lost, restarts;
	};

	RECORD(r_can, struct can_stats, FIELD(struct can_stats, bus_error, V_U, NULL),
	       FIELD(struct can_stats, error_warning, V_U, NULL),
	       FIELD(struct can_stats, error_passive, V_U, NULL),
	       FIELD(struct can_stats, bus_off, V_U, NULL),
	       FIELD(struct can_stats, arbitration_lost, V_U, NULL),
	       FIELD(struct can_stats, restarts, V_U, NULL));
	return !strcmp(value_ctx.kind, "can") && put_value(t, &(struct value)A_REC(r_can), a, len);
}

ATTRS(linkinfo, x_info, [IFLA_INFO_KIND] = A_CALL(info_kind), [IFLA_INFO_DATA] = A_CALL(info_data),
      [IFLA_INFO_XSTATS] = A_CALL(info_xstats), [IFLA_INFO_SLAVE_KIND] = A_CALL(info_slave_kind),
      [IFLA_INFO_SLAVE_DATA] = A_CALL(info_slave_data));

static bool link_info(struct tline *t, guest_addr a, u64 len)
{
	value_ctx.kind[0] = value_ctx.slave[0] = 0;
	put_attrs(t, &linkinfo, a, len);
	return true;
}

/* ---- Virtual functions ---- */

RECORD(r_vf_mac, struct ifla_vf_mac, FIELD(struct ifla_vf_mac, vf, V_U, NULL),
       FIELD(struct ifla_vf_mac, mac, V_HWADDR, NULL));
RECORD(r_vf_vlan, struct ifla_vf_vlan, FIELD(struct ifla_vf_vlan, vf, V_U, NULL),
       FIELD(struct ifla_vf_vlan, vlan, V_U, NULL), FIELD(struct ifla_vf_vlan, qos, V_U, NULL));
RECORD(r_vf_tx_rate, struct ifla_vf_tx_rate, FIELD(struct ifla_vf_tx_rate, vf, V_U, NULL),
       FIELD(struct ifla_vf_tx_rate, rate, V_U, NULL));
RECORD(r_vf_setting, struct ifla_vf_trust, FIELD(struct ifla_vf_trust, vf, V_U, NULL),
       FIELD(struct ifla_vf_trust, setting, V_U, NULL));
RECORD(r_vf_link, struct ifla_vf_link_state, FIELD(struct ifla_vf_link_state, vf, V_U, NULL),
       FIELD(struct ifla_vf_link_state, link_state, V_VAL, &x_vf_link));
RECORD(r_vf_rate, struct ifla_vf_rate, FIELD(struct ifla_vf_rate, vf, V_U, NULL),
       FIELD(struct ifla_vf_rate, min_tx_rate, V_U, NULL),
       FIELD(struct ifla_vf_rate, max_tx_rate, V_U, NULL));
RECORD(r_vlan_proto, struct ifla_vf_vlan_info, FIELD(struct ifla_vf_vlan_info, vf, V_U, NULL),
       FIELD(struct ifla_vf_vlan_info, vlan, V_U, NULL),
       FIELD(struct ifla_vf_vlan_info, qos, V_U, NULL),
       FIELD(struct ifla_vf_vlan_info, vlan_proto, V_HTONS_VAL, &x_eth));
RECORD(r_vf_broadcast, struct ifla_vf_broadcast,
       FIELD(struct ifla_vf_broadcast, broadcast, V_HWADDR, NULL));
ATTRS(vf_stats, x_vf_stats, [IFLA_VF_STATS_RX_PACKETS] = A_U64, [IFLA_VF_STATS_TX_PACKETS] = A_U64,
      [IFLA_VF_STATS_RX_BYTES] = A_U64, [IFLA_VF_STATS_TX_BYTES] = A_U64,
      [IFLA_VF_STATS_BROADCAST] = A_U64, [IFLA_VF_STATS_MULTICAST] = A_U64,
      [IFLA_VF_STATS_RX_DROPPED] = A_U64, [IFLA_VF_STATS_TX_DROPPED] = A_U64);
ATTRS(vf_vlan, x_vf_vlan, [IFLA_VF_VLAN_INFO] = A_REC(r_vlan_proto));

/* The number stands where the sender's ABI put it. */
static bool vf_guid(struct tline *t, guest_addr a, u64 len)
{
	u64 guid = 0;
	u32 vf;

	if (len != 12 && len != 16)
		return false;
	if (!rd(t, &vf, a, 4) || !rd(t, &guid, a + len - 8, 8)) {
		put_addr(t, a);
		return true;
	}
	put_fmt(t, "{vf=%u, guid=", vf);
	put_hex(t, guid);
	putch(t, '}');
	return true;
}

ATTRS(vf, x_vf, [IFLA_VF_MAC] = A_REC(r_vf_mac), [IFLA_VF_VLAN] = A_REC(r_vf_vlan),
      [IFLA_VF_TX_RATE] = A_REC(r_vf_tx_rate), [IFLA_VF_SPOOFCHK] = A_REC(r_vf_setting),
      [IFLA_VF_LINK_STATE] = A_REC(r_vf_link), [IFLA_VF_RATE] = A_REC(r_vf_rate),
      [IFLA_VF_RSS_QUERY_EN] = A_REC(r_vf_setting), [IFLA_VF_STATS] = A_ATTRS(vf_stats),
      [IFLA_VF_TRUST] = A_REC(r_vf_setting), [IFLA_VF_IB_NODE_GUID] = A_CALL(vf_guid),
      [IFLA_VF_IB_PORT_GUID] = A_CALL(vf_guid), [IFLA_VF_VLAN_LIST] = A_ATTRS(vf_vlan),
      [IFLA_VF_BROADCAST] = A_REC(r_vf_broadcast));
ATTRS(vfinfo, x_vfinfo, [IFLA_VF_INFO] = A_ATTRS(vf));

RECORD(r_vsi, struct ifla_port_vsi, FIELD(struct ifla_port_vsi, vsi_mgr_id, V_U, NULL),
       FIELD(struct ifla_port_vsi, vsi_type_id, V_HEXSTR, NULL),
       FIELD(struct ifla_port_vsi, vsi_type_version, V_U, NULL),
       FIELD_NOT0(struct ifla_port_vsi, pad, V_HEXSTR));
ATTRS(port, x_port, [IFLA_PORT_VF] = A_U32, [IFLA_PORT_PROFILE] = A_STR,
      [IFLA_PORT_VSI_TYPE] = A_REC(r_vsi), [IFLA_PORT_REQUEST] = A_U8,
      [IFLA_PORT_RESPONSE] = A_U16);
ATTRS(vf_port, x_vf_port, [IFLA_VF_PORT] = A_ATTRS(port));

/* ---- By address family ---- */

ATTRS(inet, x_spec_inet, [IFLA_INET_CONF] = {V_INDEXED_D, 4, &x_devconf4});
RECORD(r_cacheinfo, struct ifla_cacheinfo, FIELD(struct ifla_cacheinfo, max_reasm_len, V_U, NULL),
       FIELD(struct ifla_cacheinfo, tstamp, V_U, NULL),
       FIELD(struct ifla_cacheinfo, reachable_time, V_U, NULL),
       FIELD(struct ifla_cacheinfo, retrans_time, V_U, NULL));
ATTRS(inet6, x_spec_inet6, [IFLA_INET6_FLAGS] = A_FLAGS(4, x_if6_flags),
      [IFLA_INET6_CONF] = {V_INDEXED_D, 4, &x_devconf6},
      [IFLA_INET6_STATS] = {V_INDEXED, 8, &x_ip_mib}, [IFLA_INET6_CACHEINFO] = A_REC(r_cacheinfo),
      [IFLA_INET6_ICMP6STATS] = {V_INDEXED, 8, &x_icmp6_mib}, [IFLA_INET6_TOKEN] = A_IN6,
      [IFLA_INET6_ADDR_GEN_MODE] = A_VAL(1, x_agm), [IFLA_INET6_RA_MTU] = A_U32);
ATTRS(mctp, x_spec_mctp, [IFLA_MCTP_NET] = A_U32);

static bool protinfo(struct tline *t, guest_addr a, u64 len)
{
	if (value_ctx.family == AF_BRIDGE)
		put_attrs(t, &brport, a, len);
	else if (value_ctx.family == AF_INET6)
		put_attrs(t, &inet6, a, len);
	else
		put_hexbuf(t, a, len);
	return true;
}

static bool spec_of(struct tline *t, guest_addr a, u64 len)
{
	switch ((u8)value_ctx.type) {
	case AF_INET:
		put_attrs(t, &inet, a, len);
		break;
	case AF_INET6:
		put_attrs(t, &inet6, a, len);
		break;
	case 45: /* AF_MCTP */
		put_attrs(t, &mctp, a, len);
		break;
	default:
		put_hexbuf(t, a, len);
		break;
	}
	return true;
}

static bool af_spec(struct tline *t, guest_addr a, u64 len)
{
	static const struct value by_family = A_CALL(spec_of);
	static const struct attrs families = {&x_af, &by_family, 1, true};

	put_attrs(t, value_ctx.family == AF_BRIDGE ? &spec_bridge : &families, a, len);
	return true;
}

static bool prop(struct tline *t, guest_addr a, u64 len)
{
	return value_ctx.type == IFLA_ALT_IFNAME && put_value(t, &(struct value)A_STR, a, len);
}

static const struct value prop_v = A_CALL(prop);
static const struct attrs props = {&x_ifla, &prop_v, 1, true};

/* ---- The link ---- */

RECORD_MORE(r_ifmap, struct rtnl_link_ifmap, REC_SIZE(struct rtnl_link_ifmap, port), FOLLOW_NONE,
	    NULL, FIELD(struct rtnl_link_ifmap, mem_start, V_X, NULL),
	    FIELD(struct rtnl_link_ifmap, mem_end, V_X, NULL),
	    FIELD(struct rtnl_link_ifmap, base_addr, V_X, NULL),
	    FIELD(struct rtnl_link_ifmap, irq, V_U, NULL),
	    FIELD(struct rtnl_link_ifmap, dma, V_U, NULL),
	    FIELD(struct rtnl_link_ifmap, port, V_U, NULL));
ATTRS(xdp, x_ifla_xdp, [IFLA_XDP_FD] = A_FD, [IFLA_XDP_ATTACHED] = A_VAL(1, x_xdp_mode),
      [IFLA_XDP_FLAGS] = A_FLAGS(4, x_xdp_flags), [IFLA_XDP_PROG_ID] = A_U32,
      [IFLA_XDP_DRV_PROG_ID] = A_U32, [IFLA_XDP_SKB_PROG_ID] = A_U32, [IFLA_XDP_HW_PROG_ID] = A_U32,
      [IFLA_XDP_EXPECTED_FD] = A_FD);
ATTRS(down_reason,
      x_down_reason, [IFLA_PROTO_DOWN_REASON_MASK] = A_X32, [IFLA_PROTO_DOWN_REASON_VALUE] = A_X32);
ATTRS(ifla, x_ifla, [IFLA_ADDRESS] = {V_HWADDR, 1, &x_ifla},
      [IFLA_BROADCAST] = {V_HWADDR, 1, &x_ifla}, [IFLA_IFNAME] = A_STR, [IFLA_MTU] = A_U32,
      [IFLA_LINK] = A_U32, [IFLA_QDISC] = A_STR, [IFLA_STATS] = A_REC(r_stats),
      [IFLA_MASTER] = A_U32, [IFLA_PROTINFO] = A_CALL(protinfo), [IFLA_TXQLEN] = A_U32,
      [IFLA_MAP] = A_REC(r_ifmap), [IFLA_WEIGHT] = A_U32, [IFLA_OPERSTATE] = A_U8,
      [IFLA_LINKMODE] = A_U8, [IFLA_LINKINFO] = A_CALL(link_info), [IFLA_NET_NS_PID] = A_U32,
      [IFLA_IFALIAS] = A_STR, [IFLA_NUM_VF] = A_U32, [IFLA_VFINFO_LIST] = A_ATTRS(vfinfo),
      [IFLA_STATS64] = A_CALL(stats64), [IFLA_VF_PORTS] = A_ATTRS(vf_port),
      [IFLA_PORT_SELF] = A_ATTRS(port), [IFLA_AF_SPEC] = A_CALL(af_spec), [IFLA_GROUP] = A_U32,
      [IFLA_NET_NS_FD] = A_FD, [IFLA_EXT_MASK] = A_FLAGS(4, x_rtext), [IFLA_PROMISCUITY] = A_U32,
      [IFLA_NUM_TX_QUEUES] = A_U32, [IFLA_NUM_RX_QUEUES] = A_U32, [IFLA_CARRIER] = A_U8,
      [IFLA_CARRIER_CHANGES] = A_U32, [IFLA_LINK_NETNSID] = A_S32, [IFLA_PHYS_PORT_NAME] = A_STR,
      [IFLA_PROTO_DOWN] = A_U8, [IFLA_GSO_MAX_SEGS] = A_U32, [IFLA_GSO_MAX_SIZE] = A_U32,
      [IFLA_XDP] = A_ATTRS(xdp), [IFLA_EVENT] = A_VAL(4, x_ifla_event), [IFLA_NEW_NETNSID] = A_S32,
      [IFLA_IF_NETNSID] = A_S32, [IFLA_CARRIER_UP_COUNT] = A_U32, [IFLA_CARRIER_DOWN_COUNT] = A_U32,
      [IFLA_NEW_IFINDEX] = A_IFINDEX, [IFLA_MIN_MTU] = A_U32, [IFLA_MAX_MTU] = A_U32,
      [IFLA_PROP_LIST] = A_ATTRS(props), [IFLA_ALT_IFNAME] = A_STR,
      [IFLA_PERM_ADDRESS] = {V_HWADDR, 1, &x_ifla}, [IFLA_PROTO_DOWN_REASON] = A_ATTRS(down_reason),
      [IFLA_PARENT_DEV_NAME] = A_STR, [IFLA_PARENT_DEV_BUS_NAME] = A_STR,
      [IFLA_GRO_MAX_SIZE] = A_U32, [IFLA_TSO_MAX_SIZE] = A_U32, [IFLA_TSO_MAX_SEGS] = A_U32,
      [IFLA_ALLMULTI] = A_U32);
RECORD(r_ifinfo, struct ifinfomsg, FIELD(struct ifinfomsg, ifi_family, V_VAL, &x_af),
       FIELD(struct ifinfomsg, ifi_type, V_VAL, &x_arphrd),
       FIELD(struct ifinfomsg, ifi_index, V_IFINDEX, NULL),
       FIELD(struct ifinfomsg, ifi_flags, V_FLAGS, &x_iff),
       FIELD(struct ifinfomsg, ifi_change, V_X, NULL));

/* The family stands for the kind of hardware, as strace has it. */
static void note_ifinfo(const u8 *head)
{
	value_ctx.hardware = head[0];
}

const struct message msg_ifinfo = {&r_ifinfo, &ifla, note_ifinfo};

/* ---- Statistics by subject ---- */

RECORD_MORE(r_bridge_vlan, struct bridge_vlan_xstats, 0, FOLLOW_HEX, NULL,
	    FIELD(struct bridge_vlan_xstats, rx_bytes, V_U, NULL),
	    FIELD(struct bridge_vlan_xstats, rx_packets, V_U, NULL),
	    FIELD(struct bridge_vlan_xstats, tx_bytes, V_U, NULL),
	    FIELD(struct bridge_vlan_xstats, tx_packets, V_U, NULL),
	    FIELD(struct bridge_vlan_xstats, vid, V_U, NULL),
	    FIELD(struct bridge_vlan_xstats, flags, V_FLAGS, &x_br_vlan),
	    FIELD_NOT0(struct bridge_vlan_xstats, pad2, V_X));
#define MCAST(m) FIELD_ARRAY(struct br_mcast_stats, m, V_INDEXED, &x_xstats_mcast)
RECORD_MORE(r_mcast, struct br_mcast_stats, 0, FOLLOW_HEX, NULL, MCAST(igmp_v1queries),
	    MCAST(igmp_v2queries), MCAST(igmp_v3queries), MCAST(igmp_leaves), MCAST(igmp_v1reports),
	    MCAST(igmp_v2reports), MCAST(igmp_v3reports),
	    FIELD(struct br_mcast_stats, igmp_parse_errors, V_U, NULL), MCAST(mld_v1queries),
	    MCAST(mld_v2queries), MCAST(mld_leaves), MCAST(mld_v1reports), MCAST(mld_v2reports),
	    FIELD(struct br_mcast_stats, mld_parse_errors, V_U, NULL), MCAST(mcast_bytes),
	    MCAST(mcast_packets));
RECORD_MORE(r_stp, struct bridge_stp_xstats, 0, FOLLOW_HEX, NULL,
	    FIELD(struct bridge_stp_xstats, transition_blk, V_U, NULL),
	    FIELD(struct bridge_stp_xstats, transition_fwd, V_U, NULL),
	    FIELD(struct bridge_stp_xstats, rx_bpdu, V_U, NULL),
	    FIELD(struct bridge_stp_xstats, tx_bpdu, V_U, NULL),
	    FIELD(struct bridge_stp_xstats, rx_tcn, V_U, NULL),
	    FIELD(struct bridge_stp_xstats, tx_tcn, V_U, NULL));
ATTRS(xstats_bridge, x_xstats_bridge, [BRIDGE_XSTATS_VLAN] = A_REC(r_bridge_vlan),
      [BRIDGE_XSTATS_MCAST] = A_REC(r_mcast), [BRIDGE_XSTATS_STP] = A_REC(r_stp));
ATTRS(xstats_3ad, x_xstats_3ad, [BOND_3AD_STAT_LACPDU_RX] = A_U64,
      [BOND_3AD_STAT_LACPDU_TX] = A_U64, [BOND_3AD_STAT_LACPDU_UNKNOWN_RX] = A_U64,
      [BOND_3AD_STAT_LACPDU_ILLEGAL_RX] = A_U64, [BOND_3AD_STAT_MARKER_RX] = A_U64,
      [BOND_3AD_STAT_MARKER_TX] = A_U64, [BOND_3AD_STAT_MARKER_RESP_RX] = A_U64,
      [BOND_3AD_STAT_MARKER_RESP_TX] = A_U64, [BOND_3AD_STAT_MARKER_UNKNOWN_RX] = A_U64);
ATTRS(xstats_bond, x_xstats_bond, [BOND_XSTATS_3AD] = A_ATTRS(xstats_3ad));
ATTRS(xstats, x_xstats_type, [LINK_XSTATS_TYPE_BRIDGE] = A_ATTRS(xstats_bridge),
      [LINK_XSTATS_TYPE_BOND] = A_ATTRS(xstats_bond));
ATTRS(offload, x_offload, [IFLA_OFFLOAD_XSTATS_CPU_HIT] = A_CALL(stats64));
RECORD_MORE(r_mpls, struct mpls_link_stats, 0, FOLLOW_HEX, NULL,
	    FIELD(struct mpls_link_stats, rx_packets, V_U, NULL),
	    FIELD(struct mpls_link_stats, tx_packets, V_U, NULL),
	    FIELD(struct mpls_link_stats, rx_bytes, V_U, NULL),
	    FIELD(struct mpls_link_stats, tx_bytes, V_U, NULL),
	    FIELD(struct mpls_link_stats, rx_errors, V_U, NULL),
	    FIELD(struct mpls_link_stats, tx_errors, V_U, NULL),
	    FIELD(struct mpls_link_stats, rx_dropped, V_U, NULL),
	    FIELD(struct mpls_link_stats, tx_dropped, V_U, NULL),
	    FIELD(struct mpls_link_stats, rx_noroute, V_U, NULL));
ATTRS(mpls, x_mpls_stats, [MPLS_STATS_LINK] = A_REC(r_mpls));

static bool stats_of(struct tline *t, guest_addr a, u64 len)
{
	if ((u8)value_ctx.type == AF_MPLS)
		put_attrs(t, &mpls, a, len);
	else
		put_hexbuf(t, a, len);
	return true;
}

static const struct value stats_of_v = A_CALL(stats_of);
static const struct attrs stats_families = {&x_af, &stats_of_v, 1, true};

ATTRS(ifstats, x_ifstats, [IFLA_STATS_LINK_64] = A_CALL(stats64),
      [IFLA_STATS_LINK_XSTATS] = A_ATTRS(xstats), [IFLA_STATS_LINK_XSTATS_SLAVE] = A_ATTRS(xstats),
      [IFLA_STATS_LINK_OFFLOAD_XSTATS] = A_ATTRS(offload),
      [IFLA_STATS_AF_SPEC] = A_ATTRS(stats_families));
RECORD(r_ifstats, struct if_stats_msg, FIELD(struct if_stats_msg, family, V_VAL, &x_af),
       FIELD_NOT0(struct if_stats_msg, pad1, V_X), FIELD_NOT0(struct if_stats_msg, pad2, V_X),
       FIELD(struct if_stats_msg, ifindex, V_IFINDEX, NULL),
       FIELD(struct if_stats_msg, filter_mask, V_FLAGS, &x_ifstats_flags));

const struct message msg_ifstats = {&r_ifstats, &ifstats, NULL};
