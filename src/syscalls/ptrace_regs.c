/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/ptrace_regs.h"

#include <errno.h>
#include <linux/audit.h>
#include <string.h>
#include <sys/user.h>

#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/fpstate.h"
#include "task/tls.h"

#define NT_PRSTATUS   1
#define NT_PRFPREG    2
#define NT_X86_XSTATE 0x202
#define NT_PRXFPREG   0x46e62b7f

/* struct user_regs_struct and struct user_regs_struct32 as arrays of words, in their order. */
enum reg {
	R15,
	R14,
	R13,
	R12,
	BP,
	BX,
	R11,
	R10,
	R9,
	R8,
	AX,
	CX,
	DX,
	SI,
	DI,
	ORIG_AX,
	IP,
	CS,
	FLAGS,
	SP,
	SS,
	FS_BASE,
	GS_BASE,
	DS,
	ES,
	FS,
	GS,
	NR_REGS
};
static const u8 regs32[] = {BX, CX, DX,	     SI, DI, BP,    AX, DS, ES,
			    FS, GS, ORIG_AX, IP, CS, FLAGS, SP, SS};
#define NR_REGS32 ARRAY_SIZE(regs32)

_Static_assert(sizeof(struct user_regs_struct) == NR_REGS * 8, "struct user_regs_struct");

/* What a tracer may change of the flags (FLAG_MASK). */
#define FLAGS_32                                                                                   \
	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF | X86_EFLAGS_SF |           \
	 X86_EFLAGS_TF | X86_EFLAGS_DF | X86_EFLAGS_OF | X86_EFLAGS_RF | X86_EFLAGS_AC)
#define FLAGS_64 (FLAGS_32 | X86_EFLAGS_NT)

#define DEBUG_REGS    offsetof(struct user, u_debugreg)
#define USER_SIZE     sizeof(struct user)
#define USER32_SIZE   284 /* struct user32 */
#define DEBUG_REGS_32 252
#define TASK_SIZE_MAX 0x7ffffffff000UL

struct xstate_image {
	struct cpu_fxstate fx;
	u64 features, compacted, reserved[6];
};

static bool is_32(const struct tracee *t)
{
	return t->regs.r.cs != USER_CS;
}

u32 regs_arch(const struct tracee *t)
{
	return is_32(t) ? AUDIT_ARCH_I386 : AUDIT_ARCH_X86_64;
}

/* The place of those registers that are words of struct pt_regs; NULL for segments. */
static u64 *place(struct tracee *t, enum reg reg)
{
	if (reg <= SS) /* the same order, see abi/pt_regs.h */
		return &((u64 *)(void *)&t->regs.r)[reg];
	return reg == FS_BASE	? &t->regs.segs.fs_base
	       : reg == GS_BASE ? &t->regs.segs.gs_base
				: NULL;
}

static u16 *selector(struct tracee *t, enum reg reg)
{
	struct cpu_segs *s = &t->regs.segs;

	return reg == DS ? &s->ds : reg == ES ? &s->es : reg == FS ? &s->fs : &s->gs;
}

static u64 get_reg(const struct tracee *tracee, enum reg reg)
{
	struct tracee *t = (struct tracee *)(uintptr_t)tracee; /* only looked at */
	const u64 *p = place(t, reg);

	return p ? *p : *selector(t, reg);
}

static long put_reg(struct tracee *t, enum reg reg, u64 v)
{
	u64 *p = place(t, reg);

	switch (reg) {
	case FS_BASE:
	case GS_BASE:
		if (v >= TASK_SIZE_MAX)
			return -EIO;
		break;
	case CS:
	case SS:
		if (!(u16)v)
			return -EIO;
		__attribute__((fallthrough));
	case DS:
	case ES:
	case FS:
	case GS:
		if ((u16)v && (v & 3) != 3)
			return -EIO;
		v = (u16)v;
		break;
	case FLAGS:
		v = (*p & ~(u64)FLAGS_64) | (v & FLAGS_64);
		break;
	default:
		break;
	}
	if (p)
		*p = v;
	else
		*selector(t, reg) = (u16)v;
	t->regs_changed = true;
	return 0;
}

