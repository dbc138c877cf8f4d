/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate paths: the command line. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/paths.h"
#include "host/host.h"
#include "trace/trace.h"

#define DEFAULT_ROUNDS 20000

enum {
	OPT_CPU = 256,
	OPT_JSON,
	OPT_HTML,
	OPT_DIFF,
	OPT_ONLY,
	OPT_REPEAT,
	OPT_TIMEOUT,
	OPT_WIDTH,
	OPT_COLOR,
	OPT_PROGRAM,
	OPT_HELP
};

static const struct option options[] = {
	{"cpu", required_argument, NULL, OPT_CPU},
	{"json", no_argument, NULL, OPT_JSON},
	{"html", required_argument, NULL, OPT_HTML},
	{"diff", no_argument, NULL, OPT_DIFF},
	{"only", required_argument, NULL, OPT_ONLY},
	{"repeat", required_argument, NULL, OPT_REPEAT},
	{"timeout", required_argument, NULL, OPT_TIMEOUT},
	{"width", required_argument, NULL, OPT_WIDTH},
	{"color", optional_argument, NULL, OPT_COLOR},
	{"program", no_argument, NULL, OPT_PROGRAM},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

struct paths_options {
	struct paths_call call;
	bool json, diff, program;
	const char *html, *color;
	int width;
};

static int help(void)
{
	printf("usage: trapgate paths [OPTION]... SYSCALL [ARG]...\n"
	       "       trapgate paths [--cpu intel|amd|host] [--json] --program PROGRAM "
	       "[ARG]...\n\n"
	       "Makes the system call through every gate that the CPU has, from 64-bit code, from\n"
	       "compatibility mode and from a 32-bit program, and shows each step of the ways "
	       "into\n"
	       "the kernel and back side by side. Each way has a process of its own, so that even\n"
	       "exit can be watched. Symbols of kernel code are those of `trapgate msrs`.\n\n"
	       "  SYSCALL  a name of either table, or a number, which is taken as it is by both\n"
	       "  ARG      a number (10, 0xa, 012), a constant (O_RDONLY|O_CLOEXEC), @N for a\n"
	       "           buffer of N zero bytes, or a text that the call gets a pointer to;\n"
	       "           s:TEXT is a text whatever it looks like. Arguments left out are 0.\n"
	       "           Options may follow; -- ends them.\n\n");
	printf("      --cpu VENDOR     of the emulated CPU: intel (the default), amd or host; they "
	       "differ\n"
	       "                       in gates\n"
	       "      --only LIST      only these ways: syscall-64, int80-64, sysenter-64,\n"
	       "                       int80-compat, sysenter-compat, syscall-compat, int80-32,\n"
	       "                       sysenter-32, syscall-32, with commas between them\n"
	       "      --diff           show only what is not the same in all ways\n"
	       "      --json           print a JSON document\n"
	       "      --html FILE      write a page; - is standard output\n"
	       "      --repeat N       measure time over N calls; 0: do not. The default is %d "
	       "for\n"
	       "                       calls that only ask (below), and 0 for others\n"
	       "      --timeout N      seconds that a call may take (5)\n"
	       "      --width N        columns of the text (the terminal's, or 120)\n"
	       "      --color[=WHEN]   auto, always or never; NO_COLOR in the environment is "
	       "never\n"
	       "      --program        run a whole PROGRAM once through each gate, and compare\n"
	       "                       the traces: exit status 1 when they differ\n\n",
	       DEFAULT_ROUNDS);
	printf("Standard output of the call's process is shown as \"wrote\". Calls that are "
	       "repeated\nto measure them:");
	for (size_t i = 0, column = 80; paths_repeatable_name(i); i++) {
		column += strlen(paths_repeatable_name(i)) + 1;
		if (column > 78) {
			printf("\n ");
			column = 1 + strlen(paths_repeatable_name(i)) + 1;
		}
		printf(" %s", paths_repeatable_name(i));
	}
	printf("\n");
	return cli_finish_stdout();
}

static unsigned int number(const char *option, const char *text, unsigned long min,
			   unsigned long max)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || n < min || n > max)
		cli_usage_error("paths", "%s %s: want a number from %lu to %lu", option, text, min,
				max);
	return (unsigned int)n;
}

