/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of AF_UNIX sockets. In a sandbox and in an emulated network abstract names are the run's
 * own; in a sandbox paths are looked up inside. Other families, and all names of other runs, are
 * left alone. */
#ifndef TRAPGATE_NET_UNIX_NAME_H
#define TRAPGATE_NET_UNIX_NAME_H

#include "sandbox/sandbox.h"

/* To be called before the first guest instruction of a run whose names are to be translated. */
void unix_name_init(void);
extern bool unix_names; /* it has been */

/* The address for the host, for a call on socket fd, in the place of addr, a host pointer that may
 * be bad; *len changes with it. `made` is true for bind(2). The result lives until the end of the
 * call.
 */
const void *unix_name_in(int fd, const void *addr, int *len, bool made);

/* After bind(2) with such an address, with its result: returns what is the guest's. */
long unix_name_made(long ret);

/* What the host has written, *len bytes (or as much of them as fit) at addr with room for `room`,
 * in the guest's words. */
void unix_name_out(void *addr, u32 room, u32 *len);

#endif
