/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of --html, before and behind the place of the data: page/page.mk cuts it there. */
	.section .rodata, "a", @progbits
	.globl	view_page, view_page_data, view_page_end
view_page:
	.incbin	"page.head"
view_page_data:
	.incbin	"page.tail"
view_page_end:

	.section .note.GNU-stack, "", @progbits
