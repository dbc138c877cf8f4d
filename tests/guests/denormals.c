/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The denormal-operand flag of MXCSR: which operands count, with DAZ and without, and FTZ; and its
 * trap. */
#include "guest.h"
#include <setjmp.h>
#include <ucontext.h>

static sigjmp_buf back;
static const unsigned long long values[] = {0x3ff00000000000,	0,
					    0x3ff0000000000000, 0x8000000000000001,
					    0x7ff0000000000000, 0x7ff8000000000000,
					    0x7ff0000000000001, 0x0010000000000000,
					    0x0000000100000001, 0x3f8000003f800000,
					    0x7fc000007f800001};

static void on_fpe(int sig, siginfo_t *si, void *p)
{
	(void)p;
	printf(" signal %d/%d", sig, si->si_code);
	siglongjmp(back, 1);
}

#define CASE(ins)                                                                                  \
	({                                                                                         \
		static const unsigned modes[] = {0x1f80, 0x1fc0, 0x9f80, 0x5f80, 0x1e80};          \
		static const char name[] = ins;                                                    \
		static size_t m, k;                                                                \
		for (m = 0; m < sizeof(modes) / sizeof(modes[0]); m++) {                           \
			printf("%s, mode %#x:", name, modes[m]);                                   \
			for (k = 0; k < 121; k++) {                                                \
				static unsigned mode, flags;                                       \
				static unsigned long long a[2] __attribute__((aligned(16))),       \
					b[2] __attribute__((aligned(16)));                         \
				a[0] = values[k / 11], b[0] = values[k % 11];                      \
				a[1] = values[k % 7], b[1] = values[k % 5];                        \
				mode = modes[m];                                                   \
				if (sigsetjmp(back, 1))                                            \
					continue;                                                  \
				__asm__ volatile("movaps %1, %%xmm0; movaps %2, %%xmm1;"           \
						 "ldmxcsr %3; " ins " %%xmm1, %%xmm0;"             \
						 "stmxcsr %0"                                      \
						 : "=m"(flags)                                     \
						 : "m"(a), "m"(b), "m"(mode)                       \
						 : "xmm0", "xmm1", "cc", "memory");                \
				printf(" %x", flags & 0x3f);                                       \
			}                                                                          \
			__asm__ volatile("ldmxcsr %0" ::"m"(modes[0]));                            \
			printf("\n");                                                              \
		}                                                                                  \
	})

int main(void)
{
	struct sigaction sa = {.sa_sigaction = on_fpe, .sa_flags = SA_SIGINFO};

	sigaction(SIGFPE, &sa, NULL);
	setvbuf(stdout, NULL, _IOFBF, 65536);
	CASE("addsd");
	CASE("addss");
	CASE("subps");
	CASE("mulpd");
	CASE("divsd");
	CASE("divps");
	CASE("sqrtsd");
	CASE("sqrtps");
	CASE("minsd");
	CASE("maxps");
	CASE("cmpltsd");
	CASE("cmpeqps");
	CASE("ucomisd");
	CASE("comiss");
	CASE("cvtss2sd");
	CASE("cvtsd2ss");
	CASE("cvtps2pd");
	CASE("cvtpd2ps");
	CASE("haddps");
	CASE("hsubpd");
	CASE("addsubpd");
	CASE("cvtsd2si %%xmm1, %%eax; movaps");
	CASE("roundsd $0, %%xmm1, %%xmm0; movaps");
	return 0;
}
