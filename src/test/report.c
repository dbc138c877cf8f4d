/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test/report.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

void report_count(const struct report *r, size_t count[OUTCOMES])
{
	memset(count, 0, OUTCOMES * sizeof(*count));
	for (size_t i = 0; i < r->n; i++)
		count[r->v[i].outcome]++;
}

/* ---- JSON ---- */

json_t *report_json(const struct report *r)
{
	json_t *list = json_array(), *j;
	size_t count[OUTCOMES];

	report_count(r, count);
	for (size_t i = 0; i < r->n; i++)
		json_array_append_new(list, result_to_json(&r->v[i]));
	j = json_pack("{s:s,s:i,s:s,s:s,s:f,s:{s:I,s:I,s:I,s:I}}", "schema", REPORT_SCHEMA,
		      "version", REPORT_VERSION, "trapgate", TRAPGATE_VERSION, "started",
		      r->started ? r->started : "", "seconds", round(r->seconds * 1e6) / 1e6,
		      "summary", "tests", (json_int_t)r->n, "passed", (json_int_t)count[PASSED],
		      "failed", (json_int_t)count[FAILED], "skipped", (json_int_t)count[SKIPPED]);
	if (r->shards)
		json_object_set_new(
			j, "shard",
			json_pack("{s:i,s:i}", "index", (int)r->shard, "total", (int)r->shards));
	if (r->seed)
		json_object_set_new(j, "seed", json_integer((json_int_t)r->seed));
	json_object_set_new(j, "tests", list);
	return j;
}

bool report_add(struct report *r, const json_t *json)
{
	const char *schema = json_string_value(json_object_get(json, "schema"));
	const char *started = json_string_value(json_object_get(json, "started"));
	size_t i;
	json_t *v;

	if (!schema || strcmp(schema, REPORT_SCHEMA) != 0 ||
	    json_integer_value(json_object_get(json, "version")) != REPORT_VERSION ||
	    !json_is_array(json_object_get(json, "tests")))
		return false;
	json_array_foreach(json_object_get(json, "tests"), i, v)
	{
		r->v = test_alloc(r->v, (r->n + 1) * sizeof(*r->v));
		if (!result_from_json(&r->v[r->n], v))
			return false;
		r->n++;
	}
	r->seconds += json_number_value(json_object_get(json, "seconds"));
	if (started && (!r->started || strcmp(started, r->started) < 0)) {
		free(r->started);
		r->started = test_printf("%s", started);
	}
	return true;
}

/* ---- JUnit ---- */

/* Text has been through text_clean(), or is a name from the command line: cleaned here again. */
static void xml(FILE *f, const char *text)
{
	bool cut;
	char *clean = text_clean(text, strlen(text), 1UL << 20, &cut);

	for (const char *p = clean; *p; p++) {
		switch (*p) {
		case '&':
			fputs("&amp;", f);
			break;
		case '<':
			fputs("&lt;", f);
			break;
		case '>': /* "]]>" may not stand in text */
			fputs("&gt;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		case '\n': /* in an attribute it would become a space; in text it is the same */
			fputs("&#10;", f);
			break;
		case '\t':
			fputs("&#9;", f);
			break;
		default:
			fputc(*p, f);
		}
	}
	free(clean);
}

/* The same for an element's content, where lines may stay lines. */
static void xml_text(FILE *f, const char *text)
{
	while (text && *text) {
		size_t n = strcspn(text, "\n");
		char *line = strndup(text, n);

		if (!line)
			break;
		xml(f, line);
		free(line);
		text += n;
		if (*text) {
			fputc('\n', f);
			text++;
		}
	}
}

static void first_line(FILE *f, const char *text)
{
	char *line = strndup(text ? text : "", strcspn(text ? text : "", "\n"));

	if (line)
		xml(f, line);
	free(line);
}

static void junit_case(FILE *f, const struct result *r)
{
	const char *slash = strrchr(r->name, '/');
	const char *type = r->limit ? r->limit : r->signal ? "signal" : "failure";

	fprintf(f, "    <testcase classname=\"");
	if (slash) { /* a/b/test: class a.b, as viewers show packages */
		char *class = strndup(r->name, (size_t)(slash - r->name));

		for (char *p = class; p && *p; p++)
			*p = *p == '/' ? '.' : *p;
		xml(f, class ? class : "");
		free(class);
	} else {
		fputs("trapgate", f);
	}
	fprintf(f, "\" name=\"");
	xml(f, slash ? slash + 1 : r->name);
	fprintf(f, "\" time=\"%.6f\">\n", r->seconds);
	if (r->outcome == SKIPPED) {
		fprintf(f, "      <skipped message=\"");
		first_line(f, r->reason);
		fprintf(f, "\"/>\n");
	} else if (r->outcome == FAILED) {
		fprintf(f, "      <failure message=\"");
		first_line(f, r->reason);
		fprintf(f, "\" type=\"");
		xml(f, type);
		fprintf(f, "\">");
		xml_text(f, r->reason);
		if (r->trace) {
			fprintf(f, "\n\nThe last calls:\n");
			xml_text(f, r->trace);
		}
		if (r->artifacts) {
			fprintf(f, "\nKept in ");
			xml(f, r->artifacts);
		}
		fprintf(f, "</failure>\n");
	}
	if (r->out.text && *r->out.text) {
		fprintf(f, "      <system-out>");
		xml_text(f, r->out.text);
		fprintf(f, "</system-out>\n");
	}
	if (r->err.text && *r->err.text) {
		fprintf(f, "      <system-err>");
		xml_text(f, r->err.text);
		fprintf(f, "</system-err>\n");
	}
	fprintf(f, "    </testcase>\n");
}

void report_junit(FILE *f, const struct report *r)
{
	size_t count[OUTCOMES];
	char *started = r->started ? test_printf("%s", r->started) : NULL;

	report_count(r, count);
	if (started) /* the schema's dateTime has no zone */
		started[strcspn(started, "Z")] = 0;
	fprintf(f,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"%zu\" "
		"failures=\"%zu\" errors=\"0\" time=\"%.6f\">\n",
		r->n, count[FAILED], r->seconds);
	fprintf(f,
		"  <testsuite name=\"trapgate\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
		"skipped=\"%zu\" time=\"%.6f\"",
		r->n, count[FAILED], count[SKIPPED], r->seconds);
	if (started && *started) {
		fprintf(f, " timestamp=\"");
		xml(f, started);
		fprintf(f, "\"");
	}
	fprintf(f, ">\n");
	for (size_t i = 0; i < r->n; i++)
		junit_case(f, &r->v[i]);
	fprintf(f, "  </testsuite>\n</testsuites>\n");
	free(started);
}

/* ---- TAP 14 ---- */

/* A description: without line ends, # and \ escaped. */
static void tap_text(FILE *f, const char *text)
{
	bool cut;
	char *clean = text_clean(text, strlen(text), 65536, &cut);

	for (const char *p = clean; *p; p++) {
		if (*p == '#' || *p == '\\')
			fputc('\\', f);
		fputc(*p == '\n' || *p == '\t' ? ' ' : *p, f);
	}
	free(clean);
}

static void tap_quoted(FILE *f, const char *key, const char *text)
{
	fprintf(f, "  %s: \"", key);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', f);
		if (*text == '\n' || *text == '\t')
			fprintf(f, *text == '\n' ? "\\n" : "\\t");
		else
			fputc(*text, f);
	}
	fputs("\"\n", f);
}

