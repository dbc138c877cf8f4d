/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest may do: the options of a sandbox, and the way in. docs/sandbox.md describes it. */
#ifndef TRAPGATE_SANDBOX_SANDBOX_H
#define TRAPGATE_SANDBOX_SANDBOX_H

#include "abi/types.h"

struct sandbox_bind {
	const char *src; /* host path */
	const char *dst; /* guest path, absolute */
	bool ro;
};

#define SANDBOX_MAX_BINDS 48
#define SANDBOX_MAX_TMPFS 16

struct sandbox_options {
	bool enabled;	  /* --sandbox, or implied by one of the others */
	const char *root; /* --root DIR, or NULL: the default root */
	bool ro;	  /* --ro: nothing of the root can be written */
	bool overlay;	  /* --overlay: writes below the root go to a scratch directory... */
	const char *keep; /* --keep DIR: ... which is this one, and stays */
	const char
		*scratch; /* host directory for scratch files, which the caller removes; or NULL */
	const char *work_dir; /* guest path to start in, or NULL: the default */
	struct sandbox_bind bind[SANDBOX_MAX_BINDS];
	u32 nr_binds;
	const char *tmpfs[SANDBOX_MAX_TMPFS]; /* guest paths */
	u32 nr_tmpfs;
};

/* A sandbox is active in this process. */
extern bool sandbox_on;

/* Builds what the options describe and makes it this process's and its children's world: from here
 * on guest paths are looked up inside. Descriptors above 2 that are not trapgate's own are closed.
 * name is the program as the user wrote it: without a slash it is searched in the guest's PATH;
 * the default root shows a program of the host where it lies. Returns its guest path, in static
 * storage or name itself. Ends the process with a message when something is missing. */
const char *sandbox_enter(const struct sandbox_options *opt, const char *name);

/* For a process that forks others, each of which enters a sandbox of these options (there perhaps
 * with more binds behind those of here): all that they can have in common is made once. */
void sandbox_prepare(const struct sandbox_options *opt);
bool sandbox_prepared(void);
/* Whether one of those processes could have written in it: then it must not be used again. */
bool sandbox_used(void);
/* Takes it back, but for the directory `scratch`, which the caller removes. */
void sandbox_discard(void);

#endif
