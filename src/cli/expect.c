/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate expect: runs a program and checks its system calls against what is expected of them. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "compare/expect.h"
#include "host/host.h"
#include "trace/trace.h"

#define EXIT_TROUBLE 2

enum { OPT_TRACE = 256, OPT_HELP };

static const struct option options[] = {
	{"file", required_argument, NULL, 'f'},	  {"expect", required_argument, NULL, 'e'},
	{"output", required_argument, NULL, 'o'}, {"trace", required_argument, NULL, OPT_TRACE},
	{"help", no_argument, NULL, OPT_HELP},	  {NULL, 0, NULL, 0},
};

static int help(void)
{
	printf("usage: trapgate expect [-f SPEC]... [-e LINE]... -- PROGRAM [ARG]...\n"
	       "       trapgate expect [-f SPEC]... [-e LINE]... --trace FILE\n\n"
	       "Runs PROGRAM and checks the system calls of it and its children.\n\n"
	       "  -f, --file SPEC    expectations, one a line; # begins a comment\n"
	       "  -e, --expect LINE  one more\n"
	       "  -o, --output FILE  keep the trace in FILE\n"
	       "      --trace FILE   check this trace, of trapgate or strace, and run nothing\n"
	       "      --help         this text\n\n"
	       "A line is a call as a trace shows it:\n"
	       "  openat(_, \"/etc/passwd\", O_RDONLY...) = 3\n"
	       "_ is anything, ... the rest, A|B... these flags and others, g\"/tmp/*\" a glob, "
	       "r\"^/tmp/\" a\n"
	       "regular expression; results: 3, -1 ENOENT, >= 0. `signal SIGCHLD`, `exited 0` and\n"
	       "`killed SIGSEGV` are events. Each line must occur behind the one before it, but "
	       "for\n"
	       "  any CALL  anywhere      not CALL  nowhere      N times CALL, at least N times "
	       "CALL,\n"
	       "  at most N times CALL.   docs/expect.md says more.\n\n"
	       "Exit status: 0 all hold, 1 some do not, 2 trouble.\n");
	return cli_finish_stdout();
}

static void read_spec(struct expectations *e, const char *name)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	char *line = NULL;
	size_t room = 0;
	u32 n = 0;

	if (!f)
		die(EXIT_TROUBLE, "%s: %s", name, strerror(errno));
	while (getline(&line, &room, f) > 0) {
		const char *wrong;

		line[strcspn(line, "\n")] = 0;
		wrong = expect_add(e, line, name, ++n);
		if (wrong)
			die(EXIT_TROUBLE, "%s:%u: %s: %s", name, n, wrong, line);
	}
	if (ferror(f))
		die(EXIT_TROUBLE, "%s: %s", name, strerror(errno));
	free(line);
	if (f != stdin)
		fclose(f);
}

/* Runs the program under `trapgate trace` in a child. Returns its wait status. */
static int run_traced(const char *output, int argc, char **argv)
{
	char **args = calloc((size_t)argc + 8, sizeof(*args));
	int n = 0, status;
	pid_t pid;

	if (!args)
		fatal("out of memory");
	args[n++] = (char *)"trace";
	args[n++] = (char *)"-f";
	args[n++] = (char *)"-s1048576";
	args[n++] = (char *)"-o";
	args[n++] = (char *)output;
	args[n++] = (char *)"--";
	memcpy(args + n, argv, (size_t)argc * sizeof(*args));
	pid = fork();
	if (pid < 0)
		fatal("fork: %s", strerror(errno));
	if (pid == 0) {
		optind = 0; /* getopt anew */
		_exit(cli_trace(n + argc, args));
	}
	/* The terminal's signals are for the program. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fatal("waitpid: %s", strerror(errno));
	free(args);
	return status;
}

/* Says how the program ended, where it did not end well. */
static void say_status(int status)
{
	if (WIFSIGNALED(status))
		fprintf(stderr, "the program was killed by SIG%s\n",
			sigabbrev_np(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		fprintf(stderr, "the program exited with %d\n", WEXITSTATUS(status));
}

static void read_trace(const char *name, struct records *out)
{
	FILE *f = fopen(name, "re");
	const char *wrong = f ? records_read(f, out) : strerror(errno);

	if (wrong)
		die(EXIT_TROUBLE, "%s: %s", name, wrong);
	fclose(f);
}

static void run_program(const char *output, int argc, char **argv, struct records *out)
{
	char temp[] = "/tmp/trapgate-expect.XXXXXX";
	int fd, status;

	if (!output) {
		fd = mkstemp(temp);
		if (fd < 0)
			die(EXIT_TROUBLE, "%s: %s", temp, strerror(errno));
		close(fd);
	}
	status = run_traced(output ? output : temp, argc, argv);
	read_trace(output ? output : temp, out);
	if (!output)
		unlink(temp);
	if (!out->n) /* it has said why */
		exit(EXIT_TROUBLE);
	say_status(status);
}

int cli_expect(int argc, char **argv)
{
	const char *output = NULL, *trace = NULL, *wrong;
	struct expectations e = {0};
	struct records r;
	u32 failed;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:f:e:o:", options, NULL)) != -1) {
		switch (c) {
		case 'f':
			read_spec(&e, optarg);
			break;
		case 'e':
			wrong = expect_add(&e, optarg, "--expect", 0);
			if (wrong)
				die(EXIT_TROUBLE, "--expect %s: %s", optarg, wrong);
			break;
		case 'o':
			output = optarg;
			break;
		case OPT_TRACE:
			trace = optarg;
			break;
		case OPT_HELP:
			return help();
		default:
			cli_bad_option("expect", c, argv);
		}
	}
	if (!e.n)
		cli_usage_error("expect", "nothing is expected: want -f SPEC or -e LINE");
	if ((optind == argc) == !trace)
		cli_usage_error("expect", "want a program, or --trace FILE");
	if (trace)
		read_trace(trace, &r);
	else
		run_program(output, argc - optind, argv + optind, &r);
	failed = expect_check(&e, &r, stderr);
	if (failed)
		fprintf(stderr, "%u of %u expectations do not hold\n", failed, e.n);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
