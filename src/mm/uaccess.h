/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest memory as handlers reach it.
 *
 * Two styles. (1) Copying: copy_from_user() and friends return 0 or -EFAULT. (2) Passing through:
 * user_in(), user_out() and user_str() give a host pointer that can be handed to the host kernel
 * directly. They never fail: for memory that the guest could not access they give a pointer that
 * the host kernel will find just as bad, so that the host checks arguments in Linux's own order
 * and answers EFAULT (or a partial transfer) exactly where Linux would. NULL stays NULL. */
#ifndef TRAPGATE_MM_UACCESS_H
#define TRAPGATE_MM_UACCESS_H

#include <sys/uio.h>

#include "abi/types.h"

int copy_from_user(void *dst, guest_addr src, size_t n);
int copy_to_user(guest_addr dst, const void *src, size_t n);
int clear_user(guest_addr dst, size_t n);

/* access_process_vm() with FOLL_FORCE, for /proc/PID/mem: permissions do not count. Returns how
 * many bytes were moved. */
size_t mm_force_copy(guest_addr addr, void *buf, size_t n, bool write);

/* get_user(x, addr): reads sizeof(x) bytes into the variable x. 0 or -EFAULT. */
#define get_user(x, addr) copy_from_user(&(x), (addr), sizeof(x))
/* put_user(x, addr): writes the variable x, as far as it goes (copy_to_user()). 0 or -EFAULT. */
#define put_user(x, addr) copy_to_user((addr), &(x), sizeof(x))
/* The same, but nothing is written if not all of it can be, as Linux's put_user() of a number. */
#define put_user_whole(x, addr) copy_whole_to_user((addr), &(x), sizeof(x))
int copy_whole_to_user(guest_addr dst, const void *src, size_t n); /* n up to a page */

/* Copies a NUL-terminated string of at most n bytes with its NUL. Returns its length without the
 * NUL, n if there is no NUL within n bytes, or -EFAULT. */
long strncpy_from_user(char *dst, guest_addr src, size_t n);

/* Host pointers for the host kernel to read (user_in) or write (user_out, user_inout) n bytes.
 * Memory that is not contiguous in the arena is copied to scratch memory that lives until the end
 * of the system call and, for user_out, is written back then if the call succeeded. */
const void *user_in(guest_addr addr, size_t n);
void *user_out(guest_addr addr, size_t n);
void *user_inout(guest_addr addr, size_t n);
/* A NUL-terminated string for the host kernel. */
const char *user_str(guest_addr addr);

/* Scratch memory that lives until the end of the system call; NULL when n is absurd. */
void *user_scratch(size_t n);
/* All that the call was to write so far is written, whatever its result will be. */
void user_wrote(void);
/* For the dispatcher: ends a call. */
void user_end(long ret);

/* Splits n bytes at addr into host iovecs; bad parts point where the host faults. `write` is true
 * when the host will write there. Returns the number of entries; n is cut to MAX_RW_COUNT, and to
 * what max entries can hold. */
int user_range(guest_addr addr, u64 n, bool write, struct iovec *iov, int max);

/* The i-th entry of a guest iovec array: 0, -EFAULT or -EINVAL. */
long user_iovec_entry(enum abi abi, guest_addr uiov, u64 i, guest_addr *base, u64 *len);

/* Imports a guest iovec array (layout of abi) for the host: *out points to host entries in
 * scratch memory, the result is their number or -errno (EINVAL, EFAULT) as import_iovec(). */
long import_iovec(enum abi abi, guest_addr uiov, u64 count, bool write, struct iovec **out);

#endif
