/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The printers behind the tables of value.h. */
#include "trace/value.h"

#include <arpa/inet.h>
#include <endian.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#include "trace/flags.h"

_Thread_local struct value_ctx value_ctx;

void put_clock_ticks(struct tline *t, u64 v)
{
	put_udec(t, v);
	if (v && topt.consts != CONST_RAW) /* USER_HZ is 100 */
		put_fmt(t, " /* %llu.%02u s */", (unsigned long long)v / 100, (u32)(v % 100));
}

void put_cstring_field(struct tline *t, const char *s, size_t size)
{
	size_t n = strnlen(s, size);

	put_quoted(t, (const u8 *)s, n == size ? n - 1 : n);
	if (n == size)
		put(t, "...");
}

void put_char(struct tline *t, u8 c, bool names)
{
	if (names && c >= '\t' && c <= '\r')
		put_fmt(t, "'\\%c'", "tnvfr"[c - '\t']);
	else if (c >= ' ' && c < 0x7f)
		put_fmt(t, c == '\'' || c == '\\' ? "'\\%c'" : "'%c'", c);
	else
		put_fmt(t, "'\\x%02x'", c);
}

/* The text between what -X raw and -X verbose show; false where there is none. */
static bool begin_comment(struct tline *t, const void *bytes, u32 len)
{
	if (consts() != CONST_ABBREV)
		put_quoted_hex(t, bytes, len);
	if (consts() == CONST_VERBOSE)
		put(t, " /* ");
	return consts() != CONST_RAW;
}

static void end_comment(struct tline *t)
{
	if (consts() == CONST_VERBOSE)
		put(t, " */");
}

void put_version(struct tline *t, u32 v)
{
	if (consts() != CONST_ABBREV)
		put_hex(t, v);
	if (consts() == CONST_RAW)
		return;
	put_fmt(t,
		consts() == CONST_VERBOSE ? " /* KERNEL_VERSION(%u, %u, %u) */"
					  : "KERNEL_VERSION(%u, %u, %u)",
		v >> 16, v >> 8 & 0xff, v & 0xff);
}

bool put_kernel_version(struct tline *t, guest_addr a, u64 len)
{
	u32 v;

	(void)len;
	if (!rd(t, &v, a, sizeof(v)))
		return false;
	put_version(t, v);
	return true;
}

void put_hwaddr(struct tline *t, const u8 *b, u32 len, u32 hardware)
{
	static const struct {
		u16 type;
		u8 size;
	} sizes[] = {
		{0, 7},	  {1, 6},   {3, 7},    {6, 6},	 {7, 1},    {15, 2},  {24, 16}, {27, 8},
		{32, 20}, {256, 0}, {270, 5},  {271, 0}, {280, 0},  {290, 1}, {512, 0}, {518, 0},
		{519, 0}, {768, 4}, {769, 16}, {772, 6}, {773, 1},  {774, 6}, {776, 4}, {777, 0},
		{778, 4}, {779, 0}, {780, 6},  {783, 4}, {801, 6},  {802, 6}, {803, 6}, {804, 8},
		{805, 8}, {820, 1}, {821, 1},  {822, 0}, {823, 16}, {824, 0}, {825, 8}, {826, 0},
	};
	u32 n = len;

	if (len > 32) {
		put_quoted_hex(t, b, len);
		return;
	}
	if (!begin_comment(t, b, len))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		if (sizes[i].type == hardware)
			n = MIN(n, sizes[i].size);
	for (u32 i = 0; i < n; i++)
		put_fmt(t, "%s%02x", i ? ":" : "", b[i]);
	end_comment(t);
}

void put_inet_bytes(struct tline *t, int family, const void *bytes, u32 len, const char *name)
{
	char text[INET6_ADDRSTRLEN];
	bool six = family == AF_INET6;

	if ((family != AF_INET && !six) || !inet_ntop(family, bytes, text, sizeof(text))) {
		if (name)
			put_fmt(t, "%s=", name);
		put_quoted_hex(t, bytes, len);
		return;
	}
	if (name && !(six && consts() == CONST_ABBREV))
		put_fmt(t, "%s=", name);
	if (!begin_comment(t, bytes, len))
		return;
	if (!six)
		put_fmt(t, "inet_addr(\"%s\")", text);
	else if (name && consts() == CONST_ABBREV)
		put_fmt(t, "inet_pton(AF_INET6, \"%s\", &%s)", text, name);
	else
		put_fmt(t, "inet_pton(AF_INET6, \"%s\")", text);
	end_comment(t);
}

