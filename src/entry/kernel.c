/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "entry/kernel.h"

#include <stdio.h>

#define PER_CPU_BASE   0xffff88813bc00000UL /* CPU 0's per-CPU area: the kernel's GS base */
#define ESTACKS	       0xfffffe0000009000UL /* cea_exception_stacks, above the guard page */
#define IRQ_ENTRIES    0xffffffff81e00230UL /* irq_entries_start: 16 bytes for each vector */
#define FIRST_IRQ      0x20
#define SYSCALL_VECTOR 0x80

#define SYM_SYSCALL_64	    0xffffffff81e00040UL
#define SYM_SYSENTER_COMPAT 0xffffffff81e01980UL
#define SYM_SYSCALL_COMPAT  0xffffffff81e01a40UL
#define SYM_INT80_COMPAT    0xffffffff81e01b40UL

static const struct {
	u64 addr;
	const char *name;
} entries[] = {
	{SYM_SYSCALL_64, "entry_SYSCALL_64"},
	{SYM_SYSENTER_COMPAT, "entry_SYSENTER_compat"},
	{SYM_SYSCALL_COMPAT, "entry_SYSCALL_compat"},
	{SYM_INT80_COMPAT, "entry_INT80_compat"},
};

/* The exceptions' gates: def_idts[] and early_pf_idts[] of arch/x86/kernel/idt.c. SYSG gates, which
 * user space may use, have DPL 3. */
static const struct {
	u8 vector, ist, dpl;
	const char *name;
	u64 addr;
} exceptions[] = {
	{0, 0, 0, "asm_exc_divide_error", 0xffffffff81e01000UL},
	{1, 3, 0, "asm_exc_debug", 0xffffffff81e01040UL},
	{2, 2, 0, "asm_exc_nmi", 0xffffffff81e01080UL},
	{3, 0, 3, "asm_exc_int3", 0xffffffff81e010c0UL},
	{4, 0, 3, "asm_exc_overflow", 0xffffffff81e01100UL},
	{5, 0, 0, "asm_exc_bounds", 0xffffffff81e01140UL},
	{6, 0, 0, "asm_exc_invalid_op", 0xffffffff81e01180UL},
	{7, 0, 0, "asm_exc_device_not_available", 0xffffffff81e011c0UL},
	{8, 1, 0, "asm_exc_double_fault", 0xffffffff81e01200UL},
	{9, 0, 0, "asm_exc_coproc_segment_overrun", 0xffffffff81e01240UL},
	{10, 0, 0, "asm_exc_invalid_tss", 0xffffffff81e01280UL},
	{11, 0, 0, "asm_exc_segment_not_present", 0xffffffff81e012c0UL},
	{12, 0, 0, "asm_exc_stack_segment", 0xffffffff81e01300UL},
	{13, 0, 0, "asm_exc_general_protection", 0xffffffff81e01340UL},
	{14, 0, 0, "asm_exc_page_fault", 0xffffffff81e01380UL},
	{15, 0, 0, "asm_exc_spurious_interrupt_bug", 0xffffffff81e013c0UL},
	{16, 0, 0, "asm_exc_coprocessor_error", 0xffffffff81e01400UL},
	{17, 0, 0, "asm_exc_alignment_check", 0xffffffff81e01440UL},
	{18, 4, 0, "asm_exc_machine_check", 0xffffffff81e01480UL},
	{19, 0, 0, "asm_exc_simd_coprocessor_error", 0xffffffff81e014c0UL},
};

static struct cpu_msr msrs[] = {
	{MSR_EFER, EFER_SCE | EFER_LME | EFER_LMA | EFER_NX},
	/* SYSRET's selectors in the upper, SYSCALL's in the lower half: idt_syscall_init() */
	{MSR_STAR, (u64)USER32_CS << 48 | (u64)KERNEL_CS << 32},
	{MSR_LSTAR, SYM_SYSCALL_64},
	{MSR_CSTAR, SYM_SYSCALL_COMPAT},
	{MSR_SYSCALL_MASK, SYSCALL_FLAGS_MASK},
	{MSR_IA32_SYSENTER_CS, KERNEL_CS},
	{MSR_IA32_SYSENTER_ESP, CPU_ENTRY_STACK},
	{MSR_IA32_SYSENTER_EIP, SYM_SYSENTER_COMPAT},
	{MSR_KERNEL_GS_BASE, PER_CPU_BASE},
};

static u64 idt[256][2];
static struct tss tss;

/* All are interrupt gates (type 14): the CPU clears IF. */
static void set_gate(int vector, u64 offset, u8 ist, u8 dpl)
{
	idt[vector][0] = (offset & 0xffff) | (u64)KERNEL_CS << 16 | (u64)ist << 32 | 0xeUL << 40 |
			 (u64)dpl << 45 | 1UL << 47 | (offset >> 16 & 0xffff) << 48;
	idt[vector][1] = offset >> 32;
}

/* wrmsrl_cstar(): Intel's CPUs, which have no SYSCALL in compatibility mode, are spared it. */
static void set_cstar(enum cpu_model model)
{
	for (size_t i = 0; i < ARRAY_SIZE(msrs); i++)
		if (msrs[i].nr == MSR_CSTAR)
			msrs[i].value = model == CPU_MODEL_INTEL ? 0 : SYM_SYSCALL_COMPAT;
}

const struct cpu_boot *kernel_boot(enum cpu_model model)
{
	static const struct cpu_boot boot = {
		.msrs = msrs, .nr_msrs = ARRAY_SIZE(msrs), .idt = idt, .tss = &tss};

	set_cstar(model);
	for (int v = FIRST_IRQ; v < 256; v++)
		set_gate(v, IRQ_ENTRIES + 16 * (u64)(v - FIRST_IRQ), 0, 0);
	for (size_t i = 0; i < ARRAY_SIZE(exceptions); i++)
		set_gate(exceptions[i].vector, exceptions[i].addr, exceptions[i].ist,
			 exceptions[i].dpl);
	set_gate(SYSCALL_VECTOR, SYM_INT80_COMPAT, 0, 3);
	tss.sp0 = CPU_ENTRY_STACK;
	tss.sp1 = CPU_TASK_STACK;
	for (u64 i = 0; i < 4; i++) /* each with a guard page */
		tss.ist[i] = ESTACKS + 0x3000 * i + 0x2000;
	tss.io_bitmap_base = CPU_TSS_LIMIT + 1; /* beyond the limit: no port is allowed */
	return &boot;
}

const char *kernel_symbol(u64 addr)
{
	static _Thread_local char irq[40];

	for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
		if (entries[i].addr == addr)
			return entries[i].name;
	for (size_t i = 0; i < ARRAY_SIZE(exceptions); i++)
		if (exceptions[i].addr == addr)
			return exceptions[i].name;
	if (addr < IRQ_ENTRIES || addr >= IRQ_ENTRIES + 16 * (256 - FIRST_IRQ))
		return NULL;
	snprintf(irq, sizeof(irq), "irq_entries_start+%#x", (unsigned)(addr - IRQ_ENTRIES));
	return irq;
}

struct idt_gate idt_gate_decode(const u64 raw[2])
{
	return (struct idt_gate){
		.offset = (raw[0] & 0xffff) | (raw[0] >> 48) << 16 | raw[1] << 32,
		.selector = (u16)(raw[0] >> 16),
		.ist = raw[0] >> 32 & 7,
		.type = raw[0] >> 40 & 0xf,
		.dpl = raw[0] >> 45 & 3,
		.present = raw[0] >> 47 & 1,
	};
}
