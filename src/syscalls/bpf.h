/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classic BPF as seccomp uses it: programs over struct seccomp_data. */
#ifndef TRAPGATE_SYSCALLS_BPF_H
#define TRAPGATE_SYSCALLS_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "abi/types.h"

/* Whether the kernel would take the program (bpf_check_classic(), seccomp_check_filter()). */
bool bpf_valid(const struct sock_filter *prog, u32 n);

/* Runs a valid program. */
u32 bpf_run(const struct sock_filter *prog, const struct seccomp_data *data);

#endif
