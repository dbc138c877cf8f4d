/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/overlay_make.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/mountinfo.h"

/* ---- Directories that lie in the upper layer from the start ---- */

static mode_t permitted(const char *path, int how, mode_t bit)
{
	return eaccess(path, how) ? 0 : bit;
}

/* It is to look like the one below, or, where that is another user's, to permit the caller as much.
 * Returns 0 or -errno. */
static int dress(const char *lower, const char *upper)
{
	struct stat st;
	mode_t mode;

	if (stat(lower, &st))
		return -errno;
	mode = st.st_mode & 07777;
	if (geteuid() && geteuid() != st.st_uid)
		mode = (mode & ~0700U) | permitted(lower, R_OK, 0400) |
		       permitted(lower, W_OK, 0200) | permitted(lower, X_OK, 0100);
	if ((!geteuid() && chown(upper, st.st_uid, st.st_gid)) || chmod(upper, mode))
		return -errno;
	utimensat(AT_FDCWD, upper, (struct timespec[2]){st.st_atim, st.st_mtim}, 0);
	return 0;
}

/* With the directory for temporary files, which belongs to another user but is everybody's. */
static int dress_directory(const char *lower, const char *upper)
{
	char below[PATH_MAX], above[PATH_MAX];
	struct stat st;

	if (geteuid() && (size_t)snprintf(below, PATH_MAX, "%s/tmp", lower) < PATH_MAX &&
	    (size_t)snprintf(above, PATH_MAX, "%s/tmp", upper) < PATH_MAX && !lstat(below, &st) &&
	    S_ISDIR(st.st_mode) && (st.st_mode & 01002) == 01002 && !mkdir(above, 0700))
		dress(below, above);
	return dress(lower, upper);
}

/* ---- Overlays ---- */

