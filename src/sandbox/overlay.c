/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/host.h"
#include "sandbox/mounter.h"
#include "sandbox/nolinks.h"

/* The mount is attached in a mount namespace in which nobody is, so that its files have paths
 * (/proc/self/fd) that tell them from others. This keeps it. */
static int namespace_fd = -1;

struct making {
	const struct overlay *o;
	bool as_user; /* in a user namespace */
	uid_t uid;
	gid_t gid;
};

/* ---- In the helper ---- */

static bool write_map(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Files are made in the caller's name: its ids must be known in the namespace. */
static bool map_ids(const struct making *m)
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

static int create(const struct making *m, int fs)
{
	int err = set_dir(fs, "lowerdir", m->o->lower);
	int mount;

	if (!err)
		err = set_dir(fs, "upperdir", m->o->upper);
	if (!err)
		err = set_dir(fs, "workdir", m->o->work);
	if (!err)
		err = set_options(fs, m->as_user);
	if (!err && fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		err = -errno;
	if (err)
		return err;
	mount = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	if (mount < 0)
		return -errno;
	err = move_mount(mount, "", AT_FDCWD, m->o->at, MOVE_MOUNT_F_EMPTY_PATH) ? -errno : 0;
	close(mount);
	return err;
}

static int attach(const struct making *m)
{
	int fs, err;

	if (m->as_user && !map_ids(m))
		return -EPERM;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	fs = fsopen("overlay", FSOPEN_CLOEXEC);
	if (fs < 0)
		return -errno;
	err = create(m, fs);
	close(fs);
	return err;
}

static long make_nth(void *arg, u32 i)
{
	const struct making *m = arg;
	int err = i ? 0 : attach(m);

	if (err)
		return err;
	if (i == 1)
		return nolinks_make(m->o->at, false);
	return host(SYS_open, HP(i ? "/proc/self/ns/mnt" : m->o->at),
		    (i ? O_RDONLY : O_PATH | O_DIRECTORY) | O_CLOEXEC);
}

/* ---- The caller's side ---- */

static mode_t permitted(const char *path, int how, mode_t bit)
{
	return eaccess(path, how) ? 0 : bit;
}

/* The mount's root is what lies in upper: it is to look like the one below, or, where that is
 * another user's, to permit the caller as much. */
static int dress_upper(const struct overlay *o)
{
	struct stat st;
	mode_t mode;

	if (stat(o->lower, &st))
		return -errno;
	mode = st.st_mode & 07777;
	if (geteuid() && geteuid() != st.st_uid)
		mode = (mode & ~0700U) | permitted(o->lower, R_OK, 0400) |
		       permitted(o->lower, W_OK, 0200) | permitted(o->lower, X_OK, 0100);
	if ((!geteuid() && chown(o->upper, st.st_uid, st.st_gid)) || chmod(o->upper, mode))
		return -errno;
	utimensat(AT_FDCWD, o->upper, (struct timespec[2]){st.st_atim, st.st_mtim}, 0);
	return 0;
}

static void close_all(const int *fds, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

int overlay_mount(struct overlay *o)
{
	struct making m = {.o = o, .uid = geteuid(), .gid = getegid()};
	int fds[3], err = dress_upper(o);

	if (err)
		return err;
	mounter_run(CLONE_NEWNS, make_nth, &m, fds, 3);
	if (fds[0] == -EPERM) {
		close_all(fds, 3);
		m.as_user = true;
		mounter_run(CLONE_NEWUSER | CLONE_NEWNS, make_nth, &m, fds, 3);
	}
	if (fds[0] < 0 || fds[2] < 0) {
		close_all(fds, 3);
		return fds[0] < 0 ? fds[0] : fds[2];
	}
	o->fd = fds[0];
	o->plain = MAX(fds[1], -1);
	namespace_fd = host_own_fd(fds[2]);
	return 0;
}

void overlay_forget(void)
{
	if (namespace_fd >= 0)
		host_close_own_fd(namespace_fd);
	namespace_fd = -1;
}

int overlay_gather(int first)
{
	return namespace_fd >= 0 && dup2(namespace_fd, first) == first ? first + 1 : first;
}
