/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Huge pages, which most machines have none of: then the mapping fails, or, where nothing has been
 * reserved, the access. */
#include "guest.h"

#define SIZE (2UL << 20)
#define ANON (MAP_ANONYMOUS | MAP_HUGETLB)

static char *p;

static void touch(void)
{
	p[5] = 1;
	printf("%d\n", p[5] + p[6]);
}

static void try(const char *what, char *at)
{
	unsigned char there[SIZE / 4096];

	printf("%s: %s\n", what, at == MAP_FAILED ? strerror(errno) : "mapped");
	if (at == MAP_FAILED)
		return;
	p = at;
	SHOW(mincore(p, SIZE, there));
	SHOW(read(open("/dev/zero", O_RDONLY), p, 1));
	SHOW(write(open("/dev/null", O_WRONLY), p, 1));
	in_child("touch", touch);
	SHOW(munmap(p, SIZE));
}

static char *map(int flags, int fd)
{
	return mmap(NULL, SIZE, PROT_READ | PROT_WRITE, flags, fd, 0);
}

int main(void)
{
	int file = open("file", O_RDWR | O_CREAT, 0600);
	int fd = (int)syscall(SYS_memfd_create, "huge", 4 /* MFD_HUGETLB */);

	SHOW_OK(mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_HUGETLB, file, 0));
	SHOW_OK(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | ANON, -1, 0));
	try("private", map(MAP_PRIVATE | ANON, -1));
	try("shared", map(MAP_SHARED | ANON, -1));
	try("private, not reserved", map(MAP_PRIVATE | MAP_NORESERVE | ANON, -1));
	try("shared, not reserved", map(MAP_SHARED | MAP_NORESERVE | ANON, -1));
	printf("file: %s\n", fd < 0 ? strerror(errno) : "made");
	if (fd >= 0 && ftruncate(fd, SIZE) == 0) {
		try("file, shared", map(MAP_SHARED, fd));
		try("file, not reserved", map(MAP_SHARED | MAP_NORESERVE, fd));
		try("file, private", map(MAP_PRIVATE, fd));
		try("file, private, not reserved", map(MAP_PRIVATE | MAP_NORESERVE, fd));
		SHOW_OK(mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_NORESERVE, fd, 4096));
		SHOW_OK(mmap(NULL, 0, PROT_READ, MAP_SHARED, fd, 0));
	}
	return 0;
}
