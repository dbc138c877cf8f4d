/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_TASK_TLS_H
#define TRAPGATE_TASK_TLS_H

#include "abi/types.h"

/* The tls argument of clone: the FS base for 64-bit callers, a struct user_desc's address for
 * 32-bit ones. Returns 0 or -errno. */
long tls_set_for_clone(u64 tls);

#endif
