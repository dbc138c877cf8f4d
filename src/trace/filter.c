/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of calls, descriptors, signals and words, in the syntax of strace's -e. */
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/internal.h"

static const struct {
	const struct syscall_row *const table;
	const u32 *const size;
} tables[2] = {
	[ABI_64] = {sys_call_table, &sys_call_table_size},
	[ABI_32] = {ia32_sys_call_table, &ia32_sys_call_table_size},
};

static char err[200];

/* ---- Calls ---- */

/* One item of a list on its way into a set. */
struct item {
	struct callset *set;
	bool abi[2]; /* NAME@64, NAME@32: only that table */
};

const char *trace_call_name(enum abi abi, u32 nr)
{
	return nr < *tables[abi].size ? tables[abi].table[nr].name : NULL;
}

/* Marks the rows that match; returns whether there were any. */
static bool mark(const struct item *to, bool (*match)(const char *name, const void *arg),
		 const void *arg)
{
	bool any = false;

	for (int abi = 0; abi < 2; abi++) {
		for (u32 i = 0; i < *tables[abi].size && i < CALLSET_MAX; i++) {
			const char *name = tables[abi].table[i].name;

			if (!to->abi[abi] || !name || !match(name, arg))
				continue;
			to->set->has[abi][i] = 1;
			any = true;
		}
	}
	for (u32 i = 0; to->abi[ABI_32] && subcall_name(i); i++) {
		if (!match(subcall_name(i), arg))
			continue;
		to->set->has[ABI_32][SUBCALL_NR + i] = 1;
		any = true;
	}
	return any;
}

static bool match_name(const char *name, const void *arg)
{
	return !strcmp(name, arg);
}

static bool match_regex(const char *name, const void *arg)
{
	return !regexec(arg, name, 0, NULL, 0);
}

static bool match_group(const char *name, const void *arg)
{
	const char *const *list = arg;

	for (; *list; list++)
		if (!strcmp(*list, name))
			return true;
	return false;
}

static bool match_all(const char *name, const void *arg)
{
	(void)name;
	(void)arg;
	return true;
}

static bool add_regex(const struct item *to, const char *text)
{
	regex_t re;
	bool found;

	int wrong = regcomp(&re, text, REG_EXTENDED | REG_NOSUB);

	if (wrong) {
		char why[80];

		regerror(wrong, &re, why, sizeof(why));
		snprintf(err, sizeof(err), "regcomp: %.79s: %s", text, why);
		return false;
	}
	found = mark(to, match_regex, &re);
	regfree(&re);
	return found;
}

static bool add_number(const struct item *to, const char *text)
{
	unsigned nr;

	if (!*text || strspn(text, "0123456789") != strlen(text) || sscanf(text, "%u", &nr) != 1 ||
	    nr >= CALLSET_MAX)
		return false;
	for (int abi = 0; abi < 2; abi++)
		if (to->abi[abi])
			to->set->has[abi][nr] = 1;
	return true;
}

/* One item of the list. False: nothing is called that. */
static bool add_item(char *text, struct callset *set)
{
	struct item to = {set, {true, true}};
	const char *const *group;
	bool optional = false, x32 = false;
	char *at;

	if (*text == '?') {
		optional = true;
		text++;
	}
	at = strrchr(text, '@');
	if (at) {
		to.abi[ABI_64] = !strcmp(at, "@64");
		to.abi[ABI_32] = !strcmp(at, "@32");
		x32 = !strcmp(at, "@x32");
		if (!to.abi[ABI_64] && !to.abi[ABI_32] && !x32) {
			snprintf(
				err, sizeof(err),
				"incorrect personality designator '%.40s' in qualification '%.79s'",
				at + 1, text);
			return false;
		}
		*at = 0;
	}
	if (*text == '/')
		return add_regex(&to, text + 1) || optional;
	if (!strcmp(text, "all"))
		return mark(&to, match_all, NULL);
	group = *text == '%' ? trace_group(text + 1, true) : trace_group(text, false);
	if (group) {
		mark(&to, match_group, group);
		return true;
	}
	/* no x32 call is ever made here */
	return mark(&to, match_name, text) || add_number(&to, text) || optional || x32;
}

/* Calls f for each item between commas, but for empty ones in a list that has others; false as soon
 * as f returns false. */
static bool each_item(const char *list, char *item, size_t size, bool (*f)(char *item, void *arg),
		      void *arg)
{
	bool lonely = !list[strspn(list, ",")];

	for (;;) {
		size_t n = strcspn(list, ",");

		snprintf(item, MIN(n + 1, size), "%s", list);
		if ((n || lonely) && !f(item, arg))
			return false;
		list += n;
		if (!*list)
			return true;
		list++;
	}
}

static bool add_call(char *item, void *arg)
{
	char shown[80];

	*err = 0;
	snprintf(shown, sizeof(shown), "%.79s", item);
	if (add_item(item, arg))
		return true;
	if (!*err)
		snprintf(err, sizeof(err), "invalid system call '%s'", shown);
	return false;
}

