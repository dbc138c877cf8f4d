/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest path becomes a canonical one, component by component; at each step the host opens the
 * whole canonical path below the mount's root and refuses symbolic links on the way (openat2(2)),
 * so that whatever others rename meanwhile, nothing outside a mount is ever reached. Most paths
 * hold neither ".." nor links and take one step. */
#include "sandbox/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "host/host.h"
#include "sandbox/object.h"
#include "sandbox/path_internal.h"
#include "sandbox/proc.h"
#include "sandbox/sandbox.h"

#define MAX_LINKS 40 /* MAXSYMLINKS */
#define MAX_OPEN  8
#define NOWHERE	  (-1)

const char *(*sandbox_exe)(int pid);
int (*sandbox_exe_fd)(int pid);
bool (*sandbox_knows_pid)(int pid);
bool sandbox_threads;
_Thread_local bool sandbox_path_used;

static char guest_root[GUEST_PATH_MAX]; /* chroot(2) */

/* Of the call that is being served. */
static _Thread_local struct {
	int fd[MAX_OPEN];
	u32 nr_fds;
	char text[3][PATH_MAX + 64];
	u32 nr_texts;
	int error;
	bool missing;
	int empty;		   /* what stands for the directory with an empty path, or 0 */
	const struct mount *first; /* for PATH_SECOND */
} call;

const char *sandbox_path_fail(int err)
{
	sandbox_path_used = true;
	call.error = err;
	return BAD_PATH;
}

int sandbox_path_error(void)
{
	return call.error;
}

long sandbox_path_end(long ret)
{
	while (call.nr_fds)
		host(SYS_close, call.fd[--call.nr_fds]);
	call.nr_texts = 0;
	call.empty = 0;
	call.first = NULL;
	if (call.error) {
		if (ret == -EFAULT)
			ret = call.error;
		call.error = 0;
	}
	return ret;
}

int sandbox_path_dfd(int dfd)
{
	return call.empty ? call.empty : dfd;
}

bool sandbox_path_missing(void)
{
	return call.missing;
}

bool sandbox_path_in_proc(const char *result)
{
	return result != BAD_PATH && !strncmp(result, "/proc/", 6) && result[6] != 's';
}

/* ---- Descriptors ---- */

/* Of /proc there are parts that the guest cannot come by itself. */
static bool is_shown(const char *path)
{
	const char *rel;

	return mount_find(path, &rel)->kind != MOUNT_PROC || proc_allowed(rel);
}

int sandbox_fd_path(int fd, char out[GUEST_PATH_MAX])
{
	char target[PATH_MAX];
	int err;

	if (fd != AT_FDCWD && host_fd_is_own(fd))
		return -EBADF;
	err = object_fd_path(fd, target);
	if (err)
		return err == -ENOENT && fd != AT_FDCWD ? -EBADF : err;
	return mount_guest_path(target, out, NULL) && is_shown(out) ? 0 : -EACCES;
}

const char *sandbox_show_path(const char *text, char buf[GUEST_PATH_MAX])
{
	if (text[0] != '/' || !mount_guest_path(text, buf, NULL))
		return text;
	return buf[0] ? buf : "/";
}

bool sandbox_is_proc_dir(int fd, char dir[PATH_MAX])
{
	return !object_fd_path(fd, dir) && !strncmp(dir, "/proc", 5) && (!dir[5] || dir[5] == '/');
}

void sandbox_put_mounts(FILE *out)
{
	const struct mount *m;

	for (u32 i = 0; (m = mount_nth(i)); i++)
		fprintf(out, "%s %s %s %s,relatime 0 0\n", m->kind == MOUNT_PROC ? "proc" : "none",
			m->path[0] ? m->path : "/", m->kind == MOUNT_PROC ? "proc" : "trapgate",
			m->ro ? "ro" : "rw");
}

/* Whether path is below the root that chroot(2) has set. */
bool path_below_root(const char *path, const char **shown)
{
	size_t len = strlen(guest_root);

	if (strncmp(path, guest_root, len) || (path[len] && path[len] != '/'))
		return false;
	*shown = path[len] ? path + len : "/";
	return true;
}

