/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Patterns of calls, as docs/expect.md describes them. */
#ifndef TRAPGATE_COMPARE_PATTERN_H
#define TRAPGATE_COMPARE_PATTERN_H

#include "compare/record.h"

struct pattern {
	enum record_kind kind;
	char *text; /* as written */
	char *name; /* a glob; "_" is any */
	char **args;
	u32 nr_args;
	bool has_args; /* false: any arguments */
	char *ret;     /* NULL: any result */
};

/* Reads a pattern. Returns NULL, or what is wrong with it (static storage). */
const char *pattern_parse(const char *text, struct pattern *out);
void pattern_free(struct pattern *p);

bool pattern_match(const struct pattern *p, const struct record *r);

/* How near the record comes: 0 for another name, more for each part that is right. */
u32 pattern_nearness(const struct pattern *p, const struct record *r);

#endif
