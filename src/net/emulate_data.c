/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The emulated loopback network: sending and receiving. */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "net/emulate.h"
#include "net/net.h"
#include "task/task.h"

#define MAX_DATAGRAM 65507
#define FULL_TRIES   20 /* milliseconds that a sender gives a receiver whose queue is full */

/* The guest's address of msg_name, which may fault. 0 or -errno. */
static long read_name(struct sockaddr_storage *s, const struct msghdr *h)
{
	memset(s, 0, sizeof(*s));
	if (h->msg_namelen > sizeof(*s))
		return -EINVAL;
	return host_copy(s, h->msg_name, h->msg_namelen) ? -EFAULT : 0;
}

static size_t total(const struct msghdr *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->msg_iovlen; i++)
		n += h->msg_iov[i].iov_len;
	return n;
}

/* Makes poll() tell of an error, which only the host's socket can: a peer that goes away with a
 * message unread leaves one (ECONNRESET, which pending_error() takes). */
static void mark_error(int fd, const struct emu_socket *e)
{
	struct sockaddr none = {.sa_family = AF_UNSPEC};
	long peer = host(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un un = {.sun_family = AF_UNIX}, me;
	socklen_t len = sizeof(un.sun_family), my_len = emu_host_addr(&me, e->ino);

	if (peer < 0)
		return;
	if (!host(SYS_bind, peer, HP(&un), len)) { /* any abstract name */
		len = sizeof(un);
		host(SYS_getsockname, peer, HP(&un), HP(&len));
		if (!host(SYS_connect, peer, HP(&me), my_len) &&
		    !host(SYS_connect, fd, HP(&un), len)) {
			host(SYS_sendto, fd, HP(""), 1, MSG_DONTWAIT);
			host(SYS_connect, peer, HP(&none), sizeof(none));
			host(SYS_connect, fd, HP(&none), sizeof(none));
		}
	}
	host(SYS_close, peer);
}

/* Finds where a datagram goes. Returns the length of the host's address in *un, 0 where nobody
 * listens, or -errno. */
static long destination(int fd, struct emu_socket *e, const struct sockaddr_storage *name,
			socklen_t len, struct sockaddr_un *un)
{
	struct emu_socket *target;
	struct emu_addr to = e->peer;
	long ret = 0;

	if (name)
		ret = name->ss_family == AF_INET && e->family == AF_INET6
			      ? emu_parse(&to, name, len, AF_INET)
			      : emu_parse(&to, name, len, e->family);
	else if (!e->connected)
		ret = -EDESTADDRREQ;
	if (!ret && !to.port)
		ret = -EINVAL;
	if (!ret)
		ret = emu_route(e, &to);
	if (!ret)
		ret = emu_autobind(fd, e, NULL);
	if (ret)
		return ret;
	target = emu_target(SOCK_DGRAM, &to);
	if (target)
		return (long)emu_host_addr(un, target->ino);
	if (e->connected) {
		e->error = ECONNREFUSED;
		mark_error(fd, e);
	}
	return 0;
}

/* Sends a datagram as UDP does: what cannot be delivered is lost. */
static long send_datagram(int fd, struct msghdr *h, u32 flags)
{
	struct timespec ms = {0, 1000000};
	int tries = flags & MSG_DONTWAIT ? 0 : FULL_TRIES;
	long ret;

	for (;;) {
		ret = host(SYS_sendmsg, fd, HP(h), flags | MSG_DONTWAIT);
		if (ret != -EAGAIN || !tries-- || current->pending)
			break;
		host(SYS_nanosleep, HP(&ms), 0);
	}
	if (ret == -EAGAIN || ret == -EPERM || ret == -ECONNREFUSED)
		return (long)total(h);
	return ret;
}

static long send_unix(int fd, struct msghdr *h, u32 flags)
{
	struct sockaddr_storage s;
	struct sockaddr_un un;
	struct msghdr copy = *h;
	long n;

	if (!h->msg_name || h->msg_namelen > sizeof(un) || read_name(&s, h))
		return host_block(SYS_sendmsg, fd, HP(h), flags);
	memcpy(&un, &s, sizeof(un));
	n = emu_abstract_in(&un, h->msg_namelen);
	if (n < 0)
		return n;
	copy.msg_name = &un;
	copy.msg_namelen = (socklen_t)n;
	return host_block(SYS_sendmsg, fd, HP(&copy), flags);
}

/* The error that an earlier datagram met, once. */
static long pending_error(int fd)
{
	struct emu_socket *e;
	int error = 0, host_error;
	socklen_t len = sizeof(host_error);

	emu_lock();
	e = emu_of(fd);
	if (e && e->type == SOCK_DGRAM && e->error) {
		error = e->error;
		e->error = 0;
		host(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, HP(&host_error), HP(&len));
	}
	emu_unlock();
	return -error;
}

long emu_send(int fd, struct msghdr *h, u32 flags)
{
	struct sockaddr_storage s;
	struct emu_socket *e;
	struct sockaddr_un un;
	struct msghdr copy = *h;
	long len = 0;
	bool stream, connected;

	emu_lock();
	e = emu_of(fd);
	stream = e && e->type == SOCK_STREAM;
	connected = e && e->connected;
	emu_unlock();
	if (!e)
		return send_unix(fd, h, flags);
	copy.msg_name = NULL;
	copy.msg_namelen = 0;
	if (stream && !connected) {
		if (!(flags & MSG_NOSIGNAL))
			host(SYS_tgkill, host(SYS_getpid), host(SYS_gettid), SIGPIPE);
		return -EPIPE;
	}
	if (stream)
		return host_block(SYS_sendmsg, fd, HP(&copy), flags);
	if (total(h) > MAX_DATAGRAM)
		return -EMSGSIZE;
	if (h->msg_name) {
		len = read_name(&s, h);
		if (len)
			return len;
	}
	len = pending_error(fd);
	if (len)
		return len;
	emu_lock();
	e = emu_of(fd);
	len = e ? destination(fd, e, h->msg_name ? &s : NULL, h->msg_namelen, &un) : -EBADF;
	emu_unlock();
	if (len < 0)
		return len;
	if (!len)
		return (long)total(h);
	copy.msg_name = &un;
	copy.msg_namelen = (socklen_t)len;
	return send_datagram(fd, &copy, flags);
}

/* Whom the guest sees as the sender of what came from *un; false where it must not see it. */
static bool sender(int fd, const struct sockaddr_un *un, socklen_t len, struct sockaddr_un *shown,
		   socklen_t *size)
{
	struct emu_socket *from = emu_find(emu_host_ino(un, len)), *e = emu_of(fd);
	struct emu_addr a;

	*size = 0;
	if (!from || !e)
		return from != NULL;
	a = from->local;
	emu_route(from, &a); /* a sender without an address of its own has the loopback's */
	*size = emu_shown(e->family, &a, shown);
	return !e->connected || !memcmp(&a, &e->peer, sizeof(a));
}

/* Gives the guest the sender's address. 0 or -EFAULT. */
static long write_name(struct msghdr *h, const void *shown, socklen_t size)
{
	size_t room = MIN((size_t)h->msg_namelen, (size_t)size);

	h->msg_namelen = size;
	return h->msg_name && room && host_copy(h->msg_name, shown, room) ? -EFAULT : 0;
}

long emu_recv(int fd, struct msghdr *h, u32 flags)
{
	struct sockaddr_un un, shown;
	struct emu_socket *e;
	struct msghdr copy;
	socklen_t size;
	long ret;
	bool ok;

	emu_lock();
	e = emu_of(fd);
	emu_unlock();
	ret = pending_error(fd);
	if (ret)
		return ret;
	if (e && flags & MSG_ERRQUEUE)
		return -EAGAIN;
	do {
		copy = *h;
		copy.msg_name = &un;
		copy.msg_namelen = sizeof(un);
		ret = host_block(SYS_recvmsg, fd, HP(&copy), flags);
		if (ret < 0)
			return ret;
		ok = true;
		size = 0;
		if (!e) {
			size = emu_abstract_out(&un, copy.msg_namelen);
			shown = un;
		} else if (e->type == SOCK_DGRAM) {
			emu_lock();
			ok = sender(fd, &un, copy.msg_namelen, &shown, &size);
			emu_unlock();
		}
	} while (!ok && !(flags & MSG_PEEK));
	copy.msg_name = h->msg_name;
	copy.msg_namelen = h->msg_namelen;
	*h = copy;
	return write_name(h, &shown, size) ? -EFAULT : ret;
}

long emu_sendmmsg(int fd, struct mmsghdr *hs, long n, u32 flags)
{
	for (long i = 0; i < n; i++) {
		long ret = emu_send(fd, &hs[i].msg_hdr, flags);

		if (ret < 0)
			return i ? i : ret;
		hs[i].msg_len = (u32)ret;
	}
	return n;
}

long emu_recvmmsg(int fd, struct mmsghdr *hs, long n, u32 flags, void *timeout)
{
	const u32 one = MSG_WAITFORONE;
	bool ours;

	emu_lock();
	ours = emu_of(fd) != NULL;
	emu_unlock();
	if (!ours)
		return host_block(SYS_recvmmsg, fd, HP(hs), n, flags, HP(timeout));

	for (long i = 0; i < n; i++) {
		long ret = emu_recv(fd, &hs[i].msg_hdr, flags & ~one);

		if (ret < 0)
			return i ? i : ret;
		hs[i].msg_len = (u32)ret;
		if (flags & one)
			flags |= MSG_DONTWAIT;
	}
	return n;
}
