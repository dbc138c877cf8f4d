/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Code in shared memory that one process writes and another one executes. */
#include "guest.h"

#ifdef __x86_64__
#define RBX "rbx"
#else
#define RBX "ebx"
#endif

enum { PAGE = 4096, ROUNDS = 6 };

struct baton {
	volatile int turn; /* 2n: the writer's, 2n + 1: the reader's */
	volatile int result;
};
static struct baton *baton;
static int wake[2], done[2];
static pid_t other;

static void *map(int fd, int prot)
{
	return mmap(NULL, PAGE, prot, MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
}

/* mov $value, %eax; ret */
static void write_code(volatile unsigned char *p, int value)
{
	p[1] = (unsigned char)value;
	p[2] = p[3] = p[4] = 0;
	p[5] = 0xc3;
	p[0] = 0xb8;
}

static int call(const void *p)
{
	return ((int (*)(void))(uintptr_t)p)();
}

/* Ways to wait for a turn. */

static void by_pipe(int turn)
{
	char c;

	if (turn & 1)
		(void)!read(wake[0], &c, 1);
	else if (turn)
		(void)!read(done[0], &c, 1);
}

static void by_cpuid(int turn)
{
	while (baton->turn != turn)
		;
	__asm__ volatile("push %%" RBX "; cpuid; pop %%" RBX ::"a"(0) : "ecx", "edx", "memory");
}

static void on_signal(int sig)
{
	(void)sig;
}

static void by_signal(int turn)
{
	sigset_t none;

	sigemptyset(&none);
	while (baton->turn != turn)
		sigsuspend(&none);
	getppid(); /* the turn may have come before the first wait */
}

static void pass(int turn)
{
	baton->turn = turn;
	kill(other, SIGUSR1);
	(void)!write(turn & 1 ? wake[1] : done[1], "", 1);
}

static void reader(const void *code, void (*await)(int))
{
	for (int i = 0; i < ROUNDS; i++) {
		await(2 * i + 1);
		baton->result = call(code);
		pass(2 * i + 2);
	}
}

static void writer(void *code, void (*await)(int))
{
	for (int i = 0; i < ROUNDS; i++) {
		await(2 * i);
		if (i)
			printf(" %d", baton->result);
		write_code(code, 10 + i);
		pass(2 * i + 1);
	}
	await(2 * ROUNDS);
	printf(" %d\n", baton->result);
}

static void run(const char *what, void *to_write, const void *to_call, int parent_reads)
{
	static const struct {
		const char *name;
		void (*await)(int);
	} ways[] = {{"pipe", by_pipe}, {"CPUID", by_cpuid}, {"signal", by_signal}};
	pid_t parent;

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		(void)!pipe(wake);
		(void)!pipe(done);
		baton->turn = 0;
		write_code(to_write, 1);
		printf("%s, %s: %d", what, ways[i].name, call(to_call));
		fflush(stdout);
		parent = getpid();
		other = fork();
		if (other == 0) {
			other = parent;
			if (parent_reads)
				writer(to_write, ways[i].await);
			else
				reader(to_call, ways[i].await);
			fflush(stdout);
			_exit(0);
		}
		if (parent_reads)
			reader(to_call, ways[i].await);
		else
			writer(to_write, ways[i].await);
		wait(NULL);
		close(wake[0]), close(wake[1]), close(done[0]), close(done[1]);
	}
}

int main(void)
{
	const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
	char name[] = "/tmp/guest.code.XXXXXX";
	int fd = memfd_create("code", 0), file = mkstemp(name);
	sigset_t block;
	void *p;

	signal(SIGUSR1, on_signal);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, NULL);
	baton = map(-1, PROT_READ | PROT_WRITE);
	p = map(-1, all);
	run("one page", p, p, 0);
	run("one page, written by the child", p, p, 1);
	ftruncate(fd, PAGE);
	run("memfd", map(fd, PROT_READ | PROT_WRITE), map(fd, PROT_READ | PROT_EXEC), 0);
	ftruncate(file, PAGE);
	run("file", map(file, PROT_READ | PROT_WRITE),
	    map(open(name, O_RDONLY), PROT_READ | PROT_EXEC), 1);
	return unlink(name);
}
