/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests: what is run, and what came of it. docs/testing.md describes all of it to users. */
#ifndef TRAPGATE_TEST_TEST_H
#define TRAPGATE_TEST_TEST_H

#include <jansson.h>
#include <regex.h>

#include "abi/types.h"

/* Through which gate a 32-bit program's __kernel_vsyscall goes. */
enum test_gate { TG_DEFAULT, TG_SYSENTER, TG_SYSCALL, TG_INT80, TG_COUNT };
extern const char *const test_gate_names[TG_COUNT];

enum match_kind { MATCH_ANY, MATCH_EXACT, MATCH_CONTAINS, MATCH_REGEX };

/* What an output must be. */
struct matcher {
	enum match_kind kind;
	char *text; /* what is wanted, or the expression */
	size_t size;
	regex_t regex;
};

/* One test as a directory or a manifest declares it. */
struct test {
	char *name;
	char *path;  /* the program, absolute; NULL: not found, and `skip` is NULL too */
	char *dir;   /* absolute: a directory that a sandbox shows, read-only; or NULL */
	char **argv; /* NULL-terminated */
	char **env;  /* NAME=VALUE to set, NAME to remove; NULL-terminated, or NULL */
	char *input; /* standard input; NULL: empty */
	size_t input_size;
	bool signal; /* is to be killed by signal `status`, else to exit with `status` */
	int status;
	struct matcher out, err;
	char **syscalls; /* expectations as in docs/expect.md; NULL-terminated, or NULL */
	double timeout;	 /* seconds; 0: the default */
	u32 gates;	 /* a bit for each enum test_gate; 0: the default */
	u32 repeat;	 /* 0: once */
	char **tags;	 /* NULL-terminated, or NULL */
	char *skip;	 /* why it is not to be run, or NULL */
	bool tap;	 /* its output is TAP that decides */
};

struct tests {
	struct test *v;
	size_t n;
};

/* One run of a test. */
struct job {
	const struct test *test;
	char *name; /* the test's, with [gate] and #attempt where there are several */
	enum test_gate gate;
	u32 attempt; /* from 1 */
};

struct jobs {
	struct job *v;
	size_t n;
};

enum outcome { PASSED, FAILED, SKIPPED, OUTCOMES };
extern const char *const outcome_names[OUTCOMES]; /* "passed"... */

/* An output, made fit for reports: valid UTF-8 without control characters, and not too long. */
struct output {
	char *text; /* or NULL */
	u64 bytes;  /* that were written */
	bool cut;   /* text is not all of it */
};

struct result {
	char *name, *file;
	enum outcome outcome;
	bool ran;    /* seconds, signal and status mean something */
	bool signal; /* killed by `status` */
	int status;
	double seconds, cpu_seconds;
	u64 max_rss;  /* bytes, of the largest process */
	char *reason; /* why it failed or was skipped, lines; NULL */
	char *limit;  /* the name of the limit that it hit, or NULL */
	struct output out, err;
	char *trace;	 /* the last calls, or NULL */
	char *artifacts; /* where more is kept, or NULL */
	char **tags;
};

/* ---- src/test/define.c, discover.c, manifest.c: finding tests ---- */

/* Appends a copy of *t. */
void tests_add(struct tests *tests, const struct test *t);
/* A failed allocation ends the process with a message. */
void *test_alloc(void *p, size_t n);
char *test_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Appends to a NULL-terminated list. */
void list_add(char ***list, char *text);

/* Whether the file is a program that can be run: an x86 ELF program or a script. */
bool test_is_program(const char *path);
bool test_is_elf32(const char *path);

/* Adds the tests of one PATH: all programs below a directory, sorted; one program; the tests of a
 * manifest (a file that ends in .json). Returns NULL, or what is wrong (to be freed). */
char *tests_discover(struct tests *tests, const char *path);

/* Adds the tests of a manifest's text. Relative paths are relative to `dir`. Returns NULL or what
 * is wrong (to be freed); then nothing has been added. */
char *manifest_parse(struct tests *tests, const char *text, size_t n, const char *dir);

/* ---- src/test/schedule.c: which are run, and in which order ---- */

struct schedule_options {
	char **filters;	     /* shell patterns of names, or parts of names; any may match */
	char **tags;	     /* any may match; "!tag": must not */
	const json_t *rerun; /* a report: only what failed there; or NULL */
	bool all_gates;
	u32 repeat; /* 0: as each test says */
	bool shuffle;
	u64 seed;
	u32 shard, shards;	 /* from 0; 0 shards: all in one */
	const json_t *durations; /* a report of an earlier run, or NULL */
};

/* Makes the runs of all tests that the options select. */
void schedule(struct jobs *jobs, const struct tests *tests, const struct schedule_options *opt);

/* The shard that the environment asks for: that of Bazel, GitLab and others, or Slurm. Returns NULL
 * or what is wrong with a variable. Leaves *shards 0 where none asks. */
const char *shard_from_environment(u32 *shard, u32 *shards);

/* ---- src/test/result.c ---- */

/* The text that reports show of n bytes: invalid UTF-8 and control characters as \xNN, at most
 * `limit` bytes of it from the beginning and the end. */
char *text_clean(const char *bytes, size_t n, size_t limit, bool *cut);

json_t *result_to_json(const struct result *r);
/* Reads what result_to_json() wrote; strings are copied. False: it is no such thing. */
bool result_from_json(struct result *r, const json_t *json);
void result_free(struct result *r);
/* "exited with 1", "killed by SIGSEGV"; static storage. */
const char *how_ended(bool signal, int status);

#endif
