/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/expect.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"
#include "trace/trace.h"

#define NEAREST 3 /* calls shown with a failure */

/* ---- Reading ---- */

/* "3 times ", "exactly 3 times ", "at least 2 times ", "at most 1 times ": the text behind it, or
 * NULL. */
static const char *read_count(const char *s, struct expectation *e)
{
	char *end;
	u64 n;

	e->least = 0;
	e->most = (u64)-1;
	if (strncmp(s, "at least ", 9) == 0) {
		n = e->least = strtoull(s + 9, &end, 10);
		s += 9;
	} else if (strncmp(s, "at most ", 8) == 0) {
		n = e->most = strtoull(s + 8, &end, 10);
		s += 8;
	} else {
		s += strncmp(s, "exactly ", 8) == 0 ? 8 : 0;
		n = e->least = e->most = strtoull(s, &end, 10);
	}
	if (end == s || *end != ' ')
		return NULL;
	if (strncmp(end, " times ", 7) == 0)
		return end + 7;
	return n == 1 && strncmp(end, " time ", 6) == 0 ? end + 6 : NULL;
}

/* A misspelt name would never occur, and "not" would always hold: names have to be those of calls.
 * Returns NULL or what is wrong. */
static const char *check_name(const struct pattern *p)
{
	static u8 has[2][TRACE_CALLS];
	const char *name = p->name;
	char exact[80];

	if (p->kind != RECORD_CALL || strcmp(name, "_") == 0 || strpbrk(name, "*?[") ||
	    strncmp(name, "syscall_0x", 10) == 0)
		return NULL;
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '_')
			return "no system call's name";
	snprintf(exact, sizeof(exact), "/^%s$", name); /* no group of calls */
	return trace_calls(has, exact) ? "no system call has that name" : NULL;
}

const char *expect_add(struct expectations *out, const char *text, const char *file, u32 line)
{
	struct expectation e = {.kind = EXPECT_NEXT, .file = file, .line = line};
	const char *s = text + strspn(text, " \t"), *counted, *wrong;

	if (!*s || *s == '#' || *s == '\n')
		return NULL;
	counted = read_count(s, &e);
	if (counted) {
		e.kind = EXPECT_COUNT;
		s = counted;
	} else if (strncmp(s, "not ", 4) == 0) {
		e.kind = EXPECT_NOT;
		s += 4;
	} else if (strncmp(s, "any ", 4) == 0) {
		e.kind = EXPECT_ANY;
		s += 4;
	}
	wrong = pattern_parse(s, &e.pattern);
	if (!wrong)
		wrong = check_name(&e.pattern);
	if (wrong) {
		pattern_free(&e.pattern);
		return wrong;
	}
	out->v = realloc(out->v, (out->n + 1) * sizeof(*out->v));
	if (!out->v)
		fatal("out of memory");
	out->v[out->n++] = e;
	return NULL;
}

/* ---- Checking ---- */

static size_t find(const struct pattern *p, const struct records *r, size_t from)
{
	while (from < r->n && !pattern_match(p, &r->v[from]))
		from++;
	return from;
}

static u64 count(const struct pattern *p, const struct records *r)
{
	u64 n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += pattern_match(p, &r->v[i]);
	return n;
}

/* open and openat, stat and newfstatat, clock_nanosleep and clock_nanosleep_time64 */
static bool is_alike(const char *a, const char *b)
{
	size_t same = 0;

	while (a[same] && a[same] == b[same])
		same++;
	return same >= 4 || strstr(a, b) || strstr(b, a);
}

/* There is no call of that name: others that may have been meant. */
static void show_alike(FILE *err, const struct pattern *p, const struct records *r)
{
	const char *shown[NEAREST];
	u32 n = 0, k;

	fprintf(err, "  no call of that name");
	for (size_t i = 0; i < r->n && n < NEAREST; i++) {
		const char *name = r->v[i].name;

		if (r->v[i].kind != RECORD_CALL || !is_alike(p->name, name))
			continue;
		for (k = 0; k < n && strcmp(shown[k], name) != 0; k++)
			;
		if (k < n)
			continue;
		fprintf(err, "%s %s", n ? "," : "; there is", name);
		shown[n++] = name;
	}
	fprintf(err, "\n");
}

/* The signals, or ends, that there are. */
static void show_events(FILE *err, const struct pattern *p, const struct records *r)
{
	u32 n = 0;

	for (size_t i = 0; i < r->n && n < NEAREST; i++)
		if (r->v[i].kind == p->kind)
			fprintf(err, "%s    %u: %s\n", n++ ? "" : "  there is:\n", r->v[i].line,
				r->v[i].text);
}

static void show_nearest(FILE *err, const struct pattern *p, const struct records *r)
{
	size_t best[NEAREST];
	u32 near[NEAREST] = {0}, n = 0;

	for (size_t i = 0; i < r->n; i++) {
		u32 how = pattern_nearness(p, &r->v[i]), at;

		if (!how)
			continue;
		for (at = n; at > 0 && near[at - 1] < how; at--)
			if (at < NEAREST) {
				near[at] = near[at - 1];
				best[at] = best[at - 1];
			}
		if (at < NEAREST) {
			near[at] = how;
			best[at] = i;
			n = MIN(n + 1, NEAREST);
		}
	}
	if (!n && p->kind == RECORD_CALL)
		show_alike(err, p, r);
	else if (!n)
		show_events(err, p, r);
	if (!n)
		return;
	fprintf(err, "  the nearest:\n");
	for (u32 i = 0; i < n; i++)
		fprintf(err, "    %u: %s\n", r->v[best[i]].line, r->v[best[i]].text);
}

static void say(FILE *err, const struct expectation *e, const char *what)
{
	if (e->line)
		fprintf(err, "%s:%u: ", e->file, e->line);
	fprintf(err, "%s%s\n  %s\n",
		e->kind == EXPECT_NOT	? "not "
		: e->kind == EXPECT_ANY ? "any "
					: "",
		e->pattern.text, what);
}

u32 expect_check(const struct expectations *e, const struct records *r, FILE *err)
{
	size_t at = 0; /* behind the last that occurred in order */
	u32 failed = 0;
	char what[96];

	for (u32 i = 0; i < e->n; i++) {
		const struct expectation *x = &e->v[i];
		size_t found;
		u64 n;

		switch (x->kind) {
		case EXPECT_NEXT:
			found = find(&x->pattern, r, at);
			if (found < r->n) {
				at = found + 1;
				continue;
			}
			say(err, x,
			    find(&x->pattern, r, 0) < at
				    ? "occurs, but not behind what is expected before it"
				    : "does not occur");
			break;
		case EXPECT_ANY:
			if (find(&x->pattern, r, 0) < r->n)
				continue;
			say(err, x, "does not occur");
			break;
		case EXPECT_NOT:
			found = find(&x->pattern, r, 0);
			if (found == r->n)
				continue;
			say(err, x, "occurs:");
			fprintf(err, "    %u: %s\n", r->v[found].line, r->v[found].text);
			failed++;
			continue;
		case EXPECT_COUNT:
			n = count(&x->pattern, r);
			if (n >= x->least && n <= x->most)
				continue;
			snprintf(what, sizeof(what), "occurs %llu times, want %s%llu",
				 (unsigned long long)n,
				 x->most == (u64)-1    ? "at least "
				 : x->least != x->most ? "at most "
						       : "",
				 (unsigned long long)(x->most == (u64)-1 ? x->least : x->most));
			say(err, x, what);
			break;
		}
		failed++;
		show_nearest(err, &x->pattern, r);
	}
	return failed;
}
