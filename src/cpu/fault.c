/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Capstone knows: the address an instruction was about to touch, and its text. */
#include "cpu/engine.h"
#include "cpu/unicorn_traps.h"

#include <capstone/capstone.h>
#include <cpuid.h>
#include <stdio.h>
#include <string.h>

static csh handle(cs_mode mode)
{
	static csh open[3];
	csh *cs = &open[mode == CS_MODE_64 ? 2 : mode == CS_MODE_32];

	if (!*cs) {
		if (cs_open(CS_ARCH_X86, mode, cs) != CS_ERR_OK)
			return 0;
		cs_option(*cs, CS_OPT_DETAIL, CS_OPT_ON);
	}
	return *cs;
}

/* What the guest executes. */
static csh handle_here(void)
{
	u64 desc;

	if (cpu_gate_long_mode())
		return handle(CS_MODE_64);
	return handle(cpu_get_descriptor((u16)*uc_x86_cs, &desc) && !(desc >> 54 & 1) ? CS_MODE_16
										      : CS_MODE_32);
}

static u64 reg_value(x86_reg reg, guest_addr next_ip)
{
	static const struct {
		x86_reg cs;
		int uc;
	} map[] = {
		{X86_REG_RAX, UC_X86_REG_RAX},	 {X86_REG_RBX, UC_X86_REG_RBX},
		{X86_REG_RCX, UC_X86_REG_RCX},	 {X86_REG_RDX, UC_X86_REG_RDX},
		{X86_REG_RSI, UC_X86_REG_RSI},	 {X86_REG_RDI, UC_X86_REG_RDI},
		{X86_REG_RBP, UC_X86_REG_RBP},	 {X86_REG_RSP, UC_X86_REG_RSP},
		{X86_REG_R8, UC_X86_REG_R8},	 {X86_REG_R9, UC_X86_REG_R9},
		{X86_REG_R10, UC_X86_REG_R10},	 {X86_REG_R11, UC_X86_REG_R11},
		{X86_REG_R12, UC_X86_REG_R12},	 {X86_REG_R13, UC_X86_REG_R13},
		{X86_REG_R14, UC_X86_REG_R14},	 {X86_REG_R15, UC_X86_REG_R15},
		{X86_REG_EAX, UC_X86_REG_EAX},	 {X86_REG_EBX, UC_X86_REG_EBX},
		{X86_REG_ECX, UC_X86_REG_ECX},	 {X86_REG_EDX, UC_X86_REG_EDX},
		{X86_REG_ESI, UC_X86_REG_ESI},	 {X86_REG_EDI, UC_X86_REG_EDI},
		{X86_REG_EBP, UC_X86_REG_EBP},	 {X86_REG_ESP, UC_X86_REG_ESP},
		{X86_REG_R8D, UC_X86_REG_R8D},	 {X86_REG_R9D, UC_X86_REG_R9D},
		{X86_REG_R10D, UC_X86_REG_R10D}, {X86_REG_R11D, UC_X86_REG_R11D},
		{X86_REG_R12D, UC_X86_REG_R12D}, {X86_REG_R13D, UC_X86_REG_R13D},
		{X86_REG_R14D, UC_X86_REG_R14D}, {X86_REG_R15D, UC_X86_REG_R15D},
		{X86_REG_AX, UC_X86_REG_AX},	 {X86_REG_CX, UC_X86_REG_CX},
		{X86_REG_DX, UC_X86_REG_DX},	 {X86_REG_SP, UC_X86_REG_SP},
		{X86_REG_R8W, UC_X86_REG_R8W},	 {X86_REG_R9W, UC_X86_REG_R9W},
		{X86_REG_R10W, UC_X86_REG_R10W}, {X86_REG_R11W, UC_X86_REG_R11W},
		{X86_REG_R12W, UC_X86_REG_R12W}, {X86_REG_R13W, UC_X86_REG_R13W},
		{X86_REG_R14W, UC_X86_REG_R14W}, {X86_REG_R15W, UC_X86_REG_R15W},
		{X86_REG_BX, UC_X86_REG_BX},	 {X86_REG_BP, UC_X86_REG_BP},
		{X86_REG_SI, UC_X86_REG_SI},	 {X86_REG_DI, UC_X86_REG_DI},
	};
	u64 value = 0;

	if (reg == X86_REG_RIP || reg == X86_REG_EIP)
		return next_ip;
	for (size_t i = 0; i < ARRAY_SIZE(map); i++)
		if (map[i].cs == reg)
			uc_reg_read(eng.uc, map[i].uc, &value);
	return value;
}

