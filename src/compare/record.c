/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/record.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"

static void *must(void *p)
{
	if (!p)
		fatal("out of memory");
	return p;
}

/* ---- Brackets, strings, lists ---- */

const char *skip_string(const char *s)
{
	for (s++; *s && *s != '"'; s++)
		if (*s == '\\' && s[1])
			s++;
	return *s ? s + 1 : NULL;
}

/* Behind a comment of strace's, or s itself. */
static const char *skip_comment(const char *s)
{
	const char *end = s[0] == '/' && s[1] == '*' ? strstr(s + 2, "*/") : NULL;

	return end ? end + 2 : s;
}

const char *skip_bracket(const char *s)
{
	u32 depth = 0;

	while (*s) {
		const char *c = skip_comment(s);

		if (c != s) {
			s = c;
			continue;
		}
		if (*s == '"') {
			s = skip_string(s);
			if (!s)
				return NULL;
			continue;
		}
		if (strchr("([{", *s))
			depth++;
		else if (strchr(")]}", *s) && --depth == 0)
			return s + 1;
		s++;
	}
	return NULL;
}

static char *trimmed(const char *s, size_t len)
{
	while (len && isspace((unsigned char)*s))
		s++, len--;
	while (len && isspace((unsigned char)s[len - 1]))
		len--;
	return must(strndup(s, len));
}

u32 split_list(const char *text, size_t len, char ***parts)
{
	const char *s = text, *end = text + len, *start = text;
	char **v = NULL;
	u32 n = 0;

	while (s < end) {
		const char *next = skip_comment(s);

		if (next != s)
			s = next;
		else if (*s == '"')
			s = (next = skip_string(s)) ? next : end;
		else if (strchr("([{", *s))
			s = (next = skip_bracket(s)) ? next : end;
		else if (*s != ',')
			s++;
		else {
			v = must(realloc(v, (n + 1) * sizeof(*v)));
			v[n++] = trimmed(start, (size_t)(s - start));
			start = ++s;
		}
	}
	if (n || strspn(text, " ") < len) {
		v = must(realloc(v, (n + 1) * sizeof(*v)));
		v[n++] = trimmed(start, (size_t)(end - start));
	}
	*parts = v;
	return n;
}

/* ---- One line ---- */

/* Removes the duration that -T puts at the end of a line: " <0.000123>". */
static void cut_duration(char *s)
{
	size_t n = strlen(s);
	char *open;

	if (!n || s[n - 1] != '>')
		return;
	open = strrchr(s, '<');
	if (open && open > s && open[-1] == ' ' && isdigit((unsigned char)open[1]) &&
	    strspn(open + 1, "0123456789.") == (size_t)(s + n - 1 - (open + 1)))
		open[-1] = 0;
}

bool record_parse_call(struct record *r, const char *text)
{
	size_t len =
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	const char *end, *eq;

	if (!len || text[len] != '(' || isdigit((unsigned char)*text))
		return false;
	end = skip_bracket(text + len);
	if (!end)
		return false;
	eq = end + strspn(end, " ");
	if (*eq != '=')
		return false;
	r->kind = RECORD_CALL;
	r->name = must(strndup(text, len));
	r->nr_args = split_list(text + len + 1, (size_t)(end - 1 - (text + len + 1)), &r->args);
	r->ret = trimmed(eq + 1, strlen(eq + 1));
	/* one space where padding was */
	r->text = must(malloc(strlen(text) + 4));
	sprintf(r->text, "%.*s = %s", (int)(end - text), text, r->ret);
	return true;
}

/* Where the text of a line begins: behind the pid, the time, the place and the gate. */
static char *line_text(char *s, int *pid)
{
	static const char *const gates[] = {"syscall ", "sysenter ", "int80 "};
	char *end;

	*pid = 0;
	if (strncmp(s, "[pid", 4) == 0) {
		*pid = (int)strtol(s + 4, &end, 10);
		if (*end == ']')
			s = end + 1;
	} else if (isdigit((unsigned char)*s)) {
		long n = strtol(s, &end, 10);

		if (*end == ' ') {
			*pid = (int)n;
			s = end;
		}
	}
	for (;;) {
		s += strspn(s, " ");
		if (isdigit((unsigned char)*s) && s[strspn(s, "0123456789:.+-T")] == ' ')
			s += strspn(s, "0123456789:.+-T");
		else if (*s == '[' && (end = strchr(s, ']')) && end[1] == ' ' &&
			 strspn(s + 1, " 0123456789abcdef?") == (size_t)(end - s - 1))
			s = end + 1;
		else
			break;
	}
	for (size_t i = 0; i < ARRAY_SIZE(gates); i++)
		if (strncmp(s, gates[i], strlen(gates[i])) == 0)
			s += strlen(gates[i]);
	return s + strspn(s, " ");
}

