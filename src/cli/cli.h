/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subcommands. Each gets its own argv, with its name as argv[0], and returns the exit status.
 */
#ifndef TRAPGATE_CLI_CLI_H
#define TRAPGATE_CLI_CLI_H

#include "cpu/cpu.h"

#define TRAPGATE_VERSION "0.1.0"

/* Exit statuses of trapgate's own, as env(1) and others use them. */
#define EXIT_TRAPGATE	 125 /* trapgate failed, or its options are wrong */
#define EXIT_CANNOT_EXEC 126 /* the program is there but cannot be run */
#define EXIT_NOT_FOUND	 127

int cli_run(int argc, char **argv);
int cli_trace(int argc, char **argv);
int cli_table(int argc, char **argv);
int cli_self_test(int argc, char **argv);
int cli_msrs(int argc, char **argv);
int cli_paths(int argc, char **argv);
int cli_diff(int argc, char **argv);
int cli_policy(int argc, char **argv);
int cli_expect(int argc, char **argv);
int cli_test(int argc, char **argv);
int cli_report(int argc, char **argv);
/* trapgate trace --compare-native: argv is the whole command line, argv[program] the program. */
int cli_compare_native(int argc, char **argv, int program);

/* What --cpu wants; ends with status 125 when text names no vendor. */
enum cpu_model cli_cpu_model(const char *command, const char *text);
/* Prints which version this is, and of which engine. */
int cli_version(void);

/* Says what is wrong with the command line, names the command's --help, and ends with status
 * cli_usage_status: 125, or what a command has set it to. */
extern int cli_usage_status;
_Noreturn void cli_usage_error(const char *command, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The message for getopt_long()'s '?' and ':' (opterr is 0). */
_Noreturn void cli_bad_option(const char *command, int result, char **argv);

/* For an option whose argument is optional: it takes one behind "=" only. Complains where the next
 * word is meant to be it: one of `values` (with spaces around each), or, if that is NULL, what no
 * file is called by or what ends in ".tap". */
void cli_check_next_word(const char *command, const char *values, char **argv);

/* Ends successfully once text is written to stdout, with status 125 if it cannot be. */
int cli_finish_stdout(void);

/* Finds a program as execvp(3) does: a name without a slash is searched in PATH. Returns the path
 * in static storage or `name` itself. Ends with a message and status 127 (not found) or 126 (found,
 * but not executable). */
const char *cli_find_program(const char *name);
/* Where to search instead of PATH, or NULL. */
extern const char *cli_search_path;

#endif
