/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/policy.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

static char wrong[256];

#define WRONG(...) (snprintf(wrong, sizeof(wrong), __VA_ARGS__), wrong)

/* ---- The tables ---- */

static const struct {
	const struct syscall_row *rows;
	const u32 *size;
} tables[2] = {
	[ABI_64] = {sys_call_table, &sys_call_table_size},
	[ABI_32] = {ia32_sys_call_table, &ia32_sys_call_table_size},
};

static const char *const demux_name[DEMUX_COUNT] = {"socketcall", "ipc"};

/* As <linux/net.h> and <linux/ipc.h> number them. */
static const char *const inner_name[DEMUX_COUNT][POLICY_INNER] = {
	{NULL,		"socket",     "bind",	 "connect", "listen",  "accept",   "getsockname",
	 "getpeername", "socketpair", "send",	 "recv",    "sendto",  "recvfrom", "shutdown",
	 "setsockopt",	"getsockopt", "sendmsg", "recvmsg", "accept4", "recvmmsg", "sendmmsg"},
	{NULL, "semop", "semget", "semctl", "semtimedop", [11] = "msgsnd", "msgrcv", "msgget",
	 "msgctl", [21] = "shmat", "shmdt", "shmget", "shmctl"},
};

/* By which calls a process ends or leaves a signal handler: a list of what is allowed need not
 * name them. */
static const char *const always[] = {"exit", "exit_group", "rt_sigreturn", "sigreturn",
				     "restart_syscall"};

const char *policy_inner_name(enum policy_demux d, u32 nr)
{
	return nr < POLICY_INNER ? inner_name[d][nr] : NULL;
}

bool policy_is_demux(enum abi abi, const char *name, enum policy_demux *d)
{
	for (int i = 0; abi == ABI_32 && i < DEMUX_COUNT; i++) {
		if (strcmp(name, demux_name[i]) != 0)
			continue;
		*d = (enum policy_demux)i;
		return true;
	}
	return false;
}

static u32 rows_of(int abi)
{
	return MIN(*tables[abi].size, (u32)POLICY_CALLS);
}

static bool is_always(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		if (name && !strcmp(name, always[i]))
			return true;
	return false;
}

/* What becomes of calls that no rule names. */
static void set_default(struct policy *p, struct policy_verdict v)
{
	v.ruled = false;
	p->active = p->has_default = true;
	p->fallback = v;
	for (int abi = 0; abi < 2; abi++)
		for (u32 i = 0; i < rows_of(abi); i++)
			if (!p->call[abi][i].ruled && !is_always(tables[abi].rows[i].name))
				p->call[abi][i] = v;
	for (int d = 0; d < DEMUX_COUNT; d++)
		for (u32 i = 0; i < POLICY_INNER; i++)
			if (!p->inner[d][i].ruled)
				p->inner[d][i] = v;
}

/* ---- Lists ---- */

struct calls {
	u8 has[2][POLICY_CALLS];
	u8 inner[DEMUX_COUNT][POLICY_INNER];
};

static bool has_name(const struct calls *c, int abi, const char *name, bool *known)
{
	for (u32 i = 0; i < rows_of(abi); i++) {
		const char *row = tables[abi].rows[i].name;

		if (!row || strcmp(row, name) != 0)
			continue;
		*known = true;
		return c->has[abi][i];
	}
	return false;
}

/* A call behind socketcall or ipc is meant where either is named. The 32-bit table has most of them
 * under numbers of their own too; for the others the 64-bit table's name counts, and send and recv,
 * which are sendto and recvfrom with less, have no other name. */
static void mark_inner(struct calls *c)
{
	for (int d = 0; d < DEMUX_COUNT; d++) {
		bool known = false, all = has_name(c, ABI_32, demux_name[d], &known);

		for (u32 i = 0; i < POLICY_INNER; i++) {
			const char *name = inner_name[d][i];
			bool found;

			if (!name || all) {
				c->inner[d][i] |= all;
				continue;
			}
			if (!strcmp(name, "send"))
				name = "sendto";
			if (!strcmp(name, "recv"))
				name = "recvfrom";
			known = false;
			found = has_name(c, ABI_32, name, &known);
			if (!known)
				found = has_name(c, ABI_64, name, &known);
			c->inner[d][i] |= found;
		}
	}
}

