/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lanes as one page that needs nothing else: no network, no script. */
#include <stdlib.h>
#include <string.h>

#include "cli/paths.h"
#include "host/host.h"

static FILE *f;

static const char css[] =
	":root{--bg:#fbfbf9;--fg:#1d2228;--dim:#5d6670;--line:#d8d9d4;--card:#fff;--user:#eef5ea;"
	"--cpu:#fdf3dd;--kernel:#e9eefa;--bad:#b3261e;--l0:#2f6fbd;--l1:#a8570f;--l2:#2b7d4f;"
	"--l3:#7a4fb5;--l4:#a23667;--l5:#4d6b7a;--l6:#7c6a12}\n"
	"@media(prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e4e7ea;--dim:#9aa4ae;"
	"--line:#343a41;--card:#1d2126;--user:#1a261b;--cpu:#2b2516;--kernel:#1a2233;--bad:#ff8a80;"
	"--l0:#6fb0ff;--l1:#f0a35a;--l2:#69c990;--l3:#b995f0;--l4:#f08ab4;--l5:#9bbccb;"
	"--l6:#d3bf5c}}\n"
	"*,*::before,*::after{box-sizing:border-box}\n"
	"body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.45 system-ui,sans-serif}\n"
	"main{max-width:1500px;margin:0 auto;padding:1.5rem 1.2rem 4rem}\n"
	"h1{font-size:1.7rem;margin:.2rem 0}h2{font-size:1.25rem;margin:2.2rem 0 .4rem}\n"
	"p{max-width:70ch;margin:.5rem 0}code,.m{font-family:ui-monospace,'DejaVu Sans "
	"Mono',monospace;font-size:.86em}\n"
	".dim{color:var(--dim)}\n"
	".wide{overflow-x:auto}\n"
	"table{border-collapse:collapse;width:100%;margin:.6rem 0;background:var(--card)}\n"
	"th,td{border:1px solid var(--line);padding:.35rem .55rem;text-align:left;"
	"vertical-align:top;white-space:nowrap}\n"
	"thead th{background:var(--kernel)}\n"
	".key{display:flex;gap:1.2rem;flex-wrap:wrap;margin:.6rem 0}\n"
	".key span::before{content:'';display:inline-block;width:1em;height:1em;margin-right:.4em;"
	"vertical-align:-.15em;border:1px solid var(--line);background:var(--c)}\n"
	".lanes{display:grid;border:1px solid "
	"var(--line);margin-top:.8rem;background:var(--card)}\n"
	".lanes>div{padding:.4rem .7rem .45rem 1.7rem;position:relative;min-width:0;"
	"overflow-wrap:anywhere}\n"
	".lanes>.label{padding:.4rem .8rem;border-right:1px solid var(--line)}\n"
	".label b{display:block}.label small{color:var(--dim);line-height:1.3;display:block}\n"
	".lanes>.head{position:sticky;top:0;z-index:2;background:var(--card);font-weight:600;"
	"border-bottom:3px solid var(--c);color:var(--c)}\n"
	".lanes>.phase{grid-column:1/-1;padding:.5rem .8rem;font-weight:700;"
	"border-top:2px solid var(--line);background:var(--p)}\n"
	".phase .dim{font-weight:400;margin-left:.6em}\n"
	".lanes>.ring{border-top:4px double var(--bad)}\n"
	".cell{background:color-mix(in srgb,var(--p) 55%,transparent)}\n"
	".label{background:color-mix(in srgb,var(--p) 30%,transparent)}\n"
	".cell::before{content:'';position:absolute;left:.75rem;top:0;bottom:0;width:3px;"
	"margin-left:-1.5px;background:var(--c)}\n"
	".cell.step::after{content:'';position:absolute;left:.75rem;top:.72rem;width:11px;"
	"height:11px;margin-left:-5.5px;border-radius:50%;background:var(--c)}\n"
	".cell.none::after{background:var(--card);border:2px solid var(--c)}\n"
	".cell.first::before{top:.9rem}.cell.last::before{bottom:auto;height:.9rem}\n"
	".cell b{font-weight:600}.cell .s{display:block;color:var(--dim);font-size:.86em}\n"
	".cell .m b{color:var(--fg)}.cell.none span{color:var(--dim);font-style:italic}\n"
	".regs{display:grid;grid-template-columns:auto 1fr;gap:0 .7em}\n"
	".alarm{color:var(--bad);font-weight:600}\n";

