/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directories that last as long as the run. */
#ifndef TRAPGATE_SANDBOX_SCRATCH_H
#define TRAPGATE_SANDBOX_SCRATCH_H

#include <limits.h>
#include <sys/types.h>

#include "abi/types.h"

/* Makes directory `name` (one component) in the run's scratch directory and returns its path in
 * static storage. The scratch directory is made at the first call: below dir, or where temporary
 * files go when dir is NULL. */
const char *scratch_dir(const char *dir, const char *name, mode_t mode);

/* Makes a directory that is removed with the run's scratch directory, beside `of`, and sets path
 * to it. Returns false where it cannot. */
bool scratch_beside(const char *of, char path[PATH_MAX]);

/* The run's scratch directory, NULL where there is none. */
const char *scratch_base(void);

/* The disk space of what lies below a directory, as far as it can be read; counting ends above
 * `limit`. */
u64 tree_size(const char *path, u64 limit);
/* The memory, where it lies in a tmpfs: names and inodes count too. */
u64 tree_memory(const char *path, u64 limit);

/* The next scratch_dir() is in another scratch directory. */
void scratch_forget(void);

/* Removes it, before anything of it was used. */
void scratch_remove(void);

/* Has the scratch directory removed when the last process of the run is gone. */
void scratch_watch(void);

/* Copies what directory `from` holds to directory `to`, which is made if need be. Ends the process
 * with a message when it cannot. */
void scratch_copy_tree(const char *from, const char *to);

#endif
