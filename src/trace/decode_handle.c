/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct file_handle, which stands for a file of a file system. */
#include <errno.h>

#include "trace/flags.h"

#define HANDLE_MAX 128 /* MAX_HANDLE_SZ */

struct handle {
	u32 bytes;
	s32 type;
};

static void put_contents(struct tline *t, guest_addr a, const struct handle *h)
{
	u32 n = MIN(h->bytes, (u32)HANDLE_MAX);
	u8 b[HANDLE_MAX];

	put_fmt(t, ", handle_type=%d, f_handle=", h->type);
	if (!rd(t, b, a + sizeof(*h), n)) {
		put(t, "???");
		return;
	}
	put_quoted_hex(t, b, n);
	if (h->bytes > n)
		put(t, "...");
}

bool file_handle_in(struct tline *t, guest_addr a)
{
	struct handle h;

	if (!rd(t, &h, a, sizeof(h)))
		return false;
	put_fmt(t, "{handle_bytes=%u", h.bytes);
	put_contents(t, a, &h);
	putch(t, '}');
	return true;
}

bool file_handle(struct tline *t, guest_addr a)
{
	struct handle h;

	if (!t->exiting) {
		if (!a || !t->verbose || !rd(t, &h, a, sizeof(h))) {
			put_addr(t, a);
			return true;
		}
		put_fmt(t, "{handle_bytes=%u", h.bytes);
		t->saved = h.bytes;
		return false;
	}
	if ((t->ret >= 0 || t->ret == -EOVERFLOW) && rd(t, &h, a, sizeof(h))) {
		if (h.bytes != t->saved)
			put_fmt(t, " => %u", h.bytes);
		if (t->ret >= 0)
			put_contents(t, a, &h);
	}
	putch(t, '}');
	return true;
}
