/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -c: calls are counted where they are made, in the shared page; the tracing process prints the
 * table at the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <x86intrin.h>

#include "host/host.h"
#include "host/image.h"
#include "trace/internal.h"

enum column {
	COL_PERCENT,
	COL_TOTAL,
	COL_MIN,
	COL_MAX,
	COL_AVG,
	COL_CALLS,
	COL_ERRORS,
	COL_NAME,
	COLS
};

static const struct {
	const char *head;
	int width;
	bool left;
} columns[COLS] = {
	{"% time", 6, false},	{"seconds", 11, false},	   {"shortest", 11, false},
	{"longest", 11, false}, {"usecs/call", 11, false}, {"calls", 9, false},
	{"errors", 9, false},	{"syscall", 16, true},
};

static const struct {
	const char *name;
	u8 col;
} column_names[] = {
	{"time-percent", COL_PERCENT},
	{"time_percent", COL_PERCENT},
	{"time%", COL_PERCENT},
	{"percent", COL_PERCENT},
	{"total-time", COL_TOTAL},
	{"total_time", COL_TOTAL},
	{"time", COL_PERCENT},
	{"time-total", COL_TOTAL},
	{"time_total", COL_TOTAL},
	{"min-time", COL_MIN},
	{"min_time", COL_MIN},
	{"time-min", COL_MIN},
	{"time_min", COL_MIN},
	{"min", COL_MIN},
	{"shortest", COL_MIN},
	{"max-time", COL_MAX},
	{"max_time", COL_MAX},
	{"time-max", COL_MAX},
	{"time_max", COL_MAX},
	{"max", COL_MAX},
	{"longest", COL_MAX},
	{"avg-time", COL_AVG},
	{"avg_time", COL_AVG},
	{"time-avg", COL_AVG},
	{"time_avg", COL_AVG},
	{"avg", COL_AVG},
	{"calls", COL_CALLS},
	{"count", COL_CALLS},
	{"errors", COL_ERRORS},
	{"error", COL_ERRORS},
	{"name", COL_NAME},
	{"syscall", COL_NAME},
	{"syscall-name", COL_NAME},
	{"syscall_name", COL_NAME},
};

static int find_column(const char *name, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(column_names); i++)
		if (strlen(column_names[i].name) == n && !strncmp(column_names[i].name, name, n))
			return column_names[i].col;
	return -1;
}

/* What is shown, in order; returns the number of columns, or -1 with what is wrong in err. */
static int show_columns(const char *list, u8 *cols, char *err, size_t size)
{
	int n = 0;

	if (!list)
		list = "time-percent,total-time,avg-time,calls,errors,name";
	for (;;) {
		int len = (int)strcspn(list, ","), c = find_column(list, (size_t)len);

		if (c < 0) {
			snprintf(err, size, "unknown column name: '%.*s'", MIN(len, 60), list);
			return -1;
		}
		if (memchr(cols, c, (size_t)n)) {
			snprintf(err, size,
				 "call summary column has been provided more than once: '%.*s' (-U "
				 "option residual: '%.60s')",
				 len, list, list);
			return -1;
		}
		cols[n++] = (u8)c;
		list += len;
		if (!*list)
			return n;
		list++;
	}
}

const char *stats_check(const struct trace_options *opt)
{
	static char err[256];
	const char *sort = opt->sort;
	u8 cols[COLS];

	if (sort && strcmp(sort, "nothing") != 0 && strcmp(sort, "none") != 0 &&
	    find_column(sort, strlen(sort)) < 0) {
		snprintf(err, sizeof(err), "invalid sortby: '%.60s'", sort);
		return err;
	}
	return show_columns(opt->columns, cols, err, sizeof(err)) < 0 ? err : NULL;
}

/* ---- Counting ---- */

/* Each task counts in a slot of its own, without locked instructions; slot 0 is for those that
 * found none. */
#define SLOTS 64 /* bits of tsh->slots_used */
static struct slot {
	u32 owner;
	struct call_stat stat[2][CALLSET_MAX];
} * slots;
static _Thread_local struct slot *mine;

/* The time-stamp counter, at the cost of a few instructions; stats_print() turns ticks into
 * nanoseconds by the two pairs of clocks at the start and the end. */
void stats_begin(void)
{
	slots = host_shared(SLOTS * sizeof(*slots));
	if (!slots)
		fatal("no memory for the statistics");
	tsh->ns0 = now_ns(CLOCK_MONOTONIC);
	tsh->tsc0 = __rdtsc();
}

void stats_use(void)
{
	if (!slots)
		stats_begin();
}

/* A long call may have slept: without -w only the processor's time counts. It is asked for then
 * alone, and the time since it was last asked belongs to the call, nearly. */
#define LONG_TICKS 50000
static _Thread_local u64 cpu_tsc, cpu_ns;

static u64 ticks_of_ns(u64 ns)
{
	u64 dns = now_ns(CLOCK_MONOTONIC) - tsh->ns0, dt = __rdtsc() - tsh->tsc0;

	return dns ? (u64)((double)ns * (double)dt / (double)dns) : ns;
}

