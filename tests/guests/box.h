/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a few bytes of machine code with every register chosen, and tells what became of them: each
 * signal with its siginfo and context, and the registers at the end. The code lies in a page of its
 * own and is followed by INT3, whose SIGTRAP is the end. */
#ifndef BOX_H
#define BOX_H

#include "guest.h"
#include <ucontext.h>

#define BOX_CODE  0x60000000UL /* 16 pages; by default the code starts at the second */
#define BOX_STACK 0x60100000UL /* 16 pages, nothing around them */
#define BOX_SP	  (BOX_STACK + 0x8000)

enum { AX, CX, DX, BX, SP, BP, SI, DI, R8, R9, R10, R11, R12, R13, R14, R15, NREGS };

struct box_regs {
	unsigned long r[NREGS];
	unsigned long ip, flags, cs;
};

struct box_signal {
	int sig, code, trapno;
	unsigned long addr, err, cr2;
	struct box_regs regs;
};

#ifdef __x86_64__
#define BOX_REGS 16
#define BOX_CS	 0x33
#else
#define BOX_REGS 8
#define BOX_CS	 0x23
#endif

struct box_regs box_in;
unsigned long box_sp;
static struct box_signal box_signals[16]; /* what happened, the end included */
static int box_nsignals;
static unsigned long box_end; /* address behind the INT3 that ends it; 0: any signal ends it */
static int box_limit = 16;

void box_enter(void);
extern char box_return[];

#ifdef __x86_64__
__asm__(".text\n"
	"box_enter:\n"
	"	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
	"	mov %rsp, box_sp\n"
	"	pushq $0x202; popfq\n" /* NT of the run before */
	"	pushq $0x2b\n"
	"	pushq box_in+8*4\n"
	"	pushq box_in+8*17\n"
	"	pushq box_in+8*18\n"
	"	pushq box_in+8*16\n"
	"	mov box_in+8*0, %rax; mov box_in+8*1, %rcx; mov box_in+8*2, %rdx\n"
	"	mov box_in+8*3, %rbx; mov box_in+8*5, %rbp; mov box_in+8*6, %rsi\n"
	"	mov box_in+8*7, %rdi; mov box_in+8*8, %r8; mov box_in+8*9, %r9\n"
	"	mov box_in+8*10, %r10; mov box_in+8*11, %r11; mov box_in+8*12, %r12\n"
	"	mov box_in+8*13, %r13; mov box_in+8*14, %r14; mov box_in+8*15, %r15\n"
	"	iretq\n"
	"box_return:\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
	"	ret\n");
static const int box_greg[NREGS] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
				    REG_RSI, REG_RDI, REG_R8,  REG_R9,	REG_R10, REG_R11,
				    REG_R12, REG_R13, REG_R14, REG_R15};
#define BOX_GIP	  REG_RIP
#define BOX_GSP	  REG_RSP
#define BOX_GCS	  REG_CSGSFS
#define BOX_CR2	  (unsigned long)uc->uc_mcontext.gregs[REG_CR2]
#define BOX_CSREG ((unsigned long)uc->uc_mcontext.gregs[REG_CSGSFS] & 0xffff)
#define BOX_SETCS                                                                                  \
	(uc->uc_mcontext.gregs[REG_CSGSFS] =                                                       \
		 (uc->uc_mcontext.gregs[REG_CSGSFS] & 0xffffffff0000) | 0x33 | 0x2bL << 48)
#else
__asm__(".text\n"
	"box_enter:\n"
	"	pusha\n"
	"	mov %esp, box_sp\n"
	"	pushl $0x202; popfl\n"
	"	mov box_in+4*4, %esp\n"
	"	pushl box_in+4*17\n"
	"	pushl box_in+4*18\n"
	"	pushl box_in+4*16\n"
	"	mov box_in+4*0, %eax; mov box_in+4*1, %ecx; mov box_in+4*2, %edx\n"
	"	mov box_in+4*3, %ebx; mov box_in+4*5, %ebp; mov box_in+4*6, %esi\n"
	"	mov box_in+4*7, %edi\n"
	"	iret\n"
	"box_return:\n"
	"	popa\n"
	"	ret\n");
static const int box_greg[NREGS] = {REG_EAX, REG_ECX, REG_EDX, REG_EBX,
				    REG_ESP, REG_EBP, REG_ESI, REG_EDI};
#define BOX_GIP	  REG_EIP
#define BOX_GSP	  REG_ESP
#define BOX_CR2	  (unsigned long)uc->uc_mcontext.cr2
#define BOX_CSREG ((unsigned long)uc->uc_mcontext.gregs[REG_CS] & 0xffff)
#define BOX_SETCS                                                                                  \
	(uc->uc_mcontext.gregs[REG_CS] = 0x23, uc->uc_mcontext.gregs[REG_SS] = 0x2b,               \
	 uc->uc_mcontext.gregs[REG_DS] = uc->uc_mcontext.gregs[REG_ES] = 0x2b)
