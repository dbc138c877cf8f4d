/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls every system call of the table with every argument in turn bad, and with every two of
 * them, and prints one line per call: what was passed, the result, the error and what changed in
 * memory. The rows come from calls.tbl through gen.awk; see calls.tbl for the argument kinds.
 *
 *	driver [NAME...]	all rows, or those of these names
 *	driver -s I/N		every N-th row, from the I-th
 *
 * Each argument's cases run in a child, in a scratch directory; a child that dies is replaced and
 * goes on with the next case. Output goes through shared memory, so that no bad descriptor and
 * no damaged library can spoil it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

struct row {
	const char *name;
	int nr;
	const char *flags, *args;
};

static const struct row rows[] = {
#include CALLS
};
static const struct row *row; /* the one under test */

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* ---- The call itself ---- */

static long raw_call(long nr, const unsigned long *a)
{
	long ret;
#ifdef __x86_64__
	register long r10 __asm__("r10") = (long)a[3];
	register long r8 __asm__("r8") = (long)a[4];
	register long r9 __asm__("r9") = (long)a[5];

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "0"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
#else
	__asm__ volatile("push %%ebp; push %%ebx; push %%edi; push %%esi\n\t"
			 "mov (%%ecx), %%ebx; mov 8(%%ecx), %%edx; mov 12(%%ecx), %%esi\n\t"
			 "mov 16(%%ecx), %%edi; mov 20(%%ecx), %%ebp; mov 4(%%ecx), %%ecx\n\t"
			 "int $0x80\n\t"
			 "pop %%esi; pop %%edi; pop %%ebx; pop %%ebp"
			 : "=a"(ret), "+c"(a)
			 : "0"(nr)
			 : "edx", "memory");
#endif
	return ret;
}

/* ---- Memory that the calls get ----
 *
 * Argument i has the page SLOT(i), with nothing mapped behind it, and a read-only copy of it. */

#define PAGE	  4096UL
#define NARGS	  6
#define SLOT(i)	  (slots + (unsigned long)(i)*2 * PAGE)
#define RO(i)	  (readonly + (unsigned long)(i)*2 * PAGE)
#define SLOT_SIZE ((2 * NARGS) * PAGE)

static char *slots, *readonly, *unmapped, *noaccess;
static char pristine[NARGS][PAGE], before[NARGS][PAGE];

static struct shared {
	volatile int next; /* case that the child runs */
	volatile int used;
	char text[1 << 22];
} * shared;

