/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Second mounts of the sandbox's directories, attached nowhere, on which the host follows no
 * symbolic links (MOUNT_ATTR_NOSYMFOLLOW): below them every call that takes a path is as confined
 * as openat2(2) with RESOLVE_NO_SYMLINKS, and needs no descriptor first. Linux 5.14 and later, for
 * those who may mount, be it in a user namespace of a helper's own. */
#ifndef TRAPGATE_SANDBOX_NOLINKS_H
#define TRAPGATE_SANDBOX_NOLINKS_H

#include "abi/types.h"

struct nolinks {
	const char *host; /* a directory, by its real path */
	int same;	  /* a descriptor of it */
	bool ro;	  /* EROFS for what writes */
	int fd;		  /* out: O_PATH, the caller's to close; -1 where it cannot be had */
	bool whole;	  /* out: nothing lies above it in its mount: it is its own ".." */
};

/* Whether the host has such mounts is found out at the first call. */
void nolinks_open(struct nolinks *list, u32 n);

/* Makes such a mount of a directory, with what is mounted below it. Returns its descriptor or
 * -errno. For those who may mount. */
long nolinks_make(const char *dir, bool ro);

/* Below the directory `inner` several will be wanted: one mount serves them all, and the next ones
 * too if it can be that of `outer`, the directory in which inner lies. */
void nolinks_expect(const char *outer, const char *inner);
/* Nothing more is wanted there. */
void nolinks_end_expected(void);

/* For a process that does nothing but live longer: moves the mounts' descriptors to the numbers
 * from `first` on; returns the next number. */
int nolinks_gather(int first);

/* Keeps the mounts only as long as the descriptors that nolinks_open() has given. To be called
 * where a process that lives longer has a copy, as the host takes milliseconds to take a mount
 * down. */
void nolinks_forget(void);

#endif
