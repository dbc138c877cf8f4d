/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seeded runs of every call about memory in a window of addresses, with stacks that grow, locked
 * memory, limits, files that change meanwhile, forks and calls that copy: results, faults and
 * contents after each. */
#include "guest.h"

#include <setjmp.h>
#include <sys/resource.h>
#include <sys/uio.h>

#define PAGE  4096UL
#define PAGES 64
#define OPS   300

static char *const window = (char *)0x60000000UL; /* beyond any heap */
static uint32_t seed;
static sigjmp_buf env;
static volatile int fault_sig, fault_code;
static int file_fd, ro_fd, mem_fd;
static char big[PAGE * 16];

static uint32_t rnd(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static void on_fault(int sig, siginfo_t *si, void *ctx)
{
	(void)ctx;
	fault_sig = sig;
	fault_code = si->si_code;
	siglongjmp(env, 1);
}

static int peek(char *p)
{
	if (sigsetjmp(env, 0))
		return -(fault_sig * 1000 + fault_code);
	return *(volatile unsigned char *)p;
}

static int poke(char *p, int v)
{
	if (sigsetjmp(env, 0))
		return -(fault_sig * 1000 + fault_code);
	*(volatile unsigned char *)p = (unsigned char)v;
	return 0;
}

static long value(long ret)
{
	return ret == -1 ? -(long)errno : ret;
}

/* In pages; what is not near the window may lie anywhere. */
static long relative(void *p)
{
	long d = ((char *)p - window) / (long)PAGE;

	if (p == MAP_FAILED)
		return -(long)errno;
	return d > -PAGES && d < 2 * PAGES ? d : 1000000;
}

static int any_file(void)
{
	return rnd(2) ? file_fd : mem_fd;
}

static long do_mmap(char *at, size_t len)
{
	static const int prots[] = {PROT_NONE,
				    PROT_READ,
				    PROT_READ | PROT_WRITE,
				    PROT_READ | PROT_WRITE,
				    PROT_WRITE,
				    PROT_READ | PROT_WRITE | PROT_EXEC,
				    PROT_READ | PROT_EXEC,
				    PROT_EXEC};
	static const int kinds[] = {
		MAP_PRIVATE | MAP_ANONYMOUS,
		MAP_PRIVATE | MAP_ANONYMOUS,
		MAP_SHARED | MAP_ANONYMOUS,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		MAP_PRIVATE,
		MAP_SHARED,
		MAP_PRIVATE | MAP_POPULATE,
		MAP_SHARED | MAP_POPULATE,
	};
	int prot = prots[rnd(8)], kind = kinds[rnd(9)];
	int fd = kind & MAP_ANONYMOUS ? -1 : rnd(3) ? any_file() : ro_fd;
	int flags = kind | (rnd(8) ? MAP_FIXED : rnd(2) ? 0x100000 /* NOREPLACE */ : 0);

	if (rnd(30) == 0)
		flags |= MAP_LOCKED;
	return relative(mmap(at, len, prot, flags, fd, (off_t)(rnd(24) * PAGE)));
}

static long do_mprotect(char *at, size_t len)
{
	static const int prots[] = {PROT_NONE,
				    PROT_READ,
				    PROT_READ | PROT_WRITE,
				    PROT_READ | PROT_WRITE,
				    PROT_WRITE,
				    PROT_READ | PROT_WRITE | PROT_EXEC,
				    PROT_READ | PROT_EXEC,
				    PROT_EXEC};

	return value(mprotect(at, len, prots[rnd(8)]));
}

static long do_mremap(char *at, size_t len)
{
	size_t new_len = rnd(3) ? len : (1 + rnd(8)) * PAGE;
	char *to = window + rnd(PAGES - 8) * PAGE;

	switch (rnd(7)) {
	case 0:
		return relative(mremap(at, len, new_len, 0));
	case 1: /* DONTUNMAP */
		return relative(mremap(at, len, len, MREMAP_MAYMOVE | 4 | MREMAP_FIXED, to));
	case 2:
		return relative(
			mremap(at, rnd(3) ? len : 0, new_len, MREMAP_MAYMOVE | MREMAP_FIXED, to));
	default:
		return relative(mremap(at, len, new_len, MREMAP_MAYMOVE | MREMAP_FIXED, to));
	}
}

/* MADV_NORMAL ... MADV_COLLAPSE, guards; advice about huge pages and merging changes nothing. */
static long do_madvise(char *at, size_t len)
{
	static const int advices[] = {0,  1,  2,  3,  4,  8,  9,  10, 11, 14, 15,  16, 17,
				      18, 19, 20, 21, 22, 23, 24, 25, 4,  9,  102, 103};

	return value(madvise(at, len, advices[rnd(sizeof(advices) / sizeof(*advices))]));
}

static long do_lock(char *at, size_t len)
{
	switch (rnd(5)) {
	case 0:
		return value(munlock(at, len));
	case 1:
		return value(syscall(SYS_mlock2, at, len, rnd(3)));
	case 2:
		return value(munlockall());
	case 3:
		return value(mlockall((int)(rnd(8) & ~1U))); /* not what is there */
	default:
		return value(mlock(at, len));
	}
}

static long do_sync(char *at, size_t len)
{
	static const int flags[] = {1, 2, 4, 5, 6, 3, 0, 8};
	unsigned char vec[16];

	if (rnd(2))
		return value(mincore((void *)((uintptr_t)at & -PAGE), len, vec));
	return value(msync(at, len, flags[rnd(8)]));
}

static long do_file(void)
{
	if (rnd(2))
		return value(ftruncate(any_file(), (off_t)(rnd(30) * PAGE + (rnd(3) ? 0 : 100))));
	return value(fallocate(any_file(), 3 /* PUNCH_HOLE, KEEP_SIZE */, (off_t)(rnd(20) * PAGE),
			       (off_t)((1 + rnd(4)) * PAGE)));
}

/* Calls that copy from and to what may not be there. */
static long do_copy(char *at, size_t len)
{
	struct iovec here = {big, len}, there = {at + rnd(PAGE), len};
	struct iovec v[3] = {{at, PAGE}, {at + rnd(PAGE) + PAGE, len}, {big, 10}};

	switch (rnd(5)) {
	case 0:
		return value(pread(any_file(), at + rnd(PAGE), len, (off_t)(rnd(20) * PAGE)));
	case 1:
		return value(pwrite(any_file(), at + rnd(PAGE), len, (off_t)(rnd(20) * PAGE)));
	case 2:
		return value(process_vm_readv(getpid(), &here, 1, &there, 1, 0));
	case 3:
		return value(process_vm_writev(getpid(), &here, 1, &there, 1, 0));
	default:
		return value(preadv(any_file(), v, (int)(1 + rnd(3)), (off_t)(rnd(20) * PAGE)));
	}
}

static long do_fork(void)
{
	uint32_t hash = 0;
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		for (unsigned i = 0; i < PAGES; i++) {
			hash = hash * 31 + (uint32_t)peek(window + i * PAGE);
			hash = hash * 31 + (uint32_t)poke(window + i * PAGE + 8, 3);
		}
		printf("child %x\n", hash);
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return status;
}

static long do_limit(void)
{
	static const int kinds[] = {RLIMIT_AS, RLIMIT_DATA, RLIMIT_MEMLOCK, RLIMIT_STACK};
	unsigned k = rnd(4), loose = rnd(4), pages = rnd(64);
	struct rlimit l;

	getrlimit(kinds[k], &l);
	l.rlim_cur = l.rlim_max;
	if (!loose)
		l.rlim_cur = k == 0 ? 64UL << 20 : k == 1 ? 8UL << 20 : pages * PAGE;
	return value(setrlimit(kinds[k], &l));
}

static long touch(char *at, unsigned pages, int v)
{
	long sum = 0;

	if (rnd(2))
		return poke(at - 1 - rnd(2) * PAGE, v); /* a stack may grow */
	for (unsigned i = 0; i < pages; i++)
		sum = sum * 7 + poke(at + i * PAGE + rnd(4000), v);
	return sum;
}

static long one(int n)
{
	unsigned pages = 1 + rnd(8);
	char *at = window + rnd(PAGES - 8) * PAGE;
	size_t len = pages * PAGE;

	if (rnd(10) == 0)
		len -= rnd(PAGE);
	if (rnd(40) == 0)
		at += 1 + rnd(4095);
	switch (rnd(16)) {
	case 0:
	case 1:
	case 2:
		return do_mmap(at, len);
	case 3:
		return value(munmap(at, len));
	case 4:
	case 5:
		return do_mprotect(at, len);
	case 6:
	case 7:
		return do_mremap(at, len);
	case 8:
		return do_madvise(at, len);
	case 9:
		return do_lock(at, len);
	case 10:
		return do_sync(at, len);
	case 11:
		return do_file();
	case 12:
	case 13:
		return do_copy(at, len);
	case 14:
		return rnd(6) ? touch(at, pages, n) : do_fork();
	default:
		return rnd(4) ? touch(at, pages, n) : do_limit();
	}
}

/* What of /proc/self/maps is in the window. */
static uint32_t hash_maps(uint32_t hash)
{
	static char maps[1 << 16];
	int fd = open("/proc/self/maps", O_RDONLY);
	size_t len = 0;
	ssize_t got;

	while ((got = read(fd, maps + len, sizeof(maps) - 1 - len)) > 0)
		len += (size_t)got;
	maps[len] = 0;
	close(fd);
	for (char *line = strtok(maps, "\n"); line; line = strtok(NULL, "\n")) {
		char *start = window - 2 * PAGE, *end = window + (PAGES + 2) * PAGE;
		char *at = (char *)strtoul(line, &line, 16),
		     *stop = (char *)strtoul(line + 1, &line, 16);

		if (at < start || at >= end)
			continue;
		hash = hash * 31 + (uint32_t)((uintptr_t)at ^ (stop < end ? (uintptr_t)stop : 0));
		for (int i = 0; i < 14; i++) /* permissions and offset */
			hash = hash * 31 + (unsigned char)line[i];
	}
	return hash;
}

static void run(uint32_t from)
{
	uint32_t hash = 0;

	seed = from;
	for (int n = 0; n < OPS; n++) {
		long ret = one(n);

		for (int i = -2; i < PAGES + 2; i++) {
			hash = hash * 31 + (uint32_t)peek(window + i * (long)PAGE);
			hash = hash * 31 + (uint32_t)peek(window + i * (long)PAGE + 4000);
		}
		hash = hash_maps(hash * 31 + (uint32_t)ret);
		printf("%u %d: %ld %x\n", from, n, ret, hash);
	}
	fflush(stdout);
}

static void run_in_child(uint32_t from)
{
	int status;

	fflush(stdout);
	if (fork() == 0) {
		file_fd = open("fuzz", O_RDWR | O_CREAT | O_TRUNC, 0600);
		ro_fd = open("fuzz", O_RDONLY);
		mem_fd = (int)syscall(SYS_memfd_create, "fuzz", 0);
		for (int i = 0; i < 20; i++) {
			memset(big, i + 1, PAGE);
			if (write(file_fd, big, PAGE) + write(mem_fd, big, PAGE) < 0)
				_exit(1);
		}
		memset(big, 0x55, sizeof(big));
		run(from);
		_exit(0);
	}
	wait(&status);
	show_status("run", status);
}

/* With arguments: the first seed and the number of runs. */
int main(int argc, char **argv)
{
	static const uint32_t seeds[] = {1,    2,    3,	   21,	 28,   52,   62,   117,	 307,
					 2000, 3002, 5006, 5012, 5048, 8045, 8108, 8112, 60001};
	struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	for (size_t i = 0; argc == 1 && i < sizeof(seeds) / sizeof(*seeds); i++)
		run_in_child(seeds[i]);
	for (int i = 0; argc > 2 && i < atoi(argv[2]); i++)
		run_in_child((uint32_t)(atoi(argv[1]) + i));
	return 0;
}
