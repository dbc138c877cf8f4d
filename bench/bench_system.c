/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmarks of threads, memory and files: bench_system NAME. Prints nanoseconds of one round. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile uint64_t sink;

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void need(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

/* ---- Threads ---- */

static void *nothing(void *arg)
{
	return arg;
}

static uint64_t b_thread(void)
{
	const int n = 1000;
	pthread_t t;

	for (int i = 0; i < n; i++) {
		need(!pthread_create(&t, NULL, nothing, NULL), "pthread_create");
		pthread_join(t, NULL);
	}
	return (uint64_t)n;
}

#define ROUNDS 10000
static int turn[2];

static void pass(int to)
{
	__atomic_store_n(&turn[to], 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &turn[to], FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void await(int whose)
{
	while (!__atomic_load_n(&turn[whose], __ATOMIC_SEQ_CST))
		syscall(SYS_futex, &turn[whose], FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
	__atomic_store_n(&turn[whose], 0, __ATOMIC_SEQ_CST);
}

static void *answer(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		await(0);
		pass(1);
	}
	return arg;
}

static uint64_t b_futex(void)
{
	pthread_t t;

	need(!pthread_create(&t, NULL, answer, NULL), "pthread_create");
	for (int i = 0; i < ROUNDS; i++) {
		pass(0);
		await(1);
	}
	pthread_join(t, NULL);
	return ROUNDS;
}

/* Two threads that wait for each other by PAUSE alone. */
static volatile int baton;

static void *hands_back(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		while (baton != 1)
			__builtin_ia32_pause();
		baton = 0;
	}
	return arg;
}

static uint64_t b_spin(void)
{
	pthread_t t;

	need(!pthread_create(&t, NULL, hands_back, NULL), "pthread_create");
	for (int i = 0; i < ROUNDS; i++) {
		baton = 1;
		while (baton)
			__builtin_ia32_pause();
	}
	pthread_join(t, NULL);
	return ROUNDS;
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *locks(void *arg)
{
	for (int i = 0; i < ROUNDS * 10; i++) {
		pthread_mutex_lock(&mutex);
		sink++;
		pthread_mutex_unlock(&mutex);
	}
	return arg;
}

static uint64_t b_mutex(void)
{
	pthread_t t;

	need(!pthread_create(&t, NULL, locks, NULL), "pthread_create");
	locks(NULL);
	pthread_join(t, NULL);
	return ROUNDS * 20;
}

/* ---- Memory ---- */

#define PAGE 4096u

/* Every other page has other rights, so that none of the areas become one. */
static uint64_t b_mmaps(void)
{
	const int n = 10000;
	char **p = calloc((size_t)n, sizeof(*p));

	need(p != NULL, "calloc");
	for (int i = 0; i < n; i++) {
		p[i] = mmap(NULL, PAGE, i & 1 ? PROT_READ : PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		need(p[i] != MAP_FAILED, "mmap");
	}
	for (int i = 0; i < n; i++)
		munmap(p[i], PAGE);
	free(p);
	return (uint64_t)n;
}

static uint64_t b_faults(void)
{
	const size_t pages = 65536;
	char *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);

	need(p != MAP_FAILED, "mmap");
	for (size_t i = 0; i < pages; i++)
		p[i * PAGE] = 1;
	return pages;
}

static uint64_t b_remap(void)
{
	const int n = 20000;

	for (int i = 0; i < n; i++) {
		char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1, 0);

		need(p != MAP_FAILED, "mmap");
		p[0] = p[3 * PAGE] = 1;
		munmap(p, 4 * PAGE);
	}
	return (uint64_t)n;
}

/* ---- Files ---- */

#define FILE_SIZE (1UL << 30)

static char buffer[128 << 10];
static int in;

/* Read once, so that what is measured is not how the host fills its page cache. */
static void prepare_file(void)
{
	char name[] = "/tmp/benchXXXXXX";

	in = mkstemp(name);
	need(in >= 0, "mkstemp");
	unlink(name);
	need(!ftruncate(in, FILE_SIZE), "ftruncate");
	while (read(in, buffer, sizeof(buffer)) > 0)
		;
	lseek(in, 0, SEEK_SET);
}

static uint64_t b_cat(void)
{
	int out = open("/dev/null", O_WRONLY);
	ssize_t n;

	while ((n = read(in, buffer, sizeof(buffer))) > 0)
		need(write(out, buffer, (size_t)n) == n, "write");
	return 1;
}

#define PIECE (64UL << 20)

static int sink_fd;

static void prepare_mapped(void)
{
	prepare_file();
	sink_fd = memfd_create("sink", 0);
	need(sink_fd >= 0 && !fallocate(sink_fd, 0, 0, PIECE), "memfd_create");
}

static const char *map_piece(size_t at)
{
	const char *p = mmap(NULL, PIECE, PROT_READ, MAP_PRIVATE, in, (off_t)at);

	need(p != MAP_FAILED, "mmap");
	return p;
}

/* To memory: /dev/null would not look at it. */
static uint64_t b_cat_mmap(void)
{
	for (size_t at = 0; at < FILE_SIZE; at += PIECE) {
		const char *p = map_piece(at);

		need(pwrite(sink_fd, p, PIECE, 0) == (ssize_t)PIECE, "pwrite");
		munmap((void *)(uintptr_t)p, PIECE);
	}
	return 1;
}

/* A byte of each page. */
static uint64_t b_scan_mmap(void)
{
	uint64_t sum = 0;

	for (size_t at = 0; at < FILE_SIZE; at += PIECE) {
		const char *p = map_piece(at);

		for (size_t i = 0; i < PIECE; i += PAGE)
			sum += (unsigned char)p[i];
		munmap((void *)(uintptr_t)p, PIECE);
	}
	sink = sum;
	return FILE_SIZE / PAGE;
}

static uint64_t b_stat(void)
{
	const int n = 100000;
	struct stat st;

	for (int i = 0; i < n; i++)
		need(!stat("/etc/passwd", &st), "stat");
	return (uint64_t)n;
}

static uint64_t b_open(void)
{
	const int n = 100000;

	for (int i = 0; i < n; i++) {
		int fd = open("/usr/bin/env", O_RDONLY);

		need(fd >= 0, "open");
		close(fd);
	}
	return (uint64_t)n;
}

static const struct {
	const char *name;
	uint64_t (*run)(void);
	void (*prepare)(void);
} table[] = {
	{"thread", b_thread, NULL},
	{"futex", b_futex, NULL},
	{"spin", b_spin, NULL},
	{"mutex", b_mutex, NULL},
	{"mmaps", b_mmaps, NULL},
	{"faults", b_faults, NULL},
	{"remap", b_remap, NULL},
	{"cat", b_cat, prepare_file},
	{"catmmap", b_cat_mmap, prepare_mapped},
	{"scan", b_scan_mmap, prepare_file},
	{"stat", b_stat, NULL},
	{"open", b_open, NULL},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(table) / sizeof(table[0]); i++) {
		uint64_t start, n;

		if (strcmp(table[i].name, argv[1]))
			continue;
		if (table[i].prepare)
			table[i].prepare();
		start = now();
		n = table[i].run();
		printf("%llu\n", (unsigned long long)((now() - start) / n));
		return 0;
	}
	fprintf(stderr, "usage: bench_system NAME\n");
	return 2;
}
