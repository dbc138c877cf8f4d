/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of the instruction set that Unicorn's translator leaves out, put in where it reads an
 * instruction's bytes and where it emits a memory access, at no cost for translated code:
 *
 * - the 16-byte operand of a legacy SSE instruction must be aligned (SDM vol. 1, 4.11.2), except
 * for the few that say otherwise: their first access asks the TLB check for that alignment, and the
 *   slow path that an address without it takes faults;
 * - some encodings that the engine executes are undefined: their opcode is read as UD2's;
 * - LOCK stands only before certain instructions with a memory destination (SDM vol. 2, LOCK):
 * before others its byte is read as UD2. */
#include <stdint.h>

#include "cpu/unicorn_access.h"
#include "cpu/unicorn_align.h"
#include "cpu/unicorn_bmi.h"
#include "cpu/unicorn_fp.h"
#include "cpu/unicorn_touch.h"
#include "cpu/unicorn_jump.h"
#include "cpu/unicorn_rep.h"
#include "cpu/unicorn_traps.h"
#include "cpu/unicorn_x87.h"

struct cpu_env;

#define NO_OPCODE     16
#define NO_VEX_OPCODE 0xff /* of 0F 38 and 0F 3A there is none */

static struct {
	unsigned char byte[16];
	unsigned n;
	unsigned opcode; /* the index of its first byte, or NO_OPCODE */
	unsigned prefix; /* the mandatory one of SSE: 0x66, 0xf2, 0xf3 or 0 */
	bool operand_16; /* there is a prefix 0x66 */
	unsigned char rex;
	int accesses;	  /* to memory, of 8 bytes, emitted so far */
	void *first_addr; /* of the first of them */
	int start_op;	  /* the opcode of TCG that begins an instruction, once known */
	int last_op;
	void *ctx; /* TCG's */
	bool at_start;
	struct cpu_env *env;
	unsigned long next;    /* the address behind the byte that was read last */
	unsigned long masked;  /* address of a constant of which three bits count, or 0 */
	bool returns_far_down; /* RET with a constant that the engine takes for a negative one */
	unsigned long ud2;     /* address whose byte is to be read as that of UD2, or 0 */
	struct uc_x86_code shown;
} insn = {.start_op = -1};

bool uc_x86_umip;

/* ---- Where an instruction begins ---- */

void *__real_tcg_emit_op_x86_64(void *ctx, int op);
void *__wrap_tcg_emit_op_x86_64(void *ctx, int op);
void *__wrap_tcg_emit_op_x86_64(void *ctx, int op)
{
	insn.last_op = op;
	insn.ctx = ctx;
	if (op == insn.start_op)
		insn.at_start = true;
	return __real_tcg_emit_op_x86_64(ctx, op);
}

static bool is_prefix(unsigned b)
{
	return b == 0x66 || b == 0x67 || b == 0xf0 || b == 0xf2 || b == 0xf3 || b == 0x2e ||
	       b == 0x36 || b == 0x3e || b == 0x26 || b == 0x64 || b == 0x65;
}

static bool long_mode(void)
{
	return uc_x86_cs && (*uc_x86_cs & 0xffff) == 0x33;
}

unsigned __real_cpu_ldub_code_x86_64(struct cpu_env *env, unsigned long addr);

/* The page that the block is read from, once its first byte has come through the TLB: each look
 * costs hundreds of instructions. */
#define PAGE	       4096UL
#define MMU_INST_FETCH 2
#define USER_MMU_IDX   1
static struct {
	unsigned long page;
	const unsigned char *host; /* or NULL */
} code;

void *tlb_vaddr_to_host_x86_64(struct cpu_env *env, unsigned long addr, int access, int mmu_idx);

static unsigned fetch(struct cpu_env *env, unsigned long addr)
{
	unsigned byte;

	if (code.host && (addr & -PAGE) == code.page)
		return code.host[addr & (PAGE - 1)];
	byte = __real_cpu_ldub_code_x86_64(env, addr);
	if (uc_x86_cs && (*uc_x86_cs & 3) == 3) {
		code.page = addr & -PAGE;
		code.host = tlb_vaddr_to_host_x86_64(env, code.page, MMU_INST_FETCH, USER_MMU_IDX);
	}
	return byte;
}

/* Encodings of the two-byte opcodes that the engine executes and the CPU does not know, by the
 * opcode and the ModRM byte behind it. `addr` is the opcode's. With UMIP, those of its instructions
 * too. */
