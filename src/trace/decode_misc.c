/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Buffers by kind, small structs, and numbers with a form of their own. */
#include <string.h>

#include "trace/flags.h"
#include "trace/flags_rare.h"
#include "trace/netlink.h"

static u64 half_pair(struct tline *t)
{
	u32 i = t->index, lo = (u32)t->arg[i], hi = (u32)t->arg[i + 1];

	if (t->kind[i] == K_HALF_HI) {
		u32 x = lo;

		lo = hi;
		hi = x;
	}
	return lo | (u64)hi << 32;
}

static bool in_brackets(struct tline *t, guest_addr a, size_t width, bool is_signed, bool addr)
{
	u64 v = 0;

	if (!rd(t, &v, a, width))
		return false;
	putch(t, '[');
	if (addr)
		put_addr(t, v);
	else if (is_signed)
		put_dec(t, width == 4 ? (s32)v : (s64)v);
	else
		put_udec(t, v);
	putch(t, ']');
	return true;
}

/* uid_t; the old i386 calls have 16-bit ones */
static bool id_out(struct tline *t, guest_addr a)
{
	bool narrow = t->compat && !strstr(t->name, "32");
	u32 id = 0;

	if (!rd(t, &id, a, narrow ? 2 : 4))
		return false;
	putch(t, '[');
	put_id(t, narrow && id == 0xffff ? (u32)-1 : id);
	putch(t, ']');
	return true;
}

static size_t off_width(const struct tline *t)
{
	return t->compat && !strstr(t->name, "64") ? 4 : 8;
}

/* The offset before and after: [5] => [15]. */
static bool moved_offset(struct tline *t, guest_addr a)
{
	size_t w = off_width(t);
	u64 now = 0;

	if (!rd(t, &now, a, w))
		return false;
	putch(t, '[');
	put_udec(t, t->saved);
	putch(t, ']');
	if (t->ret > 0 && now != t->saved) {
		put(t, " => [");
		put_udec(t, now);
		putch(t, ']');
	}
	return true;
}

void trace_save_entry(struct tline *t)
{
	for (u32 i = 0; i < t->nargs; i++) {
		u32 v32 = 0;
		u64 v64 = 0;

		switch (t->kind[i]) {
		case K_SOCKLEN_INOUT:
			t->saved = 0;
			if (rd(t, &v32, t->arg[i], 4))
				t->saved = v32;
			if (t->kind[i - 1] == K_SOCKADDR_OUT &&
			    (!t->arg[i - 1] || !rd(t, &v32, t->arg[i], 4)))
				t->kind[i - 1] = t->kind[i] = K_ADDR; /* nothing comes back */
			break;
		case K_X_SCHED_ATTR_IN:
			rd(t, &v32, t->arg[i], 4);
			t->saved = v32;
			break;
		case K_X_TIMEOUT_LEFT:
			keep_timeout(t, t->arg[i]);
			break;
		case K_MSGHDR_OUT:
			rd(t, &v32, t->arg[i] + word_size(t), 4);
			t->saved = v32;
			break;
		case K_MMSGHDR_OUT:
			keep_name_lengths(t, t->arg[i], (u32)t->arg[i + 1]);
			break;
		case K_IOCTL_ARG:
			if ((u32)t->arg[i - 1] == 0x8912) /* SIOCGIFCONF */
				rd(t, &v32, t->arg[i], 4);
			t->saved = v32;
			break;
		case K_X_FSEC:
			rd(t, &v64, t->arg[i], off_width(t));
			t->saved = v64;
			break;
		default:
			break;
		}
	}
}

static bool utsname_(struct tline *t, guest_addr a)
{
	static const char *const more[] = {"release", "version", "machine", "domainname"};
	char f[2][65];

	if (!rd(t, f, a, sizeof(f)))
		return false;
	put(t, "{sysname=");
	put_quoted(t, (u8 *)f[0], strnlen(f[0], 64));
	put(t, ", nodename=");
	put_quoted(t, (u8 *)f[1], strnlen(f[1], 64));
	if (t->abbrev) {
		put(t, ", ...}");
		return true;
	}
	for (u32 i = 0; i < ARRAY_SIZE(more); i++) {
		if (!rd(t, f[0], a + 65 * (2 + i), 65))
			break;
		put_field(t, more[i]);
		put_quoted(t, (u8 *)f[0], strnlen(f[0], 64));
	}
	putch(t, '}');
	return true;
}

