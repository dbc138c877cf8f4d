/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -k: the stack of the guest after each call. */
#include "trace/internal.h"

static void frame(void *arg, const char *path, const char *name, u64 at, u64 addr)
{
	struct tline *t = arg;

	t->len = t->start = 0;
	t->limit = TRACE_LINE_MAX - 1;
	put(t, " > ");
	put(t, path);
	putch(t, '(');
	if (name) {
		put(t, name);
		put_fmt(t, "+0x%llx", (unsigned long long)at);
	}
	put_fmt(t, ") [0x%llx]", (unsigned long long)addr);
	out_line(t);
}

void stack_print(struct tline *t)
{
	if (topt.backtrace && t->call.ip)
		topt.backtrace(t->call.ip, t->compat, frame, t);
}
