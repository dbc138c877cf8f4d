/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_SYSCALLS_RESOURCE_H
#define TRAPGATE_SYSCALLS_RESOURCE_H

#include <sys/resource.h>

#include "abi/types.h"

/* Writes the 32-bit layout. 0 or -EFAULT. */
int put_compat_rusage(guest_addr addr, const struct rusage *from);

/* True when the process has capability `cap` (CAP_*) in its effective set. */
bool host_capable(int cap);

#endif
