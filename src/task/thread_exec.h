/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by thread.c and thread_exec.c. Everything here is under the CPU lock. */
#ifndef TRAPGATE_TASK_THREAD_EXEC_H
#define TRAPGATE_TASK_THREAD_EXEC_H

#include "task/exec.h"
#include "task/task.h"

struct exec_request {
	struct task *from;
	struct exec_name name;
	char **argv, **envp;
	long result;
	u32 done;
};

/* In the leader: does what another thread asks for and becomes it. */
void thread_exec_for(const struct exec_request *from);

/* Waits, without the lock, until *word is not `value` any more or a moment has passed. */
void thread_wait_moment(u32 *word, u32 value);
/* Gives another thread WORK_* to do. */
void thread_ask(struct task *t, u32 work);

#endif
