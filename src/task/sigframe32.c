/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signal frames of 32-bit programs (arch/x86/kernel/signal_32.c). */
#include <errno.h>
#include <string.h>

#include "abi/compat.h"
#include "cpu/cpu.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/signal.h"

struct sigcontext32 {
	u16 gs, gsh, fs, fsh, es, esh, ds, dsh;
	u32 di, si, bp, sp, bx, dx, cx, ax, trapno, err, ip;
	u16 cs, csh;
	u32 flags, sp_at_signal;
	u16 ss, ssh;
	u32 fpstate, oldmask, cr2;
};

/* The FNSAVE image with which the FXSAVE image is preceded. */
struct fregs_state {
	u32 cwd, swd, twd, fip, fcs, foo, fos;
	u8 st[80];
	u16 status, magic; /* magic 0: an FXSAVE image follows */
};

struct fpstate32 {
	struct fregs_state fsave;
	struct cpu_fxstate fx;
};

struct sigframe32 {
	u32 pretcode;
	s32 sig;
	struct sigcontext32 sc;
	u8 fpstate_unused[624];
	u32 extramask;
	u8 retcode[8];
};

struct ucontext32 {
	u32 flags, link;
	struct {
		u32 sp, flags, size;
	} stack;
	struct sigcontext32 mc;
	u32 sigmask[2];
};

struct rt_sigframe32 {
	u32 pretcode;
	s32 sig;
	u32 pinfo, puc;
	u8 info[128];
	struct ucontext32 uc;
	u8 retcode[8];
};

_Static_assert(sizeof(struct sigcontext32) == 88, "struct sigcontext_32");
_Static_assert(sizeof(struct fregs_state) == 112, "struct fregs_state");
_Static_assert(sizeof(struct sigframe32) == 732, "struct sigframe_ia32");

#define FIX_EFLAGS                                                                                 \
	(X86_EFLAGS_AC | X86_EFLAGS_OF | X86_EFLAGS_DF | X86_EFLAGS_TF | X86_EFLAGS_SF |           \
	 X86_EFLAGS_ZF | X86_EFLAGS_AF | X86_EFLAGS_PF | X86_EFLAGS_CF | X86_EFLAGS_RF)

static void save_context(struct sigcontext32 *sc, const struct pt_regs *r,
			 const struct signal_delivery *d, u32 fpstate)
{
	struct cpu_segs s;

	cpu_get_segs(&s);
	sc->gs = s.gs, sc->fs = s.fs, sc->es = s.es, sc->ds = s.ds;
	sc->di = (u32)r->di, sc->si = (u32)r->si, sc->bp = (u32)r->bp, sc->sp = (u32)r->sp;
	sc->bx = (u32)r->bx, sc->dx = (u32)r->dx, sc->cx = (u32)r->cx, sc->ax = (u32)r->ax;
	sc->trapno = (u32)d->trapno, sc->err = (u32)d->error_code, sc->ip = (u32)r->ip;
	sc->cs = (u16)r->cs, sc->flags = (u32)r->flags, sc->sp_at_signal = (u32)r->sp;
	sc->ss = (u16)r->ss, sc->fpstate = fpstate;
	sc->oldmask = (u32)d->mask, sc->cr2 = (u32)d->cr2;
}

/* The two-bit tag word of the FNSAVE image, from the FXSAVE image's one bit a register. */
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

static int save_fpu(guest_addr at)
{
	struct fpstate32 f;

	memset(&f, 0, sizeof(f));
	cpu_get_fpu(&f.fx);
	f.fsave.cwd = f.fx.cwd | 0xffff0000u;
	f.fsave.swd = f.fx.swd | 0xffff0000u;
	f.fsave.twd = full_tag_word(&f.fx);
	f.fsave.fip = (u32)f.fx.rip;
	f.fsave.fcs = (u32)(f.fx.rip >> 32) & 0xffff;
	f.fsave.foo = (u32)f.fx.rdp;
	f.fsave.fos = (u32)(f.fx.rdp >> 32) | 0xffff0000u;
	for (int i = 0; i < 8; i++)
		memcpy(f.fsave.st + 10 * i, (u8 *)f.fx.st_space + 16 * i, 10);
	f.fsave.status = f.fx.swd;
	return copy_to_user(at, &f, sizeof(f));
}

