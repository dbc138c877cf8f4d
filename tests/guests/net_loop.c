/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: socketcall */
/* What a loopback network tells: where datagrams were sent to, by control messages; groups; the
 * interface; datagrams by read and write; connections and messages by and by. */
#include "net3.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <time.h>

static struct sockaddr_in loop(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = (in_port_t)port};

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static int bound(int family, const char *ip, in_port_t *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	struct sockaddr_in6 a6 = {.sin6_family = AF_INET6};
	socklen_t len = family == AF_INET ? sizeof(a) : sizeof(a6);
	int fd = k_socket(family, SOCK_DGRAM, 0);
	void *p = family == AF_INET ? (void *)&a : (void *)&a6;

	inet_pton(family, ip, family == AF_INET ? (void *)&a.sin_addr : (void *)&a6.sin6_addr);
	SHOW(k_bind(fd, p, len));
	SHOW(k_getsockname(fd, p, &len));
	*port = family == AF_INET ? a.sin_port : a6.sin6_port;
	return fd;
}

static void receive(int fd, size_t room)
{
	char data[16] = "", control[256] __attribute__((aligned(8)));
	struct iovec v = {data, sizeof(data)};
	struct msghdr m = {
		.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room};
	struct pollfd p = {.fd = fd, .events = POLLIN};
	long n = poll(&p, 1, 5000) ? k_recvmsg(fd, &m, MSG_DONTWAIT) : -1;

	printf("%ld bytes, flags %x, control %d:", n, m.msg_flags, (int)m.msg_controllen);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); n > 0 && c; c = CMSG_NXTHDR(&m, c)) {
		printf(" [%d %d:", c->cmsg_level, c->cmsg_type);
		for (size_t i = 0; CMSG_LEN(i) < c->cmsg_len; i++)
			printf("%02x", CMSG_DATA(c)[i]);
		printf("]");
	}
	printf("\n");
}

static void told(void)
{
	static const int rooms[] = {256, 64, 40, 30, 20, 12, 0};
	in_port_t port, port6;
	int s = bound(AF_INET, "127.0.0.1", &port), s6 = bound(AF_INET6, "::1", &port6);
	int c = k_socket(AF_INET, SOCK_DGRAM, 0), c6 = k_socket(AF_INET6, SOCK_DGRAM, 0);
	int on = 1, tos = 16, ttl = 9;
	struct sockaddr_in a = loop(port);
	struct sockaddr_in6 a6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};

	a6.sin6_port = port6;
	SHOW(k_setsockopt(s, IPPROTO_IP, IP_PKTINFO, &on, 4));
	SHOW(k_setsockopt(s, IPPROTO_IP, IP_RECVTTL, &on, 4));
	SHOW(k_setsockopt(s, IPPROTO_IP, IP_RECVTOS, &on, 4));
	SHOW(k_setsockopt(s6, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, 4));
	SHOW(k_setsockopt(s6, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, 4));
	SHOW(k_setsockopt(s6, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, 4));
	for (unsigned i = 0; i < sizeof(rooms) / sizeof(*rooms); i++) {
		k_sendto(c, "four", 4, 0, &a, sizeof(a));
		receive(s, (size_t)rooms[i]);
		k_sendto(c6, "six", 3, 0, &a6, sizeof(a6));
		receive(s6, (size_t)rooms[i]);
	}
	SHOW(k_setsockopt(c, IPPROTO_IP, IP_TOS, &tos, 4));
	SHOW(k_setsockopt(c, IPPROTO_IP, IP_TTL, &ttl, 4));
	k_sendto(c, "four", 4, 0, &a, sizeof(a));
	receive(s, 256);
	close(s), close(s6), close(c), close(c6);
}

