/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Socket options whose values hold addresses of memory to be used later or elsewhere: those become
 * the host's for the call, and the guest's again in what it reads back. */
#include <errno.h>
#include <string.h>

#include "host/host.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "net/net.h"
#include "task/task.h"

#define OPT_TCP_ZEROCOPY_RECEIVE 35
#define OPT_XDP_UMEM_REG	 4
#define OPT_MPTCP_FULL_INFO	 4
#define OPT_SCTP_CONNECTX3	 111

#define LEVEL_SCTP  132
#define LEVEL_MPTCP 284

/* struct tcp_zerocopy_receive <linux/tcp.h>: the same in both ABIs. Callers may know less of it. */
struct zerocopy {
	u64 address;
	u32 length, recv_skip_hint, inq;
	s32 err;
	u64 copybuf_address;
	s32 copybuf_len;
	u32 flags;
	u64 msg_control, msg_controllen;
	u32 msg_flags, reserved;
};

#define ZEROCOPY_MIN 12 /* address and length */

#define NOWHERE 0xffff800000000000UL /* no address of a program's */

/* Memory that the host is to keep using: what is one piece in the host, else an address that it
 * refuses. */
static u64 lasting(guest_addr addr, u64 n)
{
	struct vm_area *a = mm_find(addr);

	if (!a || n > a->end - addr || n > mm_chunk_end(addr) - addr)
		return NOWHERE + (addr & ~PAGE_MASK);
	return (u64)HP(mm_host(addr)); /* a socket's mapping need not be writable */
}

/* The parts of the struct that the caller knows of, as the host is to see them. Control data of
 * 32-bit callers goes to scratch memory first. */
static void import_zerocopy(struct zerocopy *z, u32 len)
{
	if (z->length)
		z->address = lasting(z->address, z->length);
	if (len >= offsetof(struct zerocopy, flags))
		z->copybuf_address =
			(u64)HP(user_inout(z->copybuf_address, (u64)MAX(z->copybuf_len, 0)));
	if (len < offsetof(struct zerocopy, msg_flags) || !z->msg_control)
		return;
	if (current->sc_abi == ABI_64) {
		z->msg_controllen = MIN(z->msg_controllen, PAGE_SIZE);
		z->msg_control = (u64)HP(user_inout(z->msg_control, z->msg_controllen));
		return;
	}
	z->msg_controllen = cmsg_host_room((u32)z->msg_controllen);
	z->msg_control = (u64)HP(user_scratch(z->msg_controllen));
}

/* Puts the guest's addresses back, and a 32-bit caller's control data. */
static void export_zerocopy(struct zerocopy *z, const struct zerocopy *user)
{
	if (current->sc_abi == ABI_32 && user->msg_control) {
		struct msghdr m = {.msg_control = (void *)(uintptr_t)z->msg_control,
				   .msg_controllen = z->msg_controllen,
				   .msg_flags = (int)z->msg_flags};

		z->msg_controllen =
			cmsg_to_user_compat(&m, user->msg_control, (u32)user->msg_controllen);
		z->msg_flags = (u32)m.msg_flags & ~MSG_CMSG_COMPAT;
	}
	z->address = user->address;
	z->copybuf_address = user->copybuf_address;
	z->msg_control = user->msg_control;
}

/* TCP_ZEROCOPY_RECEIVE: maps received pages into a mapping of the socket, which is the host's own
 * mapping in the arena; the rest is copied to a second buffer. */
static long zerocopy_receive(int fd, guest_addr optval, guest_addr uoptlen)
{
	struct {
		struct zerocopy z;
		u8 more[PAGE_SIZE];
	} *host_value = user_scratch(sizeof(*host_value));
	struct zerocopy user = {0};
	int len, out;
	long ret;

	if (!host_value)
		return -ENOBUFS;
	if (get_user(len, uoptlen) || len < ZEROCOPY_MIN || len > (int)sizeof(*host_value))
		return host(SYS_getsockopt, fd, LEVEL_TCP, OPT_TCP_ZEROCOPY_RECEIVE,
			    HP(user_inout(optval, ZEROCOPY_MIN)),
			    HP(user_inout(uoptlen, sizeof(int))));
	memset(host_value, 0, sizeof(*host_value));
	if (copy_from_user(host_value, optval, (size_t)len))
		return host(SYS_getsockopt, fd, LEVEL_TCP, OPT_TCP_ZEROCOPY_RECEIVE,
			    HP(user_inout(optval, (size_t)len)), HP(&len));
	user = host_value->z;
	import_zerocopy(&host_value->z, (u32)len);
	out = len;
	ret = host(SYS_getsockopt, fd, LEVEL_TCP, OPT_TCP_ZEROCOPY_RECEIVE, HP(host_value),
		   HP(&out));
	if (out != len && put_user(out, uoptlen))
		return -EFAULT;
	if (ret)
		return ret;
	export_zerocopy(&host_value->z, &user);
	return copy_to_user(optval, host_value, (size_t)MIN(len, (int)sizeof(user))) ? -EFAULT : 0;
}

