/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The emulated loopback network: calls about sockets, their addresses and options. */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>

#include "mm/uaccess.h"
#include "net/emulate.h"
#include "net/net.h"
#include "task/task.h"

#define BACKLOG 4096 /* connections that wait: a full queue would show as an error of connect() */

#define OPT_PROTOCOL 38 /* by its number in the kernel's ABI */

/* Whether the host makes such a socket, and of which protocol, as emulated sockets have it: 0 or
 * -errno. */
static long check_protocol(int family, int type, int protocol)
{
	int got = 0;
	socklen_t len = sizeof(got);
	long fd = host(SYS_socket, family, type, protocol);

	if (fd < 0)
		return fd;
	host(SYS_getsockopt, fd, SOL_SOCKET, OPT_PROTOCOL, HP(&got), HP(&len));
	host(SYS_close, fd);
	type &= 0xf;
	if ((type == SOCK_STREAM && got == IPPROTO_TCP) ||
	    (type == SOCK_DGRAM && got == IPPROTO_UDP))
		return 0;
	/* Linux has ICMP's datagrams, and for nobody at first. */
	return type == SOCK_RAW				      ? -EPERM
	       : got == IPPROTO_ICMP || got == IPPROTO_ICMPV6 ? -EACCES
							      : -EPROTONOSUPPORT;
}

/* What else the host has would show the host's network. */
static long other_family(int family, int type, int protocol)
{
	long fd = host(SYS_socket, family, type, protocol);

	if (fd < 0)
		return fd;
	host(SYS_close, fd);
	return family == AF_PACKET ? -EPERM : -EAFNOSUPPORT;
}

long emu_socket_call(int family, int type, int protocol)
{
	struct emu_socket *e;
	long fd;

	if (family == AF_UNIX)
		return NET_NOT_OURS;
	if (family == AF_NETLINK)
		return emu_nl_socket(type, protocol);
	if (family == AF_ALG)
		return NET_NOT_OURS; /* ciphers, not a network */
	if (family != AF_INET && family != AF_INET6)
		return other_family(family, type, protocol);
	fd = check_protocol(family, type, protocol);
	if (fd < 0)
		return fd;
	fd = host(SYS_socket, AF_UNIX, type, 0);
	if (fd < 0)
		return fd;
	emu_lock();
	e = emu_enter((int)fd, family, type & 0xf);
	emu_unlock();
	if (e)
		return fd;
	host(SYS_close, fd);
	return -ENOBUFS;
}

/* Reads a guest's address. 0 or -errno. */
static long get_addr(struct sockaddr_storage *s, guest_addr addr, int len)
{
	memset(s, 0, sizeof(*s));
	if (len < 0 || (size_t)len > sizeof(*s))
		return -EINVAL;
	return copy_from_user(s, addr, (size_t)len) ? -EFAULT : 0;
}

long emu_parse(struct emu_addr *a, const struct sockaddr_storage *s, socklen_t len, int family)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)s;
	const struct sockaddr_in *in = (const struct sockaddr_in *)s;
	size_t min = family == AF_INET ? sizeof(*in) : offsetof(struct sockaddr_in6, sin6_scope_id);

	if (len < min)
		return -EINVAL;
	if (s->ss_family != family)
		return -EAFNOSUPPORT;
	memset(a, 0, sizeof(*a));
	if (family == AF_INET) {
		a->ip[10] = a->ip[11] = 0xff;
		memcpy(a->ip + 12, &in->sin_addr, 4);
		a->port = ntohs(in->sin_port);
	} else {
		memcpy(a->ip, &in6->sin6_addr, 16);
		a->port = ntohs(in6->sin6_port);
	}
	return 0;
}

long emu_parse_to(struct emu_addr *a, const struct sockaddr_storage *s, socklen_t len, int family)
{
	struct sockaddr_storage named = *s;

	/* IPv4 takes no family for its own; an IPv6 socket sends to addresses of both. */
	if (family == AF_INET && s->ss_family == AF_UNSPEC)
		named.ss_family = AF_INET;
	else if (family == AF_INET6 && s->ss_family == AF_INET)
		family = AF_INET;
	return emu_parse(a, &named, len, family);
}

/* Whether an address has a meaning only with an interface and names none: unicast or groups of the
 * link or of the interface alone. An option of e, if any, may name one for groups. */
static bool lacks_scope(const struct emu_socket *e, const struct sockaddr_storage *s, int len)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)s;
	const u8 *ip = in6->sin6_addr.s6_addr;
	bool group = ip[0] == 0xff, local = group && ((ip[1] & 0xf) == 1 || (ip[1] & 0xf) == 2);

	if (s->ss_family != AF_INET6 || len < (int)offsetof(struct sockaddr_in6, sin6_scope_id))
		return false;
	if (!local && !(ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80))
		return false;
	if (group && e && emu_option_value(e, IPPROTO_IPV6, IPV6_MULTICAST_IF, 0))
		return false;
	return len < (int)sizeof(*in6) || !in6->sin6_scope_id;
}

