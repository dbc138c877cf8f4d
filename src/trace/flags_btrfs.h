/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Constants of btrfs, by name. */
#ifndef TRAPGATE_TRACE_FLAGS_BTRFS_H
#define TRAPGATE_TRACE_FLAGS_BTRFS_H

#include "trace/internal.h"

extern const struct xlat_set x_btrfs_u64_max, x_btrfs_object, x_btrfs_key, x_btrfs_group,
	x_btrfs_space, x_btrfs_balance_args, x_btrfs_balance, x_btrfs_balance_state,
	x_btrfs_balance_ctl, x_btrfs_subvol, x_btrfs_compat, x_btrfs_compat_ro, x_btrfs_incompat,
	x_btrfs_defrag, x_btrfs_compress, x_btrfs_replace_cmd, x_btrfs_replace_result,
	x_btrfs_replace_state, x_btrfs_replace_mode, x_btrfs_csum, x_btrfs_fs_info,
	x_btrfs_dev_stats, x_btrfs_dev_stat, x_btrfs_logical, x_btrfs_quota_ctl, x_btrfs_inherit,
	x_btrfs_limit, x_btrfs_scrub, x_btrfs_send;

#endif
