/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The initial stack of a program, as fs/exec.c and fs/binfmt_elf.c lay it out. Pure. */
#ifndef TRAPGATE_LOADER_STACK_H
#define TRAPGATE_LOADER_STACK_H

#include "abi/types.h"

struct stack_plan {
	enum abi abi;
	guest_addr top;		 /* end of the stack area (exclusive), page aligned */
	const char *const *argv; /* NULL-terminated host strings; an empty list becomes {""} */
	const char *const *envp;
	const char *execfn; /* AT_EXECFN */
	u8 random[16];	    /* AT_RANDOM */
	u32 align_random;   /* arch_align_stack's random byte offset, 0..8191; 0 without ASLR */
	/* auxv in Linux's order without AT_NULL; the values of AT_RANDOM, AT_EXECFN and
	 * AT_PLATFORM are filled in by stack_build() */
	u64 (*auxv)[2];
	size_t nr_auxv;
};

struct stack_image {
	u8 *data; /* malloc'ed: the bytes from sp to top */
	size_t size;
	guest_addr sp; /* 16-byte aligned: argc is there */
	guest_addr arg_start, arg_end, env_start, env_end;
	guest_addr argv, envp, auxv; /* where the arrays begin */
};

/* Builds the stack. 0; -ENOMEM; -E2BIG for a string longer than MAX_ARG_STRLEN (the limits on all
 * strings together are the caller's to check) or a stack that does not fit below top. The caller
 * frees image->data. */
int stack_build(struct stack_plan *plan, struct stack_image *image);

#endif
