/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* membarrier(2): what has to be registered for first, by this program or its parent. */
#include "guest.h"

/* Of linux/membarrier.h. */
enum {
	QUERY = 0,
	GLOBAL = 1,
	GLOBAL_EXPEDITED = 2,
	REGISTER_GLOBAL_EXPEDITED = 4,
	PRIVATE_EXPEDITED = 8,
	REGISTER_PRIVATE_EXPEDITED = 16,
	PRIVATE_EXPEDITED_SYNC_CORE = 32,
	REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 64,
	PRIVATE_EXPEDITED_RSEQ = 128,
	REGISTER_PRIVATE_EXPEDITED_RSEQ = 256,
	GET_REGISTRATIONS = 512,
};

static long barrier(int cmd, unsigned flags)
{
	return syscall(SYS_membarrier, cmd, flags, 0);
}

static void all(void)
{
	SHOW(barrier(PRIVATE_EXPEDITED, 0));
	SHOW(barrier(PRIVATE_EXPEDITED_SYNC_CORE, 0));
	SHOW(barrier(PRIVATE_EXPEDITED_RSEQ, 0));
	SHOW(barrier(PRIVATE_EXPEDITED_RSEQ, 1));
	SHOW(barrier(PRIVATE_EXPEDITED_RSEQ, 2));
	SHOW(barrier(PRIVATE_EXPEDITED, 1));
	SHOW(barrier(GLOBAL_EXPEDITED, 0));
	SHOW(barrier(GET_REGISTRATIONS, 0));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	all();
	if (argc > 1)
		return 0;
	SHOW(barrier(QUERY, 0));
	SHOW(barrier(GLOBAL, 0));
	SHOW(barrier(3, 0));
	SHOW(barrier(REGISTER_PRIVATE_EXPEDITED, 1));
	SHOW(barrier(REGISTER_PRIVATE_EXPEDITED, 0));
	all();
	SHOW(barrier(REGISTER_GLOBAL_EXPEDITED, 0));
	SHOW(barrier(REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0));
	SHOW(barrier(REGISTER_PRIVATE_EXPEDITED_RSEQ, 0));
	all();
	in_child("a child has it", all);
	execl("/proc/self/exe", argv[0], "again", NULL);
	return 1;
}
