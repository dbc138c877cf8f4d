/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Multicast memberships and source filters (ip(7), RFC 3678). The protocol-independent structs
 * begin with a 32-bit word and addresses aligned to 8 bytes, or to 4 for 32-bit callers, whose
 * structs are that much shorter. */
#include <errno.h>
#include <string.h>

#include "host/host.h"
#include "mm/uaccess.h"
#include "net/net.h"
#include "task/task.h"

#define OPT_IP_MSFILTER		     41
#define OPT_MCAST_JOIN_GROUP	     42
#define OPT_MCAST_BLOCK_SOURCE	     43
#define OPT_MCAST_UNBLOCK_SOURCE     44
#define OPT_MCAST_LEAVE_GROUP	     45
#define OPT_MCAST_JOIN_SOURCE_GROUP  46
#define OPT_MCAST_LEAVE_SOURCE_GROUP 47
#define OPT_MCAST_MSFILTER	     48

#define STORAGE		 128 /* struct sockaddr_storage */
#define MCAST_PAD	 4
#define GROUP_REQ	 (8 + STORAGE)
#define GROUP_SOURCE_REQ (8 + 2 * STORAGE)
#define GROUP_FILTER	 (8 + STORAGE + 8) /* before the list of sources */
#define IP_MSFILTER_HEAD 16		   /* likewise, with sources of 4 bytes */

/* More sources than any filter has: room for more is not used. */
#define MAX_SOURCES 8192

int net_mcast_size(int level, int name)
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

/* Copies optlen bytes of a 32-bit caller's struct, with the host's padding, to value. */
static int import_mcast32(u8 *value, guest_addr optval, u32 optlen)
{
	memset(value, 0, 8);
	if (copy_from_user(value, optval, sizeof(u32)) ||
	    copy_from_user(value + 8, optval + sizeof(u32), optlen - sizeof(u32)))
		return -EFAULT;
	return 0;
}

/* Whether a struct group_filter has not all the sources that it says. Of 32-bit callers IPv4 looks
 * at this before it looks at how many they may be: a length of 0 gets the same error. */
static bool lacks_sources(const u8 *filter, int size)
{
	u32 n;

	memcpy(&n, filter + GROUP_FILTER - sizeof(n), sizeof(n));
	return n < 0x1ffffff && n > (u32)(size - GROUP_FILTER) / STORAGE;
}

long net_set_mcast32(int fd, int level, int name, guest_addr optval, int optlen)
{
	int size = optlen;
	const void *value = NULL;
	u8 *wide;

	if (optlen >= net_mcast_size(level, name) - MCAST_PAD) {
		wide = user_scratch((size_t)optlen + MCAST_PAD);
		if (wide && !import_mcast32(wide, optval, (u32)optlen))
			value = wide;
		size += MCAST_PAD;
		if (value && level == LEVEL_IP && name == OPT_MCAST_MSFILTER &&
		    lacks_sources(wide, size))
			size = 0;
	}
	/* What is too short or cannot be read is so for the host too. */
	if (!value)
		value = user_in(optval, (size_t)MAX(optlen, 0));
	return host(SYS_setsockopt, fd, level, name, HP(value), size);
}

bool net_is_msfilter(int level, int name)
{
	return (level == LEVEL_IP && name == OPT_IP_MSFILTER) ||
	       ((level == LEVEL_IP || level == LEVEL_IPV6) && name == OPT_MCAST_MSFILTER);
}

/* The caller names interface and group and learns mode and sources. The kernel writes as many
 * sources as the struct says that there is room for, whatever the option length says. */
long net_get_msfilter(int fd, int level, int name, guest_addr optval, guest_addr uoptlen)
{
	bool plain = name == OPT_IP_MSFILTER;
	u32 head = plain ? IP_MSFILTER_HEAD : GROUP_FILTER, each = plain ? sizeof(u32) : STORAGE;
	u32 pad = !plain && current->sc_abi == ABI_32 ? MCAST_PAD : 0;
	u32 room, n;
	int len, optlen;
	u8 *value;
	long ret;

	/* What is too short or cannot be read is so for the host too. */
	if (get_user(len, uoptlen) || len < (int)(head - pad))
		return host(SYS_getsockopt, fd, level, name, HP(user_inout(optval, sizeof(u32))),
			    HP(user_inout(uoptlen, sizeof(int))));
	if (get_user(room, optval + head - pad - sizeof(room)))
		return host(SYS_getsockopt, fd, level, name, HP(user_inout(optval, head)),
			    HP(&len));
	room = MIN(room, MAX_SOURCES);
	value = user_scratch(head + (size_t)room * each);
	if (!value)
		return -ENOBUFS;
	if (pad ? import_mcast32(value, optval, head - pad) : copy_from_user(value, optval, head))
		return -EFAULT;
	memcpy(value + head - sizeof(room), &room, sizeof(room));
	optlen = len + (int)pad;
	ret = host(SYS_getsockopt, fd, level, name, HP(value), HP(&optlen));
	if (ret)
		return ret;
	memcpy(&n, value + head - sizeof(n), sizeof(n));
	n = MIN(n, room);
	optlen -= (int)pad;
	if (put_user(optlen, uoptlen) || copy_to_user(optval + 8 - pad, value + 8, head - 8) ||
	    copy_to_user(optval + head - pad, value + head, (size_t)n * each))
		return -EFAULT;
	return 0;
}
