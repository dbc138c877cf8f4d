/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate test: runs tests, each in a sandbox of its own, and reports. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/guard_opts.h"
#include "cli/net_opts.h"
#include "cli/sandbox_opts.h"
#include "host/host.h"
#include "test/pool.h"
#include "test/progress.h"
#include "test/report.h"

#define EXIT_TROUBLE 2

extern char **environ;

enum {
	OPT_TAGS = 256,
	OPT_GATES,
	OPT_ORACLE,
	OPT_TAP,
	OPT_JUNIT,
	OPT_JSON,
	OPT_ARTIFACTS,
	OPT_KEEP_ALL,
	OPT_TRACE_LINES,
	OPT_DURATIONS,
	OPT_SHARD,
	OPT_ENV_ALL,
	OPT_SKIP_STATUS,
	OPT_READ_TAP,
	OPT_OUTPUT_LIMIT,
	OPT_SCRATCH_LIMIT,
	OPT_TEST_CPU,
	OPT_NO_SANDBOX,
	OPT_REPEAT,
	OPT_SHUFFLE,
	OPT_FAIL_FAST,
	OPT_LIST,
	OPT_RERUN,
	OPT_HELP,
};

static const struct option options[] = {
	{"jobs", required_argument, NULL, 'j'},
	{"filter", required_argument, NULL, 'f'},
	{"tags", required_argument, NULL, OPT_TAGS},
	{"timeout", required_argument, NULL, 't'},
	{"repeat", required_argument, NULL, OPT_REPEAT},
	{"shuffle", required_argument, NULL, OPT_SHUFFLE},
	{"fail-fast", no_argument, NULL, OPT_FAIL_FAST},
	{"list", no_argument, NULL, OPT_LIST},
	{"rerun-failed", optional_argument, NULL, OPT_RERUN},
	{"gates", required_argument, NULL, OPT_GATES},
	{"oracle", required_argument, NULL, OPT_ORACLE},
	{"tap", optional_argument, NULL, OPT_TAP},
	{"junit", required_argument, NULL, OPT_JUNIT},
	{"json", required_argument, NULL, OPT_JSON},
	{"artifacts", required_argument, NULL, OPT_ARTIFACTS},
	{"keep", no_argument, NULL, OPT_KEEP_ALL},
	{"trace-lines", required_argument, NULL, OPT_TRACE_LINES},
	{"durations", required_argument, NULL, OPT_DURATIONS},
	{"shard", required_argument, NULL, OPT_SHARD},
	{"env", required_argument, NULL, 'E'},
	{"env-all", no_argument, NULL, OPT_ENV_ALL},
	{"skip-status", required_argument, NULL, OPT_SKIP_STATUS},
	{"read-tap", no_argument, NULL, OPT_READ_TAP},
	{"output-limit", required_argument, NULL, OPT_OUTPUT_LIMIT},
	{"scratch-limit", required_argument, NULL, OPT_SCRATCH_LIMIT},
	{"cpu", required_argument, NULL, OPT_TEST_CPU},
	{"quiet", no_argument, NULL, 'q'},
	{"sandbox", no_argument, NULL, OPT_SANDBOX},
	{"no-sandbox", no_argument, NULL, OPT_NO_SANDBOX},
	{"root", required_argument, NULL, OPT_ROOT},
	{"bind", required_argument, NULL, OPT_BIND},
	{"ro", no_argument, NULL, OPT_RO},
	{"tmpfs", required_argument, NULL, OPT_TMPFS},
	{"overlay", no_argument, NULL, OPT_OVERLAY},
	{"net", required_argument, NULL, OPT_NET},
	GUARD_OPTIONS,
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

static int help(void)
{
	printf("usage: trapgate test [OPTION]... PATH...\n\n"
	       "Runs tests and reports. A PATH is a directory (all programs and scripts below it "
	       "are\n"
	       "tests), a program, or a manifest (NAME.json; docs/testing.md). A test passes when "
	       "it\n"
	       "exits with 0 or does what the manifest says; with 77 it skips itself.\n\n"
	       "Which\n"
	       "  -f, --filter PATTERN    only tests whose name contains or matches PATTERN\n"
	       "      --tags TAG,!TAG     only tests with one of these tags, and without those\n"
	       "      --rerun-failed[=FILE]  only what failed in the last run, or in report FILE\n"
	       "      --shard I/N         only the Ith of N parts; the environment of Bazel, "
	       "GitLab "
	       "and\n"
	       "                          Slurm arrays says it too\n"
	       "      --durations FILE    balance the parts by the times in this JSON report\n"
	       "      --list              print their names and run nothing\n\n"
	       "How\n"
	       "  -j, --jobs N            so many at once (one per CPU)\n"
	       "  -t, --timeout SECONDS   for each (60)\n"
	       "      --repeat N          run each N times\n"
	       "      --shuffle SEED      in another order\n"
	       "      --fail-fast         stop at the first failure\n"
	       "      --gates all         each 32-bit test once through each gate\n"
	       "      --oracle native     run each natively too, uncontained, and compare "
	       "outcome,\n"
	       "                          output and trace; --oracle outcome: without the trace\n"
	       "      --cpu intel|amd|host  vendor of the emulated CPU (intel)\n"
	       "  -E, --env NAME[=VALUE]  give the tests this variable; they get few others\n"
	       "      --env-all           give them the whole environment\n"
	       "      --skip-status N     exit status of a test that skips itself (77)\n"
	       "      --read-tap          the tests write TAP, which decides\n"
	       "      --output-limit SIZE, --scratch-limit SIZE\n"
	       "                          of each test's output (16M) and files (1G)\n\n"
	       "Reports\n"
	       "      --tap[=FILE]        TAP 14 (standard output; progress: standard error)\n"
	       "      --junit FILE        JUnit XML\n"
	       "      --json FILE         JSON (docs/test-report.schema.json)\n"
	       "      --artifacts DIR     what failed is kept in DIR (trapgate-artifacts)\n"
	       "      --keep              of those that pass too\n"
	       "      --trace-lines N     of the last system calls (40); 0: do not trace\n"
	       "  -q, --quiet             say only what fails\n\n"
	       "Sandbox (docs/sandbox.md): each test has one of its own\n"
	       "      --no-sandbox        none: tests see all that you see\n"
	       "      --root DIR, --bind SRC:DST[:ro], --ro, --tmpfs PATH, --overlay\n"
	       "                          as for `trapgate run`; --limit processes=256 is\n"
	       "                          the default in it\n"
	       "      --net host|none|loopback|private  the network of each test "
	       "(host)\n" GUARD_HELP "\n"
	       "Exit status: 0 all passed, 1 some failed, 2 the tests could not be run.\n");
	return cli_finish_stdout();
}

struct test_command {
	struct worker_options worker;
	struct schedule_options schedule;
	struct report report;
	struct jobs jobs;
	const char *tap, *junit, *json, *artifacts, *rerun, *durations;
	bool rerun_failed, list, quiet, fail_fast, env_all;
	char **env; /* -E */
	u32 workers;
	size_t tap_number;
	FILE *tap_file;
	int tap_error; /* errno */
	struct progress *progress;
	bool *done; /* of each job */
	struct result *results;
};

static struct guard_options guard;
static struct net_options net;

/* The runner watches over its tests, but not over their memory and CPU time: for these it takes a
 * supervisor in each test. */
#define WATCHED (1U << LIMIT_WALL | 1U << LIMIT_CPU | 1U << LIMIT_MEMORY)

/* In each test's process. */
static void enter_net(void)
{
	net_setup(&net);
}

static void enter_guard(void)
{
	guard_enter(&guard);
}

/* ---- Options ---- */

static u64 number(const char *option, const char *text, u64 least, u64 most)
{
	char *end;
	u64 n;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || n < least || n > most)
		cli_usage_error("test", "%s %s: want a number from %lu to %lu", option, text, least,
				most);
	return n;
}

