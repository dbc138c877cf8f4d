/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --json: an object per event. The printers write a call's arguments as strace shows them, with
 * marks for where an argument and a set of flags begin (MARK_*); here that text becomes values:
 * numbers, strings, lists of flags, arrays and objects. docs/trace-json.md describes them. */
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/host.h"
#include "trace/internal.h"

#define SCHEMA_VERSION 1

struct in {
	const char *p, *end;
	int depth;
};

static json_t *value(struct in *in);

static bool at(const struct in *in, const char *s)
{
	size_t n = strlen(s);

	return (size_t)(in->end - in->p) >= n && !memcmp(in->p, s, n);
}

static void skip(struct in *in)
{
	for (;;) {
		while (in->p < in->end && (*in->p == ' ' || *in->p == ','))
			in->p++;
		if (!at(in, "/*"))
			return;
		while (in->p < in->end && !at(in, "*/"))
			in->p++;
		in->p = MIN(in->p + 2, in->end);
	}
}

/* Bytes as text where they are UTF-8, else in base64. */
static json_t *bytes(const u8 *b, size_t n, bool cut)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	json_t *text = memchr(b, 0, n) ? NULL : json_stringn((const char *)b, n), *o;
	char *s, *q;

	if (text && !cut)
		return text;
	o = json_object();
	if (text) {
		json_object_set_new(o, "text", text);
	} else {
		s = q = malloc(n / 3 * 4 + 5);
		if (!s)
			return o;
		for (size_t i = 0; i < n; i += 3) {
			u32 v = (u32)b[i] << 16 | (i + 1 < n ? (u32)b[i + 1] << 8 : 0) |
				(i + 2 < n ? b[i + 2] : 0);

			*q++ = digits[v >> 18];
			*q++ = digits[v >> 12 & 63];
			*q++ = i + 1 < n ? digits[v >> 6 & 63] : '=';
			*q++ = i + 2 < n ? digits[v & 63] : '=';
		}
		json_object_set_new(o, "base64", json_stringn(s, (size_t)(q - s)));
		free(s);
	}
	if (cut)
		json_object_set_new(o, "truncated", json_true());
	return o;
}

/* "..." with escapes, and the dots behind it when it was cut. */
static json_t *string(struct in *in)
{
	u8 *b = malloc((size_t)(in->end - in->p) + 1);
	size_t n = 0;
	json_t *v;
	bool cut;

	if (!b)
		return json_null();
	for (in->p++; in->p < in->end && *in->p != '"'; in->p++) {
		static const char from[] = "nrtfvab", to[] = "\n\r\t\f\v\a\b";
		const char *e;

		if (*in->p != '\\') {
			b[n++] = (u8)*in->p;
			continue;
		}
		in->p++;
		e = *in->p ? strchr(from, *in->p) : NULL;
		if (e) {
			b[n++] = (u8)to[e - from];
		} else if (*in->p == 'x') {
			unsigned x = 0;

			sscanf(in->p + 1, "%2x", &x);
			b[n++] = (u8)x;
			in->p += 2;
		} else if (*in->p >= '0' && *in->p <= '7') {
			unsigned x = 0, k = 0;

			while (k < 3 && *in->p >= '0' && *in->p <= '7') {
				x = x * 8 + (unsigned)(*in->p++ - '0');
				k++;
			}
			in->p--;
			b[n++] = (u8)x;
		} else {
			b[n++] = (u8)*in->p;
		}
	}
	if (in->p < in->end)
		in->p++;
	cut = at(in, "...");
	if (cut)
		in->p += 3;
	v = bytes(b, n, cut);
	free(b);
	return v;
}

