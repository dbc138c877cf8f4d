/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct msghdr with its vectors and control messages. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <linux/errqueue.h>
#include <linux/in.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host/host.h"
#include "trace/flags.h"
#include "trace/value.h"

struct msg {
	u64 name, iov, iovlen, control, controllen;
	u32 namelen, flags;
};

static size_t msg_size(const struct tline *t)
{
	return t->compat ? 28 : 56;
}

static bool rd_msg(struct tline *t, guest_addr a, struct msg *m)
{
	size_t w = word_size(t);

	return rd_word(t, a, &m->name) && rd(t, &m->namelen, a + w, 4) &&
	       rd_word(t, a + 2 * w, &m->iov) && rd_word(t, a + 3 * w, &m->iovlen) &&
	       rd_word(t, a + 4 * w, &m->control) && rd_word(t, a + 5 * w, &m->controllen) &&
	       rd(t, &m->flags, a + 6 * w, 4);
}

/* SO_TIMESTAMP_*, SO_TIMESTAMPNS_*: one; SO_TIMESTAMPING_*: three. */
static void cmsg_times(struct tline *t, u32 type, guest_addr data, u64 len)
{
	bool wide = type >= 63; /* the new ones hold 64-bit times in either ABI */
	u64 n = type == 37 || type == 65 ? 3 : 1, size = wide ? 16 : 2 * word_size(t);
	s64 v[2];

	put(t, ", cmsg_data=");
	if (len < n * size) {
		put(t, "???");
		return;
	}
	if (n > 1)
		putch(t, '[');
	for (u64 i = 0; i < n; i++) {
		if (i)
			put(t, ", ");
		if (wide && rd(t, v, data + i * size, sizeof(v)))
			put_fmt(t,
				type == 63 ? "{tv_sec=%lld, tv_usec=%llu}"
					   : "{tv_sec=%lld, tv_nsec=%llu}",
				(long long)v[0], (unsigned long long)v[1]);
		else if (type == 29)
			put_timeval(t, data);
		else
			put_timespec(t, data + i * size, false);
	}
	if (n > 1)
		putch(t, ']');
}

static void cmsg_pktinfo(struct tline *t, const s32 v[3])
{
	char spec[INET_ADDRSTRLEN], addr[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &v[1], spec, sizeof(spec));
	inet_ntop(AF_INET, &v[2], addr, sizeof(addr));
	put(t, ", cmsg_data={ipi_ifindex=");
	put_ifindex(t, (u32)v[0]);
	put_fmt(t, ", ipi_spec_dst=inet_addr(\"%s\"), ipi_addr=inet_addr(\"%s\")}", spec, addr);
}

static void one_fd(struct tline *t, const void *e, size_t size, const void *arg)
{
	(void)arg;
	put_fd(t, (s32)value_int(e, size));
}

static void one_number(struct tline *t, const void *e, size_t size, const void *arg)
{
	(void)arg;
	put_udec(t, value_int(e, size));
}

static void one_byte(struct tline *t, const void *e, size_t size, const void *arg)
{
	(void)arg;
	put_hex(t, value_int(e, size));
}

static void cmsg_array(struct tline *t, guest_addr a, u64 n, size_t size,
		       void (*one)(struct tline *, const void *, size_t, const void *))
{
	put(t, ", cmsg_data=");
	put_array(t, a, n, size, NULL, one, NULL);
}

/* clang-format off */
#define EE(m) FIELD(struct sock_extended_err, m, V_U, NULL)
/* clang-format on */
RECORD(r_recverr, struct sock_extended_err, EE(ee_errno), EE(ee_origin), EE(ee_type), EE(ee_code),
       EE(ee_info), EE(ee_data));

/* SCM_SECURITY: all of it, whatever -s says */
static void put_security(struct tline *t, guest_addr data, u64 len)
{
	u8 b[4096];

	put(t, ", cmsg_data=");
	len = MIN(len, sizeof(b));
	if (rd(t, b, data, len))
		put_quoted(t, b, len);
	else
		put_addr(t, data);
}