/* What putreg32() makes of a register: the upper half is cleared, but for the number of the call,
 * which is a signed one. */
static long put_reg32(struct tracee *t, enum reg reg, u32 v)
{
	return put_reg(t, reg, reg == ORIG_AX ? (u64)(s64)(s32)v : v);
}

/* ---- Debug registers ---- */

#define DR6_RESERVED 0xffff0ff0UL /* read as 1 */

static u64 get_debug_reg(const struct tracee *t, u64 n)
{
	return n == 6 ? t->debug.reg[6] ^ DR6_RESERVED : t->debug.reg[n];
}

static u8 breakpoint_len(u64 dr7, u64 n)
{
	static const u8 len[] = {1, 2, 8, 4};

	return len[dr7 >> (18 + 4 * n) & 3];
}

/* arch_bp_generic_fields(), arch_build_bp_info(): breakpoint n, as DR7 describes it. */
static bool bad_breakpoint(const struct task_debug *d, u64 n)
{
	enum { EXECUTE, WRITE, IO };
	u32 rw = (u32)(d->reg[7] >> (16 + 4 * n)) & 3, len = breakpoint_len(d->reg[7], n);

	return rw == IO || (rw == EXECUTE && len != 1) || (d->reg[n] & (len - 1));
}

/* ptrace_write_dr7(): all or nothing. Those that were used before count when they are off, too. */
static long put_dr7(struct task_debug *d, u64 v)
{
	struct task_debug new = *d;

	new.reg[7] = v;
	for (u64 n = 0; n < 4; n++) {
		if (!(v >> (2 * n) & 3) && !new.len[n])
			continue;
		if (bad_breakpoint(&new, n))
			return -EINVAL;
		new.len[n] = breakpoint_len(v, n);
	}
	*d = new;
	return 0;
}

/* ptrace_set_breakpoint_addr() */
static long put_breakpoint(struct task_debug *d, u64 n, u64 v)
{
	u8 len = d->len[n] ? d->len[n] : 1;

	if (v >= TASK_SIZE_MAX || v & (len - 1u))
		return -EINVAL;
	d->reg[n] = v;
	d->len[n] = len;
	return 0;
}

/* ptrace_set_debugreg() */
static long put_debug_reg(struct tracee *t, u64 n, u64 v)
{
	struct task_debug *d = &t->debug;

	t->debug_changed = true;
	if (n < 4)
		return put_breakpoint(d, n, v);
	if (n < 6)
		return -EIO;
	if (n == 7)
		return put_dr7(d, v);
	d->reg[6] = v ^ DR6_RESERVED;
	return 0;
}

/* ---- PTRACE_PEEKUSR, PTRACE_POKEUSR ---- */

long regs_peek_user(const struct tracee *t, enum abi abi, u64 offset, u64 *word)
{
	u64 size = abi == ABI_64 ? 8 : 4, debug = abi == ABI_64 ? DEBUG_REGS : DEBUG_REGS_32;

	if (offset & (size - 1) || offset >= (abi == ABI_64 ? USER_SIZE : USER32_SIZE))
		return -EIO;
	*word = 0;
	if (abi == ABI_64 && offset < NR_REGS * 8)
		*word = get_reg(t, (enum reg)(offset / 8));
	else if (abi == ABI_32 && offset < NR_REGS32 * 4)
		*word = (u32)get_reg(t, (enum reg)regs32[offset / 4]);
	else if (offset >= debug && offset < debug + 8 * size)
		*word = get_debug_reg(t, (offset - debug) / size);
	return 0;
}

