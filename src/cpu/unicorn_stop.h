/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_CPU_UNICORN_STOP_H
#define TRAPGATE_CPU_UNICORN_STOP_H

#include <stdbool.h>

/* Makes the present or the next uc_emu_start() return between two instructions, with the guest's
 * exact state. For signal handlers. */
void uc_x86_stop_from_signal(void);

/* While it is not 0, uc_emu_start() returns without running anything. To be set by a hook that has
 * called uc_emu_stop() too. */
extern unsigned uc_x86_stop_word;

static inline bool uc_x86_stop_wanted(void)
{
	return __atomic_load_n(&uc_x86_stop_word, __ATOMIC_RELAXED);
}

static inline void uc_x86_want_stop(bool wanted)
{
	__atomic_store_n(&uc_x86_stop_word, wanted, __ATOMIC_RELAXED);
}

/* PAUSE makes uc_emu_start() return where *uc_x86_pause_word is not 0, and is noted. */
extern const unsigned *uc_x86_pause_word;
extern bool uc_x86_paused;

/* CPUID makes uc_emu_start() return at the end of its block. */
extern bool uc_x86_cpuid_stops;

/* The program has used a LOCKed instruction on memory that is not aligned: such a one cannot be
 * made atomic, and from then on none is. */
extern bool uc_x86_split_locks;

#endif