/* socketcall:NAME and ipc:NAME. False: the item is not of this form; *bad: it is, but wrong. */
static bool add_inner(struct calls *c, const char *item, bool *bad)
{
	for (int d = 0; d < DEMUX_COUNT; d++) {
		size_t n = strlen(demux_name[d]);

		if (strncmp(item, demux_name[d], n) != 0 || item[n] != ':')
			continue;
		for (u32 i = 0; i < POLICY_INNER; i++) {
			if (inner_name[d][i] && !strcmp(inner_name[d][i], item + n + 1)) {
				c->inner[d][i] = 1;
				return true;
			}
		}
		*bad = true;
		return true;
	}
	return false;
}

/* The C library's regcomp() copies what a "+" or a "{" repeats, and copies of copies: a few bytes
 * can want all memory. No name of a call needs many of them. */
static bool too_complex(const char *item)
{
	const char *re = strchr(item, '/');
	u32 copies = 0;

	for (; re && *re; re++)
		copies += *re == '+' || *re == '{' ? (*re == '{' ? 8 : 1) : 0;
	return copies > 4;
}

/* The inner names are taken out of the list; the tracer's parser judges the rest. */
static const char *read_list(struct calls *c, policy_names_fn *names, const char *list)
{
	char rest[4096], item[256];
	size_t len = 0;
	const char *err;
	struct calls direct;

	memset(c, 0, sizeof(*c));
	memset(&direct, 0, sizeof(direct));
	if (!*list)
		return WRONG("an empty list of system calls");
	while (*list) {
		size_t n = strcspn(list, ",");
		bool bad = false;

		if (n >= sizeof(item) || len + n + 2 > sizeof(rest))
			return WRONG("the list of system calls is too long");
		memcpy(item, list, n);
		item[n] = 0;
		list += n + (list[n] == ',');
		if (too_complex(item))
			return WRONG("'%.80s': a regular expression with too many repetitions",
				     item);
		if (!add_inner(&direct, item, &bad))
			len += (size_t)snprintf(rest + len, sizeof(rest) - len, "%s%s",
						len ? "," : "", item);
		if (bad)
			return WRONG("invalid system call '%.80s'", item);
	}
	if (len) {
		rest[len] = 0;
		err = names(c->has, rest);
		if (err)
			return WRONG("%.200s", err);
		mark_inner(c);
	}
	for (int d = 0; d < DEMUX_COUNT; d++)
		for (u32 i = 0; i < POLICY_INNER; i++)
			c->inner[d][i] |= direct.inner[d][i];
	return NULL;
}

static void set_calls(struct policy *p, const struct calls *c, struct policy_verdict v)
{
	v.ruled = true;
	p->active = true;
	for (int abi = 0; abi < 2; abi++)
		for (u32 i = 0; i < POLICY_CALLS; i++)
			if (c->has[abi][i])
				p->call[abi][i] = v;
	for (int d = 0; d < DEMUX_COUNT; d++)
		for (u32 i = 0; i < POLICY_INNER; i++)
			if (c->inner[d][i])
				p->inner[d][i] = v;
}

/* ---- Actions ---- */

static int errno_number(const char *name)
{
	for (int e = 1; e < 200; e++) {
		const char *s = strerrorname_np(e);

		if (s && !strcmp(s, name))
			return e;
	}
	if (!strcmp(name, "EWOULDBLOCK"))
		return EAGAIN;
	return !strcmp(name, "EDEADLOCK") ? EDEADLK : !strcmp(name, "ENOTSUP") ? EOPNOTSUPP : 0;
}