static json_t *number(const char *s, size_t n)
{
	char buf[64], *end;
	long long v;

	if (!n || n >= sizeof(buf))
		return NULL;
	memcpy(buf, s, n);
	buf[n] = 0;
	if (!isdigit((u8)buf[0]) && !(buf[0] == '-' && isdigit((u8)buf[1])))
		return NULL;
	errno = 0;
	v = strtoll(buf, &end, 0);
	if (errno) /* beyond 63 bits: kept as it was written */
		return json_stringn(s, n);
	if (*end == '*') { /* 8192*1024 */
		long long f = strtoll(end + 1, &end, 10);

		v *= f;
	}
	if (*end)
		return NULL;
	if (buf[0] == '0' && buf[1] == 'x') /* an address or a mask: kept as it is written */
		return json_stringn(s, n);
	return json_integer(v);
}

/* A flag set between its marks: a list of names, and numbers for bits without one. */
static json_t *flags(struct in *in)
{
	const char *end = memchr(in->p, MARK_END, (size_t)(in->end - in->p));
	json_t *list = json_array();

	in->p++;
	if (!end)
		end = in->end;
	while (in->p < end) {
		const char *from = in->p;

		while (in->p < end && *in->p != '|' && *in->p != ' ')
			in->p++;
		if (in->p - from != 1 || *from != '0')
			json_array_append_new(list, json_stringn(from, (size_t)(in->p - from)));
		if (in->p < end && *in->p == ' ') /* a comment: "0x40 / * O_??? * /" */
			in->p = end;
		else if (in->p < end)
			in->p++;
	}
	in->p = MIN(end + 1, in->end);
	/* more of it: O_RDWR|{flags} */
	return list;
}

static void extend(json_t *list, json_t *v)
{
	if (json_is_array(v)) {
		json_array_extend(list, v);
		json_decref(v);
	} else {
		json_array_append_new(list, v);
	}
}

static size_t key_length(const struct in *in)
{
	const char *p = in->p;

	while (p < in->end && (isalnum((u8)*p) || *p == '_' || *p == '.'))
		p++;
	return p > in->p && p < in->end && *p == '=' && p[1] != '=' ? (size_t)(p - in->p) : 0;
}

/* {a=1, b=...}; what is no struct ({WIFEXITED(s) && ...}) becomes a string. */
static json_t *object(struct in *in)
{
	struct in look = {in->p + 1, in->end, 0};
	json_t *o, *v;

	skip(&look);
	if (!key_length(&look) && !at(&look, "...") && !at(&look, "}")) {
		const char *from = ++in->p;

		while (in->p < in->end && *in->p != '}')
			in->p++;
		v = json_stringn(from, (size_t)(in->p - from));
		in->p = MIN(in->p + 1, in->end);
		return v ? v : json_null();
	}
	o = json_object();
	in->p++;
	for (;;) {
		size_t n;
		char key[64];

		skip(in);
		if (in->p >= in->end || *in->p == '}')
			break;
		if (at(in, "...")) {
			json_object_set_new(o, "...", json_true());
			in->p += 3;
			continue;
		}
		n = key_length(in);
		if (!n || n >= sizeof(key)) {
			v = value(in);
			json_object_set_new(o, "?", v);
			continue;
		}
		memcpy(key, in->p, n);
		key[n] = 0;
		in->p += n + 1;
		json_object_set_new(o, key, value(in));
	}
	in->p = MIN(in->p + 1, in->end);
	return o;
}

static json_t *array(struct in *in)
{
	json_t *a = json_array();

	for (in->p++;;) {
		skip(in);
		if (in->p >= in->end || *in->p == ']')
			break;
		if (at(in, "...")) {
			json_array_append_new(a, json_string("..."));
			in->p += 3;
			continue;
		}
		json_array_append_new(a, value(in));
	}
	in->p = MIN(in->p + 1, in->end);
	return a;
}

/* htons(80), inet_addr("127.0.0.1"), makedev(0x1, 0x3) */
static json_t *function(struct in *in, const char *name, size_t n)
{
	json_t *args = json_array(), *o;

	for (in->p++;;) {
		skip(in);
		if (in->p >= in->end || *in->p == ')')
			break;
		json_array_append_new(args, value(in));
	}
	in->p = MIN(in->p + 1, in->end);
	if (json_array_size(args) == 1 &&
	    ((n == 5 && !memcmp(name, "hton", 4)) || (n == 9 && !memcmp(name, "inet_addr", 9)))) {
		o = json_incref(json_array_get(args, 0));
		json_decref(args);
		return o;
	}
	o = json_object();
	json_object_set_new(o, "function", json_stringn(name, n));
	json_object_set_new(o, "args", args);
	return o;
}

