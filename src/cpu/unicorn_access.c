/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accesses that are looked at before they happen: through a segment that does not allow everything
 * (SDM vol. 3, 5.3 and 5.5), which the engine takes no notice of, and in single steps of threads
 * with data breakpoints (engine.c has them step where such an access is near). Breakpoints on
 * instructions are here, too.
 *
 * A call is emitted before each access, in blocks that need it only: which segments are limited is
 * kept among the flags that a block is translated for. The call must be of one of the engine's own
 * helpers: that of MOV to a debug register, which is #GP at CPL 3 before it gets to it. */
#include "cpu/unicorn_access.h"

#include <stddef.h>
#include <stdint.h>

#include "cpu/unicorn_align.h"
#include "cpu/unicorn_fp.h"
#include "cpu/unicorn_jump.h"
#include "cpu/unicorn_operands.h"
#include "cpu/unicorn_state.h"
#include "cpu/unicorn_traps.h"

#define RETADDR() ((uintptr_t)__builtin_return_address(0))

#define TRAP_DB 1
#define TRAP_SS 12
#define TRAP_GP 13

_Bool cpu_restore_state_x86_64(void *cpu, uintptr_t retaddr, _Bool will_exit);

bool uc_x86_accesses, uc_x86_code_limited, uc_x86_resume;
struct uc_x86_breakpoint uc_x86_breakpoint[4];
unsigned uc_x86_hits;

static bool watching;	    /* somebody has had data breakpoints */
static bool segment_loaded; /* earlier in the block */
static unsigned block_flags;

/* The call's argument. */
#define INFO_SIZE     0xffffu
#define INFO_WRITE    0x10000u
#define INFO_LIMIT    0x20000u	  /* the segment is to be asked */
#define INFO_CODE     0x40000u	  /* no access: a breakpoint on the instruction */
#define INFO_FETCH    0x80000u	  /* no access: a byte of the instruction is there */
#define INFO_SEG(i)   ((i) >> 20) /* enum uc_x86_seg */
#define SEG_INFO(seg) ((unsigned)(seg) << 20)

/* ---- Segments ---- */

#define DESC_B	      (1u << 22) /* of a descriptor's upper half: 32 bits */
#define DESC_S	      (1u << 12) /* code or data */
#define DESC_CODE     (1u << 11)
#define DESC_DOWN     (1u << 10) /* data: expands down */
#define DESC_WRITABLE (1u << 9)	 /* data; code: readable */

/* Whether [at, at + size) of the segment may be read or written. */
static bool allows(const struct uc_x86_segment *s, uint32_t at, unsigned size, bool write)
{
	uint32_t last = at + size - 1;

	if (!(s->flags & DESC_S)) /* null */
		return false;
	if (s->flags & DESC_CODE ? write || !(s->flags & DESC_WRITABLE)
				 : write && !(s->flags & DESC_WRITABLE))
		return false;
	if (s->flags & DESC_CODE || !(s->flags & DESC_DOWN))
		return last >= at && last <= s->limit;
	return at > s->limit && last >= at && (s->flags & DESC_B || last <= 0xffff);
}

static bool limited(const struct uc_x86_segment *s, enum uc_x86_seg n)
{
	const unsigned flat = n == UC_X86_CS ? DESC_S | DESC_CODE : DESC_S | DESC_WRITABLE,
		       type = n == UC_X86_CS ? flat : flat | DESC_CODE | DESC_DOWN;

	/* what a base in FS and GS lets through, engine.c finds at the page fault */
	return s->limit != UINT32_MAX || (s->flags & type) != flat || (s->base && n < UC_X86_FS);
}

void uc_x86_note_segments(void)
{
	struct uc_x86_state *s = uc_x86_state(uc_x86_env());

	if (!s)
		return;
	s->hflags &= ~UC_X86_HF_LIMITS;
	for (int n = UC_X86_ES; n <= UC_X86_GS; n++)
		if (limited(&s->segs[n], (enum uc_x86_seg)n))
			s->hflags |= UC_X86_HF_LIMIT(n);
}

/* The engine's functions that load segment registers; for far transfers: unicorn_far.c. */
bool uc_x86_null_segs;

void uc_x86_clear_nulls(void)
{
	struct uc_x86_state *s = uc_x86_state(uc_x86_env());

	uc_x86_null_segs = false;
	for (int n = UC_X86_ES; s && n <= UC_X86_GS; n++)
		if (s->segs[n].selector < 4)
			s->segs[n].selector = 0;
}

void __real_helper_load_seg_x86_64(struct cpu_env *env, int seg, int selector);
void __wrap_helper_load_seg_x86_64(struct cpu_env *env, int seg, int selector);
void __wrap_helper_load_seg_x86_64(struct cpu_env *env, int seg, int selector)
{
	UC_X86_CALLS_HELPER();
	__real_helper_load_seg_x86_64(env, seg, selector);
	uc_x86_null_segs |= (unsigned)selector - 1 < 3;
	uc_x86_note_segments();
	uc_x86_ops->segment_loaded();
}

