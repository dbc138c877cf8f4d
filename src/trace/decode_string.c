/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings, buffers and vectors of them. */
#include <string.h>

#include "trace/internal.h"
#include "trace/netlink.h"

static _Thread_local u8 *data; /* STRING_MAX bytes and a few */

/* Reads up to n bytes, as many as there are readable. */
static size_t rd_some(struct tline *t, guest_addr a, size_t n)
{
	size_t done = 0;

	trace_memory((char **)&data, STRING_MAX + 8);
	while (done < n) {
		size_t step = PAGE_SIZE - ((a + done) & (PAGE_SIZE - 1));

		step = MIN(step, n - done);
		if (!rd(t, data + done, a + done, step))
			break;
		done += step;
	}
	return done;
}

static void put_cstring(struct tline *t, guest_addr a, size_t max)
{
	size_t got, len;

	max = MIN(max, STRING_MAX - 1);
	got = a ? rd_some(t, a, max + 1) : 0;
	len = strnlen((char *)data, got);
	if (!got || (len == got && got <= max)) { /* ran into unreadable memory */
		put_addr(t, a);
		return;
	}
	put_quoted(t, data, MIN(len, max));
	if (len > max)
		put(t, "...");
}

void put_str(struct tline *t, guest_addr a)
{
	put_cstring(t, a, trace_string_limit());
}

void put_str_n(struct tline *t, guest_addr a, size_t max)
{
	put_cstring(t, a, MIN(max, trace_string_limit()));
}

void put_name_n(struct tline *t, guest_addr a, size_t n)
{
	size_t max = MIN(n, trace_string_limit()), want = MIN(n, max + 1), len;
	size_t got = a ? rd_some(t, a, want) : 0;

	len = strnlen((char *)data, got);
	if (len == got && got < want) {
		put_addr(t, a);
		return;
	}
	put_quoted(t, data, MIN(len, max));
	if (len > max || len == n)
		put(t, "...");
}

void put_name256(struct tline *t, guest_addr a, u32 max)
{
	size_t got = a ? rd_some(t, a, max) : 0, len = strnlen((char *)data, got);

	if (len == got && got < max) {
		put_addr(t, a);
		return;
	}
	put_quoted(t, data, len);
	if (len == max)
		put(t, "...");
}

void put_tail(struct tline *t, guest_addr a, u64 from, u64 size)
{
	size_t n, got, at = 0;

	size = MIN(size, 4096); /* more than a page the kernel never takes */
	if (size <= from)
		return;
	n = size - from;
	got = rd_some(t, a + from, n);
	if (got < n) {
		put(t, ", ???");
		return;
	}
	while (at < n && !data[at])
		at++;
	if (at == n)
		return;
	at = 0;
	put_fmt(t, ", /* bytes %llu..%llu */ ", (unsigned long long)(from + at),
		(unsigned long long)size - 1);
	put_quoted_hex(t, data + at, MIN(n - at, trace_string_limit()));
	if (n - at > trace_string_limit())
		put(t, "...");
}

void put_path(struct tline *t, guest_addr a)
{
	put_cstring(t, a, 4095);
}

static void put_bytes(struct tline *t, guest_addr a, u64 n, u64 max, bool hex)
{
	size_t want;

	max = MIN(max, STRING_MAX);
	want = (size_t)MIN(n, max);
	/* strace reads the byte behind what it shows, too */
	if (!a || (want && rd_some(t, a, (size_t)MIN(n, max + 1)) < MIN(n, max + 1))) {
		put_addr(t, a);
		return;
	}
	(hex ? put_quoted_hex : put_quoted)(t, data, want);
	if (n > max)
		put(t, "...");
}

void put_buf(struct tline *t, guest_addr a, u64 n)
{
	put_bytes(t, a, n, trace_string_limit(), false);
}

void put_hexbuf(struct tline *t, guest_addr a, u64 n)
{
	put_bytes(t, a, n, trace_string_limit(), true);
}

void put_path_n(struct tline *t, guest_addr a, u64 n)
{
	put_bytes(t, a, n, 4095, false);
}

void put_iov(struct tline *t, guest_addr a, u64 count, u64 limit, bool show)
{
	put_iov_netlink(t, NO_NETLINK, a, count, limit, show);
}

void put_iov_netlink(struct tline *t, s32 fd, guest_addr a, u64 count, u64 limit, bool show)
{
	size_t size = 2 * word_size(t);

	if (!count || !a) {
		put(t, a ? "[]" : "NULL");
		return;
	}
	if (!array_fits(a, count, size)) {
		put_addr(t, a);
		return;
	}
	for (u64 i = 0; i < count; i++) {
		u64 base, len;

		if (!rd_word(t, a + i * size, &base) ||
		    !rd_word(t, a + i * size + size / 2, &len)) {
			if (!i) {
				put_addr(t, a);
				return;
			}
			put(t, ", ... /* ");
			put_addr(t, a + i * size);
			put(t, " */");
			break;
		}
		put(t, i ? ", " : "[");
		if (t->abbrev && i >= trace_string_limit()) {
			put(t, "...");
			break;
		}
		put(t, "{iov_base=");
		if (show && base) {
			u64 n = MIN(len, limit);

			if (fd != NO_NETLINK)
				put_netlink(t, fd, base, n);
			else
				put_buf(t, base, n);
			if (limit != ~0ULL)
				limit -= n;
		} else {
			put_addr(t, base);
		}
		put(t, ", iov_len=");
		put_udec(t, len);
		putch(t, '}');
	}
	putch(t, ']');
}

void put_strv(struct tline *t, guest_addr a)
{
	size_t size = word_size(t);

	for (u32 i = 0;; i++) {
		u64 s;

		if (!rd_word(t, a + i * size, &s)) {
			if (!i) {
				put_addr(t, a);
				return;
			}
			put(t, ", ... /* ");
			put_addr(t, a + i * size);
			put(t, " */");
			break;
		}
		if (!s) {
			if (!i)
				putch(t, '[');
			break;
		}
		put(t, i ? ", " : "[");
		if (t->abbrev && i >= trace_string_limit()) {
			put(t, "...");
			break;
		}
		put_str(t, s);
	}
	putch(t, ']');
}

void put_envv(struct tline *t, guest_addr a)
{
	size_t size = word_size(t);
	u64 s;
	u32 n = 0;

	if (!t->abbrev) {
		put_strv(t, a);
		return;
	}
	put_addr(t, a);
	if (!a)
		return;
	for (;; n++) {
		if (!rd_word(t, a + n * size, &s)) {
			if (!n)
				return;
			put_fmt(t, " /* %u var%s, unterminated */", n, n == 1 ? "" : "s");
			return;
		}
		if (!s)
			break;
	}
	put_fmt(t, " /* %u var%s */", n, n == 1 ? "" : "s");
}
