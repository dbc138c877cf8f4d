/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: only: 64 */
/* CMPXCHG8B and CMPXCHG16B: aligned or not, between processes. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int cmpxchg8b(void *p, uint64_t *old, uint64_t value)
{
	uint32_t low = (uint32_t)*old, high = (uint32_t)(*old >> 32);
	uint8_t same;

	__asm__ volatile("lock cmpxchg8b (%3); setz %2"
			 : "+a"(low), "+d"(high), "=&q"(same)
			 : "S"(p), "b"((uint32_t)value), "c"((uint32_t)(value >> 32))
			 : "memory", "cc");
	*old = (uint64_t)high << 32 | low;
	return same;
}

/* All flags but ZF are as the comparison before left them. */
static void flags(uint32_t left, uint32_t right, uint32_t old)
{
	static uint64_t at __attribute__((aligned(16)));
	uint32_t a = old, d = 0;
	uint8_t overflow;

	at = 5;
	__asm__ volatile("cmpl %[right], %[left]; lock cmpxchg8b %[at]; seto %[of]; lahf"
			 : "+a"(a), "+d"(d), [of] "=&r"(overflow), [at] "+m"(at)
			 : [left] "r"(left), [right] "r"(right), "b"(6), "c"(0)
			 : "cc");
	printf("%x - %x: %02x %d\n", left, right, a >> 8 & 0xd5, overflow);
}

#define TIMES 20000

static void add8(void *p)
{
	for (int i = 0; i < TIMES; i++) {
		uint64_t old = *(volatile uint64_t *)p;

		while (!cmpxchg8b(p, &old, old + 1))
			;
	}
}

#ifdef __x86_64__
static void add16(void *p)
{
	for (int i = 0; i < TIMES; i++) {
		uint64_t low = ((volatile uint64_t *)p)[0], high = ((volatile uint64_t *)p)[1];
		uint8_t same;

		do
			__asm__ volatile("lock cmpxchg16b (%3); setz %2"
					 : "+a"(low), "+d"(high), "=&q"(same)
					 : "S"(p), "b"(low + 1), "c"(high + 2)
					 : "memory", "cc");
		while (!same);
	}
}
#endif

static void in_two(void (*add)(void *), void *p)
{
	pid_t pid = fork();

	add(p);
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t old = 0, seen = 0;

	if (page == MAP_FAILED)
		return 1;
	printf("aligned: %d", cmpxchg8b(page, &old, 5));
	printf(" %d", cmpxchg8b(page, &old, 6));
	printf(" %llu\n", (unsigned long long)old);
	for (uint32_t value = 5; value < 7; value++) {
		flags(0x80000000, 1, value);
		flags(0, 0, value);
		flags(0x10, 1, value);
		flags(1, 2, value);
		flags(3, 0, value);
	}
	in_two(add8, page + 64);
	printf("two processes: %llu\n", *(unsigned long long *)(page + 64));
#ifdef __x86_64__
	in_two(add16, page + 128);
	printf("two processes: %llu %llu\n", *(unsigned long long *)(page + 128),
	       *(unsigned long long *)(page + 136));
#endif
	old = 0;
	printf("misaligned: %d", cmpxchg8b(page + 513, &old, 0x1122334455667788));
	cmpxchg8b(page + 513, &seen, 0);
	printf(" %llx\n", (unsigned long long)seen);
	return 0;
}
