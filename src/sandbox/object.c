/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/object.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "host/host.h"
#include "sandbox/path.h"

int object_link(const char *link, char out[PATH_MAX])
{
	long len = host(SYS_readlink, HP(link), HP(out), PATH_MAX - 1);

	if (len < 0)
		return (int)len;
	out[len] = 0;
	return 0;
}

int object_fd_path(int fd, char out[PATH_MAX])
{
	char link[48];

	if (fd == AT_FDCWD) { /* getcwd(2) is the quicker way, but not for a removed directory */
		if (host(SYS_getcwd, HP(out), PATH_MAX) > 0 && out[0] == '/')
			return 0; /* not "(unreachable)", as it says of an overlay's */
		return object_link("/proc/thread-self/cwd", out);
	}
	snprintf(link, sizeof(link), "/proc/thread-self/fd/%d", fd);
	return object_link(link, out);
}

long object_open(int pid, int fd, int *rights)
{
	char link[48];

	*rights = OBJECT_NO_RIGHTS;
	snprintf(link, sizeof(link), "/proc/%d/fd/%d", pid, fd);
	return host_beyond_fds(SYS_open, HP(link), O_PATH | O_CLOEXEC, 0);
}

long object_hold(int pid, int fd, int *rights)
{
	long held, mode;

	if (pid != (int)host(SYS_getpid))
		return object_open(pid, fd, rights);
	*rights = OBJECT_NO_RIGHTS;
	if (host_fd_is_own(fd))
		return -ENOENT;
	held = host_beyond_fds(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 0);
	if (held < 0)
		return held == -EBADF ? -ENOENT : held;
	mode = host(SYS_fcntl, held, F_GETFL);
	if (mode >= 0 && !(mode & O_PATH))
		*rights = (int)(mode & O_ACCMODE);
	return held;
}

static bool is_memfd(const char *target, const struct stat *st)
{
	return S_ISREG(st->st_mode) && !st->st_nlink && !strncmp(target, "/memfd:", 7);
}

static int check_outside(int rights, u32 flags)
{
	bool read = flags & PATH_ACCESS_R, write = flags & PATH_ACCESS_W;

	if (flags & PATH_WRITE)
		return -EACCES;
	if (rights == OBJECT_NO_RIGHTS)
		return read || write ? -EACCES : 0;
	if ((read && rights == O_WRONLY) || (write && rights == O_RDONLY))
		return -EACCES;
	return 0;
}

/* Inside, the mount decides. A file of the host that the guest was given open (its standard input,
 * say) can be opened again for what it is open for, and not be changed. Pipes, sockets and memory
 * have no place. */
int object_check(int fd, int rights, u32 flags)
{
	char target[PATH_MAX], path[GUEST_PATH_MAX];
	const struct mount *m;
	struct stat st;
	long err = host(SYS_fstat, fd, HP(&st));

	if (!err)
		err = object_fd_path(fd, target);
	if (err)
		return (int)err;
	if (target[0] != '/' || is_memfd(target, &st))
		return 0;
	if (!mount_guest_path(target, path, &m))
		return check_outside(rights, flags);
	if (m->kind == MOUNT_PROC) /* what can be written there is found by its path */
		return flags & PATH_WRITE ? -EPERM : 0;
	if (flags & (PATH_WRITE | PATH_ACCESS_W))
		mount_written(m);
	if (!m->ro)
		return 0;
	if (flags & PATH_WRITE)
		return -EROFS;
	if (!(flags & PATH_ACCESS_W))
		return 0;
	return S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode) ? -EROFS : 0;
}
