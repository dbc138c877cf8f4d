/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Allocation of ranges of the arena. A free range reads as zeros and is private anonymous memory of
 * the host. */
#ifndef TRAPGATE_MM_PHYS_H
#define TRAPGATE_MM_PHYS_H

#include "abi/types.h"

/* The arena's first pages belong to the CPU (GDT, LDT and the like). */
#define PHYS_FIRST 0x20000UL
#define PHYS_NONE  (~0UL)

void phys_init(u64 size);
/* Returns the offset of len bytes (page multiple), as high as there is room, or PHYS_NONE. */
u64 phys_alloc(u64 len);
/* Takes a range back that is free of host file mappings and reads as zeros. */
void phys_free(u64 start, u64 len);
/* All of the arena is free again; returns the lowest offset that was ever in use since the last
 * reset: everything from there must be made zero by the caller. */
u64 phys_reset(void);

#endif
