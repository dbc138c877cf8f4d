/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a system call is declared: once, at its definition. Dispatch, tracer, policy and
 * `trapgate table` read the struct syscall_desc that the declaration makes.
 *
 *	SYSCALL_DEFINE3(read, (), FD, fd, BUF_OUT, buf, SIZE, count)
 *	{
 *		return ...;      // >= 0 or -errno
 *	}
 *
 * The second argument holds designated initialisers for struct syscall_desc in parentheses:
 * () for a complete call, (.missing = "what is missing") for a partial one, (.flags = SC_OUTSIDE).
 * Each argument is a kind of argkinds.def and a name; the kind fixes the C type.
 * The same with COMPAT_SYSCALL_DEFINEn for entry points named compat_sys_* in syscall_32.tbl. */
#ifndef TRAPGATE_ABI_SYSCALL_H
#define TRAPGATE_ABI_SYSCALL_H

#include <string.h>

#include "abi/types.h"

enum arg_kind {
	K_NONE,
#define K(kind, type) K_##kind,
#include "abi/argkinds.def"
#undef K
	K_COUNT
};

/* C types of the kinds: sc_FD, sc_PATH, ... */
#define K(kind, type) typedef type sc_##kind;
#include "abi/argkinds.def"
#undef K

#define SYSCALL_MAX_ARGS 6

enum {
	/* The handler replaces registers or the address space (fork, execve, rt_sigreturn...): it
	 * runs when the engine has been left, with the full pt_regs in current->regs. */
	SC_OUTSIDE = 1 << 0,
	/* The call never returns to its caller as such (exit): the tracer prints "= ?". */
	SC_NORETURN = 1 << 1,
	/* The handler wrote pt_regs itself (rt_sigreturn): ax is not overwritten by the result. */
	SC_SETS_REGS = 1 << 2,
	/* The call never waits: it runs at once where threads make others wait for the run loop
	 * too, which can let other threads go on meanwhile. A matter of speed alone. */
	SC_QUICK = 1 << 3,
};

struct syscall_arg {
	u16 kind; /* enum arg_kind */
	const char *name;
};

struct syscall_desc {
	const char *handler;	  /* "sys_read", "compat_sys_readv" */
	long (*fn)(const u64 *a); /* arguments as dispatched: 64-bit, or zero-extended 32-bit */
	const char *missing;	  /* NULL: complete; else what a partial handler lacks */
	u32 flags;
	bool (*quick)(const u64 *a); /* whether a call with these arguments is SC_QUICK */
	u32 nargs;
	struct syscall_arg arg[SYSCALL_MAX_ARGS];
};

/* One row of a table. desc is NULL where there is no handler: the call returns -ENOSYS. */
struct syscall_row {
	const char *name;	  /* as in the table: "read"; NULL for a hole */
	const char *abi;	  /* "common", "64", "x32", "i386" */
	const char *entry;	  /* entry point that the table names, or NULL (never had one) */
	const struct syscall_desc *desc;
};

#define SC_STRIP(...) __VA_ARGS__
#define SC_ARG(k, n)  {K_##k, #n}
#define SC_MAP0()
#define SC_MAP1(m, k, n)      m(k, n)
#define SC_MAP2(m, k, n, ...) m(k, n), SC_MAP1(m, __VA_ARGS__)
#define SC_MAP3(m, k, n, ...) m(k, n), SC_MAP2(m, __VA_ARGS__)
#define SC_MAP4(m, k, n, ...) m(k, n), SC_MAP3(m, __VA_ARGS__)
#define SC_MAP5(m, k, n, ...) m(k, n), SC_MAP4(m, __VA_ARGS__)
#define SC_MAP6(m, k, n, ...) m(k, n), SC_MAP5(m, __VA_ARGS__)
#define SC_PARAM(k, n)	      sc_##k n
#define SC_CAST1(k, n)	      (sc_##k)a[0]
#define SC_CAST2(k, n, ...)   (sc_##k)a[0], SC_C21(__VA_ARGS__)
#define SC_C21(k, n)	      (sc_##k)a[1]
#define SC_CAST3(k, n, ...)   (sc_##k)a[0], SC_C32(__VA_ARGS__)
#define SC_C32(k, n, ...)     (sc_##k)a[1], SC_C31(__VA_ARGS__)
#define SC_C31(k, n)	      (sc_##k)a[2]
#define SC_CAST4(k, n, ...)   (sc_##k)a[0], SC_C43(__VA_ARGS__)
#define SC_C43(k, n, ...)     (sc_##k)a[1], SC_C42(__VA_ARGS__)
#define SC_C42(k, n, ...)     (sc_##k)a[2], SC_C41(__VA_ARGS__)
#define SC_C41(k, n)	      (sc_##k)a[3]
#define SC_CAST5(k, n, ...)   (sc_##k)a[0], SC_C54(__VA_ARGS__)
#define SC_C54(k, n, ...)     (sc_##k)a[1], SC_C53(__VA_ARGS__)
#define SC_C53(k, n, ...)     (sc_##k)a[2], SC_C52(__VA_ARGS__)
#define SC_C52(k, n, ...)     (sc_##k)a[3], SC_C51(__VA_ARGS__)
#define SC_C51(k, n)	      (sc_##k)a[4]
#define SC_CAST6(k, n, ...)   (sc_##k)a[0], SC_C65(__VA_ARGS__)
#define SC_C65(k, n, ...)     (sc_##k)a[1], SC_C64(__VA_ARGS__)
#define SC_C64(k, n, ...)     (sc_##k)a[2], SC_C63(__VA_ARGS__)
#define SC_C63(k, n, ...)     (sc_##k)a[3], SC_C62(__VA_ARGS__)
#define SC_C62(k, n, ...)     (sc_##k)a[4], SC_C61(__VA_ARGS__)
#define SC_C61(k, n)	      (sc_##k)a[5]

