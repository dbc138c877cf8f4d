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

/* size_t host_touch(const void *p, size_t n). Plain loads, which wait for each other's cache misses
 * as little as the program's own would. */
	.globl	host_touch, host_touch_insn, host_touch_end
	.type	host_touch, @function
host_touch:
	xorl	%eax, %eax
1:	cmpq	%rsi, %rax
	jae	host_touch_end
host_touch_insn:
	movb	(%rdi), %cl
	addq	$4096, %rdi
	incq	%rax
	jmp	1b
host_touch_end:
	ret
	.size	host_touch, . - host_touch

/* long host_strnlen(const char *s, size_t n) */
	.globl	host_strnlen, host_strnlen_insn, host_strnlen_fault
	.type	host_strnlen, @function
host_strnlen:
	movq	%rdi, %r8
	movl	%edi, %ecx
	andq	$-16, %r8		/* aligned blocks lie in one page */
	andl	$15, %ecx
	movl	$-1, %r9d
	shll	%cl, %r9d		/* the bytes of the first one that count */
	xorl	%eax, %eax
	pxor	%xmm1, %xmm1
1:	cmpq	%rsi, %rax
	jae	3f
host_strnlen_insn:
	movdqa	(%r8), %xmm0
	pcmpeqb	%xmm1, %xmm0
	pmovmskb %xmm0, %eax
	andl	%r9d, %eax
	jnz	2f
	movl	$-1, %r9d
	addq	$16, %r8
	movq	%r8, %rax
	subq	%rdi, %rax
	jmp	1b
2:	bsfl	%eax, %eax
	addq	%r8, %rax
	subq	%rdi, %rax
	cmpq	%rsi, %rax
	jb	4f
3:	movq	%rsi, %rax
4:	ret
host_strnlen_fault:
	movq	$-1, %rax
	ret
	.size	host_strnlen, . - host_strnlen

/* long host_syscall32(long nr, u32 a, u32 b, u32 c, u32 d, u32 e): INT 0x80 */
	.globl	host_syscall32, host_syscall32_insn, host_syscall32_none
	.type	host_syscall32, @function
host_syscall32:
	pushq	%rbx
	movl	%edi, %eax
	movl	%esi, %ebx
	xchgl	%ecx, %edx		/* c is the third argument there */
	movl	%r8d, %esi
	movl	%r9d, %edi
host_syscall32_insn:
	int	$0x80
	popq	%rbx
	ret
host_syscall32_none:			/* a host without 32-bit calls */
	movq	$-38, %rax		/* -ENOSYS */
	popq	%rbx
	ret
	.size	host_syscall32, . - host_syscall32

	.section .note.GNU-stack, "", @progbits
