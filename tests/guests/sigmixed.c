/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: only: 64 */
/* Frames of the other width: a 64-bit process that sets a handler through the 32-bit table gets
 * 32-bit frames and runs the handler in compatibility mode; one that is interrupted there by a
 * 64-bit handler gets 64-bit frames, with the flags that say so. */
#include "guest.h"
#include <ucontext.h>

/* In the low 4 GiB: not position independent. The 32-bit handler copies what it finds and returns
 * by sigreturn of the 32-bit table. */
extern char handler32[], restorer32[], rt_restorer32[], code32[], back64[];
uint32_t seen[8], frame_copy[32];
unsigned long keep_sp;
void run_code32(void *stack);
void raise_low(int sig, int pid, void *stack);
__asm__(".text\n"
	".code32\n"
	"handler32:\n"
	"	mov %eax, seen\n"   /* signal */
	"	mov %edx, seen+4\n" /* siginfo or 0 */
	"	mov %ecx, seen+8\n" /* ucontext or 0 */
	"	mov 4(%esp), %eax; mov %eax, seen+12\n"
	"	mov %cs, %eax; mov %eax, seen+16; mov %ss, %eax; mov %eax, seen+20\n"
	"	mov %ds, %eax; mov %eax, seen+24; mov %es, %eax; mov %eax, seen+28\n"
	"	mov %esp, %esi; mov $frame_copy, %edi; mov $26, %ecx; cld; rep movsl\n"
	"	ret\n"
	"restorer32:\n"
	"	pop %eax; mov $119, %eax; int $0x80\n"
	"rt_restorer32:\n"
	"	mov $173, %eax; int $0x80\n"
	/* 32-bit code that raises a signal by itself */
	"code32:\n"
	"	mov $0x1111, %ebx; mov $0x2222, %ebp; ud2\n"
	"	ljmp $0x33, $back64\n"
	".code64\n"
	/* The stack pointer, too, comes back with 32 bits only. */
	"raise_low:\n"
	"	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
	"	mov %rsp, keep_sp\n"
	"	mov %rdx, %rsp\n"
	"	xchg %edi, %esi\n"
	"	mov $62, %eax; xor %ebx, %ebx; xor %ebp, %ebp; syscall\n"
	"	jmp back64\n"
	"run_code32:\n"
	"	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
	"	mov %rsp, keep_sp\n"
	"	mov %rdi, %rsp\n"
	"	push $0x23; push $code32\n"
	"	lretq\n"
	"back64:\n"
	"	mov keep_sp, %rsp\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
	"	ret\n");

static char low[16384] __attribute__((aligned(64)));

struct sigaction32 {
	uint32_t handler, flags, restorer, mask[2];
};

static void set32(int sig, uint32_t flags, char *restorer)
{
	static struct sigaction32 sa;
	static struct sigaction32 old;
	long ret;

	sa.handler = (uint32_t)(uintptr_t)handler32;
	sa.flags = flags | 0x04000000 | SA_ONSTACK;
	sa.restorer = (uint32_t)(uintptr_t)restorer;
	sa.mask[0] = 0x40000000;
	ret = int80(174, sig, (long)&sa, (long)&old, 8, 0);
	printf("rt_sigaction by int 0x80: %ld\n", ret);
	int80(174, sig, 0, (long)&old, 8, 0);
	printf("flags read back %#x\n", old.flags);
}

static void show_seen(void)
{
	printf("handler: sig %u info %d context %d argument %u cs %#x ss %#x ds %#x es %#x\n",
	       seen[0], seen[1] != 0, seen[2] != 0, seen[3], seen[4], seen[5], seen[6], seen[7]);
}

static void show_sc32(const uint32_t *sc)
{
	printf("frame: gs %x fs %x es %x ds %x cs %x ss %x trapno %u err %u oldmask %x cr2 %x\n",
	       sc[0], sc[1], sc[2], sc[3], sc[15], sc[18], sc[12], sc[13], sc[20], sc[21]);
	printf("sp at signal %s\n", sc[17] == sc[7] ? "is sp" : "is not sp");
}

static int kind;

static void handler64(int sig, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;
	unsigned long *g = (unsigned long *)uc->uc_mcontext.gregs;

	printf("64-bit handler: sig %d code %d flags %#lx cs %#lx ss %#lx rbx %lx rbp %lx ip %s\n",
	       sig, si->si_code, uc->uc_flags, g[REG_CSGSFS] & 0xffff, g[REG_CSGSFS] >> 48,
	       g[REG_RBX], g[REG_RBP],
	       g[REG_RIP] == (unsigned long)code32 + 10 ? "right" : "wrong");
	g[REG_RIP] += 2;
	if (kind == 1) /* SS that cannot be: only the old rule mends it */
		g[REG_CSGSFS] = (g[REG_CSGSFS] & 0xffffffffffffUL) | 0x2bUL << 48;
}

int main(void)
{
	stack_t st = {.ss_sp = low + 8192, .ss_size = 8192};
	struct sigaction sa = {.sa_sigaction = handler64, .sa_flags = SA_SIGINFO};

	setvbuf(stdout, NULL, _IONBF, 0);
	sigaltstack(&st, NULL);
	set32(SIGUSR1, 0, restorer32);
	raise_low(SIGUSR1, getpid(), low + 8000);
	show_seen();
	show_sc32(frame_copy + 2);
	set32(SIGUSR2, SA_SIGINFO, rt_restorer32);
	raise_low(SIGUSR2, getpid(), low + 8000);
	show_seen();

	sigaction(SIGILL, &sa, NULL);
	run_code32(low + 8000);
	kind = 1;
	run_code32(low + 8000);
	puts("back");
	return 0;
}
