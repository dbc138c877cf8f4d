/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate's own code and constants, as the host maps them in processes that are made by fork(2).
 */
#include <elf.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "host/host.h"
#include "host/image.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

/* fork(2) copies the page tables of a file's mapping only where the process has a page of its own
 * in it; a child would have to fault them in again. ThreadSanitizer has no memory for writes to
 * what nobody writes to. */
__attribute__((no_sanitize("thread"))) void host_will_fork(void)
{
	const Elf64_Phdr *p = (const void *)getauxval(AT_PHDR);

	for (u64 i = 0; i < getauxval(AT_PHNUM); i++) {
		volatile u8 *start = (u8 *)(uintptr_t)(p[i].p_vaddr & PAGE_MASK);
		size_t len = PAGE_ALIGN(p[i].p_vaddr + p[i].p_memsz) - (uintptr_t)start;
		long prot = PROT_READ | (p[i].p_flags & PF_X ? PROT_EXEC : 0);

		if (p[i].p_type != PT_LOAD || p[i].p_flags & PF_W ||
		    host(SYS_mprotect, HP(start), len, prot | PROT_WRITE))
			continue;
		*start = *start;
		host(SYS_mprotect, HP(start), len, prot);
	}
}

#ifndef HOST_SANITIZED
#define HUGE_PAGE (2UL << 20)

/* From `at` on lies a copy of what is at `start`: it takes that one's place. */
static void replace(u8 *at, uintptr_t start, uintptr_t end, long prot)
{
	if (start < end && host(SYS_mprotect, HP(at), end - start, prot) == 0)
		host(SYS_mremap, HP(at), end - start, end - start, MREMAP_MAYMOVE | MREMAP_FIXED,
		     start);
}

/* What can be on huge pages: from the first segment on, as far as segments follow each other
 * without a gap and nothing is written to. data: of it, what was written to at the start. */
struct constant_part {
	uintptr_t start, code_end, data, end;
};

static struct constant_part constant_part(void)
{
	const Elf64_Phdr *p = (const void *)getauxval(AT_PHDR);
	struct constant_part c = {0};
	uintptr_t loaded = 0, relro_end = 0;

	for (u64 i = 0; i < getauxval(AT_PHNUM); i++) {
		uintptr_t end = p[i].p_vaddr + p[i].p_memsz;

		if (p[i].p_type == PT_GNU_RELRO)
			relro_end = end;
		if (p[i].p_type != PT_LOAD || (loaded && (p[i].p_vaddr & PAGE_MASK) != loaded))
			continue;
		if (!loaded)
			c.start = p[i].p_vaddr;
		loaded = PAGE_ALIGN(end);
		if (p[i].p_flags & PF_W)
			c.data = p[i].p_vaddr & PAGE_MASK;
		if (p[i].p_flags & PF_X)
			c.code_end = (end + HUGE_PAGE - 1) & -HUGE_PAGE;
	}
	c.end = MIN(loaded, relro_end) & -HUGE_PAGE;
	return c;
}

void host_will_fork_often(void)
{
	static bool done; /* by a parent, perhaps */
	struct constant_part c = constant_part();
	size_t n = c.end - c.start;
	u8 *map, *at;

	if (done || c.start & (HUGE_PAGE - 1) || c.start >= c.code_end || c.code_end > c.end)
		return;
	done = true;
	map = mmap(NULL, n + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return;
	at = (u8 *)(((uintptr_t)map + HUGE_PAGE - 1) & -HUGE_PAGE);
	madvise(at, n, MADV_HUGEPAGE);
	memcpy(at, (const void *)c.start, n);
	if (madvise(at, n, MADV_COLLAPSE) == 0) {
		image_leave_out((const void *)c.start, (const void *)MIN(c.data, c.end));
		replace(at, c.start, c.code_end, PROT_READ | PROT_EXEC);
		replace(at + (c.code_end - c.start), c.code_end, c.end, PROT_READ);
	}
	munmap(map, n + HUGE_PAGE);
}
#else
void host_will_fork_often(void)
{
}
#endif
