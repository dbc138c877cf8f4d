/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of `run`, `trace` and `test` that make a sandbox. */
#ifndef TRAPGATE_CLI_SANDBOX_OPTS_H
#define TRAPGATE_CLI_SANDBOX_OPTS_H

#include "sandbox/sandbox.h"

enum {
	OPT_SANDBOX = 2000,
	OPT_ROOT,
	OPT_BIND,
	OPT_RO,
	OPT_TMPFS,
	OPT_OVERLAY,
	OPT_KEEP,
	OPT_SANDBOX_LAST = OPT_KEEP,
};

/* clang-format off */
#define SANDBOX_OPTIONS                                                                            \
	{"sandbox", no_argument, NULL, OPT_SANDBOX},                                               \
	{"root", required_argument, NULL, OPT_ROOT},                                               \
	{"bind", required_argument, NULL, OPT_BIND},                                               \
	{"ro", no_argument, NULL, OPT_RO},                                                         \
	{"tmpfs", required_argument, NULL, OPT_TMPFS},                                             \
	{"overlay", no_argument, NULL, OPT_OVERLAY},                                               \
	{"keep", required_argument, NULL, OPT_KEEP}
/* clang-format on */

#define SANDBOX_HELP                                                                               \
	"\nSandbox (docs/sandbox.md)\n"                                                            \
	"      --sandbox         hide the host: files, processes, IPC; implied by the others\n"    \
	"      --root DIR        the guest's / is DIR, not the small default root\n"               \
	"      --bind SRC:DST[:ro]\n"                                                              \
	"                        show the host's SRC as the guest's DST\n"                         \
	"      --ro              the root cannot be written\n"                                     \
	"      --tmpfs PATH      an empty scratch directory at PATH\n"                             \
	"      --overlay         writes go to a scratch directory, thrown away\n"                  \
	"      --keep DIR        ... or kept in DIR\n"

/* Takes option c if it is one of SANDBOX_OPTIONS (optarg is its argument): true. */
bool sandbox_option(struct sandbox_options *opt, const char *command, int c);
/* For sandboxes that are built in another directory: host paths become absolute; ends with a
 * message where one of them leads nowhere. */
void sandbox_make_absolute(struct sandbox_options *opt);
/* Ends with a message when the options contradict each other. */
void sandbox_check(const struct sandbox_options *opt, const char *command);

#endif
