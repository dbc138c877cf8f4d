/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_SYSCALLS_SHM_H
#define TRAPGATE_SYSCALLS_SHM_H

#include "abi/types.h"

/* SHMAT, SHMDT, SHMGET and SHMCTL of the 32-bit ipc(2); arguments as that call has them. */
long ipc_shm(u32 call, int first, int second, u32 third, u32 ptr);

#endif
