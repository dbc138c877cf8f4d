/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths that the host is given as they are, below directories on which it follows no links
 * (src/sandbox/nolinks.c): no descriptor is needed first. What turns out to hold a link (ELOOP) is
 * called again with the links undone, and at last by way of descriptors, as where there are no such
 * directories. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "host/host.h"
#include "sandbox/object.h"
#include "sandbox/path_internal.h"

#define MAX_LINKS 40 /* MAXSYMLINKS */

/* ---- Directories that paths begin in ---- */

/* What a descriptor of the guest is, or its working directory: known again by device and inode,
 * which cannot be given to another directory as long as there are descriptors of this one. Nothing
 * is mounted below it, or it is the directory of a mount. */
static struct known_dir {
	int of;	      /* the guest's descriptor plus 1 */
	bool checked; /* since its number could last become another's */
	bool tried;
	bool removed; /* plain is of the first mount: not to be used beside another */
	bool top;     /* it is m's, with mounts below it: they are found by its guest path */
	u64 dev, ino;
	int plain, fd; /* own descriptors: below the mount's plain one and below its fd; or -1 */
	const struct mount *m;
} dirs[16];

static struct known_dir cwd = {.plain = -1, .fd = -1};
static u32 cwd_changes = 1, cwd_known; /* cwd is of that change */
static u32 cwd_uses;
static u32 users; /* calls that use what is known while others may make calls */

#define CWD_USES 4 /* before it is learned: many are left again soon */

void sandbox_cwd_changed(int fd)
{
	path_learn_cwd(fd);
	cwd_changes++;
	cwd_uses = 0;
}

void path_hold_dirs(void)
{
	users++;
}

void path_release_dirs(void)
{
	users--;
}

void sandbox_fd_changed(int fd)
{
	struct known_dir *d = &dirs[(u32)fd % ARRAY_SIZE(dirs)];

	if (d->of == fd + 1)
		d->checked = false;
	path_forget_fd(fd);
}

void sandbox_fds_changed(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		dirs[i].checked = false;
	path_forget_fds();
}

static void forget(struct known_dir *d)
{
	if (d->plain >= 0)
		host_close_own_fd(d->plain);
	if (d->fd >= 0)
		host_close_own_fd(d->fd);
	d->plain = d->fd = -1;
	d->top = false;
}

static const struct known_dir *usable(const struct known_dir *d)
{
	return d->plain >= 0 || d->top ? d : NULL;
}

static bool is_same(int fd, const struct stat *want)
{
	struct stat st;

	return !host(SYS_fstat, fd, HP(&st)) && st.st_dev == want->st_dev &&
	       st.st_ino == want->st_ino;
}

