/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Debug registers by ptrace(2): what is refused, breakpoints on instructions and on data, how they
 * go together with single steps, threads, fork, exec and the tracer's end. */
#include "guest.h"
#include <pthread.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#ifdef __x86_64__
#define IP(r)	 (r).rip
#define COUNT(r) (r).rcx
#define FLAGS(r) (r).eflags
#else
#define IP(r)	 (r).eip
#define COUNT(r) (r).ecx
#define FLAGS(r) (r).eflags
#endif
#define DR(n) (offsetof(struct user, u_debugreg) + (n) * sizeof(long))

static volatile unsigned char buf[1024] __attribute__((aligned(64)));

extern char bp_nop[], bp_rep[], bp_rep_end[], bp_in_thread[];

static void poke(pid_t pid, int n, unsigned long v)
{
	errno = 0;
	if (ptrace(PTRACE_POKEUSER, pid, DR(n), v))
		printf("DR%d: errno %d\n", n, errno);
}

static unsigned long peek(pid_t pid, int n)
{
	return (unsigned long)ptrace(PTRACE_PEEKUSER, pid, DR(n), 0);
}

static __attribute__((noinline, noclone)) void nop(void)
{
	__asm__ volatile(".globl bp_nop\nbp_nop: nop");
}

static void accesses(void)
{
	long x;

	buf[0] = 1;
	buf[1] = 2;
	*(volatile short *)(buf + 2) = 3;
	*(volatile int *)(buf + 4) = 4;
	*(volatile int *)(buf + 1) = 4; /* over the edge */
	(void)buf[0];
	(void)*(volatile int *)(buf + 4);
	nop();
	nop();
	__asm__ volatile(".globl bp_rep, bp_rep_end\nbp_rep: rep stosb\nbp_rep_end: nop"
			 : "=D"(x), "=c"(x)
			 : "0"(buf), "1"(8), "a"(0)
			 : "memory");
	__asm__ volatile("rep movsb" ::"S"(buf), "D"(buf + 16), "c"(8) : "memory");
	__asm__ volatile("lock incl %0" : "+m"(*(volatile int *)(buf + 4)));
	__asm__ volatile("xchgb %b0, %1" : "+q"(x), "+m"(buf[5]));
	__asm__ volatile("fldl %0; fstpl %1" ::"m"(*(volatile double *)buf),
			 "m"(*(volatile double *)(buf + 32)));
	__asm__ volatile("movups %0, %%xmm0; movups %%xmm0, %1" ::"m"(buf[40]), "m"(buf[2]));
	__asm__ volatile("fxsave %0" ::"m"(*(volatile char(*)[512])(buf + 64)));
	x = read(-1, (void *)buf, 4);
	x = write(open("/dev/null", O_WRONLY), (void *)buf, 8); /* the kernel's are not met */
}

static void stops(pid_t pid, const char *what)
{
	struct user_regs_struct r;
	siginfo_t si;
	int status = 0;

	printf("%s\n", what);
	fflush(stdout);
	for (int i = 0; i < 60; i++) {
		ptrace(PTRACE_CONT, pid, 0, 0);
		if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
			break;
		ptrace(PTRACE_GETSIGINFO, pid, 0, &si);
		ptrace(PTRACE_GETREGS, pid, 0, &r);
		if (WSTOPSIG(status) == SIGSTOP)
			return;
		printf("  signal %d code %d addr %s dr6 %lx", WSTOPSIG(status), si.si_code,
		       (unsigned long)si.si_addr == (unsigned long)IP(r) ? "ip" : "other",
		       peek(pid, 6));
		if ((unsigned long)IP(r) == (unsigned long)bp_nop)
			printf(" at nop");
		if ((unsigned long)IP(r) == (unsigned long)bp_rep ||
		    (unsigned long)IP(r) == (unsigned long)bp_rep_end)
			printf(" at rep, count %ld", (long)COUNT(r));
		printf(" rf %d\n", (int)(FLAGS(r) >> 16 & 1));
	}
	show_status(what, status);
}

