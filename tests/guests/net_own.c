/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: socketcall */
/* High descriptors that nobody opened: no call finds anything there, whatever an emulator or a
 * tracer keeps in such places. */
#include "net3.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/uio.h>

static int found;

static void try_all(int fd, int ep, int sock)
{
	char c, control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
	struct iovec v = {"x", 1};
	struct msghdr m = {.msg_iov = &v,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	struct pollfd p = {fd, POLLIN, 0};
	struct epoll_event ev = {.events = EPOLLIN};
	struct cmsghdr *h = (void *)control;
	struct stat st;

	*h = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
	*(int *)CMSG_DATA(h) = fd;
	found += fcntl(fd, F_GETFD) != -1 || dup(fd) != -1;
	found += read(fd, &c, 0) != -1 || errno != EBADF;
	found += write(fd, &c, 0) != -1 || errno != EBADF;
	found += fstat(fd, &st) != -1 || errno != EBADF;
	found += fchdir(fd) != -1 || errno != EBADF;
	found += lseek(fd, 0, SEEK_CUR) != -1 || errno != EBADF;
	found += ftruncate(fd, 0) != -1 || errno != EBADF;
	found += k_listen(fd, 1) != -1 || errno != EBADF;
	found += k_send(fd, "x", 1, MSG_DONTWAIT) != -1 || errno != EBADF;
	found += k_recv(fd, &c, 1, MSG_DONTWAIT) != -1 || errno != EBADF;
	found += k_getsockname(fd, &st, &(int){8}) != -1 || errno != EBADF;
	found += k_sendmsg(sock, &m, MSG_DONTWAIT) != -1 || errno != EBADF;
	found += poll(&p, 1, 0) != 1 || p.revents != POLLNVAL || p.fd != fd;
	found += epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) != -1 || errno != EBADF;
	found += close(fd) != -1 || errno != EBADF;
}

int main(void)
{
	struct rlimit lim;
	int ep = epoll_create1(0), s[2];

	getrlimit(RLIMIT_NOFILE, &lim);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
	for (int i = -64; i < 64; i++)
		try_all((int)lim.rlim_cur + i, ep, s[0]);
	printf("%d found\n", found);
	return 0;
}
