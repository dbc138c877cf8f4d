/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nostdlib */
/* What a program finds in the registers at its first instruction. */
#ifdef __x86_64__
#define NR_write 1
#define NR_exit	 60
__asm__(".globl _start\n"
	"_start:\n"
	"	push %rsp; pushf\n"
	"	push %rax; push %rbx; push %rcx; push %rdx; push %rsi; push %rdi; push %rbp\n"
	"	push %r8; push %r9; push %r10; push %r11; push %r12; push %r13; push %r14; push "
	"%r15\n"
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call start\n");
static const char *const name[] = {"r15", "r14", "r13", "r12", "r11", "r10", "r9",    "r8", "bp",
				   "di",  "si",	 "dx",	"cx",  "bx",  "ax",  "flags", "sp"};
static long call(long nr, long a, long b, long c)
{
	long ret;
	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "0"(nr), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return ret;
}
#else
#define NR_write 4
#define NR_exit	 1
__asm__(".globl _start\n"
	"_start:\n"
	"	push %esp; pushf\n"
	"	push %eax; push %ebx; push %ecx; push %edx; push %esi; push %edi; push %ebp\n"
	"	mov %esp, %edi\n"
	"	and $-16, %esp\n"
	"	sub $12, %esp\n"
	"	push %edi\n"
	"	call start\n");
static const char *const name[] = {"bp", "di", "si", "dx", "cx", "bx", "ax", "flags", "sp"};
static long call(long nr, long a, long b, long c)
{
	long ret;
	__asm__ volatile("int $0x80" : "=a"(ret) : "0"(nr), "b"(a), "c"(b), "d"(c) : "memory");
	return ret;
}
#endif

static void put(const char *s)
{
	long n = 0;

	while (s[n]) {
		__asm__ volatile("" : "+r"(n)); /* lest it become a call of strlen */
		n++;
	}
	call(NR_write, 1, (long)s, n);
}

static void hex(const char *what, unsigned long v)
{
	char s[24], *p = s + sizeof(s);

	*--p = 0;
	*--p = '\n';
	do
		*--p = "0123456789abcdef"[v & 15];
	while (v >>= 4);
	put(what);
	put(" ");
	put(p);
}

__attribute__((used)) void start(unsigned long *r)
{
	const int n = (int)(sizeof(name) / sizeof(name[0]));
	unsigned long seg, *sp = (unsigned long *)r[n - 1];
	unsigned int mxcsr;
	unsigned short cw, sw;
	char xmm[16];
	int sum = 0;

	for (int i = 0; i < n - 1; i++)
		hex(name[i], r[i]);
	hex("sp mod 16", r[n - 1] & 15);
	hex("argc", sp[0]);
	__asm__ volatile("mov %%cs, %0" : "=r"(seg));
	hex("cs", seg & 0xffff);
	__asm__ volatile("mov %%ss, %0" : "=r"(seg));
	hex("ss", seg & 0xffff);
	__asm__ volatile("mov %%ds, %0" : "=r"(seg));
	hex("ds", seg & 0xffff);
	__asm__ volatile("mov %%es, %0" : "=r"(seg));
	hex("es", seg & 0xffff);
	__asm__ volatile("mov %%fs, %0" : "=r"(seg));
	hex("fs", seg & 0xffff);
	__asm__ volatile("mov %%gs, %0" : "=r"(seg));
	hex("gs", seg & 0xffff);
#ifdef __x86_64__
	__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
	hex("mxcsr", mxcsr);
	__asm__ volatile("movups %%xmm7, %0" : "=m"(xmm));
	for (int i = 0; i < 16; i++)
		sum |= xmm[i];
	hex("xmm7", (unsigned long)sum);
#else
	(void)mxcsr, (void)xmm, (void)sum;
#endif
	__asm__ volatile("fnstcw %0; fnstsw %1" : "=m"(cw), "=m"(sw));
	hex("fcw", cw);
	hex("fsw", sw);
	call(NR_exit, 0, 0, 0);
	for (;;)
		;
}
