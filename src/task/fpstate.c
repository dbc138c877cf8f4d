/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/fpstate.h"

#include <errno.h>
#include <string.h>

#include "cpu/cpu.h"
#include "mm/mm.h"
#include "mm/uaccess.h"

#define FP_XSTATE_MAGIC1 0x46505853u
#define FP_XSTATE_MAGIC2 0x46505845u
#define XFEATURES_FPSSE	 3UL
#define MXCSR_RESERVED	 0xffff0000u

/* struct _fpx_sw_bytes: the bytes that FXSAVE leaves to software */
struct sw_bytes {
	u32 magic1, extended_size;
	u64 xfeatures;
	u32 xstate_size, padding[7];
};

struct xstate_header {
	u64 xfeatures, xcomp_bv, reserved[6];
};

struct xstate {
	struct cpu_fxstate fx;
	struct xstate_header header;
};

/* What follows in memory: FP_XSTATE_MAGIC2 */
#define MAGIC2_SIZE  4
#define SW_OFFSET    464
#define XSTATE_ALIGN 64UL

/* The FNSAVE image of 32-bit frames. */
struct fregs_state {
	u32 cwd, swd, twd, fip, fcs, foo, fos;
	u8 st[80];
	u16 status, magic; /* magic 0: an FXSAVE image follows */
};

_Static_assert(sizeof(struct sw_bytes) == 48, "struct _fpx_sw_bytes");
_Static_assert(sizeof(struct xstate) == 576, "CPUID leaf 13: size of the x87 and SSE state");
_Static_assert(sizeof(struct fregs_state) == 112, "struct fregs_state");

u64 fpstate_min_sigstack(void)
{
	u64 frame = 732; /* sizeof(struct sigframe_ia32), the largest */

	return (frame + 15 + sizeof(struct xstate) + MAGIC2_SIZE + sizeof(struct fregs_state) +
		(XSTATE_ALIGN - 1) + 15) &
	       ~15UL;
}

guest_addr fpstate_place(guest_addr sp, bool ia32)
{
	sp = (sp - sizeof(struct xstate) - MAGIC2_SIZE) & ~(XSTATE_ALIGN - 1);
	return ia32 ? sp - sizeof(struct fregs_state) : sp;
}

/* ---- Saving ---- */

/* twd_fxsr_to_i387(): two bits a register from the FXSAVE image's one. */
static u32 full_tag_word(const struct cpu_fxstate *fx)
{
	u32 tags = 0;
	int top = (fx->swd >> 11) & 7;

	for (int i = 0; i < 8; i++) {
		const u8 *st = (const u8 *)fx->st_space + 16 * ((i - top) & 7);
		u64 mant;
		u16 exp;
		u32 tag;

		memcpy(&mant, st, 8);
		memcpy(&exp, st + 8, 2);
		exp &= 0x7fff;
		if (!(fx->twd >> i & 1))
			tag = 3;
		else if (exp == 0x7fff || (exp && !(mant >> 63)))
			tag = 2;
		else if (exp)
			tag = 0;
		else
			tag = mant ? 2 : 1;
		tags |= tag << (2 * i);
	}
	return tags | 0xffff0000u;
}

/* convert_from_fxsr(): of cs and ds only the present ones are known. */
static void from_fxsr(struct fregs_state *f, const struct cpu_fxstate *fx, u16 cs, u16 ds)
{
	f->cwd = fx->cwd | 0xffff0000u;
	f->swd = fx->swd | 0xffff0000u;
	f->twd = full_tag_word(fx);
	f->fip = (u32)fx->rip;
	f->fcs = cs;
	f->foo = (u32)fx->rdp;
	f->fos = ds | 0xffff0000u;
	for (int i = 0; i < 8; i++)
		memcpy(f->st + 10 * i, (const u8 *)fx->st_space + 16 * i, 10);
	f->status = fx->swd;
	f->magic = 0;
}

void fpstate_to_fsave(void *fsave, const struct cpu_fxstate *fx, u16 cs, u16 ds)
{
	struct fregs_state f;

	from_fxsr(&f, fx, cs, ds);
	memcpy(fsave, &f, FSAVE_SIZE);
}

int fpstate_save(guest_addr at, bool ia32, const struct pt_regs *regs)
{
	static const u32 magic2 = FP_XSTATE_MAGIC2;
	struct xstate x;
	struct fregs_state f;
	struct cpu_segs segs;
	struct sw_bytes sw = {
		.magic1 = FP_XSTATE_MAGIC1,
		.extended_size = sizeof(x) + MAGIC2_SIZE + (ia32 ? sizeof(f) : 0),
		.xfeatures = XFEATURES_FPSSE,
		.xstate_size = sizeof(x),
	};

	memset(&x, 0, sizeof(x));
	cpu_get_fpu(&x.fx);
	if (ia32) {
		cpu_get_segs(&segs);
		from_fxsr(&f, &x.fx, (u16)regs->cs, segs.ds);
		if (put_user(f, at))
			return -EFAULT;
		at += sizeof(f);
	}
	memcpy((u8 *)&x.fx + SW_OFFSET, &sw, sizeof(sw));
	x.header.xfeatures = XFEATURES_FPSSE;
	if (put_user(x, at) || put_user(magic2, at + sizeof(x)))
		return -EFAULT;
	return 0;
}

/* ---- Restoring ---- */

