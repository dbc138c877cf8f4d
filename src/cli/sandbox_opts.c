/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/sandbox_opts.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "host/host.h"

/* SRC:DST[:ro]. A name with a colon cannot be written. */
static void add_bind(struct sandbox_options *opt, const char *command, const char *text)
{
	struct sandbox_bind *b = &opt->bind[opt->nr_binds];
	char *copy = strdup(text), *dst, *mode;

	if (!copy)
		fatal("out of memory");
	if (opt->nr_binds == SANDBOX_MAX_BINDS)
		cli_usage_error(command, "more than %d --bind", SANDBOX_MAX_BINDS);
	dst = strchr(copy, ':');
	mode = dst ? strchr(dst + 1, ':') : NULL;
	if (dst)
		*dst++ = 0;
	if (mode)
		*mode++ = 0;
	if (!dst || !*copy || *dst != '/' || (mode && strcmp(mode, "ro") && strcmp(mode, "rw")))
		cli_usage_error(command, "--bind %s: want SRC:DST[:ro], DST absolute", text);
	b->src = copy;
	b->dst = dst;
	b->ro = mode && !strcmp(mode, "ro");
	opt->nr_binds++;
}

bool sandbox_option(struct sandbox_options *opt, const char *command, int c)
{
	if (c < OPT_SANDBOX || c > OPT_SANDBOX_LAST)
		return false;
	opt->enabled = true;
	switch (c) {
	case OPT_ROOT:
		opt->root = optarg;
		break;
	case OPT_BIND:
		add_bind(opt, command, optarg);
		break;
	case OPT_RO:
		opt->ro = true;
		break;
	case OPT_TMPFS:
		if (*optarg != '/')
			cli_usage_error(command, "--tmpfs %s: want an absolute path", optarg);
		if (opt->nr_tmpfs == SANDBOX_MAX_TMPFS)
			cli_usage_error(command, "more than %d --tmpfs", SANDBOX_MAX_TMPFS);
		opt->tmpfs[opt->nr_tmpfs++] = optarg;
		break;
	case OPT_OVERLAY:
		opt->overlay = true;
		break;
	case OPT_KEEP:
		opt->keep = optarg;
		opt->overlay = true;
		break;
	}
	return true;
}

static const char *absolute(const char *option, const char *path)
{
	char *real = realpath(path, NULL);

	if (!real)
		die(cli_usage_status, "--%s %s: %s", option, path, strerror(errno));
	return real;
}

void sandbox_make_absolute(struct sandbox_options *opt)
{
	if (opt->root)
		opt->root = absolute("root", opt->root);
	for (u32 i = 0; i < opt->nr_binds; i++)
		opt->bind[i].src = absolute("bind", opt->bind[i].src);
	if (opt->keep && mkdir(opt->keep, 0755) && errno != EEXIST)
		die(cli_usage_status, "--keep %s: %s", opt->keep, strerror(errno));
	if (opt->keep)
		opt->keep = absolute("keep", opt->keep);
}

void sandbox_check(const struct sandbox_options *opt, const char *command)
{
	if (opt->overlay && !opt->root)
		cli_usage_error(command, "option --%s needs --root",
				opt->keep ? "keep" : "overlay");
	if (opt->overlay && opt->ro)
		cli_usage_error(command, "--ro and --overlay exclude each other");
}
