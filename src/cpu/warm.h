/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of src/cpu/ only. */
#ifndef TRAPGATE_CPU_WARM_H
#define TRAPGATE_CPU_WARM_H

#include "cpu/engine.h"

/* A miss of the TLB while code is translated ahead. False: it is another one. */
bool warm_fill(u64 vaddr, uc_tlb_entry *entry);

#endif
