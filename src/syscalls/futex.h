/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_SYSCALLS_FUTEX_H
#define TRAPGATE_SYSCALLS_FUTEX_H

#include <stdbool.h>

/* What a task does to its futexes when it leaves its address space (exit, execve): walks the
 * robust list, marking what it holds FUTEX_OWNER_DIED and waking a waiter each, then, where other
 * tasks share the address space, clears and wakes clear_child_tid. Forgets both. */
struct task;
void futex_exit(struct task *t, bool shared_mm);

/* A new program has registered for nothing. */
void membarrier_exec(void);

#endif
