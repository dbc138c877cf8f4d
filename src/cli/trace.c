/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate trace: strace's options. docs/strace.md goes through them one by one. */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/trace_args.h"

enum {
	OPT_FIRST = 256,
	OPT_SEPARATELY,
	OPT_QUIET,
	OPT_DAEMONIZE,
	OPT_STAMPS,
	OPT_FOLLOW,
	OPT_SECONTEXT,
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
	{"daemonised", OPT, OPT_DAEMONIZE},
	{"daemonized", OPT, OPT_DAEMONIZE},
	{"debug", NO, 'd'},
	{"env", REQ, 'E'},
	{"expr", REQ, 'e'},
	{"follow-forks", NO, OPT_FOLLOW},
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
	{"relative-timestamps", OPT, 'r'},
	{"summary-sort-by", REQ, 'S'},
	{"string-limit", REQ, 's'},
	{"absolute-timestamps", OPT, OPT_STAMPS},
	{"timestamps", OPT, OPT_STAMPS},
	{"syscall-times", OPT, 'T'},
	{"summary-columns", REQ, 'U'},
	{"user", REQ, 'u'},
	{"no-abbrev", NO, 'v'},
	{"version", NO, 'V'},
	{"summary-wall-clock", NO, 'w'},
	{"const-print-style", REQ, 'X'},
	{"strings-in-hex", OPT, OPT_HEX},
	{"decode-fds", OPT, OPT_DECODE_FDS},
	{"decode-pids", REQ, OPT_DECODE_PIDS},
	{"secontext", OPT, OPT_SECONTEXT},
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

#define CMD "trace"

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

static void take_long(struct trace_args *a, int c);

/* -e NAME=LIST is --NAME=LIST. */
static void qualify(struct trace_args *a, const char *expr)
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
		{"secontext", OPT_SECONTEXT},
	};
	const char *eq = strchr(expr, '=');
	int opt = OPT_TRACE;

	for (size_t i = 0; eq && i < ARRAY_SIZE(kinds); i++)
		if (strlen(kinds[i].name) == (size_t)(eq - expr) &&
		    !strncmp(kinds[i].name, expr, (size_t)(eq - expr)))
			opt = kinds[i].opt;
	/* what is no qualifier is a list of calls; that there are none of these names is said later
	 */
	optarg = (char *)(eq && (opt != OPT_TRACE || *expr == 't') ? eq + 1 : expr);
	take_long(a, opt);
}

/* Options with one letter, and the long ones that mean the same. */
static bool take_letter(struct trace_args *a, int c)
{
	struct trace_options *t = &a->t;

	switch (c) {
	case 'A':
		t->append = true;
		break;
	case 'a':
		t->column = (int)MIN(trace_number(optarg, 0, INT_MAX), 10000U);
		t->column = t->column ? t->column : -1;
		break;
	case 'b':
		if (strcmp(optarg, "execve") != 0)
			cli_usage_error(CMD, "Syscall '%s' for -b isn't supported", optarg);
		t->detach_on_execve = true;
		break;
	case 'C':
	case 'c':
		if (t->summary && t->summary != (c == 'c' ? SUMMARY_ONLY : SUMMARY_TOO))
			cli_usage_error(CMD, "-c/--summary-only and -C/--summary are mutually "
					     "exclusive");
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
	case 'F':
		a->deprecated_f = true;
		break;
	case 'I':
		t->interruptible = trace_interruptible(optarg);
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
		trace_overhead(t, optarg);
		break;
	case 'o':
		t->file = optarg;
		break;
	case 'P':
		trace_add_path(t, optarg);
		break;
	case 'q':
		a->quiet++;
		break;
	case 'r':
		t->relative = true;
		t->relative_digits = trace_digits(optarg);
		break;
	case 'S':
		t->sort = optarg;
		a->sort_given = true;
		break;
	case 's':
		t->string_limit = (u32)trace_number(optarg, 0, -1U / 4);
		t->string_limit = t->string_limit ? t->string_limit : TRACE_NO_STRINGS;
		break;
	case 'T':
		t->times = true;
		t->times_digits = trace_digits(optarg);
		break;
	case 't':
		a->ts++;
		break;
	case 'U':
		t->columns = optarg;
		a->columns_given = true;
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
		trace_consts(t, optarg);
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
		a->zs++;
		t->status = TS_SUCCESSFUL;
		break;
	case 'Z':
		a->zs++;
		t->status = TS_FAILED;
		break;
	default:
		return false;
	}
	return true;
}

