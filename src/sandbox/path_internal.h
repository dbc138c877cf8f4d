/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by path.c, path_quick.c and path_plain.c. */
#ifndef TRAPGATE_SANDBOX_PATH_INTERNAL_H
#define TRAPGATE_SANDBOX_PATH_INTERNAL_H

#include <limits.h>

#include "sandbox/path.h"

struct walk {
	char path[GUEST_PATH_MAX]; /* canonical */
	char rest[2 * PATH_MAX];
	bool missing; /* the last component is not there */
	bool slash;   /* the path ended in a slash, "." or "..": a directory is meant */
	bool dot;     /* in "." or "..": one that can be searched (for path_place() alone) */
	bool ups;     /* the path has ".." that are not behind names (of path_join_ups()) */
	bool is_dir;
	const char *dots; /* what the path ended in if that is no name: "/.", "/..", or "/" */
	int fd;		  /* O_PATH of what it is, or -1 */
	bool exact;	  /* not a path, but what descriptor exact_fd of exact_pid is */
	int exact_pid, exact_fd;
	bool exact_exe; /* it is trapgate's, for the program that the process runs */
	int rights;	/* O_RDONLY, O_WRONLY, O_RDWR, or OBJECT_NO_RIGHTS */
};

/* Where the walk begins: 0 or -errno. */
int path_start(struct walk *w, int dfd, const char *path);
/* ... in a directory whose guest path is known. */
void path_start_in(struct walk *w, const char *dir, const char *path);
/* Whether w's path is a link of /proc that leads to what a descriptor is, and to which. */
bool path_exact(struct walk *w);
/* Opens a canonical path as it is (O_PATH). */
long path_look(const char *path);
#define HIGH_FD 512 /* out of the way of what a call makes */
/* Keeps fd until the end of the call, out of the way if the call makes a new one. */
long path_keep_fd(long fd, u32 flags);
/* The name of a terminal in /dev/pts; NULL when path is none. */
const char *path_pts_name(const char *path);

/* The root that chroot(2) has set: whether path is it, and going there. */
bool path_is_root(const char *path);
void path_to_root(char *path);

/* path_quick.c: appends w->rest, a path that has no ".." in it, as it is written; false if it has,
 * or is too long. */
bool path_join(struct walk *w);
/* The same where some ".." are allowed, and stay. */
enum path_ups {
	NO_UPS,
	UPS_BEHIND_NAMES, /* NAME/.. does not lead above where it begins, whatever others rename
			     meanwhile */
	ANY_UPS,	  /* all; but no name behind one may lead to a mount, wherever it is */
};
bool path_join_ups(struct walk *w, enum path_ups ups);
/* Whether what has this name is to be asked for by its whole path: a mount, or terminals. */
bool path_has_place(const char *name, size_t n);

/* path_plain.c: where a path lies, links being undone or left to the host to complain of; false
 * where another way has to be taken. */
struct path_place {
	const struct mount *m;
	int plain, fd;	 /* of m, or of a directory in it */
	const char *rel; /* below that; in *w */
};
bool path_place(struct walk *w, int dfd, const char *path, u32 flags, bool undo,
		struct path_place *out);
/* Whether the host may have called a directory so that has been removed: it has no name any more,
 * but a "..". */
bool path_may_be_removed(const char *path);
/* The same for openat2(2), below a directory that the sandbox has opened, wherever that is. */
bool path_place_at(struct walk *w, int dfd, const char *path, struct path_place *out);
/* Whether descriptor fd is known to be that of a file that the guest may change, or of a directory
 * that has a guest path. For a process without threads. */
bool path_fd_changeable(int fd);
/* Whether nobody else can put something else under a descriptor's number meanwhile. */
bool path_fds_alone(void);
void path_learn_changeable(int fd);
/* Which directory mount fd (or AT_FDCWD) has been opened in; NULL if that is not known. For a
 * process without threads. */
const struct mount *path_opened_in(int fd);
void path_learn_opened(int fd, const struct mount *m);
void path_learn_cwd(int fd);
void path_forget_fd(int fd);
void path_forget_fds(void);
bool path_fds_shared(void);
bool path_dir_visible(int fd);
/* Around calls that may wait: its descriptors stay what they are. */
void path_hold_dirs(void);
void path_release_dirs(void);

/* path_quick.c: one step for most paths: true if that was enough. */
bool path_walk_fast(struct walk *w, u32 flags);

/* What a path that cannot be had is for the host: EFAULT. */
#define BAD_PATH ((const char *)-4096L)
/* path.c: whether a guest path lies below the guest's root, and what it is called there. */
bool path_below_root(const char *path, const char **shown);

#endif
