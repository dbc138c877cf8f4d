/* SPDX-License-Identifier: GPL-2.0-or-later */
/* only: 64 */
/* Which registers each gate leaves as they were, in 64-bit code. SYSCALL takes rcx and r11; INT
 * 0x80 takes none but rax, and its number is one of the 32-bit table. */
#include "guest.h"

struct regs {
	uint64_t ax, bx, cx, dx, si, di, bp, r8, r9, r10, r11, r12, r13, r14, r15, flags, ip;
};

static const char *const name[] = {"ax", "bx",	"cx",  "dx",  "si",  "di",  "bp",  "r8",
				   "r9", "r10", "r11", "r12", "r13", "r14", "r15", "flags"};

void run_gate(const struct regs *in, struct regs *out, long gate);

/* rdi: in, rsi: out, rdx: gate (0 SYSCALL, 1 INT 0x80) */
__asm__(".text\n"
	".globl run_gate\n"
	"run_gate:\n"
	"	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
	"	push %rsi\n"
	"	push %rdx\n"
	"	mov %rdi, %rax\n"
	"	push 15*8(%rax); popf\n"
	"	mov 8(%rax), %rbx; mov 16(%rax), %rcx; mov 24(%rax), %rdx\n"
	"	mov 32(%rax), %rsi; mov 40(%rax), %rdi; mov 48(%rax), %rbp\n"
	"	mov 56(%rax), %r8; mov 64(%rax), %r9; mov 72(%rax), %r10\n"
	"	mov 80(%rax), %r11; mov 88(%rax), %r12; mov 96(%rax), %r13\n"
	"	mov 104(%rax), %r14; mov 112(%rax), %r15\n"
	"	mov (%rax), %rax\n"
	"	btq $0, (%rsp)\n" /* CF of the flags is thereby the gate's number */
	"	jc 1f\n"
	"	syscall\n"
	"after_syscall:\n"
	"	jmp 2f\n"
	"1:	int $0x80\n"
	"2:	xchg %rax, 8(%rsp)\n" /* rax: out */
	"	mov %rbx, 8(%rax); mov %rcx, 16(%rax); mov %rdx, 24(%rax)\n"
	"	mov %rsi, 32(%rax); mov %rdi, 40(%rax); mov %rbp, 48(%rax)\n"
	"	mov %r8, 56(%rax); mov %r9, 64(%rax); mov %r10, 72(%rax)\n"
	"	mov %r11, 80(%rax); mov %r12, 88(%rax); mov %r13, 96(%rax)\n"
	"	mov %r14, 104(%rax); mov %r15, 112(%rax)\n"
	"	pushf; pop 15*8(%rax)\n"
	"	cld\n"
	"	pop %rdx\n"
	"	pop (%rax)\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
	"	ret\n");
extern char after_syscall[];

static void show(const char *what, long nr, long gate, uint64_t flags)
{
	struct regs in, out;
	uint64_t *a = (uint64_t *)&in, *b = (uint64_t *)&out;

	memset(&out, 0, sizeof(out));
	for (int i = 0; i < 15; i++)
		a[i] = 0x1111111111111111 * (uint64_t)(i + 1) ^ 0x8000000000000000;
	in.ax = (uint64_t)nr;
	in.flags = flags;
	run_gate(&in, &out, gate);
	printf("%s: result %s\n", what,
	       (long)out.ax < 0		 ? strerror(-(int)out.ax)
	       : (int)out.ax == getpid() ? "pid"
	       : out.ax == in.ax	 ? "unchanged"
					 : "other");
	for (int i = 1; i < 15; i++)
		if (a[i] != b[i])
			printf("  %s %s\n", name[i],
			       b[i] == (uint64_t)(uintptr_t)after_syscall ? "is the return address"
			       : i == 10 && b[i] == (out.flags | (gate == 0 ? 0 : 1))
				       ? "is the flags"
				       : "changed");
	printf("  flags %#llx\n", (unsigned long long)out.flags);
}

int main(void)
{
	show("SYSCALL getpid", 39, 0, 0x202);
	show("SYSCALL getpid, many flags", 39, 0, 0x202 | 0x4 | 0x10 | 0x40 | 0x80 | 0x400 | 0x800);
	show("SYSCALL getpid, AC and ID", 39, 0, 0x202 | 0x200000);
	show("SYSCALL none", 2000, 0, 0x202);
	show("SYSCALL 0xffffffff00000027", (long)0xffffffff00000027, 0, 0x202);
	show("SYSCALL -1", -1, 0, 0x202);
	show("INT 0x80 getpid (20)", 20, 1, 0x202);
	show("INT 0x80 getpid, many flags", 20, 1,
	     0x202 | 0x4 | 0x10 | 0x40 | 0x80 | 0x400 | 0x800);
	show("INT 0x80 getpid, high half set", (long)0xabcdef0000000014, 1, 0x202);
	show("INT 0x80 none", 2000, 1, 0x202);
	show("INT 0x80 -1", -1, 1, 0x202);
	return 0;
}
