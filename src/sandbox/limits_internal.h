/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_SANDBOX_LIMITS_INTERNAL_H
#define TRAPGATE_SANDBOX_LIMITS_INTERNAL_H

#include "sandbox/limits.h"

#define MAX_PROCESSES 16384

/* A process of the run. */
struct limit_slot {
	int pid; /* 0: free; -N: process N is about to make it */
	u32 threads;
	u64 cpu_ns; /* used when last looked at */
};

/* Shared by all processes of the run, the supervisor's too. */
struct limit_state {
	u32 events;  /* a futex: changes when the supervisor has something to look at */
	u32 hit;     /* bit for each limit that was exceeded or reached */
	u32 told;    /* ... and reported */
	bool ending; /* no new processes */
	bool refused, refused_told; /* memory that LIMIT_MEMORY does not give */
	bool memfds;		    /* somebody has made a file in memory */
	int supervisor, front;
	u64 cpu_gone; /* ns, of processes that are not in slots any more */
	u64 output, network;
	u32 used; /* slots that were ever taken */
	struct limit_slot slot[MAX_PROCESSES];
};

extern struct limit_state *limit_state;
extern struct limits limits;

static inline bool limit_given(enum limit_id id)
{
	return limits.set & (1u << id);
}

/* A limit was exceeded (those up to LIMIT_NETWORK) or has made a call fail. */
void limit_hit(enum limit_id id);
const char *limit_name(enum limit_id id);
/* "wall time 5 s" */
void limit_describe(enum limit_id id, char *out, size_t n);
/* Gives free what processes that are gone have left. */
void limit_sweep(void);
/* limits_count.c: what limit_count_start() needs and costs something; once. */
void limit_count_prepare(void);
/* Marks the calls that count. */
void limit_count_start(int (*read_user)(void *dst, guest_addr src, size_t n));
/* limits_memory.c: whether these processes have too much of it. */
bool limit_memory_exceeded(const int *pid, u32 n);
/* Before other processes are looked at: no directory counts. */
void limit_memory_renew(void);
/* supervise.c. */
void limit_supervise(void);
/* The supervisor names the limits that were hit on stderr. */
extern bool limit_tells;
/* Whether the wall time is over: what the supervisor does at length must end. */
bool limit_time_is_up(void);
/* Now, in ns; the wall time begins. */
u64 limit_clock(void);
void limit_start_clock(void);

#endif
