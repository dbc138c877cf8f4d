/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Code that runs off the end of what is executable: everything before has been executed, and the
 * fault is at the instruction that is not there, or not all of it. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#ifdef __x86_64__
#define IP REG_RIP
#define AX REG_RAX
#else
#define IP REG_EIP
#define AX REG_EAX
#endif
#define END 0x2000

static sigjmp_buf back;
static unsigned char *page;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	const greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;

	printf("signal %d, code %d, ip %#lx, address %#lx, ax %ld, err %lx, flags %lx\n", sig,
	       info->si_code, (long)r[IP] - (long)page, (long)info->si_addr - (long)page,
	       (long)r[AX], (long)r[REG_ERR], (long)r[REG_EFL] & 0xcd5);
	siglongjmp(back, sig);
}

static void run(int end, const void *insn, size_t n, const void *last, size_t n_last, int how)
{
	unsigned char *at;

	page = mmap(NULL, END + 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	at = page + END - end;
	memset(page, 0x90, END + 4096);
	for (int i = 0; i + (int)n <= end; i += (int)n)
		memcpy(at + i, insn, n);
	memcpy(page + END - n_last, last, n_last);
	if (how == 2)
		munmap(page + END, 4096);
	else
		mprotect(page + END, 4096, how ? PROT_READ | PROT_WRITE : PROT_NONE);
	if (!sigsetjmp(back, 1))
		__asm__ volatile("jmp *%1" : : "a"(5), "r"(at) : "memory", "cc");
	munmap(page, END + 4096);
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};

	setbuf(stdout, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	for (int how = 0; how < 3; how++)
		for (int end = 0; end < 12; end++) {
			run(end, "\x90", 1, "", 0, how);
			run(end, "\xff\xc0", 2, "", 0, how);	     /* inc eax */
			run(end, "\x83\xc0\x7f", 3, "\x81", 1, how); /* add; half of one more */
			run(end, "\x9c\x58", 2, "\x0f", 1, how);     /* pushf; pop eax */
		}
	return 0;
}
