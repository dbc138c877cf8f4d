/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of instructions that an emulator hands to a function: at which instruction, and where. */
#include "guest.h"
#include <setjmp.h>
#include <ucontext.h>

#ifdef __x86_64__
#define IP REG_RIP
#define BX "rbx"
#define DX "rdx"
#define SI "rsi"
#else
#define IP REG_EIP
#define BX "ebx"
#define DX "edx"
#define SI "esi"
#endif

static sigjmp_buf jb;
static char *nothing; /* a page without access */
static int show_addr;

static void handler(int sig, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;
	const unsigned char *ip = (const void *)uc->uc_mcontext.gregs[IP];

	printf("signal %d code %d at %02x %02x %02x", sig, si->si_code, ip[0], ip[1], ip[2]);
	if (show_addr && si->si_code > 0 && si->si_code < 0x80)
		printf(" addr %+ld", (long)((char *)si->si_addr - nothing));
	printf("\n");
	siglongjmp(jb, 1);
}

/* Executes behind some others, so that the place is not the block's. */
#define TRY(at, code)                                                                              \
	do {                                                                                       \
		printf("%s: ", code);                                                              \
		fflush(stdout);                                                                    \
		if (!sigsetjmp(jb, 1)) {                                                           \
			asm volatile("nop\n\tadd $1, %%eax\n\tnop\n\t" code                        \
				     :                                                             \
				     : "d"(nothing + (at)), "c"(0)                                 \
				     : "eax", "esi", "memory", "cc");                              \
			printf("no fault\n");                                                      \
		}                                                                                  \
	} while (0)

static void places(void)
{
	/* which byte of these is asked for first differs between CPUs */
	show_addr = 0;
	TRY(0, "fxrstor (%%" DX ")");
	TRY(0, "fxsave (%%" DX ")");
	TRY(8, "fxrstor (%%" DX ")");
	TRY(8, "fxsave (%%" DX ")");
	show_addr = 1;
	TRY(0, "frstor (%%" DX ")");
	TRY(0, "fnsave (%%" DX ")");
	TRY(0, "fldenv (%%" DX ")");
	TRY(0, "fnstenv (%%" DX ")");
	TRY(0, "fldt (%%" DX ")");
	TRY(0, "fldcw (%%" DX ")");
	TRY(0, "fnstcw (%%" DX ")");
	TRY(0, "fnstsw (%%" DX ")");
	TRY(0, "ldmxcsr (%%" DX ")");
	TRY(0, "stmxcsr (%%" DX ")");
	TRY(16, "lock cmpxchg8b (%%" DX ")");
	TRY(4, "lock cmpxchg %%ecx, (%%" DX ")");
	TRY(4, "lock xadd %%eax, (%%" DX ")");
}

static void bits(void)
{
	TRY(0, "mov $70, %%eax\n\tbt %%eax, (%%" DX ")");
	TRY(0, "mov $-70, %%eax\n\tbtc %%eax, 0x400(%%" DX ")");
	TRY(0, "mov $700, %%eax\n\tlock bts %%eax, (%%" DX ")");
	TRY(0, "mov %%" DX ", %%" SI "\n\tlodsb");
	TRY(0, "push %%" BX "\n\tmov %%" DX ", %%" BX "\n\tmov $5, %%al\n\txlat\n\tpop %%" BX);
#ifdef __x86_64__
	TRY(0, "mov $-70, %%rax\n\tbtr %%rax, 0x400(%%" DX ")");
	TRY(16, "lock cmpxchg16b (%%" DX ")");
#endif
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

	nothing = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	places();
	bits();
	return 0;
}
