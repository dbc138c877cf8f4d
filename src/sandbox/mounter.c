/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/mounter.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

union rights {
	char buf[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

/* One descriptor, or -errno, through a socket. */
static void send_fd(int line, long fd)
{
	union rights rights = {0};
	int err = fd < 0 ? (int)fd : 0;
	struct iovec iov = {&err, sizeof(err)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *c;

	if (fd >= 0) {
		msg.msg_control = &rights;
		msg.msg_controllen = sizeof(rights);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &(int){(int)fd}, sizeof(int));
	}
	if (sendmsg(line, &msg, 0) < 0)
		_exit(1);
}

static int receive_fd(int line)
{
	union rights rights = {0};
	int err, fd;
	struct iovec iov = {&err, sizeof(err)};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = &rights,
			     .msg_controllen = sizeof(rights)};
	struct cmsghdr *c;

	if (recvmsg(line, &msg, MSG_CMSG_CLOEXEC) <= 0)
		return -EPERM;
	c = CMSG_FIRSTHDR(&msg);
	if (!c || c->cmsg_type != SCM_RIGHTS)
		return err ? err : -EMFILE;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

void mounter_run(int namespaces, long (*make)(void *arg, u32 i), void *arg, int *fds, u32 n)
{
	int line[2], status;
	pid_t child;

	for (u32 i = 0; i < n; i++)
		fds[i] = -EPERM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line))
		return;
	child = fork();
	if (child == 0) {
		if (unshare(namespaces))
			_exit(1);
		for (u32 i = 0; i < n; i++)
			send_fd(line[1], make(arg, i));
		_exit(0);
	}
	close(line[1]);
	for (u32 i = 0; child > 0 && i < n; i++)
		fds[i] = receive_fd(line[0]);
	close(line[0]);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
}
