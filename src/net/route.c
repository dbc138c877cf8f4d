/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes by ioctl(2): SIOCADDRT and SIOCDELRT, whose structs hold longs and the name of a device by
 * its address (net/ipv4/af_inet.c, net/ipv6/af_inet6.c of the kernel). */
#include <errno.h>
#include <net/route.h>
#include <string.h>

#include "host/host.h"
#include "mm/uaccess.h"
#include "net/net.h"
#include "task/task.h"

#define DEV_NAME 15 /* bytes that the kernel reads of a device's name */

struct compat_rtentry {
	u32 pad1;
	struct sockaddr addresses[3];
	u16 flags;
	s16 pad2;
	u32 pad3;
	u8 tos, class;
	s16 pad4, metric;
	u32 dev, mtu, window;
	u16 irtt;
};

struct compat_in6_rtmsg {
	struct in6_addr dst, src, gateway;
	u32 type;
	u16 dst_len, src_len;
	u32 metric, info, flags;
	s32 ifindex;
};

static int import_rtentry(struct rtentry *r, guest_addr arg)
{
	struct compat_rtentry c;
	guest_addr dev;

	memset(r, 0, sizeof(*r));
	if (current->sc_abi == ABI_64) {
		if (get_user(*r, arg))
			return -EFAULT;
		dev = (guest_addr)(uintptr_t)r->rt_dev;
	} else {
		if (get_user(c, arg))
			return -EFAULT;
		memcpy(&r->rt_dst, c.addresses, sizeof(c.addresses));
		r->rt_flags = c.flags;
		r->rt_metric = c.metric;
		r->rt_mtu = c.mtu;
		r->rt_window = c.window;
		r->rt_irtt = c.irtt;
		dev = c.dev;
	}
	r->rt_dev = (char *)(uintptr_t)user_in(dev, DEV_NAME);
	return 0;
}

static int import_in6_rtmsg(struct in6_rtmsg *r, guest_addr arg)
{
	struct compat_in6_rtmsg c;

	if (current->sc_abi == ABI_64)
		return get_user(*r, arg);
	if (get_user(c, arg))
		return -EFAULT;
	*r = (struct in6_rtmsg){
		.rtmsg_dst = c.dst,
		.rtmsg_src = c.src,
		.rtmsg_gateway = c.gateway,
		.rtmsg_type = c.type,
		.rtmsg_dst_len = c.dst_len,
		.rtmsg_src_len = c.src_len,
		.rtmsg_metric = c.metric,
		.rtmsg_info = c.info,
		.rtmsg_flags = c.flags,
		.rtmsg_ifindex = c.ifindex,
	};
	return 0;
}

long net_route_ioctl(int fd, u32 cmd, guest_addr arg)
{
	union {
		struct rtentry inet;
		struct in6_rtmsg inet6;
	} r;
	int domain = 0, len = sizeof(domain), err = 0;

	host(SYS_getsockopt, fd, SOL_SOCKET, SO_DOMAIN, HP(&domain), HP(&len));
	if (domain == AF_INET)
		err = import_rtentry(&r.inet, arg);
	else if (domain == AF_INET6)
		err = import_in6_rtmsg(&r.inet6, arg);
	else if (current->sc_abi == ABI_32)
		return -ENOTTY; /* not passed on */
	else
		return host(SYS_ioctl, fd, cmd, HP(user_inout(arg, sizeof(r))));
	return err ? err : host(SYS_ioctl, fd, cmd, HP(&r));
}
