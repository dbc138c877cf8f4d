/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Path names as handlers pass them to the host. Every handler that takes a path goes through these
 * functions, so that there is one place where guest paths become host paths. */
#ifndef TRAPGATE_SYSCALLS_PATH_H
#define TRAPGATE_SYSCALLS_PATH_H

#include "abi/types.h"
#include "sandbox/path.h"
#include "sandbox/sandbox.h"

/* The host path for a guest path that is looked up from dfd; flags are enum path_flags, which say
 * what for. The host is to be called with the same dfd. /proc/self/exe and its like, which on the
 * host lead to trapgate, give the guest's program. Never fails: a bad pointer becomes one that the
 * host finds just as bad, and so does what a sandbox refuses (see sandbox_path()). */
const char *user_path_at(int dfd, guest_addr path, u32 flags);

/* The same for handlers that call the host with a directory: *dfd becomes what to call it with. */
const char *user_path_in(int *dfd, guest_addr path, u32 flags);
/* The same, but NULL outside of sandboxes and where a descriptor is needed first. */
const char *user_path_plain(int *dfd, guest_addr path, u32 flags);

/* For calls that take a path alone and neither move to what it is nor keep it. */
const char *user_path_alone(guest_addr path, u32 flags);

/* Looked up from the working directory. */
static inline const char *user_path(guest_addr path, u32 flags)
{
	return user_path_at(-100 /* AT_FDCWD */, path, flags);
}

/* PATH_FOLLOW as AT_SYMLINK_NOFOLLOW says, PATH_EMPTY as AT_EMPTY_PATH. */
u32 path_flags_at(u32 at_flags);

/* What the host is to be told where a handler reads no guest memory: see sandbox_path(). */
const char *host_path_at(int dfd, const char *path, u32 flags);

/* For calls that change a file by its descriptor: what to call the host with; in a sandbox -errno
 * where the file is not the guest's to change. */
static inline int fd_to_change(int fd)
{
	return unlikely(sandbox_on) ? sandbox_hold_fd(fd) : fd;
}

/* The dfd for the host after user_path_at() with PATH_EMPTY and PATH_WRITE. */
static inline int path_dfd(int dfd)
{
	return unlikely(sandbox_on) ? sandbox_path_dfd(dfd) : dfd;
}

/* The process whose exe link in /proc the path names, or 0. Not in a sandbox. */
int user_path_exe(int dfd, guest_addr path);

#endif