static void groups(void)
{
	struct ip_mreq m = {.imr_interface.s_addr = htonl(INADDR_LOOPBACK)};
	struct ip_mreqn n = {.imr_ifindex = 1};
	struct in_addr lo = {htonl(INADDR_LOOPBACK)};
	struct sockaddr_in to;
	in_port_t port, port2;
	char buf[16];
	int s = bound(AF_INET, "0.0.0.0", &port), t, c = k_socket(AF_INET, SOCK_DGRAM, 0), on = 1;

	to = loop(port);
	/* A group that no other run of this test joins. */
	to.sin_addr.s_addr = htonl(0xef070000 | (getpid() & 0xffff));
	m.imr_multiaddr = to.sin_addr;
	n.imr_multiaddr = m.imr_multiaddr;
	SHOW(k_setsockopt(c, IPPROTO_IP, IP_MULTICAST_IF, &lo, sizeof(lo)));
	SHOW(k_sendto(c, "nobody", 6, 0, &to, sizeof(to)));
	SHOW(k_recv(s, buf, sizeof(buf), MSG_DONTWAIT));
	SHOW(k_setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, 7));
	SHOW(k_setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)));
	SHOW(k_setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &n, sizeof(n)));
	SHOW(k_sendto(c, "members", 7, 0, &to, sizeof(to)));
	SHOW(k_recv(s, buf, sizeof(buf), 0));
	/* Two on one port. */
	SHOW(k_setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, 4));
	t = k_socket(AF_INET, SOCK_DGRAM, 0);
	SHOW(k_setsockopt(t, SOL_SOCKET, SO_REUSEADDR, &on, 4));
	SHOW(k_bind(t, &to, sizeof(to)));
	SHOW(k_setsockopt(t, IPPROTO_IP, IP_ADD_MEMBERSHIP, &n, sizeof(n)));
	SHOW(k_sendto(c, "both", 4, 0, &to, sizeof(to)));
	SHOW(k_recv(s, buf, sizeof(buf), 0));
	SHOW(k_recv(t, buf, sizeof(buf), 0));
	SHOW(k_setsockopt(s, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof(m)));
	SHOW(k_setsockopt(s, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof(m)));
	inet_pton(AF_INET, "127.0.0.1", &m.imr_multiaddr);
	SHOW(k_setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)));
	close(s), close(t), close(c);

	/* Bound to loopback is as good as an interface; and connected. */
	s = bound(AF_INET, "127.0.0.1", &port2);
	t = bound(AF_INET, "0.0.0.0", &port);
	to.sin_port = port;
	SHOW(k_setsockopt(t, IPPROTO_IP, IP_ADD_MEMBERSHIP, &n, sizeof(n)));
	SHOW(k_connect(s, &to, sizeof(to)));
	SHOW(k_send(s, "again", 5, 0));
	SHOW(k_recv(t, buf, sizeof(buf), 0));
	close(s), close(t);
}

static void interface(void)
{
	static const unsigned cmds[] = {SIOCGIFFLAGS, SIOCGIFADDR, SIOCGIFNETMASK, SIOCGIFINDEX,
					SIOCGIFHWADDR};
	struct ifreq r[64];
	struct ifconf conf = {.ifc_len = sizeof(r)};
	int s = k_socket(AF_INET, SOCK_DGRAM, 0);

	conf.ifc_req = r;
	SHOW(ioctl(s, SIOCGIFCONF, &conf));
	EXPECT(conf.ifc_len >= (int)sizeof(r[0]) && !strcmp(r[0].ifr_name, "lo"));
	EXPECT(!memcmp(r[0].ifr_addr.sa_data + 2, "\177\0\0\1", 4));
	for (unsigned i = 0; i < sizeof(cmds) / sizeof(*cmds); i++) {
		memset(r, 0, sizeof(r[0]));
		strcpy(r->ifr_name, "lo");
		printf("%x: %s", cmds[i], k_err(ioctl(s, cmds[i], r)));
		for (int k = 0; k < 16; k++)
			printf(" %02x", ((unsigned char *)&r->ifr_ifru)[k]);
		printf("\n");
		strcpy(r->ifr_name, "none");
		SHOW(ioctl(s, cmds[i], r));
	}
	r->ifr_ifindex = 1;
	SHOW(ioctl(s, SIOCGIFNAME, r));
	printf("%s\n", r->ifr_name);
	r->ifr_ifindex = 99999;
	SHOW(ioctl(s, SIOCGIFNAME, r));
	SHOW(ioctl(s, SIOCGIFFLAGS, (void *)8));
	close(s);
}

