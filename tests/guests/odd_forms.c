/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Forms of instructions that are seldom written: source and destination the same register, REX
 * where it does not count, images with bits that the CPU keeps to itself. */
#include <setjmp.h>

#include "guest.h"

#ifdef __x86_64__
#define SP "rsp"
#else
#define SP "esp"
#endif

static sigjmp_buf back;

static char *zone; /* two pages, of which the second cannot be had; addresses are told from it */

static void on_signal(int sig, siginfo_t *info, void *context)
{
	long at = (long)info->si_addr - (long)zone;

	(void)context;
	printf("signal %d, code %d", sig, info->si_code);
	if (info->si_code > 0 && sig != SIGILL && sig != SIGFPE)
		printf(", %#lx", at >= 0 && at < 0x2000 ? at : (long)info->si_addr);
	printf(": ");
	siglongjmp(back, 1);
}

/* Runs what may fault. */
#define TRY(name, ...)                                                                             \
	do {                                                                                       \
		if (!sigsetjmp(back, 1)) {                                                         \
			__asm__ volatile(__VA_ARGS__);                                             \
			printf("no fault: ");                                                      \
		}                                                                                  \
		printf("%s\n", name);                                                              \
	} while (0)

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

/* Encodings that no CPU knows, whatever the x87 has pending. */
static void undefined(void)
{
	TRY("pextrw of memory", ".byte 0x0f, 0xc5, 0x00, 1" ::"a"(zone));
	TRY("pmovmskb of memory", ".byte 0x66, 0x0f, 0xd7, 0x00" ::"a"(zone));
	TRY("movntq to a register", ".byte 0x0f, 0xe7, 0xc1");
	TRY("movntdq to a register", ".byte 0x66, 0x0f, 0xe7, 0xc1");
	TRY("psllw /0", ".byte 0x0f, 0x71, 0xc0, 1");
	TRY("psrldq of mmx", ".byte 0x0f, 0x73, 0xd8, 1");
	TRY("lfence with 66", ".byte 0x66, 0x0f, 0xae, 0xe8");
	TRY("sfence with f3", ".byte 0xf3, 0x0f, 0xae, 0xf8");
	TRY("emms with 66", ".byte 0x66, 0x0f, 0x77");
	TRY("bls /0", "stc; .byte 0xc4, 0xe2, 0x78, 0xf3, 0xc0" ::"a"(0x7ffffff7));
	TRY("bls /5", "stc; .byte 0xc4, 0xe2, 0x78, 0xf3, 0xe8" ::"a"(0x7ffffff7));
	TRY("blsr with f2", ".byte 0xc4, 0xe2, 0x7b, 0xf3, 0xc8" ::"a"(8));
	TRY("mulx without f2", ".byte 0xc4, 0xe2, 0x78, 0xf6, 0xc8" ::"a"(8));
	TRY("rorx with a third register", ".byte 0xc4, 0xe3, 0x33, 0xf0, 0xc8, 1" ::"a"(8));
	TRY("clflush with f2", ".byte 0xf2, 0x0f, 0xae, 0x38" ::"a"(zone));
#ifdef __x86_64__
	TRY("sysexit with lock", ".byte 0xf0, 0x0f, 0x35");
#endif
}

/* CPUID of XSAVE and XGETBV tell of the same parts, and AVX has one. */
static void xstate(void)
{
	unsigned xcr0, high, features, a = 0xd, b, c = 0, d, part = 2;

	__asm__("xgetbv" : "=a"(xcr0), "=d"(high) : "c"(0));
	__asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	features = 1;
	__asm__("cpuid" : "+a"(features), "=c"(part) : : "ebx", "edx");
	printf("all parts: %d, size: %d, avx: %d\n", !(xcr0 & ~a), c >= b,
	       (part >> 28 & 1) == (a >> 2 & 1));
#ifdef __x86_64__
	unsigned long count = 0xffffffffffffffffUL, bits;

	__asm__(".byte 0x66, 0xf3, 0x48, 0x0f, 0xb8, 0xc1" : "=a"(bits) : "c"(count) : "cc");
	printf("66 rex.w popcnt: %lu\n", bits);
#endif
}

