/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages whose lengths and pointers do not go together. tests/cases/60-trace.sh sets strace's
 * lines and trapgate's side by side. */
#define _GNU_SOURCE
#include <sys/socket.h>

#include "guest.h"

int main(void)
{
	struct iovec iov = {"abc", 3};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_controllen = 24};
	struct mmsghdr mm[2] = {{.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}}};
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, fd))
		return 1;
	SHOW(sendmsg(fd[0], &m, 0));
	m.msg_control = (void *)16;
	SHOW(sendmsg(fd[0], &m, 0));
	m.msg_controllen = 4;
	SHOW(sendmsg(fd[0], &m, 0));
	m.msg_controllen = 0;
	SHOW(sendmsg(fd[0], &m, 0));
	SHOW(sendmmsg(fd[0], mm, 0, 0));
	SHOW(sendmmsg(fd[0], (void *)16, 0, 0));
	SHOW(sendmmsg(fd[0], NULL, 0, 0));
	SHOW(sendmmsg(fd[0], (void *)16, 2, 0));
	SHOW(recvmmsg(fd[1], mm, 0, MSG_DONTWAIT, NULL));
	SHOW(recvmmsg(fd[1], (void *)16, 0, MSG_DONTWAIT, NULL));
	SHOW(recvmmsg(fd[1], NULL, 0, MSG_DONTWAIT, NULL));
	SHOW(recvmmsg(fd[1], (void *)16, 2, MSG_DONTWAIT, NULL));
	SHOW(recv(-1, mm, 4, -1));
	for (int len = -1; len < 5; len++)
		SHOW(setsockopt(fd[0], SOL_SOCKET, SO_BINDTODEVICE, "none", len));
	SHOW(setsockopt(fd[0], SOL_SOCKET, SO_BINDTODEVICE, (void *)16, -1));
	return 0;
}
