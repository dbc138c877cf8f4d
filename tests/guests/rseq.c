/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* Restartable sequences: registration, the CPU's number, and what aborts a critical section. */
#include "guest.h"
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ptrace.h>

#define SIG   0x53053053u
#define OTHER 0x12345678u

#define MEMBARRIER_PRIVATE_EXPEDITED_RSEQ	   128
#define MEMBARRIER_REGISTER_PRIVATE_EXPEDITED_RSEQ 256

struct area {
	uint32_t cpu_id_start, cpu_id;
	uint64_t rseq_cs;
	uint32_t flags, node_id, mm_cid, rest[1 + 8];
} __attribute__((aligned(32)));

struct section {
	uint32_t version, flags;
	uint64_t start, length, abort;
} __attribute__((aligned(32)));

extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned __rseq_size __attribute__((weak));

static struct area area;
static struct section section;
/* What a critical section does: a system call, and then waiting until *section_wait is 0. */
long section_call[4] __attribute__((used));
volatile int section_wait __attribute__((used));

/* section_run() returns 0 when the critical section got to its end, 1 when it was aborted.
 * What is between section_start and section_end touches no stack. */
long section_run(struct area *a, const struct section *s);
extern char section_start[], section_end[], section_abort[], section_bad_abort[];

#ifdef __x86_64__
__asm__(".text\n"
	".globl section_run, section_start, section_end, section_abort, section_bad_abort\n"
	"section_run:\n"
	"	movq %rdi, %r8\n"
	"	movq section_call(%rip), %rax\n"
	"	movq section_call+8(%rip), %rdi\n"
	"	movq %rsi, 8(%r8)\n"
	"section_start:\n"
	"	movq section_call+16(%rip), %rsi\n"
	"	movq section_call+24(%rip), %rdx\n"
	"	syscall\n"
	"1:	cmpl $0, section_wait(%rip)\n"
	"	jne 1b\n"
	"section_end:\n"
	"	movl $0, %eax\n"
	"	ret\n"
	"	.long 0x53053053\n"
	"section_abort:\n"
	"	movl $1, %eax\n"
	"	ret\n"
	"	.long 0x53053054\n"
	"section_bad_abort:\n"
	"	movl $2, %eax\n"
	"	ret\n");
#else
__asm__(".text\n"
	".globl section_run, section_start, section_end, section_abort, section_bad_abort\n"
	"section_run:\n"
	"	pushl %ebx\n"
	"	movl 8(%esp), %ecx\n"
	"	movl 12(%esp), %edx\n"
	"	movl $0, 12(%ecx)\n"
	"	movl section_call, %eax\n"
	"	movl section_call+4, %ebx\n"
	"	movl %edx, 8(%ecx)\n"
	"section_start:\n"
	"	movl section_call+8, %ecx\n"
	"	movl section_call+12, %edx\n"
	"	int $0x80\n"
	"1:	cmpl $0, section_wait\n"
	"	jne 1b\n"
	"section_end:\n"
	"	movl $0, %eax\n"
	"	popl %ebx\n"
	"	ret\n"
	"	.long 0x53053053\n"
	"section_abort:\n"
	"	movl $1, %eax\n"
	"	popl %ebx\n"
	"	ret\n"
	"	.long 0x53053054\n"
	"section_bad_abort:\n"
	"	movl $2, %eax\n"
	"	popl %ebx\n"
	"	ret\n");
#endif

static long reg(void *a, unsigned len, int flags, unsigned sig)
{
	return syscall(SYS_rseq, a, len, flags, sig);
}

static void drop_libc(void)
{
	char *self;

	if (!&__rseq_size || !__rseq_size)
		return;
#ifdef __x86_64__
	__asm__("movq %%fs:0, %0" : "=r"(self));
#else
	__asm__("movl %%gs:0, %0" : "=r"(self));
#endif
	reg(self + __rseq_offset, 32, 1, SIG); /* new threads have none once the first has none */
}

static void set_section(void)
{
	section = (struct section){
		.start = (uintptr_t)section_start,
		.length = (uintptr_t)section_end - (uintptr_t)section_start,
		.abort = (uintptr_t)section_abort,
	};
	section_call[0] = SYS_getpid;
	section_wait = 0;
}

/* ---- Registration ---- */

