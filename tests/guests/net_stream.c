/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conversations: UNIX and TCP streams, datagrams with addresses, between processes and within. */
#include "guest.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

static char big[1 << 20];

static void unix_pair(void)
{
	char buf[16] = "";
	int s[2];

	SHOW(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s));
	EXPECT(fcntl(s[0], F_GETFD) == FD_CLOEXEC);
	SHOW(send(s[0], "hello", 5, 0));
	SHOW(recv(s[1], buf, sizeof(buf), MSG_PEEK));
	SHOW(recv(s[1], buf, 2, 0));
	SHOW(recv(s[1], buf, sizeof(buf), MSG_DONTWAIT));
	printf("%.3s\n", buf);
	SHOW(recv(s[1], buf, sizeof(buf), MSG_DONTWAIT));
	SHOW(shutdown(s[0], SHUT_WR));
	SHOW(recv(s[1], buf, sizeof(buf), 0));
	SHOW(send(s[0], "x", 1, MSG_NOSIGNAL));
	SHOW(shutdown(s[0], 7));
	close(s[1]);
	SHOW(recv(s[0], buf, 1, 0));
	close(s[0]);
	SHOW(send(s[0], "x", 1, 0));
	SHOW(socketpair(AF_INET, SOCK_STREAM, 0, s));
	SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, NULL));
	SHOW(socket(AF_UNIX, 77, 0));
	SHOW(socket(12345, SOCK_STREAM, 0));
	SHOW(send(0, "x", 1, 0));
}

static void show_un(const char *what, const struct sockaddr_un *a, socklen_t len)
{
	int n = (int)len - (int)offsetof(struct sockaddr_un, sun_path);

	printf("%s: length %d family %d path \"%.*s\"\n", what, (int)len, a->sun_family,
	       n > 0 ? n : 0, a->sun_path);
}

static void unix_named(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "sock"}, b;
	socklen_t len;
	int srv = socket(AF_UNIX, SOCK_STREAM, 0), cli, conn;
	char buf[32];

	SHOW(connect(srv, (void *)&a, sizeof(a)));
	SHOW(bind(srv, (void *)&a, sizeof(a)));
	SHOW(bind(srv, (void *)&a, sizeof(a)));
	SHOW(accept(srv, NULL, NULL));
	SHOW(listen(srv, 5));
	cli = socket(AF_UNIX, SOCK_STREAM, 0);
	SHOW(connect(cli, (void *)&a, sizeof(a)));
	len = sizeof(b);
	conn = accept4(srv, (void *)&b, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
	EXPECT(conn >= 0);
	EXPECT(fcntl(conn, F_GETFL) & O_NONBLOCK);
	show_un("accept", &b, len);
	memset(&b, 0, sizeof(b));
	len = sizeof(b);
	SHOW(getpeername(cli, (void *)&b, &len));
	show_un("getpeername", &b, len);
	memset(&b, 0, sizeof(b));
	len = 4;
	SHOW(getsockname(srv, (void *)&b, &len));
	show_un("getsockname into 4", &b, 4);
	printf("length %d\n", (int)len);
	len = -1;
	SHOW(getsockname(srv, (void *)&b, &len));
	SHOW(getsockname(srv, (void *)&b, NULL));
	SHOW(getsockname(srv, NULL, &len));
	SHOW(recv(conn, buf, 1, 0));
	SHOW(accept4(srv, NULL, NULL, 0x1234));
	SHOW(unlink("sock"));
	close(srv), close(cli), close(conn);
}

static void datagrams(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
			   b;
	socklen_t len = sizeof(a);
	int s = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP), c = socket(AF_INET, SOCK_DGRAM, 0);
	char buf[64], *e = edge();

	SHOW(bind(s, (void *)&a, sizeof(a)));
	SHOW(getsockname(s, (void *)&a, &len));
	SHOW(sendto(c, "datagram", 8, 0, (void *)&a, sizeof(a)));
	len = sizeof(b);
	memset(&b, 0, sizeof(b));
	SHOW(recvfrom(s, buf, 4, MSG_TRUNC, (void *)&b, &len));
	printf("from length %d family %d %s\n", (int)len, b.sin_family, inet_ntoa(b.sin_addr));
	SHOW(sendto(c, "", 0, 0, (void *)&a, sizeof(a)));
	len = 4;
	memset(&b, 0x55, sizeof(b));
	SHOW(recvfrom(s, buf, sizeof(buf), 0, (void *)&b, &len));
	printf("length %d, untouched %x\n", (int)len, (unsigned)b.sin_addr.s_addr);
	SHOW(sendto(c, "x", 1, 0, (void *)&a, 1));
	SHOW(sendto(c, "x", 1, 0, (void *)&a, 129));
	SHOW(sendto(c, "x", 1, 0, (void *)&a, -1));
	SHOW(sendto(c, "x", 1, 0, (void *)8, sizeof(a)));
	SHOW(sendto(c, "x", 1, 0, NULL, 0));
	SHOW(sendto(c, e + 4090, 20, 0, (void *)&a, sizeof(a)));
	SHOW(sendto(c, "four", 4, 0, (void *)&a, sizeof(a)));
	SHOW(recv(s, e + 4094, 20, MSG_DONTWAIT));
	SHOW(recv(s, buf, 20, MSG_DONTWAIT));
	SHOW(sendto(c, big, 70000, 0, (void *)&a, sizeof(a)));
	close(s), close(c);
}

