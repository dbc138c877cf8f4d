/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random frames for rt_sigreturn (64-bit), sigreturn and rt_sigreturn (32-bit), and from 64-bit
 * code through INT 0x80 for the latter. Every case ends in a signal, whose handler digests what the
 * kernel then shows of the registers and of the x87 and SSE state.
 *
 * Run with a case number as argument to see that case; with "-v" to see all. */
#include "guest.h"
#include <sys/param.h>
#include <ucontext.h>

#define CASES	4096
#define MAGIC1	0x46505853u
#define MAGIC2	0x46505845u
#define EDGE	edge_pages
#define NOWHERE 0x30000000UL

#ifdef __x86_64__
#define GREG_SP	 REG_RSP
#define GREG_CR2 REG_CR2
#define GREG_IP	 REG_RIP
#else
#define GREG_SP	 REG_ESP
#define GREG_CR2 19 /* no register: the field is elsewhere */
#define GREG_IP	 REG_EIP
#endif

struct sc64 {
	uint64_t r[16]; /* r8-r15, di, si, bp, bx, dx, ax, cx, sp */
	uint64_t ip, flags;
	uint16_t cs, gs, fs, ss;
	uint64_t err, trapno, oldmask, cr2, fpstate, reserved[8];
};
struct frame64 {
	uint64_t pretcode, uc_flags, link, ss_sp;
	uint32_t ss_flags, pad;
	uint64_t ss_size;
	struct sc64 sc;
	uint64_t mask;
	char info[128];
};
struct sc32 {
	uint32_t gs, fs, es, ds, r[8]; /* di, si, bp, sp, bx, dx, cx, ax */
	uint32_t trapno, err, ip, cs, flags, sp_at_signal, ss, fpstate, oldmask, cr2;
};
struct frame32 {
	uint32_t pretcode, sig;
	struct sc32 sc;
	char unused[624];
	uint32_t extramask;
	char retcode[8];
};
struct rt_frame32 {
	uint32_t pretcode, sig, pinfo, puc;
	char info[128];
	uint32_t uc_flags, link, ss_sp, ss_flags, ss_size;
	struct sc32 sc;
	uint32_t mask[2];
	char retcode[8];
};

static char stacks[2][65536] __attribute__((aligned(64)));
static char area[8192] __attribute__((aligned(4096)));
static char *edge_pages; /* two, nothing behind them */
static unsigned xsize;	 /* of this kernel's XSAVE area */
static uint64_t seed, digest;
static int verbose;
void *saved_sp;
unsigned default_mxcsr = 0x1f80;
extern char landing[], resume[];

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed * 0x2545f4914f6cdd1dUL;
}

static unsigned below(unsigned n)
{
	return (unsigned)(rnd() >> 33) % n;
}

static void add(const void *p, size_t n)
{
	const unsigned char *b = p;

	while (n--)
		digest = (digest ^ *b++) * 0x100000001b3UL;
}

static void show(const char *what, uint64_t v)
{
	add(&v, sizeof(v));
	if (verbose)
		printf(" %s=%llx", what, (unsigned long long)v);
}

static void show_bytes(const char *what, const void *p, size_t n)
{
	add(p, n);
	if (!verbose)
		return;
	printf(" %s=", what);
	for (size_t i = 0; i < n; i++)
		printf("%02x", ((const unsigned char *)p)[i]);
}

/* The FXSAVE image without what CPUs differ in: where the last exception was, MXCSR_MASK. */
static void show_fpu(const unsigned char *fx)
{
	show_bytes("cw/sw/tw", fx, 6);
	show_bytes("mxcsr", fx + 24, 4);
	for (int i = 0; i < 8; i++)
		show_bytes("st", fx + 32 + 16 * i, 10);
	show_bytes("xmm", fx + 160, sizeof(long) == 8 ? 256 : 128);
}

/* ---- The way in and out ---- */

#ifdef __x86_64__
/* Known values in all registers, then (e)ax = nr and (r)sp = sp. */
void enter(void *sp, long nr, long by_int80);
void handler_entry(void);
__asm__(".text\n"
	"enter:\n"
	"	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
	"	mov %rsp, saved_sp\n"
	"	mov %rsi, %rax\n"
	"	mov %rdi, %rsp\n"
	"	fninit; ldmxcsr default_mxcsr\n"
	"	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
	"	pxor %xmm\\n, %xmm\\n\n"
	"	.endr\n"
	"	mov %rdx, %rcx\n"
	"	mov $0x5a5a, %ebx; mov %rbx, %rbp; mov %rbx, %rsi; mov %rbx, %rdi\n"
	"	mov %rbx, %r8; mov %rbx, %r9; mov %rbx, %r10; mov %rbx, %r11; mov %rbx, %r12\n"
	"	mov %rbx, %r13; mov %rbx, %r14; mov %rbx, %r15; xor %edx, %edx\n"
	"	test %rcx, %rcx; jnz 1f\n"
	"	syscall\n"
	"landing: ud2\n"
	"1:	int $0x80\n"
	"	ud2\n"
	"resume:\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
	"	ret\n"
	"handler_entry:\n" /* AC is still on and the C library does not care for alignment */
	"	pushf; andl $0xfffbffff, (%rsp); popf\n"
	"	jmp handler\n");