static bool undefined_0f(struct cpu_env *env, unsigned long addr, unsigned op)
{
	unsigned modrm, reg;

	if (op == 0x0f) /* 3DNow!, which no CPU model has */
		return true;
	if (op == 0x77) /* emms */
		return insn.prefix;
	if (op == 0x38) /* movbe: of memory */
		return insn.prefix != 0xf2 && (fetch(env, addr + 1) & 0xfe) == 0xf0 &&
		       fetch(env, addr + 2) >= 0xc0;
	if (!(op <= 0x01 || (op & 0xfa) == 0x12 || (op >= 0x20 && op <= 0x23) || op == 0x78 ||
	      op == 0x79 || op == 0xba || op == 0x50 || (op >= 0x71 && op <= 0x73) || op == 0xae ||
	      op == 0xc3 || op == 0xc5 || (op & 0xfe) == 0xd6 || op == 0xe7 || op == 0xf7))
		return false; /* perhaps there is nothing behind it */
	modrm = fetch(env, addr + 1);
	reg = modrm >> 3 & 7;
	switch (op) {
	case 0x00: /* sldt, str */
		return uc_x86_umip && reg <= 1;
	case 0x01: /* sgdt, sidt; smsw */
		return uc_x86_umip && (reg == 4 || (reg <= 1 && modrm < 0xc0));
	case 0x20: /* mov of cr0, cr2, cr3, cr4 and cr8 */
	case 0x22:
		return !(0x11d >> (reg | (insn.rex & 4) << 1) & 1);
	case 0x12: /* movlps, movhps: of memory, but for movhlps and movlhps */
	case 0x16:
		return insn.prefix == 0x66 && modrm >= 0xc0;
	case 0x13:
	case 0x17:
		return modrm >= 0xc0;
	case 0x21: /* mov of dr0 to dr7 */
	case 0x23:
		return insn.rex & 4;
	case 0x78: /* extrq, insertq: AMD's, of registers */
	case 0x79:
		return uc_x86_intel || modrm < 0xc0;
	case 0xba: /* bt, bts, btr, btc with a constant */
		return reg < 4;
	case 0x50: /* movmskps, movmskpd, pextrw, pmovmskb: of registers */
	case 0xc5:
	case 0xd7:
		return modrm < 0xc0;
	case 0x71: /* shifts of MMX and SSE registers by a constant: right, arithmetically, left */
	case 0x72:
	case 0x73: /* right, left, and of SSE registers by bytes */
		return modrm < 0xc0 || !((op < 0x73 ? 0x54 : insn.prefix ? 0xcc : 0x44) >> reg & 1);
	case 0xae: /* fxsave, fxrstor, ldmxcsr, stmxcsr, clflush; fences */
		return modrm < 0xc0 ? (reg <= 3 && insn.prefix) || (reg == 7 && insn.prefix >= 0xf2)
				    : reg >= 5 && insn.prefix;
	case 0xe7: /* movntq, movntdq: to memory */
		return modrm >= 0xc0;
	case 0xc3: /* movnti */
		return insn.prefix;
	case 0xf7: /* maskmovq, maskmovdqu: of registers */
		return insn.prefix >= 0xf2 || modrm < 0xc0;
	case 0xd6: /* movq2dq, movdq2q: of registers */
		return insn.prefix >= 0xf2 && modrm < 0xc0;
	default:
		return false;
	}
}

/* Of C6 and C7 there is only /0, MOV: no CPU model has XABORT and XBEGIN, which are RTM's. Of 8F
 * there is only POP; of FE INC and DEC; of FF no /7. */
static bool undefined_group(struct cpu_env *env, unsigned long addr, unsigned op)
{
	unsigned reg;

	if ((op & 0xfe) != 0xc6 && op != 0x8f && op < 0xfe)
		return false;
	reg = fetch(env, addr + 1) >> 3 & 7;
	return op == 0xff ? reg == 7 : op == 0xfe ? reg > 1 : reg;
}

static bool flushes_line(struct cpu_env *env, unsigned long addr)
{
	unsigned modrm = fetch(env, addr + 1);

	return modrm < 0xc0 && (modrm >> 3 & 7) == 7;
}

