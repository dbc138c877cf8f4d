/* SPDX-License-Identifier: GPL-2.0-or-later */
/* O0 */
/* Exceptions as a handler sees them: signal, si_code, si_addr, and the registers in the context. */
#include "guest.h"
#include <setjmp.h>
#include <ucontext.h>

#ifdef __x86_64__
#define IP   REG_RIP
#define XCR2 REG_CR2
#else
#define IP   REG_EIP
#define XCR2 17
#endif

static sigjmp_buf jb;
static char *base;
static char text_marker[1];
static char *volatile nowhere;

static void handler(int sig, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;
	uintptr_t a = (uintptr_t)si->si_addr, ip = (uintptr_t)uc->uc_mcontext.gregs[IP];

	printf("  signal %d code %d ", sig, si->si_code);
	if (a == ip)
		printf("addr = ip ");
	else if (a >= (uintptr_t)base && a < (uintptr_t)base + 65536)
		printf("addr = base + %#lx ", (unsigned long)(a - (uintptr_t)base));
	else
		printf("addr = %#lx ", (unsigned long)a);
	printf("trap %d err %#x", (int)uc->uc_mcontext.gregs[REG_TRAPNO],
	       (unsigned)uc->uc_mcontext.gregs[REG_ERR]);
	if (uc->uc_mcontext.gregs[REG_TRAPNO] == 14)
#ifdef __x86_64__
		printf(" cr2 %s", (uintptr_t)uc->uc_mcontext.gregs[XCR2] == a ? "= addr" : "other");
#else
		printf(" cr2 %s", uc->uc_mcontext.cr2 == a ? "= addr" : "other");
#endif
	printf(" code at ip: ");
	if (ip > 0x1000 && (ip < (uintptr_t)base || ip >= (uintptr_t)base + 65536) &&
	    ip < (uintptr_t)text_marker)
		printf("%02x %02x", ((unsigned char *)ip)[0], ((unsigned char *)ip)[1]);
	printf("\n");
	siglongjmp(jb, 1);
}

#define TRY(...)                                                                                   \
	do {                                                                                       \
		printf("%s\n", #__VA_ARGS__);                                                      \
		if (!sigsetjmp(jb, 1)) {                                                           \
			__VA_ARGS__;                                                               \
			printf("  went on\n");                                                     \
		}                                                                                  \
	} while (0)
#define ASM(...) __asm__ volatile(__VA_ARGS__)

static void fill(volatile char *p, int n)
{
	while (n--)
		*p++ = 1;
}

int main(void)
{
	char *from, *to;
	long n = 400;

	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	stack_t ss = {.ss_sp = malloc(65536), .ss_size = 65536};
	int fd = open("short", O_RDWR | O_CREAT, 0600);

	setvbuf(stdout, NULL, _IONBF, 0);
	sigaltstack(&ss, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	sigaction(SIGFPE, &sa, NULL);
	sigaction(SIGILL, &sa, NULL);
	sigaction(SIGTRAP, &sa, NULL);
	base = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	from = base + 8000;
	to = base;
	mprotect(base + 4096, 4096, PROT_READ);
	mprotect(base + 8192, 4096, PROT_NONE);
	munmap(base + 12288, 4096);
	if (ftruncate(fd, 100))
		return 1;
	mmap(base + 16384, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);

	TRY(*(volatile int *)nowhere);
	TRY(*(volatile int *)(nowhere + 0x123) = 1);
	TRY(*(volatile char *)(base + 4097) = 1);
	TRY(*(volatile char *)(base + 8200));
	TRY(*(volatile char *)(base + 8200) = 1);
	TRY(*(volatile char *)(base + 12290));
	TRY(*(volatile short *)(base + 12286));
	TRY(*(volatile int *)(base + 4094) = 0x55555555);
	TRY(*(volatile char *)(base + 16384 + 4000) = 1);
	TRY(*(volatile char *)(base + 16384 + 4100) = 1);
	TRY(*(volatile char *)(base + 16384 + 4100));
	TRY(((void (*)(void))(uintptr_t)(base + 16))());
	TRY(((void (*)(void))(uintptr_t)(base + 12300))());
	TRY(((void (*)(void))(uintptr_t)(0))());
	TRY(*(volatile char *)main = 1);
	TRY(fill(base + 4000, 200));
	TRY(ASM("rep movsb" : "+S"(from), "+D"(to), "+c"(n)));
	TRY(ASM("ud2"));
	TRY(ASM("int3"));
	TRY(ASM("hlt"));
	TRY(ASM("cli"));
	TRY(ASM("in $0x60, %al"));
	TRY(ASM("int $0x81"));
	TRY(ASM("int $3"));
#ifdef __x86_64__
	TRY(ASM("mov %%cr0, %%rax" ::: "rax"));
	TRY(ASM("movb $1, (%0)" ::"r"(0x8000000000000000)));
	TRY(ASM("push %%rbp; mov %0, %%rbp; movb $1, (%%rbp); pop %%rbp" ::"r"(
		0x8000000000000000)));
	TRY(ASM("mov %%rsp, %%rbx; mov %0, %%rsp; push %%rax; mov %%rbx, %%rsp" ::"r"(
			0x8000000000000000)
		: "rbx"));
	TRY(ASM("jmp *%0" ::"r"(0x8000000000000000)));
	TRY(ASM("movb $1, (%0)" ::"r"(0xffffffff81000000)));
	TRY(ASM("movb $1, (%0)" ::"r"(0x7ffffffff000)));
#else
	TRY(ASM("mov %%cr0, %%eax" ::: "eax"));
	TRY(ASM("movb $1, (%0)" ::"r"(0xfffff000)));
	TRY(ASM("into"));
	TRY(ASM("mov $0x7fffffff, %%eax; inc %%eax; into" ::: "eax"));
#endif
	TRY(ASM("mov $1, %%eax; xor %%edx, %%edx; xor %%ecx, %%ecx; div %%ecx" ::
			: "eax", "ecx", "edx"));
	TRY(ASM("mov $0x80000000, %%eax; cltd; mov $-1, %%ecx; idiv %%ecx" ::
			: "eax", "ecx", "edx"));
	TRY(ASM(".byte 0xf0, 0x90"));
	return 0;
}
