/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test/progress.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define SHOWN_LINES 12 /* of a reason */
#define BAR	    20

struct progress {
	FILE *f;
	const struct jobs *jobs;
	u32 workers;
	size_t *job; /* of each worker; jobs->n: none */
	size_t done, failed;
	bool terminal, color, quiet, drawn;
	struct timespec last;
};

struct progress *progress_new(FILE *f, const struct jobs *jobs, u32 workers, bool quiet)
{
	struct progress *p = test_alloc(NULL, sizeof(*p));
	const char *term = getenv("TERM");

	memset(p, 0, sizeof(*p));
	p->f = f;
	p->jobs = jobs;
	p->workers = workers;
	p->quiet = quiet;
	p->job = test_alloc(NULL, workers * sizeof(*p->job));
	for (u32 i = 0; i < workers; i++)
		p->job[i] = jobs->n;
	p->terminal = isatty(fileno(f)) && term && strcmp(term, "dumb") != 0;
	p->color = p->terminal && !getenv("NO_COLOR");
	return p;
}

static void erase(struct progress *p)
{
	if (p->drawn)
		fputs("\r\33[K", p->f);
	p->drawn = false;
}

/* A name as a line may show it. */
static void put_clean(FILE *f, const char *text)
{
	bool cut;
	char *clean = text_clean(text, strlen(text), 4096, &cut);

	for (char *c = clean; *c; c++)
		*c = *c == '\n' || *c == '\t' ? ' ' : *c;
	fputs(clean, f);
	free(clean);
}

static void draw(struct progress *p)
{
	struct winsize w;
	char *line = NULL;
	size_t size = 0;
	int columns = ioctl(fileno(p->f), TIOCGWINSZ, &w) == 0 && w.ws_col ? w.ws_col : 80;
	int bar = MIN(BAR, columns / 4);
	size_t total = p->jobs->n, n = total ? p->done * (size_t)bar / total : 0;
	FILE *m = open_memstream(&line, &size);

	if (!m)
		return;
	fprintf(m, "[%.*s%.*s] %zu/%zu", (int)n, "####################", bar - (int)n,
		"....................", p->done, total);
	if (p->failed)
		fprintf(m, ", %zu failed", p->failed);
	for (u32 i = 0, first = 1; i < p->workers; i++) {
		if (p->job[i] == total)
			continue;
		fputs(first ? ": " : ", ", m);
		put_clean(m, p->jobs->v[p->job[i]].name);
		first = 0;
	}
	fclose(m);
	for (int i = 0; i < columns && line[i]; i++) /* not through the middle of a character */
		if (i == columns - 1) {
			while (i && (line[i] & 0xc0) == 0x80)
				i--;
			line[i] = 0;
		}
	fprintf(p->f, "\r%s\33[K", line);
	fflush(p->f);
	free(line);
	p->drawn = true;
}

void progress_draw(struct progress *p)
{
	struct timespec t;

	if (!p->terminal)
		return;
	clock_gettime(CLOCK_MONOTONIC, &t);
	if ((t.tv_sec - p->last.tv_sec) * 1000 + (t.tv_nsec - p->last.tv_nsec) / 1000000 < 100)
		return;
	p->last = t;
	draw(p);
}

void progress_started(struct progress *p, u32 slot, size_t job)
{
	p->job[slot] = job;
	progress_draw(p);
}

static void put_reason(struct progress *p, const struct result *r)
{
	const char *text = r->reason;

	for (int i = 0; text && *text; i++) {
		int n = (int)strcspn(text, "\n");

		if (i == SHOWN_LINES) {
			fputs("    ...\n", p->f);
			break;
		}
		fprintf(p->f, "    %.*s\n", n, text);
		text += n + (text[n] == '\n');
	}
	if (r->artifacts) {
		fputs("    kept in ", p->f);
		put_clean(p->f, r->artifacts);
		fputc('\n', p->f);
	}
}

void progress_finished(struct progress *p, u32 slot, const struct result *r)
{
	static const char *const words[] = {"ok  ", "FAIL", "skip"};
	static const char *const colors[] = {"\33[32m", "\33[1;31m", "\33[33m"};
	bool failed = r->outcome == FAILED;

	p->job[slot] = p->jobs->n;
	p->done++;
	p->failed += failed;
	if (failed || (!p->terminal && !p->quiet)) {
		erase(p);
		fprintf(p->f, "%s%s%s ", p->color ? colors[r->outcome] : "", words[r->outcome],
			p->color ? "\33[m" : "");
		put_clean(p->f, r->name);
		fprintf(p->f, " (%.2f s)", r->seconds);
		if (r->outcome == SKIPPED && r->reason) {
			fputs(": ", p->f);
			put_clean(p->f, r->reason);
		}
		fputc('\n', p->f);
		if (failed)
			put_reason(p, r);
		fflush(p->f);
	}
	progress_draw(p);
}

void progress_end(struct progress *p, const struct report *r)
{
	size_t count[OUTCOMES];

	erase(p);
	report_count(r, count);
	fprintf(p->f, "%zu passed, %zu failed", count[PASSED], count[FAILED]);
	if (count[SKIPPED])
		fprintf(p->f, ", %zu skipped", count[SKIPPED]);
	fprintf(p->f, " in %.2f s\n", r->seconds);
	fflush(p->f);
	free(p->job);
	free(p);
}
