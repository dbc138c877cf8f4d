/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What trapgate must know of guest descriptors beyond what the host keeps. */
#ifndef TRAPGATE_SYSCALLS_FDTABLE_H
#define TRAPGATE_SYSCALLS_FDTABLE_H

#include "abi/types.h"

/* The host sets O_LARGEFILE on everything that a 64-bit process opens. These remember which
 * descriptors a 32-bit guest opened without it, so that F_GETFL tells it the truth. */
void fd_set_small(int fd, bool small);
bool fd_is_small(int fd);
/* What is known of one descriptor is true of its copy. */
void fd_copied(int fd, int from);

#endif
