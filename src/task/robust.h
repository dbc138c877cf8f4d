/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Robust futexes of a process that is killed. The host kernel walks a list of its own at the end of
 * a host thread, whatever ended it; but the guest's lists hold guest addresses. So trapgate keeps
 * a list for it of all futexes that threads of this address space have been about to take: by the
 * robust list's ABI a thread writes down which one before the atomic instruction that takes it.
 * Futexes that the dying thread does not own the kernel leaves alone. See docs/threads.md. */
#ifndef TRAPGATE_TASK_ROBUST_H
#define TRAPGATE_TASK_ROBUST_H

#include "task/task.h"

/* set_robust_list(2): current->robust_list has been set. */
void robust_registered(void);
/* Current has come into the engine. */
void robust_switched(void);
/* A program begins: the address space is empty. */
void robust_forget(void);
/* The same where the address space has come anew (exec_mmap.h). */
void robust_renew(void);

#endif