static void *pages(char *at, unsigned long n, int prot)
{
	char *p = mmap(at, n, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (p != at)
		abort();
	return p;
}

/* Far below the end of the address space, wherever that run's stack lies. */
static void make_memory(void)
{
	char *at = sizeof(long) == 8 ? (char *)0x100000000000 : (char *)0x40000000;

	slots = pages(at, SLOT_SIZE, PROT_READ | PROT_WRITE);
	readonly = pages(at + 64 * PAGE, SLOT_SIZE, PROT_READ | PROT_WRITE);
	unmapped = at + 128 * PAGE;
	noaccess = pages(at + 192 * PAGE, PAGE, PROT_NONE);
	for (int i = 0; i < NARGS; i++)
		munmap(SLOT(i) + PAGE, PAGE);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
}

__attribute__((format(printf, 1, 2))) static void say(const char *fmt, ...)
{
	va_list ap;
	int room = (int)sizeof(shared->text) - shared->used, n;

	va_start(ap, fmt);
	n = vsnprintf(shared->text + shared->used, (size_t)room, fmt, ap);
	va_end(ap);
	if (n > 0 && n < room)
		shared->used += n;
}

/* ---- Descriptors ---- */

enum {
	CLOSED = 19,
	FILE_RW = 20,
	FILE_RO,
	FILE_WO,
	DIRECTORY,
	PIPE_R,
	PIPE_W,
	SOCK,
	PEER,
	OPATH,
	EVENT,
	EPOLL,
	TIMER,
	INOTIFY,
	SIGNAL,
	MEMFD,
	NULLDEV,
	ZERODEV,
	UDP,
	TCP,
	FIFO_FULL,
	LAST_FD
};

static const char *const fd_names[] = {
	[CLOSED] = "closed",  [FILE_RW] = "file",    [FILE_RO] = "rofile",  [FILE_WO] = "wofile",
	[DIRECTORY] = "dir",  [PIPE_R] = "pipe_r",   [PIPE_W] = "pipe_w",   [SOCK] = "sock",
	[PEER] = "peer",      [OPATH] = "opath",     [EVENT] = "eventfd",   [EPOLL] = "epoll",
	[TIMER] = "timerfd",  [INOTIFY] = "inotify", [SIGNAL] = "signalfd", [MEMFD] = "memfd",
	[NULLDEV] = "null",   [ZERODEV] = "zero",    [UDP] = "udp",	    [TCP] = "tcp",
	[FIFO_FULL] = "fifo",
};

static void place(int fd, int at)
{
	if (fd < 0)
		return; /* this system has none: the number stays closed, on both sides */
	if (fd != at) {
		dup2(fd, at);
		close(fd);
	}
}

/* Says what the machine could not give, for that is not what a row is about. */
static void need(int made, const char *what)
{
	if (made)
		return;
	say("cannot make %s: %s\n", what, strerror(errno));
	abort();
}

static void make_descriptors(void)
{
	static char block[8192];
	sigset_t usr2;
	int p[2];

	memset(block, 'f', sizeof(block));
	close(open("file", O_WRONLY | O_CREAT | O_TRUNC, 0666));
	truncate("file", 0);
	mkdir("dir", 0777);
	mkdir("dir/sub", 0777);
	symlink("file", "link");
	place(open("file", O_RDWR), FILE_RW);
	need(write(FILE_RW, block, sizeof(block)) == sizeof(block), "a full file");
	lseek(FILE_RW, 0, SEEK_SET);
	place(open("file", O_RDONLY), FILE_RO);
	place(open("file", O_WRONLY), FILE_WO);
	place(open("dir", O_RDONLY | O_DIRECTORY), DIRECTORY);
	need(!pipe(p), "a pipe");
	place(p[0], PIPE_R);
	place(p[1], PIPE_W);
	need(write(PIPE_W, block, 3000) == 3000, "a full pipe");
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, p), "sockets");
	place(p[0], SOCK);
	place(p[1], PEER);
	need(write(PEER, block, 3000) == 3000, "a full socket");
	place(open("file", O_PATH), OPATH);
	place(eventfd(1, EFD_NONBLOCK), EVENT);
	place(epoll_create1(0), EPOLL);
	place(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), TIMER);
	place(inotify_init1(IN_NONBLOCK), INOTIFY);
	sigemptyset(&usr2);
	sigaddset(&usr2, SIGUSR2);
	place(signalfd(-1, &usr2, SFD_NONBLOCK), SIGNAL);
	place(memfd_create("m", MFD_ALLOW_SEALING), MEMFD);
	place(open("/dev/null", O_RDWR), NULLDEV);
	place(open("/dev/zero", O_RDWR), ZERODEV);
	place(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), UDP);
	place(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), TCP);
	mkfifo("fifo", 0666);
	place(open("fifo", O_RDWR | O_NONBLOCK), FIFO_FULL);
}

static int fd_by_name(const char *name)
{
	for (int i = CLOSED; i < LAST_FD; i++)
		if (!strcmp(fd_names[i], name))
			return i;
	return -1;
}

/* ---- Arguments: good values, and lists of bad ones ---- */

enum class { PTR, FD, INT, LENGTH, PID, FLAGS, CMD, FIXED };

struct arg {
	enum class class;
	unsigned long good;
};

struct bad {
	const char *name;
	unsigned long value;
};

#define MAX_BAD 96
static struct bad bads[MAX_BAD];
static int nr_bads;

static void bad(const char *name, unsigned long value)
{
	if (nr_bads < MAX_BAD)
		bads[nr_bads++] = (struct bad){name, value};
}