static int open_same(int top, const char *rel, const struct stat *want)
{
	long fd = mount_open(top, rel, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (is_same((int)fd, want))
		return host_own_fd((int)fd);
	host(SYS_close, fd);
	return -1;
}

/* A directory that has been removed has no name, and no links in it. */
static int open_removed(int of)
{
	long fd = host(SYS_openat, of, HP("."), O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -1 : host_own_fd((int)fd);
}

/* target is the host path of the directory `of`, st what it is. */
static void learn(struct known_dir *d, int of, const char *target, const struct stat *st)
{
	char path[GUEST_PATH_MAX];
	const char *rel;

	if (!mount_guest_path(target, path, NULL))
		return;
	d->m = mount_find_plain(path, &rel);
	if (!d->m)
		return;
	if (mount_has_below(path)) {
		d->top = is_same(d->m->fd, st);
		return;
	}
	d->removed = !st->st_nlink;
	if (!d->removed) {
		d->plain = open_same(d->m->plain, rel, st);
		d->fd = d->plain < 0 ? -1 : open_same(d->m->fd, rel, st);
	} else {
		d->plain = open_removed(of);
		d->fd = d->plain < 0 ? -1 : open_removed(of);
	}
	if (d->fd < 0)
		forget(d);
}

static const struct known_dir *known_cwd(void)
{
	char target[PATH_MAX];
	struct stat st;

	if (cwd_known == cwd_changes)
		return usable(&cwd);
	if (users || ++cwd_uses < CWD_USES)
		return NULL;
	cwd_known = cwd_changes;
	forget(&cwd);
	if (!object_fd_path(AT_FDCWD, target) &&
	    !host(SYS_newfstatat, AT_FDCWD, HP("."), HP(&st), 0))
		learn(&cwd, AT_FDCWD, target, &st);
	return usable(&cwd);
}

/* At the second use: many are used once. */
static const struct known_dir *known_dir(int of)
{
	struct known_dir *d = &dirs[(u32)of % ARRAY_SIZE(dirs)];
	char target[PATH_MAX];
	struct stat st;

	if (of == AT_FDCWD)
		return known_cwd();
	if (d->of == of + 1 && d->checked && d->tried)
		return usable(d);
	if (host(SYS_fstat, of, HP(&st)) || !S_ISDIR(st.st_mode))
		return NULL;
	if (d->of != of + 1 || d->dev != st.st_dev || d->ino != st.st_ino) {
		if (users)
			return NULL;
		if (d->of)
			forget(d);
		*d = (struct known_dir){
			.of = of + 1,
			.checked = true,
			.dev = st.st_dev,
			.ino = st.st_ino,
			.plain = -1,
			.fd = -1,
		};
		if (st.st_nlink)
			return NULL;
	}
	d->checked = true;
	if (!d->tried && !object_fd_path(of, target))
		learn(d, of, target, &st);
	d->tried = true;
	return usable(d);
}

bool path_dir_visible(int fd)
{
	return fd >= 0 && path_fds_alone() && mount_has_plain() && known_dir(fd);
}

/* ---- Links ---- */

/* A directory, not a link to one, in which the caller may look something up. */
static bool can_search(const struct mount *m, const char *rel)
{
	char inside[PATH_MAX + 4];
	struct stat st;

	snprintf(inside, sizeof(inside), "%s/.", rel);
	return !host(SYS_newfstatat, m->plain, HP(inside), HP(&st), AT_SYMLINK_NOFOLLOW);
}

/* What is known to be searched: a path in a mount, and so all above it there. */
struct searched {
	const struct mount *m;
	size_t len; /* of the path that is being walked */
};

/* ".." where it stands for what it is in the path: behind a directory. */
static bool up(struct walk *w, struct searched *known)
{
	const char *rel;
	const struct mount *m = mount_find_plain(w->path, &rel);
	char *slash = strrchr(w->path, '/');
	size_t len = strlen(w->path);

	if (!slash)
		return true;
	if (path_is_root(w->path))
		return true;
	if (!m)
		return false;
	if (m != known->m || len > known->len) {
		if (!can_search(m, rel))
			return false;
		*known = (struct searched){m, len};
	}
	*slash = 0;
	return true;
}

/* Whether ".." in the path stay below where it begins. */
static bool stays_below(const char *rel)
{
	int depth = 0;
	size_t n;

	for (const char *s = rel; *s && depth >= 0; s += n + (s[n] == '/')) {
		n = strcspn(s, "/");
		depth += n == 2 && s[0] == '.' && s[1] == '.' ? -1 : 1;
	}
	return depth >= 0;
}

bool path_may_be_removed(const char *path)
{
	static const char said[] = " (deleted)";
	size_t n = strlen(path);

	return n >= strlen(said) && !strcmp(path + n - strlen(said), said);
}

/* As path_join(), for a path with ".." that the host can be left to follow: it stays in the mount,
 * even if directories are moved meanwhile. */
static bool join_with_ups(struct walk *w)
{
	size_t keep = strlen(w->path);
	const struct mount *m;
	const char *rel;

	if (!path_is_root("") || path_may_be_removed(w->path) || !path_join_ups(w, ANY_UPS))
		return false;
	m = mount_find_plain(w->path, &rel);
	if (m && (m->whole || !w->ups) && (!m->len || stays_below(rel)))
		return true;
	w->path[keep] = 0;
	return false;
}

/* As path_join(), for a path with "..": they are undone. */
static bool join_up(struct walk *w)
{
	size_t have = strlen(w->path), n;
	struct searched known = {NULL, 0};

	for (const char *s = w->rest; *s; s += n + (s[n] == '/')) {
		bool dot = s[0] == '.', dots = dot && s[1] == '.';

		n = strcspn(s, "/");
		dot = dot && n == 1;
		dots = dots && n == 2;
		if (n > NAME_MAX || have + n + 2 > PATH_MAX)
			return false;
		if (dots && !up(w, &known))
			return false;
		if (n && !dot && !dots) {
			known.len = MIN(known.len, have);
			w->path[have] = '/';
			memcpy(w->path + have + 1, s, n);
			w->path[have + 1 + n] = 0;
		}
		if (n) {
			w->dot = dot || dots;
			w->slash = w->dot || s[n];
		}
		have = strlen(w->path);
	}
	return true;
}

/* w->path is a link: its target takes its place. */
static bool substitute(struct walk *w, const char *target, size_t len)
{
	size_t rest = strlen(w->rest);

	if (len + rest + 2 > sizeof(w->rest))
		return false;
	memmove(w->rest + len + 1, w->rest, rest + 1);
	memcpy(w->rest, target, len);
	w->rest[len] = rest ? '/' : 0;
	if (target[0] == '/')
		path_to_root(w->path);
	else
		*strrchr(w->path, '/') = 0;
	return true;
}

/* Links that paths have been seen to go through, as /bin and /lib often are: asked first. */
static struct known_link {
	int base; /* the directory's plain descriptor that path begins in; -1: the guest's / */
	char path[64];
	u32 len;
} links[8];
static u32 nr_links;

static void learn_link(int base, const char *path)
{
	struct known_link *l = &links[nr_links % ARRAY_SIZE(links)];

	if (strlen(path) >= sizeof(l->path))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		if (links[i].base == base && links[i].len && !strcmp(links[i].path, path))
			return;
	strcpy(l->path, path);
	l->len = (u32)strlen(path);
	l->base = base;
	nr_links++;
}

static struct known_link *find_link(int base, const char *path, u32 flags)
{
	bool last_too = (flags & PATH_FOLLOW) && !(flags & PATH_NAME);

	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		struct known_link *l = &links[i];

		if (l->len && l->base == base && !strncmp(path, l->path, l->len) &&
		    (path[l->len] == '/' || (last_too && !path[l->len])))
			return l;
	}
	return NULL;
}

/* w->path has been joined; it begins in directory d, or, where that is NULL, in /. */
static bool undo_known_links(struct walk *w, const struct known_dir *d, u32 flags)
{
	int base = d ? d->plain : -1;
	char target[PATH_MAX];
	struct known_link *l;
	bool slash = w->slash, dot = w->dot;

	for (int n = 0; nr_links && n < 4 && (l = find_link(base, w->path, flags)); n++) {
		const char *rel = l->path + 1;
		const struct mount *m = d ? NULL : mount_find_plain(l->path, &rel);
		int in = m ? m->plain : base;
		long len = in >= 0 ? host(SYS_readlinkat, in, HP(rel), HP(target), sizeof(target))
				   : -EINVAL;

		if (len <= 0 || len == sizeof(target)) {
			l->len = 0;
			break;
		}
		if (d && target[0] == '/')
			return false;
		strcpy(w->rest, w->path + l->len);
		w->path[l->len] = 0;
		if (!substitute(w, target, (size_t)len) || !path_join(w))
			return false;
		slash |= w->slash;
		dot |= w->dot;
	}
	w->slash = slash;
	w->dot = dot;
	return true;
}

/* Goes through w->rest from w->path on, which is d if that is not NULL, and undoes links and "..".
 * False where another way has to be taken: the host says what is wrong with what is not there. */
static bool undo_links(struct walk *w, const struct known_dir *d, u32 flags)
{
	char target[PATH_MAX];
	size_t begin = strlen(w->path);
	bool below = true; /* where it began */
	int followed = 0;

	for (;;) {
		char *s = w->rest + strspn(w->rest, "/");
		size_t n = strcspn(s, "/"), have = strlen(w->path);
		bool last = !s[n + strspn(s + n, "/")];
		const struct mount *m;
		const char *rel;
		bool dots;
		long len;

		if (!n)
			return true;
		if (n > NAME_MAX || have + n + 2 > PATH_MAX)
			return false;
		dots = s[0] == '.' && (n == 1 || (n == 2 && s[1] == '.'));
		w->slash |= last && (dots || s[n]); /* a directory is meant */
		w->dot |= last && dots;
		if (w->slash && (flags & PATH_NAME))
			return false;
		if (dots && n == 2) {
			if (!up(w, &(struct searched){NULL, 0}))
				return false;
			below &= strlen(w->path) >= begin;
			memmove(w->rest, s + n, strlen(s + n) + 1);
			continue;
		}
		if (!dots) {
			w->path[have] = '/';
			memcpy(w->path + have + 1, s, n);
			w->path[have + 1 + n] = 0;
		}
		memmove(w->rest, s + n, strlen(s + n) + 1);
		if (dots)
			continue;
		if (last && !w->slash && ((flags & PATH_NAME) || !(flags & PATH_FOLLOW)))
			return true;
		m = mount_find_plain(w->path, &rel);
		if (!m)
			return false;
		if (rel[0] == '.' && !rel[1])
			continue; /* a mount point is no link */
		len = host(SYS_readlinkat, m->plain, HP(rel), HP(target), sizeof(target));
		if (len == -EINVAL || (len == -ENOENT && last))
			continue;
		if (len <= 0 || len == sizeof(target) || ++followed > MAX_LINKS)
			return false;
		below &= target[0] != '/';
		if (d && below)
			learn_link(d->plain, w->path + begin);
		else
			learn_link(-1, w->path);
		if (!substitute(w, target, (size_t)len))
			return false;
	}
}

/* ---- Paths ---- */

static _Thread_local struct {
	enum { AS_IT_IS, LINKS_UNDONE, BY_DESCRIPTORS } way;
	bool used; /* in this call */
	bool relative;
	const struct mount *m;
	int itself; /* the path is that of this directory; or -1 */
	bool dot;   /* ... which must be one that can be searched */
	char text[2][PATH_MAX + 8];
} now;

static bool ends_in_up(const char *path)
{
	size_t n = strlen(path);

	return n >= 3 && !strcmp(path + n - 3, "/..");
}

/* A directory that is not called by its name has none below itself. Where one is meant the path
 * ends in a slash, which is appended, or a dot, for which it must be one that can be searched. */
static bool finish(struct walk *w, u32 flags, struct path_place *out)
{
	bool itself = out->rel[0] == '.' && !out->rel[1];

	if (itself)
		return !(flags & PATH_NAME);
	if (!w->slash)
		return true;
	if (flags & (PATH_NAME | PATH_CREATE))
		return false;
	if (ends_in_up(w->path))
		return true;
	strcat(w->path, w->dot ? "/." : "/"); /* both buffers hold more than PATH_MAX */
	return true;
}

/* Whether a path in d may have ".." that lead above d: where that is the guest's "/" above all. */
static bool may_leave(const struct known_dir *d, u32 flags)
{
	return d->m->whole && !d->m->len && !d->removed && !(flags & PATH_OPENED) &&
	       path_is_root("");
}

/* Where a path below directory d lies. Its ".." are the host's to follow: nothing is mounted below
 * d, and as no links are followed the path stays in there. */
static bool place_below(struct walk *w, const struct known_dir *d, const char *path, u32 flags,
			struct path_place *out)
{
	if (d->removed && (flags & PATH_NAME))
		return false;
	w->path[0] = 0;
	strcpy(w->rest, path);
	if (!path_join_ups(w, UPS_BEHIND_NAMES) &&
	    (!may_leave(d, flags) || !path_join_ups(w, ANY_UPS)))
		return false;
	if (!undo_known_links(w, d, flags))
		return false;
	*out = (struct path_place){d->m, d->plain, d->fd, w->path[0] ? w->path + 1 : "."};
	return true;
}

static bool start(struct walk *w, const struct known_dir *d, int dfd, const char *path)
{
	if (!d || !d->top)
		return !path_start(w, dfd, path) &&
		       (path[0] == '/' || !path_may_be_removed(w->path));
	path_start_in(w, d->m->path, path);
	return true;
}

static bool join(struct walk *w)
{
	return path_join(w) || join_with_ups(w) || join_up(w);
}

bool path_place(struct walk *w, int dfd, const char *path, u32 flags, bool undo,
		struct path_place *out)
{
	const struct known_dir *d = NULL;

	if (path[0] != '/' && !path_fds_shared())
		d = known_dir(dfd);
	if (d && !d->top && !undo && place_below(w, d, path, flags, out))
		return finish(w, flags, out);
	if (!start(w, d, dfd, path))
		return false;
	if (!(undo ? undo_links(w, d && d->top ? NULL : d, flags)
		   : join(w) && undo_known_links(w, NULL, flags)))
		return false;
	out->m = mount_find_plain(w->path, &out->rel);
	if (!out->m)
		return false;
	out->plain = out->m->plain;
	out->fd = out->m->fd;
	return !path_pts_name(w->path) && finish(w, flags, out);
}

const char *sandbox_path_in(int *dfd, const char *path, u32 flags)
{
	bool second = flags & PATH_SECOND;
	struct path_place place;
	char copy[PATH_MAX];
	struct walk w;
	long len;

	if (now.way == BY_DESCRIPTORS || !mount_has_plain() || (second && !now.used))
		return NULL;
	len = path ? host_strnlen(path, PATH_MAX) : -1;
	if (len <= 0 || len == PATH_MAX || host_copy(copy, path, (size_t)len))
		goto other_way;
	copy[len] = 0;
	if (!path_place(&w, *dfd, copy, flags, now.way == LINKS_UNDONE, &place) &&
	    (now.way == LINKS_UNDONE || !path_place(&w, *dfd, copy, flags, true, &place)))
		goto other_way;
	if (second && place.m != now.m)
		return sandbox_path_fail(-EXDEV);
	if (flags & (PATH_WRITE | PATH_ACCESS_W))
		mount_written(place.m);
	now.relative = (second && now.relative) || copy[0] != '/';
	now.used = sandbox_path_used = true;
	now.m = place.m;
	now.itself = !strcmp(place.rel, ".") ? place.fd : -1;
	now.dot = w.dot;
	*dfd = place.plain;
	return strcpy(now.text[second], place.rel);
other_way:
	if (!second)
		return NULL;
	now.way = BY_DESCRIPTORS; /* for the first, too: the host would see two mounts */
	return sandbox_path_fail(-ELOOP);
}

static bool leads_to_place(const char *rel)
{
	size_t n;

	for (const char *s = rel; *s; s += n + (s[n] == '/')) {
		n = (size_t)(strchrnul(s, '/') - s);
		if (path_has_place(s, n) || (*s >= '0' && *s <= '9')) /* a terminal's number */
			return true;
	}
	return false;
}

bool path_place_at(struct walk *w, int dfd, const char *path, struct path_place *out)
{
	const struct mount *m = path[0] == '/' ? NULL : path_opened_in(dfd);

	if (!m)
		return false;
	path_start_in(w, "", path);
	if (!path_join_ups(w, UPS_BEHIND_NAMES) || w->slash || leads_to_place(w->path + 1))
		return false;
	*out = (struct path_place){m, m->plain, dfd, w->path + 1};
	return true;
}

/* A name in a directory that the sandbox has opened, which is no link: nobody needs to know where
 * the directory is. */
static bool is_name_at(int dfd, const char *path, char name[NAME_MAX + 1])
{
	const struct mount *m = path_opened_in(dfd);
	long len = m && path ? host_strnlen(path, NAME_MAX + 1) : -1;

	if (len <= 0 || len > NAME_MAX || host_copy(name, path, (size_t)len))
		return false;
	name[len] = 0;
	return !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
	       !leads_to_place(name);
}

long sandbox_name_stat(int dfd, const char *path, u32 flags, struct stat *st)
{
	char name[NAME_MAX + 1];
	long err;

	if (!is_name_at(dfd, path, name))
		return -ENOSYS;
	err = host(SYS_newfstatat, dfd, HP(name), HP(st), AT_SYMLINK_NOFOLLOW);
	return !err && S_ISLNK(st->st_mode) && (flags & PATH_FOLLOW) ? -ENOSYS : err;
}

/* What ".." have led to may be the root of the second mount alone. */
static void root_of_mount(struct statx *stx)
{
	struct statx first;

	if (!host(SYS_statx, now.m->fd, HP(""), AT_EMPTY_PATH, stx->stx_mask, HP(&first)) &&
	    first.stx_ino == stx->stx_ino && first.stx_dev_major == stx->stx_dev_major &&
	    first.stx_dev_minor == stx->stx_dev_minor)
		*stx = first;
}

long sandbox_plain_statx(int dfd, const char *path, u32 flags, u32 mask, struct statx *stx)
{
	long ret;

	if (now.itself >= 0)
		return host(SYS_statx, now.itself, HP(now.dot ? "." : ""), flags | AT_EMPTY_PATH,
			    mask, HP(stx));
	ret = host(SYS_statx, dfd, HP(path), flags, mask, HP(stx));
	if (!ret && (stx->stx_attributes & STATX_ATTR_MOUNT_ROOT))
		root_of_mount(stx);
	stx->stx_mnt_id = now.m->id;
	return ret;
}

const char *sandbox_path_text(const char *path, u32 flags)
{
	static _Thread_local char text[PATH_MAX];
	int dfd = AT_FDCWD;
	const char *rel = sandbox_path_in(&dfd, path, flags);

	return rel && snprintf(text, sizeof(text), "/proc/self/fd/%d/%s", dfd, rel) < PATH_MAX
		       ? text
		       : NULL;
}

bool sandbox_path_again(long ret)
{
	bool again = now.used && ret == -ELOOP;
	/* a directory above the one where the path begins may be what cannot be searched */
	bool above = now.used && now.relative && ret == -EACCES && now.way != BY_DESCRIPTORS;

	now.used = sandbox_path_used = false;
	if (above)
		now.way = BY_DESCRIPTORS;
	else if (!again)
		now.way = AS_IT_IS;
	else if (now.way != BY_DESCRIPTORS)
		now.way++;
	return again || above;
}