#endif

static void box_handler(int sig, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;
	greg_t *g = uc->uc_mcontext.gregs;
	struct box_signal *s = &box_signals[box_nsignals++];

	memset(s, 0, sizeof(*s));
	s->sig = sig;
	s->code = si->si_code;
	s->addr = (unsigned long)si->si_addr;
	s->trapno = (int)g[REG_TRAPNO];
	s->err = (unsigned long)g[REG_ERR];
	s->cr2 = BOX_CR2;
	for (int i = 0; i < BOX_REGS; i++)
		s->regs.r[i] = (unsigned long)g[box_greg[i]];
	s->regs.ip = (unsigned long)g[BOX_GIP];
	s->regs.flags = (unsigned long)g[REG_EFL];
	if (sig == SIGTRAP) /* RF depends on whether an interrupt came just before */
		s->regs.flags &= ~0x10000UL;
	s->regs.cs = BOX_CSREG;
	if (sig == SIGTRAP && s->regs.ip != box_end && box_nsignals < box_limit)
		return; /* a step */
	g[BOX_GIP] = (greg_t)(unsigned long)box_return;
	g[BOX_GSP] = (greg_t)box_sp;
	g[REG_EFL] = 0x202;
	BOX_SETCS;
}

static void box_init(void)
{
	static char alt[65536];
	struct sigaction sa = {.sa_sigaction = box_handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};
	static const int sigs[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};

	mmap((void *)BOX_CODE, 0x10000, PROT_READ | PROT_WRITE | PROT_EXEC,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	mmap((void *)BOX_STACK, 0x10000, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	memset((void *)BOX_CODE, 0xcc, 0x10000);
	memset((void *)BOX_STACK, 0, 0x10000);
	sigaltstack(&ss, NULL);
	sigfillset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++)
		sigaction(sigs[i], &sa, NULL);
}

/* Registers with values that tell where they come from. */
static void box_defaults(void)
{
	for (int i = 0; i < NREGS; i++)
		box_in.r[i] = 0x0101010101010101UL * (unsigned long)(i + 1);
	box_in.r[SP] = BOX_SP;
	box_in.flags = 0x202;
	box_in.cs = BOX_CS;
	box_in.ip = BOX_CODE + 0x1000;
}

/* Runs n bytes at box_in.ip. */
static void box_run(const void *code, size_t n)
{
	unsigned char *at = (unsigned char *)box_in.ip;

	memcpy(at, code, n);
	at[n] = 0xcc;
	box_end = box_in.ip + n + 1;
	box_nsignals = 0;
	box_enter();
	memset(at, 0xcc, n);
}

static const char *box_name(int reg)
{
	static const char *const name[] = {"ax", "cx", "dx",  "bx",  "sp",  "bp",  "si",  "di",
					   "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"};

	return name[reg];
}

static void box_show_address(const char *what, unsigned long a)
{
	if (a - BOX_CODE < 0x10000)
		printf(" %s code+%#lx", what, a - BOX_CODE);
	else if (a - BOX_STACK < 0x10000)
		printf(" %s stack+%#lx", what, a - BOX_STACK);
	else
		printf(" %s %#lx", what, a);
}

/* Prints what happened: each signal, and which registers differ from box_in then. */
static inline void box_show(const char *title)
{
	printf("%s\n", title);
	for (int i = 0; i < box_nsignals; i++) {
		const struct box_signal *s = &box_signals[i];

		if (s->sig == SIGTRAP && s->trapno == 3 && s->regs.ip == box_end) {
			printf("  end");
		} else {
			printf("  signal %d code %d trap %d err %#lx", s->sig, s->code, s->trapno,
			       s->err);
			box_show_address("addr", s->addr);
			if (s->trapno == 14)
				box_show_address("cr2", s->cr2);
			box_show_address("ip", s->regs.ip);
		}
		if (s->regs.cs != box_in.cs)
			printf(" cs %#lx", s->regs.cs);
		printf(" flags %#lx", s->regs.flags);
		for (int r = 0; r < BOX_REGS; r++)
			if (s->regs.r[r] != box_in.r[r])
				box_show_address(box_name(r), s->regs.r[r]);
		printf("\n");
	}
}

/* Runs bytes with the default registers and shows. */
#define BOX(...)                                                                                   \
	do {                                                                                       \
		static const unsigned char code_[] = {__VA_ARGS__};                                \
		box_defaults();                                                                    \
		box_run(code_, sizeof(code_));                                                     \
		box_show(#__VA_ARGS__);                                                            \
	} while (0)

#endif