static bool based_on_stack(const cs_x86_op *op)
{
	switch (op->mem.base) {
	case X86_REG_RSP:
	case X86_REG_RBP:
	case X86_REG_ESP:
	case X86_REG_EBP:
	case X86_REG_BP:
		return true;
	default:
		return false;
	}
}

/* The segment that an operand lies in. */
static enum uc_x86_seg segment_of(const cs_x86_op *op)
{
	/* 64-bit code has no others */
	if (cpu_gate_long_mode() && op->mem.segment != X86_REG_FS && op->mem.segment != X86_REG_GS)
		return based_on_stack(op) ? UC_X86_SS : UC_X86_DS;
	switch (op->mem.segment) {
	case X86_REG_ES:
		return UC_X86_ES;
	case X86_REG_CS:
		return UC_X86_CS;
	case X86_REG_SS:
		return UC_X86_SS;
	case X86_REG_DS:
		return UC_X86_DS;
	case X86_REG_FS:
		return UC_X86_FS;
	case X86_REG_GS:
		return UC_X86_GS;
	default:
		return based_on_stack(op) ? UC_X86_SS : UC_X86_DS;
	}
}

static u64 segment_base(enum uc_x86_seg seg)
{
	return seg >= UC_X86_FS || !cpu_gate_long_mode() ? uc_x86_segment_base(seg) : 0;
}

guest_addr code_address(guest_addr ip)
{
	return cpu_gate_long_mode() ? ip : (u32)(ip + uc_x86_segment_base(UC_X86_CS));
}

size_t engine_code(guest_addr ip, u8 code[15])
{
	return engine_peek(code_address(ip), code, 15, CPU_EXEC);
}

/* What an instruction adds to the address of its memory operand: BT and its like reach the word
 * that holds the bit (SDM vol. 2, BT). */
static u64 address_offset(const cs_insn *insn, guest_addr next_ip)
{
	const cs_x86_op *ops = insn->detail->x86.operands;
	u64 value;

	switch (insn->id) {
	case X86_INS_BT:
	case X86_INS_BTS:
	case X86_INS_BTR:
	case X86_INS_BTC:
		if (insn->detail->x86.op_count != 2 || ops[1].type != X86_OP_REG)
			return 0;
		value = reg_value(ops[1].reg, next_ip);
		return ops[1].size == 8	  ? (u64)((s64)value >> 6) * 8
		       : ops[1].size == 4 ? (u64)((s64)(s32)value >> 5) * 4
					  : (u64)((s64)(s16)value >> 4) * 2;
	default:
		return 0;
	}
}

static bool is_prefix(u8 b)
{
	return b == 0x66 || b == 0x67 || b == 0xf2 || b == 0xf3 || b == 0x2e || b == 0x36 ||
	       b == 0x3e || b == 0x26 || b == 0x64 || b == 0x65 || b == 0xf0;
}

/* The number of prefixes, REX included. */
static size_t prefixes(const u8 *code, size_t n)
{
	bool long_mode = cpu_gate_long_mode();
	size_t i = 0;

	while (i < n && (is_prefix(code[i]) || (long_mode && (code[i] & 0xf0) == 0x40)))
		i++;
	return i;
}

/* Whether the instruction reads its operand in order to write it: the CPU asks for write access
 * from the start. */
static bool will_write(const u8 *code, size_t n)
{
	size_t i = prefixes(code, n);

	return i + 3 <= n && uc_x86_will_write(&code[i]);
}

/* MOVS: its first operand is the one that is written, after the second has been read. */
static bool moves_string(const u8 *code, size_t n)
{
	size_t i = prefixes(code, n);

	return i < n && (code[i] & 0xfe) == 0xa4;
}