static u64 size(const char *option, const char *text)
{
	static const char units[] = "KMGT";
	char *end;
	double n = strtod(text, &end);
	const char *unit = *end ? strchr(units, *end & ~0x20) : NULL;

	if (unit && !end[1])
		n *= (double)(1ULL << (10 * (unit - units + 1)));
	else if (*end)
		n = -1;
	if (!(n >= 0 && n < 1e15))
		cli_usage_error("test", "%s %s: want a number of bytes, or with K, M, G, T", option,
				text);
	return (u64)n;
}

static double seconds(const char *option, const char *text)
{
	char *end;
	double n = strtod(text, &end);

	if (*end == 's' && end[1] == 0)
		end++;
	if (*end || !(n > 0 && n <= 1e6))
		cli_usage_error("test", "%s %s: want a number of seconds", option, text);
	return n;
}

static void list_words(char ***list, const char *text)
{
	char *copy = test_printf("%s", text), *rest;

	for (char *w = strtok_r(copy, ",", &rest); w; w = strtok_r(NULL, ",", &rest))
		list_add(list, w);
}

static void set_shard(struct test_command *t, const char *text)
{
	unsigned long i, n;
	int end = 0;

	if (sscanf(text, "%lu/%lu%n", &i, &n, &end) != 2 || text[end] || i < 1 || i > n ||
	    n > 1000000)
		cli_usage_error("test", "--shard %s: want I/N, with I from 1 to N", text);
	t->schedule.shard = (u32)i - 1;
	t->schedule.shards = (u32)n;
}

