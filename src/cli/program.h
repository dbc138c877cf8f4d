/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `run` and `trace` share: options about the program that is run. */
#ifndef TRAPGATE_CLI_PROGRAM_H
#define TRAPGATE_CLI_PROGRAM_H

#include "cli/guard_opts.h"
#include "cli/sandbox_opts.h"
#include "cli/net_opts.h"
#include "task/run.h"

enum { OPT_CHDIR = 1000, OPT_ARGV0, OPT_CPU, OPT_ENTRY_TRACE, OPT_ENTRY_OUTPUT, OPT_STATIC };

/* clang-format off */
#define PROGRAM_OPTIONS                                                                            \
	{"chdir", required_argument, NULL, OPT_CHDIR},                                             \
	{"argv0", required_argument, NULL, OPT_ARGV0},                                             \
	{"cpu", required_argument, NULL, OPT_CPU},                                                 \
	{"static-only", no_argument, NULL, OPT_STATIC},                                            \
	{"entry-trace", optional_argument, NULL, OPT_ENTRY_TRACE},                                 \
	{"entry-output", required_argument, NULL, OPT_ENTRY_OUTPUT},                               \
	NET_OPTIONS,                                                                               \
	SANDBOX_OPTIONS,                                                                           \
	GUARD_OPTIONS
/* clang-format on */

#define PROGRAM_HELP                                                                               \
	"      --chdir DIR       start it in DIR\n"                                                \
	"      --argv0 NAME      give it NAME as argv[0]\n"                                        \
	"      --cpu intel|amd|host  vendor of the emulated CPU (intel): on AMD there is\n"        \
	"                        no SYSENTER, 32-bit programs use SYSCALL\n"                       \
	"      --static-only     refuse dynamically linked programs\n"                             \
	"\nEntry and exit\n"                                                                       \
	"      --entry-trace[=text|json]\n"                                                        \
	"                        show each step of each way into the kernel and back, a "          \
	"line each\n"                                                                              \
	"      --entry-output FILE\n"                                                              \
	"                        write that to FILE instead of standard error\n" NET_HELP          \
		SANDBOX_HELP GUARD_HELP

struct program {
	const char *chdir, *argv0, *entry_output;
	struct steps_options steps;
	void (*user)(const char *name); /* to be called with user_name before the program is read */
	const char *user_name;
	struct sandbox_options sandbox;
	struct guard_options guard;
	struct net_options net;
	struct run_options opt;
};

void program_init(struct program *p);
/* Takes one of PROGRAM_OPTIONS. */
void program_option(struct program *p, const char *command, int c);
/* -E NAME=VALUE, and for strace's sake NAME alone: removed; --unset NAME. */
void program_env(const char *command, char *text);
void program_unset(const char *command, const char *name);
/* Runs argv[0]. Returns the exit status. */
int program_run(struct program *p, const char *command, char **argv);

#endif
