/* SPDX-License-Identifier: GPL-2.0-or-later */
/* only: 64 */
/* guest: nostdlib */
/* The same number through two gates: 1 is write in the 64-bit table, which SYSCALL uses, and exit
 * in the 32-bit table, which INT 0x80 uses even in 64-bit code. Exits with 42. */

	.globl	_start
_start:
	movl	$1, %eax		/* write(1, text, 19) by SYSCALL */
	movl	$1, %edi
	leaq	text(%rip), %rsi
	movl	$19, %edx
	syscall

	movl	$1, %eax		/* exit(42) by INT 0x80 */
	movl	$42, %ebx
	int	$0x80
	hlt

	.section .rodata
text:	.ascii	"1 is write and ...\n"

	.section .note.GNU-stack, "", @progbits