static void oracle(struct test_command *t, const char *text)
{
	if (strcmp(text, "native") == 0)
		t->worker.oracle = ORACLE_TRACE;
	else if (strcmp(text, "outcome") == 0)
		t->worker.oracle = ORACLE_OUTCOME;
	else
		cli_usage_error("test", "--oracle %s: want native or outcome", text);
}

static void add_env(struct test_command *t, char *text)
{
	const char *value = strchr(text, '=') ? NULL : getenv(text);

	if (!*text || *text == '=')
		cli_usage_error("test", "-E %s: want NAME or NAME=VALUE", text);
	if (strchr(text, '='))
		list_add(&t->env, text);
	else if (value)
		list_add(&t->env, test_printf("%s=%s", text, value));
}

static void which_option(struct test_command *t, int c)
{
	switch (c) {
	case 'f':
		list_add(&t->schedule.filters, optarg);
		break;
	case OPT_TAGS:
		list_words(&t->schedule.tags, optarg);
		break;
	case OPT_RERUN:
		t->rerun_failed = true;
		t->rerun = optarg;
		break;
	case OPT_SHARD:
		set_shard(t, optarg);
		break;
	case OPT_DURATIONS:
		t->durations = optarg;
		break;
	case OPT_REPEAT:
		t->schedule.repeat = (u32)number("--repeat", optarg, 1, 1000000);
		break;
	case OPT_SHUFFLE:
		t->schedule.shuffle = true;
		t->schedule.seed = number("--shuffle", optarg, 0, LONG_MAX);
		break;
	case OPT_GATES:
		t->schedule.all_gates = strcmp(optarg, "all") == 0;
		if (!t->schedule.all_gates && strcmp(optarg, "default") != 0)
			cli_usage_error("test", "--gates %s: want all or default", optarg);
		break;
	case OPT_LIST:
		t->list = true;
		break;
	}
}

