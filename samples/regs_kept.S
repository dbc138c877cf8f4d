/* SPDX-License-Identifier: GPL-2.0-or-later */
/* only: 64 */
/* guest: nostdlib */
/* SYSCALL destroys two registers: the CPU puts the return address into RCX and the flags into R11,
 * and SYSRET takes them from there. INT 0x80 pushes both onto the kernel's stack and keeps all
 * registers. Exits with 3: one bit for each gate that did as expected. */

	.globl	_start
_start:
	xorl	%ebx, %ebx
	movl	$39, %eax		/* getpid */
	movq	$-1, %rcx
	movq	$-1, %r11
	syscall
1:	pushfq
	popq	%rdx
	leaq	1b(%rip), %rsi
	cmpq	%rsi, %rcx		/* RCX: where the program went on */
	jne	2f
	cmpq	%rdx, %r11		/* R11: the flags */
	jne	2f
	incl	%ebx
2:
	movl	$20, %eax		/* getpid in the 32-bit table */
	movq	$-1, %rcx
	movq	$-1, %r11
	int	$0x80
	andq	%r11, %rcx
	incq	%rcx			/* 0 when both are still -1 */
	jnz	3f
	orl	$2, %ebx
3:
	movl	$231, %eax		/* exit_group */
	movl	%ebx, %edi
	syscall
	hlt

	.section .note.GNU-stack, "", @progbits
