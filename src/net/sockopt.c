/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setsockopt(2) and getsockopt(2). Nearly every option value is plain data that the host reads and
 * writes in guest memory. Here are the exceptions: values that hold guest pointers, and structs
 * whose layout differs for 32-bit callers. */
#include <errno.h>
#include <string.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "net/net.h"
#include "task/task.h"

/* Levels and options by their numbers in the kernel's ABI, so that no set of C library headers
 * decides what a guest can use. */
#define LEVEL_IP     0
#define LEVEL_TCP    6
#define LEVEL_IPV6   41
#define LEVEL_PACKET 263
#define LEVEL_XDP    283

#define OPT_RCVTIMEO_OLD	  20
#define OPT_SNDTIMEO_OLD	  21
#define OPT_ATTACH_FILTER	  26 /* as a question: SO_GET_FILTER */
#define OPT_ATTACH_REUSEPORT_CBPF 51

#define OPT_IP_MSFILTER		     41
#define OPT_MCAST_JOIN_GROUP	     42
#define OPT_MCAST_BLOCK_SOURCE	     43
#define OPT_MCAST_UNBLOCK_SOURCE     44
#define OPT_MCAST_LEAVE_GROUP	     45
#define OPT_MCAST_JOIN_SOURCE_GROUP  46
#define OPT_MCAST_LEAVE_SOURCE_GROUP 47
#define OPT_MCAST_MSFILTER	     48

#define OPT_TABLES_SET_REPLACE	 64 /* of iptables and its kin: a table full of pointers */
#define OPT_TCP_ZEROCOPY_RECEIVE 35
#define OPT_PACKET_FANOUT_DATA	 22
#define OPT_XDP_UMEM_REG	 4

#define MISSING "iptables tables, TCP_ZEROCOPY_RECEIVE, XDP_UMEM_REG (they hold addresses)"

#define BPF_INSN_SIZE 8
#define STORAGE	      128 /* struct sockaddr_storage */

/* The multicast structs begin with a 32-bit word and addresses aligned to 8 bytes, or to 4 for
 * 32-bit callers, whose structs are that much shorter. */
#define MCAST_PAD	 4
#define GROUP_REQ	 (8 + STORAGE)
#define GROUP_SOURCE_REQ (8 + 2 * STORAGE)
#define GROUP_FILTER	 (8 + STORAGE + 8) /* before the list of sources */
#define IP_MSFILTER_HEAD 16		   /* likewise, with sources of 4 bytes */

static bool compat(void)
{
	return current->sc_abi == ABI_32;
}

/* Options that take an address to be used later or elsewhere. */
static bool set_holds_address(int level, int name)
{
	if (level == LEVEL_IP || level == LEVEL_IPV6)
		return name == OPT_TABLES_SET_REPLACE;
	return level == LEVEL_XDP && name == OPT_XDP_UMEM_REG;
}

static bool get_holds_address(int level, int name)
{
	return level == LEVEL_TCP && name == OPT_TCP_ZEROCOPY_RECEIVE;
}

/* The host's answer where it has nothing to say but that NULL is no good: no such option. */
static long no_option(long ret)
{
	return ret == -EFAULT || ret == -EINVAL ? -ENOPROTOOPT : ret;
}

static bool is_fprog(int level, int name, int optlen)
{
	if (level == SOL_SOCKET)
		return name == OPT_ATTACH_FILTER || name == OPT_ATTACH_REUSEPORT_CBPF;
	/* A fanout takes a program here or, as an int, the descriptor of one. */
	return level == LEVEL_PACKET && name == OPT_PACKET_FANOUT_DATA && optlen > (int)sizeof(int);
}

/* struct sock_fprog: the number of instructions and where they are. */
static long set_fprog(int fd, int level, int name, guest_addr optval, int optlen)
{
	struct {
		u16 len;
		const void *filter;
	} host_prog = {0};
	struct {
		u16 len;
		u64 filter;
	} prog;
	struct {
		u16 len;
		u32 filter;
	} prog32;
	size_t size = compat() ? sizeof(prog32) : sizeof(prog);
	const void *value = user_in(optval, size);

	/* A wrong length or a bad address is the host's to refuse, at its point of the call. */
	if (optlen == (int)size && !compat() && !get_user(prog, optval)) {
		host_prog.len = prog.len;
		host_prog.filter = user_in(prog.filter, (size_t)prog.len * BPF_INSN_SIZE);
		value = &host_prog;
	} else if (optlen == (int)size && compat() && !get_user(prog32, optval)) {
		host_prog.len = prog32.len;
		host_prog.filter = user_in(prog32.filter, (size_t)prog32.len * BPF_INSN_SIZE);
		value = &host_prog;
	}
	if (optlen == (int)size)
		optlen = sizeof(host_prog);
	else if (optlen == sizeof(host_prog))
		optlen = sizeof(host_prog) - 1;
	return host(SYS_setsockopt, fd, level, name, HP(value), optlen);
}