static void cmsg_data(struct tline *t, u32 level, u32 type, guest_addr data, u64 len)
{
	s32 v[3];

	if (level == SOL_SOCKET && type == SCM_RIGHTS) {
		if (len >= 4)
			cmsg_array(t, data, len / 4, 4, one_fd);
	} else if (level == SOL_SOCKET && type == SCM_CREDENTIALS && len >= 12 &&
		   rd(t, v, data, 12)) {
		put_fmt(t, ", cmsg_data={pid=%d, uid=", v[0]);
		put_id(t, (u32)v[1]);
		put(t, ", gid=");
		put_id(t, (u32)v[2]);
		putch(t, '}');
	} else if (level == SOL_SOCKET && type == 3) { /* SCM_SECURITY */
		put_security(t, data, len);
	} else if (level == SOL_SOCKET &&
		   (type == 29 || type == 35 || type == 37 || (type >= 63 && type <= 65))) {
		cmsg_times(t, type, data, len);
	} else if (level == SOL_IP && len >= 4 && (type == IP_TTL || type == IP_CHECKSUM)) {
		cmsg_array(t, data, len / 4, 4, one_number);
	} else if (level == SOL_IP && len &&
		   (type == IP_TOS || type == IP_RECVOPTS || type == IP_RETOPTS)) {
		cmsg_array(t, data, len, 1, one_byte);
	} else if (level == SOL_IP && len && type == 3) { /* SCM_SECURITY */
		put_security(t, data, len);
	} else if (level == SOL_IP && type == IP_RECVERR && len >= 32) {
		put(t, ", cmsg_data={");
		put_fields(t, &r_recverr, data, 0, sizeof(struct sock_extended_err));
		put(t, ", offender=");
		if (!put_sockaddr(t, data + sizeof(struct sock_extended_err), 16))
			put_addr(t, data + sizeof(struct sock_extended_err));
		putch(t, '}');
	} else if (level == SOL_IP && type == IP_ORIGDSTADDR && len >= 16) {
		put(t, ", cmsg_data=");
		if (!put_sockaddr(t, data, MIN(len, 128U)))
			put_addr(t, data);
	} else if (level == SOL_IP && type == 8 && len >= 12 && rd(t, v, data, 12)) {
		cmsg_pktinfo(t, v);
	}
}