/* What the instruction pushes, in bytes, and how many times; 0: it does not push. */
static u32 pushes(const u8 *code, size_t n, u32 *times)
{
	size_t i = prefixes(code, n);
	bool long_mode = cpu_gate_long_mode(),
	     wide = long_mode && i && (code[i - 1] & 0xf8) == 0x48,
	     narrow = !wide && memchr(code, 0x66, i);
	u32 op = i < n ? code[i] : 0, reg = i + 1 < n ? code[i + 1] >> 3 & 7 : 0;

	*times = op == 0x60 ? 8 : 1; /* pusha */
	if ((op & 0xf8) == 0x50 || op == 0x60 || op == 0x68 || op == 0x6a || op == 0x9c ||
	    op == 0xe8 || op == 0x9a || (!long_mode && (op & 0xe7) == 0x06 && op != 0x26) ||
	    (op == 0xff && (reg == 2 || reg == 3 || reg == 6)) ||
	    (op == 0x0f && i + 1 < n && (code[i + 1] & 0xf7) == 0xa0))
		return narrow ? 2 : long_mode ? 8 : 4;
	return 0;
}

#define CANONICAL_END 0x800000000000UL
#define BEYOND_LIMIT  CANONICAL_END /* an address that faults as one beyond a limit does */

/* If [addr, addr + size) touches the page, the first byte of it that does. The CPU has been to the
 * page before it then: that has memory behind it from now on. */
static bool touches(guest_addr addr, u64 size, guest_addr page, guest_addr *out)
{
	u8 byte;

	if (addr - page >= PAGE_SIZE && page - addr >= size)
		return false;
	if (addr < page)
		engine_peek(addr, &byte, 1, CPU_READ);
	if (page == CANONICAL_END - PAGE_SIZE && addr + size > CANONICAL_END) {
		*out = CANONICAL_END; /* goes before what the page is */
		return true;
	}
	*out = MAX(addr, page);
	return true;
}

/* Where in its segment a memory operand lies; `next_ip` is the address of the next instruction. */
static u64 operand_offset(const cs_insn *insn, const cs_x86_op *op, guest_addr next_ip)
{
	u64 ea = (u64)op->mem.disp + address_offset(insn, next_ip);

	if (op->mem.base != X86_REG_INVALID)
		ea += reg_value(op->mem.base, next_ip);
	if (op->mem.index != X86_REG_INVALID)
		ea += reg_value(op->mem.index, next_ip) * (u64)op->mem.scale;
	if (insn->detail->x86.addr_size == 4)
		ea = (u32)ea;
	else if (insn->detail->x86.addr_size == 2)
		ea = (u16)ea;
	return ea;
}

/* Its linear address. */
static guest_addr operand_address(const cs_insn *insn, const cs_x86_op *op, guest_addr next_ip)
{
	u64 ea = operand_offset(insn, op, next_ip) + segment_base(segment_of(op));

	return cpu_gate_long_mode() ? ea : (u32)ea;
}

/* An operand, or the first part of one that is read or written in parts, at the end of a segment of
 * 4 GiB does not go on at its beginning. */
static bool wraps_around(const cs_insn *insn, const cs_x86_op *op, guest_addr next_ip)
{
	u64 size = op->size;

	if (size == 10)
		size = 8;
	else if (!size || size > 16) /* FNSTENV and its like */
		size = 4;
	else if (insn->id == X86_INS_BOUND)
		size /= 2;
	return !cpu_gate_long_mode() && operand_offset(insn, op, next_ip) + size > 1UL << 32;
}

/* The instruction as Capstone understands it: with prefixes in the order of the manuals' opcodes
 * and without those that count for nothing there. Returns its length; *cut is how much shorter it
 * is than the original. */
