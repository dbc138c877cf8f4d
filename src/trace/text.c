/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Building a line: numbers, names, quoted strings. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "host/host.h"
#include "trace/internal.h"

_Thread_local u8 consts_as;

char *trace_memory(char **p, size_t n)
{
	void *map;

	if (likely(*p))
		return *p;
	map = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
		   0);
	if (map == MAP_FAILED)
		fatal("no memory for a line of the trace");
	madvise(map, n, MADV_WIPEONFORK); /* nothing is copied, and the parent's stays its own */
	*p = map;
	return *p;
}

void line_grow(struct tline *t, size_t n)
{
	if (t->len + n <= sizeof(t->brief)) {
		t->buf = t->brief;
		t->room = sizeof(t->brief);
		return;
	}
	trace_memory(&t->large, TRACE_LINE_MAX);
	if (t->len)
		memcpy(t->large, t->buf, t->len);
	t->buf = t->large;
	t->room = TRACE_LINE_MAX;
}

void put_text(struct tline *t, const char *s, size_t n)
{
	if (n > t->limit - t->len) /* a line too long is cut */
		n = t->limit - t->len;
	memcpy(line_end(t, n), s, n);
	t->len += n;
}

void putch(struct tline *t, char c)
{
	if (t->len < t->limit) {
		*line_end(t, 1) = c;
		t->len++;
	}
}

/* Inline, for divisions by constants. */
static inline void put_base(struct tline *t, u64 v, unsigned base)
{
	char tmp[24];
	char *end = tmp + sizeof(tmp), *p = end;

	do {
		*--p = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	put_text(t, p, (size_t)(end - p));
}

void put_dec(struct tline *t, s64 v)
{
	if (v < 0) {
		putch(t, '-');
		put_base(t, -(u64)v, 10);
	} else {
		put_base(t, (u64)v, 10);
	}
}

void put_udec(struct tline *t, u64 v)
{
	put_base(t, v, 10);
}

void put_hex(struct tline *t, u64 v)
{
	if (v)
		put(t, "0x");
	put_base(t, v, 16);
}

void put_oct(struct tline *t, u64 v)
{
	if (v)
		putch(t, '0');
	put_base(t, v, 8);
}

void put_perm(struct tline *t, u64 v)
{
	putch(t, '0');
	if (v < 8)
		putch(t, '0');
	put_base(t, v, 8);
}

void put_addr(struct tline *t, u64 v)
{
	if (v)
		put_hex(t, v);
	else
		put(t, "NULL");
}

void put_fmt(struct tline *t, const char *fmt, ...)
{
	char tmp[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(tmp, sizeof(tmp), fmt, ap);
	va_end(ap);
	put(t, tmp);
}

void put_field(struct tline *t, const char *name)
{
	put(t, ", ");
	put(t, name);
	putch(t, '=');
}

/* What -x and its long forms say of these bytes: all as \x.. */
static bool all_hex(const u8 *s, size_t n)
{
	if (topt.hex == HEX_ALL)
		return true;
	if (topt.hex != HEX_NON_ASCII)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((s[i] < 0x20 || s[i] >= 0x7f) && !strchr("\f\n\r\t\v", s[i] ? s[i] : 1))
			return true;
	return false;
}

void put_quoted(struct tline *t, const u8 *s, size_t n)
{
	if (topt.hex && all_hex(s, n)) {
		put_quoted_hex(t, s, n);
		return;
	}
	putch(t, '"');
	put_escaped(t, s, n, "");
	putch(t, '"');
}

/* How many bytes at s need no escape. */
static size_t plain_run(const u8 *s, size_t n, const char *special)
{
	size_t i = 0;

	while (i < n && s[i] >= 0x20 && s[i] < 0x7f && s[i] != '"' && s[i] != '\\' &&
	       (!*special || !strchr(special, s[i])))
		i++;
	return i;
}

void put_escaped(struct tline *t, const u8 *s, size_t n, const char *special)
{
	for (size_t i = 0; i < n; i++) {
		size_t run = plain_run(s + i, n - i, special);
		u8 c;

		put_text(t, (const char *)s + i, run);
		i += run;
		if (i == n)
			break;
		c = s[i];
		static const char short_esc[] = "\"\"\\\\\ff\nn\rr\tt\vv";
		const char *e = NULL;

		for (const char *p = short_esc; *p && !e; p += 2)
			if ((u8)*p == c)
				e = p + 1;
		if (e) {
			putch(t, '\\');
			putch(t, *e);
		} else if (c >= 0x20 && c < 0x7f && !strchr(special, c)) {
			putch(t, (char)c);
		} else if (topt.hex == HEX_NON_ASCII_CHARS) {
			put_fmt(t, "\\x%02x", c);
		} else {
			bool digit = i + 1 < n && s[i + 1] >= '0' && s[i + 1] <= '7';

			putch(t, '\\');
			if (digit || c >= 0100)
				putch(t, (char)('0' + (c >> 6)));
			if (digit || c >= 010)
				putch(t, (char)('0' + ((c >> 3) & 7)));
			putch(t, (char)('0' + (c & 7)));
		}
	}
}

void put_quoted_hex(struct tline *t, const u8 *s, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	putch(t, '"');
	for (size_t i = 0; i < n; i++) {
		putch(t, '\\');
		putch(t, 'x');
		putch(t, digits[s[i] >> 4]);
		putch(t, digits[s[i] & 15]);
	}
	putch(t, '"');
}

const char *xlat_name(const struct xlat_set *x, u64 v)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->v[i].val == v)
			return x->v[i].str;
	return NULL;
}

