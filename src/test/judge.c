/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an execution comes to: what was expected and is not so. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "compare/diff.h"
#include "compare/expect.h"
#include "compare/normal.h"
#include "host/host.h"
#include "test/worker.h"

#define LINE_SHOWN 160	 /* bytes of a line that differs */
#define DIFF_SHOWN 65536 /* bytes of a difference of traces */

static void show_line(FILE *f, const char *label, const char *p, size_t n)
{
	bool cut;
	char *text = text_clean(p, n, LINE_SHOWN, &cut);

	for (char *c = text; *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	fprintf(f, "  %s%s\n", label, text);
	free(text);
}

static size_t line_length(const char *p, size_t n)
{
	const char *end = memchr(p, '\n', n);

	return end ? (size_t)(end - p) : n;
}

/* The first line in which two texts differ. */
static void show_difference(FILE *f, const char *what, const char *label_a, const char *a,
			    size_t na, const char *label_b, const char *b, size_t nb)
{
	size_t line = 1;

	for (;;) {
		size_t la = line_length(a, na), lb = line_length(b, nb);

		if (la != lb || memcmp(a, b, la) != 0 || (la == na) != (lb == nb)) {
			fprintf(f, "%s differs at line %zu\n", what, line);
			if (na)
				show_line(f, label_a, a, la);
			else
				fprintf(f, "  %s(the end)\n", label_a);
			if (nb)
				show_line(f, label_b, b, lb);
			else
				fprintf(f, "  %s(the end)\n", label_b);
			if (la == lb && na && nb && memcmp(a, b, la) == 0)
				fprintf(f, "  only one of them ends this line\n");
			return;
		}
		if (la == na) /* and lb == nb: they are the same */
			return;
		a += la + 1;
		na -= la + 1;
		b += lb + 1;
		nb -= lb + 1;
		line++;
	}
}

static void check_output(FILE *f, const char *what, const struct matcher *m, const struct bytes *b)
{
	switch (m->kind) {
	case MATCH_ANY:
		return;
	case MATCH_EXACT:
		if (b->n != m->size || memcmp(b->p, m->text, m->size) != 0)
			show_difference(f, what, "expected: ", m->text, m->size, "     got: ", b->p,
					b->n);
		return;
	case MATCH_CONTAINS:
		if (memmem(b->p, b->n, m->text, m->size))
			return;
		fprintf(f, "%s does not contain what it should\n", what);
		show_line(f, "expected: ", m->text, m->size);
		return;
	case MATCH_REGEX: {
		/* REG_STARTEND: NUL bytes are characters as others */
		regmatch_t range = {0, (regoff_t)b->n};

		if (regexec(&m->regex, b->p, 1, &range, REG_STARTEND) == 0)
			return;
		fprintf(f, "%s does not match the expression %s\n", what, m->text);
		return;
	}
	}
}

/* ---- Traces ---- */

static bool read_records(FILE *why, const char *file, struct records *r)
{
	FILE *f = fopen(file, "re");
	const char *wrong = f ? records_read(f, r) : strerror(errno);

	if (f)
		fclose(f);
	if (wrong)
		fprintf(why, "the trace cannot be read: %s\n", wrong);
	return !wrong;
}

static void check_syscalls(FILE *why, const struct test *t, const char *trace)
{
	struct expectations e = {0};
	struct records r = {0};

	for (u32 i = 0; t->syscalls[i]; i++)
		expect_add(&e, t->syscalls[i], "syscalls", i + 1); /* was read before */
	if (read_records(why, trace, &r)) {
		expect_check(&e, &r, why);
		records_free(&r);
	}
	for (u32 i = 0; i < e.n; i++)
		pattern_free(&e.v[i].pattern);
	free(e.v);
}

static void compare_traces(FILE *why, const char *native, const char *trace)
{
	struct records r[2] = {{0}, {0}};
	struct normal_options normal = {0};
	char *text = NULL;
	size_t n = 0;
	FILE *f;

	if (!read_records(why, native, &r[0]) || !read_records(why, trace, &r[1]))
		return;
	for (int i = 0; i < 2; i++) {
		records_normalise(&r[i], &normal);
	}
	f = open_memstream(&text, &n);
	if (!f)
		fatal("out of memory");
	if (traces_diff(f, &(struct diff_side){"native", &r[0]},
			&(struct diff_side){"trapgate", &r[1]}, 2)) {
		bool cut;
		char *shown;

		fclose(f);
		shown = text_clean(text, n, DIFF_SHOWN, &cut);
		fprintf(why, "the traces differ\n%s", shown);
		free(shown);
	} else {
		fclose(f);
	}
	free(text);
	records_free(&r[0]);
	records_free(&r[1]);
}

/* ---- The whole ---- */

static bool same_end(int a, int b)
{
	return WIFSIGNALED(a) == WIFSIGNALED(b) &&
	       (WIFSIGNALED(a) ? WTERMSIG(a) == WTERMSIG(b) : WEXITSTATUS(a) == WEXITSTATUS(b));
}

static const char *ended(int status)
{
	return WIFSIGNALED(status) ? how_ended(true, WTERMSIG(status))
				   : how_ended(false, WEXITSTATUS(status));
}

static void check_native(FILE *why, const struct execution *e, const struct execution *native)
{
	if (native->limit)
		fprintf(why, "the native run hit the limit %s (%s)\n", native->limit,
			native->limit_text);
	if (native->limit || e->limit)
		return;
	if (!same_end(e->status, native->status)) {
		fprintf(why, "natively: %s, ", ended(native->status));
		fprintf(why, "under trapgate: %s\n", ended(e->status));
	}
	if (e->out.n != native->out.n || memcmp(e->out.p, native->out.p, e->out.n) != 0)
		show_difference(why, "stdout", "  native: ", native->out.p, native->out.n,
				"trapgate: ", e->out.p, e->out.n);
	if (e->err.n != native->err.n || memcmp(e->err.p, native->err.p, e->err.n) != 0)
		show_difference(why, "stderr", "  native: ", native->err.p, native->err.n,
				"trapgate: ", e->err.p, e->err.n);
}

static bool is_different(FILE *why, const struct execution *e, const struct execution *native,
			 const char *trace, const char *native_trace)
{
	long before = ftell(why);

	check_native(why, e, native);
	if (native_trace)
		compare_traces(why, native_trace, trace);
	return ftell(why) != before;
}

static void check_status(FILE *why, const struct test *t, const struct execution *e)
{
	bool signal = WIFSIGNALED(e->status);

	if (signal == t->signal &&
	    (signal ? WTERMSIG(e->status) : WEXITSTATUS(e->status)) == t->status)
		return;
	fprintf(why, "%s", ended(e->status));
	if (t->status)
		fprintf(why, ", but should have %s",
			t->signal ? "been " : ""); /* "been killed by", "exited with" */
	fprintf(why, "%s\n", t->status ? how_ended(t->signal, t->status) : "");
}

/* The first line of what it wrote last, as the reason of a skip. */
static char *said(const struct bytes *b)
{
	bool cut;

	return text_clean(b->p, line_length(b->p, b->n), LINE_SHOWN, &cut);
}

static char *skipped(const struct job *job, const struct worker_options *opt,
		     const struct execution *e)
{
	if (!WIFEXITED(e->status) || WEXITSTATUS(e->status) != opt->skip_status ||
	    (job->test->status == opt->skip_status && !job->test->signal))
		return NULL;
	return e->out.n	  ? said(&e->out)
	       : e->err.n ? said(&e->err)
			  : test_printf("exited with %d", opt->skip_status);
}

bool judge(struct result *r, const struct job *job, const struct worker_options *opt,
	   const struct execution *e, const struct execution *native, const char *trace,
	   const char *native_trace)
{
	const struct test *t = job->test;
	char *text = NULL, *skip = NULL;
	bool differs = false;
	size_t n = 0;
	FILE *why = open_memstream(&text, &n);

	if (!why)
		fatal("out of memory");
	r->ran = e->loaded;
	r->signal = WIFSIGNALED(e->status);
	r->status = r->signal ? WTERMSIG(e->status) : WEXITSTATUS(e->status);
	r->seconds = e->seconds;
	r->cpu_seconds = e->cpu_seconds;
	r->max_rss = e->max_rss;
	if (e->limit) {
		r->limit = test_printf("%s", e->limit);
		fprintf(why, "hit the limit %s (%s)\n", e->limit, e->limit_text);
		if (native)
			check_native(why, e, native);
	} else if (!e->loaded) {
		fprintf(why, "could not be run\n");
		show_line(why, "", e->err.p, line_length(e->err.p, e->err.n));
	} else {
		skip = skipped(job, opt, e);
		if (!skip && (t->tap || opt->tap)) {
			if (!tap_judge(e->out.p, e->out.n, why, &skip) && WIFEXITED(e->status) &&
			    !t->status && !t->signal)
				; /* that is why its status is not 0 */
			else if (!skip)
				check_status(why, t, e);
		} else if (!skip) {
			check_status(why, t, e);
		}
		if (!skip) {
			check_output(why, "stdout", &t->out, &e->out);
			check_output(why, "stderr", &t->err, &e->err);
			if (t->syscalls)
				check_syscalls(why, t, trace);
		}
		differs = native && is_different(why, e, native, trace, native_trace);
	}
	fflush(why);
	if (n && native && *native->reached)
		fprintf(why, "natively it reached the limit %s\n", native->reached);
	if (n && *e->reached)
		fprintf(why, "reached the limit %s\n", e->reached);
	if (n && *e->reached && !r->limit)
		r->limit = test_printf("%s", e->reached);
	fclose(why);
	r->outcome = n ? FAILED : skip ? SKIPPED : PASSED;
	if (n && text[n - 1] == '\n')
		text[n - 1] = 0;
	r->reason = n ? text : skip;
	free(n ? skip : text);
	return differs;
}
