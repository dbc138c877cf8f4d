/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table in flags_sol.c. */
#ifndef TRAPGATE_TRACE_FLAGS_SOL_H
#define TRAPGATE_TRACE_FLAGS_SOL_H

#include "trace/internal.h"

struct sol_names {
	u32 level;
	const struct xlat_set *set;
};
extern const struct sol_names sol_rare[];
extern const u32 sol_rare_n;

#endif