static void how_option(struct test_command *t, int c)
{
	switch (c) {
	case 'j':
		t->workers = (u32)number("-j", optarg, 1, 1024);
		break;
	case 't':
		t->worker.timeout = seconds("--timeout", optarg);
		break;
	case OPT_FAIL_FAST:
		t->fail_fast = true;
		break;
	case OPT_ORACLE:
		oracle(t, optarg);
		break;
	case OPT_TEST_CPU:
		t->worker.model = cli_cpu_model("test", optarg);
		break;
	case 'E':
		add_env(t, optarg);
		break;
	case OPT_ENV_ALL:
		t->env_all = true;
		break;
	case OPT_SKIP_STATUS:
		t->worker.skip_status = (int)number("--skip-status", optarg, 1, 255);
		break;
	case OPT_READ_TAP:
		t->worker.tap = true;
		break;
	case OPT_OUTPUT_LIMIT:
		t->worker.output_limit = size("--output-limit", optarg);
		break;
	case OPT_SCRATCH_LIMIT:
		t->worker.scratch_limit = size("--scratch-limit", optarg);
		break;
	case OPT_NO_SANDBOX:
		t->worker.sandbox.enabled = false;
		break;
	}
}

static void report_option(struct test_command *t, int c)
{
	switch (c) {
	case OPT_TAP:
		t->tap = optarg ? optarg : "-";
		break;
	case OPT_JUNIT:
		t->junit = optarg;
		break;
	case OPT_JSON:
		t->json = optarg;
		break;
	case OPT_ARTIFACTS:
		t->artifacts = optarg;
		break;
	case OPT_KEEP_ALL:
		t->worker.keep = true;
		break;
	case OPT_TRACE_LINES:
		t->worker.trace_lines = (u32)number("--trace-lines", optarg, 0, 100000);
		break;
	case 'q':
		t->quiet = true;
		break;
	}
}

static bool parse_options(struct test_command *t, int argc, char **argv)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":j:f:t:E:q", options, NULL)) != -1) {
		if (c == OPT_HELP)
			return false;
		if (c == '?' || c == ':')
			cli_bad_option("test", c, argv);
		if (c == OPT_TAP || c == OPT_RERUN)
			cli_check_next_word("test", NULL, argv);
		if (sandbox_option(&t->worker.sandbox, "test", c) ||
		    guard_option(&guard, "test", c) || net_option(&net, "test", c))
			continue;
		which_option(t, c);
		how_option(t, c);
		report_option(t, c);
	}
	if (optind == argc)
		cli_usage_error("test", "no PATH of tests given");
	sandbox_check(&t->worker.sandbox, "test");
	net_opts_check(&net, "test");
	if (t->worker.sandbox.enabled && !(guard.limits.set & 1U << LIMIT_PROCESSES)) {
		guard.limits.set |= 1U << LIMIT_PROCESSES;
		guard.limits.value[LIMIT_PROCESSES] = 256;
	}
	t->worker.limits = guard.limits;
	t->worker.supervised = guard.limits.set & WATCHED;
	return true;
}

/* ---- What is given ---- */

static json_t *load_report(const char *name)
{
	struct report r = {0};
	json_error_t err;
	json_t *j = json_load_file(name, 0, &err);

	if (!j && err.line < 0)
		die(EXIT_TROUBLE, "%s: %s", name, strerror(errno ? errno : EIO));
	if (!j)
		die(EXIT_TROUBLE, "%s: line %d: %s", name, err.line, err.text);
	if (!report_add(&r, j))
		die(EXIT_TROUBLE, "%s: not a JSON report of trapgate test", name);
	for (size_t i = 0; i < r.n; i++)
		result_free(&r.v[i]);
	free(r.v);
	free(r.started);
	return j;
}

static char *absolute(const char *path)
{
	char cwd[PATH_MAX];

	if (*path == '/')
		return test_printf("%s", path);
	if (!getcwd(cwd, sizeof(cwd)))
		die(EXIT_TROUBLE, "the current directory: %s", strerror(errno));
	return test_printf("%s/%s", cwd, path);
}

