/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads that wait for each other without a system call, by PAUSE: a word handed to and fro, and a
 * spin lock that many want. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>

#define ROUNDS	2000
#define THREADS 8

static volatile int turn;
static pthread_spinlock_t spin;
static volatile int inside, overlaps;
static int sum;

static void wait_for(int value)
{
	while (turn != value)
		__asm__ volatile("pause" ::: "memory");
}

static void *answer(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		wait_for(1);
		turn = 0;
	}
	return arg;
}

static void *adds(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		pthread_spin_lock(&spin);
		overlaps += inside;
		inside = 1;
		sum++;
		inside = 0;
		pthread_spin_unlock(&spin);
	}
	return arg;
}

int main(void)
{
	pthread_t t[THREADS];

	pthread_create(&t[0], NULL, answer, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		turn = 1;
		wait_for(0);
	}
	pthread_join(t[0], NULL);
	pthread_spin_init(&spin, 0);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, adds, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	printf("%d rounds, sum %d, %d overlaps\n", ROUNDS, sum, overlaps);
	return 0;
}
