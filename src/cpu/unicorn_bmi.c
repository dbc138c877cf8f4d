/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instructions on general registers that the engine translates wrongly for some operands. What it
 * emits for them is followed, and the operation that is wrong replaced:
 *
 *	BEXTR	a length beyond the operand's leaves out the highest bit; with 32-bit operands the
 *		upper half of the register is shifted in
 *	BZHI	an index beyond the operand's clears the highest bit; CF is set for the highest
 *	BLSI	CF is the wrong way round
 *	PDEP	of 32 bits goes by the upper half of the mask's register, too
 *	CMPXCHG	of 32 bits clears the upper halves of RAX and of a register as destination, also
 *		where it does not write them
 *
 * Places that take their address from the end of an instruction with a constant behind it are put
 * right in unicorn_decode.c. */
#include "cpu/unicorn_bmi.h"

#include <stdbool.h>
#include <stddef.h>

#include "cpu/unicorn_fp.h"
#include "cpu/unicorn_traps.h"

/* TCG's conditions. */
#define COND_LT	 2
#define COND_EQ	 8
#define COND_LE	 10
#define COND_LEU 12

enum kind { OTHER, BEXTR, BZHI, BLSI, PDEP, CMPXCHG };

/* A value of TCG is named by its offset in the context, or in operations by its address. */
typedef long value;

/* What has been emitted for the instruction. */
static struct {
	bool shift_next; /* BEXTR's operand is shifted by the next operation */
	bool mask_next;	 /* the next operation makes a mask by a shift of `count` */
	value count;
	unsigned copies; /* operations with two operands */
	void *second;	 /* the source of the second of them, CMPXCHG's RAX */
	bool wrote_eax;
	value old, compared; /* what CMPXCHG compares */
	void *copy_to[2];    /* where the last two of them went */
} seen;

void uc_x86_bmi_begin(void)
{
	seen.shift_next = seen.mask_next = false;
	seen.wrote_eax = false;
	seen.old = 0;
	seen.copies = 0;
	seen.second = seen.copy_to[0] = seen.copy_to[1] = NULL;
}

static enum kind translating(void)
{
	const struct uc_x86_code *insn = uc_x86_translating();
	const unsigned char *b = insn->byte;

	if (insn->n >= 3 && b[0] == 0x0f && b[1] == 0xb1)
		return CMPXCHG;
	/* VEX.LZ.0F38 */
	if (insn->n < 5 || b[0] != 0xc4 || (b[1] & 0x1f) != 2)
		return OTHER;
	if (b[2] & 3)
		return (b[2] & 3) == 3 && b[3] == 0xf5 ? PDEP : OTHER;
	switch (b[3]) {
	case 0xf3:
		return (b[4] >> 3 & 7) == 3 ? BLSI : OTHER;
	case 0xf5:
		return BZHI;
	case 0xf7:
		return BEXTR;
	default:
		return OTHER;
	}
}

/* VEX.W, which counts in 64-bit code. */
static bool wide(void)
{
	return uc_x86_translating()->byte[2] & 0x80 && (*uc_x86_cs & 0xffff) == 0x33;
}

value tcg_const_i64_x86_64(void *ctx, long n);
void tcg_temp_free_internal_x86_64(void *ctx, void *temp);

static void free_value(void *ctx, value v)
{
	tcg_temp_free_internal_x86_64(ctx, (char *)ctx + v);
}

#define WRAP(name, ...)                                                                            \
	void __real_tcg_gen_##name##_x86_64(__VA_ARGS__);                                          \
	void __wrap_tcg_gen_##name##_x86_64(__VA_ARGS__);                                          \
	void __wrap_tcg_gen_##name##_x86_64(__VA_ARGS__)

void __real_tcg_gen_ext32u_i64_x86_64(void *ctx, value ret, value arg);
void __real_tcg_gen_movcond_i64_x86_64(void *ctx, int cond, value ret, value c1, value c2, value v1,
				       value v2);

/* RAX keeps its upper half if the operands are equal; a register as destination if they are not. */
static void write_eax(void *ctx, value rax, value old)
{
	value was = tcg_const_i64_x86_64(ctx, 0);

	__real_tcg_gen_ext32u_i64_x86_64(ctx, was, rax);
	__real_tcg_gen_movcond_i64_x86_64(ctx, COND_EQ, rax, was, old, rax, old);
	free_value(ctx, was);
}

