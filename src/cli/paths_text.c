/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lanes as text: as many beside each other as the width has room for, each stage in the same
 * row of all of them. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/paths.h"
#include "host/host.h"

#define LABEL_WIDTH 16
#define GAP	    2
#define MIN_LANE    36 /* "pt_regs.orig_ax = 0xffffffffffffffff" */
#define MAX_LANE    52

static struct paths_text_options opt;

static const char *get(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* ---- Wrapping ---- */

/* Appends text to lines in pieces of at most width columns, broken at blanks; pieces after the
 * first keep its indentation. */
static void wrap(json_t *lines, const char *text, size_t width)
{
	size_t indent = strspn(text, " ");
	const char *p = text + indent;

	if (!*p)
		json_array_append_new(lines, json_string(""));
	while (*p) {
		size_t room = width - indent, n = strlen(p);

		if (n > room) {
			n = room;
			while (n && p[n] != ' ')
				n--;
			if (!n)
				n = room;
		}
		json_array_append_new(lines, json_sprintf("%*s%.*s", (int)indent, "", (int)n, p));
		p += n;
		p += strspn(p, " ");
	}
}

/* ---- Printing ---- */

enum style { PLAIN, DIM, BOLD, VALUE, PHASE, ALARM };

static const char *escape(enum style s)
{
	static const char *const codes[] = {"",	       "\33[2m",    "\33[1m",
					    "\33[32m", "\33[1;36m", "\33[1;31m"};

	return opt.colour ? codes[s] : "";
}

static void put(enum style s, int width, const char *text)
{
	printf("%s%-*s%s", escape(s), width, text, opt.colour && s != PLAIN ? "\33[0m" : "");
}

static enum style style_of(const char *text)
{
	if (strncmp(text, "from ", 5) == 0 || strncmp(text, "was ", 4) == 0 || text[0] == ' ')
		return DIM;
	if (strncmp(text, "should be ", 10) == 0)
		return ALARM;
	return strstr(text, " = ") || text[0] == '<' ? VALUE : PLAIN;
}

/* A row: a label, and for each lane of the block an array of lines. */
static void put_row(const char *label, json_t *const *cells, int n, int width)
{
	size_t height = 0;

	for (int i = 0; i < n; i++)
		height = MAX(height, json_array_size(cells[i]));
	for (size_t y = 0; y < height; y++) {
		put(BOLD, LABEL_WIDTH, y ? "" : label);
		for (int i = 0; i < n; i++) {
			const char *text = json_string_value(json_array_get(cells[i], y));

			if (!text)
				text = "";
			printf("%*s", GAP, "");
			/* no blanks at the end of a line */
			put(style_of(text), i == n - 1 ? 0 : width, text);
		}
		putchar('\n');
	}
	for (int i = 0; i < n; i++)
		json_decref(cells[i]);
}

static void put_phase(const char *phase, int n, int width)
{
	const struct paths_word *w = paths_phase(phase);
	int total = LABEL_WIDTH + n * (width + GAP), used;

	printf("%s-- %s ", escape(PHASE), w->label);
	used = 4 + (int)strlen(w->label);
	for (; used < total; used++)
		putchar('-');
	printf("%s\n", opt.colour ? "\33[0m" : "");
}

static json_t *cell(const json_t *lane, const char *phase, const char *stage, int width)
{
	json_t *lines = json_array(), *step, *text;
	size_t i, k;

	json_array_foreach(json_object_get(lane, "steps"), i, step)
	{
		json_t *raw;

		if (strcmp(get(step, "phase"), phase) != 0 || strcmp(get(step, "step"), stage) != 0)
			continue;
		raw = paths_step_lines(step);
		json_array_foreach(raw, k, text)
			wrap(lines, json_string_value(text), (size_t)width);
		json_decref(raw);
	}
	return lines;
}

static json_t *one(int width, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static json_t *one(int width, const char *fmt, ...)
{
	json_t *lines = json_array();
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	wrap(lines, text, (size_t)width);
	return lines;
}

static json_t *title(const json_t *lane, int width)
{
	return one(width, "%s", get(lane, "title"));
}

static json_t *ways_end(const json_t *lane, int width)
{
	if (json_object_get(lane, "absent"))
		return one(width, "%s", get(lane, "absent"));
	return one(width, "%s", get(lane, "ended"));
}

static json_t *registers(const json_t *lane, int width)
{
	json_t *lines = json_array(), *value;
	const char *name;
	char text[160];

	json_object_foreach(json_object_get(lane, "changed"), name, value)
	{
		snprintf(text, sizeof(text), "%s: %s to %s", name,
			 json_string_value(json_array_get(value, 0)),
			 json_string_value(json_array_get(value, 1)));
		wrap(lines, text, (size_t)width);
	}
	return lines;
}

static json_t *executed(const json_t *lane, int width)
{
	json_t *lines =
		one(width, "%lld",
		    (long long)json_integer_value(json_object_get(lane, "instruction_count")));
	const json_t *list = json_object_get(lane, "instructions");
	json_t *insn;
	size_t i;

	if (json_array_size(list) > 1)
		json_array_foreach(list, i, insn)
			json_array_append_new(lines, json_sprintf("  %s", get(insn, "text")));
	return lines;
}

static json_t *output(const json_t *lane, int width)
{
	json_t *out = json_object_get(lane, "output");
	char *quoted;
	json_t *lines = json_array();

	if (json_string_length(out)) {
		quoted = json_dumps(out, JSON_ENCODE_ANY);
		wrap(lines, quoted ? quoted : "", (size_t)width);
		free(quoted);
	}
	return lines;
}

static json_t *nanoseconds(const json_t *lane, int width, const char *side)
{
	const json_t *ns = json_object_get(json_object_get(lane, "ns"), side);

	if (json_is_real(ns))
		return one(width, "%.0f ns", json_real_value(ns));
	return json_array();
}

static json_t *native(const json_t *lane, int width)
{
	const json_t *n = json_object_get(lane, "native"), *differs;
	json_t *lines = nanoseconds(lane, width, "native"), *name;
	char text[256] = "";
	size_t i;

	if (!json_is_object(n))
		return lines;
	if (!json_array_size(lines))
		wrap(lines, get(n, "ended"), (size_t)width);
	differs = json_object_get(n, "differs");
	json_array_foreach(differs, i, name)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? ", " : "",
			 json_string_value(name));
	if (*text) {
		wrap(lines, "  the host leaves another value in", (size_t)width);
		wrap(lines, text, (size_t)width);
	}
	return lines;
}

static void put_summary(const json_t *const *lanes, int n, int width)
{
	static const struct {
		const char *label;
		json_t *(*fn)(const json_t *lane, int width);
	} rows[] = {{"changed", registers},
		    {"executed", executed},
		    {"wrote", output},
		    {"natively", native},
		    {"the program", ways_end}};
	json_t *cells[16];

	for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
		for (int i = 0; i < n; i++)
			cells[i] = rows[r].fn(lanes[i], width);
		put_row(rows[r].label, cells, n, width);
		if (strcmp(rows[r].label, "wrote") != 0)
			continue;
		for (int i = 0; i < n; i++)
			cells[i] = nanoseconds(lanes[i], width, "trapgate");
		put_row("under trapgate", cells, n, width);
	}
}

