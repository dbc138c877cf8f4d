/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate run, trapgate trace: options and environment of the program to be run. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/types.h"
#include "cli/cli.h"
#include "host/host.h"
#include "task/run.h"

extern char **environ;

#define DEFAULT_STRING_LIMIT 32

enum {
	OPT_CHDIR = 256,
	OPT_ARGV0,
	OPT_GATE,
	OPT_CPU,
	OPT_ENTRY_TRACE,
	OPT_ENTRY_OUTPUT,
	OPT_STATIC,
	OPT_HELP
};

static const struct option options[] = {
	{"env", required_argument, NULL, 'E'},
	{"unset", required_argument, NULL, 'u'},
	{"chdir", required_argument, NULL, OPT_CHDIR},
	{"argv0", required_argument, NULL, OPT_ARGV0},
	{"trace", no_argument, NULL, 't'},
	{"output", required_argument, NULL, 'o'},
	{"follow", no_argument, NULL, 'f'},
	{"expr", required_argument, NULL, 'e'},
	{"string-limit", required_argument, NULL, 's'},
	{"gate", no_argument, NULL, OPT_GATE},
	{"cpu", required_argument, NULL, OPT_CPU},
	{"entry-trace", optional_argument, NULL, OPT_ENTRY_TRACE},
	{"entry-output", required_argument, NULL, OPT_ENTRY_OUTPUT},
	{"static-only", no_argument, NULL, OPT_STATIC},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

struct run_args {
	const char *command; /* "run" or "trace" */
	const char *chdir;
	const char *argv0;
	const char *output;
	const char *entry_output;
	struct steps_options steps;
	const char
		*trace_only; /* an option that makes sense only while tracing, if one was given */
	struct run_options opt;
};

static int help(const char *command)
{
	bool trace = strcmp(command, "trace") == 0;

	printf("usage: trapgate %s [OPTION]... PROGRAM [ARG]...\n\n%s\n\n", command,
	       trace ? "Runs PROGRAM and shows its system calls, one line each." : "Runs PROGRAM.");
	printf("The program\n"
	       "  -E, --env NAME=VALUE  set a variable of its environment\n"
	       "  -u, --unset NAME      remove a variable from its environment\n"
	       "      --chdir DIR       start it in DIR\n"
	       "      --argv0 NAME      give it NAME as argv[0]\n"
	       "      --cpu intel|amd|host  vendor of the emulated CPU (intel): on AMD there is\n"
	       "                        no SYSENTER, 32-bit programs use SYSCALL\n"
	       "      --static-only     refuse dynamically linked programs\n\n");
	printf("Tracing\n");
	if (!trace)
		printf("  -t, --trace           show its system calls, as `trapgate trace` does\n");
	printf("  -o, --output FILE     write the trace to FILE instead of standard error\n"
	       "  -f, --follow          trace its children too\n"
	       "  -e, --expr LIST       only these calls: names or %%groups with commas between "
	       "them;\n"
	       "                        !LIST: all but these; trace=LIST is the same\n"
	       "  -s, --string-limit N  show up to N bytes of a string (%d)\n"
	       "      --gate            say through which gate each call came\n\n",
	       DEFAULT_STRING_LIMIT);
	printf("Entry and exit\n"
	       "      --entry-trace[=text|json]\n"
	       "                        show each step of each way into the kernel and back, a "
	       "line each\n"
	       "      --entry-output FILE\n"
	       "                        write that to FILE instead of standard error\n\n");
	printf("Options end at PROGRAM. A PROGRAM without a slash is searched in PATH.\n");
	return cli_finish_stdout();
}

static u32 string_limit(const char *command, const char *text)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || n > 1UL << 20)
		cli_usage_error(command, "-s %s: want a number up to %lu", text, 1UL << 20);
	return (u32)n;
}

static void set_env(const char *command, char *text)
{
	const char *eq = strchr(text, '=');

	if (!eq || eq == text)
		cli_usage_error(command, "-E %s: want NAME=VALUE", text);
	if (putenv(text) != 0)
		fatal("-E %s: %s", text, strerror(errno));
}

