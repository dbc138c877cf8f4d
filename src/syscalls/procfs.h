/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of /proc/self that on the host describe trapgate and here the guest. */
#ifndef TRAPGATE_SYSCALLS_PROCFS_H
#define TRAPGATE_SYSCALLS_PROCFS_H

#include "abi/types.h"

/* Opens maps, cmdline, environ or auxv of the guest for reading. Returns a descriptor, or -ENOENT
 * when the name is none of these or the flags ask for something else than reading. */
long proc_open(const char *name, u32 flags);

#endif
