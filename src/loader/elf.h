/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading an ELF program into a plan of what to map. Pure: touches no address space. */
#ifndef TRAPGATE_LOADER_ELF_H
#define TRAPGATE_LOADER_ELF_H

#include "abi/types.h"

#define ELF_MAX_SEGMENTS 64

struct elf_segment { /* a PT_LOAD */
	u64 vaddr, memsz, filesz, offset;
	u32 prot; /* PROT_* */
};

struct elf_plan {
	enum abi abi;
	bool pie;		/* ET_DYN: vaddrs are relative to a bias of the caller's choice */
	bool exec_stack;	/* PT_GNU_STACK with PF_X; without one: in a 32-bit program only */
	bool read_implies_exec; /* personality that Linux derives (elf_read_implies_exec) */
	bool too_late;		/* elf_probe() failed where Linux has given up the old program */
	bool doubtful;		/* it failed for what Linux does not look for; all is planned */
	u64 entry;
	u64 phdr_vaddr; /* of the program headers, 0 (before the bias) if they are not mapped */
	u32 phnum, phentsize;
	u64 align;  /* largest p_align of the PT_LOADs, at least PAGE_SIZE */
	u64 lo, hi; /* page-aligned bounds of all segments */
	/* As binfmt_elf computes them: start_code is ~0 if nothing is executable; brk is page
	 * aligned. */
	u64 end_code, start_code, start_data, end_data, brk;
	u32 nr_segments;
	char interp[4096]; /* PT_INTERP, "" if none; what Linux opens ends at the first NUL */
	/* In the file's order, which need not ascend. What two share the later one has, as after
	 * mmap(MAP_FIXED) of each in turn: bytes only when `doubtful`, like pages that the file
	 * does not have. */
	struct elf_segment segment[ELF_MAX_SEGMENTS];
};

/* Reads the program open at fd. Returns 0, or what execve(2) answers on Linux (fs/binfmt_elf.c):
 *	-EACCES		not a regular file
 *	-ENOEXEC	not an ELF program for this machine, or no program headers to be had
 *	-EIO		the interpreter's name lies beyond the end of the file
 *	-EINVAL		the segments cannot be loaded. Linux notices when the old program is gone:
 *			the process dies by SIGSEGV (for a caller that wants the same). Or it never
 *			does, and the program can hardly run: segments that overlap or that the file
 *			does not have, an entry point outside of them (`doubtful`)
 *	-ENOMEM		the segments cannot be loaded, because of a bss larger than memory
 * or what fstat(2) or pread(2) answered. On failure `why` holds what is wrong in a few words, for
 * a message after "PATH: ". */
int elf_probe(int fd, struct elf_plan *plan, char *why, size_t n);

/* The same for the interpreter of a program of this kind; what it says of stacks and of an
 * interpreter counts for nothing. The answers that differ:
 *	-ELIBBAD	not an ELF file, or not for the program's machine, or no program headers
 *	-EIO		shorter than an ELF header
 *	-ENOEXEC	of a type that cannot be loaded; too late, like -EINVAL and -ENOMEM */
int elf_probe_interp(int fd, enum abi abi, struct elf_plan *plan, char *why, size_t n);

#endif
