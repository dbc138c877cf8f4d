/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: socketcall */
/* Each socket call: what succeeds, what fails and in which order errors are found, over the
 * families that hosts have. */
#include "net3.h"
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/un.h>
#include <sys/time.h>
#include <sys/uio.h>

#define BAD ((void *)8)

static char *edge_page;

static void making(void)
{
	int v[2];

	for (int family = -1; family < 48; family++)
		for (int type = 0; type < 8; type++) {
			long fd = k_socket(family, type, 0);

			if (fd >= 0)
				printf("family %d type %d: ok\n", family, type);
			else if (errno != EAFNOSUPPORT)
				printf("family %d type %d: %s\n", family, type, k_err(fd));
			close((int)fd);
		}
	SHOW(k_socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
	SHOW(k_socket(AF_INET, SOCK_STREAM | 0x100, 0));
	SHOW(k_socket(AF_INET, SOCK_STREAM, -1));
	SHOW(k_socket(AF_INET, SOCK_STREAM, 300));
	SHOW_OK(v[0] = k_socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	SHOW(fcntl(v[0], F_GETFD));
	SHOW(fcntl(v[0], F_GETFL) & O_NONBLOCK);
	close(v[0]);
	SHOW(k_socketpair(AF_INET, SOCK_STREAM, 0, v));
	SHOW(k_socketpair(AF_UNIX, 77, 0, v));
	SHOW(k_socketpair(AF_UNIX, SOCK_STREAM, 0, BAD));
	SHOW(k_socketpair(AF_UNIX, SOCK_STREAM, 1, v));
	SHOW(v[0]);
	close(v[0]), close(v[1]);
	SHOW(k_socketpair(AF_UNIX, SOCK_STREAM, 0, edge_page + 4092));
	SHOW(dup(0)); /* nothing must have stayed open */
	close(3);
}

static void show_name(const void *p, int room, int len)
{
	const unsigned char *c = p;
	int n = len < room ? len : room;

	printf("  length %d:", len);
	for (int i = 0; i < n; i++)
		printf(" %02x", i < 2 || i > 3 || c[0] == AF_UNIX ? c[i] : 0);
	printf(" |%02x\n", c[n > 0 ? n : 0]);
}

static void names(int fd)
{
	static const int lens[] = {0, 1, 2, 3, 4, 15, 16, 110, 128, 200, -1};
	unsigned char a[256];

	for (unsigned i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		int len = lens[i];

		memset(a, 0xee, sizeof(a));
		SHOW(k_getsockname(fd, a, &len));
		if (lens[i] >= 0)
			show_name(a, lens[i], len);
		len = lens[i];
		memset(a, 0xee, sizeof(a));
		SHOW(k_getpeername(fd, a, &len));
		if (lens[i] >= 0)
			show_name(a, lens[i], len);
	}
	SHOW(k_getsockname(fd, NULL, &(int){0}));
	SHOW(k_getsockname(fd, NULL, &(int){16}));
	SHOW(k_getsockname(fd, a, NULL));
	SHOW(k_getsockname(fd, BAD, &(int){16}));
	SHOW(k_getsockname(fd, a, BAD));
	SHOW(k_getsockname(fd, edge_page + 4094, &(int){16}));
	printf("%02x%02x\n", edge_page[4094] & 0xff, edge_page[4095] & 0xff);
	SHOW(k_getsockname(-1, BAD, BAD));
	SHOW(k_getsockname(0, BAD, BAD));
}

static void errors(void)
{
	static const int lens[] = {-1, 0, 1, 2, 7, 8, 15, 16, 17, 28, 110, 111, 128, 129, 1000};
	int fds[6] = {0, -1};
	char a[1024] = {0};
	int len = 16;

	fds[2] = k_socket(AF_INET, SOCK_STREAM, 0);
	fds[3] = k_socket(AF_INET, SOCK_DGRAM, 0);
	fds[4] = k_socket(AF_UNIX, SOCK_STREAM, 0);
	fds[5] = k_socket(AF_UNIX, SOCK_DGRAM, 0);
	for (int i = 0; i < 6; i++) {
		for (unsigned k = 0; k < sizeof(lens) / sizeof(*lens); k++)
			for (int family = 0; family < 3; family++) {
				a[0] = (char)family;
				a[2] = family == AF_UNIX ? '.' : 0;
				printf("fd %d length %d family %d:", i, lens[k], family);
				printf(" sendto %s",
				       k_err(k_sendto(fds[i], "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL,
						      a, lens[k])));
				if (family == AF_UNIX && lens[k] > 2 && i >= 4)
					printf(" connect %s", k_err(k_connect(fds[i], a, lens[k])));
				if (family == AF_UNIX || lens[k] < 8 || lens[k] > 128)
					printf(" bind %s", k_err(k_bind(fds[i], a, lens[k])));
				printf("\n");
			}
		SHOW(k_bind(fds[i], NULL, 16));
		SHOW(k_bind(fds[i], BAD, 16));
		SHOW(k_bind(fds[i], BAD, -1));
		SHOW(k_bind(fds[i], edge_page + 4090, 16));
		SHOW(k_connect(fds[i], BAD, 16));
		SHOW(k_connect(fds[i], BAD, 0));
		SHOW(k_connect(fds[i], NULL, 16));
		SHOW(k_sendto(fds[i], "x", 1, MSG_NOSIGNAL, BAD, 16));
		SHOW(k_sendto(fds[i], BAD, 1, MSG_NOSIGNAL, BAD, 16));
		SHOW(k_sendto(fds[i], BAD, 1, MSG_NOSIGNAL, NULL, 16));
		SHOW(k_sendto(fds[i], BAD, 0, MSG_NOSIGNAL, NULL, -5));
		SHOW(k_sendto(fds[i], NULL, -1, MSG_NOSIGNAL, NULL, 0));
		SHOW(k_recvfrom(fds[i], a, 4, MSG_DONTWAIT, BAD, BAD));
		SHOW(k_recvfrom(fds[i], BAD, 4, MSG_DONTWAIT, BAD, &len));
		SHOW(k_recvfrom(fds[i], a, 4, MSG_DONTWAIT | MSG_OOB, NULL, BAD));
		SHOW(k_recv(fds[i], a, 4, MSG_DONTWAIT | MSG_ERRQUEUE));
		SHOW(k_recvfrom(fds[i], NULL, -1, MSG_DONTWAIT, NULL, NULL));
		SHOW(k_accept(fds[i], BAD, BAD));
		SHOW(k_accept4(fds[i], NULL, NULL, 0x77));
		SHOW(k_accept4(-1, NULL, NULL, 0x77));
		SHOW(k_shutdown(fds[i], 3));
		SHOW(k_shutdown(fds[i], -1));
		SHOW(k_shutdown(fds[i], SHUT_RDWR));
		SHOW(k_getpeername(fds[i], BAD, BAD));
		SHOW(k_getpeername(fds[i], a, &(int){-5}));
		SHOW(k_recvmsg(fds[i], BAD, MSG_DONTWAIT));
		SHOW(k_recvmmsg(fds[i], BAD, 1, MSG_DONTWAIT, NULL));
		SHOW(k_recvmmsg(fds[i], BAD, 1, MSG_DONTWAIT, BAD));
		SHOW(k_recvmmsg(fds[i], BAD, 0, MSG_DONTWAIT, NULL));
		SHOW(k_sendmmsg(fds[i], BAD, 1, MSG_DONTWAIT));
		SHOW(k_sendmsg(fds[i], BAD, 0x80000000));
		SHOW(k_recvmsg(fds[i], BAD, 0x80000000));
		SHOW(k_sendmmsg(fds[i], BAD, 1, 0x80000000));
		SHOW(k_recvmmsg(fds[i], BAD, 1, 0x80000000, BAD));
		SHOW(k_setsockopt(fds[i], SOL_SOCKET, SO_REUSEADDR, BAD, 4));
		SHOW(k_getsockopt(fds[i], SOL_SOCKET, SO_REUSEADDR, BAD, BAD));
	}
	for (int i = 2; i < 6; i++)
		close(fds[i]);
}

static void streams(int family)
{
	struct sockaddr_storage ss = {.ss_family = (sa_family_t)family};
	struct sockaddr_in *in = (void *)&ss;
	struct sockaddr_in6 *in6 = (void *)&ss;
	int l = k_socket(family, SOCK_STREAM, 0), c, s, len = sizeof(ss), one = 1;
	int size = family == AF_INET ? sizeof(*in) : sizeof(*in6);
	unsigned char peer[128], buf[64];
	struct linger linger = {1, 0};

	printf("streams of family %d\n", family);
	if (family == AF_INET)
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		in6->sin6_addr = in6addr_loopback;
	SHOW(k_listen(-1, 1));
	SHOW(k_listen(0, 1));
	SHOW(k_accept(l, NULL, NULL));
	SHOW(k_bind(l, &ss, size));
	SHOW(k_bind(l, &ss, size));
	SHOW(k_listen(l, -1));
	SHOW(k_getsockname(l, &ss, &len));
	SHOW(len);
	SHOW_OK(c = k_socket(family, SOCK_STREAM, 0));
	SHOW(k_sendto(c, "x", 1, MSG_NOSIGNAL, NULL, 0));
	SHOW(k_connect(c, &ss, size));
	SHOW(k_connect(c, &ss, size));
	memset(peer, 0xee, sizeof(peer));
	len = 6;
	SHOW_OK(s = k_accept(l, peer, &len));
	show_name(peer, 6, len);
	k_setsockopt(c, 6, 1, &one, 4);
	SHOW(k_send(c, "hello there", 11, 0));
	SHOW(k_recv(s, buf, 5, MSG_PEEK));
	SHOW(k_recv(s, buf, 5, MSG_WAITALL));
	SHOW(k_recv(s, buf, 64, MSG_TRUNC));
	SHOW(k_recv(s, buf, 64, MSG_DONTWAIT));
	SHOW(k_send(c, "!", 1, MSG_OOB));
	SHOW(k_send(c, "after", 5, MSG_MORE));
	SHOW(k_send(c, ".", 1, 0));
	SHOW(k_recv(s, buf, 1, MSG_OOB));
	printf("%c\n", buf[0]);
	SHOW(k_recv(s, buf, 1, MSG_OOB));
	SHOW(k_recv(s, buf, 64, 0));
	SHOW(k_recv(s, edge_page + 4096, 3, MSG_DONTWAIT));
	SHOW(k_send(c, edge_page + 4090, 20, 0));
	SHOW(k_recv(s, edge_page + 4093, 20, MSG_DONTWAIT));
	SHOW(k_recv(s, buf, 20, MSG_DONTWAIT));
	SHOW(k_shutdown(c, SHUT_WR));
	SHOW(k_recv(s, buf, 64, 0));
	SHOW(k_send(c, "x", 1, MSG_NOSIGNAL));
	SHOW(k_setsockopt(s, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
	SHOW(close(s));
	SHOW(k_recv(c, buf, 1, 0));
	SHOW(k_recv(c, buf, 1, 0));
	len = 4;
	SHOW(k_getpeername(c, peer, &len));
	close(c), close(l);
	/* Nobody listens there any more. */
	SHOW_OK(c = k_socket(family, SOCK_STREAM, 0));
	SHOW(k_connect(c, &ss, size));
	SHOW(k_recv(c, buf, 1, MSG_DONTWAIT));
	close(c);
}

static void datagrams(int family)
{
	struct sockaddr_storage ss = {.ss_family = (sa_family_t)family}, from;
	struct sockaddr_in *in = (void *)&ss;
	struct sockaddr_in6 *in6 = (void *)&ss;
	int a = k_socket(family, SOCK_DGRAM, 0), b = k_socket(family, SOCK_DGRAM, 0);
	int size = family == AF_INET ? sizeof(*in) : sizeof(*in6), len = sizeof(ss), on = 1;
	static char big[70000], back[70000];

	printf("datagrams of family %d\n", family);
	if (family == AF_INET)
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		in6->sin6_addr = in6addr_loopback;
	SHOW(k_bind(a, &ss, size));
	SHOW(k_getsockname(a, &ss, &len));
	SHOW(k_send(b, "x", 1, 0));
	for (unsigned i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 7 + i / 256);
	SHOW(k_sendto(b, big, 65507, 0, &ss, size));
	SHOW(k_sendto(b, big, 65508, 0, &ss, size));
	SHOW(k_sendto(b, big, 65536, 0, &ss, size));
	len = sizeof(from);
	SHOW(k_recvfrom(a, back, sizeof(back), 0, &from, &len));
	EXPECT(!memcmp(big, back, 65507));
	SHOW(len);
	while (k_recv(a, back, sizeof(back), MSG_DONTWAIT) >= 0)
		;
	SHOW(k_sendto(b, big, 100, 0, &ss, size));
	SHOW(k_recv(a, back, 10, MSG_TRUNC | MSG_PEEK));
	SHOW(k_recv(a, back, 10, 0));
	SHOW(k_recv(a, back, 10, MSG_DONTWAIT));
	SHOW(k_sendto(b, big, 100, 0, &ss, size));
	SHOW(k_recvfrom(a, edge_page + 4090, 100, 0, NULL, NULL));
	SHOW(k_recvfrom(a, back, 100, MSG_DONTWAIT, NULL, NULL));
	SHOW(k_sendto(b, "zero", 0, 0, &ss, size));
	SHOW(k_recvfrom(a, back, 100, MSG_DONTWAIT, edge_page + 4094, &(int){16}));
	SHOW(k_connect(b, &ss, size));
	SHOW(k_send(b, "x", 1, 0));
	SHOW(k_recvfrom(a, back, 100, 0, NULL, BAD));
	SHOW(k_send(b, "x", 1, 0));
	SHOW(k_recvfrom(a, back, 100, 0, &from, BAD));
	close(a);
	k_setsockopt(b, family == AF_INET ? 0 : 41, family == AF_INET ? 11 : 25, &on, 4);
	SHOW(k_send(b, "x", 1, 0));
	SHOW(k_recv(b, back, 100, MSG_DONTWAIT));
	struct {
		struct cmsghdr c;
		char rest[200];
	} control;
	struct iovec v = {back, 100};
	struct msghdr m = {.msg_iov = &v,
			   .msg_iovlen = 1,
			   .msg_control = &control,
			   .msg_controllen = sizeof(control)};

	SHOW(k_recvmsg(b, &m, MSG_ERRQUEUE | MSG_DONTWAIT));
	printf("error queue: flags %x level %d type %d length %d errno %d\n", m.msg_flags,
	       control.c.cmsg_level, control.c.cmsg_type,
	       (int)(control.c.cmsg_len - sizeof(control.c)), *(int *)CMSG_DATA(&control.c));
	SHOW(k_recvmsg(b, &m, MSG_ERRQUEUE | MSG_DONTWAIT));
	k_connect(b, &(struct sockaddr){0}, sizeof(struct sockaddr));
	SHOW(k_send(b, "x", 1, 0));
	close(b);
}

static void locals(int type)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "local"}, b;
	int s = k_socket(AF_UNIX, type, 0), c = k_socket(AF_UNIX, type, 0), p = -1, len = sizeof(b);
	struct ucred u = {0, 0, 0};
	char buf[32];

	printf("local, type %d\n", type);
	SHOW(k_bind(s, &a, offsetof(struct sockaddr_un, sun_path) + 5));
	names(s);
	SHOW(k_bind(c, &a, sizeof(a)));
	SHOW(k_bind(c, &a, 2)); /* bound by itself to an abstract name */
	SHOW(k_getsockname(c, &b, &len));
	printf("length %d, abstract %d\n", len, !b.sun_path[0]);
	SHOW(k_listen(s, 0));
	SHOW(k_connect(c, &a, sizeof(a)));
	if (type != SOCK_DGRAM) {
		len = 200;
		SHOW_OK(p = k_accept4(s, &b, &len, SOCK_CLOEXEC));
		printf("length %d, abstract %d\n", len, !b.sun_path[0]);
		SHOW(fcntl(p, F_GETFD));
	} else {
		p = dup(s);
	}
	SHOW(k_send(c, "one", 3, MSG_EOR));
	SHOW(k_send(c, "two", 3, 0));
	SHOW(k_recv(p, buf, 2, 0));
	SHOW(k_recv(p, buf, 32, MSG_TRUNC));
	SHOW(k_recv(p, buf, 32, MSG_DONTWAIT));
	len = sizeof(u);
	SHOW(k_getsockopt(c, SOL_SOCKET, SO_PEERCRED, &u, &len));
	if (type != SOCK_DGRAM)
		EXPECT(u.pid == getpid() && u.uid == getuid() && u.gid == getgid());
	gid_t groups[64];

	len = sizeof(groups);
	SHOW_OK(k_getsockopt(c, SOL_SOCKET, 59, groups, &len)); /* SO_PEERGROUPS */
	if (type != SOCK_DGRAM)
		EXPECT(len == 4 * getgroups(0, NULL));
	int pidfd = -1;

	len = 4;
	SHOW(k_getsockopt(c, SOL_SOCKET, 77, &pidfd, &len)); /* SO_PEERPIDFD */
	if (pidfd >= 0) {
		printf("flags of the pidfd %d\n", fcntl(pidfd, F_GETFD));
		SHOW(syscall(424, pidfd, 0, NULL, 0));
		close(pidfd);
	}
	SHOW(k_shutdown(c, SHUT_RD));
	SHOW(k_recv(c, buf, 1, 0));
	close(p);
	SHOW(k_send(c, "x", 1, MSG_NOSIGNAL));
	close(c), close(s);
	unlink("local");
	c = k_socket(AF_UNIX, type, 0);
	SHOW(k_connect(c, &a, sizeof(a)));
	memcpy(a.sun_path, "\0trapgate\0test", 14);
	SHOW(k_connect(c, &a, 16));
	close(c);
}

static volatile sig_atomic_t pipes;

static void on_pipe(int sig)
{
	(void)sig;
	pipes++;
}

static void broken(void)
{
	int v[2];

	signal(SIGPIPE, on_pipe);
	k_socketpair(AF_UNIX, SOCK_STREAM, 0, v);
	close(v[1]);
	SHOW(k_send(v[0], "x", 1, 0));
	SHOW(pipes);
	SHOW(k_send(v[0], "x", 1, MSG_NOSIGNAL));
	SHOW(pipes);
	SHOW(write(v[0], "x", 1));
	SHOW(pipes);
	close(v[0]);
}

static void netlink(void)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg i;
	} req = {{sizeof(req), RTM_GETLINK, NLM_F_REQUEST, 5, 0}, {.ifi_index = 1}};
	struct sockaddr_nl a = {.nl_family = AF_NETLINK}, kernel = a;
	static char buf[16384];
	struct nlmsghdr *h = (void *)buf;
	int fd = k_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), len = sizeof(a);
	long n;

	SHOW(k_bind(fd, &a, sizeof(a)));
	SHOW(k_getsockname(fd, &a, &len));
	EXPECT(a.nl_pid);
	SHOW(k_sendto(fd, &req, sizeof(req), 0, &kernel, sizeof(kernel)));
	n = k_recvfrom(fd, buf, sizeof(buf), 0, &a, &len);
	EXPECT(n > (long)sizeof(req));
	printf("type %d seq %d, pid of the kernel %d\n", h->nlmsg_type, h->nlmsg_seq, a.nl_pid);
	req.h.nlmsg_type = 9999;
	SHOW(k_send(fd, &req, sizeof(req), 0));
	SHOW(k_recv(fd, buf, sizeof(buf), 0));
	printf("type %d error %d\n", h->nlmsg_type, *(int *)NLMSG_DATA(h));
	req.h.nlmsg_type = RTM_GETROUTE;
	req.h.nlmsg_flags |= NLM_F_DUMP;
	SHOW(k_send(fd, &req, sizeof(req), 0));
	for (int done = 0; !done;) {
		n = k_recv(fd, buf, sizeof(buf), 0);
		for (h = (void *)buf; n > 0 && NLMSG_OK(h, n); h = NLMSG_NEXT(h, n))
			done |= h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR;
		done |= n <= 0;
	}
	close(fd);
}

