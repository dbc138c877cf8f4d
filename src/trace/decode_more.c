/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arguments of calls that few programs make. */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "trace/flags.h"
#include "trace/flags_filter.h"
#include "trace/flags_rare.h"
#include "trace/value.h"

void put_ifindex(struct tline *t, u32 index)
{
	char name[IF_NAMESIZE];
	bool known = index && consts() != CONST_RAW && if_indextoname(index, name);

	if (!known || consts() == CONST_VERBOSE)
		put_udec(t, index);
	if (known)
		put_fmt(t,
			consts() == CONST_VERBOSE ? " /* if_nametoindex(\"%s\") */"
						  : "if_nametoindex(\"%s\")",
			name);
}

void put_ioprio(struct tline *t, u32 v)
{
	if (topt.consts != CONST_ABBREV && t->index == 2)
		put_dec(t, (s32)v);
	if (topt.consts == CONST_RAW && t->index == 2)
		return;
	if (topt.consts == CONST_VERBOSE && t->index == 2)
		put(t, " /* ");
	put(t, "IOPRIO_PRIO_VALUE(");
	put_val(t, &x_ioprio_class, v >> 13);
	put_fmt(t, ", %u)", v & 0x1fff);
	if (topt.consts == CONST_VERBOSE && t->index == 2)
		put(t, " */");
}

static bool mq_attr(struct tline *t, guest_addr a)
{
	s64 v[8]; /* four of them reserved */
	u64 flags;

	if (!rd_longs(t, a, 8, v))
		return false;
	put(t, "{mq_flags=");
	flags = t->compat ? (u32)v[0] : (u64)v[0];
	if (t->name[3] == 'o') /* mq_open, which does not look at them */
		put_hex(t, flags);
	else
		put_flags(t, &x_mq_flags, flags);
	put_fmt(t, ", mq_maxmsg=%lld, mq_msgsize=%lld, mq_curmsgs=%lld}", (long long)v[1],
		(long long)v[2], (long long)v[3]);
	return true;
}

static void put_mpol(struct tline *t, u64 v)
{
	u64 flags = v & 0xe000, mode = v & ~0xe000ULL;

	if (!flags || topt.consts == CONST_RAW) {
		put_val(t, &x_mpol, v);
		return;
	}
	if (topt.consts == CONST_VERBOSE) {
		put_hex(t, v);
		put(t, " /* ");
	}
	if (xlat_name(&x_mpol, mode)) {
		put(t, xlat_name(&x_mpol, mode));
		putch(t, '|');
		put_names(t, &x_mpol_flags, flags);
	} else {
		put_names(t, &x_mpol_flags, v);
	}
	if (topt.consts == CONST_VERBOSE)
		put(t, " */");
}

static void put_ipc_call(struct tline *t, u32 v)
{
	if (v >> 16) {
		put_udec(t, v >> 16);
		put(t, "<<16|");
	}
	put_udec(t, v & 0xffff);
}

static void put_ipc_cmd(struct tline *t, const struct xlat_set *set, u32 v)
{
	if (v & 0x100) {
		put_flags(t, &x_ipc_64, 0x100);
		putch(t, '|');
		v &= ~0x100u;
	}
	put_val(t, set, v);
}

static void put_swap(struct tline *t, u32 v)
{
	if (v & ~0x7fffu) {
		put_flags(t, &x_swap, v & ~0x7fffu);
		putch(t, '|');
	}
	put_udec(t, v & 0x7fff);
}

/* struct sembuf[]; the next argument is their number */
static bool sembufs(struct tline *t, guest_addr a, u64 n)
{
	struct {
		u16 num;
		s16 op, flg;
	} b;

	for (u64 i = 0; i < n; i++) {
		if (!rd(t, &b, a + i * 6, 6)) {
			if (!i)
				return false;
			put_fmt(t, ", ... /* %#llx */", (unsigned long long)(a + i * 6));
			break;
		}
		put(t, i ? ", " : "[");
		if (t->abbrev && i >= trace_string_limit()) {
			put(t, "...");
			break;
		}
		put_fmt(t, "{sem_num=%u, sem_op=%d, sem_flg=", b.num, b.op);
		put_flags(t, &x_sem_flags, (u16)b.flg);
		putch(t, '}');
	}
	put(t, n ? "]" : "[]");
	return true;
}

