/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process that makes mounts in namespaces of its own and gives them away as descriptors: they
 * work for whoever holds those, wherever the process was. */
#ifndef TRAPGATE_SANDBOX_MOUNTER_H
#define TRAPGATE_SANDBOX_MOUNTER_H

#include "abi/types.h"

/* Calls make(arg, 0...n-1) in a child that has made the namespaces of unshare(2) and sets fds to
 * what it returned: a descriptor or -errno. -EPERM for all where the namespaces cannot be had. */
void mounter_run(int namespaces, long (*make)(void *arg, u32 i), void *arg, int *fds, u32 n);

#endif