/* Addresses of faults, with prefixes that count for nothing. */
static void addresses(void)
{
	char *end = zone + 0x1000;

#ifdef __x86_64__
	TRY("rex.r mov es, 0x23(rax)", ".byte 0x44, 0x8c, 0x40, 0x23" ::"a"(end));
	TRY("rex.r mov 0x23(rax), es", ".byte 0x44, 0x8e, 0x40, 0x23" ::"a"(end));
	TRY("66 rex.w push",
	    "mov %%rsp, %%rcx; mov %0, %%rsp; .byte 0x66, 0x48, 0x50" ::"a"(end + 0x103)
	    : "rcx");
	TRY("66 3e pmovzxbw", ".byte 0x66, 0x3e, 0x0f, 0x38, 0x30, 0x40, 0x23" ::"a"(end));
	TRY("maskmovq at a bad address",
	    "movq %0, %%mm0; movq %0, %%mm1; mov %1, %%rdi; maskmovq "
	    "%%mm1, %%mm0" ::"m"(words[0]),
	    "r"(0x8123456789abcdefUL)
	    : "rdi", "mm0", "mm1");
	__asm__("emms");
#else
	TRY("push across the segment's end", "mov $2, %%esp; push %%eax" ::: "memory");
	TRY("push below it", "xor %%esp, %%esp; .byte 0x36, 0x1e" ::: "memory");
#endif
	TRY("66 67 xlat", "mov %0, %%ebx; .byte 0x67, 0xd7" ::"r"(0x7123), "a"(0x22) : "ebx");
	TRY("cmps of two bad addresses", "cmpsb" ::"S"(end + 0x10), "D"(end + 0x20));
	TRY("f2 mov", ".byte 0xf2, 0x8a, 0x40, 0x23" ::"a"(end));
}

/* RCL whose result cannot be stored has not taken CF. */
static void rotate_twice(void)
{
	static volatile sig_atomic_t seen;
	unsigned char carry;

	mprotect(zone, 0x1000, PROT_READ);
	seen = sigsetjmp(back, 1);
	if (seen) {
		printf("rcl of a page that cannot be written\n");
		mprotect(zone, 0x1000, PROT_READ | PROT_WRITE);
		return;
	}
	__asm__ volatile("stc; rcll $1, %1; setc %0" : "=q"(carry), "+m"(*(unsigned *)zone));
	printf("no fault %d\n", carry);
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)info, (void)context;
	mprotect(zone, 0x1000, PROT_READ | PROT_WRITE);
}

static void rotate_again(void)
{
	struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO}, old;
	unsigned char carry;
	unsigned *word = (unsigned *)(void *)zone;

	sigaction(SIGSEGV, &action, &old);
	for (int i = 0; i < 4; i++) {
		*word = i & 1 ? 0x80000000 : 0x40000002;
		mprotect(zone, 0x1000, PROT_READ);
		if (i < 2)
			__asm__ volatile("stc; rcll $1, %1; setc %0" : "=q"(carry), "+m"(*word));
		else
			__asm__ volatile("stc; rcrl $1, %1; setc %0" : "=q"(carry), "+m"(*word));
		printf("%s, stored at the second go: %#x, %d\n", i < 2 ? "rcl" : "rcr", *word,
		       carry);
	}
	sigaction(SIGSEGV, &old, NULL);
}

/* EMMS looks for an exception of the x87. */
static void pending(void)
{
	unsigned short cw = 0x37b; /* division by zero */

	TRY("fadd of a bad address", "fninit; fldcw %0; fld1; fldz; fdivrp; faddl %1" ::"m"(cw),
	    "m"(zone[0x1000]));
	TRY("emms", "fninit; fldcw %0; fld1; fldz; fdivrp; emms" ::"m"(cw));
	__asm__ volatile("fninit");
}

