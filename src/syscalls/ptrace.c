/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ptrace(2), the tracer's side: requests on the entry of a stopped tracee (task/ptrace.h). Follows
 * ptrace_request() and arch_ptrace(). */
#include <errno.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>

#include "abi/compat.h"
#include "abi/syscall.h"
#include "mm/peer.h"
#include "mm/uaccess.h"
#include "sandbox/limits.h"
#include "syscalls/contain.h"
#include "syscalls/ptrace_info.h"
#include "syscalls/ptrace_regs.h"
#include "syscalls/seccomp.h"
#include "syscalls/siginfo.h"
#include "task/lock.h"
#include "task/ptrace.h"
#include "task/signal.h"

#define PTRACE_MISSING "processes outside of the run"

enum {
	PTRACE_TRACEME = 0,
	PTRACE_PEEKTEXT,
	PTRACE_PEEKDATA,
	PTRACE_PEEKUSR,
	PTRACE_POKETEXT,
	PTRACE_POKEDATA,
	PTRACE_POKEUSR,
	PTRACE_KILL = 8,
	PTRACE_GETREGS = 12,
	PTRACE_SETREGS,
	PTRACE_GETFPREGS,
	PTRACE_SETFPREGS,
	PTRACE_ATTACH = 16,
	PTRACE_GETFPXREGS = 18,
	PTRACE_SETFPXREGS,
	PTRACE_OLDSETOPTIONS = 21,
	PTRACE_GET_THREAD_AREA = 25,
	PTRACE_SET_THREAD_AREA,
	PTRACE_ARCH_PRCTL = 30,
	PTRACE_SETOPTIONS = 0x4200,
	PTRACE_GETEVENTMSG,
	PTRACE_GETSIGINFO,
	PTRACE_SETSIGINFO,
	PTRACE_GETREGSET,
	PTRACE_SETREGSET,
	PTRACE_SEIZE,
	PTRACE_INTERRUPT,
	PTRACE_PEEKSIGINFO = 0x4209,
	PTRACE_GETSIGMASK,
	PTRACE_SETSIGMASK,
	PTRACE_SECCOMP_GET_FILTER,
	PTRACE_SECCOMP_GET_METADATA,
	PTRACE_GET_SYSCALL_INFO,
	PTRACE_GET_RSEQ_CONFIGURATION,
	PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG,
	PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG,
	PTRACE_SET_SYSCALL_INFO,
};

#define OPTIONS_MASK (0xffu | PTRACE_O_EXITKILL | PTRACE_O_SUSPEND_SECCOMP)

#define STORE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_SEQ_CST)
#define LOAD(x)	    __atomic_load_n(&(x), __ATOMIC_SEQ_CST)

/* ---- Attaching ---- */

static long check_options(u64 options)
{
	if (options & ~(u64)OPTIONS_MASK)
		return -EINVAL;
	return options & PTRACE_O_SUSPEND_SECCOMP ? -EPERM : 0;
}

/* Lets the tracee come along: it needs the CPU if the tracer shares its memory (LeakSanitizer's
 * does). */
static void give_way(void)
{
	struct {
		s64 sec, nsec;
	} moment = {0, 50000};

	if (task_threaded)
		lock_drop();
	host(SYS_nanosleep, HP(&moment), 0);
	if (task_threaded)
		lock_take();
}

/* Who is attached to while it is stopped is the tracer's when the call returns (JOBCTL_TRAPPING):
 * a SIGCONT that follows does not come before that. */
static void wait_until_trapped(const struct tracee *t, int tid)
{
	/* not for long where somebody else's SIGCONT has come first */
	for (int left = 200000; left > 0 && t->tid == tid;
	     left -= LOAD(t->found_stopped) ? 1 : 20) {
		u32 state = LOAD(t->state);

		if (state == TRACEE_STOPPED || state == TRACEE_EXITED || !tracee_alive(t))
			break;
		give_way();
	}
}

static long attach(int tid, bool seize, u64 addr, u64 options)
{
	struct tracee *t;
	struct mm there;
	int pid;
	long err;

	pid = host_proc_status(tid, "\nTgid:");
	if (!pid || host(SYS_tgkill, pid, tid, 0) == -ESRCH)
		return -ESRCH;
	err = seize ? check_options(options) : 0;
	if (seize && (addr || err))
		return addr ? -EIO : err == -EPERM ? -EPERM : -EIO;
	if (pid == current->pid || limits_is_own(pid) || peer_mm(pid, &there) || tracee_find(tid))
		return -EPERM;
	t = tracee_new(pid, tid);
	if (!t)
		return -EPERM;
	t->is_child = pid == tid && host_proc_status(pid, "\nPPid:") == current->pid;
	t->seized = seize;
	t->options = seize ? (u32)options : 0;
	if (!seize)
		STORE(t->want_stop, PTRACE_STOP_ATTACH);
	STORE(t->found_stopped, host_task_state(tid) == 'T');
	signal_interrupt_task(pid, tid);
	if (t->found_stopped) { /* from now on it is stopped by us */
		signal_continue_task(pid, tid);
		wait_until_trapped(t, tid);
	}
	return 0;
}

