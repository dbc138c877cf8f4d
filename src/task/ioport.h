/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_TASK_IOPORT_H
#define TRAPGATE_TASK_IOPORT_H

/* Lets the CPU know which ports IN and OUT may use. */
void ioport_init(void);

#endif
