/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs jobs on several workers at once. */
#ifndef TRAPGATE_TEST_POOL_H
#define TRAPGATE_TEST_POOL_H

#include "test/worker.h"

struct pool_options {
	u32 workers;
	bool fail_fast; /* begin no more after a failure, and end what runs */
	void *arg;	/* of the callbacks */
	/* Job number `job` begins in worker `slot`; its result is there, and is the callee's. */
	void (*started)(void *arg, u32 slot, size_t job);
	void (*finished)(void *arg, u32 slot, size_t job, struct result *r);
	void (*tick)(void *arg); /* five times a second */
};

/* Runs all jobs. Returns 0, or the signal that asked it to stop (SIGINT, SIGTERM, SIGHUP): then,
 * and with fail_fast, jobs are left that have not begun or not finished. */
int pool_run(const struct jobs *jobs, const struct worker_options *worker,
	     const struct pool_options *opt);

#endif
