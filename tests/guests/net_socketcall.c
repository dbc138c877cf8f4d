/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: only: 32 */
/* socketcall(2) itself: all twenty calls by INT 0x80 with their arguments in memory. */
#include "guest.h"
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

/* The arguments lie so that a word more than the call has would fault. */
static long *end;

static long call(int nr, int n, long a, long b, long c, long d, long e, long f)
{
	long all[6] = {a, b, c, d, e, f}, ret;

	memcpy(end - n, all, n * sizeof(long));
	ret = int80(102, nr, (long)(end - n), 0, 0, 0);
	printf("  call %d: %ld\n", nr, ret);
	return ret;
}

#define P(p) ((long)(p))

static void bounds(void)
{
	static const int bad[] = {0, -1, 21, 22, 100, 0x7fffffff, (int)0x80000000};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		printf("call %d with no arguments: %ld\n", bad[i], int80(102, bad[i], 8, 0, 0, 0));
	for (int i = 1; i <= 20; i++)
		printf("call %d with no arguments: %ld\n", i, int80(102, i, 8, 0, 0, 0));
	for (int i = 1; i <= 20; i++)
		printf("call %d with one word: %ld\n", i, int80(102, i, P(end - 1), 0, 0, 0));
	for (int i = 1; i <= 20; i++) {
		int n;

		/* How many words are read: the first count that does not fault. */
		for (n = 1; n <= 6; n++) {
			for (int k = 1; k <= n; k++)
				end[-k] = -1;
			if (int80(102, i, P(end - n), 0, 0, 0) != -EFAULT)
				break;
		}
		printf("call %d reads %d words\n", i, n);
	}
}

static void streams(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "sc"}, b;
	int srv, cli, conn, len = sizeof(b), v = 1;
	char buf[16] = "";

	srv = call(1, 3, AF_UNIX, SOCK_STREAM, 0, 0, 0, 0) >= 0 ? 3 : -1;
	call(2, 3, srv, P(&a), sizeof(a), 0, 0, 0);
	call(4, 2, srv, 3, 0, 0, 0, 0);
	cli = call(1, 3, AF_UNIX, SOCK_STREAM, 0, 0, 0, 0);
	call(3, 3, cli, P(&a), sizeof(a), 0, 0, 0);
	conn = call(5, 3, srv, P(&b), P(&len), 0, 0, 0);
	printf("length %d\n", len);
	len = sizeof(b);
	call(6, 3, srv, P(&b), P(&len), 0, 0, 0);
	printf("%s, length %d\n", b.sun_path, len);
	len = sizeof(b);
	call(7, 3, cli, P(&b), P(&len), 0, 0, 0);
	printf("%s, length %d\n", b.sun_path, len);
	call(9, 4, cli, P("send"), 4, 0, 0, 0);
	call(10, 4, conn, P(buf), 16, 0, 0, 0);
	puts(buf);
	call(11, 6, cli, P("sendto"), 6, MSG_NOSIGNAL, 0, 0);
	call(12, 6, conn, P(buf), 16, MSG_DONTWAIT, 0, 0);
	puts(buf);
	call(14, 5, cli, SOL_SOCKET, SO_PASSCRED, P(&v), sizeof(v), 0);
	v = 0, len = 4;
	call(15, 5, cli, SOL_SOCKET, SO_PASSCRED, P(&v), P(&len), 0);
	printf("option %d, length %d\n", v, len);
	call(13, 2, cli, SHUT_WR, 0, 0, 0, 0);
	call(10, 4, conn, P(buf), 16, 0, 0, 0);
	close(cli), close(conn);
	cli = call(1, 3, AF_UNIX, SOCK_STREAM, 0, 0, 0, 0);
	call(3, 3, cli, P(&a), sizeof(a), 0, 0, 0);
	conn = call(18, 4, srv, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK, 0, 0);
	printf("cloexec %d\n", fcntl(conn, F_GETFD));
	call(10, 4, conn, P(buf), 16, 0, 0, 0);
	unlink("sc");
}

static void messages(void)
{
	char b1[8] = "", b2[8] = "";
	struct iovec iov = {"message", 7}, r1 = {b1, 8}, r2 = {b2, 8};
	struct mmsghdr m[2] = {{.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}},
			       {.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}}};
	int32_t timeout[2] = {5, 0};
	int s[2];

	call(8, 4, AF_UNIX, SOCK_DGRAM, 0, P(s), 0, 0);
	call(16, 3, s[0], P(m), 0, 0, 0, 0);
	m[0].msg_hdr.msg_iov = &r1;
	call(17, 3, s[1], P(m), 0, 0, 0, 0);
	puts(b1);
	m[0].msg_hdr.msg_iov = &iov;
	call(20, 4, s[0], P(m), 2, 0, 0, 0);
	printf("%u %u\n", m[0].msg_len, m[1].msg_len);
	m[0].msg_hdr.msg_iov = &r1;
	m[1].msg_hdr.msg_iov = &r2;
	call(19, 5, s[1], P(m), 2, 0, P(timeout), 0);
	printf("%u %u %s %s\n", m[0].msg_len, m[1].msg_len, b1, b2);
	printf("timeout %s\n", timeout[0] == 4 || timeout[0] == 5 ? "kept" : "lost");
	call(19, 5, s[1], P(m), 2, MSG_DONTWAIT, 0, 0);
}

int main(void)
{
	end = (long *)(edge() + 4096);
	bounds();
	streams();
	messages();
	return 0;
}