static void take_long(struct trace_args *a, int c)
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
	case OPT_FOLLOW:
		a->follow = true;
		break;
	case OPT_SECONTEXT:
		cli_usage_error(CMD, "SELinux context printing (--secontext option) is not "
				     "supported by trapgate");
	case OPT_SEPARATELY:
		t->separate = true;
		break;
	case OPT_QUIET:
		trace_take_quiet(a, optarg);
		break;
	case OPT_DAEMONIZE:
		trace_daemonize(a, optarg);
		break;
	case OPT_STAMPS:
		trace_stamps(t, optarg);
		a->stamp_given = true;
		break;
	case OPT_HEX:
		trace_hex_strings(a, optarg);
		break;
	case OPT_DECODE_FDS:
		trace_take_fds(a, optarg);
		break;
	case OPT_DECODE_PIDS:
		trace_take_pids(t, optarg);
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
		trace_take_status(t, optarg);
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
		trace_take_inject(t, optarg, c == OPT_FAULT);
		break;
	case OPT_KVM:
		/* nothing follows from it: a guest has no /dev/kvm */
		if (strcmp(optarg, "vcpu") != 0)
			cli_usage_error(CMD, "invalid -e kvm= argument: '%s'", optarg);
		break;
	case OPT_LIMIT:
		t->limit = trace_number(optarg, 1, ~0ULL >> 1);
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
		trace_color(t, optarg);
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

/* What is wrong with the options comes first, as with strace. */
static _Noreturn void no_program(struct trace_options *t)
{
	const char *bad;

	t->nr_paths = 0;
	bad = trace_check(t);
	cli_usage_error(CMD, "%s", bad ? bad : "must have PROG [ARGS]");
}

/* In the words of getopt_long(3), which strace has from there. */
static _Noreturn void bad_option(int result, char **argv)
{
	const char *arg = argv[optind - 1];
	bool is_long = strncmp(arg, "--", 2) == 0;

	if (result == ':' && is_long)
		cli_usage_error(CMD, "option '%s' requires an argument", arg);
	if (result == ':')
		cli_usage_error(CMD, "option requires an argument -- '%c'", optopt);
	if (is_long && optopt)
		cli_usage_error(CMD, "option '%.*s' doesn't allow an argument",
				(int)strcspn(arg, "="), arg);
	if (is_long)
		cli_usage_error(CMD, "unrecognized option '%s'", arg);
	cli_usage_error(CMD, "invalid option -- '%c'", optopt);
}

int cli_trace(int argc, char **argv)
{
	static struct trace_args a;
	int c, at = -1;

	const char *path = getenv("PATH");

	program_init(&a.prog);
	cli_search_path = path ? strdup(path) : NULL; /* -E is for the program alone */
	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:Aa:b:CcDdE:e:FfhI:ikno:O:P:p:qrS:s:TtU:u:VvwX:xYyZz",
				options, &at)) != -1) {
		if (at < 0)
			snprintf(trace_option, sizeof(trace_option), "-%c", c);
		else
			snprintf(trace_option, sizeof(trace_option), "--%s", options[at].name);
		at = -1;
		if (c == 'h') {
			fputs(help_text, stdout);
			return cli_finish_stdout();
		}
		if (c == 'V')
			return cli_version();
		if (c == '?' || c == ':')
			bad_option(c, argv);
		if (!take_letter(&a, c))
			take_long(&a, c);
	}
	if (optind == argc)
		no_program(&a.t);
	if (a.compare) { /* comes back here, without the option */
		memset(&a, 0, sizeof(a));
		return cli_compare_native(argc, argv, optind);
	}
	trace_settle(&a);
	a.prog.opt.trace = true;
	a.prog.opt.trace_options = a.t;
	a.prog.user = a.user ? trace_become : NULL;
	a.prog.user_name = a.user;
	return program_run(&a.prog, CMD, argv + optind);
}