/* Puts the parts that are not in `features` into their initial state. */
static void init_parts(struct cpu_fxstate *fx, u64 features)
{
	if (!(features & 1)) {
		fx->cwd = 0x37f;
		fx->swd = fx->twd = fx->fop = 0;
		fx->rip = fx->rdp = 0;
		memset(fx->st_space, 0, sizeof(fx->st_space));
	}
	if (!(features & 2))
		memset(fx->xmm_space, 0, sizeof(fx->xmm_space));
}

/* check_xstate_in_sigframe(): *features are those that the frame says it has; *fx_only: it looks
 * like a plain FXSAVE image. -EFAULT if the frame cannot be read. */
static int check_xstate(guest_addr at, u64 *features, bool *fx_only)
{
	struct sw_bytes sw;
	u32 magic2 = 0;

	if (get_user(sw, at + SW_OFFSET))
		return -EFAULT;
	*fx_only = true;
	if (sw.magic1 == FP_XSTATE_MAGIC1) {
		if (get_user(magic2, at + sizeof(struct xstate)))
			return -EFAULT;
		*fx_only = magic2 != FP_XSTATE_MAGIC2;
	}
	*features = *fx_only ? XFEATURES_FPSSE : sw.xfeatures & XFEATURES_FPSSE;
	return 0;
}

/* What the CPU keeps of a loaded control word (bit 6 reads as one) and tag word. */
static void load(struct cpu_fxstate *fx)
{
	fx->cwd = (fx->cwd & 0x1f3f) | 0x40;
	fx->twd &= 0xff;
	fx->fop &= 0x7ff;
	cpu_set_fpu(fx);
}

/* XRSTOR of the frame itself, by the CPU's rules (Intel SDM vol. 1, 13.8), or FXRSTOR. */
static bool load_fx(guest_addr at, u64 features, bool fx_only)
{
	struct xstate x;

	if (fx_only) {
		if ((at & 15) || get_user(x.fx, at) || (x.fx.mxcsr & MXCSR_RESERVED))
			return false;
		load(&x.fx);
		return true;
	}
	if ((at & (XSTATE_ALIGN - 1)) || get_user(x, at))
		return false;
	if ((x.header.xfeatures & ~XFEATURES_FPSSE) || x.header.xcomp_bv || x.header.reserved[0])
		return false;
	if (!(features & 2))
		x.fx.mxcsr = 0x1f80;
	else if (x.fx.mxcsr & MXCSR_RESERVED)
		return false;
	init_parts(&x.fx, x.header.xfeatures & features);
	load(&x.fx);
	return true;
}

static bool all_zero(const u64 *v, int n)
{
	while (n > 0)
		if (v[--n])
			return false;
	return true;
}

/* copy_uabi_to_xstate(): what the frame has replaces what is now in x; x->header says what is
 * there. */
static bool merge_xstate(struct xstate *x, guest_addr at)
{
	struct xstate from;

	if (get_user(from, at))
		return false;
	x->header = from.header;
	if ((from.header.xfeatures & ~XFEATURES_FPSSE) || from.header.xcomp_bv ||
	    !all_zero(from.header.reserved, 6))
		return false;
	if (from.header.xfeatures && (from.fx.mxcsr & MXCSR_RESERVED))
		return false;
	if (from.header.xfeatures)
		x->fx.mxcsr = from.fx.mxcsr;
	if (from.header.xfeatures & 2)
		memcpy(x->fx.xmm_space, from.fx.xmm_space, sizeof(from.fx.xmm_space));
	return true;
}

/* convert_to_fxsr() */
static void to_fxsr(struct cpu_fxstate *fx, const struct fregs_state *f)
{
	fx->cwd = (u16)f->cwd;
	fx->swd = (u16)f->swd;
	fx->twd = 0;
	for (int i = 0; i < 8; i++)
		fx->twd |= (u16)(((f->twd >> (2 * i) & 3) != 3) << i);
	fx->fop = (u16)(f->fcs >> 16);
	fx->rip = f->fip;
	fx->rdp = f->foo;
	for (int i = 0; i < 8; i++)
		memcpy((u8 *)fx->st_space + 16 * i, f->st + 10 * i, 10);
}

void fpstate_from_fsave(struct cpu_fxstate *fx, const void *fsave)
{
	struct fregs_state f = {0};

	memcpy(&f, fsave, FSAVE_SIZE);
	to_fxsr(fx, &f);
}

/* The x87 part of a 32-bit frame is taken from the FNSAVE image. */
static bool load_ia32(guest_addr at, u64 features, bool fx_only)
{
	struct xstate x;
	struct fregs_state f;

	if (get_user(f, at))
		return false;
	at += sizeof(f);
	cpu_get_fpu(&x.fx);
	if (fx_only) {
		if (get_user(x.fx, at) || (x.fx.mxcsr & MXCSR_RESERVED))
			return false;
		x.header.xfeatures = XFEATURES_FPSSE;
	} else if (!merge_xstate(&x, at)) {
		return false;
	}
	to_fxsr(&x.fx, &f);
	features &= x.header.xfeatures;
	init_parts(&x.fx, features);
	if (!(features & 2))
		x.fx.mxcsr = 0x1f80;
	load(&x.fx);
	return true;
}

bool fpstate_restore(guest_addr at, bool ia32)
{
	guest_addr fx = ia32 ? at + sizeof(struct fregs_state) : at;
	bool fx_only, good;
	u64 features;

	if (!at) {
		cpu_reset_fpu();
		return true;
	}
	good = !check_xstate(fx, &features, &fx_only) &&
	       (ia32 ? load_ia32(at, features, fx_only) : load_fx(fx, features, fx_only));
	if (!good)
		cpu_reset_fpu();
	return good;
}
