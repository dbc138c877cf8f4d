/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which neighbours in memory Linux makes one line of in /proc/PID/maps and which it keeps apart: by
 * what was written when, where it lay then, and who forked; and what smaps says of their kind. */
#include "guest.h"

#define PAGE 4096UL

static char *const window = (char *)0x20000000UL;

static char *map_with(char *at, size_t pages, int prot, int flags)
{
	return mmap(at, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | flags, -1, 0);
}

static char *map(char *at, size_t pages)
{
	return map_with(at, pages, PROT_READ | PROT_WRITE, 0);
}

/* The lines of the window, with the flags; the heap's by their number alone. */
static void show(const char *what)
{
	char line[512];
	int heaps = 0, in = 0;
	FILE *f = fopen("/proc/self/smaps", "r");

	printf("%s:\n", what);
	while (fgets(line, sizeof(line), f)) {
		unsigned long start, end;
		char prot[8];

		if (sscanf(line, "%lx-%lx %7s", &start, &end, prot) == 3) {
			in = start >= (unsigned long)window && start < 0x21000000;
			heaps += strstr(line, "[heap]") != NULL;
			if (in)
				printf("  %3ld +%ld %s", (long)(start - 0x20000000) / 4096,
				       (long)(end - start) / 4096, prot);
		} else if (in && !strncmp(line, "VmFlags:", 8)) {
			printf(" %s", line + 8);
		}
	}
	fclose(f);
	printf("  %d in the heap\n", heaps);
	fflush(stdout);
	munmap(window, 256 * PAGE);
}

static void written_apart(void)
{
	map(window, 1)[0] = 1;
	map(window + 2 * PAGE, 1)[0] = 1;
	map(window + PAGE, 1);
	show("a bridge between two that were written");
	map(window, 1)[0] = 1;
	map(window + PAGE, 1)[0] = 1;
	show("written one after the other");
	map_with(window, 3, PROT_NONE, 0);
	for (int i = 0; i < 3; i += 2) {
		mprotect(window + i * PAGE, PAGE, PROT_READ | PROT_WRITE);
		window[i * PAGE] = 1;
	}
	mprotect(window + PAGE, PAGE, PROT_READ | PROT_WRITE);
	show("a hole that becomes writable");
}

static void not_written(void)
{
	map_with(window, 3, PROT_READ, 0);
	mprotect(window + PAGE, PAGE, PROT_READ | PROT_WRITE);
	mprotect(window + PAGE, PAGE, PROT_READ);
	show("writable for a while");
	map_with(window, 3, PROT_READ, 0);
	mprotect(window + PAGE, PAGE, PROT_READ | PROT_WRITE);
	window[PAGE] = 1;
	mprotect(window + PAGE, PAGE, PROT_READ);
	show("written for a while");
}

static void moved(void)
{
	map(window + 16 * PAGE, 2);
	map(window, 1);
	mremap(window + 16 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
	       window + PAGE);
	show("moved before it was written");
	map(window + 16 * PAGE, 2)[0] = 1;
	map(window, 1);
	mremap(window + 16 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
	       window + PAGE);
	show("moved after it was written");
	map(window, 2)[0] = 1;
	mremap(window, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, window + 16 * PAGE);
	map(window + 17 * PAGE, 1);
	mremap(window + 16 * PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, window);
	show("there and back again");
}

static void child(void)
{
	free(malloc(1 << 20));
	map(window + 2 * PAGE, 1);
	sbrk(1 << 20);
	show("in a child, beside what the parent has written");
	map(window, 1)[0] = 1;
	map(window + PAGE, 1);
	show("in a child, its own");
}

static void kinds(void)
{
	char *at = window;

	map(at, 1);
	map_with(at + PAGE, 1, PROT_READ | PROT_WRITE, MAP_STACK);
	map(at + 2 * PAGE, 3);
	madvise(at + 3 * PAGE, PAGE, MADV_MERGEABLE);
	map_with(at + 5 * PAGE, 1, PROT_READ | PROT_WRITE, MAP_NORESERVE);
	syscall(SYS_mlock2, at + 4 * PAGE, PAGE, 1 /* MLOCK_ONFAULT */);
	munlock(at, PAGE);
	show("kinds");
}

static void no_change(void)
{
	map(window, 1)[0] = 1;
	map(window + 2 * PAGE, 1);
	madvise(window + 2 * PAGE, PAGE, MADV_RANDOM);
	map(window + PAGE, 1)[0] = 1;
	madvise(window + 2 * PAGE, PAGE, MADV_NORMAL);
	mprotect(window, 3 * PAGE, PROT_READ | PROT_WRITE);
	munlock(window, 3 * PAGE);
	show("calls that change nothing");
}

/* A call that fails has written nothing, though it was given the memory to write to. */
static void not_read(void)
{
	int fd = open("/dev/zero", O_RDONLY);

	map(window, 1)[0] = 1;
	map(window + 2 * PAGE, 1);
	EXPECT(read(-1, window + 2 * PAGE, PAGE) == -1);
	EXPECT(syscall(SYS_getcwd, window + 2 * PAGE, 1) == -1);
	map(window + PAGE, 1);
	show("a read that fails");
	map(window, 1)[0] = 1;
	map(window + 2 * PAGE, 1);
	EXPECT(read(fd, window + 2 * PAGE, PAGE) == PAGE);
	map(window + PAGE, 1);
	show("a read that does not");
	close(fd);
}

static void map_file(int fd, int prot, size_t page)
{
	EXPECT(mmap(window + page * PAGE, PAGE, prot, MAP_SHARED | MAP_FIXED, fd,
		    (off_t)(page * PAGE)) == window + page * PAGE);
}

/* A file that was opened twice is two files. */
static void opened_twice(void)
{
	int first = open("maps_apart.file", O_RDWR | O_CREAT | O_TRUNC, 0600), second, third;

	second = open("maps_apart.file", O_RDWR);
	third = dup(first);
	EXPECT(!ftruncate(first, 8 * PAGE));
	map_file(first, PROT_READ, 0);
	map_file(second, PROT_READ, 1);
	map_file(third, PROT_READ, 3);
	map_file(first, PROT_READ, 2);
	map_file(second, PROT_READ, 4);
	map_file(second, PROT_READ | PROT_WRITE, 5);
	mprotect(window + 5 * PAGE, PAGE, PROT_READ);
	show("a file opened twice");
	close(first);
	close(second);
	close(third);
	unlink("maps_apart.file");
}

int main(void)
{
	written_apart();
	not_written();
	moved();
	in_child("child", child);
	map(window, 2)[0] = 1;
	in_child("child", child);
	munmap(window, 2 * PAGE);
	kinds();
	no_change();
	not_read();
	opened_twice();
	return 0;
}
