/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl O0 */
/* Threads as the C library makes them, and all that they wait with. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MANY	  100
#define THOUSANDS 2000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static long counter;
static __thread long local = 7;

static void *count(void *arg)
{
	for (int i = 0; i < 500; i++) {
		pthread_mutex_lock(&lock);
		counter++;
		pthread_mutex_unlock(&lock);
	}
	local += (long)arg;
	return (void *)local;
}

static void contended(int n)
{
	static pthread_t t[THOUSANDS];
	long sum = 0;
	void *ret;

	counter = 0;
	for (long i = 0; i < n; i++)
		if (pthread_create(&t[i], NULL, count, (void *)i))
			printf("no thread %ld\n", i);
	for (int i = 0; i < n; i++) {
		pthread_join(t[i], &ret);
		sum += (long)ret;
	}
	printf("%d threads: counter %ld, locals %ld\n", n, counter, sum);
}

static void *nothing(void *arg)
{
	return arg;
}

static void *wait_open(void *arg)
{
	sem_wait(arg);
	return NULL;
}

static void thousands(void)
{
	static pthread_t t[THOUSANDS];
	pthread_attr_t attr;
	sem_t open;
	int made = 0;

	sem_init(&open, 0, 0);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	while (made < THOUSANDS && !pthread_create(&t[made], &attr, wait_open, &open))
		made++;
	for (int i = 0; i < made; i++)
		sem_post(&open);
	for (int i = 0; i < made; i++)
		pthread_join(t[i], NULL);
	printf("%d at once\n", made);
	for (int i = 0; i < THOUSANDS; i++) {
		pthread_create(&t[0], NULL, nothing, NULL);
		pthread_join(t[0], NULL);
	}
	printf("%d one after the other\n", THOUSANDS);
}

static int turn;

static void *ping(void *arg)
{
	int me = (int)(long)arg;

	for (int i = 0; i < 1000; i++) {
		pthread_mutex_lock(&lock);
		while (turn != me)
			pthread_cond_wait(&cond, &lock);
		turn = !me;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

static void in_turns(void)
{
	pthread_t t;

	pthread_create(&t, NULL, ping, (void *)1L);
	ping(NULL);
	pthread_join(t, NULL);
	printf("in turns: %d\n", turn);
}

static void *try_it(void *arg)
{
	return (void *)(long)pthread_mutex_trylock(arg);
}

static void *die_with(void *arg)
{
	pthread_mutex_lock(arg);
	return NULL;
}

static long in_thread(void *(*fn)(void *), void *arg)
{
	pthread_t t;
	void *ret;

	pthread_create(&t, NULL, fn, arg);
	pthread_join(t, &ret);
	return (long)ret;
}

static void mutex_kinds(void)
{
	pthread_mutexattr_t attr;
	pthread_mutex_t m;
	struct timespec ts;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&m, &attr);
	pthread_mutex_lock(&m);
	printf("recursive: %d", pthread_mutex_lock(&m));
	pthread_mutex_unlock(&m);
	printf(" %ld", in_thread(try_it, &m));
	printf(" %d\n", pthread_mutex_unlock(&m));
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&m, &attr);
	printf("errorcheck: %d", pthread_mutex_unlock(&m));
	pthread_mutex_lock(&m);
	printf(" %d\n", pthread_mutex_lock(&m));
	clock_gettime(CLOCK_REALTIME, &ts);
	printf("timed: %d\n", pthread_mutex_timedlock(&m, &ts));
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_NORMAL);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	for (int pi = 0; pi < 2; pi++) {
		if (pi && pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT))
			break;
		pthread_mutex_init(&m, &attr);
		in_thread(die_with, &m);
		printf("robust, pi %d: %d", pi, pthread_mutex_lock(&m) == EOWNERDEAD);
		printf(" %d", pthread_mutex_consistent(&m));
		printf(" %d", pthread_mutex_unlock(&m));
		printf(" %d\n", pthread_mutex_lock(&m));
	}
}

static pthread_mutex_t pi_lock;

static void *count_pi(void *arg)
{
	for (int i = 0; i < 1000; i++) {
		pthread_mutex_lock(&pi_lock);
		counter++;
		pthread_mutex_unlock(&pi_lock);
	}
	return arg;
}

static void contended_pi(void)
{
	pthread_mutexattr_t attr;
	pthread_t t[4];

	counter = 0;
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&pi_lock, &attr);
	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, count_pi, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	printf("priority inheritance: %ld\n", counter);
}

struct shared {
	pthread_mutex_t m;
	pthread_barrier_t b;
	long n;
};

static void between_processes(void)
{
	struct shared *s =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t attr;
	pthread_barrierattr_t battr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&s->m, &attr);
	pthread_barrierattr_init(&battr);
	pthread_barrierattr_setpshared(&battr, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&s->b, &battr, 3);
	fflush(stdout);
	for (int i = 0; i < 3; i++) {
		if (fork())
			continue;
		pthread_barrier_wait(&s->b);
		for (int j = 0; j < 2000; j++) {
			pthread_mutex_lock(&s->m);
			s->n++;
			pthread_mutex_unlock(&s->m);
		}
		if (i == 2) /* after the others are done, it takes the lock with it */
			while (pthread_mutex_lock(&s->m) == 0 && s->n != 6000) {
				pthread_mutex_unlock(&s->m);
				sched_yield();
			}
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	printf("processes: %ld", s->n);
	printf(" %d\n", pthread_mutex_lock(&s->m) == EOWNERDEAD);
}