long regs_poke_user(struct tracee *t, enum abi abi, u64 offset, u64 word)
{
	u64 size = abi == ABI_64 ? 8 : 4, debug = abi == ABI_64 ? DEBUG_REGS : DEBUG_REGS_32;

	if (offset & (size - 1) || offset >= (abi == ABI_64 ? USER_SIZE : USER32_SIZE))
		return -EIO;
	if (abi == ABI_64 && offset < NR_REGS * 8)
		return put_reg(t, (enum reg)(offset / 8), word);
	if (abi == ABI_32 && offset < NR_REGS32 * 4)
		return put_reg32(t, (enum reg)regs32[offset / 4], (u32)word);
	if (offset >= debug && offset < debug + 8 * size)
		return put_debug_reg(t, (offset - debug) / size, word);
	return abi == ABI_64 ? -EIO : 0; /* putreg32() ignores the rest */
}

/* ---- Whole sets ---- */

static void fill64(const struct tracee *t, u64 *out)
{
	for (int i = 0; i < NR_REGS; i++)
		out[i] = get_reg(t, (enum reg)i);
}

static void fill32(const struct tracee *t, u32 *out)
{
	for (size_t i = 0; i < NR_REGS32; i++)
		out[i] = (u32)get_reg(t, (enum reg)regs32[i]);
}

/* The first n words. */
static long take64(struct tracee *t, const u64 *in, size_t n)
{
	long err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = put_reg(t, (enum reg)i, in[i]);
	return err;
}

static long take32(struct tracee *t, const u32 *in, size_t n)
{
	long err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = put_reg32(t, (enum reg)regs32[i], in[i]);
	return err;
}

long regs_all(struct tracee *t, enum abi abi, guest_addr at, bool write)
{
	u64 wide[NR_REGS];
	u32 narrow[NR_REGS32];
	void *regs = abi == ABI_64 ? (void *)wide : (void *)narrow;
	size_t n = abi == ABI_64 ? sizeof(wide) : sizeof(narrow);

	if (write) {
		if (copy_from_user(regs, at, n))
			return -EFAULT;
		return abi == ABI_64 ? take64(t, wide, NR_REGS) : take32(t, narrow, NR_REGS32);
	}
	if (abi == ABI_64)
		fill64(t, wide);
	else
		fill32(t, narrow);
	return copy_to_user(at, regs, n) ? -EFAULT : 0;
}

/* ---- Floating point ---- */

static long take_fx(struct tracee *t, const struct cpu_fxstate *fx)
{
	if (fx->mxcsr & 0xffff0000u)
		return -EINVAL;
	t->fpu = *fx;
	t->fpu_changed = true;
	return 0;
}

static void take_fsave(struct tracee *t, const u8 *fsave)
{
	fpstate_from_fsave(&t->fpu, fsave);
	t->fpu_changed = true;
}

long regs_fp(struct tracee *t, enum abi abi, guest_addr at, bool write)
{
	struct cpu_fxstate fx = t->fpu;
	u8 fsave[FSAVE_SIZE];

	if (abi == ABI_64) {
		if (!write)
			return copy_to_user(at, &fx, sizeof(fx)) ? -EFAULT : 0;
		return copy_from_user(&fx, at, sizeof(fx)) ? -EFAULT : take_fx(t, &fx);
	}
	if (!write) {
		fpstate_to_fsave(fsave, &fx, (u16)t->regs.r.cs, t->regs.segs.ds);
		return copy_to_user(at, fsave, sizeof(fsave)) ? -EFAULT : 0;
	}
	if (copy_from_user(fsave, at, sizeof(fsave)))
		return -EFAULT;
	take_fsave(t, fsave);
	return 0;
}

/* ---- Register sets: the layout is the tracee's, whoever asks ---- */

struct set {
	union {
		u64 wide[NR_REGS];
		u32 narrow[NR_REGS32];
		u8 fsave[FSAVE_SIZE];
		struct xstate_image x;
	};
	size_t size, unit;
};

