/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate trace: the values of its options. What is wrong is said in strace's words, for scripts
 * look for them. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/cli.h"
#include "cli/trace_args.h"

#define CMD "trace"

char trace_option[64];

static const struct trace_word quiet_words[] = {
	{"attach", TQ_ATTACH},
	{"attached", TQ_ATTACH},
	{"exit", TQ_EXIT},
	{"exits", TQ_EXIT},
	{"path-resolution", TQ_PATH},
	{"path-resolve", TQ_PATH},
	{"path-resolved", TQ_PATH},
	{"path-resolving", TQ_PATH},
	{"personality", TQ_PERSONALITY},
	{"personalities", TQ_PERSONALITY},
	{"thread-execve", TQ_THREAD_EXECVE},
	{"superseded", TQ_THREAD_EXECVE},
	{NULL, 0},
};
static const struct trace_word status_words[] = {
	{"successful", TS_SUCCESSFUL},	 {"failed", TS_FAILED},	    {"unfinished", TS_UNFINISHED},
	{"unavailable", TS_UNAVAILABLE}, {"detached", TS_DETACHED}, {NULL, 0},
};
static const struct trace_word decode_words[] = {
	{"path", TD_PATH}, {"socket", TD_SOCKET}, {"dev", TD_DEV}, {"pidfd", TD_PIDFD}, {NULL, 0},
};
static const struct trace_word pid_words[] = {{"comm", 1}, {"pidns", 2}, {NULL, 0}};

void trace_bad_value(const char *text)
{
	cli_usage_error(CMD, "invalid %s argument: '%s'", trace_option, text);
}

void trace_words(u32 *bits, const struct trace_word *w, const char *what, const char *list)
{
	const char *bad = trace_words_parse(bits, w, what, list);

	if (bad)
		cli_usage_error(CMD, "%s", bad);
}

void trace_take_quiet(struct trace_args *a, const char *list)
{
	a->quiet_given = true;
	trace_words(&a->t.quiet, quiet_words, "quiet", list ? list : "attach,personality");
}

void trace_take_status(struct trace_options *t, const char *list)
{
	trace_words(&t->status, status_words, "status", list);
	t->status |= TS_GIVEN;
}

void trace_take_fds(struct trace_args *a, const char *list)
{
	a->fds_given = true;
	trace_words(&a->t.decode_fds, decode_words, "decode-fds", list ? list : "path");
}

void trace_take_pids(struct trace_options *t, const char *list)
{
	u32 bits = 0;

	trace_words(&bits, pid_words, "decode-pids", list);
	t->decode_comm = bits & 1;
	t->decode_pidns = bits & 2;
}

u64 trace_number(const char *text, u64 min, u64 max)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || n > max || n < min)
		trace_bad_value(text);
	return n;
}

static int precision(const char *text, size_t n)
{
	static const char *const names[] = {"s", "ms", "us", "ns"};

	for (int i = 0; i < 4; i++)
		if (strlen(names[i]) == n && !strncasecmp(text, names[i], n))
			return 3 * i;
	return -1;
}

int trace_digits(const char *text)
{
	int d = text ? precision(text, strlen(text)) : 6;

	if (d < 0)
		trace_bad_value(text);
	return d;
}

static bool is(const char *text, size_t n, const char *word)
{
	return strlen(word) == n && !strncasecmp(text, word, n);
}

/* One item of FORMAT and PRECISION, in front of which "format:" and "precision:" may stand. */
static bool stamp_item(struct trace_options *t, const char *p, size_t n)
{
	static const char format_word[] = "format:", precision_word[] = "precision:";
	size_t f = sizeof(format_word) - 1, s = sizeof(precision_word) - 1;
	bool format = true, scale = true;
	int digits;

	if (n >= f && !strncasecmp(p, format_word, f)) {
		p += f;
		n -= f;
		scale = false;
	} else if (n >= s && !strncasecmp(p, precision_word, s)) {
		p += s;
		n -= s;
		format = false;
	}
	digits = scale ? precision(p, n) : -1;
	if (format && is(p, n, "none"))
		t->stamp = STAMP_NONE;
	else if (format && is(p, n, "time"))
		t->stamp = STAMP_TIME;
	else if (format && is(p, n, "unix"))
		t->stamp = STAMP_UNIX;
	else if (digits >= 0)
		t->stamp_digits = digits;
	else
		return false;
	return true;
}

