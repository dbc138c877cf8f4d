/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl O0 */
/* Floating-point exceptions: flags, masks and traps of SSE and the x87. */
#define _GNU_SOURCE
#include <fenv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#ifdef __i386__
#pragma GCC target("sse2") /* for the clobbers */
#endif

static volatile double zero, one = 1.0, two = 2.0, three = 3.0, huge = 1e308, tiny = 1e-300;
static volatile float ftiny = 1e-30f, fhuge = 3e38f;
static volatile long double lzero, lone = 1, lthree = 3, lhuge = 1e4932L;
static volatile double result;
static volatile long double lresult;
static volatile int iresult;

static unsigned get_mxcsr(void)
{
	unsigned v;

	__asm__ volatile("stmxcsr %0" : "=m"(v));
	return v;
}

static void set_mxcsr(unsigned v)
{
	__asm__ volatile("ldmxcsr %0" ::"m"(v));
}

static unsigned get_sw(void)
{
	unsigned short v;

	__asm__ volatile("fnstsw %0" : "=m"(v));
	return v & 0x80bf;
}

static void set_cw(unsigned short v)
{
	__asm__ volatile("fldcw %0" ::"m"(v));
}

/* ---- One operation each ---- */

#define SSE(op, d, s)                                                                              \
	__asm__ volatile("movsd %1, %%xmm0; movsd %2, %%xmm1; " op " %%xmm1, %%xmm0; "             \
			 "movsd %%xmm0, %0"                                                        \
			 : "=m"(result)                                                            \
			 : "m"(d), "m"(s)                                                          \
			 : "xmm0", "xmm1")
#define SSE_F(op, d, s)                                                                            \
	__asm__ volatile("movss %1, %%xmm0; movss %2, %%xmm1; " op " %%xmm1, %%xmm0; "             \
			 "movsd %%xmm0, %0"                                                        \
			 : "=m"(result)                                                            \
			 : "m"(d), "m"(s)                                                          \
			 : "xmm0", "xmm1")

static void s_div0(void)
{
	SSE("divsd", one, zero);
}
static void s_inval(void)
{
	SSE("divsd", zero, zero);
}
static void s_inexact(void)
{
	SSE("divsd", one, three);
}
static void s_exact(void)
{
	SSE("divsd", one, two);
}
static void s_over(void)
{
	SSE("mulsd", huge, huge);
}
static void s_under(void)
{
	SSE("mulsd", tiny, tiny);
}
static void s_sqrt(void)
{
	static volatile double minus = -1;

	SSE("sqrtsd", one, minus);
}
static void s_narrow(void)
{
	SSE("cvtsd2ss", zero, huge);
}
static void s_funder(void)
{
	SSE_F("mulss", ftiny, ftiny);
}
static void s_fover(void)
{
	SSE_F("mulss", fhuge, fhuge);
}
static void s_packed(void)
{
	static const float a[4] __attribute__((aligned(16))) = {1, 1, 1, 0};
	static const float b[4] __attribute__((aligned(16))) = {1, 3, 0, 0};
	float out[4] __attribute__((aligned(16)));

	__asm__ volatile("movaps %1, %%xmm2; divps %2, %%xmm2; movaps %%xmm2, %0"
			 : "=m"(out)
			 : "m"(a), "m"(b)
			 : "xmm2");
	result = (double)out[0];
}
static void s_int(void)
{
	__asm__ volatile("cvtsd2si %1, %0" : "=r"(iresult) : "m"(huge));
}
static void s_trunc(void)
{
	static volatile double x = 1.5;

	__asm__ volatile("cvttsd2si %1, %0" : "=r"(iresult) : "m"(x));
}
static void s_cmp(void)
{
	static volatile double nan;

	nan = __builtin_nan("");
	__asm__ volatile("movsd %0, %%xmm0; ucomisd %1, %%xmm0" ::"m"(nan), "m"(one) : "xmm0");
}
static void s_comi(void)
{
	static volatile double nan;

	nan = __builtin_nan("");
	__asm__ volatile("movsd %0, %%xmm0; comisd %1, %%xmm0" ::"m"(nan), "m"(one) : "xmm0");
}
static void s_rcp(void)
{
	SSE_F("rcpss", fhuge, fhuge);
}
static void s_rsqrt(void)
{
	SSE_F("rsqrtss", fhuge, fhuge);
}

