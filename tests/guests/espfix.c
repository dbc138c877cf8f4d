/* SPDX-License-Identifier: GPL-2.0-or-later */
/* only: 64 */
/* What is left in RSP behind a return to a stack segment of the LDT: with 16 bits, IRET loads SP
 * and leaves what the kernel had above. */
#include "guest.h"
#include <asm/ldt.h>
#include <sys/syscall.h>
#include <ucontext.h>

static volatile int round_nr;
static unsigned char *code;

static unsigned short ldt_ss(int wide)
{
	struct user_desc desc = {.entry_number = (unsigned)wide + 4,
				 .limit = 0xfffff,
				 .limit_in_pages = 1,
				 .seg_32bit = (unsigned)wide};

	syscall(SYS_modify_ldt, 1, &desc, sizeof(desc));
	return (unsigned short)(desc.entry_number << 3 | 7);
}

static void on_signal(int sig, siginfo_t *si, void *p)
{
	static greg_t saved[NGREG];
	greg_t *g = ((ucontext_t *)p)->uc_mcontext.gregs;
	unsigned long sp = (unsigned long)g[REG_RSP];

	(void)si;
	if (sig == SIGTRAP) {
		printf("round %d: rsp %#lx, above it %s, rip %+ld\n", round_nr, sp & 0xffffffff,
		       !(sp >> 32)	      ? "nothing"
		       : sp >> 40 == 0xffffff ? "the kernel's"
					      : "something else",
		       (long)(g[REG_RIP] - (long)code));
		memcpy(g, saved, sizeof(saved));
		return;
	}
	memcpy(saved, g, sizeof(saved));
	g[REG_RSP] = (long)0x8badf00d5aadc0deUL;
	g[REG_RIP] = (long)code;
	g[REG_CSGSFS] = (g[REG_CSGSFS] & 0xffff0000) | 0x23 | (long)ldt_ss(round_nr & 1) << 48;
}

int main(void)
{
	static char alt[65536];
	stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};
	struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	memset(code, 0xcc, 4096);
	sigaltstack(&ss, NULL);
	sigaction(SIGTRAP, &sa, NULL);
	sigaction(SIGUSR1, &sa, NULL);
	for (round_nr = 0; round_nr < 2; round_nr++)
		raise(SIGUSR1);
	return 0;
}
