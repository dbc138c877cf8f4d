/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that is gone through page by page gets the pages that have been touched, and no others. */
#include "guest.h"

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

int main(void)
{
	for (int write = 0; write < 2; write++) {
		of_a_file(MAP_SHARED, write);
		of_a_file(MAP_PRIVATE, write);
		without(write);
	}
	return 0;
}
