/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps as lines: text, or JSON (schema in docs/gates.md). Each line is written at once. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entry/kernel.h"
#include "entry/steps.h"
#include "host/host.h"

static void write_line(int fd, const char *text, size_t n)
{
	while (n) {
		long got = host(SYS_write, fd, HP(text), n);

		if (got <= 0)
			return;
		text += got;
		n -= (size_t)got;
	}
}

static json_t *hex(u64 v)
{
	return json_sprintf("0x%lx", v);
}

static const struct {
	const char *name;
	size_t offset;
} fields[] = {
	{"r15", offsetof(struct pt_regs, r15)},	    {"r14", offsetof(struct pt_regs, r14)},
	{"r13", offsetof(struct pt_regs, r13)},	    {"r12", offsetof(struct pt_regs, r12)},
	{"bp", offsetof(struct pt_regs, bp)},	    {"bx", offsetof(struct pt_regs, bx)},
	{"r11", offsetof(struct pt_regs, r11)},	    {"r10", offsetof(struct pt_regs, r10)},
	{"r9", offsetof(struct pt_regs, r9)},	    {"r8", offsetof(struct pt_regs, r8)},
	{"ax", offsetof(struct pt_regs, ax)},	    {"cx", offsetof(struct pt_regs, cx)},
	{"dx", offsetof(struct pt_regs, dx)},	    {"si", offsetof(struct pt_regs, si)},
	{"di", offsetof(struct pt_regs, di)},	    {"orig_ax", offsetof(struct pt_regs, orig_ax)},
	{"ip", offsetof(struct pt_regs, ip)},	    {"cs", offsetof(struct pt_regs, cs)},
	{"flags", offsetof(struct pt_regs, flags)}, {"sp", offsetof(struct pt_regs, sp)},
	{"ss", offsetof(struct pt_regs, ss)},
};

static u64 field(const struct pt_regs *r, size_t i)
{
	u64 v;

	memcpy(&v, (const u8 *)r + fields[i].offset, sizeof(v));
	return v;
}

static json_t *regs_json(const struct pt_regs *r)
{
	json_t *o = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		json_object_set_new(o, fields[i].name, hex(field(r, i)));
	return o;
}

static json_t *bytes_json(const u8 *bytes, u32 n)
{
	char text[64];

	for (u32 i = 0; i < n && i < 15; i++)
		snprintf(text + 3 * i, 4, "%02x ", bytes[i]);
	text[n ? 3 * n - 1 : 0] = 0;
	return json_string(text);
}

/* What the stages carry beside the common members. */
static void add_details(json_t *o, const struct entry_call *c, const struct entry_step *s)
{
	char text[80] = "";
	json_t *list;

	switch (s->stage) {
	case STEP_INSTRUCTION:
		cpu_disasm(c->bytes, (size_t)c->length, c->ip, c->long_mode, text, sizeof(text));
		json_object_set_new(o, "ip", hex(c->ip));
		json_object_set_new(o, "bytes", bytes_json(c->bytes, (u32)c->length));
		json_object_set_new(o, "text", json_string(text));
		json_object_set_new(o, "regs", regs_json(&c->user));
		break;
	case STEP_PT_REGS:
		json_object_set_new(o, "regs", regs_json(&c->frame));
		break;
	case STEP_TABLE:
	case STEP_HANDLER:
		json_object_set_new(o, "table", json_string(c->table));
		json_object_set_new(o, "nr", json_integer(c->nr));
		json_object_set_new(o, "name", c->name ? json_string(c->name) : json_null());
		json_object_set_new(o, "handler",
				    c->handler ? json_string(c->handler) : json_null());
		break;
	case STEP_ARGS:
		list = json_array();
		for (u32 i = 0; i < c->nargs; i++)
			json_array_append_new(list, hex(c->args[i]));
		json_object_set_new(o, "args", list);
		break;
	case STEP_RESULT:
		json_object_set_new(o, "result", json_integer(c->result));
		break;
	case STEP_DONE:
		json_object_set_new(o, "instruction", json_string(c->out));
		json_object_set_new(o, "regs", regs_json(&c->after));
		break;
	default:
		break;
	}
}

static void print_json(int fd, json_t *o)
{
	char *text = json_dumps(o, JSON_COMPACT);
	size_t n;

	json_decref(o);
	if (!text)
		fatal("out of memory");
	n = strlen(text);
	text[n] = '\n';
	write_line(fd, text, n + 1);
	free(text);
}

