/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What calls say of paths that end in, begin in and go through directories in which the caller may
 * not look anything up: "d/" is one, "d/." is not. For a user without privileges: root becomes one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NOBODY 65534

static int top;

static void say(const char *call, long ret)
{
	printf(" %s=%s", call, ret < 0 ? strerrorname_np(errno) : "ok");
}

static void say_fd(const char *call, int fd)
{
	say(call, fd);
	if (fd >= 0)
		close(fd);
}

static void look_at(int dir, const char *path)
{
	struct stat st;
	struct statx stx;
	char buf[64];

	say("stat", fstatat(dir, path, &st, 0));
	say("lstat", fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW));
	say("statx", statx(dir, path, 0, 0, &stx));
	say("access", faccessat(dir, path, F_OK, 0));
	say("access", faccessat(dir, path, X_OK, 0));
	say("readlink", readlinkat(dir, path, buf, sizeof(buf)));
	say("mkdir", mkdirat(dir, path, 0700));
	say("utimes", utimensat(dir, path, NULL, 0));
	say_fd("open", openat(dir, path, O_RDONLY));
	say_fd("path", openat(dir, path, O_PATH | O_NOFOLLOW));
	say_fd("create", openat(dir, path, O_CREAT | O_RDWR, 0600));
}

static void look_by_path(const char *path)
{
	struct statfs fs;
	char buf[64];

	say("statfs", statfs(path, &fs));
	say("getxattr", getxattr(path, "user.x", buf, sizeof(buf)));
	say("lgetxattr", lgetxattr(path, "user.x", buf, sizeof(buf)));
	say("truncate", truncate(path, 0));
	say("chown", chown(path, -1, -1));
	say("rename", rename(path, path));
}

/* The directories "o" and "o/i" have these modes, the working directory is one of them. */
static void look(const char *cwd, mode_t outer, mode_t inner, const char *path)
{
	static const char *const from[] = {"", "again", "descriptor"};

	for (int i = 0; i < 3; i++) {
		int dir = AT_FDCWD;

		fchmodat(top, "o", 0700, 0);
		fchmodat(top, "o/i", 0700, 0);
		if (fchdir(top) || chdir(cwd))
			perror(cwd);
		if (i == 2)
			dir = open(".", O_RDONLY);
		fchmodat(top, "o/i", inner, 0);
		fchmodat(top, "o", outer, 0);
		printf("%s %o %o %s %s:", cwd, outer, inner, path, from[i]);
		look_at(dir, path);
		if (i < 2)
			look_by_path(path);
		else
			close(dir);
		say("chmod", chmod(path, 0700));
		puts("");
	}
}

static void make_tree(void)
{
	mkdir("o", 0700);
	mkdir("o/i", 0700);
	mkdir("o/i/s", 0700);
	close(open("o/f", O_CREAT | O_RDWR, 0600));
	close(open("o/i/f", O_CREAT | O_RDWR, 0600));
	if (symlink("f", "o/l") || symlink("../f", "o/i/l") || symlink("..", "o/i/u") ||
	    symlink(".", "o/i/d") || symlink("o", "lo"))
		perror("symlink");
}

int main(void)
{
	static const char *const below[] = {"o",  "o/",	 "o//",	 "o/.", "./o/",
					    "lo", "lo/", "lo/.", "o/i/"};
	static const char *const inside[] = {
		"./../f", "../f", "../l", "..",	     "../",  ".././f", "../i/f",  "f",
		"./f",	  "l",	  "u",	  "u/",	     "u/f",  "d",      "d/",	  "d/f",
		".",	  "./",	  "../.", "../../o", "s/..", "s/../f", "s/../..", "s/../../f"};

	if (mkdir("w", 0700) || chown("w", NOBODY, NOBODY) || chdir("w"))
		if (geteuid() == 0 || chdir("w"))
			return 1;
	if (geteuid() == 0 && (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY)))
		return 1;
	top = open(".", O_RDONLY | O_DIRECTORY);
	make_tree();
	for (int m = 0; m < 4; m++) {
		mode_t outer = m & 1 ? 0600 : 0700, inner = m & 2 ? 0600 : 0700;

		for (size_t i = 0; i < sizeof(below) / sizeof(*below); i++)
			look(".", outer, inner, below[i]);
		for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++)
			look("o/i", outer, inner, inside[i]);
	}
	fchmodat(top, "o", 0700, 0);
	fchmodat(top, "o/i", 0700, 0);
	return 0;
}
