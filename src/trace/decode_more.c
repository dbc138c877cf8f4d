/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arguments of calls that few programs make. */
#include <net/if.h>

#include "trace/flags.h"

void put_ifindex(struct tline *t, u32 index)
{
	char name[IF_NAMESIZE];

	if (index && if_indextoname(index, name))
		put_fmt(t, "if_nametoindex(\"%s\")", name);
	else
		put_udec(t, index);
}

void put_ioprio(struct tline *t, u32 v)
{
	put(t, "IOPRIO_PRIO_VALUE(");
	put_val(t, &x_ioprio_class, v >> 13);
	put_fmt(t, ", %u)", v & 0x1fff);
}

static bool mq_attr(struct tline *t, guest_addr a)
{
	s64 v[4];

	if (!rd_longs(t, a, 4, v))
		return false;
	put(t, "{mq_flags=");
	put_flags(t, &x_mq_flags, (u64)v[0]);
	put_fmt(t, ", mq_maxmsg=%lld, mq_msgsize=%lld, mq_curmsgs=%lld}", (long long)v[1],
		(long long)v[2], (long long)v[3]);
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
	default:
		return false;
	}
}
