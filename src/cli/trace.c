/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate trace: strace's options. docs/strace.md goes through them one by one. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/program.h"
#include "host/host.h"

enum {
	OPT_FIRST = 256,
	OPT_SEPARATELY,
	OPT_QUIET,
	OPT_DAEMONIZE,
	OPT_STAMPS,
	OPT_TIMES,
	OPT_RELATIVE,
	OPT_HEX,
	OPT_DECODE_FDS,
	OPT_DECODE_PIDS,
	OPT_PIDNS,
	OPT_TRACE,
	OPT_ABBREV,
	OPT_VERBOSE,
	OPT_RAW,
	OPT_SIGNAL,
	OPT_STATUS,
	OPT_READ,
	OPT_WRITE,
	OPT_INJECT,
	OPT_FAULT,
	OPT_KVM,
	OPT_TRACE_FD,
	OPT_LIMIT,
	OPT_TIPS,
	OPT_SECCOMP,
	OPT_GATE,
	OPT_JSON,
	OPT_SUMMARY_JSON,
	OPT_COLOR,
	OPT_UNSET,
	OPT_COMPARE,
	OPT_PERFETTO,
	OPT_HTML,
};

#define NO  no_argument, NULL
#define REQ required_argument, NULL
#define OPT optional_argument, NULL

static const struct option options[] = {
	{"output-append-mode", NO, 'A'},
	{"columns", REQ, 'a'},
	{"detach-on", REQ, 'b'},
	{"summary", NO, 'C'},
	{"summary-only", NO, 'c'},
	{"daemonize", OPT, OPT_DAEMONIZE},
	{"daemonized", OPT, OPT_DAEMONIZE},
	{"debug", NO, 'd'},
	{"env", REQ, 'E'},
	{"expr", REQ, 'e'},
	{"follow-forks", NO, 'f'},
	{"follow", NO, 'f'},
	{"output-separately", NO, OPT_SEPARATELY},
	{"help", NO, 'h'},
	{"interruptible", REQ, 'I'},
	{"instruction-pointer", NO, 'i'},
	{"stack-traces", OPT, 'k'},
	{"stack-trace", OPT, 'k'},
	{"syscall-number", NO, 'n'},
	{"summary-syscall-overhead", REQ, 'O'},
	{"output", REQ, 'o'},
	{"trace-path", REQ, 'P'},
	{"attach", REQ, 'p'},
	{"quiet", OPT, OPT_QUIET},
	{"silent", OPT, OPT_QUIET},
	{"silence", OPT, OPT_QUIET},
	{"relative-timestamps", OPT, OPT_RELATIVE},
	{"summary-sort-by", REQ, 'S'},
	{"string-limit", REQ, 's'},
	{"absolute-timestamps", OPT, OPT_STAMPS},
	{"timestamps", OPT, OPT_STAMPS},
	{"syscall-times", OPT, OPT_TIMES},
	{"summary-columns", REQ, 'U'},
	{"user", REQ, 'u'},
	{"no-abbrev", NO, 'v'},
	{"version", NO, 'V'},
	{"summary-wall-clock", NO, 'w'},
	{"const-print-style", REQ, 'X'},
	{"strings-in-hex", OPT, OPT_HEX},
	{"decode-fds", OPT, OPT_DECODE_FDS},
	{"decode-pids", REQ, OPT_DECODE_PIDS},
	{"pidns-translation", NO, OPT_PIDNS},
	{"successful-only", NO, 'z'},
	{"failed-only", NO, 'Z'},
	{"failing-only", NO, 'Z'},
	{"trace", REQ, OPT_TRACE},
	{"abbrev", REQ, OPT_ABBREV},
	{"verbose", REQ, OPT_VERBOSE},
	{"raw", REQ, OPT_RAW},
	{"signal", REQ, OPT_SIGNAL},
	{"signals", REQ, OPT_SIGNAL},
	{"status", REQ, OPT_STATUS},
	{"read", REQ, OPT_READ},
	{"reads", REQ, OPT_READ},
	{"write", REQ, OPT_WRITE},
	{"writes", REQ, OPT_WRITE},
	{"inject", REQ, OPT_INJECT},
	{"fault", REQ, OPT_FAULT},
	{"kvm", REQ, OPT_KVM},
	{"trace-fd", REQ, OPT_TRACE_FD},
	{"trace-fds", REQ, OPT_TRACE_FD},
	{"syscall-limit", REQ, OPT_LIMIT},
	{"tips", OPT, OPT_TIPS},
	{"seccomp-bpf", NO, OPT_SECCOMP},
	/* trapgate's own */
	{"gate", NO, OPT_GATE},
	{"json", NO, OPT_JSON},
	{"summary-json", NO, OPT_SUMMARY_JSON},
	{"color", OPT, OPT_COLOR},
	{"unset", REQ, OPT_UNSET},
	{"compare-native", NO, OPT_COMPARE},
	{"perfetto", REQ, OPT_PERFETTO},
	{"html", REQ, OPT_HTML},
	PROGRAM_OPTIONS,
	{NULL, 0, NULL, 0},
};

