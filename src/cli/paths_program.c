/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate paths --program: a whole program once through each gate, and whether it notices. */
#include <ctype.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/paths.h"
#include "host/host.h"
#include "task/run.h"
#include "trace/trace.h"

extern char **environ;

/* One run. */
struct run {
	const char *gate; /* what __kernel_vsyscall uses, or what a 64-bit program uses */
	bool int80;
	int status;
	double ms;
	char *trace, *out;
	size_t trace_size, out_size;
	u64 calls[GATE_COUNT];
	char **lines; /* the trace's, ordered by process */
	size_t nr_lines;
};

static void *xrealloc(void *p, size_t n)
{
	p = realloc(p, n);
	if (!p)
		fatal("out of memory");
	return p;
}

static char *slurp(int fd, size_t *size)
{
	off_t n = lseek(fd, 0, SEEK_END);
	char *text = xrealloc(NULL, (size_t)n + 1);
	ssize_t got = pread(fd, text, (size_t)n, 0);

	*size = got > 0 ? (size_t)got : 0;
	text[*size] = 0;
	close(fd);
	return text;
}

/* ---- Running ---- */

static _Noreturn void child(const struct paths_program *p, const struct run *run, int trace,
			    int out)
{
	struct run_options opt = {
		.name = p->argv[0],
		.path = cli_find_program(p->argv[0]),
		.argv = p->argv,
		.envp = environ,
		.trace = true,
		.trace_options = {.fd = host_own_fd(trace),
				  .follow = true,
				  .pid_to_file = true,
				  .gate = true,
				  .string_limit = 4096},
		.cpu_model = p->model,
		.vsyscall_int80 = run->int80,
	};
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	/* The same for each run: what the program reads and where its output goes. */
	dup2(null, 0);
	dup2(out, 1);
	exit(task_main(&opt));
}

static void run_once(const struct paths_program *p, struct run *run)
{
	int trace = host_memory_file("trace"), out = host_memory_file("output");
	struct timespec t0, t1;
	pid_t pid;

	fflush(NULL);
	clock_gettime(CLOCK_MONOTONIC, &t0);
	pid = fork();
	if (pid < 0)
		fatal("fork: %s", strerror(errno));
	if (pid == 0)
		child(p, run, trace, out);
	while (waitpid(pid, &run->status, 0) < 0 && errno == EINTR)
		;
	clock_gettime(CLOCK_MONOTONIC, &t1);
	run->ms = (double)(t1.tv_sec - t0.tv_sec) * 1e3 + (double)(t1.tv_nsec - t0.tv_nsec) / 1e6;
	run->trace = slurp(trace, &run->trace_size);
	run->out = slurp(out, &run->out_size);
	if (!run->trace_size) /* it was not started: the message is on standard error already */
		exit(WIFEXITED(run->status) ? WEXITSTATUS(run->status) : EXIT_TRAPGATE);
}

/* ---- The trace ---- */

struct line {
	char *text;
	long pid;
	size_t at;
};

static int by_pid(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->at < y->at ? -1 : 1;
}

/* Lines come as "PID gate call". Each process's are put together, in the order in which the
 * processes were made, since processes that run at the same time write in any order. */
static void sort_lines(struct run *run)
{
	struct line *all = NULL;
	size_t n = 0, max = 0;
	char *text, *rest;

	for (text = strtok_r(run->trace, "\n", &rest); text; text = strtok_r(NULL, "\n", &rest)) {
		if (n == max)
			all = xrealloc(all, (max = max ? 2 * max : 256) * sizeof(*all));
		all[n] = (struct line){text, strtol(text, NULL, 10), n};
		n++;
	}
	if (n)
		qsort(all, n, sizeof(*all), by_pid);
	run->lines = xrealloc(NULL, (n + 1) * sizeof(char *));
	run->nr_lines = n;
	for (size_t i = 0; i < n; i++)
		run->lines[i] = all[i].text;
	free(all);
}

static void count_calls(struct run *run)
{
	static const char *const words[] = {"syscall ", "sysenter ", "int80 "};

	for (size_t i = 0; i < run->nr_lines; i++) {
		const char *p = run->lines[i];

		p += strspn(p, "0123456789");
		p += strspn(p, " ");
		for (int g = 0; g < (int)ARRAY_SIZE(words); g++)
			if (strncmp(p, words[g], strlen(words[g])) == 0 && !strstr(p, " resumed>"))
				run->calls[g]++;
	}
}

/* ---- Comparing ---- */

struct pids { /* that appear in a trace: the processes' own, and the caller's */
	long v[256];
	size_t n;
};

static void collect_pids(struct pids *pids, const struct run *run)
{
	pids->n = 0;
	pids->v[pids->n++] = getpid();
	for (size_t i = 0; i < run->nr_lines; i++) {
		long pid = strtol(run->lines[i], NULL, 10);
		size_t k = 0;

		while (k < pids->n && pids->v[k] != pid)
			k++;
		if (k == pids->n && k < ARRAY_SIZE(pids->v))
			pids->v[pids->n++] = pid;
	}
}

