/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The emulated loopback network: sending and receiving. */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "mm/uaccess.h"
#include "net/emulate.h"
#include "net/net.h"
#include "task/task.h"

#define MAX_PACKET   65535 /* of IP, with UDP's head of 8 bytes */
#define MAX_TARGETS  64
#define MAX_SEGMENTS 64 /* UDP_MAX_SEGMENTS */
#define OPT_UDP_CORK 1
#define OPT_TCP_INQ  36
#define MAX_DISCARD  (1ul << 20)
#define FIRST_SEND   65536ul /* of what goes nowhere, before a stream hears of it */
#define FULL_TRIES   20	     /* milliseconds that a sender gives a receiver whose queue is full */

/* The guest's address of msg_name, which may fault; what is too long is cut. 0 or -errno. */
static long read_name(struct sockaddr_storage *s, const struct msghdr *h)
{
	memset(s, 0, sizeof(*s));
	if (!h->msg_name)
		return 0;
	return host_copy(s, h->msg_name, MIN(h->msg_namelen, sizeof(*s))) ? -EFAULT : 0;
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
		/* In this order: fd may be connected to a socket that is gone. */
		if (!host(SYS_connect, fd, HP(&un), len) &&
		    !host(SYS_connect, peer, HP(&me), my_len)) {
			host(SYS_sendto, fd, HP(""), 1, MSG_DONTWAIT);
			host(SYS_connect, peer, HP(&none), sizeof(none));
			host(SYS_connect, fd, HP(&none), sizeof(none));
		}
	}
	host(SYS_close, peer);
}

/* Nobody is where a socket has sent h to: the next call tells who is connected to there or wants to
 * know of all errors. The latter can read more by MSG_ERRQUEUE. */
static void refused(int fd, struct emu_socket *e, const struct emu_addr *to, const struct msghdr *h)
{
	bool all = e->family == AF_INET ? emu_option_value(e, IPPROTO_IP, IP_RECVERR, 0)
					: emu_option_value(e, IPPROTO_IPV6, IPV6_RECVERR, 0);
	struct emu_lost *lost = &e->lost;

	if (!all && (!e->connected || h->msg_name))
		return;
	e->error = ECONNREFUSED;
	mark_error(fd, e);
	if (!all || lost->is)
		return;
	lost->to = *to;
	lost->len = 0;
	for (size_t i = 0; i < h->msg_iovlen; i++) {
		size_t n = MIN(h->msg_iov[i].iov_len, sizeof(lost->data) - lost->len);

		if (host_copy(lost->data + lost->len, h->msg_iov[i].iov_base, n))
			break;
		lost->len += (u16)n;
	}
	lost->is = true;
}

/* A datagram on its way. */
struct packet {
	struct emu_addr to;
	struct emu_label label;
	u32 ino; /* of the sender */
	long n;	 /* how many receivers there are */
	u32 inos[MAX_TARGETS];
	bool labelled[MAX_TARGETS];
};

/* Who gets it. */
static void find_receivers(int fd, struct emu_socket *e, struct packet *p, const struct msghdr *h)
{
	struct emu_addr source = emu_source(e, &p->label);
	struct emu_socket *target;

	p->ino = e->ino;
	p->n = 0;
	if (emu_is_group(p->to.ip)) {
		p->n = emu_members(&source, &p->to, p->inos, MAX_TARGETS);
	} else {
		target = emu_target(SOCK_DGRAM, &p->to, &source, source.port);
		if (target)
			p->inos[p->n++] = target->ino;
		else
			refused(fd, e, &p->to, h);
	}
	for (long i = 0; i < p->n; i++)
		p->labelled[i] = emu_needs_label(&p->label, e, emu_find(p->inos[i]));
}

