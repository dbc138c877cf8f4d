/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/guard_opts.h"

#include <getopt.h>
#include <string.h>

#include "cli/cli.h"
#include "host/host.h"
#include "mm/uaccess.h"
#include "sandbox/guard.h"
#include "trace/trace.h"

bool guard_option(struct guard_options *opt, const char *command, int c)
{
	const char *bad;

	switch (c) {
	case OPT_ALLOW:
		bad = policy_allow(&opt->policy, trace_calls, optarg);
		if (bad)
			cli_usage_error(command, "--allow %s: %s", optarg, bad);
		return true;
	case OPT_DENY:
		bad = policy_deny(&opt->policy, trace_calls, optarg);
		if (bad)
			cli_usage_error(command, "--deny %s: %s", optarg, bad);
		return true;
	case OPT_POLICY:
		bad = policy_load(&opt->policy, trace_calls, optarg);
		if (bad)
			die(!strcmp(command, "test") ? 2 : 125, "%s: %s", optarg, bad);
		return true;
	case OPT_USE_LIMIT:
		bad = limits_parse(&opt->limits, optarg);
		if (bad)
			cli_usage_error(command, "--limit %s: %s", optarg, bad);
		return true;
	case OPT_HARDEN:
		opt->harden = true;
		return true;
	default:
		return false;
	}
}

void guard_supervise(const struct guard_options *opt)
{
	if (opt->limits.set)
		limits_start(&opt->limits, copy_from_user);
}

void guard_enter(const struct guard_options *opt)
{
	if (opt->policy.active)
		guard_start(&opt->policy);
}