static bool sysinfo_(struct tline *t, guest_addr a)
{
	static const char *const names[] = {"totalram",	 "freeram",   "sharedram",
					    "bufferram", "totalswap", "freeswap"};
	size_t w = word_size(t);
	u64 v[12];
	u16 procs;
	u32 unit;

	for (u32 i = 0; i < 10; i++)
		if (!rd_word(t, a + i * w, &v[i]))
			return false;
	/* procs and a pad are 16-bit and share a word with what pads them */
	if (!rd(t, &procs, a + 10 * w, 2) || !rd_word(t, a + (t->compat ? 11 : 11) * w, &v[10]) ||
	    !rd_word(t, a + 12 * w, &v[11]) || !rd(t, &unit, a + 13 * w, 4))
		return false;
	put_fmt(t, "{uptime=%llu, loads=[%llu, %llu, %llu]", (unsigned long long)v[0],
		(unsigned long long)v[1], (unsigned long long)v[2], (unsigned long long)v[3]);
	for (u32 i = 0; i < 6; i++) {
		put_field(t, names[i]);
		put_udec(t, v[4 + i]);
	}
	put_fmt(t, ", procs=%u, totalhigh=%llu, freehigh=%llu, mem_unit=%u}", procs,
		(unsigned long long)v[10], (unsigned long long)v[11], unit);
	return true;
}

static void mmap_flags(struct tline *t, u32 flags)
{
	u32 huge = flags >> 26 & 0x3f, rest = flags & ~15u & ~(0x3fu << 26), mode = topt.consts;

	if (mode == CONST_RAW) {
		put_hex(t, flags);
		return;
	}
	if (mode == CONST_VERBOSE) {
		put_hex(t, flags);
		put(t, " /* ");
	}
	consts_as = 1 + CONST_ABBREV; /* the number stands before it */
	put_val(t, &x_mmap_type, flags & 15);
	if (rest) {
		putch(t, '|');
		put_flags(t, &(struct xlat_set){x_mmap.v, x_mmap.n, NULL}, rest);
	}
	if (huge)
		put_fmt(t, "|%u<<MAP_HUGE_SHIFT", huge);
	consts_as = 0;
	if (mode == CONST_VERBOSE)
		put(t, " */");
}

static void put_personality(struct tline *t, u32 p)
{
	if (p == 0xffffffff) {
		put_hex(t, p);
		return;
	}
	put_val(t, &x_pers_type, p & 0xff);
	if (p & ~0xffu) {
		putch(t, '|');
		put_flags(t, &x_pers_flags, p & ~0xffu);
	}
}

static void put_policy(struct tline *t, u32 p)
{
	if (!strncmp(t->name, "sched_get_priority", 18) || !strcmp(t->name, "sched_setscheduler")) {
		put_val(t, &x_sched, p);
		return;
	}
	put_val(t, &x_sched, p & ~0x40000000u);
	if (p & 0x40000000)
		put(t, "|SCHED_RESET_ON_FORK");
}

static bool put_residence(struct tline *t, guest_addr a)
{
	u8 b;

	if (!rd(t, &b, a, 1))
		return false;
	put_udec(t, b & 1);
	return true;
}

/* Bytes of a call; those that go through a netlink socket are messages. */
static void put_sent(struct tline *t, guest_addr a, u64 n)
{
	/* longer than names are: the kernel does not look at it */
	bool name = !strcmp(t->name, "sethostname") || !strcmp(t->name, "setdomainname");
	bool send = !strncmp(t->name, "send", 4), recv = !strncmp(t->name, "recv", 4);

	if ((send || recv) && t->verbose && is_netlink((s32)t->arg[0]))
		put_netlink(t, (s32)t->arg[0], a, n);
	else if (name && n > 64)
		put_addr(t, a);
	else
		put_buf(t, a, n);
}

/* Without the NUL at its end, if it has one. False: longer than the kernel takes. */
static bool put_xattr(struct tline *t, guest_addr a, u64 n)
{
	u8 last = 1;

	u64 shown = MIN(n, trace_string_limit());

	if (n > 65536)
		return false;
	/* strace looks at the last one that it shows, and says nothing of what may follow a NUL */
	if (shown && rd(t, &last, a + shown - 1, 1) && !last)
		n = shown - 1;
	put_buf(t, a, n);
	return true;
}

