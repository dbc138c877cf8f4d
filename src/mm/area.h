/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of src/mm/ only: the list of areas. */
#ifndef TRAPGATE_MM_AREA_H
#define TRAPGATE_MM_AREA_H

#include <sys/mman.h>

#include "mm/mm.h"

/* Index of the first area that ends above addr. */
size_t area_index(guest_addr addr);
struct vm_area *area_new(guest_addr start, guest_addr end, u32 prot, u32 flags);
/* Puts a new area into the list, joining it to its neighbours where they are alike. */
void area_insert(struct vm_area *a);
/* The same, but does not join it to the one below. */
void area_insert_apart(struct vm_area *a);
/* Makes addr a border between areas. */
void area_split(guest_addr addr);
/* Whether start and end may become borders: no part of what the kernel has mapped is cut off
 * (special_mapping_split()). */
bool area_may_split(guest_addr start, guest_addr end);
/* Joins areas that touch within [start, end] and are alike. */
void area_merge(guest_addr start, guest_addr end);
/* Gives the part [start, end) of an area other permissions, flags and name, and joins it to what it
 * has become like (vma_modify()). */
void area_modify(struct vm_area *a, guest_addr start, guest_addr end, u32 prot, u32 flags,
		 const char *name);
/* Takes [start, end), which area_split() has bordered, out of the list and frees its memory. */
void area_remove(guest_addr start, guest_addr end);
/* The same, but leaves the memory to the caller, who puts something else there. */
void area_drop(guest_addr start, guest_addr end);
void area_free(struct vm_area *a);
/* Where len bytes fit: Linux's top-down search below mmap_base, or 0. */
guest_addr area_gap_below(guest_addr floor, u64 len);
guest_addr area_gap_above(guest_addr floor, guest_addr limit, u64 len);
/* The lowest address that is not free below an area: a stack has a gap. */
guest_addr area_guarded_start(const struct vm_area *a);
/* Private memory of an area is about to be written (anon_vma_prepare()). */
void area_prepare_anon(struct vm_area *a);
static inline void area_written(struct vm_area *a)
{
	if (unlikely(!a->anon_vma) && (a->flags & MAP_PRIVATE))
		area_prepare_anon(a);
}
/* Of a new process (anon_vma_fork()). */
void area_fork_anon(struct vm_area *a);
/* The flags of an area that gets these permissions: with VMA_ACCOUNT or without. */
u32 area_account(const struct vm_area *a, u32 prot);
/* Part of an area changed or lost rights: the TLB must not know it any more. */
void area_forget(struct vm_area *a, guest_addr start, guest_addr end);
/* Its content changed: code translated from it is stale. */
void area_content_changed(const struct vm_area *a, guest_addr start, guest_addr end);

/* A page of an area is about to be executed. */
void mm_shared_code_fetched(const struct vm_area *a, guest_addr page);
void mm_shared_code_reset(void);

/* Goes through the host's pieces of [at, end): for (guest_addr stop; (stop = piece_end(at, end));
 * at = stop) ... */
static inline guest_addr piece_end(guest_addr at, guest_addr end)
{
	return at < end ? MIN(end, mm_chunk_end(at)) : 0;
}

/* Whether the host's overcommit rules allow len bytes more of this kind: 0 or -ENOMEM. */
long mm_may_commit(u64 len, u32 prot, u32 flags);
/* Maps private anonymous memory where nothing is: 0 or -errno. */
long mm_map_anon(guest_addr addr, u64 len, u32 prot);
/* Where a mapping goes that is not MAP_FIXED, or 0. */
guest_addr mm_find_place(guest_addr hint, u64 len, u32 flags);
/* Whether one may map n areas more (vm.max_map_count): 0 or -ENOMEM. */
long mm_may_count(size_t n);
/* Memory that was mapped into an area of VMA_LOCKED: what mlock(2) does about it. 0 or -errno. */
long mm_lock_piece(const struct vm_area *a, guest_addr start, guest_addr end);
/* munlock(2) of memory that is no longer of VMA_LOCKED. */
void mm_unlock_piece(guest_addr start, guest_addr end);
void mm_populate_private(struct vm_area *a, guest_addr start, guest_addr end);
/* Whether len bytes more may be locked: 0, -EAGAIN. */
long mm_may_lock(u64 len);

/* Makes a piece of the arena fresh private memory. */
void arena_renew(u8 *host_mem, u64 len);

static inline u8 *area_host(const struct vm_area *a, guest_addr addr)
{
	(void)a;
	return mm_host(addr);
}

#endif