static u64 without_sleep(u64 now, u64 d)
{
	u64 cpu = now_ns(CLOCK_THREAD_CPUTIME_ID), used = ticks_of_ns(cpu - cpu_ns);
	u64 wall = now - cpu_tsc;
	bool known = cpu_tsc != 0;

	cpu_tsc = now;
	cpu_ns = cpu;
	if (!known || used >= wall)
		return known ? d : MIN(d, ticks_of_ns(cpu));
	return d > wall - used ? d - (wall - used) : 0;
}

void stats_enter(struct tline *t)
{
	t->counted = true;
	t->begin_tsc = __rdtsc();
}

static void claim(void)
{
	u32 i = 1, none = 0;

	while (i < SLOTS && !__atomic_compare_exchange_n(&slots[i].owner, &none, 1, false,
							 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		none = 0;
		i++;
	}
	i %= SLOTS;
	__atomic_or_fetch(&tsh->slots_used, 1ULL << i, __ATOMIC_RELAXED);
	mine = &slots[i];
}

void stats_task_started(void)
{
	mine = NULL;
}

void stats_task_ended(void)
{
	if (mine && mine != &slots[0])
		__atomic_store_n(&mine->owner, 0, __ATOMIC_RELEASE);
	mine = NULL;
}

static void count_shared(struct call_stat *s, u64 d, long ret);

void trace_count(enum abi abi, u32 nr, long ret, u64 begin)
{
	u64 now = __rdtsc(), d = now - begin;
	struct call_stat *s;

	if (!callset_has(&tset.trace, abi, nr))
		return;
	if (unlikely(!mine))
		claim();
	s = &mine->stat[abi][MIN(nr, CALLSET_MAX - 1)];
	if (unlikely(d > LONG_TICKS) && !topt.wall)
		d = without_sleep(now, d);
	if (unlikely(mine == &slots[0])) {
		count_shared(s, d, ret);
		return;
	}
	s->calls++;
	s->time += d;
	s->errors += (u64)ret >= (u64)-4095L;
	if (d < s->min || !s->min)
		s->min = d;
	if (d > s->max)
		s->max = d;
}

void stats_exit(struct tline *t, long ret)
{
	if (!t->counted)
		return;
	t->counted = false;
	trace_count(t->call.abi, t->call.nr, ret, t->begin_tsc);
}

static void count_shared(struct call_stat *s, u64 d, long ret)
{
	u64 v;

	__atomic_fetch_add(&s->calls, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&s->time, d, __ATOMIC_RELAXED);
	if ((u64)ret >= (u64)-4095L)
		__atomic_fetch_add(&s->errors, 1, __ATOMIC_RELAXED);
	v = s->min;
	while ((!v || d < v) && !__atomic_compare_exchange_n(&s->min, &v, d, true, __ATOMIC_RELAXED,
							     __ATOMIC_RELAXED))
		;
	v = s->max;
	while (d > v && !__atomic_compare_exchange_n(&s->max, &v, d, true, __ATOMIC_RELAXED,
						     __ATOMIC_RELAXED))
		;
}

/* ---- The table ---- */

struct row {
	const char *name;
	struct call_stat s;
	char unknown[24];
};

static int sort_by;

static int cmp(u64 a, u64 b)
{
	return a < b ? 1 : a > b ? -1 : 0;
}

static int compare(const void *pa, const void *pb)
{
	const struct row *a = pa, *b = pb;
	int c = 0;

	switch (sort_by) {
	case COL_PERCENT:
	case COL_TOTAL:
		c = cmp(a->s.time, b->s.time);
		break;
	case COL_MIN:
		c = cmp(a->s.min, b->s.min);
		break;
	case COL_MAX:
		c = cmp(a->s.max, b->s.max);
		break;
	case COL_AVG:
		c = cmp(a->s.time / a->s.calls, b->s.time / b->s.calls);
		break;
	case COL_CALLS:
		c = cmp(a->s.calls, b->s.calls);
		break;
	case COL_ERRORS:
		c = cmp(a->s.errors, b->s.errors);
		break;
	default:
		break;
	}
	return c ? c : strcmp(a->name, b->name);
}

static const struct syscall_row *row_of(enum abi abi, u32 nr)
{
	if (abi == ABI_64)
		return nr < sys_call_table_size ? &sys_call_table[nr] : NULL;
	return nr < ia32_sys_call_table_size ? &ia32_sys_call_table[nr] : NULL;
}

static void add_slot(struct call_stat *to, const struct call_stat *s)
{
	if (!s->calls)
		return;
	if (!to->calls || s->min < to->min)
		to->min = s->min;
	to->max = MAX(to->max, s->max);
	to->calls += s->calls;
	to->errors += s->errors;
	to->time += s->time;
}

static u32 collect(enum abi abi, struct row *rows, double ns_per_tick)
{
	u64 over = topt.overhead_ns;
	u32 n = 0;

	for (u32 nr = 0; nr < CALLSET_MAX; nr++) {
		const struct syscall_row *r = row_of(abi, nr);
		struct row *row = &rows[n];

		memset(&row->s, 0, sizeof(row->s));
		for (u64 used = tsh->slots_used, i; used; used &= used - 1) {
			i = (u64)__builtin_ctzll(used);
			add_slot(&row->s, &slots[i].stat[abi][nr]);
		}
		if (!row->s.calls)
			continue;
		row->s.time = (u64)((double)row->s.time * ns_per_tick);
		row->s.min = (u64)((double)row->s.min * ns_per_tick);
		row->s.max = (u64)((double)row->s.max * ns_per_tick);
		row->s.time -= MIN(row->s.time, over * row->s.calls);
		row->s.min -= MIN(row->s.min, over);
		row->s.max -= MIN(row->s.max, over);
		snprintf(row->unknown, sizeof(row->unknown), "syscall_0x%x", nr);
		row->name = r && r->name ? r->name : row->unknown;
		n++;
	}
	return n;
}

static FILE *out;

static void cell(int col, const struct row *r, u64 all, bool last)
{
	int w = columns[col].width;

	switch (col) {
	case COL_PERCENT:
		fprintf(out, "%*.2f", w, all ? 100.0 * (double)r->s.time / (double)all : 0.0);
		break;
	case COL_TOTAL:
		fprintf(out, "%*.6f", w, (double)r->s.time / 1e9);
		break;
	case COL_MIN:
		fprintf(out, "%*.6f", w, (double)r->s.min / 1e9);
		break;
	case COL_MAX:
		fprintf(out, "%*.6f", w, (double)r->s.max / 1e9);
		break;
	case COL_AVG:
		fprintf(out, "%*llu", w,
			(unsigned long long)(r->s.calls ? r->s.time / r->s.calls / 1000 : 0));
		break;
	case COL_CALLS:
		fprintf(out, "%*llu", w, (unsigned long long)r->s.calls);
		break;
	case COL_ERRORS:
		if (r->s.errors)
			fprintf(out, "%*llu", w, (unsigned long long)r->s.errors);
		else
			fprintf(out, "%*s", w, "");
		break;
	default:
		if (last)
			fprintf(out, "%s", r->name);
		else
			fprintf(out, "%-*s", w, r->name);
		break;
	}
}

static void rule(const u8 *cols, int n)
{
	for (int i = 0; i < n; i++) {
		if (i)
			fputc(' ', out);
		for (int k = 0; k < columns[cols[i]].width; k++)
			fputc('-', out);
	}
	fputc('\n', out);
}

static void table(enum abi abi, struct row *rows, u32 n)
{
	struct row total = {.name = "total"};
	u8 cols[COLS];
	char bad[1];
	int shown = show_columns(topt.columns, cols, bad, sizeof(bad));

	(void)abi;
	for (u32 i = 0; i < n; i++) {
		total.s.calls += rows[i].s.calls;
		total.s.errors += rows[i].s.errors;
		total.s.time += rows[i].s.time;
		total.s.max = MAX(total.s.max, rows[i].s.max);
		if (!i || rows[i].s.min < total.s.min)
			total.s.min = rows[i].s.min;
	}
	for (int i = 0; i < shown; i++) {
		if (i)
			fputc(' ', out);
		if (columns[cols[i]].left)
			fprintf(out, "%-*s", i == shown - 1 ? 0 : columns[cols[i]].width,
				columns[cols[i]].head);
		else
			fprintf(out, "%*s", columns[cols[i]].width, columns[cols[i]].head);
	}
	fputc('\n', out);
	rule(cols, shown);
	for (u32 k = 0; k <= n; k++) {
		const struct row *r = k < n ? &rows[k] : &total;

		if (k == n)
			rule(cols, shown);
		for (int i = 0; i < shown; i++) {
			if (i)
				fputc(' ', out);
			cell(cols[i], r, total.s.time, i == shown - 1);
		}
		fputc('\n', out);
	}
}

void stats_print(void)
{
	static struct row rows[CALLSET_MAX];
	u64 dt = __rdtsc() - tsh->tsc0, dns = now_ns(CLOCK_MONOTONIC) - tsh->ns0;
	double ns = dt ? (double)dns / (double)dt : 1;
	char *text = NULL;
	size_t size = 0;
	bool first = true; /* of the tables */

	sort_by = COL_TOTAL;
	if (topt.sort)
		sort_by = find_column(topt.sort, strlen(topt.sort));
	out = open_memstream(&text, &size);
	if (!out)
		return;
	for (int abi = 0; abi < 2; abi++) {
		u32 n = collect((enum abi)abi, rows, ns);

		if (!n)
			continue;
		if (sort_by >= 0)
			qsort(rows, n, sizeof(rows[0]), compare);
		if (topt.summary_json) {
			for (u32 i = 0; i < n; i++)
				json_stat(out, (enum abi)abi, rows[i].name, &rows[i].s);
			continue;
		}
		if (abi == ABI_32)
			fprintf(out, "%sSystem call usage summary for 32 bit mode:\n",
				first ? "" : "\n");
		table((enum abi)abi, rows, n);
		first = false;
	}
	fclose(out);
	out_raw(text, size);
	free(text);
}
