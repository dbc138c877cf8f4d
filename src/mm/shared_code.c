/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Code in memory that other processes may write to. The CPU would see what they write; translations
 * have to be dropped, and nobody tells when. A copy is kept of each page that is executed, and
 * compared where a program may count on new code: after a system call, a signal, or CPUID, which
 * whoever executes what another CPU has written has to go through (Intel SDM, volume 3,
 * "Handling Self- and Cross-Modifying Code"). */
#include <string.h>

#include "abi/entry_work.h"
#include "cpu/cpu.h"
#include "host/host.h"
#include "mm/area.h"

#define MAX_PAGES 64

static struct shared_page {
	guest_addr page;
	u8 content[PAGE_SIZE];
} pages[MAX_PAGES];
static u32 nr_pages, oldest;

static bool is_shared_code(const struct vm_area *a)
{
	return a && a->file && a->file->others && (a->flags & MAP_SHARED) && (a->prot & PROT_EXEC);
}

/* The page will be told of again when it is executed again. */
static void forget(guest_addr page)
{
	struct vm_area *a = mm_find(page);

	if (!a)
		return;
	area_content_changed(a, page, page + PAGE_SIZE);
	cpu_flush(page, PAGE_SIZE);
}

void mm_shared_code_fetched(const struct vm_area *a, guest_addr page)
{
	u32 i = 0;

	if (likely(!is_shared_code(a)))
		return;
	while (i < nr_pages && pages[i].page != page)
		i++;
	if (i == MAX_PAGES) {
		i = oldest++ % MAX_PAGES;
		forget(pages[i].page);
	} else if (i == nr_pages) {
		nr_pages++;
	}
	pages[i].page = page;
	host_copy(pages[i].content, mm_host(page), PAGE_SIZE);
	if (!entry_work.code) {
		entry_work.code = true;
		cpu_stop_at_cpuid(true);
	}
}

void mm_shared_code_check(void)
{
	for (u32 i = 0; i < nr_pages;) {
		struct shared_page *p = &pages[i];
		u8 now[PAGE_SIZE];

		if (is_shared_code(mm_find(p->page)) &&
		    !host_copy(now, mm_host(p->page), PAGE_SIZE) &&
		    !memcmp(now, p->content, PAGE_SIZE)) {
			i++;
			continue;
		}
		forget(p->page);
		*p = pages[--nr_pages];
	}
}

void mm_shared_code_forking(void)
{
	for (size_t i = 0; i < mm->nr_areas; i++) {
		struct vm_area *a = mm->areas[i];

		if (!a->file || a->file->others || !(a->flags & MAP_SHARED) ||
		    (a->flags & VMA_DONTFORK))
			continue;
		a->file->others = true;
		if (a->has_code) /* it has not been told of */
			area_forget(a, a->start, a->end);
	}
}

void mm_shared_code_reset(void)
{
	nr_pages = 0;
	if (entry_work.code)
		cpu_stop_at_cpuid(false);
	entry_work.code = false;
}
