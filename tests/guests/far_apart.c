/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: only: 64 */
/* Mappings all over the address space: many at once, and more than that one after the other, as an
 * engine like V8 has them, whose places are random. */
#include "guest.h"
#include <sys/mman.h>

#define FIRST	0x100000000000UL
#define SPACING (1UL << 36)
#define AT_ONCE 700UL
#define IN_TURN 2500UL
#define LENGTH	0x7f000UL

static unsigned long place(unsigned long i)
{
	return FIRST + i * SPACING + (i % 13) * 0x10000;
}

/* Whether page i holds i. */
static unsigned long count(void)
{
	unsigned long good = 0;

	for (unsigned long i = 0; i < AT_ONCE; i++)
		good += *(volatile unsigned long *)place(i) == i;
	return good;
}

static void at_once(void)
{
	unsigned long i, made = 0;

	for (i = 0; i < AT_ONCE; i++) {
		void *p = mmap((void *)place(i), 4096, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

		made += p == (void *)place(i);
		*(volatile unsigned long *)place(i) = i;
	}
	printf("%lu mapped, %lu right\n", made, count());
	fflush(stdout);
	if (fork() == 0) {
		printf("child: %lu right\n", count());
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}

static void in_turn(void)
{
	unsigned long i, zero = 0, kept = 0;

	for (i = 0; i < IN_TURN; i++) {
		/* where nothing else is: between those that stay */
		char *p =
			(char *)FIRST + (i % AT_ONCE) * SPACING + (1 + i / AT_ONCE) * (SPACING / 8);
		volatile unsigned long *word = (unsigned long *)(p + 24);

		if (mmap(p, LENGTH, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			 0) != p)
			printf("%lu: not mapped\n", i);
		madvise(p, LENGTH, MADV_DONTFORK);
		munmap(p + 0x40000, LENGTH - 0x40000);
		mprotect(p, 0x40000, PROT_READ | PROT_WRITE);
		zero += *word == 0;
		*word = i;
		kept += *word == i;
		munmap(p, 0x40000);
	}
	printf("in turn: %lu empty, %lu kept\n", zero, kept);
}

int main(void)
{
	unsigned long i;

	at_once();
	in_turn();
	for (i = 0; i < AT_ONCE; i += 2)
		munmap((void *)place(i), 4096);
	in_turn();
	for (i = 1; i < AT_ONCE; i += 2)
		if (*(volatile unsigned long *)place(i) != i)
			printf("%lu: lost\n", i);
	return 0;
}