static bool is_old_timeo(int level, int name)
{
	return level == SOL_SOCKET && (name == OPT_RCVTIMEO_OLD || name == OPT_SNDTIMEO_OLD);
}

static long set_timeo32(int fd, int name, guest_addr optval, int optlen)
{
	struct utime t;
	const void *value = &t;

	if (optlen < (int)utime_size(UTIME_OLD32)) /* too short for the host too */
		return host(SYS_setsockopt, fd, SOL_SOCKET, name, HP(user_in(optval, sizeof(int))),
			    optlen);
	if (utime_get(&t, optval, UTIME_OLD32))
		value = user_in(optval, utime_size(UTIME_OLD32));
	return host(SYS_setsockopt, fd, SOL_SOCKET, name, HP(value), sizeof(t));
}

static long get_timeo32(int fd, int name, guest_addr optval, guest_addr uoptlen)
{
	struct utime t;
	s32 old[2];
	int len, optlen = sizeof(t);
	long ret;

	if (get_user(len, uoptlen) || len < 0)
		return host(SYS_getsockopt, fd, SOL_SOCKET, name, 0,
			    HP(user_inout(uoptlen, sizeof(int))));
	ret = host(SYS_getsockopt, fd, SOL_SOCKET, name, HP(&t), HP(&optlen));
	if (ret)
		return ret;
	old[0] = (s32)t.sec;
	old[1] = (s32)t.frac;
	len = MIN(len, (int)sizeof(old));
	if (copy_to_user(optval, old, (size_t)len) || put_user(len, uoptlen))
		return -EFAULT;
	return 0;
}

/* The size of a multicast option's struct for the host; 0 for every other option. */
static int mcast_size(int level, int name)
{
	if (level != LEVEL_IP && level != LEVEL_IPV6)
		return 0;
	switch (name) {
	case OPT_MCAST_JOIN_GROUP:
	case OPT_MCAST_LEAVE_GROUP:
		return GROUP_REQ;
	case OPT_MCAST_BLOCK_SOURCE:
	case OPT_MCAST_UNBLOCK_SOURCE:
	case OPT_MCAST_JOIN_SOURCE_GROUP:
	case OPT_MCAST_LEAVE_SOURCE_GROUP:
		return GROUP_SOURCE_REQ;
	case OPT_MCAST_MSFILTER:
		return GROUP_FILTER;
	}
	return 0;
}

/* Asked for a multicast filter, the kernel writes as many sources as the caller's struct says that
 * there is room for, whatever the option length says. Returns that room in guest memory, or len if
 * it is more or another option is meant. */
static u64 filter_room(int level, int name, guest_addr optval, u64 len)
{
	u32 numsrc, head = GROUP_FILTER - (compat() ? MCAST_PAD : 0), each = STORAGE;

	if (level == LEVEL_IP && name == OPT_IP_MSFILTER) {
		head = IP_MSFILTER_HEAD;
		each = sizeof(u32);
	} else if (name != OPT_MCAST_MSFILTER || !mcast_size(level, name)) {
		return len;
	}
	if (len < head || get_user(numsrc, optval + head - sizeof(numsrc)))
		return len;
	return MAX(len, head + (u64)numsrc * each);
}

/* Copies optlen bytes of a 32-bit caller's multicast struct, with the host's padding, into scratch
 * memory for room bytes of the caller's. NULL if they cannot be read. */
static u8 *import_mcast32(guest_addr optval, int optlen, u64 room)
{
	u8 *value = user_scratch(room + MCAST_PAD);

	if (!value)
		return NULL;
	memset(value, 0, 8);
	if (copy_from_user(value, optval, sizeof(u32)) ||
	    copy_from_user(value + 8, optval + sizeof(u32), (size_t)optlen - sizeof(u32)))
		return NULL;
	return value;
}

