/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Alignment checks (#AC): with AC set, instructions that reach memory at each of 17 addresses. '.'
 * is no fault, A is SIGBUS with BUS_ADRALN, trap 17, error code 0 and no address; others are shown.
 */
#include "guest.h"
#include <setjmp.h>
#include <ucontext.h>

static sigjmp_buf back;
static char area[4096] __attribute__((aligned(64)));
char *align_at;
unsigned long align_sp, align_bp;
static volatile int i;
char align_far[16] __attribute__((aligned(16)));

#ifdef __x86_64__
#define R     "r"
#define FLAGS "pushfq; orq $0x40000, (%%rsp); popfq;"
#define CLEAR "pushfq; andq $~0x40000, (%%rsp); popfq;"
#define HERE  "(%%rip)"
#else
#define R     "e"
#define FLAGS "pushfl; orl $0x40000, (%%esp); popfl;"
#define CLEAR "pushfl; andl $~0x40000, (%%esp); popfl;"
#define HERE
#endif

/* The kernel starts handlers with AC as it was. */
static void on_fault(int sig, siginfo_t *si, void *p)
{
	static char text[64];
	const ucontext_t *uc = p;
	const greg_t *g = uc->uc_mcontext.gregs;
	unsigned long flags;

	__asm__ volatile("pushf; pop %0;" CLEAR : "=r"(flags)::"memory", "cc");
	snprintf(text, sizeof(text), " %d/%d/%d/%#lx/%d%s", sig, si->si_code, (int)g[REG_TRAPNO],
		 (unsigned long)g[REG_ERR], si->si_addr != NULL, flags & 0x40000 ? "" : " no AC");
	fputs(strcmp(text, " 7/1/17/0/0") ? text : "A", stdout);
	siglongjmp(back, 1);
}

/* The address is in edi and esi, and in esp and ebp for those that use the stack. */
#define CASE(ins)                                                                                  \
	({                                                                                         \
		static const char name[] = ins;                                                    \
		printf("%-36s ", name);                                                            \
		for (i = 0; i < 17; i++) {                                                         \
			memset(area, 0, sizeof(area));                                             \
			align_at = area + 1024 + i;                                                \
			__asm__ volatile("fninit");                                                \
			if (sigsetjmp(back, 1))                                                    \
				continue;                                                          \
			__asm__ volatile(                                                          \
				"push %%" R "bx; push %%" R "bp; mov %%" R "sp, align_sp" HERE     \
				"; mov align_at" HERE ", %%" R "di; mov %%" R "di, %%" R           \
				"si; xor %%eax, %%eax; xor %%ebx, %%ebx; mov $1, %%ecx;"           \
				"xor %%edx, %%edx;" FLAGS ins ";" CLEAR "mov align_sp" HERE        \
				", %%" R "sp; pop %%" R "bp; pop %%" R "bx" ::                     \
					: "eax", "ecx", "edx", "esi", "edi", "memory", "cc");      \
			putchar('.');                                                              \
		}                                                                                  \
		putchar('\n');                                                                     \
	})

/* With the stack at the address; CLEAR needs one again. */
#define STACK(ins)                                                                                 \
	CASE("mov %%" R "di, %%" R "sp; mov %%" R "di, %%" R "bp;" ins "; mov align_sp" HERE       \
	     ", %%" R "sp")

static void integers(void)
{
	CASE("movb (%%" R "di), %%al");
	CASE("movw (%%" R "di), %%ax");
	CASE("movw %%ax, (%%" R "di)");
	CASE("movl (%%" R "di), %%eax");
	CASE("movl %%eax, (%%" R "di)");
	CASE("addl $1, (%%" R "di)");
	CASE("lock addl $1, (%%" R "di)");
	CASE("lock addw $1, (%%" R "di)");
	CASE("xchg %%eax, (%%" R "di)");
	CASE("cmpxchg %%ecx, (%%" R "di)");
	CASE("lock cmpxchg %%ecx, (%%" R "di)");
	CASE("lock xadd %%cx, (%%" R "di)");
	CASE("cmpxchg8b (%%" R "di)");
	CASE("lock cmpxchg8b (%%" R "di)");
	CASE("bts %%eax, (%%" R "di)");
	CASE("movbe (%%" R "di), %%eax");
	CASE("movbe %%ax, (%%" R "di)");
	CASE("movsw");
	CASE("rep movsl");
	CASE("lodsl");
	CASE("stosw");
	CASE("cmpsl");
	CASE("scasl");
	CASE("movzwl (%%" R "di), %%eax");
	CASE("movsbl (%%" R "di), %%eax");
	CASE("mov %%fs, (%%" R "di)");
	CASE("mov (%%" R "di), %%es; mov %%ds, %%eax; mov %%eax, %%es");
	CASE("lar (%%" R "di), %%eax");
	CASE("verr (%%" R "di)");
	CASE("movnti %%eax, (%%" R "di)");
	CASE("crc32w (%%" R "di), %%eax");
	CASE("imul $3, (%%" R "di), %%eax");
	CASE("lea 1(%%" R "di), %%eax");
	CASE("nopl 1(%%" R "di)");
	CASE("prefetcht0 1(%%" R "di)");
	STACK("push %%" R "ax");
	STACK("pushw %%ax");
	STACK("push %%fs");
	STACK("call 1f; 1:");
	STACK("leave");
	STACK("pushf");
	STACK("enter $16, $2");
#ifdef __x86_64__
	CASE("movq (%%rdi), %%rax");
	CASE("lock incq (%%rdi)");
	CASE("cmpxchg16b (%%rdi)");
	CASE("push (%%rdi); pop %%rax");
	STACK("pushfq; popq %%rax; iretq");
	STACK("lea 1f(%%rip), %%eax; mov %%eax, align_far(%%rip); movw $0x33, align_far+4(%%rip);"
	      "lcall *align_far(%%rip); 1:");
#else
	CASE("bound %%eax, (%%edi)");
	CASE("boundw %%ax, (%%edi)");
	CASE("les (%%edi), %%eax; mov %%ds, %%eax; mov %%eax, %%es");
	CASE("lesw (%%edi), %%ax; mov %%ds, %%eax; mov %%eax, %%es");
	STACK("pusha");
	STACK("lcall $0x23, $1f; 1:");
	CASE("movl $1f, (%%edi); movw %%cs, 4(%%edi); mov %%edi, %%esp; lret; 1: mov align_sp, "
	     "%%esp");
	CASE("movl $1f, (%%edi); movw %%cs, 4(%%edi); movl $0x202, 8(%%edi); mov %%edi, %%esp;"
	     "iret; 1: mov align_sp, %%esp");
#endif
}

static void x87(void)
{
	CASE("flds (%%" R "di)");
	CASE("fldl (%%" R "di)");
	CASE("fldt (%%" R "di)");
	CASE("fldz; fstps (%%" R "di)");
	CASE("fldz; fstpl (%%" R "di)");
	CASE("fldz; fstpt (%%" R "di)");
	CASE("filds (%%" R "di)");
	CASE("fildll (%%" R "di)");
	CASE("fldz; fistpll (%%" R "di)");
	CASE("fldz; fisttpl (%%" R "di)");
	CASE("fbld (%%" R "di)");
	CASE("fldz; fbstp (%%" R "di)");
	CASE("fldz; fadds (%%" R "di)");
	CASE("fldcw (%%" R "di); fninit");
	CASE("fnstcw (%%" R "di)");
	CASE("fnstsw (%%" R "di)");
	CASE("fnstenv (%%" R "di)");
	CASE("data16 fnstenv (%%" R "di)");
	CASE("fldenv (%%" R "di); fninit");
	CASE("fnsave (%%" R "di)");
	CASE("frstor (%%" R "di); fninit");
	CASE("mov $3, %%eax; xsave (%%" R "di)");
}

static void vectors(void)
{
	CASE("movq (%%" R "di), %%mm0; emms");
	CASE("movd (%%" R "di), %%mm0; emms");
	CASE("paddb (%%" R "di), %%mm0; emms");
	CASE("punpcklbw (%%" R "di), %%mm0; emms");
	CASE("movntq %%mm0, (%%" R "di); emms");
	CASE("cvtpi2ps (%%" R "di), %%xmm0; emms");
	CASE("ldmxcsr (%%" R "di)");
	CASE("stmxcsr (%%" R "di)");
	CASE("movss (%%" R "di), %%xmm0");
	CASE("movss %%xmm0, (%%" R "di)");
	CASE("movsd (%%" R "di), %%xmm0");
	CASE("movlps (%%" R "di), %%xmm0");
	CASE("movhps %%xmm0, (%%" R "di)");
	CASE("movaps (%%" R "di), %%xmm0");
	CASE("addps (%%" R "di), %%xmm0");
	CASE("addss (%%" R "di), %%xmm0");
	CASE("cvtsi2sdl (%%" R "di), %%xmm0");
	CASE("cvtdq2pd (%%" R "di), %%xmm0");
	CASE("cvtps2pd (%%" R "di), %%xmm0");
	CASE("movddup (%%" R "di), %%xmm0");
	CASE("pinsrw $0, (%%" R "di), %%xmm0");
	CASE("pextrd $0, %%xmm0, (%%" R "di)");
	CASE("pmovzxbw (%%" R "di), %%xmm0");
	CASE("pmovzxbd (%%" R "di), %%xmm0");
	CASE("pmovzxbq (%%" R "di), %%xmm0");
	CASE("roundss $0, (%%" R "di), %%xmm0");
	CASE("roundsd $0, (%%" R "di), %%xmm0");
}

/* What the manuals leave to the CPU (SDM vol. 3, 6.15). */
static void of_amd(void)
{
	unsigned max, b, c, d;

	__asm__("cpuid" : "=a"(max), "=b"(b), "=c"(c), "=d"(d) : "a"(0));
	if (c != 0x444d4163) /* "cAMD" */
		return;
	CASE("fxsave (%%" R "di)");
	CASE("movups (%%" R "di), %%xmm0");
	CASE("movupd %%xmm0, (%%" R "di)");
	CASE("movdqu (%%" R "di), %%xmm0");
	CASE("lddqu (%%" R "di), %%xmm0");
	CASE("pcmpistri $0, (%%" R "di), %%xmm0");
	CASE("maskmovq %%mm0, %%mm0; emms");
	CASE("maskmovdqu %%xmm0, %%xmm0");
}

/* What comes first: an address that is not canonical, then the alignment, then the page. */
static void order(void)
{
	CASE("mov $0x10, %%edi; movl 1(%%" R "di), %%eax");
	CASE("mov $0x10, %%edi; lock incl 1(%%" R "di)");
	CASE("mov $0x10, %%edi; fldt 1(%%" R "di)");
#ifdef __x86_64__
	CASE("mov $0x8000000000000000, %%rdi; movl 1(%%rdi), %%eax");
	CASE("mov $0x7fffffffffff, %%rdi; movl (%%rdi), %%eax");
#endif
}

int main(void)
{
	static char alt[65536];
	static const int sigs[] = {SIGBUS, SIGSEGV, SIGILL, SIGTRAP, SIGFPE};
	struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};

	sigaltstack(&ss, NULL);
	for (size_t i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++)
		sigaction(sigs[i], &sa, NULL);
	setvbuf(stdout, NULL, _IOFBF, 65536);
	integers();
	x87();
	vectors();
	of_amd();
	order();
	return 0;
}
