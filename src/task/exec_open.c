/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening a program as do_open_execat() does it: what may not be executed, and what is being
 * written. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "host/host.h"
#include "sandbox/path.h"
#include "sandbox/sandbox.h"
#include "task/exec.h"

bool exec_watched, exec_asks_host;

/* The host refuses a read lease of a file that somebody has open for writing. -EACCES to those who
 * may not ask. Who opens it for writing right now breaks the lease, which SIGIO would tell: the
 * process would end of it. */
static long ask_by_lease(int fd)
{
	long ret;

	host(SYS_fcntl, fd, F_SETSIG, SIGURG);
	ret = host(SYS_fcntl, fd, F_SETLEASE, F_RDLCK);

	if (ret == 0)
		host(SYS_fcntl, fd, F_SETLEASE, F_UNLCK);
	return ret == -EAGAIN ? -ETXTBSY : ret;
}

/* Whether somebody has the file open for writing, or it may not be executed for a reason of the
 * host's. That can be asked directly since Linux 6.14, which opens the file once more: not where
 * somebody counts. */
static int check_busy(const char *path, int fd)
{
	static char *const argv[] = {(char *)"check", NULL};
	bool quiet = exec_watched && !exec_asks_host;
	long ret = quiet ? ask_by_lease(fd) : -EACCES;

	if (ret == 0 || ret == -ETXTBSY)
		return (int)ret;
	ret = host(SYS_execveat, AT_FDCWD, HP(path), HP(argv), HP(argv + 1), AT_EXECVE_CHECK);
	if (ret == -EINVAL || ret == -ENOSYS)
		return ask_by_lease(fd) == -ETXTBSY ? -ETXTBSY : 0;
	return ret == -EACCES || ret == -ETXTBSY ? (int)ret : 0;
}

static int not_executable(const char *path, char *why, size_t n)
{
	struct stat st;

	if (stat(path, &st) < 0)
		snprintf(why, n, "permission denied");
	else if (S_ISREG(st.st_mode))
		snprintf(why, n, "not executable (chmod +x?)");
	else
		snprintf(why, n, S_ISDIR(st.st_mode) ? "is a directory" : "not a regular file");
	return -EACCES;
}

static int open_host_program(const char *path, char *why, size_t n)
{
	struct stat st;
	int fd, err;

	if (host_may_execute(path) == -EACCES)
		return not_executable(path, why, n);
	fd = (int)host(SYS_openat, AT_FDCWD, HP(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		if (fd != -EACCES)
			return fd == -ENXIO ? -EACCES : fd; /* a socket, a pipe without writer */
		/* execute-only: Linux would run it, but it cannot be read here */
		snprintf(why, n, "permission denied");
		return -EACCES;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		err = not_executable(path, why, n);
	} else {
		err = check_busy(path, fd);
		if (err)
			snprintf(why, n, "%s", strerror(-err));
	}
	if (!err)
		return fd;
	host(SYS_close, fd);
	return err;
}

static int open_program(const char *path, char *why, size_t n)
{
	int fd;

	if (likely(!sandbox_on))
		return open_host_program(path, why, n);
	fd = open_host_program(sandbox_path(AT_FDCWD, path, PATH_FOLLOW), why, n);
	return (int)sandbox_path_end(fd);
}

/* It takes none of the caller's descriptors. */
int exec_open(const char *path, char *why, size_t n)
{
	int fd = open_program(path, why, n);
	struct rlimit old;

	if (fd == -EMFILE && host_raise_fds(&old)) {
		fd = open_program(path, why, n);
		host_restore_fds(&old);
	}
	return fd;
}
