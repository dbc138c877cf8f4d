/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signal calls, native and compat (kernel/signal.c). */
#include <errno.h>
#include <string.h>

#include "abi/compat.h"
#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "syscalls/siginfo.h"
#include "task/signal.h"

#define MINSIGSTKSZ_KERNEL 2048

/* ---- Actions ---- */

struct sigaction64 {
	u64 handler, flags, restorer, mask;
};

struct sigaction32 {
	u32 handler, flags, restorer, mask[2];
};

struct old_sigaction32 {
	u32 handler, mask, flags, restorer;
};

/* The old actions of 32-bit programs are written word by word, in this order. */
static long put_words(guest_addr to, const u32 *words, const u8 *order, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (put_user_whole(words[order[i]], to + order[i] * 4UL))
			return -EFAULT;
	return 0;
}

SYSCALL_DEFINE4(rt_sigaction, (.flags = SC_QUICK), SIG, sig, SIGACTION_IN, act, SIGACTION_OUT, oact,
		SIZE, size)
{
	struct sigaction64 u;
	struct k_sigaction new, old;
	long err;

	if (size != 8)
		return -EINVAL;
	if (act) {
		if (get_user(u, act))
			return -EFAULT;
		new = (struct k_sigaction){u.handler, u.flags, u.restorer, u.mask};
	}
	err = signal_action(sig, act ? &new : NULL, &old);
	if (err || !oact)
		return err;
	u = (struct sigaction64){old.handler, old.flags, old.restorer, old.mask};
	return put_user(u, oact);
}

COMPAT_SYSCALL_DEFINE4(rt_sigaction, (.flags = SC_QUICK), SIG, sig, SIGACTION_IN, act,
		       SIGACTION_OUT, oact, SIZE, size)
{
	struct sigaction32 u;
	struct k_sigaction new, old;
	long err;

	if (size != 8)
		return -EINVAL;
	if (act) {
		if (get_user(u, act))
			return -EFAULT;
		new = (struct k_sigaction){u.handler, u.flags, u.restorer,
					   u.mask[0] | (u64)u.mask[1] << 32};
	}
	err = signal_action(sig, act ? &new : NULL, &old);
	if (err || !oact)
		return err;
	return put_words(oact,
			 (u32[]){(u32)old.handler, (u32)old.flags, (u32)old.restorer, (u32)old.mask,
				 (u32)(old.mask >> 32)},
			 (u8[]){0, 3, 4, 1, 2}, 5);
}

COMPAT_SYSCALL_DEFINE3(sigaction, (), SIG, sig, OLD_SIGACTION_IN, act, OLD_SIGACTION_OUT, oact)
{
	struct old_sigaction32 u;
	struct k_sigaction new, old;
	long err;

	if (act) {
		if (get_user(u, act))
			return -EFAULT;
		new = (struct k_sigaction){u.handler, u.flags, u.restorer, u.mask};
	}
	err = signal_action(sig, act ? &new : NULL, &old);
	if (err || !oact)
		return err;
	return put_words(
		oact, (u32[]){(u32)old.handler, (u32)old.mask, (u32)old.flags, (u32)old.restorer},
		(u8[]){0, 2, 3, 1}, 4);
}

SYSCALL_DEFINE2(signal, (), SIG, sig, ADDR, handler)
{
	struct k_sigaction new = {.handler = handler, .flags = SA_RESETHAND | SA_NODEFER}, old;
	long err = signal_action(sig, &new, &old);

	return err ? err : (long)old.handler;
}

/* ---- Masks ---- */

static long change_mask(int how, const u64 *set, u64 *old)
{
	u64 mask = current->blocked;

	*old = mask;
	if (!set)
		return 0;
	switch (how) {
	case SIG_BLOCK:
		mask |= *set;
		break;
	case SIG_UNBLOCK:
		mask &= ~*set;
		break;
	case SIG_SETMASK:
		mask = *set;
		break;
	default:
		return -EINVAL;
	}
	signal_set_blocked(mask);
	return 0;
}

