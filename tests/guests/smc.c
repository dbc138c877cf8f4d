/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Code that changes: written in place, rewritten many times, made by the rules of W^X, shared
 * between two mappings, replaced by read(2) and by mmap. */
#include "guest.h"

typedef int (*fn)(void);

static void emit(unsigned char *p, uint32_t v)
{
	static const unsigned char code[] = {0xb8, 0, 0, 0, 0, 0xc3}; /* mov $v, %eax; ret */

	memcpy(p, code, sizeof(code));
	memcpy(p + 1, &v, 4);
}

static int call(void *p)
{
	return ((fn)(uintptr_t)p)();
}

/* Two mappings of one page, as translators keep them: patched by a read and a write. */
static void patched_elsewhere(void)
{
	int fd = (int)syscall(SYS_memfd_create, "code", 0), wrong = 0;
	volatile unsigned char *rw;
	void *rx;

	EXPECT(!ftruncate(fd, 4096));
	rw = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	rx = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
	emit((unsigned char *)(uintptr_t)rw, 100);
	for (int i = 100; i < 300; i++) {
		wrong += call(rx) != i;
		if (rw[1] == 255)
			rw[2]++;
		rw[1]++;
	}
	printf("patched elsewhere: %d wrong\n", wrong);
	close(fd);
}

int main(void)
{
	const int rwx = PROT_READ | PROT_WRITE | PROT_EXEC, rw = PROT_READ | PROT_WRITE;
	unsigned char *p = mmap(NULL, 8192, rwx, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *q, *r;
	unsigned char self[] = {0xb9, 0x05, 0,	  0, 0, /* mov $5, %ecx */
				0x31, 0xc0,		/* xor %eax, %eax */
				0x83, 0xc0, 0x01,	/* 1: add $1, %eax */
				0xff, 0xc9,		/* dec %ecx */
				0x75, 0xf9,		/* jnz 1b */
				0xc3};
	int wrong = 0, fd;
	long sum = 0;

	for (uint32_t i = 0; i < 600; i++) {
		emit(p, i * 3);
		wrong += call(p) != (int)i * 3;
	}
	printf("rewritten in place: %d wrong\n", wrong);
	patched_elsewhere();

	wrong = 0;
	for (uint32_t i = 0; i < 200; i++) {
		emit(p + 4090, i + 7); /* across two pages */
		wrong += call(p + 4090) != (int)i + 7;
		p[4091] = 200;
		wrong += (call(p + 4090) & 255) != 200;
	}
	printf("across pages: %d wrong\n", wrong);

	memcpy(p, self, sizeof(self));
	for (int i = 0; i < 50; i++) {
		p[9] = (unsigned char)i; /* the operand of add */
		sum += call(p);
	}
	printf("changed operand: %ld\n", sum);

	wrong = 0;
	q = mmap(NULL, 4096, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (uint32_t i = 0; i < 200; i++) {
		mprotect(q, 4096, rw);
		emit(q, i ^ 0x1234);
		mprotect(q, 4096, PROT_READ | PROT_EXEC);
		wrong += call(q) != (int)(i ^ 0x1234);
	}
	printf("W^X by mprotect: %d wrong\n", wrong);

	wrong = 0;
	q = mmap(NULL, 4096, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (uint32_t i = 0; i < 20; i++) {
		mprotect(q, 4096, rw);
		emit(q, i + 0x4321);
		mprotect(q, 4096, PROT_READ | PROT_EXEC);
		wrong += *(volatile unsigned char *)(q + 100) != 0; /* read before it is executed */
		wrong += call(q) != (int)i + 0x4321;
	}
	printf("read, then executed: %d wrong\n", wrong);

	wrong = 0;
	fd = open("code", O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (ftruncate(fd, 4096))
		return 1;
	q = mmap(NULL, 4096, rw, MAP_SHARED, fd, 0);
	r = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
	for (uint32_t i = 0; i < 200; i++) {
		emit(q, i + 99);
		wrong += call(r) != (int)i + 99;
	}
	printf("two mappings: %d wrong\n", wrong);

	wrong = 0;
	for (uint32_t i = 0; i < 20; i++) {
		munmap(r, 4096);
		r = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
		emit(q, i + 55);
		wrong += *(volatile unsigned char *)(r + 1) != i + 55;
		wrong += call(r) != (int)i + 55;
		emit(q, i + 155);
		wrong += *(volatile unsigned char *)(r + 1) != i + 155;
		wrong += call(r) != (int)i + 155;
	}
	printf("two mappings, read: %d wrong\n", wrong);

	wrong = 0;
	for (uint32_t i = 0; i < 100; i++) {
		unsigned char buf[6];
		emit(buf, i + 5);
		if (pwrite(fd, buf, 6, 0) != 6)
			return 1;
		wrong += call(r) != (int)i + 5;
		emit(buf, i + 6);
		if (pwrite(fd, buf, 6, 0) != 6 || pread(fd, p, 6, 0) != 6)
			return 1;
		wrong += call(p) != (int)i + 6;
	}
	printf("by write and read: %d wrong\n", wrong);

	wrong = 0;
	for (uint32_t i = 0; i < 50; i++) {
		q = mmap(r, 4096, rwx, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		emit(q, i);
		wrong += q != r || call(q) != (int)i;
	}
	printf("mapped anew: %d wrong\n", wrong);

	emit(p, 77);
	call(p);
	fflush(stdout);
	if (fork() == 0) {
		wrong = call(p) != 77;
		emit(p, 78);
		wrong += call(p) != 78;
		_exit(wrong);
	}
	wait(&wrong);
	show_status("child", wrong);
	printf("parent still: %d\n", call(p));
	return 0;
}
