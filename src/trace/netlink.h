/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Netlink messages: the parts that the families' decoders share. */
#ifndef TRAPGATE_TRACE_NETLINK_H
#define TRAPGATE_TRACE_NETLINK_H

#include "trace/value.h"

/* Bytes that a netlink socket sends or receives. */
void put_netlink(struct tline *t, s32 fd, guest_addr a, u64 len);
/* Whether fd is one. */
bool is_netlink(s32 fd);

/* A payload that begins with a struct, whose first field (the family) is read already, and has
 * attributes behind it. */
struct message {
	const struct record *head;
	const struct attrs *attrs;
	/* fills value_ctx from the struct */
	void (*note)(const u8 *head);
};
void put_message(struct tline *t, const struct message *m, guest_addr a, u64 len);
/* {family=, data=} */
void put_family(struct tline *t, u8 family, guest_addr a, u64 len);

/* netlink_route.c, netlink_diag.c: payloads by the type of the message; false: bytes */
bool put_route_payload(struct tline *t, u32 type, guest_addr a, u64 len);
bool put_diag_payload(struct tline *t, u32 type, u32 flags, guest_addr a, u64 len);
bool put_crypto_payload(struct tline *t, u32 type, guest_addr a, u64 len);

/* netlink_link.c */
extern const struct message msg_ifinfo, msg_ifstats;

#endif
