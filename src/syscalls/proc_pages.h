/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of /proc/PID about the pages of a guest. */
#ifndef TRAPGATE_SYSCALLS_PROC_PAGES_H
#define TRAPGATE_SYSCALLS_PROC_PAGES_H

#include <stdio.h>

#include "syscalls/proc_view.h"

/* read(2), pos < 0, and pread(2) of pagemap by fd, the host's file. */
long pagemap_read(struct proc_view *v, int fd, guest_addr buf, u64 count, s64 pos);

/* Writes numa_maps; name_of says what maps shows behind an area. */
void proc_put_numa_maps(FILE *out, struct proc_view *v,
			const char *(*name_of)(struct proc_view *v, const struct vm_area *a));

#endif
