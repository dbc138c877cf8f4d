/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program that `trapgate paths` runs, natively and under trapgate, once for each gate: it puts
 * the call's arguments into the registers of the gate's convention, uses the gate, and stores what
 * it finds in the registers afterwards. Built for 64-bit and for 32-bit mode; everything lies below
 * 4 GiB so that code of either width reaches it. The block `params` is filled in by paths.c, which
 * finds it by its magic; keep struct paths_params there in step with it. */
#ifdef __x86_64__
#include <asm/unistd_64.h>
#else
#include <asm/unistd_32.h>
#endif

#define CLOCK_MONOTONIC	1
#define AT_SYSINFO	32
#define AT_SYSINFO_EHDR 33
#define PROBE		255	/* lane: only looks at the vDSO */

	.data
	.balign	64
params:
	.ascii	"PATHSPRM"
lane:	.quad	0
nr:	.quad	0
args:	.fill	6, 8, 0
rounds:	.quad	1		/* how often the call is made */
pad:	.quad	0		/* where the landing pad is in the 32-bit vDSO */
fd:	.quad	-1		/* where the result goes */
	/* addresses: before the first instruction of the way, the gate, behind the last one */
	.macro	way name
	.long	\name\()_from, 0, \name\()_gate, 0, \name\()_to, 0
	.endm
	.macro	no_way
	.quad	0, 0, 0
	.endm
#ifdef __x86_64__
	way	syscall64
	way	int80_64
	way	sysenter64
	way	int80_32
	way	sysenter32
	way	syscall32
#else
	no_way
	no_way
	no_way
	way	int80_32
	way	sysenter32
	way	syscall32
#endif
text:	.fill	16384, 1, 0	/* strings and buffers that arguments point to */

result:
start:	.fill	2, 8, 0		/* struct timespec */
end:	.fill	2, 8, 0
res_ax:	.quad	0
res_bx:	.quad	0
res_cx:	.quad	0
res_dx:	.quad	0
res_si:	.quad	0
res_di:	.quad	0
res_bp:	.quad	0
res_sp:	.quad	0
res_8:	.fill	8, 8, 0
res_fl:	.quad	0
result_end:

	.bss
	.balign	64
	.skip	65536
stack:

	.text
/* The ways of 32-bit code, of either program. */
	.code32
	.macro	load32
	movl	nr, %eax
	movl	args, %ebx
	movl	args + 8, %ecx
	movl	args + 16, %edx
	movl	args + 24, %esi
	movl	args + 32, %edi
	movl	args + 40, %ebp
	.endm

way_int80_32:
	load32
int80_32_from:
int80_32_gate:
	int	$0x80
int80_32_to:
	call	save32
	jg	way_int80_32
	jmp	done32

way_sysenter32:
	load32
sysenter32_from:
	call	by_sysenter
sysenter32_to:
	call	save32
	jg	way_sysenter32
	jmp	done32

by_sysenter:			/* as the vDSO's __kernel_vsyscall */
	pushl	%ecx
	pushl	%edx
	pushl	%ebp
	movl	%esp, %ebp
sysenter32_gate:
	sysenter
	hlt			/* the kernel returns to the vDSO's landing pad */

way_syscall32:
	load32
syscall32_from:
	call	by_syscall
syscall32_to:
	call	save32
	jg	way_syscall32
	jmp	done32

by_syscall:			/* the same on AMD */
	pushl	%ecx
	pushl	%edx
	pushl	%ebp
	movl	%ecx, %ebp
syscall32_gate:
	syscall
	hlt

/* Stores the registers; the flags compare the rounds that are left with 0. (Below it after vfork, where
 * the child has counted in the same memory.) */
save32:
	movl	%eax, res_ax
	movl	%ebx, res_bx
	movl	%ecx, res_cx
	movl	%edx, res_dx
	movl	%esi, res_si
	movl	%edi, res_di
	movl	%ebp, res_bp
	leal	4(%esp), %eax
	movl	%eax, res_sp
	pushfl
	popl	res_fl
	decl	rounds
	ret

