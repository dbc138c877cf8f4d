/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "abi/compat.h"

#include <string.h>

enum layout { L_KILL, L_TIMER, L_POLL, L_FAULT, L_FAULT_LSB, L_BOUND, L_PKEY, L_CHLD, L_RT, L_SYS };

/* Codes that only newer or older headers know. */
#define CODE_SEGV_BNDERR 3
#define CODE_SEGV_PKUERR 4
#define CODE_TRAP_PERF	 6
#define CODE_SI_TIMER	 (-2)
#define CODE_SI_SIGIO	 (-5)
#define CODE_SI_KERNEL	 0x80
#define NSIGPOLL	 6

static enum layout fault_layout(int sig, int code)
{
	if (sig == SIGBUS && (code == BUS_MCEERR_AR || code == BUS_MCEERR_AO))
		return L_FAULT_LSB;
	if (sig == SIGSEGV && code == CODE_SEGV_BNDERR)
		return L_BOUND;
	if (sig == SIGSEGV && code == CODE_SEGV_PKUERR)
		return L_PKEY;
	return L_FAULT;
}

static enum layout siginfo_layout(int sig, int code)
{
	if (code <= 0 || code >= CODE_SI_KERNEL) {
		if (code == CODE_SI_TIMER)
			return L_TIMER;
		if (code == CODE_SI_SIGIO)
			return L_POLL;
		return code < 0 ? L_RT : L_KILL;
	}
	switch (sig) {
	case SIGILL:
	case SIGFPE:
	case SIGSEGV:
	case SIGBUS:
	case SIGTRAP:
		return fault_layout(sig, code);
	case SIGCHLD:
		return code <= CLD_CONTINUED ? L_CHLD : L_KILL;
	case SIGSYS:
		return L_SYS;
	default:
		return code <= NSIGPOLL ? L_POLL : L_KILL;
	}
}

/* The tail of a 64-bit fault's siginfo: a short or a pointer pair after the address. */
static void *after_addr(const siginfo_t *info)
{
	return (char *)info + offsetof(siginfo_t, si_addr) + sizeof(void *);
}

static void fault_to_compat(struct compat_siginfo *to, const siginfo_t *from, enum layout layout)
{
	to->sigfault.addr = (u32)(uintptr_t)from->si_addr;
	if (layout == L_FAULT_LSB) {
		to->sigfault.addr_lsb = from->si_addr_lsb;
	} else if (layout == L_BOUND) {
		to->sigfault.bnd.lower = (u32)(uintptr_t)from->si_lower;
		to->sigfault.bnd.upper = (u32)(uintptr_t)from->si_upper;
	} else if (layout == L_PKEY) {
		to->sigfault.pkey.pkey = from->si_pkey;
	}
}

void siginfo_to_compat(struct compat_siginfo *to, const siginfo_t *from)
{
	enum layout layout = siginfo_layout(from->si_signo, from->si_code);

	memset(to, 0, sizeof(*to));
	to->si_signo = from->si_signo;
	to->si_errno = from->si_errno;
	to->si_code = from->si_code;
	switch (layout) {
	case L_TIMER:
		to->timer.tid = from->si_timerid;
		to->timer.overrun = from->si_overrun;
		to->timer.sigval.sival_int = from->si_int;
		break;
	case L_POLL:
		to->sigpoll.band = (s32)from->si_band;
		to->sigpoll.fd = from->si_fd;
		break;
	case L_CHLD:
		to->sigchld.pid = from->si_pid;
		to->sigchld.uid = from->si_uid;
		to->sigchld.status = from->si_status;
		to->sigchld.utime = (s32)from->si_utime;
		to->sigchld.stime = (s32)from->si_stime;
		break;
	case L_RT:
		to->rt.sigval.sival_int = from->si_int;
		/* fall through */
	case L_KILL:
		to->kill.pid = from->si_pid;
		to->kill.uid = from->si_uid;
		break;
	case L_SYS:
		to->sigsys.call_addr = (u32)(uintptr_t)from->si_call_addr;
		to->sigsys.syscall = from->si_syscall;
		to->sigsys.arch = from->si_arch;
		break;
	default:
		fault_to_compat(to, from, layout);
	}
}

static void fault_from_compat(siginfo_t *to, const struct compat_siginfo *from, enum layout layout)
{
	u64 bounds[3];

	to->si_addr = (void *)(uintptr_t)from->sigfault.addr;
	if (layout == L_FAULT_LSB) {
		to->si_addr_lsb = from->sigfault.addr_lsb;
	} else if (layout == L_BOUND) {
		bounds[0] = 0;
		bounds[1] = from->sigfault.bnd.lower;
		bounds[2] = from->sigfault.bnd.upper;
		memcpy(after_addr(to), bounds, sizeof(bounds));
	} else if (layout == L_PKEY) {
		to->si_pkey = from->sigfault.pkey.pkey;
	}
}

void siginfo_from_compat(siginfo_t *to, const struct compat_siginfo *from)
{
	enum layout layout = siginfo_layout(from->si_signo, from->si_code);

	memset(to, 0, sizeof(*to));
	to->si_signo = from->si_signo;
	to->si_errno = from->si_errno;
	to->si_code = from->si_code;
	switch (layout) {
	case L_TIMER:
		to->si_timerid = from->timer.tid;
		to->si_overrun = from->timer.overrun;
		to->si_int = from->timer.sigval.sival_int;
		break;
	case L_POLL:
		to->si_band = from->sigpoll.band;
		to->si_fd = from->sigpoll.fd;
		break;
	case L_CHLD:
		to->si_pid = from->sigchld.pid;
		to->si_uid = from->sigchld.uid;
		to->si_status = from->sigchld.status;
		to->si_utime = from->sigchld.utime;
		to->si_stime = from->sigchld.stime;
		break;
	case L_RT:
		to->si_int = from->rt.sigval.sival_int;
		/* fall through */
	case L_KILL:
		to->si_pid = from->kill.pid;
		to->si_uid = from->kill.uid;
		break;
	case L_SYS:
		to->si_call_addr = (void *)(uintptr_t)from->sigsys.call_addr;
		to->si_syscall = from->sigsys.syscall;
		to->si_arch = from->sigsys.arch;
		break;
	default:
		fault_from_compat(to, from, layout);
	}
}