/* Finds where a datagram is to go. 0 or -errno. */
static long destination(int fd, struct emu_socket *e, const struct sockaddr_storage *name,
			const struct msghdr *h, struct packet *p)
{
	struct emu_addr *to = &p->to;
	long ret = 0;

	*to = e->peer;
	if (h->msg_name)
		ret = emu_parse_to(to, name, h->msg_namelen, e->family);
	else if (!e->connected)
		ret = -EDESTADDRREQ;
	if (!ret && !to->port)
		ret = -EINVAL;
	if (!ret)
		ret = emu_read_label(&p->label, e, to, h);
	if (ret)
		return ret;
	ret = emu_route(e, to);
	if (ret == -ENETUNREACH && p->label.at_lo && emu_is_v4(to->ip) && emu_is_group(to->ip))
		ret = 0;
	if (!ret)
		ret = emu_autobind(fd, e, NULL);
	if (ret)
		return ret;
	memcpy(p->label.to, to->ip, 16);
	return 0;
}

/* Sends a datagram; the receiver gets some time to make room. */
static long send_datagram(int fd, struct msghdr *h, u32 flags)
{
	struct timespec ms = {0, 1000000};
	int tries = flags & MSG_DONTWAIT ? 0 : FULL_TRIES;
	long ret;

	for (;;) {
		ret = host(SYS_sendmsg, fd, HP(h), flags | MSG_DONTWAIT);
		if (ret != -EAGAIN || !tries-- || current->pending)
			return ret;
		host(SYS_nanosleep, HP(&ms), 0);
	}
}

