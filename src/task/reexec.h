/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_TASK_REEXEC_H
#define TRAPGATE_TASK_REEXEC_H

#include "task/exec.h"
#include "task/run.h"

/* execve(2) in a process that shares its memory with others (CLONE_VM without CLONE_THREAD): only
 * the host's own execve gives it memory of its own, so the host executes trapgate, and that the
 * program. Returns -errno with nothing changed; -ENOSYS where something that trapgate keeps of the
 * process would be lost. The end of the old program is as that of exec_load_as(). */
long reexec(const struct exec_name *name, char *const argv[], char *const envp[]);

/* What reexec() hands on of how this program was started. */
void reexec_options(const struct run_options *opt);

#endif