static void check_only(const char *list)
{
	for (const char *p = list; *p;) {
		size_t n = strcspn(p, ",");

		if (!paths_way_known(p, n))
			cli_usage_error("paths", "--only %.*s: no such way", (int)n, p);
		p += n + (p[n] == ',');
	}
}

static void take_option(struct paths_options *o, int c, char **argv)
{
	switch (c) {
	case OPT_CPU:
		o->call.model = cli_cpu_model("paths", optarg);
		return;
	case OPT_JSON:
		o->json = true;
		return;
	case OPT_HTML:
		o->html = optarg;
		return;
	case OPT_DIFF:
		o->diff = true;
		return;
	case OPT_ONLY:
		check_only(optarg);
		o->call.only = optarg;
		return;
	case OPT_REPEAT:
		o->call.rounds = number("--repeat", optarg, 0, 100000000);
		o->call.rounds_given = true;
		return;
	case OPT_TIMEOUT:
		o->call.timeout_s = number("--timeout", optarg, 1, 3600);
		return;
	case OPT_WIDTH:
		o->width = (int)number("--width", optarg, 40, 10000);
		return;
	case OPT_COLOR:
		cli_check_next_word("paths", " auto always never ", argv);
		o->color = optarg ? optarg : "always";
		if (strcmp(o->color, "auto") && strcmp(o->color, "always") &&
		    strcmp(o->color, "never"))
			cli_usage_error("paths", "--color=%s: want auto, always or never", optarg);
		return;
	case OPT_PROGRAM:
		o->program = true;
		return;
	default:
		cli_bad_option("paths", c, argv);
	}
}

static bool colour(const struct paths_options *o)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (strcmp(o->color, "auto") != 0)
		return strcmp(o->color, "always") == 0;
	return !(no && *no) && isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
}

static int width(const struct paths_options *o)
{
	struct winsize w;

	if (o->width)
		return o->width;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col)
		return w.ws_col;
	return 120;
}

/* ---- The call ---- */

/* What the text of the --help says about arguments. */
static void take_arg(struct paths_call *call, const char *word, size_t *used)
{
	struct paths_arg *a = &call->arg[call->nargs++];
	char *end;
	u64 n;

	a->word = word;
	errno = 0;
	n = strtoull(word, &end, 0);
	if ((word[0] >= '0' && word[0] <= '9') || word[0] == '-') {
		if (!*end && errno)
			cli_usage_error("paths", "%s: the number does not fit 64 bits", word);
		if (!*end && end != word) {
			a->value = n;
			return;
		}
	}
	if (word[0] == '@' && word[1]) {
		a->size = number("@N:", word + 1, 1, PATHS_TEXT_SIZE);
	} else if (trace_constant(word, &a->value)) {
		return;
	} else {
		a->bytes = strncmp(word, "s:", 2) == 0 ? word + 2 : word;
		a->size = strlen(a->bytes) + 1;
	}
	*used += (a->size + 15) & ~15UL;
	if (*used > PATHS_TEXT_SIZE)
		cli_usage_error("paths", "the texts and buffers are larger than %d bytes together",
				PATHS_TEXT_SIZE);
}

/* How many arguments the call takes, of the tables that have it; -1: neither has it. */
static int takes(const char *name)
{
	int n = -1;

	for (int ia32 = 0; ia32 < 2; ia32++) {
		const struct syscall_row *t = ia32 ? ia32_sys_call_table : sys_call_table;
		u32 size = ia32 ? ia32_sys_call_table_size : sys_call_table_size;

		for (u32 i = 0; i < size; i++)
			if (t[i].name && strcmp(t[i].name, name) == 0)
				n = MAX(n, t[i].desc ? (int)t[i].desc->nargs : SYSCALL_MAX_ARGS);
	}
	return n;
}

