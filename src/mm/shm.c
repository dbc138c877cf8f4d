/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System V shared memory in the guest's address space (ipc/shm.c). */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "host/host.h"
#include "mm/area.h"
#include "mm/limit.h"

/* Where the segment goes. */
static long settle(guest_addr *addr, u64 len, u32 flags)
{
	struct vm_area *next;

	if (!*addr) {
		if (flags & SHM_REMAP)
			return -EINVAL;
		*addr = mm_find_place(0, len, 0);
		return *addr ? 0 : -ENOMEM;
	}
	if (*addr & ~PAGE_MASK) {
		if (!(flags & SHM_RND))
			return -EINVAL;
		*addr &= PAGE_MASK;
		if (!*addr && (flags & SHM_REMAP))
			return -EINVAL;
	}
	next = mm_find_next(*addr);
	if (!(flags & SHM_REMAP) && (*addr + len < *addr || (next && next->start < *addr + len)))
		return -EINVAL;
	if (len > mm->task_size || *addr > mm->task_size - len)
		return -ENOMEM;
	return *addr < 65536 && host(SYS_geteuid) ? -EPERM : 0;
}

long mm_shmat(int id, guest_addr addr, u64 len, u32 flags)
{
	struct vm_area *a;
	u32 prot = PROT_READ;
	long err, at;
	u8 *place;

	if (!(flags & SHM_RDONLY))
		prot |= PROT_WRITE;
	if (flags & SHM_EXEC)
		prot |= PROT_EXEC;
	len = PAGE_ALIGN(len);
	err = settle(&addr, len, flags);
	if (err)
		return err;
	prot = mm_implied_prot(prot);
	if (mm_may_count(0) || !mm_may_expand(len, prot, MAP_SHARED))
		return -ENOMEM;
	place = mm_host(addr);
	if (!place || piece_end(addr, addr + len) < addr + len)
		return -ENOMEM;
	at = host(SYS_shmat, id, HP(place), SHM_REMAP | (flags & (SHM_RDONLY | SHM_EXEC)));
	if (at < 0 && at > -4096)
		return at;
	area_split(addr);
	area_split(addr + len);
	area_drop(addr, addr + len);
	a = area_new(addr, addr + len, prot, MAP_SHARED | VMA_SHM | VMA_HOST);
	a->readonly = flags & SHM_RDONLY;
	a->file = calloc(1, sizeof(*a->file));
	if (!a->file)
		fatal("out of memory");
	*a->file = (struct vm_file){.refs = 1, .ino = (u64)id + 1, .others = true};
	area_insert(a);
	return (long)addr;
}

/* ksys_shmdt(): the first area that is where the segment's beginning would be if it were attached
 * at addr, and the rest of that segment. */
long mm_shmdt(guest_addr addr)
{
	u64 segment = 0;
	long ret = -EINVAL;

	if (addr & ~PAGE_MASK)
		return -EINVAL;
	for (size_t i = area_index(addr); i < mm->nr_areas;) {
		struct vm_area *a = mm->areas[i];

		if (!(a->flags & VMA_SHM) || a->start < addr || a->start - addr != a->pgoff ||
		    (segment && a->file->ino != segment)) {
			i++;
			continue;
		}
		if (a->flags & VMA_SEALED)
			return -EPERM;
		segment = a->file->ino;
		area_remove(a->start, a->end);
		ret = 0;
	}
	return ret;
}
