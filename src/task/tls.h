/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_TASK_TLS_H
#define TRAPGATE_TASK_TLS_H

#include "abi/types.h"

/* The tls argument of clone: the FS base for 64-bit callers, a struct user_desc's address for
 * 32-bit ones. Returns 0 or -errno. */
long tls_set_for_clone(u64 tls);

/* Makes these current's three descriptors. */
void tls_set(const u64 *descriptors);

/* struct user_desc of set_thread_area(2) and modify_ldt(2). */
struct user_desc {
	u32 entry_number, base_addr, limit;
	u32 seg_32bit : 1, contents : 2, read_exec_only : 1, limit_in_pages : 1,
		seg_not_present : 1, useable : 1, lm : 1;
};

/* LDT_empty(): what means that an entry is to be cleared. */
bool user_desc_is_empty(const struct user_desc *u);
/* fill_ldt(): the descriptor as the CPU reads it. */
u64 user_desc_to_descriptor(const struct user_desc *u);
/* fill_user_desc(): the other way; entry_number stays. */
void user_desc_from_descriptor(struct user_desc *u, u64 descriptor);
/* What set_thread_area(2) makes of it: 0 for an empty one. -EINVAL: it is not allowed. */
long user_desc_for_tls(const struct user_desc *u, u64 *descriptor);

#endif
