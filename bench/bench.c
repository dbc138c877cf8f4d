/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One program with all the CPU and system-call benchmarks: bench NAME. Prints nanoseconds: of one
 * round trip for the gates, pipe, signal and processes, of one access for random, else of the
 * whole. */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile uint64_t sink;

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint32_t rnd(void)
{
	static uint32_t s = 12345;

	s ^= s << 13;
	s ^= s >> 17;
	return s ^= s << 5;
}

#define CALLS 300000

static uint64_t gate_int80(void)
{
	long ret;

	for (int i = 0; i < CALLS; i++)
		__asm__ volatile("int $0x80" : "=a"(ret) : "0"(64) : "memory");
	return CALLS;
}

#ifdef __x86_64__
static uint64_t gate_syscall(void)
{
	long ret;

	for (int i = 0; i < CALLS; i++)
		__asm__ volatile("syscall" : "=a"(ret) : "0"(110) : "rcx", "r11", "memory");
	return CALLS;
}
#else
static uint64_t gate_sysenter(void)
{
	unsigned long vsyscall = getauxval(AT_SYSINFO);
	long ret;

	for (int i = 0; i < CALLS; i++)
		__asm__ volatile("call *%2" : "=a"(ret) : "0"(64), "S"(vsyscall) : "memory");
	return CALLS;
}
#endif

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static uint64_t b_qsort(void)
{
	const size_t n = 300000;
	uint32_t *v = malloc(n * sizeof(*v));

	for (size_t i = 0; i < n; i++)
		v[i] = rnd();
	qsort(v, n, sizeof(*v), compare);
	sink = v[n / 2];
	free(v);
	return 1;
}

static uint64_t b_sieve(void)
{
	const uint32_t n = 5000000;
	char *c = calloc(n + 1, 1);
	uint32_t count = 0;

	for (uint32_t i = 2; i <= n; i++) {
		if (c[i])
			continue;
		count++;
		for (uint64_t j = (uint64_t)i * i; j <= n; j += i)
			c[j] = 1;
	}
	sink = count;
	free(c);
	return 1;
}

static uint64_t b_fnv(void)
{
	uint64_t h = 0xcbf29ce484222325;

	for (uint32_t i = 0; i < 20000000; i++)
		h = (h ^ (i & 255)) * 0x100000001b3;
	sink = h;
	return 1;
}

static uint64_t b_matrix(void)
{
	enum { N = 160 };
	static double a[N][N], b[N][N], c[N][N];

	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) {
			a[i][j] = i + j;
			b[i][j] = i - j;
		}
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) {
			double s = 0;
			for (int k = 0; k < N; k++)
				s += a[i][k] * b[k][j];
			c[i][j] = s;
		}
	sink = (uint64_t)c[N / 2][N / 3];
	return 1;
}

static __attribute__((noinline)) uint32_t fib(uint32_t n)
{
	__asm__ volatile("" : "+r"(n));
	return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static uint64_t b_fib(void)
{
	sink = fib(32);
	return 1;
}

static uint32_t *field;
#define FIELD (256u << 20)

static void prepare_random(void)
{
	field = mmap(NULL, FIELD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (size_t i = 0; i < FIELD / 4; i += 1024)
		field[i] = 1;
}

static uint64_t b_random(void)
{
	const int n = 2000000;
	uint32_t s = 0;

	for (int i = 0; i < n; i++)
		s += field[(rnd() + s) & (FIELD / 4 - 1)]++;
	sink = s;
	return (uint64_t)n;
}

static uint64_t b_fork(void)
{
	const int n = 200;

	for (int i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	return (uint64_t)n;
}

static char *program; /* what forkexec runs */

static uint64_t b_forkexec(void)
{
	const int n = 50;

	for (int i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			int quiet = dup2(open("/dev/null", O_WRONLY), 1);

			execl(program, program, (char *)NULL);
			_exit(quiet);
		}
		waitpid(pid, NULL, 0);
	}
	return (uint64_t)n;
}

/* A byte to another process and back. */
static uint64_t b_pipe(void)
{
	const int n = 20000;
	int there[2], back[2];
	char c = 0;
	pid_t pid;

	if (pipe(there) || pipe(back))
		exit(1);
	pid = fork();
	if (pid == 0) {
		close(there[1]);
		while (read(there[0], &c, 1) == 1 && write(back[1], &c, 1) == 1)
			;
		_exit(0);
	}
	for (int i = 0; i < n; i++)
		if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
			exit(1);
	close(there[1]);
	waitpid(pid, NULL, 0);
	return (uint64_t)n;
}

static void on_signal(int sig)
{
	sink += (uint64_t)sig;
}

static uint64_t b_signal(void)
{
	const int n = 50000;
	struct sigaction sa = {.sa_handler = on_signal};

	sigaction(SIGUSR1, &sa, NULL);
	for (int i = 0; i < n; i++)
		kill(getpid(), SIGUSR1);
	return (uint64_t)n;
}

static const struct {
	const char *name;
	uint64_t (*run)(void);
	void (*prepare)(void);
} table[] = {
	{"int80", gate_int80, NULL},
#ifdef __x86_64__
	{"syscall", gate_syscall, NULL},
#else
	{"sysenter", gate_sysenter, NULL},
#endif
	{"qsort", b_qsort, NULL},
	{"sieve", b_sieve, NULL},
	{"fnv", b_fnv, NULL},
	{"matrix", b_matrix, NULL},
	{"fib", b_fib, NULL},
	{"random", b_random, prepare_random},
	{"fork", b_fork, NULL},
	{"forkexec", b_forkexec, NULL},
	{"pipe", b_pipe, NULL},
	{"signal", b_signal, NULL},
};

int main(int argc, char **argv)
{
	program = argc > 2 ? argv[2] : argv[0];
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
	fprintf(stderr, "usage: bench NAME [PROGRAM]\n");
	return 2;
}