#define X87(op, d, s)                                                                              \
	__asm__ volatile("fldt %1; fldt %2; " op "; fstpt %0" : "=m"(lresult) : "m"(d), "m"(s))

static void x_div0(void)
{
	X87("fdivrp", lzero, lone);
}
static void x_inval(void)
{
	X87("fdivp", lzero, lzero);
}
static void x_inexact(void)
{
	X87("fdivp", lone, lthree);
}
static void x_over(void)
{
	X87("fmulp", lhuge, lhuge);
}
static void x_sqrt(void)
{
	__asm__ volatile("fld1; fchs; fsqrt; fstpt %0" : "=m"(lresult));
}
static void x_store(void)
{
	__asm__ volatile("fldt %1; fstpl %0" : "=m"(result) : "m"(lhuge));
}

static const struct {
	const char *name;
	void (*run)(void);
	int flag; /* that it raises */
} ops[] = {
	{"sse 1/0", s_div0, FE_DIVBYZERO},
	{"sse 0/0", s_inval, FE_INVALID},
	{"sse 1/3", s_inexact, FE_INEXACT},
	{"sse 1/2", s_exact, FE_INVALID},
	{"sse overflow", s_over, FE_OVERFLOW},
	{"sse underflow", s_under, FE_UNDERFLOW},
	{"sse sqrt(-1)", s_sqrt, FE_INVALID},
	{"sse narrow", s_narrow, FE_OVERFLOW},
	{"sse float underflow", s_funder, FE_UNDERFLOW},
	{"sse float overflow", s_fover, FE_OVERFLOW},
	{"sse packed", s_packed, FE_DIVBYZERO},
	{"sse to int", s_int, FE_INVALID},
	{"sse truncate", s_trunc, FE_INEXACT},
	{"sse ucomisd nan", s_cmp, FE_INVALID},
	{"sse comisd nan", s_comi, FE_INVALID},
	{"sse rcpss", s_rcp, FE_INEXACT},
	{"sse rsqrtss", s_rsqrt, FE_INEXACT},
	{"x87 1/0", x_div0, FE_DIVBYZERO},
	{"x87 0/0", x_inval, FE_INVALID},
	{"x87 1/3", x_inexact, FE_INEXACT},
	{"x87 overflow", x_over, FE_OVERFLOW},
	{"x87 sqrt(-1)", x_sqrt, FE_INVALID},
	{"x87 store", x_store, FE_OVERFLOW},
};
#define OPS (sizeof(ops) / sizeof(ops[0]))

static void show(const char *name)
{
	unsigned long long bits;

	memcpy(&bits, (const void *)&result, sizeof(bits));
	printf("%s: mxcsr %#x sw %#x result %#llx\n", name, get_mxcsr(), get_sw(), bits);
}

static void flags(void)
{
	for (size_t i = 0; i < OPS; i++) {
		feclearexcept(FE_ALL_EXCEPT);
		result = 0;
		ops[i].run();
		show(ops[i].name);
	}
	feclearexcept(FE_ALL_EXCEPT);
	result = one / three;
	result = one / zero;
	printf("sum %#x\n", fetestexcept(FE_ALL_EXCEPT));
	feclearexcept(FE_INEXACT);
	printf("without inexact %#x\n", fetestexcept(FE_ALL_EXCEPT));
	feraiseexcept(FE_UNDERFLOW | FE_INVALID);
	printf("raised %#x\n", fetestexcept(FE_ALL_EXCEPT));
	set_mxcsr(0x9fc0); /* flush to zero */
	s_under();
	s_funder();
	printf("flushed %#x %a\n", get_mxcsr(), result);
	set_mxcsr(0x1f80);
}

static void rounding(void)
{
	static const int modes[] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};

	for (int i = 0; i < 4; i++) {
		fesetround(modes[i]);
		feclearexcept(FE_ALL_EXCEPT);
		s_inexact();
		x_inexact();
		printf("rounding %d: %a %La %#x\n", i, result, lresult,
		       fetestexcept(FE_ALL_EXCEPT));
	}
	fesetround(FE_TONEAREST);
}

