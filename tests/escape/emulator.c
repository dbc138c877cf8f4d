/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attacks on the emulator itself: `emulator WAY`. Each ends with status 0 when the machine has
 * behaved as Linux's does, 1 with a line when something gave way. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static sigjmp_buf back;

static void on_fault(int sig)
{
	siglongjmp(back, sig);
}

static int failed(const char *what, unsigned long at)
{
	printf("%s at %#lx\n", what, at);
	fflush(stdout);
	return 1;
}

static int ranges;
static unsigned long range[4096][2];

static void read_maps(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[512];

	while (f && ranges < 4096 && fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx-%lx", &range[ranges][0], &range[ranges][1]) == 2)
			ranges++;
	if (f)
		fclose(f);
}

static int is_mine(unsigned long a)
{
	for (int i = 0; i < ranges; i++)
		if (a >= range[i][0] && a < range[i][1])
			return 1;
	return 0;
}

static int touches(unsigned long a, int how)
{
	if (sigsetjmp(back, 1))
		return 0;
	if (how == 0)
		(void)*(volatile char *)a;
	else if (how == 1)
		*(volatile char *)a = 1;
	else
		((void (*)(void))a)();
	return 1;
}

/* The emulator's own addresses, which the harness reads off the host's /proc and writes to stdin.
 */
static int addresses(void)
{
	unsigned long a, n = 0;
	int p[2], null = open("/dev/null", O_WRONLY);
	struct iovec iov;

	signal(SIGSEGV, on_fault);
	signal(SIGBUS, on_fault);
	signal(SIGILL, on_fault);
	signal(SIGTRAP, on_fault);
	if (pipe(p) || write(p[1], "abcdefgh", 8) != 8)
		return 1;
	printf("ready\n");
	fflush(stdout);
	for (unsigned long long got; scanf("%llx", &got) == 1;) {
		a = (unsigned long)got;
		read_maps();
		if (a != got || a < 4096 || is_mine(a))
			continue;
		n++;
		if (write(p[1], (void *)a, 1) >= 0)
			return failed("write(2) read", a);
		if (read(p[0], (void *)a, 1) >= 0)
			return failed("read(2) wrote", a);
		iov = (struct iovec){(void *)a, 16};
		if (readv(p[0], &iov, 1) >= 0 ||
		    syscall(SYS_process_vm_readv, getpid(), &iov, 1L, &iov, 1L, 0L) > 0)
			return failed("a vector reached", a);
		if (syscall(SYS_uname, a) == 0 || syscall(SYS_rt_sigprocmask, 0, 0, a, 8) == 0 ||
		    syscall(SYS_fstat, null, a) == 0 || syscall(SYS_futex, a, 1, 1, 0, 0, 0) >= 0)
			return failed("a call reached", a);
		for (int how = 0; how < 3; how++)
			if (touches(a, how))
				return failed("an instruction reached", a);
	}
	printf("%s\n", n ? "done" : "no addresses");
	return n == 0;
}

/* Maps, unmaps and protects at odd places, then goes on living. */
static int mappings(void)
{
	static const unsigned long long places[] = {0,
						    0x1000,
						    0x10000,
						    0x400000,
						    0x7fff0000,
						    0xfffff000,
						    0x100000000,
						    0x7ffffffff000,
						    0x7fffffffe000,
						    0x800000000000,
						    0xffff800000000000,
						    0xffffffffff600000,
						    ~0xfffUL};
	static const int prots[] = {PROT_NONE, PROT_READ, PROT_WRITE,
				    PROT_READ | PROT_WRITE | PROT_EXEC};

	read_maps();
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		for (int j = 0; j < 4; j++) {
			unsigned long a = (unsigned long)places[i];

			if (a != places[i] || is_mine(a))
				continue;
			syscall(SYS_mprotect, a, 4096, prots[j]);
			syscall(SYS_mremap, a, 4096, 8192, 1);
			syscall(SYS_mremap, a, 4096, 4096, 3, (unsigned long)places[j]);
			syscall(SYS_madvise, a, ~0UL, 4);
			syscall(SYS_munmap, a, 4096);
#ifdef SYS_mmap2
			syscall(SYS_mmap2, a, 4096, prots[j], 0x32, -1, 0);
#else
			syscall(SYS_mmap, a, 4096, prots[j], 0x32, -1, 0);
#endif
			syscall(SYS_munmap, a, 4096);
		}
	}
	printf("done\n");
	return 0;
}

