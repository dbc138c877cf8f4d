/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate table: every row of the system-call tables and how complete its handler is. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "abi/syscall.h"
#include "cli/cli.h"

enum { OPT_ABI = 256, OPT_MISSING, OPT_HELP };

static const struct option options[] = {
	{"abi", required_argument, NULL, OPT_ABI},
	{"missing", no_argument, NULL, OPT_MISSING},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

struct counts {
	unsigned int full, partial, none, not_linux, x32;
};

static int help(void)
{
	printf("usage: trapgate table [--abi 64|32] [--missing]\n\n"
	       "Lists the system calls: number, abi, name, handler, state.\n\n"
	       "  --abi 64|32  only the table of 64-bit or of 32-bit programs\n"
	       "  --missing    only calls whose handler is partial or absent\n\n"
	       "States\n"
	       "  full           does what Linux does\n"
	       "  partial: WHAT  does, except for WHAT\n"
	       "  none           no handler: the call fails with ENOSYS\n"
	       "  not in Linux   a number whose call fails with ENOSYS on Linux, too\n"
	       "  not run        a number of x32, whose programs are not run\n\n"
	       "Counts of each go to standard error.\n");
	return cli_finish_stdout();
}

static void print_row(u32 nr, const struct syscall_row *row, const char *state, const char *what)
{
	const char *handler = row->desc ? row->desc->handler : row->entry ? row->entry : "-";

	printf("%3u  %-6s  %-28s  %-36s  %s%s\n", nr, row->abi, row->name, handler, state,
	       what ? what : "");
}

static bool in_linux(const struct syscall_row *row)
{
	return row->entry && strcmp(row->entry, "sys_ni_syscall") != 0;
}

static void list(const struct syscall_row *table, u32 size, bool missing, struct counts *n)
{
	for (u32 nr = 0; nr < size; nr++) {
		const struct syscall_row *row = &table[nr];

		if (!row->name)
			continue;
		if (row->desc && row->desc->missing) {
			n->partial++;
			print_row(nr, row, "partial: ", row->desc->missing);
		} else if (row->desc) {
			n->full++;
			if (!missing)
				print_row(nr, row, "full", NULL);
		} else if (in_linux(row)) {
			n->none++;
			print_row(nr, row, "none", NULL);
		} else {
			n->not_linux++;
			if (!missing)
				print_row(nr, row, "not in Linux", NULL);
		}
	}
}

static void list_x32(bool missing, struct counts *n)
{
	for (u32 i = 0; i < x32_call_table_size; i++) {
		n->x32++;
		if (!missing)
			print_row(x32_call_table[i].nr, &x32_call_table[i].row, "not run", NULL);
	}
}

int cli_table(int argc, char **argv)
{
	bool want64 = true, want32 = true, missing = false;
	struct counts n = {0};
	int c, status;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (c) {
		case OPT_HELP:
			return help();
		case OPT_MISSING:
			missing = true;
			break;
		case OPT_ABI:
			want64 = strcmp(optarg, "64") == 0;
			want32 = strcmp(optarg, "32") == 0;
			if (!want64 && !want32)
				cli_usage_error("table", "--abi %s: want 64 or 32", optarg);
			break;
		default:
			cli_bad_option("table", c, argv);
		}
	}
	if (optind < argc)
		cli_usage_error("table", "%s: no arguments are expected", argv[optind]);

	if (want64) {
		list(sys_call_table, sys_call_table_size, missing, &n);
		list_x32(missing, &n);
	}
	if (want32)
		list(ia32_sys_call_table, ia32_sys_call_table_size, missing, &n);
	status = cli_finish_stdout();
	fprintf(stderr, "%u full, %u partial, %u none, %u not in Linux", n.full, n.partial, n.none,
		n.not_linux);
	if (want64)
		fprintf(stderr, ", %u x32 not run", n.x32);
	fputc('\n', stderr);
	return status;
}
