/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel and the IRET instruction make of selectors that a program chose (signal frames).
 */
#ifndef TRAPGATE_ENTRY_SEGMENT_H
#define TRAPGATE_ENTRY_SEGMENT_H

#include "abi/types.h"

/* force_valid_ss(): the selector, or USER_DS if 64-bit code could not be run with it. */
u16 segment_valid_ss(u16 ss);
/* loadsegment() of DS, ES, FS or GS: the selector, or 0 if loading it would fault. */
u16 segment_loadable(u16 selector);

#endif
