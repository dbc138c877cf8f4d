/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of names in flags_rare.c. */
#ifndef TRAPGATE_TRACE_FLAGS_RARE_H
#define TRAPGATE_TRACE_FLAGS_RARE_H

#include "trace/internal.h"

extern const struct xlat_set x_shm_flags, x_shmctl, x_semctl, x_msgctl, x_ipc_msg, x_ipc_64, x_swap,
	x_mpol_flags, x_mpol, x_mbind, x_move_pages, x_get_mempolicy, x_keyctl, x_keyring,
	x_unshare, x_setns, x_perf_flags, x_fan_class, x_fan_init, x_fan_mark, x_fan_event,
	x_ptrace_event, x_kcmp, x_module, x_delete_module, x_kexec_file, x_bpf, x_uffd, x_pkey,
	x_uring_enter, x_uring_register, x_open_tree, x_move_mount, x_fsopen, x_fsmount,
	x_mount_attr, x_fspick, x_fsconfig, x_pidfd_open, x_mount_setattr, x_landlock_create,
	x_landlock_rule, x_memfd_secret, x_handle_at, x_ptrace, x_seccomp_flags, x_sem_flags,
	x_bpf_map, x_bpf_prog, x_perf_type, x_perf_hw, x_perf_sw, x_landlock_fs, x_propagation,
	x_futex2, x_uring_setup, x_key_perm, x_quota_cmd, x_quota_type, x_quota_fmt, x_qif, x_dqf,
	x_iif, x_xfs_dqblk, x_xfs_quota, x_key_move, x_key_reqkey, x_ptrace_o, x_kexec,
	x_kexec_arch, x_mount_setattr_attr, x_elf_note;

#endif