static bool read_action(struct policy_verdict *v, const char *text)
{
	*v = (struct policy_verdict){.action = POLICY_ERRNO, .err = EPERM};
	if (!strcmp(text, "errno"))
		return true;
	v->err = 0;
	if (!strcmp(text, "kill")) {
		v->action = POLICY_KILL;
	} else if (!strcmp(text, "log")) {
		v->action = POLICY_LOG;
	} else if (!strcmp(text, "allow")) {
		v->action = POLICY_ALLOW;
	} else {
		v->err = (u16)errno_number(text);
		return v->err != 0;
	}
	return true;
}

const char *policy_allow(struct policy *p, policy_names_fn *names, const char *list)
{
	struct calls c;
	const char *err = read_list(&c, names, list);

	if (err)
		return err;
	if (!p->has_default)
		set_default(p, (struct policy_verdict){.action = POLICY_ERRNO, .err = EPERM});
	set_calls(p, &c, (struct policy_verdict){.action = POLICY_ALLOW});
	return NULL;
}

const char *policy_deny(struct policy *p, policy_names_fn *names, const char *list)
{
	struct policy_verdict v = {.action = POLICY_ERRNO, .err = EPERM};
	const char *eq = strrchr(list, '='), *err;
	char copy[4096];
	struct calls c;

	if (eq) {
		if ((size_t)(eq - list) >= sizeof(copy))
			return WRONG("the list of system calls is too long");
		if (!read_action(&v, eq + 1) || v.action == POLICY_ALLOW)
			return WRONG("%.80s: want errno, the name of an errno, kill or log",
				     eq + 1);
		memcpy(copy, list, (size_t)(eq - list));
		copy[eq - list] = 0;
		list = copy;
	}
	err = read_list(&c, names, list);
	if (err)
		return err;
	set_calls(p, &c, v);
	return NULL;
}

/* ---- Files ---- */

static const char *read_rule(struct policy *p, policy_names_fn *names, json_t *rule, size_t at)
{
	json_t *calls = json_object_get(rule, "calls"), *action = json_object_get(rule, "action");
	json_t *item, *value;
	const char *key, *err;
	struct policy_verdict v;
	struct calls c;
	size_t i;

	if (!json_is_object(rule))
		return WRONG("rule %zu is not an object", at);
	json_object_foreach(rule, key, value)
	{
		if (strcmp(key, "calls") != 0 && strcmp(key, "action") != 0 &&
		    strcmp(key, "comment") != 0)
			return WRONG("rule %zu: unknown key \"%.80s\"", at, key);
	}
	if (!json_is_array(calls))
		return WRONG("rule %zu: \"calls\" must be an array of names", at);
	if (!json_is_string(action) || !read_action(&v, json_string_value(action)))
		return WRONG("rule %zu: \"action\" must be \"allow\", \"errno\", the name of an "
			     "errno, \"kill\" or \"log\"",
			     at);
	json_array_foreach(calls, i, item)
	{
		if (!json_is_string(item) ||
		    strlen(json_string_value(item)) != json_string_length(item))
			return WRONG("rule %zu: \"calls\" must be an array of names", at);
		err = read_list(&c, names, json_string_value(item));
		if (err) {
			char text[200];

			snprintf(text, sizeof(text), "%s", err);
			return WRONG("rule %zu: %s", at, text);
		}
		set_calls(p, &c, v);
	}
	return NULL;
}

static const char *read_root(struct policy *p, policy_names_fn *names, json_t *root)
{
	json_t *version = json_object_get(root, "trapgate-policy"), *value;
	json_t *fallback = json_object_get(root, "default"), *rules;
	struct policy_verdict v = {.action = POLICY_ALLOW};
	const char *key, *err;
	size_t i;

	if (!json_is_object(root) || !json_is_integer(version))
		return WRONG("not a policy: \"trapgate-policy\": %d is missing", POLICY_FORMAT);
	if (json_integer_value(version) != POLICY_FORMAT)
		return WRONG("version %" JSON_INTEGER_FORMAT ", but only version %d is known",
			     json_integer_value(version), POLICY_FORMAT);
	json_object_foreach(root, key, value)
	{
		if (strcmp(key, "trapgate-policy") != 0 && strcmp(key, "default") != 0 &&
		    strcmp(key, "rules") != 0 && strcmp(key, "comment") != 0)
			return WRONG("unknown key \"%.80s\"", key);
	}
	if (!json_is_string(fallback) || !read_action(&v, json_string_value(fallback)))
		return WRONG("\"default\" must be \"allow\", \"errno\", the name of an errno, "
			     "\"kill\" or \"log\"");
	set_default(p, v);
	rules = json_object_get(root, "rules");
	if (!json_is_array(rules))
		return WRONG("\"rules\" must be an array");
	json_array_foreach(rules, i, value)
	{
		err = read_rule(p, names, value, i + 1);
		if (err)
			return err;
	}
	return NULL;
}