/* Takes every descriptor away, and puts others in its place. */
static int descriptors(void)
{
	struct rlimit r;
	int null = open("/dev/null", O_RDWR), out = dup(1);
	int dir = open("/", O_RDONLY | O_DIRECTORY);

	signal(SIGXFSZ, SIG_IGN);
	if (null < 0 || out < 0 || getrlimit(RLIMIT_NOFILE, &r))
		return 1;
	for (int fd = 0; fd < 70000; fd++) {
		if (fd == null || fd == out || fd == dir)
			continue;
		dup2(null, fd);
		dup2(dir, fd);
		fcntl(fd, F_SETFD, 0);
		fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND);
		lseek(fd, 0, SEEK_END);
		close(fd);
	}
	syscall(436, 0, null - 1 > 0 ? null - 1 : 0, 0);
	r.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &r);
	if (open("/dev/null", O_RDONLY) >= 0 || errno != EMFILE)
		return failed("a descriptor beyond the limit", 0);
	r.rlim_cur = r.rlim_max = 0;
	setrlimit(RLIMIT_NOFILE, &r);
	for (int i = 0; i < 16; i++) {
		struct rlimit none = {0, 0};

		if (i != RLIMIT_CPU) /* which ends the process within a second */
			setrlimit(i, &none);
	}
	if (write(out, "done\n", 5) != 5) /* RLIMIT_FSIZE: a regular file may not grow */
		return errno == EFBIG ? 0 : 1;
	return 0;
}

static volatile unsigned depth;

static int recurse(void)
{
	volatile char page[1024];

	page[0] = 1;
	depth = depth + 1;
	return depth ? recurse() + page[0] : 0;
}

static int recursion(void)
{
	static char stack[1 << 16];
	stack_t st = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction sa = {.sa_handler = on_fault, .sa_flags = SA_ONSTACK};

	sigaltstack(&st, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	if (sigsetjmp(back, 1) == 0)
		return recurse();
	printf("%s\n", depth > 1000 ? "done" : "shallow");
	return depth <= 1000;
}

/* As much memory as there is to reserve, and all address space. */
static int memory(void)
{
	unsigned long size = 1UL << (sizeof(long) == 8 ? 46 : 30), got = 0;

	while (size >= 4096) {
		void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (p == MAP_FAILED) {
			size >>= 1;
			continue;
		}
		*(volatile char *)p = 1;
		if (++got > 3000)
			break;
	}
	return write(1, "done\n", 5) != 5;
}

/* Code that rewrites itself, from another thread too. */
static volatile int stop;

static void *rewrite(void *arg)
{
	unsigned char *code = arg;

	for (unsigned i = 0; !stop; i++)
		*(volatile unsigned *)(code + 1) = i;
	return NULL;
}

static int code(void)
{
	unsigned char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_t t;
	unsigned last = 0;

	if (p == MAP_FAILED)
		return 1;
	p += 4096 - 3; /* across a page's edge */
	p[0] = 0xb8;
	memset(p + 1, 0, 4);
	p[5] = 0xc3;
	pthread_create(&t, NULL, rewrite, p);
	for (int i = 0; i < 20000; i++)
		last ^= ((unsigned (*)(void))p)();
	stop = 1;
	pthread_join(t, NULL);
	mprotect(p + 3, 4096, PROT_READ);
	printf("done\n");
	return last == 0xdeadbeef;
}

static volatile int ticks;

static void on_tick(int sig)
{
	(void)sig;
	ticks++;
}

/* Stop and continue, signals of every kind, while calls are made. */
static int storm(void)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		for (int sig = 1; sig < 65; sig++)
			if (sig != SIGUSR2 && sig != 32 && sig != 33)
				signal(sig, on_tick);
		for (;;) {
			getppid();
			if (ticks < 0)
				break;
		}
	}
	for (int i = 0; i < 300; i++) {
		kill(pid, i % 3 ? 1 + i % 31 == SIGKILL ? SIGHUP : 1 + i % 31 : SIGSTOP);
		kill(pid, SIGCONT);
		for (int sig = 34; sig < 65; sig++)
			kill(pid, sig);
	}
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status))
		return failed("the storm's end", (unsigned long)status);
	printf("done\n");
	return 0;
}

/* Through the windows into one's own memory. */
static int windows(void)
{
	static const char *const files[] = {"/proc/self/mem", "/proc/thread-self/mem",
					    "/proc/self/../self/mem"};
	struct {
		unsigned long start, end;
	} odd[] = {{0, 4096}, {~0xfffUL, ~0UL}, {1UL << (sizeof(long) * 8 - 1), 4096}};
	char byte = 1;

	for (unsigned i = 0; i < 3; i++) {
		int fd = open(files[i], O_RDWR);

		for (unsigned j = 0; fd >= 0 && j < 3; j++) {
			if (pwrite64(fd, &byte, 1, (off64_t)odd[j].start) > 0)
				return failed("mem was written", odd[j].start);
			if (pread64(fd, &byte, 1, (off64_t)odd[j].start) > 0)
				return failed("mem was read", odd[j].start);
		}
		close(fd);
	}
	for (int op = 1; op < 16; op++)
		for (unsigned j = 0; j < 3; j++)
			prctl(35 /* PR_SET_MM */, op, odd[j].start, odd[j].end, 0);
	printf("done\n");
	return 0;
}