static const char help_text[] =
	"usage: trapgate trace [OPTION]... PROGRAM [ARG]...\n\n"
	"Runs PROGRAM and shows its system calls, one line each, in strace's form and with\n"
	"strace's options.\n\n"
	"Which calls\n"
	"  -e trace=SET          only these: names, %groups, /REGEX, ?NAME (need not exist), @64, "
	"@32,\n"
	"                        with commas between them; !SET: all but these\n"
	"  -e signal=SET, -e status=SET, -e trace-fd=SET, -P PATH, -z, -Z\n"
	"                        only these signals, results, descriptors, paths; succeeded, "
	"failed\n"
	"  -f, -ff               follow children; -ff -o FILE: one FILE.PID for each\n"
	"  -b execve             stop tracing a process that executes another program\n"
	"  --syscall-limit N     stop tracing after N calls\n"
	"How they look\n"
	"  -o FILE, -o '|CMD'    write to FILE or to a command; -A: append\n"
	"  -s N, -a N            strings up to N bytes (32); results in column N (40)\n"
	"  -v, -e abbrev=SET, -e verbose=SET, -e raw=SET, -X raw|abbrev|verbose, -x, -xx\n"
	"                        more, fewer or undecoded details, hexadecimal strings\n"
	"  -y, -yy, -e decode-fds=SET, -Y\n"
	"                        what descriptors stand for; names of processes\n"
	"  -i, -n, -k            instruction pointer, call number, stack of the program\n"
	"  -r, -t, -tt, -ttt, -T time since the last line, time of day, time spent in the call\n"
	"  -e read=SET, -e write=SET\n"
	"                        all data read from or written to these descriptors\n"
	"  -q, -qq, -qqq, -e quiet=SET\n"
	"                        fewer messages of other kinds\n"
	"      --json            a JSON object per line (docs/trace-json.md)\n"
	"      --gate            say through which gate each call came\n"
	"      --color[=WHEN]    always, never, or auto: on a terminal\n"
	"      --perfetto FILE, --html FILE\n"
	"                        instead of lines, a file for the Perfetto and Chrome trace "
	"viewers,\n"
	"                        a page with timeline, filter and statistics "
	"(docs/trace-views.md)\n"
	"Statistics\n"
	"  -c, -C                count calls, instead of or after the lines; -w: real time;\n"
	"                        -S SORT, -U COLUMNS, -O OVERHEAD\n"
	"      --summary-json    the same as JSON\n"
	"      --compare-native  run the program under strace, too, and show how the traces "
	"differ\n"
	"Tampering\n"
	"  --inject "
	"SET[:error=E|:retval=N][:signal=S][:syscall=NAME][:delay_enter=T][:delay_exit=T]\n"
	"           [:poke_enter=@argN=HEX][:poke_exit=@argN=HEX][:when=FIRST[..LAST][+[STEP]]]\n"
	"  --fault SET[:error=E][:when=WHEN]\n"
	"The program\n"
	"  -E NAME=VALUE, -E NAME, --unset NAME\n"
	"                        set or remove a variable of its environment\n"
	"  -u USER               run it as USER\n" PROGRAM_HELP
	"  -D, -DD, -DDD, -I N   the tracing process in the background; what interrupts it\n\n"
	"Options end at PROGRAM. A PROGRAM without a slash is searched in PATH. docs/strace.md "
	"goes\n"
	"through strace's options one by one.\n";

