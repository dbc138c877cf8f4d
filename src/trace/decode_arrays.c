/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays of structs that few calls take, an element at a time. */
#include <linux/futex.h>
#include <string.h>

#include "trace/flags.h"
#include "trace/flags_rare.h"

bool put_elements(struct tline *t, guest_addr a, u64 n, size_t size, element_fn put_one, u64 limit)
{
	size_t begin = t->len;

	if (!array_fits(a, n, size))
		return false;
	putch(t, '[');
	for (u64 i = 0; i < n; i++) {
		size_t at = t->len;

		if (i)
			put(t, ", ");
		if (put_one(t, a + i * size)) {
			if (i < limit)
				continue;
			t->len = at;
			put(t, ", ...");
			break;
		}
		if (!i) {
			t->len = begin;
			return false;
		}
		t->len = at;
		put_fmt(t, ", ... /* %#llx */", (unsigned long long)(a + i * size));
		break;
	}
	putch(t, ']');
	return true;
}

static bool put_waiter(struct tline *t, guest_addr a)
{
	struct futex_waitv w;

	if (!rd(t, &w, a, sizeof(w)))
		return false;
	put(t, "{val=");
	put_hex(t, w.val);
	put(t, ", uaddr=");
	put_addr(t, w.uaddr);
	put(t, ", flags=");
	put_flags(t, &x_futex2, w.flags);
	if (w.__reserved) {
		put(t, ", __reserved=");
		put_hex(t, w.__reserved);
	}
	putch(t, '}');
	return true;
}

static bool put_segment(struct tline *t, guest_addr a)
{
	static const char *const names[] = {"{buf=", ", bufsz=", ", mem=", ", memsz="};
	u64 v;

	for (u32 i = 0; i < 4; i++) {
		if (!rd_word(t, a + i * word_size(t), &v))
			return false;
		put(t, names[i]);
		(i & 1 ? put_udec : put_addr)(t, v);
	}
	putch(t, '}');
	return true;
}

static bool put_io_event(struct tline *t, guest_addr a)
{
	u64 v[4];

	if (!rd(t, v, a, sizeof(v)))
		return false;
	put(t, "{data=");
	put_hex(t, v[0]);
	put(t, ", obj=");
	put_hex(t, v[1]);
	put_fmt(t, ", res=%lld, res2=%lld}", (long long)v[2], (long long)v[3]);
	return true;
}

static bool put_page(struct tline *t, guest_addr a)
{
	u64 v;

	if (!rd_word(t, a, &v))
		return false;
	put_addr(t, v);
	return true;
}

static bool put_node(struct tline *t, guest_addr a)
{
	s32 v;

	if (!rd(t, &v, a, 4))
		return false;
	put_dec(t, v);
	return true;
}

static bool put_page_status(struct tline *t, guest_addr a)
{
	const char *name;
	s32 v;

	if (!rd(t, &v, a, 4))
		return false;
	name = v < 0 && v > -4096 ? trace_errno_name(-v) : NULL;
	if (!name || topt.consts != CONST_ABBREV)
		put_dec(t, v);
	if (name && topt.consts != CONST_RAW)
		put_fmt(t, topt.consts == CONST_VERBOSE ? " /* -%s */" : "-%s", name);
	return true;
}

static void put_kexec_flags(struct tline *t, u64 v)
{
	put_val(t, &x_kexec_arch, v & 0xffff0000);
	v &= ~0xffff0000ULL;
	if (v) {
		putch(t, '|');
		put_flags(t, &x_kexec, v);
	}
}

/* The level of the console; the kernel takes one above the last name, too. */
static void put_loglevel(struct tline *t, s32 v)
{
	static const char *const names[] = {"EMERG",   "ALERT",	 "CRIT", "ERR",
					    "WARNING", "NOTICE", "INFO", "DEBUG"};

	put_dec(t, v);
	put_fmt(t, " /* LOGLEVEL_%s */", v >= 0 && v < 8 ? names[v] : (v == 8 ? "DEBUG+1" : "???"));
}

u32 elements(const struct tline *t)
{
	return t->abbrev ? trace_string_limit() : ~0u;
}

bool dec_arrays(struct tline *t, u16 kind, u64 v)
{
	u64 next = next_arg(t);

	switch (kind) {
	case K_X_FUTEX_WAITV:
		return put_elements(t, v, (u32)next, sizeof(struct futex_waitv), put_waiter,
				    elements(t));
	case K_X_KEXEC_SEGMENTS: /* KEXEC_SEGMENT_MAX is 16 */
		return t->arg[1] <= 16 &&
		       put_elements(t, v, t->arg[1], 4 * word_size(t), put_segment, elements(t));
	case K_X_KEXEC_FLAGS:
		put_kexec_flags(t, v);
		return true;
	case K_X_IO_EVENTS_OUT:
		return put_elements(t, v, (u64)t->ret, 32, put_io_event, elements(t));
	case K_X_IO_EVENT_OUT:
		return put_io_event(t, v);
	case K_X_IOCBS:
		return dec_io_requests(t, v);
	case K_X_IOCB:
		return put_iocb(t, v, true);
	case K_X_PAGES:
		return put_elements(t, v, t->arg[1], word_size(t), put_page, elements(t));
	case K_X_PAGE_NODES:
		return put_elements(t, v, t->arg[1], 4, put_node, elements(t));
	case K_X_PAGE_STATUS_OUT:
		if ((u64)t->ret >= (u64)-4095L && t->arg[1])
			return false;
		return put_elements(t, v, t->arg[1], 4, put_page_status, elements(t));
	case K_X_FD_THERE:
		put_fd_of_pidfd(t, (s32)t->arg[t->index - 1], (s32)v);
		return true;
	case K_X_LOGLEVEL:
		put_loglevel(t, (s32)v);
		return true;
	default:
		return false;
	}
}