/* struct __sysctl_args: words, of which the second and the last are numbers */
static bool sysctl_args(struct tline *t, guest_addr a)
{
	static const char *const names[] = {"name",    "nlen",	 "oldval",
					    "oldlenp", "newval", "newlen"};
	u8 b[80];
	u64 v;

	if (!rd(t, b, a, 10 * word_size(t)))
		return false;
	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		put_fmt(t, "%s%s=", i ? ", " : "{", names[i]);
		v = value_int(b + i * word_size(t), word_size(t));
		if (i == 1)
			put_dec(t, (s32)v);
		else if (i == 5)
			put_udec(t, v);
		else
			put_addr(t, v);
	}
	putch(t, '}');
	return true;
}

static bool landlock_attr(struct tline *t, guest_addr a, u64 size)
{
	u64 v;

	if (size < 8 || !rd(t, &v, a, sizeof(v)))
		return false;
	put(t, "{handled_access_fs=");
	put_flags(t, &x_landlock_fs, v);
	put(t, size > 8 ? ", ...}" : "}");
	return true;
}

static bool landlock_rule(struct tline *t, guest_addr a)
{
	u64 access;
	s32 fd;

	if ((u32)t->arg[1] != 1 || !rd(t, &access, a, 8) || !rd(t, &fd, a + 8, 4))
		return false;
	put(t, "{allowed_access=");
	put_flags(t, &x_landlock_fs, access);
	put(t, ", parent_fd=");
	put_fd(t, fd);
	putch(t, '}');
	return true;
}

static bool mount_attr(struct tline *t, guest_addr a, u64 size)
{
	u64 v[4];

	if (size < sizeof(v) || !rd(t, v, a, sizeof(v)))
		return false;
	put(t, "{attr_set=");
	put_flags(t, &x_mount_setattr_attr, v[0]);
	put(t, ", attr_clr=");
	put_flags(t, &x_mount_setattr_attr, v[1]);
	put(t, ", propagation=");
	put_val(t, &x_propagation, v[2]);
	put(t, ", userns_fd=");
	if (!(v[0] & 0x100000) || v[3] > INT32_MAX) /* MOUNT_ATTR_IDMAP */
		put_udec(t, v[3]);
	else
		put_fd(t, (s32)v[3]);
	put_tail(t, a, sizeof(v), size);
	putch(t, '}');
	return true;
}

/* struct kcmp_epoll_slot */
static bool epoll_slot(struct tline *t, guest_addr a)
{
	u32 s[3];

	if (!a || !rd(t, s, a, sizeof(s))) {
		put_addr(t, a);
		return true;
	}
	put_fmt(t, "{efd=%d, tfd=%d, toff=%u}", (s32)s[0], (s32)s[1], s[2]);
	return true;
}

static bool is_ioprio(const struct tline *t)
{
	return t->name[0] == 'i';
}

/* unsigned long[]: as many as hold bits - 1 bits, as the kernel counts */
static bool put_nodes(struct tline *t, guest_addr a, u64 bits)
{
	u64 n = bits ? (bits - 1 + 8 * word_size(t) - 1) / (8 * word_size(t)) : 0, word;

	if (bits == 1 || n < bits / (8 * word_size(t)) || !array_fits(a, n, word_size(t)))
		return false;
	if (n && !rd_word(t, a, &word))
		return false;
	putch(t, '[');
	for (u64 i = 0; i < n; i++) {
		if (i)
			put(t, ", ");
		if (!rd_word(t, a + i * word_size(t), &word)) {
			put_fmt(t, "... /* %#llx */", (unsigned long long)(a + i * word_size(t)));
			break;
		}
		if (t->abbrev && i >= trace_string_limit()) {
			put(t, "...");
			break;
		}
		put_fmt(t, "%#0*llx", (int)(2 * word_size(t)), (unsigned long long)word);
	}
	putch(t, ']');
	return true;
}