static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t empty, full;
static int slot;

static void *rw_user(void *arg)
{
	long bad = 0;

	for (int i = 0; i < 300; i++) {
		if ((long)arg & 1) {
			pthread_rwlock_wrlock(&rw);
			counter++;
		} else {
			pthread_rwlock_rdlock(&rw);
			bad += counter < 0;
		}
		pthread_rwlock_unlock(&rw);
	}
	return (void *)(long)(pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
}

static void *produce(void *arg)
{
	for (int i = 1; i <= 1000; i++) {
		sem_wait(&empty);
		slot = i;
		sem_post(&full);
	}
	return arg;
}

static void others(void)
{
	pthread_t t[8];
	long serial = 0, sum = 0;
	void *ret;

	counter = 0;
	pthread_barrier_init(&barrier, NULL, 8);
	for (long i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, rw_user, (void *)i);
	for (int i = 0; i < 8; i++) {
		pthread_join(t[i], &ret);
		serial += (long)ret;
	}
	printf("rwlock: %ld, barrier: %ld\n", counter, serial);
	sem_init(&empty, 0, 1);
	sem_init(&full, 0, 0);
	pthread_create(&t[0], NULL, produce, NULL);
	for (int i = 0; i < 1000; i++) {
		sem_wait(&full);
		sum += slot;
		sem_post(&empty);
	}
	pthread_join(t[0], NULL);
	printf("semaphores: %ld\n", sum);
}

static int pipes[2][2];

static void *echo(void *arg)
{
	int v;

	while (read(pipes[0][0], &v, sizeof(v)) == sizeof(v)) {
		v++;
		if (write(pipes[1][1], &v, sizeof(v)) != sizeof(v))
			break;
	}
	return arg;
}

static volatile int stop;

static void *spin(void *arg)
{
	while (!stop)
		;
	return arg;
}

static void beside_a_spinner(void)
{
	pthread_t t, s;
	int v = 0;

	if (pipe(pipes[0]) || pipe(pipes[1]))
		return;
	pthread_create(&s, NULL, spin, NULL);
	pthread_create(&t, NULL, echo, NULL);
	for (int i = 0; i < 50; i++)
		if (write(pipes[0][1], &v, sizeof(v)) != sizeof(v) ||
		    read(pipes[1][0], &v, sizeof(v)) != sizeof(v))
			break;
	stop = 1;
	close(pipes[0][1]);
	pthread_join(t, NULL);
	pthread_join(s, NULL);
	printf("beside a spinner: %d\n", v);
}

static void cleanup(void *arg)
{
	++*(int *)arg;
}

static void *cancelled(void *arg)
{
	pthread_cleanup_push(cleanup, arg);
	for (;;)
		pause();
	pthread_cleanup_pop(0);
	return NULL;
}

static void cancel(void)
{
	int cleaned = 0;
	pthread_t t;
	void *ret;

	for (int i = 0; i < 20; i++) {
		pthread_create(&t, NULL, cancelled, &cleaned);
		if (i & 1)
			usleep(500);
		pthread_cancel(t);
		pthread_join(t, &ret);
		if (ret != PTHREAD_CANCELED)
			printf("not cancelled\n");
	}
	printf("cancel: %d\n", cleaned > 0);
}

int main(void)
{
	contended(MANY);
	thousands();
	in_turns();
	mutex_kinds();
	contended_pi();
	between_processes();
	others();
	beside_a_spinner();
	cancel();
	return 0;
}
