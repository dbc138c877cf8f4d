/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes: clone, ids, limits, capabilities, futex, prctl, thread areas. */
#include <string.h>

#include "trace/flags.h"

static bool failed(const struct tline *t)
{
	return (u64)t->ret >= (u64)-4095L;
}

void put_id(struct tline *t, u32 id)
{
	if (id == (u32)-1)
		put(t, "-1");
	else
		put_udec(t, id);
}

static bool limit_has_name(u64 v, bool wide)
{
	return v == (wide ? ~0ULL : 0xffffffffULL) || (v > 1024 && v % 1024 == 0);
}

static void put_limit(struct tline *t, u64 v, bool wide)
{
	if (topt.consts != CONST_ABBREV)
		put_udec(t, v);
	if (topt.consts == CONST_RAW || (topt.consts == CONST_VERBOSE && !limit_has_name(v, wide)))
		return;
	if (topt.consts == CONST_VERBOSE)
		put(t, " /* ");
	if (v == (wide ? ~0ULL : 0xffffffffULL))
		put(t, wide ? "RLIM64_INFINITY" : "RLIM_INFINITY");
	else if (v > 1024 && v % 1024 == 0)
		put_fmt(t, "%llu*1024", (unsigned long long)v / 1024);
	else
		put_udec(t, v);
	if (topt.consts == CONST_VERBOSE)
		put(t, " */");
}

static bool rlimit_(struct tline *t, guest_addr a, bool wide)
{
	u64 v[2] = {0, 0};
	size_t w = wide ? 8 : 4;

	if (!rd(t, &v[0], a, w) || !rd(t, &v[1], a + w, w))
		return false;
	put(t, "{rlim_cur=");
	put_limit(t, v[0], wide);
	put(t, ", rlim_max=");
	put_limit(t, v[1], wide);
	putch(t, '}');
	return true;
}

/* whole: it was filled before the call, whatever became of that. */
static bool user_desc_(struct tline *t, guest_addr a, bool whole)
{
	bool number_alone = !whole && t->exiting && failed(t);
	u32 d[4];

	if (!rd(t, d, a, number_alone ? sizeof(*d) : sizeof(d)))
		return false;
	put(t, "{entry_number=");
	put_id(t, d[0]);
	put(t, ", ");
	if (number_alone) {
		put(t, "...}");
		return true;
	}
	put_fmt(t, "base_addr=%#08x, limit=%#08x, seg_32bit=%u, contents=%u, ", d[1], d[2],
		d[3] & 1, d[3] >> 1 & 3);
	put_fmt(t, "read_exec_only=%u, limit_in_pages=%u, seg_not_present=%u, useable=%u",
		d[3] >> 3 & 1, d[3] >> 4 & 1, d[3] >> 5 & 1, d[3] >> 6 & 1);
	put_fmt(t, t->compat ? "}" : ", lm=%u}", d[3] >> 7 & 1);
	return true;
}

static void put_dec_int(struct tline *t, s32 v)
{
	put_dec(t, v);
}

static void put_clone_flags(struct tline *t, u64 flags)
{
	u32 sig = flags & 0xff;

	if (flags & ~0xffULL) {
		put_flags(t, &x_clone, flags & ~0xffULL);
		if (sig)
			putch(t, '|');
	} else if (!sig) {
		putch(t, '0');
	}
	if (sig)
		put_signal(t, (int)sig);
}

#define CLONE_ARGS_MIN 64 /* CLONE_ARGS_SIZE_VER0 */

/* set_tid: ids for each PID namespace; the kernel takes 32 at most. */
static void put_tids(struct tline *t, guest_addr a, u64 n)
{
	s32 tid;

	if (!a || !n || n > 32 || !rd(t, &tid, a, 4)) {
		put_addr(t, a);
		return;
	}
	for (u64 i = 0; i < n; i++) {
		put(t, i ? ", " : "[");
		if (!rd(t, &tid, a + i * 4, 4)) {
			put_fmt(t, "... /* %#llx */", (unsigned long long)(a + i * 4));
			break;
		}
		put_dec(t, tid);
	}
	putch(t, ']');
}

static void put_int_at(struct tline *t, guest_addr a, bool fd)
{
	s32 v;

	if (!a || !rd(t, &v, a, 4)) {
		put_addr(t, a);
		return;
	}
	putch(t, '[');
	(fd ? put_fd : put_dec_int)(t, v);
	putch(t, ']');
}

