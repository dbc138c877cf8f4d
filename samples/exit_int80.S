/* SPDX-License-Identifier: GPL-2.0-or-later */
/* only: 32 */
/* guest: nostdlib */
/* exit(99) by the oldest gate, INT 0x80.
 *
 * A 32-bit program puts the number of the call in EAX and its arguments in EBX, ECX, EDX, ESI,
 * EDI and EBP. INT 0x80 is an interrupt gate that ring 3 may use: the CPU saves EIP, CS, EFLAGS,
 * ESP and SS, and the kernel finds the rest in the registers. Number 1 is exit in the 32-bit
 * table (in the 64-bit table it is write!). */

	.globl	_start
_start:
	movl	$1, %eax		/* __NR_exit, 32-bit table */
	movl	$99, %ebx		/* the status */
	int	$0x80
	hlt				/* not reached: exit does not return */

	.section .note.GNU-stack, "", @progbits
