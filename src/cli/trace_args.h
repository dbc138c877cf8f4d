/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `trapgate trace` collects from its command line, for the files that share the work. */
#ifndef TRAPGATE_CLI_TRACE_ARGS_H
#define TRAPGATE_CLI_TRACE_ARGS_H

#include "cli/program.h"

struct trace_args {
	struct program prog;
	struct trace_options t;
	int fs, quiet, xs, ys, ts, zs, daemons; /* how often -f, -q, ... were given */
	int long_daemon;			/* --daemonize= */
	/* the long spellings that do not go together with those letters */
	bool follow, stamp_given, hex_given, quiet_given, fds_given;
	bool deprecated_f; /* -F */
	bool sort_given, columns_given;
	const char *user;
	bool compare; /* --compare-native */
};

/* The option whose value is looked at, as the user may have spelled it: "-s", "--string-limit". */
extern char trace_option[64];
/* "invalid OPTION argument: 'TEXT'", in strace's words. */
_Noreturn void trace_bad_value(const char *text);

/* Values. Each ends the program with a message when text is none. */
u64 trace_number(const char *text, u64 min, u64 max);
void trace_stamps(struct trace_options *t, const char *text);
int trace_digits(const char *text); /* s, ms, us, ns; NULL: us */
void trace_words(u32 *bits, const struct trace_word *w, const char *what, const char *list);
void trace_take_quiet(struct trace_args *a, const char *list);
void trace_take_status(struct trace_options *t, const char *list);
void trace_take_fds(struct trace_args *a, const char *list);
void trace_take_pids(struct trace_options *t, const char *list);
void trace_take_inject(struct trace_options *t, const char *text, bool fault);
void trace_consts(struct trace_options *t, const char *text);
void trace_overhead(struct trace_options *t, const char *text);
void trace_color(struct trace_options *t, const char *when);
void trace_hex_strings(struct trace_args *a, const char *text);
void trace_daemonize(struct trace_args *a, const char *text);
void trace_add_path(struct trace_options *t, const char *path);
int trace_interruptible(const char *text);

/* What follows from several options together; what does not go together ends the program. */
void trace_settle(struct trace_args *a);
/* -u USER */
void trace_become(const char *user);

#endif
