/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_SYSCALLS_PIDFD_H
#define TRAPGATE_SYSCALLS_PIDFD_H

/* The process that a pidfd is for; -1 when that cannot be told (it is gone, or fd is none). */
int pidfd_pid(int pidfd);

#endif