/* Fills *s; -EINVAL: no such set. */
static long show_set(const struct tracee *t, u32 type, struct set *s)
{
	bool narrow = is_32(t);

	memset(s, 0, sizeof(*s));
	s->unit = narrow ? 4 : 8;
	switch (type) {
	case NT_PRSTATUS:
		if (narrow)
			fill32(t, s->narrow);
		else
			fill64(t, s->wide);
		s->size = narrow ? sizeof(s->narrow) : sizeof(s->wide);
		return 0;
	case NT_PRFPREG:
		if (narrow)
			fpstate_to_fsave(s->fsave, &t->fpu, (u16)t->regs.r.cs, t->regs.segs.ds);
		else
			s->x.fx = t->fpu;
		s->size = narrow ? sizeof(s->fsave) : sizeof(s->x.fx);
		return 0;
	case NT_PRXFPREG:
		if (!narrow)
			return -EINVAL;
		s->x.fx = t->fpu;
		s->size = sizeof(s->x.fx);
		return 0;
	case NT_X86_XSTATE:
		s->x.fx = t->fpu;
		s->x.features = 3;
		memcpy((u8 *)&s->x.fx + 464, &s->x.features, 8); /* XCR0 in sw_reserved */
		s->size = sizeof(s->x);
		s->unit = 8;
		return 0;
	default:
		return -EINVAL;
	}
}

static long take_set(struct tracee *t, u32 type, const struct set *s, size_t n)
{
	bool narrow = is_32(t);

	switch (type) {
	case NT_PRSTATUS:
		return narrow ? take32(t, s->narrow, n / 4) : take64(t, s->wide, n / 8);
	case NT_PRFPREG:
		if (!narrow)
			return take_fx(t, &s->x.fx);
		take_fsave(t, s->fsave);
		return 0;
	case NT_X86_XSTATE:
		if (n != sizeof(s->x))
			return -EFAULT;
		if (s->x.features & ~3UL || s->x.compacted)
			return -EINVAL;
		return take_fx(t, &s->x.fx);
	default:
		return take_fx(t, &s->x.fx);
	}
}

long regs_set(struct tracee *t, u32 type, guest_addr at, u64 len, bool write)
{
	struct set s;
	long err = show_set(t, type, &s);

	if (err || len % s.unit)
		return -EINVAL;
	len = MIN(len, s.size);
	if (!write)
		return copy_to_user(at, &s, len) ? -EFAULT : (long)len;
	if (copy_from_user(&s, at, len))
		return -EFAULT;
	err = take_set(t, type, &s, len);
	return err ? err : (long)len;
}

long regs_thread_area(struct tracee *t, u64 index, guest_addr desc, bool write)
{
	struct user_desc u;
	long err;

	if ((s32)index < 0)
		return -EIO;
	if (write && get_user(u, desc))
		return -EFAULT;
	if ((u32)index < GDT_TLS_MIN || (u32)index > GDT_TLS_MAX)
		return -EINVAL;
	if (write) {
		err = user_desc_for_tls(&u, &t->tls[(u32)index - GDT_TLS_MIN]);
		t->tls_changed |= !err;
		return err;
	}
	u.entry_number = (u32)index;
	user_desc_from_descriptor(&u, t->tls[(u32)index - GDT_TLS_MIN]);
	return put_user(u, desc);
}

long regs_arch_prctl(struct tracee *t, u64 option, u64 addr)
{
	enum { SET_GS = 0x1001, SET_FS, GET_FS, GET_GS };

	switch (option) {
	case SET_GS:
		return put_reg(t, GS_BASE, addr) ? -EPERM : 0;
	case SET_FS:
		return put_reg(t, FS_BASE, addr) ? -EPERM : 0;
	case GET_FS:
		return copy_to_user(addr, &t->regs.segs.fs_base, 8) ? -EFAULT : 0;
	case GET_GS:
		return copy_to_user(addr, &t->regs.segs.gs_base, 8) ? -EFAULT : 0;
	default:
		return -EINVAL;
	}
}