static size_t in_order(const u8 *code, size_t n, u8 out[15], size_t *cut)
{
	static const u8 order[] = {0x67, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0xf2, 0xf3};
	size_t len = prefixes(code, n), m = 0;
	bool long_mode = cpu_gate_long_mode(), rex = long_mode && len && code[len - 1] >> 4 == 4;
	u8 op = len < n ? code[len] : 0;

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		if (!memchr(code, order[i], len) || (long_mode && i >= 1 && i <= 4))
			continue;
		if (order[i] < 0xf2 || op == 0x0f || (op & 0xfc) == 0x6c || (op & 0xf4) == 0xa4)
			out[m++] = order[i];
	}
	if (rex) /* of segment registers there are no more than six */
		out[m++] = (op & 0xfd) == 0x8c ? code[len - 1] & ~4 : code[len - 1];
	*cut = len - m;
	memcpy(out + m, code + len, n - len);
	return n - *cut;
}

/* Decodes the instruction at *ip, which becomes the next one's address. */
static bool decode(csh cs, cs_insn *insn, const u8 *code, size_t n, guest_addr *ip)
{
	u8 plain[15];
	const u8 *p = plain;
	size_t cut;

	n = in_order(code, n, plain, &cut);
	if (!cs_disasm_iter(cs, &p, &n, ip, insn))
		return false;
	*ip += cut;
	return true;
}

bool memory_operand(guest_addr ip, guest_addr *addr)
{
	u8 code[15];
	size_t n = engine_code(ip, code);
	csh cs = handle_here();
	cs_insn *insn;
	bool found = false;

	if (!cs)
		return false;
	insn = cs_malloc(cs);
	if (decode(cs, insn, code, n, &ip) && insn->detail->x86.op_count &&
	    insn->detail->x86.operands[0].type == X86_OP_MEM) {
		*addr = operand_address(insn, &insn->detail->x86.operands[0], ip);
		found = true;
	}
	cs_free(insn, 1);
	return found;
}

bool enters(u64 *push, u64 *end)
{
	u64 ip, sp;
	u8 code[15];
	size_t n, i;
	u32 width = 8;

	uc_reg_read(eng.uc, UC_X86_REG_RIP, &ip);
	uc_reg_read(eng.uc, UC_X86_REG_RSP, &sp);
	n = engine_peek(ip, code, sizeof(code), CPU_EXEC);
	i = prefixes(code, n);
	if (i + 4 > n || code[i] != 0xc8)
		return false;
	if (!cpu_gate_long_mode())
		width = 4;
	if (memchr(code, 0x66, i))
		width = 2;
	*push = sp - width;
	sp -= width * (1 + (code[i + 3] & 31u)) + (code[i + 1] | (u32)code[i + 2] << 8);
	*end = sp;
	if (!cpu_gate_long_mode()) {
		*push = (u32)*push;
		*end = (u32)*end;
	}
	return true;
}

bool flushes_line(u64 *addr)
{
	guest_addr ip;
	int second;

	uc_reg_read(eng.uc, UC_X86_REG_RIP, &ip);
	return engine_opcode(ip, &second) == 0x0f && memory_operand(ip, addr);
}

/* CMPS reads at rsi first, AMD's at rdi. */
static bool compares_strings(const cs_insn *insn, guest_addr next_ip, guest_addr *out)
{
	x86_reg first = uc_x86_intel ? X86_REG_RSI : X86_REG_RDI,
		first32 = uc_x86_intel ? X86_REG_ESI : X86_REG_EDI;
	guest_addr addr = 0;
	u8 byte;

	if (insn->id != X86_INS_CMPSB && insn->id != X86_INS_CMPSW && insn->id != X86_INS_CMPSD &&
	    insn->id != X86_INS_CMPSQ)
		return false;
	for (int i = 0; i < insn->detail->x86.op_count; i++) {
		const cs_x86_op *op = &insn->detail->x86.operands[i];

		if (op->type == X86_OP_MEM && (op->mem.base == first || op->mem.base == first32))
			addr = operand_address(insn, op, next_ip);
	}
	if (engine_peek(addr, &byte, 1, CPU_READ))
		return false;
	*out = addr;
	return true;
}