static void write_destination(void *ctx, value reg, value new)
{
	value wide_new = tcg_const_i64_x86_64(ctx, 0);

	__real_tcg_gen_ext32u_i64_x86_64(ctx, wide_new, new);
	__real_tcg_gen_movcond_i64_x86_64(ctx, COND_EQ, reg, seen.old, seen.compared, wide_new,
					  reg);
	free_value(ctx, wide_new);
}

WRAP(ext32u_i64, void *ctx, value ret, value arg)
{
	if (translating() != CMPXCHG || ret == arg) {
		__real_tcg_gen_ext32u_i64_x86_64(ctx, ret, arg);
	} else if (!seen.wrote_eax && (char *)ctx + ret == (char *)seen.second) {
		seen.wrote_eax = true;
		write_eax(ctx, ret, arg);
	} else if (seen.wrote_eax && seen.old) {
		write_destination(ctx, ret, arg);
	} else { /* an address */
		__real_tcg_gen_ext32u_i64_x86_64(ctx, ret, arg);
	}
}

/* The position or index, the lowest byte of a register. */
WRAP(ext8u_i64, void *ctx, value ret, value arg)
{
	__real_tcg_gen_ext8u_i64_x86_64(ctx, ret, arg);
	seen.shift_next = translating() == BEXTR && !wide();
}

WRAP(setcond_i64, void *ctx, int cond, value ret, value a, value b)
{
	if (cond == COND_LT && translating() == BZHI)
		cond = COND_LE;
	__real_tcg_gen_setcond_i64_x86_64(ctx, cond, ret, a, b);
}

/* The length or index limited to the operand's size less one, by which the mask is shifted next. */
WRAP(movcond_i64, void *ctx, int cond, value ret, value c1, value c2, value v1, value v2)
{
	enum kind kind = translating();

	if (kind == CMPXCHG) {
		seen.old = c1;
		seen.compared = c2;
	}
	if ((kind == BEXTR || kind == BZHI) && ret == c1 && (v1 == c2 || v2 == c2)) {
		seen.mask_next = true;
		seen.count = c1;
	} else {
		__real_tcg_gen_movcond_i64_x86_64(ctx, cond, ret, c1, c2, v1, v2);
	}
}

WRAP(op2, void *ctx, int op, void *a1, void *a2)
{
	__real_tcg_gen_op2_x86_64(ctx, op, a1, a2);
	if (++seen.copies == 2)
		seen.second = a2;
	seen.copy_to[0] = seen.copy_to[1];
	seen.copy_to[1] = a1;
}

void uc_x86_before_op3(void *ctx, void *a1)
{
	value v = (char *)a1 - (char *)ctx;

	if (__builtin_expect(seen.shift_next, 0)) {
		seen.shift_next = false;
		__real_tcg_gen_ext32u_i64_x86_64(ctx, v, v);
	}
}

/* A shift by more than the operand's size leaves nothing. */
static void mask_shifted(void *ctx, value mask)
{
	value zero = tcg_const_i64_x86_64(ctx, 0),
	      bound = tcg_const_i64_x86_64(ctx, wide() ? 63 : 31);

	__real_tcg_gen_movcond_i64_x86_64(ctx, COND_LEU, mask, seen.count, bound, mask, zero);
	free_value(ctx, bound);
	free_value(ctx, zero);
}

/* BLSI copies its operand to where the flags are made from, negates it, and takes the bits that the
 * two have in common. For the flags, CF is set where the copy is 0. */
static void invert_carry(void *ctx, value copy)
{
	value zero = tcg_const_i64_x86_64(ctx, 0);

	if (!wide())
		__real_tcg_gen_ext32u_i64_x86_64(ctx, copy, copy);
	__real_tcg_gen_setcond_i64_x86_64(ctx, COND_EQ, copy, copy, zero);
	free_value(ctx, zero);
}

void uc_x86_after_op3(void *ctx, void *a1, void *a2, void *a3)
{
	if (__builtin_expect(seen.mask_next, 0)) {
		seen.mask_next = false;
		mask_shifted(ctx, (char *)a1 - (char *)ctx);
	} else if (a1 == a2 && a3 == seen.copy_to[1] && seen.copy_to[0] && translating() == BLSI) {
		invert_carry(ctx, (char *)seen.copy_to[0] - (char *)ctx);
	}
}

void uc_x86_after_call(void *ctx, void *ret)
{
	value v = (char *)ret - (char *)ctx;

	if (ret && translating() == PDEP && !wide())
		__real_tcg_gen_ext32u_i64_x86_64(ctx, v, v);
}