static void begin(unsigned long addr)
{
	if (__builtin_expect(uc_x86_is_breakpoint(addr), 0))
		uc_x86_emit_breakpoint(insn.ctx, addr);
	insn.at_start = false;
	insn.n = 0;
	insn.opcode = NO_OPCODE;
	insn.prefix = 0;
	insn.operand_16 = false;
	insn.rex = 0;
	insn.accesses = 0;
	insn.shown.calls = insn.shown.accesses = 0;
	insn.shown.segment = -1;
	insn.shown.address_other = false;
	insn.ud2 = insn.masked = 0;
	insn.returns_far_down = false;
	uc_x86_bmi_begin();
}

/* MOVS and STOS behind REP, with no prefix that makes the address another one. */
static void repeated(unsigned op)
{
	unsigned width = !(op & 1) ? 1 : insn.rex & 8 ? 8 : insn.operand_16 ? 2 : 4;

	for (unsigned i = 0; i < insn.opcode; i++)
		if (is_prefix(insn.byte[i]) && insn.byte[i] != 0x66 && insn.byte[i] < 0xf2)
			return;
	uc_x86_emit_rep(insn.ctx, width, op < 0xa8);
}

/* The prefixes that count for accesses. Code segments cannot be written, and perhaps not be read.
 */
static void note_prefix(unsigned byte)
{
	static const unsigned char segments[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65};

	insn.shown.address_other |= byte == 0x67;
	for (int i = UC_X86_ES; i <= UC_X86_GS; i++)
		if (byte == segments[i])
			insn.shown.segment = i;
	if (byte == 0x2e && !long_mode())
		uc_x86_accesses = true;
}

/* REX counts directly before the opcode only; before LAHF and SAHF the engine takes AH for SPL. */
static bool loses_rex(struct cpu_env *env, unsigned long addr)
{
	unsigned next = fetch(env, addr);

	return is_prefix(next) || (next & 0xf0) == 0x40 || next == 0x9e || next == 0x9f;
}

/* Two-byte opcodes of which F2 and F3 select another instruction, and 66 then has no say. */
static bool selected_by_rep(struct cpu_env *env, unsigned long addr)
{
	unsigned op = fetch(env, addr);

	if (op == 0x38)
		return (fetch(env, addr + 1) & 0xfe) != 0xf0; /* crc32 */
	return (op >= 0x10 && op <= 0x17) || (op >= 0x28 && op <= 0x2f) || op == 0x3a ||
	       (op >= 0x50 && op <= 0x7f) || op == 0xc2 || (op >= 0xc4 && op <= 0xc6) || op >= 0xd0;
}

/* Of F2 and F3 the last one counts, and it goes before 66. */
static unsigned settle_prefix(struct cpu_env *env, unsigned long addr, unsigned byte)
{
	unsigned next = byte, before = byte, last = insn.prefix >= 0xf2 ? insn.prefix : 0;
	unsigned long end = addr + 14;

	if (byte != 0x66 && byte < 0xf2)
		return byte;
	while (addr < end && (is_prefix(next) || (next & 0xf0) == 0x40)) {
		if (next >= 0xf2)
			last = next;
		before = next;
		next = fetch(env, ++addr);
	}
	if (byte >= 0xf2)
		return last;
	if (next == 0x0f && (before & 0xf8) == 0x48 && long_mode() && fetch(env, addr + 1) == 0xb8)
		return 0x3e; /* popcnt: REX.W goes before 66 */
	return last && next == 0x0f && selected_by_rep(env, addr + 1) ? last : byte;
}

/* MMX instructions for which the engine forgets that they are: SSSE3's. */
static bool mmx_of_three_bytes(struct cpu_env *env, unsigned long addr, unsigned byte)
{
	unsigned op;

	if (byte != 0x38 && byte != 0x3a)
		return false;
	op = fetch(env, addr + 1);
	return byte == 0x3a ? op == 0x0f : op <= 0x0b || (op >= 0x1c && op <= 0x1e);
}

/* Of REX what the engine may see of it, with the opcode at addr. It takes R for a part of C6's and
 * C7's opcode, and of SSSE3's registers of MMX, of which there are eight, R and B for a ninth and
 * more. */
static unsigned rex_that_counts(struct cpu_env *env, unsigned long addr, unsigned rex)
{
	unsigned op = fetch(env, addr);

	if ((op & 0xfe) == 0xc6)
		return rex & ~4U;
	if (op != 0x0f || insn.prefix || !mmx_of_three_bytes(env, addr + 1, fetch(env, addr + 1)))
		return rex;
	return rex & (fetch(env, addr + 3) < 0xc0 ? ~4U : ~5U);
}

