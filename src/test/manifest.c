/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manifests: tests declared in JSON (docs/testing.md, docs/test-manifest.schema.json). */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare/expect.h"
#include "test/test.h"
#include "trace/trace.h"

struct reader {
	const char *dir;
	char *wrong;	  /* the first thing that is wrong */
	const char *test; /* the name of the test that is read, if it has one */
	size_t number;	  /* which one that is, from 1 */
};

#define WRONG(r, ...) ((r)->wrong = (r)->wrong ? (r)->wrong : test_printf(__VA_ARGS__))

static char *in_dir(const struct reader *r, const char *path)
{
	return *path == '/' ? test_printf("%s", path) : test_printf("%s/%s", r->dir, path);
}

/* A string without NUL bytes: a name, an argument, a path. */
static char *string(struct reader *r, const char *key, const json_t *j)
{
	if (!json_is_string(j) || strlen(json_string_value(j)) != json_string_length(j)) {
		WRONG(r, "\"%s\": want a string without NUL bytes", key);
		return NULL;
	}
	return test_printf("%s", json_string_value(j));
}

static void strings(struct reader *r, const char *key, const json_t *j, char ***out)
{
	size_t i;
	json_t *v;

	*out = NULL;
	if (!json_is_array(j)) {
		WRONG(r, "\"%s\": want an array of strings", key);
		return;
	}
	json_array_foreach(j, i, v)
	{
		char *text = string(r, key, v);

		if (text)
			list_add(out, text);
	}
}

static double number(struct reader *r, const char *key, const json_t *j, double least, double most)
{
	double v = json_number_value(j);

	if (!json_is_number(j) || !(v >= least && v <= most)) {
		WRONG(r, "\"%s\": want a number from %g to %g", key, least, most);
		return least;
	}
	return v;
}

static char *slurp(struct reader *r, const char *key, const char *name, size_t *size)
{
	char *path = in_dir(r, name), *text = NULL;
	FILE *f = fopen(path, "re");
	size_t n = 0, got;

	if (!f) {
		WRONG(r, "\"%s\": cannot read %s: %m", key, path);
		free(path);
		return NULL;
	}
	do {
		text = test_alloc(text, n + 65536);
		got = fread(text + n, 1, 65535, f);
		n += got;
	} while (got);
	if (ferror(f))
		WRONG(r, "\"%s\": cannot read %s: %m", key, path);
	fclose(f);
	free(path);
	text[n] = 0;
	*size = n;
	return text;
}

/* "text" or {"file": "PATH"} */
static char *text_or_file(struct reader *r, const char *key, const json_t *j, size_t *size)
{
	const json_t *file = json_object_get(j, "file");
	char *text;

	if (json_is_string(j)) {
		*size = json_string_length(j);
		text = test_alloc(NULL, *size + 1);
		memcpy(text, json_string_value(j), *size + 1);
		return text;
	}
	if (json_object_size(j) == 1 && json_is_string(file))
		return slurp(r, key, json_string_value(file), size);
	WRONG(r, "\"%s\": want a string or {\"file\": \"PATH\"}", key);
	return NULL;
}

static void matcher(struct reader *r, const char *key, const json_t *j, struct matcher *m)
{
	const json_t *v;
	char msg[128];
	int err;

	memset(m, 0, sizeof(*m));
	if (json_object_size(j) == 1 && (v = json_object_get(j, "regex"))) {
		m->kind = MATCH_REGEX;
		m->text = string(r, key, v);
		if (!m->text)
			return;
		err = regcomp(&m->regex, m->text, REG_EXTENDED | REG_NOSUB);
		if (err) {
			regerror(err, &m->regex, msg, sizeof(msg));
			WRONG(r, "\"%s\": regex: %s", key, msg);
		}
	} else if (json_object_size(j) == 1 && (v = json_object_get(j, "contains"))) {
		m->kind = MATCH_CONTAINS;
		m->text = text_or_file(r, key, v, &m->size);
	} else if (json_object_size(j) == 1 && (v = json_object_get(j, "exact"))) {
		m->kind = MATCH_EXACT;
		m->text = text_or_file(r, key, v, &m->size);
	} else {
		m->kind = MATCH_EXACT;
		m->text = text_or_file(r, key, j, &m->size);
	}
}

