/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pieces of host.h whose exact instructions matter: signal handlers compare the interrupted
 * program counter with the labels here. */

	.text

/* long host_syscall_block(const volatile u32 *pending, long nr, long a..f) */
	.globl	host_syscall_block
	.globl	host_block_start, host_block_insn, host_block_before, host_block_restart
	.type	host_syscall_block, @function
host_syscall_block:
	movq	%rdi, %r11
	movq	%rsi, %rax
	movq	%rdx, %rdi
	movq	%rcx, %rsi
	movq	%r8, %rdx
	movq	%r9, %r10
	movq	8(%rsp), %r8
	movq	16(%rsp), %r9
host_block_start:
	xorl	%ecx, %ecx		/* SYSCALL puts the address behind it here */
	cmpl	$0, (%r11)
	jne	host_block_before
host_block_insn:
	syscall
	ret
host_block_before:
	movq	$-513, %rax		/* -ERESTARTNOINTR */
	ret
host_block_restart:
	movq	$-512, %rax		/* -ERESTARTSYS */
	ret
	.size	host_syscall_block, . - host_syscall_block

/* long host_clone_thread(flags, stack, parent_tid, child_tid, tls, fn): clone(2) whose child calls
 * fn() on the stack, which ends at `stack`. */
	.globl	host_clone_thread
	.type	host_clone_thread, @function
host_clone_thread:
	movq	%rcx, %r10
	movl	$56, %eax
	syscall
	testq	%rax, %rax
	jz	1f
	ret
1:	xorl	%ebp, %ebp
	call	*%r9
	hlt
	.size	host_clone_thread, . - host_clone_thread

/* size_t host_copy(void *dst, const void *src, size_t n) */
	.globl	host_copy, host_copy_insn, host_copy_end
	.type	host_copy, @function
host_copy:
	movq	%rdx, %rcx
host_copy_insn:
	rep movsb
host_copy_end:
	movq	%rcx, %rax
	ret
	.size	host_copy, . - host_copy

/* long host_strnlen(const char *s, size_t n) */
	.globl	host_strnlen, host_strnlen_insn, host_strnlen_fault
	.type	host_strnlen, @function
host_strnlen:
	xorl	%eax, %eax
1:	cmpq	%rsi, %rax
	jae	2f
host_strnlen_insn:
	cmpb	$0, (%rdi,%rax)
	je	2f
	incq	%rax
	jmp	1b
2:	ret
host_strnlen_fault:
	movq	$-1, %rax
	ret
	.size	host_strnlen, . - host_strnlen

	.section .note.GNU-stack, "", @progbits
