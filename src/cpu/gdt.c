/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The descriptor tables: where the engine reads them, in the first pages of the arena. */
#include <string.h>

#include "cpu/engine.h"
#include "host/host.h"

static u64 descriptor(u32 base, u32 limit, u32 access, u32 flags)
{
	return (limit & 0xffff) | (u64)(base & 0xffffff) << 16 | (u64)access << 40 |
	       (u64)((limit >> 16) & 0xf) << 48 | (u64)flags << 52 | (u64)(base >> 24) << 56;
}

void engine_write_gdt(void)
{
	cpu_set_gdt(1, descriptor(0, 0xfffff, 0x9b, 0xc)); /* KERNEL32_CS */
	cpu_set_gdt(2, descriptor(0, 0xfffff, 0x9b, 0xa)); /* KERNEL_CS */
	cpu_set_gdt(3, descriptor(0, 0xfffff, 0x93, 0xc)); /* KERNEL_DS */
	cpu_set_gdt(4, descriptor(0, 0xfffff, 0xfb, 0xc)); /* DEFAULT_USER32_CS */
	cpu_set_gdt(5, descriptor(0, 0xfffff, 0xf3, 0xc)); /* DEFAULT_USER_DS */
	cpu_set_gdt(6, descriptor(0, 0xfffff, 0xfb, 0xa)); /* DEFAULT_USER_CS */
	/* GDT_ENTRY_CPUNODE: LSL tells the CPU and node number; 0 is CPU 0 of node 0 */
	cpu_set_gdt(15, descriptor(0, 0, 0xf5, 0x4));
}

void cpu_set_gdt(int index, u64 desc)
{
	memcpy(eng.arena + PHYS_GDT + 8 * (size_t)index, &desc, sizeof(desc));
}

void engine_load_ldtr(u16 selector)
{
	uc_x86_mmr ldtr = {
		.selector = selector, .base = KERNEL_LDT, .limit = LDT_SIZE - 1, .flags = 0x8200};

	if (uc_reg_write(eng.uc, UC_X86_REG_LDTR, &ldtr) != UC_ERR_OK)
		fatal("the CPU engine failed: LDTR");
}

void cpu_set_ldt(int index, u64 desc)
{
	size_t end = 8 * (size_t)index + 8;

	memcpy(eng.arena + PHYS_LDT + end - 8, &desc, sizeof(desc));
	if (!eng.ldt_used)
		engine_load_ldtr(GDT_ENTRY_LDT * 8);
	eng.ldt_used = MAX(eng.ldt_used, end);
	eng.ldt_changes++;
}

u32 cpu_ldt_entries(void)
{
	return (u32)(eng.ldt_used / 8);
}

u64 cpu_get_ldt(int index)
{
	u64 desc;

	memcpy(&desc, eng.arena + PHYS_LDT + 8 * (size_t)index, sizeof(desc));
	return desc;
}

u64 cpu_get_gdt(int index)
{
	u64 desc;

	memcpy(&desc, eng.arena + PHYS_GDT + 8 * (size_t)index, sizeof(desc));
	return desc;
}
