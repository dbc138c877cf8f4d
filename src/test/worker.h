/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Workers: processes that run tests one after the other, each in a child forked from a CPU engine
 * that is ready already. A worker is the reaper of all that its test leaves behind, and ends that
 * before the next test. */
#ifndef TRAPGATE_TEST_WORKER_H
#define TRAPGATE_TEST_WORKER_H

#include "cpu/cpu.h"
#include "sandbox/limits.h"
#include "sandbox/sandbox.h"
#include "test/test.h"
#include "trace/trace.h"

enum oracle { ORACLE_NONE, ORACLE_OUTCOME, ORACLE_TRACE };

struct worker_options {
	double timeout;	   /* seconds, where a test says nothing */
	u64 output_limit;  /* bytes of standard output and error together */
	u64 scratch_limit; /* bytes in the scratch directory */
	u32 trace_lines;   /* of the last calls to keep; 0: none */
	int skip_status;   /* exit status of a test that skips itself */
	bool keep;	   /* scratch and output of all, not only of what fails */
	bool tap;	   /* every test's output is TAP */
	enum oracle oracle;
	enum cpu_model model; /* where a gate does not ask for another */
	struct sandbox_options sandbox;
	struct limits limits; /* of each test's processes together */
	bool supervised;      /* ... which are watched by a process in each test */
	/* called in each test\'s process before and after it enters the sandbox; or NULL */
	void (*before)(void), (*after)(void);
	char **env;	     /* the environment of tests; NULL-terminated */
	const char *scratch; /* absolute: where scratch directories are made */
	const char *memory;  /* the same for what sandboxes need of their own; on a tmpfs if one is
				there */
	const char *artifacts; /* absolute: where what failed is kept; NULL: nowhere */
};

/* Serves the requests of socket: the number of a job (u32) each, answered by a u32 length and that
 * many bytes of result_to_json(). Ends when the other end is closed. */
_Noreturn void worker_main(int socket, const struct jobs *jobs, const struct worker_options *opt,
			   enum cpu_model model);

/* The program, as reports show it. */
char *file_of(const struct job *job);

/* The CPU that a job needs. */
enum cpu_model worker_model(const struct job *job, const struct worker_options *opt);

/* ---- src/test/execute.c ---- */

struct bytes {
	char *p;
	size_t n, room;
};

/* One execution of a program. */
struct execution {
	bool loaded;	     /* false: it could not even be started; err says why */
	int status;	     /* as of wait(2) */
	const char *limit;   /* the limit that ended it, or NULL */
	char limit_text[64]; /* its value */
	char reached[64];    /* another limit, which only made calls fail; or "" */
	double seconds, cpu_seconds;
	u64 max_rss;
	struct bytes out, err;
	bool asked;   /* a native one, before each fork, of which none was refused */
	bool aborted; /* the other end of the control socket was closed */
};

/* A worker's descriptors, but for those that are trapgate's own, are below that. */
#define WORKER_FDS 255

/* How to execute it. */
struct execute {
	const struct job *job;
	const struct worker_options *opt;
	const char *dir;	 /* its working directory */
	const char *sandbox_dir; /* an empty directory for what a sandbox has to put somewhere */
	struct limit_state *limits;
	struct trace_ring *ring; /* to be filled; or NULL */
	const char *trace;	 /* file for the whole trace; or NULL */
	bool asks;		 /* natively: before each fork, which limits make fail */
	bool native;		 /* by the host itself, with strace where `trace` is given */
	int control;		 /* when it is closed, all ends */
};

/* What the test's sandbox shows but for its scratch directory. */
struct sandbox_options sandbox_for(const struct test *t, const struct worker_options *opt);
void execute(const struct execute *how, struct execution *e);
void execution_free(struct execution *e);
/* Kills and reaps all descendants (limits: theirs, or NULL); adds up what they used. main: the
 * leader of the first's group.
 */
void kill_tree(pid_t main, struct limit_state *limits, struct execution *e);

/* ---- src/test/judge.c ---- */

/* What the job came to. native: the oracle's execution or NULL. The files of traces, or NULL. True:
 * the two differ. */
bool judge(struct result *r, const struct job *job, const struct worker_options *opt,
	   const struct execution *e, const struct execution *native, const char *trace,
	   const char *native_trace);

/* Judges output in TAP: appends reasons to *why, or sets *skip. False: it failed. */
bool tap_judge(const char *text, size_t n, FILE *why, char **skip);

/* ---- src/test/scratch.c ---- */

/* Removes a directory and all below it, whatever a test has made of it. True: it is gone. */
bool remove_tree(const char *path);
/* Moves a directory to a place that may be on another file system (then only directories, regular
 * files and links are copied). Returns 0 or -errno. */
int move_tree(const char *from, const char *to);
bool directory_empty(const char *path);

#endif
