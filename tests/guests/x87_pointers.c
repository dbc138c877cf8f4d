/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The x87's last instruction, its address and its operand's, as FNSTENV, FNSAVE and FXSAVE store
 * them and signal frames have them; what FLDENV and FXRSTOR load. Where AMD's CPUs and Intel's
 * differ, only AMD's are looked at. */
#include "guest.h"
#include <cpuid.h>
#include <ucontext.h>

static volatile double two = 2.0, zero;
static int amd;
static unsigned env[27];
static unsigned char fx[512] __attribute__((aligned(16)));

static unsigned word(const void *p)
{
	unsigned short v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static unsigned dword(const void *p)
{
	unsigned v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static void show_env(const char *what)
{
	printf("  %s: op %x", what, env[4] >> 16);
	printf(" ip %s cs %x", env[3] ? "set" : "0", env[4] & 0xffff);
	printf(" dp %s ds %x\n", env[5] ? "set" : "0", env[6]);
}

static void show(const char *what, int exception)
{
	printf("%s\n", what);
	if (!exception && !amd)
		return;
	printf("  fxsave: op %x ip %s cs %x dp %s ds %x\n", word(fx + 6),
	       dword(fx + 8) ? "set" : "0", dword(fx + 12), dword(fx + 16) ? "set" : "0",
	       dword(fx + 20));
	show_env("fnstenv");
}

#define DO(code, exception)                                                                        \
	do {                                                                                       \
		unsigned short cw_ = exception ? 0x340 : 0x37f;                                    \
                                                                                                   \
		__asm__ volatile("fninit; fldcw %2; " code "; fxsave %0; fnstenv %1; fninit"       \
				 : "=m"(fx), "=m"(env)                                             \
				 : "m"(cw_), "m"(two), "m"(zero)                                   \
				 : "ax", "memory");                                                \
		show(code, exception);                                                             \
	} while (0)

static void on_fpe(int sig, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;
	const unsigned char *frame = (const void *)uc->uc_mcontext.fpregs;

#ifdef __i386__
	memcpy(env, frame, 28);
	show_env("frame");
	frame += 112;
#endif
	printf("signal %d code %d\n  frame: op %x ip %s dp %s\n", sig, si->si_code, word(frame + 6),
	       dword(frame + 8) ? "set" : "0", dword(frame + 16) ? "set" : "0");
	fflush(stdout);
	_exit(0);
}

static void in_frame(void)
{
	struct sigaction sa = {.sa_sigaction = on_fpe, .sa_flags = SA_SIGINFO};
	unsigned short cw = 0x340;

	sigaction(SIGFPE, &sa, NULL);
	__asm__ volatile("fninit; fldcw %0; fld1; fdivl %1; fwait" ::"m"(cw), "m"(zero));
}

int main(void)
{
	unsigned a, b, c, d;

	__cpuid(0, a, b, c, d);
	amd = b == signature_AMD_ebx;
	DO("nop", 0);
	DO("fld1", 0);
	DO("fldl %3", 0);
	DO("fldl %3; faddl %3; fnop", 0);
	DO("fldl %3; fstp %%st(0); fnstsw %%ax", 0);
	DO("fld1; fdivl %4", 0);
	DO("fld1; fdivl %4", 1);
	DO("fld1; fdivl %4; fnstsw %%ax", 1);
	DO("fldl %3; fstp %%st(0); fstp %%st(0)", 1);
	memset(env, 0, sizeof(env));
	env[0] = 0x37f, env[2] = 0xffff, env[3] = 16, env[4] = 0x1230000, env[5] = 32;
	__asm__ volatile("fldenv %1; fnstenv %0; fninit" : "=m"(env) : "m"(env) : "memory");
	if (amd)
		show_env("loaded");
	__asm__ volatile("fninit; fld1; fnsave %0" : "=m"(env)::"memory");
	if (amd)
		show_env("fnsave");
	in_child("frame", in_frame);
	return 0;
}