static json_t *word(struct in *in)
{
	const char *from = in->p;
	json_t *v;
	size_t n;

	while (in->p < in->end && !strchr(" ,]})(\"{[\1\2\3<|", *in->p))
		in->p++;
	n = (size_t)(in->p - from);
	if (!n) { /* nothing that is known: one byte of it, so as to get on */
		in->p++;
		return json_stringn(from, 1);
	}
	if (in->p < in->end && *in->p == '(' && (isalpha((u8)*from) || *from == '_'))
		return function(in, from, n);
	if (n == 4 && !memcmp(from, "NULL", 4))
		return json_null();
	v = number(from, n);
	if (v && in->p < in->end && *in->p == '<') { /* 3</etc/passwd> */
		json_t *o = json_object();
		const char *p = ++in->p, *end = p;

		for (int depth = 1; end < in->end; end++) {
			depth += *end == '<';
			depth -= *end == '>' && (end == p || end[-1] != '-');
			if (!depth)
				break;
		}
		json_object_set_new(o, "value", v);
		json_object_set_new(o, "is", json_stringn(p, (size_t)(end - p)));
		in->p = MIN(end + 1, in->end);
		return o;
	}
	if (!v)
		v = json_stringn(from, n);
	return v ? v : json_null();
}

/* Before and after: [128 => 16], {flags=0} => {parent_tid=[7]} */
static json_t *changed(struct in *in, json_t *before)
{
	json_t *o = json_object();

	in->p += 4;
	json_object_set_new(o, "in", before);
	json_object_set_new(o, "out", value(in));
	return o;
}

static json_t *value(struct in *in)
{
	json_t *v, *list;

	skip(in);
	if (in->p >= in->end || ++in->depth > 64) {
		in->p = in->end;
		return json_null();
	}
	switch (*in->p) {
	case '"':
		v = string(in);
		break;
	case '{':
		v = object(in);
		break;
	case '[':
		v = array(in);
		break;
	case '~':
		in->p++;
		v = json_object();
		json_object_set_new(v, "not", value(in));
		break;
	case MARK_FLAGS:
		v = flags(in);
		break;
	default:
		v = word(in);
		break;
	}
	if (in->p < in->end && *in->p == '|') { /* constants joined by hand */
		list = json_array();
		extend(list, v);
		while (in->p < in->end && *in->p == '|') {
			in->p++;
			extend(list, value(in));
		}
		v = list;
	}
	if (at(in, " => "))
		v = changed(in, v);
	in->depth--;
	return v;
}

/* ---- Events ---- */

static json_t *event(const struct tline *t, const char *what, int pid)
{
	json_t *o = json_object();

	json_object_set_new(o, "v", json_integer(SCHEMA_VERSION));
	json_object_set_new(o, "event", json_string(what));
	json_object_set_new(o, "pid", json_integer(t->process ? t->process : host(SYS_getpid)));
	json_object_set_new(o, "tid", json_integer(pid));
	return o;
}

static void stamp(json_t *o, u64 ns)
{
	json_object_set_new(o, "ts", json_real((double)(ns / 1000) / 1e6));
}

/* A piece of the line without the marks in it and the comma behind it. */
static json_t *plain(const char *from, const char *end)
{
	static _Thread_local char *buf;
	size_t n = 0;

	trace_memory(&buf, TRACE_LINE_MAX);
	for (; from < end && n < TRACE_LINE_MAX; from++)
		if (*from != MARK_FLAGS && *from != MARK_END)
			buf[n++] = *from;
	while (n && (buf[n - 1] == ' ' || buf[n - 1] == ','))
		n--;
	return json_stringn(buf, n);
}