/* Places the FPU state and a frame of the given size; 0 if that leaves the alternate stack. */
static guest_addr place(const struct pt_regs *regs, const struct signal_delivery *d, size_t size,
			guest_addr *fp)
{
	u64 sp = (u32)regs->sp;
	bool nested = on_altstack(sp);

	sp = frame_stack(sp, d->action->flags);
	/* Without an alternate stack the old way of switching stacks: SS is not ours and there is
	 * no SA_RESTORER. */
	if (sp == (u32)regs->sp && (regs->ss & 0xffff) != USER_DS &&
	    !(d->action->flags & SA_RESTORER_FLAG) && d->action->restorer)
		sp = (u32)d->action->restorer;
	sp = ((sp - sizeof(struct cpu_fxstate)) & ~63UL) - sizeof(struct fregs_state);
	*fp = sp;
	sp = ((sp - size + 4) & ~15UL) - 4;
	return nested && !on_altstack(sp) ? 0 : sp;
}

static void enter_handler(struct pt_regs *regs, const struct signal_delivery *d, u64 sp)
{
	struct cpu_segs segs;

	regs->sp = sp;
	regs->ip = (u32)d->action->handler;
	regs->ax = (u64)d->info->si_signo;
	regs->cs = USER32_CS;
	regs->ss = USER_DS;
	regs->flags &= ~(u64)(X86_EFLAGS_DF | X86_EFLAGS_RF | X86_EFLAGS_TF);
	cpu_get_segs(&segs);
	segs.ds = segs.es = USER_DS;
	cpu_set_segs(&segs);
}

static int setup_old(struct pt_regs *regs, const struct signal_delivery *d)
{
	static const u8 code[8] = {0x58, 0xb8, 119, 0, 0, 0, 0xcd, 0x80}; /* pop eax; sigreturn */
	struct sigframe32 f;
	guest_addr fp, sp = place(regs, d, sizeof(f), &fp);

	if (!sp)
		return -EFAULT;
	memset(&f, 0, sizeof(f));
	f.pretcode = (u32)(d->action->flags & SA_RESTORER_FLAG ? d->action->restorer
							       : mm->vdso32_sigreturn);
	f.sig = d->info->si_signo;
	save_context(&f.sc, regs, d, (u32)fp);
	f.extramask = (u32)(d->mask >> 32);
	memcpy(f.retcode, code, sizeof(code));
	if (save_fpu(fp) || copy_to_user(sp, &f, sizeof(f)))
		return -EFAULT;
	enter_handler(regs, d, sp);
	regs->dx = regs->cx = 0;
	return 0;
}

static int setup_rt(struct pt_regs *regs, const struct signal_delivery *d)
{
	static const u8 code[8] = {0xb8, 173, 0, 0, 0, 0xcd, 0x80, 0}; /* rt_sigreturn */
	struct rt_sigframe32 f;
	guest_addr fp, sp = place(regs, d, sizeof(f), &fp);

	if (!sp)
		return -EFAULT;
	memset(&f, 0, sizeof(f));
	f.pretcode = (u32)(d->action->flags & SA_RESTORER_FLAG ? d->action->restorer
							       : mm->vdso32_rt_sigreturn);
	f.sig = d->info->si_signo;
	f.pinfo = (u32)(sp + offsetof(struct rt_sigframe32, info));
	f.puc = (u32)(sp + offsetof(struct rt_sigframe32, uc));
	siginfo_to_compat((struct compat_siginfo *)(void *)f.info, d->info);
	f.uc.stack.sp = (u32)current->altstack.sp;
	f.uc.stack.flags = altstack_flags(regs->sp) | (current->altstack.flags & SS_AUTODISARM);
	f.uc.stack.size = (u32)current->altstack.size;
	save_context(&f.uc.mc, regs, d, (u32)fp);
	memcpy(f.uc.sigmask, &d->mask, sizeof(d->mask));
	memcpy(f.retcode, code, sizeof(code));
	if (save_fpu(fp) || copy_to_user(sp, &f, sizeof(f)))
		return -EFAULT;
	enter_handler(regs, d, sp);
	regs->dx = f.pinfo;
	regs->cx = f.puc;
	return 0;
}

