/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/bpf.h"

#include <stdlib.h>
#include <string.h>

static bool known_op(u16 code)
{
	switch (code) {
	case BPF_LD | BPF_W | BPF_ABS:
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
	case BPF_MISC | BPF_TAX:
	case BPF_MISC | BPF_TXA:
	case BPF_RET | BPF_K:
	case BPF_RET | BPF_A:
	case BPF_JMP | BPF_JA:
	case BPF_ALU | BPF_NEG:
		return true;
	}
	switch (code & ~(u16)BPF_X) { /* with a constant or with X */
	case BPF_ALU | BPF_ADD:
	case BPF_ALU | BPF_SUB:
	case BPF_ALU | BPF_MUL:
	case BPF_ALU | BPF_DIV:
	case BPF_ALU | BPF_AND:
	case BPF_ALU | BPF_OR:
	case BPF_ALU | BPF_XOR:
	case BPF_ALU | BPF_LSH:
	case BPF_ALU | BPF_RSH:
	case BPF_JMP | BPF_JEQ:
	case BPF_JMP | BPF_JGE:
	case BPF_JMP | BPF_JGT:
	case BPF_JMP | BPF_JSET:
		return true;
	}
	return false;
}

static bool uses_mem(u16 code)
{
	return code == (BPF_LD | BPF_MEM) || code == (BPF_LDX | BPF_MEM) || code == BPF_ST ||
	       code == BPF_STX;
}

static bool valid_insn(const struct sock_filter *f, u32 left)
{
	if (!known_op(f->code))
		return false;
	if (f->code == (BPF_LD | BPF_W | BPF_ABS))
		return !(f->k % 4) && f->k < sizeof(struct seccomp_data);
	if (f->code == (BPF_ALU | BPF_DIV | BPF_K))
		return f->k != 0;
	if (f->code == (BPF_ALU | BPF_LSH | BPF_K) || f->code == (BPF_ALU | BPF_RSH | BPF_K))
		return f->k < 32;
	if (uses_mem(f->code))
		return f->k < BPF_MEMWORDS;
	if (f->code == (BPF_JMP | BPF_JA))
		return f->k < left;
	if (BPF_CLASS(f->code) == BPF_JMP)
		return f->jt < left && f->jf < left;
	return true;
}

/* check_load_and_stores(): no word of scratch memory is read on a path that has not written it. */
static bool memory_written(const struct sock_filter *prog, u32 n)
{
	u16 *masks = malloc(n * sizeof(*masks)), valid = 0;
	bool ok = masks != NULL;

	if (masks)
		memset(masks, 0xff, n * sizeof(*masks));
	for (u32 i = 0; i < n && ok; i++) {
		const struct sock_filter *f = &prog[i];

		valid &= masks[i];
		if (f->code == BPF_ST || f->code == BPF_STX) {
			valid |= (u16)(1u << f->k);
		} else if (uses_mem(f->code)) {
			ok = valid >> f->k & 1;
		} else if (f->code == (BPF_JMP | BPF_JA)) {
			masks[i + 1 + f->k] &= valid;
			valid = 0xffff;
		} else if (BPF_CLASS(f->code) == BPF_JMP) {
			masks[i + 1 + f->jt] &= valid;
			masks[i + 1 + f->jf] &= valid;
			valid = 0xffff;
		}
	}
	free(masks);
	return ok;
}

bool bpf_valid(const struct sock_filter *prog, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (!valid_insn(&prog[i], n - i - 1))
			return false;
	return n && BPF_CLASS(prog[n - 1].code) == BPF_RET && memory_written(prog, n);
}

static u32 alu(u16 code, u32 a, u32 b)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_MUL:
		return a * b;
	case BPF_DIV:
		return b ? a / b : 0;
	case BPF_AND:
		return a & b;
	case BPF_OR:
		return a | b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH:
		return a << (b & 31);
	case BPF_RSH:
		return a >> (b & 31);
	default:
		return -a;
	}
}

static bool jump(u16 code, u32 a, u32 b)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == b;
	case BPF_JGE:
		return a >= b;
	case BPF_JGT:
		return a > b;
	default:
		return a & b;
	}
}

u32 bpf_run(const struct sock_filter *f, const struct seccomp_data *data)
{
	u32 a = 0, x = 0, mem[BPF_MEMWORDS];

	for (;; f++) {
		u32 operand = f->code & BPF_X ? x : f->k;

		switch (BPF_CLASS(f->code)) {
		case BPF_RET:
			return BPF_RVAL(f->code) == BPF_A ? a : f->k;
		case BPF_LD:
			if (BPF_MODE(f->code) == BPF_ABS)
				memcpy(&a, (const u8 *)data + f->k, sizeof(a));
			else if (BPF_MODE(f->code) == BPF_LEN)
				a = sizeof(*data);
			else
				a = BPF_MODE(f->code) == BPF_MEM ? mem[f->k] : f->k;
			break;
		case BPF_LDX:
			if (BPF_MODE(f->code) == BPF_LEN)
				x = sizeof(*data);
			else
				x = BPF_MODE(f->code) == BPF_MEM ? mem[f->k] : f->k;
			break;
		case BPF_ST:
			mem[f->k] = a;
			break;
		case BPF_STX:
			mem[f->k] = x;
			break;
		case BPF_ALU:
			if ((f->code & BPF_X) && BPF_OP(f->code) == BPF_DIV && !x)
				return 0; /* what BPF does about a division by zero */
			a = alu(f->code, a, operand);
			break;
		case BPF_JMP:
			if (BPF_OP(f->code) == BPF_JA)
				f += f->k;
			else
				f += jump(f->code, a, operand) ? f->jt : f->jf;
			break;
		default:
			if (BPF_MISCOP(f->code) == BPF_TAX)
				x = a;
			else
				a = x;
		}
	}
}