/* For --perfetto and --html: times of a clock that nobody sets, and text as strace shows it. */
static json_t *view(json_t *o, u64 at, u64 dur)
{
	json_t *v = json_object();

	json_object_set_new(v, "ns", json_integer((json_int_t)(at - topt.view_start)));
	json_object_set_new(v, "dur", json_integer((json_int_t)dur));
	json_object_set_new(o, "view", v);
	return v;
}

static bool has_views(void)
{
	return topt.perfetto || topt.html;
}

static void finish(struct tline *t, json_t *o)
{
	size_t n;

	t->len = 0;
	t->limit = TRACE_LINE_MAX - 1;
	line_end(t, t->limit);
	n = json_dumpb(o, t->buf, t->limit, JSON_COMPACT | JSON_PRESERVE_ORDER);
	if (n > t->limit && json_object_get(json_object_get(o, "view"), "text")) {
		json_object_del(json_object_get(o, "view"), "text");
		n = json_dumpb(o, t->buf, t->limit, JSON_COMPACT | JSON_PRESERVE_ORDER);
	}
	if (n > t->limit) { /* too large for a line: without its arguments */
		json_object_set_new(o, "args", json_array());
		json_object_set_new(o, "overflow", json_true());
		n = json_dumpb(o, t->buf, t->limit, JSON_COMPACT | JSON_PRESERVE_ORDER);
	}
	t->len = MIN(n, t->limit);
	json_decref(o);
	out_line(t);
}

static const char *arg_name(const struct tline *t, u32 i)
{
	const struct syscall_desc *d = t->call.row ? t->call.row->desc : NULL;

	return d && i < d->nargs && t->nargs <= d->nargs ? d->arg[i].name : NULL;
}

static json_t *arguments(struct tline *t)
{
	json_t *list = json_array();
	const char *p = t->len ? memchr(t->buf, MARK_ARG, t->len) : NULL, *end = t->buf + t->len;

	while (p && p < end) {
		u32 i = (u32)(u8)p[1] - '0';
		const char *next = memchr(p + 2, MARK_ARG, (size_t)(end - p - 2));
		struct in in = {p + 2, next ? next : end, 0};
		json_t *o = json_object(), *v;
		const char *name = arg_name(t, i);

		if (name)
			json_object_set_new(o, "name", json_string(name));
		v = value(&in);
		skip(&in);
		if (in.p < in.end &&
		    *in.p != MARK_ARG) { /* clone's "child_stack=NULL, flags=..." */
			struct in again = {p + 2, next ? next : end, 0};
			char buf[4096];
			int n = snprintf(buf, sizeof(buf), "{%.*s}", (int)(again.end - again.p),
					 again.p);

			if (key_length(&again) && n > 0 && (size_t)n < sizeof(buf)) {
				json_decref(v);
				again.p = buf;
				again.end = buf + n;
				v = object(&again);
			}
		}
		json_object_set_new(o, "value", v);
		json_array_append_new(list, o);
		p = next;
	}
	return list;
}

static void result(struct tline *t, json_t *o)
{
	if ((u64)t->ret >= (u64)-4095L) {
		const char *name = trace_errno_name((int)-t->ret);

		json_object_set_new(o, "ret", json_integer(-1));
		json_object_set_new(o, "errno", name ? json_string(name) : json_integer(-t->ret));
		json_object_set_new(o, "error", json_string(trace_errno_text((int)-t->ret)));
		return;
	}
	if (trace_is_result_hex(t) || (t->ret < 0 && !t->compat)) {
		char buf[32];

		snprintf(buf, sizeof(buf), "0x%llx",
			 t->compat ? (u32)t->ret : (unsigned long long)t->ret);
		json_object_set_new(o, "ret", json_string(buf));
		return;
	}
	json_object_set_new(o, "ret", json_integer(t->compat ? (s32)t->ret : t->ret));
}

