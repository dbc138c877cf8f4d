/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moving bytes: vectors, positions, sendfile, splice, copy_file_range, big buffers. */
#pragma GCC diagnostic ignored "-Wstringop-overflow" /* bad arguments are the point */
#pragma GCC diagnostic ignored "-Wstringop-overread"
#include "guest.h"
#include <limits.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

static unsigned sum(const unsigned char *p, size_t n)
{
	unsigned s = 0;

	while (n--)
		s = s * 31 + *p++;
	return s;
}

static void vectors(int fd)
{
	char a[4] = {0}, b[5] = {0};
	struct iovec out[3] = {{"one", 3}, {"", 0}, {"three", 5}}, in[2] = {{a, 3}, {b, 4}};

	SHOW(writev(fd, out, 3));
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(readv(fd, in, 2));
	printf("%s %s\n", a, b);
	SHOW(pwritev(fd, out, 3, 100));
	SHOW(preadv(fd, in, 2, 101));
	printf("%s %s\n", a, b);
	SHOW(preadv(fd, in, 2, -1));
	SHOW(preadv64v2(fd, in, 2, -1, 0));
	SHOW(preadv64v2(fd, in, 2, 0, 0x40000000));
	SHOW(pwritev64v2(fd, out, 1, 5000000000LL, 0));
	SHOW(preadv64v2(fd, in, 1, 5000000000LL, 0));
	SHOW(pread(fd, a, 4, -1));
	SHOW(pwrite(fd, a, 4, -1));
	SHOW(lseek64(fd, 5000000000LL, SEEK_SET) == 5000000000LL);
	SHOW(ftruncate(fd, 8));
	SHOW(writev(99, (void *)16, 1));
	SHOW(writev(fd, out, -1));
	SHOW(writev(99, out, -1));
	SHOW(writev(fd, (void *)16, 0));
}

/* A buffer of several mappings with different rights beside each other. */
static void scattered(int fd)
{
	unsigned char *p =
		mmap(NULL, 64 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mmap(p + 8 * 4096, 4096, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_SHARED | MAP_ANONYMOUS, -1,
	     0);
	mmap(p + 20 * 4096, 8192, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS,
	     -1, 0);
	for (int i = 0; i < 64 * 4096; i++)
		p[i] = (unsigned char)(i * 7 + i / 4096);
	mprotect(p + 30 * 4096, 4096, PROT_READ);
	SHOW(pwrite(fd, p, 64 * 4096, 0));
	printf("sum %u\n", sum(p, 64 * 4096));
	mprotect(p + 30 * 4096, 4096, PROT_READ | PROT_WRITE);
	memset(p, 0, 64 * 4096);
	SHOW(pread(fd, p, 64 * 4096, 0));
	printf("sum %u\n", sum(p, 64 * 4096));
	munmap(p + 50 * 4096, 4096);
	SHOW(pread(fd, p, 64 * 4096, 0) >= 49 * 4096);
	mprotect(p + 10 * 4096, 4096, PROT_READ);
	SHOW(pread(fd, p + 10 * 4096, 4096, 0));
	SHOW(ftruncate(fd, 8));
	munmap(p, 64 * 4096);
}

static void between(int fd)
{
	int to = open("to", O_RDWR | O_CREAT | O_TRUNC, 0600), p[2];
	off_t off = 2;
	off64_t off64 = 3, out64 = 100;
	char buf[64] = {0};

	SHOW(sendfile(to, fd, &off, 4));
	SHOW(off);
	SHOW(sendfile64(to, fd, &off64, 100));
	SHOW(off64);
	off = -1;
	SHOW(sendfile(to, fd, &off, 4));
	SHOW(sendfile(to, fd, (void *)16, 4));
	SHOW(sendfile(99, fd, NULL, 4));
	off64 = 0;
	SHOW(copy_file_range(fd, &off64, to, &out64, 8, 0));
	SHOW(out64);
	SHOW(copy_file_range(fd, NULL, to, NULL, 8, 1));
	SHOW(pread(to, buf, sizeof(buf), 0));
	printf("%.9s\n", buf);
	if (pipe(p))
		return;
	off64 = 0;
	SHOW(splice(fd, &off64, p[1], NULL, 8, 0));
	SHOW(off64);
	SHOW(splice(p[0], &off64, to, NULL, 8, 0));
	struct iovec v = {"vmspliced", 9};
	SHOW(vmsplice(p[1], &v, 1, 0));
	SHOW(read(p[0], buf, 8));
	SHOW(read(p[0], buf, sizeof(buf)));
	printf("%.9s\n", buf);
	int q[2];
	if (pipe(q))
		return;
	SHOW(write(p[1], "tee", 3));
	SHOW(tee(p[0], q[1], 100, 0));
	SHOW(read(q[0], buf, sizeof(buf)));
	SHOW(read(p[0], buf, sizeof(buf)));
	SHOW(tee(p[0], p[1], 100, 0));
	close(to);
}

static void sizes(void)
{
	int fd = open("sizes", O_RDWR | O_CREAT, 0600);
	struct stat st;

	SHOW(fallocate(fd, 0, 0, 10000));
	SHOW(fstat(fd, &st));
	SHOW(st.st_size);
	SHOW(fallocate(fd, 1, 100000, 10000));
	SHOW(fstat(fd, &st));
	SHOW(st.st_size);
	SHOW(fallocate(fd, 0, -1, 10));
	SHOW(posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL));
	SHOW(posix_fadvise(fd, 0, 0, 99));
	SHOW(posix_fadvise64(fd, 5000000000LL, 5000000000LL, POSIX_FADV_DONTNEED));
	SHOW(readahead(fd, 0, 4096));
	SHOW(sync_file_range(fd, 0, 4096, 0));
	SHOW(sync_file_range(fd, 0, 4096, 99));
	SHOW(ftruncate(fd, -1));
	SHOW(truncate("sizes", 5));
	SHOW(truncate("sizes", -5));
	SHOW(lseek(fd, 0, SEEK_END));
	SHOW(lseek(fd, 0, SEEK_HOLE));
	SHOW(lseek(fd, -10, SEEK_CUR));
	SHOW(fsync(fd));
	SHOW(fdatasync(fd));
	SHOW(syncfs(fd));
	close(fd);
}

int main(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	vectors(fd);
	scattered(fd);
	vectors(fd);
	between(fd);
	sizes();
	return 0;
}
