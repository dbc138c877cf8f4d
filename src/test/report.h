/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports of results: JSON, JUnit XML, TAP 14. */
#ifndef TRAPGATE_TEST_REPORT_H
#define TRAPGATE_TEST_REPORT_H

#include <stdio.h>

#include "test/test.h"

#define REPORT_SCHEMA  "trapgate-test"
#define REPORT_VERSION 1

struct report {
	struct result *v;
	size_t n;
	double seconds; /* from start to end; of merged reports the sum */
	char *started;	/* UTC, "2026-01-31T12:00:00Z" */
	u64 seed;	/* of --shuffle, 0 without */
	u32 shard, shards;
};

json_t *report_json(const struct report *r);
void report_junit(FILE *f, const struct report *r);

/* TAP is written as results come. */
void tap_begin(FILE *f, size_t n);
void tap_result(FILE *f, size_t number, const struct result *r);
void tap_bail_out(FILE *f, const char *why);

/* Writes the report to each file that is not NULL; "-" is standard output. Returns NULL, or what is
 * wrong (to be freed). */
char *report_write(const struct report *r, const char *json, const char *junit, const char *tap);

/* Adds the results of a JSON report to *r, which starts as zeros. False: it is none. */
bool report_add(struct report *r, const json_t *json);

void report_count(const struct report *r, size_t count[OUTCOMES]);

#endif
