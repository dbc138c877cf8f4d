/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Restartable sequences (rseq(2)), after kernel/rseq.c. What the host kernel tells trapgate's own
 * thread of its CPU is passed on to the guest's struct rseq; critical sections are aborted where
 * another thread has had the engine, by signals and by a change of the CPU. See docs/threads.md. */
#ifndef TRAPGATE_TASK_RSEQ_H
#define TRAPGATE_TASK_RSEQ_H

#include <stddef.h>

#include "task/task.h"

/* The first bytes of Linux's struct rseq: all that there was at first, and what came later. */
struct rseq_area {
	u32 cpu_id_start, cpu_id;
	u64 rseq_cs;
	u32 flags;
	u32 node_id, mm_cid;
	u32 end;
};
#define RSEQ_ORIG_SIZE 32u

/* Where the host kernel keeps the running thread's struct rseq up to date, from the thread pointer;
 * of an unregistered one if the host has no rseq. */
extern ptrdiff_t rseq_host_offset;

static inline volatile struct rseq_area *rseq_host_area(void)
{
	char *self;

	__asm__("movq %%fs:0, %0" : "=r"(self));
	return (void *)(self + rseq_host_offset);
}

/* Whether the kernel has moved this thread to another CPU since the guest was told. For every
 * task, so that it is one comparison. */
static inline bool rseq_moved(void)
{
	return current->rseq_cpu != rseq_host_area()->cpu_id;
}

void rseq_init(void);
/* In a new host thread. */
void rseq_thread_starts(void);
/* AT_RSEQ_FEATURE_SIZE and AT_RSEQ_ALIGN as the host's kernel has them, or 0. */
u64 rseq_feature_size(void);
u64 rseq_align(void);

/* Before guest code runs, with the registers in the engine: aborts a critical section where
 * there is reason to, tells the guest of its CPU. True: that killed; SIGSEGV is pending. */
bool rseq_resume(void);
/* The same where a handler for `sig` is about to get *regs. */
void rseq_signal(struct pt_regs *regs, int sig);

#endif
