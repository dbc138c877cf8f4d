/* SPDX-License-Identifier: GPL-2.0-or-later */
/* only: 32 */
/* Single steps through __kernel_vsyscall: the first trap behind the call is that of the first
 * instruction after the landing pad, whatever the gate. */
#include "guest.h"
#include <sys/auxv.h>
#include <ucontext.h>

static volatile int steps;
static unsigned long at[64];

static void on_trap(int sig, siginfo_t *si, void *p)
{
	const ucontext_t *uc = p;

	(void)sig, (void)si;
	if (steps < 64)
		at[steps] = (unsigned long)uc->uc_mcontext.gregs[REG_EIP];
	steps++;
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
	unsigned long entry = getauxval(AT_SYSINFO);
	int ret;

	if (!entry)
		return 77;
	sigaction(SIGTRAP, &sa, NULL);
	__asm__ volatile("pushl %%ebx; pushf; orl $0x100, (%%esp); popf; call *%1;"
			 "pushf; andl $~0x100, (%%esp); popf; popl %%ebx"
			 : "=a"(ret)
			 : "D"(entry), "0"(20)
			 : "memory", "cc", "ecx", "edx");
	printf("%d steps, getpid %s:", steps, ret == getpid() ? "right" : "wrong");
	for (int i = 0; i < steps && i < 64; i++)
		if (at[i] - entry < 64)
			printf(" %lu", at[i] - entry);
	printf("\n");
	return 0;
}