/* What clone3 has filled. */
static void clone_args_out(struct tline *t, const u64 *c, guest_addr a, u64 size)
{
	size_t at = t->len, begin;

	put(t, " => {");
	begin = t->len;
	if (c[0] & 0x1000) { /* CLONE_PIDFD */
		put(t, "pidfd=");
		put_int_at(t, c[1], true);
	}
	if (c[0] & 0x00100000) { /* CLONE_PARENT_SETTID */
		put(t, t->len > begin ? ", parent_tid=" : "parent_tid=");
		put_int_at(t, c[3], false);
	}
	if (size > 11 * sizeof(u64)) {
		size_t tail = t->len;

		put_tail(t, a, 11 * sizeof(u64), size);
		if (tail == begin && t->len > tail) { /* without its ", " */
			memmove(t->buf + tail, t->buf + tail + 2, t->len - tail - 2);
			t->len -= 2;
		}
	}
	if (t->len == begin)
		t->len = at;
	else
		putch(t, '}');
}

static bool clone_args_(struct tline *t, guest_addr a)
{
	/* flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls */
	u64 c[11] = {0};
	u64 size = t->arg[t->index + 1];

	if (size < CLONE_ARGS_MIN || !rd(t, c, a, MIN(size & ~7ULL, sizeof(c))))
		return false;
	put(t, "{flags=");
	put_flags(t, &x_clone3, c[0]);
	if (c[0] & 0x1000) { /* CLONE_PIDFD */
		put(t, ", pidfd=");
		put_addr(t, c[1]);
	}
	if (c[0] & 0x01200000) { /* CLONE_CHILD_SETTID, CLONE_CHILD_CLEARTID */
		put(t, ", child_tid=");
		put_addr(t, c[2]);
	}
	if (c[0] & 0x00100000) { /* CLONE_PARENT_SETTID */
		put(t, ", parent_tid=");
		put_addr(t, c[3]);
	}
	put(t, ", exit_signal=");
	if (c[4] && c[4] < 65)
		put_signal(t, (int)c[4]);
	else
		put_udec(t, c[4]);
	put(t, ", stack=");
	put_addr(t, c[5]);
	put(t, ", stack_size=");
	put_hex(t, c[6]);
	if (c[0] & 0x00080000) { /* CLONE_SETTLS */
		put(t, ", tls=");
		if (!t->compat || !user_desc_(t, c[7], true))
			put_addr(t, c[7]);
	}
	if (c[8] || c[9]) {
		put(t, ", set_tid=");
		put_tids(t, c[8], c[9]);
		put_fmt(t, ", set_tid_size=%llu", (unsigned long long)c[9]);
	}
	if (size >= sizeof(c) && (c[10] || (c[0] & 0x200000000ULL))) { /* CLONE_INTO_CGROUP */
		put_fmt(t, ", cgroup=%llu", (unsigned long long)c[10]);
	}
	put_tail(t, a, sizeof(c), size);
	putch(t, '}');
	if (!failed(t))
		clone_args_out(t, c, a, size);
	return true;
}

#define CLONE_IDS (0x00001000 | 0x00080000 | 0x00100000 | 0x00200000 | 0x01000000)

/* The second half: ids and TLS. i386 has tls and child_tid in the other order. */
static void clone_rest(struct tline *t)
{
	u32 flags = (u32)t->arg[0];
	u64 tls = t->compat ? t->arg[3] : t->arg[4];
	u64 child = t->compat ? t->arg[4] : t->arg[3];
	s32 tid;

	if (flags & 0x00101000) { /* CLONE_PARENT_SETTID, CLONE_PIDFD */
		put(t, ", parent_tid=");
		if (!failed(t) && rd(t, &tid, t->arg[2], 4)) {
			putch(t, '[');
			if (flags & 0x00100000)
				put_pid_kind(t, tid, PID_TASK);
			else
				put_fd(t, tid);
			putch(t, ']');
		} else
			put_addr(t, t->arg[2]);
	}
	if (flags & 0x00080000) {
		put(t, ", tls=");
		if (!t->compat || !user_desc_(t, tls, false))
			put_addr(t, tls);
	}
	if (flags & 0x01200000) {
		put(t, ", child_tidptr=");
		put_addr(t, child);
	}
}

/* gid_t[count]; the old i386 calls have 16-bit ones. */
static bool gids(struct tline *t, guest_addr a, u64 count)
{
	bool narrow = t->compat && !strstr(t->name, "32");
	u16 probe;

	if (count > 65536 || (count && !rd(t, &probe, a, 2)))
		return false;
	putch(t, '[');
	for (u64 i = 0; i < count; i++) {
		u32 id = 0;

		if (!rd(t, &id, a + i * (narrow ? 2 : 4), narrow ? 2 : 4)) {
			if (i)
				put_fmt(t, ", ... /* %#llx */",
					(unsigned long long)(a + i * (narrow ? 2 : 4)));
			break;
		}
		if (i)
			put(t, ", ");
		if (t->abbrev && i >= trace_string_limit()) {
			put(t, "...");
			break;
		}
		put_id(t, narrow && id == 0xffff ? (u32)-1 : id);
	}
	putch(t, ']');
	return true;
}