/* The successor of a block that loads a segment register is another one when the register is
 * limited otherwise: it is looked for each time. */
void __real_tcg_gen_exit_tb_x86_64(void *ctx, const void *tb, unsigned n);
void __wrap_tcg_gen_exit_tb_x86_64(void *ctx, const void *tb, unsigned n);
void __wrap_tcg_gen_exit_tb_x86_64(void *ctx, const void *tb, unsigned n)
{
	bool alone = segment_loaded && n <= 1;

	__real_tcg_gen_exit_tb_x86_64(ctx, alone ? NULL : tb, alone ? 0 : n);
}

void uc_x86_emits_segment_load(void)
{
	segment_loaded = true;
	if (!(block_flags & UC_X86_HF_CS64))
		uc_x86_accesses = true;
}

/* The segment of the operand that the ModRM byte at *modrm describes. */
static enum uc_x86_seg modrm_segment(const unsigned char *modrm, bool addr_16)
{
	unsigned mod = *modrm >> 6, rm = *modrm & 7;

	if (addr_16)
		return rm == 2 || rm == 3 || (rm == 6 && mod) ? UC_X86_SS : UC_X86_DS;
	if (rm == 4)
		rm = modrm[1] & 7;
	return rm == 4 || (rm == 5 && mod) ? UC_X86_SS : UC_X86_DS;
}

static bool uses_stack_only(const unsigned char *b)
{
	if (b[0] == 0x0f)
		return (b[1] & 0xf6) == 0xa0; /* push and pop of fs, gs */
	return (b[0] & 0xf0) == 0x50 || b[0] == 0x60 || b[0] == 0x61 || b[0] == 0x68 ||
	       b[0] == 0x6a || b[0] == 0x9c || b[0] == 0x9d || b[0] == 0xe8 ||
	       (b[0] & 0xf6) == 0xc2 || b[0] == 0xc8 || b[0] == 0xc9 ||
	       (b[0] < 0x20 && (b[0] & 7) >= 6);
}

/* The segment of an access of the instruction that is being translated. */
static enum uc_x86_seg segment_of(const struct uc_x86_code *insn, bool write)
{
	const unsigned char *b = insn->byte;
	bool addr_16 = !(block_flags & UC_X86_HF_CS32) != insn->address_other;
	enum uc_x86_seg seg = UC_X86_DS;
	unsigned reg = b[1] >> 3 & 7;

	if (uses_stack_only(b))
		return UC_X86_SS;
	switch (b[0]) {
	case 0xff: /* call, far call, push: of memory */
		if (write && (reg == 2 || reg == 3 || reg == 6))
			return UC_X86_SS;
		break;
	case 0x8f: /* pop to memory */
		if (!write)
			return UC_X86_SS;
		break;
	case 0xa4: /* movs, cmps */
	case 0xa5:
	case 0xa6:
	case 0xa7:
		if (b[0] >= 0xa6 ? insn->accesses == 1 : write)
			return UC_X86_ES;
		break;
	case 0x6c: /* ins, stos, scas */
	case 0x6d:
	case 0xaa:
	case 0xab:
	case 0xae:
	case 0xaf:
		return UC_X86_ES;
	default:
		break;
	}
	if (insn->segment >= 0)
		return (enum uc_x86_seg)insn->segment;
	if (b[0] == 0x0f && (b[1] & 0xfe) != 0x38 && b[1] != 0x3a && b[1] != 0xf7)
		seg = modrm_segment(b + 2, addr_16);
	else if (b[0] == 0x0f && b[1] != 0xf7)
		seg = modrm_segment(b + 3, addr_16);
	else if (!(b[0] >= 0xa0 && b[0] <= 0xaf) && b[0] != 0x6e && b[0] != 0x6f && b[0] != 0xd7)
		seg = modrm_segment(b + 1, addr_16);
	return seg;
}

static _Noreturn void refuse(struct cpu_env *env, unsigned seg, uintptr_t retaddr)
{
	uc_x86_raise(env, seg == UC_X86_SS ? TRAP_SS : TRAP_GP, retaddr);
}

uint64_t uc_x86_segment_base(enum uc_x86_seg seg)
{
	const struct uc_x86_state *s = uc_x86_state(uc_x86_env());

	return s ? s->segs[seg].base : 0;
}

/* ---- Breakpoints ---- */

#define MAX_CODE 64
static unsigned long code_breakpoint[MAX_CODE]; /* that translated code knows of */
static unsigned nr_code;

bool uc_x86_is_breakpoint(unsigned long pc)
{
	for (unsigned i = 0; i < nr_code; i++)
		if (code_breakpoint[i] == pc)
			return true;
	return false;
}

void tb_flush_x86_64(unsigned char *cpu);

