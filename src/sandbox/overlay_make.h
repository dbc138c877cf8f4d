/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What overlay_mount() does in a mount namespace of its own. */
#ifndef TRAPGATE_SANDBOX_OVERLAY_MAKE_H
#define TRAPGATE_SANDBOX_OVERLAY_MAKE_H

#include <sys/types.h>

#include "sandbox/overlay.h"

struct overlay_maker {
	const struct overlay *o;
	bool as_user; /* in a user namespace, by the user with these ids */
	uid_t uid;
	gid_t gid;
	bool split;    /* not one mount but many, as there are others below o->lower */
	bool mounting; /* all directories are there */
	u32 works;     /* directories in o->work */
};

/* First, outside of it: makes the directories that have to lie in o->upper. Returns 0 or -errno. */
int overlay_prepare(struct overlay_maker *m);

/* Mounts it at o->at, and, read-only, what is mounted below o->lower. Returns 0 or -errno. */
int overlay_attach(struct overlay_maker *m);

#endif
