/* SPDX-License-Identifier: GPL-2.0-or-later */
/* User-mode instruction prevention: SGDT, SIDT, SLDT, SMSW and STR are #GP (SDM vol. 3, 2.5,
 * CR4.UMIP). Linux turns it on where the CPU has it, and emulates them. */
#include "cpu/engine.h"
#include "cpu/unicorn_traps.h"

#include <cpuid.h>

#define CPUID_7_ECX_UMIP 0x4
#define DESC_D		 (1UL << 54)

void umip_init(void)
{
	u32 a, b, c, d;

	uc_x86_umip = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (c & CPUID_7_ECX_UMIP);
}

static bool is_prefix(u8 b)
{
	return b == 0x66 || b == 0x67 || b == 0xf2 || b == 0xf3 || b == 0x2e || b == 0x36 ||
	       b == 0x3e || b == 0x26 || b == 0x64 || b == 0x65;
}

static int which(u8 opcode, u8 modrm)
{
	u32 reg = modrm >> 3 & 7;

	if (opcode == 0)
		return reg == 0 ? CPU_SLDT : reg == 1 ? CPU_STR : -1;
	if (opcode != 1)
		return -1;
	if (reg == 4)
		return CPU_SMSW;
	return modrm >= 0xc0 ? -1 : reg == 0 ? CPU_SGDT : reg == 1 ? CPU_SIDT : -1;
}

bool cpu_umip_insn(struct cpu_umip *u)
{
	u8 code[15], rex = 0;
	size_t n = engine_code(eng.ip, code), i = 0;
	char text[64];
	bool other = false; /* than the code segment's operand size */
	u64 desc;

	for (; i < n && is_prefix(code[i]); i++)
		other |= code[i] == 0x66;
	cpu_get_descriptor((u16)*uc_x86_cs, &desc);
	u->size = other == (cpu_gate_long_mode() || desc & DESC_D) ? 2 : 4;
	if (cpu_gate_long_mode() && i < n && (code[i] & 0xf0) == 0x40)
		rex = code[i++];
	if (rex & 8)
		u->size = 8;
	if (!uc_x86_umip || i + 3 > n || code[i] != 0x0f)
		return false;
	u->insn = which(code[i + 1], code[i + 2]);
	if (u->insn < 0)
		return false;
	u->is_reg = code[i + 2] >= 0xc0;
	u->reg = (code[i + 2] & 7) | (rex & 1) << 3;
	u->length = cpu_disasm(code, n, eng.ip, cpu_gate_long_mode(), text, sizeof(text));
	return u->length && (u->is_reg || memory_operand(eng.ip, &u->addr));
}