static long set_mcast32(int fd, int level, int name, guest_addr optval, int optlen)
{
	int size = optlen;
	const void *value = NULL;

	if (optlen >= mcast_size(level, name) - MCAST_PAD) {
		value = import_mcast32(optval, optlen, (u64)optlen);
		size += MCAST_PAD;
	}
	/* What is too short or cannot be read is so for the host too. */
	if (!value)
		value = user_in(optval, (size_t)MAX(optlen, 0));
	return host(SYS_setsockopt, fd, level, name, HP(value), size);
}

/* MCAST_MSFILTER: the caller names interface and group and learns mode and sources. */
static long get_msfilter32(int fd, int level, guest_addr optval, guest_addr uoptlen)
{
	int len, optlen;
	u8 *value;
	u32 numsrc;
	u64 room;
	long ret;

	if (get_user(len, uoptlen) || len < GROUP_FILTER - MCAST_PAD)
		return host(SYS_getsockopt, fd, level, OPT_MCAST_MSFILTER,
			    HP(user_inout(optval, sizeof(u32))),
			    HP(user_inout(uoptlen, sizeof(int))));
	room = filter_room(level, OPT_MCAST_MSFILTER, optval, (u64)len);
	value = import_mcast32(optval, GROUP_FILTER - MCAST_PAD, room);
	if (!value)
		return -EFAULT;
	/* Another thread may have raised the number since it was looked at. */
	memcpy(&numsrc, value + GROUP_FILTER - sizeof(numsrc), sizeof(numsrc));
	numsrc = (u32)MIN((u64)numsrc, (room + MCAST_PAD - GROUP_FILTER) / STORAGE);
	memcpy(value + GROUP_FILTER - sizeof(numsrc), &numsrc, sizeof(numsrc));
	optlen = len + MCAST_PAD;
	ret = host(SYS_getsockopt, fd, level, OPT_MCAST_MSFILTER, HP(value), HP(&optlen));
	if (ret)
		return ret;
	optlen -= MCAST_PAD;
	if (put_user(optlen, uoptlen) ||
	    copy_to_user(optval + sizeof(u32), value + 8, (size_t)optlen - sizeof(u32)))
		return -EFAULT;
	return 0;
}

long net_setsockopt(int fd, int level, int name, guest_addr optval, int optlen)
{
	if (set_holds_address(level, name))
		return no_option(host(SYS_setsockopt, fd, level, name, 0, 0));
	if (is_fprog(level, name, optlen))
		return set_fprog(fd, level, name, optval, optlen);
	if (compat() && is_old_timeo(level, name))
		return set_timeo32(fd, name, optval, optlen);
	if (compat() && mcast_size(level, name))
		return set_mcast32(fd, level, name, optval, optlen);
	return host(SYS_setsockopt, fd, level, name, HP(user_in(optval, (size_t)MAX(optlen, 0))),
		    optlen);
}

long net_getsockopt(int fd, int level, int name, guest_addr optval, guest_addr optlen)
{
	u64 size = 0;
	int len;

	if (get_holds_address(level, name))
		return no_option(host(SYS_getsockopt, fd, level, name, 0, 0));
	if (compat() && is_old_timeo(level, name))
		return get_timeo32(fd, name, optval, optlen);
	if (compat() && name == OPT_MCAST_MSFILTER && mcast_size(level, name))
		return get_msfilter32(fd, level, optval, optlen);
	if (!get_user(len, optlen) && len > 0)
		size = (u64)len;
	/* SO_GET_FILTER counts in instructions. */
	if (level == SOL_SOCKET && name == OPT_ATTACH_FILTER)
		size = MIN(size, 65536) * BPF_INSN_SIZE;
	size = filter_room(level, name, optval, size);
	return host(SYS_getsockopt, fd, level, name, HP(user_inout(optval, size)),
		    HP(user_inout(optlen, sizeof(int))));
}

SYSCALL_DEFINE5(setsockopt, (.missing = MISSING), FD, fd, SOL_LEVEL, level, SOL_NAME, optname,
		SOCKOPT_IN, optval, INT, optlen)
{
	return net_setsockopt(fd, level, optname, optval, optlen);
}

SYSCALL_DEFINE5(getsockopt, (.missing = MISSING), FD, fd, SOL_LEVEL, level, SOL_NAME, optname,
		SOCKOPT_OUT, optval, SOCKLEN_INOUT, optlen)
{
	return net_getsockopt(fd, level, optname, optval, optlen);
}
