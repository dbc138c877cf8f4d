/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of src/mm/ only: the list of areas. */
#ifndef TRAPGATE_MM_AREA_H
#define TRAPGATE_MM_AREA_H

#include "mm/mm.h"

/* Index of the first area that ends above addr. */
size_t area_index(guest_addr addr);
struct vm_area *area_new(guest_addr start, guest_addr end, u64 phys, u32 prot, u32 flags);
/* Puts a new area into the list, joining it to its neighbours where they are alike. */
void area_insert(struct vm_area *a);
/* Makes addr a border between areas. */
void area_split(guest_addr addr);
/* Joins areas that touch within [start, end] and are alike. */
void area_merge(guest_addr start, guest_addr end);
/* Takes [start, end), which area_split() has bordered, out of the list and gives its memory back.
 */
void area_remove(guest_addr start, guest_addr end);
/* Takes one area out of the list without giving its memory back. */
void area_unlink(size_t index);
/* Gives an area's memory back to the arena. */
void area_release(struct vm_area *a);
void area_free(struct vm_area *a);
/* Where len bytes fit: Linux's top-down search below limit, or 0. */
guest_addr area_gap_below(guest_addr limit, guest_addr floor, u64 len);
guest_addr area_gap_above(guest_addr floor, guest_addr limit, u64 len);
/* The translation of the area changed or lost rights: the TLB must not know it any more. */
void area_forget(struct vm_area *a);

static inline u8 *area_host(const struct vm_area *a, guest_addr addr)
{
	return (u8 *)mm_arena() + a->phys + (addr - a->start);
}

#endif
