/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/PID/map_files of guests: a link for each mapping of a file, named after its addresses. On
 * the host the same mappings lie elsewhere, and in fewer pieces. */
#ifndef TRAPGATE_SYSCALLS_PROC_MAPS_DIR_H
#define TRAPGATE_SYSCALLS_PROC_MAPS_DIR_H

#include "abi/types.h"

/* Set when the first such directory has been opened: until then nobody has to ask. */
extern bool proc_maps_dir_used;
/* To be told of descriptors that may be such directories. */
void proc_maps_dir_opened(int fd);

/* Whether a path's last component looks like the name of such a link. */
bool proc_maps_dir_name(const char *last);
/* If it is one, the path that leads there on the host; else NULL. */
const char *proc_maps_dir_path(int dfd, const char *path, const char *last);

/* getdents64(2) (wide) and getdents(2) to host memory; false: another directory. */
bool proc_maps_dir_read(int fd, bool wide, void *buf, u32 n, long *ret);

#endif
