/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in /proc/self, by all the ways to name it: calls that look, and open(2). A sandbox shows
 * the same (tests/cases/90-sandbox.sh). */
#include "guest.h"

static const char *const names[] = {
	"status",   "stat",	  "statm", "maps",   "cmdline", "comm",	   "limits",   "mounts",
	"fd",	    "task",	  "fd/0",  "fd/9",   "fd/0/",	"fd/9/x",  "fd/00",    "fd/77",
	"fdinfo/9", "exe",	  "cwd",   "cwd/",   "root",	"status/", "status/x", "nope",
	"./status", "fd/../stat", "",	   "fd/9/.", "fd/",	"exe/",	   "fd/-1",    "fdinfo",
	"auxv",	    "environ",	  "fd/8",  "fd/8/",
};

static void look(int dfd, const char *path)
{
	struct stat st = {0}, link = {0};
	struct statx stx = {0};
	long got;

	got = fstatat(dfd, path, &st, 0);
	printf(" %s %o", result(got), st.st_mode);
	got = fstatat(dfd, path, &link, AT_SYMLINK_NOFOLLOW);
	printf(" %s %o", result(got), link.st_mode);
	got = syscall(SYS_statx, dfd, path, 0, STATX_BASIC_STATS, &stx);
	printf(" %s %o %d", result(got), stx.stx_mode, stx.stx_ino == st.st_ino);
	printf(" %s", result(faccessat(dfd, path, R_OK, 0)));
	printf(" %s", result(faccessat(dfd, path, F_OK, AT_EACCESS)));
	for (int i = 0; i < 2; i++) {
		got = openat(dfd, path, O_RDONLY | (i ? O_DIRECTORY : O_NONBLOCK));
		printf(" %s", got < 0 ? result(got) : "open");
		if (got >= 0) {
			printf(" %d %d", (int)got, fcntl((int)got, F_GETFL) & O_ACCMODE);
			close((int)got);
		}
	}
	printf("\n");
}

static void look_below(const char *what, int dfd, const char *prefix)
{
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s%s", prefix, names[i]);
		printf("%s%s:", what, names[i]);
		look(dfd, path);
	}
}

int main(void)
{
	char dir[64], here[1024];
	int fd;

	if (!getcwd(here, sizeof(here)))
		return 1;
	close(8);
	close(9);
	fd = open(".", O_RDONLY | O_DIRECTORY);
	dup2(fd, 8);
	close(fd);
	fd = open("/dev/zero", O_RDONLY);
	dup2(fd, 9);
	close(fd);
	look_below("self/", AT_FDCWD, "/proc/self/");
	look_below("thread-self/", AT_FDCWD, "/proc/thread-self/");
	snprintf(dir, sizeof(dir), "/proc/%d/", getpid());
	look_below("PID/", AT_FDCWD, dir);
	snprintf(dir, sizeof(dir), "/proc/self/task/%d/", getpid());
	look_below("task/", AT_FDCWD, dir);
	look(AT_FDCWD, "/dev/fd/9");
	look(AT_FDCWD, "/dev/fd/8");
	look(AT_FDCWD, "/dev/fd/77");
	look(AT_FDCWD, "/dev/stdin");
	look(AT_FDCWD, "/dev/stdin/");
	fd = open("/proc/self", O_RDONLY | O_DIRECTORY);
	look_below("in ", fd, "");
	if (fchdir(fd) == 0)
		look_below("here ", AT_FDCWD, "");
	close(fd);
	return chdir(here) != 0;
}
