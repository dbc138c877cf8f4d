/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results as text and as JSON. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/test.h"
#include "trace/trace.h"

/* ---- Text ---- */

/* The length of the character at p if it is one that XML 1.0 and JSON can show, else 0. */
static size_t character(const unsigned char *p, size_t n)
{
	u32 c = p[0], want = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;

	if (c < 0x80)
		return c >= 0x20 ? c != 0x7f : c == '\n' || c == '\t';
	if (c < 0xc2 || c > 0xf4 || n < want)
		return 0;
	c &= 0x7fU >> want;
	for (u32 i = 1; i < want; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if ((want == 3 && c < 0x800) || (want == 4 && (c < 0x10000 || c > 0x10ffff)) ||
	    (c >= 0xd800 && c < 0xe000) || (c >= 0x80 && c < 0xa0) || (c & 0xfffe) == 0xfffe)
		return 0;
	return want;
}

static char *clean_into(char *o, const unsigned char *p, size_t n)
{
	while (n) {
		size_t len = character(p, n);

		if (len) {
			o = mempcpy(o, p, len);
		} else {
			o += sprintf(o, "\\x%02x", *p);
			len = 1;
		}
		p += len;
		n -= len;
	}
	return o;
}

char *text_clean(const char *bytes, size_t n, size_t limit, bool *cut)
{
	const unsigned char *p = (const unsigned char *)bytes;
	size_t head = n, tail = 0;
	char *text, *o;

	*cut = n > limit;
	if (*cut) {
		head = limit / 2;
		tail = limit - head;
		while (head && (p[head] & 0xc0) == 0x80) /* not within a character */
			head--;
		while (tail && (p[n - tail] & 0xc0) == 0x80)
			tail--;
	}
	text = test_alloc(NULL, 4 * (head + tail) + 80);
	o = clean_into(text, p, head);
	if (*cut) {
		o += sprintf(o, "\n[%zu bytes left out]\n", n - head - tail);
		o = clean_into(o, p + n - tail, tail);
	}
	*o = 0;
	return text;
}

const char *how_ended(bool signal, int status)
{
	static char text[48];

	if (signal)
		snprintf(text, sizeof(text), "killed by %s", trace_signal_name(status));
	else
		snprintf(text, sizeof(text), "exited with %d", status);
	return text;
}

/* ---- JSON ---- */

static json_t *output_json(const struct output *o)
{
	return json_pack("{s:s,s:I,s:b}", "text", o->text ? o->text : "", "bytes",
			 (json_int_t)o->bytes, "cut", o->cut);
}

static void set_text(json_t *j, const char *key, const char *text)
{
	if (text)
		json_object_set_new(j, key, json_string(text));
}

static double rounded(double seconds)
{
	return round(seconds * 1e6) / 1e6;
}

/* Signals by name; those of no name, by number, as "SIGRT_1" is. */
json_t *result_to_json(const struct result *r)
{
	json_t *j = json_pack("{s:s,s:s,s:s,s:f}", "name", r->name, "file", r->file ? r->file : "",
			      "outcome", outcome_names[r->outcome], "seconds", rounded(r->seconds));
	json_t *tags = json_array();

	if (r->ran) {
		json_object_set_new(j, "exit",
				    r->signal ? json_pack("{s:i,s:s}", "signal", r->status, "name",
							  trace_signal_name(r->status))
					      : json_pack("{s:i}", "status", r->status));
		json_object_set_new(j, "cpu_seconds", json_real(rounded(r->cpu_seconds)));
		json_object_set_new(j, "max_rss", json_integer((json_int_t)r->max_rss));
	}
	set_text(j, "reason", r->reason);
	set_text(j, "limit", r->limit);
	if (r->out.text)
		json_object_set_new(j, "stdout", output_json(&r->out));
	if (r->err.text)
		json_object_set_new(j, "stderr", output_json(&r->err));
	set_text(j, "trace", r->trace);
	set_text(j, "artifacts", r->artifacts);
	for (char **p = r->tags; p && *p; p++)
		json_array_append_new(tags, json_string(*p));
	if (json_array_size(tags))
		json_object_set(j, "tags", tags);
	json_decref(tags);
	return j;
}

static char *text_of(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s ? test_printf("%s", s) : NULL;
}

static void output_of(const json_t *j, struct output *o)
{
	o->text = text_of(j, "text");
	o->bytes = (u64)json_integer_value(json_object_get(j, "bytes"));
	o->cut = json_is_true(json_object_get(j, "cut"));
}

bool result_from_json(struct result *r, const json_t *j)
{
	const char *outcome = json_string_value(json_object_get(j, "outcome"));
	const json_t *ended = json_object_get(j, "exit"), *sig = json_object_get(ended, "signal");
	size_t i;
	json_t *v;

	memset(r, 0, sizeof(*r));
	r->outcome = OUTCOMES;
	for (u32 o = 0; outcome && o < OUTCOMES; o++)
		if (strcmp(outcome, outcome_names[o]) == 0)
			r->outcome = (enum outcome)o;
	r->name = text_of(j, "name");
	if (r->outcome == OUTCOMES || !r->name) {
		free(r->name);
		return false;
	}
	r->file = text_of(j, "file");
	r->ran = json_is_object(ended);
	r->signal = json_is_integer(sig);
	r->status = (int)json_integer_value(r->signal ? sig : json_object_get(ended, "status"));
	r->seconds = json_number_value(json_object_get(j, "seconds"));
	r->cpu_seconds = json_number_value(json_object_get(j, "cpu_seconds"));
	r->max_rss = (u64)json_integer_value(json_object_get(j, "max_rss"));
	r->reason = text_of(j, "reason");
	r->limit = text_of(j, "limit");
	output_of(json_object_get(j, "stdout"), &r->out);
	output_of(json_object_get(j, "stderr"), &r->err);
	r->trace = text_of(j, "trace");
	r->artifacts = text_of(j, "artifacts");
	json_array_foreach(json_object_get(j, "tags"), i, v) if (json_is_string(v))
		list_add(&r->tags, test_printf("%s", json_string_value(v)));
	return true;
}

void result_free(struct result *r)
{
	for (char **p = r->tags; p && *p; p++)
		free(*p);
	free(r->tags);
	free(r->name);
	free(r->file);
	free(r->reason);
	free(r->limit);
	free(r->out.text);
	free(r->err.text);
	free(r->trace);
	free(r->artifacts);
	memset(r, 0, sizeof(*r));
}
