/* SPDX-License-Identifier: GPL-2.0-or-later */
/* only: 32 */
/* guest: nostdlib */
/* exit(99) by SYSENTER, through the door that the kernel hands to each 32-bit program.
 *
 * SYSENTER saves neither the return address nor the stack pointer, so a program cannot use it
 * alone: the kernel must know where to return to. It maps a small piece of code, the vDSO, that
 * saves ECX, EDX and EBP, executes SYSENTER and is the place to return to. Its address is in the
 * auxiliary vector, under AT_SYSINFO (32). The auxiliary vector lies on the initial stack:
 *
 *	ESP ->	argc, argv[0] ... argv[argc-1], NULL, envp[0] ..., NULL, (type, value) ..., (0, 0) */

#define AT_NULL	   0
#define AT_SYSINFO 32

	.globl	_start
_start:
	movl	(%esp), %eax		/* argc */
	leal	8(%esp, %eax, 4), %esi	/* past argc, argv and its NULL: envp */
1:	lodsl				/* skip the environment */
	testl	%eax, %eax
	jnz	1b

2:	lodsl				/* the type of an entry */
	movl	%eax, %edx
	lodsl				/* its value */
	cmpl	$AT_SYSINFO, %edx
	je	found
	testl	%edx, %edx		/* AT_NULL: the end */
	jnz	2b

	movl	$1, %eax		/* no such door: say so with status 1 */
	movl	$1, %ebx
	int	$0x80

found:	movl	%eax, %ebp
	movl	$1, %eax		/* __NR_exit */
	movl	$99, %ebx
	call	*%ebp			/* __kernel_vsyscall */
	hlt				/* not reached */

	.section .note.GNU-stack, "", @progbits