/* A class, and flags. */
static void put_fan_init(struct tline *t, u32 v)
{
	put_val(t, &x_fan_class, v & 0xc);
	if (v & ~0xcu) {
		putch(t, '|');
		put_flags(t, &x_fan_init, v & ~0xcu);
	}
}

static bool mpol_out(struct tline *t, guest_addr a)
{
	u32 mode;

	if (!rd(t, &mode, a, 4))
		return false;
	putch(t, '[');
	put_val(t, &x_mpol, mode);
	putch(t, ']');
	return true;
}

static void put_fan_nofd(struct tline *t)
{
	if (topt.consts == CONST_RAW)
		put(t, "-1");
	else
		put(t, topt.consts == CONST_VERBOSE ? "-1 /* FAN_NOFD */" : "FAN_NOFD");
}

static bool seccomp_arg(struct tline *t, u64 v)
{
	u32 action;
	u16 sizes[3];

	switch ((u32)t->arg[0]) {
	case 1: /* SECCOMP_SET_MODE_FILTER */
		return put_fprog(t, v, true);
	case 2: /* SECCOMP_GET_ACTION_AVAIL */
		if (!rd(t, &action, v, 4))
			return false;
		putch(t, '[');
		put_val(t, &x_seccomp_ret, action);
		putch(t, ']');
		return true;
	case 3: /* SECCOMP_GET_NOTIF_SIZES */
		if (!t->exiting || (u64)t->ret >= (u64)-4095L || !rd(t, sizes, v, 6))
			return false;
		put_fmt(t, "{seccomp_notif=%u, seccomp_notif_resp=%u, seccomp_data=%u}", sizes[0],
			sizes[1], sizes[2]);
		return true;
	default:
		return false;
	}
}

/* Flags with the logarithm of a page size in bits 26 to 31. */
static void put_huge_flags(struct tline *t, const struct xlat_set *set, u32 v, const char *shift)
{
	u32 huge = v >> 26, rest = v & 0x3ffffff;

	if (topt.consts != CONST_ABBREV) {
		put_hex(t, v);
		if (topt.consts == CONST_RAW || !v)
			return;
		put(t, " /* ");
	}
	if (rest || !huge)
		put_names(t, set, rest);
	if (huge)
		put_fmt(t, "%s%u<<%s", rest ? "|" : "", huge, shift);
	if (topt.consts == CONST_VERBOSE)
		put(t, " */");
}

static void put_mount_flags(struct tline *t, u64 v)
{
	bool magic = (v & 0xffff0000) == 0xc0ed0000; /* MS_MGC_VAL */

	if (magic && topt.consts == CONST_RAW) {
		put(t, "0xc0ed0000");
		v &= ~0xffff0000ULL;
		if (v) {
			putch(t, '|');
			put_hex(t, v);
		}
		return;
	}
	if (!magic) {
		put_flags(t, &x_mount, v);
		return;
	}
	v &= ~0xffff0000ULL;
	if (topt.consts == CONST_VERBOSE)
		put(t, "0xc0ed0000 /* MS_MGC_VAL */");
	else
		put(t, "MS_MGC_VAL");
	if (v) {
		putch(t, '|');
		put_flags(t, &x_mount, v);
	}
}

