/* SPDX-License-Identifier: GPL-2.0-or-later */
/* O0 */
/* A handler that reads and changes the interrupted registers; registers and flags, x87 and SSE
 * state come back as they were; the frame lies where the kernel would put it. */
#include "guest.h"
#include <ucontext.h>

#ifdef __x86_64__
#define AX  REG_RAX
#define BX  REG_RBX
#define IP  REG_RIP
#define SP  REG_RSP
#define XMM , "xmm0", "xmm1", "xmm6", "xmm7"
#else
#define AX  REG_EAX
#define BX  REG_EBX
#define IP  REG_EIP
#define SP  REG_ESP
#define XMM /* the compiler does not use them */
#endif

static volatile int skipped;
static volatile uintptr_t frame, interrupted;

static void skip(int sig, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;

	(void)sig, (void)si;
	uc->uc_mcontext.gregs[IP] += 2; /* over UD2 */
	uc->uc_mcontext.gregs[AX] += 1000;
	skipped++;
}

static void trash(int sig, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;
	double d = 3.0;

	(void)sig, (void)si;
	frame = (uintptr_t)uc;
	interrupted = (uintptr_t)uc->uc_mcontext.gregs[SP];
	__asm__ volatile("pxor %%xmm0, %%xmm0; movaps %%xmm0, %%xmm1; movaps %%xmm0, %%xmm6;"
			 "movaps %%xmm0, %%xmm7; fninit; fldpi; fldpi; fldl %0; std; cld" ::"m"(d)
			 : "memory" XMM);
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = skip, .sa_flags = SA_SIGINFO};
	long ax = 1;
	char x[16] __attribute__((aligned(16))) = "sixteen bytes !", y[16];
	double a = 1.5, b = 2.25, r1, r2;
	unsigned short cw = 0x0f7f, cw2;
	unsigned mx = 0x7fa0, mx2;
	long pid = getpid(), nr = SYS_kill, fl;

	sigaction(SIGILL, &sa, NULL);
	__asm__ volatile("ud2" : "+a"(ax)::"memory");
	printf("skipped %d ax %ld\n", skipped, ax);

	sa.sa_sigaction = trash;
	sigaction(SIGUSR1, &sa, NULL);
	__asm__ volatile("fninit; fldcw %0; ldmxcsr %1; fldl %2; fldl %3" ::"m"(cw), "m"(mx),
			 "m"(a), "m"(b));
#ifdef __x86_64__
	__asm__ volatile("movaps (%3), %%xmm6; movaps (%3), %%xmm1\n"
			 "	stc\n"
			 "	syscall\n"
			 "	movups %%xmm6, (%4); pushf; pop %2"
			 : "+a"(nr), "+D"(pid), "=r"(fl)
			 : "r"(x), "r"(y), "S"(SIGUSR1)
			 : "rcx", "r11", "memory" XMM);
#else
	__asm__ volatile("movaps (%3), %%xmm6; movaps (%3), %%xmm1\n"
			 "	stc\n"
			 "	int $0x80\n"
			 "	movups %%xmm6, (%4); pushf; pop %2"
			 : "+a"(nr), "+b"(pid), "=d"(fl)
			 : "S"(x), "D"(y), "c"(SIGUSR1)
			 : "memory");
#endif
	__asm__ volatile("fstpl %0; fstpl %1; fnstcw %2; stmxcsr %3"
			 : "=m"(r1), "=m"(r2), "=m"(cw2), "=m"(mx2));
	printf("kill %ld carry %ld xmm %.15s\n", nr, fl & 1, y);
	printf("x87 %g %g control %#x mxcsr %#x\n", r1, r2, cw2, mx2);
	EXPECT(frame < interrupted);
	EXPECT(interrupted - frame < 8192);
	return 0;
}
