/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate policy: learn one from a run, check one. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/program.h"
#include "host/host.h"
#include "host/image.h"
#include "sandbox/guard.h"
#include "trace/trace.h"

enum { OPT_HELP = 256 };

static const struct option options[] = {
	{"output", required_argument, NULL, 'o'},
	PROGRAM_OPTIONS,
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

static int help(void)
{
	printf("usage: trapgate policy learn [-o FILE] [OPTION]... [--] PROGRAM [ARG]...\n"
	       "       trapgate policy check FILE...\n\n"
	       "learn runs PROGRAM and writes the least policy under which it, and the processes\n"
	       "that come from it, could have made the calls that they made. Its status is "
	       "PROGRAM's.\n"
	       "check says what policies allow, or what is wrong with them (status 1).\n\n"
	       "  -o, --output FILE     write the policy to FILE instead of standard "
	       "output\n" PROGRAM_HELP "\nThe format is described in docs/policy.md.\n");
	return cli_finish_stdout();
}

/* ---- check ---- */

static void count(const struct policy *p, enum abi abi, const struct syscall_row *rows, u32 size)
{
	static const char *const word[] = {"allowed", "failing", "killed", "logged"};
	u32 n[ARRAY_SIZE(word)] = {0};

	for (u32 i = 0; i < size && i < POLICY_CALLS; i++)
		if (rows[i].name)
			n[p->call[abi][i].action]++;
	printf("  %s:", abi == ABI_64 ? "64-bit" : "32-bit");
	for (size_t i = 0; i < ARRAY_SIZE(word); i++)
		printf("%s %u %s", i ? "," : "", n[i], word[i]);
	putchar('\n');
}

static int check(int argc, char **argv)
{
	static struct policy p;
	int status = 0;

	if (argc < 2)
		cli_usage_error("policy", "check: no file given");
	for (int i = 1; i < argc; i++) {
		const char *bad;

		memset(&p, 0, sizeof(p));
		bad = policy_load(&p, trace_calls, argv[i]);
		if (bad) {
			warn("%s: %s", argv[i], bad);
			status = 1;
			continue;
		}
		printf("%s: valid\n", argv[i]);
		count(&p, ABI_64, sys_call_table, sys_call_table_size);
		count(&p, ABI_32, ia32_sys_call_table, ia32_sys_call_table_size);
	}
	cli_finish_stdout();
	return status;
}

/* ---- learn ---- */

/* Waits until no process of the program is left. Returns the first one's status. */
static int wait_for_all(pid_t first)
{
	int status = 0, s;
	pid_t pid;

	while ((pid = waitpid(-1, &s, 0)) > 0 || errno == EINTR)
		if (pid == first)
			status = s;
	return status;
}

static void write_policy(const struct policy_seen *seen, const char *program, FILE *out,
			 const char *name)
{
	if (policy_write(seen, program, out) != 0 || fclose(out) != 0)
		fatal("%s: %s", name, strerror(errno));
}

static int learn(int argc, char **argv)
{
	static struct program p;
	struct policy_seen *seen;
	const char *file = NULL;
	FILE *out = stdout;
	int c, status;
	pid_t pid;

	program_init(&p);
	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:o:", options, NULL)) != -1) {
		switch (c) {
		case OPT_HELP:
			return help();
		case '?':
		case ':':
			cli_bad_option("policy", c, argv);
		case 'o':
			file = optarg;
			break;
		default:
			program_option(&p, "policy", c);
			break;
		}
	}
	if (optind == argc)
		cli_usage_error("policy", "learn: no program given");
	if (file && !(out = fopen(file, "we")))
		fatal("%s: %s", file, strerror(errno));
	seen = host_shared(sizeof(*seen));
	if (!seen)
		fatal("out of memory");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = fork();
	if (pid < 0)
		fatal("fork: %s", strerror(errno));
	if (pid == 0) {
		prctl(PR_SET_CHILD_SUBREAPER, 0);
		guard_learn(seen);
		_exit(program_run(&p, "policy", argv + optind));
	}
	signal(SIGINT, SIG_IGN); /* the program's to answer */
	signal(SIGQUIT, SIG_IGN);
	status = wait_for_all(pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) >= EXIT_TRAPGATE &&
	    !memcmp(seen, &(struct policy_seen){0}, sizeof(*seen)))
		return WEXITSTATUS(status); /* nothing was run */
	write_policy(seen, argv[optind], out, file ? file : "standard output");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int cli_policy(int argc, char **argv)
{
	if (argc >= 2 && !strcmp(argv[1], "learn"))
		return learn(argc - 1, argv + 1);
	if (argc >= 2 && !strcmp(argv[1], "check"))
		return check(argc - 1, argv + 1);
	if (argc >= 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
		return help();
	cli_usage_error("policy", argc < 2 ? "want learn or check" : "%s: want learn or check",
			argc < 2 ? "" : argv[1]);
}
