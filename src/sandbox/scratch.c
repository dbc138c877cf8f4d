/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/host.h"
#include "sandbox/nolinks.h"
#include "sandbox/overlay.h"

static char base[PATH_MAX];
static char beside[PATH_MAX]; /* scratch_beside() */

/* Programs are to run from there too. */
static bool usable(const char *dir)
{
	struct statvfs v;

	return dir && *dir && !access(dir, W_OK | X_OK) && !statvfs(dir, &v) &&
	       !(v.f_flag & (ST_NOEXEC | ST_RDONLY));
}

static void make_base(const char *dir)
{
	const char *places[] = {dir, getenv("TMPDIR"), "/tmp", "/var/tmp", "/dev/shm"};
	char real[PATH_MAX];

	for (size_t i = dir ? 0 : 1; i < ARRAY_SIZE(places); i++) {
		if (!usable(places[i]) || !realpath(places[i], real))
			continue;
		if ((size_t)snprintf(base, sizeof(base), "%s/trapgate-XXXXXX", real) <
			    sizeof(base) &&
		    mkdtemp(base)) {
			nolinks_expect(real, base);
			return;
		}
	}
	fatal("no place for the sandbox's scratch directory: set TMPDIR to a writable directory");
}

const char *scratch_dir(const char *dir, const char *name, mode_t mode)
{
	static char path[PATH_MAX];

	if (!base[0])
		make_base(dir);
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", base, name) >= sizeof(path) ||
	    (mkdir(path, 0700) && errno != EEXIST) || chmod(path, mode))
		fatal("%s: %s", path, strerror(errno));
	return path;
}

bool scratch_beside(const char *of, char path[PATH_MAX])
{
	if ((size_t)snprintf(beside, sizeof(beside), "%s.trapgate-XXXXXX", of) >= sizeof(beside) ||
	    !mkdtemp(beside)) {
		beside[0] = 0;
		return false;
	}
	strcpy(path, beside);
	return true;
}

const char *scratch_base(void)
{
	return base[0] ? base : NULL;
}

void scratch_forget(void)
{
	nolinks_end_expected();
	base[0] = 0;
}

/* ---- Removing ---- */

/* Below a directory of the guest's, which may have any mode; links are not followed. */
static void remove_below(int dir)
{
	DIR *d = fdopendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		int sub;

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (!unlinkat(dirfd(d), e->d_name, 0))
			continue;
		sub = openat(dirfd(d), e->d_name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub >= 0) {
			char self[40];
			int fd;

			snprintf(self, sizeof(self), "/proc/self/fd/%d", sub);
			chmod(self, 0700);
			fd = openat(sub, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
			close(sub);
			if (fd >= 0)
				remove_below(fd);
		}
		unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
	}
	if (d)
		closedir(d);
}

static void remove_all(const char *path)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir >= 0)
		remove_below(dir);
	rmdir(path);
}

void scratch_remove(void)
{
	remove_all(base);
	if (beside[0])
		remove_all(beside);
	base[0] = beside[0] = 0;
}

static _Noreturn void janitor(int line)
{
	char byte;

	for (int sig = 1; sig < 32; sig++)
		signal(sig, SIG_IGN);
	setsid();
	if (chdir("/") || dup2(line, 0) < 0)
		_exit(1);
	host_close_range((u32)overlay_gather(nolinks_gather(1)), ~0u);
	while (host(SYS_read, 0, HP(&byte), 1) > 0)
		;
	host_close_range(1, ~0u);
	scratch_remove();
	_exit(0);
}

