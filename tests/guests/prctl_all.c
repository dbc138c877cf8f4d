/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prctl(2), operation by operation, and personality(2). */
#include "guest.h"
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define BAD	 ((void *)16)
#define P(...)	 SHOW(syscall(SYS_prctl, __VA_ARGS__))
#define ULONG(x) ((unsigned long)(x))

static void names(void)
{
	char name[17] = "xxxxxxxxxxxxxxxx";
	int fd;

	P(PR_SET_NAME, "a name that is far too long", 0, 0, 0);
	P(PR_GET_NAME, name, 0, 0, 0);
	printf("%s\n", name);
	P(PR_SET_NAME, "", 1, 2, 3);
	P(PR_GET_NAME, name, 0, 0, 0);
	printf("[%s]\n", name);
	fd = open("/proc/self/comm", O_WRONLY);
	printf("%zd\n", write(fd, "written by its file", 19));
	P(PR_GET_NAME, name, 0, 0, 0);
	printf("[%s]\n", name);
	close(fd);
	P(PR_SET_NAME, BAD, 0, 0, 0);
	P(PR_GET_NAME, BAD, 0, 0, 0);
	P(PR_GET_NAME, NULL, 0, 0, 0);
}

#define GET_AUXV 0x41555856

static void auxv(void)
{
	unsigned long v[256];
	long size;

	memset(v, -1, sizeof(v));
	P(GET_AUXV, v, sizeof(v), 1, 0);
	P(GET_AUXV, BAD, 8, 0, 0);
	size = prctl(GET_AUXV, v, sizeof(v), 0, 0);
	printf("%ld bytes of", size);
	for (long i = 0; i < size / (long)sizeof(*v); i += 2)
		printf(" %lu", v[i]);
	printf("\nbehind: %lx\n", size < 0 ? 0 : v[size / (long)sizeof(*v)]);
}

