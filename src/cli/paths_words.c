/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reader is told about phases and stages, and how a step reads. */
#include <stdlib.h>
#include <string.h>

#include "cli/paths.h"
#include "host/host.h"

static const struct paths_word stages[] = {
	{"instruction", "instruction",
	 "The program has put the number of the call and its arguments "
	 "into registers and executes this."},
	{"check", "allowed?", "The CPU finds out whether the gate is open for user mode."},
	{"stack", "stack pointer", "Which stack the CPU goes on with."},
	{"save-ss", "saves SS", "The stack segment to come back to."},
	{"save-sp", "saves RSP", "The stack pointer to come back to."},
	{"save-flags", "saves flags", "The flags to come back with."},
	{"save-cs", "saves CS", "The code segment, and so the mode, to come back to."},
	{"save-ip", "saves RIP", "Where the program goes on afterwards."},
	{"flags", "masks flags", "Which flags the kernel does not want to find set."},
	{"cs", "CS", "The kernel's code segment: ring 0."},
	{"ss", "SS", "The kernel's stack segment."},
	{"target", "jumps to", "The first instruction of the kernel, and who says where it is."},
	{"swapgs", "SWAPGS", "The kernel finds its own data through GS."},
	{"kernel-stack", "kernel stack", "The task's own kernel stack."},
	{"pt-ss", "pt_regs.ss", "struct pt_regs is built on that stack, from its last member."},
	{"pt-sp", "pt_regs.sp", ""},
	{"pt-flags", "pt_regs.flags", ""},
	{"pt-cs", "pt_regs.cs", ""},
	{"pt-ip", "pt_regs.ip", ""},
	{"pt-orig-ax", "pt_regs.orig_ax",
	 "The number of the call, kept where the result will not "
	 "overwrite it."},
	{"pt-gprs", "other registers", "-ENOSYS is the result until there is a better one."},
	{"fixup", "puts right", "What the instruction did not save is got from elsewhere."},
	{"pt-regs", "struct pt_regs", "All that the kernel knows of the program's registers."},
	{"number", "number", "Compared with the size of the table, as an unsigned number."},
	{"table", "table", "Which table: the same number is another call in the other."},
	{"args", "arguments", "Which registers of pt_regs are the arguments."},
	{"handler", "handler", "The function that does the work."},
	{"result", "result", "Written to pt_regs.ax."},
	{"work", "work left?", "Signals and the like come before the way out."},
	{"decide", "way out", "SYSRET is fast but can return to few states; IRET to all."},
	{"restore", "restores", "The registers are taken from pt_regs."},
	{"swapgs", "SWAPGS", "GS is the program's again."},
	{"ip", "RIP", "Where the program goes on."},
	{"cs", "CS", "The mode that it goes on in: ring 3."},
	{"flags", "flags", ""},
	{"stack", "RSP", ""},
	{"ss", "SS", ""},
	{"done", "back", "The instruction that ended it."},
	{"mismatch", "mismatch", "The program's registers are not as this path leaves them."},
};

static const struct paths_word phases[] = {
	{"user", "the program, ring 3", "user mode"},
	{"cpu-in", "the CPU, on the way in", "what the instruction itself does"},
	{"entry", "the kernel's entry code", "arch/x86/entry"},
	{"dispatch", "the system call", "the same for every gate but for the table"},
	{"exit", "the kernel's exit code", "arch/x86/entry"},
	{"cpu-out", "the CPU, on the way out", "what SYSRET or IRET itself does"},
};

const struct paths_word *paths_stage(size_t i)
{
	return i < ARRAY_SIZE(stages) ? &stages[i] : NULL;
}

const struct paths_word *paths_phase(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(phases); i++)
		if (strcmp(phases[i].name, name) == 0)
			return &phases[i];
	return &phases[0];
}

static const char *get(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static void add(json_t *lines, const char *before, const char *text, const char *after)
{
	if (text && *text)
		json_array_append_new(lines, json_sprintf("%s%s%s", before, text, after));
}

/* Registers of pt_regs in the order in which they lie in memory, two words each. */
static void add_regs(json_t *lines, const json_t *regs)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)regs, name, value) json_array_append_new(
		lines, json_sprintf("%-7s %s", name, json_string_value(value)));
}

