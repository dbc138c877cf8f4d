/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a sandbox makes of system calls as a whole: some are refused, process ids are those of this
 * run, and what a call has left open is closed. */
#ifndef TRAPGATE_SYSCALLS_CONTAIN_H
#define TRAPGATE_SYSCALLS_CONTAIN_H

#include "abi/syscall.h"
#include "sandbox/sandbox.h"

/* What contain_init() needs and costs something: for a process that is to fork others. */
void contain_prepare(void);

/* To be called once, before the first guest instruction of a sandbox. */
void contain_init(void);

/* The run's processes: told of each new one by its parent and by itself, and before. */
void run_add_pid(int pid);
void run_note_time(void);
static inline void run_forks(void)
{
	if (unlikely(sandbox_on))
		run_note_time();
}
static inline void run_joined(long pid)
{
	if (unlikely(sandbox_on) && pid > 0)
		run_add_pid((int)pid);
}

/* Whether pid is a process or thread of this run. */
bool run_has_pid(int pid);

/* The parent of the run's first process, for that process; else 0, which is for the host to say. It
 * is outside, and so is what becomes of it: it stays what it was. */
int contain_parent(void);

long contained_call(const struct syscall_desc *desc, const u64 *args);

/* Calls a handler. */
static inline long call_handler(const struct syscall_desc *desc, const u64 *args)
{
	if (unlikely(sandbox_on))
		return contained_call(desc, args);
	return desc->fn(args);
}

#endif
