/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/registers.h"

#include <malloc.h>
#include <string.h>

#include "cpu/unicorn_fp.h"
#include "cpu/unicorn_traps.h"
#include "host/host.h"

#define ENV_BYTES 0x4000UL /* more than the registers need */
#define ST_BYTES  10
#define ST_STRIDE 16

u64 *engine_gpr;
u8 *engine_fp, *engine_xmm;
size_t engine_xmm_stride;

static const int gpr_ids[] = {UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX,
			      UC_X86_REG_RSP, UC_X86_REG_RBP, UC_X86_REG_RSI, UC_X86_REG_RDI,
			      UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R10, UC_X86_REG_R11,
			      UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15,
			      UC_X86_REG_RIP};

/* Writes a pattern of its own to a register and looks for it; NULL: none or many. */
static u8 *find(int id, u64 salt, size_t size)
{
	u8 pattern[16], *env = (u8 *)uc_x86_env(), *found = NULL;
	u64 first;
	/* the registers are part of the CPU's own piece of memory */
	size_t end = (size_t)(uc_x86_cpu + malloc_usable_size(uc_x86_cpu) - env);

	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] =
			(u8)((salt + 1) * 0x9e3779b97f4a7c15UL >> (8 * (i & 7))) ^ (u8)(i * 29);
	uc_reg_write(eng.uc, id, pattern);
	memcpy(&first, pattern, sizeof(first));
	for (size_t i = 0; i + size <= MIN(end, ENV_BYTES); i += 8) {
		if (likely(*(u64 *)(void *)(env + i) != first) || memcmp(env + i, pattern, size))
			continue;
		if (found)
			return NULL;
		found = env + i;
	}
	return found;
}

static bool find_gprs(void)
{
	u64 rip = 0, value;

	engine_gpr = (u64 *)(void *)find(gpr_ids[0], 0, 8);
	for (int i = 1; engine_gpr && i < GPR_RIP; i++)
		if (find(gpr_ids[i], (u64)i, 8) != (u8 *)&engine_gpr[i])
			return false;
	if (!engine_gpr)
		return false;
	/* A pattern would not be a good address. */
	for (value = 0x12340; value <= 0x12341; value++) {
		uc_reg_write(eng.uc, UC_X86_REG_RIP, &value);
		uc_reg_read(eng.uc, UC_X86_REG_RIP, &rip);
		if (rip != value || engine_gpr[GPR_RIP] != value)
			return false;
	}
	return true;
}

static bool find_vectors(void)
{
	u8 *second = find(UC_X86_REG_XMM1, 101, 16);

	engine_xmm = find(UC_X86_REG_XMM0, 100, 16);
	if (!engine_xmm || !second || second < engine_xmm)
		return false;
	engine_xmm_stride = (size_t)(second - engine_xmm);
	for (int i = 2; i < 16; i++)
		if (find((i < 8 ? UC_X86_REG_XMM0 : UC_X86_REG_XMM8 - 8) + i, 100 + (u64)i, 16) !=
		    engine_xmm + (size_t)i * engine_xmm_stride)
			return false;
	engine_fp = find(UC_X86_REG_FP0, 200, ST_BYTES);
	for (int i = 1; engine_fp && i < 8; i++)
		if (find(UC_X86_REG_FP0 + i, 200 + (u64)i, ST_BYTES) != engine_fp + i * ST_STRIDE)
			return false;
	return engine_fp != NULL;
}

static void find_fip(void)
{
	const u8 *at = find(UC_X86_REG_FIP, 300, 8);

	uc_x86_at_fip = at ? (unsigned)(at - (const u8 *)uc_x86_env()) : 0;
}

void engine_find_registers(void)
{
	if (!find_gprs() || !find_vectors())
		fatal("the CPU engine failed: its registers are not to be found");
	find_fip();
}
