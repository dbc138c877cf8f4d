/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A seeded mix of calls that take paths, with links, "..", slashes at the end, descriptors of
 * directories that change and a working directory that moves, in a small tree: each result is
 * shown. `path_mix [SEED [CALLS]]`. What it makes lies in the directory "mix". */
#include "guest.h"
#include <sys/sysmacros.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#define DIRS 4

static uint64_t state;
static char top[1024];
static int dirs[DIRS] = {-1, -1, -1, -1};

static unsigned pick(unsigned n)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(state >> 33) % n;
}

/* Up to four components; now and then absolute. */
static const char *some_path(char buf[2048])
{
	static const char *const names[] = {"a", "b", "c", "d", "a", "b", "c", ".", "..", "e"};
	unsigned n = 1 + pick(3);

	buf[0] = 0;
	if (!pick(4))
		sprintf(buf, "%s/", top);
	if (!pick(200))
		return buf;
	for (unsigned i = 0; i < n; i++) {
		strcat(buf, names[pick(10)]);
		if (i + 1 < n || !pick(9))
			strcat(buf, pick(12) ? "/" : "//");
	}
	return buf;
}

/* Never the directory above the tree. */
static int some_dir(void)
{
	return pick(3) ? AT_FDCWD : dirs[pick(DIRS)];
}

static void show(const char *what, long ret)
{
	if (ret < 0)
		printf(" %s=%s", what, strerror(errno));
	else
		printf(" %s=%ld", what, ret);
}

/* Without what depends on the file system. */
static void show_stat(const char *what, long ret, const struct stat *st)
{
	show(what, ret);
	if (!ret)
		printf(" %o %lu %ld", st->st_mode,
		       S_ISDIR(st->st_mode) ? 0UL : (unsigned long)st->st_nlink,
		       S_ISDIR(st->st_mode) ? 0L : (long)st->st_size);
}

static void show_open(int fd)
{
	char text[64];
	struct stat st;
	long n;

	show("open", fd < 0 ? -1 : 0);
	if (fd < 0)
		return;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode)) {
		n = read(fd, text, sizeof(text));
		show("read", n);
		show("write", write(fd, "more", 4));
	}
	close(fd);
}

static void look(const char *p, char buf[2048])
{
	struct stat st;
	struct statfs fs;
	struct statx stx;
	int dir = some_dir();
	long n;

	switch (pick(9)) {
	case 0:
		show_stat("stat", stat(p, &st), &st);
		break;
	case 1:
		show_stat("lstat", lstat(p, &st), &st);
		break;
	case 2:
		show_stat("fstatat", fstatat(dir, p, &st, pick(2) ? AT_SYMLINK_NOFOLLOW : 0), &st);
		break;
	case 3:
		n = readlinkat(dir, p, buf, 1024);
		show("readlink", n < 0 ? n : 0);
		if (n > 0)
			printf(" %.*s",
			       (int)n - (strncmp(buf, top, strlen(top)) ? 0 : (int)strlen(top)),
			       buf + (strncmp(buf, top, strlen(top)) ? 0 : strlen(top)));
		break;
	case 4:
		show("access", faccessat(dir, p, (int)pick(8), 0));
		break;
	case 5:
		n = syscall(SYS_statx, dir, p, pick(2) ? AT_SYMLINK_NOFOLLOW : 0, STATX_BASIC_STATS,
			    &stx);
		show("statx", n);
		if (!n)
			printf(" %o", stx.stx_mode);
		break;
	case 6:
		show_open(openat(dir, p,
				 O_NONBLOCK | (int[]){O_RDONLY, O_RDWR, O_RDONLY | O_NOFOLLOW,
						      O_RDONLY | O_DIRECTORY, O_PATH,
						      O_PATH | O_NOFOLLOW}[pick(6)]));
		break;
	case 7:
		n = statfs(p, &fs);
		show("statfs", n);
		if (!n)
			printf(" %lx %lx", (long)fs.f_type, (long)fs.f_flags);
		break;
	case 8:
		show("getxattr", (pick(2) ? getxattr : lgetxattr)(p, "user.it", buf, pick(20)));
		break;
	}
}

