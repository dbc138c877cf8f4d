/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that run cannot be written (ETXTBSY). The host, which executes trapgate and not them,
 * does not know which those are. */
#ifndef TRAPGATE_SYSCALLS_EXE_BUSY_H
#define TRAPGATE_SYSCALLS_EXE_BUSY_H

#include "abi/types.h"

/* Whether the file at path (the host's, or a bad pointer) is the program of a guest of this run and
 * the caller might otherwise write it. */
bool exe_busy(int dfd, const char *path, bool follow);

#endif
