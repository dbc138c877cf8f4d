/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths that hold neither ".." nor links, which are most: the host looks them up in one step, or
 * does the whole call. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>

#include "host/host.h"
#include "sandbox/path_internal.h"

/* Appends a path that has no ".." in it, as it is written; false if it has, or is too long. */
static bool join(struct walk *w)
{
	size_t keep = strlen(w->path);
	const char *s = w->rest;
	char *to = w->path + keep;
	bool slash = true;

	while (*s) {
		size_t n = strcspn(s, "/");
		bool dot = n == 1 && *s == '.';

		if ((n == 2 && s[0] == '.' && s[1] == '.') || n > NAME_MAX ||
		    (size_t)(to - w->path) + n + 2 > PATH_MAX) {
			w->path[keep] = 0;
			return false;
		}
		if (n && !dot) {
			*to++ = '/';
			memcpy(to, s, n);
			to += n;
		}
		if (n)
			slash = dot || s[n] == '/';
		s += n;
		s += *s == '/';
	}
	*to = 0;
	w->slash = slash;
	return true;
}

/* Whether "not there" is the answer for the whole path, and not for a part of it that only the slow
 * way finds: no link lies on it, as the host would have told of that. */
static bool is_missing(const struct walk *w, long err, u32 flags)
{
	const char *rel;

	return err == -ENOENT && !w->slash && !(flags & PATH_CREATE) &&
	       mount_find(w->path, &rel)->kind == MOUNT_DIR;
}

/* One step for most paths: true if that was enough. */
bool path_walk_fast(struct walk *w, u32 flags)
{
	size_t keep = strlen(w->path);
	struct stat st;
	long fd;

	if ((flags & PATH_NAME) || !join(w))
		return false;
	fd = w->slash ? -ENOENT : path_look(w->path);
	if (fd >= 0) {
		host(SYS_fstat, fd, HP(&st));
		w->is_dir = S_ISDIR(st.st_mode);
		w->fd = (int)fd;
		if (!S_ISLNK(st.st_mode) || !(flags & PATH_FOLLOW))
			return true;
		host(SYS_close, fd);
	} else if (is_missing(w, fd, flags)) {
		w->missing = true;
		return true;
	}
	w->path[keep] = 0;
	w->slash = w->is_dir = false;
	w->fd = -1;
	return false;
}

/* ---- Calls that look ---- */

/* What the call's path is below which directory; NULL where sandbox_path() has to be asked. */
static const struct mount *below(struct walk *w, int dfd, const char *path, const char **rel)
{
	char copy[PATH_MAX];
	const struct mount *m;
	long len = path ? host_strnlen(path, PATH_MAX) : -1;

	if (len <= 0 || len == PATH_MAX || host_copy(copy, path, (size_t)len))
		return NULL;
	copy[len] = 0;
	if (path_start(w, dfd, copy) || !join(w) || w->slash)
		return NULL;
	m = mount_find(w->path, rel);
	return m->kind == MOUNT_DIR ? m : NULL;
}

/* No link lies on the path to what is not there: the host would have told of that. */
static long missing(const struct walk *w)
{
	return path_pts_name(w->path) || mount_has_below(w->path) ? -ENOSYS : -ENOENT;
}

/* A descriptor that is the caller's to close, -ENOENT, or -ENOSYS. */
static long quick_open(int dfd, const char *path, u32 flags)
{
	struct walk w;
	const char *rel;
	const struct mount *m = below(&w, dfd, path, &rel);
	long fd = m ? mount_open(m->fd, rel,
				 O_PATH | O_CLOEXEC | (flags & PATH_FOLLOW ? 0 : O_NOFOLLOW), 0)
		    : -ENOSYS;

	return fd == -ENOENT ? missing(&w) : fd < 0 ? -ENOSYS : fd;
}

