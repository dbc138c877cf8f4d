/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Passing a descriptor from one process to another, whatever the widths of both.
 *
 *	fd_pass server PATH		takes a descriptor from one client and answers with what can
 *					be read from it
 *	fd_pass client PATH TEXT	sends the end of a pipe that holds TEXT; prints the answer
 *	fd_pass				both, in two processes */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const char *what)
{
	perror(what);
	return 1;
}

static struct sockaddr_un name(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	strncpy(a.sun_path, path, sizeof(a.sun_path) - 1);
	return a;
}

/* Sends one byte and, where fd is not negative, the descriptor with it. */
static int send_fd(int s, int fd)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = {"f", 1};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.room};
	struct cmsghdr *c;

	m.msg_controllen = sizeof(control.room);
	c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(s, &m, 0) == 1 ? 0 : -1;
}

static int receive_fd(int s)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	char byte;
	struct iovec iov = {&byte, 1};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.room};
	struct cmsghdr *c;
	int fd;

	m.msg_controllen = sizeof(control.room);
	if (recvmsg(s, &m, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	c = CMSG_FIRSTHDR(&m);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof(int)) || m.msg_flags & MSG_CTRUNC)
		return -1;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

static int serve(int s)
{
	char text[256], answer[300];
	int c = accept(s, NULL, NULL), fd, n;

	if (c < 0)
		return fail("accept");
	fd = receive_fd(c);
	if (fd < 0)
		return fail("no descriptor");
	n = (int)read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return fail("read");
	n = snprintf(answer, sizeof(answer), "read: %.*s", n, text);
	return write(c, answer, (size_t)n) != n;
}

static int ask(const char *path, const char *text)
{
	struct sockaddr_un a = name(path);
	int s = socket(AF_UNIX, SOCK_STREAM, 0), p[2], n;
	char answer[300];

	for (int i = 0; connect(s, (struct sockaddr *)&a, sizeof(a)); i++) {
		if (i == 200)
			return fail(path);
		usleep(50000);
	}
	if (pipe(p) || write(p[1], text, strlen(text)) < 0 || close(p[1]) || send_fd(s, p[0]))
		return fail("send");
	close(p[0]);
	n = (int)read(s, answer, sizeof(answer));
	printf("%.*s\n", n > 0 ? n : 0, answer);
	return n <= 0;
}

static int listen_at(const char *path)
{
	struct sockaddr_un a = name(path);
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	return bind(s, (struct sockaddr *)&a, sizeof(a)) || listen(s, 1) ? -1 : s;
}

static int both(void)
{
	char dir[] = "/tmp/fd_pass.XXXXXX", path[64];
	int s, status, ret;

	if (!mkdtemp(dir))
		return fail(dir);
	snprintf(path, sizeof(path), "%s/s", dir);
	s = listen_at(path);
	if (s >= 0 && fork() == 0)
		_exit(serve(s));
	ret = ask(path, "from hand to hand");
	wait(&status);
	unlink(path);
	rmdir(dir);
	return ret || status;
}

int main(int argc, char **argv)
{
	int s, ret;

	if (argc == 1)
		return both();
	if (argc == 4 && !strcmp(argv[1], "client"))
		return ask(argv[2], argv[3]);
	if (argc != 3 || strcmp(argv[1], "server") != 0)
		return 2;
	s = listen_at(argv[2]);
	ret = s < 0 ? fail(argv[2]) : serve(s);
	unlink(argv[2]);
	return ret;
}