void put_val(struct tline *t, const struct xlat_set *x, u64 v)
{
	const char *s = xlat_name(x, v);

	if (consts() == CONST_RAW || t->raw) {
		put_hex(t, v);
		return;
	}
	if (s && consts() == CONST_VERBOSE) {
		put_hex(t, v);
		put(t, " /* ");
		put(t, s);
		put(t, " */");
		return;
	}
	if (s) {
		put(t, s);
		return;
	}
	put_hex(t, v);
	if (x->unknown) {
		put(t, " /* ");
		put(t, x->unknown);
		put(t, " */");
	}
}

void put_val_dec(struct tline *t, const struct xlat_set *x, s64 v)
{
	const char *s = xlat_name(x, (u64)v);
	bool number = !s || consts() != CONST_ABBREV;

	s = s ? s : x->unknown;
	if (number)
		put_dec(t, v);
	if (consts() != CONST_RAW && s)
		put_fmt(t, number ? " /* %s */" : "%s", s);
}

void put_error_number(struct tline *t, s64 err)
{
	const char *s = err < 0 ? trace_errno_name((int)-err) : NULL;

	if (!s || consts() != CONST_ABBREV)
		put_dec(t, err);
	if (!s || consts() == CONST_RAW)
		return;
	put_fmt(t, consts() == CONST_VERBOSE ? " /* -%s */" : "-%s", s);
}

void put_names(struct tline *t, const struct xlat_set *x, u64 v)
{
	bool any = false;

	if (!v) {
		const char *s = xlat_name(x, 0);

		put(t, s ? s : "0");
		return;
	}
	for (size_t i = 0; i < x->n; i++) {
		u64 f = x->v[i].val;

		if (!f || (v & f) != f)
			continue;
		if (any)
			putch(t, '|');
		put(t, x->v[i].str);
		any = true;
		v &= ~f;
	}
	if (!v)
		return;
	if (any)
		putch(t, '|');
	put_hex(t, v);
	if (!any && x->unknown) {
		put(t, " /* ");
		put(t, x->unknown);
		put(t, " */");
	}
}

static bool any_named(const struct xlat_set *x, u64 v)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->v[i].val && (v & x->v[i].val) == x->v[i].val)
			return true;
	return false;
}

void put_flags(struct tline *t, const struct xlat_set *x, u64 v)
{
	if (consts() == CONST_RAW) {
		put_hex(t, v);
		return;
	}
	if (consts() == CONST_VERBOSE) {
		put_hex(t, v);
		if (v ? !x->unknown && !any_named(x, v) : !xlat_name(x, 0))
			return;
		put(t, " /* ");
		if (v && !any_named(x, v))
			put(t, x->unknown);
		else
			put_names(t, x, v);
		put(t, " */");
		return;
	}
	if (topt.json)
		putch(t, MARK_FLAGS);
	put_names(t, x, v);
	if (topt.json)
		putch(t, MARK_END);
}

void put_date(struct tline *t, s64 sec, s64 frac, int digits)
{
	char day[64], zone[16];
	time_t when = (time_t)sec;
	struct tm tm;

	if ((!sec && !frac) || (u64)frac > (digits == 9 ? 999999999 : digits == 6 ? 999999 : 0))
		return;
	if (!localtime_r(&when, &tm) || !strftime(day, sizeof(day), "%FT%T", &tm))
		return;
	put(t, " /* ");
	put(t, day);
	if (digits && frac)
		put_fmt(t, ".%0*lld", digits, (long long)frac);
	strftime(zone, sizeof(zone), "%z", &tm);
	put(t, zone);
	put(t, " */");
}