long sandbox_getcwd(char out[GUEST_PATH_MAX])
{
	char target[PATH_MAX], path[GUEST_PATH_MAX];
	const char *shown;
	long len = host(SYS_getcwd, HP(target), sizeof(target));

	if (len > 0 && target[0] != '/')
		len = object_fd_path(AT_FDCWD, target);
	if (len < 0)
		return len;
	if (!mount_guest_path(target, path, NULL) || !path_below_root(path, &shown)) {
		snprintf(out, GUEST_PATH_MAX, "(unreachable)/");
		return (long)strlen(out) + 1;
	}
	len = (long)strlen(shown) + 1;
	memcpy(out, shown, (size_t)len);
	return len;
}

/* ---- Looking up ---- */

/* The name of a terminal in /dev/pts; NULL when path is none. */
const char *path_pts_name(const char *path)
{
	const char *name = path + strlen("/dev/pts/");

	return !strncmp(path, "/dev/pts/", strlen("/dev/pts/")) && *name >= '0' && *name <= '9' &&
			       !name[strspn(name, "0123456789")]
		       ? name
		       : NULL;
}

/* Whether fd is that terminal, open for all that its name could open it for. */
static bool is_terminal(int fd, const struct stat *terminal)
{
	struct stat st;

	return !host(SYS_fstat, fd, HP(&st)) && st.st_dev == terminal->st_dev &&
	       st.st_ino == terminal->st_ino &&
	       (host(SYS_fcntl, fd, F_GETFL) & O_ACCMODE) == O_RDWR;
}

