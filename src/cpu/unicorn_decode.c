/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two rules of the instruction set that Unicorn's translator leaves out, put in where it reads an
 * instruction's bytes and where it emits a memory access, at no cost for translated code:
 *
 * - the 16-byte operand of a legacy SSE instruction must be aligned (SDM vol. 1, 4.11.2), except
 * for the few that say otherwise: their first access asks the TLB check for that alignment, and the
 *   slow path that an address without it takes faults;
 * - LOCK stands only before certain instructions with a memory destination (SDM vol. 2, LOCK):
 * before others its byte is read as UD2. */
#include <stdint.h>

#include "cpu/unicorn_fp.h"
#include "cpu/unicorn_traps.h"

struct cpu_env;

#define MO_AMASK    (7u << 4) /* of a MemOp: log2 of the alignment that is asked for */
#define MO_ALIGN_16 (4u << 4)
#define OI_SHIFT    4 /* a TCGMemOpIdx is a MemOp above an MMU index */

static struct {
	unsigned char byte[16];
	unsigned n;
	int accesses; /* to memory, of 8 bytes, emitted so far */
	int start_op; /* the opcode of TCG that begins an instruction, once known */
	int last_op;
	bool at_start;
	unsigned long ud2; /* address whose byte is to be read as that of UD2, or 0 */
	struct uc_x86_code shown;
} insn = {.start_op = -1};

/* ---- Where an instruction begins ---- */

void *__real_tcg_emit_op_x86_64(void *ctx, int op);
void *__wrap_tcg_emit_op_x86_64(void *ctx, int op);
void *__wrap_tcg_emit_op_x86_64(void *ctx, int op)
{
	insn.last_op = op;
	if (op == insn.start_op)
		insn.at_start = true;
	return __real_tcg_emit_op_x86_64(ctx, op);
}

static bool is_prefix(unsigned b)
{
	return b == 0x66 || b == 0x67 || b == 0xf0 || b == 0xf2 || b == 0xf3 || b == 0x2e ||
	       b == 0x36 || b == 0x3e || b == 0x26 || b == 0x64 || b == 0x65;
}

static bool only_prefixes(void)
{
	for (unsigned i = 0; i < insn.n; i++)
		if (!is_prefix(insn.byte[i]))
			return false;
	return true;
}

unsigned __real_cpu_ldub_code_x86_64(struct cpu_env *env, unsigned long addr);

/* MOVQ2DQ and MOVDQ2Q (F3 and F2 0F D6) move between registers. The engine takes them with a memory
 * operand to be MOVQ; for the CPU they are undefined, and the opcode is read as that of UD2. */
static bool moves_from_memory(struct cpu_env *env, unsigned long addr)
{
	bool repeat = false;

	if (!insn.n || insn.n >= sizeof(insn.byte) - 1 || insn.byte[insn.n - 1] != 0x0f)
		return false;
	for (unsigned i = 0; i + 1 < insn.n; i++) {
		if (insn.byte[i] == 0x0f)
			return false; /* of a three-byte opcode */
		repeat |= insn.byte[i] == 0xf2 || insn.byte[i] == 0xf3;
	}
	return repeat && __real_cpu_ldub_code_x86_64(env, addr + 1) < 0xc0;
}

/* Of C6 and C7 there is only /0, MOV: no CPU model has XABORT and XBEGIN, which are RTM's. */
static bool undefined_group_11(struct cpu_env *env, unsigned long addr)
{
	for (unsigned i = 0; i < insn.n; i++)
		if (!is_prefix(insn.byte[i]) && (insn.byte[i] & 0xf0) != 0x40) /* REX */
			return false;
	return __real_cpu_ldub_code_x86_64(env, addr + 1) & 0x38;
}

