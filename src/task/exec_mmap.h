/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_TASK_EXEC_MMAP_H
#define TRAPGATE_TASK_EXEC_MMAP_H

#include "abi/types.h"

/* Gives a process that shares its memory with others (CLONE_VM without CLONE_THREAD), and is about
 * to load a program, memory of its own: trapgate's data are copied, the guest's memory is empty.
 * `fds` are n descriptors that must stay open. The other threads of the process have gone. Returns
 * 0, or -errno with nothing changed. */
int exec_mmap(const int *fds, size_t n);

#endif
