/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What only the kernel side of the CPU sees: MSRs, descriptor tables, the TSS, kernel stacks. */
#include "cpu/engine.h"
#include "cpu/unicorn_traps.h"

#include <string.h>

#include "host/host.h"

#define PHYS_IDT	 0x8000UL
#define PHYS_TSS	 0x9000UL
#define PHYS_ENTRY_STACK 0xa000UL
#define PHYS_TASK_STACK	 0xb000UL
#define GDT_ENTRY_TSS	 8

/* The TSS's descriptor takes two entries (SDM vol. 3, 8.2.3): available and then busy, DPL 0. */
static void write_tss_descriptor(void)
{
	u64 base = CPU_TSS, limit = CPU_TSS_LIMIT;

	cpu_set_gdt(GDT_ENTRY_TSS, (limit & 0xffff) | (base & 0xffffff) << 16 | 0x8bUL << 40 |
					   (limit >> 16 & 0xf) << 48 | (base >> 24 & 0xff) << 56);
	cpu_set_gdt(GDT_ENTRY_TSS + 1, base >> 32);
}

void engine_boot(const struct cpu_boot *boot)
{
	uc_x86_mmr idtr = {.base = CPU_IDT, .limit = PAGE_SIZE - 1};
	uc_x86_mmr tr = {.selector = GDT_ENTRY_TSS * 8,
			 .base = CPU_TSS,
			 .limit = CPU_TSS_LIMIT,
			 .flags = 0x8b00};

	for (size_t i = 0; i < boot->nr_msrs; i++) {
		uc_x86_msr m = {.rid = boot->msrs[i].nr, .value = boot->msrs[i].value};

		if (uc_reg_write(eng.uc, UC_X86_REG_MSR, &m) != UC_ERR_OK)
			fatal("the CPU engine failed: MSR %#x cannot be written", m.rid);
	}
	memcpy(eng.arena + PHYS_IDT, boot->idt, PAGE_SIZE);
	memcpy(eng.arena + PHYS_TSS, boot->tss, 104);
	write_tss_descriptor();
	if (uc_reg_write(eng.uc, UC_X86_REG_IDTR, &idtr) != UC_ERR_OK ||
	    uc_reg_write(eng.uc, UC_X86_REG_TR, &tr) != UC_ERR_OK)
		fatal("the CPU engine failed: IDTR and TR cannot be written");
}

u64 cpu_get_msr(u32 nr)
{
	uc_x86_msr m = {.rid = nr};

	uc_reg_read(eng.uc, UC_X86_REG_MSR, &m);
	return m.value;
}

static struct cpu_table_reg table_reg(int id)
{
	uc_x86_mmr r = {0};

	uc_reg_read(eng.uc, id, &r);
	return (struct cpu_table_reg){.selector = r.selector, .base = r.base, .limit = r.limit};
}

void cpu_get_tables(struct cpu_table_reg *gdtr, struct cpu_table_reg *idtr,
		    struct cpu_table_reg *tr)
{
	*gdtr = table_reg(UC_X86_REG_GDTR);
	*idtr = table_reg(UC_X86_REG_IDTR);
	*tr = table_reg(UC_X86_REG_TR);
}

/* The host's address of n bytes at a kernel address, or NULL. */
static u8 *kernel_memory(u64 addr, size_t n)
{
	static const struct {
		u64 start, phys;
	} pages[] = {
		{CPU_IDT, PHYS_IDT},
		{KERNEL_GDT, PHYS_GDT},
		{CPU_TSS, PHYS_TSS},
		{CPU_ENTRY_STACK - PAGE_SIZE, PHYS_ENTRY_STACK},
		{CPU_TASK_STACK - PAGE_SIZE, PHYS_TASK_STACK},
	};

	for (size_t i = 0; i < ARRAY_SIZE(pages); i++)
		if (addr >= pages[i].start && addr - pages[i].start + n <= PAGE_SIZE)
			return eng.arena + pages[i].phys + (addr - pages[i].start);
	return NULL;
}

bool cpu_kernel_read(u64 addr, void *dst, size_t n)
{
	const u8 *p = kernel_memory(addr, n);

	if (p)
		memcpy(dst, p, n);
	return p != NULL;
}

bool cpu_kernel_write(u64 addr, const void *src, size_t n)
{
	u8 *p = kernel_memory(addr, n);

	if (p)
		memcpy(p, src, n);
	return p != NULL;
}

int cpu_gate_regs(enum gate gate, struct pt_regs *regs)
{
	engine_read_regs(regs);
	uc_reg_read(eng.uc, UC_X86_REG_RIP, &regs->ip);
	if (gate == GATE_INT80)
		return 2;
	regs->ip += (u64)uc_x86_gate_length; /* the engine adds it when the hook returns */
	return uc_x86_gate_length;
}

static void (*insn_watcher)(guest_addr ip, u32 size);

static void hook_insn(uc_engine *uc, u64 address, u32 size, void *data)
{
	(void)uc, (void)data;
	if (!eng.boot)
		insn_watcher(address, size);
}

void cpu_watch_insns(void (*fn)(guest_addr ip, u32 size))
{
	uc_hook h;

	insn_watcher = fn;
	if (uc_hook_add(eng.uc, &h, UC_HOOK_CODE, (void *)hook_insn, NULL, 1, 0) != UC_ERR_OK)
		fatal("the CPU engine failed: UC_HOOK_CODE");
}
