/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting: poll, select, epoll, wait status, resource usage. */
#include <string.h>

#include "trace/flags.h"
#include "trace/flags_rare.h"

struct pollfd_ {
	s32 fd;
	u16 events, revents;
};

static bool pollfds(struct tline *t, guest_addr a)
{
	u64 n = next_arg(t);
	struct pollfd_ p;

	if (!n) {
		put(t, "[]");
		return true;
	}
	for (u64 i = 0; i < n; i++) {
		if (!rd(t, &p, a + i * 8, 8)) {
			if (!i)
				return false;
			put(t, ", ... /* ");
			put_addr(t, a + i * 8);
			put(t, " */");
			break;
		}
		put(t, i ? ", " : "[");
		if (t->abbrev && i >= trace_string_limit()) {
			put(t, "...");
			break;
		}
		put(t, "{fd=");
		put_fd(t, p.fd);
		if (p.fd >= 0) {
			put(t, ", events=");
			put_flags(t, &x_poll, p.events);
		}
		putch(t, '}');
	}
	putch(t, ']');
	return true;
}

/* " ([{fd=0, revents=POLLIN}], left {..})" */
void ret_poll(struct tline *t)
{
	struct xlat_set names = x_poll; /* of which unknown ones are shown as numbers here */
	bool first = true;
	guest_addr a = t->arg[0], ts = 0;
	u64 n = (u32)t->arg[1];
	u32 shown = 0;
	struct pollfd_ p;

	if (t->ret < 0)
		return;
	if (!t->ret) {
		put(t, " (Timeout)");
		return;
	}
	names.unknown = NULL;
	put(t, " ([");
	for (u64 i = 0; i < n && rd(t, &p, a + i * 8, 8); i++) {
		if (!p.revents)
			continue;
		if (!first)
			put(t, ", ");
		first = false;
		if (t->abbrev && shown++ >= trace_string_limit()) {
			put(t, "...");
			break;
		}
		put_fmt(t, "{fd=%d, revents=", p.fd);
		put_flags(t, &names, p.revents);
		putch(t, '}');
	}
	putch(t, ']');
	if (!strncmp(t->name, "ppoll", 5))
		ts = t->arg[2];
	if (ts) {
		put(t, ", left ");
		put_timespec(t, ts, t->time64);
	}
	putch(t, ')');
}

#define FDSET_MAX (1 << 20)

/* Prints the members of a set of descriptors below n, with what they are (-y) as arguments; false
 * if unreadable. */
static bool fdset(struct tline *t, guest_addr a, s64 n, bool argument, int *members)
{
	u64 width = 8 * word_size(t), word = 0;
	bool first = true;

	*members = 0;
	if (n <= 0 || !rd_word(t, a + (MIN(n, FDSET_MAX) - 1) / width * (width / 8), &word))
		return false;
	putch(t, '[');
	for (u32 i = 0; i < (u32)MIN(n, FDSET_MAX); i++) {
		if (i % width == 0 && !rd_word(t, a + i / 8, &word))
			break;
		if (!(word >> (i % width) & 1))
			continue;
		if (!first)
			putch(t, ' ');
		first = false;
		++*members;
		if (argument)
			put_fd(t, (s32)i);
		else
			put_udec(t, i);
	}
	putch(t, ']');
	return true;
}

/* " (in [3], out [4], left {...})" */
void ret_select(struct tline *t)
{
	static const char *const names[] = {"in ", "out ", "except "};
	bool first = true;

	if (t->ret < 0)
		return;
	if (!t->ret) {
		put(t, " (Timeout)");
		return;
	}
	put(t, " (");
	for (int i = 0; i < 3; i++) {
		guest_addr a = t->arg[1 + i];
		size_t mark = t->len;
		int members;

		if (!a)
			continue;
		if (!first)
			put(t, ", ");
		put(t, names[i]);
		if (!fdset(t, a, (s32)t->arg[0], false, &members) || !members)
			t->len = mark;
		else
			first = false;
	}
	if (t->arg[4]) {
		put(t, first ? "left " : ", left ");
		if (t->name[0] == 'p')
			put_timespec(t, t->arg[4], t->time64);
		else
			put_timeval(t, t->arg[4]);
	}
	putch(t, ')');
}

static bool pselect_sig(struct tline *t, guest_addr a)
{
	u64 set, size;

	if (!rd_word(t, a, &set) || !rd_word(t, a + word_size(t), &size))
		return false;
	put(t, "{sigmask=");
	if (size >= word_size(t) && size <= 8)
		put_sigset(t, set, size);
	else
		put_addr(t, set);
	put(t, ", sigsetsize=");
	put_udec(t, size);
	putch(t, '}');
	return true;
}

