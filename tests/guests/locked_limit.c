/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limit of locked memory where stacks grow, and what counts against it after MREMAP_DONTUNMAP,
 * which unlocks without counting so: for a program without privileges. */
#include "guest.h"
#include <grp.h>
#include <sys/resource.h>

#define PAGE 4096L
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

static void show_locked(void)
{
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");

	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, "VmLck:", 6))
			fputs(line, stdout);
	fclose(f);
}

static void limit(long pages)
{
	struct rlimit l = {(rlim_t)(pages * PAGE), (rlim_t)(pages * PAGE)};

	SHOW(setrlimit(RLIMIT_MEMLOCK, &l));
}

/* Touches the pages below `at` until one cannot be had. */
static void grow(volatile char *at)
{
	int status, pages = 0;

	fflush(stdout);
	if (fork() == 0) { /* locks are not inherited */
		limit(6);
		SHOW(mlock((void *)(uintptr_t)at, 2 * PAGE));
		fflush(stdout);
		for (; pages < 8; at -= PAGE, pages++) {
			at[0] = 1;
			printf("page %d\n", pages);
			fflush(stdout);
		}
		_exit(0);
	}
	wait(&status);
	show_status("grown", status);
}

int main(void)
{
	/* away from the heap, which begins somewhere in the first GiB behind the program */
	char *p =
		mmap((void *)0x50000000, 64 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *moved;

	if (!geteuid() && (setgroups(0, NULL) || setgid(65534) || setuid(65534)))
		return 1;
	munmap(p, 64 * PAGE);
	p = mmap(p + 32 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
	grow(p);
	limit(16);
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	SHOW(mlock(p, 4 * PAGE));
	show_locked();
	moved = (char *)syscall(SYS_mremap, p, 2 * PAGE, 2 * PAGE,
				MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
	EXPECT(moved != MAP_FAILED);
	show_locked();
	SHOW(munlock(moved, 2 * PAGE));
	show_locked();
	for (int i = 0; i < 5; i++) {
		p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0);
		SHOW(mlock(p, 4 * PAGE));
	}
	show_locked();
	SHOW(munlockall());
	show_locked();
	return 0;
}
