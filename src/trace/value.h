/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values, structs and netlink attributes described as data: what a table says is how the bytes at
 * an address are shown. */
#ifndef TRAPGATE_TRACE_VALUE_H
#define TRAPGATE_TRACE_VALUE_H

#include <stddef.h>

#include "trace/internal.h"

enum value_kind {
	V_NONE, /* not decoded: the bytes, in hexadecimal */
	V_U,	/* integers of `size` bytes */
	V_D,
	V_X,
	V_0X,	  /* with all its digits */
	V_VAL,	  /* arg: struct xlat_set; size 0: as wide as what is there */
	V_FLAGS,  /* the same */
	V_FLAGSV, /* flags whose names no header has: always with the number */
	V_VALV,
	V_HTONS_VAL, /* a name in network order */
	V_HTONS,
	V_HTONL_X,
	V_HTOBE64,
	V_XINT,	   /* 1, 2, 4 or 8 bytes in hexadecimal, as wide as it is */
	V_STR,	   /* bytes with a NUL that is not shown */
	V_STR0,	   /* bytes up to a NUL */
	V_STRN,	   /* bytes */
	V_CSTRING, /* an array of `size` characters */
	V_HEXSTR,  /* an array of bytes in hexadecimal */
	V_FD,
	V_UID,
	V_PID,
	V_IFINDEX,
	V_CLOCK, /* in USER_HZ */
	V_HWADDR,
	V_MAC, /* six bytes */
	V_IN4,
	V_IN6,
	V_FAMILY_ADDR, /* of value_ctx.family */
	V_DEV,
	V_ADDR,	   /* a pointer */
	V_RECORD,  /* arg: struct record */
	V_ATTRS,   /* arg: struct attrs */
	V_INTS,	   /* array of unsigned numbers of `size` bytes */
	V_DINTS,   /* of signed ones */
	V_XINTS,   /* in hexadecimal */
	V_INDEXED, /* the same with names: arg: struct xlat_set of the indices */
	V_INDEXED_D,
	V_RECORDS, /* array of arg: struct record */
	V_CALL,	   /* arg: value_fn */
};

struct value {
	u8 kind, size;
	const void *arg;
};

/* Prints len bytes at a; false: not what it should be, print the bytes. */
typedef bool (*value_fn)(struct tline *t, guest_addr a, u64 len);

enum field_when {
	F_ALWAYS,
	F_NOT0,	 /* padding: shown only where it is not zero */
	F_NAME0, /* shown without a name */
};

struct field {
	const char *name;
	u16 off, count; /* count: of V_INTS and V_INDEXED in a struct */
	u8 when;
	struct value v;
};
struct record {
	const struct field *f;
	u16 n, size;
	u16 min;   /* nonzero: a struct of exactly this size was one once */
	u8 follow; /* what comes behind the struct */
	const void *more;
};
enum { FOLLOW_NONE, FOLLOW_HEX, FOLLOW_ATTRS };

struct attrs {
	const struct xlat_set *names;
	const struct value *v;
	u32 n;
	bool all; /* v[0] is for every type; value_ctx.type tells which */
};

/* What the parts of a message say about others. */
struct value_ctx {
	u8 family;
	u16 hardware, type;
	char kind[16], slave[16];
	u32 wide; /* bytes of V_IN4 in a struct, where it is one of more */
};
extern _Thread_local struct value_ctx value_ctx;

bool put_value(struct tline *t, const struct value *v, guest_addr a, u64 len);
/* The same, or the bytes. */
void put_value_or_hex(struct tline *t, const struct value *v, guest_addr a, u64 len);
/* The fields of a struct from field `from` on, up to `size` bytes, no braces. */
void put_fields(struct tline *t, const struct record *r, guest_addr a, u32 from, u64 size);
/* {...}; false: it cannot be read. */
bool put_record(struct tline *t, const struct record *r, guest_addr a);
void put_attrs(struct tline *t, const struct attrs *attrs, guest_addr a, u64 len);
/* An address of this family at a, or the bytes. name: with "name=" or not, as strace does */
void put_inet(struct tline *t, int family, guest_addr a, u64 len, const char *name);
void put_inet_bytes(struct tline *t, int family, const void *bytes, u32 len, const char *name);
/* A number in one of the forms. */
void put_number(struct tline *t, const struct value *v, u64 n, u32 size);
void put_hwaddr(struct tline *t, const u8 *b, u32 len, u32 hardware);
void put_clock_ticks(struct tline *t, u64 v);
void put_cstring_field(struct tline *t, const char *s, size_t size);
/* "[a, b, ...]" with at most -s elements of -v's absence; each by the function. False: there are
 * none, or not all of them can be read. */