/* ---- Memory ---- */

long tracee_ask(struct tracee *t, enum tracee_order what, guest_addr at, u32 n, bool write)
{
	struct {
		s64 sec, nsec;
	} moment = {0, 100000000};

	t->at = at;
	t->length = n;
	t->write = write;
	STORE(t->copied, 0);
	tracee_order(t, what);
	while (!LOAD(t->copied)) {
		long ret = host_block(SYS_futex, HP(&t->copied), FUTEX_WAIT, 0, HP(&moment));

		if (ret == -ERESTARTNOINTR) /* a signal waits for the end of this call */
			ret = host(SYS_futex, HP(&t->copied), FUTEX_WAIT, 0, HP(&moment));
		if (ret == -ETIMEDOUT && !tracee_alive(t))
			return -ESRCH;
	}
	return t->result;
}

/* Lets the tracee copy up to a page between its memory and t->buf. Returns the bytes copied. */
static long order_copy(struct tracee *t, guest_addr at, u32 n, bool write)
{
	return tracee_ask(t, ORDER_COPY, at, n, write);
}

long tracee_access(int pid, guest_addr at, void *buf, size_t n, bool write)
{
	struct tracee *t = NULL;
	long got;

	for (u32 i = 0; tracee_table && !t && i < LOAD(tracee_table->used); i++) {
		struct tracee *p = &tracee_table->tracee[i];

		if (LOAD(p->state) == TRACEE_STOPPED && p->pid == pid && p->tracer == current->pid)
			t = p;
	}
	if (!t || !tracee_alive(t))
		return -ESRCH;
	n = MIN(n, sizeof(t->buf));
	if (write)
		memcpy(t->buf, buf, n);
	got = order_copy(t, at, (u32)n, write);
	if (got > 0 && !write)
		memcpy(buf, t->buf, (size_t)got);
	return got;
}

/* ptrace_access_vm() of one word: all or nothing. */
static long access_word(struct tracee *t, guest_addr at, void *word, u32 n, bool write)
{
	long got;

	if (write)
		memcpy(t->buf, word, n);
	got = order_copy(t, at, n, write);
	if (got < 0)
		return got;
	if (got != (long)n)
		return -EIO;
	if (!write)
		memcpy(word, t->buf, n);
	return 0;
}

static long peek_data(struct tracee *t, guest_addr addr, guest_addr data)
{
	u64 word = 0;
	u32 n = current->sc_abi == ABI_64 ? 8 : 4;
	long err = access_word(t, addr, &word, n, false);

	if (err)
		return err;
	return copy_to_user(data, &word, n) ? -EFAULT : 0;
}

/* ---- Registers ---- */

static long peek_user(struct tracee *t, u64 addr, guest_addr data)
{
	u64 word = 0;
	u32 n = current->sc_abi == ABI_64 ? 8 : 4;
	long err = regs_peek_user(t, current->sc_abi, addr, &word);

	if (err)
		return err;
	return copy_to_user(data, &word, n) ? -EFAULT : 0;
}

static long get_regset(struct tracee *t, u64 type, guest_addr uiov, bool write)
{
	u64 base, len;
	u32 small[2];
	long n;

	if (current->sc_abi == ABI_64) {
		if (get_user(base, uiov) || get_user(len, uiov + 8))
			return -EFAULT;
	} else {
		if (copy_from_user(small, uiov, sizeof(small)))
			return -EFAULT;
		base = small[0];
		len = small[1];
	}
	n = regs_set(t, (u32)type, base, len, write);
	if (n < 0)
		return n;
	small[1] = (u32)n;
	len = (u64)n;
	return current->sc_abi == ABI_64 ? put_user(len, uiov + 8) : put_user(small[1], uiov + 4);
}

static long get_siginfo_of(const struct tracee *t, guest_addr data)
{
	if (!t->has_info)
		return -EINVAL;
	return copy_siginfo_to_user(data, &t->info, current->sc_abi);
}

