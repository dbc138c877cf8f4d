/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What else is read as text. By the first byte: a set of calls, signals, descriptors, what to
 * inject, a specification for `trapgate expect`, a trace to be read back, TAP. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare/expect.h"
#include "compare/record.h"
#include "fuzz.h"
#include "test/worker.h"
#include "trace/trace.h"

static void expectations(char *text)
{
	struct expectations e = {0};
	u32 line = 0;

	for (char *next; text; text = next) {
		next = strchr(text, '\n');
		if (next)
			*next++ = 0;
		expect_add(&e, text, "text", ++line);
	}
	for (u32 i = 0; i < e.n; i++)
		pattern_free(&e.v[i].pattern);
	free(e.v);
}

static void read_back(char *text, size_t n)
{
	struct records r = {0};
	FILE *f = n ? fmemopen(text, n, "r") : NULL;

	if (!f)
		return;
	records_read(f, &r);
	fclose(f);
	records_free(&r);
}

static void judge_tap(const char *text, size_t n)
{
	char *skip = NULL, *why = NULL;
	size_t size;
	FILE *f = open_memstream(&why, &size);

	tap_judge(text, n, f, &skip);
	fclose(f);
	free(why);
	free(skip);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct trace_options opt = {.fd = -1};
	char *text = malloc(n + 1), *rest = text + 1;

	if (!n) {
		free(text);
		return 0;
	}
	memcpy(text, data, n);
	text[n] = 0;
	switch (text[0]) {
	case '=':
		opt.set = opt.raw = rest;
		break;
	case 's':
		opt.signals = rest;
		break;
	case 'f':
		opt.read_fds = opt.trace_fds = rest;
		break;
	case 'i':
		opt.inject[0] = rest;
		opt.nr_inject = 1;
		break;
	case 'e':
		expectations(rest);
		break;
	case 't':
		judge_tap(rest, n - 1);
		break;
	default:
		read_back(text, n);
		break;
	}
	if (strchr("=sfi", text[0]))
		trace_check(&opt);
	free(text);
	return 0;
}