static void registration(void)
{
	char *page = edge();

	SHOW(reg(NULL, 0, 0, 0));
	SHOW(reg(&area, 32, 1, SIG));
	SHOW(reg(&area, 32, 3, SIG));
	SHOW(reg(&area, 32, 2, SIG));
	SHOW(reg(&area, 31, 0, SIG));
	SHOW(reg(&area, 0, 0, SIG));
	SHOW(reg((char *)&area + 16, 32, 0, SIG));
	SHOW(reg((char *)&area + 1, 48, 0, SIG));
	SHOW(reg(NULL, 32, 0, SIG));
	SHOW(reg((void *)-64L, 32, 0, SIG));
	SHOW(reg(page + 4096, 32, 0, SIG));
	area.cpu_id = (uint32_t)-1;
	area.rseq_cs = 1234;
	SHOW(reg(&area, 32, 0, SIG));
	EXPECT(area.rseq_cs == 0);
	EXPECT(area.cpu_id < 4096 && area.cpu_id == area.cpu_id_start);
	SHOW(reg(&area, 32, 0, SIG));
	SHOW(reg(&area, 32, 0, OTHER));
	SHOW(reg(&area, 64, 0, SIG));
	SHOW(reg(&area + 1, 32, 0, SIG));
	SHOW(reg(&area, 32, 1, OTHER));
	SHOW(reg(&area, 64, 1, SIG));
	SHOW(reg(&area + 1, 32, 1, SIG));
	SHOW(reg(&area, 32, 1, SIG));
	printf("%u %d %u %u\n", area.cpu_id_start, (int)area.cpu_id, area.node_id, area.mm_cid);
	SHOW(reg(&area, 32, 1, SIG));
	SHOW(reg(&area, 64, 0, OTHER)); /* larger, since Linux 6.3 */
	SHOW(reg(&area, 64, 1, OTHER));
}

static void read_only_area(void)
{
	char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	reg(page, 32, 0, SIG);
	printf("not reached\n");
}

static void affinity(void)
{
	cpu_set_t all, one;
	int bad = 0, n = 0;

	sched_getaffinity(0, sizeof(all), &all);
	reg(&area, 32, 0, SIG);
	for (int round = 0; round < 20; round++) {
		for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
			unsigned now = 0, node = 0;

			if (!CPU_ISSET(cpu, &all))
				continue;
			CPU_ZERO(&one);
			CPU_SET(cpu, &one);
			sched_setaffinity(0, sizeof(one), &one);
			bad += area.cpu_id != (unsigned)cpu || area.cpu_id_start != (unsigned)cpu;
			syscall(SYS_getcpu, &now, &node, NULL);
			bad += now != (unsigned)cpu || area.node_id != node;
			n++;
		}
	}
	sched_setaffinity(0, sizeof(all), &all);
	EXPECT(n >= 20 && bad == 0);
	reg(&area, 32, 1, SIG);
}

/* ---- Aborts ---- */

static volatile uint64_t handler_saw;
static volatile int handled;

static void on_signal(int sig)
{
	(void)sig;
	handler_saw = area.rseq_cs;
	handled++;
}

static void signals(void)
{
	signal(SIGUSR1, on_signal);
	set_section();
	EXPECT(section_run(&area, &section) == 0); /* not registered: nobody looks */
	area.rseq_cs = 0;
	reg(&area, 32, 0, SIG);
	section_call[0] = SYS_tgkill;
	section_call[1] = getpid();
	section_call[2] = syscall(SYS_gettid);
	section_call[3] = SIGUSR1;
	EXPECT(section_run(&area, &section) == 1);
	EXPECT(handled == 1 && handler_saw == 0 && area.rseq_cs == 0);
	section.length = 1; /* the call lies outside */
	EXPECT(section_run(&area, &section) == 0);
	EXPECT(handled == 2 && area.rseq_cs == 0);
	set_section();
	signal(SIGUSR1, SIG_IGN);
	section_call[0] = SYS_tgkill;
	section_run(&area, &section); /* ignored: no reason */
	reg(&area, 32, 1, SIG);
}

static void bad_section(void (*spoil)(void))
{
	signal(SIGUSR1, on_signal);
	set_section();
	reg(&area, 32, 0, SIG);
	section_call[0] = SYS_tgkill;
	section_call[1] = getpid();
	section_call[2] = syscall(SYS_gettid);
	section_call[3] = SIGUSR1;
	spoil();
	printf("%ld\n", section_run(&area, &section));
	fflush(stdout);
}