static void many(void)
{
	struct iovec v[4] = {{"aa", 2}, {"bbb", 3}, {"cccc", 4}, {"d", 1}}, r[4];
	static char bufs[4][16];
	struct mmsghdr m[4], in[4];
	int s[2];

	k_socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
	memset(m, 0, sizeof(m));
	memset(in, 0, sizeof(in));
	for (int i = 0; i < 4; i++) {
		r[i] = (struct iovec){bufs[i], 16};
		m[i].msg_hdr.msg_iov = &v[i];
		in[i].msg_hdr.msg_iov = &r[i];
		m[i].msg_hdr.msg_iovlen = in[i].msg_hdr.msg_iovlen = 1;
	}
	SHOW(k_sendmmsg(s[0], m, 4, 0));
	SHOW(k_recvmmsg(s[1], in, 4, MSG_DONTWAIT, NULL));
	printf("%u %u %u %u\n", in[0].msg_len, in[1].msg_len, in[2].msg_len, in[3].msg_len);
	m[2].msg_hdr.msg_iov = BAD;
	SHOW(k_sendmmsg(s[0], m, 4, 0));
	in[1].msg_hdr.msg_iov = BAD;
	SHOW(k_recvmmsg(s[1], in, 4, MSG_DONTWAIT, NULL));
	SHOW(k_recvmmsg(s[1], in, 4, MSG_DONTWAIT, NULL));
	SHOW(k_recvmmsg(s[1], in, 4, MSG_DONTWAIT, NULL));
	SHOW(k_recvmmsg(s[1], in + 1, 2, MSG_DONTWAIT, NULL));
	/* A vector that runs over the end of memory. */
	struct mmsghdr *at = (struct mmsghdr *)(edge_page + 4096) - 1;

	*at = m[0];
	SHOW(k_sendmmsg(s[0], at, 2, 0));
	*at = in[0];
	SHOW(k_recvmmsg(s[1], at, 2, MSG_DONTWAIT, NULL));
	SHOW(at->msg_len);
	close(s[0]), close(s[1]);
}

int main(void)
{
	edge_page = edge();
	making();
	errors();
	streams(AF_INET);
	streams(AF_INET6);
	datagrams(AF_INET);
	datagrams(AF_INET6);
	locals(SOCK_STREAM);
	locals(SOCK_DGRAM);
	locals(SOCK_SEQPACKET);
	broken();
	netlink();
	many();
	return 0;
}
