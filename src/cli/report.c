/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate report: reports of trapgate test, joined and in other forms. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "host/host.h"
#include "test/report.h"

#define EXIT_TROUBLE 2

enum { OPT_JSON = 256, OPT_JUNIT, OPT_TAP, OPT_HELP };

static const struct option options[] = {
	{"output", required_argument, NULL, 'o'},      {"json", required_argument, NULL, OPT_JSON},
	{"junit", required_argument, NULL, OPT_JUNIT}, {"tap", optional_argument, NULL, OPT_TAP},
	{"help", no_argument, NULL, OPT_HELP},	       {NULL, 0, NULL, 0},
};

static int help(void)
{
	printf("usage: trapgate report merge [OPTION]... FILE...\n\n"
	       "Joins JSON reports of `trapgate test`, as of the shards of one run, to one.\n\n"
	       "  -o, --output FILE  the report: JSON, or JUnit XML (*.xml), or TAP (*.tap)\n"
	       "      --json FILE    JSON\n"
	       "      --junit FILE   JUnit XML\n"
	       "      --tap[=FILE]   TAP 14 (standard output)\n\n"
	       "FILE - is standard output. A test that occurs in several reports counts once, "
	       "with\n"
	       "the worst that it came to.\n\n"
	       "Exit status: 0 all passed, 1 some failed, 2 trouble.\n");
	return cli_finish_stdout();
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), k = strlen(end);

	return n >= k && strcmp(text + n - k, end) == 0;
}

static int by_name(const void *a, const void *b)
{
	const struct result *x = a, *y = b;
	static const int badness[OUTCOMES] = {[PASSED] = 1, [FAILED] = 2, [SKIPPED] = 0};
	int order = strcmp(x->name, y->name);

	return order ? order : badness[y->outcome] - badness[x->outcome];
}

static void unite(struct report *r)
{
	size_t n = 0;

	if (r->n)
		qsort(r->v, r->n, sizeof(*r->v), by_name);
	for (size_t i = 0; i < r->n; i++) {
		if (n && strcmp(r->v[n - 1].name, r->v[i].name) == 0)
			result_free(&r->v[i]);
		else
			r->v[n++] = r->v[i];
	}
	r->n = n;
}

int cli_report(int argc, char **argv)
{
	const char *json = NULL, *junit = NULL, *tap = NULL;
	struct report r = {0};
	size_t count[OUTCOMES];
	char *wrong;
	int c;

	cli_usage_status = EXIT_TROUBLE;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:", options, NULL)) != -1) {
		switch (c) {
		case 'o':
			*(ends_with(optarg, ".xml")   ? &junit
			  : ends_with(optarg, ".tap") ? &tap
						      : &json) = optarg;
			break;
		case OPT_JSON:
			json = optarg;
			break;
		case OPT_JUNIT:
			junit = optarg;
			break;
		case OPT_TAP:
			if (argv[optind] && strcmp(argv[optind], "merge") != 0)
				cli_check_next_word("report", NULL, argv);
			tap = optarg ? optarg : "-";
			break;
		case OPT_HELP:
			return help();
		default:
			cli_bad_option("report", c, argv);
		}
	}
	if (optind == argc || strcmp(argv[optind], "merge") != 0)
		cli_usage_error("report", "want: trapgate report merge FILE...");
	if (optind + 1 == argc)
		cli_usage_error("report", "no FILE to merge");
	for (int i = optind + 1; i < argc; i++) {
		json_error_t err;
		json_t *j = strcmp(argv[i], "-") == 0 ? json_loadf(stdin, 0, &err)
						      : json_load_file(argv[i], 0, &err);

		if (!j && err.line < 0)
			die(EXIT_TROUBLE, "%s: %s", argv[i], strerror(errno ? errno : EIO));
		if (!j)
			die(EXIT_TROUBLE, "%s: line %d: %s", argv[i], err.line, err.text);
		if (!report_add(&r, j))
			die(EXIT_TROUBLE, "%s: not a JSON report of trapgate test", argv[i]);
		json_decref(j);
	}
	unite(&r);
	if (!json && !junit && !tap)
		json = "-";
	wrong = report_write(&r, json, junit, tap);
	if (wrong)
		die(EXIT_TROUBLE, "%s", wrong);
	report_count(&r, count);
	return count[FAILED] ? 1 : 0;
}
