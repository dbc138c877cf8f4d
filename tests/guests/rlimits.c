/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resource limits: reading and setting them, and where they bite. */
#include "guest.h"
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define MB (1ul << 20)

static void set(int what, rlim_t soft)
{
	struct rlimit lim;

	getrlimit(what, &lim);
	lim.rlim_cur = soft;
	SHOW(setrlimit(what, &lim));
}

static void *map(size_t n, int prot)
{
	void *p = mmap(NULL, n, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	printf("mmap of %zu MB: %s\n", n >> 20, p == MAP_FAILED ? strerror(errno) : "ok");
	return p;
}

static void address_space(void)
{
	char *p;
	void *brk = sbrk(0);

	set(RLIMIT_AS, 200 * MB);
	map(300 * MB, PROT_READ);
	p = map(100 * MB, PROT_READ | PROT_WRITE);
	map(100 * MB, PROT_NONE);
	munmap(p, 100 * MB);
	p = map(100 * MB, PROT_NONE);
	printf("mremap: %s\n", mremap(p, 100 * MB, 210 * MB, MREMAP_MAYMOVE) == MAP_FAILED
				       ? strerror(errno)
				       : "ok");
	printf("mremap: %s\n", mremap(p, 100 * MB, 120 * MB, MREMAP_MAYMOVE) == MAP_FAILED
				       ? strerror(errno)
				       : "ok");
	SHOW(brk == sbrk(150 * MB));
	SHOW(malloc(150 * MB) == NULL);
	/* a fixed mapping over an old one takes no more room */
	munmap(p, 200 * MB);
	p = map(150 * MB, PROT_NONE);
	SHOW(mmap(p, 150 * MB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p);
	set(RLIMIT_AS, RLIM_INFINITY);
	map(300 * MB, PROT_READ);
}

static void data(void)
{
	char *p;

	set(RLIMIT_DATA, 50 * MB);
	map(100 * MB, PROT_READ | PROT_WRITE);
	p = map(100 * MB, PROT_READ);
	SHOW(mprotect(p, 100 * MB, PROT_READ | PROT_WRITE));
	SHOW(mprotect(p, 1 * MB, PROT_READ | PROT_WRITE));
	map(30 * MB, PROT_READ | PROT_WRITE);
	printf("brk: %s\n", sbrk(60 * MB) == (void *)-1 ? "refused" : "ok");
	printf("brk: %s\n", sbrk(1 * MB) == (void *)-1 ? "refused" : "ok");
	SHOW(malloc(60 * MB) == NULL);
}

static size_t deep;

static __attribute__((noinline)) size_t recurse(size_t n)
{
	volatile char room[4096];

	memset((char *)room, 1, sizeof(room));
	deep = n;
	return n ? recurse(n - 1) + (size_t)room[n % 4096] : 0;
}

static void stack_small(void)
{
	set(RLIMIT_STACK, MB);
	printf("%d\n", recurse(100) > 0);
	fflush(stdout);
	recurse(1000);
	printf("still there\n");
}

static void stack_big(void)
{
	struct rlimit lim;

	getrlimit(RLIMIT_STACK, &lim);
	printf("%d\n", recurse(1000) > 0);
	set(RLIMIT_STACK, 64 * MB);
	printf("%d\n", recurse(8000) > 0);
}

static volatile int signals;

static void count(int sig)
{
	signals += sig;
}

static void file_size(void)
{
	char buf[4096] = "";
	int fd;

	unlink("big");
	fd = open("big", O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		fd = (int)syscall(SYS_memfd_create, "big", 0);
	signal(SIGXFSZ, count);
	set(RLIMIT_FSIZE, 6000);
	SHOW(write(fd, buf, 4096));
	SHOW(write(fd, buf, 4096));
	SHOW(write(fd, buf, 4096));
	printf("signals %d\n", signals);
	SHOW(ftruncate(fd, 10000));
	SHOW(pwrite(fd, buf, 1, 7000));
	SHOW(posix_fallocate(fd, 0, 9000));
	if (sizeof(long) == 4) { /* and where files without O_LARGEFILE end */
		int small = (int)syscall(SYS_openat, AT_FDCWD, "big", O_RDWR);

		SHOW(syscall(SYS_pwrite64, small, buf, 1, 0x7fffffff, 0));
		SHOW(syscall(SYS_pwrite64, small, buf, 1, 0, 1));
		SHOW(syscall(SYS_pwrite64, small, buf, 1, 0, -1));
	}
	printf("signals %d\n", signals);
	signal(SIGXFSZ, SIG_IGN);
	SHOW(write(fd, buf, 4096));
	signal(SIGXFSZ, SIG_DFL);
	fflush(stdout);
	write(fd, buf, 4096);
	printf("still there\n");
}

static void files(void)
{
	int fd;

	set(RLIMIT_NOFILE, 20);
	do
		fd = dup(1);
	while (fd >= 0);
	printf("%s\n", strerror(errno));
	SHOW(dup2(1, 20));
	SHOW(fcntl(1, F_DUPFD, 20));
	SHOW(open("/dev/null", O_RDONLY));
	SHOW(socket(AF_UNIX, SOCK_STREAM, 0));
	close(19);
	SHOW(dup(1));
}

static void cpu_soft(void)
{
	struct rlimit lim = {1, 3};
	bool told = false;

	signal(SIGXCPU, count);
	SHOW(setrlimit(RLIMIT_CPU, &lim));
	fflush(stdout);
	for (;;)
		if (signals && !told) {
			told = true;
			printf("SIGXCPU came\n");
			fflush(stdout);
			signal(SIGXCPU, SIG_DFL);
			lim.rlim_cur = 2;
			setrlimit(RLIMIT_CPU, &lim);
		}
}

static void processes(void)
{
	pid_t pid;

	if (getuid() == 0 && setuid(54321))
		printf("setuid failed\n");
	set(RLIMIT_NPROC, 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(0);
	printf("%s\n", pid < 0 ? strerror(errno) : "forked");
}

static void locked(void)
{
	if (getuid() == 0 && setuid(54321))
		printf("setuid failed\n");
	set(RLIMIT_MEMLOCK, 65536);
	printf("%s\n", mmap(NULL, MB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0) ==
				       MAP_FAILED
			       ? strerror(errno)
			       : "ok");
}

static void core(void)
{
	set(RLIMIT_CORE, 0);
	fflush(stdout);
	abort();
}

static void calls(void)
{
	struct rlimit lim, other;
	int status;
	pid_t pid;

	SHOW(getrlimit(16, &lim));
	SHOW(getrlimit(-1, &lim));
	SHOW(getrlimit(RLIMIT_CORE, (void *)16));
	SHOW(setrlimit(RLIMIT_CORE, (void *)16));
	lim = (struct rlimit){5, 4};
	SHOW(setrlimit(RLIMIT_CORE, &lim));
	SHOW(setrlimit(RLIMIT_STACK, &lim));
	SHOW(setrlimit(99, &lim));
	lim = (struct rlimit){4096, 8192};
	SHOW(prlimit(0, RLIMIT_CORE, &lim, &other));
	SHOW(prlimit(getpid(), RLIMIT_CORE, NULL, &other));
	printf("%llu %llu\n", (unsigned long long)other.rlim_cur,
	       (unsigned long long)other.rlim_max);
	SHOW(prlimit(999999999, RLIMIT_CORE, NULL, &other));
	SHOW(prlimit(0, RLIMIT_CORE, (void *)16, NULL));
	SHOW(prlimit(0, RLIMIT_CORE, NULL, (void *)16));
	fflush(stdout);
	/* limits of another process */
	for (int what = 0; what < 16; what++) {
		int go[2], done[2];
		char c;

		if (what == RLIMIT_AS || what == RLIMIT_DATA || what == RLIMIT_STACK)
			continue;
		pipe(go);
		pipe(done);
		pid = fork();
		if (pid == 0) {
			read(go[0], &c, 1);
			getrlimit(what, &lim);
			_exit(lim.rlim_cur == 12345 ? 1 : 0);
		}
		getrlimit(what, &lim);
		if (lim.rlim_max < 12345)
			lim.rlim_max = 12345;
		lim.rlim_cur = 12345;
		errno = 0;
		long ret = prlimit(pid, what, &lim, &other);
		printf("limit %d: %s", what, ret ? strerror(errno) : "ok");
		write(go[1], "x", 1);
		waitpid(pid, &status, 0);
		printf(", status %d\n", WEXITSTATUS(status) + WTERMSIG(status) * 100);
		fflush(stdout);
		close(go[0]), close(go[1]), close(done[0]), close(done[1]);
	}
}

static void inherit(void)
{
	struct rlimit lim;

	set(RLIMIT_AS, 3000 * MB);
	set(RLIMIT_STACK, 5 * MB);
	fflush(stdout);
	if (fork() == 0) {
		char *argv[] = {"rlimits", "show", NULL};

		execv("/proc/self/exe", argv);
	}
	wait(NULL);
	getrlimit(RLIMIT_AS, &lim);
	printf("%llu\n", (unsigned long long)lim.rlim_cur);
}

int main(int argc, char **argv)
{
	struct rlimit lim;

	(void)argv;
	if (argc > 1) {
		getrlimit(RLIMIT_AS, &lim);
		printf("%llu\n", (unsigned long long)lim.rlim_cur);
		getrlimit(RLIMIT_STACK, &lim);
		printf("%llu\n", (unsigned long long)lim.rlim_cur);
		return 0;
	}
	lim = (struct rlimit){0, RLIM_INFINITY};
	getrlimit(RLIMIT_CORE, &lim);
	lim.rlim_cur = 0;
	setrlimit(RLIMIT_CORE, &lim);
	in_child("calls", calls);
	in_child("address space", address_space);
	in_child("data", data);
	in_child("small stack", stack_small);
	in_child("big stack", stack_big);
	in_child("file size", file_size);
	in_child("files", files);
	in_child("cpu", cpu_soft);
	in_child("processes", processes);
	in_child("locked", locked);
	in_child("core", core);
	in_child("inherited", inherit);
	return 0;
}
