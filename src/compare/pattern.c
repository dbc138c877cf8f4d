/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/pattern.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"
#include "trace/trace.h"

static char *copy(const char *s, size_t n)
{
	char *c = strndup(s, n);

	if (!c)
		fatal("out of memory");
	return c;
}

/* ---- Reading ---- */

static bool is_signal(const char *name)
{
	char first[32];

	snprintf(first, sizeof(first), "%.*s", (int)strcspn(name, " "), name); /* more may follow */
	return strncmp(first, "SIG", 3) == 0 && trace_signal_number(first) > 0;
}

/* What comes behind the word: a glob, or something that there is. */
static const char *check_event(const char *what, bool exit)
{
	if (!strcmp(what, "_") || strpbrk(what, "*?["))
		return NULL;
	if (exit)
		return *what && !what[strspn(what, "0123456789")] ? NULL : "want a status";
	return is_signal(what) ? NULL : "no signal has that name";
}

/* "signal SIGCHLD", "exited 0", "killed SIGSEGV" */
static bool parse_event(const char *s, struct pattern *out, const char **wrong)
{
	static const struct {
		const char *word, *text;
		enum record_kind kind;
	} events[] = {
		{"signal ", "--- %s *", RECORD_SIGNAL},
		{"exited ", "+++ exited with %s +++", RECORD_EXIT},
		{"killed ", "+++ killed by %s*+++", RECORD_EXIT},
	};

	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		size_t n = strlen(events[i].word);

		if (strncmp(s, events[i].word, n) != 0)
			continue;
		s += n + strspn(s + n, " ");
		*wrong = check_event(s, events[i].word[0] == 'e');
		out->kind = events[i].kind;
		if (asprintf(&out->name, events[i].text, strcmp(s, "_") == 0 ? "*" : s) < 0)
			fatal("out of memory");
		return true;
	}
	return false;
}

static const char *check_regex(const char *arg)
{
	regex_t re;
	char *body;
	size_t n = strlen(arg);
	int err;

	if (strncmp(arg, "r\"", 2) != 0)
		return NULL;
	if (n < 3 || arg[n - 1] != '"')
		return "a regular expression ends with a quote";
	body = copy(arg + 2, n - 3);
	err = regcomp(&re, body, REG_EXTENDED | REG_NOSUB);
	free(body);
	if (err)
		return "bad regular expression";
	regfree(&re);
	return NULL;
}

const char *pattern_parse(const char *text, struct pattern *out)
{
	const char *s = text + strspn(text, " \t"), *end, *wrong;
	size_t n;

	memset(out, 0, sizeof(*out));
	out->kind = RECORD_CALL;
	out->text = copy(s, strlen(s));
	for (n = strlen(out->text); n && isspace((unsigned char)out->text[n - 1]); n--)
		out->text[n - 1] = 0;
	s = out->text;
	if (parse_event(s, out, &wrong))
		return wrong;
	n = strcspn(s, "( =");
	if (!n)
		return "want a call: NAME(ARGUMENTS) = RESULT";
	out->name = copy(s, n);
	s += n;
	if (*s == '(') {
		end = skip_bracket(s);
		if (!end)
			return "a bracket or a string is not closed";
		out->has_args = true;
		out->nr_args = split_list(s + 1, (size_t)(end - s - 2), &out->args);
		s = end;
	}
	s += strspn(s, " ");
	for (u32 i = 0; i < out->nr_args; i++) {
		wrong = check_regex(out->args[i]);
		if (wrong)
			return wrong;
	}
	if (!*s)
		return NULL;
	if (*s != '=' && *s != '>' && *s != '<' && *s != '!')
		return out->has_args ? "want = and a result behind the arguments"
				     : "want a call: NAME(ARGUMENTS) = RESULT";
	if (*s == '=')
		s += 1 + strspn(s + 1, " ");
	if (!*s)
		return "want a result behind =";
	out->ret = copy(s, strlen(s));
	return NULL;
}

void pattern_free(struct pattern *p)
{
	free(p->text);
	free(p->name);
	free(p->ret);
	for (u32 i = 0; i < p->nr_args; i++)
		free(p->args[i]);
	free(p->args);
	memset(p, 0, sizeof(*p));
}

/* ---- Matching ---- */

static bool match_value(const char *want, const char *got);

