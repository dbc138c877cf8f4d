/* SPDX-License-Identifier: GPL-2.0-or-later */
/* execve(2) in a thread that is not its group's leader: the leader does it, and becomes it. */
#include "task/thread_exec.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"
#include "task/exec.h"
#include "task/signal.h"
#include "task/thread.h"

static void free_name(const struct exec_name *name)
{
	free((char *)(uintptr_t)name->path);
	free((char *)(uintptr_t)name->filename);
}

bool thread_exec_needs_leader(void)
{
	return task_threaded && current->tid != current->pid;
}

long thread_exec_by_leader(const struct exec_name *name, char **argv, char **envp)
{
	struct exec_request r = {.from = current, .name = *name, .argv = argv, .envp = envp};
	struct task *leader = thread_find(current->pid);

	if (!leader)
		return -EAGAIN;
	r.name.path = strdup(name->path);
	r.name.filename = strdup(name->filename);
	if (!r.name.path || !r.name.filename)
		fatal("out of memory");
	while (leader->exec_request && !current->work) /* two at once */
		thread_wait_moment(&leader->exec_request->done, 0);
	if (!current->work) {
		leader->exec_request = &r;
		while (!r.done && !current->work) {
			thread_ask(leader, WORK_EXEC);
			thread_wait_moment(&r.done, 0);
		}
	}
	if (!r.done) /* the strings are the leader's now, or lost with this program */
		thread_work();
	free_name(&r.name);
	return r.result;
}

void thread_exec_for(const struct exec_request *from)
{
	struct exec_request r = *from; /* lies on a stack that goes away */
	struct task *t = current;
	u64 blocked = t->blocked;
	char why[256];

	t->blocked = r.from->blocked;
	r.name.former_tid = r.from->tid;
	r.result = exec_load_as(&r.name, -1, r.argv, r.envp, why, sizeof(why));
	if (!r.result) {
		free_name(&r.name);
		free(r.argv);
		free(r.envp);
		t->exec_request = NULL;
		t->restart = 0;
		t->deferred = NULL;
		t->restore_sigmask = false;
		signal_set_blocked(t->blocked);
		return;
	}
	t->blocked = blocked;
	t->exec_request->result = r.result;
	t->exec_request->done = 1;
	host(SYS_futex, HP(&t->exec_request->done), FUTEX_WAKE_PRIVATE, 1);
	t->exec_request = NULL;
}
