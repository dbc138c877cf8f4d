/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the subcommands share: messages about the command line, and the search in PATH. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/types.h"
#include "cli/cli.h"
#include "cpu/cpu.h"
#include "host/host.h"

int cli_usage_status = EXIT_TRAPGATE;
const char *cli_search_path;

void cli_usage_error(const char *command, const char *fmt, ...)
{
	char msg[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	die(cli_usage_status, "%s (try: trapgate %s%s--help)", msg, command ? command : "",
	    command ? " " : "");
}

void cli_bad_option(const char *command, int result, char **argv)
{
	const char *arg = argv[optind - 1];
	bool is_long = strncmp(arg, "--", 2) == 0;

	if (result == ':' && is_long)
		cli_usage_error(command, "option %s wants an argument", arg);
	if (result == ':')
		cli_usage_error(command, "option -%c wants an argument", optopt);
	/* getopt_long() leaves optopt 0 for an unknown long option, and sets it for one that takes
	 * no argument but got one. */
	if (is_long && optopt)
		cli_usage_error(command, "option %s takes no argument", arg);
	if (is_long)
		cli_usage_error(command, "unknown option %s", arg);
	cli_usage_error(command, "unknown option -%c", optopt);
}

void cli_check_next_word(const char *command, const char *values, char **argv)
{
	const char *option = argv[optind - 1], *word = argv[optind], *end;
	char spaced[64];
	bool meant;

	if (optarg || !word || word[0] == '-')
		return;
	snprintf(spaced, sizeof(spaced), " %s ", word);
	end = strrchr(word, '.');
	meant = values ? strstr(values, spaced) != NULL
		       : access(word, F_OK) != 0 || (end && !strcmp(end, ".tap"));
	if (meant)
		cli_usage_error(command, "%s takes an argument behind \"=\" only: %s=%s", option,
				option, word);
}

enum cpu_model cli_cpu_model(const char *command, const char *text)
{
	if (strcmp(text, "intel") == 0)
		return CPU_MODEL_INTEL;
	if (strcmp(text, "amd") == 0)
		return CPU_MODEL_AMD;
	if (strcmp(text, "host") == 0)
		return cpu_host_model();
	cli_usage_error(command, "--cpu %s: want intel, amd or host", text);
}

int cli_finish_stdout(void)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		die(cli_usage_status, "cannot write to standard output: %s", strerror(errno));
	return 0;
}

/* 0 if path is a regular file that may be executed, else the errno that execve(2) would give. */
static int executable(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno;
	if (!S_ISREG(st.st_mode) || host_may_execute(path) < 0)
		return EACCES;
	return 0;
}

static const char *search(const char *name, char *buf, size_t n, int *error)
{
	const char *dir = cli_search_path ? cli_search_path : getenv("PATH");

	if (!dir)
		dir = "/bin:/usr/bin"; /* execvp(3)'s default */
	*error = ENOENT;
	for (;;) {
		int len = (int)strcspn(dir, ":");
		int size = snprintf(buf, n, "%.*s%s%s", len, dir, len ? "/" : "", name);
		int err = size < 0 || (size_t)size >= n ? ENAMETOOLONG : executable(buf);

		if (err == 0)
			return buf;
		/* As execvp(3): a file that may not be executed is remembered, and the search goes
		 * on. */
		if (err == EACCES)
			*error = EACCES;
		if (!dir[len])
			return NULL;
		dir += len + 1;
	}
}

const char *cli_find_program(const char *name)
{
	static char buf[PATH_MAX];
	struct stat st;
	int err;

	if (!*name)
		die(EXIT_NOT_FOUND, "the name of the program is empty");
	if (!strchr(name, '/')) {
		const char *path = search(name, buf, sizeof(buf), &err);

		if (path)
			return path;
		if (err == EACCES)
			die(EXIT_CANNOT_EXEC, "%s: Permission denied", name);
		die(EXIT_NOT_FOUND, "%s: not found", name);
	}
	err = executable(name);
	if (err == 0)
		return name;
	if (err == ENOENT)
		die(EXIT_NOT_FOUND, "%s: not found", name);
	if (err == EACCES && stat(name, &st) == 0 && S_ISDIR(st.st_mode))
		die(EXIT_CANNOT_EXEC, "%s: Is a directory", name);
	die(EXIT_CANNOT_EXEC, "%s: %s", name, strerror(err));
}

int cli_version(void)
{
	printf("trapgate %s (%s)\n", TRAPGATE_VERSION, cpu_engine_version());
	return cli_finish_stdout();
}
