/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of the program that a process runs. /proc/PID/exe leads to it whatever becomes of its
 * name (proc_pid_exe(5)): here it is found by its name, which costs nothing, as long as that lasts,
 * and by a descriptor of trapgate's own from when it has no name or is about to lose it by the
 * process's own doing. What others do to the name meanwhile is seen only as a name that has gone.
 */
#ifndef TRAPGATE_TASK_EXE_H
#define TRAPGATE_TASK_EXE_H

#include <stdbool.h>
#include <stddef.h>

/* The process now runs the file open as fd, which was opened by this path. */
void exe_loaded(int fd, const char *path);

/* Before a call by which the process may lose the way to the file: other credentials, another root,
 * other mounts. */
void exe_hold(void);

/* The same before a call that removes, renames or closes off what stands at `path` (a host pointer
 * that may be bad): if the last component is one of the program's path. */
void exe_hold_at(const char *path);

/* What /proc/PID/exe says, or NULL when that is no guest of this run. */
const char *exe_name(int pid);

/* A path of the host's by which it can be opened and executed; else NULL. Not in a sandbox. */
const char *exe_host_path(int pid);

/* The descriptor by which process pid holds it, or -1. */
int exe_held_fd(int pid);

/* The last component of its path. */
const char *exe_base(void);

#endif