static long set_siginfo_of(struct tracee *t, guest_addr data)
{
	siginfo_t info;

	if (get_siginfo(&info, data, current->sc_abi))
		return -EFAULT;
	if (!t->has_info)
		return -EINVAL;
	t->info = info;
	return 0;
}

static long blocked_set(struct tracee *t, u64 size, guest_addr data, bool set)
{
	u64 mask = t->blocked;

	if (size != sizeof(mask))
		return -EINVAL;
	if (!set)
		return copy_to_user(data, &mask, sizeof(mask)) ? -EFAULT : 0;
	if (copy_from_user(&mask, data, sizeof(mask)))
		return -EFAULT;
	t->blocked = mask & ~(SIGMASK(SIGKILL) | SIGMASK(SIGSTOP));
	t->blocked_changed = true;
	return 0;
}

/* ---- Filters: seccomp_get_filter(), seccomp_get_metadata() ---- */

static bool may_see_filters(void)
{
	return host_capable(CAP_SYS_ADMIN) && !current->seccomp_mode;
}

static long get_filter(struct tracee *t, u64 nr, guest_addr data)
{
	const struct seccomp_shown *shown = (void *)t->buf;
	u32 n, done = 0;
	long err;

	if (!may_see_filters())
		return -EACCES;
	do {
		err = tracee_ask(t, ORDER_FILTER, nr, done, false);
		if (err)
			return err;
		n = MIN(shown->total - done, shown->n);
		if (data && copy_to_user(data + done * sizeof(shown->prog[0]), shown->prog,
					 n * sizeof(shown->prog[0])))
			return -EFAULT;
		done += n;
	} while (data && n && done < shown->total);
	return shown->total;
}

static long get_metadata(struct tracee *t, u64 size, guest_addr data)
{
	const struct seccomp_shown *shown = (void *)t->buf;
	u64 md[2] = {0};
	long err;

	if (!may_see_filters())
		return -EACCES;
	size = MIN(size, sizeof(md));
	if (size < sizeof(md[0]))
		return -EINVAL;
	if (get_user(md[0], data))
		return -EFAULT;
	err = tracee_ask(t, ORDER_FILTER, md[0], 0, false);
	if (err)
		return err;
	md[1] = shown->flags;
	return copy_to_user(data, md, size) ? -EFAULT : (long)size;
}

/* ---- Going on ---- */

/* PTRACE_DETACH is over when it returns: the task can be traced again. It forgets by itself that it
 * was. */
static void wait_until_free(struct tracee *t, int tid)
{
	while (LOAD(t->state) != TRACEE_FREE && t->tid == tid && LOAD(t->order) == ORDER_RESUME &&
	       t->resume == PTRACE_DETACH && tracee_alive(t))
		give_way();
}

static long resume(struct tracee *t, long request, u64 sig)
{
	int tid = t->tid;

	if (sig > NSIG_GUEST)
		return -EIO;
	t->resume = (u32)request;
	t->signal = (int)sig;
	tracee_order(t, ORDER_RESUME);
	if (request == PTRACE_DETACH)
		wait_until_free(t, tid);
	return 0;
}

static long listen(struct tracee *t)
{
	if (!t->seized || t->code >> 8 != PTRACE_EVENT_STOP)
		return -EIO;
	STORE(t->unreported, 0);
	STORE(t->state, TRACEE_RUNNING);
	STORE(t->listening, true);
	signal_interrupt_task(t->pid, t->tid);
	return 0;
}

static long interrupt(struct tracee *t)
{
	if (!t->seized)
		return -EIO;
	STORE(t->want_interrupt, 1);
	signal_interrupt_task(t->pid, t->tid);
	return 0;
}

static long set_options(struct tracee *t, u64 options)
{
	long err = check_options(options);

	if (!err)
		t->options = (u32)options;
	return err;
}

static bool resumes(long request)
{
	return request == PTRACE_CONT || request == PTRACE_SYSCALL ||
	       request == PTRACE_SINGLESTEP || request == PTRACE_SINGLEBLOCK ||
	       request == PTRACE_SYSEMU || request == PTRACE_SYSEMU_SINGLESTEP;
}