/* XDP_UMEM_REG: packet memory, which begins the struct. */
static long umem_reg(int fd, guest_addr optval, int optlen)
{
	struct {
		u64 addr, len;
		u8 rest[48];
	} reg;
	u32 n = (u32)MIN(optlen, (int)sizeof(reg));

	if (optlen < 16 || copy_from_user(&reg, optval, n))
		return host(SYS_setsockopt, fd, LEVEL_XDP, OPT_XDP_UMEM_REG,
			    HP(user_in(optval, (size_t)MAX(optlen, 0))), optlen);
	/* Its alignment to pages is looked at; a bad address is one that is not mapped. */
	if (!(reg.addr & ~PAGE_MASK))
		reg.addr = lasting(reg.addr, reg.len);
	return host(SYS_setsockopt, fd, LEVEL_XDP, OPT_XDP_UMEM_REG, HP(&reg), n);
}

/* MPTCP_FULL_INFO: struct mptcp_full_info <linux/mptcp.h>, which holds where two arrays, with an
 * element for each part of a connection, are to be written; the same in both ABIs. */
struct full_info {
	u32 tcp_size_kernel, tcp_size;
	u32 sub_size_kernel, sub_size;
	u32 parts, max_parts;
	u64 sub_info, tcp_info;
	u8 about_all[PAGE_SIZE];
};

#define FULL_INFO_MIN 40
#define MAX_PARTS     64   /* more than a connection has */
#define MAX_PART_SIZE 1024 /* more than is known of one */

static long mptcp_full_info(int fd, guest_addr optval, guest_addr uoptlen)
{
	struct full_info *info = user_scratch(sizeof(*info)), user;
	u32 max, n;
	int len;
	long ret;

	if (!info)
		return -ENOBUFS;
	memset(info, 0, sizeof(*info));
	if (get_user(len, uoptlen) || len < FULL_INFO_MIN ||
	    copy_from_user(info, optval, MIN((size_t)len, sizeof(*info))))
		return host(SYS_getsockopt, fd, LEVEL_MPTCP, OPT_MPTCP_FULL_INFO,
			    HP(user_inout(optval, FULL_INFO_MIN)),
			    HP(user_inout(uoptlen, sizeof(int))));
	user = *info;
	max = MIN(user.max_parts, MAX_PARTS);
	info->max_parts = max;
	info->tcp_size = MIN(user.tcp_size, MAX_PART_SIZE);
	info->sub_size = MIN(user.sub_size, MAX_PART_SIZE);
	info->tcp_info = (u64)HP(user_scratch((size_t)max * info->tcp_size + 1));
	info->sub_info = (u64)HP(user_scratch((size_t)max * info->sub_size + 1));
	ret = host(SYS_getsockopt, fd, LEVEL_MPTCP, OPT_MPTCP_FULL_INFO, HP(info), HP(&len));
	if (ret)
		return ret;
	n = MIN(info->parts, max);
	if (copy_to_user(user.tcp_info, (void *)(uintptr_t)info->tcp_info, n * info->tcp_size) ||
	    copy_to_user(user.sub_info, (void *)(uintptr_t)info->sub_info, n * info->sub_size))
		return -EFAULT;
	info->max_parts = user.max_parts;
	info->tcp_info = user.tcp_info;
	info->sub_info = user.sub_info;
	if (put_user(len, uoptlen) ||
	    copy_to_user(optval, info, MIN((size_t)MAX(len, 0), sizeof(*info))))
		return -EFAULT;
	return 0;
}

/* The host's answer where it has nothing to say but that NULL is no good: no such option. */
static long no_option(long ret)
{
	return ret == -EFAULT || ret == -EINVAL ? -ENOPROTOOPT : ret;
}

/* SCTP_SOCKOPT_CONNECTX3 has a plain successor, which libraries fall back to. */
static bool connectx3(int level, int name)
{
	return level == LEVEL_SCTP && name == OPT_SCTP_CONNECTX3;
}

bool net_set_pointer_option(int fd, int level, int name, guest_addr optval, int optlen, long *ret)
{
	if (level == LEVEL_XDP && name == OPT_XDP_UMEM_REG)
		*ret = umem_reg(fd, optval, optlen);
	else
		return net_set_xtables(fd, level, name, optval, optlen, ret);
	return true;
}

bool net_get_pointer_option(int fd, int level, int name, guest_addr optval, guest_addr uoptlen,
			    long *ret)
{
	if (level == LEVEL_TCP && name == OPT_TCP_ZEROCOPY_RECEIVE)
		*ret = zerocopy_receive(fd, optval, uoptlen);
	else if (level == LEVEL_MPTCP && name == OPT_MPTCP_FULL_INFO)
		*ret = mptcp_full_info(fd, optval, uoptlen);
	else if (connectx3(level, name))
		*ret = no_option(host(SYS_getsockopt, fd, level, name, 0, HP(&(int){0})));
	else
		return net_get_xtables(fd, level, name, optval, uoptlen, ret);
	return true;
}
