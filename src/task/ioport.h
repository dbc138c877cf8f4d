/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_TASK_IOPORT_H
#define TRAPGATE_TASK_IOPORT_H

/* Lets the CPU know which ports IN and OUT may use. */
void ioport_init(void);

struct task;
/* A new thread starts with the running one's ports; a thread ends. */
void ioport_share(struct task *child);
void ioport_drop(struct task *t);

#endif
