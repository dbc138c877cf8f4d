/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program and all processes that come from it may use up: --limit NAME=VALUE. Counters lie
 * in a page that they share; a supervisor, a process of trapgate's own outside of their reach,
 * watches the time and the memory and ends all of them when a limit is exceeded. docs/policy.md. */
#ifndef TRAPGATE_SANDBOX_LIMITS_H
#define TRAPGATE_SANDBOX_LIMITS_H

#include "abi/syscall.h"
#include "abi/types.h"

enum limit_id {
	LIMIT_WALL,	 /* ns; exceeding this ends the run, as the next four do */
	LIMIT_CPU,	 /* ns of all processes */
	LIMIT_MEMORY,	 /* bytes of all processes; and of private data of each: ENOMEM */
	LIMIT_OUTPUT,	 /* bytes written to files, terminals, stdout and stderr */
	LIMIT_NETWORK,	 /* bytes through sockets that are not AF_UNIX, either way */
	LIMIT_PROCESSES, /* at a time; fork fails with EAGAIN */
	LIMIT_THREADS,	 /* at a time, of all processes; clone fails with EAGAIN */
	LIMIT_FILES,	 /* open descriptors of a process: EMFILE */
	LIMIT_FILE_SIZE, /* bytes: SIGXFSZ, EFBIG */
	LIMIT_COUNT
};

/* The status of a run that a limit ended. */
#define LIMIT_STATUS 124

struct limits {
	u32 set; /* bit for each limit that is given */
	u64 value[LIMIT_COUNT];
};

/* Takes NAME=VALUE. Returns NULL, or what is wrong with it, in static storage. */
const char *limits_parse(struct limits *l, const char *text);

/* Starts the supervisor. Returns in a new process, which is to become the program; the calling
 * process waits for that one and ends like it. read_user reads guest memory: 0 or -EFAULT. */
void limits_start(const struct limits *l, int (*read_user)(void *dst, guest_addr src, size_t n));

/* For a caller that looks after the program itself, as a test runner does: no supervisor is
 * started, and so LIMIT_WALL, LIMIT_CPU and LIMIT_MEMORY (of the whole) are not watched.
 * limits_share() makes counters for one run at a time, limits_renew() prepares them for the next;
 * limits_enter() puts the limits into force in the program's process, a child of the caller. */
struct limit_state;
struct limit_state *limits_share(void);
void limits_renew(struct limit_state *s);
void limits_enter(struct limit_state *s, const struct limits *l,
		  int (*read_user)(void *dst, guest_addr src, size_t n));
/* From now on no process of the run makes another. */
void limits_forbid_forks(struct limit_state *s);
/* The same with a supervisor of its own, which watches them all, as limits_start() does, but leaves
 * it to the caller to tell of limits that were hit. */
void limits_enter_supervised(struct limit_state *s, const struct limits *l,
			     int (*read_user)(void *dst, guest_addr src, size_t n));
/* Before the supervisor is started: what is put below this directory, where it lies in memory,
 * counts as memory. The path is kept. */
void limits_count_dir(const char *path);
/* A program that runs natively, which its parent, the reaper of all that comes from it, looks
 * after. Before it is forked: its directory, and whether the first process is to be a tracer of it,
 * which does not count. */
void limits_native_begin(const struct limits *l, const char *dir, bool traced);
/* In its process: what the host can enforce in each process. asks: the parent is asked before
 * processes and threads are made, so that this fails at the limit (Linux 5.19); else, what exceeds
 * it is ended. */
void limits_native_enter(bool asks);
/* In the parent. When the descriptor (-1: none) can be read or was hung up, there is an event. */
void limits_native_forked(int pid);
int limits_native_fd(void);
void limits_native_event(bool readable);
/* What they exceed, or NULL; describes it. output: the bytes of what the parent has read. Looks now
 * and then only, but for the last time. */
const char *limits_native_look(u64 output, bool last, char *out, size_t n);
/* Describes the limit that made calls fail, if there was one. */
void limits_native_end(char *out, size_t n);
/* The parent of the last run was asked, if by nobody who makes a process. */
bool limits_native_asked(void);
/* The name of a limit that was reached, of those that end a run or of the others, or NULL;
 * describes it. */
const char *limits_reached(const struct limit_state *s, const struct limits *l, bool ends,
			   char *out, size_t n);

/* Limits are in force in this process. */
extern bool limits_on;

/* Before a process is made: false: there are enough. Afterwards with its id, or what clone(2)
 * returned. In the new process: takes the place that its parent has reserved. */
bool limits_may_fork(void);
void limits_forked(long pid);
void limits_fork_child(void);
/* The same for threads of this process. */
bool limits_may_clone_thread(void);
void limits_thread_ended(void);
/* Before a descriptor is sent through a socket; after the call. Limits are on. */
void limits_sending(int fd);
void limits_sent(void);
/* Before the process ends: what it has used counts. */
void limits_exit(void);

/* Whether a process is the supervisor or waits for it: not for the guest to signal. */
bool limits_is_own(int pid);
/* kill(-1, sig): all processes of the run but the caller. */
long limits_kill_all(int sig);
/* The most that a resource's limit (RLIMIT_*) may be raised to. */
u64 limits_rlimit_cap(u32 resource);

/* Memory was refused because of a limit of this many bytes (RLIMIT_DATA). */
void limits_data_refused(u64 limit);
/* A byte of a huge page that waits in a pipe keeps the whole page, which no process's memory shows.
 */
bool limits_no_huge_pages(void);
/* Bounds the System V objects of a new IPC namespace, which no process's memory shows. */
void limits_bound_ipc(void);

/* After a call for which GUARD_COUNT is set: its result counts. */
void limits_count(enum abi abi, u32 nr, const u64 *args, long ret);

#endif
