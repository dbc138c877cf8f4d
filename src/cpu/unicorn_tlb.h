/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_CPU_UNICORN_TLB_H
#define TRAPGATE_CPU_UNICORN_TLB_H

/* Set by the TLB fill hook: as many pages behind the one that it fills lie behind it in the arena
 * too and allow the same. They are entered where the TLB has room. */
extern unsigned uc_x86_pages_ahead;

/* How many pages have been entered that way. */
extern unsigned long uc_x86_filled_ahead;

#endif