bool put_cpuset(struct tline *t, guest_addr a, u64 size)
{
	u8 set[128];
	bool first = true, more = size > sizeof(set); /* than the kernel takes */

	size = MIN(size, sizeof(set));
	if (!rd(t, set, a, size))
		return false;
	putch(t, '[');
	for (u32 cpu = 0; cpu < size * 8; cpu++) {
		if (!(set[cpu / 8] >> cpu % 8 & 1))
			continue;
		if (!first)
			putch(t, ' ');
		first = false;
		put_udec(t, cpu);
	}
	if (more)
		put(t, first ? "..." : " ...");
	putch(t, ']');
	return true;
}

/* Two sets of 32: strace shows what it does not know of each at its end. */
static void put_caps(struct tline *t, u32 lo, u32 hi)
{
	if (lo || !hi)
		put_flags(t, &x_cap_lo, lo);
	if (lo && hi)
		putch(t, '|');
	if (hi)
		put_flags(t, &x_cap_hi, hi);
}

static bool cap_header(struct tline *t, guest_addr a)
{
	u32 h[2];

	if (!rd(t, h, a, 8))
		return false;
	put(t, "{version=");
	put_val(t, &x_cap_version, h[0]);
	put_fmt(t, ", pid=%d}", (s32)h[1]);
	return true;
}

static bool cap_data(struct tline *t, guest_addr a)
{
	static const char *const names[] = {"{effective=", ", permitted=", ", inheritable="};
	u32 version = 0, d[6] = {0};
	bool two;

	if (!rd(t, d, t->arg[0], 8)) /* the header says how much there is */
		return false;
	version = d[0];
	d[0] = d[1] = 0;
	two = version == 0x20071026 || version == 0x20080522;
	if (!rd(t, d, a, two ? 24 : 12))
		return false;
	for (int i = 0; i < 3; i++) {
		put(t, names[i]);
		put_caps(t, d[i], two ? d[i + 3] : 0);
	}
	putch(t, '}');
	return true;
}

/* Which of futex's arguments 2..5 an operation has: a bit each. */
static u32 futex_args(u32 op)
{
	switch (op & 127) {
	case 0: /* FUTEX_WAIT: val, timeout */
		return 0x3 << 2;
	case 1: /* FUTEX_WAKE */
	case 2: /* FUTEX_FD */
		return 0x1 << 2;
	case 3:	 /* FUTEX_REQUEUE: val, val2, uaddr2 */
	case 11: /* FUTEX_WAIT_REQUEUE_PI: val, timeout, uaddr2 */
		return 0x7 << 2;
	case 6:	 /* FUTEX_LOCK_PI: timeout */
	case 13: /* FUTEX_LOCK_PI2 */
		return 0x2 << 2;
	case 7: /* FUTEX_UNLOCK_PI */
	case 8: /* FUTEX_TRYLOCK_PI */
		return 0;
	case 9: /* FUTEX_WAIT_BITSET: val, timeout, val3 */
		return 0xb << 2;
	case 10: /* FUTEX_WAKE_BITSET: val, val3 */
		return 0x9 << 2;
	default:
		return 0xf << 2;
	}
}

static bool futex_waits(u32 op)
{
	op &= 127;
	return op == 0 || op == 9 || op == 6 || op == 11 || op == 13;
}

static void futex_val3(struct tline *t, u32 v)
{
	static const char *const ops[] = {"SET", "ADD", "OR", "ANDN", "XOR"};
	static const char *const cmps[] = {"EQ", "NE", "LT", "LE", "GT", "GE"};
	u32 op = (u32)t->arg[1] & 127;

	if (op == 9 || op == 10) {
		if (v == 0xffffffff)
			put(t, "FUTEX_BITSET_MATCH_ANY");
		else
			put_hex(t, v);
	} else if (op == 5) {
		if (v & 0x80000000)
			put(t, "FUTEX_OP_OPARG_SHIFT<<28|");
		if ((v >> 28 & 7) < 5)
			put_fmt(t, "FUTEX_OP_%s<<28|", ops[v >> 28 & 7]);
		else
			put_fmt(t, "%#x<<28 /* FUTEX_OP_??? */|", v >> 28 & 7);
		put_hex(t, v >> 12 & 0xfff);
		if ((v >> 24 & 15) < 6)
			put_fmt(t, "<<12|FUTEX_OP_CMP_%s<<24|", cmps[v >> 24 & 15]);
		else
			put_fmt(t, "<<12|%#x<<24 /* FUTEX_OP_CMP_??? */|", v >> 24 & 15);
		put_hex(t, v & 0xfff);
	} else if (op < 14) {
		put_udec(t, v);
	} else {
		put_hex(t, v);
	}
}

