/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* Robust mutexes between processes whose owner is killed: wherever it is at that moment, by
 * whatever signal, alone or with threads, while nobody or somebody waits. */
#include "guest.h"
#include <pthread.h>
#include <stddef.h>

#define FUTEX_OWNER_DIED 0x40000000
#define FUTEX_TID_MASK	 0x3fffffff

enum where { SLEEPS, SPINS, BLOCKED, DIES, THREAD_HOLDS, MANY, RECOVERED, WHERE_END };
static const char *const where_name[] = {"sleeps",
					 "spins",
					 "is blocked by another mutex",
					 "kills itself",
					 "holds it in a thread",
					 "has had many",
					 "has recovered it"};

struct shared {
	pthread_mutex_t mutex, other, many[2500];
	volatile int ready;
};
static struct shared *s;

static void init(pthread_mutex_t *m, int protocol)
{
	pthread_mutexattr_t a;

	pthread_mutexattr_init(&a);
	pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
	if (pthread_mutexattr_setprotocol(&a, protocol))
		printf("no such protocol\n");
	memset(m, 0, sizeof(*m));
	if (pthread_mutex_init(m, &a))
		printf("no mutex\n");
}

static void *holder(void *arg)
{
	pthread_mutex_lock(&s->mutex);
	s->ready = 1;
	for (;;)
		pause();
	return arg;
}

static void child(enum where where, int sig)
{
	pthread_t t;

	if (where == THREAD_HOLDS) {
		pthread_create(&t, NULL, holder, NULL);
		for (;;)
			pause();
	}
	for (int i = 0; where == MANY && i < 2500; i++)
		if (pthread_mutex_lock(&s->many[i]) || pthread_mutex_unlock(&s->many[i]))
			_exit(1);
	if (pthread_mutex_lock(&s->mutex) == EOWNERDEAD)
		pthread_mutex_consistent(&s->mutex);
	s->ready = 1;
	if (where == DIES)
		kill(getpid(), sig);
	if (where == BLOCKED)
		pthread_mutex_lock(&s->other);
	while (where == SPINS)
		;
	for (;;)
		pause();
}

static void *taker(void *arg)
{
	s->ready = 2;
	return (void *)(intptr_t)pthread_mutex_lock(arg);
}

static void killed(enum where where, int sig, int protocol, int waits)
{
	int ret, status;
	pthread_t t;
	void *p;
	pid_t pid;

	init(&s->mutex, protocol);
	init(&s->other, protocol);
	for (int i = 0; where == MANY && i < 2500; i++)
		init(&s->many[i], protocol);
	pthread_mutex_lock(&s->other);
	if (where == RECOVERED) {
		pid = fork();
		if (!pid) {
			pthread_mutex_lock(&s->mutex);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	s->ready = 0;
	pid = fork();
	if (!pid)
		child(where, sig);
	while (!s->ready)
		usleep(100);
	if (where == BLOCKED)
		usleep(20000);
	printf("%s that %s, %s%s: ", sig == SIGKILL ? "SIGKILL" : "SIGTERM", where_name[where],
	       protocol ? "PI" : "plain", waits ? ", somebody waits" : "");
	fflush(stdout);
	if (waits && where != DIES) {
		s->ready = 1;
		pthread_create(&t, NULL, taker, &s->mutex);
		while (s->ready != 2)
			usleep(100);
		usleep(20000);
		kill(pid, sig);
		pthread_join(t, &p);
		ret = (int)(intptr_t)p;
		waitpid(pid, &status, 0);
		printf("%s\n", ret == EOWNERDEAD ? "EOWNERDEAD" : ret ? "error" : "nothing seen");
		return;
	}
	if (where != DIES)
		kill(pid, sig);
	waitpid(pid, &status, 0);
	ret = pthread_mutex_trylock(&s->mutex);
	printf("%s", ret == EOWNERDEAD ? "EOWNERDEAD" : strerror(ret));
	ret = pthread_mutex_consistent(&s->mutex);
	printf(" %d", ret);
	printf(" %d\n", pthread_mutex_unlock(&s->mutex));
	pthread_mutex_unlock(&s->other);
}

/* By hand: the list as the kernel's documentation has it. */
struct lock {
	struct lock *next;
	uint32_t word;
};
static struct {
	struct lock *next;
	long offset;
	struct lock *pending;
} head;

static void take(struct lock *l)
{
	uint32_t none = 0;

	head.pending = l;
	if (!__atomic_compare_exchange_n(&l->word, &none, (uint32_t)syscall(SYS_gettid), 0,
					 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		_exit(1);
	l->next = head.next;
	head.next = l;
}

static void by_hand(void)
{
	struct lock *l = (void *)s;
	pid_t pid;

	memset(l, 0, 3 * sizeof(*l));
	pid = fork();
	if (!pid) {
		head.next = (void *)&head;
		head.offset = offsetof(struct lock, word);
		syscall(SYS_set_robust_list, &head, sizeof(head));
		take(&l[0]);
		head.pending = NULL;
		take(&l[1]); /* and dies before it has written that it has it */
		head.next = &l[0];
		l[2].word = 77;
		kill(getpid(), SIGKILL);
	}
	waitpid(pid, NULL, 0);
	for (int i = 0; i < 3; i++)
		printf("%s%x ", l[i].word & FUTEX_OWNER_DIED ? "died " : "",
		       l[i].word & FUTEX_TID_MASK);
	printf("\n");
}

int main(void)
{
	s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int protocol = PTHREAD_PRIO_NONE; protocol <= PTHREAD_PRIO_INHERIT; protocol++)
		for (int where = 0; where < WHERE_END; where++)
			for (int waits = 0; waits < 2; waits++)
				killed(where, waits == where % 2 ? SIGKILL : SIGTERM, protocol,
				       waits);
	by_hand();
	return 0;
}
