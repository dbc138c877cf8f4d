/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals: numbers, sets, actions, siginfo. */
#include <stdio.h>
#include <linux/audit.h>
#include <string.h>

#include "trace/flags.h"
#include "trace/value.h"

void put_signal_name(struct tline *t, int sig)
{
	const char *s = trace_signal_name(sig);

	if (s)
		put(t, s);
	else
		put_dec(t, sig);
}

void put_const(struct tline *t, const char *name, u64 v)
{
	if (topt.consts == CONST_ABBREV) {
		put(t, name);
		return;
	}
	put_hex(t, v);
	if (topt.consts == CONST_VERBOSE)
		put_fmt(t, " /* %s */", name);
}

void put_signal(struct tline *t, int sig)
{
	const char *s = trace_signal_name(sig);

	if (s && topt.consts == CONST_VERBOSE)
		put_fmt(t, "%d /* %s */", sig, s);
	else if (s && topt.consts != CONST_RAW)
		put(t, s);
	else
		put_dec(t, sig);
}

void put_sigmask(struct tline *t, u64 mask, int bits)
{
	u64 every = bits == 64 ? ~0ULL : (1ULL << bits) - 1;
	bool first = true;

	mask &= every;
	/* strace inverts when at least two thirds are set */
	if (__builtin_popcountll(mask) >= bits * 2 / 3) {
		mask = ~mask & every;
		putch(t, '~');
	}
	putch(t, '[');
	for (int sig = 1; sig <= bits; sig++) {
		if (!(mask >> (sig - 1) & 1))
			continue;
		if (!first)
			putch(t, ' ');
		first = false;
		if (topt.consts != CONST_ABBREV)
			put_dec(t, sig);
		if (topt.consts == CONST_RAW)
			continue;
		put(t, topt.consts == CONST_VERBOSE ? " /* " : "");
		put(t, trace_signal_name(sig) + 3);
		put(t, topt.consts == CONST_VERBOSE ? " */" : "");
	}
	putch(t, ']');
}

static bool put_set(struct tline *t, guest_addr a, size_t size)
{
	u64 mask = 0;

	if (!rd(t, &mask, a, size))
		return false;
	put_sigmask(t, mask, (int)size * 8);
	return true;
}

void put_sigset(struct tline *t, guest_addr a, size_t size)
{
	if (!put_set(t, a, size))
		put_addr(t, a);
}

static void put_handler(struct tline *t, u64 h)
{
	if (h == 0)
		put_const(t, "SIG_DFL", h);
	else if (h == 1)
		put_const(t, "SIG_IGN", h);
	else if (h == (t->compat ? 0xffffffffu : ~0ULL))
		put_const(t, "SIG_ERR", h);
	else
		put_hex(t, h);
}

/* struct sigaction in either order: handler, flags, restorer, mask (rt) or handler, mask, flags,
 * restorer (i386's old one). */
static bool sigaction_(struct tline *t, guest_addr a, bool old)
{
	u64 handler, flags, restorer, mask = 0;
	size_t w = word_size(t);

	if (!rd_word(t, a, &handler) || !rd_word(t, a + (old ? 2 : 1) * w, &flags) ||
	    !rd_word(t, a + (old ? 3 : 2) * w, &restorer) ||
	    !rd(t, &mask, a + (old ? 1 : 3) * w, old ? 4 : 8))
		return false;
	put(t, "{sa_handler=");
	put_handler(t, handler);
	put(t, ", sa_mask=");
	put_sigmask(t, mask, old ? 32 : 64);
	put(t, ", sa_flags=");
	put_flags(t, &x_sa, flags);
	if (flags & 0x04000000) { /* SA_RESTORER */
		put(t, ", sa_restorer=");
		put_addr(t, restorer);
	}
	putch(t, '}');
	return true;
}

XLAT(x_si_sys, NULL, XV(1, "SYS_SECCOMP"), XV(2, "SYS_USER_DISPATCH"));