static struct record *add(struct records *out)
{
	if (out->n == out->room) {
		out->room = out->room ? 2 * out->room : 256;
		out->v = must(realloc(out->v, out->room * sizeof(*out->v)));
	}
	memset(&out->v[out->n], 0, sizeof(out->v[0]));
	return &out->v[out->n++];
}

static void take_signal(struct records *out, int pid, u32 line, const char *s)
{
	struct record *r = add(out);
	const char *info;

	r->kind = RECORD_SIGNAL;
	r->pid = pid;
	r->line = line;
	r->text = must(strdup(s));
	r->name = must(strndup(s + 4, strcspn(s + 4, " ")));
	info = strchr(s, '{');
	if (info && skip_bracket(info))
		r->nr_args = split_list(info + 1, (size_t)(skip_bracket(info) - 1 - (info + 1)),
					&r->args);
}

static void take_exit(struct records *out, int pid, u32 line, const char *s)
{
	struct record *r = add(out);

	r->kind = RECORD_EXIT;
	r->pid = pid;
	r->line = line;
	r->text = must(strdup(s));
	r->name = must(strdup("exit"));
}

/* The first half of a call whose second half comes later: a record with nothing but its text. */
static bool take_unfinished(struct records *out, int pid, u32 line, char *s)
{
	static const char mark[] = " <unfinished ...>";
	char *at = strstr(s, mark);
	struct record *r;

	if (!at || at[sizeof(mark) - 1])
		return false;
	r = add(out);
	r->kind = RECORD_CALL;
	r->pid = pid;
	r->line = line;
	r->text = must(strndup(s, (size_t)(at - s)));
	return true;
}

static bool take_resumed(struct records *out, int pid, const char *s)
{
	const char *rest;

	if (strncmp(s, "<... ", 5) != 0)
		return false;
	rest = strstr(s, " resumed>");
	if (!rest)
		return false;
	rest += 9;
	for (size_t i = out->n; i--;) {
		struct record *r = &out->v[i];
		char *whole;

		if (r->pid != pid || r->name)
			continue;
		whole = must(malloc(strlen(r->text) + strlen(rest) + 1));
		strcat(strcpy(whole, r->text), rest);
		free(r->text);
		r->text = NULL;
		if (!record_parse_call(r, whole))
			r->text = must(strdup(whole));
		free(whole);
		break;
	}
	return true;
}

/* A call that never came back, as of a process that was killed in it: its result is "?". */
static void settle_unfinished(struct records *out)
{
	for (size_t i = 0; i < out->n; i++) {
		struct record *r = &out->v[i];
		char *text = r->text;
		char *whole;

		if (r->name)
			continue;
		whole = must(malloc(strlen(text) + 8));
		sprintf(whole, "%s) = ?", text);
		if (!record_parse_call(r, whole)) {
			r->name = must(strndup(text, strcspn(text, "(")));
			r->text = must(strdup(text));
		}
		free(whole);
		free(text);
	}
}

static void take_text(struct records *out, u32 line, char *text)
{
	struct record r = {0};
	int pid;
	char *s;

	text[strcspn(text, "\n")] = 0;
	s = line_text(text, &pid);
	if (strncmp(s, "--- ", 4) == 0) {
		take_signal(out, pid, line, s);
		return;
	}
	if (strncmp(s, "+++ ", 4) == 0) {
		take_exit(out, pid, line, s);
		return;
	}
	cut_duration(s);
	if (take_resumed(out, pid, s) || take_unfinished(out, pid, line, s))
		return;
	if (record_parse_call(&r, s)) {
		r.pid = pid;
		r.line = line;
		*add(out) = r;
	}
}

static void take_line(struct records *out, u32 line, char *text)
{
	char *of_json = *text == '{' ? record_of_json(text) : NULL;

	out->json |= of_json != NULL;
	take_text(out, line, of_json ? of_json : text);
	free(of_json);
}

const char *records_read(FILE *f, struct records *out)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t got;
	u32 n = 0;

	memset(out, 0, sizeof(*out));
	errno = 0;
	while ((got = getline(&line, &room, f)) > 0) {
		if (memchr(line, 0, (size_t)got)) {
			free(line);
			return "not a trace: it holds NUL bytes";
		}
		take_line(out, ++n, line);
	}
	free(line);
	if (ferror(f))
		return strerror(errno);
	settle_unfinished(out);
	return out->n || !n ? NULL : "no line of it is one of a trace";
}

static void record_free(struct record *r)
{
	free(r->text);
	free(r->name);
	free(r->ret);
	for (u32 a = 0; a < r->nr_args; a++)
		free(r->args[a]);
	free(r->args);
}

void records_free(struct records *r)
{
	for (size_t i = 0; i < r->n; i++)
		record_free(&r->v[i]);
	free(r->v);
	memset(r, 0, sizeof(*r));
}
