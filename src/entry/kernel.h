/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Linux's start-up leaves in the CPU for the gates to work with: the MSRs of SYSCALL and
 * SYSENTER, the IDT, the TSS (arch/x86/kernel/cpu/common.c: syscall_init(), arch/x86/kernel/idt.c).
 * The engine holds the values; they are read back from it.
 *
 * Addresses of kernel code are symbolic: no kernel text exists. They lie where a kernel without
 * KASLR has its entry text, and are the same everywhere in trapgate. */
#ifndef TRAPGATE_ENTRY_KERNEL_H
#define TRAPGATE_ENTRY_KERNEL_H

#include "cpu/cpu.h"

/* arch/x86/include/asm/msr-index.h */
#define MSR_IA32_SYSENTER_CS  0x174
#define MSR_IA32_SYSENTER_ESP 0x175
#define MSR_IA32_SYSENTER_EIP 0x176
#define MSR_EFER	      0xc0000080u
#define MSR_STAR	      0xc0000081u
#define MSR_LSTAR	      0xc0000082u
#define MSR_CSTAR	      0xc0000083u
#define MSR_SYSCALL_MASK      0xc0000084u
#define MSR_FS_BASE	      0xc0000100u
#define MSR_GS_BASE	      0xc0000101u
#define MSR_KERNEL_GS_BASE    0xc0000102u

#define EFER_SCE 0x001
#define EFER_LME 0x100
#define EFER_LMA 0x400
#define EFER_NX	 0x800

#define KERNEL32_CS 0x08
#define KERNEL_CS   0x10
#define KERNEL_DS   0x18

/* The flags that SYSCALL clears: MSR_SYSCALL_MASK. */
#define SYSCALL_FLAGS_MASK 0x257fd5u

/* For cpu_ops.boot. */
const struct cpu_boot *kernel_boot(enum cpu_model model);

/* The name of the code at a kernel address ("entry_SYSCALL_64"), or NULL. */
const char *kernel_symbol(u64 addr);

/* A gate of the IDT (SDM vol. 3, 6.14.1). */
struct idt_gate {
	u64 offset;
	u16 selector;
	u8 ist, type, dpl;
	bool present;
};
struct idt_gate idt_gate_decode(const u64 raw[2]);

/* struct x86_hw_tss */
struct tss {
	u32 reserved1;
	u64 sp0, sp1, sp2;
	u64 reserved2;
	u64 ist[7];
	u32 reserved3, reserved4;
	u16 reserved5, io_bitmap_base;
} __attribute__((packed));

#endif
