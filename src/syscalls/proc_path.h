/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which paths lead to files of /proc that are about a guest. */
#ifndef TRAPGATE_SYSCALLS_PROC_PATH_H
#define TRAPGATE_SYSCALLS_PROC_PATH_H

#include <sys/types.h>

#include "abi/types.h"

struct proc_name {
	pid_t pid;     /* of the process, as the host numbers it */
	pid_t tid;     /* of /proc/PID/task/TID, or 0 */
	char name[32]; /* "maps" */
};

/* True when path (a host pointer that may be bad), looked up from dfd, is a file of a process's
 * directory in /proc that on the host would tell about trapgate, through whatever links and
 * directories it goes. The last component's name is what decides at once for other paths. */
bool proc_resolve(int dfd, const char *path, struct proc_name *out);

/* The same for a path as the host writes it, without links or "..". */
bool proc_parse(const char *path, struct proc_name *out);

/* exe, cwd, root: what is opened through them is not of /proc. */
bool proc_is_link(const char *name);

/* Whether a path (as above) that is looked up in /proc could not lead to such a file. */
bool proc_path_ordinary(const char *path);

/* True when descriptor fd is such a file; *out as above. */
bool proc_resolve_fd(int fd, struct proc_name *out);

#endif
