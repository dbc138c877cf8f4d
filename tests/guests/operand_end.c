/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far memory operands reach: instructions with their operand so many bytes before the end of a
 * page, behind which nothing is mapped, and where their page faults are. */
#include "guest.h"
#include <setjmp.h>
#include <ucontext.h>

static sigjmp_buf back;
static char *area; /* one page */
char *operand_at;
unsigned long operand_sp, operand_bp;
static volatile int i, last[3];

#ifdef __x86_64__
#define R    "r"
#define HERE "(%%rip)"
#else
#define R "e"
#define HERE
#endif

static const int distance[] = {640, 576, 512, 256, 108, 107, 32, 28, 27, 16, 15, 14, 13, 8,
			       7,   6,	 5,   4,   3,	2,   1,	 0,  -1, -2, -4, -8, -16};

static void show(int trapno, int err, long addr)
{
	if (trapno != last[0] || err != last[1] || addr != last[2])
		printf(trapno == 14 ? " %d:%d/%#x@%ld" : " %d:%d", distance[i], trapno, err, addr);
	last[0] = trapno;
	last[1] = err;
	last[2] = (int)addr;
}

static void on_fault(int sig, siginfo_t *si, void *p)
{
	const greg_t *g = ((const ucontext_t *)p)->uc_mcontext.gregs;

	(void)sig;
	show((int)g[REG_TRAPNO], (int)g[REG_ERR],
	     g[REG_TRAPNO] == 14 ? (char *)si->si_addr - operand_at : 0);
	siglongjmp(back, 1);
}

/* The address is in edi, esi and ebx; eax, ecx and edx are 0. */
#define CASE(ins)                                                                                  \
	({                                                                                         \
		static const char name[] = ins;                                                    \
		printf("%-32s", name);                                                             \
		last[0] = -1;                                                                      \
		for (i = 0; i < (int)(sizeof(distance) / sizeof(distance[0])); i++) {              \
			memset(area, 0, 4096);                                                     \
			operand_at = area + 4096 - distance[i];                                    \
			__asm__ volatile("fninit");                                                \
			if (sigsetjmp(back, 1))                                                    \
				continue;                                                          \
			__asm__ volatile("push %%" R "bx; push %%" R "bp; mov %%" R                \
					 "sp, operand_sp" HERE "; mov operand_at" HERE ", %%" R    \
					 "di; mov %%" R "di, %%" R "si; mov %%" R "di, %%" R       \
					 "bx; xor %%eax, %%eax; xor %%ecx, %%ecx;"                 \
					 "xor %%edx, %%edx; pxor %%xmm0, %%xmm0; pxor %%mm0, "     \
					 "%%mm0; emms;" ins "; mov operand_sp" HERE ", %%" R       \
					 "sp; pop %%" R "bp; pop %%" R "bx; fninit" ::             \
						 : "eax", "ecx", "edx", "esi", "edi", "xmm0",      \
						   "memory", "cc");                                \
			show(0, 0, 0);                                                             \
		}                                                                                  \
		putchar('\n');                                                                     \
	})

#define STACK(ins) CASE("mov %%" R "di, %%" R "sp; mov %%" R "di, %%" R "bp;" ins)

static void integers(void)
{
	STACK("push %%" R "ax");
	STACK("pushw %%ax");
	STACK("push $1");
	STACK("push %%fs");
	STACK("pushf");
	STACK("call 1f; 1:");
	STACK("pop %%" R "ax");
	STACK("popw %%ax");
	CASE("addl %%eax, (%%" R "di)");
	CASE("cmpl %%eax, (%%" R "di)");
	CASE("cmpxchg %%ecx, (%%" R "di)");
	CASE("lock cmpxchg %%ecx, (%%" R "di)");
	CASE("cmpxchg8b (%%" R "di)");
	CASE("lock cmpxchg8b (%%" R "di)");
	CASE("roll $1, (%%" R "di)");
	CASE("shrw %%cl, (%%" R "di)");
	CASE("sarb $3, (%%" R "di)");
	CASE("shldl $3, %%eax, (%%" R "di)");
	CASE("shrdl %%cl, %%eax, (%%" R "di)");
	CASE("testl $1, (%%" R "di)");
	CASE(".byte 0xf6, 0x0f, 1"); /* test again */
	CASE("notl (%%" R "di)");
	CASE("incw (%%" R "di)");
	CASE("mov $100, %%eax; btw %%ax, (%%" R "di)");
	CASE("mov $100, %%eax; btsw %%ax, (%%" R "di)");
	CASE("mov $100, %%eax; btl %%eax, (%%" R "di)");
	CASE("clflush (%%" R "di)");
	CASE("prefetcht0 (%%" R "di)");
#ifndef __x86_64__
	STACK("pusha");
#endif
}

static void vectors(void)
{
	CASE("punpcklbw (%%" R "di), %%mm0; emms");
	CASE("punpckldq (%%" R "di), %%mm0; emms");
	CASE("punpckhbw (%%" R "di), %%mm0; emms");
	CASE("cvtpi2ps (%%" R "di), %%xmm0; emms");
	CASE("cvtps2pi (%%" R "di), %%mm0; emms");
	CASE("cvttps2pi (%%" R "di), %%mm0; emms");
	CASE("cvttpd2pi (%%" R "di), %%mm0; emms");
	CASE("cvtps2pd (%%" R "di), %%xmm0");
	CASE("cvtdq2pd (%%" R "di), %%xmm0");
	CASE("cvtss2sd (%%" R "di), %%xmm0");
	CASE("movddup (%%" R "di), %%xmm0");
	CASE("roundss $0, (%%" R "di), %%xmm0");
	CASE("roundsd $0, (%%" R "di), %%xmm0");
	CASE("insertps $0, (%%" R "di), %%xmm0");
	CASE("pmovzxbq (%%" R "di), %%xmm0");
	CASE("movhps %%xmm0, (%%" R "di)");
	CASE("movdqu %%xmm0, (%%" R "di)");
}

/* Where these fault, and whether a mask of zeros and a count of 0 keep others from it, the manuals
 * leave to the CPU. */
static void of_amd(void)
{
	unsigned max, b, c, d;

	__asm__("cpuid" : "=a"(max), "=b"(b), "=c"(c), "=d"(d) : "a"(0));
	if (c != 0x444d4163) /* "cAMD" */
		return;
	CASE("maskmovq %%mm0, %%mm0; emms");
	CASE("maskmovdqu %%xmm0, %%xmm0");
	CASE("fxsave (%%" R "di)");
	CASE("fxrstor (%%" R "di)");
	CASE("fnstenv (%%" R "di)");
	CASE("data16 fnstenv (%%" R "di)");
	CASE("fldenv (%%" R "di)");
	CASE("fnsave (%%" R "di)");
	CASE("data16 fnsave (%%" R "di)");
	CASE("frstor (%%" R "di)");
	CASE("mov $3, %%eax; xsave (%%" R "di)");
	CASE("mov $3, %%eax; xrstor (%%" R "di)");
	CASE("rep insb");
	CASE("rep outsw");
}

int main(void)
{
	static char alt[65536];
	static const int sigs[] = {SIGBUS, SIGSEGV, SIGILL, SIGTRAP, SIGFPE};
	struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};

	area = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(area + 4096, 4096);
	sigaltstack(&ss, NULL);
	for (size_t s = 0; s < sizeof(sigs) / sizeof(sigs[0]); s++)
		sigaction(sigs[s], &sa, NULL);
	setvbuf(stdout, NULL, _IOFBF, 65536);
	integers();
	vectors();
	of_amd();
	return 0;
}
