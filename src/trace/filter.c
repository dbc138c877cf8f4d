/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -e trace=LIST: which calls are traced. A bit per row and table, computed once. */
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "trace/internal.h"

#define FILTER_MAX 1024

static bool all = true;
static u8 wanted[2][FILTER_MAX];
static bool others; /* numbers without a row */

static const struct {
	const struct syscall_row *const table;
	const u32 *const size;
} tables[2] = {
	[ABI_64] = {sys_call_table, &sys_call_table_size},
	[ABI_32] = {ia32_sys_call_table, &ia32_sys_call_table_size},
};

bool trace_filter(enum abi abi, u32 nr)
{
	if (all)
		return true;
	return nr < FILTER_MAX ? wanted[abi][nr] : others;
}

/* Marks the rows of both tables that match; returns whether there were any. */
static bool mark(bool (*match)(const char *name, const void *arg), const void *arg,
		 u8 *const set[2])
{
	bool any = false;

	for (int abi = 0; abi < 2; abi++) {
		for (u32 i = 0; i < *tables[abi].size && i < FILTER_MAX; i++) {
			const char *name = tables[abi].table[i].name;

			if (name && match(name, arg)) {
				set[abi][i] = 1;
				any = true;
			}
		}
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

/* One item of the list into set. False: nothing is called that. */
static bool add_item(const char *item, u8 *const set[2])
{
	const char *const *group;
	bool optional = false, found;

	if (*item == '?') {
		optional = true;
		item++;
	}
	if (*item == '/') {
		regex_t re;

		if (regcomp(&re, item + 1, REG_EXTENDED | REG_NOSUB))
			return optional;
		found = mark(match_regex, &re, set);
		regfree(&re);
		return found || optional;
	}
	if (!strcmp(item, "all"))
		return mark(match_all, NULL, set);
	group = *item == '%' ? trace_group(item + 1, true) : trace_group(item, false);
	if (group) {
		mark(match_group, group, set);
		return true;
	}
	found = mark(match_name, item, set);
	/* a number */
	if (!found && *item >= '0' && *item <= '9' && strspn(item, "0123456789") == strlen(item)) {
		unsigned nr;

		if (sscanf(item, "%u", &nr) == 1 && nr < FILTER_MAX) {
			set[0][nr] = set[1][nr] = 1;
			found = true;
		}
	}
	return found || optional;
}

const char *trace_filter_parse(const char *list)
{
	static char err[128], item[256];
	u8 *const set[2] = {wanted[0], wanted[1]};
	bool negate = false;

	all = true;
	others = false;
	memset(wanted, 0, sizeof(wanted));
	if (!list || !strcmp(list, "all"))
		return NULL;
	all = false;
	while (*list == '!') {
		negate = !negate;
		list++;
	}
	others = negate;
	if (!strcmp(list, "none"))
		goto done;
	for (;;) {
		size_t n = strcspn(list, ",");

		if (n >= sizeof(item))
			n = sizeof(item) - 1;
		memcpy(item, list, n);
		item[n] = 0;
		if (!add_item(item, set)) {
			snprintf(err, sizeof(err), "invalid system call '%.80s'", item);
			return err;
		}
		list += strcspn(list, ",");
		if (!*list)
			break;
		list++;
	}
done:
	for (int abi = 0; negate && abi < 2; abi++)
		for (u32 i = 0; i < FILTER_MAX; i++)
			wanted[abi][i] = !wanted[abi][i];
	return NULL;
}