static const char *si_code_name(int sig, int code)
{
	static const struct {
		int sig;
		const struct xlat_set *set;
	} own[] = {
		{SIGILL, &x_si_ill}, {SIGFPE, &x_si_fpe},   {SIGSEGV, &x_si_segv},
		{SIGBUS, &x_si_bus}, {SIGTRAP, &x_si_trap}, {SIGCHLD, &x_si_cld},
		{SIGIO, &x_si_poll}, {SIGSYS, &x_si_sys},
	};
	const char *s = xlat_name(&x_si_code, (u32)code);

	for (size_t i = 0; !s && i < ARRAY_SIZE(own); i++)
		if (own[i].sig == sig)
			s = xlat_name(own[i].set, (u32)code);
	return s;
}

static void put_sigval(struct tline *t, const siginfo_t *si)
{
	if (!si->si_ptr && !si->si_int)
		put(t, ", si_int=0, si_ptr=NULL");
	else
		put_fmt(t, ", si_int=%d, si_ptr=0x%llx", si->si_int,
			(unsigned long long)(uintptr_t)si->si_ptr);
}

static void put_sender(struct tline *t, const siginfo_t *si)
{
	put(t, ", si_pid=");
	put_pid(t, si->si_pid);
	put_fmt(t, si->si_uid == (u32)-1 ? ", si_uid=-1" : ", si_uid=%u", si->si_uid);
}

/* si_code <= 0: somebody sent it. */
static void put_si_sent(struct tline *t, const siginfo_t *si)
{
	switch (si->si_code) {
	case SI_USER:
	case SI_TKILL:
		put_sender(t, si);
		break;
	case SI_TIMER:
		put(t, ", si_timerid=");
		put_hex(t, (u32)si->si_timerid);
		put_fmt(t, ", si_overrun=%d", si->si_overrun);
		put_sigval(t, si);
		break;
	case SI_SIGIO:
		put_fmt(t, ", si_band=%ld, si_fd=", si->si_band);
		put_fd(t, si->si_fd);
		break;
	default:
		put_sender(t, si);
		if (si->si_ptr)
			put_sigval(t, si);
		break;
	}
}

static void put_si_fault(struct tline *t, const siginfo_t *si)
{
	put_field(t, "si_addr");
	put_addr(t, (u64)(uintptr_t)si->si_addr);
	if (si->si_signo == SIGBUS &&
	    (si->si_code == BUS_MCEERR_AR || si->si_code == BUS_MCEERR_AO)) {
		put_field(t, "si_addr_lsb");
		put_hex(t, (u16)si->si_addr_lsb);
	} else if (si->si_signo == SIGSEGV && si->si_code == SEGV_BNDERR) {
		put_field(t, "si_lower");
		put_addr(t, (u64)(uintptr_t)si->si_lower);
		put_field(t, "si_upper");
		put_addr(t, (u64)(uintptr_t)si->si_upper);
	} else if (si->si_signo == SIGSEGV && si->si_code == SEGV_PKUERR) {
		put_fmt(t, ", si_pkey=%u", si->si_pkey);
	}
}

static void put_si_syscall(struct tline *t, const siginfo_t *si)
{
	put_field(t, "si_call_addr");
	put_addr(t, (u64)(uintptr_t)si->si_call_addr);
	put_field(t, "si_syscall");
	put_syscall_nr(t, (u32)si->si_syscall, si->si_arch);
	put_field(t, "si_arch");
	put_val(t, &x_audit_arch, si->si_arch);
}

static void put_si_fields(struct tline *t, const siginfo_t *si)
{
	if (si->si_code <= 0) {
		put_si_sent(t, si);
		return;
	}
	switch (si->si_signo) {
	case SIGCHLD:
		put_sender(t, si);
		put(t, ", si_status=");
		if (si->si_code == CLD_EXITED)
			put_dec(t, si->si_status);
		else
			put_signal(t, si->si_status);
		put_field(t, "si_utime");
		put_clock_ticks(t, (u64)si->si_utime);
		put_field(t, "si_stime");
		put_clock_ticks(t, (u64)si->si_stime);
		break;
	case SIGILL:
	case SIGFPE:
	case SIGSEGV:
	case SIGBUS:
	case SIGTRAP:
		put_si_fault(t, si);
		break;
	case SIGIO:
		if (si->si_code > POLL_HUP)
			break;
		put_fmt(t, ", si_band=%ld, si_fd=", si->si_band);
		put_fd(t, si->si_fd);
		break;
	case SIGSYS:
		put_si_syscall(t, si);
		break;
	default:
		if (si->si_pid || si->si_uid)
			put_sender(t, si);
		if (si->si_ptr)
			put_sigval(t, si);
		break;
	}
}

