/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* Directories: reading them with every call there is, and positions in them. */
#include "guest.h"
#include <dirent.h>

#define FILES 300

static char names[FILES + 2][64];
static long where[FILES + 3];

static int cmp(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void make(void)
{
	char name[64];

	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "d/file-%0*d", 1 + i % 30, i);
		close(open(name, O_CREAT | O_WRONLY, 0600));
	}
}

static void positions(void)
{
	DIR *d = opendir("d");
	struct dirent *e;
	int n = 0, bad = 0;

	errno = 0;
	for (;;) {
		where[n] = telldir(d);
		e = readdir(d);
		if (!e || n == FILES + 2)
			break;
		strcpy(names[n++], e->d_name);
	}
	printf("entries: %d, errno %d\n", n, errno);
	for (int i = n - 1; i >= 0; i -= 7) {
		seekdir(d, where[i]);
		e = readdir(d);
		if (!e || strcmp(e->d_name, names[i]))
			bad++;
	}
	printf("seekdir missed: %d\n", bad);
	rewinddir(d);
	e = readdir(d);
	printf("rewound: %s\n", e && !strcmp(e->d_name, names[0]) ? "to the first" : "elsewhere");
	seekdir(d, where[n]);
	printf("at the end: %s\n", readdir(d) ? "something" : "nothing");
	closedir(d);
	qsort(names, n, sizeof(names[0]), cmp);
	for (int i = 0; i < n; i += 50)
		printf("%s\n", names[i]);
}

/* The raw calls, with buffers that hold few entries. */
static void raw(long nr, size_t size, int name_at)
{
	unsigned char buf[4096], type;
	int fd = open("d", O_RDONLY | O_DIRECTORY), n = 0, calls = 0;
	unsigned sum = 0, types = 0;
	long len;

	while ((len = syscall(nr, fd, buf, size)) > 0) {
		for (long at = 0; at < len; n++) {
			unsigned short reclen;

			memcpy(&reclen, buf + at + name_at - (name_at == 19 ? 3 : 2), 2);
			for (unsigned char *s = buf + at + name_at; *s; s++)
				sum += *s;
			type = name_at == 19 ? buf[at + 18] : buf[at + reclen - 1];
			types += type;
			at += reclen;
		}
		calls++;
	}
	printf("call %ld: last %ld, entries %d, sum %u, types %u, more than one call %s\n", nr, len,
	       n, sum, types, calls > 1 ? "yes" : "no");
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(syscall(nr, fd, buf, 8));
	SHOW(syscall(nr, fd, 16, 4096));
	close(fd);
	SHOW(syscall(nr, fd, buf, 8));
}

#ifdef __i386__
static void old_readdir(void)
{
	struct {
		uint32_t ino, off;
		uint16_t len;
		char name[256];
	} e;
	int fd = open("d", O_RDONLY | O_DIRECTORY), n = 0;
	unsigned sum = 0;
	long ret;

	while ((ret = syscall(89, fd, &e, 1)) == 1) {
		n++;
		sum += e.len + (unsigned)strlen(e.name);
	}
	printf("readdir: last %ld, entries %d, sum %u\n", ret, n, sum);
	close(fd);
}
#endif

static void work(void)
{
	char buf[256];
	int fd;

	SHOW(mkdir("a", 0777));
	SHOW(mkdirat(AT_FDCWD, "a/b", 0700));
	SHOW(chdir("a/b"));
	SHOW(strcmp(strrchr(getcwd(buf, sizeof(buf)), '/'), "/b"));
	SHOW(syscall(SYS_getcwd, buf, 2));
	SHOW(chdir(".."));
	fd = open(".", O_RDONLY);
	SHOW(rmdir("b"));
	SHOW(rmdir("."));
	SHOW(chdir(".."));
	SHOW(rmdir("d"));
	SHOW(mkdirat(fd, "c", 0755));
	SHOW(fchdir(fd));
	SHOW(access("c", F_OK));
	SHOW(unlinkat(fd, "c", 0));
	SHOW(unlinkat(fd, "c", AT_REMOVEDIR));
	SHOW(chdir(".."));
	SHOW(rmdir("a"));
	SHOW(syscall(SYS_getcwd, buf, sizeof(buf)) > 0);
	close(fd);
}

int main(void)
{
	umask(0);
	mkdir("d", 0755);
	make();
	positions();
#ifdef __i386__
	raw(141, 200, 10);
	raw(141, 4096, 10);
	old_readdir();
#else
	raw(SYS_getdents, 200, 18);
	raw(SYS_getdents, 4096, 18);
#endif
	raw(SYS_getdents64, 200, 19);
	raw(SYS_getdents64, 4096, 19);
	work();
	return 0;
}
