/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What trapgate has in memory, moved into memory that nobody else has. Only the host's execve(2)
 * gives a process that shares its memory (CLONE_VM) memory of its own: so all that is to stay is
 * written to a file without a name, the host executes trapgate, and that reads the file back to
 * where everything was. */
#ifndef TRAPGATE_HOST_IMAGE_H
#define TRAPGATE_HOST_IMAGE_H

#include "abi/types.h"

/* For main(), before anything else. Does not return where the process is on its way into memory of
 * its own. */
void image_main(char **argv);

/* Memory that stays shared with all processes that are forked, also when one of them moves: zeros.
 * NULL: there is none. */
void *host_shared(size_t size);

/* [from, to) is not moved: it is to be made anew. */
void image_leave_out(const void *from, const void *to);

/* Writes the image. Returns twice: a descriptor for image_exec() (or -errno) at once, and 0 in
 * memory of its own. There the host knows nothing of signal handlers, and everything else about the
 * process that an execve(2) changes is as after one, but for trapgate's own descriptors. All
 * signals must be blocked; image_exec() leaves them so. */
long image_save(void);

/* What it executes: the one program that a hardened process may. */
extern const char image_exe[];

/* Moves there, with `keep` (of n descriptors) staying open besides trapgate's own. */
_Noreturn void image_exec(int image, const int *keep, size_t n);

#endif
