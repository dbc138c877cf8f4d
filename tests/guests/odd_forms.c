/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Forms of instructions that are seldom written: source and destination the same register, REX
 * where it does not count, images with bits that the CPU keeps to itself. */
#include <setjmp.h>

#include "guest.h"

static sigjmp_buf back;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)context;
	printf("signal %d, code %d: ", sig, info->si_code);
	siglongjmp(back, 1);
}

static const uint64_t words[2] = {0x7f01abcd80004321, 0x8123fff07ffe0101};

#define SSE_SAME(insn)                                                                             \
	do {                                                                                       \
		uint64_t out[2];                                                                   \
		__asm__("movups %1, %%xmm3; " insn " %%xmm3, %%xmm3; movups %%xmm3, %0"            \
			: "=m"(out)                                                                \
			: "m"(words)                                                               \
			: "xmm3");                                                                 \
		printf("%s xmm: %016llx %016llx\n", insn, (unsigned long long)out[1],              \
		       (unsigned long long)out[0]);                                                \
	} while (0)

#define MMX(name, insn)                                                                            \
	do {                                                                                       \
		uint64_t out;                                                                      \
		__asm__("movq %1, %%mm3; movq %2, %%mm4; " insn "; movq %%mm3, %0; emms"           \
			: "=m"(out)                                                                \
			: "m"(words[0]), "m"(words[1])                                             \
			: "mm3", "mm4");                                                           \
		printf("%s: %016llx\n", name, (unsigned long long)out);                            \
	} while (0)

#define MMX_SAME(insn) MMX(insn " mmx", insn " %%mm3, %%mm3")

#define SAME(insn)                                                                                 \
	do {                                                                                       \
		SSE_SAME(insn);                                                                    \
		MMX_SAME(insn);                                                                    \
	} while (0)

static void neighbours(void)
{
	SAME("phaddw");
	SAME("phaddd");
	SAME("phaddsw");
	SAME("phsubw");
	SAME("phsubd");
	SAME("phsubsw");
	SAME("pshufb");
	SAME("pmaddubsw");
	SAME("psignw");
	SAME("pmulhrsw");
	SSE_SAME("haddps");
	SSE_SAME("hsubpd");
	SSE_SAME("packuswb");
}

/* There are eight registers of MMX, whatever REX says. */
static void rex_and_mmx(void)
{
#ifdef __x86_64__
	MMX("rex.rb phaddw", ".byte 0x45, 0x0f, 0x38, 0x01, 0xdc");
	MMX("rex.r pabsw", ".byte 0x44, 0x0f, 0x38, 0x1d, 0xdc");
	MMX("rex.b pshufb", ".byte 0x41, 0x0f, 0x38, 0x00, 0xdc");
	MMX("rex.rb palignr", ".byte 0x45, 0x0f, 0x3a, 0x0f, 0xdc, 3");
	MMX("rex.rb paddw", ".byte 0x45, 0x0f, 0xfd, 0xdc");
	{
		uint64_t out;

		__asm__("mov %1, %%r8; movq (%%r8), %%mm3; .byte 0x45, 0x0f, 0x38, 0x1e, 0x58, 8; "
			"movq %%mm3, %0; emms"
			: "=m"(out)
			: "r"(words)
			: "r8", "mm3", "memory");
		printf("rex.rb pabsd 8(%%r8): %016llx\n", (unsigned long long)out);
	}
#endif
}

/* What COMI and its like do to the flags that tell nothing. */
static void compare(const char *name, double a, double b)
{
	unsigned long fcomi, fucomip;

	__asm__("fldl %3; fldl %2; mov $0x7fffffff, %%eax; add $1, %%eax; fcomi %%st(1), %%st; "
		"pushf; pop %0; mov $0x7fffffff, %%eax; add $1, %%eax; fucomip %%st(1), %%st; "
		"pushf; pop %1; fstp %%st(0)"
		: "=&r"(fcomi), "=&r"(fucomip)
		: "m"(a), "m"(b)
		: "eax", "cc", "st");
	printf("%s: %#lx %#lx\n", name, fcomi & 0x8d5, fucomip & 0x8d5);
}

static unsigned char image[512] __attribute__((aligned(64)));

static unsigned control_word(void)
{
	unsigned short cw;

	__asm__ volatile("fnstcw %0; fninit" : "=m"(cw));
	return cw;
}

/* Bits of the control word that cannot be set or cleared. */
static void control_words(void)
{
	unsigned short all = 0xff7f, none = 0x003f;
	unsigned env[27];

	__asm__ volatile("fldcw %0" ::"m"(all));
	printf("fldcw: %#x", control_word());
	__asm__ volatile("fldcw %0" ::"m"(none));
	printf(" %#x\n", control_word());
	__asm__ volatile("fninit; fnstenv %0" : "=m"(env));
	env[0] = 0xffffff7f;
	__asm__ volatile("fldenv %0" ::"m"(env));
	printf("fldenv: %#x\n", control_word());
	__asm__ volatile("fninit; fnsave %0" : "=m"(env));
	env[0] = 0xffffff3f;
	__asm__ volatile("frstor %0" ::"m"(env));
	printf("frstor: %#x\n", control_word());
	__asm__ volatile("fninit; fxsave %0" : "=m"(image));
	image[0] = 0x3f;
	image[1] = 0xff;
	__asm__ volatile("fxrstor %0" ::"m"(image));
	printf("fxrstor: %#x\n", control_word());
}

static void reserved_mxcsr(void)
{
	static const unsigned numbers[] = {0x1fc0, 0xffff, 0x40000, 0x80001f80};

	for (int i = 0; i < 4; i++) {
		__asm__ volatile("fxsave %0" : "=m"(image));
		memcpy(image + 24, &numbers[i], 4);
		if (!sigsetjmp(back, 1)) {
			__asm__ volatile("fxrstor %0" ::"m"(image));
			printf("ok: ");
		}
		unsigned mxcsr;
		__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
		printf("fxrstor with mxcsr %#x: %#x\n", numbers[i], mxcsr);
		mxcsr = 0x1f80;
		__asm__ volatile("ldmxcsr %0" ::"m"(mxcsr));
	}
}

/* The state's layout does not follow from REX.W. */
static void wide_state(void)
{
#ifdef __x86_64__
	memset(image, 0xee, sizeof(image));
	__asm__ volatile("fninit; fldpi; fld1; fldln2; .byte 0x48; fnsave %0" : "=m"(image));
	for (int i = 0; i < 120; i++)
		if (i < 12 || i >= 28) /* of these AMD's CPUs and Intel's make different things */
			printf("%02x%s", image[i], i % 40 == 39 ? "\n" : "");
	printf("\n");
	double top = 0;
	__asm__ volatile(".byte 0x48; frstor %1; fstp %%st(0); fstp %%st(0); fstpl %0"
			 : "=m"(top)
			 : "m"(image));
	printf("pi: %.15f\n", top);
#endif
}

int main(void)
{
	struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGILL, &action, NULL);
	neighbours();
	rex_and_mmx();
	compare("less", 1, 2);
	compare("equal", 2, 2);
	compare("unordered", __builtin_nan(""), 2);
	compare("denormal", 0x1p-1070, 2);
	control_words();
	reserved_mxcsr();
	wide_state();
	return 0;
}