bool process_is_out(struct tline *t, u32 i)
{
	if (t->kind[i] == K_PRCTL_ARG)
		return prctl_is_out(t, i);
	if (t->kind[i] == K_X_SECCOMP_ARG)
		return (u32)t->arg[0] == 3; /* SECCOMP_GET_NOTIF_SIZES */
	if (t->kind[i] == K_USER_DESC_INOUT)
		return t->name[0] == 'g'; /* get_thread_area */
	return t->kind[i] == K_ARCH_PRCTL_ARG && arch_prctl_is_out(t);
}

bool process_skip(struct tline *t, u32 i)
{
	switch (t->kind[i]) {
	case K_FUTEX_VAL:
	case K_FUTEX_TIMEOUT:
	case K_FUTEX_TIMEOUT64:
	case K_X_FUTEX4:
	case K_X_FUTEX5:
		return !(futex_args((u32)t->arg[1]) >> i & 1);
	case K_PRCTL_ARG:
		return i > prctl_nargs(t);
	case K_ARCH_PRCTL_ARG:
		return t->arg[0] == 0x1011; /* ARCH_GET_CPUID */
	case K_X_CLONE2:
		return !(t->arg[0] & CLONE_IDS);
	default:
		return false;
	}
}

/* i386's first calls about ids take 16 bits. */
static bool is_id16(const char *name)
{
	static const char *const names[] = {
		"chown",    "fchown",	 "lchown",    "setfsgid", "setfsuid", "setgid",
		"setregid", "setresgid", "setresuid", "setreuid", "setuid",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

bool dec_process(struct tline *t, u16 kind, u64 v)
{
	u32 op = (u32)t->arg[1];

	switch (kind) {
	case K_UID:
	case K_GID:
		if (t->compat && is_id16(t->name))
			put_id(t, (u16)v == 0xffff ? (u32)-1 : (u16)v);
		else
			put_id(t, (u32)v);
		return true;
	case K_RLIMIT_IN:
	case K_RLIMIT_OUT:
		return rlimit_(t, v, !t->compat);
	case K_RLIMIT64_IN:
	case K_RLIMIT64_OUT:
		return rlimit_(t, v, true);
	case K_X_USER_DESC:
		return user_desc_(t, v, true);
	case K_USER_DESC_INOUT:
		return user_desc_(t, v, false);
	case K_CLONE_ARGS_IN:
		return clone_args_(t, v);
	case K_CLONE_FLAGS:
		put_flags(t, &x_clone, v);
		return true;
	case K_X_CLONE:
		put(t, "child_stack=");
		put_addr(t, t->arg[1]);
		put(t, ", flags=");
		put_clone_flags(t, t->arg[0]);
		return true;
	case K_X_CLONE2:
		clone_rest(t);
		return true;
	case K_GIDS_IN:
		return gids(t, v, (u32)t->arg[0]);
	case K_GIDS_OUT:
		return gids(t, v, t->arg[0] ? (u64)t->ret : 0);
	case K_CPUSET_IN:
		return put_cpuset(t, v, t->arg[1]);
	case K_CPUSET_OUT:
		return put_cpuset(t, v, (u64)t->ret);
	case K_CAP_HEADER:
		return cap_header(t, v);
	case K_CAP_DATA_IN:
	case K_CAP_DATA_OUT:
		return cap_data(t, v);
	case K_FUTEX_VAL:
		put_udec(t, (u32)v);
		return true;
	case K_FUTEX_TIMEOUT:
	case K_FUTEX_TIMEOUT64:
		if (futex_waits(op))
			put_timespec(t, v, t->time64 || kind == K_FUTEX_TIMEOUT64);
		else if ((op & 127) < 14)
			put_udec(t, (u32)v);
		else
			put_addr(t, v);
		return true;
	case K_X_FUTEX5:
		futex_val3(t, (u32)v);
		return true;
	case K_PRCTL_ARG:
		return prctl_arg(t, v);
	case K_ARCH_PRCTL_ARG:
		return arch_prctl_arg(t, v);
	default:
		return false;
	}
}