static void datagrams(void)
{
	in_port_t port;
	int s = bound(AF_INET, "127.0.0.1", &port), c = k_socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in a = loop(port);
	struct iovec v[2] = {{"one", 3}, {"two", 3}};
	char buf[16] = "";

	SHOW(write(c, "x", 1));
	SHOW(k_connect(c, &a, sizeof(a)));
	SHOW(write(c, "written", 7));
	SHOW(writev(c, v, 2));
	SHOW(write(c, "", 0));
	SHOW(read(s, buf, 0));
	SHOW(read(s, buf, 3));
	v[0].iov_base = buf, v[1].iov_base = buf + 4;
	SHOW(readv(s, v, 2));
	printf("%s\n", buf);
	SHOW(read(s, buf, sizeof(buf)));
	close(s);
	SHOW(write(c, "lost", 4));
	poll(&(struct pollfd){.fd = c}, 1, -1); /* the answer may take a moment */
	SHOW(write(c, "refused", 7));
	close(c);
	c = k_socket(AF_INET, SOCK_STREAM, 0);
	SHOW(read(c, buf, 1));
	SHOW(k_recv(c, buf, 1, MSG_OOB));
	SHOW(write(c, "x", 1));
	SHOW(k_shutdown(c, SHUT_RDWR));
	SHOW(k_shutdown(c, 3));
	SHOW(k_listen(c, 1));
	SHOW(k_shutdown(c, SHUT_WR));
	SHOW(k_shutdown(c, SHUT_RD));
	SHOW(k_accept(c, NULL, NULL));
	close(c);
}

/* Two sockets that share a port by an option: both are bound, but with SO_REUSEADDR one listens. */
static void listeners(int option)
{
	struct sockaddr_in a = loop(0);
	socklen_t len = sizeof(a);
	int s[2], on = 1;

	for (int i = 0; i < 2; i++) {
		s[i] = k_socket(AF_INET, SOCK_STREAM, 0);
		SHOW(k_setsockopt(s[i], SOL_SOCKET, option, &on, sizeof(on)));
		SHOW(k_bind(s[i], &a, sizeof(a)));
		k_getsockname(s[i], &a, &len);
	}
	SHOW(k_listen(s[0], 5));
	SHOW(k_listen(s[1], 5));
	SHOW(k_listen(s[0], 1));
	close(s[0]);
	SHOW(k_listen(s[1], 5));
	close(s[1]);
}

/* A connect() that does not wait, made, refused and asked for again. */
static void connecting(void)
{
	struct sockaddr_in a = loop(0);
	socklen_t len = sizeof(a), size;
	int s = k_socket(AF_INET, SOCK_STREAM, 0), error, c;
	struct pollfd p = {.events = POLLOUT};

	k_bind(s, &a, len);
	k_listen(s, 5);
	k_getsockname(s, &a, &len);
	for (int i = 0; i < 2; i++) {
		c = p.fd = k_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		SHOW(k_connect(c, &a, sizeof(a)));
		SHOW(poll(&p, 1, -1));
		size = sizeof(error);
		SHOW(k_getsockopt(c, SOL_SOCKET, SO_ERROR, &error, &size));
		printf("SO_ERROR %d\n", error);
		if (!i)
			SHOW(k_connect(c, &a, sizeof(a)));
		if (!i)
			SHOW(k_connect(c, &a, sizeof(a)));
		close(c);
		close(s);
	}
}

