/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals that arrive between any two instructions must not disturb the computation: integer code
 * with long chains of flags, string instructions, calls, SSE and x87, each with and without a
 * fast timer. */
#include "guest.h"
#include <sys/time.h>

static volatile sig_atomic_t ticks;

static void tick(int sig)
{
	volatile double d = 1.0 / (ticks + 3);
	char buf[200];

	(void)sig;
	memset(buf, (int)d, sizeof(buf));
	__asm__ volatile("" ::"r"(buf) : "memory");
	ticks++;
}

static uint32_t chain(uint32_t x)
{
	for (int i = 0; i < 40000; i++)
		__asm__("add %0, %0; adc $1, %0; sbb $0, %0; rcl $3, %0; rcr $1, %0;"
			"cmp $12345, %0; setl %%al; movzbl %%al, %%eax; xor %%eax, %0;"
			"bt $7, %0; cmovc %%eax, %0; adc $77, %0; inc %0; dec %0; adc $0, %0"
			: "+r"(x)
			:
			: "eax", "cc");
	return x;
}

static uint32_t strings(uint32_t x)
{
	static char a[5000], b[5000];

	for (int i = 0; i < 60; i++) {
		char *s = a, *d = b;
		long n = 5000;

		memset(a, (int)(x + (uint32_t)i), sizeof(a));
		a[x % 5000] = 99;
		__asm__ volatile("rep movsb" : "+S"(s), "+D"(d), "+c"(n)::"memory");
		d = b;
		n = 5000;
		__asm__ volatile("repne scasb" : "+D"(d), "+c"(n) : "a"(99) : "memory", "cc");
		x = x * 31 + (uint32_t)n;
	}
	return x;
}

static __attribute__((noinline)) uint32_t calls(uint32_t n, uint32_t a, uint32_t b)
{
	__asm__ volatile("" : "+r"(n));
	return n < 2 ? n + (a ^ b) : calls(n - 1, b, a + n) + calls(n - 2, a - n, b);
}

static uint32_t floats(uint32_t x)
{
	double s = x, t = 1.0;
	long double u = 1.0L;

	for (int i = 1; i < 20000; i++) {
		s += 1.0 / i;
		t = t * 1.0000001 + s * 1e-9;
		u = u + 1.0L / (i + u);
	}
	return (uint32_t)(s * 1000) + (uint32_t)(t * 1e6) + (uint32_t)(u * 1e6L);
}

static uint32_t all(void)
{
	uint32_t sum = 1;

	for (uint32_t i = 0; i < 12; i++) {
		sum = sum * 7 + chain(sum + i);
		sum = sum * 7 + strings(sum + i);
		sum = sum * 7 + calls(18, sum, i);
		sum = sum * 7 + floats(i);
	}
	return sum;
}

int main(void)
{
	struct itimerval on = {{0, 300}, {0, 300}}, off = {{0, 0}, {0, 0}};
	struct sigaction sa = {.sa_handler = tick, .sa_flags = SA_RESTART};
	uint32_t calm = all(), wrong = 0;

	sigaction(SIGALRM, &sa, NULL);
	for (int i = 0; i < 8; i++) {
		setitimer(ITIMER_REAL, &on, NULL);
		wrong += all() != calm;
		setitimer(ITIMER_REAL, &off, NULL);
	}
	printf("sum %08x, wrong %u, ticks %s\n", calm, wrong, ticks > 20 ? "many" : "few");
	return 0;
}
