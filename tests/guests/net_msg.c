/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Message headers: iovecs, names, flags, control messages of every size, many messages at once. */
#include "guest.h"
#include <arpa/inet.h>
#include <limits.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>

static int s[2];
static char control[512] __attribute__((aligned(8)));

static void show_control(const struct msghdr *m)
{
	size_t head = sizeof(struct cmsghdr);

	/* Lengths relative to the ABI's header, so that 32-bit and 64-bit output compare by eye. */
	printf("  flags %x", m->msg_flags);
	if (!m->msg_controllen) {
		printf(", no control\n");
		return;
	}
	printf(", control %d:", (int)m->msg_controllen);
	for (size_t pos = 0; pos + head <= m->msg_controllen;) {
		const struct cmsghdr *c = (const void *)((char *)m->msg_control + pos);

		printf(" [level %d type %d data %d]", c->cmsg_level, c->cmsg_type,
		       (int)(c->cmsg_len - head));
		if (c->cmsg_len < head)
			break;
		pos += CMSG_ALIGN(c->cmsg_len);
	}
	printf("\n");
}

static int lowest_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static void plain(void)
{
	char a[4] = "", b[8] = "";
	struct iovec in[] = {{"scat", 4}, {NULL, 0}, {"tered", 5}};
	struct iovec out[] = {{a, 3}, {b, 8}};
	struct msghdr m = {.msg_iov = in, .msg_iovlen = 3}, r = {.msg_iov = out, .msg_iovlen = 2};

	SHOW(sendmsg(s[0], &m, 0));
	r.msg_flags = 0x77;
	SHOW(recvmsg(s[1], &r, 0));
	printf("%.3s %.6s\n", a, b);
	show_control(&r);
	SHOW(recvmsg(s[1], &r, MSG_DONTWAIT));
	SHOW(syscall(SYS_sendmsg, -1, (void *)8, 0));
	SHOW(syscall(SYS_sendmsg, 0, (void *)8, 0));
	SHOW(syscall(SYS_sendmsg, s[0], (void *)8, 0));
	m.msg_iovlen = 1025;
	SHOW(syscall(SYS_sendmsg, s[0], &m, 0));
	SHOW(syscall(SYS_sendmsg, -1, &m, 0));
	m.msg_name = (void *)8, m.msg_namelen = 7; /* goes before what else is bad */
	SHOW(syscall(SYS_sendmsg, s[0], &m, 0));
	m.msg_iovlen = 0;
	m.msg_control = a, m.msg_controllen = 0x2000000;
	SHOW(syscall(SYS_sendmsg, s[0], &m, 0));
	m.msg_name = m.msg_control = NULL, m.msg_namelen = 0, m.msg_controllen = 0;
	m.msg_iovlen = 3;
	m.msg_iov = (void *)8;
	SHOW(syscall(SYS_sendmsg, s[0], &m, 0));
	m.msg_iov = in;
	in[1].iov_len = -1;
	SHOW(syscall(SYS_sendmsg, s[0], &m, 0));
	in[1].iov_len = 3;
	in[0].iov_len = 0;
	SHOW(syscall(SYS_sendmsg, s[0], &m, 0));
	in[1].iov_len = 0;
	m.msg_name = a;
	m.msg_namelen = -1;
	SHOW(syscall(SYS_sendmsg, s[0], &m, 0));
	m.msg_namelen = 0;
	SHOW(syscall(SYS_sendmsg, s[0], &m, 0));
	SHOW(recv(s[1], b, 8, 0));
}

