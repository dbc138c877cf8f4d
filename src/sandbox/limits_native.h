/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_SANDBOX_LIMITS_NATIVE_H
#define TRAPGATE_SANDBOX_LIMITS_NATIVE_H

#include "sandbox/limits_internal.h"

/* All processes of the run, as far as a limit can matter. */
struct native_tree {
	int pid[MAX_PROCESSES];
	u32 n;
	u64 threads;
};
const struct native_tree *native_tree_read(void);

/* limits_native_ask.c: whoever makes a process or thread asks first. The filter that does so, in
 * the program's process: a descriptor of its notifications, or -1 where the host has none that
 * leave signals alone. */
int native_ask_start(void);
void native_ask_begin(void);
void native_ask_answer(int listener);
/* The limit because of which the answer was no, or LIMIT_COUNT. */
enum limit_id native_ask_reached(void);

/* limits_native_net.c: what went through a network namespace of the run's own. Its counters, in
 * the program's process: false where it has the caller's. */
#define NATIVE_NET_FILES 3
void native_net_begin(void);
bool native_net_open(int *fds);
void native_net_take(const int *fds);
u64 native_net_bytes(void);
void native_net_end(void);

#endif
