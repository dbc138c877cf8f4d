/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The emulated loopback network: rtnetlink(7). Such a socket is an AF_UNIX datagram socket to which
 * this file sends the answers of emulate_rtnl.c, in the guest's place and before its own call
 * returns, as the kernel does. */
#include <errno.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "host/host.h"
#include "mm/uaccess.h"
#include "net/emulate.h"
#include "net/emulate_rtnl.h"
#include "task/task.h"

#define OWN_PORTIDS 4096 /* of the ports that the kernel gives out, the first are not random */
#define MAX_REQUEST (212992 - 32) /* net.core.wmem_default */

/* Other netlink families would tell of the host; they are as if they had not been built. */
long emu_nl_socket(int type, int protocol)
{
	struct emu_socket *e;
	long fd = host(SYS_socket, AF_NETLINK, type, protocol);

	if (fd < 0)
		return fd;
	host(SYS_close, fd);
	if (protocol != NETLINK_ROUTE)
		return -EPROTONOSUPPORT;
	fd = host(SYS_socket, AF_UNIX, SOCK_DGRAM | (type & ~0xf), 0);
	if (fd < 0)
		return fd;
	emu_lock();
	e = emu_enter((int)fd, AF_NETLINK, type & 0xf);
	emu_unlock();
	if (e)
		return fd;
	host(SYS_close, fd);
	return -ENOBUFS;
}

static bool portid_free(u32 portid)
{
	for (struct emu_socket *e = NULL; (e = emu_next(e));)
		if (e->family == AF_NETLINK && e->portid == portid)
			return false;
	return true;
}

/* Takes a port, 0: any. 0 or -errno. */
static long take_portid(int fd, struct emu_socket *e, u32 portid)
{
	u32 wanted = portid ? portid : (u32)host(SYS_getpid), random;
	long ret;

	if (!portid_free(wanted))
		emu_collect();
	if (!portid_free(wanted)) {
		if (portid)
			return -EADDRINUSE;
		do {
			if (getrandom(&random, sizeof(random), 0) != sizeof(random))
				return -ENOBUFS;
			wanted = (random | 0x80000000) - OWN_PORTIDS;
		} while (wanted < 0x80000000 || !portid_free(wanted));
	}
	ret = emu_name(fd, e);
	if (!ret)
		e->portid = wanted;
	return ret;
}

long emu_nl_bind(int fd, struct emu_socket *e, const struct sockaddr_storage *s, int len)
{
	const struct sockaddr_nl *nl = (const struct sockaddr_nl *)s;
	long ret = 0;

	if (len < (int)sizeof(*nl) || nl->nl_family != AF_NETLINK)
		return -EINVAL;
	if (e->portid && e->portid != nl->nl_pid)
		return -EINVAL;
	if (!e->portid)
		ret = take_portid(fd, e, nl->nl_pid);
	if (!ret)
		e->nl_groups = nl->nl_groups;
	return ret;
}

/* Only the kernel may be talked to by those without the capability. */
static bool may_address(u32 portid, u32 groups)
{
	return (!portid && !groups) || host_capable(CAP_NET_ADMIN);
}

long emu_nl_connect(int fd, struct emu_socket *e, const struct sockaddr_storage *s, int len)
{
	const struct sockaddr_nl *nl = (const struct sockaddr_nl *)s;
	long ret = 0;

	if (len >= (int)sizeof(nl->nl_family) && nl->nl_family == AF_UNSPEC) {
		e->peer_portid = e->peer_groups = 0;
		return 0;
	}
	if (len < (int)sizeof(*nl) || nl->nl_family != AF_NETLINK)
		return -EINVAL;
	if (!may_address(nl->nl_pid, nl->nl_groups))
		return -EPERM;
	if (!e->portid)
		ret = take_portid(fd, e, 0);
	if (ret)
		return ret;
	e->peer_portid = nl->nl_pid;
	e->peer_groups = nl->nl_groups;
	return 0;
}

socklen_t emu_nl_shown(const struct emu_socket *e, bool peer, void *to)
{
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK};

	nl.nl_pid = peer ? e->peer_portid : e->portid;
	/* Of a peer's groups the kernel keeps the lowest. */
	nl.nl_groups = peer ? e->peer_groups & -e->peer_groups : e->nl_groups;
	memcpy(to, &nl, sizeof(nl));
	return sizeof(nl);
}

socklen_t emu_nl_kernel(void *to)
{
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK};

	memcpy(to, &nl, sizeof(nl));
	return sizeof(nl);
}

/* A message for the guest's socket. A queue that is full shows as ENOBUFS. */
static void answer(const void *data, size_t size, void *to)
{
	const struct emu_nl_guest *guest = to;
	struct sockaddr_un un;
	socklen_t len = emu_host_addr(&un, guest->ino);
	long fd = host(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;
	struct emu_socket *e;

	if (fd < 0)
		return;
	ret = host(SYS_sendto, fd, HP(data), size, MSG_DONTWAIT, HP(&un), len);
	host(SYS_close, fd);
	if (ret != -EAGAIN)
		return;
	emu_lock();
	e = emu_find(guest->ino);
	if (e)
		e->error = ENOBUFS;
	emu_unlock();
}

/* Where a message goes: 0 for the kernel, 1 for nobody, or -errno. */
static long address(int fd, const struct msghdr *h, const struct sockaddr_storage *s,
		    struct emu_nl_guest *guest)
{
	const struct sockaddr_nl *nl = (const struct sockaddr_nl *)s;
	struct emu_socket *e = emu_of(fd);
	u32 portid, groups;
	long ret;

	if (!e)
		return -EBADF;
	portid = e->peer_portid;
	groups = e->peer_groups;
	if (h->msg_name && h->msg_namelen) {
		if (h->msg_namelen < sizeof(*nl) || nl->nl_family != AF_NETLINK)
			return -EINVAL;
		portid = nl->nl_pid;
		groups = nl->nl_groups;
		if (!may_address(portid, groups))
			return -EPERM;
	}
	ret = e->portid ? 0 : take_portid(fd, e, 0);
	if (ret)
		return ret;
	guest->ino = e->ino;
	guest->portid = e->portid;
	guest->cap_ack = emu_option_value(e, SOL_NETLINK, NETLINK_CAP_ACK, 0) != 0;
	return portid ? -ECONNREFUSED : groups ? 1 : 0;
}

long emu_nl_send(int fd, const struct msghdr *h, u32 flags, const struct sockaddr_storage *s)
{
	struct emu_nl_guest guest = {0};
	size_t size = 0, at = 0;
	u8 *data;
	long ret;

	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	for (size_t i = 0; i < h->msg_iovlen; i++)
		size += h->msg_iov[i].iov_len;
	if (!size)
		return -ENODATA;
	emu_lock();
	ret = address(fd, h, s, &guest);
	emu_unlock();
	if (ret < 0 && ret != -ECONNREFUSED)
		return ret;
	if (size > MAX_REQUEST)
		return -EMSGSIZE;
	data = user_scratch(size);
	if (!data)
		return -ENOBUFS;
	for (size_t i = 0; i < h->msg_iovlen; at += h->msg_iov[i++].iov_len)
		if (host_copy(data + at, h->msg_iov[i].iov_base, h->msg_iov[i].iov_len))
			return -EFAULT;
	if (!ret)
		emu_rtnl(data, size, &guest, answer);
	return ret < 0 ? ret : (long)size;
}
