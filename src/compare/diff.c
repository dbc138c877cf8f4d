/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shortest edit of one list of lines into another: E. Myers, "An O(ND) Difference Algorithm and
 * Its Variations", 1986. */
#include "compare/diff.h"

#include <stdlib.h>
#include <string.h>

#include "host/host.h"

/* Traces that differ in more lines than this are not searched for the shortest edit. */
#define MOST_EDITS 3000

struct lines {
	const struct record **v;
	u32 *hash;
	u32 n;
};

/* One line of the edit: ' ' both, '-' only a, '+' only b. */
struct edit {
	char op;
	u32 a, b;
};

struct edits {
	struct edit *v;
	size_t n;
};

static void *must(void *p)
{
	if (!p)
		fatal("out of memory");
	return p;
}

static u32 hash_text(const char *s)
{
	u32 h = 2166136261;

	while (*s)
		h = (h ^ (u8)*s++) * 16777619;
	return h;
}

static bool same(const struct lines *a, u32 i, const struct lines *b, u32 j)
{
	return a->hash[i] == b->hash[j] && strcmp(a->v[i]->text, b->v[j]->text) == 0;
}

/* ---- The edit ---- */

static void emit(struct edits *e, char op, u32 a, u32 b)
{
	e->v[e->n++] = (struct edit){op, a, b};
}

/* Replaces all of a by all of b. */
static void replace(struct edits *e, u32 a0, u32 a1, u32 b0, u32 b1)
{
	for (u32 i = a0; i < a1; i++)
		emit(e, '-', i, b0);
	for (u32 j = b0; j < b1; j++)
		emit(e, '+', a1, j);
}

/* Walks back through the saved rounds and writes the edit in reverse. */
static void walk_back(struct edits *e, s32 **rounds, s32 d, s32 x, s32 y, u32 a0, u32 b0)
{
	size_t first = e->n;

	for (; d > 0; d--) {
		const s32 *v = rounds[d - 1] + d; /* indices -(d - 1) .. d - 1 around the middle */
		s32 k = x - y;
		bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);
		s32 prev_k = down ? k + 1 : k - 1;
		s32 px = v[prev_k], py = px - prev_k;

		while (x > px && y > py && x > 0 && y > 0 && !(down ? x == px : y == py)) {
			x--, y--;
			emit(e, ' ', a0 + (u32)x, b0 + (u32)y);
		}
		if (down)
			emit(e, '+', a0 + (u32)x, b0 + (u32)--y);
		else
			emit(e, '-', a0 + (u32)--x, b0 + (u32)y);
	}
	while (x > 0 && y > 0) {
		x--, y--;
		emit(e, ' ', a0 + (u32)x, b0 + (u32)y);
	}
	for (size_t i = first, j = e->n; i + 1 < j; i++) {
		struct edit t = e->v[i];

		e->v[i] = e->v[--j];
		e->v[j] = t;
	}
}

/* The part between the equal beginnings and the equal ends. */
static void shortest(struct edits *e, const struct lines *a, u32 a0, u32 a1, const struct lines *b,
		     u32 b0, u32 b1)
{
	s32 n = (s32)(a1 - a0), m = (s32)(b1 - b0);
	s32 most = MIN(n + m, MOST_EDITS);
	s32 **rounds = must(calloc((size_t)most + 1, sizeof(*rounds)));
	s32 *v = must(calloc(2 * (size_t)most + 3, sizeof(*v)));
	s32 *mid = v + most + 1, d;
	bool found = false;

	for (d = 0; d <= most && !found; d++) {
		for (s32 k = -d; k <= d; k += 2) {
			bool down = k == -d || (k != d && mid[k - 1] < mid[k + 1]);
			s32 x = down ? mid[k + 1] : mid[k - 1] + 1, y = x - k;

			while (x < n && y < m && same(a, a0 + (u32)x, b, b0 + (u32)y))
				x++, y++;
			mid[k] = x;
			if (x >= n && y >= m) {
				found = true;
				break;
			}
		}
		rounds[d] = must(malloc((2 * (size_t)d + 3) * sizeof(**rounds)));
		memcpy(rounds[d], mid - d - 1, (2 * (size_t)d + 3) * sizeof(**rounds));
	}
	if (found)
		walk_back(e, rounds, d - 1, n, m, a0, b0);
	else
		replace(e, a0, a1, b0, b1);
	for (s32 i = 0; i < d; i++)
		free(rounds[i]);
	free(rounds);
	free(v);
}

static struct edits find_edits(const struct lines *a, const struct lines *b)
{
	struct edits e = {0};
	u32 a0 = 0, a1 = a->n, b1 = b->n;

