/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the host has mounts, by /proc/self/mountinfo. */
#ifndef TRAPGATE_SANDBOX_MOUNTINFO_H
#define TRAPGATE_SANDBOX_MOUNTINFO_H

#include "abi/types.h"

/* Whether path is top, or below it. */
bool path_is_below(const char *path, const char *top);

/* Calls wanted() with the mount points below the directory dir and the types of their file systems
 * until it says yes: whether it has, or nothing can be learnt. */
bool mountinfo_find(const char *dir, bool (*wanted)(const char *point, const char *type, void *arg),
		    void *arg);

/* From now on, and in processes that are forked, it speaks of the mounts that there are now. */
void mountinfo_hold(void);
void mountinfo_release(void);

#endif