/* Of an extended attribute, which not every file system has. */
static void mark(const char *p)
{
	switch (pick(3)) {
	case 0:
		show("setxattr", setxattr(p, "user.it", "some text", 1 + pick(9), (int)pick(3)));
		break;
	case 1:
		show("removexattr", removexattr(p, "user.it"));
		break;
	case 2:
		show("truncate", truncate(p, (long)pick(9)));
		break;
	}
}

static void change(const char *p, const char *q)
{
	int dir = some_dir(), other = some_dir();
	char target[2048];

	switch (pick(13)) {
	case 12:
		mark(p);
		break;
	case 0:
	case 1:
		show("mkdir", mkdirat(dir, p, 0755));
		break;
	case 2:
		show("symlink", symlinkat(some_path(target), dir, p));
		break;
	case 3:
		show("rename", renameat(dir, p, other, q));
		break;
	case 4:
		show("link", linkat(dir, p, other, q, pick(2) ? AT_SYMLINK_FOLLOW : 0));
		break;
	case 5:
		show("unlink", unlinkat(dir, p, pick(3) ? 0 : AT_REMOVEDIR));
		break;
	case 6:
		show("chmod", fchmodat(dir, p, (mode_t[]){0755, 0700, 0644}[pick(3)], 0));
		break;
	case 7:
		show("chown",
		     fchownat(dir, p, getuid(), getgid(), pick(2) ? AT_SYMLINK_NOFOLLOW : 0));
		break;
	case 8:
		show("utimes", utimensat(dir, p, NULL, pick(2) ? AT_SYMLINK_NOFOLLOW : 0));
		break;
	case 9:
		show("mkfifo", mknodat(dir, p, S_IFIFO | 0600, 0));
		break;
	default:
		show_open(openat(dir, p,
				 O_RDWR | O_NONBLOCK |
					 (int[]){O_CREAT, O_CREAT | O_EXCL, O_CREAT | O_NOFOLLOW,
						 O_TRUNC}[pick(4)],
				 0644));
		break;
	}
}

/* The number of a directory that is in use becomes that of another one. */
static void go(const char *p)
{
	int fd, n = (int)pick(DIRS);

	if (pick(3)) {
		fd = open(p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		show("opendir", fd < 0 ? -1 : 0);
		if (fd < 0)
			return;
		if (dirs[n] >= 0 && pick(2)) {
			dup2(fd, dirs[n]);
			close(fd);
			return;
		}
		close(dirs[n]);
		dirs[n] = fd;
	} else if (pick(3)) {
		show("chdir", chdir(p));
	} else {
		show("fchdir", fchdir(dirs[n]));
	}
}

/* The tree must not be left. */
static void stay(void)
{
	char cwd[2048];

	if (!getcwd(cwd, sizeof(cwd)) || strncmp(cwd, top, strlen(top)) != 0)
		show("back", chdir(top));
	else
		printf(" in %s", cwd + strlen(top));
}

int main(int argc, char **argv)
{
	unsigned calls = argc > 2 ? (unsigned)atoi(argv[2]) : 3000;
	char p[2048], q[2048], buf[2048];

	state = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	umask(022);
	for (int i = 0; i < 8; i++) /* far down: ".." is to stay in it */
		if (mkdir("mix", 0755) || chdir("mix") || !getcwd(top, sizeof(top)))
			return 2;
	for (unsigned i = 0; i < calls; i++) {
		some_path(p);
		some_path(q);
		printf("%u", i);
		switch (pick(8)) {
		case 0:
			go(p);
			stay();
			break;
		case 1:
		case 2:
		case 3:
			change(p, q);
			break;
		default:
			look(p, buf);
		}
		putchar('\n');
	}
	return 0;
}
