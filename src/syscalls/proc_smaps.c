/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/proc_smaps.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "host/host.h"
#include "mm/peer.h"
#include "sandbox/path.h"
#include "sandbox/sandbox.h"
#include "syscalls/procfs.h"
#include "task/vsyscall.h"

static const char *area_name(const struct proc_view *v, const struct vm_area *a)
{
	if (a->file)
		return NULL;
	if (a->start < v->mm.brk && a->end > v->mm.start_brk)
		return "[heap]";
	if (a->start <= v->mm.start_stack && a->end >= v->mm.start_stack)
		return "[stack]";
	return a->name;
}

/* What maps shows behind an area. */
const char *proc_shown_name(struct proc_view *v, const struct vm_area *a)
{
	static char shown[GUEST_PATH_MAX];
	const struct host_map *m = a->file ? proc_view_map(v, a->start) : NULL;
	const char *name = m ? m->path : area_name(v, a);

	return name && sandbox_on ? sandbox_show_path(name, shown) : name;
}

/* show_map_vma() */
static void put_map_line(FILE *out, struct proc_view *v, const struct vm_area *a)
{
	const struct host_map *m = a->file ? proc_view_map(v, a->start) : NULL;
	const char *name = proc_shown_name(v, a);
	int n = fprintf(out, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", a->start, a->end,
			a->prot & PROT_READ ? 'r' : '-', a->prot & PROT_WRITE ? 'w' : '-',
			a->prot & PROT_EXEC ? 'x' : '-', a->flags & MAP_SHARED ? 's' : 'p',
			a->file ? a->pgoff : 0, m ? m->major : 0, m ? m->minor : 0, m ? m->ino : 0);

	if (name && *name)
		fprintf(out, "%*s%s", MAX(73 - n, 0), "", name);
	fputc('\n', out);
}

/* The gate area (get_gate_vma()). */
#define VSYSCALL_LINE                                                                              \
	"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n"

void proc_put_maps(FILE *out, struct proc_view *v)
{
	for (size_t i = 0; i < v->mm.nr_areas; i++)
		put_map_line(out, v, &v->areas[i]);
	if (v->mm.task_size == TASK_SIZE_64 && vsyscall_present())
		fputs(VSYSCALL_LINE, out);
}

static void put_kb(FILE *out, const char *name, u64 bytes)
{
	fprintf(out, "%-16s%8lu kB\n", name, bytes / 1024);
}

static void put_usage(FILE *out, const struct proc_usage *u, u64 locked, bool rollup)
{
	u64 anon = u->rss - u->file, dirty = anon + u->shmem, file = u->file - u->shmem;

	put_kb(out, "Rss:", u->rss);
	put_kb(out, "Pss:", u->rss);
	put_kb(out, "Pss_Dirty:", dirty);
	if (rollup) {
		put_kb(out, "Pss_Anon:", anon);
		put_kb(out, "Pss_File:", file);
		put_kb(out, "Pss_Shmem:", u->shmem);
	}
	put_kb(out, "Shared_Clean:", 0);
	put_kb(out, "Shared_Dirty:", 0);
	put_kb(out, "Private_Clean:", file);
	put_kb(out, "Private_Dirty:", dirty);
	put_kb(out, "Referenced:", u->rss);
	put_kb(out, "Anonymous:", anon);
	put_kb(out, "KSM:", 0);
	put_kb(out, "LazyFree:", 0);
	put_kb(out, "AnonHugePages:", 0);
	put_kb(out, "ShmemPmdMapped:", 0);
	put_kb(out, "FilePmdMapped:", 0);
	put_kb(out, "Shared_Hugetlb:", 0);
	put_kb(out, "Private_Hugetlb:", 0);
	put_kb(out, "Swap:", u->swap);
	put_kb(out, "SwapPss:", u->swap);
	put_kb(out, "Locked:", locked);
}

/* Whether the host shows a flag with any of trapgate's own mappings. */
static bool host_shows(const char *flag)
{
	char line[256];
	bool shown = false;
	FILE *f = fopen("/proc/self/smaps", "re");

	while (f && !shown && fgets(line, sizeof(line), f))
		shown = !strncmp(line, "VmFlags:", 8) && strstr(line, flag);
	if (f)
		fclose(f);
	return shown;
}

/* Whether the host keeps track of soft-dirty pages: then all that is mapped newly is. */
static bool soft_dirty(void)
{
	static int known = -1;

	if (known < 0)
		known = host_shows(" sd");
	return known;
}

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

/* Whether the host says of areas that they have had guard pages: since Linux 6.19, and where that
 * was taken to older ones. */