struct args {
	struct program prog;
	struct trace_options t;
	int fs, quiet, xs, ys, ts, daemons;
	bool stamp_given;
	const char *user;
	bool compare; /* --compare-native */
};

#define CMD "trace"

static const struct trace_word quiet_words[] = {
	{"attach", TQ_ATTACH},
	{"attached", TQ_ATTACH},
	{"detach", TQ_ATTACH},
	{"exit", TQ_EXIT},
	{"exits", TQ_EXIT},
	{"path-resolution", TQ_PATH},
	{"path-resolve", TQ_PATH},
	{"path-resolved", TQ_PATH},
	{"path-resolving", TQ_PATH},
	{"personality", TQ_PERSONALITY},
	{"personalities", TQ_PERSONALITY},
	{"thread-execve", TQ_THREAD_EXECVE},
	{"superseded", TQ_THREAD_EXECVE},
	{NULL, 0},
};
static const struct trace_word status_words[] = {
	{"successful", TS_SUCCESSFUL},	 {"failed", TS_FAILED},	    {"unfinished", TS_UNFINISHED},
	{"unavailable", TS_UNAVAILABLE}, {"detached", TS_DETACHED}, {NULL, 0},
};
static const struct trace_word decode_words[] = {
	{"path", TD_PATH}, {"socket", TD_SOCKET}, {"dev", TD_DEV}, {"pidfd", TD_PIDFD}, {NULL, 0},
};

static void words(u32 *bits, const struct trace_word *w, const char *what, const char *list)
{
	const char *bad = trace_words_parse(bits, w, what, list);

	if (bad)
		cli_usage_error(CMD, "%s", bad);
}

static u64 number(const char *what, const char *text, u64 min, u64 max)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || n > max || n < min)
		cli_usage_error(CMD, "%s %s: want a number from %llu to %llu", what, text,
				(unsigned long long)min, (unsigned long long)max);
	return n;
}

static int precision(const char *text)
{
	static const char *const names[] = {"s", "ms", "us", "ns"};

	for (int i = 0; i < 4; i++)
		if (!strcmp(text, names[i]))
			return 3 * i;
	return -1;
}

/* --absolute-timestamps=[[format:]FORMAT[,[precision:]PRECISION]] */
static void stamps(struct trace_options *t, const char *text)
{
	char item[32];

	t->stamp = STAMP_TIME;
	t->stamp_digits = 0;
	for (const char *p = text ? text : "";;) {
		size_t n = strcspn(p, ",");
		const char *w = item;
		int digits;

		snprintf(item, MIN(n + 1, sizeof(item)), "%s", p);
		if (!strncmp(w, "format:", 7))
			w += 7;
		else if (!strncmp(w, "precision:", 10))
			w += 10;
		digits = precision(w);
		if (digits >= 0)
			t->stamp_digits = digits;
		else if (!strcmp(w, "none"))
			t->stamp = STAMP_NONE;
		else if (!strcmp(w, "unix"))
			t->stamp = STAMP_UNIX;
		else if (*w && strcmp(w, "time") != 0)
			cli_usage_error(CMD, "invalid format or precision of timestamps '%s'", w);
		p += n;
		if (!*p)
			return;
		p++;
	}
}

static int digits_of(const char *option, const char *text)
{
	int d = text ? precision(text) : 6;

	if (d < 0)
		cli_usage_error(CMD, "%s=%s: want s, ms, us or ns", option, text);
	return d;
}

static void inject(struct trace_options *t, const char *text, bool fault)
{
	if (t->nr_inject == TRACE_INJECT_MAX)
		cli_usage_error(CMD, "more than %d --inject", TRACE_INJECT_MAX);
	t->inject[t->nr_inject] = text;
	t->inject_is_fault[t->nr_inject++] = fault;
}