static void spoil_version(void)
{
	section.version = 1;
}
static void spoil_flags(void)
{
	section.flags = 1;
}
static void spoil_area_flags(void)
{
	area.flags = 2;
}
static void spoil_abort(void)
{
	section.abort = section.start;
}
static void spoil_signature(void)
{
	section.abort = (uintptr_t)section_bad_abort;
}
static void spoil_length(void)
{
	section.length = -section.start - 1;
}
static void spoil_start(void)
{
	section.start = 1ULL << 62;
}
static void spoil_nothing(void)
{
}

#define BAD(name)                                                                                  \
	static void with_##name(void)                                                              \
	{                                                                                          \
		bad_section(spoil_##name);                                                         \
	}
BAD(version)
BAD(flags)
BAD(area_flags)
BAD(abort)
BAD(signature)
BAD(length)
BAD(start)
BAD(nothing)

static void bad_pointer(void)
{
	signal(SIGUSR1, on_signal);
	reg(&area, 32, 0, SIG);
	area.rseq_cs = 4;
	raise(SIGUSR1);
	printf("not reached\n");
}

static void segv_handler(int sig)
{
	reg(&area, 32, 1, SIG);
	_exit(sig == SIGSEGV ? 7 : 8);
}

static void bad_handled(void)
{
	signal(SIGSEGV, segv_handler);
	signal(SIGUSR1, on_signal);
	reg(&area, 32, 0, SIG);
	area.rseq_cs = 0;
	set_section();
	section.version = 9;
	section_wait = 1;
	alarm(5);
	signal(SIGALRM, on_signal);
	/* The signal that is handled; the area is good again for the handler's own call. */
	section_call[0] = SYS_tgkill;
	section_call[1] = getpid();
	section_call[2] = syscall(SYS_gettid);
	section_call[3] = SIGUSR1;
	section_run(&area, &section);
}

/* The handler runs once, unless the section is looked at again before it does: then nothing is left
 * to handle it. Linux was seen to do both. */
static void handled_or_killed(void)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		bad_handled();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	printf("SIGSEGV is handled or kills: %s\n",
	       status == 7 << 8 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV) ? "yes"
											: "no");
}

/* ---- Threads ---- */

static volatile int stop, over;

static void *spinner(void *arg)
{
	while (!stop)
		;
	return arg;
}

/* Only being preempted by the other thread ends this critical section. */
static void preemption(void)
{
	cpu_set_t all, one;
	pthread_t t;

	sched_getaffinity(0, sizeof(all), &all);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	stop = 0;
	pthread_create(&t, NULL, spinner, NULL);
	set_section();
	area.rseq_cs = 0;
	reg(&area, 32, 0, SIG);
	section_wait = 1;
	EXPECT(section_run(&area, &section) == 1);
	EXPECT(area.rseq_cs == 0);
	stop = 1;
	pthread_join(t, NULL);
	reg(&area, 32, 1, SIG);
	sched_setaffinity(0, sizeof(all), &all);
}

/* Each thread adds to its CPU's counter without any atomic instruction. */
static struct {
	long n __attribute__((aligned(64)));
} counters[CPU_SETSIZE];

#define ROUNDS 20000

static int add_on_cpu(struct area *a)
{
	struct section s = {0};
	int ret;

#ifdef __x86_64__
	__asm__ volatile("	leaq 1f(%%rip), %%rax\n"
			 "	movq %%rax, 8(%1)\n"
			 "	leaq 2f(%%rip), %%rax\n"
			 "	subq 8(%1), %%rax\n"
			 "	movq %%rax, 16(%1)\n"
			 "	leaq 3f(%%rip), %%rax\n"
			 "	movq %%rax, 24(%1)\n"
			 "	movq %1, 8(%2)\n"
			 "1:	movl 4(%2), %%eax\n"
			 "	shlq $6, %%rax\n"
			 "	movq (%3, %%rax), %%rcx\n"
			 "	incq %%rcx\n"
			 "	movq %%rcx, (%3, %%rax)\n"
			 "2:	movl $1, %0\n"
			 "	jmp 4f\n"
			 "	.long 0x53053053\n"
			 "3:	movl $0, %0\n"
			 "4:\n"
			 : "=&r"(ret)
			 : "r"(&s), "r"(a), "r"(counters)
			 : "rax", "rcx", "memory", "cc");
#else
	__asm__ volatile("	movl $1f, 8(%1)\n"
			 "	movl $2f-1f, 16(%1)\n"
			 "	movl $3f, 24(%1)\n"
			 "	movl %1, 8(%2)\n"
			 "1:	movl 4(%2), %%eax\n"
			 "	shll $6, %%eax\n"
			 "	movl (%3, %%eax), %0\n"
			 "	incl %0\n"
			 "	movl %0, (%3, %%eax)\n"
			 "2:	movl $1, %0\n"
			 "	jmp 4f\n"
			 "	.long 0x53053053\n"
			 "3:	movl $0, %0\n"
			 "4:\n"
			 : "=&r"(ret)
			 : "r"(&s), "r"(a), "r"(counters)
			 : "eax", "memory", "cc");
#endif
	a->rseq_cs = 0; /* s goes away */
	return ret;
}

