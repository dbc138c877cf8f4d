/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --html: page.html with the trace in it, a row of JSON per event:
 *
 *	[thread, start, duration, name, result, argument...]	times in ns
 *
 * thread and name are numbers of the lists that follow the rows: [pid, tid, name, command] and
 * [kind, name, nr, abi, gate, [parameter...]]. */
#include <stdlib.h>
#include <string.h>

#include "host/host.h"
#include "trace/view.h"

extern const char view_page[], view_page_data[], view_page_end[];

/* What rows have in common, a number for each. */
struct html_names {
	struct html_name {
		enum view_kind kind;
		char *name, *abi, *gate;
		int nr;
		json_t *params;
	} * v;
	size_t n;
};

struct html_names *html_begin(FILE *f)
{
	struct html_names *n = calloc(1, sizeof(*n));

	if (!n)
		fatal("no memory for the page");
	fwrite(view_page, 1, (size_t)(view_page_data - view_page), f);
	fputs("{\"rows\":[\n", f);
	return n;
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static json_t *params_of(const json_t *call)
{
	json_t *list = json_array();
	const json_t *arg;
	size_t i;

	json_array_foreach(json_object_get(call, "args"), i, arg)
		json_array_append_new(list, json_string(text_of(arg, "name")));
	return list;
}

static size_t name_of(struct html_names *n, const struct view_event *e)
{
	int nr = (int)json_integer_value(json_object_get(e->json, "nr"));
	const char *abi = text_of(e->json, "abi"), *gate = text_of(e->json, "gate");
	json_t *params = params_of(e->json);
	size_t i;

	for (i = 0; i < n->n; i++) {
		if (n->v[i].nr == nr && n->v[i].kind == e->kind && !strcmp(n->v[i].name, e->name) &&
		    !strcmp(n->v[i].abi, abi) && !strcmp(n->v[i].gate, gate) &&
		    json_equal(n->v[i].params, params)) {
			json_decref(params);
			return i;
		}
	}
	if (i % 64 == 0) {
		n->v = realloc(n->v, (i + 64) * sizeof(*n->v));
		if (!n->v)
			fatal("no memory for the page");
	}
	n->v[n->n++] = (struct html_name){.kind = e->kind,
					  .name = strdup(e->name),
					  .abi = strdup(abi),
					  .gate = strdup(gate),
					  .nr = nr,
					  .params = params};
	return i;
}

/* As strace writes it: a number as such, all else as text. */
static void put_result(FILE *f, const struct view_event *e)
{
	const json_t *ret = json_object_get(e->json, "ret");
	const char *note = text_of(e->json, "note"), *err = text_of(e->json, "errno");
	char buf[512];

	if (e->kind != VIEW_CALL) {
		fputs("\"\"", f);
		return;
	}
	if (json_is_integer(ret) && !*err && !*note) {
		fprintf(f, "%lld", json_integer_value(ret));
		return;
	}
	if (*err)
		snprintf(buf, sizeof(buf), "-1 %s (%s)", err, text_of(e->json, "error"));
	else if (json_is_integer(ret))
		snprintf(buf, sizeof(buf), "%lld (%s)", json_integer_value(ret), note);
	else if (json_is_string(ret))
		snprintf(buf, sizeof(buf), *note ? "%s (%s)" : "%s", json_string_value(ret), note);
	else
		snprintf(buf, sizeof(buf), "?");
	if (json_object_get(e->json, "injected"))
		strncat(buf, " (INJECTED)", sizeof(buf) - strlen(buf) - 1);
	view_dump_string(f, buf, true);
}

void html_event(FILE *f, struct html_names *n, const struct view *v, const struct view_event *e)
{
	const json_t *arg;
	size_t i;

	fprintf(f, "%s[%u,%lld,%lld,%zu,", v->events ? ",\n" : "", e->thread, (long long)e->at,
		(long long)e->dur, name_of(n, e));
	put_result(f, e);
	json_array_foreach(json_object_get(e->view, "text"), i, arg)
	{
		fputc(',', f);
		view_dump(f, arg, true);
	}
	fputc(']', f);
}

static void put_threads(FILE *f, const struct view *v)
{
	char buf[64];

	for (u32 i = 0; i < v->nr_threads; i++) {
		const struct view_thread *t = &v->threads[i];

		fprintf(f, "%s[%d,%d,", i ? ",\n" : "", t->pid, t->tid);
		view_dump_string(f, t->name, true);
		fputc(',', f);
		view_dump_string(f, view_process_name(v, t->pid, buf, sizeof(buf)), true);
		fputc(']', f);
	}
}

void html_end(FILE *f, struct html_names *n, const struct view *v)
{
	fputs("],\n\"threads\":[", f);
	put_threads(f, v);
	fputs("],\n\"names\":[", f);
	for (size_t i = 0; i < n->n; i++) {
		fprintf(f, "%s[%d,", i ? ",\n" : "", n->v[i].kind);
		view_dump_string(f, n->v[i].name, true);
		fprintf(f, ",%d,\"%s\",\"%s\",", n->v[i].nr, n->v[i].abi, n->v[i].gate);
		view_dump(f, n->v[i].params, true);
		fputc(']', f);
		free(n->v[i].name);
		free(n->v[i].abi);
		free(n->v[i].gate);
		json_decref(n->v[i].params);
	}
	fprintf(f, "],\n\"lost\":%llu,\"command\":", (unsigned long long)v->broken);
	view_dump_string(f, v->command ? v->command : "", true);
	fputs("}\n", f);
	fwrite(view_page_data, 1, (size_t)(view_page_end - view_page_data), f);
	free(n->v);
	free(n);
}
