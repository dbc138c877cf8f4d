/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting for tracees, of which the host knows nothing: their stops, and the ends of those that are
 * not the tracer's children. */
#ifndef TRAPGATE_SYSCALLS_WAIT_TRACEE_H
#define TRAPGATE_SYSCALLS_WAIT_TRACEE_H

#include "abi/types.h"

struct tracee_event {
	int tid, status; /* as wait4(2) shows it */
	bool ended;
	bool of_job; /* a stop, or its end, of a child that somebody else traces */
};

/* Whether current's process traces anybody. */
bool wait_has_tracees(void);

/* What a tracee among those that waitid(2)'s which and id select has to say: 1, and *e is filled
 * (and with WNOWAIT stays to be waited for); 0: nothing, but there is one that the host does not
 * know as a child; -ECHILD: there is none such. */
long wait_find_tracee(int which, int id, int options, struct tracee_event *e);

/* Waits a moment for any tracee to say something. -ERESTARTSYS when a signal came first. */
long wait_for_tracees(u32 seen);
/* Changes with each event: to be read before wait_find_tracee(). */
u32 wait_tracee_events(void);

/* The host's child pid was reaped with this status: its threads have ended, too. */
void wait_reaped(int pid, int status);

#endif