void put_inet(struct tline *t, int family, guest_addr a, u64 len, const char *name)
{
	u32 size = family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
	u8 b[16];

	if (size && len >= size && rd(t, b, a, size)) {
		put_inet_bytes(t, family, b, size, name);
		return;
	}
	if (name)
		put_fmt(t, "%s=", name);
	if (!size || len < size)
		put_hexbuf(t, a, len);
	else
		put_addr(t, a);
}

bool put_array(struct tline *t, guest_addr a, u64 n, size_t size, const struct xlat_set *index,
	       void (*one)(struct tline *t, const void *elem, size_t size, const void *arg),
	       const void *arg)
{
	u64 bytes = n * size;
	u8 elem[512];
	bool all = n > 0;

	if (!a || (n && (bytes / size != n || a + bytes <= a))) {
		put_addr(t, a);
		return false;
	}
	if (!n)
		put(t, "[]");
	for (u64 i = 0; i < n; i++) {
		if (i)
			put(t, ", ");
		if (!rd(t, elem, a + i * size, size)) {
			if (i)
				put(t, "... /* ");
			put_addr(t, a + i * size);
			if (!i)
				return false;
			put(t, " */");
			all = false;
			break;
		}
		if (!i)
			putch(t, '[');
		if (t->abbrev && i >= trace_string_limit()) {
			put(t, "...");
			break;
		}
		if (index) {
			const char *s = xlat_name(index, i);

			putch(t, '[');
			if (!s || consts() != CONST_ABBREV)
				put_udec(t, i);
			if (consts() == CONST_VERBOSE || (!s && consts() == CONST_ABBREV))
				put_fmt(t, " /* %s */", s ? s : index->unknown);
			else if (consts() == CONST_ABBREV)
				put(t, s);
			put(t, "]=");
		}
		one(t, elem, size, arg);
	}
	if (n)
		putch(t, ']');
	return all;
}

static void one_x(struct tline *t, const void *e, size_t size, const void *arg)
{
	(void)arg;
	put_hex(t, value_int(e, size));
}

static void one_u(struct tline *t, const void *e, size_t size, const void *arg)
{
	(void)arg;
	put_udec(t, value_int(e, size));
}

static void one_d(struct tline *t, const void *e, size_t size, const void *arg)
{
	u32 shift = 64 - 8 * (u32)size;

	(void)arg;
	put_dec(t, (s64)(value_int(e, size) << shift) >> shift);
}

void put_number(struct tline *t, const struct value *v, u64 n, u32 size)
{
	switch (v->kind) {
	case V_U:
		put_udec(t, n);
		break;
	case V_D:
		put_dec(t, (s64)(n << (64 - 8 * size)) >> (64 - 8 * size));
		break;
	case V_0X:
		put_fmt(t, "%#0*llx", (int)(2 * size), (unsigned long long)n);
		break;
	case V_VAL:
		put_val(t, v->arg, n);
		break;
	case V_FLAGS:
		put_flags(t, v->arg, n);
		break;
	case V_FLAGSV:
	case V_VALV:
		if (consts() == CONST_ABBREV)
			consts_as = 1 + CONST_VERBOSE;
		(v->kind == V_VALV ? put_val : put_flags)(t, v->arg, n);
		consts_as = 0;
		break;
	case V_HTONS:
		put_fmt(t, "htons(%u)", ntohs((u16)n));
		break;
	case V_HTONS_VAL:
		put(t, "htons(");
		put_val(t, v->arg, ntohs((u16)n));
		putch(t, ')');
		break;
	case V_HTONL_X:
		put(t, "htonl(");
		put_hex(t, ntohl((u32)n));
		putch(t, ')');
		break;
	case V_HTOBE64:
		put_fmt(t, "htobe64(%llu)", (unsigned long long)be64toh(n));
		break;
	case V_FD:
		put_fd(t, (s32)n);
		break;
	case V_UID:
		put_dec(t, (s32)n == -1 ? -1 : (s64)n);
		break;
	case V_PID:
		put_pid_kind(t, (s32)n, PID_PROCESS);
		break;
	case V_IFINDEX:
		put_ifindex(t, (u32)n);
		break;
	case V_CLOCK:
		put_clock_ticks(t, n);
		break;
	case V_DEV:
		put_dev(t, n);
		break;
	case V_ADDR:
		put_addr(t, n);
		break;
	default:
		put_hex(t, n);
		break;
	}
}