static void rights(size_t room, int count)
{
	char buf[8], space[128] __attribute__((aligned(8)));
	struct iovec iov = {"r", 1}, riov = {buf, 8};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = space};
	struct cmsghdr *c = (void *)space;
	int low = lowest_fd(), got;

	memset(space, 0, sizeof(space));
	c->cmsg_len = CMSG_LEN(count * sizeof(int));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	for (int i = 0; i < count; i++)
		((int *)CMSG_DATA(c))[i] = s[i & 1];
	m.msg_controllen = CMSG_SPACE(count * sizeof(int));
	printf("%d descriptors, room %d beyond header\n", count, (int)room);
	SHOW(sendmsg(s[0], &m, 0));
	memset(control, 0xee, sizeof(control));
	m = (struct msghdr){.msg_iov = &riov, .msg_iovlen = 1, .msg_control = control};
	m.msg_controllen = room == (size_t)-1 ? 4 : sizeof(struct cmsghdr) + room;
	SHOW(recvmsg(s[1], &m, MSG_CMSG_CLOEXEC));
	show_control(&m);
	got = lowest_fd() - low;
	printf("  %d descriptors came", got);
	for (int i = 0; i < got; i++)
		printf(" %s", fcntl(low + i, F_GETFD) == FD_CLOEXEC ? "cloexec" : "odd");
	printf("\n");
	for (int i = 0; i < got; i++)
		close(low + i);
	EXPECT(lowest_fd() == low);
}

static void bad_control(void)
{
	struct iovec iov = {"r", 1};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control};
	struct cmsghdr *c = (void *)control;

	memset(control, 0, sizeof(control));
	m.msg_controllen = 5;
	SHOW(sendmsg(s[0], &m, 0));
	m.msg_controllen = sizeof(*c) + 4;
	SHOW(sendmsg(s[0], &m, 0)); /* cmsg_len 0 */
	c->cmsg_len = sizeof(*c) + 5;
	SHOW(sendmsg(s[0], &m, 0)); /* beyond the buffer */
	c->cmsg_len = CMSG_LEN(4);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = 99;
	SHOW(sendmsg(s[0], &m, 0));
	c->cmsg_type = SCM_RIGHTS;
	*(int *)CMSG_DATA(c) = 1000;
	SHOW(sendmsg(s[0], &m, 0));
	m.msg_control = (void *)8;
	SHOW(sendmsg(s[0], &m, 0));
	m.msg_control = NULL;
	m.msg_controllen = 100;
	SHOW(recvmsg(s[1], &m, MSG_DONTWAIT));
}

static void credentials(void)
{
	char buf[8];
	struct iovec iov = {"c", 1}, riov = {buf, 8};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control};
	struct cmsghdr *c = (void *)control;
	struct ucred u = {getpid(), getuid(), getgid()};
	int on = 1;

	SHOW(setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
	memset(control, 0, sizeof(control));
	c->cmsg_len = CMSG_LEN(sizeof(u));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_CREDENTIALS;
	memcpy(CMSG_DATA(c), &u, sizeof(u));
	m.msg_controllen = CMSG_SPACE(sizeof(u));
	/* and a second message */
	c = (void *)(control + CMSG_SPACE(sizeof(u)));
	c->cmsg_len = CMSG_LEN(4);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	*(int *)CMSG_DATA(c) = 0;
	m.msg_controllen += CMSG_SPACE(4);
	SHOW(sendmsg(s[0], &m, 0));
	memset(control, 0, sizeof(control));
	m.msg_iov = &riov;
	m.msg_controllen = sizeof(control);
	SHOW(recvmsg(s[1], &m, 0));
	show_control(&m);
	c = (void *)control;
	EXPECT(!memcmp(CMSG_DATA(c), &u, sizeof(u)));
	c = (void *)(control + CMSG_SPACE(sizeof(u)));
	EXPECT(*(int *)CMSG_DATA(c) > s[1]);
	close(*(int *)CMSG_DATA(c));
	SHOW(send(s[0], "d", 1, 0));
	m.msg_controllen = sizeof(struct cmsghdr) + 5;
	SHOW(recvmsg(s[1], &m, 0));
	show_control(&m);
	on = 0;
	setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
}

