/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pages of private memory are written, and what is mapped and unmapped: for giving a vfork
 * child's changes back. */
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
/* A call has changed the address space, after its success. */
enum track_call {
	TRACK_MMAP,
	TRACK_MUNMAP,
	TRACK_MPROTECT,
	TRACK_BRK,
	TRACK_MREMAP,
	TRACK_MADVISE,
	TRACK_MLOCK,
	TRACK_MUNLOCK,
	TRACK_MLOCKALL,
	TRACK_MUNLOCKALL,
	TRACK_MSEAL,
	TRACK_SHMAT,
	TRACK_SHMDT
};
struct track_change {
	u64 call;	       /* enum track_call */
	guest_addr addr;       /* TRACK_MREMAP: the old one */
	u64 len;	       /* TRACK_MREMAP: the old one */
	u64 prot, flags;       /* TRACK_MADVISE: prot is the advice; TRACK_SHMAT: the segment */
	u64 new_addr, new_len; /* TRACK_MREMAP */
	u64 off;	       /* TRACK_MMAP, with fd, of which track_change() makes its own */
	long fd;
};
void track_change(const struct track_change *c);
/* Writes all changes to fd, a socket, and then all differences as {address, length, bytes}; read
 * back by track_receive(). */
void track_send(int fd);
/* Applies what arrives on fd until its end. */
void track_receive(int fd);

#endif
