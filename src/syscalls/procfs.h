/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of /proc/PID that on the host describe trapgate and here the guest. */
#ifndef TRAPGATE_SYSCALLS_PROCFS_H
#define TRAPGATE_SYSCALLS_PROCFS_H

#include "abi/types.h"

struct proc_name;

/* What such a file says now, to be freed; false when the host's file is the right one. */
bool proc_content(const struct proc_name *p, char **data, size_t *n);

/* open(2) of such a file in the sandbox: a copy of what it says. Returns a descriptor or -errno;
 * PROC_NOT_OURS when the host's file is the right one. path has no links in it but in the last
 * place. */
#define PROC_NOT_OURS (-4096L)
long proc_open(const char *path, u32 flags);

/* To be asked about what the host has opened for writing, or by other calls than open(2): when it
 * is the memory of a guest's process it becomes the guest's own memory. Returns the descriptor. */
long proc_opened(long fd, u32 flags);

/* What is wrong with opening it where the host finds nothing: 0 or -errno. */
long proc_open_error(const struct proc_name *p);

/* Whose exe link path names, or 0. */
int proc_exe_pid(int dfd, const char *path);

/* Where path leads on the host if it is a link of /proc/PID that leads elsewhere for guests; else
 * NULL. Those of a leader that has exited lead nowhere. */
#define PROC_NOWHERE "/proc/self/fd/-" /* there is no such thing */
const char *proc_link_path(int dfd, const char *path);
bool proc_link_is_dead(int dfd, const char *path);

/* A descriptor, as of open(2), from which these n bytes can be read. */
long proc_text_open(const char *name, const char *data, size_t n, u32 flags);

#endif
