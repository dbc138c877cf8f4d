/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of names in flags_filter.c. */
#ifndef TRAPGATE_TRACE_FLAGS_FILTER_H
#define TRAPGATE_TRACE_FLAGS_FILTER_H

#include "trace/internal.h"

extern const struct xlat_set x_bpf_class, x_bpf_size, x_bpf_mode, x_bpf_src, x_bpf_rval, x_bpf_misc,
	x_bpf_op_alu, x_bpf_op_jmp, x_seccomp_ret, x_skf_ad;

#endif
