/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of trace --json as lines of text, for the comparison to read. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare/record.h"

static void put_json(FILE *out, const json_t *v)
{
	char *s = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

	fputs(s ? s : "?", out);
	free(s);
}

static bool is_number(const char *text)
{
	return text && !strncmp(text, "0x", 2) &&
	       strspn(text + 2, "0123456789abcdef") == strlen(text + 2);
}

static void put_value(FILE *out, const json_t *v)
{
	const char *text = json_string_value(v), *key;
	json_t *item;
	size_t i;

	if (is_number(text)) {
		fputs(text, out);
	} else if (json_is_object(v)) {
		const char *sep = "{";

		json_object_foreach((json_t *)v, key, item)
		{
			fprintf(out, "%s%s=", sep, key);
			if (!strcmp(key, "base64")) /* it may look like a number */
				put_json(out, item);
			else
				put_value(out, item);
			sep = ", ";
		}
		fputs(*sep == '{' ? "{}" : "}", out);
	} else if (json_is_array(v)) {
		fputc('[', out);
		json_array_foreach(v, i, item)
		{
			fputs(i ? ", " : "", out);
			put_value(out, item);
		}
		fputc(']', out);
	} else if (json_is_null(v)) {
		fputs("NULL", out);
	} else {
		put_json(out, v);
	}
}

static void put_call(FILE *out, const json_t *o)
{
	const json_t *ret = json_object_get(o, "ret");
	const char *name = json_string_value(json_object_get(o, "name"));
	const char *error = json_string_value(json_object_get(o, "errno"));
	json_t *arg;
	size_t i;

	if (name)
		fprintf(out, "%s(", name);
	else
		fprintf(out, "syscall_0x%lx(",
			(long)(int)json_integer_value(json_object_get(o, "nr")));
	json_array_foreach(json_object_get(o, "args"), i, arg)
	{
		fputs(i ? ", " : "", out);
		put_value(out, json_object_get(arg, "value"));
	}
	fputs(") = ", out);
	if (json_is_null(ret))
		fputc('?', out);
	else
		put_value(out, ret);
	if (error)
		fprintf(out, " %s", error);
	if (json_is_true(json_object_get(o, "injected")))
		fputs(" (INJECTED)", out);
}

static bool put_event(FILE *out, const json_t *o)
{
	const char *event = json_string_value(json_object_get(o, "event"));
	const char *sig = json_string_value(json_object_get(o, "signal"));

	if (!event)
		return false;
	fprintf(out, "%lld ", json_integer_value(json_object_get(o, "tid")));
	if (!strcmp(event, "call")) {
		put_call(out, o);
	} else if (!strcmp(event, "signal") && sig) {
		fprintf(out, "--- %s ", sig);
		put_value(out, json_object_get(o, "siginfo"));
		fputs(" ---", out);
	} else if (!strcmp(event, "stopped") && sig) {
		fprintf(out, "--- stopped by %s ---", sig);
	} else if (!strcmp(event, "exited")) {
		fprintf(out, "+++ exited with %lld +++",
			json_integer_value(json_object_get(o, "status")));
	} else if (!strcmp(event, "killed") && sig) {
		fprintf(out, "+++ killed by %s%s +++", sig,
			json_is_true(json_object_get(o, "core")) ? " (core dumped)" : "");
	} else {
		return false;
	}
	return true;
}

char *record_of_json(const char *text)
{
	json_t *o = json_loads(text, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, NULL);
	char *line = NULL;
	size_t n = 0;
	FILE *out = json_is_object(o) ? open_memstream(&line, &n) : NULL;
	bool made = out && put_event(out, o);

	if (out)
		fclose(out);
	json_decref(o);
	if (made)
		return line;
	free(line);
	return NULL;
}
