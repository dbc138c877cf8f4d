/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that is gone through page by page gets the pages that have been touched, and no others. */
#include "guest.h"

#include <setjmp.h>

enum { PAGE = 4096, PAGES = 512 };

static void touch(volatile char *p, int from, int to, int write)
{
	for (int i = from; i < to; i++) {
		if (write)
			p[i * PAGE] = 1;
		else
			(void)p[i * PAGE];
	}
}

static void of_a_file(int flags, int write)
{
	int fd = memfd_create("sparse", 0);
	struct stat st;
	char *p;

	ftruncate(fd, PAGES * PAGE);
	p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
	printf("%s, %s:", flags == MAP_SHARED ? "shared" : "private", write ? "write" : "read");
	for (int i = 0, next; i < 300; i = next) {
		next = i < 8 ? i + 1 : i + 73;
		touch(p, i, next, write);
		fstat(fd, &st);
		printf(" %d", (int)st.st_blocks / 8);
	}
	printf("\n");
	munmap(p, PAGES * PAGE);
	close(fd);
}

static void without(int write)
{
	static unsigned char there[PAGES];
	char *p =
		mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int n = 0;

	touch(p, 3, 40, write);
	mincore(p, PAGES * PAGE, there);
	for (int i = 0; i < PAGES; i++)
		n += there[i] & 1;
	printf("anonymous: %d\n", n);
	munmap(p, PAGES * PAGE);
}

#ifdef __x86_64__
static sigjmp_buf back;

static void on_fault(int sig)
{
	(void)sig;
	siglongjmp(back, 1);
}

void far_jump(void *stack);
__asm__("far_jump: push %rbx; mov %rsp, %rbx; mov %rdi, %rsp; lretq");

/* A far return reads its frame as the kernel does: the pages behind it are not those behind the
 * page that is touched next, the code's, which has nothing behind it. */
static void far_return(void)
{
	static const unsigned char code[] = {0x48, 0x89, 0xdc, 0x5b, 0xc3}; /* far_jump()'s end */
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	char *alone = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) + PAGE;
	const unsigned long frame[2] = {(unsigned long)alone, 0x33};
	int pipes[2];

	signal(SIGSEGV, on_fault);
	mprotect(alone, PAGE, PROT_READ | PROT_WRITE);
	memcpy(alone, code, sizeof(code));
	mprotect(alone, PAGE, PROT_READ | PROT_EXEC);
	pipe(pipes);
	for (int i = 0; i < 64; i++) { /* written, but not by the CPU */
		write(pipes[1], frame, sizeof(frame));
		read(pipes[0], p + i * PAGE, sizeof(frame));
	}
	for (volatile int i = 0; i < 63; i++) {
		(void)((volatile char *)p)[i * PAGE];
		far_jump(p + (i + 1) * PAGE);
		if (!sigsetjmp(back, 1)) {
			(void)((volatile char *)alone)[PAGE];
			printf("after %d: read what is not there\n", i);
		}
	}
}
#endif

int main(void)
{
	for (int write = 0; write < 2; write++) {
		of_a_file(MAP_SHARED, write);
		of_a_file(MAP_PRIVATE, write);
		without(write);
	}
#ifdef __x86_64__
	far_return();
#endif
	return 0;
}
