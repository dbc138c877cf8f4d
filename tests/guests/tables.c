/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SGDT, SIDT, SLDT, SMSW and STR in user mode: on CPUs with UMIP Linux emulates them. Others show
 * the kernel's tables, of which only what all kernels have in common is compared. */
#include "guest.h"
#include <asm/ldt.h>
#include <setjmp.h>
#include <sys/syscall.h>
#include <ucontext.h>

static sigjmp_buf back;
static int umip;

static void on_fault(int sig, siginfo_t *si, void *p)
{
	const greg_t *g = ((const ucontext_t *)p)->uc_mcontext.gregs;

	printf("signal %d code %d address %#lx trap %d error %#lx\n", sig, si->si_code,
	       (unsigned long)si->si_addr, (int)g[REG_TRAPNO], (unsigned long)g[REG_ERR]);
	siglongjmp(back, 1);
}

static void show(const char *what, const unsigned char *data, size_t n)
{
	printf("%s:", what);
	for (size_t i = 0; i < n; i++)
		printf(" %02x", data[i]);
	printf("\n");
}

#define MEMORY(ins)                                                                                \
	({                                                                                         \
		unsigned char data[16];                                                            \
		memset(data, 0xee, sizeof(data));                                                  \
		if (!sigsetjmp(back, 1))                                                           \
			__asm__ volatile(ins " %0" : "+m"(data));                                  \
		show(ins, data, sizeof(data));                                                     \
	})

#define REGISTER(ins, name)                                                                        \
	({                                                                                         \
		volatile unsigned long value = (unsigned long)0xeeeeeeeeeeeeeeee;                  \
		if (!sigsetjmp(back, 1))                                                           \
			__asm__ volatile(ins : "+" name(value));                                   \
		printf("%s: %#lx\n", ins, value);                                                  \
	})

#define BAD(ins)                                                                                   \
	({                                                                                         \
		if (!sigsetjmp(back, 1))                                                           \
			__asm__ volatile(ins " (%0)" ::"r"(0x10001L) : "memory");                  \
	})

static void registers(void)
{
	REGISTER("smsw %w0", "r");
	REGISTER("smsw %k0", "r");
	REGISTER("str %w0", "r");
	REGISTER("str %k0", "b");
	REGISTER("sldt %w0", "D");
	REGISTER("sldt %k0", "r");
#ifdef __x86_64__
	REGISTER("smsw %q0", "r");
	REGISTER("str %q0", "r");
#endif
}

int main(void)
{
	static const int sigs[] = {SIGSEGV, SIGBUS, SIGILL};
	struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
	struct user_desc desc = {.entry_number = 3, .limit = 0xfffff, .limit_in_pages = 1};

	for (size_t i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++)
		sigaction(sigs[i], &sa, NULL);
	setvbuf(stdout, NULL, _IOFBF, 65536);
	/* Linux's emulation gives a limit of 0. */
	if (!sigsetjmp(back, 1)) {
		unsigned char data[16] = {1};

		__asm__ volatile("sgdt %0" : "+m"(data));
		umip = !data[0] && !data[1];
	}
	MEMORY("smsw");
	MEMORY("str");
	MEMORY("sldt");
	if (umip) {
		MEMORY("sgdt");
		MEMORY("sidt");
		MEMORY("data16 sgdt");
		registers();
		BAD("sgdt");
		BAD("smsw");
	}
	syscall(SYS_modify_ldt, 1, &desc, sizeof(desc));
	MEMORY("sldt");
	return 0;
}
