/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_SYSCALLS_SIGINFO_H
#define TRAPGATE_SYSCALLS_SIGINFO_H

#include <signal.h>
#include <stdbool.h>

#include "abi/types.h"

/* Reads the siginfo_t at addr in the layout of abi. 0 or -EFAULT. */
int get_siginfo(siginfo_t *to, guest_addr addr, enum abi abi);
/* The other way. */
int copy_siginfo_to_user(guest_addr addr, const siginfo_t *from, enum abi abi);

/* SIGSTOP that is sent with the siginfo_t at addr: signal_stops(), where the host lets us send it.
 */
bool queue_stops(int pid, int tid, int sig, guest_addr addr, enum abi abi);

#endif
