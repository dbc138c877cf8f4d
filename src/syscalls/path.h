/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Path names as handlers pass them to the host. Every handler that takes a path goes through these
 * functions, so that there is one place where guest paths become host paths. */
#ifndef TRAPGATE_SYSCALLS_PATH_H
#define TRAPGATE_SYSCALLS_PATH_H

#include "abi/types.h"

/* The host path for a guest path whose last component is followed if it is a symbolic link.
 * /proc/self/exe and its like, which on the host lead to trapgate, give the guest's program.
 * Never fails: a bad pointer becomes one that the host finds just as bad. */
const char *user_path(guest_addr path);

/* The same for calls that act on the link itself (lstat, unlink, rename...). */
const char *user_path_nofollow(guest_addr path);

/* The one of the two that the caller's flags ask for. */
static inline const char *user_path_if(guest_addr path, bool follow)
{
	return follow ? user_path(path) : user_path_nofollow(path);
}

/* The guest program that path leads to if it names the exe link of a guest in /proc, else NULL. */
const char *user_path_exe(int dfd, guest_addr path);

#endif
