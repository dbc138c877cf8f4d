/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest's mappings as /proc/PID/maps, smaps and smaps_rollup show them (fs/proc/task_mmu.c). */
#ifndef TRAPGATE_SYSCALLS_PROC_SMAPS_H
#define TRAPGATE_SYSCALLS_PROC_SMAPS_H

#include <stdio.h>

#include "syscalls/proc_view.h"

/* What maps shows behind an area, or NULL. Lives until the next call. */
const char *proc_shown_name(struct proc_view *v, const struct vm_area *a);

void proc_put_maps(FILE *out, struct proc_view *v);
void proc_put_smaps(FILE *out, struct proc_view *v);
void proc_put_rollup(FILE *out, struct proc_view *v);

/* Of all mappings together, in bytes. */
struct proc_totals {
	struct proc_usage use;
	u64 size, locked, data, stack, exec;
};
struct proc_totals proc_add_up(struct proc_view *v);

#endif
