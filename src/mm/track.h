/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pages of private memory are written: for giving a vfork child's writes back. */
#ifndef TRAPGATE_MM_TRACK_H
#define TRAPGATE_MM_TRACK_H

#include "abi/types.h"

/* From now on remembers the content that pages have before their first write. */
void track_start(void);
void track_stop(void);
extern bool track_on;
/* A page of guest memory is about to be written. */
void track_page(guest_addr page, const u8 *content);
/* True when the page has been noted, so that the CPU may write to it freely. */
bool track_seen(guest_addr page);
/* Writes all differences to fd as {address, length, bytes}; read back by track_receive(). */
void track_send(int fd);
/* Applies what arrives on fd until its end. */
void track_receive(int fd);

#endif
