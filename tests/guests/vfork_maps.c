/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a vfork child maps, unmaps, moves and protects its parent has too. */
#include "guest.h"

static char *area, *gone, *moved, *grown, *private, *shared, *file, *fixed, *discarded;

static void *map(size_t size, int flags)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
}

static void child(int fd)
{
	grown = sbrk(65536);
	strcpy(grown + 40000, "heap");
	mprotect(area, 4096, PROT_READ);
	munmap(gone, 4096);
	private = map(3 * 4096, MAP_PRIVATE);
	strcpy(private + 4096, "private");
	shared = map(4096, MAP_SHARED);
	strcpy(shared, "shared");
	file = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, fd, 0);
	strcpy(moved, "written and moved");
	moved = mremap(moved, 8192, 16 * 4096, MREMAP_MAYMOVE);
	strcpy(moved + 15 * 4096, "beyond");
	strcpy(fixed, "before");
	mmap(fixed, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	strcpy(fixed + 3, "xt");
	madvise(discarded, 4096, MADV_DONTNEED);
	strcpy(discarded + 2, "a");
	munmap(map(4096, MAP_PRIVATE), 4096);
	_exit(3);
}

/* Whether memory can be read and written. */
static const char *rights(char *at)
{
	int pipes[2];
	ssize_t readable, writable;

	if (pipe(pipes))
		return "?";
	readable = write(pipes[1], at, 1);
	if (readable != 1 && write(pipes[1], "x", 1) != 1)
		return "?";
	writable = read(pipes[0], at, 1);
	close(pipes[0]);
	close(pipes[1]);
	return readable == 1 ? writable == 1 ? "read, write" : "read" : "none";
}

int main(void)
{
	int status, fd = open("/proc/self/exe", O_RDONLY);
	char *end = sbrk(0);
	pid_t pid;

	area = map(3 * 4096, MAP_PRIVATE);
	gone = area + 8192;
	moved = map(8192, MAP_PRIVATE);
	map(4096, MAP_PRIVATE);
	fixed = map(4096, MAP_PRIVATE);
	discarded = map(4096, MAP_PRIVATE);
	strcpy(fixed, "text");
	strcpy(discarded, "text");
	strcpy(moved + 4096, "moved");
	pid = vfork();
	if (!pid)
		child(fd);
	waitpid(pid, &status, 0);
	show_status("child", status);
	EXPECT(grown == end);
	EXPECT((char *)sbrk(0) >= end + 65536);
	printf("%s, %s, %s, %.4s\n", grown + 40000, private + 4096, shared, file);
	printf("%s, %s, %s\n", moved, moved + 4096, moved + 15 * 4096);
	printf("%d %d %s, %d %s\n", fixed[0], fixed[2], fixed + 3, discarded[0], discarded + 2);
	printf("%s; %s; %s\n", rights(area), rights(area + 4096), rights(gone));
	printf("%s; %s\n", rights(private), rights(file));
	free(malloc(100000));
	free(malloc(1000));
	return 0;
}