int frame_setup32(struct pt_regs *regs, const struct signal_delivery *d)
{
	return d->action->flags & SA_SIGINFO ? setup_rt(regs, d) : setup_old(regs, d);
}

/* ---- The way back ---- */

static int restore_fpu(u32 fpstate)
{
	struct fpstate32 f;

	if (!fpstate) {
		cpu_reset_fpu();
		return 0;
	}
	if (copy_from_user(&f, fpstate, sizeof(f)))
		return -EFAULT;
	if (f.fx.mxcsr & ~0xffffu)
		return -EFAULT;
	/* The x87 part is taken from the FNSAVE image (convert_to_fxsr()). */
	f.fx.cwd = (u16)f.fsave.cwd;
	f.fx.swd = (u16)f.fsave.swd;
	f.fx.twd = 0;
	for (int i = 0; i < 8; i++)
		f.fx.twd |= (u16)(((f.fsave.twd >> (2 * i) & 3) != 3) << i);
	for (int i = 0; i < 8; i++)
		memcpy((u8 *)f.fx.st_space + 16 * i, f.fsave.st + 10 * i, 10);
	cpu_set_fpu(&f.fx);
	return 0;
}

static void bad_frame(void)
{
	siginfo_t info = {.si_signo = SIGSEGV, .si_code = SI_KERNEL};

	signal_force(&info, 0, 0, 0);
	current->regs_set = true;
}

static void restore_context(const struct sigcontext32 *sc)
{
	struct pt_regs *r = &current->regs;
	struct cpu_segs segs;

	r->di = sc->di, r->si = sc->si, r->bp = sc->bp, r->sp = sc->sp;
	r->bx = sc->bx, r->dx = sc->dx, r->cx = sc->cx, r->ax = sc->ax, r->ip = sc->ip;
	r->cs = sc->cs | 3;
	r->ss = sc->ss | 3;
	r->flags = (r->flags & ~(u64)FIX_EFLAGS) | (sc->flags & FIX_EFLAGS);
	r->orig_ax = ~0UL;
	cpu_get_segs(&segs);
	segs.gs = sc->gs, segs.fs = sc->fs;
	segs.ds = sc->ds | 3, segs.es = sc->es | 3; /* reload_segments() */
	cpu_set_segs(&segs);
	current->regs_set = true;
	if (restore_fpu(sc->fpstate))
		bad_frame();
}

COMPAT_SYSCALL_DEFINE0(sigreturn, (.flags = SC_OUTSIDE | SC_SETS_REGS))
{
	struct sigframe32 f;

	if (get_user(f, (u32)current->regs.sp - 8)) {
		bad_frame();
		return 0;
	}
	signal_set_blocked(f.sc.oldmask | (u64)f.extramask << 32);
	restore_context(&f.sc);
	return (s32)current->regs.ax;
}

COMPAT_SYSCALL_DEFINE0(rt_sigreturn, (.flags = SC_OUTSIDE | SC_SETS_REGS))
{
	struct rt_sigframe32 f;
	struct guest_stack st;

	if (get_user(f, (u32)current->regs.sp - 4)) {
		bad_frame();
		return 0;
	}
	signal_set_blocked(f.uc.sigmask[0] | (u64)f.uc.sigmask[1] << 32);
	restore_context(&f.uc.mc);
	st = (struct guest_stack){f.uc.stack.sp, f.uc.stack.size, f.uc.stack.flags};
	altstack_set(&st, current->regs.sp, 0);
	return (s32)current->regs.ax;
}
