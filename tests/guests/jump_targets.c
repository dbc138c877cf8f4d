/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls and returns through pointers that go where they went a thousand times before, after what is
 * there has changed in every way that there is. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE  4096UL
#define TIMES 1000

static sigjmp_buf back;

static void on_fault(int sig)
{
	siglongjmp(back, sig);
}

/* mov $value,%eax; ret */
static void put(unsigned char *at, int value)
{
	at[0] = 0xb8;
	memcpy(at + 1, &value, 4);
	at[5] = 0xc3;
}

/* What a call of `code` returns, the same each time; minus the signal that it ends with. */
static long call(volatile void *code)
{
	int (*f)(void) = (int (*)(void))(unsigned long)code;
	int sig = sigsetjmp(back, 1);
	long first = 0;

	if (sig)
		return -sig;
	for (int i = 0; i < TIMES; i++) {
		int got = f();

		if (i && got != first)
			return -1000;
		first = got;
	}
	return first;
}

static unsigned char *map(void *at, size_t n, int fd, int flags)
{
	void *p = mmap(at, n, PROT_READ | PROT_WRITE | PROT_EXEC, flags, fd, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return p;
}

static void same_memory(void)
{
	unsigned char *p = map(NULL, PAGE, -1, MAP_PRIVATE | MAP_ANONYMOUS), *fresh;

	put(p, 1);
	printf("written %ld", call(p));
	put(p, 2);
	printf(" %ld\n", call(p));
	mprotect(p, PAGE, PROT_READ | PROT_WRITE);
	printf("not executable %ld", call(p));
	put(p, 3);
	mprotect(p, PAGE, PROT_READ | PROT_EXEC);
	printf(", again %ld\n", call(p));
	mprotect(p, PAGE, PROT_NONE);
	printf("nothing %ld", call(p));
	mprotect(p, PAGE, PROT_EXEC | PROT_READ);
	printf(", as before %ld\n", call(p));
	munmap(p, PAGE);
	printf("gone %ld\n", call(p));
	map(p, PAGE, -1, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED);
	put(p, 4);
	printf("another mapping %ld\n", call(p));
	fresh = map(NULL, PAGE, -1, MAP_PRIVATE | MAP_ANONYMOUS);
	put(fresh, 5);
	printf("beside it %ld\n", call(fresh));
	mremap(fresh, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p);
	printf("moved over it %ld, from where nothing is %ld\n", call(p), call(fresh));
	madvise(p, PAGE, MADV_DONTNEED);
	put(p, 6);
	printf("emptied and written %ld\n", call(p));
}

static void file(void)
{
	int fd = memfd_create("code", 0);
	unsigned char code[8], *shared, *alias, *private;

	put(code, 10);
	if (fd < 0 || pwrite(fd, code, sizeof(code), 0) != sizeof(code) || ftruncate(fd, PAGE))
		exit(1);
	shared = map(NULL, PAGE, fd, MAP_SHARED);
	alias = map(NULL, PAGE, fd, MAP_SHARED);
	private = map(NULL, PAGE, fd, MAP_PRIVATE);
	printf("file %ld %ld %ld\n", call(shared), call(alias), call(private));
	put(alias, 11);
	printf("by another mapping %ld %ld %ld\n", call(shared), call(alias), call(private));
	put(code, 12);
	if (pwrite(fd, code, sizeof(code), 0) != sizeof(code))
		exit(1);
	printf("by pwrite %ld %ld %ld\n", call(shared), call(alias), call(private));
	put(private, 13);
	printf("copied %ld %ld %ld\n", call(shared), call(alias), call(private));
	madvise(private, PAGE, MADV_DONTNEED);
	printf("the file's again %ld %ld %ld\n", call(shared), call(alias), call(private));
	if (ftruncate(fd, 0))
		exit(1);
	printf("cut off %ld\n", call(shared));
	close(fd);
}

static void child(void)
{
	unsigned char *p = map(NULL, PAGE, -1, MAP_PRIVATE | MAP_ANONYMOUS);
	int status;
	pid_t pid;

	put(p, 20);
	printf("parent %ld\n", call(p));
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		printf("child %ld", call(p));
		put(p, 21);
		printf(", changed %ld\n", call(p));
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	printf("parent %ld\n", call(p));
}

/* Many more targets than any table of them holds, called in turns. */
static void many(void)
{
	enum { N = 40000, STEP = 16 };
	unsigned char *p = map(NULL, N * STEP, -1, MAP_PRIVATE | MAP_ANONYMOUS);
	unsigned long sum = 0;

	for (int i = 0; i < N; i++)
		put(p + i * STEP, i);
	for (int turn = 0; turn < 2; turn++)
		for (int i = 0; i < N; i++)
			sum += (unsigned)((int (*)(void))(unsigned long)(p + i * STEP))();
	printf("many %lu\n", sum);
}

int main(void)
{
	struct sigaction sa = {.sa_handler = on_fault};

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	same_memory();
	file();
	child();
	many();
	return 0;
}