static void step_json(int fd, const struct entry_call *c, const struct entry_step *s)
{
	json_t *o = json_pack("{s:i,s:i,s:s,s:s,s:s,s:s}", "pid", c->pid, "call", (int)c->seq,
			      "gate", c->gate, "mode", c->mode, "phase", step_phase(s->stage),
			      "step", step_stage_name(s->stage));
	const char *symbol = s->has_value ? kernel_symbol(s->value) : NULL;

	if (s->what)
		json_object_set_new(o, "set", json_string(s->what));
	if (s->has_value)
		json_object_set_new(o, "value", hex(s->value));
	if (symbol)
		json_object_set_new(o, "symbol", json_string(symbol));
	if (s->has_before)
		json_object_set_new(o, "before", hex(s->before));
	if (s->from && *s->from)
		json_object_set_new(o, "from", json_string(s->from));
	if (s->note[0])
		json_object_set_new(o, "note", json_string(s->note));
	add_details(o, c, s);
	print_json(fd, o);
}

/* ---- Text ---- */

struct line {
	char s[1024];
	size_t n;
};

static void __attribute__((format(printf, 2, 3))) add(struct line *l, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(l->s + l->n, sizeof(l->s) - l->n, fmt, ap);
	va_end(ap);
	l->n = MIN(l->n + (size_t)MAX(n, 0), sizeof(l->s) - 2);
}

static void text_details(struct line *l, const struct entry_call *c, const struct entry_step *s)
{
	char text[80] = "";

	switch (s->stage) {
	case STEP_INSTRUCTION:
		cpu_disasm(c->bytes, (size_t)c->length, c->ip, c->long_mode, text, sizeof(text));
		add(l, "%#lx: ", c->ip);
		for (int i = 0; i < c->length; i++)
			add(l, "%02x ", c->bytes[i]);
		add(l, " %s", text);
		return;
	case STEP_PT_REGS:
		for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
			add(l, "%s%s=%#lx", i ? " " : "", fields[i].name, field(&c->frame, i));
		return;
	case STEP_ARGS:
		for (u32 i = 0; i < c->nargs; i++)
			add(l, "%s%#lx", i ? ", " : "", c->args[i]);
		add(l, "%s", c->nargs ? " <- " : "none <- ");
		break;
	case STEP_DONE:
		add(l, "%s to %#lx:%#lx", c->out, c->after.cs, c->after.ip);
		return;
	default:
		break;
	}
	add(l, "%s", s->note);
}

static void step_text(int fd, const struct entry_call *c, const struct entry_step *s)
{
	struct line l = {.n = 0};
	const char *symbol = s->has_value ? kernel_symbol(s->value) : NULL;

	add(&l, "%d #%u %-8s %-6s  %-8s %-12s  ", c->pid, c->seq, c->gate, c->mode,
	    step_phase(s->stage), step_stage_name(s->stage));
	if (s->what) {
		add(&l, "%s = %#lx", s->what, s->value);
		if (symbol)
			add(&l, " <%s>", symbol);
		if (s->from && *s->from)
			add(&l, " from %s", s->from);
		if (s->has_before && s->before != s->value)
			add(&l, ", was %#lx", s->before);
		if (s->note[0] && s->stage != STEP_PT_REGS)
			add(&l, "; ");
		else if (s->stage == STEP_PT_REGS)
			add(&l, ": ");
	}
	text_details(&l, c, s);
	l.s[l.n++] = '\n';
	write_line(fd, l.s, l.n);
}

void steps_print(const struct steps_options *opt, const struct entry_call *call,
		 const struct entry_step *step)
{
	if (opt->json)
		step_json(opt->fd, call, step);
	else
		step_text(opt->fd, call, step);
}

void steps_print_insn(const struct steps_options *opt, guest_addr ip, const u8 *bytes, u32 size,
		      bool long_mode)
{
	char text[80] = "";

	cpu_disasm(bytes, size, ip, long_mode, text, sizeof(text));
	print_json(opt->fd, json_pack("{s:i,s:s,s:o,s:o,s:s}", "pid", (int)host(SYS_gettid), "step",
				      "executed", "ip", hex(ip), "bytes", bytes_json(bytes, size),
				      "text", text));
}
