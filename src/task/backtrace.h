/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_TASK_BACKTRACE_H
#define TRAPGATE_TASK_BACKTRACE_H

#include "trace/trace.h"

/* trace_options.backtrace: walks the stack of the task that is in a call, from `ip` on, by the
 * tables in .eh_frame, and calls frame() for each function. */
void backtrace_walk(guest_addr ip, bool compat, trace_frame_fn frame, void *arg);

#endif
