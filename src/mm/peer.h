/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The address spaces of other guests of the same run. Their processes are copies of this one made
 * by the host's fork, so that everything of trapgate's own lies at the same place in all of them.
 */
#ifndef TRAPGATE_MM_PEER_H
#define TRAPGATE_MM_PEER_H

#include <sys/types.h>

#include "mm/mm.h"

/* Marks this process and all that it will fork. */
void peer_init(void);

/* Reads n bytes of trapgate's own memory of process pid, at the address of `here` in this one.
 * Returns 0 or -errno. */
int peer_read(pid_t pid, void *dst, const void *here, size_t n);

/* Writes there, likewise. */
int peer_write(pid_t pid, void *here, const void *src, size_t n);

/* Copies the description of pid's address space. Returns 0; -ESRCH when pid is no guest of this
 * run, or the host does not let us look. The pointers in it are that process's. */
int peer_mm(pid_t pid, struct mm *out);

#endif