/* Many messages at once, until their time is over. */
static void series(void)
{
	struct sockaddr_in a = loop(0);
	socklen_t len = sizeof(a);
	char buf[8];
	struct iovec v = {buf, sizeof(buf)};
	struct msghdr h = {.msg_iov = &v, .msg_iovlen = 1};
	struct mmsghdr m[3] = {{.msg_hdr = h}, {.msg_hdr = h}, {.msg_hdr = h}};
	int s = k_socket(AF_INET, SOCK_DGRAM, 0), c = k_socket(AF_INET, SOCK_DGRAM, 0);
	struct timespec t = {0, -1};

	k_bind(s, &a, len);
	k_getsockname(s, &a, &len);
	k_connect(c, &a, sizeof(a));
	for (int i = 0; i < 5; i++)
		k_send(c, "x", 1, 0);
	SHOW(k_recvmmsg(s, m, 3, 0, &t));
	t = (struct timespec){0, 1000000000};
	SHOW(k_recvmmsg(s, m, 3, 0, &t));
	t = (struct timespec){0, 1};
	SHOW(k_recvmmsg(s, m, 3, 0, &t));
	printf("%ld %ld left\n", (long)t.tv_sec, t.tv_nsec);
	t.tv_sec = 5000;
	SHOW(k_recvmmsg(s, m, 3, 0, &t));
	EXPECT(t.tv_sec < 5000);
	SHOW(k_recvmmsg(s, m, 3, MSG_WAITFORONE, &t));
	SHOW(k_recvmmsg(s, m, 3, MSG_DONTWAIT, &t));
	close(s);
	close(c);
}

static void error_queue(int fd, size_t room, int flags)
{
	char data[8] = "", control[128] __attribute__((aligned(8)));
	struct iovec v = {data, sizeof(data)};
	struct sockaddr_in6 from = {0};
	struct msghdr m = {.msg_name = &from,
			   .msg_namelen = sizeof(from),
			   .msg_iov = &v,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = room};
	long n = k_recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT | flags);

	printf("error queue: %s %ld", k_err(n), n);
	if (n >= 0)
		printf(" '%.8s' flags %x, from %d of %d, control %d:", data, m.msg_flags,
		       (int)m.msg_namelen, from.sin6_family, (int)m.msg_controllen);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); n >= 0 && c; c = CMSG_NXTHDR(&m, c)) {
		printf(" [%d %d:", c->cmsg_level, c->cmsg_type);
		for (size_t i = 0; CMSG_LEN(i) < c->cmsg_len; i++)
			printf("%02x", CMSG_DATA(c)[i]);
		printf("]");
	}
	puts("");
}

/* Datagrams that nobody receives, told to who wants to know. */
static void lost(int family)
{
	in_port_t port;
	int s = bound(family, family == AF_INET ? "127.0.0.1" : "::1", &port), on = 1, error;
	int c = k_socket(family, SOCK_DGRAM, 0);
	struct sockaddr_in a = loop(port);
	struct sockaddr_in6 a6 = {.sin6_family = AF_INET6, .sin6_port = port};
	void *to = family == AF_INET ? (void *)&a : (void *)&a6;
	socklen_t len = family == AF_INET ? sizeof(a) : sizeof(a6), size = sizeof(error);
	struct pollfd p = {.fd = c, .events = POLLIN};

	a6.sin6_addr.s6_addr[15] = 1;
	close(s);
	SHOW(k_sendto(c, "silence", 7, 0, to, len));
	SHOW(poll(&p, 1, 0));
	SHOW(k_setsockopt(c, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
			  family == AF_INET ? IP_RECVERR : IPV6_RECVERR, &on, sizeof(on)));
	SHOW(k_sendto(c, "hello, nobody", 13, 0, to, len));
	SHOW(poll(&p, 1, -1));
	printf("events %x\n", p.revents);
	error_queue(c, 128, MSG_PEEK);
	error_queue(c, 128, 0);
	error_queue(c, 128, 0);
	SHOW(poll(&p, 1, 0));
	SHOW(k_sendto(c, "again", 5, 0, to, len));
	poll(&p, 1, -1); /* the answer may take a moment */
	SHOW(k_getsockopt(c, SOL_SOCKET, SO_ERROR, &error, &size));
	printf("SO_ERROR %d\n", error);
	error_queue(c, 20, 0);
	SHOW(k_sendto(c, "again", 5, 0, to, len));
	poll(&p, 1, -1);
	SHOW(k_sendto(c, "again", 5, 0, to, len));
	close(c);
}