static void put_block(const json_t *const *lanes, int n, int width)
{
	static const struct {
		const char *phase;
		size_t from, to; /* stages */
	} order[] = {{"user", 0, 1},   {"cpu-in", 1, 12},   {"entry", 12, 23}, {"dispatch", 23, 28},
		     {"exit", 28, 32}, {"cpu-out", 32, 37}, {"user", 37, 39}};
	json_t *cells[16];

	for (int i = 0; i < n; i++)
		cells[i] = title(lanes[i], width);
	put_row("", cells, n, width);
	for (size_t p = 0; p < ARRAY_SIZE(order); p++) {
		put_phase(order[p].phase, n, width);
		for (size_t s = order[p].from; s < order[p].to; s++) {
			const struct paths_word *w = paths_stage(s);

			for (int i = 0; i < n; i++)
				cells[i] = cell(lanes[i], order[p].phase, w->name, width);
			put_row(w->label, cells, n, width);
		}
	}
	put_summary(lanes, n, width);
}

static void put_header(const json_t *doc)
{
	json_t *call = json_object_get(doc, "call"), *lines = json_array(), *arg;
	char text[4096];
	size_t i, n;

	n = (size_t)snprintf(text, sizeof(text), "%s", get(call, "name"));
	json_array_foreach(json_object_get(call, "args"), i, arg) if (n < sizeof(text) / 2) n +=
		(size_t)snprintf(text + n, sizeof(text) / 2, " %.1000s", json_string_value(arg));
	snprintf(text + n, sizeof(text) - n, ": on an %s CPU, through every gate%s",
		 strcmp(get(doc, "cpu"), "amd") == 0 ? "AMD" : "Intel",
		 opt.diff ? "; what differs" : "");
	wrap(lines, text, (size_t)opt.width);
	json_array_foreach(lines, i, arg)
	{
		put(BOLD, 0, json_string_value(arg));
		putchar('\n');
	}
	json_decref(lines);
}

void paths_text(const json_t *doc, const struct paths_text_options *options)
{
	const json_t *lanes = json_object_get(doc, "lanes"), *block[16];
	int total = (int)json_array_size(lanes), fit, width, rows;

	opt = *options;
	put_header(doc);
	fit = MAX(1, (opt.width - LABEL_WIDTH) / (MIN_LANE + GAP));
	fit = MIN(MIN(fit, 16), MAX(total, 1));
	rows = (total + fit - 1) / fit; /* blocks of about the same size */
	fit = rows ? (total + rows - 1) / rows : 1;
	width = MIN(MAX_LANE, MAX(20, (opt.width - LABEL_WIDTH) / fit - GAP));
	for (int from = 0; from < total; from += fit) {
		int n = MIN(fit, total - from);

		for (int k = 0; k < n; k++)
			block[k] = json_array_get(lanes, (size_t)from + (size_t)k);
		putchar('\n');
		put_block(block, n, width);
	}
}