static bool guards_shown(void)
{
	static int known = -1;
	long page;

	if (known >= 0)
		return known;
	page = host(SYS_mmap, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	known = host(SYS_madvise, page, PAGE_SIZE, MADV_GUARD_INSTALL) == 0 && host_shows(" gu");
	host(SYS_munmap, page, PAGE_SIZE);
	return known;
}

/* show_smap_vma_flags(), what there is of them */
static void put_vm_flags(FILE *out, const struct vm_area *a)
{
	bool pfn = a->flags & VMA_PFN;
	const struct {
		bool on;
		const char *name;
	} flags[] = {
		{a->prot & PROT_READ, "rd"},
		{a->prot & PROT_WRITE, "wr"},
		{a->prot & PROT_EXEC, "ex"},
		{(a->flags & MAP_SHARED) && !a->readonly, "sh"},
		{true, "mr"},
		{!a->readonly && !pfn, "mw"},
		{!pfn, "me"},
		{a->flags & MAP_SHARED, "ms"},
		{a->flags & MAP_GROWSDOWN, "gd"},
		{pfn, "pf"},
		{(a->flags & VMA_GUARDED) && guards_shown(), "gu"},
		{a->flags & VMA_LOCKED, "lo"},
		{pfn, "io"},
		{a->flags & VMA_SEQ, "sr"},
		{a->flags & VMA_RAND, "rr"},
		{a->flags & VMA_DONTFORK, "dc"},
		{a->flags & VMA_SPECIAL, "de"},
		{a->flags & VMA_LOCKONFAULT, "lf"},
		{a->flags & VMA_ACCOUNT, "ac"},
		{a->flags & VMA_NORESERVE, "nr"},
		{a->flags & VMA_HUGETLB, "ht"},
		{a->flags & VMA_WIPEONFORK, "wf"},
		{a->flags & VMA_DONTDUMP, "dd"},
		{soft_dirty(), "sd"},
		{a->flags & VMA_HUGE, "hg"},
		{a->flags & VMA_NOHUGE, "nh"},
		{a->flags & VMA_MERGEABLE, "mg"},
		{a->flags & VMA_SEALED, "sl"},
	};

	fputs("VmFlags: ", out);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (flags[i].on)
			fprintf(out, "%s ", flags[i].name);
	fputc('\n', out);
}

static void put_sizes(FILE *out, u64 size, const struct proc_usage *u, u64 locked)
{
	put_kb(out, "Size:", size);
	put_kb(out, "KernelPageSize:", PAGE_SIZE);
	put_kb(out, "MMUPageSize:", PAGE_SIZE);
	put_usage(out, u, locked, false);
	fprintf(out, "THPeligible:    %8d\n", 0);
}

static struct proc_usage usage_of(struct proc_view *v, int pagemap, const struct vm_area *a)
{
	struct proc_usage u = proc_view_usage(v, pagemap, a->start, a->end);

	if (!(a->flags & MAP_PRIVATE) && (!a->file || !v->self || !a->file->ino))
		u.shmem = u.file;
	return u;
}

void proc_put_smaps(FILE *out, struct proc_view *v)
{
	const struct proc_usage nothing = {.rss = 0};
	int pagemap = proc_view_pagemap(v);

	for (size_t i = 0; i < v->mm.nr_areas; i++) {
		const struct vm_area *a = &v->areas[i];
		struct proc_usage u = usage_of(v, pagemap, a);

		put_map_line(out, v, a);
		put_sizes(out, a->end - a->start, &u, a->flags & VMA_LOCKED ? u.rss : 0);
		put_vm_flags(out, a);
	}
	host(SYS_close, pagemap);
	if (v->mm.task_size == TASK_SIZE_64 && vsyscall_present()) {
		fputs(VSYSCALL_LINE, out);
		put_sizes(out, PAGE_SIZE, &nothing, 0);
		fputs("VmFlags: ex \n", out);
	}
}

struct proc_totals proc_add_up(struct proc_view *v)
{
	struct proc_totals t = {.size = 0};
	int pagemap = proc_view_pagemap(v);

	for (size_t i = 0; i < v->mm.nr_areas; i++) {
		const struct vm_area *a = &v->areas[i];
		u64 len = a->end - a->start;
		struct proc_usage u = usage_of(v, pagemap, a);

		t.use.rss += u.rss;
		t.use.file += u.file;
		t.use.shmem += u.shmem;
		t.use.swap += u.swap;
		t.size += len;
		t.locked += a->flags & VMA_LOCKED ? len : 0;
		if (a->flags & MAP_GROWSDOWN)
			t.stack += len;
		else if ((a->prot & PROT_WRITE) && !(a->flags & MAP_SHARED))
			t.data += len;
		else if ((a->prot & PROT_EXEC) && !(a->prot & PROT_WRITE))
			t.exec += len;
	}
	host(SYS_close, pagemap);
	return t;
}

void proc_put_rollup(FILE *out, struct proc_view *v)
{
	struct proc_totals t = proc_add_up(v);
	size_t n = v->mm.nr_areas;
	int width = fprintf(out, "%08lx-%08lx ---p 00000000 00:00 0 ", n ? v->areas[0].start : 0,
			    n ? v->areas[n - 1].end : 0);

	fprintf(out, "%*s[rollup]\n", MAX(73 - width, 0), "");
	put_usage(out, &t.use, t.locked, true);
}
