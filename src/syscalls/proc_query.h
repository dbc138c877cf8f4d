/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_SYSCALLS_PROC_QUERY_H
#define TRAPGATE_SYSCALLS_PROC_QUERY_H

#include <sys/ioctl.h>

#include "abi/types.h"

#define PROCMAP_QUERY_SIZE 104
#define PROCMAP_QUERY_CMD  _IOC(_IOC_READ | _IOC_WRITE, 'f', 17, PROCMAP_QUERY_SIZE)
#define PAGEMAP_SCAN_CMD   _IOC(_IOC_READ | _IOC_WRITE, 'f', 16, 96)

/* PROCMAP_QUERY by a descriptor of a guest's maps; false: it is something else. */
bool proc_query(int fd, guest_addr arg, long *ret);

#endif
