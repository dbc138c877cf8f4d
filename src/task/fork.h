/* SPDX-License-Identifier: GPL-2.0-or-later */
/* New processes. A guest process is a host process: the engine, warm translations and all, is
 * copied by the host's fork.
 *
 * vfork: the child runs in a copy of the memory while the parent waits; when the child execs or
 * exits, what it has mapped and unmapped is done again in the parent, and the pages that it wrote
 * go back to it, byte by byte where they differ. As nobody else runs in that address space
 * meanwhile, the guest cannot tell that from sharing, but for one thing: of shared memory without a
 * name that the child has mapped the parent gets a copy, of 4 MiB at most. A child that shares
 * descriptors or signal handlers, too, or whose thread id is to be written shares the memory
 * itself. */
#ifndef TRAPGATE_TASK_FORK_H
#define TRAPGATE_TASK_FORK_H

#include "abi/types.h"

struct fork_args {
	u64 flags;	  /* clone's, with the exit signal in the low byte */
	guest_addr stack; /* child's stack pointer or 0 */
	guest_addr parent_tid, child_tid, pidfd;
	u64 tls;
	/* What clone3 has beyond clone: the host's clone3 is called when clone3_size is not 0. */
	u32 clone3_size;
	long set_tid; /* host address */
	u64 set_tid_size, cgroup;
};

/* Returns the child's pid in the parent, 0 in the child, or -errno. current->regs are the child's.
 */
long fork_task(const struct fork_args *args);

/* The child of vfork execs or exits: lets the parent go on. */
void vfork_release(void);

#endif
