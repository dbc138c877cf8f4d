/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_SANDBOX_LIMITS_INTERNAL_H
#define TRAPGATE_SANDBOX_LIMITS_INTERNAL_H

#include <sys/stat.h>

#include "sandbox/limits.h"

#define MAX_PROCESSES 16384

/* A process of the run. */
struct limit_slot {
	int pid; /* 0: free; -N: process N is about to make it */
	u32 threads;
	u32 sends;  /* descriptors that it is sending */
	u64 cpu_ns; /* used when last looked at */
};

#define MAX_SENT 512

/* A file in memory, pipe or socket that was sent through a socket. */
struct limit_sent {
	u64 number; /* of limit_flight.begun; up to limit_flight.forgotten: the entry is free */
	u64 inode, size;
};

struct limit_flight {
	u64 begun;     /* descriptors that were sent, or are being sent */
	u64 forgotten; /* of these, those that have arrived */
	u64 sockets;   /* the last one that was an AF_UNIX socket */
	struct limit_sent sent[MAX_SENT];
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
	u64 xattrs; /* bytes of extended attributes that were set in memory */
	struct limit_flight flight;
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
/* A number for the file, of all file systems. */
u64 limit_inode(const struct stat *st);
/* Whether a file takes memory, not disk, and has come from the run: one without a name, or in a
 * directory that counts. */
bool limit_file_in_memory(int fd, const struct stat *st);
/* What such a file may come to, or what waits in a pipe or socket. */
u64 limit_held(int fd, const struct stat *st);
/* Whether a directory in memory counts. */
bool limit_names_in_memory(void);
/* limits_flight.c: the file may have become larger. */
void limit_flight_grown(int fd);
/* The supervisor's look: whether anything may be on its way; each open socket; how much it is. */
bool limit_flight_begin(void);
void limit_flight_socket(int pid, const char *fd);
u64 limit_flight_bytes(bool (*is_open)(u64 inode));
/* limits.c: this process sends so many descriptors more. */
void limit_slot_sends(int n);
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