static bool is_number(const char *s, s64 *value)
{
	char *end;

	errno = 0;
	*value = (s64)strtoull(s, &end, 0);
	return end != s && !*end && !errno;
}

/* The same name, or the same number in whatever base */
static bool same_flag(const char *a, size_t na, const char *b, size_t nb)
{
	char *ea, *eb;

	if (na == nb && strncmp(a, b, na) == 0)
		return true;
	if (!isdigit((unsigned char)*a) || !isdigit((unsigned char)*b))
		return false;
	return strtoull(a, &ea, 0) == strtoull(b, &eb, 0) && ea == a + na && eb == b + nb;
}

/* Is flag one of the flags of list ("A|B|C")? */
static bool has_flag(const char *list, const char *flag, size_t len)
{
	while (*list) {
		size_t n = strcspn(list, "|");

		if (same_flag(list, n, flag, len))
			return true;
		list += n + (list[n] == '|');
	}
	return false;
}

static u32 count_flags(const char *s)
{
	u32 n = 1;

	for (; *s; s++)
		n += *s == '|';
	return n;
}

/* All flags of want are in got, in whatever order; without `more` there are no others. */
static bool match_flags(const char *want, size_t len, const char *got, bool more)
{
	char *flags = copy(want, len), *s = flags;
	bool all = more || count_flags(flags) == count_flags(got);

	while (all && *s) {
		size_t n = strcspn(s, "|");

		all = has_flag(got, s, n);
		s += n + (s[n] == '|');
	}
	free(flags);
	return all;
}

static bool match_regex(const char *want, const char *got)
{
	char *body = copy(want + 2, strlen(want) - 3), *inner;
	size_t n = strlen(got);
	regex_t re;
	bool match;

	/* of a string, what is between the quotes */
	inner = *got == '"' && n > 1 ? copy(got + 1, n - 2) : copy(got, n);
	match = regcomp(&re, body, REG_EXTENDED | REG_NOSUB) == 0 &&
		regexec(&re, inner, 0, NULL, 0) == 0;
	regfree(&re);
	free(inner);
	free(body);
	return match;
}

/* The parts of a struct or an array, or the arguments of a call. */
static bool match_parts(char *const *want, u32 nw, char *const *got, u32 ng)
{
	bool more = nw && strcmp(want[nw - 1], "...") == 0;

	if (more)
		nw--;
	if (more ? ng < nw : ng != nw)
		return false;
	for (u32 i = 0; i < nw; i++)
		if (!match_value(want[i], got[i]))
			return false;
	return true;
}

/* The fields that want names, wherever they stand in got. */
static bool match_fields(char *const *want, u32 nw, char *const *got, u32 ng)
{
	bool more = nw && strcmp(want[nw - 1], "...") == 0;

	if (!more)
		return match_parts(want, nw, got, ng);
	for (u32 i = 0; i + 1 < nw; i++) {
		u32 j = 0;

		while (j < ng && !match_value(want[i], got[j]))
			j++;
		if (j == ng)
			return false;
	}
	return true;
}

static bool match_bracket(const char *want, const char *got)
{
	const char *we = skip_bracket(want), *ge = skip_bracket(got);
	char **w = NULL, **g = NULL;
	u32 nw, ng;
	bool match;

	if (*want != *got || !we || !ge || *we)
		return false;
	nw = split_list(want + 1, (size_t)(we - want - 2), &w);
	ng = split_list(got + 1, (size_t)(ge - got - 2), &g);
	match = *want == '{' ? match_fields(w, nw, g, ng) : match_parts(w, nw, g, ng);
	for (u32 i = 0; i < nw; i++)
		free(w[i]);
	for (u32 i = 0; i < ng; i++)
		free(g[i]);
	free(w);
	free(g);
	return match;
}

static bool match_string(const char *want, const char *got)
{
	size_t n = strlen(want);

	/* "beginning"... */
	if (n > 4 && strcmp(want + n - 4, "\"...") == 0)
		return strncmp(want, got, n - 4) == 0;
	return strcmp(want, got) == 0;
}

/* Compares "name=value" by parts. */
static bool match_field(const char *want, const char *got)
{
	size_t nw = strcspn(want, "="), ng = strcspn(got, "=");

	return want[nw] && got[ng] && nw == ng && strncmp(want, got, nw) == 0 &&
	       match_value(want + nw + 1, got + ng + 1);
}

