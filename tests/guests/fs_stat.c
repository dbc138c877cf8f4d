/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* The stat and statfs families by raw calls, with the layouts of each ABI. */
#include "guest.h"
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#ifdef __i386__
/* Words and halves of the three 32-bit layouts, by their offsets. */
static uint32_t w(const unsigned char *b, int at)
{
	uint32_t v;

	memcpy(&v, b + at, 4);
	return v;
}

static unsigned h(const unsigned char *b, int at)
{
	return b[at] | b[at + 1] << 8;
}

static void show_new(const char *name, const unsigned char *b)
{
	printf("%s: mode %o nlink %u size %u mtime %u.%u blksize %u\n", name, h(b, 8), h(b, 10),
	       w(b, 20), w(b, 40), w(b, 44), w(b, 24));
}

static void show_64(const char *name, const unsigned char *b)
{
	printf("%s: mode %o nlink %u size %u:%u mtime %u.%u ino %s rdev %u:%u\n", name, w(b, 16),
	       w(b, 20), w(b, 48), w(b, 44), w(b, 72), w(b, 76),
	       w(b, 12) == w(b, 88) ? "same" : "?", w(b, 36), w(b, 32));
}

static void raw(const char *path)
{
	unsigned char b[128];
	int fd = open(path, O_RDONLY);

	memset(b, 0, sizeof(b));
	SHOW(syscall(106, path, b));
	show_new("stat", b);
	memset(b, 0, sizeof(b));
	SHOW(syscall(107, path, b));
	show_new("lstat", b);
	memset(b, 0, sizeof(b));
	SHOW(syscall(108, fd, b));
	show_new("fstat", b);
	memset(b, 0, sizeof(b));
	SHOW(syscall(195, path, b));
	show_64("stat64", b);
	memset(b, 0, sizeof(b));
	SHOW(syscall(196, path, b));
	show_64("lstat64", b);
	memset(b, 0, sizeof(b));
	SHOW(syscall(197, fd, b));
	show_64("fstat64", b);
	memset(b, 0, sizeof(b));
	SHOW(syscall(300, AT_FDCWD, path, b, AT_SYMLINK_NOFOLLOW));
	show_64("fstatat64", b);
	/* 16-bit inode numbers: whether it overflows depends on the file system. */
	errno = 0;
	long ret = syscall(18, path, b);
	printf("oldstat: %s\n", !ret || errno == EOVERFLOW ? "fine" : strerror(errno));
	close(fd);
}

static void raw_statfs(void)
{
	unsigned char b[128];

	memset(b, 0, sizeof(b));
	SHOW(syscall(268, ".", 64, b));
	SHOW(syscall(268, ".", 84, b));
	printf("type %x bsize %u namelen %u frsize %u\n", w(b, 0), w(b, 4), w(b, 56), w(b, 60));
	memset(b, 0, sizeof(b));
	SHOW(syscall(99, "/proc", b));
	printf("type %x bsize %u namelen %u\n", w(b, 0), w(b, 4), w(b, 36));
	SHOW(syscall(269, 99, 84, b));
	SHOW(syscall(269, 99, 83, b));
	SHOW(syscall(100, 99, b));
	SHOW(syscall(268, ".", 84, 16));
	SHOW(syscall(62, 0, b));
}
#else
static void raw(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY);

	memset(&st, 0, sizeof(st));
	SHOW(syscall(4, path, &st));
	printf("mode %o size %ld mtime %ld.%ld\n", st.st_mode, st.st_size, st.st_mtim.tv_sec,
	       st.st_mtim.tv_nsec);
	SHOW(syscall(6, path, &st));
	printf("mode %o size %ld\n", st.st_mode, st.st_size);
	SHOW(syscall(5, fd, &st));
	printf("mode %o size %ld\n", st.st_mode, st.st_size);
	SHOW(syscall(262, AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW));
	printf("mode %o size %ld\n", st.st_mode, st.st_size);
	close(fd);
}

static void raw_statfs(void)
{
	SHOW(syscall(136, 0, 16));
}
#endif

int main(void)
{
	struct timespec times[2] = {{1000000001, 123456789}, {1234567890, 987654321}};
	struct statfs sf;
	struct stat st;
	int fd;

	umask(022);
	fd = open("file", O_RDWR | O_CREAT, 0640);
	if (write(fd, "contents", 8) != 8)
		return 1;
	SHOW(futimens(fd, times));
	SHOW(link("file", "second"));
	SHOW(symlink("file", "sym"));
	SHOW(symlink("nowhere", "dangling"));
	utimensat(AT_FDCWD, "sym", times, AT_SYMLINK_NOFOLLOW);
	utimensat(AT_FDCWD, "dangling", times, AT_SYMLINK_NOFOLLOW);
	SHOW(mkdir("dir", 01777));
	raw("file");
	raw("sym");
	raw("dangling");
	SHOW(stat("/dev/null", &st));
	printf("null %o %u:%u\n", st.st_mode, major(st.st_rdev), minor(st.st_rdev));
	SHOW(stat("dir", &st));
	printf("dir %o\n", st.st_mode);
	SHOW(fstatat(fd, "", &st, AT_EMPTY_PATH));
	printf("size %ld nlink %ld\n", (long)st.st_size, (long)st.st_nlink);
	SHOW(fstatat(fd, "", &st, 0));
	SHOW(fstatat(AT_FDCWD, "file", &st, 0x40000000));
	SHOW(fstatat(99, "file", &st, 0));
	SHOW(stat("file/x", &st));
	SHOW(syscall(SYS_statx, AT_FDCWD, "file", 0, 0x80000000u, &st));

	/* A file that a 32-bit off_t cannot describe. */
	SHOW(syscall(SYS_fallocate, -1, 0, 0, 0, 1, 0));
	int big = open("big", O_RDWR | O_CREAT | 0100000, 0600);
	SHOW(ftruncate64(big, 5000000000LL));
	futimens(big, times);
	raw("big");
	SHOW(open("big", O_RDONLY) >= 0 ? 0 : -1);
	SHOW(lseek64(big, 0, SEEK_END) == 5000000000LL);
	SHOW(pwrite64(big, "x", 1, 4999999999LL));
	char c = 0;
	SHOW(pread64(big, &c, 1, 4999999999LL));
	printf("%c\n", c);
	SHOW(truncate64("big", 4294967297LL));
	SHOW(lseek64(big, 0, SEEK_END) == 4294967297LL);
	unlink("big");

	SHOW(statfs("/proc", &sf));
	printf("proc: type %lx bsize %ld namelen %ld\n", (long)sf.f_type, (long)sf.f_bsize,
	       (long)sf.f_namelen);
	SHOW(fstatfs(99, &sf));
	SHOW(statfs("missing", &sf));
	raw_statfs();
	return 0;
}