/* --absolute-timestamps=[[format:]FORMAT[,[precision:]PRECISION]]. Items that a later option does
 * not name stay as an earlier one said. */
void trace_stamps(struct trace_options *t, const char *text)
{
	bool none = t->stamp == STAMP_NONE;

	if (none)
		t->stamp = STAMP_TIME;
	for (const char *p = text ? text : "";;) {
		size_t n = strcspn(p, ",");

		if (n && !stamp_item(t, p, n))
			trace_bad_value(text);
		p += n;
		if (!*p)
			return;
		p++;
	}
}

void trace_take_inject(struct trace_options *t, const char *text, bool fault)
{
	if (t->nr_inject == TRACE_INJECT_MAX)
		cli_usage_error(CMD, "more than %d --inject", TRACE_INJECT_MAX);
	t->inject[t->nr_inject] = text;
	t->inject_is_fault[t->nr_inject++] = fault;
}

void trace_consts(struct trace_options *t, const char *text)
{
	if (!strcmp(text, "raw"))
		t->consts = CONST_RAW;
	else if (!strcmp(text, "abbrev"))
		t->consts = CONST_ABBREV;
	else if (!strcmp(text, "verbose"))
		t->consts = CONST_VERBOSE;
	else
		trace_bad_value(text);
}

void trace_overhead(struct trace_options *t, const char *text)
{
	static const struct {
		const char *unit;
		u64 ns;
	} units[] = {{"", 1000}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {"ns", 1}};
	char *end;
	double v = strtod(text, &end);

	for (size_t i = 0; isdigit((unsigned char)*text) && i < ARRAY_SIZE(units); i++) {
		if (!strcmp(end, units[i].unit)) {
			t->overhead_ns = (u64)(v * (double)units[i].ns);
			return;
		}
	}
	trace_bad_value(text);
}

void trace_color(struct trace_options *t, const char *when)
{
	if (!when || !strcmp(when, "always"))
		t->color = COLOR_ALWAYS;
	else if (!strcmp(when, "auto"))
		t->color = COLOR_AUTO;
	else if (!strcmp(when, "never"))
		t->color = COLOR_NEVER;
	else
		cli_usage_error(CMD, "--color=%s: want always, auto or never", when);
}

void trace_hex_strings(struct trace_args *a, const char *text)
{
	a->hex_given = true;
	if (!text || !strcasecmp(text, "all"))
		a->t.hex = HEX_ALL;
	else if (!strcasecmp(text, "none"))
		a->t.hex = HEX_NONE;
	else if (!strcasecmp(text, "non-ascii-chars"))
		a->t.hex = HEX_NON_ASCII_CHARS;
	else if (!strcasecmp(text, "non-ascii"))
		a->t.hex = HEX_NON_ASCII;
	else
		trace_bad_value(text);
}

void trace_daemonize(struct trace_args *a, const char *text)
{
	if (!text || !strcasecmp(text, "grandchild"))
		a->long_daemon = 1;
	else if (!strcasecmp(text, "pgroup") || !strcasecmp(text, "pgrp"))
		a->long_daemon = 2;
	else if (!strcasecmp(text, "session"))
		a->long_daemon = 3;
	else
		trace_bad_value(text);
}

void trace_add_path(struct trace_options *t, const char *path)
{
	if (t->nr_paths == TRACE_PATHS_MAX)
		cli_usage_error(CMD, "more than %d -P", TRACE_PATHS_MAX);
	t->paths[t->nr_paths++] = path;
}

int trace_interruptible(const char *text)
{
	static const struct {
		const char *name;
		int value;
	} names[] = {
		{"anywhere", 1}, {"always", 1}, {"waiting", 2}, {"never", 3}, {"never_tstp", 4},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i].name, text))
			return names[i].value;
	return (int)trace_number(text, 1, 4);
}