static bool is_pid(const struct pids *pids, const char *digits, size_t n)
{
	long v = n < 10 ? strtol(digits, NULL, 10) : -1;

	for (size_t i = 0; i < pids->n; i++)
		if (pids->v[i] == v)
			return true;
	return false;
}

/* Numbers after these are times. */
static bool is_time(const char *line, const char *at)
{
	static const char *const names[] = {
		"tv_sec=",     "tv_nsec=",    "tv_usec=", "atime=",	"mtime=",     "ctime=",
		"utime=",      "stime=",      "uptime=",  "time_nsec=", "tms_utime=", "tms_stime=",
		"tms_cutime=", "tms_cstime=", "freeram=", "loads=[",	"procs="};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t n = strlen(names[i]);

		if ((size_t)(at - line) >= n && memcmp(at - n, names[i], n) == 0)
			return true;
	}
	return false;
}

static bool starts_with_call(const char *call, const char *const *names)
{
	for (; *names; names++) {
		size_t n = strlen(*names);

		if (strncmp(call, *names, n) == 0 && call[n] == '(')
			return true;
	}
	return false;
}

/* The length of a date as the tracer prints it, "2001-02-03T04:05:06.7+0000", or 0. */
static size_t date_length(const char *p)
{
	if (strspn(p, "0123456789") != 4 || p[4] != '-' || strspn(p + 5, "0123456789") != 2)
		return 0;
	return strspn(p, "0123456789-T:.+");
}

/* The line without what is another in each run: the process's number, the gate, the padding,
 * addresses, pids, times and random bytes. */
static char *normalise(const struct pids *pids, const char *line)
{
	static const char *const time_calls[] = {"time", "times", NULL};
	static const char *const random_calls[] = {"getrandom", NULL};
	char *out = xrealloc(NULL, 2 * strlen(line) + 16), *o = out;
	const char *p = line, *call;
	bool time_call, random;

	p += strspn(p, "0123456789");
	p += strspn(p, " ");
	for (int i = 0; i < 3; i++) {
		static const char *const words[] = {"syscall", "sysenter", "int80"};

		if (strncmp(p, words[i], strlen(words[i])) == 0 && p[strlen(words[i])] == ' ')
			p += strlen(words[i]);
	}
	p += strspn(p, " ");
	call = p;
	time_call = starts_with_call(call, time_calls);
	random = starts_with_call(call, random_calls);
	while (*p) {
		size_t n;

		if (*p == '"' && random) {
			o = stpcpy(o, "RANDOM");
			p += 1 + strcspn(p + 1, "\"");
			p += *p == '"';
		} else if (strncmp(p, "0x", 2) == 0 &&
			   (n = strspn(p + 2, "0123456789abcdef")) >= 5) {
			o = stpcpy(o, "ADDRESS");
			p += 2 + n;
		} else if (isdigit((unsigned char)*p) &&
			   (p == line || !isalnum((unsigned char)p[-1]))) {
			n = date_length(p) ? date_length(p) : strspn(p, "0123456789");
			if (is_pid(pids, p, n))
				o = stpcpy(o, "PID");
			else if (date_length(p) || is_time(line, p) || time_call)
				o = stpcpy(o, "TIME");
			else
				o = mempcpy(o, p, n);
			p += n;
		} else if (*p == ' ') { /* columns are filled according to the pid's length */
			*o++ = ' ';
			p += strspn(p, " ");
		} else {
			*o++ = *p++;
		}
	}
	*o = 0;
	return out;
}

struct difference {
	size_t line;		   /* counts from 1 */
	const char *first, *other; /* NULL: the trace ended */
};

static bool differ(const struct run *a, const struct run *b, struct difference *d)
{
	struct pids pa, pb;
	size_t n = MAX(a->nr_lines, b->nr_lines);

	collect_pids(&pa, a);
	collect_pids(&pb, b);
	for (size_t i = 0; i < n; i++) {
		char *x = i < a->nr_lines ? normalise(&pa, a->lines[i]) : NULL;
		char *y = i < b->nr_lines ? normalise(&pb, b->lines[i]) : NULL;
		bool same = x && y && strcmp(x, y) == 0;

		free(x);
		free(y);
		if (same)
			continue;
		d->line = i + 1;
		d->first = i < a->nr_lines ? a->lines[i] : NULL;
		d->other = i < b->nr_lines ? b->lines[i] : NULL;
		return true;
	}
	return false;
}

/* ---- Telling ---- */

static char *how_ended(int status)
{
	static char text[40];

	if (WIFSIGNALED(status))
		snprintf(text, sizeof(text), "killed by %s", trace_signal_name(WTERMSIG(status)));
	else
		snprintf(text, sizeof(text), "exited with %d", WEXITSTATUS(status));
	return text;
}

