/* SPDX-License-Identifier: GPL-2.0-or-later */
/* #AC: user code whose EFLAGS.AC is set and that reaches memory at an address which is no multiple
 * of the operand's size (SDM vol. 3, 6.15, interrupt 17; Linux sets CR0.AM).
 *
 * The engine keeps the flag among those that a block is translated for. In a block translated with
 * AC set each access asks the TLB check for its natural alignment, and the slow path that the
 * others take faults; where a helper of the engine's does the access, a call that looks at the
 * address is emitted before it. Blocks without AC stay as they were. Emitted calls must be of the
 * engine's own helpers: those of MONITOR, LMSW, INVLPG and SKINIT stand in, which are #GP or #UD at
 * CPL 3 before they get to them. */
#include "cpu/unicorn_align.h"

#include <stdint.h>

#include "cpu/unicorn_access.h"
#include "cpu/unicorn_fp.h"
#include "cpu/unicorn_operands.h"
#include "cpu/unicorn_traps.h"
#include "cpu/unicorn_x87.h"

struct cpu_env;

#define RETADDR() ((uintptr_t)__builtin_return_address(0))

#define TRAP_AC 17

_Bool cpu_restore_state_x86_64(void *cpu, uintptr_t retaddr, _Bool will_exit);

bool uc_x86_ac, uc_x86_tf;

/* The first fields of a TranslationBlock. */
struct tb_head {
	unsigned long pc, cs_base;
	unsigned flags;
};
#define TB_CPL 0x3u
#define TB_AC  0x40000u /* as in EFLAGS */
#define TB_TF  0x100u

void uc_x86_begin_block(const void *tb)
{
	unsigned flags = ((const struct tb_head *)tb)->flags;

	uc_x86_tf = flags & TB_TF;
	uc_x86_ac = (flags & TB_AC) && (flags & TB_CPL) == 3;
	uc_x86_begin_accesses(flags);
}

/* ---- Accesses of translated code ---- */

/* Legacy SSE instructions with a 16-byte operand that need not be aligned. */
bool uc_x86_unaligned_16(const struct uc_x86_code *insn)
{
	const unsigned char *b = insn->byte;

	if (insn->n < 3 || b[0] != 0x0f)
		return false;
	switch (b[1]) {
	case 0x10: /* movups, movupd */
	case 0x11:
		return insn->prefix != 0xf2 && insn->prefix != 0xf3;
	case 0x6f: /* movdqu */
	case 0x7f:
		return insn->prefix == 0xf3;
	case 0xf0: /* lddqu */
		return insn->prefix == 0xf2;
	case 0x3a: /* pcmpestrm, pcmpestri, pcmpistrm, pcmpistri */
		return b[2] >= 0x60 && b[2] <= 0x63;
	default:
		return false;
	}
}

unsigned uc_x86_ac_memop(unsigned memop, bool first)
{
	const struct uc_x86_code *insn = uc_x86_translating();

	memop &= ~MO_AMASK;
	if (first && uc_x86_unaligned_16(insn))
		return memop | MO_ALIGN_32;
	return memop | MO_AMASK;
}

void __real_tcg_gen_qemu_ld_i32_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop);
void __wrap_tcg_gen_qemu_ld_i32_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop);
void __wrap_tcg_gen_qemu_ld_i32_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop)
{
	if (__builtin_expect(uc_x86_fp_traps, 0))
		uc_x86_emit_wait(ctx);
	if (__builtin_expect(uc_x86_accesses, 0))
		uc_x86_emit_access(ctx, (char *)ctx + (long)addr, 1U << (memop & MO_SIZE), false);
	__real_tcg_gen_qemu_ld_i32_x86_64(ctx, val, addr, idx,
					  uc_x86_ac ? memop | MO_AMASK : memop);
}

void __real_tcg_gen_qemu_st_i32_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop);
void __wrap_tcg_gen_qemu_st_i32_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop);
void __wrap_tcg_gen_qemu_st_i32_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop)
{
	if (__builtin_expect(uc_x86_accesses, 0))
		uc_x86_emit_access(ctx, (char *)ctx + (long)addr, 1U << (memop & MO_SIZE), true);
	if (__builtin_expect(uc_x86_fp_traps, 0) && uc_x86_emit_x87_store(ctx, addr, memop))
		return;
	__real_tcg_gen_qemu_st_i32_x86_64(ctx, val, addr, idx,
					  uc_x86_ac ? memop | MO_AMASK : memop);
}

/* ---- The slow path of an access ---- */

static bool canonical(unsigned long addr)
{
	return (long)(addr << 16) >> 16 == (long)addr;
}

/* An address that is not canonical goes before, a page that is not there comes after it. */
static void misaligned(struct cpu_env *env, unsigned long addr, unsigned size, uintptr_t retaddr)
{
	if (canonical(addr) && canonical(addr + size - 1))
		uc_x86_raise(env, TRAP_AC, retaddr);
}

