/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "abi/entry_work.h"
#include "abi/syscall.h"
#include "cpu/cpu.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "syscall_nr.h"
#include "syscalls/bpf.h"
#include "syscalls/resource.h"
#include "syscalls/seccomp_notify.h"
#include "task/ptrace.h"
#include "task/signal.h"
#include "task/thread.h"

#define KNOWN_FLAGS                                                                                \
	(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW |    \
	 SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC_ESRCH |                      \
	 SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
#define MAX_INSNS_PER_PATH (256 * 1024 / sizeof(struct sock_filter))
#define MAX_ERRNO_DATA	   4095u
#define CODE_SYS_SECCOMP   1
#define FILTER_ALLOW	   0 /* SYSCALL_DISPATCH_FILTER_* */
#define FILTER_BLOCK	   1
#ifndef PR_SYS_DISPATCH_OFF
#define PR_SYS_DISPATCH_OFF 0
#define PR_SYS_DISPATCH_ON  1
#endif
#define CODE_SYS_DISPATCH 2

/* Filters form a tree that grows at the leaves; what a task has is the path to the root. They live
 * until the process ends. */
struct seccomp_filter {
	const struct seccomp_filter *prev;
	u32 n;
	bool listener; /* or had one */
	bool log;
	struct sock_filter prog[];
};

/* ---- At the system call ---- */

static void force_sigsys(int code, int err)
{
	siginfo_t info = {.si_signo = SIGSYS, .si_code = code, .si_errno = err};

	info.si_call_addr = (void *)(uintptr_t)current->regs.ip;
	info.si_syscall = current->nr;
	info.si_arch = current->sc_abi == ABI_64 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_I386;
	signal_force(&info, 0, 0, 0);
}

/* The strictest answer of all filters; the newest one's of several: *match. */
static u32 run_filters(const struct seccomp_data *data, const struct seccomp_filter **match)
{
	u32 ret = SECCOMP_RET_ALLOW;

	for (const struct seccomp_filter *f = current->seccomp_filter; f; f = f->prev) {
		u32 got = bpf_run(f->prog, data);

		if ((s32)(got & SECCOMP_RET_ACTION_FULL) < (s32)(ret & SECCOMP_RET_ACTION_FULL)) {
			ret = got;
			*match = f;
		}
	}
	return ret;
}

/* Without the call, which tracers see return by then, and with nothing left of it in registers. */
static void kill_process(bool *rolled_back)
{
	current->work |= WORK_SIGSYS;
	*rolled_back = true;
}

/* The same, this thread alone. */
static bool kill_thread(int sig, bool *rolled_back)
{
	if (!thread_kill_alone(sig))
		signal_die(sig);
	*rolled_back = true;
	return false;
}

/* A tracer may have made another call of it. */
static void reload_call(u64 *args)
{
	const struct pt_regs *r = &current->regs;
	const u64 wide[] = {r->di, r->si, r->dx, r->r10, r->r8, r->r9};
	const u64 narrow[] = {r->bx, r->cx, r->dx, r->si, r->di, r->bp};

	if (!current->tracee || !current->tracee->regs_changed)
		return;
	current->nr = (int)r->orig_ax;
	for (int i = 0; i < 6; i++)
		args[i] = current->gate == GATE_SYSCALL ? wide[i] : (u32)narrow[i];
}

/* __seccomp_filter(); `again` after a tracer has seen the call. */
static bool filtered(const u64 *args, long *ret, bool *rolled_back, bool again)
{
	struct seccomp_data data = {
		.nr = current->nr,
		.arch = current->sc_abi == ABI_64 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_I386,
		.instruction_pointer = current->regs.ip,
	};
	const struct seccomp_filter *match = NULL;
	u64 again_args[6];
	u32 answer;

	for (int i = 0; i < 6; i++)
		data.args[i] = args[i];
	answer = run_filters(&data, &match);
	switch (answer & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG: /* the log is the kernel's audit log: nothing a guest sees */
		return true;
	case SECCOMP_RET_ERRNO:
		*ret = -(long)MIN(answer & SECCOMP_RET_DATA, MAX_ERRNO_DATA);
		return false;
	case SECCOMP_RET_TRAP:
		force_sigsys(CODE_SYS_SECCOMP, (int)(answer & SECCOMP_RET_DATA));
		*rolled_back = true;
		return false;
	case SECCOMP_RET_TRACE:
		if (again)
			return true;
		if (ptrace_seccomp(answer & SECCOMP_RET_DATA)) {
			*ret = (long)current->regs.ax;
			if ((s32)current->regs.orig_ax == -1)
				return false;
			memcpy(again_args, args, sizeof(again_args));
			reload_call(again_args);
			return filtered(again_args, ret, rolled_back, true);
		}
		*ret = -ENOSYS;
		return false;
	case SECCOMP_RET_USER_NOTIF:
		if (match && match->listener)
			return seccomp_notify_ask(&data, ret);
		*ret = -ENOSYS; /* nobody listens */
		return false;
	case SECCOMP_RET_KILL_THREAD:
		if (thread_kill_alone(SIGSYS))
			*rolled_back = true;
		else
			kill_process(rolled_back);
		return false;
	default:
		kill_process(rolled_back);
		return false;
	}
}

/* read, write, exit and sigreturn. */
static bool strict_allows(void)
{
	u32 nr = (u32)current->nr;

	if (current->sc_abi == ABI_64)
		return nr == NR64_read || nr == NR64_write || nr == NR64_exit ||
		       nr == NR64_rt_sigreturn;
	return nr == NR32_read || nr == NR32_write || nr == NR32_exit || nr == NR32_sigreturn;
}

/* True when the dispatch took the call. */
static bool dispatched(void)
{
	const struct user_dispatch *d = &current->dispatch;
	u8 state;

	if (!d->on || current->regs.ip - d->offset < d->len)
		return false;
	/* After POP and MOV, and after MOV alone: the vDSO's way back from handlers stays open. */
	if (current->sc_abi == ABI_32 && (current->regs.ip == mm->vdso32_sigreturn + 8 ||
					  current->regs.ip == mm->vdso32_rt_sigreturn + 7))
		return false;
	if (d->selector) {
		if (get_user(state, d->selector))
			signal_die(SIGSEGV);
		if (state == FILTER_ALLOW)
			return false;
		if (state != FILTER_BLOCK)
			signal_die(SIGSYS);
	}
	force_sigsys(CODE_SYS_DISPATCH, 0);
	return true;
}

bool syscall_dispatched(void)
{
	return entry_work.dispatch && dispatched();
}

bool seccomp_allows(const u64 *args, long *ret, bool *rolled_back)
{
	*rolled_back = false;
	if (current->seccomp_mode == SECCOMP_MODE_FILTER)
		return filtered(args, ret, rolled_back, false);
	if (current->seccomp_mode == SECCOMP_MODE_STRICT && !strict_allows())
		return kill_thread(SIGKILL, rolled_back);
	return true;
}

/* ---- Setting up ---- */

static bool may_assign(u32 mode)
{
	return !current->seccomp_mode || current->seccomp_mode == mode;
}

static long set_strict(void)
{
	if (!may_assign(SECCOMP_MODE_STRICT))
		return -EINVAL;
	current->seccomp_mode = SECCOMP_MODE_STRICT;
	current->no_tsc = true;
	cpu_set_tsd(true);
	entry_work.seccomp = true;
	return 0;
}

static long read_fprog(struct sock_fprog *fprog, guest_addr addr)
{
	struct {
		u16 len;
		u32 filter;
	} small;

	if (current->sc_abi == ABI_64)
		return copy_from_user(fprog, addr, sizeof(*fprog));
	if (get_user(small, addr))
		return -EFAULT;
	fprog->len = small.len;
	fprog->filter = (struct sock_filter *)(uintptr_t)small.filter; /* a guest's address */
	return 0;
}

/* seccomp_prepare_user_filter() */
static long read_filter(guest_addr addr, struct seccomp_filter **out)
{
	struct sock_fprog fprog;
	struct seccomp_filter *f;
	size_t bytes;

	if (read_fprog(&fprog, addr))
		return -EFAULT;
	if (!fprog.len || fprog.len > BPF_MAXINSNS)
		return -EINVAL;
	if (host(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 && !host_capable(CAP_SYS_ADMIN))
		return -EACCES;
	bytes = fprog.len * sizeof(f->prog[0]);
	f = malloc(sizeof(*f) + bytes);
	if (!f)
		return -ENOMEM;
	f->n = fprog.len;
	f->listener = false;
	if (copy_from_user(f->prog, (guest_addr)(uintptr_t)fprog.filter, bytes)) {
		free(f);
		return -EFAULT;
	}
	if (!bpf_valid(f->prog, f->n)) {
		free(f);
		return -EINVAL;
	}
	*out = f;
	return 0;
}

/* is_ancestor() */
static bool builds_on(const struct seccomp_filter *child, const struct seccomp_filter *parent)
{
	while (child && child != parent)
		child = child->prev;
	return child == parent;
}

/* seccomp_can_sync_threads(): 0, or the id of a thread that has filters of its own. */
static int cannot_sync(void)
{
	for (const struct task *t = thread_first(); t; t = t->next) {
		if (t == current || t->pid != current->pid || t->parked || !t->seccomp_mode)
			continue;
		if (t->seccomp_mode != SECCOMP_MODE_FILTER ||
		    !builds_on(current->seccomp_filter, t->seccomp_filter))
			return t->tid;
	}
	return 0;
}

static void sync_threads(void)
{
	for (struct task *t = thread_first(); t; t = t->next) {
		if (t->pid != current->pid || t->parked)
			continue;
		t->seccomp_filters = current->seccomp_filters;
		t->seccomp_filter = current->seccomp_filter;
		t->seccomp_mode = SECCOMP_MODE_FILTER;
	}
}

/* has_duplicate_listener() */
static bool has_listener(void)
{
	for (const struct seccomp_filter *f = current->seccomp_filter; f; f = f->prev)
		if (f->listener)
			return true;
	return false;
}

static long set_filter(u64 flags, guest_addr addr)
{
	int other = 0;
	struct seccomp_filter *f;
	u64 total;
	long err, fd = 0;

	if (flags & ~KNOWN_FLAGS)
		return -EINVAL;
	if ((flags & SECCOMP_FILTER_FLAG_TSYNC) && (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) &&
	    !(flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH))
		return -EINVAL;
	if ((flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) &&
	    !(flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
		return -EINVAL;
	err = read_filter(addr, &f);
	if (err)
		return err;
	total = f->n;
	for (const struct seccomp_filter *p = current->seccomp_filter; p; p = p->prev)
		total += p->n + 4;
	if (!may_assign(SECCOMP_MODE_FILTER))
		err = -EINVAL;
	else if ((flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) && has_listener())
		err = -EBUSY;
	else if (total > MAX_INSNS_PER_PATH)
		err = -ENOMEM;
	else if ((flags & SECCOMP_FILTER_FLAG_TSYNC) && (other = cannot_sync()))
		err = flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH ? -ESRCH : other;
	else if (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		err = MIN(fd = seccomp_notify_listen(flags), 0);
	else if ((flags & SECCOMP_FILTER_FLAG_TSYNC) && has_listener())
		err = seccomp_notify_sync();
	else if ((flags & SECCOMP_FILTER_FLAG_TSYNC) && thread_has_siblings() &&
		 host(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		seccomp_notify_sync(); /* which makes theirs so, too */
	if (err) {
		free(f);
		return err;
	}
	f->listener = flags & SECCOMP_FILTER_FLAG_NEW_LISTENER;
	f->log = flags & SECCOMP_FILTER_FLAG_LOG;
	f->prev = current->seccomp_filter;
	current->seccomp_filter = f;
	current->seccomp_filters++;
	current->seccomp_mode = SECCOMP_MODE_FILTER;
	if (flags & SECCOMP_FILTER_FLAG_TSYNC)
		sync_threads();
	entry_work.seccomp = true;
	return fd;
}

/* get_nth_filter() */
long seccomp_show_filter(u64 nr, u32 first, void *shown, size_t size)
{
	const struct seccomp_filter *f;
	struct seccomp_shown *to = shown;
	u64 count = 0;

	if (current->seccomp_mode != SECCOMP_MODE_FILTER)
		return -EINVAL;
	for (f = current->seccomp_filter; f; f = f->prev)
		count++;
	if (nr >= count)
		return -ENOENT;
	for (f = current->seccomp_filter; --count > nr;)
		f = f->prev;
	to->total = f->n;
	to->n = (u32)MIN((size - sizeof(*to)) / sizeof(to->prog[0]), f->n - MIN(first, f->n));
	to->flags = f->log ? SECCOMP_FILTER_FLAG_LOG : 0;
	memcpy(to->prog, f->prog + MIN(first, f->n), to->n * sizeof(to->prog[0]));
	return 0;
}

static long action_available(guest_addr addr)
{
	u32 action;

	if (get_user(action, addr))
		return -EFAULT;
	switch (action) {
	case SECCOMP_RET_KILL_PROCESS:
	case SECCOMP_RET_KILL_THREAD:
	case SECCOMP_RET_TRAP:
	case SECCOMP_RET_ERRNO:
	case SECCOMP_RET_TRACE:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_USER_NOTIF:
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

SYSCALL_DEFINE3(seccomp, (), SECCOMP_OP, op, HEX, flags, ADDR, uargs)
{
	switch (op) {
	case SECCOMP_SET_MODE_STRICT:
		return (u32)flags || uargs ? -EINVAL : set_strict();
	case SECCOMP_SET_MODE_FILTER:
		return set_filter((u32)flags, uargs);
	case SECCOMP_GET_ACTION_AVAIL:
		return (u32)flags ? -EINVAL : action_available(uargs);
	case SECCOMP_GET_NOTIF_SIZES:
		return host(SYS_seccomp, op, (u32)flags,
			    HP(user_out(uargs, sizeof(struct seccomp_notif_sizes))));
	default:
		return -EINVAL;
	}
}

long prctl_set_seccomp(u64 mode, guest_addr filter)
{
	switch (mode) {
	case SECCOMP_MODE_STRICT:
		return set_strict();
	case SECCOMP_MODE_FILTER:
		return set_filter(0, filter);
	default:
		return -EINVAL;
	}
}

long prctl_get_seccomp(void)
{
	return current->seccomp_mode;
}

void user_dispatch_clear(void)
{
	current->dispatch = (struct user_dispatch){0};
	entry_work.dispatch = false;
}

long prctl_user_dispatch(u64 mode, u64 offset, u64 len, guest_addr selector)
{
	switch (mode) {
	case PR_SYS_DISPATCH_OFF:
		if (offset || len || selector)
			return -EINVAL;
		user_dispatch_clear();
		return 0;
	case PR_SYS_DISPATCH_ON:
		if (offset && offset + len <= offset)
			return -EINVAL;
		/* access_ok(), of 32-bit programs, too: the next call looks at it */
		if (selector >= TASK_SIZE_64)
			return -EFAULT;
		current->dispatch = (struct user_dispatch){true, offset, len, selector};
		entry_work.dispatch = true;
		return 0;
	default:
		return -EINVAL;
	}
}
