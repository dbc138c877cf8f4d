/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/proc_view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host/host.h"
#include "mm/peer.h"
#include "mm/uaccess.h"
#include "task/signal.h"

#define MAX_AREAS (1UL << 20)

static size_t nr_chunks(void)
{
	return 1UL << (47 - mm_chunk_shift);
}

/* Areas of this process. */
static void copy_own(struct proc_view *v)
{
	v->mm = *mm;
	for (size_t i = 0; i < mm->nr_areas; i++)
		v->areas[i] = *mm->areas[i];
	memcpy(v->delta, mm_delta, nr_chunks() * sizeof(*v->delta));
}

/* "[stack]", "[anon:...]": at most 87 bytes, and what follows them may not be mapped. */
static char *copy_name(pid_t pid, const char *name)
{
	char buf[96];
	size_t n = sizeof(buf) - 1;

	if (!name)
		return NULL;
	if (peer_read(pid, buf, name, n)) {
		n = MIN(n, PAGE_SIZE - ((uintptr_t)name & ~PAGE_MASK));
		if (peer_read(pid, buf, name, n))
			return NULL;
	}
	buf[n] = 0;
	return strdup(buf);
}

/* Those of another, which runs on meanwhile: what does not look like an area ends the list. */
static int copy_theirs(struct proc_view *v)
{
	struct vm_area **list = calloc(v->mm.nr_areas + 1, sizeof(*list));
	size_t n = 0;
	int err = -ENOMEM;

	if (list)
		err = peer_read(v->pid, list, v->mm.areas, v->mm.nr_areas * sizeof(*list));
	while (!err && n < v->mm.nr_areas &&
	       !peer_read(v->pid, &v->areas[n], list[n], sizeof(*v->areas)) &&
	       v->areas[n].start < v->areas[n].end)
		n++;
	v->mm.nr_areas = n;
	free(list);
	for (size_t i = 0; i < n; i++)
		v->areas[i].name = copy_name(v->pid, v->areas[i].name);
	return err ? err : peer_read(v->pid, v->delta, mm_delta, nr_chunks() * sizeof(*v->delta));
}

int proc_view_get(struct proc_view *v, pid_t pid)
{
	int err = 0;

	memset(v, 0, sizeof(*v));
	v->pid = pid;
	v->self = pid == (pid_t)host(SYS_getpid);
	if (v->self)
		v->mm = *mm;
	else
		err = peer_mm(pid, &v->mm);
	if (err || v->mm.nr_areas > MAX_AREAS)
		return -ESRCH;
	v->areas = calloc(v->mm.nr_areas + 1, sizeof(*v->areas));
	v->delta = calloc(nr_chunks(), sizeof(*v->delta));
	if (!v->areas || !v->delta)
		err = -ENOMEM;
	else if (v->self)
		copy_own(v);
	else
		err = copy_theirs(v);
	if (err)
		proc_view_free(v);
	return err ? -ESRCH : 0;
}

bool proc_view_hidden(pid_t pid)
{
	char path[32], theirs[PATH_MAX], ours[PATH_MAX];
	long n, m;

	snprintf(path, sizeof(path), "/proc/%s/exe", host_proc_name(pid).s);
	n = host(SYS_readlink, HP(path), HP(theirs), sizeof(theirs));
	m = host(SYS_readlink, HP("/proc/self/exe"), HP(ours), sizeof(ours));
	return n > 0 && n == m && !memcmp(theirs, ours, (size_t)n);
}

void proc_view_free(struct proc_view *v)
{
	for (size_t i = 0; i < v->nr_maps; i++)
		free(v->maps[i].path);
	free(v->maps);
	for (size_t i = 0; v->areas && !v->self && i < v->mm.nr_areas; i++)
		free((char *)(uintptr_t)v->areas[i].name);
	free(v->areas);
	free(v->delta);
	memset(v, 0, sizeof(*v));
}

void proc_view_without_memory(struct proc_view *v)
{
	pid_t pid = v->pid;
	bool self = v->self;

	proc_view_free(v);
	v->pid = pid;
	v->self = self;
	v->zombie = true;
}