/* A number of its own: as many bytes as there are, or as it has to have. */
static bool lone_int(struct tline *t, const struct value *v, guest_addr a, u64 len)
{
	u32 size = v->size ? v->size : (u32)MIN(len, 9);
	u64 n = 0;

	if (len < size || size > 8)
		return false;
	if ((v->kind == V_VAL || v->kind == V_FLAGS || v->kind == V_FLAGSV) && len > 8)
		return false;
	if (v->kind == V_XINT && size != 1 && size != 2 && size != 4 && size != 8)
		return false;
	if (!rd(t, &n, a, size))
		put_addr(t, a);
	else
		put_number(t, v, n, size);
	return true;
}

void put_decimal(struct tline *t, const struct xlat_set *set, u64 v)
{
	const char *name = xlat_name(set, v);

	if (!name || consts() != CONST_ABBREV)
		put_udec(t, v);
	if (!name || consts() == CONST_RAW)
		return;
	put(t, consts() == CONST_VERBOSE ? " /* " : "");
	put(t, name);
	put(t, consts() == CONST_VERBOSE ? " */" : "");
}

bool value_decimal(struct tline *t, const struct xlat_set *set, guest_addr a, u64 len)
{
	u64 v = 0;

	if (rd(t, &v, a, len))
		put_decimal(t, set, v);
	return true;
}

void put_characters(struct tline *t, const char *field, guest_addr a, u32 size)
{
	char b[4096];

	put(t, field);
	putch(t, '=');
	if (rd(t, b, a, size))
		put_cstring_field(t, b, size);
}