static long do_request(struct tracee *t, long request, u64 addr, u64 data)
{
	u32 n = current->sc_abi == ABI_64 ? 8 : 4;

	if (resumes(request) || request == PTRACE_DETACH)
		return resume(t, request, data);
	switch (request) {
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA:
		return peek_data(t, addr, data);
	case PTRACE_POKETEXT:
	case PTRACE_POKEDATA:
		return access_word(t, addr, &data, n, true);
	case PTRACE_PEEKUSR:
		return peek_user(t, addr, data);
	case PTRACE_POKEUSR:
		return regs_poke_user(t, current->sc_abi, addr, data);
	case PTRACE_GETREGS:
	case PTRACE_SETREGS:
		return regs_all(t, current->sc_abi, data, request == PTRACE_SETREGS);
	case PTRACE_GETFPREGS:
	case PTRACE_SETFPREGS:
		return regs_fp(t, current->sc_abi, data, request == PTRACE_SETFPREGS);
	case PTRACE_GETFPXREGS:
	case PTRACE_SETFPXREGS:
		if (current->sc_abi == ABI_64)
			return -EIO;
		return regs_fp(t, ABI_64, data, request == PTRACE_SETFPXREGS);
	case PTRACE_GETREGSET:
	case PTRACE_SETREGSET:
		return get_regset(t, addr, data, request == PTRACE_SETREGSET);
	case PTRACE_GET_THREAD_AREA:
	case PTRACE_SET_THREAD_AREA:
		return regs_thread_area(t, addr, data, request == PTRACE_SET_THREAD_AREA);
	case PTRACE_ARCH_PRCTL:
		return current->sc_abi == ABI_64 ? regs_arch_prctl(t, data, addr) : -EIO;
	case PTRACE_OLDSETOPTIONS:
	case PTRACE_SETOPTIONS:
		return set_options(t, data);
	case PTRACE_GETEVENTMSG:
		return copy_to_user(data, &t->message, n) ? -EFAULT : 0;
	case PTRACE_GETSIGINFO:
		return get_siginfo_of(t, data);
	case PTRACE_SETSIGINFO:
		return set_siginfo_of(t, data);
	case PTRACE_GETSIGMASK:
	case PTRACE_SETSIGMASK:
		return blocked_set(t, addr, data, request == PTRACE_SETSIGMASK);
	case PTRACE_GET_SYSCALL_INFO:
		return info_get_syscall(t, addr, data);
	case PTRACE_SET_SYSCALL_INFO:
		return info_set_syscall(t, addr, data);
	case PTRACE_SECCOMP_GET_FILTER:
		return get_filter(t, addr, data);
	case PTRACE_SECCOMP_GET_METADATA:
		return get_metadata(t, addr, data);
	case PTRACE_GET_RSEQ_CONFIGURATION:
		return info_get_rseq(t, addr, data);
	case PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG:
	case PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG:
		return info_dispatch(t, addr, data,
				     request == PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG);
	case PTRACE_PEEKSIGINFO:
		return info_peek_signals(t, addr, data);
	case PTRACE_LISTEN:
		return listen(t);
	default:
		return -EIO;
	}
}

/* A tracee of the caller's: stopped, but for the two requests that do not want that. */
static struct tracee *mine(long request, int tid)
{
	struct tracee *t = tracee_find(tid);
	u32 state;

	if (!t || t->tracer_tid != current->tid)
		return NULL;
	state = LOAD(t->state);
	if (request == PTRACE_KILL || request == PTRACE_INTERRUPT)
		return state == TRACEE_EXITED ? NULL : t;
	return state == TRACEE_STOPPED && !LOAD(t->killed) && tracee_alive(t) ? t : NULL;
}

static long do_ptrace(long request, int pid, u64 addr, u64 data)
{
	struct tracee *t;

	if (request == PTRACE_TRACEME)
		return ptrace_traceme();
	if (request == PTRACE_ATTACH || request == PTRACE_SEIZE)
		return attach(pid, request == PTRACE_SEIZE, addr, data);
	if (pid <= 0 || host(SYS_kill, pid, 0) == -ESRCH)
		return -ESRCH;
	t = mine(request, pid);
	if (!t)
		return -ESRCH;
	if (request == PTRACE_KILL) {
		if (!ptrace_sends_stop(t->pid, t->tid, SIGKILL))
			signal_sent(t->pid, t->tid, SIGKILL,
				    host(SYS_tgkill, t->pid, t->tid, SIGKILL));
		return 0;
	}
	if (request == PTRACE_INTERRUPT)
		return interrupt(t);
	return do_request(t, request, addr, data);
}

SYSCALL_DEFINE4(ptrace, (.missing = PTRACE_MISSING, .flags = SC_OUTSIDE), LONG, request, PID, pid,
		ADDR, addr, ADDR, data)
{
	return do_ptrace(request, pid, addr, data);
}

COMPAT_SYSCALL_DEFINE4(ptrace, (.missing = PTRACE_MISSING, .flags = SC_OUTSIDE), INT, request, PID,
		       pid, ADDR, addr, ADDR, data)
{
	return do_ptrace(request, pid, addr, data);
}