static void environment(struct reader *r, const json_t *j, struct test *t)
{
	const char *name;
	json_t *v;

	if (!json_is_object(j)) {
		WRONG(r, "\"environment\": want an object of names and values");
		return;
	}
	t->env = NULL;
	json_object_foreach((json_t *)j, name, v)
	{
		char *value = json_is_null(v) ? NULL : string(r, "environment", v);

		if (!*name || strchr(name, '='))
			WRONG(r, "\"environment\": \"%s\" is not the name of a variable", name);
		list_add(&t->env,
			 value ? test_printf("%s=%s", name, value) : test_printf("%s", name));
		free(value);
	}
}

/* 3, "SIGSEGV" */
static void status(struct reader *r, const json_t *j, struct test *t)
{
	if (json_is_string(j)) {
		t->signal = true;
		t->status = 0;
		for (int sig = 1; sig < 65; sig++)
			if (strcmp(trace_signal_name(sig), json_string_value(j)) == 0)
				t->status = sig;
		if (!t->status)
			WRONG(r, "\"status\": \"%s\" is not a signal", json_string_value(j));
	} else {
		t->signal = false;
		t->status = json_is_integer(j) ? (int)number(r, "status", j, 0, 255) : -1;
		if (t->status < 0)
			WRONG(r, "\"status\": want a number from 0 to 255, or a signal's name");
	}
}

static void gates(struct reader *r, const json_t *j, struct test *t)
{
	json_t *one = json_is_string(j) ? json_pack("[O]", j) : json_incref((json_t *)j);
	size_t i;
	json_t *v;

	t->gates = 0;
	if (!json_is_array(one) || !json_array_size(one))
		WRONG(r, "\"gates\": want a name or an array of names");
	json_array_foreach(one, i, v)
	{
		const char *name = json_is_string(v) ? json_string_value(v) : "";
		u32 bits = 0;

		for (int g = 0; g < TG_COUNT; g++)
			if (strcmp(name, test_gate_names[g]) == 0)
				bits = 1U << g;
		if (strcmp(name, "all") == 0)
			bits = 1U << TG_SYSENTER | 1U << TG_SYSCALL | 1U << TG_INT80;
		if (!bits)
			WRONG(r, "\"gates\": want sysenter, syscall, int80, default or all");
		t->gates |= bits;
	}
	json_decref(one);
}

static void syscalls(struct reader *r, const json_t *j, struct test *t)
{
	struct expectations e = {0};

	strings(r, "syscalls", j, &t->syscalls);
	for (u32 i = 0; !r->wrong && t->syscalls && t->syscalls[i]; i++) {
		const char *wrong = expect_add(&e, t->syscalls[i], "syscalls", i + 1);

		if (wrong)
			WRONG(r, "\"syscalls\": %s: %s", wrong, t->syscalls[i]);
	}
	free(e.v);
}

/* As execvp(3) finds it; NULL where it does not. */
static char *find_program(const struct reader *r, const char *name)
{
	const char *dir = getenv("PATH");
	char *path;

	if (strchr(name, '/')) {
		path = in_dir(r, name);
		if (access(path, F_OK) == 0) /* what cannot be executed says so when it is run */
			return path;
		free(path);
		return NULL;
	}
	dir = dir ? dir : "/bin:/usr/bin";
	for (;; dir++) {
		int n = (int)strcspn(dir, ":");

		path = n ? test_printf("%.*s/%s", n, dir, name) : in_dir(r, name);
		if (test_is_program(path) && *path == '/')
			return path;
		free(path);
		dir += n;
		if (!*dir)
			return NULL;
	}
}

/* "command": "PROGRAM" or ["PROGRAM", "ARG"...]; "arguments" come behind. */
static void command(struct reader *r, const json_t *j, const json_t *arguments, struct test *t)
{
	char **args = NULL;

	if (json_is_array(j))
		strings(r, "command", j, &t->argv);
	else
		list_add(&t->argv, string(r, "command", j));
	if (arguments)
		strings(r, "arguments", arguments, &args);
	if (!t->argv || !t->argv[0] || !*t->argv[0])
		WRONG(r, "\"command\": the program is missing");
	if (r->wrong)
		return;
	for (u32 i = 0; args && args[i]; i++)
		list_add(&t->argv, args[i]);
	t->path = find_program(r, t->argv[0]);
	if (t->path) {
		free(t->argv[0]);
		t->argv[0] = test_printf("%s", t->path);
	}
}

