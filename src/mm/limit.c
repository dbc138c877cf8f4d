/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mm/limit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>

#include "host/host.h"
#include "mm/area.h"
#include "sandbox/limits.h"

struct mm_limits mm_limits = {~0UL, ~0UL, ~0UL, ~0UL, 0};
u32 mm_mdwe;

#define REFUSE_EXEC_GAIN 1 /* PR_MDWE_REFUSE_EXEC_GAIN */

static bool is_data(u32 prot, u32 flags)
{
	return (prot & PROT_WRITE) && !(flags & (MAP_SHARED | MAP_GROWSDOWN));
}

u64 mm_mapped(u64 start, u64 end)
{
	u64 sum = 0;

	for (size_t i = 0; i < mm->nr_areas; i++) {
		const struct vm_area *a = mm->areas[i];

		if (a->start < end && a->end > start)
			sum += MIN(a->end, end) - MAX(a->start, start);
	}
	return sum;
}

static u64 mapped_data(void)
{
	u64 sum = 0;

	for (size_t i = 0; i < mm->nr_areas; i++)
		if (is_data(mm->areas[i]->prot, mm->areas[i]->flags))
			sum += mm->areas[i]->end - mm->areas[i]->start;
	return sum;
}

bool mm_may_expand(u64 len, u32 prot, u32 flags)
{
	u64 data;

	if (mm_limits.as != ~0UL && mm_mapped(0, ~0UL) + len > (mm_limits.as & PAGE_MASK))
		return false;
	if (mm_limits.data == ~0UL || !is_data(prot, flags))
		return true;
	data = mapped_data() + len;
	if (data <= (mm_limits.data & PAGE_MASK))
		return true;
	/* Linux lets the hard limit count where the soft one is zero, for valgrind's sake. */
	if (mm_limits.data == 0 && data <= (mm_limits.data_max & PAGE_MASK))
		return true;
	limits_data_refused(mm_limits.data);
	return false;
}

bool mm_data_limit_ok(u64 brk, u64 start_brk, u64 end_data, u64 start_data)
{
	if (mm_limits.data == ~0UL || (brk - start_brk) + (end_data - start_data) <= mm_limits.data)
		return true;
	limits_data_refused(mm_limits.data);
	return false;
}

u32 mm_implied_prot(u32 prot)
{
	if ((prot & PROT_READ) && (mm_limits.personality & READ_IMPLIES_EXEC))
		prot |= PROT_EXEC;
	return prot;
}

bool mm_denies_exec(u32 old, u32 new)
{
	if (!(mm_mdwe & REFUSE_EXEC_GAIN) || !(new &PROT_EXEC))
		return false;
	return (new &PROT_WRITE) || !(old & PROT_EXEC);
}

/* Names are few and short and may be shared by what an area is split into: they are kept. */
static const char *intern(const char *name, bool shared)
{
	static char **names;
	static size_t nr;
	char full[100], **more;

	snprintf(full, sizeof(full), shared ? "[anon_shmem:%s]" : "[anon:%s]", name);
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(names[i], full))
			return names[i];
	more = realloc(names, (nr + 1) * sizeof(*names));
	if (!more)
		fatal("out of memory");
	names = more;
	names[nr] = strdup(full);
	return names[nr++];
}

long mm_set_anon_name(guest_addr addr, u64 len, const char *name)
{
	guest_addr end = addr + PAGE_ALIGN(len);
	long err = 0;

	if ((addr & ~PAGE_MASK) || (len && !PAGE_ALIGN(len)) || end < addr)
		return -EINVAL;
	if (end == addr)
		return 0;
	while (addr < end) {
		struct vm_area *a = mm_find_next(addr);
		guest_addr from = addr;

		if (!a || a->start >= end)
			return -ENOMEM;
		if (a->start > addr) {
			err = -ENOMEM;
			from = a->start;
		}
		if (a->file && a->file->ino)
			return -EBADF;
		addr = MIN(a->end, end);
		area_modify(a, from, addr, a->prot, a->flags,
			    name ? intern(name, a->flags & MAP_SHARED) : NULL);
	}
	return err;
}