long emu_bind(int fd, guest_addr addr, int len)
{
	struct sockaddr_storage s;
	struct emu_socket *e;
	struct emu_addr a;
	long ret;

	if (!emu_is_ours(fd))
		return NET_NOT_OURS;
	ret = get_addr(&s, addr, len);
	if (ret)
		return ret;
	emu_lock();
	e = emu_of(fd);
	if (e && e->family == AF_NETLINK) {
		ret = emu_nl_bind(fd, e, &s, len);
	} else {
		ret = e ? emu_parse(&a, &s, (socklen_t)len, e->family) : -EBADF;
		if (!ret && lacks_scope(NULL, &s, len))
			ret = -EINVAL;
		if (!ret)
			ret = emu_bind_addr(fd, e, &a);
	}
	emu_unlock();
	return ret;
}

/* Who does not wait for the connection learns of its failure by SO_ERROR or the next connect(). */
static long connect_refused(int fd, struct emu_socket *e)
{
	if (!(host(SYS_fcntl, fd, F_GETFL) & O_NONBLOCK))
		return -ECONNREFUSED;
	e->error = ECONNREFUSED;
	e->refused = true;
	return -EINPROGRESS;
}

/* Notes where a socket is connected to; the host's address of who listens there goes to *un.
 * Returns its length, 0 for datagram sockets, of which each datagram is sent there, or -errno. */
static long prepare_connect(int fd, struct sockaddr_un *un, const struct sockaddr_storage *s,
			    int len)
{
	struct emu_socket *e = emu_of(fd), *target = NULL;
	struct emu_addr a;
	long ret;

	if (!e)
		return -EBADF;
	if (e->type == SOCK_STREAM && e->connected && e->connecting) {
		e->connecting = false;
		return 0;
	}
	if (e->type == SOCK_STREAM && (e->connected || e->listening))
		return -EISCONN;
	if (e->refused) {
		e->refused = false;
		ret = e->error ? -e->error : -ECONNABORTED;
		e->error = 0;
		return ret;
	}
	ret = emu_parse(&a, s, (socklen_t)len, e->family);
	if (!ret && (e->type == SOCK_DGRAM || !emu_is_group(a.ip)) && lacks_scope(e, s, len))
		ret = -EINVAL;
	if (!ret)
		ret = emu_route(e, &a);
	if (ret)
		return ret;
	if (e->type == SOCK_STREAM) {
		target = emu_target(e->type, &a, NULL, e->ino);
		if (!target)
			return connect_refused(fd, e);
	}
	ret = emu_autobind(fd, e, &a);
	if (ret)
		return ret;
	e->connected = true;
	e->peer = a;
	return target ? (long)emu_host_addr(un, target->ino) : 0;
}

/* connect() to AF_UNSPEC: a datagram socket talks to anybody again. */
static long disconnect(struct emu_socket *e)
{
	if (e->type == SOCK_STREAM)
		return e->connected ? -EOPNOTSUPP : 0;
	e->connected = false;
	return 0;
}

/* TCP is never quick enough for who does not wait; the next connect() or event tells. */
static bool in_progress(int fd)
{
	struct emu_socket *e;

	if (!(host(SYS_fcntl, fd, F_GETFL) & O_NONBLOCK))
		return false;
	emu_lock();
	e = emu_of(fd);
	if (e)
		e->connecting = true;
	emu_unlock();
	return true;
}

long emu_connect(int fd, guest_addr addr, int len)
{
	struct sockaddr_storage s;
	long ret;

	if (!emu_is_ours(fd))
		return NET_NOT_OURS;
	ret = get_addr(&s, addr, len);
	return ret ? ret : emu_connect_to(fd, &s, len);
}

/* What the host answered to connect(): -EAGAIN where somebody else may be listening there. */
static long failed_connect(int fd, long ret, bool again)
{
	struct emu_socket *e;

	emu_lock();
	e = emu_of(fd);
	if (e)
		e->connected = false;
	/* Who listened there is gone, but not yet from the table. */
	if (e && (ret == -ECONNREFUSED || ret == -ENOENT)) {
		emu_collect();
		ret = again ? -EAGAIN : connect_refused(fd, e);
	}
	emu_unlock();
	return ret;
}

long emu_connect_to(int fd, const struct sockaddr_storage *s, int len)
{
	struct emu_socket *e;
	struct sockaddr_un un;
	bool again = true;
	long ret;

	if ((size_t)len < sizeof(s->ss_family))
		return -EINVAL;
	for (;;) {
		emu_lock();
		e = emu_of(fd);
		if (e && e->family == AF_NETLINK)
			ret = emu_nl_connect(fd, e, s, len);
		else if (e && s->ss_family == AF_UNSPEC)
			ret = disconnect(e);
		else
			ret = prepare_connect(fd, &un, s, len);
		emu_unlock();
		if (ret <= 0)
			return ret;
		ret = host_block(SYS_connect, fd, HP(&un), ret);
		if (!ret)
			return in_progress(fd) ? -EINPROGRESS : 0;
		ret = failed_connect(fd, ret, again);
		if (ret != -EAGAIN || !again)
			return ret;
		again = false;
	}
}

