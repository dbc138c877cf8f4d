/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* Signals to threads and to a process of threads: none is lost, masks are each thread's. */
#include "guest.h"
#include <pthread.h>
#include <semaphore.h>

#define THREADS 8
#define ROUNDS	200

static sem_t seen;
static __thread volatile int mine;
static int fds[2];

static void count(int sig)
{
	(void)sig;
	mine++;
	sem_post(&seen);
}

/* Waits in another way each: until it has been hit ROUNDS times. */
static void *target(void *arg)
{
	struct timespec ts = {0, 100000000};
	int way = (int)(long)arg % 4;
	sigset_t none, usr1;
	char c;

	sigemptyset(&none);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sem_post(&seen);
	while (mine < ROUNDS) {
		if (way == 0) {
			nanosleep(&ts, NULL);
		} else if (way == 1) {
			if (read(fds[0], &c, 1) != -1)
				break;
		} else if (way == 2) {
			pthread_sigmask(SIG_BLOCK, &usr1, NULL);
			if (mine < ROUNDS)
				sigsuspend(&none);
			pthread_sigmask(SIG_UNBLOCK, &usr1, NULL);
		}
	}
	return (void *)(long)mine;
}

static void storm(void)
{
	struct sigaction sa = {.sa_handler = count};
	pthread_t t[THREADS];
	long sum = 0;
	void *ret;

	sigaction(SIGUSR1, &sa, NULL);
	if (pipe(fds))
		return;
	for (long i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, target, (void *)i);
	for (int i = 0; i < THREADS; i++)
		while (sem_wait(&seen))
			;
	for (int n = 0; n < ROUNDS; n++) {
		for (int i = 0; i < THREADS; i++)
			pthread_kill(t[i], SIGUSR1);
		for (int i = 0; i < THREADS; i++)
			while (sem_wait(&seen))
				;
	}
	close(fds[1]); /* a reader that looked before its last signal came */
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], &ret);
		sum += (long)ret;
	}
	printf("storm: %ld\n", sum);
}

static void *blocker(void *arg)
{
	sigset_t all;
	int sig = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	sem_post(&seen);
	sigemptyset(&all);
	sigaddset(&all, SIGUSR2);
	sigwait(&all, &sig);
	*(int *)arg = sig;
	return NULL;
}

static void to_the_process(void)
{
	sigset_t set;
	pthread_t t;
	int got = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	pthread_create(&t, NULL, blocker, &got);
	sem_wait(&seen);
	kill(getpid(), SIGUSR2);
	pthread_join(t, NULL);
	printf("sigwait in a thread: %d\n", got);
	kill(getpid(), SIGUSR1);
	sigpending(&set);
	printf("pending: %d", sigismember(&set, SIGUSR1));
	mine = 0;
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	printf(", delivered: %d\n", mine);
	printf("no such thread: %d %d\n", (int)syscall(SYS_tgkill, getpid(), 0x3fffffff, SIGUSR1),
	       (int)syscall(SYS_tgkill, -1, 1, SIGUSR1));
}

int main(void)
{
	sem_init(&seen, 0, 0);
	storm();
	to_the_process();
	return 0;
}