/* Bytes in: the next argument is their count. Bytes out: the result is. */
static bool dec_buf(struct tline *t, u16 kind, u64 v)
{
	u64 next = next_arg(t);
	u64 ret = (u64)t->ret;

	switch (kind) {
	case K_PATH:
		put_path(t, v);
		return true;
	case K_STR:
		put_str(t, v);
		return true;
	case K_BUF_IN:
		if (strstr(t->name, "setxattr"))
			return put_xattr(t, v, next);
		put_sent(t, v, next);
		return true;
	case K_BUF_OUT:
		if (strstr(t->name, "getxattr"))
			return next && put_xattr(t, v, ret);
		if (strstr(t->name, "listxattr") && !next)
			return false;
		put_sent(t, v, t->name[0] == 'r' ? MIN(ret, next) : ret);
		return true;
	case K_STR_OUT:
		put_buf(t, v, ret);
		return true;
	case K_X_HEXBUF_OUT:
		put_hexbuf(t, v, ret);
		return true;
	case K_CWD_OUT:
		if (!ret)
			put_path_n(t, v, 0);
		else
			put_path(t, v);
		return true;
	case K_IOV_IN:
		put_iov(t, v, next, ~0ULL, true);
		return true;
	case K_IOV_OUT:
		if ((s64)ret < 0)
			put_iov(t, v, next, 0, false);
		else
			put_iov(t, v, next, ret, true);
		return true;
	case K_STRV:
		put_strv(t, v);
		return true;
	case K_ENVV:
		put_envv(t, v);
		return true;
	default:
		return false;
	}
}

/* Names, the logarithm of a page size (shmget) and permissions. */
static void put_ipc_flags(struct tline *t, u32 v)
{
	u32 huge = t->name[1] == 'h' ? v >> 26 : 0, flags = v & ~0777u & ~(huge << 26);

	if (flags) {
		put_flags(t, t->name[1] == 'h' ? &x_shm_get : &x_ipc, flags);
		putch(t, '|');
	}
	if (huge)
		put_fmt(t,
			consts() == CONST_RAW	    ? "%u<<26|"
			: consts() == CONST_VERBOSE ? "%u<<26 /* SHM_HUGE_SHIFT */|"
						    : "%u<<SHM_HUGE_SHIFT|",
			huge);
	put_perm(t, v & 0777);
}

static bool dec_number(struct tline *t, u16 kind, u64 v)
{
	switch (kind) {
	case K_HALF_LO:
	case K_HALF_HI:
		if (strstr(t->name, "truncate"))
			put_udec(t, half_pair(t));
		else
			put_dec(t, (s64)half_pair(t));
		return true;
	case K_KEY:
		if ((u32)v)
			put_hex(t, (u32)v);
		else
			put_const(t, "IPC_PRIVATE", 0);
		return true;
	case K_PROT: /* an unsigned long */
		put_flags(t, &x_prot, v);
		return true;
	case K_MMAP_FLAGS:
		mmap_flags(t, (u32)v);
		return true;
	case K_MLOCK_FLAGS: /* mlock2 or mlockall */
		put_flags(t, strcmp(t->name, "mlockall") ? &x_mlock : &x_mlockall, (u32)v);
		return true;
	case K_PERSONALITY:
		put_personality(t, (u32)v);
		return true;
	case K_SCHED_POLICY:
		put_policy(t, (u32)v);
		return true;
	case K_SYSLOG_ACTION:
		put_dec(t, (s32)v);
		put(t, " /* ");
		put(t, xlat_name(&x_syslog, (u32)v) ?: "SYSLOG_ACTION_???");
		put(t, " */");
		return true;
	case K_X_IPC_FLAGS:
		put_ipc_flags(t, (u32)v);
		return true;
	case K_X_PGOFF:
		put_hex(t, v << PAGE_SHIFT);
		return true;
	default:
		return false;
	}
}

static bool put_one_fd(struct tline *t, guest_addr a)
{
	s32 fd;

	if (!rd(t, &fd, a, 4))
		return false;
	put_fd(t, fd);
	return true;
}

bool dec_misc(struct tline *t, u16 kind, u64 v)
{
	switch (kind) {
	case K_FDPAIR_OUT:
		return put_elements(t, v, 2, 4, put_one_fd, 2);
	case K_INT_IN:
	case K_INT_OUT:
	case K_TIMERID_OUT:
	case K_SCHED_PARAM_IN:
	case K_SCHED_PARAM_OUT:
		return in_brackets(t, v, 4, true, false);
	case K_UINT_OUT:
		return in_brackets(t, v, 4, false, false);
	case K_IDS3_OUT:
		return id_out(t, v);
	case K_LONG_OUT:
		return in_brackets(t, v, word_size(t), strcmp(t->name, "get_robust_list"), false);
	case K_ADDR_OUT:
		return in_brackets(t, v, word_size(t), false, true);
	case K_OFF_INOUT:
		return in_brackets(t, v, off_width(t), true, false);
	case K_OFF64_INOUT:
		return in_brackets(t, v, 8, true, false);
	case K_OFF64_OUT: /* _llseek's */
		return in_brackets(t, v, 8, false, false);
	case K_X_FSEC:
		return moved_offset(t, v);
	case K_UTSNAME_OUT:
		return utsname_(t, v);
	case K_SYSINFO_OUT:
		return sysinfo_(t, v);
	case K_X_CPUVEC_OUT:
		return put_elements(t, v, PAGE_ALIGN(t->arg[1]) / PAGE_SIZE, 1, put_residence,
				    elements(t));
	default:
		return dec_buf(t, kind, v) || dec_number(t, kind, v) || dec_more(t, kind, v);
	}
}