static bool dec_rare(struct tline *t, u16 kind, u64 v)
{
	u64 next = next_arg(t);

	switch (kind) {
	case K_X_SET_FLAGS:
		put_flags(t, t->set[t->index], (u32)v);
		return true;
	case K_X_SET_FLAGS64:
		put_flags(t, t->set[t->index], v);
		return true;
	case K_X_SECCOMP_FLAGS:
		if ((u32)t->arg[0] == 1) /* SECCOMP_SET_MODE_FILTER */
			put_flags(t, &x_seccomp_flags, (u32)v);
		else
			put_hex(t, (u32)v);
		return true;
	case K_X_SECCOMP_ARG:
		return seccomp_arg(t, v);
	case K_X_KCMP:
		if ((u32)t->arg[2] == 0 || ((u32)t->arg[2] == 7 && t->index == 3))
			put_fd(t, (s32)v); /* KCMP_FILE, KCMP_EPOLL_TFD */
		else if ((u32)t->arg[2] == 7)
			return epoll_slot(t, v);
		else
			put_hex(t, v);
		return true;
	case K_X_CMDLINE:
		put_buf(t, v, t->arg[2]);
		return true;
	case K_X_REBOOT_ARG: /* the kernel takes no more of it */
		put_name_n(t, v, 255);
		return true;
	case K_MEMFD_FLAGS:
		put_huge_flags(t, &x_memfd, (u32)v, "MFD_HUGE_SHIFT");
		return true;
	case K_MOUNT_FLAGS:
		put_mount_flags(t, v);
		return true;
	case K_X_PGID:
		put_pid_kind(t, (s32)v, PID_GROUP);
		return true;
	case K_X_TGID:
		put_pid_kind(t, (s32)v, PID_PROCESS);
		return true;
	case K_X_IOPRIO_ID: /* IOPRIO_WHO_PROCESS, IOPRIO_WHO_PGRP; PRIO_PROCESS is 0 */
		if (is_ioprio(t) ? (u32)t->arg[0] == 1 : (u32)t->arg[0] == 0)
			put_pid(t, (s32)v);
		else if (is_ioprio(t) ? (u32)t->arg[0] == 2 : (u32)t->arg[0] == 1)
			put_pid_kind(t, (s32)v, PID_GROUP);
		else
			put_dec(t, (s32)v);
		return true;
	case K_X_NODES_OUT:
		if (next && (u64)t->ret >= (u64)-4095L)
			return false; /* an empty one is shown even so */
		__attribute__((fallthrough));
	case K_X_NODES: /* migrate_pages' length is before both */
		return put_nodes(t, v, t->index == 1 || t->name[1] == 'b' ? next : t->arg[1]);
	case K_X_MPOL_OUT:
		return mpol_out(t, v);
	case K_X_FAN_INIT:
		put_fan_init(t, (u32)v);
		return true;
	case K_X_FAN_DIRFD:
		if ((s32)v == -1)
			put_fan_nofd(t);
		else
			put_dirfd(t, (s32)v);
		return true;
	case K_X_HEX32:
		put_hex(t, (u32)v);
		return true;
	case K_X_SET_VAL:
		put_val(t, t->set[t->index], (u32)v);
		return true;
	case K_X_KEYRING:
		put_val_dec(t, &x_keyring, (s32)v);
		return true;
	case K_X_MPOL:
		put_mpol(t, strcmp(t->name, "mbind") ? (u32)v : v);
		return true;
	case K_X_SWAP:
		put_swap(t, (u32)v);
		return true;
	case K_X_IPC_CALL:
		put_ipc_call(t, (u32)v);
		return true;
	case K_X_SHMCTL:
		put_ipc_cmd(t, &x_shmctl, (u32)v);
		return true;
	case K_X_SEMCTL:
		put_ipc_cmd(t, &x_semctl, (u32)v);
		return true;
	case K_X_MSGCTL:
		put_ipc_cmd(t, &x_msgctl, (u32)v);
		return true;
	case K_X_SEMBUF:
		return sembufs(t, v, next);
	case K_X_IOV_ADDR:
		put_iov(t, v, next, 0, false);
		return true;
	case K_X_LANDLOCK_ATTR:
		return landlock_attr(t, v, next);
	case K_X_LANDLOCK_RULE:
		return landlock_rule(t, v);
	case K_X_MOUNT_ATTR:
		return mount_attr(t, v, next);
	default:
		return false;
	}
}

struct sched_attr_ {
	u32 size, policy;
	u64 flags;
	s32 nice;
	u32 priority;
	u64 runtime, deadline, period;
	u32 util_min, util_max;
};
#define SCHED_ATTR_SIZE_VER0 48
#define SCHED_KEEP_POLICY    8
#define SCHED_KEEP_PARAMS    16

