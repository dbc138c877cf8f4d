/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths that hold neither ".." nor links, which are most: the host looks them up in one step, or
 * does the whole call. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "host/host.h"
#include "sandbox/path_internal.h"
#include "sandbox/proc.h"

bool path_has_place(const char *name, size_t n)
{
	return mount_has_name(name, n) || (n == 3 && !memcmp(name, "pts", 3));
}

bool path_join_ups(struct walk *w, enum path_ups ups)
{
	size_t keep = strlen(w->path);
	const char *s = w->rest;
	char *to = w->path + keep;
	bool slash = true, behind_name = keep > 0, dot_last = false, any = false, free = false;

	while (*s) {
		size_t n = (size_t)(strchrnul(s, '/') - s);
		bool dot = n == 1 && *s == '.';
		bool up = n == 2 && s[0] == '.' && s[1] == '.';

		any |= up;
		free |= up && !behind_name;
		if ((up && (ups == NO_UPS || (free && ups != ANY_UPS))) || n > NAME_MAX ||
		    (any && ups == ANY_UPS && path_has_place(s, n)) ||
		    (size_t)(to - w->path) + n + 2 > PATH_MAX) {
			w->path[keep] = 0;
			return false;
		}
		if (n && !dot) {
			behind_name = !up;
			*to++ = '/';
			memcpy(to, s, n);
			to += n;
		}
		if (n) {
			dot_last = dot || up;
			slash = dot_last || s[n] == '/';
		}
		s += n;
		s += *s == '/';
	}
	*to = 0;
	w->slash = slash;
	w->dot = dot_last;
	w->ups = free;
	return true;
}

bool path_join(struct walk *w)
{
	return path_join_ups(w, NO_UPS);
}

/* Whether "not there" is the answer for the whole path, and not for a part of it that only the slow
 * way finds: no link lies on it, as the host would have told of that. */
static bool is_missing(const struct walk *w, long err, u32 flags)
{
	const char *rel;

	return err == -ENOENT && !w->slash && !(flags & PATH_CREATE) &&
	       mount_find(w->path, &rel)->kind == MOUNT_DIR;
}

/* /proc/self, where it is not the link itself that is meant, by the process's id. */
static void expand_self(struct walk *w, u32 flags)
{
	static const char self[] = "/proc/self";
	const char *rest = w->path + strlen(self), *rel;
	char expanded[GUEST_PATH_MAX];

	if (strncmp(w->path, self, strlen(self)) != 0 ||
	    (*rest ? *rest != '/' : !(flags & PATH_FOLLOW)) ||
	    mount_find(w->path, &rel)->kind != MOUNT_PROC)
		return;
	snprintf(expanded, sizeof(expanded), "/proc/%ld%s", host(SYS_getpid), rest);
	if (strlen(expanded) < PATH_MAX)
		strcpy(w->path, expanded);
}

/* What is in /proc by its name and needs not be looked for: who calls the host finds it, or not. */
static bool is_proc_name(struct walk *w, u32 flags)
{
	const char *rel;

	if (w->slash || mount_find(w->path, &rel)->kind != MOUNT_PROC)
		return false;
	if (!(flags & (PATH_CREATE | PATH_WRITE | PATH_ACCESS_W)) && proc_is_file(rel))
		return true;
	return (flags & PATH_FOLLOW) && proc_allowed(rel) && path_exact(w);
}

/* One step for most paths: true if that was enough. */
bool path_walk_fast(struct walk *w, u32 flags)
{
	char kept[GUEST_PATH_MAX];
	struct stat st;
	long fd;

	strcpy(kept, w->path);
	if ((flags & PATH_NAME) || !path_join(w))
		return false;
	expand_self(w, flags);
	if (is_proc_name(w, flags))
		return true;
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
	strcpy(w->path, kept);
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

	w->path[0] = 0;
	w->slash = false;
	if (len <= 0 || len == PATH_MAX || host_copy(copy, path, (size_t)len))
		return NULL;
	copy[len] = 0;
	if (path_start(w, dfd, copy) || !path_join(w) || w->slash)
		return NULL;
	m = mount_find(w->path, rel);
	switch (m->kind) {
	case MOUNT_DIR:
		return m;
	case MOUNT_FILE:
		return (*rel)[0] == '.' ? m : NULL;
	case MOUNT_PROC:
		return proc_is_file(*rel) ? m : NULL;
	}
	return NULL;
}

/* No link lies on the path to what is not there: the host would have told of that. */
static long missing(const struct walk *w, const struct mount *m)
{
	return m->kind != MOUNT_DIR || path_pts_name(w->path) || mount_has_below(w->path) ? -ENOSYS
											  : -ENOENT;
}

/* The name in m's directory of what is one step below it, of a file of /proc, on the way to which
 * there are no links, or of a file that is a mount by itself, as those of /dev are; else NULL. */