/* The kernel takes no more of it (net.core.optmem_max). */
static u64 control_max(void)
{
	static u64 max;
	char text[32];
	long fd, n;

	if (max)
		return max;
	fd = host(SYS_openat, AT_FDCWD, HP("/proc/sys/net/core/optmem_max"), O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : host(SYS_read, fd, HP(text), sizeof(text) - 1);
	if (fd >= 0)
		host(SYS_close, fd);
	text[MAX(n, 0)] = 0;
	max = strtoull(text, NULL, 10);
	max = max ? max : 128 * 1024;
	return max;
}

/* All of it can be read. */
static bool is_readable(const struct tline *t, guest_addr a, u64 n)
{
	u8 byte;

	for (u64 off = 0; off < n; off += 4096)
		if (!rd(t, &byte, a + off, 1))
			return false;
	return rd(t, &byte, a + n - 1, 1);
}

XLAT(x_ip_cmsg, "IP_???", XV(1, "IP_TOS"), XV(2, "IP_TTL"), XV(3, "SCM_SECURITY"),
     XV(6, "IP_RECVOPTS"), XV(7, "IP_RETOPTS"), XV(8, "IP_PKTINFO"), XV(11, "IP_RECVERR"),
     XV(20, "IP_ORIGDSTADDR"), XV(23, "IP_CHECKSUM"));

static void put_cmsg(struct tline *t, guest_addr a, u64 len, const u32 lt[2], u64 shown)
{
	size_t head = word_size(t) + 8;
	struct xlat_set levels = x_sol;

	levels.unknown = "SOL_???"; /* "SOL_??" where it is an argument */
	put_fmt(t, "{cmsg_len=%llu, cmsg_level=", (unsigned long long)len);
	put_val(t, &levels, lt[0]);
	put(t, ", cmsg_type=");
	if (lt[0] == SOL_SOCKET)
		put_val(t, &x_scm, lt[1]);
	else if (lt[0] == SOL_IP)
		put_val(t, &x_ip_cmsg, lt[1]);
	else
		put_hex(t, lt[1]);
	if (shown > head)
		cmsg_data(t, lt[0], lt[1], a + head, shown - head);
	putch(t, '}');
}

static void put_control(struct tline *t, guest_addr a, u64 total)
{
	u64 left = MIN(total, control_max()), all = left;
	size_t w = word_size(t), head = w + 8;

	if (left < head || !is_readable(t, a, left)) {
		put_addr(t, a);
		return;
	}
	putch(t, '[');
	while (left >= head) {
		guest_addr at = a + (all - left);
		u64 len = 0;
		u32 lt[2];

		rd_word(t, at, &len);
		rd(t, lt, at + w, 8);
		if (left != all)
			put(t, ", ");
		put_cmsg(t, at, len, lt, MIN(len, left));
		if (len < head) {
			left -= head;
			break;
		}
		if (len >= left) { /* maybe too long to be rounded up */
			left = 0;
			break;
		}
		len = (len + w - 1) & ~(u64)(w - 1);
		left = len < left ? left - len : 0;
	}
	if (left) {
		put(t, ", ... /* ");
		put_addr(t, a + (all - left));
		put(t, " */");
	} else if (all < total) {
		put(t, ", ...");
	}
	putch(t, ']');
}

/* out: received with `limit` bytes; the name length was `before` at entry. */
static bool put_msg(struct tline *t, guest_addr a, u64 limit, bool out, u64 before)
{
	u16 family = 0;
	struct msg m;

	if (!rd_msg(t, a, &m))
		return false;
	if (m.name && (s32)m.namelen >= 2)
		rd(t, &family, m.name, sizeof(family));
	put(t, "{msg_name=");
	if (!m.name || !m.namelen ||
	    !put_sockaddr(t, m.name, out ? MIN(before, m.namelen) : m.namelen))
		put_addr(t, m.name);
	put(t, ", msg_namelen=");
	if (out && m.name && before != m.namelen)
		put_fmt(t, "%d => ", (s32)before);
	put_dec(t, (s32)m.namelen);
	put(t, ", msg_iov=");
	if (m.iov)
		put_iov_netlink(t, family == AF_NETLINK ? (s32)t->arg[0] : NO_NETLINK, m.iov,
				m.iovlen, limit, true);
	else
		put(t, "NULL");
	put(t, ", msg_iovlen=");
	put_udec(t, m.iovlen);
	if (m.controllen) {
		put(t, ", msg_control=");
		put_control(t, m.control, m.controllen);
	}
	put(t, ", msg_controllen=");
	put_udec(t, m.controllen);
	put(t, ", msg_flags=");
	put_flags(t, &x_msg, m.flags);
	putch(t, '}');
	return true;
}

#define MESSAGES_MAX 1024 /* that the kernel takes, too */

/* recvmmsg: the lengths of the names before the call */
static _Thread_local s32 *name_lengths;

void keep_name_lengths(struct tline *t, guest_addr a, u32 n)
{
	size_t size = msg_size(t) + (t->compat ? 4 : 8);

	trace_memory((char **)&name_lengths, MESSAGES_MAX * sizeof(*name_lengths));
	for (u32 i = 0; i < MIN(n, MESSAGES_MAX); i++)
		if (!rd(t, &name_lengths[i], a + i * size + word_size(t), sizeof(s32)))
			break;
}

static bool put_mmsg(struct tline *t, guest_addr a, u64 count, bool out)
{
	bool ok = (u64)t->ret < (u64)-4095L;
	u64 n = out ? (u64)t->ret : (u32)count;
	u32 len;

	if ((out && !ok) || (n && !rd(t, &len, a + msg_size(t), 4)))
		return false;
	putch(t, '[');
	for (u64 i = 0; i < n; i++) {
		guest_addr m = a + i * (msg_size(t) + (t->compat ? 4 : 8));

		if (!rd(t, &len, m + msg_size(t), 4)) {
			put(t, ", ... /* ");
			put_addr(t, m);
			put(t, " */");
			break;
		}
		if (i)
			put(t, ", ");
		if ((t->abbrev && i >= trace_string_limit()) || i >= MESSAGES_MAX) {
			put(t, "...");
			break;
		}
		put(t, "{msg_hdr=");
		if (!put_msg(t, m, out ? len : ~0ULL, out && name_lengths,
			     out && name_lengths ? (u32)name_lengths[i] : 0))
			put_addr(t, m);
		if (ok && i < (u64)t->ret)
			put_fmt(t, ", msg_len=%u", len);
		putch(t, '}');
	}
	putch(t, ']');
	return true;
}

bool dec_msghdr(struct tline *t, u16 kind, u64 v)
{
	switch (kind) {
	case K_MSGHDR_IN:
		return put_msg(t, v, ~0ULL, false, 0);
	case K_MSGHDR_OUT:
		if ((u64)t->ret >= (u64)-4095L) {
			struct msg m;

			if (!rd_msg(t, v, &m))
				return false;
			put_fmt(t, "{msg_namelen=%d}", (s32)t->saved);
			return true;
		}
		return put_msg(t, v, (u64)t->ret, true, t->saved);
	case K_MMSGHDR_IN:
		return put_mmsg(t, v, t->arg[t->index + 1], false);
	case K_MMSGHDR_OUT:
		return put_mmsg(t, v, t->arg[t->index + 1], true);
	default:
		return false;
	}
}
