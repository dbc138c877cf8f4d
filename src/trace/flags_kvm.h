/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Constants of KVM and of trusted execution environments, by name. */
#ifndef TRAPGATE_TRACE_FLAGS_KVM_H
#define TRAPGATE_TRACE_FLAGS_KVM_H

#include "trace/internal.h"

extern const struct xlat_set x_kvm_mem, x_kvm_cpuid, x_kvm_cap, x_tee_login, x_tee_origin,
	x_tee_attr, x_tee_impl, x_tee_gen, x_tee_optee;

#endif