void uc_x86_breakpoints_changed(void)
{
	bool news = false;

	for (int i = 0; i < 4; i++) {
		const struct uc_x86_breakpoint *b = &uc_x86_breakpoint[i];

		if (b->kind == UC_X86_BP_EXEC && !uc_x86_is_breakpoint(b->addr)) {
			nr_code = nr_code < MAX_CODE ? nr_code : 0;
			code_breakpoint[nr_code++] = b->addr;
			news = true;
		} else if (b->kind >= UC_X86_BP_WRITE && !watching) {
			watching = news = true;
		}
	}
	if (!news)
		return;
	uc_x86_forget_targets();
	tb_flush_x86_64(uc_x86_cpu);
}

static unsigned met(unsigned long addr, unsigned size, bool exec, bool write)
{
	unsigned bits = 0;

	for (int i = 0; i < 4; i++) {
		const struct uc_x86_breakpoint *b = &uc_x86_breakpoint[i];

		if (b->kind == UC_X86_BP_OFF || (b->kind == UC_X86_BP_EXEC) != exec ||
		    (b->kind == UC_X86_BP_WRITE && !write))
			continue;
		if (exec ? b->addr == addr : addr - b->addr < b->len || b->addr - addr < size)
			bits |= 1u << i;
	}
	return bits;
}

/* ---- The call ---- */

void __wrap_helper_set_dr_x86_64(struct cpu_env *env, int info, unsigned long addr);
void __wrap_helper_set_dr_x86_64(struct cpu_env *env, int info, unsigned long addr)
{
	const struct uc_x86_state *s = (const void *)env;
	unsigned i = (unsigned)info, size = i & INFO_SIZE;
	const struct uc_x86_segment *seg = &s->segs[INFO_SEG(i)];

	if (i & INFO_FETCH) {
		seg = &s->segs[UC_X86_CS];
		if ((uint32_t)(addr - seg->base) > seg->limit)
			refuse(env, UC_X86_CS, RETADDR());
		return;
	}
	if (i & INFO_CODE) {
		uc_x86_trap.dr6 = uc_x86_resume ? 0 : met(addr, 1, true, false);
		if (uc_x86_trap.dr6)
			uc_x86_raise(env, TRAP_DB, RETADDR());
		return;
	}
	if (i & INFO_LIMIT && !allows(seg, (uint32_t)(addr - seg->base), size, i & INFO_WRITE))
		refuse(env, INFO_SEG(i), RETADDR());
	if (watching)
		uc_x86_hits |= met(addr, size, false, i & INFO_WRITE);
}

/* ---- Translation ---- */

void uc_x86_begin_accesses(unsigned flags)
{
	bool limits = !(flags & UC_X86_HF_CS64) && flags & UC_X86_HF_LIMITS;

	block_flags = flags;
	segment_loaded = false;
	uc_x86_accesses = limits || (watching && uc_x86_tf);
	uc_x86_code_limited = limits && flags & UC_X86_HF_LIMIT(UC_X86_CS);
}

long tcg_const_i64_x86_64(void *ctx, long value);
void tcg_temp_free_internal_x86_64(void *ctx, void *temp);

static void emit(void *ctx, unsigned info, void *addr)
{
	uc_x86_emit_call_values(ctx, (void *)(uintptr_t)__wrap_helper_set_dr_x86_64, (int)info,
				addr);
}

static void emit_at(void *ctx, unsigned info, unsigned long addr)
{
	void *temp = (char *)ctx + tcg_const_i64_x86_64(ctx, (long)addr);

	emit(ctx, info, temp);
	tcg_temp_free_internal_x86_64(ctx, temp);
}

void uc_x86_emit_access(void *ctx, void *addr, unsigned size, bool write)
{
	struct uc_x86_code *insn = uc_x86_translating();
	unsigned info = size;
	enum uc_x86_seg seg;

	insn->accesses++;
	if (!(block_flags & UC_X86_HF_CS64)) {
		write |= insn->n > 1 && uc_x86_will_write(insn->byte);
		seg = segment_of(insn, write);
		if (segment_loaded || seg == UC_X86_CS || block_flags & UC_X86_HF_LIMIT(seg))
			info |= INFO_LIMIT | SEG_INFO(seg);
	}
	info |= write ? INFO_WRITE : 0;
	if (info & INFO_LIMIT || (watching && uc_x86_tf))
		emit(ctx, info, addr);
}

void uc_x86_emit_breakpoint(void *ctx, unsigned long pc)
{
	emit_at(ctx, INFO_CODE, pc);
}

void uc_x86_emit_fetch(void *ctx, unsigned long addr)
{
	emit_at(ctx, INFO_FETCH, addr);
}

void uc_x86_emit_helper_accesses(void *ctx, void *func, void **args)
{
	bool operand_16 = uc_x86_translating()->operand_16 != !(block_flags & UC_X86_HF_CS32);
	const struct uc_x86_operand *o = uc_x86_operand_of(func);

	if (o && o->size)
		uc_x86_emit_access(ctx, args[o->arg], operand_16 ? o->size_16 : o->size, o->write);
}