static const char *read_json(struct policy *p, policy_names_fn *names, json_t *root,
			     const json_error_t *error)
{
	const char *err;

	if (!root)
		return WRONG("line %d: %s", error->line, error->text);
	err = read_root(p, names, root);
	json_decref(root);
	return err;
}

const char *policy_parse(struct policy *p, policy_names_fn *names, const char *text, size_t n)
{
	json_error_t error;

	return read_json(p, names, json_loadb(text, n, JSON_REJECT_DUPLICATES, &error), &error);
}

const char *policy_load(struct policy *p, policy_names_fn *names, const char *file)
{
	FILE *f = fopen(file, "re");
	json_error_t error;
	const char *err;
	json_t *root;

	if (!f)
		return WRONG("%s", strerror(errno));
	root = json_loadf(f, JSON_REJECT_DUPLICATES, &error);
	err = ferror(f) ? WRONG("%s", strerror(errno)) : read_json(p, names, root, &error);
	fclose(f);
	return err;
}

/* ---- What was learnt ---- */

static bool seen_in(const struct policy_seen *seen, int abi, const char *name)
{
	for (u32 i = 0; i < rows_of(abi); i++)
		if (seen->call[abi][i] && tables[abi].rows[i].name &&
		    !strcmp(tables[abi].rows[i].name, name))
			return true;
	return false;
}

static void add_name(json_t *calls, const char *fmt, const char *a, const char *b)
{
	json_array_append_new(calls, json_sprintf(fmt, a, b));
}

/* NAME where both tables' call was made, else NAME@64 or NAME@32. Of a demultiplexer only what was
 * behind it is allowed. */
static json_t *seen_names(const struct policy_seen *seen)
{
	json_t *calls = json_array();

	for (int abi = 0; abi < 2; abi++) {
		for (u32 i = 0; i < rows_of(abi); i++) {
			const char *name = tables[abi].rows[i].name;
			enum policy_demux d;

			if (!seen->call[abi][i] || !name || is_always(name) ||
			    policy_is_demux((enum abi)abi, name, &d))
				continue;
			if (!seen_in(seen, !abi, name))
				add_name(calls, "%s@%s", name, abi == ABI_64 ? "64" : "32");
			else if (abi == ABI_64)
				add_name(calls, "%s%s", name, "");
		}
	}
	for (int d = 0; d < DEMUX_COUNT; d++)
		for (u32 i = 0; i < POLICY_INNER; i++)
			if (seen->inner[d][i] && inner_name[d][i])
				add_name(calls, "%s:%s", demux_name[d], inner_name[d][i]);
	return calls;
}

int policy_write(const struct policy_seen *seen, const char *program, FILE *out)
{
	/* A name that is not UTF-8 makes no JSON. */
	json_t *text = json_sprintf("what %s called", program);
	json_t *root = json_pack("{s:i, s:o, s:s, s:[{s:o, s:s}]}", "trapgate-policy",
				 POLICY_FORMAT, "comment",
				 text ? text : json_string("what the program called"), "default",
				 "errno", "rules", "calls", seen_names(seen), "action", "allow");
	int err = root ? json_dumpf(root, out, JSON_INDENT(2)) : -1;

	json_decref(root);
	return err || fputc('\n', out) == EOF ? -1 : 0;
}