static void put_si_errno(struct tline *t, u32 err)
{
	const char *name = trace_errno_name((int)err);

	put(t, ", si_errno=");
	if (!name || topt.consts != CONST_ABBREV)
		put_udec(t, err);
	if (!name || topt.consts == CONST_RAW)
		return;
	put_fmt(t, topt.consts == CONST_VERBOSE ? " /* %s */" : "%s", name);
}

void put_siginfo(struct tline *t, const siginfo_t *si)
{
	const char *name = si_code_name(si->si_signo, si->si_code);

	if (!si->si_signo) {
		put(t, "{}");
		return;
	}
	put(t, "{si_signo=");
	put_signal(t, si->si_signo);
	put(t, ", si_code=");
	if (name)
		put_const(t, name, (u32)si->si_code);
	else
		put_hex(t, (u32)si->si_code);
	if (si->si_errno)
		put_si_errno(t, (u32)si->si_errno);
	put_si_fields(t, si);
	putch(t, '}');
}

/* i386's siginfo: three ints, then the union without padding (include/linux/compat.h). */
static void widen_siginfo(siginfo_t *si, const s32 w[32])
{
	memset(si, 0, sizeof(*si));
	si->si_signo = w[0];
	si->si_errno = w[1];
	si->si_code = w[2];
	if (w[2] == SI_TIMER) {
		si->si_timerid = w[3];
		si->si_overrun = w[4];
		si->si_ptr = (void *)(uintptr_t)(u32)w[5];
	} else if (w[2] > 0 && w[0] == SIGCHLD) {
		si->si_pid = w[3];
		si->si_uid = (u32)w[4];
		si->si_status = w[5];
		si->si_utime = w[6];
		si->si_stime = w[7];
	} else if (w[2] > 0 && (w[0] == SIGSEGV || w[0] == SIGBUS || w[0] == SIGILL ||
				w[0] == SIGFPE || w[0] == SIGTRAP)) {
		si->si_addr = (void *)(uintptr_t)(u32)w[3];
		if (w[0] == SIGBUS) {
			si->si_addr_lsb = (short)w[4];
		} else if (w[0] == SIGSEGV && w[2] == SEGV_PKUERR) {
			si->si_pkey = (u32)w[5];
		} else if (w[0] == SIGSEGV && w[2] == SEGV_BNDERR) {
			si->si_lower = (void *)(uintptr_t)(u32)w[5];
			si->si_upper = (void *)(uintptr_t)(u32)w[6];
		}
	} else if (w[2] == SI_SIGIO || (w[2] > 0 && w[0] == SIGIO)) {
		si->si_band = w[3];
		si->si_fd = w[4];
	} else if (w[2] > 0 && w[0] == SIGSYS) {
		si->si_call_addr = (void *)(uintptr_t)(u32)w[3];
		si->si_syscall = w[4];
		si->si_arch = (u32)w[5];
	} else {
		si->si_pid = w[3];
		si->si_uid = (u32)w[4];
		si->si_ptr = (void *)(uintptr_t)(u32)w[5];
	}
}

static bool siginfo(struct tline *t, guest_addr a)
{
	siginfo_t si;
	s32 w[32];

	if (t->compat) {
		if (!rd(t, w, a, sizeof(w)))
			return false;
		widen_siginfo(&si, w);
	} else if (!rd(t, &si, a, sizeof(si))) {
		return false;
	}
	if (si.si_signo || si.si_code)
		put_siginfo(t, &si);
	else
		put(t, "{}");
	return true;
}

static bool sigaltstack_(struct tline *t, guest_addr a)
{
	size_t w = word_size(t);
	u64 sp, size;
	u32 flags;

	if (!rd_word(t, a, &sp) || !rd(t, &flags, a + w, 4) || !rd_word(t, a + 2 * w, &size))
		return false;
	put(t, "{ss_sp=");
	put_addr(t, sp);
	put(t, ", ss_flags=");
	put_flags(t, &x_ss, flags);
	put(t, ", ss_size=");
	put_udec(t, size);
	putch(t, '}');
	return true;
}

