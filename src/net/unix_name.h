/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of AF_UNIX sockets in a sandbox: paths are looked up inside, abstract names are the run's
 * own. Other families, and everything outside of sandboxes, are left alone. */
#ifndef TRAPGATE_NET_UNIX_NAME_H
#define TRAPGATE_NET_UNIX_NAME_H

#include "sandbox/sandbox.h"

/* To be called once, before a sandbox's first guest instruction. */
void unix_name_init(void);

/* The address for the host, for a call on socket fd, in the place of addr, a host pointer that may
 * be bad; *len changes with it. `made` is true for bind(2). The result lives until the end of the
 * call.
 */
const void *unix_name_in(int fd, const void *addr, int *len, bool made);

/* What the host has written, *len bytes (or as much of them as fit) at addr with room for `room`,
 * in the guest's words. */
void unix_name_out(void *addr, u32 room, u32 *len);

#endif
