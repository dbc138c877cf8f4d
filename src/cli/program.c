/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/program.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/types.h"
#include "cli/cli.h"
#include "cli/net_opts.h"
#include "host/host.h"

extern char **environ;

void program_init(struct program *p)
{
	memset(p, 0, sizeof(*p));
	p->opt.cpu_model = CPU_MODEL_INTEL; /* it has all three gates */
}

void program_option(struct program *p, const char *command, int c)
{
	if (sandbox_option(&p->sandbox, command, c) || guard_option(&p->guard, command, c) ||
	    net_option(&p->net, command, c))
		return;
	switch (c) {
	case OPT_CHDIR:
		p->chdir = optarg;
		break;
	case OPT_ARGV0:
		p->argv0 = optarg;
		break;
	case OPT_CPU:
		p->opt.cpu_model = cli_cpu_model(command, optarg);
		break;
	case OPT_STATIC:
		p->opt.static_only = true;
		break;
	case OPT_ENTRY_TRACE:
		p->steps.json = optarg && strcmp(optarg, "json") == 0;
		if (optarg && !p->steps.json && strcmp(optarg, "text") != 0)
			cli_usage_error(command, "--entry-trace=%s: want text or json", optarg);
		p->opt.steps = &p->steps;
		break;
	case OPT_ENTRY_OUTPUT:
		p->entry_output = optarg;
		break;
	}
}

void program_env(const char *command, char *text)
{
	const char *eq = strchr(text, '=');

	if (eq == text)
		cli_usage_error(command, "-E %s: want NAME=VALUE", text);
	if (!eq)
		program_unset(command, text);
	else if (putenv(text) != 0)
		fatal("-E %s: %s", text, strerror(errno));
}

void program_unset(const char *command, const char *name)
{
	if (unsetenv(name) != 0)
		cli_usage_error(command, "-u %s: not the name of a variable", name);
}

static void start_steps(struct program *p, const char *command)
{
	p->steps.model = p->opt.cpu_model;
	p->steps.fd = STDERR_FILENO;
	if (!p->entry_output)
		return;
	if (!p->opt.steps)
		cli_usage_error(command, "option --entry-output is for --entry-trace");
	p->steps.fd =
		open(p->entry_output, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	if (p->steps.fd < 0)
		fatal("%s: %s", p->entry_output, strerror(errno));
	p->steps.fd = host_own_fd(p->steps.fd);
}

/* Goes where the program is to start and finds it; in a sandbox both are inside. */
static void find_program(struct program *p)
{
	if (p->sandbox.enabled) {
		p->sandbox.work_dir = p->chdir;
		p->opt.path = sandbox_enter(&p->sandbox, p->opt.name);
		return;
	}
	if (p->chdir && chdir(p->chdir) < 0)
		fatal("--chdir %s: %s", p->chdir, strerror(errno));
	p->opt.path = cli_find_program(p->opt.name);
}

/* Files that the program makes in memory. */
static void count_written_dirs(const struct program *p)
{
	const struct sandbox_options *s = &p->sandbox;

	if (!s->enabled || !(p->guard.limits.set & (1u << LIMIT_MEMORY)))
		return;
	if (s->root && !s->ro && !s->overlay)
		limits_count_dir(s->root);
	limits_count_dir(s->keep);
	for (u32 i = 0; i < s->nr_binds; i++)
		if (!s->bind[i].ro)
			limits_count_dir(s->bind[i].src);
}

int program_run(struct program *p, const char *command, char **argv)
{
	p->opt.name = argv[0];
	p->opt.argv = argv;
	p->opt.envp = environ;
	sandbox_check(&p->sandbox, command);
	net_opts_check(&p->net, command);
	start_steps(p, command);
	/* The tracer's own process is left behind here; a relative FILE of -o is the caller's,
	 * while a relative PROGRAM is found from DIR, as by env -C. */
	if (p->opt.trace)
		trace_observe(&p->opt.trace_options);
	net_setup(&p->net);
	/* The supervisor keeps the rights that the program's user lacks; without another user it
	 * comes second, so that the end of the sandbox is not its to see to. */
	if (!p->user)
		find_program(p);
	count_written_dirs(p);
	guard_supervise(&p->guard);
	if (p->user) {
		p->user(p->user_name);
		find_program(p);
	}
	guard_enter(&p->guard);
	p->opt.harden = p->guard.harden;
	if (p->argv0)
		p->opt.argv[0] = (char *)p->argv0;
	return task_main(&p->opt);
}
