/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate diff: how two traces differ. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "compare/diff.h"
#include "compare/normal.h"
#include "host/host.h"

#define EXIT_TROUBLE 2 /* as diff(1) has it */

enum { OPT_KEEP = 256, OPT_HELP };

static const struct option options[] = {
	{"unified", required_argument, NULL, 'U'},
	{"brief", no_argument, NULL, 'q'},
	{"keep", required_argument, NULL, OPT_KEEP},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

static int help(void)
{
	printf("usage: trapgate diff [OPTION]... A B\n\n"
	       "Compares two traces, of trapgate (as lines or by --json) or of strace,\n"
	       "process by process (children in the order in which they were made), and shows\n"
	       "the differences as a unified diff. Before that, addresses become ADDR, ports\n"
	       "that the kernel gave PORT, process ids P1, P2..., times TIME, inode numbers INO,\n"
	       "random bytes RANDOM and what a signal's handler returns to R; calls that ask for\n"
	       "the time, which a vDSO may answer, are left out. - is standard input.\n\n"
	       "  -U, --unified N  show N equal lines around each difference (3)\n"
	       "  -q, --brief      only say whether they differ\n"
	       "      --keep WHAT  compare these as they are: addresses, pids, times; several with "
	       "commas\n"
	       "      --help       this text\n\n"
	       "Exit status: 0 no difference, 1 they differ, 2 trouble.\n");
	return cli_finish_stdout();
}

static void take_keep(struct normal_options *opt, const char *list)
{
	while (*list) {
		size_t n = strcspn(list, ",");

		if (n == 9 && strncmp(list, "addresses", n) == 0)
			opt->keep_addresses = true;
		else if (n == 4 && strncmp(list, "pids", n) == 0)
			opt->keep_pids = true;
		else if (n == 5 && strncmp(list, "times", n) == 0)
			opt->keep_times = true;
		else
			cli_usage_error("diff", "--keep %.*s: want addresses, pids or times",
					(int)n, list);
		list += n + (list[n] == ',');
	}
}

static void read_trace(const char *name, struct records *out)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	const char *wrong = f ? records_read(f, out) : strerror(errno);

	if (wrong)
		die(EXIT_TROUBLE, "%s: %s", name, wrong);
	if (f != stdin)
		fclose(f);
}

int cli_diff(int argc, char **argv)
{
	struct normal_options normal = {0};
	struct records a, b;
	u32 context = 3;
	bool brief = false, mixed;
	u64 changed;
	char *end;
	FILE *out;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":U:q", options, NULL)) != -1) {
		switch (c) {
		case 'U':
			context = (u32)strtoul(optarg, &end, 10);
			if (*optarg < '0' || *optarg > '9' || *end || context > 1000000)
				cli_usage_error("diff", "-U %s: want a number", optarg);
			break;
		case 'q':
			brief = true;
			break;
		case OPT_KEEP:
			take_keep(&normal, optarg);
			break;
		case OPT_HELP:
			return help();
		default:
			cli_bad_option("diff", c, argv);
		}
	}
	if (argc - optind != 2)
		cli_usage_error("diff", "want two traces");
	read_trace(argv[optind], &a);
	read_trace(argv[optind + 1], &b);
	mixed = a.n && b.n && a.json != b.json;
	for (int i = 0; i < 2; i++) {
		struct records *r = i ? &b : &a;

		if (mixed)
			records_plain(r);
		records_normalise(r, &normal);
		if (mixed)
			records_unquote(r);
	}
	out = brief ? fopen("/dev/null", "we") : stdout;
	if (!out)
		die(EXIT_TROUBLE, "/dev/null: %s", strerror(errno));
	changed = traces_diff(out, &(struct diff_side){argv[optind], &a},
			      &(struct diff_side){argv[optind + 1], &b}, context);
	if (brief && changed)
		printf("traces %s and %s differ\n", argv[optind], argv[optind + 1]);
	records_free(&a);
	records_free(&b);
	if (cli_finish_stdout())
		return EXIT_TROUBLE;
	return changed ? EXIT_FAILURE : EXIT_SUCCESS;
}