/* A terminal is there for the processes that hold it, or its other end; those of others are not. */
static long look_pts(const char *path)
{
	unsigned want = (unsigned)strtoul(path_pts_name(path), NULL, 10), n;
	long found = host(SYS_open, HP(path), O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat terminal;

	if (found < 0)
		return -ENOENT;
	if (!host(SYS_fstat, found, HP(&terminal)))
		for (int fd = 0; fd < 1024; fd++)
			if ((!host(SYS_ioctl, fd, TIOCGPTN, HP(&n)) && n == want) ||
			    (fd != found && is_terminal(fd, &terminal)))
				return found;
	host(SYS_close, found);
	return -ENOENT;
}

/* Where the path that is looked up began, if that was a directory of the guest's. */
static _Thread_local struct {
	int fd; /* or NOWHERE */
	char path[GUEST_PATH_MAX];
} from = {.fd = NOWHERE};

/* A directory above the one that the path began in may not be searched, or that one has been
 * removed: what lies below it is found from there. */
static long look_from_start(const struct mount *m, const char *path)
{
	size_t n = strlen(from.path);
	const char *rel;

	if (from.fd == NOWHERE || strncmp(path, from.path, n) != 0 || (path[n] && path[n] != '/') ||
	    mount_find(from.path, &rel) != m)
		return -EACCES;
	return mount_open(from.fd, path[n] && path[n + 1] ? path + n + 1 : ".",
			  O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
}

/* Opens a canonical path as it is. */
long path_look(const char *path)
{
	const char *rel;
	const struct mount *m = mount_find(path, &rel);
	long fd;

	switch (m->kind) {
	case MOUNT_FILE:
		return rel[0] == '.' ? host(SYS_openat, m->fd, HP(m->name),
					    O_PATH | O_NOFOLLOW | O_CLOEXEC)
				     : -ENOTDIR;
	case MOUNT_PROC:
		if (!proc_allowed(rel))
			return -ENOENT;
		/* fall through */
	default:
		fd = mount_open(m->fd, rel, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
		if (m->kind == MOUNT_DIR &&
		    (fd == -EACCES ||
		     (fd == -ENOENT && from.fd != NOWHERE && !strcmp(path, from.path))))
			return look_from_start(m, path);
		if (fd == -ENOENT && path_pts_name(path))
			return look_pts(path);
		return fd == -ENOENT && mount_has_below(path) ? mount_open_empty() : fd;
	}
}

/* The last component of a canonical path; *dir becomes the path before it. */
static const char *split(const char *path, char dir[GUEST_PATH_MAX])
{
	const char *slash = strrchr(path, '/');

	memcpy(dir, path, (size_t)(slash - path));
	dir[slash - path] = 0;
	return slash + 1;
}

bool path_exact(struct walk *w)
{
	const char *rel;
	enum proc_link kind;

	if (mount_find(w->path, &rel)->kind != MOUNT_PROC)
		return false;
	kind = proc_link_of(rel, &w->exact_pid, &w->exact_fd);
	if (kind == PROC_LINK_EXE)
		w->exact_fd = sandbox_exe(w->exact_pid) ? sandbox_exe_fd(w->exact_pid) : -1;
	w->exact = (kind == PROC_LINK_EXE || kind == PROC_LINK_FD) && w->exact_fd >= 0;
	w->exact_exe = w->exact && kind == PROC_LINK_EXE;
	return w->exact;
}

/* The link at w's path (open as fd) gives way to its target, before what is left. 0 or -errno; 1
 * when the link is a magic one that the host has to follow by itself. */
static int follow(struct walk *w, long fd)
{
	char target[PATH_MAX], dir[GUEST_PATH_MAX];
	const char *rel, *to = target;
	const struct mount *m = mount_find(w->path, &rel);
	enum proc_link kind = PROC_NO_LINK;
	int pid, n;
	size_t len, rest = strlen(w->rest);
	long got;

	if (!w->rest[strspn(w->rest, "/")] && path_exact(w))
		return 1;
	if (m->kind == MOUNT_PROC)
		kind = proc_link_of(rel, &pid, &n);
	switch (kind) {
	case PROC_NO_LINK:
		got = host(SYS_readlinkat, fd, HP(""), HP(target), sizeof(target) - 1);
		if (got <= 0)
			return got ? (int)got : -ENOENT;
		target[got] = 0;
		break;
	case PROC_LINK_ROOT:
		to = "/";
		break;
	case PROC_LINK_EXE:
		to = sandbox_exe(pid);
		if (!to)
			return -ENOENT;
		break;
	case PROC_LINK_CWD:
	case PROC_LINK_FD:
		snprintf(dir, sizeof(dir), "/proc/%s", rel);
		n = object_link(dir, target);
		if (n)
			return n;
		if (!mount_guest_path(target, w->path, NULL))
			return target[0] == '/' ? -EACCES : -ENOTDIR;
		return 0;
	}
	len = strlen(to);
	if (len + rest + 2 > sizeof(w->rest))
		return -ENAMETOOLONG;
	memmove(w->rest + len + 1, w->rest, rest + 1);
	memcpy(w->rest, to, len);
	w->rest[len] = '/';
	if (!rest)
		w->rest[len] = 0;
	if (to[0] == '/') {
		path_to_root(w->path);
	} else {
		split(w->path, dir);
		strcpy(w->path, dir);
	}
	return 0;
}

bool path_is_root(const char *path)
{
	return !strcmp(path, guest_root);
}

void path_to_root(char *path)
{
	strcpy(path, guest_root);
}

/* The walk goes up from where it began: what lies above that, too, may not be to be found from the
 * root. It is what the host calls by this path. */
static void start_above(const char *path, u32 flags)
{
	char target[PATH_MAX], above[GUEST_PATH_MAX];
	int flag = O_PATH | O_DIRECTORY | O_CLOEXEC;
	long fd = path_keep_fd(host(SYS_openat, from.fd, HP(".."), flag), flags);

	from.fd = NOWHERE;
	if (fd >= 0 && !object_fd_path((int)fd, target) && mount_guest_path(target, above, NULL) &&
	    !strcmp(above, path)) {
		from.fd = (int)fd;
		strcpy(from.path, path);
	}
}

static void up(struct walk *w, u32 flags)
{
	char *slash = strrchr(w->path, '/');
	bool start = from.fd != NOWHERE && !strcmp(w->path, from.path);

	if (!slash || path_is_root(w->path))
		return;
	*slash = 0;
	if (start)
		start_above(w->path, flags);
}

/* What "." and ".." come to where nothing can be looked up. */
static int check_search(const char *path)
{
	char inside[GUEST_PATH_MAX + 2];
	const char *rel;
	long fd;

	snprintf(inside, sizeof(inside), "%s/.", path);
	switch (mount_find(path, &rel)->kind) {
	case MOUNT_DIR:
		fd = path_look(inside);
		break;
	case MOUNT_FILE:
		return -ENOTDIR;
	default:
		return 0;
	}
	if (fd >= 0)
		host(SYS_close, fd);
	return fd == -EACCES || fd == -ENOTDIR ? (int)fd : 0;
}

/* Goes through w->rest from w->path on. */
static int walk(struct walk *w, u32 flags)
{
	bool names = (flags & PATH_NAME) != 0;
	int links = 0;

	for (;;) {
		char *s = w->rest + strspn(w->rest, "/");
		size_t n = strcspn(s, "/"), have = strlen(w->path);
		const char *after = s + n + strspn(s + n, "/");
		bool last = !*after, slash = s[n] == '/';
		struct stat st;
		long fd;
		int err;

		if (!n)
			break;
		if ((n == 1 && s[0] == '.') || (n == 2 && s[0] == '.' && s[1] == '.')) {
			w->slash = true;
			w->dots = n == 2 ? "/.." : "/.";
			err = n == 2 || last ? check_search(w->path) : 0;
			if (err)
				return err;
			if (n == 2)
				up(w, flags);
			memmove(w->rest, s + n, strlen(s + n) + 1);
			continue;
		}
		if (n > NAME_MAX)
			return -ENAMETOOLONG;
		if (have + n + 2 > PATH_MAX)
			return -ENAMETOOLONG;
		w->path[have] = '/';
		memcpy(w->path + have + 1, s, n);
		w->path[have + 1 + n] = 0;
		memmove(w->rest, s + n, strlen(s + n) + 1);
		w->slash = last && slash;
		w->is_dir = false;
		w->dots = "/";
		if (last && names)
			return 0;
		if (last && slash && (flags & PATH_CREATE)) {
			w->path[have] = 0;
			err = check_search(w->path);
			return err ? err : -EISDIR; /* whatever is there */
		}
		fd = path_look(w->path);
		if (fd < 0) {
			w->missing = fd == -ENOENT && last;
			return w->missing ? 0 : (int)fd;
		}
		host(SYS_fstat, fd, HP(&st));
		w->is_dir = S_ISDIR(st.st_mode);
		if (S_ISLNK(st.st_mode) && (!last || slash || (flags & PATH_FOLLOW))) {
			err = links++ < MAX_LINKS ? follow(w, fd) : -ELOOP;
			host(SYS_close, fd);
			if (err)
				return MIN(err, 0);
			if (path_walk_fast(w, flags))
				return 0;
			continue;
		}
		if (last && !w->slash) {
			w->fd = (int)fd;
			return 0;
		}
		host(SYS_close, fd);
		if (!w->is_dir)
			return -ENOTDIR;
	}
	w->is_dir = true;
	w->slash = true;
	return 0;
}

void path_start_in(struct walk *w, const char *dir, const char *path)
{
	w->missing = w->slash = w->dot = w->ups = w->is_dir = false;
	w->dots = "/";
	w->fd = -1;
	w->exact = w->exact_exe = false;
	strcpy(w->rest, path);
	from.fd = NOWHERE;
	strcpy(w->path, dir);
}

/* Where the walk begins. */
int path_start(struct walk *w, int dfd, const char *path)
{
	char target[PATH_MAX];
	int err;

	path_start_in(w, guest_root, path);
	if (path[0] == '/')
		return 0;
	if (dfd != AT_FDCWD && host_fd_is_own(dfd))
		return -EBADF;
	err = object_fd_path(dfd, target);
	if (err)
		return err == -ENOENT && dfd != AT_FDCWD ? -EBADF : err;
	if (target[0] != '/')
		return -ENOTDIR;
	if (!mount_guest_path(target, w->path, NULL) || !is_shown(w->path))
		return -EACCES;
	from.fd = dfd;
	strcpy(from.path, w->path);
	return 0;
}

/* ---- What the host is told ---- */

static char *new_text(void)
{
	return call.nr_texts < ARRAY_SIZE(call.text) ? call.text[call.nr_texts++] : NULL;
}

/* Keeps fd until the end of the call, out of the way if the call makes a new one. */
long path_keep_fd(long fd, u32 flags)
{
	struct rlimit lim;
	long high;

	if (fd < 0)
		return fd;
	if (flags & PATH_HIDE_FD) {
		high = host(SYS_fcntl, fd, F_DUPFD_CLOEXEC, HIGH_FD);
		if (high < 0 && !getrlimit(RLIMIT_NOFILE, &lim))
			high = host(SYS_fcntl, fd, F_DUPFD_CLOEXEC, lim.rlim_cur / 2);
		if (high >= 0) {
			host(SYS_close, fd);
			fd = high;
		}
	}
	if (call.nr_fds == MAX_OPEN) {
		host(SYS_close, fd);
		return -EMFILE;
	}
	sandbox_path_used = true;
	call.fd[call.nr_fds++] = (int)fd;
	return fd;
}

/* A call that is to change dfd itself gets a descriptor that it cannot lose meanwhile. */
static const char *hold_dfd(int dfd, const char *path)
{
	int held = dfd == AT_FDCWD && !path ? 0 : sandbox_hold_fd(dfd);

	if (held < 0 && (path || held != -EBADF))
		return sandbox_path_fail(held);
	call.empty = MAX(held, 0);
	return path;
}

/* The name `last` in the directory of w. */
static const char *name_form(struct walk *w, u32 flags)
{
	char dir[GUEST_PATH_MAX], *text = new_text();
	const char *last = split(w->path, dir);
	long fd = path_keep_fd(path_look(dir), flags);

	if (fd < 0)
		return sandbox_path_fail((int)fd);
	snprintf(text, sizeof(call.text[0]), "/proc/self/fd/%ld/%s%s", fd, last,
		 w->slash ? "/" : "");
	return text;
}

static const char *object_form(struct walk *w, u32 flags)
{
	const char *rel;
	const struct mount *m = mount_find(w->path, &rel);
	char *text = new_text();
	long fd;

	if (m->kind == MOUNT_PROC) {
		snprintf(text, sizeof(call.text[0]), "/proc/%s", rel);
		return text;
	}
	/* By its name where the host is not to follow it: see form(). */
	if (m->kind == MOUNT_FILE && !((flags & PATH_FOLLOW) && w->fd >= 0)) {
		snprintf(text, sizeof(call.text[0]), "/proc/self/fd/%d/%s", m->fd, m->name);
		return text;
	}
	fd = w->fd >= 0 ? w->fd : path_look(w->path);
	w->fd = -1;
	fd = path_keep_fd(fd, flags);
	if (fd < 0)
		return sandbox_path_fail((int)fd);
	snprintf(text, sizeof(call.text[0]), "/proc/self/fd/%ld%s", fd, w->is_dir ? "/" : "");
	return text;
}

/* Whether a read-only mount forbids the write, and what that is called. */
static int check_write(const struct walk *w, const struct mount *m, const char *rel, u32 flags)
{
	struct stat st;
	long fd;

	if (m->kind == MOUNT_PROC)
		return proc_writable(rel) ? 0 : -EACCES;
	mount_written(m);
	if (!m->ro)
		return 0;
	if ((flags & PATH_NEW) && !w->missing) {
		fd = path_look(w->path);
		if (fd >= 0) {
			host(SYS_close, fd);
			return -EEXIST;
		}
		return fd == -ENOENT ? -EROFS : (int)fd;
	}
	if (!(flags & PATH_ACCESS_W) || w->missing || w->fd < 0)
		return -EROFS;
	host(SYS_fstat, w->fd, HP(&st));
	return S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode) ? -EROFS : 0;
}

static int check(const struct walk *w, u32 flags)
{
	const char *rel;
	const struct mount *m = mount_find(w->path, &rel);
	const struct mount *first = call.first;

	call.first = m;
	if ((flags & PATH_SECOND) && first != m)
		return -EXDEV;
	if (!(flags & PATH_NAME) && w->missing && !(flags & PATH_CREATE))
		return -ENOENT;
	if ((flags & PATH_NAME) && mount_is_point(w->path))
		return flags & PATH_NEW ? -EEXIST : -EBUSY;
	/* What mounts cover would be seen under another name. */
	if ((flags & PATH_NAME) && !(flags & PATH_NEW) && mount_has_below(w->path))
		return -EBUSY;
	if (flags & (PATH_WRITE | PATH_ACCESS_W))
		return check_write(w, m, rel, flags);
	return 0;
}

/* What a descriptor is. It is held first: what it is asked about and what the host is called with
 * are the same then, whatever other threads put under its number. A file of /proc is taken by its
 * path, as what is shown of it depends on that; *text stays NULL then. */
static int hold_exact(struct walk *w, u32 flags, char **text)
{
	char target[PATH_MAX];
	const struct mount *m;
	long fd = w->exact_exe ? object_open(w->exact_pid, w->exact_fd, &w->rights)
			       : object_hold(w->exact_pid, w->exact_fd, &w->rights);
	int err = 0;

	if (fd < 0)
		return (int)fd;
	if (!object_fd_path((int)fd, target) && mount_guest_path(target, w->path, &m)) {
		if (m->kind == MOUNT_PROC) {
			host(SYS_close, fd);
			w->exact = false;
			w->fd = (int)path_look(w->path);
			return MIN(w->fd, 0);
		}
		if ((flags & PATH_SECOND) && call.first != m)
			err = -EXDEV;
		call.first = m;
	}
	fd = path_keep_fd(fd, flags);
	if (fd < 0 || err)
		return fd < 0 ? (int)fd : err;
	*text = new_text();
	if (!*text)
		return -ENOMEM;
	snprintf(*text, sizeof(call.text[0]), "/proc/self/fd/%ld%s", fd, w->slash ? "/" : "");
	return object_check((int)fd, w->rights, flags);
}

static const char *form(struct walk *w, u32 flags)
{
	const char *rel;
	const struct mount *m = mount_find(w->path, &rel);

	/* The root, and what ends in dots, has no name of its own. */
	if ((flags & PATH_NAME) && (!w->path[0] || w->is_dir))
		return flags & PATH_NEW ? "/" : w->dots;
	if (m->kind != MOUNT_DIR || w->is_dir ||
	    (!w->missing && (flags & PATH_FOLLOW) && !(flags & PATH_NAME)))
		return object_form(w, flags);
	return name_form(w, flags);
}

static const char *host_form(int dfd, const char *path, u32 flags)
{
	char copy[PATH_MAX];
	struct walk w;
	const char *out;
	char *held = NULL;
	long len = path ? host_strnlen(path, PATH_MAX) : -1;
	int err;

	sandbox_path_used = true;
	if (!path) /* some calls mean dfd itself then */
		return flags & PATH_WRITE ? hold_dfd(dfd, NULL) : NULL;
	if (len < 0) /* it may be readable again when the host looks at it */
		return BAD_PATH;
	if (len == PATH_MAX)
		return sandbox_path_fail(-ENAMETOOLONG);
	if (host_copy(copy, path, (size_t)len))
		return BAD_PATH;
	copy[len] = 0;
	if (!copy[0]) {
		if (!(flags & PATH_EMPTY))
			return sandbox_path_fail(-ENOENT);
		if (flags & PATH_WRITE)
			return hold_dfd(dfd, "");
		return dfd != AT_FDCWD && host_fd_is_own(dfd) ? sandbox_path_fail(-EBADF) : "";
	}
	err = path_start(&w, dfd, copy);
	if (!err && !path_walk_fast(&w, flags))
		err = walk(&w, flags);
	if (!err && w.exact)
		err = hold_exact(&w, flags, &held);
	if (!err && !held)
		err = check(&w, flags);
	out = err ? sandbox_path_fail(err) : held ? held : form(&w, flags);
	call.missing = !err && w.missing;
	if (w.fd >= 0)
		host(SYS_close, w.fd);
	return out;
}

const char *sandbox_path(int dfd, const char *path, u32 flags)
{
	int first = flags & PATH_SECOND ? call.error : 0;
	const char *out = host_form(dfd, path, flags);

	if (first) /* of two paths the host looks at the first one first */
		call.error = first;
	return out;
}

int sandbox_chroot(const char *path, bool allowed)
{
	struct walk w;
	int err;

	if (!path || !*path)
		return -ENOENT;
	err = path_start(&w, AT_FDCWD, path);
	if (!err && !path_walk_fast(&w, PATH_FOLLOW))
		err = walk(&w, PATH_FOLLOW);
	if (w.fd >= 0)
		host(SYS_close, w.fd);
	if (err || w.missing || !w.is_dir)
		return err ? err : w.missing ? -ENOENT : -ENOTDIR;
	if (!allowed)
		return -EPERM;
	strcpy(guest_root, w.path);
	return 0;
}
