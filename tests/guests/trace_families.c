/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends a message, which asks for nothing, to each number that a family of generic netlink may
 * have: a trace shows the names of those that the kernel has. */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "guest.h"

int main(void)
{
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);

	if (bind(fd, (struct sockaddr *)&nl, sizeof(nl)))
		return 1;
	for (int id = GENL_MIN_ID; id < GENL_MIN_ID + 80; id++) {
		struct nlmsghdr h = {.nlmsg_len = sizeof(h), .nlmsg_type = (unsigned short)id};

		SHOW(sendto(fd, &h, sizeof(h), 0, (struct sockaddr *)&nl, sizeof(nl)));
	}
	return 0;
}
