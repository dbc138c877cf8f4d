/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A test's own output in TAP (versions 12 to 14): only its top level decides. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "test/worker.h"

#define SHOWN 20 /* failed points that are named */

struct tap {
	u64 points, failed, plan;
	bool planned, bailed;
};

/* The directive behind an unescaped " #": "SKIP reason", or NULL. */
static const char *directive(const char *line)
{
	for (const char *p = line; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '#' && p > line && isspace((unsigned char)p[-1]))
			return p + 1 + strspn(p + 1, " \t");
	}
	return NULL;
}

static void point(struct tap *tap, const char *line, bool ok, FILE *why)
{
	const char *d = directive(line);

	tap->points++;
	if (ok || (d && (strncasecmp(d, "todo", 4) == 0 || strncasecmp(d, "skip", 4) == 0)))
		return;
	if (tap->failed++ < SHOWN)
		fprintf(why, "%s\n", line);
}

static void one_line(struct tap *tap, const char *line, FILE *why, char **skip)
{
	const char *d;

	if (strncmp(line, "not ok", 6) == 0 && !isalnum((unsigned char)line[6])) {
		point(tap, line, false, why);
	} else if (strncmp(line, "ok", 2) == 0 && !isalnum((unsigned char)line[2])) {
		point(tap, line, true, why);
	} else if (strncmp(line, "1..", 3) == 0 && isdigit((unsigned char)line[3])) {
		tap->plan = strtoull(line + 3, NULL, 10);
		tap->planned = true;
		d = directive(line);
		if (!tap->plan && d && !*skip)
			*skip = test_printf("%s", d);
	} else if (strncasecmp(line, "Bail out!", 9) == 0) {
		tap->bailed = true;
		fprintf(why, "%s\n", line);
	}
}

bool tap_judge(const char *text, size_t n, FILE *why, char **skip)
{
	struct tap tap = {0};
	const char *end = text + n;

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		size_t len = (size_t)((eol ? eol : end) - text);
		bool cut;
		char *line = text_clean(text, len, 400, &cut);

		one_line(&tap, line, why, skip);
		free(line);
		text += len + (eol != NULL);
	}
	if (tap.failed > SHOWN)
		fprintf(why, "and %lu more are not ok\n", tap.failed - SHOWN);
	if (!tap.planned && !tap.bailed)
		fprintf(why, "its TAP output has no plan\n");
	else if (tap.planned && !tap.bailed && tap.plan != tap.points)
		fprintf(why, "its TAP output has %lu points where %lu were planned\n", tap.points,
			tap.plan);
	return !tap.failed && !tap.bailed && tap.planned && tap.plan == tap.points;
}