static void far_and_long(void)
{
#ifdef __x86_64__
	static char stack[0x10000] __attribute__((aligned(16)));
	struct {
		unsigned ip;
		unsigned short cs;
	} to;
	long moved, value = 0;

	/* the code and this stack lie anywhere; the offset has 32 bits */
	char *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	static const unsigned char body[] = {
		0xff, 0x18,			 /* lcall *(rax) */
		0x48, 0xc7, 0xc1, 7,	0, 0, 0, /* mov $7, rcx */
		0xc3,				 /* ret */
		0x48, 0x8b, 0x14, 0x24,		 /* mov (rsp), rdx */
		0xcb,				 /* lret */
	};

	memcpy(code, body, sizeof(body));
	to.ip = (unsigned)(unsigned long)code + 10;
	to.cs = 0x33;
	__asm__ volatile("mov %%rsp, %%rbx; call *%4; mov %%rsp, %0; sub %%rbx, %0"
			 : "=&r"(moved), "=&c"(value), "=&d"(to)
			 : "a"(&to), "r"(code)
			 : "rbx", "memory");
	printf("lcall, lret with 32 bits: sp moved by %ld, then %ld\n", moved, value);
	__asm__ volatile("mov %%rsp, %%rbx; lea %1, %%rsp; lea 1f(%%rip), %%rcx; push %%rcx; "
			 "ret $0x8010; 1: mov %%rsp, %0; mov %%rbx, %%rsp"
			 : "=&r"(moved)
			 : "m"(stack[0x1000])
			 : "rbx", "rcx", "memory");
	printf("ret $0x8010: sp moved by %#lx\n", moved - (long)&stack[0x1000]);
	munmap(code, 4096);
#endif
}

/* VM does not count; in 64-bit code there are five words in the frame, and all of RSP counts. */
static void iret(void)
{
#ifdef __x86_64__
	char *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	static const unsigned char body[] = {
		0xcf,		  /* iret */
		0x48, 0x89, 0xe0, /* mov rsp, rax */
		0x48, 0x89, 0xdc, /* mov rbx, rsp */
		0xc3,		  /* ret */
	};
	long sp = 0;

	memcpy(code, body, sizeof(body));
	__asm__ volatile("lea 1f(%%rip), %%rcx; push %%rcx; mov %%rsp, %%rbx; sub $20, %%rsp; "
			 "lea 1(%1), %%ecx; mov %%ecx, (%%rsp); movl $0x33, 4(%%rsp); "
			 "movl $0x20202, 8(%%rsp); movl $0x12345678, 12(%%rsp); "
			 "movl $0x2b, 16(%%rsp); jmp *%1; 1:"
			 : "=&a"(sp)
			 : "r"(code)
			 : "rbx", "rcx", "memory", "cc");
	printf("iret of 32 bits: %#lx\n", sp);
	munmap(code, 4096);
#else
	TRY("iret with VM", "pushf; orl $0x20000, (%%esp); push %%cs; push $1f; iret; 1:" ::
		    : "memory", "cc");
	TRY("iret with VM to a null selector", "pushf; orl $0x20000, (%%esp); push $0; push $1f; "
					       "iret; 1:" ::
		    : "memory", "cc");
#endif
}

/* A step over PAUSE ends behind it. */
static volatile int steps;

static void on_step(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)info, (void)context;
	steps = steps + 1;
}

static void step_pause(void)
{
	struct sigaction action = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO};

	sigaction(SIGTRAP, &action, NULL);
	__asm__ volatile("pushf; orl $0x100, (%%" SP "); popf; nop; .byte 0x66, 0xf3, 0x90; nop; "
			 ".byte 0xf2, 0xf3, 0x90; nop; .byte 0xf3, 0x66, 0x90; nop; "
			 "pushf; andl $~0x100, (%%" SP "); popf" ::
				 : "memory", "cc");
	printf("steps: %d\n", steps);
}

int main(void)
{
	static char space[0x10000];
	const stack_t stack = {.ss_sp = space, .ss_size = sizeof(space)};
	struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	sigaltstack(&stack, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGILL, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGFPE, &action, NULL);
	zone = mmap(NULL, 0x2000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(zone + 0x1000, 0x1000, PROT_NONE);
	neighbours();
	rex_and_mmx();
	compare("less", 1, 2);
	compare("equal", 2, 2);
	compare("unordered", __builtin_nan(""), 2);
	compare("denormal", 0x1p-1070, 2);
	control_words();
	reserved_mxcsr();
	wide_state();
	undefined();
	xstate();
	addresses();
	rotate_twice();
	rotate_again();
	pending();
	far_and_long();
	iret();
	step_pause();
	return 0;
}