static void *adder(void *arg)
{
	struct area mine;
	long added = 0;

	memset(&mine, 0, sizeof(mine));
	drop_libc();
	if (reg(&mine, 32, 0, SIG))
		return NULL;
	while (added < ROUNDS)
		added += add_on_cpu(&mine);
	reg(&mine, 32, 1, SIG);
	return arg;
}

static void counting(void)
{
	pthread_t t[8];
	long sum = 0;

	for (int i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, adder, NULL);
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	for (int i = 0; i < CPU_SETSIZE; i++)
		sum += counters[i].n;
	printf("8 threads have counted to %ld\n", sum);
}

static void *waiter(void *arg)
{
	drop_libc();
	reg(&area, 32, 0, SIG);
	set_section();
	section_wait = 1;
	stop = 1;
	arg = (void *)section_run(&area, arg);
	over = 1;
	return arg;
}

/* Another thread is made to begin again. */
static void barrier(void)
{
	pthread_t t;
	void *ret = NULL;

	SHOW(syscall(SYS_membarrier, MEMBARRIER_REGISTER_PRIVATE_EXPEDITED_RSEQ, 0, 0));
	stop = 0;
	pthread_create(&t, NULL, waiter, &section);
	while ((!stop || !area.rseq_cs) && !over) /* it may have been preempted already */
		sched_yield();
	SHOW(syscall(SYS_membarrier, MEMBARRIER_PRIVATE_EXPEDITED_RSEQ, 0, 0));
	pthread_join(t, &ret);
	printf("the other thread: %ld\n", (long)ret);
}

/* ---- Processes ---- */

static void child_has(void)
{
	SHOW(reg(&area, 32, 0, SIG));
	EXPECT(area.cpu_id < 4096);
}

static void *thread_has_not(void *arg)
{
	static struct area other;

	drop_libc();
	SHOW(reg(&other, 32, 0, OTHER));
	SHOW(reg(&other, 32, 1, OTHER));
	return arg;
}

static void inheritance(void)
{
	pthread_t t;
	pid_t pid;
	int status = 0;

	area.rseq_cs = 0;
	reg(&area, 32, 0, SIG);
	in_child("a child is registered", child_has);
	pthread_create(&t, NULL, thread_has_not, NULL);
	pthread_join(t, NULL);
	pid = vfork();
	if (!pid)
		_exit(reg(&area, 32, 1, SIG) ? errno : 0);
	waitpid(pid, &status, 0);
	show_status("a child of vfork is not", status);
	reg(&area, 32, 1, SIG);
}

/* PTRACE_GET_RSEQ_CONFIGURATION, since Linux 5.13. */
static void traced(void)
{
	struct {
		uint64_t area;
		uint32_t size, sig, flags, pad;
	} conf;
	pid_t pid;

	reg(&area, 32, 0, OTHER);
	pid = fork();
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		reg(&area, 32, 1, OTHER);
		raise(SIGSTOP);
		_exit(0);
	}
	for (int i = 0; i < 2; i++) {
		waitpid(pid, NULL, 0);
		SHOW(ptrace(0x420f, pid, sizeof(conf), &conf));
		EXPECT(conf.area == (i ? 0 : (uintptr_t)&area));
		printf("%u %x %u %u\n", conf.size, conf.sig, conf.flags, conf.pad);
		ptrace(PTRACE_CONT, pid, 0, 0);
	}
	waitpid(pid, NULL, 0);
	reg(&area, 32, 1, OTHER);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	drop_libc();
	registration();
	in_child("an area that cannot be written", read_only_area);
	affinity();
	signals();
	in_child("nothing wrong", with_nothing);
	in_child("version", with_version);
	in_child("flags", with_flags);
	in_child("flags of the area", with_area_flags);
	in_child("abort handler inside", with_abort);
	in_child("signature", with_signature);
	in_child("length", with_length);
	in_child("start", with_start);
	in_child("pointer", bad_pointer);
	handled_or_killed();
	preemption();
	counting();
	barrier();
	inheritance();
	traced();
	return 0;
}
