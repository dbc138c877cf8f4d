/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_SYSCALLS_PERSONALITY_H
#define TRAPGATE_SYSCALLS_PERSONALITY_H

#include "abi/types.h"
#include "mm/limit.h"

/* The guest's execution domain (personality(2)): the low byte is PER_*, the rest are flags such as
 * ADDR_NO_RANDOMIZE and READ_IMPLIES_EXEC. It lives on through fork and exec. The host process's
 * own is left alone. It is kept where src/mm/ sees it. */
#define guest_personality mm_limits.personality

/* Takes the personality that trapgate was started with (setarch). */
void personality_init(void);

#endif
