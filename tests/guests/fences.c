/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MFENCE between processes that share memory: a store is seen by the other before this one's next
 * load is done. */
#include "guest.h"

#include <sched.h>

#define ROUNDS 400000
#define TIMES  5

/* Each writes how far it is, then looks how far the other is. */
static struct shared {
	_Alignas(64) volatile int ready[2];
	_Alignas(64) volatile int busy[2]; /* what the store has to wait for */
	_Alignas(64) volatile int far[2];
	volatile int seen[2][ROUNDS + 2];
} * s;

static void run(int me)
{
	s->ready[me] = 1;
	while (!s->ready[!me])
		sched_yield();
	for (int i = 1; i <= ROUNDS; i++) {
		s->busy[me] = i;
		s->far[me] = i;
		__asm__ volatile("mfence" ::: "memory");
		s->seen[me][i] = s->far[!me];
	}
}

/* What the other had not written yet when this one had come to i, it wrote later, and must then
 * have seen the i. */
static int early(void)
{
	int n = 0, status;
	pid_t pid;

	memset(s, 0, sizeof(*s));
	pid = fork();
	run(!pid);
	if (!pid)
		_exit(0);
	waitpid(pid, &status, 0);
	for (int i = 1; i <= ROUNDS; i++)
		n += s->seen[0][i] < ROUNDS && s->seen[1][s->seen[0][i] + 1] < i;
	return n;
}

int main(void)
{
	int n = 0;

	s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < TIMES; i++)
		n += early();
	printf("loads before stores: %s\n", n ? "some" : "none");
	return 0;
}
