/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bounds the guest's address space beside its size: resource limits and the personality. They
 * belong to the task; this is what src/mm/ needs to know of them. */
#ifndef TRAPGATE_MM_LIMIT_H
#define TRAPGATE_MM_LIMIT_H

#include "abi/types.h"

struct mm_limits {
	u64 as, data, data_max,
		stack; /* RLIMIT_AS, RLIMIT_DATA (soft, hard), RLIMIT_STACK: bytes */
	u32 personality;
};
extern struct mm_limits mm_limits;

/* prctl(PR_SET_MDWE): PR_MDWE_*; lives on through fork and exec. */
extern u32 mm_mdwe;

/* mm_may_expand(): whether `len` more bytes of memory with these permissions and MAP_* flags fit
 * into RLIMIT_AS and, if the mapping counts as data, RLIMIT_DATA (mm/mmap.c, may_expand_vm()). */
bool mm_may_expand(u64 len, u32 prot, u32 flags);
/* Bytes mapped within [start, end). */
u64 mm_mapped(u64 start, u64 end);
/* check_data_rlimit(): whether the heap may end at brk. */
bool mm_data_limit_ok(u64 brk, u64 start_brk, u64 end_data, u64 start_data);
/* PROT_READ implies PROT_EXEC with the personality READ_IMPLIES_EXEC. */
u32 mm_implied_prot(u32 prot);
/* map_deny_write_exec(): whether PR_SET_MDWE forbids going from old to new permissions. */
bool mm_denies_exec(u32 old, u32 new);

#endif
