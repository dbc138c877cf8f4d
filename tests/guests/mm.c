/* SPDX-License-Identifier: GPL-2.0-or-later */
/* musl */
/* The address space: brk, mmap, munmap, mprotect, mremap, madvise, and what a touch then does. */
#include "guest.h"
#include <setjmp.h>

static sigjmp_buf jb;
static volatile sig_atomic_t code;

static void on_fault(int sig, siginfo_t *si, void *uc)
{
	(void)uc;
	code = sig * 1000 + si->si_code;
	siglongjmp(jb, 1);
}

static const char *touch(volatile char *p, int write)
{
	static char s[4][40];
	static int i;

	i = (i + 1) % 4;
	if (sigsetjmp(jb, 1)) {
		snprintf(s[i], sizeof(s[i]), "signal %d code %d", code / 1000, code % 1000);
		return s[i];
	}
	if (write)
		*p = 7;
	else
		(void)*p;
	return "ok";
}

#define RD(p) printf("read %s: %s\n", #p, touch(p, 0))
#define WR(p) printf("write %s: %s\n", #p, touch(p, 1))

static char *map(size_t n, int prot)
{
	return mmap(NULL, n, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void anonymous(void)
{
	char *p = map(5 * 4096, PROT_READ | PROT_WRITE), *q;

	WR(p);
	SHOW(mprotect(p + 4096, 4096, PROT_READ));
	RD(p + 4096);
	WR(p + 4096);
	SHOW(mprotect(p + 4096, 4096, PROT_NONE));
	RD(p + 4096);
	SHOW(mprotect(p, 3 * 4096, PROT_READ | PROT_WRITE));
	WR(p + 4096);
	EXPECT(p[0] == 7 && p[4096] == 7);
	SHOW(munmap(p + 2 * 4096, 4096));
	RD(p + 2 * 4096);
	SHOW(mprotect(p, 5 * 4096, PROT_READ));
	WR(p); /* the part before the hole has changed all the same */
	WR(p + 3 * 4096);
	SHOW(munmap(p, 5 * 4096));
	RD(p);
	SHOW(munmap(p, 5 * 4096));
	q = mmap(p, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	EXPECT(q == p);
	EXPECT(q[0] == 0);
	q[5] = 9;
	q = mmap(p, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	EXPECT(q == p && q[5] == 0);
	SHOW(mmap(p, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
	SHOW(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	SHOW(mmap(NULL, 4096, PROT_READ, MAP_ANONYMOUS, -1, 0));
	SHOW(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 99, 0));
	SHOW(mmap((void *)1, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	SHOW(mmap(NULL, (size_t)-4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	/* Offsets are counted in pages, and so many there are not. */
	SHOW(mmap(NULL, (size_t)-4096, PROT_READ, MAP_SHARED, 0, -4096));
	SHOW_OK(mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, -4096));
	SHOW_OK(mmap(NULL, 8192, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, -4096));
	SHOW(munmap(q, 0));
	SHOW(mprotect(q + 1, 4096, PROT_READ));
	SHOW(mprotect(q, 0, PROT_READ));
	SHOW(madvise(q, 4096, MADV_DONTNEED));
	q[5] = 3;
	SHOW(madvise(q, 4096, MADV_DONTNEED));
	EXPECT(q[5] == 0);
	munmap(q, 4096);
}

static void files(void)
{
	int fd = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0644), ro;
	char *p, *q, buf[16] = "";

	if (write(fd, "hello file", 10) != 10 || ftruncate(fd, 3 * 4096))
		return;
	p = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	q = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	EXPECT(!memcmp(p, "hello file", 10));
	p[0] = 'J';
	SHOW(pread(fd, buf, 10, 0));
	printf("%s, %.10s\n", buf, q);
	q[0] = 'C';
	SHOW(pread(fd, buf, 10, 0));
	printf("%s, %.10s\n", buf, q);
	SHOW(pwrite(fd, "xyz", 3, 4096));
	printf("%.3s %.3s\n", p + 4096, q + 4096);
	SHOW_OK(mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, -4096));
	SHOW(ftruncate(fd, 4096));
	RD(p);
	RD(p + 4096);
	WR(p + 2 * 4096);
	RD(q + 4096);
	SHOW(read(fd, p + 4096, 10));
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(read(fd, p + 4090, 10));
	SHOW(write(1, p + 4096, 10));
	SHOW(msync(p, 4096, MS_SYNC));
	SHOW(msync(p + 1, 4096, MS_SYNC));
	munmap(p, 3 * 4096);
	munmap(q, 3 * 4096);
	ro = open("mapped", O_RDONLY);
	SHOW(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, ro, 0));
	SHOW(mmap(NULL, 4096, PROT_READ, MAP_SHARED, ro, 1));
	p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, ro, 0);
	SHOW(mprotect(p, 4096, PROT_READ | PROT_WRITE));
	q = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, ro, 0);
	WR(q);
	close(fd);
	close(ro);
	RD(p);
	SHOW(unlink("mapped"));
	RD(p);
}

static void moves(void)
{
	char *p = map(4 * 4096, PROT_READ | PROT_WRITE), *q, *r;

	strcpy(p, "first");
	strcpy(p + 3 * 4096, "last");
	q = mremap(p, 4 * 4096, 2 * 4096, 0);
	EXPECT(q == p);
	RD(p + 2 * 4096);
	q = mremap(p, 2 * 4096, 64 * 4096, MREMAP_MAYMOVE);
	EXPECT(!strcmp(q, "first"));
	WR(q + 63 * 4096);
	EXPECT(q[3 * 4096] == 0);
	r = map(64 * 4096, PROT_NONE);
	p = mremap(q, 64 * 4096, 64 * 4096, MREMAP_MAYMOVE | MREMAP_FIXED, r);
	EXPECT(p == r && !strcmp(p, "first") && p[63 * 4096] == 7);
	RD(q);
	SHOW(mremap(p + 1, 4096, 4096, 0));
	SHOW(mremap(p, 4096, 0, 0));
	SHOW(mremap(p, 65 * 4096, 66 * 4096, MREMAP_MAYMOVE));
	munmap(p, 64 * 4096);
	SHOW(mremap(p, 4096, 8192, MREMAP_MAYMOVE));
}

/* By the raw call: musl's sbrk() only fails. */
static void breaks(void)
{
	char *b = (char *)syscall(SYS_brk, 0), *n = b + 3 * 4096 + 5;

	EXPECT(syscall(SYS_brk, n) == (long)n);
	EXPECT(syscall(SYS_brk, 0) == (long)n);
	WR(b + 3 * 4096);
	EXPECT(syscall(SYS_brk, b) == (long)b);
	EXPECT(syscall(SYS_brk, 4096) == (long)b);
	EXPECT(syscall(SYS_brk, n) == (long)n);
	RD(b + 3 * 4096 + 4);
	EXPECT(b[3 * 4096] == 0);
}

static void big(void)
{
	size_t n = 64 << 20;
	char *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		       -1, 0);
	unsigned sum = 0;

	for (size_t i = 0; i < n; i += 4096)
		p[i] = (char)(i >> 12);
	for (size_t i = 0; i < n; i += 4096)
		sum += (unsigned char)p[i];
	printf("sum %u\n", sum);
	SHOW(munmap(p + 4096, n - 8192));
	WR(p);
	RD(p + n / 2);
	WR(p + n - 1);
	for (int i = 0; i < 3000; i++) {
		char *q = map(8192, PROT_READ | PROT_WRITE);
		q[4096] = 1;
		munmap(i & 1 ? q : q + 4096, 4096);
	}
	EXPECT(map(4096, PROT_READ) != MAP_FAILED);
}

/* MAP_32BIT takes hints, too; in a 32-bit program it means nothing. */
static void low(void)
{
	const int prot = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT;
	static const uintptr_t hints[] = {0x50000123, 0x50000000, 0x30000000, 0x7ffff000,
					  0x90000000};

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		uintptr_t at = (uintptr_t)mmap((void *)hints[i], 8192, prot, flags, -1, 0);

		printf("hint %#lx: %s\n", (unsigned long)hints[i],
		       at == (hints[i] & ~4095UL) ? "taken"
		       : at < 0x80000000	  ? "low"
						  : "high");
	}
}

/* A file read page by page until its end, which is far before the mapping's: what is done ahead of
 * such a reader stops there, too, and sees it come and go. */
static void scan(void)
{
	const size_t pages = 400, end = 345;
	int fd = open("scanned", O_RDWR | O_CREAT | O_TRUNC, 0644);
	volatile char *p;

	for (int round = 0; round < 3; round++) {
		size_t n = 0;
		const char *how = "ok";

		EXPECT(!ftruncate(fd, (off_t)(end - 100 * (size_t)round) * 4096 - 10));
		if (!round)
			p = mmap(NULL, pages * 4096, PROT_READ, MAP_PRIVATE, fd, 0);
		while (n < pages && !strcmp(how = touch(p + n * 4096, 0), "ok"))
			n++;
		printf("%zu pages, then %s\n", n, how);
	}
	close(fd);
	unlink("scanned");
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	anonymous();
	files();
	scan();
	low();
	moves();
	breaks();
	big();
	return 0;
}
