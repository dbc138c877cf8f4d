/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --perfetto: the JSON trace-event format, which Perfetto and Chrome's about:tracing open. Calls
 * are complete events ("X"), signals instants ("i"), names metadata ("M"), the lives of descriptors
 * flows ("s", "t", "f") that bind to the slice around them. Times are us, with ns behind the point.
 */
#include <string.h>

#include "trace/view.h"

static void put_us(FILE *f, s64 ns)
{
	fprintf(f, "%s%lld.%03lld", ns < 0 ? "-" : "", (long long)(ns < 0 ? -ns : ns) / 1000,
		(long long)(ns < 0 ? -ns : ns) % 1000);
}

static void put_at(FILE *f, const struct view *v, u32 thread, s64 at)
{
	fprintf(f, ",\"pid\":%d,\"tid\":%d,\"ts\":", v->threads[thread].pid,
		v->threads[thread].tid);
	put_us(f, at);
}

static const char *between; /* events */

static void begin_event(FILE *f)
{
	fputs(between, f);
	between = ",\n{";
}

/* Without highres-ticks Chrome's viewer guesses from the events how good the clock is, and warns of
 * short traces. */
void perfetto_begin(FILE *f)
{
	fputs("{\"displayTimeUnit\":\"ns\",\"metadata\":{\"highres-ticks\":true},"
	      "\"traceEvents\":[",
	      f);
	between = "\n{";
}

/* Arguments by their names, the result, and the call as the text shows it. */
static void call_args(FILE *f, const struct view_event *e)
{
	static const char *const taken[] = {"ret", "errno", "note",    "gate",
					    "nr",  "abi",   "injected"};
	json_t *o = json_object();
	const json_t *arg;
	size_t i;

	json_array_foreach(json_object_get(e->json, "args"), i, arg)
	{
		const char *name = json_string_value(json_object_get(arg, "name"));
		char key[64];

		/* a number in front keeps the order in viewers that sort, and names apart */
		snprintf(key, sizeof(key), "%zu %s", i + 1, name ? name : "");
		json_object_set(o, key, json_object_get(arg, "value"));
	}
	for (i = 0; i < sizeof(taken) / sizeof(*taken); i++) {
		json_t *v = json_object_get(e->json, taken[i]);

		if (v)
			json_object_set(o, taken[i], v);
	}
	fputs(",\"args\":", f);
	view_dump(f, o, false);
	json_decref(o);
}

void perfetto_event(FILE *f, const struct view *v, const struct view_event *e)
{
	static const char *const kinds[] = {
		[VIEW_CALL] = "syscall", [VIEW_SIGNAL] = "signal", [VIEW_END] = "exit"};

	begin_event(f);
	fputs("\"name\":", f);
	view_dump_string(f, e->name, false);
	fprintf(f, ",\"cat\":\"%s\"", kinds[e->kind]);
	put_at(f, v, e->thread, e->at);
	if (e->kind == VIEW_CALL) {
		fputs(",\"ph\":\"X\",\"dur\":", f);
		put_us(f, e->dur);
		call_args(f, e);
	} else {
		const json_t *info = json_object_get(e->json, "siginfo");

		fputs(",\"ph\":\"i\",\"s\":\"t\"", f);
		if (info) {
			fputs(",\"args\":", f);
			view_dump(f, info, false);
		}
	}
	fputs("}", f);
}

static void names(FILE *f, const struct view *v)
{
	char buf[64];

	for (u32 i = 0; i < v->nr_threads; i++) {
		const struct view_thread *t = &v->threads[i];
		const char *name = view_process_name(v, t->pid, buf, sizeof(buf));

		begin_event(f);
		fprintf(f,
			"\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%d,\"tid\":%d,\"ts\":0,"
			"\"args\":{\"name\":",
			t->pid, t->tid);
		view_dump_string(f, name, false);
		fputs("}}", f);
		begin_event(f);
		fprintf(f,
			"\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":%d,\"tid\":%d,\"ts\":"
			"0,"
			"\"args\":{\"name\":",
			t->pid, t->tid);
		view_dump_string(f, *t->name ? t->name : name, false);
		fputs("}}", f);
	}
}

static void flows(FILE *f, const struct view *v, const struct fd_lives *l)
{
	for (size_t i = 0; i < l->nr_points; i++) {
		const struct fd_point *p = &l->points[i];
		const struct fd_flow *flow = &l->flows[p->flow];
		bool first = i == 0 || p[-1].flow != p->flow;
		bool last = i + 1 == l->nr_points || p[1].flow != p->flow;
		char name[4200];

		if (first && last) /* made and never used: an arrow to nowhere */
			continue;
		snprintf(name, sizeof(name), "fd %d %s", flow->fd, flow->name);
		begin_event(f);
		fputs("\"name\":", f);
		view_dump_string(f, name, false);
		fprintf(f, ",\"cat\":\"fd\",\"id\":%u,\"ph\":\"%s\"", p->flow + 1,
			first  ? "s"
			: last ? "f\",\"bp\":\"e"
			       : "t");
		put_at(f, v, p->thread, p->at);
		fputs("}", f);
	}
}

void perfetto_end(FILE *f, const struct view *v, const struct fd_lives *l, const char *fault)
{
	names(f, v);
	flows(f, v, l);
	fputs("\n],\n\"otherData\":{\"producer\":\"trapgate\",\"command\":", f);
	view_dump_string(f, v->command ? v->command : "", false);
	if (fault || v->broken)
		fprintf(f, ",\"state\":\"incomplete\",\"lost\":%llu",
			(unsigned long long)v->broken);
	fputs("}}\n", f);
}
