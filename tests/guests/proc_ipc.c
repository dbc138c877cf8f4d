/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Futexes between processes, message queues, System V semaphores and messages. */
#include "guest.h"
#include <linux/futex.h>
#include <mqueue.h>
#include <pthread.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <time.h>

#define BAD	      ((void *)16)
#define CALL(nr, ...) SHOW(syscall(SYS_##nr, __VA_ARGS__))
#define FUTEX(...)    SHOW(syscall(SYS_futex, __VA_ARGS__))

static void futexes(void)
{
	struct timespec ts = {0, 20000000}, bad = {0, -1};
	uint32_t *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;

	FUTEX(p, FUTEX_WAIT, 1, &ts, NULL, 0);
	FUTEX(p, FUTEX_WAIT, 0, &ts, NULL, 0);
	FUTEX(p, FUTEX_WAIT, 0, &bad, NULL, 0);
	FUTEX(p, FUTEX_WAIT, 0, BAD, NULL, 0);
	FUTEX(BAD, FUTEX_WAIT, 0, &ts, NULL, 0);
	FUTEX((char *)p + 1, FUTEX_WAIT, 0, &ts, NULL, 0);
	FUTEX(p, FUTEX_WAKE, 1, NULL, NULL, 0);
	FUTEX(p, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0);
	FUTEX(p, 99, 0, NULL, NULL, 0);
	FUTEX(p, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
	EXPECT(*p == (uint32_t)getpid());
	FUTEX(p, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
	FUTEX(p, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
	printf("%u\n", *p);
	FUTEX(p, FUTEX_WAKE_OP, 1, 1, p + 1, FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 0));
	printf("%u\n", p[1]);
	FUTEX(p, FUTEX_CMP_REQUEUE, 1, 1, p + 1, 3);
	*p = 0;
	fflush(stdout);
	if (fork() == 0) {
		while (!__atomic_load_n(p, __ATOMIC_SEQ_CST))
			syscall(SYS_futex, p, FUTEX_WAIT, 0, NULL, NULL, 0);
		_exit((int)*p);
	}
	usleep(20000);
	__atomic_store_n(p, 42, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, p, FUTEX_WAKE, 1, NULL, NULL, 0);
	wait(&status);
	show_status("woken", status);
#ifdef __i386__
	long long t64[2] = {0, 1000000};

	*p = 0;
	CALL(futex_time64, p, FUTEX_WAIT, 0, t64, NULL, 0);
#endif
	CALL(set_robust_list, p, 7);
	EXPECT(syscall(SYS_set_tid_address, p) == getpid());
	CALL(membarrier, 0, 1, 0);
}

/* A process that ends holding a robust mutex hands it on. */
static void robust(void)
{
	pthread_mutex_t *m =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t attr;
	int locked[2];
	char c = 0;

	if (pipe(locked))
		exit(1);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(m, &attr);
	if (fork() == 0) {
		pthread_mutex_lock(m);
		if (write(locked[1], &c, 1) != 1)
			_exit(1);
		usleep(50000); /* so that the parent waits, as a rule */
		_exit(0);
	}
	if (read(locked[0], &c, 1) != 1)
		exit(1);
	EXPECT(pthread_mutex_lock(m) == EOWNERDEAD);
	SHOW(pthread_mutex_consistent(m));
	SHOW(pthread_mutex_unlock(m));
	SHOW(pthread_mutex_lock(m));
	wait(NULL);
}

static void mqueues(void)
{
	struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = 64}, got;
	struct timespec past = {1, 0};
	char name[64], buf[64];
	unsigned int prio = 0;
	mqd_t q;

	snprintf(name, sizeof(name), "/guest-%d", getpid());
	q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
	EXPECT(q >= 0);
	SHOW(mq_unlink(name));
	SHOW(mq_send(q, "low", 4, 1));
	SHOW(mq_send(q, "high", 5, 9));
	SHOW(mq_send(q, buf, 65, 0));
	SHOW(mq_receive(q, buf, 63, &prio));
	SHOW(mq_receive(q, buf, 64, &prio));
	printf("%s %u\n", buf, prio);
	SHOW(mq_getattr(q, &got));
	printf("%ld %ld %ld %ld\n", got.mq_flags, got.mq_maxmsg, got.mq_msgsize, got.mq_curmsgs);
	SHOW(mq_receive(q, buf, 64, NULL));
	SHOW(mq_timedreceive(q, buf, 64, NULL, &past));
	attr.mq_flags = O_NONBLOCK;
	SHOW(mq_setattr(q, &attr, &got));
	SHOW(mq_receive(q, buf, 64, NULL));
	SHOW(mq_open("/no-such-queue-here", O_RDONLY));
	CALL(mq_open, BAD, O_RDONLY, 0, NULL);
	SHOW(mq_unlink("/no-such-queue-here"));
}

union semun {
	int val;
	struct semid_ds *buf;
	unsigned short *array;
	struct seminfo *info;
};

static void semaphores(void)
{
	struct sembuf up = {0, 1, 0}, down = {0, -1, IPC_NOWAIT}, wait_for = {0, -5, 0};
	struct timespec ts = {0, 10000000};
	unsigned short values[3] = {1, 2, 3}, got[3] = {0};
	struct semid_ds ds;
	struct seminfo info;
	int id = semget(IPC_PRIVATE, 3, 0600), status;

	EXPECT(id >= 0);
	SHOW(semctl(id, 0, SETALL, (union semun){.array = values}));
	SHOW(semctl(id, 0, GETALL, (union semun){.array = got}));
	printf("%u %u %u\n", got[0], got[1], got[2]);
	SHOW(semctl(id, 2, SETVAL, (union semun){.val = 30}));
	SHOW(semctl(id, 2, GETVAL));
	SHOW(semctl(id, 9, GETVAL));
	SHOW(semctl(id, 0, IPC_STAT, (union semun){.buf = &ds}));
	printf("%lu %o\n", (long)ds.sem_nsems, ds.sem_perm.mode);
	ds.sem_perm.mode = 0640;
	SHOW(semctl(id, 0, IPC_SET, (union semun){.buf = &ds}));
	SHOW(semctl(id, 0, IPC_STAT, (union semun){.buf = &ds}));
	printf("%o\n", ds.sem_perm.mode);
	SHOW_OK(semctl(0, 0, IPC_INFO, (union semun){.info = &info}));
	EXPECT(info.semmsl > 0);
	SHOW(semop(id, &up, 1));
	SHOW(semop(id, &down, 1));
	SHOW(semop(id, &down, 1));
	SHOW(semop(id, &down, 1));
	SHOW(semtimedop(id, &wait_for, 1, &ts));
	SHOW(semop(id, BAD, 1));
	SHOW(semop(id, &up, 0));
	fflush(stdout);
	if (fork() == 0) {
		SHOW(semop(id, &wait_for, 1));
		fflush(stdout);
		_exit(5);
	}
	usleep(20000);
	up.sem_op = 5;
	semop(id, &up, 1);
	wait(&status);
	show_status("waiter", status);
	SHOW(semctl(id, 0, IPC_RMID));
	SHOW(semctl(id, 0, IPC_RMID));
}

static void messages(void)
{
	struct {
		long type;
		char text[32];
	} m = {7, "seven"};
	struct msqid_ds ds;
	int id = msgget(IPC_PRIVATE, 0600);

	EXPECT(id >= 0);
	SHOW(msgsnd(id, &m, 6, 0));
	m.type = 8;
	strcpy(m.text, "eight");
	SHOW(msgsnd(id, &m, 6, 0));
	SHOW(msgctl(id, IPC_STAT, &ds));
	printf("%ld %ld %d\n", (long)ds.msg_qnum, (long)ds.msg_cbytes, ds.msg_lspid == getpid());
	memset(&m, 0, sizeof(m));
	SHOW(msgrcv(id, &m, 32, 8, 0));
	printf("%ld %s\n", m.type, m.text);
	SHOW(msgrcv(id, &m, 2, 0, 0));
	SHOW(msgrcv(id, &m, 3, -9, MSG_NOERROR));
	printf("%ld %.3s\n", m.type, m.text);
	SHOW(msgrcv(id, &m, 32, 0, IPC_NOWAIT));
	m.type = 0;
	SHOW(msgsnd(id, &m, 1, 0));
	SHOW(msgsnd(id, BAD, 1, 0));
	SHOW(msgsnd(id, &m, -1, 0));
	long *end = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	end += 4096 / sizeof(long);
	munmap(end, 4096);
	end[-2] = 1;
	SHOW(msgsnd(id, &end[-2], 20000, 0)); /* too long goes before unreadable */
	SHOW(msgsnd(id, &end[-2], 100, 0));
	end[-2] = 0;
	SHOW(msgsnd(id, &end[-2], 100, 0));
	ds.msg_perm.mode = 0640;
	SHOW(msgctl(id, IPC_SET, &ds));
	SHOW(msgctl(id, IPC_RMID, NULL));
	SHOW(msgrcv(id, &m, 32, 0, 0));
}

int main(void)
{
	in_child("futexes", futexes);
	in_child("robust", robust);
	in_child("mqueues", mqueues);
	in_child("semaphores", semaphores);
	in_child("messages", messages);
	return 0;
}
