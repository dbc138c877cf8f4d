/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_ABI_PT_REGS_H
#define TRAPGATE_ABI_PT_REGS_H

#include "abi/types.h"

/* The registers that the kernel saves on entry, in the order of arch/x86/include/asm/ptrace.h.
 * Field names are the kernel's own (not those of the user-space header of the same name, which
 * must not be included together with this one). */
struct pt_regs {
	u64 r15, r14, r13, r12, bp, bx;
	u64 r11, r10, r9, r8, ax, cx, dx, si, di;
	u64 orig_ax; /* system-call number, or -1 for an exception or interrupt */
	u64 ip, cs, flags, sp, ss;
};

/* RFLAGS bits (Intel SDM vol. 1, 3.4.3). */
#define X86_EFLAGS_CF	 0x00000001u
#define X86_EFLAGS_FIXED 0x00000002u
#define X86_EFLAGS_PF	 0x00000004u
#define X86_EFLAGS_AF	 0x00000010u
#define X86_EFLAGS_ZF	 0x00000040u
#define X86_EFLAGS_SF	 0x00000080u
#define X86_EFLAGS_TF	 0x00000100u
#define X86_EFLAGS_IF	 0x00000200u
#define X86_EFLAGS_DF	 0x00000400u
#define X86_EFLAGS_OF	 0x00000800u
#define X86_EFLAGS_IOPL	 0x00003000u
#define X86_EFLAGS_NT	 0x00004000u
#define X86_EFLAGS_RF	 0x00010000u
#define X86_EFLAGS_VM	 0x00020000u
#define X86_EFLAGS_AC	 0x00040000u
#define X86_EFLAGS_ID	 0x00200000u

/* Selectors of Linux's GDT for user space (arch/x86/include/asm/segment.h). */
#define USER32_CS   0x23
#define USER_DS	    0x2b
#define USER_CS	    0x33
#define GDT_TLS_MIN 12
#define GDT_TLS_MAX 14
#define GDT_ENTRIES 16

#endif