static const char *in_directory(const struct mount *m, const char *rel)
{
	if (m->kind == MOUNT_FILE)
		return m->name;
	return m->kind != MOUNT_PROC && strchr(rel, '/') ? NULL : rel;
}

/* What to call the host with. */
struct quick {
	struct walk w;
	int fd;
	const char *name; /* in fd, or "": fd itself, which is to be closed */
};

/* 0, -ENOENT, or -ENOSYS. */
static long quick_open(struct quick *q, int dfd, const char *path, u32 flags)
{
	const char *rel;
	const struct mount *m = below(&q->w, dfd, path, &rel);
	long fd;

	if (!m)
		return -ENOSYS;
	if (m->kind == MOUNT_PROC) {
		q->fd = m->fd;
		q->name = rel;
		return 0;
	}
	fd = mount_open(m->fd, m->kind == MOUNT_FILE ? m->name : rel,
			O_PATH | O_CLOEXEC | (flags & PATH_FOLLOW ? 0 : O_NOFOLLOW), 0);
	if (fd == -ENOENT && path_pts_name(q->w.path))
		fd = path_look(q->w.path);
	q->fd = (int)fd;
	q->name = "";
	return fd == -ENOENT ? missing(&q->w, m) : fd < 0 ? -ENOSYS : 0;
}

static void quick_close(const struct quick *q)
{
	if (!*q->name)
		host(SYS_close, q->fd);
}

/* What /proc/self/fd/N leads to is what descriptor N is. */
static long stat_own_fd(const struct walk *w, u32 flags, struct stat *st)
{
	const char *rel;
	long err;
	int fd;

	if (w->slash || !(flags & PATH_FOLLOW) || mount_find(w->path, &rel)->kind != MOUNT_PROC ||
	    !proc_own_fd(rel, &fd) || host_fd_is_own(fd))
		return -ENOSYS;
	err = host(SYS_fstat, fd, HP(st));
	return err == -EBADF ? -ENOENT : err;
}

long sandbox_quick_stat(int dfd, const char *path, u32 flags, struct stat *st)
{
	struct walk w;
	const char *rel, *name;
	const struct mount *m = below(&w, dfd, path, &rel);
	long fd, err;

	if (!m)
		return stat_own_fd(&w, flags, st);
	name = in_directory(m, rel);
	if (name) { /* not followed, it cannot lead out */
		err = host(SYS_newfstatat, m->fd, HP(name), HP(st), AT_SYMLINK_NOFOLLOW);
		if (!err && S_ISLNK(st->st_mode) && (flags & PATH_FOLLOW))
			return -ENOSYS;
		return err == -ENOENT ? missing(&w, m) : err < 0 ? -ENOSYS : 0;
	}
	fd = mount_open(m->fd, rel, O_PATH | O_CLOEXEC | (flags & PATH_FOLLOW ? 0 : O_NOFOLLOW), 0);
	if (fd == -ENOENT && path_pts_name(w.path))
		fd = path_look(w.path);
	if (fd < 0)
		return fd == -ENOENT ? missing(&w, m) : -ENOSYS;
	err = host(SYS_fstat, fd, HP(st));
	host(SYS_close, fd);
	return err;
}

long sandbox_quick_statx(int dfd, const char *path, u32 flags, u64 at_flags, u64 mask, void *out)
{
	struct quick q;
	long ret = quick_open(&q, dfd, path, flags);

	if (ret)
		return ret;
	ret = host(SYS_statx, q.fd, HP(q.name), at_flags | AT_EMPTY_PATH, mask, HP(out));
	quick_close(&q);
	return ret == -ENOENT ? -ENOSYS : ret;
}

long sandbox_quick_access(int dfd, const char *path, u32 flags, u64 mode, u64 at_flags)
{
	struct quick q;
	long ret;

	if (mode & ~(u64)(R_OK | X_OK)) /* read-only mounts have their own answer to W_OK */
		return -ENOSYS;
	ret = quick_open(&q, dfd, path, flags);
	if (ret)
		return ret;
	ret = host(SYS_faccessat2, q.fd, HP(q.name), mode, at_flags | AT_EMPTY_PATH);
	quick_close(&q);
	/* EPERM: of a container's filter that does not know the call */
	return ret == -EINVAL || ret == -EPERM || ret == -ENOENT ? -ENOSYS : ret;
}

long sandbox_quick_readlink(int dfd, const char *path, char *out, u64 size)
{
	struct walk w;
	const char *rel;
	const struct mount *m = below(&w, dfd, path, &rel);
	long fd, ret;

	if (!m)
		return -ENOSYS;
	if (m->kind != MOUNT_DIR)
		return -ENOSYS;
	if (!strchr(rel, '/') && rel[0] != '.') {
		ret = host(SYS_readlinkat, m->fd, HP(rel), HP(out), size);
		return ret == -ENOENT ? missing(&w, m) : ret < 0 ? -ENOSYS : ret;
	}
	fd = mount_open(m->fd, rel, O_PATH | O_CLOEXEC | O_NOFOLLOW, 0);
	if (fd < 0)
		return fd == -ENOENT ? missing(&w, m) : -ENOSYS;
	ret = host(SYS_readlinkat, fd, HP(""), HP(out), size);
	host(SYS_close, fd);
	return ret == -ENOENT ? -EINVAL : ret; /* no link */
}