static json_t *document(const struct paths_program *p, const struct run *runs, int n, bool elf32,
			const struct difference *d, int different)
{
	json_t *list = json_array(), *argv = json_array(), *diff = json_null();

	for (char **a = p->argv; *a; a++)
		json_array_append_new(argv, json_string(*a));
	for (int i = 0; i < n; i++)
		json_array_append_new(
			list,
			json_pack("{s:s,s:s,s:f,s:I,s:{s:I,s:I,s:I},s:b}", "gate", runs[i].gate,
				  "ended", how_ended(runs[i].status), "ms", runs[i].ms, "lines",
				  (json_int_t)runs[i].nr_lines, "calls", "syscall",
				  (json_int_t)runs[i].calls[GATE_SYSCALL], "sysenter",
				  (json_int_t)runs[i].calls[GATE_SYSENTER], "int80",
				  (json_int_t)runs[i].calls[GATE_INT80], "same_output",
				  runs[i].out_size == runs[0].out_size &&
					  !memcmp(runs[i].out, runs[0].out, runs[0].out_size)));
	if (different)
		diff = json_pack("{s:I,s:s,s:s?,s:s,s:s?}", "line", (json_int_t)d->line, "gate",
				 runs[0].gate, "trace", d->first, "other_gate",
				 runs[different].gate, "other_trace", d->other);
	return json_pack("{s:s,s:i,s:s,s:o,s:s,s:o,s:b,s:o}", "schema", "trapgate-paths-program",
			 "version", 1, "cpu", p->model == CPU_MODEL_AMD ? "amd" : "intel",
			 "program", argv, "mode", elf32 ? "32-bit" : "64-bit", "runs", list, "same",
			 !different, "difference", diff);
}

static void print_text(const struct paths_program *p, const struct run *runs, int n, bool elf32,
		       const struct difference *d, int different)
{
	const char *bold = p->colour ? "\33[1m" : "", *off = p->colour ? "\33[0m" : "";

	printf("%s%s%s, a %s program, on an %s CPU\n\n", bold, p->argv[0], off,
	       elf32 ? "32-bit" : "64-bit", p->model == CPU_MODEL_AMD ? "AMD" : "Intel");
	printf("%-24s %8s %8s %8s %9s  %s\n", elf32 ? "__kernel_vsyscall uses" : "through",
	       "SYSCALL", "SYSENTER", "INT 0x80", "ms", "the program");
	for (int i = 0; i < n; i++)
		printf("%-24s %8lu %8lu %8lu %9.1f  %s\n", runs[i].gate,
		       runs[i].calls[GATE_SYSCALL], runs[i].calls[GATE_SYSENTER],
		       runs[i].calls[GATE_INT80], runs[i].ms, how_ended(runs[i].status));
	putchar('\n');
	if (!elf32) {
		printf("A 64-bit program uses SYSCALL: there is nothing to compare it with.\n");
		return;
	}
	if (!different) {
		printf("The traces agree: %zu lines.\n", runs[0].nr_lines);
		return;
	}
	printf("The traces differ, first in line %zu:\n  %-9s %s\n  %-9s %s\n", d->line,
	       runs[0].gate, d->first ? d->first : "(the trace has ended)", runs[different].gate,
	       d->other ? d->other : "(the trace has ended)");
}

static bool is_elf32(const char *path)
{
	unsigned char ident[EI_NIDENT] = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool got = fd >= 0 && read(fd, ident, sizeof(ident)) == sizeof(ident);

	if (fd >= 0)
		close(fd);
	return got && memcmp(ident, ELFMAG, SELFMAG) == 0 && ident[EI_CLASS] == ELFCLASS32;
}

int paths_program(const struct paths_program *p)
{
	bool elf32 = is_elf32(cli_find_program(p->argv[0])), amd = p->model == CPU_MODEL_AMD;
	struct run runs[2] = {{.gate = !elf32 || amd ? "SYSCALL" : "SYSENTER"},
			      {.gate = "INT 0x80", .int80 = true}};
	int n = elf32 ? 2 : 1, different = 0;
	struct difference d = {0};

	for (int i = 0; i < n; i++) {
		run_once(p, &runs[i]);
		sort_lines(&runs[i]);
		count_calls(&runs[i]);
		if (i && !different && differ(&runs[0], &runs[i], &d))
			different = i;
	}
	if (p->json) {
		json_t *doc = document(p, runs, n, elf32, &d, different);

		json_dumpf(doc, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(doc);
	} else {
		print_text(p, runs, n, elf32, &d, different);
	}
	for (int i = 0; i < n; i++) {
		free(runs[i].lines);
		free(runs[i].trace);
		free(runs[i].out);
	}
	cli_finish_stdout();
	return different ? 1 : 0;
}
