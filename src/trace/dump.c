/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -e read=SET, -e write=SET: all bytes of what was read or written, below the call's line. */
#include <string.h>

#include "trace/internal.h"

static u64 dump_at; /* offset of the block, over all parts of an iovec */

static void dump_bytes(struct tline *t, guest_addr a, u64 n)
{
	static const char hex[] = "0123456789abcdef";
	u8 b[16];

	for (u64 at = 0; at < n; at += 16) {
		size_t len = (size_t)MIN(n - at, 16);

		if (!rd(t, b, a + at, len))
			return;
		t->len = 0;
		t->limit = TRACE_LINE_MAX - 1;
		put_fmt(t, n > 0x100000 ? " | %08llx  " : " | %05llx  ", (unsigned long long)at);
		for (size_t i = 0; i < 16; i++) {
			if (i == 8)
				putch(t, ' ');
			if (i < len) {
				putch(t, hex[b[i] >> 4]);
				putch(t, hex[b[i] & 15]);
				putch(t, ' ');
			} else {
				put(t, "   ");
			}
		}
		putch(t, ' ');
		for (size_t i = 0; i < 16; i++)
			putch(t, i >= len ? ' ' : b[i] >= ' ' && b[i] < 0x7f ? (char)b[i] : '.');
		put(t, " |");
		out_line(t);
	}
	dump_at += n;
}

static void dump_iov(struct tline *t, guest_addr a, u64 count, u64 total)
{
	size_t w = word_size(t);

	u64 base, len;

	count = MIN(count, 1024);
	if (count && !rd_word(t, a + (count * 2 - 1) * w, &len)) /* all of it, or nothing */
		return;
	for (u64 i = 0; i < count && total; i++) {
		if (!rd_word(t, a + i * 2 * w, &base) || !rd_word(t, a + i * 2 * w + w, &len))
			return;
		len = MIN(len, total);
		if (!len)
			continue;
		t->len = 0;
		t->limit = TRACE_LINE_MAX - 1;
		put_fmt(t, " * %llu bytes in buffer %llu", (unsigned long long)len,
			(unsigned long long)i);
		out_line(t);
		dump_bytes(t, base, len);
		total -= len;
	}
}

/* struct mmsghdr[], of each as much as was sent or received */
static void dump_messages(struct tline *t, guest_addr a, u64 n)
{
	size_t w = word_size(t), iov_at = t->compat ? 8 : 16, size = t->compat ? 28 : 56;
	u64 iov, count;
	u32 len;

	for (u64 i = 0; i < n; i++, a += size + w) {
		if (!rd_word(t, a + iov_at, &iov) || !rd_word(t, a + iov_at + w, &count) ||
		    !rd(t, &len, a + size, sizeof(len)))
			return;
		t->len = 0;
		t->limit = TRACE_LINE_MAX - 1;
		put_fmt(t, " = %llu buffers in vector %llu", (unsigned long long)count,
			(unsigned long long)i);
		out_line(t);
		dump_iov(t, iov, count, len);
	}
}

void dump_after(struct tline *t)
{
	u64 n = (u64)t->ret;
	bool ok = n < (u64)-4095L;
	bool in = fdset_has(&tset.read, t->arg[0]), to = fdset_has(&tset.write, t->arg[0]);

	if (t->kind[0] != K_FD || (!in && !to))
		return;
	in = in && t->ret > 0; /* what is to be written is shown even where that fails */
	for (u32 i = 1; i < t->nargs; i++) {
		u64 v = t->arg[i];
		u64 w;

		switch (t->kind[i]) {
		case K_BUF_IN:
			if (to && i + 1 < t->nargs)
				dump_bytes(t, v, t->arg[i + 1]);
			break;
		case K_BUF_OUT:
			if (in)
				dump_bytes(t, v, n);
			break;
		case K_IOV_IN:
			if (to)
				dump_iov(t, v, t->arg[i + 1], ~0ULL);
			break;
		case K_IOV_OUT:
			if (in)
				dump_iov(t, v, t->arg[i + 1], n);
			break;
		case K_MSGHDR_IN:
		case K_MSGHDR_OUT: {
			u64 iov, count;
			size_t at = t->compat ? 8 : 16;

			w = word_size(t);
			if (rd_word(t, v + at, &iov) && rd_word(t, v + at + w, &count) &&
			    (t->kind[i] == K_MSGHDR_IN ? to : in))
				dump_iov(t, iov, count, t->kind[i] == K_MSGHDR_IN ? ~0ULL : n);
			break;
		}
		case K_MMSGHDR_IN:
		case K_MMSGHDR_OUT:
			if (ok && (t->kind[i] == K_MMSGHDR_IN ? to : in))
				dump_messages(t, v, n);
			break;
		default:
			break;
		}
	}
}
