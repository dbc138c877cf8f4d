/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What frames of both kinds have in common (arch/x86/kernel/signal.c). */
#include "task/sigframe.h"

#include "task/fpstate.h"

#define REDZONE 128 /* of 64-bit code, below its stack pointer */

/* Whether sp lies in the alternate stack, whatever its flags say (__on_sig_stack()). */
static bool within_altstack(u64 sp)
{
	const struct guest_stack *s = &current->altstack;

	return sp > s->sp && sp - s->sp <= s->size;
}

guest_addr frame_place(const struct pt_regs *regs, const struct signal_delivery *d, size_t size,
		       guest_addr *fp)
{
	u64 flags = d->action->flags, sp = regs->sp;
	bool ia32 = flags & SA_IA32_ABI, nested = on_altstack(sp), entering = false;

	if (!ia32)
		sp -= REDZONE;
	if (flags & SA_ONSTACK) {
		if (altstack_flags(sp) == 0) {
			sp = current->altstack.sp + current->altstack.size;
			entering = true;
		}
	} else if (ia32 && !nested && regs->ss != USER_DS && !(flags & SA_RESTORER_FLAG) &&
		   d->action->restorer) {
		/* the old way of switching stacks, before there were alternate ones */
		sp = d->action->restorer;
		entering = true;
	}
	*fp = fpstate_place(sp, ia32);
	/* Such that the stack is aligned as the ABI wants it after a call. */
	sp = ia32 ? ((*fp - size + 4) & ~15UL) - 4 : ((*fp - size) & ~15UL) - 8;
	if ((nested || entering) && !within_altstack(sp))
		return 0;
	return fpstate_save(*fp, ia32, regs) ? 0 : sp;
}

long frame_bad(void)
{
	siginfo_t info = {.si_signo = SIGSEGV, .si_code = SI_KERNEL};

	signal_force(&info, TRAPNO_KEEP, 0, 0);
	current->regs.ax = 0;
	current->regs_set = true;
	return 0;
}
