/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory whose changes go elsewhere, by the host's overlay file system: Linux 5.14 and later,
 * for those who may mount, be it in a user namespace. Nothing is copied before it is changed. */
#ifndef TRAPGATE_SANDBOX_OVERLAY_H
#define TRAPGATE_SANDBOX_OVERLAY_H

#include "abi/types.h"

struct overlay {
	const char *lower; /* what is shown: a real path, as the others */
	const char *upper; /* changes go here... */
	const char *work;  /* ... by way of this, an empty directory of the same mount */
	const char *at; /* an empty directory: the host's paths of the files begin with its path */
	int fd;		/* out: the directory, O_PATH */
	int plain;	/* out: the same where no links are followed (src/sandbox/nolinks.h) */
};

/* Returns 0 or -errno. The mount lasts as long as there are processes forked from this one. */
int overlay_mount(struct overlay *o);

/* This process no longer needs any. */
void overlay_forget(void);

/* As nolinks_gather(). */
int overlay_gather(int first);

#endif
