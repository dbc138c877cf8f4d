/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/PID/mem. In the sandbox the guest gets a descriptor of an empty file in memory whose name
 * says which process it means: so it is known again after dup, fork and exec, has the host's file
 * position, and never leads to trapgate's own memory. */
#ifndef TRAPGATE_SYSCALLS_PROC_MEM_H
#define TRAPGATE_SYSCALLS_PROC_MEM_H

#include <sys/types.h>

#include "abi/types.h"

/* Set by the first open: until then nobody has to ask. */
extern bool proc_mem_used;

/* Whether a file in memory of that name would look like one of these: guests cannot make those. */
bool proc_mem_is_name(const char *name);

long proc_mem_open(pid_t pid, u32 flags);

/* read(2) and write(2) of such a descriptor, pos < 0, and pread(2) and pwrite(2). False when fd is
 * another kind of file. */
bool proc_mem_io(int fd, guest_addr buf, u64 count, s64 pos, bool write, long *ret);
/* The same for a descriptor of the host's /proc/PID/mem; false when pid is not a guest. */
bool proc_mem_io_of(pid_t pid, int fd, guest_addr buf, u64 count, s64 pos, bool write, long *ret);

#endif