/* The same by a socket that has the label in its name, which stays with what it has sent. */
static long send_labelled(const struct packet *p, struct msghdr *h, u32 flags)
{
	struct sockaddr_un un;
	socklen_t len = emu_label_addr(&un, p->ino, &p->label);
	long fd = host(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;

	if (fd < 0)
		return fd;
	ret = host(SYS_bind, fd, HP(&un), len);
	if (!ret) {
		host(SYS_unlink, HP(un.sun_path));
		ret = send_datagram((int)fd, h, flags);
	}
	host(SYS_close, fd);
	return ret;
}

/* Delivers to one receiver, as UDP does: what cannot be delivered is lost. 0 or -errno. */
static long deliver(int fd, const struct packet *p, long i, const struct msghdr *h, u32 flags)
{
	struct msghdr copy = *h;
	struct sockaddr_un un;
	long ret;

	copy.msg_name = &un;
	copy.msg_namelen = emu_host_addr(&un, p->inos[i]);
	copy.msg_control = NULL; /* IP has no use for what AF_UNIX would deliver */
	copy.msg_controllen = 0;
	ret = p->labelled[i] ? send_labelled(p, &copy, flags) : send_datagram(fd, &copy, flags);
	return ret >= 0 || ret == -EAGAIN || ret == -EPERM ? 0 : ret;
}

/* The error that an earlier datagram met, once. */
static long pending_error(int fd)
{
	struct emu_socket *e;
	int error = 0, host_error;
	socklen_t len = sizeof(host_error);

	emu_lock();
	e = emu_of(fd);
	if (e && e->type != SOCK_STREAM && e->error) {
		error = e->error;
		e->error = 0;
		host(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, HP(&host_error), HP(&len));
	}
	emu_unlock();
	return -error;
}

/* Delivers to all who get it. 0 or -errno. */
static long deliver_all(int fd, struct packet *p, const struct msghdr *h, u32 flags)
{
	struct emu_socket *e;
	long ret = 0;

	for (long i = 0; i < p->n; i++) {
		ret = deliver(fd, p, i, h, flags);
		if (ret != -ECONNREFUSED)
			continue;
		ret = 0;
		if (emu_is_group(p->to.ip))
			continue;
		/* It was still in the table, but is closed: another may have its address, too. */
		emu_lock();
		emu_collect();
		e = emu_of(fd);
		p->n = 0;
		if (e)
			find_receivers(fd, e, p, h);
		emu_unlock();
		i = -1;
	}
	return ret;
}

/* Makes *to those n bytes of *from that begin at byte `at`. */
static void cut(struct msghdr *to, const struct msghdr *from, size_t at, size_t n)
{
	to->msg_iovlen = 0;
	for (size_t i = 0; i < from->msg_iovlen && n; i++) {
		size_t skip = MIN(at, from->msg_iov[i].iov_len);
		size_t len = MIN(n, from->msg_iov[i].iov_len - skip);

		to->msg_iov[to->msg_iovlen++] =
			(struct iovec){(u8 *)from->msg_iov[i].iov_base + skip, len};
		at -= skip;
		n -= len;
	}
}

/* UDP_SEGMENT: one datagram after the other. */
static long deliver_segments(int fd, struct packet *p, const struct msghdr *h, u32 flags)
{
	size_t size = p->label.segment, all = total(h);
	struct msghdr part = *h;
	long ret = 0;

	if (all > size * MAX_SEGMENTS)
		return -EINVAL;
	part.msg_iov = user_scratch(h->msg_iovlen * sizeof(*h->msg_iov));
	if (!part.msg_iov)
		return -ENOBUFS;
	for (size_t at = 0; at < all && !ret; at += size) {
		cut(&part, h, at, MIN(size, all - at));
		ret = deliver_all(fd, p, &part, flags);
	}
	return ret;
}

static long deliver_packet(int fd, struct packet *p, const struct msghdr *h, u32 flags)
{
	if (p->label.segment && total(h) > p->label.segment)
		return deliver_segments(fd, p, h, flags);
	return deliver_all(fd, p, h, flags);
}

/* Sends what has been held back and taken. 0 or -errno. */
static long deliver_held(int fd, struct emu_cork *c, u32 flags)
{
	struct iovec v = {c->data, c->len};
	struct msghdr h = {.msg_iov = &v, .msg_iovlen = 1};
	struct emu_socket *e;
	struct packet p;
	long ret = -EBADF;

	memcpy(&p, c->packet, sizeof(p));
	emu_lock();
	e = emu_of(fd);
	if (e)
		find_receivers(fd, e, &p, &h);
	emu_unlock();
	if (e)
		ret = deliver_packet(fd, &p, &h, flags);
	free(c);
	return ret;
}

void emu_uncork(int fd)
{
	struct emu_socket *e;
	struct emu_cork *c;

	emu_lock();
	e = emu_of(fd);
	c = e && !emu_option_value(e, IPPROTO_UDP, OPT_UDP_CORK, 0) ? emu_cork_of(e->ino) : NULL;
	if (c)
		emu_cork_take(c);
	emu_unlock();
	if (c)
		deliver_held(fd, c, 0);
}

/* Adds a message to what a socket holds back, *c, which begins with it if it is NULL. What fails
 * takes all with it. 0 or -errno. */
static long hold(struct emu_cork **c, const struct emu_socket *e, const struct packet *p,
		 const struct msghdr *h)
{
	size_t room = MAX_PACKET - 8 - (e->family == AF_INET ? 20 : 0);
	long ret;

	if (!*c)
		*c = emu_cork_begin(e->ino, p, sizeof(*p));
	if (!*c)
		return -ENOBUFS;
	ret = (*c)->len + total(h) > room ? -EMSGSIZE : emu_cork_add(*c, h);
	if (!ret)
		return 0;
	emu_cork_take(*c);
	free(*c);
	*c = NULL;
	return ret;
}

/* A datagram, or a part of one, which an emulated socket sends. */
static long send_to_targets(int fd, const struct msghdr *h, u32 flags,
			    const struct sockaddr_storage *s)
{
	bool more = flags & MSG_MORE;
	struct emu_cork *c = NULL;
	struct emu_socket *e;
	struct packet p;
	long ret;

	if (total(h) > MAX_PACKET)
		return -EMSGSIZE;
	ret = pending_error(fd);
	if (ret)
		return ret;
	emu_lock();
	e = emu_of(fd);
	c = e ? emu_cork_of(e->ino) : NULL;
	more = more || (e && emu_option_value(e, IPPROTO_UDP, OPT_UDP_CORK, 0));
	if (!e)
		ret = -EBADF;
	else if (!c) /* else it has been found */
		ret = destination(fd, e, s, h, &p);
	if (!ret && total(h) > MAX_PACKET - 8 - (e->family == AF_INET ? 20 : 0))
		ret = -EMSGSIZE;
	if (!ret && (c || more))
		ret = hold(&c, e, &p, h);
	else if (!ret)
		find_receivers(fd, e, &p, h);
	if (!ret && c && !more)
		emu_cork_take(c);
	emu_unlock();
	if (!ret && !more)
		ret = c ? deliver_held(fd, c, flags) : deliver_packet(fd, &p, h, flags);
	return ret ? ret : (long)total(h);
}

static long broken_pipe(u32 flags)
{
	if (!(flags & MSG_NOSIGNAL))
		host(SYS_tgkill, host(SYS_getpid), host(SYS_gettid), SIGPIPE);
	return -EPIPE;
}

/* Of a stream whose peer has gone. What is sent the first time TCP takes, where it has not been
 * told by a reset, and learns by the answer that it cannot be delivered. */
static long nobody_reads(int fd, const struct msghdr *h, u32 flags)
{
	struct emu_socket *e;
	socklen_t len = sizeof(int);
	int error = 0;
	bool first;

	host(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, HP(&error), HP(&len));
	emu_lock();
	e = emu_of(fd);
	if (!error && e && emu_take_reset(fd, e))
		error = ECONNRESET;
	first = e && !e->shut_write && !e->reset && !e->told;
	if (e && !error)
		e->error = 0;
	if (e && emu_hung_up(fd)) { /* else the other end reads no more, but takes it */
		e->reset = true;
		e->error = first && !error ? EPIPE : 0;
	}
	if (e && error)
		e->told = true;
	emu_unlock();
	if (error)
		return -error;
	return first ? (long)MIN(total(h), FIRST_SEND) : broken_pipe(flags);
}

long emu_send(int fd, struct msghdr *h, u32 flags)
{
	struct sockaddr_storage s;
	struct emu_socket *e;
	struct msghdr copy = *h;
	bool stream, connected;
	int family;
	long ret;

	emu_lock();
	e = emu_of(fd);
	stream = e && e->type == SOCK_STREAM;
	connected = e && e->connected;
	family = e ? e->family : AF_UNIX;
	if (e && flags & MSG_OOB)
		e->urgent = true;
	emu_unlock();
	if (!e)
		return host_block(SYS_sendmsg, fd, HP(h), flags);
	ret = read_name(&s, h);
	if (ret)
		return ret;
	if (family == AF_NETLINK)
		return emu_nl_send(fd, h, flags, &s);
	if (!stream && (flags & MSG_OOB) && family == AF_INET)
		return emu_check_control(h) == -EFAULT ? -EFAULT : -EOPNOTSUPP;
	if (!stream) /* of IPv6 it means nothing */
		return send_to_targets(fd, h, flags & ~(u32)MSG_OOB, &s);
	if (connected && (flags & MSG_FASTOPEN))
		return -EISCONN;
	if (!connected && (flags & MSG_FASTOPEN) && h->msg_name) {
		ret = emu_connect_to(fd, &s, (int)h->msg_namelen);
		if (ret && ret != -EINPROGRESS)
			return ret;
		connected = true;
	}
	if (!connected)
		return broken_pipe(flags);
	ret = emu_check_control(h);
	if (ret)
		return ret;
	copy.msg_name = NULL;
	copy.msg_namelen = 0;
	copy.msg_control = NULL;
	copy.msg_controllen = 0;
	ret = host_block(SYS_sendmsg, fd, HP(&copy), flags | MSG_NOSIGNAL);
	return ret == -EPIPE ? nobody_reads(fd, h, flags) : ret;
}

/* Whom the guest sees as the sender of what came from *un; false where it must not see it. */
static bool sender(int fd, const struct sockaddr_un *un, socklen_t len, struct sockaddr_un *shown,
		   socklen_t *size, struct emu_ancillary *told)
{
	struct emu_socket *from = emu_find(emu_host_ino(un, len)), *e = emu_of(fd);
	struct emu_label label;
	struct emu_addr a;

	*size = 0;
	told->len = 0;
	emu_label_of(&label, un, len);
	if (e && e->family == AF_NETLINK) {
		*size = emu_nl_kernel(shown);
		emu_tell(told, e, NULL, &label);
		return true;
	}
	if (!from || !e)
		return from != NULL;
	a = emu_source(from, &label);
	*size = emu_shown(e->family, &a, shown);
	emu_tell_time(told, e);
	emu_tell(told, e, from, &label);
	return true;
}

/* Gives the guest the sender's address. 0 or -EFAULT. */
static long write_name(struct msghdr *h, const void *shown, socklen_t size)
{
	size_t room = MIN((size_t)h->msg_namelen, (size_t)size);

	h->msg_namelen = size;
	return h->msg_name && room && host_copy(h->msg_name, shown, room) ? -EFAULT : 0;
}

/* MSG_ERRQUEUE: reads what was lost. */
static long recv_error(int fd, struct msghdr *h)
{
	struct emu_socket *e;
	struct emu_ancillary told;
	struct sockaddr_un shown;
	struct emu_lost lost = {0};
	size_t room = h->msg_controllen, at = 0;
	socklen_t size = 0, len = sizeof(int);
	int error;

	emu_lock();
	e = emu_of(fd);
	if (e && e->lost.is) {
		lost = e->lost;
		size = emu_shown(e->family, &lost.to, &shown);
		emu_tell_refused(&told, e, &lost.to);
		e->lost.is = false; /* with MSG_PEEK, too */
		e->error = 0;
		host(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, HP(&error), HP(&len));
	}
	emu_unlock();
	if (!lost.is)
		return -EAGAIN;
	for (size_t i = 0; i < h->msg_iovlen && at < lost.len; i++) {
		size_t n = MIN(h->msg_iov[i].iov_len, (size_t)lost.len - at);

		if (host_copy(h->msg_iov[i].iov_base, lost.data + at, n))
			return -EFAULT;
		at += n;
	}
	h->msg_flags = MSG_ERRQUEUE | (at < lost.len ? MSG_TRUNC : 0);
	h->msg_controllen = 0;
	emu_put_ancillary(h, room, &told);
	return write_name(h, &shown, size) ? -EFAULT : (long)at;
}

/* A stream gave nothing: it may have been reset. */
static long end_of_stream(int fd, long ret, bool wanted)
{
	struct emu_socket *e;

	if ((ret && ret != -ECONNRESET) || !wanted)
		return ret;
	emu_lock();
	e = emu_of(fd);
	if (e && ret)
		e->told = true;
	else if (e && emu_take_reset(fd, e))
		ret = -ECONNRESET;
	emu_unlock();
	return ret;
}

/* What a program is told with the bytes of a stream: when, and how many there are to come. */
static void tell_stream(struct emu_ancillary *told, int fd, const struct emu_socket *e)
{
	int left = 0;

	emu_tell_time(told, e);
	if (!emu_option_value(e, IPPROTO_TCP, OPT_TCP_INQ, 0))
		return;
	host(SYS_ioctl, fd, FIONREAD, HP(&left));
	emu_append(told, IPPROTO_TCP, OPT_TCP_INQ, &left, sizeof(left));
}

/* MSG_TRUNC, of TCP: what is received goes nowhere. */
static void discard(struct msghdr *h, struct iovec *v)
{
	v->iov_len = MIN(total(h), MAX_DISCARD);
	v->iov_base = user_scratch(v->iov_len);
	h->msg_iov = v;
	h->msg_iovlen = 1;
}

long emu_recv(int fd, struct msghdr *h, u32 flags)
{
	struct iovec nowhere;
	struct emu_ancillary told;
	struct sockaddr_un un, shown;
	struct emu_socket *e;
	struct msghdr copy;
	socklen_t size;
	bool ok, stream, connected, netlink;
	long ret;

	emu_lock();
	e = emu_of(fd);
	stream = e && e->type == SOCK_STREAM;
	netlink = e && e->family == AF_NETLINK;
	connected = e && e->connected;
	emu_unlock();
	if (!e)
		return host_block(SYS_recvmsg, fd, HP(h), flags);
	if (flags & MSG_ERRQUEUE)
		return recv_error(fd, h);
	ret = pending_error(fd);
	if (ret)
		return ret;
	if (stream && !connected)
		return flags & MSG_OOB ? -EINVAL : -ENOTCONN;
	if (netlink && flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (!stream)
		flags &= ~(u32)MSG_OOB; /* UDP does not look at it */
	do {
		copy = *h;
		copy.msg_name = &un;
		copy.msg_namelen = sizeof(un);
		if (stream && (flags & MSG_TRUNC))
			discard(&copy, &nowhere);
		ret = host_block(SYS_recvmsg, fd, HP(&copy), flags);
		if (stream && ret <= 0)
			ret = end_of_stream(fd, ret, total(h) != 0);
		if (ret < 0)
			return ret;
		ok = true;
		size = 0;
		told.len = 0;
		emu_lock();
		if (!stream)
			ok = sender(fd, &un, copy.msg_namelen, &shown, &size, &told);
		else if (ret && (e = emu_of(fd)))
			tell_stream(&told, fd, e);
		emu_unlock();
	} while (!ok && !(flags & MSG_PEEK));
	copy.msg_name = h->msg_name;
	copy.msg_namelen = h->msg_namelen;
	copy.msg_iov = h->msg_iov;
	copy.msg_iovlen = h->msg_iovlen;
	emu_put_ancillary(&copy, h->msg_controllen, &told);
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

static s64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The timeout is looked at after each message; what is left of it is written back. */
static long recv_many(int fd, struct mmsghdr *hs, long n, u32 flags, struct utime *timeout)
{
	const s64 start = now(), whole = timeout ? timeout->sec * 1000000000 + timeout->frac : 0;

	for (long i = 0; i < n; i++) {
		long ret = emu_recv(fd, &hs[i].msg_hdr, flags & ~(u32)MSG_WAITFORONE);
		s64 left = whole - (now() - start);

		if (ret < 0)
			return i ? i : ret;
		hs[i].msg_len = (u32)ret;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (!timeout)
			continue;
		left = MAX(left, 0);
		*timeout = (struct utime){left / 1000000000, left % 1000000000};
		if (!left)
			return i + 1;
	}
	return n;
}

long emu_recvmmsg(int fd, struct mmsghdr *hs, long n, u32 flags, struct utime *timeout)
{
	if (!emu_is_ours(fd))
		return host_block(SYS_recvmmsg, fd, HP(hs), n, flags, HP(timeout));
	if (timeout && (timeout->sec < 0 || timeout->frac < 0 || timeout->frac > 999999999))
		return -EINVAL;
	if (timeout) /* what is longer than centuries need not be exact */
		timeout->sec = MIN(timeout->sec, 1L << 32);
	return recv_many(fd, hs, n, flags, timeout);
}

/* Of an AF_UNIX socket as of any other file the host knows best. */
long emu_rw(int fd, struct iovec *iov, long n, bool in)
{
	struct msghdr h = {.msg_iov = iov, .msg_iovlen = (size_t)n};
	struct emu_socket *e;

	emu_lock();
	e = emu_of(fd);
	emu_unlock();
	if (!e || (in && !total(&h)))
		return NET_NOT_OURS;
	return in ? emu_recv(fd, &h, 0) : emu_send(fd, &h, 0);
}

/* Linux gathers what a file gives into one datagram, too. */
long emu_send_from(int fd, int in, s64 *offset, u64 count)
{
	struct iovec v = {.iov_len = MIN(count, MAX_PACKET + 1ul)};
	struct msghdr h = {.msg_iov = &v, .msg_iovlen = 1};
	struct emu_socket *e;
	s64 pos = 0;
	bool ours;
	long ret;

	emu_lock();
	e = emu_of(fd);
	ours = e && e->type == SOCK_DGRAM && e->family != AF_NETLINK;
	emu_unlock();
	if (!ours)
		return NET_NOT_OURS;
	v.iov_base = user_scratch(v.iov_len);
	if (offset && host_copy(&pos, offset, sizeof(pos)))
		return -EFAULT;
	ret = offset ? host(SYS_pread64, in, HP(v.iov_base), v.iov_len, pos)
		     : host_block(SYS_read, in, HP(v.iov_base), v.iov_len);
	if (ret <= 0)
		return ret;
	v.iov_len = (size_t)ret;
	ret = emu_send(fd, &h, 0);
	pos += ret;
	if (ret > 0 && offset && host_copy(offset, &pos, sizeof(pos)))
		return -EFAULT;
	return ret;
}