#else
void enter(void *sp, long nr, long by_int80);
void handler_entry(void);
static unsigned short saved_gs;
__asm__(".text\n"
	"enter:\n"
	"	push %ebx; push %ebp; push %esi; push %edi\n"
	"	mov 20(%esp), %ecx; mov 24(%esp), %eax\n"
	"	mov %esp, saved_sp\n"
	"	fninit; ldmxcsr default_mxcsr\n"
	"	.irp n, 0, 1, 2, 3, 4, 5, 6, 7\n"
	"	pxor %xmm\\n, %xmm\\n\n"
	"	.endr\n"
	"	mov %ecx, %esp\n"
	"	mov $0x5a5a, %ebx; mov %ebx, %ebp; mov %ebx, %esi; mov %ebx, %edi; mov %ebx, %edx\n"
	"	xor %ecx, %ecx\n"
	"	int $0x80\n"
	"landing: ud2\n"
	"resume:\n"
	"	pop %edi; pop %esi; pop %ebp; pop %ebx\n"
	"	ret\n"
	"handler_entry:\n"
	"	pushf; andl $0xfffbffff, (%esp); popf\n"
	"	mov saved_gs, %gs\n"
	"	jmp handler\n");
#endif

static int stack_index(const void *p)
{
	return p == stacks[0] ? 0 : p == stacks[1] ? 1 : p ? 2 : 3;
}

__attribute__((used)) static void handler(int sig, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;
	int n = (int)(sizeof(uc->uc_mcontext.gregs) / sizeof(uc->uc_mcontext.gregs[0]));
	uint64_t mask;
	char *fp = (char *)uc->uc_mcontext.fpregs;

	show("sig", (uint64_t)sig);
	show("code", (uint64_t)(unsigned)si->si_code);
	show("addr", (uint64_t)(uintptr_t)si->si_addr);
	show("uc_flags", uc->uc_flags);
	show("stack", (uint64_t)stack_index(uc->uc_stack.ss_sp));
	show("size", uc->uc_stack.ss_size);
	show("ss_flags", (uint64_t)(unsigned)uc->uc_stack.ss_flags);
	memcpy(&mask, &uc->uc_sigmask, 8);
	show("mask", mask);
	for (int i = 0; i < n; i++) {
		char name[8];

		/* Of what IRET faults with the kernel's version and hypervisors disagree. */
		if (si->si_code == SI_KERNEL && (i == REG_ERR || i == REG_TRAPNO || i == GREG_CR2))
			continue;
		if (sig != SIGSEGV && i == GREG_CR2)
			continue;
		snprintf(name, sizeof(name), "g%d", i);
		show(name, (uint64_t)(unsigned long)uc->uc_mcontext.gregs[i]);
	}
#ifndef __x86_64__
	show_bytes("fnsave", fp, 12);
	show("fcs", *(uint16_t *)(fp + 16));
	show("fds", *(uint32_t *)(fp + 24));
	fp += 112;
#endif
	show_fpu((unsigned char *)fp);
	if (verbose)
		puts("");
	memset(&uc->uc_sigmask, 0, 8);
	uc->uc_mcontext.gregs[GREG_IP] = (long)resume;
	uc->uc_mcontext.gregs[GREG_SP] = (long)saved_sp;
#ifdef __x86_64__
	uc->uc_mcontext.gregs[REG_CSGSFS] = 0x33 | (0x2bL << 48);
	uc->uc_flags |= 7;
#else
	uc->uc_mcontext.gregs[REG_GS] = saved_gs;
	uc->uc_mcontext.gregs[REG_FS] = 0;
	uc->uc_mcontext.gregs[REG_DS] = uc->uc_mcontext.gregs[REG_ES] = 0x2b;
	uc->uc_mcontext.gregs[REG_CS] = 0x23;
	uc->uc_mcontext.gregs[REG_SS] = 0x2b;
#endif
	uc->uc_mcontext.gregs[REG_EFL] = 0x202;
}

