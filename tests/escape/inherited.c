/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes more of a descriptor than it was given for: `inherited < FILE`, where FILE is the host's,
 * open for reading. Also of what the sandbox shows read-only: the program itself. Says what gave
 * way; status 1 then. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static int escapes;

static void escaped(const char *way, const char *what)
{
	printf("escaped: %s of %s\n", way, what);
	fflush(stdout);
	escapes++;
}

/* Nothing is written: what can be opened for writing is enough. */
static void by_path(const char *path)
{
	static const struct timespec old[2] = {{1, 0}, {1, 0}};
	static const int modes[] = {O_RDWR, O_WRONLY, O_WRONLY | O_APPEND, O_RDWR | O_CREAT,
				    O_RDWR | O_NONBLOCK};
	int fd;

	for (unsigned i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		fd = open(path, modes[i], 0600);
		if (fd >= 0)
			escaped("writing", path);
		close(fd);
	}
	unlink("linked");
	if (linkat(AT_FDCWD, path, AT_FDCWD, "linked", AT_SYMLINK_FOLLOW) == 0)
		escaped("a link", path);
	if (chmod(path, 0777) == 0)
		escaped("chmod", path);
	if (fchmodat(AT_FDCWD, path, 0777, 0) == 0 || syscall(452, AT_FDCWD, path, 0777, 0) == 0)
		escaped("fchmodat", path);
	if (chown(path, 1, 1) == 0 || fchownat(AT_FDCWD, path, 1, 1, 0) == 0)
		escaped("chown", path);
	if (utimensat(AT_FDCWD, path, old, 0) == 0)
		escaped("utimensat", path);
	if (setxattr(path, "user.escape", "x", 1, 0) == 0 || removexattr(path, "user.a") == 0)
		escaped("setxattr", path);
	if (access(path, W_OK) == 0 && truncate(path, 0) == 0)
		escaped("truncate", path);
}

static void by_descriptor(int fd, const char *what)
{
	static const struct timespec old[2] = {{1, 0}, {1, 0}};
	static const struct timeval tv[2] = {{1, 0}, {1, 0}};
	long flags = 0x40; /* FS_NODUMP_FL */

	unlink("linked");
	if (linkat(fd, "", AT_FDCWD, "linked", AT_EMPTY_PATH) == 0)
		escaped("a link by descriptor", what);
	if (fchmod(fd, 0777) == 0 || syscall(452, fd, "", 0777, AT_EMPTY_PATH) == 0)
		escaped("fchmod", what);
	if (fchown(fd, 1, 1) == 0 || fchownat(fd, "", 1, 1, AT_EMPTY_PATH) == 0)
		escaped("fchown", what);
	if (futimens(fd, old) == 0 || futimes(fd, tv) == 0 ||
	    utimensat(fd, "", old, AT_EMPTY_PATH) == 0)
		escaped("futimens", what);
	if (fsetxattr(fd, "user.escape", "x", 1, 0) == 0 || fremovexattr(fd, "user.a") == 0)
		escaped("fsetxattr", what);
	if (ioctl(fd, _IOW('f', 2, long), &flags) == 0)
		escaped("FS_IOC_SETFLAGS", what);
}

static void all_ways(int fd, const char *what)
{
	static const char *const form[] = {
		"/proc/self/fd/%d",	   "/dev/fd/%d",
		"/proc/thread-self/fd/%d", "/proc/self/task/%2$d/fd/%1$d",
		"/proc/%2$d/fd/%1$d",	   "/proc/%3$d/fd/%1$d"};
	int pid = getpid(), child = fork(), dir;
	char path[80], name[16];

	if (!child) {
		pause();
		_exit(0);
	}
	for (unsigned i = 0; i < sizeof(form) / sizeof(form[0]); i++) {
		snprintf(path, sizeof(path), form[i], fd, pid, child);
		by_path(path);
		unlink("symlink");
		if (symlink(path, "symlink") == 0)
			by_path("symlink");
	}
	if (fd == 0)
		by_path("/dev/stdin");
	dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
	snprintf(name, sizeof(name), "%d", fd);
	if (dir >= 0 && openat(dir, name, O_RDWR) >= 0)
		escaped("openat", what);
	close(dir);
	by_descriptor(fd, what);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* A second process with the same descriptors puts another file under the number meanwhile. */
static int swap(void *arg)
{
	int *fd = arg; /* the number, what can be written, what cannot */

	for (;;) {
		dup2(fd[1], fd[0]);
		dup2(fd[2], fd[0]);
	}
	return 0;
}

static void race(int forbidden, const char *what, ino_t ino)
{
	static char stack[65536] __attribute__((aligned(16)));
	int fd[3] = {40, open("mine", O_RDWR | O_CREAT, 0600), forbidden};
	int pid = clone(swap, stack + sizeof(stack), CLONE_FILES | CLONE_VM | SIGCHLD, fd);
	static const struct timespec old[2] = {{1, 0}, {1, 0}};
	struct stat before, after;

	fstat(forbidden, &before);
	for (int i = 0; i < 3000 && pid > 0; i++) {
		struct stat st;
		int got = open("/proc/self/fd/40", O_RDWR);

		if (got >= 0 && !fstat(got, &st) && st.st_ino == ino) {
			escaped("a race for writing", what);
			break;
		}
		close(got);
		fchmod(40, 0700);
		chmod("/proc/self/fd/40", 0700);
		futimens(40, old);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	fstat(forbidden, &after);
	if (before.st_mode != after.st_mode || before.st_mtime != after.st_mtime)
		escaped("a race for attributes", what);
	close(fd[1]);
}

/* Puts it under the number of a file that may be changed, as the first open(2) for writing said. */
static void reuse(int forbidden, const char *what)
{
	for (int way = 0; way < 4; way++) {
		int fd = open("mine", O_RDWR | O_CREAT, 0600), got = -1;

		if (way == 0)
			got = dup2(forbidden, fd);
		else if (way == 1)
			got = dup3(forbidden, fd, O_CLOEXEC);
		else
			syscall(way == 2 ? SYS_close : SYS_close_range, fd, fd, 0);
		if (way >= 2)
			got = fcntl(forbidden, F_DUPFD, fd);
		if (got != fd)
			printf("descriptor %d is not %d: %d\n", forbidden, fd, got);
		by_descriptor(got, what);
		close(got);
	}
}

int main(int argc, char **argv)
{
	int self = open("/proc/self/exe", O_RDONLY), file;
	struct stat st;

	if (argc < 1 || self < 0 || chdir("/tmp") || fstat(0, &st))
		return 2;
	all_ways(0, "standard input");
	all_ways(self, argv[0]);
	file = open("/proc/self/exe", O_PATH);
	all_ways(file, "a path");
	reuse(0, "standard input");
	reuse(self, argv[0]);
	race(0, "standard input", st.st_ino);
	fstat(self, &st);
	race(self, argv[0], st.st_ino);
	printf("%d escapes\n", escapes);
	return escapes != 0;
}