/* Timestamps: 29, 35, 37 are the old options, whose structs hold longs. */
static void timestamps(int option, int value)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
			   n;
	socklen_t len = sizeof(a);
	int u = socket(AF_INET, SOCK_DGRAM, 0);
	char buf[8];
	struct iovec iov = {buf, 8};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_name = &n,
			   .msg_namelen = 200,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	struct cmsghdr *c = (void *)control;
	long sec;

	bind(u, (void *)&a, sizeof(a));
	getsockname(u, (void *)&a, &len);
	printf("timestamps by option %d\n", option);
	SHOW(setsockopt(u, SOL_SOCKET, option, &value, sizeof(value)));
	/* The kernel begins to stamp packets a little later. */
	for (int i = 0; i < 200; i++) {
		sendto(u, "t", 1, 0, (void *)&a, sizeof(a));
		m.msg_controllen = sizeof(control);
		if (recvmsg(u, &m, 0) == 1 && m.msg_controllen)
			break;
		usleep(5000);
	}
	SHOW(sendto(u, "t", 1, 0, (void *)&a, sizeof(a)));
	memset(control, 0, sizeof(control));
	m.msg_namelen = 200;
	m.msg_controllen = sizeof(control);
	SHOW(recvmsg(u, &m, 0));
	show_control(&m);
	printf("  name length %d family %d\n", (int)m.msg_namelen, n.sin_family);
	memcpy(&sec, CMSG_DATA(c), sizeof(sec));
	EXPECT(sec > 1000000000);
	SHOW(sendto(u, "t", 1, 0, (void *)&a, sizeof(a)));
	m.msg_controllen = sizeof(struct cmsghdr) + 6;
	m.msg_namelen = 3;
	SHOW(recvmsg(u, &m, 0));
	show_control(&m);
	printf("  name length %d\n", (int)m.msg_namelen);
	close(u);
}

static void many(void)
{
	char bufs[5][8];
	struct iovec iov[5], riov[5];
	struct mmsghdr out[5], in[5];
	struct timespec zero = {0, 0}, bad = {0, -1};
	int d[2];

	SHOW(socketpair(AF_UNIX, SOCK_DGRAM, 0, d));
	memset(out, 0, sizeof(out));
	memset(in, 0, sizeof(in));
	for (int i = 0; i < 5; i++) {
		iov[i] = (struct iovec){"message" + i, 7 - i};
		out[i].msg_hdr.msg_iov = &iov[i];
		out[i].msg_hdr.msg_iovlen = 1;
		riov[i] = (struct iovec){bufs[i], sizeof(bufs[i])};
		in[i].msg_hdr.msg_iov = &riov[i];
		in[i].msg_hdr.msg_iovlen = 1;
	}
	SHOW(sendmmsg(d[0], out, 5, 0));
	for (int i = 0; i < 5; i++)
		printf(" %u", out[i].msg_len);
	printf("\n");
	SHOW(recvmmsg(d[1], in, 2, 0, NULL));
	SHOW(recvmmsg(d[1], in + 2, 3, MSG_WAITFORONE, &zero));
	for (int i = 0; i < 5; i++)
		printf(" %u:%.*s", in[i].msg_len, (int)in[i].msg_len, bufs[i]);
	printf("\n");
	SHOW(recvmmsg(d[1], in, 5, MSG_DONTWAIT, NULL));
	SHOW(recvmmsg(d[1], in, 5, MSG_DONTWAIT, &bad));
	SHOW(sendmmsg(d[0], out, 0, 0));
	SHOW(sendmmsg(-1, out, 0, 0));
	out[2].msg_hdr.msg_iovlen = 5000;
	SHOW(sendmmsg(d[0], out, 5, 0));
	SHOW(sendmmsg(d[0], out + 2, 3, 0));
	SHOW(syscall(SYS_sendmmsg, d[0], (void *)8, 3, 0));
	SHOW(syscall(SYS_sendmmsg, 0, (void *)8, 3, 0));
	SHOW(recvmmsg(d[1], in, 5, MSG_WAITFORONE, NULL));
	SHOW(syscall(SYS_sendmsg, d[0], out, 0x80000000u) >= 0 || errno == EINVAL);
	close(d[0]), close(d[1]);
}

int main(void)
{
	SHOW(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	plain();
	rights(4, 1);
	rights(100, 1);
	rights(8, 2);
	rights(100, 3);
	rights(4, 3);
	rights(8, 5);
	rights(3, 1);
	rights(0, 2);
	rights(-1, 2);
	bad_control();
	credentials();
	timestamps(29, 1);
	timestamps(35, 1);
	timestamps(37, 0x18);
	timestamps(63, 1);
	timestamps(64, 1);
	many();
	return 0;
}