/* What strace appends to the result of some calls. */
void trace_ret_suffix(struct tline *t)
{
	const char *s = NULL;
	u32 ret = (u32)t->ret, entry;

	if ((u64)t->ret >= (u64)-4095L)
		return;
	if (!t->special) {
		if (!strcmp(t->name, "ioctl"))
			ret_ioctl(t);
		return;
	}
	switch (t->special->ret) {
	case RET_FCNTL:
		ret_fcntl(t);
		break;
	case RET_POLL:
		ret_poll(t);
		break;
	case RET_SELECT:
		ret_select(t);
		break;
	case RET_IOPRIO:
		if (consts() == CONST_RAW)
			break;
		put(t, " (");
		put_ioprio(t, ret);
		putch(t, ')');
		break;
	case RET_SIGNAL:
		put(t, " (");
		put_signal(t, (int)ret);
		putch(t, ')');
		break;
	case RET_PERSONALITY:
		put(t, " (");
		put_personality(t, ret);
		putch(t, ')');
		break;
	case RET_SCHED:
		put(t, " (");
		put_policy(t, ret);
		putch(t, ')');
		break;
	case RET_TIME: {
		size_t at = t->len;

		put_date(t, t->ret, 0, 0);
		if (t->len > at + 6) { /* the date in parentheses instead of a comment */
			memmove(t->buf + at + 2, t->buf + at + 4, t->len - at - 7);
			t->buf[at + 1] = '(';
			t->len -= 4;
			t->buf[t->len - 1] = ')';
		}
		break;
	}
	case RET_ADJTIMEX:
		s = xlat_name(&x_timex_state, ret);
		if (s)
			put_fmt(t, " (%s)", s);
		break;
	case RET_MEMBARRIER:
		if (!t->arg[0] && ret) {
			put(t, " (");
			put_flags(t, &x_membarrier, ret);
			putch(t, ')');
		}
		break;
	case RET_ARCH_PRCTL:
		ret_arch_prctl(t);
		break;
	case RET_PRCTL:
		ret_prctl(t);
		break;
	case RET_SIGMASK:
		put(t, t->name[1] == 's' ? " (old mask " : " (mask ");
		put_sigmask(t, ret, 32);
		putch(t, ')');
		break;
	case RET_HANDLER:
		if (ret < 2)
			put(t, ret ? " (SIG_IGN)" : " (SIG_DFL)");
		break;
	case RET_TLS:
		if (rd(t, &entry, t->arg[0], 4))
			put_fmt(t, " (entry_number=%u)", entry);
		break;
	case RET_RECVMMSG:
		if (!ret) {
			put(t, " (Timeout)");
		} else if (t->arg[4] && t->verbose) {
			put(t, " (left ");
			put_timespec(t, t->arg[4], t->time64);
			putch(t, ')');
		}
		break;
	case RET_LDT: /* an int, whose sign is lost on the way */
		if (t->ret == (long)ret && (s32)ret < 0 && (s32)ret >= -4095) {
			const char *name = trace_errno_name(-(s32)ret);

			if (name)
				put_fmt(t, " %s (%s)", name, trace_errno_text(-(s32)ret));
		}
		break;
	default:
		break;
	}
}

bool trace_is_result_hex(const struct tline *t)
{
	switch (t->special ? t->special->ret : RET_DEC) {
	case RET_HEX:
		return true;
	case RET_PERSONALITY:
	case RET_SIGMASK:
	case RET_HANDLER:
		return true;
	case RET_MEMBARRIER: /* MEMBARRIER_CMD_QUERY */
		return !t->arg[0];
	case RET_ARCH_PRCTL:
		return arch_prctl_result_is_hex(t);
	case RET_PRCTL:
		return t->ret && prctl_result_has_name(t);
	case RET_FCNTL:
		return (u32)t->arg[1] == 1 || (u32)t->arg[1] == 3 || (u32)t->arg[1] == 1025 ||
		       (u32)t->arg[1] == 1034;
	default:
		return false;
	}
}