long emu_listen(int fd, int backlog)
{
	struct emu_socket *e;
	long ret;

	(void)backlog;
	emu_lock();
	e = emu_of(fd);
	if (!e)
		ret = NET_NOT_OURS;
	else if (e->type != SOCK_STREAM)
		ret = -EOPNOTSUPP;
	else if (e->connected)
		ret = -EINVAL;
	else
		ret = emu_autobind(fd, e, NULL);
	if (!ret)
		ret = !e->listening && emu_listened(e) ? -EADDRINUSE
						       : host(SYS_listen, fd, BACKLOG);
	if (!ret)
		e->listening = true;
	emu_unlock();
	return ret;
}

long emu_shutdown(int fd, int how)
{
	struct emu_socket *e;
	bool alone, listening, netlink;

	emu_lock();
	e = emu_of(fd);
	netlink = e && e->family == AF_NETLINK;
	alone = e && !e->connected;
	listening = alone && e->listening;
	if (e && e->type == SOCK_STREAM && (e->reset || emu_was_reset(fd, e)))
		alone = true;
	if (e && (how == SHUT_WR || how == SHUT_RDWR))
		e->shut_write = true;
	if (listening && how != SHUT_WR)
		e->listening = false; /* the host's socket accepts no more */
	emu_unlock();
	if (netlink)
		return -EOPNOTSUPP;
	if (!alone || how < 0 || how > SHUT_RDWR)
		return NET_NOT_OURS;
	if (!listening)
		return -ENOTCONN;
	return how == SHUT_WR ? 0 : NET_NOT_OURS;
}

/* Linux's move_addr_to_user(). */
static long put_addr(const void *data, socklen_t size, guest_addr addr, guest_addr ulen)
{
	int len;

	if (get_user(len, ulen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	len = MIN(len, (int)size);
	if (len && copy_to_user(addr, data, (size_t)len))
		return -EFAULT;
	return put_user(size, ulen);
}

/* Enters the socket that a listener has accepted; *size is 0 where it has to be closed. */
static void accepted(int listener, int fd, const struct sockaddr_un *peer, socklen_t len, void *out,
		     socklen_t *size)
{
	struct emu_socket *l = emu_of(listener), copy, *client, *e;

	*size = 0;
	if (!l)
		return;
	copy = *l;
	e = emu_enter(fd, copy.family, copy.type);
	if (!e)
		return;
	client = emu_find(emu_host_ino(peer, len));
	e->connected = true;
	e->reuse_addr = copy.reuse_addr;
	e->reuse_port = copy.reuse_port;
	e->nr_options = copy.nr_options;
	memcpy(e->option, copy.option, sizeof(e->option));
	e->local = copy.local;
	e->peer = copy.local;
	e->peer.port = 0;
	if (client && client != e) {
		e->mate = client->ino;
		client->mate = e->ino;
		e->peer = client->local;
		e->local = client->peer;
	}
	*size = emu_shown(e->family, &e->peer, out);
}

long emu_accept4(int fd, guest_addr addr, guest_addr ulen, int flags)
{
	struct sockaddr_un un, shown;
	socklen_t len = sizeof(un), size;
	long got, ret;

	if (!emu_is_ours(fd))
		return NET_NOT_OURS;
	memset(&un, 0, sizeof(un));
	got = host_block(SYS_accept4, fd, HP(&un), HP(&len), flags);
	if (got < 0)
		return got;
	emu_lock();
	accepted(fd, (int)got, &un, len, &shown, &size);
	emu_unlock();
	ret = size ? 0 : -ENOBUFS;
	if (!ret && addr)
		ret = put_addr(&shown, size, addr, ulen);
	if (!ret)
		return got;
	host(SYS_close, got);
	return ret;
}

long emu_peer_addr(int fd, const struct emu_socket *e, struct sockaddr_un *to)
{
	if (e->family == AF_NETLINK)
		return emu_nl_shown(e, true, to);
	if (!e->connected || e->reset || emu_was_reset(fd, e))
		return -ENOTCONN;
	return emu_shown(e->family, &e->peer, to);
}

long emu_getname(int fd, guest_addr addr, guest_addr ulen, bool peer)
{
	struct sockaddr_un un;
	struct emu_socket *e;
	long len = 0;

	emu_lock();
	e = emu_of(fd);
	if (e && peer)
		len = emu_peer_addr(fd, e, &un);
	else if (e && e->family == AF_NETLINK)
		len = emu_nl_shown(e, false, &un);
	else if (e)
		len = emu_shown(e->family, &e->local, &un);
	emu_unlock();
	if (!e)
		return NET_NOT_OURS;
	return len < 0 ? len : put_addr(&un, (socklen_t)len, addr, ulen);
}
