/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest process as /proc shows it: this one or another of the same run. */
#ifndef TRAPGATE_SYSCALLS_PROC_VIEW_H
#define TRAPGATE_SYSCALLS_PROC_VIEW_H

#include <stdio.h>
#include <sys/types.h>

#include "mm/mm.h"

struct host_map { /* a line of the host's maps */
	u64 start, end, ino;
	unsigned major, minor;
	char *path; /* "" if none */
};

struct proc_view {
	pid_t pid;
	bool self;
	bool zombie;	       /* proc_view_without_memory() */
	struct mm mm;	       /* a copy */
	struct vm_area *areas; /* copies; but for names, their pointers are the process's own */
	u64 *delta;	       /* its mm_delta[] */
	struct host_map *maps; /* sorted; read when first asked for */
	size_t nr_maps;
};

/* Returns 0, or -ESRCH when pid is no guest of this run. proc_view_free() afterwards. */
int proc_view_get(struct proc_view *v, pid_t pid);
void proc_view_free(struct proc_view *v);
/* Makes it that of a zombie. */
void proc_view_without_memory(struct proc_view *v);
/* A process that runs trapgate, but not in this run: what could be reached is not the guest. */
bool proc_view_hidden(pid_t pid);

/* Reads guest memory of the process; returns the number of bytes that could be read. */
size_t proc_view_read(const struct proc_view *v, void *dst, guest_addr from, size_t n);
/* Writes to it as /proc/PID/mem does, whatever the guest may; returns how many bytes. Of another
 * process than this one. */
size_t proc_view_write(const struct proc_view *v, guest_addr to, const void *src, size_t n);
/* Whether code of [addr, addr + len) may have been translated: after a write to it the process must
 * be told (signal_code_written()). */
bool proc_view_has_code(const struct proc_view *v, guest_addr addr, u64 len);
/* Where a guest address that the guest has mapped lies in its host process, or NULL. */
const void *proc_view_place(const struct proc_view *v, guest_addr addr);
/* The area that holds addr or the first one above it, or NULL. */
const struct vm_area *proc_view_area(const struct proc_view *v, guest_addr addr);
/* The host's line for what lies at a guest address, or NULL. */
const struct host_map *proc_view_map(struct proc_view *v, guest_addr addr);

struct proc_usage { /* bytes */
	u64 rss, file, swap;
	u64 shmem; /* of file: shared memory without one */
};
/* The host's pagemap of the process: a descriptor or -errno. */
int proc_view_pagemap(const struct proc_view *v);
/* What of [start, end) is in memory, by that descriptor. */
struct proc_usage proc_view_usage(const struct proc_view *v, int pagemap, guest_addr start,
				  guest_addr end);

#endif
