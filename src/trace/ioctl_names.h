/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of ioctl commands, sorted by number and name in each table. */
#ifndef TRAPGATE_TRACE_IOCTL_NAMES_H
#define TRAPGATE_TRACE_IOCTL_NAMES_H

#include "trace/internal.h"

struct ioctl_name {
	u32 cmd;
	const char *name;
};
/* Both ABIs', in three parts; then those of one. */
extern const struct ioctl_name ioctl_names_1[], ioctl_names_2[], ioctl_names_3[], ioctl_names_64[],
	ioctl_names_32[];
extern const u32 ioctl_names_1_n, ioctl_names_2_n, ioctl_names_3_n, ioctl_names_64_n,
	ioctl_names_32_n;

#endif
