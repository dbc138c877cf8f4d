/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* Thousands of mmap, munmap, mprotect, mremap and madvise calls in a window of addresses, chosen by
 * a seeded generator: results, faults and contents. */
#include "guest.h"

#include <setjmp.h>

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

#define PAGE  4096UL
#define PAGES 48
#define OPS   3000

static char *const window = (char *)0x60000000UL; /* beyond any heap */
static uint32_t seed;
static uint64_t hash = 14695981039346656037UL;
static int file_fd, ro_fd;
static unsigned first_page, nr_pages;
static sigjmp_buf env;
static volatile int fault_sig, fault_code;
static volatile uintptr_t fault_addr;

static uint32_t rnd(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static void mix(uint64_t v)
{
	hash = (hash ^ v) * 1099511628211UL;
}

static void on_fault(int sig, siginfo_t *si, void *ctx)
{
	(void)ctx;
	fault_sig = sig;
	fault_code = si->si_code;
	fault_addr = (uintptr_t)si->si_addr;
	siglongjmp(env, 1);
}

/* Reads a byte; what it was, or the fault. */
static uint64_t peek(char *p)
{
	if (sigsetjmp(env, 0))
		return 0x1000 + (uint64_t)fault_sig * 256 + (uint64_t)fault_code +
		       ((fault_addr - (uintptr_t)window) << 16);
	return *(volatile unsigned char *)p;
}

static uint64_t poke(char *p, unsigned char v)
{
	if (sigsetjmp(env, 0))
		return 0x1000 + (uint64_t)fault_sig * 256 + (uint64_t)fault_code +
		       ((fault_addr - (uintptr_t)window) << 16);
	*(volatile unsigned char *)p = v;
	return 0;
}

/* With an argument: what every page holds after that many calls. */
static void show_all(void)
{
	for (unsigned i = 0; i < PAGES; i++)
		printf("page %u: %lx %lx\n", i, (unsigned long)peek(window + i * PAGE),
		       (unsigned long)peek(window + i * PAGE + 1000));
}

static uint64_t look_at_all(void)
{
	uint64_t before = hash, sum;

	hash = 14695981039346656037UL;
	for (unsigned i = 0; i < PAGES; i++) {
		mix(peek(window + i * PAGE));
		mix(peek(window + i * PAGE + 1000));
	}
	sum = hash;
	hash = before;
	return sum;
}

static long relative(void *p)
{
	return p == MAP_FAILED ? -(long)errno : ((char *)p - window) / (long)PAGE;
}

static long do_mmap(char *at, unsigned long len)
{
	static const int prots[] = {PROT_NONE,
				    PROT_READ,
				    PROT_READ | PROT_WRITE,
				    PROT_READ | PROT_WRITE,
				    PROT_WRITE,
				    PROT_READ | PROT_WRITE | PROT_EXEC};
	int prot = prots[rnd(6)], fd = -1;
	int flags = rnd(8) ? MAP_FIXED : 0x100000 /* MAP_FIXED_NOREPLACE */;
	off_t off = (off_t)(rnd(20) * PAGE);

	switch (rnd(6)) {
	case 0:
	case 1:
		flags |= MAP_PRIVATE | MAP_ANONYMOUS;
		break;
	case 2:
		flags |= MAP_SHARED | MAP_ANONYMOUS;
		break;
	case 3:
		flags |= MAP_PRIVATE;
		fd = rnd(2) ? file_fd : ro_fd;
		break;
	case 4:
		flags |= MAP_SHARED;
		fd = rnd(4) ? file_fd : ro_fd;
		break;
	default:
		flags |= MAP_PRIVATE | MAP_ANONYMOUS | (rnd(2) ? MAP_POPULATE : MAP_NORESERVE);
	}
	return relative(mmap(at, len, prot, flags, fd, off));
}

static long do_mremap(char *at, unsigned long len)
{
	unsigned long new_len = rnd(3) ? len : (1 + rnd(6)) * PAGE;
	char *to = window + rnd(PAGES - 8) * PAGE;

	switch (rnd(6)) {
	case 0:
		return relative(mremap(at, len, new_len, 0));
	case 1:
		return relative(
			mremap(at, len, len, MREMAP_MAYMOVE | MREMAP_DONTUNMAP | MREMAP_FIXED, to));
	case 2:
		return relative(
			mremap(at, rnd(3) ? len : 0, new_len, MREMAP_MAYMOVE | MREMAP_FIXED, to));
	default:
		return relative(mremap(at, len, new_len, MREMAP_MAYMOVE | MREMAP_FIXED, to));
	}
}

static long do_madvise(char *at, unsigned long len)
{
	static const int advice[] = {MADV_DONTNEED, MADV_DONTNEED, MADV_NORMAL, MADV_RANDOM,
				     MADV_WILLNEED, MADV_REMOVE,   18,		19,
				     MADV_DONTFORK, MADV_DOFORK,   22,		23,
				     MADV_DONTDUMP, MADV_HUGEPAGE, 1000};
	long ret = madvise(at, len, advice[rnd(sizeof(advice) / sizeof(*advice))]);

	return ret ? -(long)errno : 0;
}

static long errno_of(long ret)
{
	return ret < 0 ? -(long)errno : ret;
}

static long one(unsigned op)
{
	static const int prots[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE,
				    PROT_READ | PROT_EXEC, PROT_READ | PROT_WRITE | PROT_EXEC};
	unsigned char vec[16];
	unsigned first = rnd(PAGES - 8);
	char *at = window + first * PAGE;
	unsigned long len = (1 + rnd(8)) * PAGE;

	first_page = first;
	nr_pages = (unsigned)(len / PAGE);
	switch (op) {
	case 0:
	case 1:
	case 2:
		return do_mmap(at, len);
	case 3:
		return errno_of(munmap(at, len));
	case 4:
	case 5:
		return errno_of(mprotect(at, len, prots[rnd(5)]));
	case 6:
		return do_mremap(at, len);
	case 7:
		return do_madvise(at, len);
	case 8:
		return errno_of(msync(at, len, rnd(2) ? MS_SYNC : MS_ASYNC));
	case 9:
		return errno_of(mincore(at, len, vec));
	case 10:
		return errno_of(mlock(at, len)), errno_of(munlock(at, len));
	case 11: /* the kernel's own access */
		return errno_of(pread(file_fd, at + rnd(5000), rnd(3 * PAGE), rnd(8000)));
	case 12:
		return errno_of(pwrite(file_fd, at + rnd(5000), rnd(2 * PAGE), rnd(60000)));
	default:
		for (unsigned i = 0; i < 4; i++)
			mix(poke(at + rnd((uint32_t)len), (unsigned char)rnd(256)));
		return 0;
	}
}

/* What a child finds: MADV_DONTFORK, MADV_WIPEONFORK, private and shared memory. */
static uint64_t in_fork(void)
{
	uint64_t sum = 0;
	int fd[2], status;
	pid_t pid;

	if (pipe(fd))
		return 1;
	pid = fork();
	if (pid == 0) {
		sum = look_at_all();
		if (write(fd[1], &sum, sizeof(sum)) != sizeof(sum))
			_exit(1);
		_exit(0);
	}
	if (read(fd[0], &sum, sizeof(sum)) != sizeof(sum))
		sum = 2;
	waitpid(pid, &status, 0);
	close(fd[0]);
	close(fd[1]);
	return sum;
}

static int make_file(void)
{
	char buf[PAGE];
	int fd = open("fuzz.data", O_RDWR | O_CREAT | O_TRUNC, 0600);

	for (unsigned i = 0; i < 16; i++) {
		for (unsigned j = 0; j < PAGE; j++)
			buf[j] = (char)(i * 7 + j);
		if (write(fd, buf, i == 15 ? 1234 : PAGE) < 0)
			perror("write");
	}
	return fd;
}

static void run(unsigned show)
{
	if (mmap(window, PAGES * PAGE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != window)
		perror("mmap");
	for (unsigned i = 0; i < OPS; i++) {
		unsigned op = rnd(17);
		long ret = one(op);

		mix((uint64_t)ret);
		if (i % 10 == 0)
			mix(look_at_all());
		if (i % 500 == 499)
			mix(in_fork());
		if (i == show)
			show_all();
		printf("%u op %u %u+%u = %ld %08x\n", i, op, first_page, nr_pages, ret,
		       (unsigned)(hash >> 32));
	}
}

int main(int argc, char **argv)
{
	static const uint32_t seeds[] = {20240229, 777777, 12345};
	struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	file_fd = make_file();
	ro_fd = open("fuzz.data", O_RDONLY);
	unlink("fuzz.data");
	for (unsigned k = 0; k < sizeof(seeds) / sizeof(*seeds); k++) {
		seed = seeds[k];
		run(argc > 1 ? (unsigned)atoi(argv[1]) : ~0U);
	}
	return 0;
}
