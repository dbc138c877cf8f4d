/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linux's emulation of the instructions that UMIP forbids (arch/x86/kernel/umip.c). */
#include "task/umip.h"

#include <string.h>

#include "mm/uaccess.h"
#include "task/signal.h"

#define DUMMY_GDT_BASE 0xfffffffffffe0000UL
#define DUMMY_IDT_BASE 0xffffffffffff0000UL
#define CR0_STATE      0x80050033UL /* PG, AM, WP, NE, ET, MP, PE */
#define GDT_ENTRY_TSS  8
#define GDT_ENTRY_LDT  10

/* The registers as instructions number them. */
static u64 *numbered(struct pt_regs *r, u32 nr)
{
	u64 *const regs[] = {&r->ax, &r->cx, &r->dx,  &r->bx,  &r->sp,	&r->bp,	 &r->si,  &r->di,
			     &r->r8, &r->r9, &r->r10, &r->r11, &r->r12, &r->r13, &r->r14, &r->r15};

	return regs[nr];
}

/* What the instruction stores; returns how many bytes to memory. */
static u32 result(const struct cpu_umip *u, bool long_mode, u8 *data)
{
	u64 value;

	switch (u->insn) {
	case CPU_SGDT:
	case CPU_SIDT: /* the limit, which is 0, and the base */
		value = u->insn == CPU_SGDT ? DUMMY_GDT_BASE : DUMMY_IDT_BASE;
		memcpy(data + 2, &value, sizeof(value));
		return long_mode ? 10 : 6;
	case CPU_SMSW:
		value = CR0_STATE;
		break;
	case CPU_STR:
		value = GDT_ENTRY_TSS * 8;
		break;
	default:
		value = cpu_ldt_entries() ? GDT_ENTRY_LDT * 8 : 0;
		break;
	}
	memcpy(data, &value, sizeof(value));
	return 2;
}

bool umip_emulate(struct pt_regs *regs)
{
	struct cpu_umip u;
	u8 data[16] = {0};
	u32 size;

	if (!cpu_umip_insn(&u))
		return false;
	size = result(&u, regs->cs == USER_CS, data);
	if (u.is_reg) {
		memcpy(numbered(regs, u.reg), data, u.size);
	} else if (copy_to_user(u.addr, data, size)) {
		siginfo_t info = {.si_signo = SIGSEGV, .si_code = SEGV_MAPERR};

		info.si_addr = (void *)(uintptr_t)u.addr;
		signal_force(&info, X86_TRAP_PF, 6, u.addr);
		return true;
	}
	regs->ip += (u64)u.length;
	cpu_set_regs(regs);
	return true;
}