static void bad_kvm(void)
{
	cli_usage_error(CMD, "-e kvm is not supported: a guest of trapgate has no /dev/kvm");
}

static void decode_pids(struct trace_options *t, const char *list)
{
	if (!strcmp(list, "none"))
		t->decode_comm = t->decode_pidns = false;
	else if (!strcmp(list, "comm"))
		t->decode_comm = true;
	else if (!strcmp(list, "pidns"))
		t->decode_pidns = true;
	else if (!strcmp(list, "all") || !strcmp(list, "comm,pidns") || !strcmp(list, "pidns,comm"))
		t->decode_comm = t->decode_pidns = true;
	else
		cli_usage_error(CMD, "--decode-pids=%s: want comm, pidns, all or none", list);
}

static void qualify(struct args *a, const char *expr)
{
	static const struct {
		const char *name;
		int opt;
	} kinds[] = {
		{"trace", OPT_TRACE},
		{"t", OPT_TRACE},
		{"abbrev", OPT_ABBREV},
		{"a", OPT_ABBREV},
		{"verbose", OPT_VERBOSE},
		{"v", OPT_VERBOSE},
		{"raw", OPT_RAW},
		{"x", OPT_RAW},
		{"signal", OPT_SIGNAL},
		{"signals", OPT_SIGNAL},
		{"s", OPT_SIGNAL},
		{"status", OPT_STATUS},
		{"read", OPT_READ},
		{"reads", OPT_READ},
		{"r", OPT_READ},
		{"write", OPT_WRITE},
		{"writes", OPT_WRITE},
		{"w", OPT_WRITE},
		{"fault", OPT_FAULT},
		{"inject", OPT_INJECT},
		{"quiet", OPT_QUIET},
		{"silent", OPT_QUIET},
		{"silence", OPT_QUIET},
		{"q", OPT_QUIET},
		{"kvm", OPT_KVM},
		{"decode-fds", OPT_DECODE_FDS},
		{"decode-fd", OPT_DECODE_FDS},
		{"decode-pids", OPT_DECODE_PIDS},
		{"decode-pid", OPT_DECODE_PIDS},
		{"trace-fd", OPT_TRACE_FD},
		{"trace-fds", OPT_TRACE_FD},
		{"fd", OPT_TRACE_FD},
		{"fds", OPT_TRACE_FD},
	};
	struct trace_options *t = &a->t;
	const char *eq = strchr(expr, '='), *list = eq ? eq + 1 : expr;
	int opt = eq ? -1 : OPT_TRACE;

	for (size_t i = 0; eq && i < ARRAY_SIZE(kinds); i++)
		if (strlen(kinds[i].name) == (size_t)(eq - expr) &&
		    !strncmp(kinds[i].name, expr, (size_t)(eq - expr)))
			opt = kinds[i].opt;
	switch (opt) {
	case OPT_TRACE:
		t->set = list;
		break;
	case OPT_ABBREV:
		t->abbrev = list;
		break;
	case OPT_VERBOSE:
		t->verbose = list;
		break;
	case OPT_RAW:
		t->raw = list;
		break;
	case OPT_SIGNAL:
		t->signals = list;
		break;
	case OPT_STATUS:
		words(&t->status, status_words, "status", list);
		break;
	case OPT_READ:
		t->read_fds = list;
		break;
	case OPT_WRITE:
		t->write_fds = list;
		break;
	case OPT_TRACE_FD:
		t->trace_fds = list;
		break;
	case OPT_FAULT:
	case OPT_INJECT:
		inject(t, list, opt == OPT_FAULT);
		break;
	case OPT_QUIET:
		words(&t->quiet, quiet_words, "quiet message", list);
		break;
	case OPT_DECODE_FDS:
		words(&t->decode_fds, decode_words, "detail of descriptors", list);
		break;
	case OPT_DECODE_PIDS:
		decode_pids(t, list);
		break;
	case OPT_KVM:
		bad_kvm();
		break;
	default:
		cli_usage_error(CMD, "-e %s: no such qualifier", expr);
	}
}

