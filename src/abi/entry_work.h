/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makes a system call take the slow path into the kernel: one word to look at, as the kernel's
 * SYSCALL_WORK_ENTER flags are. */
#ifndef TRAPGATE_ABI_ENTRY_WORK_H
#define TRAPGATE_ABI_ENTRY_WORK_H

#include "abi/types.h"

union entry_work {
	struct {
		bool trace;    /* calls are traced */
		bool seccomp;  /* some task of this process has a seccomp mode */
		bool dispatch; /* ... or system call user dispatch */
		bool guard;    /* the sandbox has a say (sandbox/guard.h) */
		bool ptrace;   /* some task of this process is traced by a guest */
		bool code;     /* has run code of memory that others share (mm/shared_code.c) */
	};
	u64 any;
};
extern union entry_work entry_work;
#define ENTRY_WORK_GUARD (1u << 24) /* .any where .guard alone is set */

#endif
