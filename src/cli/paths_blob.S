/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs that `trapgate paths` runs: paths/guest.S for each width. */
	.section .rodata, "a", @progbits

	.macro program name, file
	.balign	16
	.globl	\name
\name:
	.incbin	"\file"
1:	.balign	8
	.globl	\name\()_size
\name\()_size:
	.quad	1b - \name
	.endm

	program paths_guest64, paths64.elf
	program paths_guest32, paths32.elf

	.section .note.GNU-stack, "", @progbits
