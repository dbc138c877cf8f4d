/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of src/cpu/ only. */
#ifndef TRAPGATE_CPU_DEBUG_H
#define TRAPGATE_CPU_DEBUG_H

#include "cpu/engine.h"

/* Whether the TLB fill must refuse the page: it has data breakpoints, and cpu_run() lets the
 * instruction that gets there be executed on its own. */
bool debug_refuses(guest_addr page, enum cpu_access access);
/* What code in the page may be entered into the TLB for. */
u32 debug_code_perms(guest_addr page);
/* Whether the next instruction has a breakpoint that is not to be met: RF was set. */
bool debug_resumes(void);
/* The data breakpoints that the single step has met, one bit each. */
u32 debug_hits(void);
/* Takes the pages with data breakpoints out of the TLB, behind a single step. */
void debug_close_pages(void);
/* Completes a #DB; `from` is where the run began. */
void debug_exception(struct cpu_exit *e, guest_addr from);

#endif
