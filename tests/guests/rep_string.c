/* SPDX-License-Identifier: GPL-2.0-or-later */
/* REP MOVS and REP STOS: of every width, forwards and backwards, with operands that overlap, over
 * pages of which some are missing or read-only, with counts of any size, through a segment with a
 * base, and step by step. Registers and memory after each. */
#include "guest.h"
#include <setjmp.h>
#include <stdbool.h>
#include <ucontext.h>

#define SIZE 0x6000UL /* the fourth page is not there, the fifth is read-only */

static unsigned char *area;
static sigjmp_buf back;
static volatile unsigned long fault_at, steps;
static unsigned long regs[3]; /* CX, SI, DI */

#ifdef __x86_64__
static const int cx = REG_RCX, si_ = REG_RSI, di_ = REG_RDI;
#else
static const int cx = REG_ECX, si_ = REG_ESI, di_ = REG_EDI;
#endif

static void on_fault(int sig, siginfo_t *si, void *context)
{
	const greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)sig;
	fault_at = (unsigned long)si->si_addr;
	regs[0] = (unsigned long)r[cx];
	regs[1] = (unsigned long)r[si_];
	regs[2] = (unsigned long)r[di_];
	siglongjmp(back, 1);
}

static void on_trap(int sig)
{
	(void)sig;
	steps++;
}

static uint32_t rnd(void)
{
	static uint32_t seed = 12345;

	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

static unsigned sum(void)
{
	unsigned s = 1;

	for (unsigned long i = 0; i < SIZE; i++)
		if (i < 0x3000 || i >= 0x4000)
			s = s * 31 + area[i];
	return s;
}

static void fill(void)
{
	mprotect(area + 0x4000, 0x1000, PROT_READ | PROT_WRITE);
	for (unsigned long i = 0; i < SIZE; i++)
		if (i < 0x3000 || i >= 0x4000)
			area[i] = (unsigned char)(rnd() >> 3);
	mprotect(area + 0x4000, 0x1000, PROT_READ);
}

#define REP(before, insn, after)                                                                   \
	__asm__ volatile(before insn after                                                         \
			 : "+c"(regs[0]), "+S"(regs[1]), "+D"(regs[2])                             \
			 : "a"((unsigned long)0x0123456789abcdef)                                  \
			 : "memory", "cc")
#define BOTH(insn)                                                                                 \
	do {                                                                                       \
		if (backwards)                                                                     \
			REP("std; ", insn, "; cld");                                               \
		else                                                                               \
			REP("", insn, "");                                                         \
	} while (0)

static void execute(int what, bool backwards)
{
	switch (what) {
	case 0:
		BOTH("rep movsb");
		break;
	case 1:
		BOTH("rep movsw");
		break;
	case 2:
		BOTH("rep movsl");
		break;
	case 3:
		BOTH("rep stosb");
		break;
	case 4:
		BOTH("rep stosw");
		break;
	case 5:
		BOTH("rep stosl");
		break;
	case 6:
		BOTH(".byte 0xf2; movsb"); /* REPNE repeats them, too */
		break;
	case 7:
		BOTH(".byte 0x67; rep movsb");
		break;
#ifdef __x86_64__
	case 8:
		BOTH("rep movsq");
		break;
	case 9:
		BOTH("rep stosq");
		break;
#endif
	}
}

static void one(int what, bool backwards, unsigned long count, unsigned long src, unsigned long dst)
{
	static unsigned long faulted;

	faulted = 0;
	fill();
	regs[0] = count;
	regs[1] = (unsigned long)area + src;
	regs[2] = (unsigned long)area + dst;
	if (!sigsetjmp(back, 1))
		execute(what, backwards);
	else {
		__asm__ volatile("cld");
		faulted = fault_at - (unsigned long)area;
	}
	printf("%d%s %lx %lx %lx: %lx %lx %lx fault %lx sum %x\n", what, backwards ? "-" : "",
	       count, src, dst, regs[0], regs[1] - (unsigned long)area,
	       regs[2] - (unsigned long)area, faulted, sum());
}

static void random_cases(void)
{
#ifdef __x86_64__
	const unsigned kinds = 10;
#else
	const unsigned kinds = 8;
#endif
	for (int i = 0; i < 1500; i++) {
		unsigned long src = rnd() % SIZE, count = rnd() % (rnd() & 1 ? 40 : 0x2000);
		unsigned long dst = rnd() & 1 ? rnd() % SIZE : (src + rnd() % 64 - 32) % SIZE;

		one((int)(rnd() % kinds), rnd() % 4 == 0, count, src, dst);
	}
}

/* The trap comes after every turn. */
static void stepped(void)
{
	fill();
	regs[0] = 100;
	regs[1] = (unsigned long)area;
	regs[2] = (unsigned long)area + 0x1000;
	steps = 0;
#ifdef __x86_64__
	REP("sub $128, %%rsp; pushfq; orl $0x100, (%%rsp); popfq; ", "rep movsb",
	    "; pushfq; andl $~0x100, (%%rsp); popfq; add $128, %%rsp");
#else
	REP("pushf; orl $0x100, (%%esp); popf; ", "rep movsb",
	    "; pushf; andl $~0x100, (%%esp); popf");
#endif
	printf("%lu steps, sum %x\n", steps, sum());
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};

	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	sigaction(SIGSEGV, &sa, NULL);
	signal(SIGTRAP, on_trap);
	area = mmap((void *)0x20000000, SIZE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	munmap(area + 0x3000, 0x1000);
	random_cases();
	stepped();
	return 0;
}