/* ---- Frames ---- */

static uint16_t selector(int stack)
{
	static const uint16_t some[] = {0x33, 0x23, 0x2b, 0x30, 0x28, 0,    3,	  0x10,
					0x1b, 0x7,  0xf,  0x63, 0x7b, 0x83, 0x8b, 0xfff8};
	static const unsigned n = sizeof(some) / sizeof(some[0]);

	if (below(4))
		return stack ? 0x2b : sizeof(long) == 8 && below(4) ? 0x33 : 0x23;
	return below(3) ? some[below(n)] : (uint16_t)rnd();
}

static uint32_t some_mxcsr(void)
{
	return (uint32_t)rnd() & (below(8) ? 0xffff : 0x1ffff);
}

/* The XSAVE area at fx, of the size that this kernel uses. */
static void fill_fx(unsigned char *fx, unsigned extended)
{
	uint32_t mxcsr = some_mxcsr(), magic1 = below(6) ? MAGIC1 : (uint32_t)rnd(),
		 magic2 = below(6) ? MAGIC2 : (uint32_t)rnd();
	uint64_t features = below(2) ? 3 : rnd() & 3, header = below(2) ? 3 : rnd() & 3, zero = 0;
	uint16_t cw = (uint16_t)rnd(), sw = (uint16_t)rnd() & 0x7f00;

	for (int i = 0; i < 64; i++)
		((uint64_t *)fx)[i] = rnd();
	memcpy(fx, &cw, 2);
	memcpy(fx + 2, &sw, 2);
	memcpy(fx + 24, &mxcsr, 4);
	memset(fx + 512, 0, xsize - 512);
	memcpy(fx + 464, &magic1, 4);
	memcpy(fx + 468, &extended, 4);
	memcpy(fx + 472, &features, 8);
	memcpy(fx + 480, &xsize, 4);
	if (!below(16))
		header |= 1ULL << 62;
	memcpy(fx + 512, &header, 8);
	if (!below(16))
		zero = rnd() >> 1;
	memcpy(fx + 520, &zero, 8); /* xcomp_bv */
	zero = below(8) ? 0 : rnd();
	memcpy(fx + 528, &zero, 8);
	memcpy(fx + xsize, &magic2, 4);
	if (verbose)
		printf(" mxcsr %x magic %x %x features %llx header %llx reserved %llx", mxcsr,
		       magic1, magic2, (unsigned long long)features, (unsigned long long)header,
		       (unsigned long long)zero);
}

/* Returns where the frame shall say that the state is. */
static char *fpstate(unsigned fsave)
{
	char *at = area + 4096 - fsave;
	unsigned how = below(16);

	fill_fx((unsigned char *)area + 4096, xsize + 4 + fsave);
	if (fsave)
		for (int i = 0; i < 112 / 8; i++)
			((uint64_t *)at)[i] = rnd();
	if (fsave) /* no pending exception, as above */
		((uint16_t *)at)[2] = (uint16_t)(rnd() & 0x7f00);
	if (verbose)
		printf(" place %u", how);
	switch (how) {
	case 0:
		return NULL;
	case 1:
		memmove(at + 16, at, fsave + xsize + 4);
		return at + 16;
	case 2:
		memmove(at + 4, at, fsave + xsize + 4);
		return at + 4;
	case 3:
		at = EDGE + 8192 - 64 * (1 + below(8)) - fsave;
		memcpy(at, area + 4096 - fsave, (size_t)(EDGE + 8192 - at));
		return at;
	case 4:
		return (char *)NOWHERE;
	default:
		return at;
	}
}

static uint64_t some_mask(void)
{
	return rnd() & ~(1UL << 3 | 1UL << 4 | 1UL << 6 | 1UL << 7 | 1UL << 10);
}

struct alt {
	unsigned long sp, size;
	uint32_t flags;
};

static struct alt some_stack(void)
{
	struct alt a = {(unsigned long)stacks[below(2)], 65536 - 64 * below(2), 0};

	switch (below(8)) {
	case 0:
		a.size = below(2048);
		break;
	case 1:
		a.flags = (uint32_t)rnd() | 4;
		break;
	case 2:
		a.flags = 1U << 31;
		break;
	case 3:
		a.flags = 1;
		break;
	}
	return a;
}