/* For attacks with calls of any kind: no privileges that would let them change the machine they are
 * tested on. */
static void give_up_privileges(void)
{
	if (geteuid() == 0 && (setgroups(0, NULL) || setresgid(65534, 65534, 65534) ||
			       setresuid(65534, 65534, 65534)))
		_exit(failed("privileges", 0));
}

/* Every call of the table with pointers to nowhere, to the end of a page and to the kernel. */
static int pointers(void)
{
	static const long bad[] = {0,	 1, -1, 4096 - 4, (long)(1UL << (sizeof(long) * 8 - 1)),
				   -4096};
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int null = open("/dev/null", O_RDWR);

	give_up_privileges();
	munmap(page + 4096, 4096);
	memset(page, 0xff, 4096);
	for (int nr = 0; nr < 470; nr++) {
		pid_t pid;
		int status;

		switch (nr) { /* these end or stop the process, or others */
		case SYS_kill:
		case SYS_tkill:
		case SYS_tgkill:
		case SYS_reboot:
		case SYS_vfork:
		case SYS_fork:
		case SYS_clone:
		case SYS_pause:
		case SYS_rt_sigsuspend:
		case SYS_sync:
		case SYS_vhangup:
		case SYS_rt_sigreturn:
#ifdef SYS_sigreturn
		case SYS_sigreturn:
		case SYS_sigsuspend:
#endif
			continue;
		}
		pid = fork();
		if (pid == 0) {
			alarm(1);
			for (int i = 0; i < 36; i++) {
				long a = i < 6 ? bad[i] : (long)page + 4096 - i;

				syscall(nr, i % 2 ? null : a, a, a, bad[i % 6], a, a);
			}
			_exit(0);
		}
		if (pid < 0 || waitpid(pid, &status, __WALL) != pid)
			return failed("no child for call", (unsigned long)nr);
		if (WIFEXITED(status) && WEXITSTATUS(status) >= 125)
			return failed("trapgate failed in call", (unsigned long)nr);
		while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
			;
	}
	printf("done\n");
	return 0;
}

static int floods(void)
{
	int fds[2], null = open("/dev/null", O_RDWR);
	char buf[4096] = {0};

	give_up_privileges();
	if (pipe(fds))
		return 1;
	for (unsigned i = 0; i < 20000; i++)
		ioctl(i % 3 ? fds[i & 1] : null, i * 2654435761u,
		      i % 2 ? (void *)buf : (void *)(long)i);
	for (unsigned dir = 0; dir < 4; dir++)
		for (unsigned size = 0; size < 16384; size += 77)
			ioctl(null, dir << 30 | size << 16 | 'T' << 8 | (size & 255), -4096L);
	for (int i = 0; i < 40; i++) {
		size_t n = (size_t)1 << 17;
		char *arg = malloc(n), *argv[102];

		memset(arg, 'x', n - 1);
		arg[n - 1] = 0;
		for (int j = 0; j < 100; j++)
			argv[j] = arg;
		argv[100] = NULL;
		if (execve("/proc/self/exe", argv, argv) != -1 || errno != E2BIG)
			return failed("execve", (unsigned long)errno);
		free(arg);
	}
	printf("done\n");
	return 0;
}

/* Another process changes the entries of a directory while they are looked at. */
static int directories(void)
{
	const size_t size = 16384;
	char *buf = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY), status;
	/* behind what is shown there are those of trapgate's own, before they are taken out */
	size_t shown = (size_t)syscall(SYS_getdents64, dir, buf, size);
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (uint16_t len = 0;; len ^= 0xffff)
			for (size_t at = shown + 40; at < shown + 200; at += 24) /* d_reclen */
				*(volatile uint16_t *)(buf + at) = len;
	}
	for (int i = 0; i < 20000; i++) {
		lseek(dir, 0, SEEK_SET);
		if (syscall(SYS_getdents64, dir, buf, size) <= 0)
			return failed("a directory", (unsigned long)i);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(dir);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*try)(void);
	} ways[] = {
		{"addresses", addresses},
		{"mappings", mappings},
		{"descriptors", descriptors},
		{"recursion", recursion},
		{"memory", memory},
		{"code", code},
		{"storm", storm},
		{"windows", windows},
		{"pointers", pointers},
		{"floods", floods},
		{"directories", directories},
	};

	for (unsigned i = 0; argc > 1 && i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(argv[1], ways[i].name))
			return ways[i].try();
	return 2;
}
