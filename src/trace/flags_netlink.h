/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of names in flags_netlink.c, flags_link.c, flags_route.c and flags_diag.c. */
#ifndef TRAPGATE_TRACE_FLAGS_NETLINK_H
#define TRAPGATE_TRACE_FLAGS_NETLINK_H

#include "trace/internal.h"

extern const struct xlat_set x_nl_type, x_nl_flags, x_nl_ack, x_nl_del, x_nl_get, x_nl_new,
	x_nl_audit, x_nl_crypto, x_nl_selinux, x_nl_sock_diag, x_nl_xfrm, x_nl_route, x_nl_nf,
	x_nl_subsys, x_nf_ct, x_nf_exp, x_nf_queue, x_nf_ulog, x_nf_osf, x_nf_ipset, x_nf_acct,
	x_nf_timeout, x_nf_helper, x_nf_tables, x_nf_compat, x_nf_hook, x_nf_version, x_nlmsgerr,
	x_nl_meminfo, x_nl_generic, x_ifla, x_agm, x_devconf4, x_devconf6, x_if6_flags,
	x_spec_bridge, x_vlan_tunnel, x_spec_inet, x_spec_inet6, x_spec_mctp, x_br_flags, x_br_mode,
	x_brport, x_boolopt, x_querier, x_ifla_event, x_rtext, x_info, x_info_br, x_info_tun,
	x_port, x_down_reason, x_vf, x_vf_link, x_vf_port, x_vf_stats, x_vf_vlan, x_vfinfo,
	x_xdp_mode, x_ifla_xdp, x_xdp_flags, x_icmp6_mib, x_ip_mib, x_tun_type, x_br_vlan, x_arphrd,
	x_ifa, x_ifa_flags, x_rt_scope, x_ifal, x_dcb, x_dcb_cmd, x_tos, x_lwt, x_rtnh_flags,
	x_rtm_flags, x_rtprot, x_rt_table, x_rt_table_rule, x_rtn, x_rta, x_rtax, x_fdb_notify,
	x_ntf_ext, x_ntf, x_nud, x_nda, x_nfea, x_ndta, x_ndtpa, x_netconfa, x_nha, x_nh_grp_type,
	x_nha_res_group, x_nha_res_bucket, x_nsid, x_fra, x_fr_act, x_fib_rule, x_ifstats,
	x_ifstats_flags, x_xstats_type, x_xstats_bridge, x_xstats_mcast, x_xstats_bond,
	x_xstats_3ad, x_offload, x_mpls_stats, x_tca, x_tca_stab, x_tca_stats, x_tca_act,
	x_tca_act_flags, x_tca_hw_stats, x_mdba, x_mdba_mdb, x_mdba_entry, x_mdba_eattr,
	x_mdba_router, x_mdba_pattr, x_mdb_state, x_mdb_flags, x_mdb_router, x_rtnl_family, x_ipmra,
	x_ip6mra, x_igmpmsg, x_mrt6msg, x_bytecode, x_diag_req, x_diag_ext, x_diag, x_diag_shut,
	x_tcp_state, x_tcp_states, x_ulp, x_ulp_tls, x_ulp_mptcp, x_tls_version, x_tls_cipher,
	x_tls_config, x_subflow, x_bpf_storage, x_bpf_storages, x_ndiag_show, x_ndiag,
	x_ndiag_flags, x_nl_state, x_pdiag_show, x_pdiag, x_pdi, x_tpacket, x_smc_ext, x_smc,
	x_smc_role, x_smc_state, x_smc_mode, x_smc_decl, x_smc_shut, x_udiag, x_udiag_show,
	x_crypto;

#endif