static void unset_env(const char *command, const char *name)
{
	if (unsetenv(name) != 0)
		cli_usage_error(command, "-u %s: not the name of a variable", name);
}

static void take_option(struct run_args *args, int c)
{
	struct trace_options *trace = &args->opt.trace_options;

	switch (c) {
	case 'E':
		set_env(args->command, optarg);
		return;
	case 'u':
		unset_env(args->command, optarg);
		return;
	case 't':
		args->opt.trace = true;
		return;
	case OPT_CHDIR:
		args->chdir = optarg;
		return;
	case OPT_ARGV0:
		args->argv0 = optarg;
		return;
	case OPT_CPU:
		args->opt.cpu_model = cli_cpu_model(args->command, optarg);
		return;
	case OPT_STATIC:
		args->opt.static_only = true;
		return;
	case OPT_ENTRY_TRACE:
		args->steps.json = optarg && strcmp(optarg, "json") == 0;
		if (optarg && !args->steps.json && strcmp(optarg, "text") != 0)
			cli_usage_error(args->command, "--entry-trace=%s: want text or json",
					optarg);
		args->opt.steps = &args->steps;
		return;
	case OPT_ENTRY_OUTPUT:
		args->entry_output = optarg;
		return;
	case 'o':
		args->output = optarg;
		args->trace_only = "-o";
		return;
	case 'f':
		trace->follow = true;
		args->trace_only = "-f";
		return;
	case 'e':
		if (strncmp(optarg, "trace=", 6) == 0)
			trace->set = optarg + 6;
		else
			trace->set = optarg;
		args->trace_only = "-e";
		return;
	case 's':
		trace->string_limit = string_limit(args->command, optarg);
		args->trace_only = "-s";
		return;
	case OPT_GATE:
		trace->gate = true;
		args->trace_only = "--gate";
		return;
	}
}

static void open_output(struct run_args *args)
{
	struct trace_options *trace = &args->opt.trace_options;
	int fd;

	if (!args->output)
		return;
	fd = open(args->output, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0)
		fatal("%s: %s", args->output, strerror(errno));
	trace->fd = host_own_fd(fd);
	trace->pid_to_file = trace->follow;
}

static void start_steps(struct run_args *args)
{
	args->steps.model = args->opt.cpu_model;
	args->steps.fd = STDERR_FILENO;
	if (!args->entry_output)
		return;
	if (!args->opt.steps)
		cli_usage_error(args->command, "option --entry-output is for --entry-trace");
	args->steps.fd =
		open(args->entry_output, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	if (args->steps.fd < 0)
		fatal("%s: %s", args->entry_output, strerror(errno));
	args->steps.fd = host_own_fd(args->steps.fd);
}

static int run(const char *command, bool trace, int argc, char **argv)
{
	struct run_args args = {
		.command = command,
		.opt =
			{
				.trace = trace,
				.trace_options = {.fd = STDERR_FILENO,
						  .string_limit = DEFAULT_STRING_LIMIT},
				.cpu_model = CPU_MODEL_INTEL,
			},
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:E:u:to:fe:s:", options, NULL)) != -1) {
		if (c == OPT_HELP)
			return help(command);
		if (c == '?' || c == ':')
			cli_bad_option(command, c, argv);
		take_option(&args, c);
	}
	if (optind == argc)
		cli_usage_error(command, "no program given");
	if (args.trace_only && !args.opt.trace)
		cli_usage_error(command, "option %s is for traces: add -t", args.trace_only);

	args.opt.name = argv[optind];
	args.opt.argv = argv + optind;
	args.opt.envp = environ;
	/* A relative FILE of -o is the caller's; a relative PROGRAM is found from DIR, as by env
	 * -C. */
	open_output(&args);
	start_steps(&args);
	if (args.chdir && chdir(args.chdir) < 0)
		fatal("--chdir %s: %s", args.chdir, strerror(errno));
	args.opt.path = cli_find_program(args.opt.name);
	if (args.argv0)
		args.opt.argv[0] = (char *)args.argv0;
	return task_main(&args.opt);
}

int cli_run(int argc, char **argv)
{
	return run("run", false, argc, argv);
}

int cli_trace(int argc, char **argv)
{
	return run("trace", true, argc, argv);
}
