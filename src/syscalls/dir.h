/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directory positions as 32-bit callers see them.
 *
 * ext4 (and what stacks on it) gives a 64-bit process 63-bit hashes as directory positions, and a
 * 32-bit process their upper half. trapgate is a 64-bit process and narrows them in the same way,
 * so that d_off fits the 32-bit long of telldir(3) and seekdir(3). */
#ifndef TRAPGATE_SYSCALLS_DIR_H
#define TRAPGATE_SYSCALLS_DIR_H

#include "abi/types.h"

/* lseek(2) for a caller of the 32-bit table: positions in directories are narrowed and widened,
 * those of other files are not touched. Returns the position or -errno. */
s64 compat_dir_lseek(int fd, s64 offset, u32 whence);

/* Whether fd, in /proc, is a directory about descriptors of a guest. */
bool dir_lists_own_fds(int fd);

#endif