static void tcp(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int srv = socket(AF_INET, SOCK_STREAM, 0), c, n, total = 0, status;
	unsigned sum = 0;

	SHOW(bind(srv, (void *)&a, sizeof(a)));
	SHOW(listen(srv, 1));
	SHOW(getsockname(srv, (void *)&a, &len));
	fflush(stdout);
	if (!fork()) {
		close(srv);
		c = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(c, (void *)&a, sizeof(a)))
			_exit(1);
		for (unsigned i = 0; i < sizeof(big); i++)
			big[i] = i * 7;
		if (send(c, big, sizeof(big), 0) != sizeof(big))
			_exit(2);
		shutdown(c, SHUT_WR);
		if (recv(c, big, 3, MSG_WAITALL) != 3 || memcmp(big, "end", 3))
			_exit(3);
		_exit(0);
	}
	c = accept(srv, NULL, NULL);
	while ((n = recv(c, big, sizeof(big), 0)) > 0) {
		for (int i = 0; i < n; i++)
			sum = sum * 31 + (unsigned char)big[i];
		total += n;
	}
	printf("received %d bytes, sum %08x, last result %d\n", total, sum, n);
	SHOW(send(c, "end", 3, MSG_MORE));
	close(c);
	wait(&status);
	show_status("client", status);
	c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	close(srv);
	SHOW_OK(connect(c, (void *)&a, sizeof(a)));
	a.sin_family = 99;
	SHOW(connect(c, (void *)&a, sizeof(a)));
	SHOW(connect(c, (void *)&a, 4));
	close(c);
}

/* The state of a connection, once it is what it will be: the other end's part takes a moment. */
static void show_state(const char *what, int s, int expected)
{
	struct tcp_info info = {.tcpi_state = 0};
	socklen_t len;

	for (int i = 0; i < 5000 && info.tcpi_state != expected; i++) {
		if (i)
			usleep(1000);
		len = sizeof(info);
		getsockopt(s, IPPROTO_TCP, TCP_INFO, &info, &len);
	}
	printf("%s: state %d\n", what, info.tcpi_state);
}

static void states(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int srv = socket(AF_INET, SOCK_STREAM, 0), s[2], error;
	char data[16] = "";
	struct pollfd p;

	bind(srv, (void *)&a, sizeof(a));
	show_state("bound", srv, TCP_CLOSE);
	listen(srv, 1);
	show_state("listening", srv, TCP_LISTEN);
	getsockname(srv, (void *)&a, &len);
	for (int i = 0; i < 2; i++) {
		s[0] = socket(AF_INET, SOCK_STREAM, 0);
		connect(s[0], (void *)&a, len);
		s[1] = accept(srv, NULL, NULL);
		show_state("connected", s[i], TCP_ESTABLISHED);
		shutdown(s[i], SHUT_WR);
		show_state("shut", s[i], TCP_FIN_WAIT2);
		show_state("the other end", s[!i], TCP_CLOSE_WAIT);
		if (i)
			shutdown(s[!i], SHUT_WR);
		else
			close(s[!i]);
		show_state("both shut", s[i], TCP_CLOSE);
		close(s[i]);
		if (i)
			close(s[0]);
	}
	/* What is received goes nowhere. */
	s[0] = socket(AF_INET, SOCK_STREAM, 0);
	connect(s[0], (void *)&a, sizeof(a));
	s[1] = accept(srv, NULL, NULL);
	SHOW(send(s[0], "0123456789", 10, MSG_FASTOPEN));
	SHOW(send(s[0], "0123456789", 10, 0));
	SHOW(recv(s[1], NULL, 4, MSG_TRUNC));
	strcpy(data, "as it was");
	SHOW(recv(s[1], data, 4, MSG_TRUNC));
	puts(data);
	SHOW(recv(s[1], data, sizeof(data), 0));
	puts(data);
	close(s[0]);
	close(s[1]);
	close(srv);
	/* A connection that is refused while nobody waits for it. */
	s[0] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	SHOW(connect(s[0], (void *)&a, sizeof(a)));
	p = (struct pollfd){s[0], POLLOUT, 0};
	SHOW(poll(&p, 1, -1));
	len = sizeof(error);
	SHOW(getsockopt(s[0], SOL_SOCKET, SO_ERROR, &error, &len));
	EXPECT(error == ECONNREFUSED);
	SHOW(connect(s[0], (void *)&a, sizeof(a)));
	SHOW(connect(s[0], (void *)&a, sizeof(a)));
	SHOW(poll(&p, 1, -1));
	SHOW(connect(s[0], (void *)&a, sizeof(a)));
	close(s[0]);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	unix_pair();
	unix_named();
	datagrams();
	tcp();
	states();
	return 0;
}