/* A name or a set of flags as text has it, of what --json has: "A" or ["A", "B"]. Allocated */
static char *as_names(const char *got)
{
	bool list = *got == '[';
	char *names = copy(got, strlen(got)), *to = names;

	for (const char *s = got + list; *s; s++) {
		if (list && *s == ']' && !s[1])
			break;
		if (list && *s == ',')
			*to++ = '|';
		else if (*s != '"' && *s != ' ')
			*to++ = *s;
	}
	if (to == names) /* no flags */
		*to++ = '0';
	*to = 0;
	return names;
}

static bool match_names(const char *want, const char *got)
{
	char *names = as_names(got);
	bool match = match_value(want, names);

	free(names);
	return match;
}

static bool match_value(const char *want, const char *got)
{
	size_t n = strlen(want);
	s64 a, b;

	if (strcmp(want, "_") == 0 || strcmp(want, got) == 0)
		return true;
	if (strncmp(want, "r\"", 2) == 0)
		return match_regex(want, got);
	if (strncmp(want, "g\"", 2) == 0)
		return fnmatch(want + 1, got, 0) == 0; /* both with their quotes */
	if (*want == '"')
		return match_string(want, got);
	if (strchr("{[", *want))
		return match_bracket(want, got);
	if (isalpha((unsigned char)*want) && want[strcspn(want, "=|\"({[")] == '=')
		return match_field(want, got);
	if (strchr("\"[", *got) &&
	    (isalpha((unsigned char)*want) || strchr(want, '|') || !strcmp(want, "0")))
		return match_names(want, got);
	if (is_number(want, &a) && is_number(got, &b))
		return a == b;
	if (n > 3 && strcmp(want + n - 3, "...") == 0)
		return match_flags(want, n - 3, got, true);
	if (strchr(want, '|'))
		return match_flags(want, n, got, false);
	return false;
}

/* A result: "3", "_", "-1 ENOENT", ">= 0", "!= -1", "?" */
static bool match_result(const char *want, const char *got)
{
	static const char *const ops[] = {">=", "<=", "!=", ">", "<"};
	size_t word = strcspn(got, " ");
	s64 limit, value;
	char *first;
	bool number;

	if (!got)
		return false;
	if (strcmp(want, "_") == 0)
		return true;
	first = copy(got, word);
	number = is_number(first, &value);
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		size_t n = strlen(ops[i]);

		if (strncmp(want, ops[i], n) != 0)
			continue;
		free(first);
		if (!number || !is_number(want + n + strspn(want + n, " "), &limit))
			return false;
		return i == 0	? value >= limit
		       : i == 1 ? value <= limit
		       : i == 2 ? value != limit
		       : i == 3 ? value > limit
				: value < limit;
	}
	free(first);
	/* "-1 ENOENT" stands for "-1 ENOENT (No such file or directory)", "-1" for every error */
	return (strncmp(want, got, strlen(want)) == 0 &&
		(!got[strlen(want)] || got[strlen(want)] == ' ')) ||
	       (number && is_number(want, &limit) && limit == value);
}

bool pattern_match(const struct pattern *p, const struct record *r)
{
	if (p->kind != r->kind)
		return false;
	if (p->kind != RECORD_CALL)
		return fnmatch(p->name, r->text, 0) == 0;
	if (strcmp(p->name, "_") != 0 && fnmatch(p->name, r->name, 0) != 0)
		return false;
	if (p->has_args && !match_parts(p->args, p->nr_args, r->args, r->nr_args))
		return false;
	return !p->ret || (r->ret && match_result(p->ret, r->ret));
}

/* How alike two texts begin, up to 15. */
static u32 likeness(const char *a, const char *b)
{
	size_t n = 0, most = MAX(strlen(a), strlen(b));

	while (a[n] && a[n] == b[n])
		n++;
	return most ? (u32)(15 * n / most) : 15;
}

u32 pattern_nearness(const struct pattern *p, const struct record *r)
{
	u32 near = 1;

	if (p->kind != r->kind || p->kind != RECORD_CALL || fnmatch(p->name, r->name, 0) != 0)
		return 0;
	for (u32 i = 0; i < p->nr_args && i < r->nr_args; i++)
		near += match_value(p->args[i], r->args[i]) ? 16 : likeness(p->args[i], r->args[i]);
	return near + (p->ret && r->ret && match_result(p->ret, r->ret) ? 8 : 0);
}
