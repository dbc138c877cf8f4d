/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signal mask that ppoll, pselect6 and epoll_pwait put in force while they wait. */
#ifndef TRAPGATE_SYSCALLS_SIGMASK_H
#define TRAPGATE_SYSCALLS_SIGMASK_H

#include "abi/types.h"

struct temp_sigmask {
	const void *host; /* for the host kernel: NULL when the call has no mask */
	u64 size;	  /* sigsetsize, to be passed on */
	u64 mask;
	bool in_force;
};

/* Reads the mask at umask (NULL: the call has none) and tells the signal core about it. Never
 * fails: the host finds a bad address or size in s->host and s->size, in Linux's order. */
void sigmask_enter(struct temp_sigmask *s, guest_addr umask, u64 size);

/* Ends what sigmask_enter() began, unless ret says that a signal interrupted the wait: then the
 * signal core restores the mask once it has delivered the signal. Returns ret. */
long sigmask_leave(const struct temp_sigmask *s, long ret);

#endif
