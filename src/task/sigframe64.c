/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signal frames of 64-bit programs (arch/x86/kernel/signal_64.c). */
#include <errno.h>
#include <string.h>

#include "cpu/cpu.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/signal.h"

struct sigcontext64 {
	u64 r8, r9, r10, r11, r12, r13, r14, r15;
	u64 di, si, bp, bx, dx, ax, cx, sp, ip, flags;
	u16 cs, gs, fs, ss;
	u64 err, trapno, oldmask, cr2, fpstate, reserved1[8];
};

struct ucontext64 {
	u64 flags, link;
	struct {
		u64 sp;
		u32 flags, pad;
		u64 size;
	} stack;
	struct sigcontext64 mc;
	u64 sigmask;
};

struct rt_sigframe64 {
	u64 pretcode;
	struct ucontext64 uc;
	siginfo_t info;
};

_Static_assert(sizeof(struct sigcontext64) == 256, "struct sigcontext_64");
_Static_assert(sizeof(struct rt_sigframe64) == 440, "struct rt_sigframe");

#define UC_SIGCONTEXT_SS     0x2
#define UC_STRICT_RESTORE_SS 0x4
#define REDZONE		     128

/* Flags that sigreturn restores (FIX_EFLAGS). */
#define FIX_EFLAGS                                                                                 \
	(X86_EFLAGS_AC | X86_EFLAGS_OF | X86_EFLAGS_DF | X86_EFLAGS_TF | X86_EFLAGS_SF |           \
	 X86_EFLAGS_ZF | X86_EFLAGS_AF | X86_EFLAGS_PF | X86_EFLAGS_CF | X86_EFLAGS_RF)

static void save_context(struct sigcontext64 *sc, const struct pt_regs *r,
			 const struct signal_delivery *d)
{
	sc->r8 = r->r8, sc->r9 = r->r9, sc->r10 = r->r10, sc->r11 = r->r11;
	sc->r12 = r->r12, sc->r13 = r->r13, sc->r14 = r->r14, sc->r15 = r->r15;
	sc->di = r->di, sc->si = r->si, sc->bp = r->bp, sc->bx = r->bx;
	sc->dx = r->dx, sc->ax = r->ax, sc->cx = r->cx, sc->sp = r->sp;
	sc->ip = r->ip, sc->flags = r->flags;
	sc->cs = (u16)r->cs, sc->ss = (u16)r->ss;
	sc->err = d->error_code, sc->trapno = d->trapno;
	sc->oldmask = d->mask, sc->cr2 = d->cr2;
}

int frame_setup64(struct pt_regs *regs, const struct signal_delivery *d)
{
	struct rt_sigframe64 f;
	struct cpu_fxstate fx;
	u64 sp = frame_stack(regs->sp - REDZONE, d->action->flags), fp;
	u32 ss_flags = altstack_flags(regs->sp);
	bool nested = on_altstack(regs->sp);

	if (!(d->action->flags & SA_RESTORER_FLAG))
		return -EFAULT; /* the kernel knows no other way back */
	fp = sp = (sp - sizeof(fx)) & ~63UL;
	sp = ((sp - sizeof(f)) & ~15UL) - 8;
	if (nested && !on_altstack(sp))
		return -EFAULT;
	memset(&f, 0, sizeof(f));
	f.pretcode = d->action->restorer;
	f.uc.flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
	f.uc.stack.sp = current->altstack.sp;
	f.uc.stack.flags = ss_flags | (current->altstack.flags & SS_AUTODISARM);
	f.uc.stack.size = current->altstack.size;
	save_context(&f.uc.mc, regs, d);
	f.uc.mc.fpstate = fp;
	f.uc.sigmask = d->mask;
	if (d->action->flags & SA_SIGINFO)
		f.info = *d->info;
	cpu_get_fpu(&fx);
	if (copy_to_user(fp, &fx, sizeof(fx)) || copy_to_user(sp, &f, sizeof(f)))
		return -EFAULT;
	regs->di = (u64)d->info->si_signo;
	regs->ax = 0;
	regs->si = sp + offsetof(struct rt_sigframe64, info);
	regs->dx = sp + offsetof(struct rt_sigframe64, uc);
	regs->ip = d->action->handler;
	regs->sp = sp;
	regs->cs = USER_CS;
	regs->flags &= ~(u64)(X86_EFLAGS_DF | X86_EFLAGS_RF | X86_EFLAGS_TF);
	return 0;
}

static int restore_fpu(u64 fpstate)
{
	struct cpu_fxstate fx;

	if (!fpstate) {
		cpu_reset_fpu();
		return 0;
	}
	if (copy_from_user(&fx, fpstate, sizeof(fx)))
		return -EFAULT;
	if (fx.mxcsr & ~0xffffu)
		return -EFAULT;
	cpu_set_fpu(&fx);
	return 0;
}

static void bad_frame(void)
{
	siginfo_t info = {.si_signo = SIGSEGV, .si_code = SI_KERNEL};

	signal_force(&info, 0, 0, 0);
	current->regs_set = true;
}

SYSCALL_DEFINE0(rt_sigreturn, (.flags = SC_OUTSIDE | SC_SETS_REGS))
{
	struct pt_regs *r = &current->regs;
	struct ucontext64 uc;
	const struct sigcontext64 *sc = &uc.mc;
	struct guest_stack st;

	if (get_user(uc, r->sp - 8 + offsetof(struct rt_sigframe64, uc))) {
		bad_frame();
		return 0;
	}
	current->regs_set = true;
	signal_set_blocked(uc.sigmask);
	r->r8 = sc->r8, r->r9 = sc->r9, r->r10 = sc->r10, r->r11 = sc->r11;
	r->r12 = sc->r12, r->r13 = sc->r13, r->r14 = sc->r14, r->r15 = sc->r15;
	r->di = sc->di, r->si = sc->si, r->bp = sc->bp, r->bx = sc->bx;
	r->dx = sc->dx, r->ax = sc->ax, r->cx = sc->cx, r->sp = sc->sp, r->ip = sc->ip;
	r->cs = (u16)(sc->cs | 3);
	r->ss = (u16)(sc->ss | 3);
	r->flags = (r->flags & ~(u64)FIX_EFLAGS) | (sc->flags & FIX_EFLAGS);
	r->orig_ax = ~0UL;
	if (restore_fpu(sc->fpstate))
		bad_frame();
	st = (struct guest_stack){uc.stack.sp, uc.stack.size, uc.stack.flags};
	altstack_set(&st, r->sp, 0);
	return (long)r->ax;
}