static void ints(void)
{
	int value = -1;

	P(PR_GET_PDEATHSIG, &value, 0, 0, 0);
	P(PR_SET_PDEATHSIG, 65, 0, 0, 0);
	P(PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
	P(PR_GET_PDEATHSIG, &value, 0, 0, 0);
	printf("%d\n", value);
	P(PR_GET_PDEATHSIG, BAD, 0, 0, 0);
	P(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	P(PR_GET_DUMPABLE, 0, 0, 0, 0);
	P(PR_SET_DUMPABLE, 2, 0, 0, 0);
	P(PR_SET_DUMPABLE, 0, 0, 0, 0);
	P(PR_GET_DUMPABLE, 1, 2, 3, 4);
	P(PR_SET_DUMPABLE, 1, 0, 0, 0);
	P(PR_GET_KEEPCAPS, 0, 0, 0, 0);
	P(PR_SET_KEEPCAPS, 2, 0, 0, 0);
	P(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	P(PR_GET_KEEPCAPS, 0, 0, 0, 0);
	P(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	P(PR_GET_TIMING, 0, 0, 0, 0);
	P(PR_SET_TIMING, 0, 0, 0, 0);
	P(PR_SET_TIMING, 1, 0, 0, 0);
	P(PR_GET_SECUREBITS, 0, 0, 0, 0);
	P(PR_SET_SECUREBITS, 1 << 20, 0, 0, 0);
	P(PR_SET_TIMERSLACK, 70000, 0, 0, 0);
	P(PR_GET_TIMERSLACK, 0, 0, 0, 0);
	P(PR_SET_TIMERSLACK, 0, 0, 0, 0);
	P(PR_GET_TIMERSLACK, 0, 0, 0, 0);
	P(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	P(PR_GET_CHILD_SUBREAPER, &value, 0, 0, 0);
	printf("%d\n", value);
	P(PR_GET_CHILD_SUBREAPER, BAD, 0, 0, 0);
	P(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
	P(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0);
	P(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	P(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0);
	P(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0);
	P(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	P(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	P(PR_GET_THP_DISABLE, 0, 0, 0, 0);
	P(PR_GET_THP_DISABLE, 1, 0, 0, 0);
	P(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	P(PR_GET_THP_DISABLE, 0, 0, 0, 0);
	P(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	P(PR_SET_THP_DISABLE, 0, 1, 0, 0);
	P(PR_TASK_PERF_EVENTS_DISABLE, 0, 0, 0, 0);
	P(PR_TASK_PERF_EVENTS_ENABLE, 0, 0, 0, 0);
	P(PR_MCE_KILL_GET, 0, 0, 0, 0);
	P(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0);
	P(PR_MCE_KILL_GET, 0, 0, 0, 0);
	P(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 0, 0, 0);
	P(PR_MCE_KILL, 5, 0, 0, 0);
	P(PR_MCE_KILL_GET, 1, 0, 0, 0);
	P(PR_SET_PTRACER, 0, 0, 0, 0);
	P(PR_SET_PTRACER, getpid(), 0, 0, 0);
}

static void more_ints(void)
{
	int value = -1;

	P(PR_CAPBSET_READ, 0, 0, 0, 0);
	P(PR_CAPBSET_READ, 63, 0, 0, 0);
	P(PR_CAPBSET_DROP, 63, 0, 0, 0);
	P(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 0, 0, 0);
	P(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 0, 0, 0);
	P(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 63, 0, 0);
	P(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, 0, 0, 0);
	P(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	P(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 1, 0, 0);
	P(PR_CAP_AMBIENT, 9, 0, 0, 0);
	P(PR_GET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, 0, 0, 0);
	P(PR_GET_SPECULATION_CTRL, 99, 0, 0, 0);
	P(PR_SET_SPECULATION_CTRL, 99, 0, 0, 0);
	P(57, 0, 0, 0, 0); /* PR_SET_IO_FLUSHER */
	P(58, 0, 0, 0, 0);
	P(57, 2, 0, 0, 0);
	P(PR_GET_TSC, &value, 0, 0, 0);
	printf("%d\n", value);
	P(PR_GET_TSC, BAD, 0, 0, 0);
	P(PR_SET_TSC, 0, 0, 0, 0);
	P(PR_SET_TSC, 3, 0, 0, 0);
	P(PR_SET_TSC, PR_TSC_ENABLE, 0, 0, 0);
	P(PR_GET_FPEMU, &value, 0, 0, 0);
	P(PR_SET_FPEMU, 0, 0, 0, 0);
	P(PR_GET_FPEXC, &value, 0, 0, 0);
	P(PR_SET_FPEXC, 0, 0, 0, 0);
	P(PR_GET_ENDIAN, &value, 0, 0, 0);
	P(PR_SET_ENDIAN, 0, 0, 0, 0);
	P(PR_GET_UNALIGN, &value, 0, 0, 0);
	P(PR_SET_UNALIGN, 0, 0, 0, 0);
	P(45, 0, 0, 0, 0); /* PR_SET_FP_MODE */
	P(46, 0, 0, 0, 0);
	P(50, 0, 0, 0, 0); /* SVE */
	P(51, 0, 0, 0, 0);
	P(54, 0, 0, 0, 0); /* PAC */
	P(55, 0, 0, 0, 0); /* tagged addresses */
	P(56, 0, 0, 0, 0);
	P(59, 5, 0, 0, 0); /* PR_SET_SYSCALL_USER_DISPATCH */
	P(59, 0, 1, 0, 0);
	P(59, 0, 0, 0, 0);
	P(62, 0, 0, 0, 0); /* PR_SCHED_CORE */
	P(62, 9, 0, 0, 0);
	P(63, 0, 0, 0, 0); /* SME */
	P(64, 0, 0, 0, 0);
	P(66, 0, 0, 0, 0); /* PR_GET_MDWE */
	P(66, 1, 0, 0, 0);
	P(65, 0, 0, 0, 0); /* PR_SET_MDWE */
	P(65, 8, 0, 0, 0);
	P(65, 1, 1, 0, 0);
	P(67, 1, 0, 0, 0); /* PR_SET_MEMORY_MERGE */
	P(68, 0, 0, 0, 0);
	P(67, 0, 0, 0, 0);
	P(67, 0, 1, 0, 0);
	P(69, 0, 0, 0, 0); /* RISC-V */
	P(70, 0, 0, 0, 0);
	P(71, 0, 0, 0, 0);
	P(72, 0, 0, 0, 0); /* PPC DEXCR */
	P(73, 0, 0, 0, 0);
	P(0, 0, 0, 0, 0);
	P(-1, 0, 0, 0, 0);
	P(99999, 0, 0, 0, 0);
	P(PR_GET_SECCOMP, 0, 0, 0, 0);
	P(PR_SET_SECCOMP, 0, 0, 0, 0);
	P(PR_SET_SECCOMP, 3, 0, 0, 0);
}

static void vma_names(void)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char longname[100], line[256];
	FILE *f;

	memset(longname, 'n', sizeof(longname));
	longname[99] = 0;
	P(0x53564d41, 0, p, 4096, "guest name");
	f = fopen("/proc/self/maps", "r");
	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, "guest name"))
			printf("%s", strchr(line, '['));
	if (f)
		fclose(f);
	P(0x53564d41, 0, p, 4096, NULL);
	P(0x53564d41, 0, p, 0, "x");
	P(0x53564d41, 0, p + 1, 4096, "x");
	P(0x53564d41, 1, p, 4096, "x");
	P(0x53564d41, 0, p, 4096, longname);
	P(0x53564d41, 0, p, 4096, "bad]name");
	P(0x53564d41, 0, p, 4096, "bad\nname");
	P(0x53564d41, 0, p, 4096, BAD);
	munmap(p + 4096, 4096);
	P(0x53564d41, 0, p, 8192, "x");
	munmap(p, 4096);
	P(0x53564d41, 0, p, 4096, "x");
}

static void set_mm(void)
{
	static char data[64];
	unsigned size = 0;
	FILE *f;
	char text[64];
	size_t n;

	P(PR_SET_MM, 99, 0, 0, 0);
	P(PR_SET_MM, PR_SET_MM_START_CODE, 16, 0, 0);
	P(PR_SET_MM, PR_SET_MM_START_CODE, -1L, 0, 0);
	P(PR_SET_MM, PR_SET_MM_START_DATA, data, 1, 0);
	P(PR_SET_MM, PR_SET_MM_MAP_SIZE, &size, 0, 0);
	printf("%u\n", size);
	P(PR_SET_MM, PR_SET_MM_MAP_SIZE, BAD, 0, 0);
	P(PR_SET_MM, PR_SET_MM_MAP, data, 3, 0);
	P(PR_SET_MM, PR_SET_MM_EXE_FILE, 999, 0, 0);
	strcpy(data, "new arguments");
	P(PR_SET_MM, PR_SET_MM_ARG_START, data, 0, 0);
	P(PR_SET_MM, PR_SET_MM_ARG_END, data + 14, 0, 0);
	P(PR_SET_MM, PR_SET_MM_ARG_START, data, 0, 0);
	P(PR_SET_MM, PR_SET_MM_BRK, sbrk(0), 0, 0);
	f = fopen("/proc/self/cmdline", "r");
	n = f ? fread(text, 1, sizeof(text), f) : 0;
	printf("%zu\n", n > 20 ? 20 : n);
	if (f)
		fclose(f);
}

static void mdwe(void)
{
	char *p;

	P(65, 1, 0, 0, 0);
	P(66, 0, 0, 0, 0);
	P(65, 0, 0, 0, 0);
	SHOW_OK((p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) == MAP_FAILED
			? -1L
			: 0L);
	SHOW_OK((p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0)) == MAP_FAILED
			? -1L
			: 0L);
	SHOW(mprotect(p, 4096, PROT_READ | PROT_EXEC));
	SHOW(mprotect(p, 4096, PROT_READ));
	SHOW_OK((p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) ==
				MAP_FAILED
			? -1L
			: 0L);
	SHOW(mprotect(p, 4096, PROT_READ | PROT_EXEC));
	SHOW(mprotect(p, 4096, PROT_READ | PROT_EXEC | PROT_WRITE));
	if (fork() == 0) {
		P(66, 0, 0, 0, 0);
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}

static void no_tsc(void)
{
	int value = 0;

	P(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0);
	P(PR_GET_TSC, &value, 0, 0, 0);
	printf("%d\n", value);
	fflush(stdout);
	__builtin_ia32_rdtsc();
	printf("the time was read\n");
}

static void personalities(void)
{
	static const unsigned values[] = {
		0,	 ADDR_NO_RANDOMIZE, READ_IMPLIES_EXEC, PER_LINUX32,
		UNAME26, ADDR_LIMIT_3GB,    STICKY_TIMEOUTS,   0xdeadbee0};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		int old = personality(values[i]);

		printf("%x then %x\n", (unsigned)old, (unsigned)personality(0xffffffff));
	}
	personality(READ_IMPLIES_EXEC);
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p[0] = (char)0xc3;
	((void (*)(void))p)();
	printf("executed\n");
	mprotect(p, 4096, PROT_READ);
	((void (*)(void))p)();
	printf("executed\n");
	personality(0);
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p[0] = (char)0xc3;
	fflush(stdout);
	((void (*)(void))p)();
	printf("executed\n");
}

/* A selector that cannot be read: refused where no program could have it there, else found out by
 * the next call. */
static void bad_selector(void)
{
	_exit(prctl(59, 1, 0, 1, (void *)-1) ? errno : 0);
}

/* The features of the CPU's state, of which x87 and SSE are on every machine. */
static void state_features(void)
{
	const long nr = sizeof(long) == 8 ? 158 : 384; /* arch_prctl */
	uint64_t features = 0;

	for (int op = 0x1021; op < 0x1025; op += op == 0x1022 ? 2 : 1) {
		SHOW(syscall(nr, op, &features));
		printf("%d\n", (int)features & 3);
	}
	SHOW(syscall(nr, 0x1023, 100));
	SHOW(syscall(nr, 0x1025, 100));
	SHOW(syscall(nr, 0x1021, 8));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	names();
	auxv();
	in_child("ints", ints);
	in_child("more", more_ints);
	in_child("selector", bad_selector);
	in_child("vma", vma_names);
	in_child("mm", set_mm);
	in_child("mdwe", mdwe);
	in_child("tsc", no_tsc);
	in_child("personality", personalities);
	state_features();
	return 0;
}