/* Descriptors inside of arguments: {"fd": 3} of poll, what a message brought. */
static void inner_fds(const json_t *value, const char *key, json_t *list)
{
	const json_t *item;
	const char *name;
	size_t i;

	json_array_foreach(value, i, item) inner_fds(item, key, list);
	json_object_foreach((json_t *)value, name, item)
	{
		if (!strcmp(name, key))
			extend(list, json_incref((json_t *)item));
		else
			inner_fds(item, key, list);
	}
}

/* The descriptors that a call uses, and those that it made. */
static void view_fds(const struct tline *t, const json_t *args, json_t *v)
{
	bool done = t->exiting && (u64)t->ret < (u64)-4095L;
	json_t *uses = json_array(), *makes = json_array();

	for (u32 i = 0; i < t->nargs; i++) {
		const json_t *value = json_object_get(json_array_get(args, i), "value");

		if ((t->kind[i] == K_FD || t->kind[i] == K_DIRFD) && (s32)t->arg[i] >= 0)
			json_array_append_new(uses, json_integer((s32)t->arg[i]));
		else if (t->kind[i] == K_POLLFDS_INOUT)
			inner_fds(value, "fd", uses);
		else if (t->kind[i] == K_FDPAIR_OUT && done)
			inner_fds(value, "fd", makes), json_array_extend(makes, (json_t *)value);
		else if ((t->kind[i] == K_MSGHDR_OUT || t->kind[i] == K_MMSGHDR_OUT) && done)
			inner_fds(value, "cmsg_data", makes);
	}
	if (done && trace_makes_fd(t))
		json_array_append_new(makes, json_integer(t->ret));
	json_object_set_new(v, "uses", uses);
	json_object_set_new(v, "makes", makes);
}

/* What the views need beside the event. text_end: of the arguments in t->buf. */
static void view_call(struct tline *t, json_t *o, size_t text_end)
{
	u64 now = now_ns(CLOCK_MONOTONIC);
	json_t *v = view(o, t->begin, now > t->begin ? now - t->begin : 0), *text = json_array();
	const char *p = text_end ? memchr(t->buf, MARK_ARG, text_end) : NULL;
	const char *end = t->buf + text_end;

	while (p && p < end) {
		const char *next = memchr(p + 2, MARK_ARG, (size_t)(end - p - 2));

		json_array_append_new(text, plain(p + 2, next ? next : end));
		p = next;
	}
	json_object_set_new(v, "text", text);
	view_fds(t, json_object_get(o, "args"), v);
}

void json_call(struct tline *t, u64 duration)
{
	static const char *const gates[] = {[GATE_SYSCALL] = "syscall",
					    [GATE_SYSENTER] = "sysenter",
					    [GATE_INT80] = "int80",
					    [GATE_SYSCALL32] = "syscall"};
	json_t *o = event(t, "call", t->call.pid), *raw = json_array();
	size_t text_end = t->len;

	stamp(o, t->wall);
	json_object_set_new(o, "name", *t->name ? json_string(t->name) : json_null());
	json_object_set_new(o, "nr", json_integer(t->call.nr));
	json_object_set_new(o, "abi", json_string(t->compat ? "i386" : "x86_64"));
	json_object_set_new(o, "gate", json_string(gates[t->call.gate]));
	json_object_set_new(o, "args", arguments(t));
	for (u32 i = 0; i < t->nargs; i++) {
		char buf[32];

		snprintf(buf, sizeof(buf), "0x%llx", (unsigned long long)t->arg[i]);
		json_array_append_new(raw, json_string(buf));
	}
	json_object_set_new(o, "raw", raw);
	if (t->exiting) {
		size_t mark = t->len;

		result(t, o);
		trace_ret_suffix(t); /* " (Timeout)", " (in [3])" */
		if (t->len > mark + 3)
			json_object_set_new(o, "note",
					    plain(t->buf + mark + 2, t->buf + t->len - 1));
		json_object_set_new(o, "duration", json_real((double)duration / 1e9));
	} else {
		json_object_set_new(o, "ret", json_null());
	}
	if (t->injected & (INJ_RET | INJ_ARGS | INJ_DELAY))
		json_object_set_new(o, "injected", json_true());
	if (has_views())
		view_call(t, o, text_end);
	finish(t, o);
}