static void text(const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '<':
			fputs("&lt;", f);
			break;
		case '>':
			fputs("&gt;", f);
			break;
		case '&':
			fputs("&amp;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		default:
			/* XML and HTML have no other control characters */
			fputc((unsigned char)*s < ' ' && *s != '\n' ? ' ' : *s, f);
		}
	}
}

static void element(const char *open, const char *s, const char *close)
{
	fputs(open, f);
	text(s);
	fputs(close, f);
}

static const char *get(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* ---- The overview ---- */

static void ns_cell(const json_t *lane, const char *side)
{
	const json_t *ns = json_object_get(json_object_get(lane, "ns"), side);

	if (json_is_real(ns))
		fprintf(f, "<td>%.0f</td>", json_real_value(ns));
	else
		fputs("<td class=\"dim\">-</td>", f);
}

static void overview_row(const json_t *lane)
{
	const json_t *insn = json_object_get(lane, "instruction");
	const json_t *entry = json_object_get(lane, "entry"), *v;

	element("<tr><th scope=\"row\">", get(lane, "title"), "</th>");
	if (json_object_get(lane, "absent")) {
		element("<td colspan=\"9\">", get(lane, "absent"), "</td></tr>\n");
		return;
	}
	element("<td class=\"m\">", get(insn, "bytes"), "</td>");
	element("<td class=\"m\">", get(entry, "symbol"), "</td>");
	element("<td class=\"m\">", get(entry, "from"), "</td>");
	element("<td class=\"m\">", get(lane, "table"), "");
	fprintf(f, "[%lld]</td>", (long long)json_integer_value(json_object_get(lane, "number")));
	element("<td class=\"m\">", get(lane, "handler"), "</td>");
	v = json_object_get(lane, "result");
	if (json_is_integer(v))
		fprintf(f, "<td class=\"m\">%lld</td>", (long long)json_integer_value(v));
	else
		element("<td>", get(lane, "ended"), "</td>");
	element("<td class=\"m\">", get(lane, "exit"), "</td>");
	ns_cell(lane, "trapgate");
	ns_cell(lane, "native");
	fputs("</tr>\n", f);
}

static void overview(const json_t *lanes)
{
	json_t *lane;
	size_t i;

	fputs("<h2>At a glance</h2>\n<div class=\"wide\"><table><thead><tr><th>way in</th>"
	      "<th>bytes</th><th>the kernel begins at</th><th>found in</th><th>row of the "
	      "table</th>"
	      "<th>handler</th><th>result</th><th>way out</th><th>ns, trapgate</th>"
	      "<th>ns, native</th></tr></thead><tbody>\n",
	      f);
	json_array_foreach(lanes, i, lane) overview_row(lane);
	fputs("</tbody></table></div>\n", f);
}

/* ---- Lanes ---- */

static void registers(const json_t *regs)
{
	const char *name;
	json_t *value;

	fputs("<div class=\"regs m\">", f);
	json_object_foreach((json_t *)regs, name, value)
	{
		element("<span>", name, "</span>");
		element("<span>", json_string_value(value), "</span>");
	}
	fputs("</div>", f);
}

static void one_step(const json_t *step)
{
	json_t *lines = paths_step_lines(step), *line;
	bool regs = strcmp(get(step, "step"), "pt-regs") == 0;
	bool code = json_object_get(step, "set") || strcmp(get(step, "step"), "instruction") == 0;
	size_t i;

	json_array_foreach(lines, i, line)
	{
		const char *s = json_string_value(line);

		if (regs && i)
			break;
		if (!i && code)
			element("<span class=\"m\"><b>", s, "</b></span>");
		else if (!i)
			element("<span>", s, "</span>");
		else
			element("<span class=\"s\">", s + strspn(s, " "), "</span>");
	}
	if (regs)
		registers(json_object_get(step, "regs"));
	json_decref(lines);
}

static void cell(const json_t *lane, int colour, const char *tint, const char *phase,
		 const char *stage, const char *more)
{
	json_t *step;
	size_t i;
	bool any = false, none = false;

	json_array_foreach(json_object_get(lane, "steps"), i,
			   step) if (strcmp(get(step, "phase"), phase) == 0 &&
				     strcmp(get(step, "step"), stage) == 0)
	{
		any = true;
		none = none || strncmp(get(step, "note"), "not saved", 9) == 0;
	}
	fprintf(f, "<div class=\"cell%s%s%s\" style=\"--c:var(--l%d);--p:var(--%s)\">",
		any ? " step" : "", none ? " none" : "", more, colour, tint);
	json_array_foreach(json_object_get(lane, "steps"), i,
			   step) if (strcmp(get(step, "phase"), phase) == 0 &&
				     strcmp(get(step, "step"), stage) == 0) one_step(step);
	fputs("</div>\n", f);
}

static bool any_lane_has(const json_t *const *lanes, int n, const char *phase, const char *stage)
{
	json_t *step;
	size_t k;

	for (int i = 0; i < n; i++)
		json_array_foreach(json_object_get(lanes[i], "steps"), k,
				   step) if (strcmp(get(step, "phase"), phase) == 0 &&
					     strcmp(get(step, "step"), stage) == 0) return true;
	return false;
}

static void phase_head(const char *phase, const char *colour, const char *more)
{
	const struct paths_word *w = paths_phase(phase);

	fprintf(f, "<div class=\"phase%s\" style=\"--p:var(--%s)\">", more, colour);
	text(w->label);
	element("<span class=\"dim\">", w->text, "</span></div>\n");
}

static void stage_row(const json_t *const *lanes, int n, const char *phase, const char *colour,
		      const struct paths_word *w, const char *more)
{
	if (!any_lane_has(lanes, n, phase, w->name))
		return;
	fprintf(f, "<div class=\"label\" style=\"--p:var(--%s)\"><b>", colour);
	text(w->label);
	element("</b><small>", w->text, "</small></div>\n");
	for (int i = 0; i < n; i++)
		cell(lanes[i], i, colour, phase, w->name, more);
}

static void changed_row(const json_t *const *lanes, int n)
{
	const char *name;
	json_t *v;

	fputs("<div class=\"label\" style=\"--p:var(--user)\"><b>registers changed</b><small>As "
	      "the "
	      "program finds them. All others are as they were.</small></div>\n",
	      f);
	for (int i = 0; i < n; i++) {
		fprintf(f,
			"<div class=\"cell step last\" style=\"--c:var(--l%d);--p:var(--user)\">",
			i);
		json_object_foreach(json_object_get(lanes[i], "changed"), name, v)
		{
			element("<span class=\"m\"><b>", name, "</b> ");
			text(json_string_value(json_array_get(v, 0)));
			element(" \u2192 ", json_string_value(json_array_get(v, 1)),
				"</span><br/>\n");
		}
		fprintf(f,
			"<span class=\"s\">%lld instruction%s executed in user mode; the program ",
			(long long)json_integer_value(
				json_object_get(lanes[i], "instruction_count")),
			json_integer_value(json_object_get(lanes[i], "instruction_count")) == 1
				? ""
				: "s");
		element("", get(lanes[i], "ended"), "</span>");
		if (*get(lanes[i], "output"))
			element("<span class=\"s\">It wrote: ", get(lanes[i], "output"), "</span>");
		fputs("</div>\n", f);
	}
}

static void lanes_figure(const json_t *const *lanes, int n)
{
	static const struct {
		const char *phase, *colour, *more;
		size_t from, to; /* stages */
	} order[] = {
		{"user", "user", "", 0, 1},	   {"cpu-in", "cpu", " ring", 1, 12},
		{"entry", "kernel", "", 12, 23},   {"dispatch", "kernel", "", 23, 28},
		{"exit", "kernel", "", 28, 32},	   {"cpu-out", "cpu", "", 32, 37},
		{"user", "user", " ring", 37, 39},
	};

	fprintf(f,
		"<div class=\"wide\"><div class=\"lanes\" style=\"grid-template-columns:"
		"minmax(11rem,1.1fr) repeat(%d,minmax(15rem,2fr));min-width:%drem\">\n"
		"<div class=\"head label\" style=\"--c:var(--line)\"></div>\n",
		n, 12 + 16 * n);
	for (int i = 0; i < n; i++) {
		fprintf(f, "<div class=\"head\" style=\"--c:var(--l%d)\">", i);
		element("", get(lanes[i], "title"), "</div>\n");
	}
	for (size_t p = 0; p < ARRAY_SIZE(order); p++) {
		phase_head(order[p].phase, order[p].colour, order[p].more);
		for (size_t s = order[p].from; s < order[p].to; s++)
			stage_row(lanes, n, order[p].phase, order[p].colour, paths_stage(s),
				  s == 0 ? " first" : "");
	}
	changed_row(lanes, n);
	fputs("</div></div>\n", f);
}

/* The three gates, each from the mode that it is made for; and the others. */
static int split(const json_t *all, const json_t **main_lanes, const json_t **others, int *n_others)
{
	static const char *const best[] = {"syscall-64", "sysenter-32", "syscall-32", "int80-32"};
	json_t *lane;
	size_t i;
	int n = 0;

	*n_others = 0;
	for (size_t b = 0; b < ARRAY_SIZE(best); b++)
		json_array_foreach(
			all, i, lane) if (n < 3 && strcmp(get(lane, "way"), best[b]) == 0 &&
					  !json_object_get(lane, "absent")) main_lanes[n++] = lane;
	json_array_foreach(all, i, lane)
	{
		bool used = json_object_get(lane, "absent") != NULL;

		for (int k = 0; k < n; k++)
			used = used || main_lanes[k] == lane;
		if (!used && *n_others < 16)
			others[(*n_others)++] = lane;
	}
	return n;
}

static void introduction(const json_t *doc)
{
	const json_t *call = json_object_get(doc, "call");
	json_t *arg;
	size_t i;

	element("<h1>The ways into the kernel: <code>", get(call, "name"), "");
	json_array_foreach(json_object_get(call, "args"), i, arg)
		element(" ", json_string_value(arg), "");
	fputs("</code></h1>\n", f);
	fputs("<p>A program asks the kernel for something by a <em>system call</em>. x86-64 has "
	      "three "
	      "instructions for that, three gates, and each takes a way of its own: what the CPU "
	      "saves, which "
	      "stack the kernel starts on, which table the number is looked up in, and which "
	      "instruction leads "
	      "back. Below, the same call was really made through each of them",
	      f);
	fprintf(f,
		" by trapgate on an emulated %s CPU, and each step was written down as it was "
		"done. Read a lane from top to bottom to follow one way; read a row from left to "
		"right to see how the gates do the same job.</p>\n",
		strcmp(get(doc, "cpu"), "amd") == 0 ? "AMD" : "Intel");
	fputs("<div class=\"key\"><span style=\"--c:var(--user)\">user mode (ring 3)</span>"
	      "<span style=\"--c:var(--cpu)\">the CPU itself, between the rings</span>"
	      "<span style=\"--c:var(--kernel)\">the kernel (ring 0)</span></div>\n",
	      f);
}

void paths_html(const json_t *doc, FILE *out)
{
	const json_t *all = json_object_get(doc, "lanes"), *three[16], *others[16];
	int n, n_others;

	f = out;
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n",
	      f);
	element("<title>", get(json_object_get(doc, "call"), "name"),
		": the ways into the kernel</title>\n");
	fprintf(f, "<style>\n%s</style>\n", css);
	fputs("</head><body><main>\n", f);
	introduction(doc);
	overview(all);
	n = split(all, three, others, &n_others);
	if (n) {
		fputs("<h2>The gates, each from the mode that it is made for</h2>\n", f);
		lanes_figure(three, n);
	}
	if (n_others) {
		fputs("<h2>The other combinations</h2>\n<p>The same gates from other modes: from "
		      "64-bit code, and from a 64-bit program that has jumped into 32-bit code "
		      "(compatibility mode).</p>\n",
		      f);
		lanes_figure(others, n_others);
	}
	fputs("<p class=\"dim\">Addresses of kernel code are symbolic (<code>trapgate msrs</code> "
	      "lists them). Nanoseconds are for a round of a loop that loads the registers and "
	      "makes the call. Made by <code>trapgate paths</code>, ",
	      f);
	element("", get(doc, "engine"), ".</p>\n</main></body></html>\n");
}
