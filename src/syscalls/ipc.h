/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the System V objects have in common for 32-bit programs (ipc/util.c). */
#ifndef TRAPGATE_SYSCALLS_IPC_H
#define TRAPGATE_SYSCALLS_IPC_H

#include <linux/ipc.h>

#include "abi/compat.h"

/* Whether a command of ipc(2) has the layouts since Linux 2.4, as i386's semctl(), msgctl() and
 * shmctl() always have: IPC_64 or 0. */
#define ipc_parse_version(cmd) ((cmd)&IPC_64)

struct compat_ipc64_perm to_compat_ipc64_perm(const struct ipc64_perm *from);
struct compat_ipc_perm to_compat_ipc_perm(const struct ipc64_perm *from);
/* What IPC_SET takes of the structure at `from`, which begins with one of them. 0 or -EFAULT. */
long get_compat_ipc_perm(struct ipc64_perm *to, guest_addr from, int version);

/* SHMAT, SHMDT, SHMGET and SHMCTL of the 32-bit ipc(2); arguments as that call has them. */
long ipc_shm(u32 call, int first, int second, u32 third, u32 ptr);

#endif
