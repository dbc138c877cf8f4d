/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate self-test: does the CPU engine behave as trapgate relies on? */
#include <getopt.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cpu/cpu.h"

static const struct option options[] = {
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

int cli_self_test(int argc, char **argv)
{
	int c, bad;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c != 'h')
			cli_bad_option("self-test", c, argv);
		printf("usage: trapgate self-test\n\n"
		       "Measures the properties of the CPU engine that trapgate relies on, a line "
		       "for\n"
		       "each. Exit status: 0 if all are as expected, else 1.\n");
		return cli_finish_stdout();
	}
	if (optind < argc)
		cli_usage_error("self-test", "%s: no arguments are expected", argv[optind]);
	bad = cpu_selftest(true);
	if (bad)
		printf("%d not as expected with %s\n", bad, cpu_engine_version());
	cli_finish_stdout();
	return bad != 0;
}
