/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate trace --compare-native: the same program natively under strace and under trapgate, and
 * how their traces differ. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "compare/diff.h"
#include "compare/normal.h"
#include "host/host.h"

#define EXIT_TROUBLE 2

/* Children are followed anyway, and -f twice would mean -ff. */
static bool left_out(const char *option)
{
	static const char *const words[] = {"--compare-native", "--", "-f", "-ff",
					    "--follow-forks"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(option, words[i]))
			return true;
	return false;
}

/* "TRACER OPTIONS -f -o OUTPUT PROGRAM ARGS": the options are those that were given, which strace
 * and trapgate share. */
static char **command_line(const char *tracer, const char *output, int argc, char **argv,
			   int program)
{
	char **v = calloc((size_t)argc + 8, sizeof(*v));
	int n = 0;

	if (!v)
		fatal("out of memory");
	v[n++] = (char *)tracer;
	for (int i = 1; i < program; i++)
		if (!left_out(argv[i]))
			v[n++] = argv[i];
	v[n++] = (char *)"-f";
	v[n++] = (char *)"-o";
	v[n++] = (char *)output;
	v[n++] = (char *)"--";
	for (int i = program; i < argc; i++)
		v[n++] = argv[i];
	return v;
}

static int count(char **v)
{
	int n = 0;

	while (v[n])
		n++;
	return n;
}

/* Runs one of the two; returns its wait status. */
static int run(const char *tracer, const char *output, int argc, char **argv, int program)
{
	char **v = command_line(tracer, output, argc, argv, program);
	pid_t pid = fork();
	int status;

	if (pid < 0)
		fatal("fork: %s", strerror(errno));
	if (pid == 0 && strcmp(tracer, "strace") == 0) {
		execvp(tracer, v);
		die(EXIT_TROUBLE, "--compare-native needs strace (package strace): %s",
		    strerror(errno));
	}
	if (pid == 0) {
		optind = 0;
		_exit(cli_trace(count(v), v));
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fatal("waitpid: %s", strerror(errno));
	free(v);
	return status;
}

static void read_trace(const char *tracer, const char *file, int status, struct records *out)
{
	FILE *f = fopen(file, "re");
	const char *wrong = f ? records_read(f, out) : strerror(errno);

	if (wrong)
		die(EXIT_TROUBLE, "the trace of %s: %s", tracer, wrong);
	fclose(f);
	if (!out->n && WIFEXITED(status))
		die(EXIT_TROUBLE, "%s traced nothing (status %d)", tracer, WEXITSTATUS(status));
}

/* What a run changes of the standard streams, that the next one would see. */
struct stream {
	struct stat st;
	off_t at;
	int flags;
};

static void remember_streams(struct stream *s)
{
	for (int fd = 0; fd < 3; fd++) {
		s[fd].flags = fcntl(fd, F_GETFL);
		s[fd].at = lseek(fd, 0, SEEK_CUR);
		if (fstat(fd, &s[fd].st) != 0 || !S_ISREG(s[fd].st.st_mode))
			s[fd].at = -1;
	}
}

/* A file is as it was, without what the first run wrote behind its end. */
static void restore_streams(const struct stream *s)
{
	struct stat now;

	for (int fd = 0; fd < 3; fd++) {
		if (s[fd].flags >= 0)
			fcntl(fd, F_SETFL, s[fd].flags);
		if (s[fd].at < 0 || fstat(fd, &now) != 0)
			continue;
		if (fd && now.st_size > s[fd].st.st_size && ftruncate(fd, s[fd].st.st_size) != 0)
			continue;
		lseek(fd, s[fd].at, SEEK_SET);
	}
}

int cli_compare_native(int argc, char **argv, int program)
{
	struct stream streams[3];
	char dir[] = "/tmp/trapgate-compare.XXXXXX", file[2][sizeof(dir) + 16];
	static const char *const tracers[] = {"strace", "trapgate"};
	struct normal_options normal = {0};
	struct records r[2];
	int status[2];
	u64 changed;

	if (!mkdtemp(dir))
		die(EXIT_TROUBLE, "%s: %s", dir, strerror(errno));
	for (int i = 0; i < 2; i++) {
		snprintf(file[i], sizeof(file[i]), "%s/%s", dir, tracers[i]);
		if (i)
			restore_streams(streams);
		else
			remember_streams(streams);
		status[i] = run(tracers[i], file[i], argc, argv, program);
	}
	for (int i = 0; i < 2; i++)
		read_trace(tracers[i], file[i], status[i], &r[i]);
	for (int i = 0; i < 2; i++) {
		records_normalise(&r[i], &normal);
		unlink(file[i]);
	}
	rmdir(dir);
	changed = traces_diff(stdout, &(struct diff_side){"native", &r[0]},
			      &(struct diff_side){"trapgate", &r[1]}, 3);
	if (status[0] != status[1])
		printf("the wait status differs: native %#x, trapgate %#x\n", status[0], status[1]);
	if (cli_finish_stdout())
		return EXIT_TROUBLE;
	return changed || status[0] != status[1] ? EXIT_FAILURE : EXIT_SUCCESS;
}
