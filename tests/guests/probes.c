/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls that code of the kernel makes in a program with probes, made by others. */
#include "guest.h"
#include <ucontext.h>

#ifdef __x86_64__
static void on_sigill(int sig, siginfo_t *info, void *context)
{
	const greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	printf("signal %d, code %x, address %p, trap %d\n", sig, (unsigned)info->si_code,
	       info->si_addr, (int)regs[REG_TRAPNO]);
	printf("rax %ld, %s\n", (long)regs[REG_RAX],
	       *(const unsigned char *)(regs[REG_RIP] - 2) == 0x0f ? "behind the call"
								   : "elsewhere");
}
#endif

int main(void)
{
#ifdef __x86_64__ /* i386 has other calls there */
	struct sigaction act = {.sa_sigaction = on_sigill, .sa_flags = SA_SIGINFO};
	int status;

	SHOW(syscall(336));
	if (fork() == 0) {
		syscall(335);
		_exit(3); /* Linux before 6.11 */
	}
	wait(&status);
	show_status("uretprobe", status);
	sigaction(SIGILL, &act, NULL);
	SHOW(syscall(335));
#endif
	return 0;
}