static bool epoll_event_(struct tline *t, guest_addr a)
{
	struct {
		u32 events;
		u64 data;
	} __attribute__((packed)) ev;

	if (!rd(t, &ev, a, sizeof(ev)))
		return false;
	put(t, "{events=");
	put_flags(t, &x_epoll, ev.events);
	put_fmt(t, ", data={u32=%u, u64=%llu}}", (u32)ev.data, (unsigned long long)ev.data);
	return true;
}

/* The name of the signal that stopped a process, and what PTRACE_O_TRACESYSGOOD adds to it. */
static void put_stop(struct tline *t, u32 sig)
{
	put(t, "{WIFSTOPPED(s) && WSTOPSIG(s) == ");
	put_signal_name(t, (int)(sig & 0x7f));
	put(t, sig & 0x80 ? " | 0x80}" : "}");
}

static bool wstatus(struct tline *t, guest_addr a)
{
	u32 s, rest;

	if (!rd(t, &s, a, 4))
		return false;
	if (t->ret == 0) { /* WNOHANG and nothing to tell */
		put_addr(t, a);
		return true;
	}
	putch(t, '[');
	rest = s & 0xffff0000;
	if ((s & 0xff) == 0x7f) {
		put_stop(t, s >> 8 & 0xff);
	} else if ((s & 0x7f) == 0) {
		put_fmt(t, "{WIFEXITED(s) && WEXITSTATUS(s) == %u}", s >> 8 & 0xff);
		rest |= s & 0x80;
	} else if ((s & 0x7f) != 0x7f) {
		put(t, "{WIFSIGNALED(s) && WTERMSIG(s) == ");
		put_signal_name(t, (int)(s & 0x7f));
		put(t, s & 0x80 ? " && WCOREDUMP(s)}" : "}");
		rest |= s & 0xff00;
	} else if (s == 0xffff) {
		put(t, "{WIFCONTINUED(s)}");
	} else {
		put_hex(t, s);
		rest = 0;
	}
	if (rest >> 16) {
		putch(t, '|');
		put_val(t, &x_ptrace_event, rest >> 16);
		put(t, "<<16");
	}
	if (rest & 0xffff) {
		putch(t, '|');
		put_hex(t, rest & 0xffff);
	}
	putch(t, ']');
	return true;
}

static bool rusage_(struct tline *t, guest_addr a)
{
	static const char *const names[] = {
		"ru_maxrss", "ru_ixrss",    "ru_idrss",	  "ru_isrss",	"ru_minflt",
		"ru_majflt", "ru_nswap",    "ru_inblock", "ru_oublock", "ru_msgsnd",
		"ru_msgrcv", "ru_nsignals", "ru_nvcsw",	  "ru_nivcsw",
	};
	u64 mask = t->compat ? (u32)-1 : (u64)-1;
	s64 v[4 + ARRAY_SIZE(names)];

	if (!rd_longs(t, a, ARRAY_SIZE(v), v))
		return false;
	put_fmt(t, "{ru_utime={tv_sec=%lld, tv_usec=%llu}, ru_stime={tv_sec=%lld, tv_usec=%llu}",
		(long long)v[0], (unsigned long long)v[1] & mask, (long long)v[2],
		(unsigned long long)v[3] & mask);
	if (t->abbrev) {
		put(t, ", ...}");
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		put_field(t, names[i]);
		put_udec(t, t->compat ? (u32)v[4 + i] : (u64)v[4 + i]);
	}
	putch(t, '}');
	return true;
}

bool dec_wait(struct tline *t, u16 kind, u64 v)
{
	int members;

	switch (kind) {
	case K_POLLFDS_INOUT:
		return pollfds(t, v);
	case K_FDSET_INOUT:
		return fdset(t, v, (s32)t->arg[0], true, &members);
	case K_PSELECT_SIG_IN:
		return pselect_sig(t, v);
	case K_EPOLL_EVENT_IN:
		if ((u32)t->arg[1] == 2) /* EPOLL_CTL_DEL */
			return false;
		return epoll_event_(t, v);
	case K_EPOLL_EVENTS_OUT:
		return put_elements(t, v, (u64)t->ret, 12, epoll_event_, elements(t));
	case K_WSTATUS_OUT:
		return wstatus(t, v);
	case K_RUSAGE_OUT:
		if (t->ret == 0 && !strcmp(t->name, "wait4"))
			return false;
		return rusage_(t, v);
	default:
		return false;
	}
}
