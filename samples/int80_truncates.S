/* SPDX-License-Identifier: GPL-2.0-or-later */
/* only: 64 */
/* guest: nostdlib */
/* INT 0x80 in 64-bit code takes 32 bits of each argument. The stack of a 64-bit program lies above
 * 4 GiB: a pointer to it arrives as another address, and write fails with EFAULT. SYSCALL writes the
 * same text. Exits with the error of the first call, 14. */

	.globl	_start
_start:
	movabsq	$0x0a6b6361747320, %rax	/* " stack\n" */
	pushq	%rax
	movl	$4, %eax		/* write in the 32-bit table */
	movl	$1, %ebx
	movq	%rsp, %rcx
	movl	$7, %edx
	int	$0x80
	negl	%eax
	movl	%eax, %r12d		/* EFAULT, 14 */

	movl	$1, %eax		/* write in the 64-bit table */
	movl	$1, %edi
	movq	%rsp, %rsi
	movl	$7, %edx
	syscall

	movl	$231, %eax		/* exit_group */
	movl	%r12d, %edi
	syscall
	hlt

	.section .note.GNU-stack, "", @progbits
