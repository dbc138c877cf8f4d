/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/exec_mmap.h"

#include "cpu/cpu.h"
#include "host/image.h"
#include "mm/mm.h"
#include "task/robust.h"
#include "task/rseq.h"
#include "task/signal.h"
#include "task/thread.h"

/* The host's execve(2) has left of this thread what it leaves of any. */
static void renew(void)
{
	static int ended; /* nobody waits for it */

	host(SYS_set_tid_address, HP(&ended));
	thread_forked();
	robust_renew();
	rseq_thread_starts();
	mm_renew();
	cpu_forget_code();
	signal_mirror_all();
}

int exec_mmap(const int *fds, size_t n)
{
	long image;

	if (!thread_shares_memory())
		return 0;
	signal_thread_ends(); /* also: blocks all */
	image = image_save();
	if (image > 0) {
		thread_leave_memory();
		image_exec((int)image, fds, n);
	}
	if (image == 0)
		renew();
	signal_set_blocked(current->blocked);
	return (int)image;
}
