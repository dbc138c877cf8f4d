/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits that trapgate keeps itself. RLIMIT_AS, RLIMIT_DATA and RLIMIT_STACK speak of the guest's
 * address space; set on the host process they would starve trapgate's own. All others are the
 * host's. */
#ifndef TRAPGATE_SYSCALLS_RLIMIT_H
#define TRAPGATE_SYSCALLS_RLIMIT_H

#include <sys/resource.h>

#include "abi/types.h"

#define GUEST_RLIMITS 16

/* Indexed by RLIMIT_*; valid for RLIMIT_AS, RLIMIT_DATA and RLIMIT_STACK only. They live on
 * through fork and exec. */
extern struct rlimit guest_rlimit[GUEST_RLIMITS];

/* Takes the values that trapgate was started with, and gives trapgate itself as much memory as it
 * may have. To be called before it changes its own. */
void rlimit_init(void);

/* The host's limits as they were, for a program that runs natively. */
void rlimit_restore(void);

#endif
