/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_SYSCALLS_SIGINFO_H
#define TRAPGATE_SYSCALLS_SIGINFO_H

#include <signal.h>

#include "abi/types.h"

/* Reads the siginfo_t at addr in the layout of abi. 0 or -EFAULT. */
int get_siginfo(siginfo_t *to, guest_addr addr, enum abi abi);
/* The other way. */
int copy_siginfo_to_user(guest_addr addr, const siginfo_t *from, enum abi abi);

#endif
