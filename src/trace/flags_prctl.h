/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of names in flags_prctl.c. */
#ifndef TRAPGATE_TRACE_FLAGS_PRCTL_H
#define TRAPGATE_TRACE_FLAGS_PRCTL_H

#include "trace/internal.h"

extern const struct xlat_set x_pr_unalign, x_pr_seccomp, x_pr_tsc, x_pr_securebits, x_pr_mce,
	x_pr_mce_policy, x_pr_fp_mode, x_pr_cap_ambient, x_pr_vl, x_pr_sme_vl, x_pr_spec,
	x_pr_spec_get, x_pr_spec_set, x_pr_pac, x_pr_pac_enabled, x_pr_mte, x_pr_dispatch,
	x_pr_sched_core, x_pr_set_vma, x_xfeature, x_xfeature_mask;

#endif