static unsigned check(struct cpu_env *env, unsigned long addr, unsigned oi, uintptr_t retaddr)
{
	unsigned want = oi >> OI_SHIFT & MO_AMASK, size = 1U << (oi >> OI_SHIFT & MO_SIZE);

	if (__builtin_expect(!want, 1))
		return oi;
	if (want == MO_ALIGN_16) {
		if (addr & 15)
			uc_x86_raise_gp(env, retaddr);
	} else {
		size = want == MO_ALIGN_32 ? 16 : size;
		if (addr & (size - 1))
			misaligned(env, addr, size, retaddr);
	}
	return oi & ~(MO_AMASK << OI_SHIFT);
}

#define LOAD(name, type)                                                                           \
	type __real_helper_##name##_mmu_x86_64(struct cpu_env *env, unsigned long addr,            \
					       unsigned oi, uintptr_t retaddr);                    \
	type __wrap_helper_##name##_mmu_x86_64(struct cpu_env *env, unsigned long addr,            \
					       unsigned oi, uintptr_t retaddr);                    \
	type __wrap_helper_##name##_mmu_x86_64(struct cpu_env *env, unsigned long addr,            \
					       unsigned oi, uintptr_t retaddr)                     \
	{                                                                                          \
		oi = check(env, addr, oi, retaddr);                                                \
		return __real_helper_##name##_mmu_x86_64(env, addr, oi, retaddr);                  \
	}

#define STORE(name, type)                                                                          \
	void __real_helper_##name##_mmu_x86_64(struct cpu_env *env, unsigned long addr, type val,  \
					       unsigned oi, uintptr_t retaddr);                    \
	void __wrap_helper_##name##_mmu_x86_64(struct cpu_env *env, unsigned long addr, type val,  \
					       unsigned oi, uintptr_t retaddr);                    \
	void __wrap_helper_##name##_mmu_x86_64(struct cpu_env *env, unsigned long addr, type val,  \
					       unsigned oi, uintptr_t retaddr)                     \
	{                                                                                          \
		oi = check(env, addr, oi, retaddr);                                                \
		__real_helper_##name##_mmu_x86_64(env, addr, val, oi, retaddr);                    \
	}

/* The unsigned loads return what fits a register. */
LOAD(le_lduw, uint64_t)
LOAD(le_ldul, uint64_t)
LOAD(le_ldq, uint64_t)
LOAD(be_lduw, uint64_t)
LOAD(be_ldul, uint64_t)
LOAD(be_ldq, uint64_t)
STORE(le_stw, uint16_t)
STORE(le_stl, uint32_t)
STORE(le_stq, uint64_t)
STORE(be_stw, uint16_t)
STORE(be_stl, uint32_t)
STORE(be_stq, uint64_t)

/* ---- Accesses of helpers ---- */

static void check_address(struct cpu_env *env, unsigned long addr, unsigned size, uintptr_t retaddr)
{
	if (addr & (size - 1))
		misaligned(env, addr, size, retaddr);
}

/* The calls that are emitted. */
void __wrap_helper_monitor_x86_64(struct cpu_env *env, unsigned long addr);
void __wrap_helper_monitor_x86_64(struct cpu_env *env, unsigned long addr)
{
	check_address(env, addr, 2, RETADDR());
}

void __wrap_helper_lmsw_x86_64(struct cpu_env *env, unsigned long addr);
void __wrap_helper_lmsw_x86_64(struct cpu_env *env, unsigned long addr)
{
	check_address(env, addr, 4, RETADDR());
}

void __wrap_helper_invlpg_x86_64(struct cpu_env *env, unsigned long addr);
void __wrap_helper_invlpg_x86_64(struct cpu_env *env, unsigned long addr)
{
	check_address(env, addr, 8, RETADDR());
}

/* Far transfers through the stack. */
void __wrap_helper_skinit_x86_64(struct cpu_env *env);
void __wrap_helper_skinit_x86_64(struct cpu_env *env)
{
	unsigned long addr;
	unsigned size;

	cpu_restore_state_x86_64(uc_x86_cpu, RETADDR(), 0);
	addr = uc_x86_ops->stack(&size);
	check_address(env, addr, size, RETADDR());
}

static void emit_check(void *ctx, void *addr, unsigned size)
{
	void *func = size == 2	 ? (void *)(uintptr_t)__wrap_helper_monitor_x86_64
		     : size == 4 ? (void *)(uintptr_t)__wrap_helper_lmsw_x86_64
				 : (void *)(uintptr_t)__wrap_helper_invlpg_x86_64;

	uc_x86_emit_call(ctx, func, addr);
}

void uc_x86_before_atomic(void *ctx, long addr, unsigned memop)
{
	if (__builtin_expect(uc_x86_accesses, 0))
		uc_x86_emit_access(ctx, (char *)ctx + addr, 1U << (memop & MO_SIZE), true);
	if ((memop & MO_SIZE) && uc_x86_ac)
		emit_check(ctx, (char *)ctx + addr, 1U << (memop & MO_SIZE));
}

void uc_x86_ac_helper(void *ctx, void *func, void **args)
{
	const struct uc_x86_operand *o = uc_x86_operand_of(func);
	unsigned align;

	if (!o || o->align == UC_X86_ANY_ALIGN)
		return;
	align = o->align ? o->align : uc_x86_translating()->operand_16 ? 2 : 4;
	if (o->arg)
		emit_check(ctx, args[o->arg], align);
	else
		uc_x86_emit_call(ctx, (void *)(uintptr_t)__wrap_helper_skinit_x86_64, NULL);
}