/* Instructions whose operand Capstone does not name. */
static bool no_operand(const cs_insn *insn, guest_addr *addr, u64 *size)
{
	unsigned wide = insn->detail->x86.addr_size;

	switch (insn->id) {
	case X86_INS_XLATB:
		*addr = reg_value(X86_REG_RBX, 0) + (reg_value(X86_REG_RAX, 0) & 0xff);
		*size = 1;
		break;
	case X86_INS_MASKMOVQ:
	case X86_INS_MASKMOVDQU:
		*addr = reg_value(X86_REG_RDI, 0);
		*size = insn->id == X86_INS_MASKMOVQ ? 8 : 16;
		break;
	default:
		return false;
	}
	if (wide < 8)
		*addr &= wide == 4 ? 0xffffffff : 0xffff;
	return true;
}

guest_addr fault_address(guest_addr ip, guest_addr page, int access, bool *stack)
{
	u8 code[15];
	bool long_mode = cpu_gate_long_mode();
	size_t n = engine_code(ip, code);
	guest_addr at = ip, sp, addr, found = page;
	u32 push, times;
	u64 width;
	cs_insn *insn;
	csh cs = handle_here();

	*stack = false;
	if (access == CPU_EXEC)
		return (code_address(ip) & PAGE_MASK) == page ? code_address(ip) : page;
	if (!cs || !n)
		return page;
	insn = cs_malloc(cs);
	if (!decode(cs, insn, code, n, &at))
		goto out;
	if (no_operand(insn, &addr, &width) && touches(addr, width, page, &found))
		goto out;
	if (compares_strings(insn, at, &found))
		goto out;
	for (int i = access == CPU_READ && moves_string(code, n); i < insn->detail->x86.op_count;
	     i++) {
		const cs_x86_op *op = &insn->detail->x86.operands[i];

		if (op->type != X86_OP_MEM)
			continue;
		*stack = segment_of(op) == UC_X86_SS;
		/* An invalid size comes from instructions that touch much (fxsave). */
		if (touches(operand_address(insn, op, at), op->size ? op->size : 512, page,
			    &found)) {
			if (will_write(code, n))
				eng.miss_access = CPU_WRITE;
			if (wraps_around(insn, op, at))
				found = BEYOND_LIMIT;
			goto out;
		}
	}
	*stack = true;
	/* push, call, pop, ret, leave, enter and the like */
	sp = reg_value(long_mode ? X86_REG_RSP : X86_REG_ESP, at);
	if (insn->id == X86_INS_LEAVE)
		sp = reg_value(long_mode ? X86_REG_RBP : X86_REG_EBP, at);
	push = pushes(code, n, &times);
	for (u32 i = 1; push && i <= times; i++) {
		addr = long_mode ? sp - i * push : (u32)(sp - i * push);
		if (touches(addr, push, page, &found)) {
			if (!long_mode && addr + push > 1UL << 32) /* of the segment */
				found = BEYOND_LIMIT;
			goto out;
		}
	}
	if (!touches(sp, 8, page, &found))
		touches(sp - (long_mode ? 8 : 4), long_mode ? 8 : 4, page, &found);
out:
	cs_free(insn, 1);
	return found;
}

bool is_repeated(guest_addr ip)
{
	u8 code[15];
	size_t n = engine_code(ip, code), i = prefixes(code, n);

	return i < n && (memchr(code, 0xf2, i) || memchr(code, 0xf3, i)) &&
	       ((code[i] & 0xfc) == 0x6c || (code[i] & 0xfc) == 0xa4 || (code[i] & 0xf8) == 0xa8) &&
	       code[i] != 0xa8 && code[i] != 0xa9;
}

bool loads_segment(guest_addr ip)
{
	int second, op = engine_opcode(ip, &second);

	switch (op) {
	case 0x8e: /* mov to segment register */
	case 0x07:
	case 0x17:
	case 0x1f: /* pop es, ss, ds */
	case 0xc4:
	case 0xc5: /* les, lds */
		return true;
	case 0x0f: /* pop fs, gs; lss, lfs, lgs */
		return second == 0xa1 || second == 0xa9 || second == 0xb2 || second == 0xb4 ||
		       second == 0xb5;
	default:
		return false;
	}
}

