/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of `run`, `trace` and `test` about what a program may call and use up. */
#ifndef TRAPGATE_CLI_GUARD_OPTS_H
#define TRAPGATE_CLI_GUARD_OPTS_H

#include "sandbox/policy.h"

enum { OPT_POLICY = 2100, OPT_ALLOW, OPT_DENY, OPT_GUARD_LAST = OPT_DENY };

/* clang-format off */
#define GUARD_OPTIONS                                                                              \
	{"policy", required_argument, NULL, OPT_POLICY},                                           \
	{"allow", required_argument, NULL, OPT_ALLOW},                                             \
	{"deny", required_argument, NULL, OPT_DENY}
/* clang-format on */

#define GUARD_HELP                                                                                 \
	"\nWhat it may call (docs/policy.md)\n"                                                    \
	"      --allow LIST      only these calls: names and groups as for -e; the others\n"       \
	"                        fail with EPERM\n"                                                \
	"      --deny LIST[=ACTION]\n"                                                             \
	"                        not these: ACTION is an errno's name (EPERM), kill or log\n"      \
	"      --policy FILE     the rules in FILE; see trapgate policy\n"

struct guard_options {
	struct policy policy;
};

/* Takes option c if it is one of GUARD_OPTIONS (optarg is its argument): true. */
bool guard_option(struct guard_options *opt, const char *command, int c);
/* Puts them into force, for this process and its children. To be called after sandbox_enter(). */
void guard_enter(const struct guard_options *opt);

#endif