static u8 *place(const struct proc_view *v, guest_addr addr)
{
	u64 delta = addr < TASK_SIZE_64 ? v->delta[addr >> mm_chunk_shift] : 0;

	return delta ? (u8 *)(uintptr_t)(addr + delta) : NULL;
}

const struct vm_area *proc_view_area(const struct proc_view *v, guest_addr addr)
{
	size_t lo = 0, hi = v->mm.nr_areas;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (v->areas[mid].end > addr)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo < v->mm.nr_areas ? &v->areas[lo] : NULL;
}

/* Whether an area of another process holds addr: its arena has something everywhere. [vvar] is not
 * for others. */
static bool is_mapped(const struct proc_view *v, guest_addr addr)
{
	const struct vm_area *a = proc_view_area(v, addr);

	return a && a->start <= addr && !(a->flags & VMA_PFN);
}

const void *proc_view_place(const struct proc_view *v, guest_addr addr)
{
	return is_mapped(v, addr) ? place(v, addr) : NULL;
}

size_t proc_view_read(const struct proc_view *v, void *dst, guest_addr from, size_t n)
{
	size_t done = 0;

	while (done < n) {
		size_t part = MIN(n - done, PAGE_SIZE - (from & ~PAGE_MASK));
		u8 *at = v->self || is_mapped(v, from) ? place(v, from) : NULL;

		if (!at || (v->self ? host_copy((u8 *)dst + done, at, part) != 0
				    : peer_read(v->pid, (u8 *)dst + done, at, part) != 0))
			break;
		done += part;
		from += part;
	}
	return done;
}

size_t proc_view_write(const struct proc_view *v, guest_addr to, const void *src, size_t n)
{
	size_t done = 0;
	char path[40];
	long fd;

	snprintf(path, sizeof(path), "/proc/%s/mem", host_proc_name(v->pid).s);
	fd = host(SYS_open, HP(path), O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	while (done < n) {
		const struct vm_area *a = proc_view_area(v, to);
		size_t part = MIN(n - done, PAGE_SIZE - (to & ~PAGE_MASK));
		u8 *at = is_mapped(v, to) ? place(v, to) : NULL;
		long got;

		if (!at || (a->flags & MAP_SHARED && !(a->prot & PROT_WRITE)))
			break;
		got = host(SYS_pwrite64, fd, HP((const u8 *)src + done), part, HP(at));
		if (got <= 0)
			break;
		done += (size_t)got;
		to += (size_t)got;
	}
	host(SYS_close, fd);
	if (proc_view_has_code(v, to - done, done))
		signal_code_written(v->pid);
	return done;
}

bool proc_view_has_code(const struct proc_view *v, guest_addr addr, u64 len)
{
	const struct vm_area *a = proc_view_area(v, addr), *end = v->areas + v->mm.nr_areas;

	for (; a && a < end && a->start < addr + len; a++)
		if (a->has_code || (a->prot & PROT_EXEC))
			return true;
	return false;
}

static void read_maps(struct proc_view *v)
{
	char path[40], line[4400];
	size_t max = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/maps", host_proc_name(v->pid).s);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		struct host_map m;
		int at = 0;

		line[strcspn(line, "\n")] = 0;
		if (sscanf(line, "%lx-%lx %*s %*s %x:%x %lu %n", &m.start, &m.end, &m.major,
			   &m.minor, &m.ino, &at) < 5)
			continue;
		m.path = strdup(at ? line + at : "");
		if (v->nr_maps == max) {
			max = max ? 2 * max : 64;
			v->maps = realloc(v->maps, max * sizeof(*v->maps));
		}
		if (!v->maps || !m.path)
			fatal("out of memory");
		v->maps[v->nr_maps++] = m;
	}
	if (f)
		fclose(f);
}

const struct host_map *proc_view_map(struct proc_view *v, guest_addr addr)
{
	u64 at = (u64)(uintptr_t)place(v, addr);
	size_t lo = 0, hi;

	if (!v->maps)
		read_maps(v);
	for (hi = v->nr_maps; lo < hi;) {
		size_t mid = (lo + hi) / 2;

		if (v->maps[mid].end > at)
			hi = mid;
		else
			lo = mid + 1;
	}
	return at && lo < v->nr_maps && v->maps[lo].start <= at ? &v->maps[lo] : NULL;
}