static const char *number_name(const char *prefix, long n)
{
	static char names[MAX_BAD * 2][24];
	static int i;

	i = (i + 1) % (MAX_BAD * 2);
	snprintf(names[i], sizeof(names[i]), "%s%ld", prefix, n);
	return names[i];
}

/* Bad pointers; the edge of a page gets the first bytes of what the slot held. */
static void bad_pointers(int i, int rich)
{
	bad("unmapped", (unsigned long)unmapped);
	if (!rich)
		return;
	bad("null", 0);
	bad("one", 1);
	bad("noaccess", (unsigned long)noaccess);
	bad("readonly", (unsigned long)RO(i));
	bad("edge1", (unsigned long)(SLOT(i) + PAGE - 1));
	bad("edge4", (unsigned long)(SLOT(i) + PAGE - 4));
	bad("edge8", (unsigned long)(SLOT(i) + PAGE - 8));
	bad("edge24", (unsigned long)(SLOT(i) + PAGE - 24));
	bad("edge64", (unsigned long)(SLOT(i) + PAGE - 64));
	bad("misaligned", (unsigned long)(SLOT(i) + 1025));
	bad("minus1", -1UL);
#ifdef __x86_64__
	bad("kernel", 0xffff888000000000UL);
	bad("noncanonical", 1UL << 55);
	bad("last", 0x7ffffffff000UL);
#else
	bad("high", 0xfffff000UL);
#endif
}

static void bad_fds(unsigned long good, int rich)
{
	bad("closed", CLOSED);
	if (!rich)
		return;
	bad("-1", (unsigned long)-1);
	bad("AT_FDCWD", (unsigned long)-100);
	bad("huge", 0x7fffffff);
	bad("min", 0x80000000UL);
	bad("1M", 1 << 20);
#ifdef __x86_64__
	bad("dirty", good | 0xdeadbeef00000000UL);
#endif
	for (int fd = FILE_RW; fd < LAST_FD; fd++)
		if ((unsigned long)fd != good)
			bad(fd_names[fd], (unsigned long)fd);
}

static void bad_ints(enum class class, unsigned long good, int rich)
{
	bad("-1", -1UL);
	if (!rich)
		return;
	bad("0", 0);
	bad("1", 1);
	if (class == PID) { /* others may exist or not */
		bad("max", 0x7fffffff);
		bad("min", 0x80000000UL);
#ifdef __x86_64__
		bad("dirty", good | 0xdeadbeef00000000UL);
#endif
		return;
	}
	bad("2", 2);
	bad("-2", (unsigned long)-2);
	bad("good+1", good + 1);
	bad("4095", 4095);
	bad("4096", 4096);
	bad("4097", 4097);
#ifdef __x86_64__
	bad("max64", 0x7fffffffffffffffUL);
	bad("min64", 0x8000000000000000UL);
	bad("dirty", good | 0xdeadbeef00000000UL);
#endif
	if (class == LENGTH)
		return;
	bad("max", 0x7fffffff);
	bad("min", 0x80000000UL);
	bad("1G", 0x40000000);
	bad("max32", 0xffffffffUL);
#ifdef __x86_64__
	bad("4G", 0x100000000UL);
#endif
	if (class == FLAGS)
		for (int bit = 2; bit < 31; bit++)
			bad(number_name("bit", bit), 1UL << bit);
	if (class == CMD)
		for (int n = 3; n < 48; n++)
			/* KEYCTL_SESSION_TO_PARENT: depends on the keys of the parent */
			if (n != 17 || strcmp(row->name, "keyctl") != 0)
				bad(number_name("", n), (unsigned long)n);
}

static void list_bads(const struct arg *a, int i, int rich)
{
	nr_bads = 0;
	switch (a->class) {
	case PTR:
		bad_pointers(i, rich);
		break;
	case FD:
		bad_fds(a->good, rich);
		break;
	case FIXED:
		break;
	default:
		bad_ints(a->class, a->good, rich);
		break;
	}
}

