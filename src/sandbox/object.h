/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of the host that a guest reaches by a descriptor: what it may do with them. */
#ifndef TRAPGATE_SANDBOX_OBJECT_H
#define TRAPGATE_SANDBOX_OBJECT_H

#include <limits.h>

#include "abi/types.h"

#define OBJECT_NO_RIGHTS (-1)

/* The host's path of link (in /proc), 0 or -errno. */
int object_link(const char *link, char out[PATH_MAX]);
/* That of a descriptor of this process, or of AT_FDCWD. */
int object_fd_path(int fd, char out[PATH_MAX]);

/* A descriptor of what descriptor fd of process pid is; to be closed by the caller. *rights is what
 * it is open for, O_RDONLY, O_WRONLY or O_RDWR, as far as that can be told. -ENOENT where there is
 * none. */
long object_hold(int pid, int fd, int *rights);
/* The same by the host's link, whoever the descriptor belongs to. */
long object_open(int pid, int fd, int *rights);

/* 0 when the object may be used as flags (enum path_flags) say, -errno when not. */
int object_check(int fd, int rights, u32 flags);

#endif