static const char *env_or(const char *name, const char *other)
{
	const char *value = getenv(name);

	return value && *value ? value : other;
}

static char *make_scratch(const char *parent)
{
	char *dir = test_printf("%s/trapgate-test.XXXXXX", parent);
	char *real;

	if (!mkdtemp(dir))
		die(EXIT_TROUBLE, "%s: %s: set TMPDIR to a directory that can be written", dir,
		    strerror(errno));
	real = realpath(dir, NULL);
	if (!real)
		die(EXIT_TROUBLE, "%s: %s", dir, strerror(errno));
	free(dir);
	return real;
}

/* Where the environment says, or the first place of the usual ones that can be written. */
static const char *scratch_parent(void)
{
	static const char *const usual[] = {"/tmp", "/var/tmp", "/dev/shm"};
	const char *said = env_or("TEST_TMPDIR", env_or("TMPDIR", ""));

	for (size_t i = 0; !*said && i < ARRAY_SIZE(usual); i++)
		if (access(usual[i], W_OK | X_OK) == 0)
			return usual[i];
	return *said ? said : usual[0];
}

/* Whether files can be made there, in memory: a sandbox makes a dozen for each test, and removes
 * them, which file systems on disks do not like. */
static bool has_tmpfs(const char *dir)
{
	struct statfs fs;

	return access(dir, W_OK | X_OK) == 0 && statfs(dir, &fs) == 0 && fs.f_type == TMPFS_MAGIC &&
	       fs.f_bavail > 16384;
}

/* Tests may be hostile, and a CI's environment holds secrets: they get what programs need. */
static void make_env(struct test_command *t)
{
	static const char *const passed[] = {"PATH", "LANG",	"LC_ALL",      "TZ",
					     "USER", "LOGNAME", "TEST_SRCDIR", "TEST_WORKSPACE"};

	if (t->env_all) {
		for (char **p = environ; *p; p++)
			list_add(&t->worker.env, *p);
	} else {
		for (size_t i = 0; i < ARRAY_SIZE(passed); i++)
			if (getenv(passed[i]))
				list_add(&t->worker.env,
					 test_printf("%s=%s", passed[i], getenv(passed[i])));
		list_add(&t->worker.env, (char *)"HOME=/tmp");
		list_add(&t->worker.env, (char *)"TERM=dumb");
	}
	for (char **p = t->env; p && *p; p++)
		list_add(&t->worker.env, *p);
}

static u32 cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 ? (u32)CPU_COUNT(&set) : 1;
}