/* A block of the YAML diagnostics: indented lines. The text is clean already. */
static void tap_block(FILE *f, const char *key, const char *text)
{
	if (!text || !*text)
		return;
	/* A block cannot begin with spaces unless it says how far it is indented, which the YAML of
	 * Perl's TAP::Parser does not know; nor does it know of lines that are really empty. */
	if (*text == ' ' || *text == '\n') {
		tap_quoted(f, key, text);
		return;
	}
	fprintf(f, "  %s: |\n", key);
	while (*text) {
		int n = (int)strcspn(text, "\n");

		fprintf(f, "    %.*s\n", n, text);
		text += n + (text[n] == '\n');
	}
}

/* Perl's harness knows of no version after 13; what is written is the same in both. */
void tap_begin(FILE *f, size_t n)
{
	fprintf(f, "TAP version %d\n1..%zu", getenv("HARNESS_ACTIVE") ? 13 : 14, n);
	fputs(n ? "\n" : " # SKIP no tests\n", f);
	fflush(f);
}

void tap_result(FILE *f, size_t number, const struct result *r)
{
	fprintf(f, "%sok %zu - ", r->outcome == FAILED ? "not " : "", number);
	tap_text(f, r->name);
	if (r->outcome == SKIPPED) {
		fprintf(f, " # SKIP ");
		if (r->reason) {
			char *line = strndup(r->reason, strcspn(r->reason, "\n"));

			tap_text(f, line ? line : "");
			free(line);
		}
	}
	fprintf(f, "\n  ---\n  duration_ms: %.3f\n", r->seconds * 1e3);
	if (r->outcome == FAILED) {
		fprintf(f, "  severity: fail\n");
		if (r->ran)
			fprintf(f, "  ended: %s\n", how_ended(r->signal, r->status));
		if (r->limit)
			fprintf(f, "  limit: %s\n", r->limit);
		tap_block(f, "message", r->reason);
		tap_block(f, "stdout", r->out.text);
		tap_block(f, "stderr", r->err.text);
		tap_block(f, "trace", r->trace);
		tap_block(f, "artifacts", r->artifacts);
	}
	fprintf(f, "  ...\n");
	fflush(f);
}

void tap_bail_out(FILE *f, const char *why)
{
	fprintf(f, "Bail out! %s\n", why);
	fflush(f);
}

/* ---- Files ---- */

static FILE *open_output(const char *name, char **wrong)
{
	FILE *f = strcmp(name, "-") == 0 ? stdout : fopen(name, "we");

	if (!f)
		*wrong = test_printf("%s: %s", name, strerror(errno));
	return f;
}

static void close_output(const char *name, FILE *f, char **wrong)
{
	bool bad = fflush(f) != 0 || ferror(f);

	if (f != stdout && fclose(f) != 0)
		bad = true;
	if (bad && !*wrong)
		*wrong = test_printf("cannot write %s: %s", name, strerror(errno));
}

char *report_write(const struct report *r, const char *json, const char *junit, const char *tap)
{
	char *wrong = NULL;
	FILE *f;

	if (json && (f = open_output(json, &wrong))) {
		json_t *doc = report_json(r);

		json_dumpf(doc, f, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
		fputc('\n', f);
		json_decref(doc);
		close_output(json, f, &wrong);
	}
	if (junit && !wrong && (f = open_output(junit, &wrong))) {
		report_junit(f, r);
		close_output(junit, f, &wrong);
	}
	if (tap && !wrong && (f = open_output(tap, &wrong))) {
		tap_begin(f, r->n);
		for (size_t i = 0; i < r->n; i++)
			tap_result(f, i + 1, &r->v[i]);
		close_output(tap, f, &wrong);
	}
	return wrong;
}