json_t *paths_step_lines(const json_t *step)
{
	json_t *lines = json_array(), *arg;
	const char *name = get(step, "step"), *what = get(step, "set"), *value = get(step, "value");
	const char *before = get(step, "before"), *from = get(step, "from");
	size_t i;

	if (strcmp(name, "instruction") == 0) {
		json_array_append_new(
			lines, json_sprintf("%s  %s", get(step, "bytes"), get(step, "text")));
		add(lines, "at ", get(step, "ip"), "");
		return lines;
	}
	if (strcmp(name, "pt-regs") == 0) {
		add(lines, "at ", value, "");
		add_regs(lines, json_object_get(step, "regs"));
		return lines;
	}
	if (strcmp(name, "args") == 0) {
		json_array_foreach(json_object_get(step, "args"), i, arg)
			add(lines, "", json_string_value(arg), "");
		if (!i)
			add(lines, "", "none", "");
	}
	if (what)
		json_array_append_new(lines, json_sprintf("%s = %s", what, value ? value : ""));
	add(lines, "<", get(step, "symbol"), ">");
	add(lines, "from ", from, "");
	if (before && value && strcmp(before, value) != 0)
		add(lines, strcmp(name, "mismatch") == 0 ? "should be " : "was ", before, "");
	add(lines, what ? "  " : "", get(step, "note"), "");
	if (strcmp(name, "done") == 0)
		add(lines, "at ", get(json_object_get(step, "regs"), "ip"), "");
	return lines;
}

/* ---- Differences ---- */

/* The steps of a stage of a lane, as one text. Phase and name together: "flags" is two stages. */
static char *stage_text(const json_t *lane, const char *phase, const char *name)
{
	json_t *all = json_array(), *step;
	char *text;
	size_t i;

	json_array_foreach(json_object_get(lane, "steps"), i,
			   step) if (strcmp(get(step, "phase"), phase) == 0 &&
				     strcmp(get(step, "step"), name) == 0)
		json_array_append(all, step);
	text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(all);
	if (!text)
		fatal("out of memory");
	return text;
}

static bool same_in_all(const json_t *lanes, const char *phase, const char *name)
{
	char *first = NULL;
	bool same = true;
	json_t *lane;
	size_t i;

	json_array_foreach(lanes, i, lane)
	{
		char *text;

		if (json_object_get(lane, "absent"))
			continue;
		text = stage_text(lane, phase, name);
		if (!first) {
			first = text;
			continue;
		}
		same = same && strcmp(first, text) == 0;
		free(text);
	}
	free(first);
	return same;
}

/* Of the registers in pt_regs, those that are the same in all lanes go. */
static void drop_same_registers(const json_t *lanes)
{
	json_t *lane, *first = NULL, *drop = json_array(), *value;
	const char *name;
	size_t i, k;

	json_array_foreach(lanes, i,
			   lane) if (!first && json_is_object(json_object_get(lane, "pt_regs")))
		first = json_object_get(lane, "pt_regs");
	json_object_foreach(first, name, value)
	{
		bool same = true;

		json_array_foreach(lanes, i, lane)
		{
			json_t *regs = json_object_get(lane, "pt_regs");

			if (json_is_object(regs))
				same = same && json_equal(json_object_get(regs, name), value);
		}
		if (same)
			json_array_append_new(drop, json_string(name));
	}
	json_array_foreach(drop, k, value) json_array_foreach(lanes, i, lane)
		json_object_del(json_object_get(lane, "pt_regs"), json_string_value(value));
	json_decref(drop);
}

void paths_only_differences(json_t *doc)
{
	json_t *lanes = json_object_get(doc, "lanes"), *lane, *step, *keep;
	json_t *all = json_array();
	size_t i, k;

	/* Looked at first, while every lane is complete. */
	json_array_foreach(lanes, i, lane)
	{
		keep = json_array();
		json_array_foreach(
			json_object_get(lane, "steps"), k,
			step) if (!same_in_all(lanes, get(step, "phase"), get(step, "step")))
			json_array_append(keep, step);
		json_array_append_new(all, keep);
	}
	json_array_foreach(lanes, i, lane) json_object_set(lane, "steps", json_array_get(all, i));
	json_decref(all);
	drop_same_registers(lanes); /* the steps hold the same object */
}