	e.v = must(malloc(((size_t)a->n + b->n + 1) * sizeof(*e.v)));
	for (; a0 < a1 && a0 < b1 && same(a, a0, b, a0); a0++)
		emit(&e, ' ', a0, a0);
	while (a1 > a0 && b1 > a0 && same(a, a1 - 1, b, b1 - 1))
		a1--, b1--;
	if (a1 > a0 && b1 > a0)
		shortest(&e, a, a0, a1, b, a0, b1);
	else
		replace(&e, a0, a1, a0, b1);
	for (; a1 < a->n; a1++, b1++)
		emit(&e, ' ', a1, b1);
	return e;
}

/* ---- The output ---- */

static void print_hunk(FILE *out, const struct edits *e, size_t from, size_t to,
		       const struct lines *a, const struct lines *b)
{
	u32 na = 0, nb = 0;

	for (size_t i = from; i < to; i++) {
		na += e->v[i].op != '+';
		nb += e->v[i].op != '-';
	}
	fprintf(out, "@@ -%u,%u +%u,%u @@\n", e->v[from].a + (na > 0), na, e->v[from].b + (nb > 0),
		nb);
	for (size_t i = from; i < to; i++) {
		const struct edit *l = &e->v[i];

		fprintf(out, "%c%s\n", l->op, l->op == '+' ? b->v[l->b]->text : a->v[l->a]->text);
	}
}

static u64 print_edits(FILE *out, const struct edits *e, const struct lines *a,
		       const struct lines *b, u32 context)
{
	u64 changed = 0;
	size_t i = 0;

	while (i < e->n) {
		size_t from, last;

		if (e->v[i].op == ' ') {
			i++;
			continue;
		}
		from = i > context ? i - context : 0;
		for (last = i; i < e->n && i <= last + 1 + 2 * (size_t)context; i++) {
			if (e->v[i].op != ' ') {
				last = i;
				changed++;
			}
		}
		i = MIN(last + 1 + context, e->n);
		print_hunk(out, e, from, i, a, b);
	}
	return changed;
}

/* ---- Processes ---- */

static bool is_fork(const struct record *r)
{
	return r->kind == RECORD_CALL && r->ret &&
	       (strcmp(r->name, "fork") == 0 || strcmp(r->name, "vfork") == 0 ||
		strcmp(r->name, "clone") == 0 || strcmp(r->name, "clone3") == 0);
}

struct pid_list {
	int *v;
	u32 n;
};

/* Adds pid and, below it, its children in the order in which it made them. */
static void add_process(struct pid_list *l, const struct records *r, int pid)
{
	for (u32 i = 0; i < l->n; i++)
		if (l->v[i] == pid)
			return;
	l->v = must(realloc(l->v, (l->n + 1) * sizeof(*l->v)));
	l->v[l->n++] = pid;
	for (size_t i = 0; i < r->n; i++) {
		int child;

		if (r->v[i].pid != pid || !is_fork(&r->v[i]))
			continue;
		child = atoi(r->v[i].ret);
		if (child > 0)
			add_process(l, r, child);
	}
}

/* The processes of a trace in an order that two runs of a program share: each before its children,
 * and these as they were made. Who comes to run first has no part in it. */
static struct pid_list processes(const struct records *r)
{
	struct pid_list l = {0};

	for (size_t i = 0; i < r->n; i++)
		if (!i || r->v[i].pid != r->v[i - 1].pid)
			add_process(&l, r, r->v[i].pid);
	return l;
}

static struct lines lines_of(const struct records *r, const int *pid)
{
	struct lines l = {0};

	l.v = must(malloc((r->n + 1) * sizeof(*l.v)));
	l.hash = must(malloc((r->n + 1) * sizeof(*l.hash)));
	for (size_t i = 0; pid && i < r->n; i++) {
		if (r->v[i].pid != *pid)
			continue;
		l.v[l.n] = &r->v[i];
		l.hash[l.n++] = hash_text(r->v[i].text);
	}
	return l;
}

u64 traces_diff(FILE *out, const struct diff_side *a, const struct diff_side *b, u32 context)
{
	struct pid_list pa = processes(a->records), pb = processes(b->records);
	u64 changed = 0;

	for (u32 i = 0; i < MAX(pa.n, pb.n); i++) {
		struct lines la = lines_of(a->records, i < pa.n ? &pa.v[i] : NULL);
		struct lines lb = lines_of(b->records, i < pb.n ? &pb.v[i] : NULL);
		struct edits e = find_edits(&la, &lb);
		bool differ = false;

		for (size_t k = 0; k < e.n && !differ; k++)
			differ = e.v[k].op != ' ';
		if (differ) {
			fprintf(out, "--- %s\tprocess %u\n+++ %s\tprocess %u\n", a->name, i + 1,
				b->name, i + 1);
			changed += print_edits(out, &e, &la, &lb, context);
		}
		free(e.v);
		free(la.v);
		free(la.hash);
		free(lb.v);
		free(lb.hash);
	}
	free(pa.v);
	free(pb.v);
	return changed;
}