unsigned __wrap_cpu_ldub_code_x86_64(struct cpu_env *env, unsigned long addr);
unsigned __wrap_cpu_ldub_code_x86_64(struct cpu_env *env, unsigned long addr)
{
	unsigned byte = __real_cpu_ldub_code_x86_64(env, addr);

	if (insn.start_op < 0) { /* the very first instruction */
		insn.start_op = insn.last_op;
		insn.at_start = true;
	}
	if (insn.at_start) {
		insn.at_start = false;
		insn.n = 0;
		insn.accesses = 0;
		insn.shown.calls = 0;
		insn.ud2 = 0;
	}
	if (__builtin_expect(insn.ud2 == addr && addr, 0))
		return 0x0b;
	if (__builtin_expect(byte == 0xf0, 0) && only_prefixes() && uc_x86_ops &&
	    uc_x86_ops->bad_lock(addr + 1)) {
		insn.ud2 = addr + 1;
		return 0x0f;
	}
	if (__builtin_expect((byte & 0xfe) == 0xc6, 0) && undefined_group_11(env, addr)) {
		insn.ud2 = addr + 1;
		return 0x0f;
	}
	if (__builtin_expect(byte == 0xd6, 0) && moves_from_memory(env, addr))
		byte = 0x0b;
	if (insn.n < sizeof(insn.byte))
		insn.byte[insn.n++] = (unsigned char)byte;
	return byte;
}

bool uc_x86_one_insn;

void __real_gen_intermediate_code_x86_64(void *cpu, void *tb, int max_insns);
void __wrap_gen_intermediate_code_x86_64(void *cpu, void *tb, int max_insns);
void __wrap_gen_intermediate_code_x86_64(void *cpu, void *tb, int max_insns)
{
	__real_gen_intermediate_code_x86_64(cpu, tb, uc_x86_one_insn ? 1 : max_insns);
}

/* ---- Which instructions want alignment ---- */

static bool in(unsigned op, const unsigned char (*range)[2])
{
	for (; (*range)[1]; range++)
		if (op >= (*range)[0] && op <= (*range)[1])
			return true;
	return false;
}

/* Of the two-byte opcodes, by the mandatory prefix: those with a 16-byte aligned operand. */
static bool aligned_0f(unsigned op, unsigned prefix)
{
	static const unsigned char none[][2] = {{0x14, 0x15}, {0x28, 0x29}, {0x2b, 0x2b},
						{0x51, 0x59}, {0x5b, 0x5f}, {0xc2, 0xc2},
						{0xc6, 0xc6}, {0, 0}};
	static const unsigned char p66[][2] = {
		{0x14, 0x15}, {0x28, 0x29}, {0x2b, 0x2b}, {0x51, 0x51}, {0x54, 0x6d}, {0x6f, 0x70},
		{0x74, 0x76}, {0x7c, 0x7d}, {0x7f, 0x7f}, {0xc2, 0xc2}, {0xc6, 0xc6}, {0xd0, 0xd5},
		{0xd8, 0xef}, {0xf1, 0xf6}, {0xf8, 0xfe}, {0, 0}};

	switch (prefix) {
	case 0:
		return in(op, none);
	case 0x66:
		return in(op, p66);
	case 0xf2:
		return op == 0x70 || op == 0x7c || op == 0x7d || op == 0xd0 || op == 0xe6;
	default:
		return op == 0x70 || op == 0x5b || op == 0x12 || op == 0x16;
	}
}

static bool aligned_0f38(unsigned op)
{
	static const unsigned char list[][2] = {{0x01, 0x0b}, {0x10, 0x10}, {0x14, 0x15},
						{0x17, 0x17}, {0x1c, 0x1e}, {0x28, 0x2b},
						{0x37, 0x41}, {0xdb, 0xdf}, {0, 0}};

	return op == 0 || in(op, list);
}

static bool aligned_0f3a(unsigned op)
{
	static const unsigned char list[][2] = {{0x08, 0x09}, {0x0c, 0x0f}, {0x40, 0x42},
						{0x44, 0x44}, {0xdf, 0xdf}, {0, 0}};

	return in(op, list);
}

struct uc_x86_code *uc_x86_translating(void)
{
	unsigned i = 0;

