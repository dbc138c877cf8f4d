/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tracer: from entry and exit of calls to lines. A line is collected in the thread's buffer
 * and leaves by one write(), so that lines of several processes do not mix. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "host/host.h"
#include "trace/internal.h"

bool trace_on;

static struct trace_options opts;
static bool pids; /* lines carry a pid: this process has forked or was forked */
static enum abi last_abi = ABI_64;
static bool started; /* a call was seen */
static _Thread_local struct tline line;

u32 trace_string_limit(void)
{
	return opts.string_limit;
}

bool rd(const struct tline *t, void *dst, guest_addr src, size_t n)
{
	(void)t;
	return src && opts.read_mem(dst, src, n) == 0;
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

const char *trace_start(const struct trace_options *opt)
{
	const char *err;

	opts = *opt;
	if (!opts.string_limit)
		opts.string_limit = 32;
	err = trace_filter_parse(opt->set);
	if (err)
		return err;
	pids = opt->follow && opt->pid_to_file;
	last_abi = ABI_64;
	started = false;
	trace_on = true;
	return NULL;
}

/* Starts a line with the prefixes that the options ask for. */
static void begin_line(struct tline *t, int pid)
{
	t->len = 0;
	t->limit = TRACE_LINE_MAX - 1024;
	if (!pids || !opts.follow)
		return;
	if (opts.pid_to_file)
		put_fmt(t, "%-5d ", pid);
	else
		put_fmt(t, "[pid %5d] ", pid);
}

/* start: the execve that trapgate itself made for the program; it came through no gate. */
static void begin_call(struct tline *t, const struct trace_call *call, bool start)
{
	static const char *const gates[] = {
		[GATE_SYSCALL] = "syscall  ",
		[GATE_SYSENTER] = "sysenter ",
		[GATE_INT80] = "int80    ",
		[GATE_SYSCALL32] = "syscall  ",
	};

	begin_line(t, call->pid);
	if (opts.gate)
		put(t, start ? "         " : gates[call->gate]);
}

static void end_line(struct tline *t)
{
	size_t done = 0;

	t->limit = TRACE_LINE_MAX;
	if (t->len == TRACE_LINE_MAX)
		t->len--;
	t->buf[t->len++] = '\n';
	while (done < t->len) {
		long n = host(SYS_write, opts.fd, HP(t->buf + done), t->len - done);

		if (n == -EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	t->len = 0;
}

/* strace tells when the kind of call changes; it starts from its own, 64-bit. */
static void note_abi(struct tline *t, const struct trace_call *call)
{
	if (call->abi == last_abi)
		return;
	last_abi = call->abi;
	if (opts.pid_to_file)
		return;
	begin_line(t, call->pid);
	put_fmt(t, "[ Process PID=%d runs in %s mode. ]", call->pid,
		call->abi == ABI_32 ? "32 bit" : "64 bit");
	end_line(t);
}

/* Prints arguments from t->next on until one has to wait for the exit. */
static void print_args(struct tline *t)
{
	while (t->next < t->nargs) {
		if (!trace_print_arg(t, t->next))
			return;
		t->next++;
	}
}

static void setup_args(struct tline *t)
{
	const struct syscall_desc *desc = t->call.row ? t->call.row->desc : NULL;
	const struct special *sp = t->special;

	if (!desc) {
		t->nargs = sp && sp->nargs ? sp->nargs : SYSCALL_MAX_ARGS;
		for (u32 i = 0; i < SYSCALL_MAX_ARGS; i++)
			t->kind[i] = K_HEX;
		return;
	}
	t->nargs = desc->nargs;
	for (u32 i = 0; i < desc->nargs; i++)
		t->kind[i] = desc->arg[i].kind;
	if (!sp)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(sp->over) && sp->over[i].arg; i++)
		t->kind[sp->over[i].arg - 1] = sp->over[i].kind;
	if (sp->nargs)
		t->nargs = sp->nargs;
	if (sp->redirect)
		sp->redirect(t);
}

void trace_enter(const struct trace_call *call)
{
	struct tline *t = &line;
	bool start;
	size_t n;

	t->open = false;
	start = !started && call->row && call->row->name && !strcmp(call->row->name, "execve");
	started = true;
	if (!start)
		note_abi(t, call);
	if (!trace_filter(call->abi, call->nr))
		return;
	t->call = *call;
	memcpy(t->arg, call->args, sizeof(t->arg));
	t->compat = call->abi == ABI_32;
	t->exiting = false;
	t->first = true;
	t->next = 0;
	t->saved = 0;
	begin_call(t, call, start);
	t->special = NULL;
	if (call->row && call->row->name) {
		t->name = call->row->name;
		n = strlen(t->name);
		t->time64 = n > 7 && !strcmp(t->name + n - 7, "_time64");
		t->special = trace_special(t->name);
		setup_args(t);
		put(t, t->name);
	} else {
		t->name = "";
		t->time64 = false;
		t->nargs = SYSCALL_MAX_ARGS;
		for (u32 i = 0; i < SYSCALL_MAX_ARGS; i++)
			t->kind[i] = K_HEX;
		put_fmt(t, "syscall_0x%x", call->nr);
	}
	putch(t, '(');
	t->open = true;
	trace_save_entry(t);
	print_args(t);
	if (call->row && call->row->desc && (call->row->desc->flags & SC_NORETURN)) {
		t->open = false;
		t->limit = TRACE_LINE_MAX - 1;
		put(t, ") ");
		while (t->len < 40)
			putch(t, ' ');
		put(t, "= ?");
		end_line(t);
	}
}

static void print_result(struct tline *t)
{
	long ret = t->ret;

	if ((u64)ret >= (u64)-4095L) {
		int err = (int)-ret;
		const char *name = trace_errno_name(err);

		if (err == ERESTARTSYS || err == ERESTARTNOINTR || err == ERESTARTNOHAND ||
		    err == ERESTART_RESTARTBLOCK)
			put(t, "? ");
		else
			put(t, "-1 ");
		if (name)
			put(t, name);
		else
			put_fmt(t, "ERRNO_%d", err);
		put_fmt(t, " (%s)", trace_errno_text(err));
	} else if (trace_is_result_hex(t)) {
		put_hex(t, t->compat ? (u32)ret : (u64)ret);
	} else if (t->special && t->special->ret == RET_OCT) {
		put_perm(t, (u64)ret);
	} else {
		put_dec(t, t->compat ? (s32)ret : ret);
	}
	trace_ret_suffix(t);
}

void trace_exit(const struct trace_call *call, long ret)
{
	struct tline *t = &line;

	(void)call;
	if (!t->open)
		return;
	t->open = false;
	t->exiting = true;
	t->ret = ret;
	print_args(t);
	t->limit = TRACE_LINE_MAX - 1;
	put(t, ") ");
	while (t->len < 40)
		putch(t, ' ');
	put(t, "= ");
	print_result(t);
	end_line(t);
	if (ret > 0 && opts.follow && !pids && t->name[0] &&
	    (!strcmp(t->name, "fork") || !strcmp(t->name, "vfork") ||
	     !strncmp(t->name, "clone", 5)))
		pids = true;
}

/* A line that stands for itself; a call that is open (a signal kills it) is ended first. */
static struct tline *begin_event(int pid)
{
	struct tline *t = &line;

	if (t->open) {
		t->open = false;
		t->limit = TRACE_LINE_MAX - 1;
		put(t, ") ");
		while (t->len < 40)
			putch(t, ' ');
		put(t, "= ?");
		end_line(t);
	}
	begin_line(t, pid);
	t->compat = false;
	t->exiting = true;
	return t;
}

void trace_signal(int pid, const siginfo_t *info)
{
	struct tline *t = begin_event(pid);

	put(t, "--- ");
	put_signal(t, info->si_signo);
	putch(t, ' ');
	put_siginfo(t, info);
	put(t, " ---");
	end_line(t);
}

void trace_exited(int pid, int status)
{
	struct tline *t = begin_event(pid);

	put_fmt(t, "+++ exited with %d +++", status);
	end_line(t);
}

void trace_killed(int pid, int sig, bool core)
{
	struct tline *t = begin_event(pid);

	put(t, "+++ killed by ");
	put_signal(t, sig);
	put(t, core ? " (core dumped) +++" : " +++");
	end_line(t);
}

void trace_forked(void)
{
	line.open = false;
	line.len = 0;
	if (!opts.follow)
		trace_on = false;
	else
		pids = true;
}
