/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_SYSCALLS_TIMER_H
#define TRAPGATE_SYSCALLS_TIMER_H

#include "abi/types.h"

/* The host's form of a 32-bit caller's struct sigevent at addr. 0 or -EFAULT. */
struct sigevent;
int get_compat_sigevent(struct sigevent *to, guest_addr addr);

/* Deletes the process's POSIX timers, as execve(2) does. */
void timers_exec(void);

#endif