static void consts(struct trace_options *t, const char *text)
{
	if (!strcmp(text, "raw"))
		t->consts = CONST_RAW;
	else if (!strcmp(text, "abbrev"))
		t->consts = CONST_ABBREV;
	else if (!strcmp(text, "verbose"))
		t->consts = CONST_VERBOSE;
	else
		cli_usage_error(CMD, "-X %s: want raw, abbrev or verbose", text);
}

static void overhead(struct trace_options *t, const char *text)
{
	static const struct {
		const char *unit;
		u64 ns;
	} units[] = {{"", 1000}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {"ns", 1}};
	char *end;
	double v = strtod(text, &end);

	for (size_t i = 0; isdigit((unsigned char)*text) && i < ARRAY_SIZE(units); i++) {
		if (!strcmp(end, units[i].unit)) {
			t->overhead_ns = (u64)(v * (double)units[i].ns);
			return;
		}
	}
	cli_usage_error(CMD, "-O %s: want a time, as 5us", text);
}

static void color(struct trace_options *t, const char *when)
{
	if (!when || !strcmp(when, "always"))
		t->color = COLOR_ALWAYS;
	else if (!strcmp(when, "auto"))
		t->color = COLOR_AUTO;
	else if (!strcmp(when, "never"))
		t->color = COLOR_NEVER;
	else
		cli_usage_error(CMD, "--color=%s: want always, auto or never", when);
}

static void hex_strings(struct args *a, const char *text)
{
	a->xs = 0;
	if (!text || !strcmp(text, "all"))
		a->t.hex = HEX_ALL;
	else if (!strcmp(text, "none"))
		a->t.hex = HEX_NONE;
	else if (!strcmp(text, "non-ascii-chars"))
		a->t.hex = HEX_NON_ASCII_CHARS;
	else if (!strcmp(text, "non-ascii"))
		a->t.hex = HEX_NON_ASCII;
	else
		cli_usage_error(CMD, "--strings-in-hex=%s: no such kind", text);
}

static void daemonize(struct args *a, const char *text)
{
	if (!text || !strcmp(text, "grandchild"))
		a->daemons = 1;
	else if (!strcmp(text, "pgroup") || !strcmp(text, "pgrp"))
		a->daemons = 2;
	else if (!strcmp(text, "session"))
		a->daemons = 3;
	else
		cli_usage_error(CMD, "--daemonize=%s: want grandchild, pgroup or session", text);
}

static void add_path(struct trace_options *t, const char *path)
{
	if (t->nr_paths == TRACE_PATHS_MAX)
		cli_usage_error(CMD, "more than %d -P", TRACE_PATHS_MAX);
	t->paths[t->nr_paths++] = path;
}