long sandbox_quick_stat(int dfd, const char *path, u32 flags, struct stat *st)
{
	struct walk w;
	const char *rel;
	const struct mount *m = below(&w, dfd, path, &rel);
	long fd, err;

	if (!m)
		return -ENOSYS;
	if (!strchr(rel, '/')) {
		/* one name in a directory, not followed, cannot lead out of it */
		err = host(SYS_newfstatat, m->fd, HP(rel), HP(st), AT_SYMLINK_NOFOLLOW);
		if (!err && S_ISLNK(st->st_mode) && (flags & PATH_FOLLOW))
			return -ENOSYS;
		return err == -ENOENT ? missing(&w) : err < 0 ? -ENOSYS : 0;
	}
	fd = mount_open(m->fd, rel, O_PATH | O_CLOEXEC | (flags & PATH_FOLLOW ? 0 : O_NOFOLLOW), 0);
	if (fd < 0)
		return fd == -ENOENT ? missing(&w) : -ENOSYS;
	err = host(SYS_fstat, fd, HP(st));
	host(SYS_close, fd);
	return err;
}

long sandbox_quick_statx(int dfd, const char *path, u32 flags, u64 at_flags, u64 mask, void *out)
{
	long fd = quick_open(dfd, path, flags), ret;

	if (fd < 0)
		return fd;
	ret = host(SYS_statx, fd, HP(""), at_flags | AT_EMPTY_PATH, mask, HP(out));
	host(SYS_close, fd);
	return ret;
}

long sandbox_quick_access(int dfd, const char *path, u32 flags, u64 mode, u64 at_flags)
{
	long fd, ret;

	if (mode & ~(u64)(R_OK | X_OK)) /* read-only mounts have their own answer to W_OK */
		return -ENOSYS;
	fd = quick_open(dfd, path, flags);
	if (fd < 0)
		return fd;
	ret = host(SYS_faccessat2, fd, HP(""), mode, at_flags | AT_EMPTY_PATH);
	host(SYS_close, fd);
	return ret == -EINVAL ? -ENOSYS : ret;
}

long sandbox_quick_readlink(int dfd, const char *path, char *out, u64 size)
{
	struct walk w;
	const char *rel;
	const struct mount *m = below(&w, dfd, path, &rel);
	long fd, ret;

	if (!m)
		return -ENOSYS;
	if (!strchr(rel, '/') && rel[0] != '.') {
		ret = host(SYS_readlinkat, m->fd, HP(rel), HP(out), size);
		return ret == -ENOENT ? missing(&w) : ret < 0 ? -ENOSYS : ret;
	}
	fd = mount_open(m->fd, rel, O_PATH | O_CLOEXEC | O_NOFOLLOW, 0);
	if (fd < 0)
		return fd == -ENOENT ? missing(&w) : -ENOSYS;
	ret = host(SYS_readlinkat, fd, HP(""), HP(out), size);
	host(SYS_close, fd);
	return ret == -ENOENT ? -EINVAL : ret; /* no link */
}

/* ---- open ---- */

#define OPEN_FLAGS_KNOWN                                                                           \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_DSYNC |     \
	 O_SYNC | O_ASYNC | O_DIRECT | 0100000 | O_DIRECTORY | O_NOFOLLOW | O_NOATIME |            \
	 O_CLOEXEC | O_PATH | O_TMPFILE)

/* The host opens what lies in a directory mount by itself; links are left to the slow way. */
long sandbox_open_fast(int dfd, const char *path, u32 flags, u32 mode, sandbox_block_fn *block)
{
	struct open_how how = {
		.flags = flags & OPEN_FLAGS_KNOWN,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	char copy[PATH_MAX];
	const struct mount *m;
	const char *rel;
	struct walk w;
	long len = path ? host_strnlen(path, PATH_MAX) : -1, fd;

	if (len <= 0 || len == PATH_MAX || host_copy(copy, path, (size_t)len))
		return -ENOSYS;
	copy[len] = 0;
	if (copy[len - 1] == '/' || path_start(&w, dfd, copy) || !join(&w) || w.slash)
		return -ENOSYS;
	m = mount_find(w.path, &rel);
	if (!mount_has_openat2() || m->kind != MOUNT_DIR ||
	    (m->ro && (flags & (O_ACCMODE | O_CREAT | O_TRUNC))) || mount_is_point(w.path) ||
	    path_pts_name(w.path))
		return -ENOSYS;
	if (flags & (O_ACCMODE | O_CREAT | O_TRUNC))
		mount_written(m);
	if (flags & O_PATH)
		how.flags &= O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC;
	else if (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)))
		how.mode = mode & 07777;
	fd = block(SYS_openat2, m->fd, HP(rel), HP(&how), sizeof(how), 0, 0);
	return fd == -ELOOP || fd == -EAGAIN || fd == -EXDEV ? -ENOSYS : fd;
}
