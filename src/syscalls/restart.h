/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a call that a signal has interrupted goes on where no handler of the guest's runs: a tracer
 * takes the signal away, the guest ignores it. */
#ifndef TRAPGATE_SYSCALLS_RESTART_H
#define TRAPGATE_SYSCALLS_RESTART_H

#include <errno.h>
#include <time.h>

#include <sys/personality.h>

#include "mm/utime.h"
#include "syscalls/personality.h"
#include "task/task.h"

/* As it is: the result of a call that the host, which has seen a handler, ended with EINTR. */
static inline long restart_nohand(long ret)
{
	return ret == -EINTR ? -ERESTARTNOHAND : ret;
}

/* A call that has left what remains of its timeout in guest memory, to begin again with. As in
 * Linux, a timeout that cannot be written does not change the result. */
static inline long poll_select_finish(const struct utimeout *to, long ret)
{
	bool sticky = to->uaddr && (guest_personality & STICKY_TIMEOUTS);

	return sticky || utimeout_put(to) ? ret : restart_nohand(ret);
}

/* By restart_syscall(2), with what is left of its time. */
static inline long restart_block(const struct restart_block *block)
{
	current->restart_block = *block;
	return -ERESTART_RESTARTBLOCK;
}

static inline struct timespec restart_clock(int clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now;
}

static inline struct timespec timespec_add(struct timespec a, struct timespec b)
{
	struct timespec sum = {a.tv_sec + b.tv_sec, a.tv_nsec + b.tv_nsec};

	if (sum.tv_nsec >= 1000000000) {
		sum.tv_sec++;
		sum.tv_nsec -= 1000000000;
	}
	return sum;
}

/* What is left until `end`; nothing if that has passed. */
static inline struct timespec timespec_until(int clock, struct timespec end)
{
	struct timespec now = restart_clock(clock), left;

	left = (struct timespec){end.tv_sec - now.tv_sec, end.tv_nsec - now.tv_nsec};
	if (left.tv_nsec < 0) {
		left.tv_sec--;
		left.tv_nsec += 1000000000;
	}
	return left.tv_sec < 0 ? (struct timespec){0, 0} : left;
}

#endif
