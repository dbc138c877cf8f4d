/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of names in flags_*.c. */
#ifndef TRAPGATE_TRACE_FLAGS_H
#define TRAPGATE_TRACE_FLAGS_H

#include "trace/internal.h"

extern const struct xlat_set x_accmode, x_open, x_access, x_at, x_at_access, x_at_statx, x_whence,
	x_fcntl, x_fdflags, x_lock, x_seals, x_notify, x_owner, x_flock, x_falloc, x_fadvise,
	x_statx_mask, x_statx_attr, x_rename, x_xattr, x_splice, x_rwf, x_mount, x_umount,
	x_close_range, x_eventfd, x_signalfd, x_timerfd, x_timerfd_set, x_inotify_init, x_inotify,
	x_epoll_op, x_epoll_create, x_epoll, x_poll, x_resolve, x_sync_range, x_fs_magic,
	x_statfs_flags, x_fs_flags, x_prot, x_mmap_type, x_mmap, x_mremap, x_madv, x_msync, x_mlock,
	x_mlockall, x_memfd, x_membarrier, x_clone, x_clone3, x_wait, x_idtype, x_sighow, x_sa,
	x_ss, x_sigev, x_clock, x_timer, x_itimer, x_prio, x_sched, x_sched_flags, x_rlimit,
	x_rusage, x_futex, x_prctl, x_prctl_mm, x_dumpable, x_arch_prctl, x_cap, x_cap_lo, x_cap_hi,
	x_cap_version, x_timex_modes, x_pers_type, x_pers_flags, x_ipc, x_grnd, x_syslog, x_seccomp,
	x_si_code, x_si_ill, x_si_fpe, x_si_segv, x_si_bus, x_si_trap, x_si_cld, x_si_poll,
	x_timex_status, x_timex_state, x_af, x_sock_type, x_sock_flags, x_ipproto, x_netlink, x_eth,
	x_msg, x_sol, x_so, x_ip, x_ipv6, x_tcp, x_udp, x_nl_opt, x_packet, x_vsock_opt, x_alg,
	x_raw, x_sctp, x_tls, x_xdp, x_ip_get, x_ipv6_get, x_scm, x_shut, x_c_iflag, x_c_oflag,
	x_c_cflag, x_baud, x_c_lflag, x_tcxonc, x_tcflsh, x_tiocm, x_ldisc, x_statx_sync,
	x_ioprio_who, x_ioprio_class, x_membarrier_flags, x_reboot_magic1, x_reboot_magic2,
	x_reboot_cmd, x_ev, x_pkttype, x_shm_get, x_sched_attr, x_packet_mr, x_icmp_filter,
	x_vm_cid, x_vm_port, x_vm_flags, x_hci_channel, x_dirent, x_ev_abs, x_lo_crypt, x_lo_flags,
	x_rtc_vl, x_fs_xflag, x_nbd, x_sockcall, x_iff, x_fiemap, x_mq_flags, x_audit_arch,
	x_ev_key, x_ev_rel, x_ev_misc, x_ev_led, x_ev_snd, x_ev_switch, x_ev_rep, x_ev_ff,
	x_ev_ff_status, x_ev_prop, x_ev_slot, x_can_proto, x_irda_proto, x_bt_proto, x_isdn_proto,
	x_phonet_proto, x_caif_proto, x_nfc_proto, x_kcm_proto, x_smc_proto, x_ax25_proto;

#endif
