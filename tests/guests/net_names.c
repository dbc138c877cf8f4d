/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: socketcall */
/* Names of AF_UNIX sockets of every length, as paths and as abstract ones: bound, listed, connected
 * to, sent from. */
#include "net3.h"
#include <stddef.h>
#include <sys/stat.h>
#include <sys/un.h>

#define HEAD offsetof(struct sockaddr_un, sun_path)

/* Abstract names are shared with other runs of this test: they begin with this. */
static char own[9];

static void show(const char *what, struct sockaddr_un *un, socklen_t len)
{
	if (len > HEAD + 20 && !memcmp(un->sun_path + 1, own, 8))
		memset(un->sun_path + 1, 'n', 8);
	printf(" %s (%d", what, (int)len);
	for (size_t i = 0; i + HEAD < len && i < sizeof(un->sun_path); i++)
		if (!i || un->sun_path[i] != un->sun_path[i - 1])
			printf(" %d", un->sun_path[i]);
	printf(")");
}

static void name_of(const char *what, int fd, int peer)
{
	struct sockaddr_un un;
	socklen_t len = sizeof(un);
	long ret;

	memset(&un, 0, sizeof(un));
	ret = peer ? k_getpeername(fd, &un, &len) : k_getsockname(fd, &un, &len);
	printf(" %s", k_err(ret));
	if (!ret)
		show(what, &un, len);
}

static void streams(const struct sockaddr_un *un, socklen_t len)
{
	int s = k_socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), t, c, d;
	struct sockaddr_un from;
	socklen_t room = 20;

	printf("stream: bind %s", k_err(k_bind(s, un, len)));
	name_of("name", s, 0);
	t = k_socket(AF_UNIX, SOCK_STREAM, 0);
	printf(" again %s", k_err(k_bind(t, un, len)));
	close(t);
	printf(" listen %s", k_err(k_listen(s, 1)));
	c = k_socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	printf(" connect %s", k_err(k_connect(c, un, len)));
	name_of("peer", c, 1);
	d = k_accept(s, &from, &room);
	if (d >= 0) {
		name_of("name", d, 0);
		close(d);
	}
	puts("");
	close(c);
	close(s);
}

static void datagrams(const struct sockaddr_un *un, socklen_t len)
{
	int s = k_socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	int c = k_socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	struct sockaddr_un me = *un, from;
	socklen_t room = sizeof(from);
	char data[4];
	struct iovec v = {data, sizeof(data)};
	struct msghdr m = {.msg_name = &from, .msg_iov = &v, .msg_iovlen = 1};

	if (len > HEAD)
		me.sun_path[len - HEAD - 1] = 'Z';
	printf("dgram: bind %s", k_err(k_bind(s, un, len)));
	printf(" %s", k_err(k_bind(c, &me, len)));
	for (int i = 0; i < 3; i++)
		printf(" send %s", k_err(k_sendto(c, "x", 1, 0, un, len)));
	memset(&from, 1, sizeof(from));
	printf(" recv %s", k_err(k_recvfrom(s, data, sizeof(data), 0, &from, &room)));
	show("from", &from, room);
	for (unsigned part = sizeof(from);; part = 21) {
		memset(&from, 1, sizeof(from));
		m.msg_namelen = part;
		printf(" recvmsg %s", k_err(k_recvmsg(s, &m, 0)));
		show("from", &from, m.msg_namelen < sizeof(from) ? m.msg_namelen : sizeof(from));
		if (part == 21)
			break;
	}
	puts("");
	if (un->sun_path[0]) {
		char path[sizeof(un->sun_path) + 1] = "";

		memcpy(path, me.sun_path, sizeof(me.sun_path));
		printf("unlink %s\n", k_err(unlink(path)));
	}
	close(c);
	close(s);
}

static void try(const char *start, size_t start_len, char fill, size_t n)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	char path[sizeof(un.sun_path) + 1] = "";
	struct stat st;

	memset(un.sun_path, fill, n < sizeof(un.sun_path) ? n : sizeof(un.sun_path));
	memcpy(un.sun_path, start, start_len);
	if (!start[0])
		memcpy(un.sun_path + 1, own, 8);
	printf("%d bytes: ", (int)n);
	streams(&un, (socklen_t)(HEAD + n));
	memcpy(path, un.sun_path, sizeof(un.sun_path));
	if (path[0]) {
		long ret = stat(path, &st);

		printf("stat %s %d", k_err(ret), ret ? 0 : S_ISSOCK(st.st_mode));
		printf(" unlink %s\n", k_err(unlink(path)));
	}
	datagrams(&un, (socklen_t)(HEAD + n));
	if (path[0])
		unlink(path);
}

/* Names that differ in the directory alone. */
static void twins(void)
{
	static const char *const names[] = {"a/s", "b/s", "./s", "a/../s2"};
	int fd[4];

	for (int i = 0; i < 4; i++) {
		struct sockaddr_un un = {.sun_family = AF_UNIX};

		strcpy(un.sun_path, names[i]);
		fd[i] = k_socket(AF_UNIX, SOCK_STREAM, 0);
		printf("%s: %s\n", names[i], k_err(k_bind(fd[i], &un, sizeof(un))));
	}
	for (int i = 0; i < 4; i++) {
		name_of(names[i], fd[i], 0);
		puts("");
		close(fd[i]);
		unlink(names[i]);
	}
}

/* Names that Linux gives: by bind(2), and to who tells its credentials. */
static void given(int type)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX}, from;
	socklen_t len = sizeof(un), from_len = sizeof(from);
	int s = k_socket(AF_UNIX, type | SOCK_NONBLOCK, 0), on = 1;
	int c = k_socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
	char data[4];

	SHOW(k_bind(s, &un, HEAD));
	SHOW(k_bind(s, &un, HEAD));
	SHOW(k_getsockname(s, &un, &len));
	printf("%d bytes: %d %d\n", (int)len, un.sun_path[0],
	       (int)strspn(un.sun_path + 1, "0123456789abcdef"));
	k_setsockopt(c, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	if (type == SOCK_STREAM)
		SHOW(k_listen(s, 1));
	SHOW(k_connect(c, &un, len));
	if (type == SOCK_DGRAM) {
		SHOW(k_send(c, "x", 1, 0));
		SHOW(k_recvfrom(s, data, sizeof(data), 0, &from, &from_len));
		printf("from %d bytes\n", (int)from_len);
		SHOW(k_sendto(s, "y", 1, 0, &from, from_len));
		SHOW(k_recv(c, data, sizeof(data), 0));
	}
	close(s);
	close(c);
}

int main(void)
{
	static const size_t sizes[] = {1,  2,  50, 80, 89,  90,	 91,  92,  95,
				       96, 97, 98, 99, 100, 105, 106, 107, 108};
	char dir[] = "/tmp/names.XXXXXX";

	if (!mkdtemp(dir) || chdir(dir) || mkdir("a", 0777) || mkdir("b", 0777))
		return 1;
	snprintf(own, sizeof(own), "%08x", (unsigned)getpid());
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		try("n", 1, 'n', sizes[i]);
		if (sizes[i] >= 50)
			try("", 1, 'n', sizes[i]);
		if (sizes[i] > 2)
			try("a/", 2, 'm', sizes[i]);
	}
	twins();
	given(SOCK_STREAM);
	given(SOCK_DGRAM);
	if (rmdir("a") || rmdir("b") || rmdir(dir))
		return 1;
	return 0;
}
