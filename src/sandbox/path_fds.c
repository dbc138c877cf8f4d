/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's descriptors: what is known of them since they were opened, so that the host needs not
 * be asked for their paths, and holding them during a call. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "host/host.h"
#include "sandbox/object.h"
#include "sandbox/path_internal.h"

#define NR_KNOWN 1024

static bool shared;		      /* with other processes */
static u64 changeable[NR_KNOWN / 64]; /* files that the guest may change */
static u8 opened_in[NR_KNOWN];	      /* which mount, plus 1 */
static u8 cwd_in;

bool path_fds_shared(void)
{
	return shared;
}

bool path_fds_alone(void)
{
	return !shared && !sandbox_threads;
}

void sandbox_forget_dirs(void)
{
	shared = true;
}

bool path_fd_changeable(int fd)
{
	return (u32)fd < NR_KNOWN && path_fds_alone() && changeable[fd / 64] >> (fd % 64) & 1;
}

void path_learn_changeable(int fd)
{
	if ((u32)fd < NR_KNOWN && !sandbox_threads)
		changeable[fd / 64] |= 1ULL << (fd % 64);
}

void path_learn_opened(int fd, const struct mount *m)
{
	if ((u32)fd < NR_KNOWN && !sandbox_threads)
		opened_in[fd] = (u8)(m - mount_nth(0) + 1);
}

const struct mount *path_opened_in(int fd)
{
	u32 n = 0;

	if (path_fds_alone())
		n = fd == AT_FDCWD ? cwd_in : (u32)fd < NR_KNOWN ? opened_in[fd] : 0;
	return n ? mount_nth(n - 1) : NULL;
}

void path_learn_cwd(int fd)
{
	const struct mount *m = path_opened_in(fd);

	cwd_in = m ? (u8)(m - mount_nth(0) + 1) : 0;
}

void sandbox_fd_copied(int fd, int from)
{
	bool change = path_fd_changeable(from);
	const struct mount *m = path_opened_in(from);

	path_forget_fd(fd);
	if (change)
		path_learn_changeable(fd);
	if (m)
		path_learn_opened(fd, m);
}

bool sandbox_fd_in_mount(int fd)
{
	return fd >= 0 && path_opened_in(fd);
}

void path_forget_fd(int fd)
{
	if ((u32)fd >= NR_KNOWN)
		return;
	changeable[fd / 64] &= ~(1ULL << (fd % 64));
	opened_in[fd] = 0;
}

void path_forget_fds(void)
{
	memset(changeable, 0, sizeof(changeable));
	memset(opened_in, 0, sizeof(opened_in));
}

/* ---- Holding ---- */

/* What the number means now, whatever other threads put there meanwhile. */
static int hold(int dfd)
{
	int rights;
	long held;

	if (dfd != AT_FDCWD && host_fd_is_own(dfd))
		return -EBADF;
	held = dfd == AT_FDCWD ? -1 : host(SYS_fcntl, dfd, F_DUPFD_CLOEXEC, HIGH_FD);
	if (held >= 0)
		return (int)path_keep_fd(held, 0);
	held = dfd == AT_FDCWD ? host(SYS_openat, AT_FDCWD, HP("."), O_PATH | O_CLOEXEC)
			       : object_hold((int)host(SYS_getpid), dfd, &rights);
	return (int)path_keep_fd(held == -ENOENT ? -EBADF : held, PATH_HIDE_FD);
}

int sandbox_hold_fd(int fd)
{
	int held, err;

	if (path_fd_changeable(fd))
		return fd;
	held = fd < 0 || !path_fds_alone() ? hold(fd) : host_fd_is_own(fd) ? -EBADF : fd;
	err = held < 0 ? held : object_check(held, OBJECT_NO_RIGHTS, PATH_WRITE);
	if (!err)
		path_learn_changeable(fd);
	return err ? err : held;
}

int sandbox_hold_visible(int fd)
{
	char path[GUEST_PATH_MAX];
	int held, err;

	if (path_opened_in(fd) || path_dir_visible(fd))
		return fd;
	held = hold(fd);
	err = held < 0 ? held : sandbox_fd_path(held, path);
	return err ? err : held;
}

/* Whether the host may look in a directory by itself. */
static int check_dir(int fd, bool write)
{
	char target[PATH_MAX], path[GUEST_PATH_MAX];
	const struct mount *m;
	int err = object_fd_path(fd, target);

	if (err)
		return err;
	if (!mount_guest_path(target, path, &m) || m->kind != MOUNT_DIR)
		return target[0] == '/' ? -EACCES : -ENOTDIR;
	if (mount_has_below(path))
		return -EXDEV; /* the host would not see what covers its directories */
	if (write)
		mount_written(m);
	return write && m->ro ? -EROFS : 0;
}

int sandbox_hold_dir(int dfd, bool write)
{
	int held = hold(dfd), err = held < 0 ? held : check_dir(held, write);

	return err ? err : held;
}
