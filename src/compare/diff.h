/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_COMPARE_DIFF_H
#define TRAPGATE_COMPARE_DIFF_H

#include "compare/record.h"

struct diff_side {
	const char *name;
	const struct records *records; /* normalised */
};

/* Writes the differences of two traces to `out` as a unified diff with `context` lines around
 * each, process by process: the first of a with the first of b, their first children, and so on.
 * Returns the number of lines that differ. */
u64 traces_diff(FILE *out, const struct diff_side *a, const struct diff_side *b, u32 context);

#endif
