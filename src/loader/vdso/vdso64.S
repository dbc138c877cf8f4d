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

	.section .note.GNU-stack, "", @progbits
