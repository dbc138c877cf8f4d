/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last pages of the user's half of the address space are free in a new program, and can be
 * mapped; a system call may be the last instruction that there is. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#ifdef __x86_64__
#define TOP 0x7ffffffff000UL
#define IP  gregs[REG_RIP]
static const unsigned char gate[] = {0x0f, 0x05}; /* syscall */
#define GETPPID 110
#else
#define TOP	0xffffe000UL
#define IP	gregs[REG_EIP]
static const unsigned char gate[] = {0xcd, 0x80}; /* int $0x80 */
#define GETPPID 64
#endif

static sigjmp_buf back;
static unsigned long fault_ip, fault_addr;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	fault_ip = (unsigned long)((ucontext_t *)context)->uc_mcontext.IP;
	fault_addr = (unsigned long)info->si_addr;
	siglongjmp(back, sig);
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};
	unsigned char *p = mmap((void *)(TOP - 0x3000), 0x3000, PROT_READ | PROT_WRITE | PROT_EXEC,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	setbuf(stdout, NULL);
	printf("the last pages: %s\n", p == (void *)(TOP - 0x3000) ? "mapped" : "not mapped");
	printf("one more: %s\n", mmap((void *)(TOP - 0x1000), 0x2000, PROT_READ,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED
					 ? "no"
					 : "yes");
	if (p == MAP_FAILED)
		return 1;
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	for (int end = 0; end < 3; end++) {
		unsigned char *at = p + 0x3000 - sizeof(gate) - end;
		int sig;

		memset(p, 0x90, 0x3000); /* nop */
		memcpy(at, gate, sizeof(gate));
		sig = sigsetjmp(back, 1);
		if (!sig)
			__asm__ volatile("jmp *%1" : : "a"(GETPPID), "r"(at) : "memory");
		printf("%d before the end: signal %d at ip %#lx, address %#lx\n", end, sig,
		       fault_ip, fault_addr);
	}
	return 0;
}