bool put_array(struct tline *t, guest_addr a, u64 n, size_t size, const struct xlat_set *index,
	       void (*one)(struct tline *t, const void *elem, size_t size, const void *arg),
	       const void *arg);

/* n structs, each behind the other; the result is put_array()'s. */
bool put_records(struct tline *t, const struct record *r, guest_addr a, u64 n);
/* A character in quotes. names: \t, \n, ... instead of their numbers */
void put_char(struct tline *t, u8 c, bool names);
/* A number that may have a name, in decimal where it has none; the second is for a value_fn. */
void put_decimal(struct tline *t, const struct xlat_set *set, u64 v);
bool value_decimal(struct tline *t, const struct xlat_set *set, guest_addr a, u64 len);
bool value_uuid(struct tline *t, guest_addr a, u64 len); /* a value_fn */
/* "field=" and an array of characters there, up to a page. */
void put_characters(struct tline *t, const char *field, guest_addr a, u32 size);
void put_version(struct tline *t, u32 v);
bool put_kernel_version(struct tline *t, guest_addr a, u64 len); /* a value_fn */

/* A number as wide as it is. */
static inline u64 value_int(const void *b, size_t size)
{
	u64 v = 0;

	__builtin_memcpy(&v, b, size < 8 ? size : 8);
	return v;
}

/* clang-format off */
#define REC_SIZE(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))
#define FIELD(type, m, kind, set) \
	{#m, offsetof(type, m), 0, F_ALWAYS, {kind, sizeof(((type *)0)->m), set}}
#define FIELD_NOT0(type, m, kind) \
	{#m, offsetof(type, m), 0, F_NOT0, {kind, sizeof(((type *)0)->m), NULL}}
#define FIELD_ARRAY(type, m, kind, set) \
	{#m, offsetof(type, m), sizeof(((type *)0)->m) / sizeof(((type *)0)->m[0]), F_ALWAYS, \
	 {kind, sizeof(((type *)0)->m[0]), set}}
#define RECORD(name, type, ...) \
	static const struct field name##_f[] = {__VA_ARGS__}; \
	static const struct record name = {name##_f, ARRAY_SIZE(name##_f), sizeof(type), 0, 0, NULL}
#define RECORD_MORE(name, type, min, follow, more, ...) \
	static const struct field name##_f[] = {__VA_ARGS__}; \
	static const struct record name = {name##_f, ARRAY_SIZE(name##_f), sizeof(type), min, follow, more}
#define ATTRS(name, names, ...) \
	static const struct value name##_v[] = {__VA_ARGS__}; \
	static const struct attrs name = {&names, name##_v, ARRAY_SIZE(name##_v), false}

#define A_U8  {V_U, 1, NULL}
#define A_U16 {V_U, 2, NULL}
#define A_U32 {V_U, 4, NULL}
#define A_U64 {V_U, 8, NULL}
#define A_S32 {V_D, 4, NULL}
#define A_X16 {V_X, 2, NULL}
#define A_X32 {V_X, 4, NULL}
#define A_STR {V_STR, 0, NULL}
#define A_STR0 {V_STR0, 0, NULL}
#define A_FD {V_FD, 4, NULL}
#define A_UID {V_UID, 4, NULL}
#define A_IFINDEX {V_IFINDEX, 4, NULL}
#define A_CLOCK {V_CLOCK, 0, NULL}
#define A_IN4 {V_IN4, 4, NULL}
#define A_IN6 {V_IN6, 16, NULL}
#define A_ADDR {V_FAMILY_ADDR, 0, NULL}
#define A_BE16 {V_HTONS, 2, NULL}
#define A_BE64 {V_HTOBE64, 8, NULL}
#define A_VAL(size, set) {V_VAL, size, &(set)}
#define A_FLAGS(size, set) {V_FLAGS, size, &(set)}
#define A_REC(r) {V_RECORD, 0, &(r)}
#define A_RECS(r) {V_RECORDS, 0, &(r)}
#define A_ATTRS(a) {V_ATTRS, 0, &(a)}
#define A_CALL(fn) {V_CALL, 0, fn}
/* clang-format on */

#endif
