/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scratch directories. A test may have left there what it liked: directories without permissions,
 * nested deeper than paths or descriptors reach, links to elsewhere. Nothing here follows a link.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/worker.h"

#define DEPTH_MAX 40 /* deeper directories are moved up before they are removed */

static bool is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static int open_dir(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == EACCES && fchmodat(at, name, 0700, 0) == 0)
		fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd;
}

/* Removes what is in the directory. top: where what lies too deep is moved to. */
static void empty_dir(int fd, int top, int depth, u32 *moved)
{
	DIR *d = fdopendir(fd);
	struct dirent *e;
	struct stat st;

	if (!d) {
		close(fd);
		return;
	}
	if (fstat(fd, &st) == 0 && (st.st_mode & 0700) != 0700)
		fchmod(fd, 0700);
	while ((e = readdir(d))) {
		int sub;

		if (is_dot(e->d_name) || unlinkat(fd, e->d_name, 0) == 0)
			continue;
		if (errno != EISDIR && errno != EPERM)
			continue;
		if (unlinkat(fd, e->d_name, AT_REMOVEDIR) == 0)
			continue;
		if (depth == DEPTH_MAX) {
			char name[32];

			snprintf(name, sizeof(name), ".up.%u", ++*moved);
			fchmodat(fd, e->d_name, 0700, 0); /* ".." of it is written */
			renameat(fd, e->d_name, top, name);
			continue;
		}
		sub = open_dir(fd, e->d_name);
		if (sub >= 0)
			empty_dir(sub, top, depth + 1, moved);
		unlinkat(fd, e->d_name, AT_REMOVEDIR);
	}
	closedir(d);
}

bool remove_tree(const char *path)
{
	u32 moved = 0;

	if (rmdir(path) == 0 || errno == ENOENT)
		return true;
	for (u32 before = ~0U; before != moved;) { /* again while something was moved up */
		int fd = open_dir(AT_FDCWD, path), top;

		if (fd < 0)
			break;
		top = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		before = moved;
		empty_dir(fd, top, 0, &moved);
		if (top >= 0)
			close(top);
		if (rmdir(path) == 0)
			return true;
	}
	return rmdir(path) == 0;
}

bool directory_empty(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	bool empty = true;

	while (d && (e = readdir(d)))
		empty &= is_dot(e->d_name);
	if (d)
		closedir(d);
	return empty;
}

static void copy_file(int from, const char *name, int to)
{
	int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	int out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct stat st;

	if (in >= 0 && out >= 0 && fstat(in, &st) == 0) {
		while (sendfile(out, in, NULL, 1UL << 30) > 0)
			;
		fchmod(out, st.st_mode & 0777);
	}
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
}

static void copy_dir(int from, int to, int depth)
{
	DIR *d = fdopendir(from);
	struct dirent *e;

	if (!d) {
		close(from);
		return;
	}
	while ((e = readdir(d))) {
		char target[4096];
		struct stat st;
		ssize_t n;
		int in, out;

		if (is_dot(e->d_name) || fstatat(from, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISREG(st.st_mode)) {
			copy_file(from, e->d_name, to);
		} else if (S_ISLNK(st.st_mode)) {
			n = readlinkat(from, e->d_name, target, sizeof(target) - 1);
			if (n < 0)
				continue;
			target[n] = 0;
			if (symlinkat(target, to, e->d_name) < 0)
				continue;
		} else if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX &&
			   mkdirat(to, e->d_name, 0700) == 0) {
			in = open_dir(from, e->d_name);
			out = open_dir(to, e->d_name);
			if (in >= 0 && out >= 0)
				copy_dir(in, out, depth + 1);
			else if (in >= 0)
				close(in);
			if (out >= 0)
				close(out);
		}
	}
	closedir(d);
}

int move_tree(const char *from, const char *to)
{
	int in, out, err = 0;

	if (renameat(AT_FDCWD, from, AT_FDCWD, to) == 0) /* rename(2) is not for workers */
		return 0;
	if (errno != EXDEV || mkdir(to, 0700) < 0)
		return -errno;
	in = open_dir(AT_FDCWD, from);
	out = open_dir(AT_FDCWD, to);
	if (in < 0 || out < 0)
		err = -errno;
	else
		copy_dir(in, out, 0);
	if (in >= 0 && err)
		close(in);
	if (out >= 0)
		close(out);
	return err ? err : remove_tree(from) ? 0 : -EBUSY;
}