static void environment(void)
{
	unsigned env[7], fx[128] __attribute__((aligned(16)));
	fenv_t saved;

	feholdexcept(&saved);
	s_div0();
	x_inexact();
	__asm__ volatile("fnstenv %0" : "=m"(env));
	__asm__ volatile("fldenv %0" ::"m"(env));
	__asm__ volatile("fxsave %0" : "=m"(fx));
	printf("fnstenv %#x fxsave %#x %#x\n", env[1] & 0xbf, fx[0] >> 16 & 0xbf, fx[6]);
	fx[6] = 0x1fa0;
	fx[0] &= 0xffff;
	__asm__ volatile("fxrstor %0" ::"m"(fx));
	printf("fxrstor %#x %#x\n", get_mxcsr(), get_sw());
	feupdateenv(&saved);
	printf("updated %#x\n", fetestexcept(FE_ALL_EXCEPT));
	__asm__ volatile("fnclex");
	printf("fnclex %#x\n", get_sw());
}

/* ---- Traps ---- */

static sigjmp_buf back;
static void *fault_at;
static volatile int faults;

static void on_fpe(int sig, siginfo_t *info, void *context)
{
	ucontext_t *u = context;

	fault_at = info->si_addr;
	printf("  signal %d code %d trap %d at its address: %d\n", sig, info->si_code,
#ifdef __x86_64__
	       (int)u->uc_mcontext.gregs[REG_TRAPNO],
	       (unsigned long)u->uc_mcontext.gregs[REG_RIP] == (unsigned long)info->si_addr);
	printf("  mxcsr %#x\n", u->uc_mcontext.fpregs->mxcsr);
#else
	       (int)u->uc_mcontext.gregs[REG_TRAPNO],
	       (unsigned long)u->uc_mcontext.gregs[REG_EIP] == (unsigned long)info->si_addr);
#endif
	faults++;
	siglongjmp(back, 1);
}

#define UNMASK_CW(flag) ((unsigned short)(0x37f & ~(flag)))

static void traps(void)
{
	struct sigaction sa = {.sa_sigaction = on_fpe, .sa_flags = SA_SIGINFO | SA_NODEFER};

	sigaction(SIGFPE, &sa, NULL);
	for (size_t i = 0; i < OPS; i++) {
		printf("%s unmasked\n", ops[i].name);
		__asm__ volatile("fninit");
		result = 0;
		if (!sigsetjmp(back, 1)) {
			set_mxcsr(0x1f80 & ~((unsigned)ops[i].flag << 7));
			set_cw(UNMASK_CW(ops[i].flag));
			ops[i].run();
			__asm__ volatile("fwait");
			printf("  no signal\n");
		}
		__asm__ volatile("fninit");
		printf("  mxcsr %#x\n", get_mxcsr());
		set_mxcsr(0x1f80);
	}
}

/* The handler masks what has come up, and the instruction is executed again. */
static void on_fpe_mask(int sig, siginfo_t *info, void *context)
{
	ucontext_t *u = context;

	(void)sig, (void)info;
	faults++;
#ifdef __x86_64__
	u->uc_mcontext.fpregs->mxcsr |= 0x1f80;
#else
	((unsigned *)u->uc_mcontext.fpregs)[28 + 6] |= 0x1f80;
#endif
}

static void again(void)
{
	struct sigaction sa = {.sa_sigaction = on_fpe_mask, .sa_flags = SA_SIGINFO};

	sigaction(SIGFPE, &sa, NULL);
	faults = 0;
	set_mxcsr(0x1d80); /* division by zero */
	s_div0();
	printf("again: %a after %d, mxcsr %#x\n", result, faults, get_mxcsr());
	set_mxcsr(0x1d84); /* a flag that was there before is no reason */
	faults = 0;
	s_inexact();
	printf("sticky: %d\n", faults);
	set_mxcsr(0x1f80);
}

int main(void)
{
	flags();
	rounding();
	environment();
	traps();
	again();
	return 0;
}