static void take_call(struct paths_call *call, int argc, char **argv)
{
	size_t used = 0;
	char *end;
	int max = SYSCALL_MAX_ARGS;

	call->name = argv[0];
	errno = 0;
	call->nr = strtoull(argv[0], &end, 0);
	call->by_number = argv[0][0] >= '0' && argv[0][0] <= '9' && !*end && !errno;
	if (!call->by_number) {
		max = takes(call->name);
		if (max < 0)
			cli_usage_error("paths", "%s: no such system call", call->name);
		if (!strcmp(call->name, "vfork"))
			cli_usage_error(
				"paths",
				"vfork: its child would overwrite the program's stack; use fork, "
				"which takes the same ways");
	}
	if (argc - 1 > max)
		cli_usage_error("paths", "%s takes %d argument%s, %d given", call->name, max,
				max == 1 ? "" : "s", argc - 1);
	if (!call->by_number && argc - 1 < max)
		fprintf(stderr, "trapgate: %s takes %d argument%s, %d given: 0 for the %s\n",
			call->name, max, max == 1 ? "" : "s", argc - 1,
			max - argc + 1 == 1 ? "other" : "others");
	for (int i = 1; i < argc; i++)
		take_arg(call, argv[i], &used);
	if (!call->rounds_given && !call->by_number && paths_repeatable(call->name))
		call->rounds = DEFAULT_ROUNDS;
}

static void write_page(const json_t *doc, const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");

	if (!f)
		fatal("--html %s: %s", path, strerror(errno));
	paths_html(doc, f);
	if (f != stdout && fclose(f) != 0)
		fatal("--html %s: %s", path, strerror(errno));
}

static int show(struct paths_options *o)
{
	json_t *doc = paths_run(&o->call);

	if (o->diff)
		paths_only_differences(doc);
	if (o->html)
		write_page(doc, o->html);
	if (o->json) {
		json_dumpf(doc, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	if (!o->json && !o->html) {
		struct paths_text_options text = {
			.width = width(o), .colour = colour(o), .diff = o->diff};

		paths_text(doc, &text);
	}
	json_decref(doc);
	return cli_finish_stdout();
}

/* The options up to the next word; true: help is asked for. */
static bool take_options(struct paths_options *o, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "+:", options, NULL)) != -1) {
		if (c == OPT_HELP)
			return true;
		take_option(o, c, argv);
	}
	return false;
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] == '-' && word[2];
}

/* Gathers the call and its arguments in front, from between the options that may follow them too:
 * -1 is an argument, and all that is behind `--`. Returns their number, -1: help is asked for. */
static int take_words(struct paths_options *o, int argc, char **argv, char **words)
{
	bool ended = optind > 1 && strcmp(argv[optind - 1], "--") == 0;
	int n = 0;

	while (optind < argc) {
		char *word = argv[optind];

		if (!ended && n && is_option(word)) {
			if (take_options(o, argc, argv))
				return -1;
			ended = strcmp(argv[optind - 1], "--") == 0;
			continue;
		}
		optind++;
		if (!ended && strcmp(word, "--") == 0)
			ended = true;
		else
			words[n++] = word;
	}
	return n;
}

int cli_paths(int argc, char **argv)
{
	struct paths_options o = {.call.timeout_s = 5, .color = "auto"};
	char **words;
	int n;

	opterr = 0;
	if (take_options(&o, argc, argv))
		return help();
	if (o.program) {
		struct paths_program p = {.argv = argv + optind,
					  .model = o.call.model,
					  .json = o.json,
					  .colour = colour(&o)};

		if (optind == argc)
			cli_usage_error("paths", "no program given");
		if (o.html || o.diff || o.call.only || o.call.rounds_given)
			cli_usage_error("paths", "--program goes with --cpu and --json only");
		return paths_program(&p);
	}
	if (optind == argc)
		cli_usage_error("paths", "no system call given");
	words = calloc((size_t)argc, sizeof(*words));
	if (!words)
		fatal("out of memory");
	n = take_words(&o, argc, argv, words);
	if (n < 0)
		return help();
	if (o.program)
		cli_usage_error("paths", "--program comes before the program");
	take_call(&o.call, n, words);
	n = show(&o);
	free(words);
	return n;
}
