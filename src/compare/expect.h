/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a trace must hold, and what it must not: docs/expect.md. */
#ifndef TRAPGATE_COMPARE_EXPECT_H
#define TRAPGATE_COMPARE_EXPECT_H

#include "compare/pattern.h"

enum expect_kind {
	EXPECT_NEXT,  /* occurs behind where the one before it occurred */
	EXPECT_ANY,   /* occurs somewhere */
	EXPECT_NOT,   /* occurs nowhere */
	EXPECT_COUNT, /* occurs so many times */
};

struct expectation {
	enum expect_kind kind;
	struct pattern pattern;
	u64 least, most; /* of EXPECT_COUNT */
	const char *file;
	u32 line;
};

struct expectations {
	struct expectation *v;
	u32 n;
};

/* Adds the expectation of one line of a specification; empty lines and comments add none. `file`
 * must live as long as *out. Returns NULL, or what is wrong. */
const char *expect_add(struct expectations *out, const char *text, const char *file, u32 line);

/* Checks all of them and says on `err`, one paragraph each, which do not hold. Returns how many. */
u32 expect_check(const struct expectations *e, const struct records *r, FILE *err);

#endif