SYSCALL_DEFINE4(rt_sigprocmask, (.flags = SC_QUICK), SIGHOW, how, SIGSET_IN, set, SIGSET_OUT, oset,
		SIZE, size)
{
	u64 new, old;
	long err;

	if (size != 8)
		return -EINVAL;
	if (set && get_user(new, set))
		return -EFAULT;
	err = change_mask(how, set ? &new : NULL, &old);
	if (err || !oset)
		return err;
	return put_user(old, oset);
}

COMPAT_SYSCALL_DEFINE4(rt_sigprocmask, (.flags = SC_QUICK), SIGHOW, how, SIGSET_IN, set, SIGSET_OUT,
		       oset, SIZE, size)
{
	return do_sys_rt_sigprocmask(how, set, oset, size);
}

COMPAT_SYSCALL_DEFINE3(sigprocmask, (), SIGHOW, how, OLD_SIGSET_IN, set, OLD_SIGSET_OUT, oset)
{
	u64 old = current->blocked, new;
	u32 low;

	if (set) {
		if (get_user(low, set))
			return -EFAULT;
		new = how == SIG_SETMASK ? (old & ~0xffffffffUL) | low : low;
		if (change_mask(how, &new, &old))
			return -EINVAL;
	}
	low = (u32)old;
	return oset ? put_user(low, oset) : 0;
}

SYSCALL_DEFINE0(sgetmask, ())
{
	return (long)(u32)current->blocked;
}

SYSCALL_DEFINE1(ssetmask, (), OLD_SIGMASK, mask)
{
	u32 old = (u32)current->blocked;

	signal_set_blocked(mask);
	return (long)old;
}

static long pending(u64 *set)
{
	long err = host(SYS_rt_sigpending, HP(set), 8);

	*set |= signal_held() & current->blocked;
	return err;
}

SYSCALL_DEFINE2(rt_sigpending, (), SIGSET_OUT, set, SIZE, size)
{
	u64 mask;

	if (size > 8)
		return -EINVAL;
	pending(&mask);
	return copy_to_user(set, &mask, size);
}

COMPAT_SYSCALL_DEFINE2(rt_sigpending, (), SIGSET_OUT, set, SIZE, size)
{
	return do_sys_rt_sigpending(set, size);
}

COMPAT_SYSCALL_DEFINE1(sigpending, (), OLD_SIGSET_OUT, set)
{
	u64 mask;
	u32 low;

	pending(&mask);
	low = (u32)mask;
	return put_user(low, set);
}

/* ---- Waiting ---- */

/* Waits with another mask; the old one comes back when the handler returns. */
static long suspend(u64 mask)
{
	u64 host_mask;
	long ret;

	mask &= ~(SIGMASK(SIGKILL) | SIGMASK(SIGSTOP));
	current->saved_sigmask = current->blocked;
	current->restore_sigmask = true;
	current->blocked = mask;
	if (signal_held() & ~mask)
		return -ERESTARTNOHAND;
	host_mask = signal_host_mask(mask);
	ret = host_block(SYS_rt_sigsuspend, HP(&host_mask), 8);
	if (ret != -EINTR) { /* a signal came before the wait: under the mask before */
		current->blocked = current->saved_sigmask;
		current->restore_sigmask = false;
		return ret;
	}
	return -ERESTARTNOHAND;
}

SYSCALL_DEFINE2(rt_sigsuspend, (), SIGSET_IN, set, SIZE, size)
{
	u64 mask;

	if (size != 8)
		return -EINVAL;
	if (get_user(mask, set))
		return -EFAULT;
	return suspend(mask);
}

COMPAT_SYSCALL_DEFINE2(rt_sigsuspend, (), SIGSET_IN, set, SIZE, size)
{
	return do_sys_rt_sigsuspend(set, size);
}

SYSCALL_DEFINE3(sigsuspend, (), INT, unused1, INT, unused2, OLD_SIGMASK, mask)
{
	(void)unused1, (void)unused2;
	return suspend(mask);
}

SYSCALL_DEFINE0(pause, ())
{
	long ret = host_block(SYS_pause);

	return ret == -EINTR ? -ERESTARTNOHAND : ret;
}