#ifdef __x86_64__

done32:
	ljmp	$0x33, $done64

/* What the vDSO has behind its SYSENTER: to be copied to where the kernel will return to. */
landing:
	popl	%ebp
	popl	%edx
	popl	%ecx
	ret
landing_end:

	.code64
	.macro	load64
	movq	nr, %rax
	movabsq	$0x0c0c0c0c0c0c0c0c, %r12
	movabsq	$0x0d0d0d0d0d0d0d0d, %r13
	movabsq	$0x0e0e0e0e0e0e0e0e, %r14
	movabsq	$0x0f0f0f0f0f0f0f0f, %r15
	movabsq	$0x0b0b0b0b0b0b0b0b, %r11
	.endm

	.macro	load64_ia32
	load64
	movq	args, %rbx
	movq	args + 8, %rcx
	movq	args + 16, %rdx
	movq	args + 24, %rsi
	movq	args + 32, %rdi
	movq	args + 40, %rbp
	movabsq	$0x0808080808080808, %r8
	movabsq	$0x0909090909090909, %r9
	movabsq	$0x0a0a0a0a0a0a0a0a, %r10
	.endm

way_syscall64:
	load64
	movq	args, %rdi
	movq	args + 8, %rsi
	movq	args + 16, %rdx
	movq	args + 24, %r10
	movq	args + 32, %r8
	movq	args + 40, %r9
	movabsq	$0x1c1c1c1c1c1c1c1c, %rcx
	movabsq	$0x1b1b1b1b1b1b1b1b, %rbx
	movabsq	$0x1515151515151515, %rbp
syscall64_from:
syscall64_gate:
	syscall
syscall64_to:
	call	save64
	jg	way_syscall64
	jmp	done64

way_int80_64:
	load64_ia32
int80_64_from:
int80_64_gate:
	int	$0x80
int80_64_to:
	call	save64
	jg	way_int80_64
	jmp	done64

/* SYSENTER in 64-bit mode: the kernel takes it for a 32-bit program's, with its stack words and
 * its way back. */
way_sysenter64:
	load64_ia32
	subq	$16, %rsp
	movl	$sysenter64_to, 12(%rsp)
	movl	%ecx, 8(%rsp)
	movl	%edx, 4(%rsp)
	movl	%ebp, (%rsp)
	movl	%esp, %ebp
sysenter64_from:
sysenter64_gate:
	sysenter
	hlt
	.code32
sysenter64_to:
	call	save32
	jz	done32
	ljmp	$0x33, $way_sysenter64
	.code64

save64:
	movq	%rax, res_ax
	movq	%rbx, res_bx
	movq	%rcx, res_cx
	movq	%rdx, res_dx
	movq	%rsi, res_si
	movq	%rdi, res_di
	movq	%rbp, res_bp
	leaq	8(%rsp), %rax
	movq	%rax, res_sp
	movq	%r8, res_8
	movq	%r9, res_8 + 8
	movq	%r10, res_8 + 16
	movq	%r11, res_8 + 24
	movq	%r12, res_8 + 32
	movq	%r13, res_8 + 40
	movq	%r14, res_8 + 48
	movq	%r15, res_8 + 56
	pushfq
	popq	res_fl
	decl	rounds
	ret

/* A 64-bit process has no 32-bit vDSO, yet the kernel returns to where its landing pad would be,
 * and of that address 32 bits remain: code is put there. */
make_landing:
	movq	%rsp, %rsi
	lodsq			/* argc */
	leaq	8(%rsi, %rax, 8), %rsi
1:	lodsq			/* the environment */
	testq	%rax, %rax
	jnz	1b
