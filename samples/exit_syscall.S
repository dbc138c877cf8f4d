/* SPDX-License-Identifier: GPL-2.0-or-later */
/* only: 64 */
/* guest: nostdlib */
/* exit(99) by SYSCALL, the gate of 64-bit programs.
 *
 * The number goes in RAX, arguments in RDI, RSI, RDX, R10, R8 and R9: R10 and not RCX, because the
 * instruction itself puts the return address into RCX (and the flags into R11). It saves nothing
 * on any stack, which is what makes it fast. Number 60 is exit in the 64-bit table. */

	.globl	_start
_start:
	movl	$60, %eax		/* __NR_exit, 64-bit table */
	movl	$99, %edi		/* the status */
	syscall
	hlt				/* not reached: exit does not return */

	.section .note.GNU-stack, "", @progbits