/* What follows the prefix at addr and others. */
static unsigned opcode_behind(struct cpu_env *env, unsigned long addr)
{
	unsigned long end = addr + 14;
	unsigned next;

	do
		next = fetch(env, ++addr);
	while (addr < end && (is_prefix(next) || (next & 0xf0) == 0x40));
	return next;
}

/* The next byte of an instruction, and the first that is no legacy prefix of it or is one. Returns
 * what the engine is to read. */
static unsigned first_bytes(struct cpu_env *env, unsigned long addr, unsigned byte)
{
	if (byte == 0xf0 && uc_x86_ops && uc_x86_ops->bad_lock(addr + 1)) {
		insn.ud2 = addr + 1;
		return 0x0f;
	}
	/* The engine leaves for PAUSE and forgets the step's trap: without its prefix it is NOP. */
	if (byte >= 0xf2 && byte <= 0xf3 && uc_x86_tf && opcode_behind(env, addr) == 0x90)
		return 0x3e;
	/* In 64-bit code the others name no segment, and take none back. */
	if ((byte & 0xe7) == 0x26 && insn.shown.segment >= UC_X86_FS && long_mode())
		return insn.shown.segment == UC_X86_FS ? 0x64 : 0x65;
	if (is_prefix(byte)) {
		byte = settle_prefix(env, addr, byte);
		insn.operand_16 |= byte == 0x66;
		note_prefix(byte);
		if (byte >= 0xf2 || (byte == 0x66 && !insn.prefix))
			insn.prefix = byte;
		return byte;
	}
	if ((byte & 0xf0) == 0x40 && long_mode()) {
		if (loses_rex(env, addr + 1))
			return insn.shown.segment == UC_X86_FS	 ? 0x64
			       : insn.shown.segment == UC_X86_GS ? 0x65
								 : 0x3e;
		insn.rex = (unsigned char)rex_that_counts(env, addr + 1, byte);
		return insn.rex;
	}
	insn.opcode = insn.n;
	/* AMD's take F2 and F3 for a part of LOOPNE's and LOOPE's opcode */
	if ((byte & 0xfe) == 0xe0 && insn.prefix >= 0xf2 && !uc_x86_intel)
		return insn.prefix == 0xf2 ? 0xe0 : 0xe1;
	if (byte == 0xc8 || (byte & 0xfc) == 0x6c) /* enter; ins, outs */
		uc_x86_emit_look(insn.ctx);
	if (undefined_group(env, addr, byte)) {
		insn.ud2 = addr + 1;
		return 0x0f;
	}
	if (__builtin_expect(insn.prefix >= 0xf2, 0) &&
	    (byte >> 1 == 0xa4 >> 1 || byte >> 1 == 0xaa >> 1)) /* movs, stos */
		repeated(byte);
	return byte;
}

/* The length of the ModRM byte at addr and what belongs to it, with addresses of 32 or 64 bits. */
static unsigned operand_length(struct cpu_env *env, unsigned long addr)
{
	unsigned modrm = fetch(env, addr), mod = modrm >> 6, base = modrm & 7, n = 1;

	if (mod == 3)
		return n;
	if (base == 4) {
		base = fetch(env, addr + 1) & 7;
		n++;
	}
	return n + (mod == 1 ? 1 : mod == 2 || base == 5 ? 4 : 0);
}

/* The byte behind the first of the opcode. */
static unsigned second_byte(struct cpu_env *env, unsigned long addr, unsigned byte)
{
	unsigned first = insn.byte[insn.opcode];

	/* F6 /1 and F7 /1 are TEST, as /0: neither manual says so, and all CPUs do it. */
	if ((first & 0xfe) == 0xf6 && (byte & 0x38) == 0x08)
		return byte & ~0x38U;
	if (__builtin_expect(first >= 0xd9 && first <= 0xdb, 0))
		uc_x86_before_x87(insn.ctx, first, byte);
	if (first != 0x0f)
		return byte;
	if (undefined_0f(env, addr, byte))
		return 0x0b;
	if (byte == 0xae && flushes_line(env, addr))
		uc_x86_emit_look(insn.ctx);
	if (!insn.prefix && mmx_of_three_bytes(env, addr, byte))
		uc_x86_before_mmx(insn.ctx, fetch(env, addr + 2));
	if (byte == 0x18 && fetch(env, addr + 1) >= 0xc0) /* prefetch of a register: NOP */
		return 0x1f;
	if (byte == 0xc2) /* cmpps and its like: the constant has three bits */
		insn.masked = addr + 1 + operand_length(env, addr + 1);
	return byte;
}

