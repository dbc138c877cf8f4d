/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vDSO of 32-bit programs: the way into the kernel by SYSENTER, the returns from signal
 * handlers, and the clock functions, which ask the kernel by INT 0x80. */
#include <asm/unistd_32.h>

	.text

/* AT_SYSINFO: a system call with its number in eax and its arguments in ebx, ecx, edx, esi, edi,
 * ebp, as for INT 0x80; every register but eax is kept.
 *
 * SYSENTER loses esp and eip, so ebp tells the kernel where the stack is, the caller's ebp lies
 * on top of it, and the kernel returns to the landing pad. SYSEXIT takes esp and eip from ecx and
 * edx: these are restored here. A call that is to be restarted goes back by two bytes, to the
 * INT 0x80 before the landing pad, with all registers as they were on entry. */
	.balign	16
	.globl	__kernel_vsyscall
	.type	__kernel_vsyscall, @function
__kernel_vsyscall:
	.cfi_startproc
	pushl	%ecx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ecx, 0
	pushl	%edx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset edx, 0
	pushl	%ebp
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ebp, 0
	movl	%esp, %ebp
	sysenter
	int	$0x80
	.globl	int80_landing_pad
int80_landing_pad:
	popl	%ebp
	.cfi_restore ebp
	.cfi_adjust_cfa_offset -4
	popl	%edx
	.cfi_restore edx
	.cfi_adjust_cfa_offset -4
	popl	%ecx
	.cfi_restore ecx
	.cfi_adjust_cfa_offset -4
	ret
	.cfi_endproc
	.size	__kernel_vsyscall, . - __kernel_vsyscall

/* Unwinding through a signal frame: the interrupted registers lie in the sigcontext, \base bytes
 * above esp. The CFA of a signal frame is by convention the interrupted esp, so that nothing has a
 * fixed distance from it, and every place is a DWARF expression: DW_OP_breg4 (esp) + offset. */
#define DW_CFA_def_cfa_expression 0x0f
#define DW_CFA_expression	  0x10
#define DW_OP_deref		  0x06
#define DW_OP_breg4		  0x74

/* struct sigcontext_32: offsets of the registers */
#define SC_EDI 16
#define SC_ESI 20
#define SC_EBP 24
#define SC_ESP 28
#define SC_EBX 32
#define SC_EDX 36
#define SC_ECX 40
#define SC_EAX 44
#define SC_EIP 56

/* sleb128 of a number in 0..8191, always in two bytes */
#define LEB_LO(x) (((x) & 0x7f) | 0x80)
#define LEB_HI(x) ((x) >> 7)

	.macro	saved reg, offset
	.cfi_escape DW_CFA_expression, \reg, 3, DW_OP_breg4, LEB_LO(\offset), LEB_HI(\offset)
	.endm

	.macro	sigcontext base
	.cfi_escape DW_CFA_def_cfa_expression, 4, DW_OP_breg4, LEB_LO(\base + SC_ESP), \
		LEB_HI(\base + SC_ESP), DW_OP_deref
	saved	0, (\base + SC_EAX)
	saved	1, (\base + SC_ECX)
	saved	2, (\base + SC_EDX)
	saved	3, (\base + SC_EBX)
	saved	5, (\base + SC_EBP)
	saved	6, (\base + SC_ESI)
	saved	7, (\base + SC_EDI)
	saved	8, (\base + SC_EIP)
	.endm

/* Where handlers without SA_RESTORER and without SA_SIGINFO return to: esp points to the signal
 * number, the sigcontext follows. Debuggers know these very bytes. An unwinder looks up the return
 * address minus one, hence the description begins at the byte before. */
	.balign	16
	.skip	15, 0x90
	.cfi_startproc simple
	.cfi_signal_frame
	sigcontext 4
	nop
	.globl	__kernel_sigreturn
	.type	__kernel_sigreturn, @function
__kernel_sigreturn:
	popl	%eax
	sigcontext 0
	movl	$__NR_sigreturn, %eax
	int	$0x80
	.cfi_endproc
	nop
	.size	__kernel_sigreturn, . - __kernel_sigreturn

/* The same with SA_SIGINFO: signal number, two pointers, siginfo (128 bytes), ucontext, whose
 * sigcontext comes after 20 bytes. */
	.balign	16
	.skip	15, 0x90
	.cfi_startproc simple
	.cfi_signal_frame
	sigcontext (4 + 4 + 4 + 128 + 20)
	nop
	.globl	__kernel_rt_sigreturn
	.type	__kernel_rt_sigreturn, @function
__kernel_rt_sigreturn:
	movl	$__NR_rt_sigreturn, %eax
	int	$0x80
	.cfi_endproc
	nop
	.size	__kernel_rt_sigreturn, . - __kernel_rt_sigreturn

	.macro	vdso_begin name
	.balign	16
	.globl	__vdso_\name
	.type	__vdso_\name, @function
__vdso_\name:
	.cfi_startproc
	pushl	%ebx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ebx, 0
	movl	8(%esp), %ebx
	.endm

	.macro	vdso_end name, nr
	movl	$\nr, %eax
	int	$0x80
	popl	%ebx
	.cfi_restore ebx
	.cfi_adjust_cfa_offset -4
	ret
	.cfi_endproc
	.size	__vdso_\name, . - __vdso_\name
	.endm

	.macro	vdso_call1 name, nr
	vdso_begin \name
	vdso_end \name, \nr
	.endm

	.macro	vdso_call2 name, nr
	vdso_begin \name
	movl	12(%esp), %ecx
	vdso_end \name, \nr
	.endm

	.macro	vdso_call3 name, nr
	vdso_begin \name
	movl	12(%esp), %ecx
	movl	16(%esp), %edx
	vdso_end \name, \nr
	.endm

	vdso_call2 clock_gettime, __NR_clock_gettime
	vdso_call2 clock_gettime64, __NR_clock_gettime64
	vdso_call2 gettimeofday, __NR_gettimeofday
	vdso_call1 time, __NR_time
	vdso_call2 clock_getres, __NR_clock_getres
	vdso_call3 getcpu, __NR_getcpu

	.section .note.GNU-stack, "", @progbits
