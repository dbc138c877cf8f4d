/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate trace: what its options mean together, and what does not go together. The words are
 * strace's. */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/trace_args.h"
#include "host/host.h"

#define CMD "trace"

/* The views are made of --json's lines; their text is abbreviated as lines are. */
static void settle_views(struct trace_options *t)
{
	if (t->separate)
		cli_usage_error(CMD, "--perfetto and --html are one file for all: -ff -o is not");
	if (t->summary == SUMMARY_ONLY)
		cli_usage_error(CMD, "-c shows no calls: with --perfetto and --html, use -C");
	if (t->file && !t->json && !t->summary)
		cli_usage_error(CMD, "--perfetto and --html take the place of the lines of -o; "
				     "--json can go with them");
}

/* Letters that were given together with the long option that says it better. */
static void check_spellings(const struct trace_args *a)
{
	const struct {
		bool both;
		const char *letter, *other;
	} pairs[] = {
		{a->daemons && a->long_daemon, "-D", "--daemonize"},
		{a->ts && a->stamp_given, "-t", "--absolute-timestamps"},
		{a->xs && a->hex_given, "-x", "--strings-in-hex"},
		{a->ys && a->fds_given, "-y", "--decode-fds"},
		{a->fs && a->follow, "-f", "--follow-forks"},
		{a->fs > 1 && a->t.separate, "-ff", "--output-separately"},
		{a->quiet && a->quiet_given, "-q", "-e quiet/--quiet"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		if (pairs[i].both)
			cli_usage_error(CMD, "%s and %s cannot be provided simultaneously",
					pairs[i].letter, pairs[i].other);
	if (a->daemons > 3)
		cli_usage_error(CMD, "Too many -D's (%d), maximum supported -D count is 3",
				a->daemons);
}

static void check_summary(const struct trace_args *a)
{
	const struct trace_options *t = &a->t;
	static const char with[] = "(-c/--summary-only or -C/--summary)";
	const struct {
		bool given;
		const char *name;
	} useless[] = {
		{t->ip, "-i/--instruction-pointer"},	{t->stack, "-k/--stack-traces"},
		{t->number, "-n/--syscall-number"},	{t->relative, "-r/--relative-timestamps"},
		{t->stamp, "-t/--absolute-timestamps"}, {t->times, "-T/--syscall-times"},
		{t->decode_fds, "-y/--decode-fds"},
	};

	if (t->summary && t->separate)
		cli_usage_error(CMD, "%s and -ff/--output-separately are mutually exclusive", with);
	if (t->wall && !t->summary)
		cli_usage_error(CMD, "-w/--summary-wall-clock must be given with %s", with);
	if (a->columns_given && !t->summary)
		cli_usage_error(CMD, "-U/--summary-columns must be given with %s", with);
	if (a->sort_given && !t->summary)
		warn("-S/--summary-sort-by has no effect without %s", with);
	for (size_t i = 0; t->summary == SUMMARY_ONLY && i < ARRAY_SIZE(useless); i++)
		if (useless[i].given)
			warn("%s has no effect with -c/--summary-only", useless[i].name);
}

/* Where lines go, and whose. */
static void settle_output(struct trace_args *a)
{
	struct trace_options *t = &a->t;
	bool follow = a->fs > 0 || a->follow;

	if (a->deprecated_f)
		warn(follow ? "deprecated option -F ignored"
			    : "option -F is deprecated, please use -f/--follow-forks instead");
	t->follow = follow || a->deprecated_f;
	t->separate = t->separate || a->fs > 1;
	check_summary(a);
	if (!t->file && t->separate && !t->follow)
		warn("--output-separately has no effect without -o/--output");
	if (!t->file && t->append)
		warn("-A/--output-append-mode has no effect without -o/--output");
	if (a->zs > 1)
		warn("Only the last of -z/--successful-only/-Z/--failed-only options will take "
		     "effect. See status qualifier for more complex filters.");
	if (t->file && t->separate && (*t->file == '|' || *t->file == '!'))
		cli_usage_error(CMD, "piping the output and -ff/--output-separately are mutually "
				     "exclusive");
	if (t->file && t->separate && strlen(t->file) >= PATH_MAX - sizeof(int) * 3)
		fatal("%s: %s", t->file, strerror(ENAMETOOLONG));
	t->separate = t->separate && t->file;
	t->pid_to_file = t->follow && t->file && !t->separate;
}

static void settle_letters(struct trace_args *a)
{
	struct trace_options *t = &a->t;

	/* as strace: output to a file means -q, unless something was said about messages */
	if (t->file && !a->quiet && !a->quiet_given)
		a->quiet = 1;
	if (a->quiet >= 1)
		t->quiet |= TQ_ATTACH | TQ_PERSONALITY;
	if (a->quiet >= 2)
		t->quiet |= TQ_EXIT;
	if (a->quiet >= 3)
		t->quiet = TQ_ALL;
	if (a->xs)
		t->hex = a->xs > 1 ? HEX_ALL : HEX_NON_ASCII;
	if (a->ys)
		t->decode_fds = a->ys > 1 ? TD_ALL : TD_PATH;
	if (a->ts) {
		t->stamp = a->ts > 2 ? STAMP_UNIX : STAMP_TIME;
		t->stamp_digits = a->ts > 1 ? 6 : 0;
	}
	t->daemonize = (enum trace_daemon)(a->daemons ? a->daemons : a->long_daemon);
	if (!t->interruptible)
		t->interruptible = t->daemonize ? 4 : t->file ? 3 : 2;
}

static void settle_json(struct trace_options *t)
{
	if (t->json) { /* nothing is left out */
		t->abbrev = "none";
		if (!t->string_limit)
			t->string_limit = 4096;
	}
	if (t->perfetto || t->html) {
		t->json_lines = t->json;
		t->json = true;
		if (!t->string_limit)
			t->string_limit = 128;
	}
	if (t->json) {
		t->consts = CONST_ABBREV;
		t->hex = HEX_NONE;
	}
}

void trace_settle(struct trace_args *a)
{
	struct trace_options *t = &a->t;
	const char *bad;

	check_spellings(a);
	if (t->summary_json && !t->summary)
		t->summary = SUMMARY_ONLY;
	settle_letters(a);
	settle_output(a);
	if (t->perfetto || t->html)
		settle_views(t);
	settle_json(t);
	bad = trace_check(t);
	if (bad)
		cli_usage_error(CMD, "%s", bad);
	if (a->user && (getuid() != 0 || geteuid() != 0))
		fatal("You must be root to use the -u/--username option");
}

/* From /etc/passwd and /etc/group: a static program has no name service. */
void trace_become(const char *user)
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *pw = NULL;
	const struct group *gr;
	gid_t groups[256];
	size_t n = 0;

	while (f && (pw = fgetpwent(f)) && strcmp(pw->pw_name, user) != 0)
		;
	if (!pw)
		fatal("Cannot find user '%s'", user);
	groups[n++] = pw->pw_gid;
	f = fopen("/etc/group", "re");
	while (f && (gr = fgetgrent(f)))
		for (char **m = gr->gr_mem; *m; m++)
			if (!strcmp(*m, user) && n < ARRAY_SIZE(groups))
				groups[n++] = gr->gr_gid;
	if (setgroups(n, groups) != 0 || setregid(pw->pw_gid, pw->pw_gid) != 0 ||
	    setreuid(pw->pw_uid, pw->pw_uid) != 0)
		fatal("-u %s: %s", user, strerror(errno));
}
