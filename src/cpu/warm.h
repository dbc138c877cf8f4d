/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of src/cpu/ only. */
#ifndef TRAPGATE_CPU_WARM_H
#define TRAPGATE_CPU_WARM_H

#include "cpu/engine.h"

/* Where a page lies for code that is translated ahead. False: none is. */
bool warm_fill(u64 vaddr, u64 *phys);

struct uc_x86_block;
/* The engine has translated a block. */
void warm_translated(const struct uc_x86_block *b);

#endif