static void fill_sc32(struct sc32 *sc)
{
	sc->gs = below(2) ? 0 : selector(1), sc->fs = below(2) ? 0 : selector(1);
	sc->es = selector(1), sc->ds = selector(1);
	if (sizeof(long) == 8)
		sc->gs = sc->fs = 0; /* the C library needs its thread pointer */
	for (int i = 0; i < 8; i++)
		sc->r[i] = (uint32_t)rnd();
	sc->ip = below(8) ? (uint32_t)(uintptr_t)landing : NOWHERE, sc->flags = (uint32_t)rnd();
	sc->cs = selector(0) | (uint32_t)rnd() << 16, sc->ss = selector(1) | (uint32_t)rnd() << 16;
	sc->fpstate = (uint32_t)(uintptr_t)fpstate(112);
}

/* Puts the frame somewhere; sometimes its end is missing. */
static char *put(const void *frame, size_t n)
{
	char *at = area + 1024;

	if (!below(16)) {
		at = EDGE + 8192 - 8 * below((unsigned)n / 8 + 1);
		memcpy(at, frame, MIN(n, (size_t)(EDGE + 8192 - at)));
		return at;
	}
	return memcpy(at, frame, n);
}

static void old32(void)
{
	struct frame32 f = {0};

	fill_sc32(&f.sc);
	f.sc.oldmask = (uint32_t)some_mask();
	f.extramask = (uint32_t)rnd();
	enter(put(&f, sizeof(f)) + 8, 119, 1);
}

static void rt32(void)
{
	struct rt_frame32 f = {0};
	struct alt a = some_stack();
	uint64_t mask = some_mask();

	fill_sc32(&f.sc);
	memcpy(f.mask, &mask, 8);
	f.ss_sp = (uint32_t)a.sp, f.ss_size = (uint32_t)a.size, f.ss_flags = a.flags;
	enter(put(&f, sizeof(f)) + 4, 173, 1);
}

#ifdef __x86_64__
static uint64_t target(uint16_t cs)
{
	switch (below(8)) {
	case 0:
		return NOWHERE;
	case 1: /* not canonical; CPUs differ in what they do when 32-bit code is to go there */
		return cs == 0x33 ? 0x0001000000000000UL << below(15) : NOWHERE;
	default:
		return (uintptr_t)landing;
	}
}

static void rt64(void)
{
	struct frame64 f = {0};
	struct alt a = some_stack();

	f.uc_flags = below(4) ? rnd() & 7 : rnd();
	f.mask = some_mask();
	f.ss_sp = a.sp, f.ss_size = a.size, f.ss_flags = a.flags;
	for (int i = 0; i < 16; i++)
		f.sc.r[i] = rnd();
	f.sc.cs = selector(0), f.sc.flags = rnd();
	f.sc.ip = target(f.sc.cs);
	f.sc.ss = selector(1), f.sc.fs = f.sc.gs = (uint16_t)rnd();
	f.sc.fpstate = (uint64_t)fpstate(0);
	enter(put(&f, sizeof(f)) + 8, 15, 0);
}
#endif

static void learn(int sig, siginfo_t *si, void *p)
{
	char *fp = (char *)((ucontext_t *)p)->uc_mcontext.fpregs;

	(void)sig, (void)si;
	memcpy(&xsize, fp + (sizeof(long) == 8 ? 480 : 592), 4);
}

static void run_case(int i)
{
	stack_t st = {.ss_sp = stacks[0], .ss_size = 65536};

	seed = 0x9e3779b97f4a7c15UL * (uint64_t)(i + 1);
	rnd();
	if (verbose)
		printf("%d:", i);
	sigaltstack(&st, NULL);
#ifdef __x86_64__
	if (i % 4 == 0)
		old32();
	else if (i % 4 == 1)
		rt32();
	else
		rt64();
#else
	if (i % 2)
		old32();
	else
		rt32();
#endif
}

int main(int argc, char **argv)
{
	struct sigaction sa = {.sa_sigaction = learn, .sa_flags = SA_SIGINFO};
	static const int sigs[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE};

	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
#ifndef __x86_64__
	__asm__("mov %%gs, %0" : "=r"(saved_gs));
#endif
	sa.sa_sigaction = (void (*)(int, siginfo_t *, void *))handler_entry;
	sa.sa_flags |= SA_ONSTACK | SA_NODEFER;
	for (unsigned i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++)
		sigaction(sigs[i], &sa, NULL);
	edge_pages = mmap((void *)0x20000000, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (argc > 1) {
		verbose = 1;
		if (strcmp(argv[1], "-v") != 0) {
			run_case(atoi(argv[1]));
			return 0;
		}
	}
	for (int i = 0; i < CASES; i++) {
		run_case(i);
		if (i % 64 == 63)
			printf("%4d %016llx\n", i, (unsigned long long)digest);
	}
	return 0;
}
