/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The linked vDSO images (build/gen), each padded with zeros to whole pages. */
	.section .rodata, "a", @progbits

	.macro image name, file
	.balign	4096
	.globl	\name
	.type	\name, @object
\name:
	.incbin	"\file"
	.balign	4096
	.size	\name, . - \name
	.globl	\name\()_size
	.type	\name\()_size, @object
	.size	\name\()_size, 8
\name\()_size:
	.quad	\name\()_size - \name
	.endm

	image vdso64_image, vdso64.so
	image vdso32_image, vdso32.so

	.section .note.GNU-stack, "", @progbits
