/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signal frames of 64-bit programs (arch/x86/kernel/signal_64.c). What Linux does not write stays
 * as it was on the user's stack. */
#include <errno.h>
#include <string.h>

#include "entry/segment.h"
#include "mm/uaccess.h"
#include "task/fpstate.h"
#include "task/sigframe.h"

struct sigcontext64 {
	u64 r8, r9, r10, r11, r12, r13, r14, r15;
	u64 di, si, bp, bx, dx, ax, cx, sp, ip, flags;
	u16 cs, gs, fs, ss;
	u64 err, trapno, oldmask, cr2, fpstate;
	/* u64 reserved1[8] follow, never written nor read */
};

struct stack64 {
	u64 sp;
	u32 flags, pad;
	u64 size;
};

struct rt_sigframe64 {
	u64 pretcode;
	struct {
		u64 flags, link;
		struct stack64 stack;
		struct sigcontext64 mc;
		u64 reserved1[8];
		u64 sigmask;
	} uc;
	siginfo_t info;
};

_Static_assert(sizeof(struct sigcontext64) == 192, "struct sigcontext_64");
_Static_assert(sizeof(struct rt_sigframe64) == 440, "struct rt_sigframe");

#define AT(frame, field) ((frame) + offsetof(struct rt_sigframe64, field))

static void save_context(struct sigcontext64 *sc, const struct pt_regs *r,
			 const struct signal_delivery *d, guest_addr fp)
{
	sc->r8 = r->r8, sc->r9 = r->r9, sc->r10 = r->r10, sc->r11 = r->r11;
	sc->r12 = r->r12, sc->r13 = r->r13, sc->r14 = r->r14, sc->r15 = r->r15;
	sc->di = r->di, sc->si = r->si, sc->bp = r->bp, sc->bx = r->bx;
	sc->dx = r->dx, sc->ax = r->ax, sc->cx = r->cx, sc->sp = r->sp;
	sc->ip = r->ip, sc->flags = r->flags;
	sc->cs = (u16)r->cs, sc->gs = 0, sc->fs = 0, sc->ss = (u16)r->ss;
	sc->err = d->error_code, sc->trapno = d->trapno;
	sc->oldmask = d->mask, sc->cr2 = d->cr2, sc->fpstate = fp;
}

static int write_frame(guest_addr sp, const struct pt_regs *regs, const struct signal_delivery *d,
		       guest_addr fp)
{
	struct {
		u64 pretcode, flags, link, ss_sp;
		u32 ss_flags;
	} __attribute__((packed)) head = {
		.pretcode = d->action->restorer,
		.flags = UC_FP_XSTATE | UC_SIGCONTEXT_SS |
			 (regs->cs == USER_CS ? UC_STRICT_RESTORE_SS : 0),
		.ss_sp = current->altstack.sp,
		.ss_flags = current->altstack.flags,
	};
	struct {
		u64 ss_size;
		struct sigcontext64 mc;
	} body = {.ss_size = current->altstack.size};

	save_context(&body.mc, regs, d, fp);
	if (put_user(head, sp) || put_user(body, AT(sp, uc.stack.size)) ||
	    put_user(d->mask, AT(sp, uc.sigmask)))
		return -EFAULT;
	return d->action->flags & SA_SIGINFO ? put_user(*d->info, AT(sp, info)) : 0;
}

int frame_setup64(struct pt_regs *regs, const struct signal_delivery *d)
{
	guest_addr fp, sp;

	if (!(d->action->flags & SA_RESTORER_FLAG))
		return -EFAULT; /* the kernel knows no other way back */
	sp = frame_place(regs, d, sizeof(struct rt_sigframe64), &fp);
	if (!sp || write_frame(sp, regs, d, fp))
		return -EFAULT;
	regs->di = (u64)d->info->si_signo;
	regs->ax = 0;
	regs->si = AT(sp, info);
	regs->dx = AT(sp, uc);
	regs->ip = d->action->handler;
	regs->sp = sp;
	regs->cs = USER_CS;
	if (regs->ss != USER_DS)
		regs->ss = segment_valid_ss((u16)regs->ss);
	return 0;
}

static bool restore_context(struct pt_regs *r, const struct sigcontext64 *sc, u64 uc_flags)
{
	r->r8 = sc->r8, r->r9 = sc->r9, r->r10 = sc->r10, r->r11 = sc->r11;
	r->r12 = sc->r12, r->r13 = sc->r13, r->r14 = sc->r14, r->r15 = sc->r15;
	r->di = sc->di, r->si = sc->si, r->bp = sc->bp, r->bx = sc->bx;
	r->dx = sc->dx, r->ax = sc->ax, r->cx = sc->cx, r->sp = sc->sp, r->ip = sc->ip;
	r->cs = (u16)(sc->cs | 3);
	r->ss = (u16)(sc->ss | 3);
	r->flags = (r->flags & ~(u64)FIX_EFLAGS) | (sc->flags & FIX_EFLAGS);
	r->orig_ax = ~0UL;
	if (!(uc_flags & UC_STRICT_RESTORE_SS) && r->cs == USER_CS)
		r->ss = segment_valid_ss((u16)r->ss);
	return fpstate_restore(sc->fpstate, false);
}

SYSCALL_DEFINE0(rt_sigreturn, (.flags = SC_OUTSIDE | SC_SETS_REGS))
{
	struct pt_regs *r = &current->regs;
	guest_addr frame = r->sp - 8;
	struct sigcontext64 sc;
	struct guest_stack st;
	struct stack64 stack;
	u64 mask, uc_flags;

	if (get_user(mask, AT(frame, uc.sigmask)) || get_user(uc_flags, AT(frame, uc.flags)))
		return frame_bad();
	signal_set_blocked(mask);
	/* As since Linux 6.12 this comes before the context, that is with the stack pointer of the
	 * handler's end: nothing changes for a handler that ran on the alternate stack. */
	if (get_user(stack, AT(frame, uc.stack)))
		return frame_bad();
	st = (struct guest_stack){stack.sp, stack.size, stack.flags};
	altstack_set(&st, r->sp, MINSIGSTKSZ_KERNEL);
	if (get_user(sc, AT(frame, uc.mc)) || !restore_context(r, &sc, uc_flags))
		return frame_bad();
	current->regs_set = true;
	return (long)r->ax;
}