/* Data with the connection, and options of other families. */
static void others(void)
{
	static const int names[] = {SO_PASSCRED, SO_PASSSEC, SO_PEERGROUPS, 76 /* SO_PASSPIDFD */};
	struct sockaddr_in a = loop(0);
	socklen_t len = sizeof(a);
	int s = k_socket(AF_INET, SOCK_STREAM, 0), c, d;
	long long stamp[2];
	char buf[8] = "";

	k_bind(s, &a, len);
	k_listen(s, 5);
	k_getsockname(s, &a, &len);
	c = k_socket(AF_INET, SOCK_STREAM, 0);
	SHOW(k_sendto(c, "fast", 4, MSG_FASTOPEN, &a, sizeof(a)));
	d = k_accept(s, NULL, NULL);
	SHOW(k_recv(d, buf, sizeof(buf), 0));
	printf("%s\n", buf);
	for (int i = 0; i < 4; i++) {
		len = sizeof(int);
		SHOW(k_getsockopt(c, SOL_SOCKET, names[i], buf, &len));
	}
	close(c);
	c = k_socket(AF_INET6, SOCK_DGRAM, 0);
	SHOW(ioctl(c, _IOR(0x89, 6, long long[2]), stamp)); /* SIOCGSTAMP_NEW */
	close(c);
	close(d);
	close(s);
}

/* Streams whose other end is closed. */
static void gone(int unread)
{
	struct sockaddr_in a = loop(0);
	socklen_t len = sizeof(a);
	int s = k_socket(AF_INET, SOCK_STREAM, 0), c = k_socket(AF_INET, SOCK_STREAM, 0), d;
	struct pollfd p = {.fd = c, .events = POLLRDHUP};

	k_bind(s, &a, len);
	k_listen(s, 5);
	k_getsockname(s, &a, &len);
	k_connect(c, &a, sizeof(a));
	d = k_accept(s, NULL, NULL);
	if (unread)
		k_send(c, "unread", 6, 0);
	close(d);
	poll(&p, 1, -1);
	SHOW(k_send(c, "x", 1, 0));
	p.events = POLLHUP;
	poll(&p, 1, -1);
	SHOW(k_send(c, "x", 1, 0));
	SHOW(k_send(c, "x", 1, MSG_NOSIGNAL));
	SHOW(k_recv(c, &a, sizeof(a), 0));
	close(c);
	close(s);
}

/* Connections that the other end resets, by SO_LINGER without time. */
static void reset(int sent, int sending, int early)
{
	struct sockaddr_in a = loop(0);
	struct linger l = {1, 0};
	socklen_t len = sizeof(a);
	char buf[8];
	int s = k_socket(AF_INET, SOCK_STREAM, 0), c = k_socket(AF_INET, SOCK_STREAM, 0), d;
	struct pollfd p = {.events = POLLRDHUP};

	k_bind(s, &a, len);
	k_listen(s, 5);
	k_getsockname(s, &a, &len);
	k_setsockopt(c, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	k_connect(c, &a, sizeof(a));
	if (sent)
		k_send(c, "sent", 4, 0);
	if (early)
		close(c);
	d = p.fd = k_accept(s, NULL, NULL);
	if (!early)
		close(c);
	poll(&p, 1, -1);
	for (int i = 0; i < 2; i++)
		printf("%s %s\n", sending ? "send" : "recv",
		       k_err(sending ? k_send(d, "x", 1, 0) : k_recv(d, buf, sizeof(buf), 0)));
	printf("getpeername %s", k_err(k_getpeername(d, &a, &len)));
	printf(", recv %s", k_err(k_recv(d, buf, sizeof(buf), 0)));
	printf(", shutdown %s\n", k_err(k_shutdown(d, SHUT_RDWR)));
	close(d);
	close(s);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	told();
	groups();
	interface();
	datagrams();
	listeners(SO_REUSEADDR);
	listeners(SO_REUSEPORT);
	connecting();
	series();
	lost(AF_INET);
	lost(AF_INET6);
	others();
	gone(0);
	gone(1);
	for (int i = 0; i < 8; i++)
		reset(i & 1, i & 2, i & 4);
	return 0;
}
