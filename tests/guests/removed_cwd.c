/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A working directory that has been removed can still be opened and asked for, and nothing be made
 * in it; by its descriptor, too; at each use. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#define USES 6 /* what is done often is done in other ways in time */

static void tell(const char *what, long ret)
{
	printf(" %s %ld", what, ret < 0 ? -errno : ret);
}

static long entries(int fd)
{
	DIR *d = fdopendir(fd);
	long n = 0;

	if (!d)
		return -1;
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void use(int dir)
{
	struct statfs fs;
	struct stat st = {.st_nlink = 9};
	char buf[200];

	tell("entries", entries(openat(dir, ".", O_RDONLY | O_DIRECTORY)));
	tell("stat", fstatat(dir, ".", &st, 0));
	tell("links", (long)st.st_nlink);
	tell("lstat", fstatat(dir, ".", &st, AT_SYMLINK_NOFOLLOW));
	tell("access", faccessat(dir, ".", W_OK, 0));
	tell("chmod", fchmodat(dir, ".", 0700, 0));
	tell("..", fstatat(dir, "..", &st, 0));
	tell("a name", fstatat(dir, "name", &st, 0));
	tell("made", openat(dir, "name", O_CREAT | O_WRONLY, 0600));
	tell("mkdir", mkdirat(dir, "name", 0700));
	tell("link", symlinkat("x", dir, "name"));
	if (dir != AT_FDCWD) {
		tell("fchdir", fchdir(dir));
	} else {
		tell("chdir", chdir("."));
		tell("statfs", statfs(".", &fs));
		tell("getcwd", getcwd(buf, sizeof(buf)) ? 0 : -1);
	}
	printf("\n");
}

int main(void)
{
	int dir;

	if (mkdir("gone", 0700) || mkdir("gone/deep", 0700) || chdir("gone/deep"))
		return 1;
	dir = open(".", O_RDONLY | O_DIRECTORY);
	if (rmdir("../deep"))
		return 1;
	for (int i = 0; i < USES; i++)
		use(AT_FDCWD);
	for (int i = 0; i < USES; i++)
		use(dir);
	if (chdir("..") || rmdir("../gone"))
		return 1;
	for (int i = 0; i < USES; i++)
		use(AT_FDCWD);
	return chdir("..") || access("gone", F_OK) == 0;
}
