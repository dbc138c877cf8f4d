/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vDSO of 64-bit programs. Each function asks the kernel, as Linux's own does when the clock
 * cannot be read from user space; the result is the kernel's: 0 or more, or -errno. */
#include <asm/unistd_64.h>

	.text

/* \name under its vDSO name, and under its C name as a weak alias */
	.macro vdso_call name, nr
	.balign	16
	.globl	__vdso_\name
	.type	__vdso_\name, @function
	.weak	\name
	.type	\name, @function
__vdso_\name:
\name:
	.cfi_startproc
	movl	$\nr, %eax
	syscall
	ret
	.cfi_endproc
	.size	__vdso_\name, . - __vdso_\name
	.size	\name, . - \name
	.endm

	vdso_call clock_gettime, __NR_clock_gettime
	vdso_call gettimeofday, __NR_gettimeofday
	vdso_call time, __NR_time
	vdso_call getcpu, __NR_getcpu
	vdso_call clock_getres, __NR_clock_getres

/* ssize_t getrandom(void *buffer, size_t len, unsigned flags, void *state, size_t state_len). With a
 * length of -1 it tells how to get memory for a state, which is not used here: the host's generator
 * is asked each time. */
#define STATE_SIZE   144  /* struct vgetrandom_state */
#define MMAP_PROT    0x3  /* PROT_READ | PROT_WRITE */
#define MMAP_FLAGS   0x28 /* MAP_DROPPABLE | MAP_ANONYMOUS */
#define NR_RESERVED  13
#define EFAULT	     14

	.balign	16
	.globl	__vdso_getrandom
	.type	__vdso_getrandom, @function
	.weak	getrandom
	.type	getrandom, @function
__vdso_getrandom:
getrandom:
	.cfi_startproc
	cmpq	$-1, %r8
	jne	1f
	movq	%rdi, %rax
	orq	%rsi, %rax
	movl	%edx, %r9d
	orq	%r9, %rax
	jnz	1f
	movl	$STATE_SIZE, (%rcx)
	movl	$MMAP_PROT, 4(%rcx)
	movl	$MMAP_FLAGS, 8(%rcx)
	leaq	12(%rcx), %rdi
	movl	$NR_RESERVED, %ecx
	rep stosl
	ret
1:	andl	$4095, %ecx /* a state that straddles pages */
	cmpl	$4096 - STATE_SIZE, %ecx
	ja	2f
	movl	$__NR_getrandom, %eax
	syscall
	ret
2:	movq	$-EFAULT, %rax
	ret
	.cfi_endproc
	.size	__vdso_getrandom, . - __vdso_getrandom
	.size	getrandom, . - getrandom

	.section .note.GNU-stack, "", @progbits
