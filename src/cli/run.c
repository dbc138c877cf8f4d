/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate run: the program, and the common options of traces. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/types.h"
#include "cli/cli.h"
#include "cli/program.h"
#include "host/host.h"

enum { OPT_GATE = 256, OPT_HELP };

static const struct option options[] = {
	{"env", required_argument, NULL, 'E'},
	{"unset", required_argument, NULL, 'u'},
	{"trace", no_argument, NULL, 't'},
	{"output", required_argument, NULL, 'o'},
	{"follow", no_argument, NULL, 'f'},
	{"expr", required_argument, NULL, 'e'},
	{"string-limit", required_argument, NULL, 's'},
	{"gate", no_argument, NULL, OPT_GATE},
	PROGRAM_OPTIONS,
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

static int help(void)
{
	printf("usage: trapgate run [OPTION]... PROGRAM [ARG]...\n\nRuns PROGRAM.\n\n"
	       "The program\n"
	       "  -E, --env NAME=VALUE  set a variable of its environment\n"
	       "  -u, --unset NAME      remove a variable from its environment\n" PROGRAM_HELP
	       "\nTracing\n"
	       "  -t, --trace           show its system calls; `trapgate trace` has more options\n"
	       "  -o, --output FILE     write the trace to FILE instead of standard error\n"
	       "  -f, --follow          trace its children too\n"
	       "  -e, --expr LIST       only these calls: names or %%groups with commas between "
	       "them;\n"
	       "                        !LIST: all but these; trace=LIST is the same\n"
	       "  -s, --string-limit N  show up to N bytes of a string (32)\n"
	       "      --gate            say through which gate each call came\n\n"
	       "Options end at PROGRAM. A PROGRAM without a slash is searched in PATH.\n");
	return cli_finish_stdout();
}

static u32 string_limit(const char *text)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || n > 1UL << 20)
		cli_usage_error("run", "-s %s: want a number up to %lu", text, 1UL << 20);
	return n ? (u32)n : TRACE_NO_STRINGS;
}

/* An option of traces; returns how to name it in a message. */
static const char *trace_option(struct trace_options *trace, int c)
{
	switch (c) {
	case 'o':
		trace->file = optarg;
		trace->quiet |= TQ_ATTACH | TQ_PERSONALITY;
		return "-o";
	case 'f':
		trace->follow = true;
		return "-f";
	case 'e':
		trace->set = strncmp(optarg, "trace=", 6) == 0 ? optarg + 6 : optarg;
		return "-e";
	case 's':
		trace->string_limit = string_limit(optarg);
		return "-s";
	default:
		trace->gate = true;
		return "--gate";
	}
}

int cli_run(int argc, char **argv)
{
	static struct program p;
	const char *trace_only = NULL, *bad;
	int c;

	program_init(&p);
	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:E:u:to:fe:s:", options, NULL)) != -1) {
		switch (c) {
		case OPT_HELP:
			return help();
		case '?':
		case ':':
			cli_bad_option("run", c, argv);
		case 'E':
			if (!strchr(optarg, '='))
				cli_usage_error("run", "-E %s: want NAME=VALUE", optarg);
			program_env("run", optarg);
			break;
		case 'u':
			program_unset("run", optarg);
			break;
		case 't':
			p.opt.trace = true;
			break;
		case OPT_CHDIR:
		case OPT_ARGV0:
		case OPT_CPU:
		case OPT_ENTRY_TRACE:
		case OPT_ENTRY_OUTPUT:
		case OPT_STATIC:
		case OPT_SANDBOX ... OPT_SANDBOX_LAST:
		case OPT_POLICY ... OPT_GUARD_LAST:
		case OPT_NET ... OPT_NET_LAST:
			program_option(&p, "run", c);
			break;
		default:
			trace_only = trace_option(&p.opt.trace_options, c);
			break;
		}
	}
	if (optind == argc)
		cli_usage_error("run", "no program given");
	if (trace_only && !p.opt.trace)
		cli_usage_error("run", "option %s is for traces: add -t", trace_only);
	p.opt.trace_options.pid_to_file = p.opt.trace_options.follow && p.opt.trace_options.file;
	bad = p.opt.trace ? trace_check(&p.opt.trace_options) : NULL;
	if (bad)
		cli_usage_error("run", "%s", bad);
	return program_run(&p, "run", argv + optind);
}