/* What a pointer's page holds: "str:TEXT", "i:1,2" (32 bit), "l:1,2" (long), "q:1,2" (64 bit),
 * "iov", "zero", "buf". In numbers @ stands for the address of the page's second half. */
static void fill_slot(char *slot, const char *kind)
{
	const char *s = strchr(kind, ':');
	char *out = slot;
	int size = kind[0] == 'i' ? 4 : kind[0] == 'q' ? 8 : (int)sizeof(long);

	if (!strncmp(kind, "buf", 3)) {
		for (unsigned long i = 0; i < PAGE; i++)
			slot[i] = (char)('a' + i % 23);
		return;
	}
	if (!strncmp(kind, "iov", 3)) {
		unsigned long *v = (unsigned long *)slot;

		v[0] = v[2] = (unsigned long)slot + 2048;
		v[1] = 16;
		v[3] = 8;
		memset(slot + 2048, 'v', 64);
		return;
	}
	if (!strncmp(kind, "str:", 4)) {
		strcpy(slot, s + 1);
		return;
	}
	while (s && *s) {
		char *end;
		uint64_t n;

		s++;
		if (*s == '@') {
			n = (uintptr_t)slot + 2048;
			end = (char *)s + 1;
		} else if (*s == '#') { /* a descriptor */
			char name[16] = "";

			sscanf(s + 1, "%15[a-z_]", name);
			n = (uint64_t)(int64_t)fd_by_name(name);
			end = (char *)s + 1 + strlen(name);
		} else {
			n = strtoull(s, &end, 0);
		}
		memcpy(out, &n, (size_t)size);
		out += size;
		s = *end == ',' ? end : NULL;
	}
}

static struct arg parse_arg(const char *kind, int i)
{
	const char *colon = strchr(kind, ':');
	struct arg a = {FIXED, 0};

	if (!strncmp(kind, "fd:", 3)) {
		a.class = FD;
		a.good = !strcmp(colon + 1, "cwd") ? (unsigned long)-100
						   : (unsigned long)fd_by_name(colon + 1);
		return a;
	}
	if (colon == kind + 1 && strchr("nfckpx", kind[0])) {
		static const enum class classes[] = {INT, FLAGS, CMD, LENGTH, PID, FIXED};

		a.class = classes[strchr("nfckpx", kind[0]) - "nfckpx"];
		if (colon[1] == 'u')
			a.good = 0x74670000UL + (unsigned long)getpid();
		else if (colon[1] == 'p')
			a.good = (unsigned long)getpid();
		else
			a.good = (unsigned long)strtoll(colon + 1, NULL, 0);
		return a;
	}
	if (!strcmp(kind, "null")) {
		a.class = PTR;
		return a;
	}
	a.class = PTR;
	a.good = strcmp(kind, "unused") == 0 ? (unsigned long)unmapped : (unsigned long)SLOT(i);
	fill_slot(SLOT(i), kind);
	return a;
}

/* ---- One row ---- */

static struct arg args[NARGS];
static int nr_args;
static int named; /* rows are named on the command line */

static int has_flag(char c)
{
	return strchr(row->flags, c) != NULL;
}

static void parse_row(void)
{
	char text[256], *save = NULL;

	nr_args = 0;
	memset(pristine, 0, sizeof(pristine));
	for (int i = 0; i < NARGS; i++)
		memset(SLOT(i), 0, PAGE);
	snprintf(text, sizeof(text), "%s", row->args);
	for (char *t = strtok_r(text, " ", &save); t && nr_args < NARGS;
	     t = strtok_r(NULL, " ", &save)) {
		args[nr_args] = parse_arg(t, nr_args);
		nr_args++;
	}
	for (int i = 0; i < NARGS; i++) {
		char *slot = SLOT(i);

		memcpy(pristine[i], slot, PAGE);
		memcpy(pristine[i] + 1025, slot, 512);
		mprotect(RO(i), PAGE, PROT_READ | PROT_WRITE);
		memcpy(RO(i), slot, PAGE);
		mprotect(RO(i), PAGE, PROT_READ);
	}
}