static bool negated(const char **list)
{
	bool negate = false;

	while (**list == '!') {
		negate = !negate;
		++*list;
	}
	return negate;
}

const char *callset_parse(struct callset *set, const char *list)
{
	bool negate, good;
	char *item;

	memset(set, 0, sizeof(*set));
	if (!list || !strcmp(list, "all")) {
		set->all = true;
		return NULL;
	}
	negate = negated(&list);
	if (negate && !strcmp(list, "all"))
		return NULL;
	item = strdup(list); /* expressions may be of any length */
	if (!item)
		return "no memory";
	good = !strcmp(list, "none") || each_item(list, item, strlen(list) + 1, add_call, set);
	free(item);
	if (!good)
		return err;
	set->others = negate;
	for (int abi = 0; negate && abi < 2; abi++)
		for (u32 i = 0; i < CALLSET_MAX; i++)
			set->has[abi][i] = !set->has[abi][i];
	return NULL;
}

const char *trace_calls(u8 has[2][TRACE_CALLS], const char *list)
{
	struct callset set;
	const char *bad = callset_parse(&set, list);

	_Static_assert(TRACE_CALLS == CALLSET_MAX, "as many calls as in a set");
	for (int abi = 0; abi < 2; abi++)
		for (u32 i = 0; i < CALLSET_MAX; i++)
			has[abi][i] = set.all || set.has[abi][i];
	return bad;
}

/* ---- Small numbers: descriptors ---- */

static bool add_fd(char *item, void *arg)
{
	struct fdset_opt *set = arg;
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(item, &end, 0);
	if (*item < '0' || *item > '9' || *end || errno || n >= FDSET_OPT_MAX) {
		snprintf(err, sizeof(err), "invalid descriptor '%.80s'", item);
		return false;
	}
	set->has[n] = 1;
	return true;
}

const char *fdset_parse(struct fdset_opt *set, const char *list)
{
	const char *whole = list;
	char item[64];

	set->any = false;
	if (!list || !strcmp(list, "none"))
		return NULL;
	memset(set, 0, sizeof(*set));
	set->any = true;
	set->negate = negated(&list);
	if (!strcmp(list, "all")) {
		set->negate = !set->negate;
		return NULL;
	}
	if (!strcmp(list, "none"))
		return NULL;
	if (each_item(list, item, sizeof(item), add_fd, set))
		return NULL;
	if (!*item) /* nothing but commas and a "!" */
		snprintf(err, sizeof(err), "invalid descriptor '%.80s'", whole);
	return err;
}

/* ---- Signals ---- */

int trace_signal_number(const char *name)
{
	char *end;
	long n = strtol(name, &end, 10);

	if (*name && !*end)
		return n >= 0 && n <= 64 ? (int)n : -1;
	if (!strncasecmp(name, "SIG", 3))
		name += 3;
	for (int sig = 1; sig <= 64; sig++) {
		const char *s = trace_signal_name(sig);

		if (s && !strcasecmp(s + 3, name))
			return sig;
	}
	if (!strcasecmp(name, "POLL"))
		return SIGIO;
	if (!strcasecmp(name, "IOT"))
		return SIGABRT;
	if (!strcasecmp(name, "CLD"))
		return SIGCHLD;
	return -1;
}

static bool add_signal(char *item, void *arg)
{
	int sig = trace_signal_number(item);

	if (!strcmp(item, "all")) {
		*(u64 *)arg = ~0ULL;
		return true;
	}
	if (sig < 1) {
		snprintf(err, sizeof(err), "invalid signal '%.80s'", item);
		return false;
	}
	*(u64 *)arg |= 1ULL << (sig - 1);
	return true;
}

const char *sigset_parse(u64 *set, const char *list)
{
	char item[64];
	bool negate;

	*set = list ? 0 : ~0ULL;
	if (!list)
		return NULL;
	negate = negated(&list);
	if (strcmp(list, "none") != 0 && !each_item(list, item, sizeof(item), add_signal, set))
		return err;
	if (negate)
		*set = ~*set;
	return NULL;
}

/* ---- Words ---- */

struct words {
	const struct trace_word *words;
	const char *what;
	u32 bits;
};

static bool add_word(char *item, void *arg)
{
	struct words *w = arg;

	for (const struct trace_word *p = w->words; p->name; p++) {
		if (!strcmp(p->name, item)) {
			w->bits |= p->bit;
			return true;
		}
	}
	snprintf(err, sizeof(err), "invalid %s '%.80s'", w->what, item);
	return false;
}

const char *trace_words_parse(u32 *bits, const struct trace_word *words, const char *what,
			      const char *list)
{
	struct words w = {words, what, 0};
	u32 all = 0;
	char item[64];
	bool negate = negated(&list);

	for (const struct trace_word *p = words; p->name; p++)
		all |= p->bit;
	if (!strcmp(list, "all"))
		w.bits = all;
	else if (strcmp(list, "none") != 0 && !each_item(list, item, sizeof(item), add_word, &w))
		return err;
	*bits = negate ? all & ~w.bits : w.bits;
	return NULL;
}
