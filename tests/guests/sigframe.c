/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes of signal frames, on an alternate stack that was filled before: also what the kernel
 * does not write is as on Linux. Of the XSAVE area only the size differs from CPU to CPU. */
#include "guest.h"

#define FILL 0xa5

/* On a fixed place: the programs are not position independent. */
unsigned char alt[32768] __attribute__((aligned(4096)));
static unsigned char work[4096] __attribute__((aligned(64)));
static unsigned char copy[32768];
uintptr_t frame_at;
void *keep_sp;
void fault(void *stack);
void entry(void);

/* All registers known, then UD2; the handler notes where its stack pointer is. */
#ifdef __x86_64__
#define FRAME_SIZE 440
#define FPSTATE	   232 /* offset of the pointer to the FPU state */
#define FXSAVE	   0
__asm__(".text\n"
	"fault:\n"
	"	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
	"	mov %rsp, keep_sp\n"
	"	mov %rdi, %rsp\n"
	"	.irp r, rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15\n"
	"	mov $0x1111, %\\r\n"
	"	.endr\n"
	"	fninit\n"
	"	xor %eax, %eax\n"
	"	ud2\n"
	"	mov keep_sp, %rsp\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; ret\n"
	"entry:\n"
	"	mov %rsp, frame_at\n"
	"	addq $2, 176(%rsp)\n"
	"	ret\n");
#else
#define FRAME_SIZE (flags & SA_SIGINFO ? 268 : 732)
#define FPSTATE	   (flags & SA_SIGINFO ? 240 : 84)
#define FXSAVE	   112
__asm__(".text\n"
	"fault:\n"
	"	mov 4(%esp), %eax\n"
	"	push %ebx; push %ebp; push %esi; push %edi\n"
	"	mov %esp, keep_sp\n"
	"	mov %eax, %esp\n"
	"	.irp r, eax, ebx, ecx, edx, esi, edi, ebp\n"
	"	mov $0x1111, %\\r\n"
	"	.endr\n"
	"	fninit\n"
	"	xor %eax, %eax\n"
	"	ud2\n"
	"	mov keep_sp, %esp\n"
	"	pop %edi; pop %esi; pop %ebp; pop %ebx; ret\n"
	"entry:\n"
	"	mov %esp, frame_at\n"
	"	mov 8(%esp), %eax\n" /* rt: where siginfo is; old: gs */
	"	cmp $alt, %eax; jb 1f\n"
	"	addl $2, 220(%esp)\n"
	"	ret\n"
	"1:	addl $2, 64(%esp)\n"
	"	ret\n");
#endif

static void words(const char *what, const unsigned char *p, unsigned n)
{
	printf("%s\n", what);
	for (unsigned i = 0; i < n; i += 4) {
		uint32_t v;

		memcpy(&v, p + i, 4);
		if (v == 0xa5a5a5a5)
			printf("  %u: as before\n", i);
		else if (v)
			printf("  %u: %#x\n", i, v);
	}
}

static void show(int flags)
{
	struct {
		unsigned long handler, flags, restorer, mask[2];
	} k = {(unsigned long)entry, (unsigned long)(flags | SA_ONSTACK), 0, {0, 0}};
	uintptr_t fp = 0;
	uint32_t sw[5];
	unsigned char *fx, *end;

#ifdef __x86_64__
	struct sigaction sa;

	sigaction(SIGILL, NULL, &sa);
	sa.sa_handler = (void (*)(int))entry;
	sa.sa_flags = flags | SA_ONSTACK;
	sigaction(SIGILL, &sa, NULL);
	(void)k;
#else
	syscall(SYS_rt_sigaction, SIGILL, &k, NULL, 8);
#endif
	memset(alt, FILL, sizeof(alt));
	fault(work + 2048);
	memcpy(copy, alt, sizeof(alt));
	fx = copy + (frame_at - (uintptr_t)alt);
	memset(fx, 0, sizeof(long)); /* the restorer, or the vDSO's */
	memcpy(&fp, fx + FPSTATE, sizeof(fp));
	printf("-- flags %#x: state %ld above the frame\n", flags, (long)(fp - frame_at));
	memset(fx + FPSTATE, 0, sizeof(fp));
#ifdef __i386__
	if (flags & SA_SIGINFO) /* the two pointers */
		printf("info %ld context %ld\n", *(long *)(fx + 8) - (long)frame_at,
		       *(long *)(fx + 12) - (long)frame_at);
	if (flags & SA_SIGINFO)
		memset(fx + 8, 0, 8);
	if (flags & SA_SIGINFO)
		memset(fx + 164, 0, 2); /* gs: depends on which TLS entries the C library took */
	else
		memset(fx + 8, 0, 2);
#endif
	words("frame", fx, FRAME_SIZE);
	fx = copy + (fp - (uintptr_t)alt);
	if (FXSAVE)
		words("fnsave", fx, 12);
	fx += FXSAVE;
	words("fxsave", fx, 28);
	memcpy(sw, fx + 464, sizeof(sw));
	printf("magic %#x extra %u x87 and sse %u rest %u\n", sw[0], sw[1] - sw[4], sw[2] & 3,
	       sw[3]);
	end = fx + sw[4];
	printf("header %u %u magic %#x\n", fx[512] & 3, fx[520], *(uint32_t *)end);
	printf("less than 64 bytes above: %d\n", sizeof(copy) - (size_t)(end + 4 - copy) < 64);
}

int main(void)
{
	stack_t st = {.ss_sp = alt, .ss_size = sizeof(alt)};

	sigaltstack(&st, NULL);
	show(SA_SIGINFO);
	show(0);
	return 0;
}
