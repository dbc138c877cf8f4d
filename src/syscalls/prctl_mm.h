/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_SYSCALLS_PRCTL_MM_H
#define TRAPGATE_SYSCALLS_PRCTL_MM_H

#include "abi/types.h"

/* prctl(PR_SET_MM, opt, addr, arg4, arg5): the fields of struct mm that /proc/PID shows. */
long prctl_set_mm(u64 opt, guest_addr addr, u64 arg4, u64 arg5);

#endif
