/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's tree: which host directory or file lies at which guest path. Guest paths here are
 * canonical: absolute, without ".", "..", double or trailing slashes; the root is "". */
#ifndef TRAPGATE_SANDBOX_MOUNT_H
#define TRAPGATE_SANDBOX_MOUNT_H

#include "abi/types.h"

#define GUEST_PATH_MAX 8192

enum mount_kind {
	MOUNT_DIR,
	MOUNT_FILE, /* fd is its directory's, name its name there */
	MOUNT_PROC, /* the host's /proc, of which src/sandbox/proc.c shows a part */
};

struct mount {
	enum mount_kind kind;
	char *path;	     /* guest path */
	size_t len;	     /* of path */
	u64 head, head_mask; /* how it begins, to tell most others at a glance */
	char *host;	     /* where it lies on the host */
	size_t host_len;     /* 0: the root */
	char *name;	     /* MOUNT_FILE */
	int fd;		     /* an own descriptor (O_PATH) */
	int plain; /* MOUNT_DIR: of the same directory, but no links are followed below it; or -1 */
	bool whole; /* plain is its own "..", whatever is above on the host */
	u64 id;	    /* the host's of the mount, as statx(2) tells it; of those with plain */
	bool ro;
	bool device; /* MOUNT_FILE: can be written though the mount cannot */
};

/* Adds what the host calls src at guest path dst (any absolute path). Later ones cover earlier
 * ones. Returns 0 or -errno. */
int mount_add(const char *src, const char *dst, bool ro);
int mount_add_proc(void);
/* Adds a directory by its descriptors: fd (O_PATH), which the host calls `host`, and plain, see
 * below. They are used up. Returns 0 or -errno. */
int mount_add_open(int fd, int plain, const char *host, const char *dst);

/* An empty directory of the host: what leads to a mount point and is not there. */
void mount_set_empty(const char *dir);
long mount_open_empty(void);

/* Gives the mounts that there are their plain descriptors, where the host can. */
void mount_open_plain(void);
bool mount_has_plain(void);
/* The mount of a path, for calls below its plain descriptor: NULL where there is none, or where the
 * path leads to mounts without being one. */
const struct mount *mount_find_plain(const char *path, const char **rel);

/* The mount that a guest path lies in; *rel is the rest of the path, "." for the mount's root. */
const struct mount *mount_find(const char *path, const char **rel);
/* Whether something is mounted exactly here, or somewhere below. */
bool mount_is_point(const char *path);
bool mount_has_below(const char *path);
/* Whether a mount's path has a component of this name: others lead to no mount wherever they are.
 */
bool mount_has_name(const char *name, size_t len);

/* The guest path of a host path as /proc/self/fd/N shows it; false when the guest has none for it.
 * *m is the mount. */
bool mount_guest_path(const char *host, char out[GUEST_PATH_MAX], const struct mount **m);

/* From here on what may be written to the mounts that there are is noted, by all processes that are
 * forked from this one. */
void mount_watch_writes(void);
void mount_written(const struct mount *m);
bool mount_seen_writes(void);
/* Unmounts all. */
void mount_forget_all(void);

/* The nth mount, or NULL: for lists. */
const struct mount *mount_nth(u32 n);

/* Whether the host has openat2(2). */
bool mount_has_openat2(void);

/* openat2(2) below directory fd: rel may hold no ".."; symbolic links are not followed (ELOOP), but
 * one in the last place is opened if flags has O_PATH and O_NOFOLLOW. Returns as open(2). */
long mount_open(int fd, const char *rel, u64 flags, u64 mode);

#endif