/* What is left as it was by the flags of sched_setattr is not shown. */
static void put_sched_attr(struct tline *t, const struct sched_attr_ *s, u32 size, bool is_set)
{
	bool keep_policy = is_set && (s32)s->policy >= 0 &&
			   (s->flags & (SCHED_KEEP_POLICY | SCHED_KEEP_PARAMS));

	if (!keep_policy) {
		put(t, ", sched_policy=");
		put_val(t, &x_sched, s->policy);
	}
	put(t, ", sched_flags=");
	put_flags(t, &x_sched_attr, s->flags);
	if (!is_set || !(s->flags & SCHED_KEEP_PARAMS)) {
		put_fmt(t, ", sched_nice=%d, sched_priority=%u, sched_runtime=%llu", s->nice,
			s->priority, (unsigned long long)s->runtime);
		put_fmt(t, ", sched_deadline=%llu, sched_period=%llu",
			(unsigned long long)s->deadline, (unsigned long long)s->period);
	}
	if (size >= sizeof(*s))
		put_fmt(t, ", sched_util_min=%u, sched_util_max=%u", s->util_min, s->util_max);
}

/* sched_getattr: as much as the call asked for. */
static bool sched_attr(struct tline *t, guest_addr a, u32 size)
{
	struct sched_attr_ s = {0};

	if (!size || !rd(t, &s, a, MIN(size, sizeof(s))))
		return false;
	put_fmt(t, "{size=%u", s.size);
	size = MIN(s.size, (u32)sizeof(s));
	if (s.size >= SCHED_ATTR_SIZE_VER0)
		put_sched_attr(t, &s, s.size, false);
	put(t, s.size > sizeof(s) ? ", ...}" : "}");
	return true;
}

/* sched_setattr: its size, which the kernel corrects when it is too big, was kept at entry. */
static bool sched_attr_set(struct tline *t, guest_addr a)
{
	u32 given = (u32)t->saved, size, now;
	struct sched_attr_ s = {0};

	if (!rd(t, &now, a, sizeof(now)))
		return false;
	size = given ? given : SCHED_ATTR_SIZE_VER0;
	if (size >= SCHED_ATTR_SIZE_VER0 && !rd(t, &s, a, MIN(size, sizeof(s))))
		return false;
	put_fmt(t, "{size=%u", given);
	if (size >= SCHED_ATTR_SIZE_VER0)
		put_sched_attr(t, &s, size, true);
	put(t, size > sizeof(s) ? ", ...}" : "}");
	if (t->ret == -E2BIG)
		put_fmt(t, " => {size=%u}", now);
	return true;
}

bool dec_more(struct tline *t, u16 kind, u64 v)
{
	switch (kind) {
	case K_X_IOPRIO:
		put_ioprio(t, (u32)v);
		return true;
	case K_X_MQATTR_IN:
	case K_X_MQATTR_OUT:
	case K_X_MQATTR_CREAT:
		return mq_attr(t, v);
	case K_X_QCMD:
		put_quota_cmd(t, (u32)v);
		return true;
	case K_X_QUOTA_ARG:
		return dec_quota_arg(t, v);
	case K_X_IPC_ARG:
		return dec_ipc_arg(t, v);
	case K_X_MSGBUF_IN:
		return dec_msgbuf(t, v, t->arg[t->index + 1]);
	case K_X_MSGBUF_OUT:
		return dec_msgbuf(t, v, next_arg(t));
	case K_X_NAME256:
		put_name_n(t, v, 256);
		return true;
	case K_X_NAME250: /* MFD_NAME_MAX_LEN and one */
		put_name_n(t, v, 250);
		return true;
	case K_X_SYSCTL:
		return sysctl_args(t, v);
	case K_X_SCHED_ATTR_IN:
		return sched_attr_set(t, v);
	case K_X_HEXBUF_IN:
		put_hexbuf(t, v, (u32)t->arg[t->index + 1]);
		return true;
	case K_X_HANDLE_IN:
		return file_handle_in(t, v);
	case K_X_SCHED_ATTR_OUT:
		return sched_attr(t, v, (u32)t->arg[2]);
	default:
		return dec_key(t, kind, v) || dec_rare(t, kind, v) || dec_arrays(t, kind, v);
	}
}
