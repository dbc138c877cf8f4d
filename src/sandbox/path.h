/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest paths in a sandbox: where they lead, and how the host is told. */
#ifndef TRAPGATE_SANDBOX_PATH_H
#define TRAPGATE_SANDBOX_PATH_H

#include <stdio.h>

#include "abi/types.h"
#include "sandbox/mount.h"

enum path_flags {
	PATH_NOFOLLOW = 0,	/* the last component itself, also if it is a symbolic link */
	PATH_FOLLOW = 1 << 0,	/* what it leads to */
	PATH_NAME = 1 << 1,	/* a name in a directory */
	PATH_NEW = 1 << 2,	/* ... that is to be made: EEXIST comes before EROFS */
	PATH_CREATE = 1 << 3,	/* open(2) with O_CREAT: need not be there */
	PATH_WRITE = 1 << 4,	/* EROFS on read-only mounts */
	PATH_ACCESS_W = 1 << 5, /* the same, but devices and the like may be written there */
	PATH_SECOND = 1 << 6,	/* must lie in the same mount as the path before it: EXDEV */
	PATH_EMPTY = 1 << 7,	/* AT_EMPTY_PATH: "" is dfd itself */
	PATH_HIDE_FD = 1 << 8,	/* the call gives a new descriptor, which is the lowest one */
	PATH_ACCESS_R = 1 << 9, /* is to be read: asked of what the guest has no path for */
	PATH_OPENED = 1 << 10,	/* openat2(2) is asked: ".." end where the path begins */
	PATH_OLD_NAME = PATH_NAME | PATH_WRITE,		   /* unlink, rename... */
	PATH_NEW_NAME = PATH_NAME | PATH_NEW | PATH_WRITE, /* mkdir, link... */
};

/* A host path for the host to be called with (dfd no longer matters, unless path is "" with
 * PATH_EMPTY). It lives until the end of the call. Where the guest's path leads nowhere, or outside
 * of what it may do, the result is a bad pointer, and path_result() puts the right error in the
 * place of the host's EFAULT. path may be a bad pointer itself. */
const char *sandbox_path(int dfd, const char *path, u32 flags);

/* The same for calls that take a directory with the path: what to call the host with in their
 * places, or NULL where sandbox_path() has to be asked. The host's ELOOP means that the call has to
 * be made once more, see sandbox_path_again(). */
const char *sandbox_path_in(int *dfd, const char *path, u32 flags);
/* The same for calls that take a path alone. */
const char *sandbox_path_text(const char *path, u32 flags);
/* To be asked at the end of every call that has had to do with paths, with its result. */
bool sandbox_path_again(long ret);
extern _Thread_local bool sandbox_path_used;
/* statx(2) of what sandbox_path_in() has given: of the mount that other calls know. */
struct statx;
long sandbox_plain_statx(int dfd, const char *path, u32 flags, u32 mask, struct statx *stx);

/* To be called after chdir(2) and fchdir(2) to descriptor fd. */
void sandbox_cwd_changed(int fd);
/* To be called when the number fd, or any, may have become that of something else. */
void sandbox_fd_changed(int fd);
void sandbox_fds_changed(void);
/* fd has become a copy of `from`. */
void sandbox_fd_copied(int fd, int from);
/* Whether fd is known to be a file of one of the mounts, and so none of /proc. */
bool sandbox_fd_in_mount(int fd);
/* To be called before others than the threads of this process share its descriptors or working
 * directory, or its threads do not. */
void sandbox_forget_dirs(void);

/* The quick way for calls that only look: their results, or -ENOSYS where sandbox_path() has to be
 * asked. flags are PATH_FOLLOW or not; path and out may be bad pointers, st is not. */
struct stat;
long sandbox_name_stat(int dfd, const char *path, u32 flags, struct stat *st);
long sandbox_quick_stat(int dfd, const char *path, u32 flags, struct stat *st);
long sandbox_quick_statx(int dfd, const char *path, u32 flags, u64 at_flags, u64 mask, void *out);
long sandbox_quick_access(int dfd, const char *path, u32 flags, u64 mode, u64 at_flags);
long sandbox_quick_readlink(int dfd, const char *path, char *out, u64 size);

/* Errors that the host will not find: what path_result() is to say. Returns the bad pointer. */
const char *sandbox_path_fail(int err);
/* What it is to say so far: -errno or 0. */
int sandbox_path_error(void);

/* Of the last sandbox_path(): the file is not there, and PATH_CREATE allowed that. */
bool sandbox_path_missing(void);
/* The result leads to a file of /proc. */
bool sandbox_path_in_proc(const char *result);

/* For calls that the host confines to directory dfd: a descriptor of that directory until the end
 * of the call, or -errno when it is not one in which the host may look by itself. */
int sandbox_hold_dir(int dfd, bool write);

/* To be called at the end of such a call: closes what sandbox_path() left open. */
long sandbox_path_end(long ret);

/* openat(2) (the result is to be closed by way of sandbox_fd_changed()), done in one step where the
 * host can be asked for that; -ENOSYS where sandbox_path() has to be asked. block calls the host
 * and may wait. */
typedef long sandbox_block_fn(long nr, long a, long b, long c, long d, long e, long f);
long sandbox_open_fast(int dfd, const char *path, u32 flags, u32 mode, sandbox_block_fn *block);

/* The guest's path of what descriptor fd (or AT_FDCWD) is, 0 or -errno. */
int sandbox_fd_path(int fd, char out[GUEST_PATH_MAX]);

/* For fchmod(2) and its like: a descriptor of the same file until the end of the call, which no
 * other thread, where there are threads, can exchange; -errno when the guest may not change the
 * file. */
int sandbox_hold_fd(int fd);

/* The same for fchdir(2) and its like: -errno when the guest has no path for it. */
int sandbox_hold_visible(int fd);

/* After sandbox_path() with PATH_EMPTY and PATH_WRITE: what to call the host with in the place of
 * dfd. */
int sandbox_path_dfd(int dfd);

/* A host path, as /proc shows it, in the guest's words; text itself if there are none. For text
 * that is shown only. */
const char *sandbox_show_path(const char *text, char buf[GUEST_PATH_MAX]);

/* Whether fd is a directory of /proc; dir is its host path then. */
bool sandbox_is_proc_dir(int fd, char dir[4096]);

/* /proc/PID/mounts. */
void sandbox_put_mounts(FILE *out);

/* getcwd(2): length with the NUL, or -errno. */
long sandbox_getcwd(char out[GUEST_PATH_MAX]);

/* chroot(2); `allowed` says whether the caller has CAP_SYS_CHROOT. 0 or -errno. */
int sandbox_chroot(const char *path, bool allowed);

/* readlink(2) of a link of /proc that leads to something the guest calls otherwise: its length, or
 * -errno; -ENOSYS when it is no such link. path is a result of sandbox_path(), looked up from
 * dfd. */
long sandbox_readlink(int dfd, const char *path, char out[GUEST_PATH_MAX]);

/* Told by others: what /proc/PID/exe is. */
extern const char *(*sandbox_exe)(int pid);
/* Whether the process has had threads. */
extern bool sandbox_threads;
/* ... and the descriptor by which that process holds it, or -1. */
extern int (*sandbox_exe_fd)(int pid);
/* Whether process or thread id is one of this run. */
extern bool (*sandbox_knows_pid)(int pid);

#endif
