/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time spans in guest memory that a system call reads and may write back (the rest of a timeout):
 * struct timespec and struct timeval in each of the layouts that guests use. */
#ifndef TRAPGATE_MM_UTIME_H
#define TRAPGATE_MM_UTIME_H

#include "abi/types.h"

enum utime_form {
	UTIME_NATIVE,	/* 64-bit guest: two 64-bit words */
	UTIME_OLD32,	/* struct old_timespec32, old_timeval32: two 32-bit words */
	UTIME_COMPAT64, /* __kernel_timespec of a 32-bit guest: upper half of nsec is padding */
};

/* struct timespec or struct timeval of the host: seconds and a fraction. */
struct utime {
	s64 sec, frac;
};

struct utimeout {
	guest_addr uaddr;
	enum utime_form form;
	struct utime t;	     /* for the host to read and to write */
	struct utime before; /* as the guest gave it */
};

/* Bytes of a time span in guest memory. */
size_t utime_size(enum utime_form form);

/* Read or write one time span. 0 or -EFAULT. */
int utime_get(struct utime *t, guest_addr uaddr, enum utime_form form);
int utime_put(guest_addr uaddr, const struct utime *t, enum utime_form form);

/* Reads a timeout. *host is what to give to the host kernel: NULL for a NULL uaddr.
 * 0 or -EFAULT. */
int utimeout_get(struct utimeout *to, guest_addr uaddr, enum utime_form form, struct utime **host);

/* Writes the rest of the timeout back if the host kernel changed it. 0 or -EFAULT. */
int utimeout_put(const struct utimeout *to);

/* The form of struct timespec for the entry points that both ABIs share (sys_ppoll,
 * sys_timerfd_settime, ...). */
static inline enum utime_form utime_shared_form(enum abi abi)
{
	return abi == ABI_32 ? UTIME_COMPAT64 : UTIME_NATIVE;
}

#endif
