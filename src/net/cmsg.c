/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control messages of 32-bit callers. Their header is 12 bytes (the length is a 32-bit word) and
 * messages are aligned to 4; the host's header is 16 bytes and messages are aligned to 8. Payloads
 * are the same but for the old timestamps, which hold longs. */
#include <errno.h>
#include <string.h>

#include "host/host.h"
#include "mm/uaccess.h"
#include "net/net.h"

struct compat_cmsghdr {
	u32 len;
	s32 level, type;
};

#define COMPAT_CMSG_ALIGN(len) (((len) + 3) & ~3u)

#define SCM_PIDFD_TYPE 4

/* Old timestamps: <asm-generic/socket.h> SO_TIMESTAMP_OLD, SO_TIMESTAMPNS_OLD, ... */
#define TIMESTAMP_OLD	 29
#define TIMESTAMPNS_OLD	 35
#define TIMESTAMPING_OLD 37

/* No message grows by more than 4 bytes of header, 4 of alignment and, for timestamps, to twice
 * its payload. A message with no room for its data is truncated to its header. */
size_t cmsg_host_room(u32 len)
{
	return len < sizeof(struct compat_cmsghdr) ? 0 : 2 * (size_t)MIN(len, 65536u) + 64;
}

static bool next_hdr(u32 *pos, u32 cmsg_len, u32 len)
{
	u64 next = (u64)*pos + COMPAT_CMSG_ALIGN(cmsg_len);

	*pos = (u32)next;
	return next + 1 <= len;
}

/* Length of the host form of the messages, each checked. */
static long host_length(guest_addr ucontrol, u32 len)
{
	u32 pos = 0, cmsg_len;
	long total = 0;

	if (!ucontrol || len < sizeof(struct compat_cmsghdr))
		return -EINVAL;
	do {
		if (get_user(cmsg_len, ucontrol + pos))
			return -EFAULT;
		if (cmsg_len < sizeof(struct compat_cmsghdr) || cmsg_len > len - pos)
			return -EINVAL;
		total += (long)CMSG_SPACE(cmsg_len - sizeof(struct compat_cmsghdr));
	} while (next_hdr(&pos, cmsg_len, len));
	return total;
}

int cmsg_from_user_compat(struct msghdr *msg, guest_addr ucontrol, u32 len)
{
	struct compat_cmsghdr uc;
	struct cmsghdr *c;
	u32 pos = 0, data;
	long total;

	msg->msg_control = NULL;
	msg->msg_controllen = 0;
	if (!len)
		return 0;
	total = host_length(ucontrol, len);
	if (total < 0)
		return (int)total;
	c = user_scratch((size_t)total);
	if (!c)
		return -ENOBUFS;
	memset(c, 0, (size_t)total);
	msg->msg_control = c;
	msg->msg_controllen = (size_t)total;
	do {
		if (get_user(uc, ucontrol + pos))
			return -EFAULT;
		data = uc.len - (u32)sizeof(uc);
		/* Another thread may have changed the length since it was checked. */
		if (uc.len < sizeof(uc) || (long)CMSG_SPACE(data) > total)
			return -EINVAL;
		c->cmsg_len = CMSG_LEN(data);
		c->cmsg_level = uc.level;
		c->cmsg_type = uc.type;
		if (copy_from_user(CMSG_DATA(c), ucontrol + pos + sizeof(uc), data))
			return -EFAULT;
		total -= (long)CMSG_SPACE(data);
		c = (struct cmsghdr *)((char *)c + CMSG_SPACE(data));
	} while (next_hdr(&pos, uc.len, len) && total);
	return total ? -EINVAL : 0;
}

/* The caller's buffer as it fills. */
struct compat_control {
	guest_addr addr;
	u32 left;
	int flags;
};

static void advance(struct compat_control *out, u32 data)
{
	u32 space = MIN((u32)sizeof(struct compat_cmsghdr) + COMPAT_CMSG_ALIGN(data), out->left);

	out->addr += space;
	out->left -= space;
}

/* Appends a message; what does not fit is cut and noted in out->flags. */
static void put_cmsg(struct compat_control *out, int level, int type, u32 len, const void *data)
{
	struct compat_cmsghdr h = {.len = (u32)sizeof(h) + len, .level = level, .type = type};

	if (!out->addr || out->left < sizeof(h)) {
		out->flags |= MSG_CTRUNC;
		return;
	}
	if (out->left < h.len) {
		out->flags |= MSG_CTRUNC;
		h.len = out->left;
	}
	if (put_user(h, out->addr) || copy_to_user(out->addr + sizeof(h), data, h.len - sizeof(h)))
		return;
	advance(out, len);
}

/* Descriptors: those for which there is no room must not stay open. */
static void put_rights(struct compat_control *out, const int *fds, u32 n)
{
	struct compat_cmsghdr h = {.level = SOL_SOCKET, .type = SCM_RIGHTS};
	u32 i = 0, max = 0;

	if (out->addr && out->left > sizeof(h))
		max = MIN(n, (out->left - (u32)sizeof(h)) / (u32)sizeof(int));
	while (i < max && !put_user(fds[i], out->addr + sizeof(h) + i * sizeof(int)))
		i++;
	for (u32 k = i; k < n; k++)
		host(SYS_close, fds[k]);
	if (i < n)
		out->flags |= MSG_CTRUNC;
	h.len = (u32)sizeof(h) + i * (u32)sizeof(int);
	if (i && !put_user(h, out->addr))
		advance(out, i * (u32)sizeof(int));
}

/* Old timestamps: n pairs of longs. */
static void put_times(struct compat_control *out, int type, const void *data, size_t len)
{
	s64 in[6];
	s32 words[6];
	size_t n = MIN(len / sizeof(in[0]), ARRAY_SIZE(in));

	memcpy(in, data, n * sizeof(in[0]));
	for (size_t i = 0; i < n; i++)
		words[i] = (s32)in[i];
	put_cmsg(out, SOL_SOCKET, type, (u32)(n * sizeof(words[0])), words);
}

static void put_one(struct compat_control *out, struct cmsghdr *c)
{
	size_t len = c->cmsg_len - CMSG_LEN(0);
	const void *data = CMSG_DATA(c);

	if (c->cmsg_level == SOL_SOCKET) {
		switch (c->cmsg_type) {
		case SCM_RIGHTS:
			put_rights(out, data, (u32)(len / sizeof(int)));
			return;
		case SCM_PIDFD_TYPE:
			if (out->left >= sizeof(struct compat_cmsghdr) + sizeof(int))
				break;
			host(SYS_close, *(const int *)data);
			out->flags |= MSG_CTRUNC;
			return;
		case TIMESTAMP_OLD:
		case TIMESTAMPNS_OLD:
		case TIMESTAMPING_OLD:
			put_times(out, c->cmsg_type, data, len);
			return;
		}
	}
	put_cmsg(out, c->cmsg_level, c->cmsg_type, (u32)len, data);
}

u32 cmsg_to_user_compat(struct msghdr *msg, guest_addr ucontrol, u32 len)
{
	struct compat_control out = {.addr = ucontrol, .left = len};

	if (!ucontrol || !msg->msg_control)
		return 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		put_one(&out, c);
	msg->msg_flags |= out.flags;
	return len - out.left;
}