/* Options with one letter, and the long ones that mean the same. */
static bool take_letter(struct args *a, int c)
{
	struct trace_options *t = &a->t;

	switch (c) {
	case 'A':
		t->append = true;
		break;
	case 'a':
		t->column = (int)number("-a", optarg, 0, 100000);
		t->column = t->column ? t->column : -1;
		break;
	case 'b':
		if (strcmp(optarg, "execve") != 0)
			cli_usage_error(CMD, "-b %s: only execve is supported", optarg);
		t->detach_on_execve = true;
		break;
	case 'C':
	case 'c':
		if (t->summary && t->summary != (c == 'c' ? SUMMARY_ONLY : SUMMARY_TOO))
			cli_usage_error(CMD, "-c and -C are mutually exclusive");
		t->summary = c == 'c' ? SUMMARY_ONLY : SUMMARY_TOO;
		break;
	case 'D':
		a->daemons++;
		break;
	case 'e':
		qualify(a, optarg);
		break;
	case 'f':
		a->fs++;
		break;
	case 'I':
		t->interruptible = (int)number("-I", optarg, 1, 4);
		break;
	case 'i':
		t->ip = true;
		break;
	case 'k':
		if (optarg && strcmp(optarg, "symbol") != 0)
			cli_usage_error(CMD, "--stack-trace=%s is not supported: want symbol",
					optarg);
		t->stack = true;
		break;
	case 'n':
		t->number = true;
		break;
	case 'O':
		overhead(t, optarg);
		break;
	case 'o':
		t->file = optarg;
		break;
	case 'P':
		add_path(t, optarg);
		break;
	case 'q':
		a->quiet++;
		break;
	case 'r':
		t->relative = true;
		t->relative_digits = 6;
		break;
	case 'S':
		t->sort = optarg;
		break;
	case 's':
		t->string_limit = (u32)number("-s", optarg, 0, 1UL << 20);
		t->string_limit = t->string_limit ? t->string_limit : TRACE_NO_STRINGS;
		break;
	case 'T':
		t->times = true;
		t->times_digits = 6;
		break;
	case 't':
		a->ts++;
		break;
	case 'U':
		t->columns = optarg;
		break;
	case 'u':
		a->user = optarg;
		break;
	case 'v':
		t->abbrev = "none";
		break;
	case 'w':
		t->wall = true;
		break;
	case 'X':
		consts(t, optarg);
		break;
	case 'x':
		a->xs++;
		break;
	case 'Y':
		t->decode_comm = true;
		break;
	case 'y':
		a->ys++;
		break;
	case 'z':
		t->status = TS_SUCCESSFUL;
		break;
	case 'Z':
		t->status = TS_FAILED;
		break;
	default:
		return false;
	}
	return true;
}

static void take_long(struct args *a, int c)
{
	struct trace_options *t = &a->t;

	switch (c) {
	case 'd':
		cli_usage_error(CMD, "-d (strace's own debugging) is not supported");
	case 'p':
		cli_usage_error(CMD, "-p is not supported: trapgate traces what it runs itself and "
				     "cannot attach to a process");
	case 'E':
		program_env(CMD, optarg);
		break;
	case OPT_UNSET:
		program_unset(CMD, optarg);
		break;
	case OPT_SEPARATELY:
		t->separate = true;
		break;
	case OPT_QUIET:
		words(&t->quiet, quiet_words, "quiet message",
		      optarg ? optarg : "attach,personality");
		break;
	case OPT_DAEMONIZE:
		daemonize(a, optarg);
		break;
	case OPT_STAMPS:
		stamps(t, optarg);
		a->stamp_given = true;
		break;
	case OPT_TIMES:
		t->times = true;
		t->times_digits = digits_of("--syscall-times", optarg);
		break;
	case OPT_RELATIVE:
		t->relative = true;
		t->relative_digits = digits_of("--relative-timestamps", optarg);
		break;
	case OPT_HEX:
		hex_strings(a, optarg);
		break;
	case OPT_DECODE_FDS:
		words(&t->decode_fds, decode_words, "detail of descriptors",
		      optarg ? optarg : "path");
		break;
	case OPT_DECODE_PIDS:
		decode_pids(t, optarg);
		break;
	case OPT_PIDNS:
		t->decode_pidns = true;
		break;
	case OPT_TRACE:
		t->set = optarg;
		break;
	case OPT_ABBREV:
		t->abbrev = optarg;
		break;
	case OPT_VERBOSE:
		t->verbose = optarg;
		break;
	case OPT_RAW:
		t->raw = optarg;
		break;
	case OPT_SIGNAL:
		t->signals = optarg;
		break;
	case OPT_STATUS:
		words(&t->status, status_words, "status", optarg);
		break;
	case OPT_READ:
		t->read_fds = optarg;
		break;
	case OPT_WRITE:
		t->write_fds = optarg;
		break;
	case OPT_TRACE_FD:
		t->trace_fds = optarg;
		break;
	case OPT_INJECT:
	case OPT_FAULT:
		inject(t, optarg, c == OPT_FAULT);
		break;
	case OPT_KVM:
		bad_kvm();
		break;
	case OPT_LIMIT:
		t->limit = number("--syscall-limit", optarg, 1, ~0ULL >> 1);
		break;
	case OPT_TIPS:
		cli_usage_error(CMD, "--tips is not supported");
	case OPT_SECCOMP: /* strace's means against being slow; nothing stops here anyway */
		break;
	case OPT_GATE:
		t->gate = true;
		break;
	case OPT_JSON:
		t->json = true;
		break;
	case OPT_SUMMARY_JSON:
		t->summary_json = true;
		break;
	case OPT_COLOR:
		color(t, optarg);
		break;
	case OPT_PERFETTO:
		t->perfetto = optarg;
		break;
	case OPT_HTML:
		t->html = optarg;
		break;
	case OPT_COMPARE:
		a->compare = true;
		break;
	default:
		program_option(&a->prog, CMD, c);
		break;
	}
}

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