/* The bytes that a pointer to the page's edge shows are the first of the slot. */
static void prepare_memory(const unsigned long *a)
{
	for (int i = 0; i < NARGS; i++) {
		unsigned long off = i < nr_args ? a[i] - (unsigned long)SLOT(i) : 0;

		memcpy(before[i], pristine[i], PAGE);
		if (off >= PAGE - 64 && off < PAGE)
			memcpy(before[i] + off, pristine[i], PAGE - off);
		if (memcmp(SLOT(i), before[i], PAGE))
			memcpy(SLOT(i), before[i], PAGE);
	}
}

static void say_memory(void)
{
	for (int i = 0; i < NARGS; i++) {
		uint32_t hash = 2166136261u;
		int first = -1, last = -1;

		if (!memcmp(SLOT(i), before[i], PAGE))
			continue;
		for (int k = 0; k < (int)PAGE; k++) {
			if (SLOT(i)[k] == before[i][k])
				continue;
			hash = (hash ^ (uint32_t)k * 256 ^ (unsigned char)SLOT(i)[k]) * 16777619u;
			if (first < 0)
				first = k;
			last = k;
		}
		if (has_flag('m'))
			say(" mem%d", i);
		else if (!has_flag('M'))
			say(" mem%d[%d..%d]%08x", i, first, last, hash);
	}
}

static void say_result(long ret)
{
	if (ret < 0 && ret > -4096) {
		const char *name = strerrorname_np((int)-ret);

		if (name)
			say("%s", name);
		else
			say("errno%ld", -ret);
	} else if (has_flag('v')) {
		say("ok");
	} else {
		say("%ld", ret);
	}
}

/* What the call made outlives processes. */
static void remove_ipc(int id)
{
	if (!strcmp(row->name, "semget"))
		semctl(id, 0, IPC_RMID);
	else if (!strcmp(row->name, "msgget"))
		msgctl(id, IPC_RMID, NULL);
	else if (!strcmp(row->name, "shmget"))
		shmctl(id, IPC_RMID, NULL);
	else
		syscall(SYS_mq_unlink, "trapgate.none");
}

/* Runs case n of a group: argument `first` takes its bad value a, and `second` (if not -1) b. */
static void run_case(int first, const struct bad *a, int second, const struct bad *b)
{
	unsigned long v[NARGS] = {0};
	long ret;

	for (int i = 0; i < nr_args; i++)
		v[i] = args[i].good;
	if (first >= 0)
		v[first] = a->value;
	if (second >= 0)
		v[second] = b->value;
	prepare_memory(v);
	say("%s", row->name);
	if (first >= 0)
		say(" %d=%s", first + 1, a->name);
	if (second >= 0)
		say(" %d=%s", second + 1, b->name);
	say(": ");
	ret = raw_call(row->nr, v);
	say_result(ret);
	if (!has_flag('M') || !has_flag('v'))
		say_memory();
	say("\n");
	if (ret >= 0 && has_flag('d')) /* a new descriptor: keep the numbers low */
		close((int)ret);
	if (ret >= 0 && has_flag('i'))
		remove_ipc((int)ret);
	if (ret >= 0 && has_flag('F')) /* the call may have moved the file's position or size */
		lseek(FILE_RW, 0, SEEK_SET);
}

/* All cases of group g from number `from` on; groups 0..n-1 are the arguments, n all pairs. */
static void run_group(int g, int from)
{
	int n = 0;

	if (g < nr_args) {
		list_bads(&args[g], g, 1);
		if (g == 0 && n++ >= from) {
			shared->next = n;
			run_case(-1, NULL, -1, NULL);
		}
		for (int i = 0; i < nr_bads; i++)
			if (n++ >= from) {
				shared->next = n;
				run_case(g, &bads[i], -1, NULL);
			}
		return;
	}
	if (nr_args == 0 && n++ >= from) {
		shared->next = n;
		run_case(-1, NULL, -1, NULL);
	}
	for (int i = 0; i < nr_args; i++)
		for (int j = i + 1; j < nr_args; j++) {
			struct bad one;

			list_bads(&args[i], i, 0);
			if (!nr_bads)
				continue;
			one = bads[0];
			list_bads(&args[j], j, 0);
			if (nr_bads && n++ >= from) {
				shared->next = n;
				run_case(i, &one, j, &bads[0]);
			}
		}
}