bool loads_descriptor(guest_addr ip)
{
	int second, op = engine_opcode(ip, &second);

	switch (op) {
	case 0x9a:
	case 0xea: /* far call, far jump */
	case 0xca:
	case 0xcb:
	case 0xcf: /* far return, iret */
		return true;
	case 0xff: /* far call and jump through memory */
		return (second & 0x38) == 0x18 || (second & 0x38) == 0x28;
	case 0x0f: /* verr, verw; lar, lsl */
		return second == 0x00 || second == 0x02 || second == 0x03 || loads_segment(ip);
	default:
		return loads_segment(ip);
	}
}

int engine_opcode(guest_addr ip, int *second)
{
	u8 code[15];
	size_t n = engine_code(ip, code), i = prefixes(code, n);

	*second = i + 1 < n ? code[i + 1] : -1;
	return i < n ? code[i] : -1;
}

bool has_rex_w(guest_addr ip)
{
	u8 code[15];
	size_t i = prefixes(code, engine_code(ip, code));

	return cpu_gate_long_mode() && i && (code[i - 1] & 0xf8) == 0x48;
}

bool forbidden_port_io(guest_addr ip)
{
	int second, op = engine_opcode(ip, &second);
	u64 port = 0;

	if (op < 0x6c || op > 0x6f)
		return false;
	uc_reg_read(eng.uc, UC_X86_REG_RDX, &port);
	return !uc_x86_ports || !uc_x86_ports->allowed(port & 0xffff, 1);
}

static bool is_locked(guest_addr ip)
{
	u8 code[15];

	return memchr(code, 0xf0, prefixes(code, engine_code(ip, code)));
}

int undefined_opcode(guest_addr *ip)
{
	int second, op = engine_opcode(*ip, &second);
	struct cpu_umip umip;

	if (is_locked(*ip)) /* goes before what else is wrong */
		return X86_TRAP_UD;

	if (op == 0xf1) { /* INT1 */
		*ip += 1;
		return X86_TRAP_DB;
	}
	if (op == 0x0f && (second == 0x33 || second == 0x35)) /* RDPMC; SYSEXIT in 64-bit code */
		return X86_TRAP_GP;
	if (op == 0x0f && second <= 1 && cpu_umip_insn(&umip))
		return X86_TRAP_GP;
	return X86_TRAP_UD;
}

bool bad_lock(u64 addr)
{
	u8 code[15];
	size_t n = engine_peek(addr, code, sizeof(code), CPU_EXEC), i = prefixes(code, n);
	const u8 *modrm;

	if (i + 3 > n) /* the end of what is mapped: the translator will find out */
		return false;
	if (!uc_x86_intel && code[i] == 0x0f && (code[i + 1] & 0xfd) == 0x20)
		return false; /* AMD's other name for CR8 */
	modrm = &code[i + (code[i] == 0x0f ? 2 : 1)];
	return *modrm >= 0xc0 || !uc_x86_lockable(&code[i], *modrm >> 3 & 7);
}

bool writes_bad_base(void)
{
	static const int ids[] = {UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX,
				  UC_X86_REG_RSP, UC_X86_REG_RBP, UC_X86_REG_RSI, UC_X86_REG_RDI,
				  UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R10, UC_X86_REG_R11,
				  UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15};
	u8 code[15];
	u64 ip, value = 0;
	size_t n, i = 0;
	u32 rex;

	uc_reg_read(eng.uc, UC_X86_REG_RIP, &ip);
	n = engine_code(ip, code);
	while (i + 3 < n && code[i] != 0x0f)
		i++;
	rex = i ? code[i - 1] : 0;
	/* REX.W 0F AE /2 and /3 of a register */
	if (i + 3 > n || (rex & 0xf8) != 0x48 || code[i + 1] != 0xae ||
	    (code[i + 2] & 0xf0) != 0xd0)
		return false;
	uc_reg_read(eng.uc, ids[(code[i + 2] & 7) | (rex & 1) << 3], &value);
	return (s64)(value << 16) >> 16 != (s64)value;
}

