/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rtnetlink(7) says about a network that has nothing but lo. */
#ifndef TRAPGATE_NET_EMULATE_RTNL_H
#define TRAPGATE_NET_EMULATE_RTNL_H

#include <stddef.h>

#include "abi/types.h"

/* Who asks, and by which socket. */
struct emu_nl_guest {
	u32 ino, portid;
	bool cap_ack; /* NETLINK_CAP_ACK: errors do not repeat the request */
};

/* Goes through the requests in data. Each datagram of the answers is passed to `answer`, with the
 * guest. */
void emu_rtnl(const u8 *data, size_t size, struct emu_nl_guest *guest,
	      void (*answer)(const void *data, size_t size, void *guest));

#endif