void scratch_watch(void)
{
	int line[2], status;
	pid_t child;

	if (!base[0])
		return;
	if (pipe2(line, O_CLOEXEC))
		fatal("pipe: %s", strerror(errno));
	child = fork();
	if (child < 0)
		fatal("fork: %s", strerror(errno));
	if (child == 0) {
		if (fork() == 0)
			janitor(line[0]);
		_exit(0);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	close(line[0]);
	host_own_fd(line[1]); /* the end of the last copy is the end of the run */
}

/* ---- Size ---- */

#define DEPTH_MAX 40 /* each level takes a descriptor */

/* each: what a name takes. */
static u64 size_below(int fd, int depth, u64 each, u64 limit)
{
	DIR *d = fdopendir(fd);
	struct dirent *e;
	u64 sum = 0;

	if (!d) {
		close(fd);
		return 0;
	}
	while (sum <= limit && (e = readdir(d))) {
		struct stat st;
		int sub;

		if (strcmp(e->d_name, "..") == 0 ||
		    fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		sum += (u64)st.st_blocks * 512 + each;
		if (!S_ISDIR(st.st_mode) || strcmp(e->d_name, ".") == 0 || depth == DEPTH_MAX)
			continue;
		sub = openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub >= 0)
			sum += size_below(sub, depth + 1, each, limit - MIN(sum, limit));
	}
	closedir(d);
	return sum;
}

static u64 size_of_tree(const char *path, u64 each, u64 limit)
{
	int fd = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? 0 : size_below(fd, 0, each, limit);
}

u64 tree_size(const char *path, u64 limit)
{
	return size_of_tree(path, 0, limit);
}

u64 tree_memory(const char *path, u64 limit)
{
	return size_of_tree(path, 1024, limit);
}

/* ---- Copying ---- */

static const char *copy_to;
static size_t copy_from_len;

static void copy_file(const char *from, const char *to, const struct stat *st)
{
	int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	char buf[65536];
	ssize_t n = 0;

	if (in < 0 || out < 0)
		fatal("%s: cannot be copied: %s", from, strerror(errno));
	if (ioctl(out, FICLONE, in) < 0) {
		while ((n = read(in, buf, sizeof(buf))) > 0)
			if (write(out, buf, (size_t)n) != n)
				fatal("%s: %s", to, strerror(errno));
	}
	if (n < 0 || (geteuid() == 0 && fchown(out, st->st_uid, st->st_gid)) ||
	    fchmod(out, st->st_mode & 07777))
		fatal("%s: cannot be copied: %s", from, strerror(errno));
	futimens(out, (struct timespec[2]){st->st_atim, st->st_mtim});
	close(in);
	close(out);
}

static int copy_one(const char *from, const struct stat *st, int type, struct FTW *ftw)
{
	struct timespec times[2] = {st->st_atim, st->st_mtim};
	char to[PATH_MAX], target[PATH_MAX];
	ssize_t n;

	(void)ftw;
	if ((size_t)snprintf(to, sizeof(to), "%s%s", copy_to, from + copy_from_len) >= sizeof(to))
		fatal("%s: %s", from, strerror(ENAMETOOLONG));
	if (type == FTW_DNR || type == FTW_NS)
		fatal("%s: cannot be read", from);
	if (S_ISDIR(st->st_mode)) {
		if (mkdir(to, 0700) && errno != EEXIST)
			fatal("%s: %s", to, strerror(errno));
		if ((geteuid() == 0 && chown(to, st->st_uid, st->st_gid)) ||
		    chmod(to, (st->st_mode & 07777) | 0700))
			fatal("%s: %s", to, strerror(errno));
	} else if (S_ISLNK(st->st_mode)) {
		n = readlink(from, target, sizeof(target) - 1);
		if (n < 0)
			fatal("%s: %s", from, strerror(errno));
		target[n] = 0;
		if (symlink(target, to))
			fatal("%s: %s", to, strerror(errno));
	} else if (S_ISREG(st->st_mode)) {
		copy_file(from, to, st);
	} else if (S_ISFIFO(st->st_mode) && mkfifo(to, st->st_mode & 07777)) {
		fatal("%s: %s", to, strerror(errno));
	}
	utimensat(AT_FDCWD, to, times, AT_SYMLINK_NOFOLLOW);
	return 0;
}

void scratch_copy_tree(const char *from, const char *to)
{
	char real[PATH_MAX];

	if (!realpath(from, real))
		fatal("%s: %s", from, strerror(errno));
	copy_to = to;
	copy_from_len = strlen(real);
	if (nftw(real, copy_one, 64, FTW_PHYS | FTW_MOUNT))
		fatal("%s: cannot be copied: %s", from, strerror(errno));
}