/* The opcode behind VEX of three bytes. The engine does not ask for all that makes one of these
 * instructions, and of the group of BLSR, BLSMSK and BLSI, of which there are no others, it
 * overwrites flags before it finds that out. */
static unsigned vex_opcode(struct cpu_env *env, unsigned long addr, unsigned byte)
{
	unsigned map = insn.byte[insn.opcode + 1] & 0x1f, vex = insn.byte[insn.opcode + 2];
	unsigned prefix = vex & 3, none = 0x78, reg;
	bool good = true;

	if (map == 3 && byte == 0xf0) { /* rorx */
		good = prefix == 3 && (vex & none) == none;
	} else if (map == 2 && byte == 0xf6) { /* mulx */
		good = prefix == 3;
	} else if (map == 2 && byte == 0xf3) {
		reg = fetch(env, addr + 1) >> 3 & 7;
		good = !prefix && reg >= 1 && reg <= 3;
	}
	return good ? byte : NO_VEX_OPCODE;
}

unsigned __wrap_cpu_ldub_code_x86_64(struct cpu_env *env, unsigned long addr);
unsigned __wrap_cpu_ldub_code_x86_64(struct cpu_env *env, unsigned long addr)
{
	unsigned byte = fetch(env, addr);

	if (insn.start_op < 0) { /* the very first instruction */
		insn.start_op = insn.last_op;
		insn.at_start = true;
	}
	if (insn.at_start)
		begin(addr);
	if (__builtin_expect(uc_x86_code_limited, 0))
		uc_x86_emit_fetch(insn.ctx, addr);
	if (__builtin_expect(insn.ud2 == addr && addr, 0))
		return 0x0b;
	if (__builtin_expect(insn.masked == addr, 0))
		byte &= 7;
	if (insn.opcode == NO_OPCODE)
		byte = first_bytes(env, addr, byte);
	else if (insn.n == insn.opcode + 1)
		byte = second_byte(env, addr, byte);
	else if (insn.n == insn.opcode + 3 && insn.byte[insn.opcode] == 0xc4)
		byte = vex_opcode(env, addr, byte);
	if (insn.n < sizeof(insn.byte))
		insn.byte[insn.n++] = (unsigned char)byte;
	insn.env = env;
	insn.next = addr + 1;
	return byte;
}

unsigned uc_x86_modrm(void)
{
	const unsigned at = insn.opcode + 2U;

	return insn.n > at ? insn.byte[at] : fetch(insn.env, insn.next);
}

/* SHLD, SHRD and RORX with a constant behind the address: an address that is relative to the
 * instruction's end is a byte off for the engine. */
static unsigned short_of_end(void)
{
	const unsigned char *b = insn.byte + insn.opcode;
	unsigned n = insn.n - insn.opcode;
	bool shift = n == 3 && b[0] == 0x0f && (b[1] == 0xa4 || b[1] == 0xac),
	     rorx = n == 5 && b[0] == 0xc4 && (b[1] & 0x1f) == 3 && b[3] == 0xf0;

	return (shift || rorx) && (b[n - 1] & 0xc7) == 0x05 && long_mode();
}

/* RET with a constant. */
static bool returns(void)
{
	return insn.n == insn.opcode + 1U && insn.byte[insn.opcode] == 0xc2;
}

/* Operands of more than a byte. */
#define LOAD_CODE(name, size, correction)                                                          \
	unsigned __real_cpu_##name##_code_x86_64(struct cpu_env *env, unsigned long addr);         \
	unsigned __wrap_cpu_##name##_code_x86_64(struct cpu_env *env, unsigned long addr);         \
	unsigned __wrap_cpu_##name##_code_x86_64(struct cpu_env *env, unsigned long addr)          \
	{                                                                                          \
		unsigned value = __real_cpu_##name##_code_x86_64(env, addr);                       \
                                                                                                   \
		if (__builtin_expect(uc_x86_code_limited, 0))                                      \
			uc_x86_emit_fetch(insn.ctx, addr + size - 1);                              \
		insn.returns_far_down = size == 2 && value >= 0x8000 && returns();                 \
		return value + (correction);                                                       \
	}

