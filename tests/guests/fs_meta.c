/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* Names, permissions, owners, times, extended attributes, /proc/self/exe. */
#pragma GCC diagnostic ignored "-Wstringop-overflow" /* bad arguments are the point */
#pragma GCC diagnostic ignored "-Wstringop-overread"
#include "guest.h"
#include <sys/time.h>
#include <sys/xattr.h>
#include <utime.h>

static void show_times(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return;
	printf("%s: %ld.%09ld %ld.%09ld\n", path, (long)st.st_atim.tv_sec, st.st_atim.tv_nsec,
	       (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static void times(void)
{
	struct utimbuf ub = {111, 222};
	struct timeval tv[2] = {{333, 444}, {555, 666}}, badtv[2] = {{1, 1000000}, {1, 0}};
	struct timespec ts[2] = {{777, 888}, {999, 1111}};

	SHOW(utime("f", &ub));
	show_times("f");
	SHOW(utimes("f", tv));
	show_times("f");
	SHOW(utimes("f", badtv));
	SHOW(futimesat(AT_FDCWD, "f", tv));
	SHOW(utimensat(AT_FDCWD, "sym", ts, AT_SYMLINK_NOFOLLOW));
	show_times("sym");
	show_times("f");
	ts[0].tv_nsec = UTIME_OMIT;
	SHOW(utimensat(AT_FDCWD, "f", ts, 0));
	show_times("f");
	ts[1].tv_nsec = 1000000000;
	SHOW(utimensat(AT_FDCWD, "f", ts, 0));
	SHOW(utimensat(AT_FDCWD, "missing", NULL, 0));
	SHOW(utimensat(AT_FDCWD, "f", NULL, 0));
	SHOW(syscall(SYS_utime, "f", 16));
#ifdef __i386__
	int64_t ts64[4] = {5000000000LL, (int64_t)(0xabcd00000000ull | 5), -2, 6};
	SHOW(syscall(412, AT_FDCWD, "f", ts64, 0));
	unsigned char b[256];
	SHOW(syscall(SYS_statx, AT_FDCWD, "f", 0, 0x7ff, b));
	uint32_t lo, hi, ns;
	memcpy(&lo, b + 0x40, 4);
	memcpy(&hi, b + 0x44, 4);
	memcpy(&ns, b + 0x48, 4);
	printf("atime %u:%u.%u\n", hi, lo, ns);
	SHOW(utimes("f", tv));
	SHOW(syscall(30, "f", 16));
	SHOW(syscall(271, "f", 16));
	SHOW(syscall(320, AT_FDCWD, "f", 16, 0));
#endif
}

static void owners(void)
{
	struct stat st;

	SHOW(chmod("f", 04751));
	SHOW(stat("f", &st));
	printf("%o\n", st.st_mode);
	SHOW(fchmodat(AT_FDCWD, "sym", 0600, 0));
	SHOW(stat("f", &st));
	printf("%o\n", st.st_mode);
	SHOW(syscall(SYS_fchmodat, AT_FDCWD, "missing", 0600));
	SHOW(chown("f", -1, -1));
	SHOW(lchown("dangling", -1, -1));
	SHOW(chown("dangling", -1, -1));
	SHOW(fchown(99, -1, -1));
	SHOW(fchownat(AT_FDCWD, "f", -1, -1, 0x40000000));
#ifdef __i386__
	SHOW(syscall(182, "f", 0xffff, 0xffff));
	SHOW(syscall(16, "sym", 0x1ffff, 0xffff));
	SHOW(syscall(95, 99, 0xffff, 0xffff));
#endif
	SHOW(stat("f", &st));
	SHOW(st.st_uid == getuid() && st.st_gid == getgid());
	SHOW(access("f", R_OK | W_OK));
	SHOW(faccessat(AT_FDCWD, "dangling", F_OK, 0));
	SHOW(syscall(439, AT_FDCWD, "dangling", F_OK, AT_SYMLINK_NOFOLLOW));
	SHOW(syscall(439, AT_FDCWD, "f", F_OK, 0x80000));
}

static void names(void)
{
	char buf[256] = {0};

	SHOW(rename("g", "h"));
	SHOW(syscall(SYS_renameat2, AT_FDCWD, "h", AT_FDCWD, "f", 1));
	SHOW(syscall(SYS_renameat2, AT_FDCWD, "h", AT_FDCWD, "f", 2));
	SHOW(syscall(SYS_renameat2, AT_FDCWD, "h", AT_FDCWD, "f", 2));
	SHOW(renameat(AT_FDCWD, "h", 99, "i"));
	SHOW(renameat(AT_FDCWD, "h", AT_FDCWD, "i"));
	SHOW(linkat(AT_FDCWD, "sym", AT_FDCWD, "hardsym", 0));
	SHOW(readlink("hardsym", buf, sizeof(buf)));
	SHOW(linkat(AT_FDCWD, "sym", AT_FDCWD, "hardfile", AT_SYMLINK_FOLLOW));
	SHOW(readlink("hardfile", buf, sizeof(buf)));
	SHOW(readlink("sym", buf, 0));
	SHOW(readlinkat(AT_FDCWD, "dangling", buf, 3));
	printf("%s\n", buf);
	SHOW(readlink("sym", (void *)16, 10));
	SHOW(syscall(SYS_readlink, "sym", buf, -1));
	SHOW(symlinkat("x", AT_FDCWD, "sym"));
	SHOW(mkfifo("fifo", 0600));
	SHOW(mknod("fifo", S_IFREG | 0600, 0));
	SHOW(mknod("regular", S_IFREG | 0600, 0));
	SHOW(mknodat(AT_FDCWD, "odd", 0170000, 0));
	SHOW(unlink("regular"));
	SHOW(open("sym", O_RDONLY | O_NOFOLLOW));
	SHOW(open("f", O_DIRECTORY));
	SHOW(open("fifo", O_WRONLY | O_NONBLOCK));
	struct {
		uint64_t flags, mode, resolve;
	} how = {O_RDONLY, 0, 4};
	SHOW_OK(syscall(SYS_openat2, AT_FDCWD, "f", &how, sizeof(how)));
	SHOW(syscall(SYS_openat2, AT_FDCWD, "sym", &how, sizeof(how)));
	SHOW(syscall(SYS_openat2, AT_FDCWD, "f", &how, 8));
	SHOW(syscall(SYS_openat2, AT_FDCWD, "f", &how, 5000));
	SHOW(syscall(SYS_openat2, AT_FDCWD, "f", 16, sizeof(how)));
	/* a link that leads out of /proc, by a lookup that refuses such */
	for (how.resolve = 1; how.resolve <= 32; how.resolve *= 2)
		SHOW_OK(syscall(SYS_openat2, AT_FDCWD, "/proc/self/exe", &how, sizeof(how)));
	how.resolve = 0;
	how.flags = O_PATH | O_NOFOLLOW;
	struct stat st = {0};
	SHOW(fstat((int)syscall(SYS_openat2, AT_FDCWD, "/proc/self/exe", &how, sizeof(how)), &st));
	EXPECT(S_ISLNK(st.st_mode));
}

static void attributes(void)
{
	char buf[256] = {0};

	/* Not every file system has them: then all of this says so, natively too. */
	SHOW(setxattr("f", "user.one", "value", 5, 0));
	SHOW(setxattr("f", "user.one", "other", 5, XATTR_CREATE));
	SHOW(setxattr("f", "user.two", "other", 5, XATTR_REPLACE));
	SHOW(setxattr("f", "nonsense", "other", 5, 0));
	SHOW(getxattr("f", "user.one", buf, sizeof(buf)));
	printf("%s\n", buf);
	SHOW(getxattr("f", "user.one", buf, 2));
	SHOW(getxattr("f", "user.one", NULL, 0));
	SHOW(getxattr("f", "user.one", (void *)16, 10));
	SHOW(lgetxattr("sym", "user.one", buf, sizeof(buf)));
	SHOW(listxattr("f", buf, sizeof(buf)));
	SHOW(llistxattr("sym", buf, 0));
	SHOW(flistxattr(99, buf, 0));
	SHOW(removexattr("f", "user.one"));
	SHOW(removexattr("f", "user.one"));
	SHOW(fremovexattr(99, "user.one"));
	SHOW(setxattr("f", "user.big", buf, 1 << 20, 0));
}

static void exe(void)
{
	char a[4096] = {0}, b[4096] = {0}, path[64];
	struct stat x, y;

	SHOW(readlink("/proc/self/exe", a, sizeof(a) - 1) > 0);
	printf("%s\n", strstr(strrchr(a, '/'), "fs_meta") ? "fs_meta" : a);
	snprintf(path, sizeof(path), "/proc/%d/exe", getpid());
	SHOW(readlinkat(AT_FDCWD, path, b, sizeof(b) - 1) > 0);
	SHOW(strcmp(a, b));
	SHOW(stat("/proc/self/exe", &x));
	SHOW(stat(a, &y));
	SHOW(x.st_ino == y.st_ino);
	SHOW(lstat("/proc/self/exe", &x));
	SHOW(S_ISLNK(x.st_mode));
	int fd = open("/proc/thread-self/exe", O_RDONLY);
	SHOW(fstat(fd, &x));
	SHOW(x.st_ino == y.st_ino);
	SHOW(readlink("/proc/self/exe", a, 5));
	close(fd);
}

int main(void)
{
	umask(022);
	close(open("f", O_CREAT | O_WRONLY, 0644));
	close(open("g", O_CREAT | O_WRONLY, 0644));
	SHOW(symlink("f", "sym"));
	SHOW(symlink("nowhere", "dangling"));
	times();
	owners();
	names();
	attributes();
	exe();
	return 0;
}