static long timedwait(guest_addr set, siginfo_t *info, const struct timespec *ts, u64 size)
{
	u64 mask, host_mask;
	long sig;

	if (size != 8)
		return -EINVAL;
	if (get_user(mask, set))
		return -EFAULT;
	/* SIGSEGV and SIGBUS that others sent wait in trapgate's own queue. */
	if (signal_take_held(mask, info))
		return info->si_signo;
	host_mask = mask & ~SIGNALS_SYNC;
	sig = host_block(SYS_rt_sigtimedwait, HP(&host_mask), HP(info), HP(ts), 8);
	if ((sig == -EINTR || sig == -ERESTARTNOINTR) && signal_take_held(mask, info))
		return info->si_signo;
	return sig;
}

static long finish_wait(long sig, const siginfo_t *info, guest_addr uinfo)
{
	if (sig <= 0 || !uinfo)
		return sig;
	return copy_siginfo_to_user(uinfo, info, current->sc_abi) ? -EFAULT : sig;
}

SYSCALL_DEFINE4(rt_sigtimedwait, (), SIGSET_IN, set, SIGINFO_OUT, uinfo, TIMESPEC_IN, timeout, SIZE,
		size)
{
	siginfo_t info;
	struct timespec ts;
	long sig;

	if (size != 8)
		return -EINVAL;
	if (timeout && get_user(ts, timeout))
		return -EFAULT;
	sig = timedwait(set, &info, timeout ? &ts : NULL, size);
	return finish_wait(sig, &info, uinfo);
}

COMPAT_SYSCALL_DEFINE4(rt_sigtimedwait_time64, (), SIGSET_IN, set, SIGINFO_OUT, uinfo,
		       TIMESPEC64_IN, timeout, SIZE, size)
{
	return do_sys_rt_sigtimedwait(set, uinfo, timeout, size);
}

COMPAT_SYSCALL_DEFINE4(rt_sigtimedwait_time32, (), SIGSET_IN, set, SIGINFO_OUT, uinfo, TIMESPEC_IN,
		       timeout, SIZE, size)
{
	siginfo_t info;
	s32 t32[2];
	struct timespec ts;
	long sig;

	if (size != 8)
		return -EINVAL;
	if (timeout) {
		if (get_user(t32, timeout))
			return -EFAULT;
		ts = (struct timespec){t32[0], t32[1]};
	}
	sig = timedwait(set, &info, timeout ? &ts : NULL, size);
	return finish_wait(sig, &info, uinfo);
}

/* ---- The alternate stack ---- */

struct stack64 {
	u64 sp;
	u32 flags, pad;
	u64 size;
};

struct stack32 {
	u32 sp, flags, size;
};

static u32 shown_flags(u64 sp)
{
	return altstack_flags(sp) | (current->altstack.flags & SS_AUTODISARM);
}

static struct guest_stack shown_stack(void)
{
	struct guest_stack st = current->altstack;

	st.flags = shown_flags(current->regs.sp);
	return st;
}

static long set_stack(u64 sp, u64 size, u32 flags)
{
	struct guest_stack st = {sp, size, flags};

	return altstack_set(&st, current->regs.sp, MINSIGSTKSZ_KERNEL);
}

SYSCALL_DEFINE2(sigaltstack, (.flags = SC_OUTSIDE), SIGALTSTACK_IN, ss, SIGALTSTACK_OUT, old)
{
	struct guest_stack was = shown_stack();
	struct stack64 u;
	long err;

	if (ss) {
		if (get_user(u, ss))
			return -EFAULT;
		err = set_stack(u.sp, u.size, u.flags);
		if (err)
			return err;
	}
	if (!old)
		return 0;
	u = (struct stack64){.sp = was.sp, .flags = was.flags, .size = was.size};
	return put_user(u, old);
}

COMPAT_SYSCALL_DEFINE2(sigaltstack, (.flags = SC_OUTSIDE), SIGALTSTACK_IN, ss, SIGALTSTACK_OUT, old)
{
	struct guest_stack was = shown_stack();
	struct stack32 u;
	long err;

	if (ss) {
		if (get_user(u, ss))
			return -EFAULT;
		err = set_stack(u.sp, u.size, u.flags);
		if (err)
			return err;
	}
	if (!old)
		return 0;
	u = (struct stack32){(u32)was.sp, was.flags, (u32)was.size};
	return put_user(u, old);
}