LOAD_CODE(lduw, 2, 0)
LOAD_CODE(ldl, 4, short_of_end())

/* The only addition that RET is translated to. */
void __real_tcg_gen_addi_i64_x86_64(void *ctx, long ret, long arg, long value);
void __wrap_tcg_gen_addi_i64_x86_64(void *ctx, long ret, long arg, long value);
void __wrap_tcg_gen_addi_i64_x86_64(void *ctx, long ret, long arg, long value)
{
	if (__builtin_expect(insn.returns_far_down, 0))
		value += 0x10000;
	__real_tcg_gen_addi_i64_x86_64(ctx, ret, arg, value);
}

bool uc_x86_one_insn;
void (*uc_x86_translated)(const struct uc_x86_block *);

void __real_gen_intermediate_code_x86_64(void *cpu, void *tb, int max_insns);
void __wrap_gen_intermediate_code_x86_64(void *cpu, void *tb, int max_insns);
void __wrap_gen_intermediate_code_x86_64(void *cpu, void *tb, int max_insns)
{
	code.host = NULL;
	uc_x86_block_begins(tb);
	uc_x86_begin_block(tb);
	__real_gen_intermediate_code_x86_64(cpu, tb, uc_x86_one_insn ? 1 : max_insns);
	if (__builtin_expect(uc_x86_translated != NULL, 0))
		uc_x86_translated(tb);
}

/* ---- Which instructions read their operand in order to write it ---- */

bool uc_x86_lockable(const unsigned char *op, unsigned reg)
{
	if (op[0] == 0x0f)
		switch (op[1]) {
		case 0xab: /* bts, btr, btc, cmpxchg, xadd */
		case 0xb3:
		case 0xbb:
		case 0xb0:
		case 0xb1:
		case 0xc0:
		case 0xc1:
			return true;
		case 0xba:
			return reg >= 5;
		case 0xc7: /* cmpxchg8b, cmpxchg16b */
			return reg == 1;
		default:
			return false;
		}
	switch (op[0]) {
	case 0x80: /* all but cmp */
	case 0x81:
	case 0x82:
	case 0x83:
		return reg != 7;
	case 0x86: /* xchg */
	case 0x87:
		return true;
	case 0xf6: /* not, neg */
	case 0xf7:
		return reg == 2 || reg == 3;
	case 0xfe: /* inc, dec */
	case 0xff:
		return reg <= 1;
	default: /* add, or, adc, sbb, and, sub, xor */
		return op[0] < 0x38 && (op[0] & 7) <= 1;
	}
}

bool uc_x86_will_write(const unsigned char *op)
{
	if (op[0] == 0x0f && (op[1] == 0xa4 || op[1] == 0xa5 || op[1] == 0xac || op[1] == 0xad))
		return true; /* shld, shrd */
	return op[0] == 0xc0 || op[0] == 0xc1 || (op[0] & 0xfc) == 0xd0 ||
	       uc_x86_lockable(op, op[op[0] == 0x0f ? 2 : 1] >> 3 & 7);
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
		{0x14, 0x15}, {0x28, 0x29}, {0x2b, 0x2d}, {0x51, 0x51}, {0x54, 0x6d}, {0x6f, 0x70},
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
	struct uc_x86_code *shown = &insn.shown;
	unsigned first = insn.opcode < insn.n ? insn.opcode : insn.n;

	shown->prefix = insn.prefix;
	shown->operand_16 = insn.operand_16;
	shown->byte = insn.byte + first;
	shown->n = insn.n - first;
	return shown;
}

/* The second byte of the opcode, if the first is 0F and there are more. */
static bool is_0f(const unsigned char **op)
{
	*op = insn.byte + insn.opcode;
	return insn.n > insn.opcode + 2 && **op == 0x0f;
}

static bool wants_alignment(void)
{
	const unsigned char *op;

	if (!is_0f(&op))
		return false;
	if (op[1] == 0x38)
		return insn.prefix == 0x66 && aligned_0f38(op[2]);
	if (op[1] == 0x3a)
		return insn.prefix == 0x66 && aligned_0f3a(op[2]);
	return aligned_0f(op[1], insn.prefix);
}

