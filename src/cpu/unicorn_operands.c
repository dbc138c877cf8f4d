/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's helpers that reach memory on their own, past the emitted accesses. */
#include "cpu/unicorn_operands.h"

#include <stddef.h>
#include <stdint.h>

void helper_fldt_ST0_x86_64(void);
void helper_fstt_ST0_x86_64(void);
void helper_fbld_ST0_x86_64(void);
void helper_fbst_ST0_x86_64(void);
void helper_fldenv_x86_64(void);
void helper_fstenv_x86_64(void);
void helper_frstor_x86_64(void);
void helper_fsave_x86_64(void);
void helper_fxrstor_x86_64(void);
void helper_fxsave_x86_64(void);
void helper_xrstor_x86_64(void);
void helper_xsave_x86_64(void);
void helper_xsaveopt_x86_64(void);
void helper_boundw_x86_64(void);
void helper_boundl_x86_64(void);
void helper_cmpxchg8b_unlocked_x86_64(void);
void helper_cmpxchg8b_x86_64(void);
void helper_cmpxchg16b_unlocked_x86_64(void);
void helper_cmpxchg16b_x86_64(void);
void helper_maskmov_mmx_x86_64(void);
void helper_maskmov_xmm_x86_64(void);
void helper_iret_protected_x86_64(void);
void helper_lret_protected_x86_64(void);
void helper_lcall_protected_x86_64(void);

#define ANY	     UC_X86_ANY_ALIGN
#define HELPER(name) helper_##name##_x86_64

static const struct uc_x86_operand operands[] = {
	{HELPER(fldt_ST0), false, 1, 8, 10, 10},
	{HELPER(fstt_ST0), true, 1, 8, 10, 10},
	{HELPER(fbld_ST0), false, 1, 8, 10, 10},
	{HELPER(fbst_ST0), true, 1, 8, 10, 10},
	{HELPER(fldenv), false, 1, 0, 28, 14},
	{HELPER(fstenv), true, 1, 0, 28, 14},
	{HELPER(frstor), false, 1, 0, 108, 94},
	{HELPER(fsave), true, 1, 0, 108, 94},
	{HELPER(fxrstor), false, 1, 4, 512, 512},
	{HELPER(fxsave), true, 1, 4, 512, 512},
	{HELPER(xrstor), false, 1, ANY, 576, 576},
	{HELPER(xsave), true, 1, ANY, 576, 576},
	{HELPER(xsaveopt), true, 1, ANY, 576, 576},
	{HELPER(boundw), false, 1, 2, 4, 4},
	{HELPER(boundl), false, 1, 4, 8, 8},
	{HELPER(cmpxchg8b_unlocked), true, 1, 8, 8, 8},
	{HELPER(cmpxchg8b), true, 1, 8, 8, 8},
	{HELPER(cmpxchg16b_unlocked), true, 1, ANY, 16, 16},
	{HELPER(cmpxchg16b), true, 1, ANY, 16, 16},
	{HELPER(maskmov_mmx), true, 3, 8, 8, 8},
	{HELPER(maskmov_xmm), true, 3, 8, 16, 16},
	{HELPER(iret_protected), false, 0, 0, 0, 0},
	{HELPER(lret_protected), false, 0, 0, 0, 0},
	{HELPER(lcall_protected), false, 0, 0, 0, 0},
};

const struct uc_x86_operand *uc_x86_operand_of(void *func)
{
	for (size_t i = 0; i < sizeof(operands) / sizeof(operands[0]); i++)
		if ((void *)(uintptr_t)operands[i].func == func)
			return &operands[i];
	return NULL;
}