/* What follows from several options together. */
static void settle(struct args *a)
{
	struct trace_options *t = &a->t;
	const char *bad;

	t->follow = a->fs > 0 || t->separate;
	if (a->fs > 1 || t->separate)
		t->separate = t->file != NULL;
	t->pid_to_file = t->follow && t->file && !t->separate;
	/* as strace: output to a file means -q */
	if (t->file || a->quiet >= 1)
		t->quiet |= TQ_ATTACH | TQ_PERSONALITY;
	if (a->quiet >= 2)
		t->quiet |= TQ_EXIT;
	if (a->quiet >= 3)
		t->quiet = TQ_ALL;
	if (a->xs)
		t->hex = a->xs > 1 ? HEX_ALL : HEX_NON_ASCII;
	if (a->ys)
		t->decode_fds = a->ys > 1 ? TD_ALL : TD_PATH;
	if (a->ts && a->stamp_given)
		cli_usage_error(CMD, "-t and --absolute-timestamps are mutually exclusive");
	if (a->ts) {
		t->stamp = a->ts > 2 ? STAMP_UNIX : STAMP_TIME;
		t->stamp_digits = a->ts > 1 ? 6 : 0;
	}
	if (a->ts > 3 || a->daemons > 3)
		cli_usage_error(CMD, "too many -t or -D");
	t->daemonize = (enum trace_daemon)a->daemons;
	if (t->append && !t->file)
		cli_usage_error(CMD, "-A needs -o");
	if (t->summary_json && !t->summary)
		t->summary = SUMMARY_ONLY;
	if (t->summary == SUMMARY_ONLY && t->separate)
		cli_usage_error(CMD, "-c and -ff are mutually exclusive");
	if (t->wall && !t->summary)
		cli_usage_error(CMD, "-w needs -c or -C");
	if (t->perfetto || t->html)
		settle_views(t);
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
	if (!t->interruptible)
		t->interruptible = t->file ? 3 : 2;
	bad = trace_check(t);
	if (bad)
		cli_usage_error(CMD, "%s", bad);
}

/* From /etc/passwd and /etc/group: a static program has no name service. */
static void become(const char *user)
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *pw = NULL;
	const struct group *gr;
	gid_t groups[256];
	size_t n = 0;

	while (f && (pw = fgetpwent(f)) && strcmp(pw->pw_name, user) != 0)
		;
	if (!pw)
		fatal("-u %s: there is no such user", user);
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

int cli_trace(int argc, char **argv)
{
	static struct args a;
	int c;

	program_init(&a.prog);
	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:Aa:b:CcDdE:e:fhI:ikno:O:P:p:qrS:s:TtU:u:VvwX:xYyZz",
				options, NULL)) != -1) {
		if (c == 'h') {
			fputs(help_text, stdout);
			return cli_finish_stdout();
		}
		if (c == 'V')
			return cli_version();
		if (c == '?' || c == ':')
			cli_bad_option(CMD, c, argv);
		if (!take_letter(&a, c))
			take_long(&a, c);
	}
	if (optind == argc)
		cli_usage_error(CMD, "no program given");
	if (a.compare) { /* comes back here, without the option */
		memset(&a, 0, sizeof(a));
		return cli_compare_native(argc, argv, optind);
	}
	settle(&a);
	a.prog.opt.trace = true;
	a.prog.opt.trace_options = a.t;
	a.prog.user = a.user ? become : NULL;
	a.prog.user_name = a.user;
	return program_run(&a.prog, CMD, argv + optind);
}