static void member(struct reader *r, const char *key, const json_t *j, struct test *t)
{
	if (strcmp(key, "stdin") == 0)
		t->input = text_or_file(r, key, j, &t->input_size);
	else if (strcmp(key, "environment") == 0)
		environment(r, j, t);
	else if (strcmp(key, "status") == 0)
		status(r, j, t);
	else if (strcmp(key, "stdout") == 0)
		matcher(r, key, j, &t->out);
	else if (strcmp(key, "stderr") == 0)
		matcher(r, key, j, &t->err);
	else if (strcmp(key, "syscalls") == 0)
		syscalls(r, j, t);
	else if (strcmp(key, "timeout") == 0)
		t->timeout = number(r, key, j, 0.001, 1e6);
	else if (strcmp(key, "gates") == 0)
		gates(r, j, t);
	else if (strcmp(key, "repeat") == 0)
		t->repeat = (u32)number(r, key, j, 1, 1e6);
	else if (strcmp(key, "tags") == 0)
		strings(r, key, j, &t->tags);
	else if (strcmp(key, "skip") == 0)
		t->skip = string(r, key, j);
	else if (strcmp(key, "output") == 0 && json_is_string(j) &&
		 (!strcmp(json_string_value(j), "tap") || !strcmp(json_string_value(j), "text")))
		t->tap = strcmp(json_string_value(j), "tap") == 0;
	else if (strcmp(key, "output") == 0)
		WRONG(r, "\"output\": want \"text\" or \"tap\"");
	else
		WRONG(r, "unknown member \"%s\"", key);
}

static void one_test(struct reader *r, const json_t *j, const struct test *defaults,
		     struct tests *out)
{
	struct test t = *defaults;

	t.dir = test_printf("%s", r->dir);
	const char *key;
	json_t *v;

	r->test = json_string_value(json_object_get(j, "name"));
	if (!json_is_object(j)) {
		WRONG(r, "\"tests\": want an array of objects");
		return;
	}
	json_object_foreach((json_t *)j, key, v)
	{
		if (strcmp(key, "name") == 0)
			t.name = string(r, key, v);
		else if (strcmp(key, "command") != 0 && strcmp(key, "arguments") != 0)
			member(r, key, v, &t);
	}
	command(r, json_object_get(j, "command"), json_object_get(j, "arguments"), &t);
	if (!r->wrong && !t.name)
		t.name =
			test_printf("%s", json_is_string(json_object_get(j, "command"))
						  ? json_string_value(json_object_get(j, "command"))
						  : json_string_value(json_array_get(
							    json_object_get(j, "command"), 0)));
	if (!r->wrong && !*t.name)
		WRONG(r, "\"name\" is empty");
	for (size_t i = 0; !r->wrong && i < out->n; i++)
		if (strcmp(out->v[i].name, t.name) == 0)
			WRONG(r, "two tests have the name \"%s\"", t.name);
	if (!r->wrong)
		tests_add(out, &t);
}

static void document(struct reader *r, const json_t *doc, struct tests *out)
{
	const json_t *version = json_object_get(doc, "version"), *list, *defaults;
	struct test base = {0};
	const char *key;
	json_t *v;
	size_t i;

	if (!json_is_object(doc) || !json_is_integer(version) || json_integer_value(version) != 1) {
		WRONG(r, "want an object with \"version\": 1");
		return;
	}
	json_object_foreach((json_t *)doc, key,
			    v) if (strcmp(key, "version") && strcmp(key, "tests") &&
				   strcmp(key, "defaults") && strcmp(key, "$schema"))
		WRONG(r, "unknown member \"%s\"", key);
	defaults = json_object_get(doc, "defaults");
	if (defaults && !json_is_object(defaults))
		WRONG(r, "\"defaults\": want an object");
	json_object_foreach((json_t *)defaults, key, v) member(r, key, v, &base);
	list = json_object_get(doc, "tests");
	if (!json_is_array(list))
		WRONG(r, "\"tests\": want an array");
	json_array_foreach(list, i, v)
	{
		if (r->wrong)
			break;
		r->number = i + 1;
		one_test(r, v, &base, out);
	}
}

char *manifest_parse(struct tests *tests, const char *text, size_t n, const char *dir)
{
	struct reader r = {.dir = dir};
	struct tests found = {0};
	json_error_t err;
	json_t *doc = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &err);
	char *wrong;

	if (!doc)
		return test_printf("line %d: %s", err.line, err.text);
	document(&r, doc, &found);
	wrong = r.wrong;
	if (wrong && r.test)
		wrong = test_printf("test \"%s\": %s", r.test, r.wrong);
	else if (wrong && r.number)
		wrong = test_printf("test %zu: %s", r.number, r.wrong);
	for (size_t i = 0; !wrong && i < found.n; i++)
		tests_add(tests, &found.v[i]);
	free(found.v);
	json_decref(doc);
	return wrong;
}
