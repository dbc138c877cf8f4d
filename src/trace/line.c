/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a line about a call begins: the prefixes that options ask for, and the arguments. */
#include <string.h>
#include <time.h>

#include "host/host.h"
#include "trace/internal.h"

u32 trace_string_limit(void)
{
	return topt.string_limit;
}

bool rd(const struct tline *t, void *dst, guest_addr src, size_t n)
{
	(void)t;
	return src && topt.read_mem(dst, src, n) == 0;
}

bool rd_word(const struct tline *t, guest_addr addr, u64 *v)
{
	*v = 0;
	return rd(t, v, addr, word_size(t)); /* little-endian: the high half stays zero */
}

bool rd_long(const struct tline *t, guest_addr addr, int i, s64 *v)
{
	u64 w;

	if (!addr || !rd_word(t, addr + (u64)i * word_size(t), &w))
		return false;
	*v = t->compat ? (s32)w : (s64)w;
	return true;
}

bool rd_longs(const struct tline *t, guest_addr addr, int n, s64 *v)
{
	for (int i = 0; i < n; i++)
		if (!rd_long(t, addr, i, &v[i]))
			return false;
	return true;
}
/* ---- Prefixes ---- */

void put_frac(struct tline *t, u64 ns, int digits)
{
	u64 div = 1;

	if (digits <= 0)
		return;
	for (int i = digits; i < 9; i++)
		div *= 10;
	put_fmt(t, ".%0*llu", digits, (unsigned long long)(ns / div));
}

static void put_stamp(struct tline *t, u64 now)
{
	time_t sec = (time_t)(now / 1000000000);
	char buf[32];
	struct tm tm;

	if (topt.stamp == STAMP_UNIX) {
		put_fmt(t, "%lld", (long long)sec);
	} else {
		localtime_r(&sec, &tm);
		strftime(buf, sizeof(buf), "%T", &tm);
		put(t, buf);
	}
	put_frac(t, now % 1000000000, topt.stamp_digits);
	putch(t, ' ');
}

static void put_relative(struct tline *t, u64 now)
{
	u64 last = __atomic_exchange_n(&tsh->last_stamp, now, __ATOMIC_RELAXED), d;

	d = last ? now - last : 0;
	if (topt.stamp)
		put(t, "(+");
	put_fmt(t, "%6llu", (unsigned long long)(d / 1000000000));
	put_frac(t, d % 1000000000, topt.relative_digits);
	put(t, topt.stamp ? ") " : " ");
}

/* A task's id as the user sees it. */
int trace_shown_pid(int pid)
{
	return pidns_outer(pid, PID_TASK) ?: pid;
}

/* -n, -i */
static void put_place(struct tline *t)
{
	if (topt.number)
		put_fmt(t, "[%4u] ", t->at.nr);
	if (topt.ip && !t->at.ip)
		put(t, t->at.compat ? "[????????] " : "[????????????????] ");
	else if (topt.ip)
		put_fmt(t, t->at.compat ? "[%08llx] " : "[%016llx] ", (unsigned long long)t->at.ip);
}

/* Starts a line with the prefixes that the options ask for. */
void trace_begin_line(struct tline *t, int pid)
{
	t->len = t->start = t->room = 0;
	t->limit = TRACE_LINE_MAX - 1024;
	if (topt.json)
		return;
	pid = trace_shown_pid(pid);
	if (topt.follow && !topt.separate) {
		if (topt.pid_to_file) {
			if (topt.decode_comm) {
				put_pid_comm(t, pid);
				putch(t, ' ');
			} else {
				put_dec(t, pid);
				put(t, &"     "[MIN(t->len, 5)]); /* to the sixth column */
				putch(t, ' ');
			}
		} else if (tsh->tasks > 1) {
			put(t, "[pid ");
			for (int width = 10000; pid < width && width > 1; width /= 10)
				putch(t, ' ');
			put_pid_comm(t, pid);
			put(t, "] ");
		}
	}
	if (topt.stamp)
		put_stamp(t, now_ns(CLOCK_REALTIME));
	if (topt.relative)
		put_relative(t, now_ns(CLOCK_MONOTONIC));
	put_place(t);
}

/* start: the execve that trapgate itself made for the program; it came through no gate. */
void trace_begin_call(struct tline *t, const struct trace_call *call, bool start)
{
	static const char *const gates[] = {
		[GATE_SYSCALL] = "syscall  ",
		[GATE_SYSENTER] = "sysenter ",
		[GATE_INT80] = "int80    ",
		[GATE_SYSCALL32] = "syscall  ",
	};

	trace_begin_line(t, call->pid);
	if (topt.json)
		return;
	if (topt.gate)
		put(t, start ? "         " : gates[call->gate]);
}

/* ---- Arguments ---- */

/* Prints arguments from t->next on until one has to wait for the exit. */
void trace_print_args(struct tline *t)
{
	while (t->next < t->nargs) {
		if (!trace_print_arg(t, t->next)) {
			if (!t->first && t->kind[t->next] != K_X_CLONE2) {
				put(t, ", ");
				t->first = true;
			}
			return;
		}
		t->next++;
	}
}

static void setup_args(struct tline *t, int shape)
{
	const struct syscall_desc *desc = t->call.row ? t->call.row->desc : NULL;
	const struct special *sp = t->special;
	bool shaped = trace_shape(t, shape);
	u32 n = 0;

	if (!desc && !shaped) {
		t->nargs = sp && sp->nargs ? sp->nargs : SYSCALL_MAX_ARGS;
		for (u32 i = 0; i < SYSCALL_MAX_ARGS; i++)
			t->kind[i] = K_HEX;
		return;
	}
	if (!shaped) {
		n = t->nargs = desc->nargs;
		for (u32 i = 0; i < n; i++)
			t->kind[i] = desc->arg[i].kind;
	}
	if (!sp)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(sp->over) && sp->over[i].arg; i++)
		t->kind[sp->over[i].arg - 1] = sp->over[i].kind;
	if (sp->nargs)
		t->nargs = sp->nargs;
	if (sp->redirect)
		sp->redirect(t);
}

void trace_setup_call(struct tline *t, const struct trace_call *call)
{
	u32 nr;

	t->call = *call;
	memcpy(t->arg, call->args, sizeof(t->arg));
	t->compat = call->abi == ABI_32;
	nr = trace_set_nr(call);
	t->through_ipc = false;
	t->raw = callset_has(&tset.raw, call->abi, nr);
	t->abbrev = callset_has(&tset.abbrev, call->abi, nr);
	t->verbose = callset_has(&tset.verbose, call->abi, nr);
	t->exiting = false;
	t->first = true;
	t->next = 0;
	t->saved = 0;
	t->special = NULL;
	t->noreturn = call->row && call->row->desc && (call->row->desc->flags & SC_NORETURN);
	if (call->row && call->row->name) {
		struct named named = trace_named_row(call->row);

		t->name = call->row->name;
		t->time64 = named.time64;
		t->special = trace_special(named);
		setup_args(t, named.shape);
	} else {
		t->name = "";
		t->time64 = false;
		t->nargs = SYSCALL_MAX_ARGS;
		for (u32 i = 0; i < SYSCALL_MAX_ARGS; i++)
			t->kind[i] = K_HEX;
	}
	if (t->raw && t->special && t->special->nargs && call->row->desc)
		t->nargs = call->row->desc->nargs;
}