u64 far_transfer_stack(u32 *size)
{
	u64 ip, sp, desc;
	u8 code[15];
	size_t n, i;
	bool other, wide;

	uc_reg_read(eng.uc, UC_X86_REG_RIP, &ip);
	uc_reg_read(eng.uc, UC_X86_REG_RSP, &sp);
	n = engine_code(ip, code);
	i = prefixes(code, n);
	other = memchr(code, 0x66, i);
	if (cpu_gate_long_mode()) {
		wide = i && (code[i - 1] & 0xf8) == 0x48;
		*size = wide ? 8 : other ? 2 : 4;
		return sp;
	}
	cpu_get_descriptor((u16)*uc_x86_cs, &desc);
	*size = other == (desc >> 54 & 1) ? 2 : 4;
	return (u32)sp;
}

void undo_branch(guest_addr ip)
{
	u8 code[15];
	size_t n = engine_code(ip, code);
	csh cs = handle_here();
	cs_insn *insn;
	u64 sp;

	if (!cs || !n)
		return;
	insn = cs_malloc(cs);
	uc_reg_read(eng.uc, UC_X86_REG_RSP, &sp);
	if (decode(cs, insn, code, n, &ip)) {
		const cs_x86 *x = &insn->detail->x86;

		if (insn->id == X86_INS_CALL)
			sp += 8;
		else if (insn->id == X86_INS_RET)
			sp -= 8 + (x->op_count ? (u64)x->operands[0].imm : 0);
		uc_reg_write(eng.uc, UC_X86_REG_RSP, &sp);
	}
	cs_free(insn, 1);
}

int cpu_disasm(const u8 *code, size_t len, guest_addr addr, bool long_mode, char *out, size_t n)
{
	csh cs = handle(long_mode ? CS_MODE_64 : CS_MODE_32);
	cs_insn *insn;
	int size = 0;

	if (!cs)
		return 0;
	insn = cs_malloc(cs);
	if (cs_disasm_iter(cs, &code, &len, &addr, insn)) {
		snprintf(out, n, "%s%s%s", insn->mnemonic, insn->op_str[0] ? " " : "",
			 insn->op_str);
		size = insn->size;
	}
	cs_free(insn, 1);
	return size;
}

const char *cpu_engine_version(void)
{
	static char text[32];
	unsigned major, minor, v = uc_version(&major, &minor);

	snprintf(text, sizeof(text), "Unicorn %u.%u.%u", major, minor, (v >> 8) & 0xff);
	return text;
}

/* CPUID is executed by the guest's CPU itself, from the landing page with INT 0x80 behind it. */
void cpu_cpuid(u32 leaf, u32 subleaf, u32 out[4])
{
	static const u8 code[] = {0x0f, 0xa2, 0xcd, 0x80};
	static const int ids[] = {UC_X86_REG_RAX, UC_X86_REG_RBX, UC_X86_REG_RCX, UC_X86_REG_RDX};
	u64 in[4] = {leaf, 0, subleaf, 0}, v[4] = {0};
	void *pin[] = {&in[0], &in[1], &in[2], &in[3]}, *pv[] = {&v[0], &v[1], &v[2], &v[3]};
	uc_context *saved;

	if (uc_context_alloc(eng.uc, &saved) != UC_ERR_OK)
		return;
	uc_context_save(eng.uc, saved);
	uc_context_restore(eng.uc, eng.user[0]);
	__builtin_memcpy(eng.arena + PHYS_LAND + 0x100, code, sizeof(code));
	cpu_invalidate_code(PHYS_LAND, PAGE_SIZE);
	uc_reg_write_batch(eng.uc, (int *)ids, pin, 4);
	eng.boot = true;
	uc_emu_start(eng.uc, KERNEL_LAND + 0x100, 0, 0, 0);
	eng.boot = false;
	uc_reg_read_batch(eng.uc, (int *)ids, pv, 4);
	for (int i = 0; i < 4; i++)
		out[i] = (u32)v[i];
	uc_context_restore(eng.uc, saved);
	uc_context_free(saved);
	uc_ctl_flush_tlb(eng.uc);
}

enum cpu_model cpu_host_model(void)
{
	u32 max, b, c, d;

	/* Hygon's CPUs are AMD's. */
	if (__get_cpuid(0, &max, &b, &c, &d) &&
	    (b == signature_AMD_ebx || b == 0x6f677948 /* "Hygo" */))
		return CPU_MODEL_AMD;
	return CPU_MODEL_INTEL;
}