/* Operands that are shorter than what the engine reads, 16 bytes (MMX: 8), or 0. */
static unsigned short_operand(void)
{
	const unsigned char *at;
	unsigned op;

	if (!is_0f(&at))
		return 0;
	op = at[1];
	if (op == 0x3a && insn.prefix == 0x66) /* roundss, roundsd */
		return at[2] == 0x0a ? 4 : at[2] == 0x0b ? 8 : 0;
	switch (insn.prefix) {
	case 0: /* cvttps2pi, cvtps2pi, cvtps2pd; punpckl of MMX */
		return op == 0x2c || op == 0x2d || op == 0x5a ? 8
		       : op >= 0x60 && op <= 0x62	      ? 4
							      : 0;
	case 0xf3: /* cvtdq2pd */
		return op == 0xe6 ? 8 : 0;
	default:
		return 0;
	}
}

/* The second of the two accesses of 8 bytes each need not be asked. */
static unsigned with_alignment(unsigned memop, bool first)
{
	if (first && wants_alignment())
		return (memop & ~MO_AMASK) | MO_ALIGN_16;
	return __builtin_expect(uc_x86_ac, 0) ? uc_x86_ac_memop(memop, first) : memop;
}

/* AMD's far jumps and calls through memory take an offset of 32 bits even with REX.W. */
static bool ignores_rex_w(void)
{
	const unsigned char *op = insn.byte + insn.opcode;

	return !uc_x86_intel && insn.n > insn.opcode + 1U && op[0] == 0xff &&
	       ((op[1] >> 3 & 7) == 3 || (op[1] >> 3 & 7) == 5);
}

void tcg_gen_addi_i64_x86_64(void *ctx, long ret, long arg, long value);

/* RCL and RCR, of memory. The engine's helper takes CF and changes it before the result is stored,
 * and when that faults the instruction cannot be executed again. */
static bool rotates_carry(void)
{
	const unsigned char *op = insn.byte + insn.opcode;

	return insn.n > insn.opcode + 1U && ((op[0] & 0xfe) == 0xc0 || (op[0] & 0xfc) == 0xd0) &&
	       (op[1] & 0x30) == 0x10;
}

/* Two accesses of 8 bytes are one of 16. */
static void emit_look(void *ctx, void *addr, unsigned memop, bool first, bool write)
{
	bool wide = wants_alignment() || uc_x86_unaligned_16(uc_x86_translating());

	if (first || !wide)
		uc_x86_emit_access(ctx, (char *)ctx + (long)addr,
				   wide ? 16 : 1U << (memop & MO_SIZE), write);
}

void __real_tcg_gen_qemu_st_i64_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop);
void __real_tcg_gen_qemu_ld_i64_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop);
void __wrap_tcg_gen_qemu_ld_i64_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop);
void __wrap_tcg_gen_qemu_ld_i64_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop)
{
	bool first = insn.accesses++ == 0;
	unsigned size = short_operand();

	if (__builtin_expect(uc_x86_fp_traps, 0))
		uc_x86_emit_wait(ctx);
	if (__builtin_expect(size, 0)) {
		if (first)
			insn.first_addr = addr;
		addr = insn.first_addr; /* the upper half is not used */
		if (size == 4)
			memop = (memop & ~MO_SIZE) | MO_32;
	}
	if (__builtin_expect(insn.rex & 8 && ignores_rex_w(), 0)) {
		if (first)
			memop = (memop & ~MO_SIZE) | MO_32;
		else /* the selector */
			tcg_gen_addi_i64_x86_64(ctx, (long)addr, (long)addr, -4);
	}
	if (__builtin_expect(uc_x86_accesses, 0))
		emit_look(ctx, addr, memop, first, false);
	__real_tcg_gen_qemu_ld_i64_x86_64(ctx, val, addr, idx, with_alignment(memop, first));
	if (__builtin_expect(rotates_carry(), 0)) /* before CF changes */
		__real_tcg_gen_qemu_st_i64_x86_64(ctx, val, addr, idx, memop);
}

void __wrap_tcg_gen_qemu_st_i64_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop);
void __wrap_tcg_gen_qemu_st_i64_x86_64(void *ctx, void *val, void *addr, long idx, unsigned memop)
{
	bool first = insn.accesses++ == 0;

	if (__builtin_expect(uc_x86_accesses, 0))
		emit_look(ctx, addr, memop, first, true);
	if (__builtin_expect(uc_x86_fp_traps, 0) && uc_x86_emit_x87_store(ctx, addr, memop))
		return;
	__real_tcg_gen_qemu_st_i64_x86_64(ctx, val, addr, idx, with_alignment(memop, first));
}