2:	lodsq			/* the auxiliary vector */
	movq	%rax, %rdx
	lodsq
	testl	%edx, %edx
	jz	3f
	cmpl	$AT_SYSINFO_EHDR, %edx
	jne	2b
	addl	pad, %eax	/* zero-extended: the lower half */
	movl	%eax, %r12d
	movl	%eax, %edi
	andl	$0xfffff000, %edi
	movl	$0x2000, %esi
	movl	$7, %edx	/* PROT_READ | PROT_WRITE | PROT_EXEC */
	movl	$0x100032, %r10d /* MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE */
	movq	$-1, %r8
	xorl	%r9d, %r9d
	movl	$__NR_mmap, %eax
	syscall
	testq	%rax, %rax
	js	3f
	movl	%r12d, %edi
	movl	$landing, %esi
	movl	$landing_end - landing, %ecx
	rep	movsb
3:	jmp	made_landing

	.globl	_start
_start:
	cmpl	$2, lane
	jb	made_landing
	cmpl	$3, lane
	jne	make_landing
made_landing:
	movl	$__NR_clock_gettime, %eax
	movl	$CLOCK_MONOTONIC, %edi
	movl	$start, %esi
	syscall
	movl	$stack, %esp
	movl	$0x2b, %edx	/* for 32-bit code: its segments must be there */
	movl	%edx, %ds
	movl	%edx, %es
	movl	lane, %eax
	cmpl	$0, %eax
	je	way_syscall64
	cmpl	$1, %eax
	je	way_int80_64
	cmpl	$2, %eax
	je	way_sysenter64
	ljmp	*ways32 - 24(, %rax, 8)
	.balign	8
ways32:	.long	way_int80_32, 0x23, way_sysenter32, 0x23, way_syscall32, 0x23

done64:
	movl	$stack, %esp
	movl	$__NR_clock_gettime, %eax
	movl	$CLOCK_MONOTONIC, %edi
	movl	$end, %esi
	syscall
	movl	$__NR_write, %eax
	movl	fd, %edi
	movl	$result, %esi
	movl	$result_end - result, %edx
	syscall
	movl	$__NR_exit_group, %eax
	xorl	%edi, %edi
	syscall
	hlt

#else

/* Tells where __kernel_vsyscall and the vDSO are, and how it begins: in place of the result. */
probe:
	movl	(%esp), %eax
	leal	8(%esp, %eax, 4), %esi
	xorl	%ebx, %ebx
1:	lodsl
	testl	%eax, %eax
	jnz	1b
2:	lodsl
	movl	%eax, %edx
	lodsl
	cmpl	$AT_SYSINFO_EHDR, %edx
	cmovel	%eax, %ecx
	cmpl	$AT_SYSINFO, %edx
	cmovel	%eax, %ebx
	testl	%edx, %edx
	jnz	2b
	testl	%ebx, %ebx
	jz	tell
	movl	%ebx, start
	movl	%ecx, start + 8
	movl	%ebx, %esi
	movl	$res_ax, %edi
	movl	$64, %ecx
	rep	movsb
	jmp	tell

	.globl	_start
_start:
	cmpl	$PROBE, lane
	je	probe
	movl	$__NR_clock_gettime64, %eax
	movl	$CLOCK_MONOTONIC, %ebx
	movl	$start, %ecx
	int	$0x80
	movl	$stack, %esp
	movl	lane, %eax
	jmp	*ways32 - 12(, %eax, 4)
	.balign	4
ways32:	.long	way_int80_32, way_sysenter32, way_syscall32

done32:
	movl	$__NR_clock_gettime64, %eax
	movl	$CLOCK_MONOTONIC, %ebx
	movl	$end, %ecx
	int	$0x80
tell:
	movl	$__NR_write, %eax
	movl	fd, %ebx
	movl	$result, %ecx
	movl	$result_end - result, %edx
	int	$0x80
	movl	$__NR_exit_group, %eax
	xorl	%ebx, %ebx
	int	$0x80
	hlt

#endif

	.section .note.GNU-stack, "", @progbits
