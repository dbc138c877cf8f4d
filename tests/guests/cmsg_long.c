/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A control message that says it is as long as can be. */
#include <stdio.h>
#include <sys/socket.h>

int main(void)
{
	struct cmsghdr c = {.cmsg_len = (size_t)-1, .cmsg_level = SOL_SOCKET};
	struct msghdr m = {.msg_control = &c, .msg_controllen = sizeof(c)};
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, sv) != 0)
		return 77;
	if (sendmsg(sv[0], &m, 0) >= 0)
		return 1;
	perror("sendmsg");
	return 0;
}
