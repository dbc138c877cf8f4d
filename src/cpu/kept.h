/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of src/cpu/ only. */
#ifndef TRAPGATE_CPU_KEPT_H
#define TRAPGATE_CPU_KEPT_H

#include "abi/types.h"

/* A page is about to be opened for execution. */
void kept_open(guest_addr va, u64 phys);
/* Nothing is translated any longer of [phys, phys + len). */
void kept_forget(u64 phys, u64 len);

/* A block of the page reaches into the next one. */
void kept_crosses(u64 phys, u64 next);
/* Finds out what the pages of now are, so that processes that are forked need not. */
void kept_know(void);

/* Translations are about to be made of a page that this process does not have: they count once a
 * page of that hash is opened. False: there are some of another page, which stay. */
bool kept_expect(u64 phys, u64 hash);

/* Of a page of code. */
u64 code_hash(const u8 *page);

#endif
