/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traces made comparable: what differs from run to run gets a name that does not. */
#ifndef TRAPGATE_COMPARE_NORMAL_H
#define TRAPGATE_COMPARE_NORMAL_H

#include "compare/record.h"

struct normal_options {
	bool keep_addresses, keep_pids, keep_times;
};

/* Makes a trace of text and one of --json comparable: rewrites the text of all records to what both
 * have. To be called before records_normalise(). */
void records_plain(struct records *r);
/* After it: in --json the names of constants are in quotes, too, so that no string may be. */
void records_unquote(struct records *r);

/* Rewrites the text of all records: addresses become ADDR; process ids P1, P2... in the order in
 * which they appear; times, durations, inode numbers and random bytes TIME, INO, RANDOM. */
void records_normalise(struct records *r, const struct normal_options *opt);

#endif