/* SIGEV_THREAD's function and its attributes, which are the library's */
static void put_notify(struct tline *t, guest_addr a)
{
	u64 fn, attr;

	if (!rd_word(t, a, &fn) || !rd_word(t, a + word_size(t), &attr))
		return;
	put(t, ", sigev_notify_function=");
	put_addr(t, fn);
	put(t, ", sigev_notify_attributes=");
	put_addr(t, attr);
}

static bool sigevent_(struct tline *t, guest_addr a)
{
	size_t w = word_size(t);
	u64 value;
	s32 v[4];

	if (!rd_word(t, a, &value) || !rd(t, v, a + w, 12))
		return false;
	putch(t, '{');
	if (value) {
		put_fmt(t, "sigev_value={sival_int=%d, sival_ptr=0x%llx}, ", (s32)value,
			(unsigned long long)value);
	}
	put(t, "sigev_signo=");
	if (v[1] == 0 || v[1] == 2 || v[1] == 4) /* not SIGEV_NONE */
		put_signal(t, v[0]);
	else
		put_udec(t, (u32)v[0]);
	put(t, ", sigev_notify=");
	put_val(t, &x_sigev, (u32)v[1]);
	if (v[1] == 4)
		put_fmt(t, ", sigev_notify_thread_id=%d", v[2]);
	else if (v[1] == 2)
		put_notify(t, a + w + 8);
	putch(t, '}');
	return true;
}

/* The mask that sigreturn restores: from the frame that the signal left on the stack. At rt_ the
 * stack points at struct ucontext (64 bits) or at rt_sigframe's first argument (32 bits); at
 * sigreturn at struct sigcontext (arch/x86/include/asm/sigframe.h). */
static void put_frame(struct tline *t)
{
	u64 sp = t->call.sp, mask = 0, uc;
	bool ok;

	if (!t->compat) {
		ok = rd(t, &mask, sp + 296, 8);
	} else if (t->name[0] == 'r') {
		ok = rd_word(t, sp + 8, &uc) && rd(t, &mask, uc + 108, 8);
	} else {
		u32 lo = 0, hi = 0;

		ok = rd(t, &lo, sp + 80, 4) && rd(t, &hi, sp + 88 + 624, 4);
		mask = lo | (u64)hi << 32;
	}
	if (!sp || !ok)
		return;
	put(t, "{mask=");
	put_sigmask(t, mask, 64);
	putch(t, '}');
}

bool dec_signal(struct tline *t, u16 kind, u64 v)
{
	u32 i = t->index;

	switch (kind) {
	case K_SIG:
		put_signal(t, (int)v);
		return true;
	case K_SIGSET_IN:
	case K_SIGSET_OUT:
		/* The size of the kernel's sets; rt_sigpending alone takes a part of one. */
		for (u32 k = i + 1; k < t->nargs; k++) {
			if (t->kind[k] != K_SIZE)
				continue;
			if (!strcmp(t->name, "rt_sigpending"))
				return t->arg[k] && t->arg[k] <= 8 && put_set(t, v, t->arg[k]);
			return t->arg[k] >= word_size(t) && t->arg[k] <= 8 &&
			       put_set(t, v, t->arg[k]);
		}
		return put_set(t, v, 8);
	case K_OLD_SIGSET_IN:
	case K_OLD_SIGSET_OUT:
		return put_set(t, v, 4);
	case K_OLD_SIGMASK:
		put_sigmask(t, (u32)v, 32);
		return true;
	case K_SIGACTION_IN:
	case K_SIGACTION_OUT:
		return sigaction_(t, v, false);
	case K_OLD_SIGACTION_IN:
	case K_OLD_SIGACTION_OUT:
		return sigaction_(t, v, true);
	case K_SIGALTSTACK_IN:
	case K_SIGALTSTACK_OUT:
		return sigaltstack_(t, v);
	case K_SIGINFO_IN:
	case K_SIGINFO_OUT:
		return siginfo(t, v);
	case K_SIGEVENT_IN:
		return sigevent_(t, v);
	case K_X_SIGSET:
		return next_arg(t) >= word_size(t) && next_arg(t) <= 8 &&
		       put_set(t, v, next_arg(t));
	case K_X_HANDLER:
		put_handler(t, v);
		return true;
	case K_X_FRAME:
		put_frame(t);
		return true;
	default:
		return false;
	}
}