/* ---- Children ---- */

static void on_alarm(int sig)
{
	(void)sig;
}

static void start_timer(void)
{
	struct itimerval every = {{0, 60000}, {0, 60000}};
	struct sigaction sa = {.sa_handler = on_alarm};

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
}

static void child(int g, int from)
{
	struct sigaction ign = {.sa_handler = SIG_IGN};

	sigaction(SIGPIPE, &ign, NULL);
	sigaction(SIGXFSZ, &ign, NULL);
	sigaction(SIGUSR1, &ign, NULL);
	sigaction(SIGIO, &ign, NULL);
	make_descriptors();
	if (has_flag('u') && getuid() == 0) {
		setgroups(0, NULL);
		if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
			_exit(1);
	}
	if (has_flag('L')) { /* what the host's disk has room for is not to be tried */
		struct rlimit most = {1UL << 30, RLIM_INFINITY};

		setrlimit(RLIMIT_FSIZE, &most);
	}
	parse_row(); /* after the change of ids: "p" is this process */
	start_timer();
	run_group(g, from);
	_exit(0);
}

static void flush_text(void)
{
	fwrite(shared->text, 1, (size_t)shared->used, stdout);
	fflush(stdout);
	shared->used = 0;
}

static volatile sig_atomic_t expired;
static volatile pid_t running;

static void on_expiry(int sig)
{
	(void)sig;
	expired = 1;
	kill(running, SIGKILL);
}

/* A child for the group, from case `from`; returns the next case to run, or -1 at the end. */
static int run_child(int g, int from)
{
	struct sigaction sa = {.sa_handler = on_expiry};
	int status;
	pid_t pid;

	shared->next = from;
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		abort();
	if (pid == 0) {
		setsid();
		child(g, from);
	}
	running = pid;
	sigaction(SIGALRM, &sa, NULL);
	expired = 0;
	alarm(60); /* far more than a row needs: a busy machine must not cut one short */
	while (waitpid(pid, &status, 0) < 0)
		continue;
	alarm(0);
	if (expired)
		say("%s: timeout\n", row->name);
	else if (WIFSIGNALED(status))
		say(" killed by %d\n", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		say(" exited %d\n", WEXITSTATUS(status));
	flush_text();
	return WIFEXITED(status) ? -1 : shared->next;
}

static void run_row(void)
{
	char text[256], *save = NULL;
	int n = 0;

	if (has_flag('-') || (has_flag('?') && !named))
		return;
	snprintf(text, sizeof(text), "%s", row->args);
	for (char *t = strtok_r(text, " ", &save); t; t = strtok_r(NULL, " ", &save))
		n++;
	for (int g = 0; g <= n; g++)
		for (int next = 0; next >= 0;)
			next = run_child(g, next);
}

int main(int argc, char **argv)
{
	int shard = 0, of = 1;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-s") && i + 1 < argc)
			sscanf(argv[++i], "%d/%d", &shard, &of);
		else
			named = 1;
	}
	umask(0);
	/* System V objects belong to the machine: others use them at the same time, and what is
	 * left of them stays. Without the right to have some of our own nothing is different. */
	(void)!unshare(CLONE_NEWIPC);
	make_memory();
	if (mkdir("scratch", 0777) || chdir("scratch"))
		perror("scratch");
	chmod(".", 0777);
	for (int i = 0; i < COUNT(rows); i++) {
		int wanted = !named && i % of == shard;

		row = &rows[i];
		for (int k = 1; named && k < argc; k++)
			wanted |= !strcmp(argv[k], row->name);
		if (wanted)
			run_row();
	}
	if (chdir("..") == 0 && fork() == 0) {
		execlp("rm", "rm", "-rf", "scratch", NULL);
		_exit(127);
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
