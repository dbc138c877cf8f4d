/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moves a megabyte through a UDP socket of its own on the loopback, and as much through AF_UNIX. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	static char buf[1000];
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t len = sizeof(a);
	int sv[2], s = socket(AF_INET, SOCK_DGRAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (s < 0 || bind(s, (void *)&a, sizeof(a)) || getsockname(s, (void *)&a, &len) ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, sv))
		return 77;
	for (int i = 0; i < 1000; i++)
		if (write(sv[0], buf, sizeof(buf)) < 0 || read(sv[1], buf, sizeof(buf)) < 0)
			return 1;
	for (int i = 0; i < 1000; i++) {
		struct iovec iov = {buf, sizeof(buf)};
		struct msghdr m = {
			.msg_name = &a, .msg_namelen = sizeof(a), .msg_iov = &iov, .msg_iovlen = 1};

		if (i % 2 ? sendmsg(s, &m, 0) < 0
			  : sendto(s, buf, sizeof(buf), 0, (void *)&a, sizeof(a)) < 0)
			return 2;
		if (recv(s, buf, sizeof(buf), 0) != sizeof(buf))
			return 3;
	}
	printf("moved\n");
	return 0;
}
