/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signal frames of 32-bit programs (arch/x86/kernel/signal_32.c). */
#include <errno.h>
#include <string.h>

#include "abi/compat.h"
#include "cpu/cpu.h"
#include "entry/segment.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/fpstate.h"
#include "task/sigframe.h"

struct sigcontext32 { /* selectors are written as 32 bits, of which 16 are read */
	u32 gs, fs, es, ds;
	u32 di, si, bp, sp, bx, dx, cx, ax, trapno, err, ip, cs;
	u32 flags, sp_at_signal, ss;
	u32 fpstate, oldmask, cr2;
};

struct sigframe32 {
	u32 pretcode;
	s32 sig;
	struct sigcontext32 sc;
	u8 fpstate_unused[624];
	u32 extramask;
	u8 retcode[8];
};

struct stack32 {
	u32 sp, flags, size;
};

struct ucontext32 {
	u32 flags, link;
	struct stack32 stack;
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
_Static_assert(sizeof(struct sigframe32) == 732, "struct sigframe_ia32");
_Static_assert(sizeof(struct rt_sigframe32) == 268, "struct rt_sigframe_ia32");

#define AT(type, frame, field) ((frame) + offsetof(struct type, field))

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

static void enter_handler(struct pt_regs *regs, const struct signal_delivery *d, guest_addr sp)
{
	struct cpu_segs segs;

	regs->sp = sp;
	regs->ip = (u32)d->action->handler;
	regs->ax = (u64)d->info->si_signo;
	regs->cs = USER32_CS;
	regs->ss = USER_DS;
	cpu_get_segs(&segs);
	segs.ds = segs.es = USER_DS;
	cpu_set_segs(&segs);
}

/* Where the handler returns to: the program's own code or the vDSO's. */
static u32 restorer(const struct signal_delivery *d, guest_addr in_vdso)
{
	return (u32)(d->action->flags & SA_RESTORER_FLAG ? d->action->restorer : in_vdso);
}

static int setup_old(struct pt_regs *regs, const struct signal_delivery *d)
{
	static const u8 code[8] = {0x58, 0xb8, 119, 0, 0, 0, 0xcd, 0x80}; /* pop eax; sigreturn */
	struct {
		u32 pretcode;
		s32 sig;
		struct sigcontext32 sc;
	} head = {
		.pretcode = restorer(d, mm->vdso32_sigreturn),
		.sig = d->info->si_signo,
	};
	struct {
		u32 extramask;
		u8 retcode[8];
	} tail = {.extramask = (u32)(d->mask >> 32)};
	guest_addr fp, sp = frame_place(regs, d, sizeof(struct sigframe32), &fp);

	save_context(&head.sc, regs, d, (u32)fp);
	memcpy(tail.retcode, code, sizeof(code));
	if (!sp || put_user(head, sp) || put_user(tail, AT(sigframe32, sp, extramask)))
		return -EFAULT;
	enter_handler(regs, d, sp);
	regs->dx = regs->cx = 0;
	return 0;
}

static int setup_rt(struct pt_regs *regs, const struct signal_delivery *d)
{
	static const u8 code[8] = {0xb8, 173, 0, 0, 0, 0xcd, 0x80, 0}; /* rt_sigreturn */
	struct rt_sigframe32 f;
	guest_addr fp, sp = frame_place(regs, d, sizeof(f), &fp);

	f.pretcode = restorer(d, mm->vdso32_rt_sigreturn);
	f.sig = d->info->si_signo;
	f.pinfo = (u32)AT(rt_sigframe32, sp, info);
	f.puc = (u32)AT(rt_sigframe32, sp, uc);
	siginfo_to_compat((struct compat_siginfo *)(void *)f.info, d->info);
	f.uc.flags = UC_FP_XSTATE;
	f.uc.link = 0;
	f.uc.stack.sp = (u32)current->altstack.sp;
	f.uc.stack.flags = current->altstack.flags;
	f.uc.stack.size = (u32)current->altstack.size;
	save_context(&f.uc.mc, regs, d, (u32)fp);
	memcpy(f.uc.sigmask, &d->mask, sizeof(d->mask));
	memcpy(f.retcode, code, sizeof(code));
	if (!sp || put_user(f, sp))
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

/* fixup_rpl() and loadsegment() */
static u16 reload(u16 selector)
{
	return segment_loadable(selector <= 3 ? selector : selector | 3);
}

static bool restore_context(const struct sigcontext32 *sc)
{
	struct pt_regs *r = &current->regs;
	struct cpu_segs segs;

	r->di = sc->di, r->si = sc->si, r->bp = sc->bp, r->sp = sc->sp;
	r->bx = sc->bx, r->dx = sc->dx, r->cx = sc->cx, r->ax = sc->ax, r->ip = sc->ip;
	r->cs = (u16)(sc->cs | 3);
	r->ss = (u16)(sc->ss | 3);
	r->flags = (r->flags & ~(u64)FIX_EFLAGS) | (sc->flags & FIX_EFLAGS);
	r->orig_ax = ~0UL;
	cpu_get_segs(&segs);
	segs.gs = reload((u16)sc->gs), segs.fs = reload((u16)sc->fs);
	segs.ds = reload((u16)sc->ds), segs.es = reload((u16)sc->es);
	cpu_set_segs(&segs);
	return fpstate_restore(sc->fpstate, true);
}

COMPAT_SYSCALL_DEFINE0(sigreturn, (.flags = SC_OUTSIDE | SC_SETS_REGS))
{
	guest_addr frame = current->regs.sp - 8;
	struct sigcontext32 sc;
	u32 low, high;

	if (get_user(low, AT(sigframe32, frame, sc.oldmask)) ||
	    get_user(high, AT(sigframe32, frame, extramask)))
		return frame_bad();
	signal_set_blocked(low | (u64)high << 32);
	if (get_user(sc, AT(sigframe32, frame, sc)) || !restore_context(&sc))
		return frame_bad();
	current->regs_set = true;
	return (s32)current->regs.ax;
}

COMPAT_SYSCALL_DEFINE0(rt_sigreturn, (.flags = SC_OUTSIDE | SC_SETS_REGS))
{
	guest_addr frame = current->regs.sp - 4;
	struct sigcontext32 sc;
	struct guest_stack st;
	struct stack32 stack;
	u64 mask;

	if (get_user(mask, AT(rt_sigframe32, frame, uc.sigmask)))
		return frame_bad();
	signal_set_blocked(mask);
	if (get_user(sc, AT(rt_sigframe32, frame, uc.mc)) || !restore_context(&sc) ||
	    get_user(stack, AT(rt_sigframe32, frame, uc.stack)))
		return frame_bad();
	st = (struct guest_stack){stack.sp, stack.size, stack.flags};
	altstack_set(&st, current->regs.sp, MINSIGSTKSZ_KERNEL);
	current->regs_set = true;
	return (s32)current->regs.ax;
}
