/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of `run`, `trace` and `test` about what a program may call and use up. */
#ifndef TRAPGATE_CLI_GUARD_OPTS_H
#define TRAPGATE_CLI_GUARD_OPTS_H

#include "sandbox/limits.h"
#include "sandbox/policy.h"

enum {
	OPT_POLICY = 2100,
	OPT_ALLOW,
	OPT_DENY,
	OPT_USE_LIMIT,
	OPT_HARDEN,
	OPT_GUARD_LAST = OPT_HARDEN
};

/* clang-format off */
#define GUARD_OPTIONS                                                                              \
	{"policy", required_argument, NULL, OPT_POLICY},                                           \
	{"allow", required_argument, NULL, OPT_ALLOW},                                             \
	{"deny", required_argument, NULL, OPT_DENY},                                               \
	{"limit", required_argument, NULL, OPT_USE_LIMIT},                                         \
	{"harden", no_argument, NULL, OPT_HARDEN}
/* clang-format on */

#define GUARD_HELP                                                                                 \
	"\nWhat it may call and use (docs/policy.md)\n"                                            \
	"      --allow LIST      only these calls: names and groups as for -e; the others\n"       \
	"                        fail with EPERM\n"                                                \
	"      --deny LIST[=ACTION]\n"                                                             \
	"                        not these: ACTION is an errno's name (EPERM), kill or log\n"      \
	"      --policy FILE     the rules in FILE; see trapgate policy\n"                         \
	"      --limit NAME=VALUE\n"                                                               \
	"                        it and all its processes: wall, cpu (5s), memory, output,\n"      \
	"                        network, file-size (16M), processes, threads, files\n"            \
	"      --harden          let trapgate itself make only the calls that it needs (as in a\n" \
	"                        sandbox; docs/security.md)\n"

struct guard_options {
	struct policy policy;
	struct limits limits;
	bool harden;
};

/* Takes option c if it is one of GUARD_OPTIONS (optarg is its argument): true. */
bool guard_option(struct guard_options *opt, const char *command, int c);
/* Starts the supervisor of limits: returns in a new process, which is to become the program. */
void guard_supervise(const struct guard_options *opt);
/* Puts the policy into force, for this process and its children. To be called after
 * sandbox_enter(). */
void guard_enter(const struct guard_options *opt);

#endif