static pid_t start(void (*body)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		body();
		raise(SIGSTOP);
		nop();
		_exit(7);
	}
	waitpid(pid, &status, 0);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void refused(void)
{
	pid_t pid = start(accesses);
	unsigned long t, l;

	for (int i = 0; i < 8; i++)
		printf("DR%d %lx\n", i, peek(pid, i));
	poke(pid, 4, 0);
	poke(pid, 5, 1);
	poke(pid, 6, 0x1234);
	printf("DR6 %lx\n", peek(pid, 6));
	poke(pid, 0, (unsigned long)-4096);
	poke(pid, 0, (unsigned long)buf + 1);
	for (int odd = 1; odd >= 0; odd--) {
		poke(pid, 7, 0);
		poke(pid, 0, (unsigned long)buf + (unsigned long)odd);
		for (t = 0; t < 4; t++)
			for (l = 0; l < 4; l++) {
				errno = 0;
				ptrace(PTRACE_POKEUSER, pid, DR(7), 1 | t << 16 | l << 18);
				printf("R/W %lu LEN %lu%s: errno %d DR7 %lx\n", t, l,
				       odd ? " at an odd address" : "", errno, peek(pid, 7));
			}
	}
	poke(pid, 0, (unsigned long)buf + 1); /* while four bytes are watched */
	poke(pid, 7, 0xdff0);
	poke(pid, 0, (unsigned long)buf + 1); /* and no more */
	printf("DR7 %lx\n", peek(pid, 7));
	end(pid);
}

static void watched(unsigned long dr7, const char *what)
{
	pid_t pid = start(accesses);

	poke(pid, 0, (unsigned long)bp_nop);
	poke(pid, 1, (unsigned long)buf);
	poke(pid, 2, (unsigned long)buf + 4);
	poke(pid, 3, (unsigned long)bp_rep);
	poke(pid, 7, dr7);
	stops(pid, what);
	printf("DR6 %lx DR7 %lx\n", peek(pid, 6), peek(pid, 7));
	poke(pid, 7, 0);
	stops(pid, "off");
}

static void steps(void)
{
	pid_t pid = start(accesses);
	int met = 0, n = 0, status;

	poke(pid, 0, (unsigned long)buf);
	poke(pid, 1, (unsigned long)bp_nop);
	poke(pid, 7, 0x5 | 0x3 << 16);
	for (; n < 3000; n++) {
		unsigned long dr6;

		ptrace(PTRACE_SINGLESTEP, pid, 0, 0);
		if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
		    WSTOPSIG(status) != SIGTRAP)
			break;
		dr6 = peek(pid, 6);
		if (!(dr6 & 3))
			continue;
		met++;
		printf("step: dr6 %lx\n", dr6);
		if (dr6 & 2 && met > 4)
			break;
	}
	printf("met %d\n", met);
	end(pid);
}

static void child_and_exec(void)
{
	pid_t pid;

	buf[0] = 1;
	pid = fork();
	if (pid == 0) {
		buf[0] = 2; /* has none */
		_exit(3);
	}
	waitpid(pid, NULL, 0);
	buf[0] = 3;
	execl("/proc/self/exe", "ptrace_debug", "again", NULL);
}

static __attribute__((noinline, noclone)) void *in_thread(void *arg)
{
	__asm__ volatile(".globl bp_in_thread\nbp_in_thread: nop");
	buf[8] = 1;
	return arg;
}

static void threads(void)
{
	pthread_t t;

	in_thread(NULL); /* the leader has them */
	pthread_create(&t, NULL, in_thread, NULL);
	pthread_join(t, NULL);
	in_thread(NULL);
}

static void others(void (*body)(void), unsigned long code, unsigned long data, const char *what)
{
	pid_t pid = start(body);

	poke(pid, 0, code);
	poke(pid, 1, data);
	poke(pid, 7, 0x5 | 0x1 << 20);
	stops(pid, what);
	end(pid);
}

static void left_behind(void)
{
	pid_t pid = start(nop);
	int status;

	poke(pid, 0, (unsigned long)bp_nop);
	poke(pid, 7, 1);
	ptrace(PTRACE_DETACH, pid, 0, 0);
	waitpid(pid, &status, WUNTRACED);
	show_status("left behind", status);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		buf[0] = 4;
		raise(SIGSTOP);
	}
	refused();
	watched(0x55 | 0x1UL << 20 | 0xfUL << 24, "write of 1, read and write of 4");
	watched(0x14 | 0x5UL << 20 | 0x5UL << 24, "write of 2, write of 2");
	watched(0x14 | 0x3UL << 20 | 0x1UL << 24, "read and write of 1, write of 1");
	watched(0xaa | 0xdUL << 20 | 0xdUL << 24, "write of 4, write of 4");
#ifdef __x86_64__
	watched(0x04 | 0xbUL << 20, "read and write of 8");
#endif
	steps();
	others(child_and_exec, 0, (unsigned long)buf, "child and exec");
	others(threads, (unsigned long)bp_in_thread, (unsigned long)buf + 8, "threads");
	left_behind();
	return 0;
}
