/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of /proc/PID about the pages of a guest: pagemap and numa_maps. */
#include "syscalls/proc_pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"
#include "mm/uaccess.h"

/* ---- pagemap: a word a page ---- */

#define BATCH 512

/* The words of n pages from addr on, which have one place in the host. */
static void read_words(const struct proc_view *v, int host_pagemap, guest_addr addr, u64 *out,
		       u64 n)
{
	u64 at = (u64)(uintptr_t)proc_view_place(v, addr);
	long got = 0;

	if (at)
		got = host(SYS_pread64, host_pagemap, HP(out), n * 8, at / PAGE_SIZE * 8);
	got = MAX(got, 0L) & ~7L;
	memset((u8 *)out + got, 0, n * 8 - (u64)got);
}

/* How many of the n pages from addr on have that in common that they are in an area, or not. */
static u64 alike(const struct proc_view *v, guest_addr addr, u64 n)
{
	guest_addr end = MIN(addr + n * PAGE_SIZE, mm_chunk_end(addr));
	const struct vm_area *a = proc_view_area(v, addr);

	if (a)
		end = MIN(end, addr < a->start ? a->start : a->end);
	return (end - addr) / PAGE_SIZE;
}

/* pagemap_read(). The descriptor is the host's file, which has the position. */
long pagemap_read(struct proc_view *v, int fd, guest_addr buf, u64 count, s64 pos)
{
	s64 at = pos < 0 ? host(SYS_lseek, fd, 0, SEEK_CUR) : pos;
	guest_addr addr = (u64)at / 8 <= v->mm.task_size / PAGE_SIZE ? (u64)at / 8 * PAGE_SIZE
								     : v->mm.task_size;
	u64 words[BATCH], done = 0;

	if (at < 0 || at % 8 || count % 8)
		return -EINVAL;
	count = MIN(count, 0x7ffff000UL);
	while (done < count && addr < v->mm.task_size) {
		u64 n = MIN((count - done) / 8, BATCH);

		n = alike(v, addr, MIN(n, (v->mm.task_size - addr) / PAGE_SIZE));
		read_words(v, fd, addr, words, n);
		if (copy_to_user(buf + done, words, n * 8))
			return -EFAULT;
		done += n * 8;
		addr += n * PAGE_SIZE;
	}
	if (pos < 0 && done)
		host(SYS_lseek, fd, at + (s64)done, SEEK_SET);
	return (long)done;
}

/* ---- numa_maps ---- */

/* The word behind the address in the host's line for `at`: the policy, which the host keeps. */
static void put_policy(FILE *out, FILE *numa, u64 at)
{
	char line[4400], policy[128] = "default", word[128];
	u64 start;

	if (numa)
		rewind(numa);
	while (numa && fgets(line, sizeof(line), numa))
		if (sscanf(line, "%lx %127s", &start, word) == 2) {
			if (start > at)
				break;
			strcpy(policy, word);
		}
	fprintf(out, " %s", policy);
}

#define MAX_NODES 1024

/* On which nodes the pages of [start, end) are, which lie at one place in the host. */
static void count_nodes(const struct proc_view *v, u64 start, u64 end, u64 *nodes)
{
	void *pages[BATCH];
	int status[BATCH];

	while (start < end) {
		u64 n = MIN((end - start) / PAGE_SIZE, BATCH);

		for (u64 i = 0; i < n; i++)
			pages[i] = (void *)(uintptr_t)(start + i * PAGE_SIZE);
		if (host(SYS_move_pages, v->self ? 0 : v->pid, n, HP(pages), 0, HP(status), 0))
			return;
		for (u64 i = 0; i < n; i++)
			if (status[i] >= 0 && status[i] < MAX_NODES)
				nodes[status[i]]++;
		start += n * PAGE_SIZE;
	}
}

static void put_counts(FILE *out, struct proc_view *v, const struct vm_area *a, int pagemap)
{
	struct proc_usage u = proc_view_usage(v, pagemap, a->start, a->end);
	u64 pages = u.rss / PAGE_SIZE, anon = (u.rss - u.file) / PAGE_SIZE, *nodes;
	const u64 most = 1UL << 30; /* what is worth to be looked at page by page */

	if (!pages)
		return;
	if (anon)
		fprintf(out, " anon=%lu dirty=%lu", anon, anon);
	if (pages != anon)
		fprintf(out, " mapped=%lu", pages);
	nodes = calloc(MAX_NODES, sizeof(*nodes));
	for (guest_addr at = a->start; nodes && at < a->end && a->end - a->start <= most;) {
		guest_addr stop = MIN(a->end, mm_chunk_end(at));
		u64 place = (u64)(uintptr_t)proc_view_place(v, at);

		if (place)
			count_nodes(v, place, place + (stop - at), nodes);
		at = stop;
	}
	for (int i = 0; nodes && i < MAX_NODES; i++)
		if (nodes[i])
			fprintf(out, " N%d=%lu", i, nodes[i]);
	free(nodes);
	fprintf(out, " kernelpagesize_kB=%lu", PAGE_SIZE / 1024);
}

/* show_numa_map() */
void proc_put_numa_maps(FILE *out, struct proc_view *v,
			const char *(*name_of)(struct proc_view *v, const struct vm_area *a))
{
	int pagemap = proc_view_pagemap(v);
	char path[40];
	FILE *numa;

	snprintf(path, sizeof(path), "/proc/%s/numa_maps", host_proc_name(v->pid).s);
	numa = fopen(path, "re");
	for (size_t i = 0; i < v->mm.nr_areas; i++) {
		const struct vm_area *a = &v->areas[i];
		const char *name = name_of(v, a);

		fprintf(out, "%08lx", a->start);
		put_policy(out, numa, (u64)(uintptr_t)proc_view_place(v, a->start));
		if (a->file)
			fprintf(out, " file=%s", name ? name : "");
		else if (name && !strcmp(name, "[heap]"))
			fputs(" heap", out);
		else if (name && !strcmp(name, "[stack]"))
			fputs(" stack", out);
		if (a->flags & VMA_HUGETLB)
			fputs(" huge", out);
		put_counts(out, v, a, pagemap);
		fputc('\n', out);
	}
	if (numa)
		fclose(numa);
	host(SYS_close, pagemap);
}
