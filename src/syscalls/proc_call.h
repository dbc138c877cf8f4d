/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_SYSCALLS_PROC_CALL_H
#define TRAPGATE_SYSCALLS_PROC_CALL_H

#include <stdio.h>

#include "syscalls/proc_view.h"

/* Writes /proc/PID/syscall of a task of a guest; host_file is the host's, or NULL. */
void proc_put_syscall(FILE *out, struct proc_view *v, pid_t tid, FILE *host_file);

#endif