/* ---- What is in memory ---- */

int proc_view_pagemap(const struct proc_view *v)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/%s/pagemap", host_proc_name(v->pid).s);
	return (int)host(SYS_open, HP(path), O_RDONLY | O_CLOEXEC);
}

/* ioctl(PAGEMAP_SCAN) of Linux 6.7, which goes past what has no page tables at once: reservations
 * may have terabytes. */
struct scan_arg {
	u64 size, flags, start, end, walk_end, vec, vec_len, max_pages, inverted, mask, anyof,
		shown;
};
struct scan_region {
	u64 start, end, categories;
};
#define SCAN	     _IOWR('f', 16, struct scan_arg)
#define SCAN_FILE    4
#define SCAN_PRESENT 8
#define SCAN_SWAPPED 16
#define SCAN_ZERO    32 /* the page of zeroes */
#define SCAN_SHOWN   (SCAN_FILE | SCAN_PRESENT | SCAN_SWAPPED | SCAN_ZERO)

static void add_region(struct proc_usage *sum, const struct scan_region *r)
{
	u64 n = r->end - r->start;

	if (r->categories & SCAN_SWAPPED)
		sum->swap += n;
	if (!(r->categories & SCAN_PRESENT) || (r->categories & SCAN_ZERO))
		return;
	sum->rss += n;
	if (r->categories & SCAN_FILE)
		sum->file += n;
}

/* Adds host memory [start, end). False: the host cannot tell. */
static bool add_by_scan(int fd, u64 start, u64 end, struct proc_usage *sum)
{
	struct scan_region found[64];

	while (start < end) {
		struct scan_arg arg = {
			.size = sizeof(arg),
			.start = start,
			.end = end,
			.vec = (u64)(uintptr_t)found,
			.vec_len = ARRAY_SIZE(found),
			.anyof = SCAN_PRESENT | SCAN_SWAPPED,
			.shown = SCAN_SHOWN,
		};
		long n = host(SYS_ioctl, fd, SCAN, HP(&arg));

		if (n < 0 || arg.walk_end <= start)
			return false;
		for (long i = 0; i < n; i++)
			add_region(sum, &found[i]);
		start = arg.walk_end;
	}
	return true;
}

/* Bits of /proc/PID/pagemap (Documentation/admin-guide/mm/pagemap.rst). */
#define PM_PRESENT (1UL << 63)
#define PM_SWAP	   (1UL << 62)
#define PM_FILE	   (1UL << 61)

/* The same on older kernels. */
static void add_by_pages(int fd, u64 start, u64 end, struct proc_usage *sum)
{
	static u64 entries[4096];

	while (start < end) {
		u64 n = MIN((end - start) / PAGE_SIZE, ARRAY_SIZE(entries));
		long got = host(SYS_pread64, fd, HP(entries), n * 8, start / PAGE_SIZE * 8);

		for (long i = 0; i < got / 8; i++) {
			sum->rss += entries[i] & PM_PRESENT ? PAGE_SIZE : 0;
			sum->swap += entries[i] & PM_SWAP ? PAGE_SIZE : 0;
			if ((entries[i] & PM_PRESENT) && (entries[i] & PM_FILE))
				sum->file += PAGE_SIZE;
		}
		start += n * PAGE_SIZE;
	}
}

struct proc_usage proc_view_usage(const struct proc_view *v, int fd, guest_addr start,
				  guest_addr end)
{
	struct proc_usage sum = {.rss = 0}, part;
	guest_addr stop;

	for (; fd >= 0 && start < end; start = stop) {
		u8 *at = place(v, start);
		u64 from = (u64)(uintptr_t)at;

		stop = MIN(end, mm_chunk_end(start));
		part = sum;
		if (at && add_by_scan(fd, from, from + (stop - start), &part))
			sum = part;
		else if (at)
			add_by_pages(fd, from, from + (stop - start), &sum);
	}
	return sum;
}