/* Whether strace is there and may trace. */
static bool can_trace(void)
{
	pid_t pid = fork();
	int status = -1, null;

	if (pid == 0) {
		null = open("/dev/null", O_RDWR);
		dup2(null, 1);
		dup2(null, 2);
		execlp("strace", "strace", "-o", "/dev/null", "/proc/self/exe", "--version", NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0;
}

static void prepare(struct test_command *t)
{
	const char *given = t->artifacts
				    ? t->artifacts
				    : env_or("TEST_UNDECLARED_OUTPUTS_DIR", "trapgate-artifacts");
	char *last = test_printf("%s/last.json", given);
	const char *wrong = NULL, *only = getenv("TESTBRIDGE_TEST_ONLY");

	if (!t->list)
		sandbox_make_absolute(&t->worker.sandbox);
	if (!t->schedule.shards)
		wrong = shard_from_environment(&t->schedule.shard, &t->schedule.shards);
	if (wrong)
		die(EXIT_TROUBLE, "%s", wrong);
	if (only && *only && !t->schedule.filters)
		list_add(&t->schedule.filters, (char *)only);
	if (t->rerun_failed)
		t->schedule.rerun = load_report(t->rerun ? t->rerun : last);
	if (t->durations)
		t->schedule.durations = load_report(t->durations);
	t->worker.artifacts = absolute(given);
	if (!t->workers)
		t->workers = cpus();
	if (t->worker.oracle == ORACLE_TRACE && !t->list && !can_trace()) {
		warn("strace is missing or may not trace: only outcome and output are compared "
		     "with "
		     "the native runs");
		t->worker.oracle = ORACLE_OUTCOME;
	}
	if (t->worker.oracle != ORACLE_NONE && guard.limits.set & 1U << LIMIT_NETWORK &&
	    net.mode == NET_HOST)
		warn("the native runs' bytes on the host's network cannot be counted: give them "
		     "another by --net");
	make_env(t);
	free(last);
}

static void find_tests(struct test_command *t, char **paths)
{
	static struct tests all; /* the jobs point into it */
	struct tests *tests = &all;

	for (; *paths; paths++) {
		char *wrong = tests_discover(tests, *paths);

		if (wrong)
			die(EXIT_TROUBLE, "%s", wrong);
	}
	if (!tests->n)
		die(EXIT_TROUBLE, "there are no tests");
	schedule(&t->jobs, tests, &t->schedule);
	if (!t->jobs.n && (t->schedule.filters || t->schedule.tags) && !t->schedule.shards)
		die(EXIT_TROUBLE, "no test is selected");
}

/* ---- Running ---- */

static void started(void *arg, u32 slot, size_t job)
{
	progress_started(((struct test_command *)arg)->progress, slot, job);
}

static void write_tap(struct test_command *t, const struct result *r)
{
	if (!t->tap_file)
		return;
	tap_result(t->tap_file, ++t->tap_number, r);
	if (ferror(t->tap_file) && !t->tap_error)
		t->tap_error = errno;
}

static void finished(void *arg, u32 slot, size_t job, struct result *r)
{
	struct test_command *t = arg;

	t->results[job] = *r;
	t->done[job] = true;
	write_tap(t, r);
	progress_finished(t->progress, slot, r);
}

static void tick(void *arg)
{
	progress_draw(((struct test_command *)arg)->progress);
}

/* Jobs that were not run are reported too: a plan is kept. */
static void fill_rest(struct test_command *t, const char *why)
{
	for (size_t i = 0; i < t->jobs.n; i++) {
		const struct job *job = &t->jobs.v[i];

		if (t->done[i])
			continue;
		t->results[i] = (struct result){
			.name = test_printf("%s", job->name),
			.file = file_of(job),
			.outcome = SKIPPED,
			.reason = test_printf("not run: %s", why),
		};
		write_tap(t, &t->results[i]);
	}
}

static void open_tap(struct test_command *t)
{
	if (!t->tap)
		return;
	t->tap_file = strcmp(t->tap, "-") == 0 ? stdout : fopen(t->tap, "we");
	if (!t->tap_file)
		die(EXIT_TROUBLE, "%s: %s", t->tap, strerror(errno));
	tap_begin(t->tap_file, t->jobs.n);
}

static double clock_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void touch(const char *variable, const char *text)
{
	const char *name = getenv(variable);
	FILE *f = name && *name ? fopen(name, "we") : NULL;

	if (f) {
		fputs(text, f);
		fclose(f);
	}
}

/* Where --rerun-failed looks. */
static void write_last(const struct test_command *t, const size_t *count)
{
	char *last = test_printf("%s/last.json", t->worker.artifacts), *wrong;
	struct stat st;

	if (count[FAILED])
		mkdir(t->worker.artifacts, 0777);
	if (stat(t->worker.artifacts, &st) == 0) {
		wrong = report_write(&t->report, last, NULL, NULL);
		if (wrong)
			warn("%s: --rerun-failed will not know what failed", wrong);
		free(wrong);
	}
	free(last);
}

static int write_reports(struct test_command *t, int sig)
{
	const char *bazel = getenv("XML_OUTPUT_FILE");
	size_t count[OUTCOMES];
	char *wrong;

	t->report.v = t->results;
	t->report.n = t->jobs.n;
	report_count(&t->report, count);
	wrong = report_write(&t->report, t->json, t->junit, NULL);
	if (!wrong && bazel && *bazel)
		wrong = report_write(&t->report, NULL, bazel, NULL);
	if (t->tap_file) {
		if (sig)
			tap_bail_out(t->tap_file, "interrupted");
		if (fflush(t->tap_file) && !t->tap_error)
			t->tap_error = errno;
		if (t->tap_error && !wrong)
			wrong = test_printf("cannot write %s: %s",
					    strcmp(t->tap, "-") ? t->tap : "to standard output",
					    strerror(t->tap_error));
	}
	progress_end(t->progress, &t->report);
	if (wrong)
		die(EXIT_TROUBLE, "%s", wrong);
	if (sig)
		die(EXIT_TROUBLE, "interrupted by SIG%s", sigabbrev_np(sig));
	write_last(t, count);
	return count[FAILED] ? 1 : 0;
}

static int run(struct test_command *t)
{
	struct pool_options pool = {.workers = t->workers,
				    .fail_fast = t->fail_fast,
				    .arg = t,
				    .started = started,
				    .finished = finished,
				    .tick = tick};
	time_t now = time(NULL);
	char stamp[32];
	double begin = clock_seconds();
	int sig, status;

	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	t->report.started = stamp;
	t->report.seed = t->schedule.shuffle ? t->schedule.seed : 0;
	t->report.shard = t->schedule.shard;
	t->report.shards = t->schedule.shards;
	t->results = calloc(t->jobs.n + 1, sizeof(*t->results));
	t->done = calloc(t->jobs.n + 1, sizeof(*t->done));
	if (!t->results || !t->done)
		fatal("out of memory");
	pool.workers = t->workers = (u32)MIN((size_t)t->workers, MAX(t->jobs.n, 1UL));
	t->worker.scratch = make_scratch(scratch_parent());
	t->worker.memory = has_tmpfs("/dev/shm") ? make_scratch("/dev/shm") : t->worker.scratch;
	touch("TEST_SHARD_STATUS_FILE", "");
	touch("TEST_PREMATURE_EXIT_FILE", "0");
	open_tap(t);
	t->progress = progress_new(t->tap_file == stdout ? stderr : stdout, &t->jobs, t->workers,
				   t->quiet);
	sig = pool_run(&t->jobs, &t->worker, &pool);
	remove_tree(t->worker.memory);
	remove_tree(t->worker.scratch);
	fill_rest(t, sig ? "interrupted" : "--fail-fast");
	t->report.seconds = clock_seconds() - begin;
	status = write_reports(t, sig);
	if (getenv("TEST_PREMATURE_EXIT_FILE"))
		unlink(getenv("TEST_PREMATURE_EXIT_FILE"));
	return status;
}

int cli_test(int argc, char **argv)
{
	static struct test_command t = {
		.worker = {.timeout = 60,
			   .output_limit = 16U << 20,
			   .scratch_limit = 1U << 30,
			   .trace_lines = 40,
			   .sandbox = {.enabled = true},
			   .skip_status = 77,
			   .before = enter_net,
			   .after = enter_guard,
			   .model = CPU_MODEL_INTEL},
	};

	cli_usage_status = EXIT_TROUBLE;
	if (!parse_options(&t, argc, argv))
		return help();
	prepare(&t);
	if (t.worker.sandbox.enabled && access("/proc/self/fd", F_OK) != 0)
		die(EXIT_TROUBLE, "a sandbox needs /proc, which is not mounted (--no-sandbox does "
				  "without)");
	find_tests(&t, argv + optind);
	if (!t.list)
		return run(&t);
	for (size_t i = 0; i < t.jobs.n; i++)
		printf("%s\n", t.jobs.v[i].name);
	return cli_finish_stdout();
}