static bool write_map(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Files are made in the caller's name: its ids must be known in the namespace. */
static bool map_ids(const struct overlay_maker *m)
{
	char uid[48], gid[48];

	snprintf(uid, sizeof(uid), "%u %u 1", m->uid, m->uid);
	snprintf(gid, sizeof(gid), "%u %u 1", m->gid, m->gid);
	return write_map("/proc/self/setgroups", "deny") && write_map("/proc/self/uid_map", uid) &&
	       write_map("/proc/self/gid_map", gid);
}

/* By a descriptor, as the names of layers would be taken apart at colons. */
static int set_dir(int fs, const char *key, const char *dir)
{
	char path[40];
	int err, fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = fsconfig(fs, FSCONFIG_SET_STRING, key, path, 0) ? -errno : 0;
	close(fd);
	return err;
}

/* What is behind (index: hard links stay what they are; redirect_dir: directories can be renamed)
 * needs extended attributes that are not for users. */
static int set_options(int fs, bool as_user)
{
	if (fsconfig(fs, FSCONFIG_SET_FLAG, "volatile", NULL, 0))
		return -errno; /* without it the whole file system would be synced at the end */
	if (as_user)
		return fsconfig(fs, FSCONFIG_SET_FLAG, "userxattr", NULL, 0) ? -errno : 0;
	return fsconfig(fs, FSCONFIG_SET_STRING, "redirect_dir", "on", 0) ||
			       fsconfig(fs, FSCONFIG_SET_STRING, "index", "on", 0)
		       ? -errno
		       : 0;
}

struct layers {
	const char *lower, *upper, *work, *at;
};

static int move_to(int mount, const char *at)
{
	int err = move_mount(mount, "", AT_FDCWD, at, MOVE_MOUNT_F_EMPTY_PATH) ? -errno : 0;

	close(mount);
	return err;
}

static int create(const struct layers *l, int fs, bool as_user)
{
	int err = set_dir(fs, "lowerdir", l->lower);
	int mount;

	if (!err)
		err = set_dir(fs, "upperdir", l->upper);
	if (!err)
		err = set_dir(fs, "workdir", l->work);
	if (!err)
		err = set_options(fs, as_user);
	if (!err && fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		err = -errno;
	if (err)
		return err;
	mount = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	return mount < 0 ? -errno : move_to(mount, l->at);
}

static int overlay(const struct layers *l, bool as_user)
{
	int fs = fsopen("overlay", FSOPEN_CLOEXEC), err;

	if (fs < 0)
		return -errno;
	err = create(l, fs, as_user);
	close(fs);
	return err;
}

/* ---- What is shown as it is ---- */

/* Shows a file or directory, with what is mounted below it, in another place. */
static int show(const char *what, const char *at, bool ro)
{
	struct mount_attr attr = {.attr_set = ro ? MOUNT_ATTR_RDONLY : 0};
	int mount = open_tree(AT_FDCWD, what, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

	if (mount < 0)
		return -errno;
	if (mount_setattr(mount, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr))) {
		close(mount);
		return -errno;
	}
	return move_to(mount, at);
}

struct shown {
	const struct overlay *o;
	char last[PATH_MAX]; /* with what is mounted below it */
};

static bool show_mount(const char *point, const char *type, void *arg)
{
	static const char *const own[] = {"proc", "devtmpfs",
					  "devpts"}; /* the sandbox's are others */
	struct shown *s = arg;
	size_t len = strcmp(s->o->lower, "/") ? strlen(s->o->lower) : 0;
	char at[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (!strcmp(type, own[i]))
			return false;
	if (path_is_below(point, s->o->at) || (s->last[0] && path_is_below(point, s->last)) ||
	    (size_t)snprintf(at, sizeof(at), "%s%s", s->o->at, point + len) >= sizeof(at))
		return false;
	if (!show(point, at, true))
		snprintf(s->last, sizeof(s->last), "%s", point);
	return false;
}

/* ---- Trees with mounts below, for users ---- */

/* The host makes no overlay for users of a directory below which something is mounted that they
 * could not unmount. Such a directory is made anew, and its directories are overlays. */

/* A directory's place in the tree, "" for the top: its names there. */
struct place {
	char lower[PATH_MAX], upper[PATH_MAX], at[PATH_MAX];
};

static bool place_of(const struct overlay *o, const char *sub, struct place *p)
{
	const char *lower = strcmp(o->lower, "/") ? o->lower : "";

	return (size_t)snprintf(p->lower, PATH_MAX, "%s%s", lower, sub) < PATH_MAX &&
	       (size_t)snprintf(p->upper, PATH_MAX, "%s%s", o->upper, sub) < PATH_MAX &&
	       (size_t)snprintf(p->at, PATH_MAX, "%s%s", o->at, sub) < PATH_MAX;
}

static bool is_other(const char *point, const char *type, void *at)
{
	(void)type;
	return !path_is_below(point, at);
}

static bool is_point(const char *point, const char *type, void *arg)
{
	(void)type;
	return !strcmp(point, arg);
}

static int split(struct overlay_maker *m, const char *sub);

static void place_directory(struct overlay_maker *m, const char *sub, struct place *p)
{
	/* what is mounted on it comes later */
	bool point = mountinfo_find(m->o->lower, is_point, p->lower);
	bool whole = !point && !mountinfo_find(p->lower, is_other, (void *)m->o->at);
	char work[PATH_MAX];
	struct layers l = {p->lower, p->upper, work, p->at};

	if (!m->mounting && mkdir(p->upper, 0700) && errno != EEXIST)
		return;
	if (!point && !whole)
		split(m, sub);
	if (!m->mounting)
		dress_directory(p->lower, p->upper);
	if (!m->mounting || !whole)
		return;
	if ((size_t)snprintf(work, sizeof(work), "%s/%u", m->o->work, m->works++) < sizeof(work) &&
	    !mkdir(work, 0700) && !overlay(&l, true))
		return;
	show(p->lower, p->at, true);
}

static void place_entry(struct overlay_maker *m, const char *sub)
{
	char target[PATH_MAX];
	struct place p;
	struct stat st;
	ssize_t n;
	int fd;

	if (!place_of(m->o, sub, &p) || lstat(p.lower, &st))
		return;
	if (S_ISDIR(st.st_mode)) {
		place_directory(m, sub, &p);
	} else if (m->mounting && S_ISREG(st.st_mode)) {
		show(p.lower, p.at, true);
	} else if (m->mounting) {
		return;
	} else if (S_ISLNK(st.st_mode)) {
		n = readlink(p.lower, target, sizeof(target) - 1);
		target[n > 0 ? n : 0] = 0;
		n = symlink(target, p.upper);
	} else if (S_ISREG(st.st_mode)) {
		fd = open(p.upper, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd >= 0)
			close(fd);
	}
}

static int split(struct overlay_maker *m, const char *sub)
{
	char child[PATH_MAX];
	struct dirent *d;
	struct place p;
	DIR *dir;

	if (!place_of(m->o, sub, &p))
		return -ENAMETOOLONG;
	dir = opendir(*p.lower ? p.lower : "/");
	if (!dir)
		return -errno;
	while ((d = readdir(dir)))
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, "..") &&
		    (size_t)snprintf(child, sizeof(child), "%s/%s", sub, d->d_name) < sizeof(child))
			place_entry(m, child);
	closedir(dir);
	return 0;
}

int overlay_prepare(struct overlay_maker *m)
{
	int err = chmod(m->o->upper, 0700) ? -errno : 0;

	m->split = m->as_user && mountinfo_find(m->o->lower, is_other, (void *)m->o->at);
	if (!err && m->split)
		err = split(m, "");
	return err ? err : dress_directory(m->o->lower, m->o->upper);
}

/* ---- All ---- */

int overlay_attach(struct overlay_maker *m)
{
	const struct layers top = {m->o->lower, m->o->upper, m->o->work, m->o->at};
	struct shown shown = {.o = m->o};
	int err;

	if (m->as_user && !map_ids(m))
		return -EPERM;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	err = m->split ? show(m->o->upper, m->o->at, false) : overlay(&top, m->as_user);
	if (!err && m->split) {
		m->mounting = true;
		err = split(m, "");
	}
	if (!err)
		mountinfo_find(m->o->lower, show_mount, &shown);
	return err;
}