/* ---- open ---- */

#define OPEN_FLAGS_KNOWN                                                                           \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_DSYNC |     \
	 O_SYNC | O_ASYNC | O_DIRECT | 0100000 | O_DIRECTORY | O_NOFOLLOW | O_NOATIME |            \
	 O_CLOEXEC | O_PATH | O_TMPFILE)

/* Where a path can be opened in one step. A file that is a mount by itself is not to be made, or
 * replaced by a link. */
static bool open_place(struct walk *w, int dfd, const char *path, u32 flags, bool links,
		       struct path_place *at)
{
	if (!links && path_place_at(w, dfd, path, at))
		return true;
	if (mount_has_plain() && path_place(w, dfd, path, flags | PATH_OPENED, links, at))
		return true;
	if (links || path_start(w, dfd, path) || (path[0] != '/' && path_may_be_removed(w->path)) ||
	    !path_join(w) || w->slash)
		return false;
	at->plain = -1;
	at->m = mount_find(w->path, &at->rel);
	at->fd = at->m->fd;
	if (at->m->kind == MOUNT_FILE && at->rel[0] == '.') {
		at->rel = at->m->name;
		return true;
	}
	return at->m->kind == MOUNT_DIR && !path_pts_name(w->path) &&
	       !((flags & PATH_CREATE) && mount_is_point(w->path));
}

/* Without links and ".." no path leads out of where it begins: the host checks only these, which
 * costs it 170 ns less. */
static u64 open_resolve(const char *rel)
{
	return RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
	       (rel[0] == '/' || strstr(rel, "..") ? RESOLVE_IN_ROOT : 0);
}

static bool open_writes(u32 flags)
{
	return (flags & (O_ACCMODE | O_CREAT | O_TRUNC)) && !(flags & O_PATH);
}

/* Whether the mount lets a file be opened so, as far as this can be told now. */
static bool open_allowed(const struct mount *m, u32 flags)
{
	if (!open_writes(flags))
		return true;
	if (m->kind == MOUNT_FILE && (flags & O_EXCL))
		return false;
	mount_written(m);
	return !m->ro || (m->kind == MOUNT_FILE && m->device);
}

/* The host opens what lies in a mount by itself; links that cannot be undone are left to the slow
 * way. */
long sandbox_open_fast(int dfd, const char *path, u32 flags, u32 mode, sandbox_block_fn *block)
{
	struct open_how how = {
		.flags = flags & OPEN_FLAGS_KNOWN,
	};
	bool makes = !(~flags & (O_CREAT | O_EXCL)) && !(flags & O_PATH);
	u32 lookup = (makes || (flags & O_NOFOLLOW) ? PATH_NOFOLLOW : PATH_FOLLOW) |
		     (flags & O_CREAT ? PATH_CREATE : 0);
	long len = path ? host_strnlen(path, PATH_MAX) : -1, fd = -ENOSYS;
	struct path_place at;
	char copy[PATH_MAX];
	struct walk w;

	if (len <= 0 || len == PATH_MAX || host_copy(copy, path, (size_t)len))
		return -ENOSYS;
	copy[len] = 0;
	if (!mount_has_openat2())
		return -ENOSYS;
	if (flags & O_PATH)
		how.flags &= O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC;
	else if (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)))
		how.mode = mode & 07777;
	for (int links = 0; links < 2 && fd == -ENOSYS; links++) {
		if (!open_place(&w, dfd, copy, lookup, links, &at))
			continue;
		how.resolve = open_resolve(at.rel);
		if (!open_allowed(at.m, flags))
			return -ENOSYS;
		if (at.m->kind == MOUNT_FILE) {
			how.flags &= ~(u64)O_CREAT;
			how.mode = 0;
		}
		path_hold_dirs();
		fd = block(SYS_openat2, at.fd, HP(at.rel), HP(&how), sizeof(how), 0, 0);
		path_release_dirs();
		if (fd >= 0 && at.m->kind == MOUNT_DIR) {
			path_learn_opened((int)fd, at.m);
			if (open_writes(flags))
				path_learn_changeable((int)fd);
		}
		if (fd == -ELOOP || fd == -EAGAIN || fd == -EXDEV ||
		    (fd == -EACCES && copy[0] != '/') ||
		    (fd == -ENOENT && at.m->kind == MOUNT_FILE))
			fd = -ENOSYS;
	}
	return fd;
}