	while (i < insn.n && is_prefix(insn.byte[i]))
		i++;
	if (i < insn.n && uc_x86_cs && (*uc_x86_cs & 0xffff) == 0x33 &&
	    (insn.byte[i] & 0xf0) == 0x40)
		i++;
	insn.shown.byte = insn.byte + i;
	insn.shown.n = insn.n - i;
	return &insn.shown;
}

static bool wants_alignment(void)
{
	unsigned prefix = 0, i = 0;

	while (i < insn.n && is_prefix(insn.byte[i])) {
		if (insn.byte[i] >= 0xf2 || (insn.byte[i] == 0x66 && !prefix))
			prefix = insn.byte[i];
		i++;
	}
	if (i < insn.n && uc_x86_cs && (*uc_x86_cs & 0xffff) == 0x33 &&
	    (insn.byte[i] & 0xf0) == 0x40)
		i++;
	if (i + 2 >= insn.n || insn.byte[i] != 0x0f)
		return false;
	if (insn.byte[i + 1] == 0x38)
		return prefix == 0x66 && aligned_0f38(insn.byte[i + 2]);
	if (insn.byte[i + 1] == 0x3a)
		return prefix == 0x66 && aligned_0f3a(insn.byte[i + 2]);
	return aligned_0f(insn.byte[i + 1], prefix);
}

/* The second of the two accesses of 8 bytes each need not be asked. */
static unsigned with_alignment(unsigned memop)
{
	return insn.accesses++ == 0 && wants_alignment() ? (memop & ~MO_AMASK) | MO_ALIGN_16
							 : memop;
}

void __real_tcg_gen_qemu_ld_i64_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop);
void __wrap_tcg_gen_qemu_ld_i64_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop);
void __wrap_tcg_gen_qemu_ld_i64_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop)
{
	__real_tcg_gen_qemu_ld_i64_x86_64(ctx, val, addr, idx, with_alignment(memop));
}

void __real_tcg_gen_qemu_st_i64_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop);
void __wrap_tcg_gen_qemu_st_i64_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop);
void __wrap_tcg_gen_qemu_st_i64_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop)
{
	__real_tcg_gen_qemu_st_i64_x86_64(ctx, val, addr, idx, with_alignment(memop));
}

/* ---- The slow path of an access ---- */

static unsigned check_alignment(struct cpu_env *env, unsigned long addr, unsigned oi,
				uintptr_t retaddr)
{
	unsigned mask = MO_AMASK << OI_SHIFT;

	if (__builtin_expect((oi & mask) == MO_ALIGN_16 << OI_SHIFT, 0)) {
		if (addr & 15)
			uc_x86_raise_gp(env, retaddr);
		return oi & ~mask;
	}
	return oi;
}

uint64_t __real_helper_le_ldq_mmu_x86_64(struct cpu_env *env, unsigned long addr, unsigned oi,
					 uintptr_t retaddr);
uint64_t __wrap_helper_le_ldq_mmu_x86_64(struct cpu_env *env, unsigned long addr, unsigned oi,
					 uintptr_t retaddr);
uint64_t __wrap_helper_le_ldq_mmu_x86_64(struct cpu_env *env, unsigned long addr, unsigned oi,
					 uintptr_t retaddr)
{
	oi = check_alignment(env, addr, oi, retaddr);
	return __real_helper_le_ldq_mmu_x86_64(env, addr, oi, retaddr);
}

void __real_helper_le_stq_mmu_x86_64(struct cpu_env *env, unsigned long addr, uint64_t val,
				     unsigned oi, uintptr_t retaddr);
void __wrap_helper_le_stq_mmu_x86_64(struct cpu_env *env, unsigned long addr, uint64_t val,
				     unsigned oi, uintptr_t retaddr);
void __wrap_helper_le_stq_mmu_x86_64(struct cpu_env *env, unsigned long addr, uint64_t val,
				     unsigned oi, uintptr_t retaddr)
{
	oi = check_alignment(env, addr, oi, retaddr);
	__real_helper_le_stq_mmu_x86_64(env, addr, val, oi, retaddr);
}