/* The call of another task; done: it has returned 0. */
static void call_of(struct tline *t, const struct trace_task *task, bool readable, bool done)
{
	u64 args[SYSCALL_MAX_ARGS];
	struct trace_call call = {.pid = (int)task->tid,
				  .abi = (enum abi)task->abi,
				  .gate = (enum gate)task->gate,
				  .nr = task->nr,
				  .row = readable ? task->row : NULL,
				  .args = args};
	const struct syscall_desc *desc = task->row ? task->row->desc : NULL;

	memcpy(args, task->args, sizeof(args));
	t->len = 0;
	t->limit = TRACE_LINE_MAX - 1024;
	t->injected = 0;
	t->begin = task->begin;
	t->wall = task->wall;
	trace_setup_call(t, &call);
	if (!readable) { /* numbers alone */
		t->raw = true;
		t->call.row = task->row;
		t->name = task->name;
		t->nargs = desc ? desc->nargs : SYSCALL_MAX_ARGS;
	}
	trace_print_args(t);
	t->exiting = done;
	t->ret = 0;
	json_call(t, now_ns(CLOCK_MONOTONIC) - t->begin);
}

void json_dead_call(struct tline *t, const struct trace_task *task, bool readable)
{
	call_of(t, task, readable, false);
}

void json_exec_call(struct tline *t, const struct trace_task *task)
{
	call_of(t, task, true, true);
}

void json_signal(struct tline *t, int pid, const char *what, const siginfo_t *info)
{
	json_t *o = event(t, what, pid);
	struct in in;

	stamp(o, now_ns(CLOCK_REALTIME));
	t->len = 0;
	put_signal(t, info->si_signo);
	json_object_set_new(o, "signal", json_stringn(t->buf, t->len));
	t->len = 0;
	put_siginfo(t, info);
	in = (struct in){t->buf, t->buf + t->len, 0};
	json_object_set_new(o, "siginfo", value(&in));
	if (has_views()) {
		json_t *text = json_array();

		json_array_append_new(text, plain(t->buf, t->buf + t->len));
		json_object_set_new(view(o, now_ns(CLOCK_MONOTONIC), 0), "text", text);
	}
	finish(t, o);
}

void json_exit(struct tline *t, int pid, const char *what, int v, bool core)
{
	json_t *o = event(t, what, pid);

	stamp(o, now_ns(CLOCK_REALTIME));
	if (has_views())
		view(o, now_ns(CLOCK_MONOTONIC), 0);
	if (!strcmp(what, "exited")) {
		json_object_set_new(o, "status", json_integer(v));
	} else if (!strcmp(what, "superseded")) {
		json_object_set_new(o, "by", json_integer(v));
	} else {
		t->len = 0;
		put_signal(t, v);
		json_object_set_new(o, "signal", json_stringn(t->buf, t->len));
		if (!strcmp(what, "killed"))
			json_object_set_new(o, "core", json_boolean(core));
	}
	finish(t, o);
}

void json_stat(FILE *out, enum abi abi, const char *name, const struct call_stat *s)
{
	json_t *o = json_object();

	json_object_set_new(o, "v", json_integer(SCHEMA_VERSION));
	json_object_set_new(o, "event", json_string("summary"));
	json_object_set_new(o, "abi", json_string(abi == ABI_32 ? "i386" : "x86_64"));
	json_object_set_new(o, "name", json_string(name));
	json_object_set_new(o, "calls", json_integer((json_int_t)s->calls));
	json_object_set_new(o, "errors", json_integer((json_int_t)s->errors));
	json_object_set_new(o, "time", json_real((double)s->time / 1e9));
	json_object_set_new(o, "min", json_real((double)s->min / 1e9));
	json_object_set_new(o, "max", json_real((double)s->max / 1e9));
	json_dumpf(o, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
	fputc('\n', out);
	json_decref(o);
}
