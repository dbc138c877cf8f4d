/* SPDX-License-Identifier: GPL-2.0-or-later */
/* readlink(2) of what stands in /proc for a process's root, program, directories and descriptors.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "sandbox/object.h"
#include "sandbox/path.h"
#include "sandbox/path_internal.h"
#include "sandbox/proc.h"
#include "sandbox/sandbox.h"

long sandbox_readlink(int dfd, const char *path, char out[GUEST_PATH_MAX])
{
	char target[PATH_MAX], guest[GUEST_PATH_MAX], link[PATH_MAX];
	const char *shown = target, *exe;
	int pid, fd;

	if (path != BAD_PATH && !path[0] && !object_fd_path(dfd, link))
		path = link;
	if (path == BAD_PATH || strncmp(path, "/proc/", 6) || !strncmp(path, "/proc/self/", 11))
		return -ENOSYS;
	switch (proc_link_of(path + 6, &pid, &fd)) {
	case PROC_NO_LINK:
		return -ENOSYS;
	case PROC_LINK_ROOT:
		shown = "/";
		break;
	case PROC_LINK_EXE:
		exe = sandbox_exe(pid);
		if (!exe)
			return -ENOENT;
		shown = exe;
		break;
	default:
		fd = object_link(path, target);
		if (fd)
			return fd;
		if (mount_guest_path(target, guest, NULL) && !path_below_root(guest, &shown))
			shown = "(unreachable)/";
		break;
	}
	snprintf(out, GUEST_PATH_MAX, "%s", shown);
	return (long)strlen(out);
}