#define SC_DEFINEx(prefix, n, name, attr, ...)                                                     \
	static long do_##prefix##name(SC_MAP##n(SC_PARAM, __VA_ARGS__));                           \
	static long se_##prefix##name(const u64 *a)                                                \
	{                                                                                          \
		return do_##prefix##name(SC_CAST##n(__VA_ARGS__));                                 \
	}                                                                                          \
	extern const struct syscall_desc prefix##name##_desc;                                      \
	const struct syscall_desc prefix##name##_desc = {                                          \
		.handler = #prefix #name,                                                          \
		.fn = se_##prefix##name,                                                           \
		.nargs = n,                                                                        \
		.arg = {SC_MAP##n(SC_ARG, __VA_ARGS__)},                                           \
		SC_STRIP attr};                                                                    \
	static long do_##prefix##name(SC_MAP##n(SC_PARAM, __VA_ARGS__))

#define SC_DEFINE0(prefix, name, attr)                                                             \
	static long do_##prefix##name(void);                                                       \
	static long se_##prefix##name(const u64 *a)                                                \
	{                                                                                          \
		(void)a;                                                                           \
		return do_##prefix##name();                                                        \
	}                                                                                          \
	extern const struct syscall_desc prefix##name##_desc;                                      \
	const struct syscall_desc prefix##name##_desc = {                                          \
		.handler = #prefix #name, .fn = se_##prefix##name, SC_STRIP attr};                 \
	static long do_##prefix##name(void)

#define SYSCALL_DEFINE0(name, attr)		SC_DEFINE0(sys_, name, attr)
#define SYSCALL_DEFINE1(name, attr, ...)	SC_DEFINEx(sys_, 1, name, attr, __VA_ARGS__)
#define SYSCALL_DEFINE2(name, attr, ...)	SC_DEFINEx(sys_, 2, name, attr, __VA_ARGS__)
#define SYSCALL_DEFINE3(name, attr, ...)	SC_DEFINEx(sys_, 3, name, attr, __VA_ARGS__)
#define SYSCALL_DEFINE4(name, attr, ...)	SC_DEFINEx(sys_, 4, name, attr, __VA_ARGS__)
#define SYSCALL_DEFINE5(name, attr, ...)	SC_DEFINEx(sys_, 5, name, attr, __VA_ARGS__)
#define SYSCALL_DEFINE6(name, attr, ...)	SC_DEFINEx(sys_, 6, name, attr, __VA_ARGS__)
#define COMPAT_SYSCALL_DEFINE0(name, attr)	SC_DEFINE0(compat_sys_, name, attr)
#define COMPAT_SYSCALL_DEFINE1(name, attr, ...) SC_DEFINEx(compat_sys_, 1, name, attr, __VA_ARGS__)
#define COMPAT_SYSCALL_DEFINE2(name, attr, ...) SC_DEFINEx(compat_sys_, 2, name, attr, __VA_ARGS__)
#define COMPAT_SYSCALL_DEFINE3(name, attr, ...) SC_DEFINEx(compat_sys_, 3, name, attr, __VA_ARGS__)
#define COMPAT_SYSCALL_DEFINE4(name, attr, ...) SC_DEFINEx(compat_sys_, 4, name, attr, __VA_ARGS__)
#define COMPAT_SYSCALL_DEFINE5(name, attr, ...) SC_DEFINEx(compat_sys_, 5, name, attr, __VA_ARGS__)
#define COMPAT_SYSCALL_DEFINE6(name, attr, ...) SC_DEFINEx(compat_sys_, 6, name, attr, __VA_ARGS__)

/* Most names are told apart by their first letters: tables are gone through many times when a
 * sandbox begins. */
static inline bool syscall_is_named(const struct syscall_row *row, const char *name)
{
	return row->name && row->name[0] == name[0] && !strcmp(row->name, name);
}

/* The generated tables (build/gen/syscall_tables.c). */
extern const struct syscall_row sys_call_table[];
extern const u32 sys_call_table_size;
extern const struct syscall_row ia32_sys_call_table[];
extern const u32 ia32_sys_call_table_size;

/* x32's own numbers, for listing only: nothing dispatches them. */
struct syscall_x32_row {
	u32 nr;
	struct syscall_row row;
};
extern const struct syscall_x32_row x32_call_table[];
extern const u32 x32_call_table_size;

#endif
