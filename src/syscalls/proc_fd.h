/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors of files of /proc that are about a guest. The descriptor is one of the host's file,
 * so that it has its name, inode, mode and position, for everybody that it is passed on to; what is
 * read from it is put together for the guest at that time, as by the kernel. (Such files can only
 * be read: the kernel refuses sendfile, splice and asynchronous reads of them.) In the sandbox
 * guests get no such descriptor but copies (syscalls/procfs.h). */
#ifndef TRAPGATE_SYSCALLS_PROC_FD_H
#define TRAPGATE_SYSCALLS_PROC_FD_H

#include "abi/types.h"

/* How many descriptors may be of such files: while it is 0 nobody has to ask which. */
extern u32 proc_fds;
bool proc_fd_may_be(int fd);

/* To be told of every descriptor that the guest gets from another process, and for a path: then the
 * result, fd or -errno, is what open(2) returns. */
void proc_fd_received(long fd);
long proc_fd_opened(long fd);
/* Of one that is such a file without being asked. */
void proc_fd_mark(int fd);
/* Of a copy of another one, and of the end of one. */
void proc_fd_copied(int fd, int from);
void proc_fd_closed(int fd);

/* read(2) and write(2), pos < 0, and pread(2) and pwrite(2). False when fd is another kind of file:
 * then the host does it. */
bool proc_fd_io(int fd, guest_addr buf, u64 count, s64 pos, bool write, long *ret);

/* The same for a vector. */
bool proc_fd_iov(int fd, guest_addr vec, u64 n, s64 pos, bool write, long *ret);

#endif