bool value_uuid(struct tline *t, guest_addr a, u64 len)
{
	u8 b[16];

	(void)len;
	if (!rd(t, b, a, sizeof(b)))
		return true;
	for (u32 i = 0; i < sizeof(b); i++)
		put_fmt(t, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", b[i]);
	return true;
}

/* n bytes, with ... where there are more than -s shows or they do not end as a string does. */
static bool text(struct tline *t, guest_addr a, u64 len, bool to_nul)
{
	u32 n = (u32)MIN(len, trace_string_limit()), shown;
	bool cut = len > 0;
	u8 b[4096];

	n = MIN(n, sizeof(b) - 1);
	if (!rd(t, b, a, n ? n : 1)) {
		put_addr(t, a);
		return true;
	}
	shown = n;
	if (to_nul) {
		shown = (u32)strnlen((char *)b, n);
		if (shown < n)
			cut = false;
		else if (n < len && rd(t, b + n, a + n, 1) && !b[n])
			cut = false;
	} else if (n && !b[n - 1]) {
		shown--;
		cut = false;
	}
	put_quoted(t, b, shown);
	if (cut)
		put(t, "...");
	return true;
}

static bool hwaddr(struct tline *t, guest_addr a, u64 len, u32 hardware)
{
	u8 b[32];

	if (len > sizeof(b))
		return false;
	if (len && !rd(t, b, a, len))
		put_addr(t, a);
	else
		put_hwaddr(t, b, (u32)len, hardware);
	return true;
}

/* One field of a struct that was read. */
static void put_field_value(struct tline *t, const struct field *f, guest_addr a, const u8 *b)
{
	const struct value *v = &f->v;

	switch (v->kind) {
	case V_CSTRING:
		put_cstring_field(t, (const char *)b, v->size);
		break;
	case V_HEXSTR:
		put_quoted_hex(t, b, v->size);
		break;
	case V_MAC:
		put_hwaddr(t, b, 6, 1);
		break;
	case V_HWADDR:
		put_hwaddr(t, b, v->size, ~0u);
		break;
	case V_IN4:
		put_inet_bytes(t, AF_INET, b, 4, NULL);
		break;
	case V_IN6:
		put_inet_bytes(t, AF_INET6, b, 16, NULL);
		break;
	case V_INTS:
		put_array(t, a, f->count, v->size, NULL, one_u, NULL);
		break;
	case V_XINTS:
		put_array(t, a, f->count, v->size, NULL, one_x, NULL);
		break;
	case V_DINTS:
		put_array(t, a, f->count, v->size, NULL, one_d, NULL);
		break;
	case V_INDEXED:
		put_array(t, a, f->count, v->size, v->arg, one_u, NULL);
		break;
	case V_RECORD:
		if (!put_record(t, v->arg, a))
			put_addr(t, a);
		break;
	case V_CALL:
		((value_fn)(uintptr_t)v->arg)(t, a, v->size);
		break;
	default:
		put_number(t, v, value_int(b, v->size), v->size);
		break;
	}
}

static bool is_zero(const u8 *b, size_t n)
{
	while (n)
		if (b[--n])
			return false;
	return true;
}

void put_fields(struct tline *t, const struct record *r, guest_addr a, u32 from, u64 size)
{
	u8 b[256];

	for (u32 i = from; i < r->n; i++) {
		const struct field *f = &r->f[i];
		u32 width = f->v.size ? f->v.size * MAX(f->count, 1u) : 8u;

		width = MIN(width, (u32)sizeof(b));

		if (f->off >= size)
			break;
		if (!rd(t, b, a + f->off, MIN(width, size - f->off)))
			break;
		if (f->when == F_NOT0 && is_zero(b, width))
			continue;
		if (i)
			put(t, ", ");
		if (f->v.kind == V_FAMILY_ADDR) {
			put_inet_bytes(t, value_ctx.family, b, width, f->name);
			continue;
		}
		if (f->when != F_NAME0) {
			put(t, f->name);
			putch(t, '=');
		}
		put_field_value(t, f, a + f->off, b);
	}
}

bool put_record(struct tline *t, const struct record *r, guest_addr a)
{
	u8 b[1024];

	if (!rd(t, b, a, MIN(r->size, sizeof(b))))
		return false;
	putch(t, '{');
	put_fields(t, r, a, 0, r->size);
	putch(t, '}');
	return true;
}

static bool record(struct tline *t, const struct record *r, guest_addr a, u64 len)
{
	u64 size = len >= r->size ? r->size : r->min && len == r->min ? r->min : 0;
	u8 b[1024];

	if (!size)
		return false;
	if (!rd(t, b, a, MIN(size, sizeof(b)))) {
		put_addr(t, a);
		return true;
	}
	putch(t, '{');
	put_fields(t, r, a, 0, size);
	putch(t, '}');
	size = (size + 3) & ~3ULL;
	if (r->follow && len > size) {
		put(t, ", ");
		if (r->follow == FOLLOW_HEX)
			put_hexbuf(t, a + size, len - size);
		else
			put_attrs(t, r->more, a + size, len - size);
	}
	return true;
}

static void one_record(struct tline *t, const void *e, size_t size, const void *arg)
{
	const struct record *const *r = arg;
	guest_addr *at = (guest_addr *)(uintptr_t)(r + 1);

	(void)e;
	putch(t, '{');
	put_fields(t, *r, *at, 0, size);
	putch(t, '}');
	*at += size;
}

bool put_records(struct tline *t, const struct record *r, guest_addr a, u64 n)
{
	struct {
		const struct record *r;
		guest_addr at;
	} arg = {r, a};

	return put_array(t, a, n, r->size, NULL, one_record, &arg);
}

static bool records(struct tline *t, const struct record *r, guest_addr a, u64 len)
{
	if (len < r->size)
		return false;
	put_records(t, r, a, len / r->size);
	return true;
}

bool put_value(struct tline *t, const struct value *v, guest_addr a, u64 len)
{
	switch (v->kind) {
	case V_NONE:
		return false;
	case V_STR:
		return text(t, a, len, false);
	case V_STR0:
		return text(t, a, len, true);
	case V_STRN:
		put_buf(t, a, len);
		return true;
	case V_HWADDR:
		return hwaddr(t, a, len, v->arg ? value_ctx.hardware : ~0u);
	case V_MAC:
		return len >= 6 && hwaddr(t, a, 6, 1);
	case V_IN4:
	case V_IN6:
		if (len < v->size)
			return false;
		put_inet(t, v->kind == V_IN4 ? AF_INET : AF_INET6, a, len, NULL);
		return true;
	case V_FAMILY_ADDR:
		put_inet(t, value_ctx.family, a, len, NULL);
		return true;
	case V_RECORD:
		return record(t, v->arg, a, len);
	case V_RECORDS:
		return records(t, v->arg, a, len);
	case V_ATTRS:
		put_attrs(t, v->arg, a, len);
		return true;
	case V_INTS:
	case V_XINTS:
	case V_INDEXED:
	case V_INDEXED_D:
		if (len < v->size)
			return false;
		put_array(t, a, len / v->size, v->size, v->arg,
			  v->kind == V_INDEXED_D ? one_d
			  : v->kind == V_XINTS	 ? one_x
						 : one_u,
			  NULL);
		return true;
	case V_CALL:
		return ((value_fn)(uintptr_t)v->arg)(t, a, len);
	default:
		return lone_int(t, v, a, len);
	}
}

void put_value_or_hex(struct tline *t, const struct value *v, guest_addr a, u64 len)
{
	if (!v || !put_value(t, v, a, len))
		put_hexbuf(t, a, len);
}

static void one_attr(struct tline *t, const struct attrs *s, const struct nlattr *n, guest_addr a,
		     u64 len)
{
	u32 type = n->nla_type & NLA_TYPE_MASK, i = s && s->all ? 0 : type;

	len = MIN(len, n->nla_len);
	if (len > NLA_HDRLEN)
		putch(t, '[');
	put_fmt(t, "{nla_len=%u, nla_type=", n->nla_len);
	if (n->nla_type & NLA_F_NESTED) {
		put_const(t, "NLA_F_NESTED", NLA_F_NESTED);
		putch(t, '|');
	}
	if (n->nla_type & NLA_F_NET_BYTEORDER) {
		put_const(t, "NLA_F_NET_BYTEORDER", NLA_F_NET_BYTEORDER);
		putch(t, '|');
	}
	if (s && s->names)
		put_val(t, s->names, type);
	else
		put_hex(t, type);
	putch(t, '}');
	if (len <= NLA_HDRLEN)
		return;
	put(t, ", ");
	value_ctx.type = (u16)n->nla_type;
	put_value_or_hex(t, s && i < s->n ? &s->v[i] : NULL, a + NLA_HDRLEN, len - NLA_HDRLEN);
	putch(t, ']');
}

void put_attrs(struct tline *t, const struct attrs *attrs, guest_addr a, u64 len)
{
	bool array = false;
	struct nlattr n;

	for (u32 i = 0;; i++) {
		u64 step, next = 0;

		if (len < sizeof(n)) {
			put_hexbuf(t, a, len);
			break;
		}
		if (!rd(t, &n, a, sizeof(n))) {
			put(t, array ? "... /* " : "");
			put_addr(t, a);
			put(t, array ? " */" : "");
			break;
		}
		if (t->abbrev && i == trace_string_limit()) {
			put(t, "...");
			break;
		}
		step = (u64)NLA_ALIGN(n.nla_len);
		if (n.nla_len >= NLA_HDRLEN && len > step)
			next = len - step;
		if (!array && next) {
			putch(t, '[');
			array = true;
		}
		one_attr(t, attrs, &n, a, len);
		if (!next)
			break;
		put(t, ", ");
		a += step;
		len = next;
	}
	if (array)
		putch(t, ']');
}
