/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CPU lock: which thread of the address space drives the engine and touches trapgate's own
 * data. A process with one thread never looks at it. See docs/threads.md. */
#ifndef TRAPGATE_TASK_LOCK_H
#define TRAPGATE_TASK_LOCK_H

#include "abi/types.h"

struct task;

/* Processes that have the address space by CLONE_VM alone have been made. */
extern bool lock_between_processes;

/* Takes the lock and puts current's registers into the engine. */
void lock_take(void);
/* Gives it up; the registers stay in the engine until another thread wants it. */
void lock_drop(void);
/* Lets the others have their turn. */
void lock_yield(void);
/* Another thread has waited for its turn for as long as a time slice, or waits for it and the
 * program has said by PAUSE that it does nothing itself. */
bool lock_wanted(void);

/* The only thread is about to get company: it holds the lock. */
void lock_start(void);
/* Only this thread is left, in a new process or because the others have ended. */
void lock_reset(void);
/* The thread ends: its registers need not be kept. For the holder. */
void lock_forget(struct task *t);

#endif
