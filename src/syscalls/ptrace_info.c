/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ptrace(2): the system call that a tracee stops at, its rseq area, its dispatch and its signals.
 */
#include "syscalls/ptrace_info.h"

#include <errno.h>
#include <linux/audit.h>
#include <string.h>

#include "mm/uaccess.h"
#include "syscalls/ptrace_regs.h"
#include "syscalls/siginfo.h"
#include "task/signal.h"

/* ---- The system call: ptrace_get_syscall_info(), ptrace_set_syscall_info() ---- */

struct syscall_info {
	u8 op, reserved;
	u16 flags;
	u32 arch;
	u64 ip, sp;
	union {
		struct {
			u64 nr, args[6];
		} entry;
		struct {
			s64 rval;
			u8 is_error;
		} exit;
		struct {
			u64 nr, args[6];
			u32 ret_data, reserved;
		} seccomp;
	};
};

static u64 info_size(u32 op)
{
	switch (op) {
	case TRACEE_OP_ENTRY:
		return offsetof(struct syscall_info, entry) + 56;
	case TRACEE_OP_EXIT:
		return offsetof(struct syscall_info, exit.is_error) + 1;
	case TRACEE_OP_SECCOMP:
		return offsetof(struct syscall_info, seccomp.ret_data) + 4;
	default:
		return offsetof(struct syscall_info, entry);
	}
}

long info_get_syscall(const struct tracee *t, u64 size, guest_addr data)
{
	struct syscall_info info = {.op = (u8)t->op};
	bool long_mode = t->regs.r.cs == USER_CS;
	u64 n = info_size(t->op);

	info.arch = regs_arch(t);
	info.ip = t->regs.r.ip;
	info.sp = t->regs.r.sp;
	if (t->op == TRACEE_OP_ENTRY || t->op == TRACEE_OP_SECCOMP) {
		info.entry.nr = t->op_nr;
		memcpy(info.entry.args, t->op_args, sizeof(t->op_args));
	}
	if (t->op == TRACEE_OP_SECCOMP)
		info.seccomp.ret_data = t->op_ret_data;
	if (t->op == TRACEE_OP_EXIT) {
		info.exit.rval = long_mode ? (s64)t->regs.r.ax : (s32)t->regs.r.ax;
		info.exit.is_error = info.exit.rval < 0 && info.exit.rval >= -4095;
	}
	if (copy_to_user(data, &info, MIN(n, size)))
		return -EFAULT;
	return (long)n;
}

/* Arguments stay as they are where there is to be no call. */
static long set_entry(struct tracee *t, const struct syscall_info *info)
{
	const u64 *a = info->entry.args;
	struct pt_regs *r = &t->regs.r;

	if ((s64)info->entry.nr != (s32)info->entry.nr)
		return -ERANGE;
	t->regs_changed = true;
	t->op_nr = r->orig_ax = info->entry.nr;
	if ((s32)info->entry.nr == -1)
		return 0;
	memcpy(t->op_args, a, sizeof(t->op_args));
	if (regs_arch(t) == AUDIT_ARCH_X86_64) {
		r->di = a[0];
		r->si = a[1];
		r->dx = a[2];
		r->r10 = a[3];
		r->r8 = a[4];
		r->r9 = a[5];
	} else {
		r->bx = (u32)a[0];
		r->cx = (u32)a[1];
		r->dx = (u32)a[2];
		r->si = (u32)a[3];
		r->di = (u32)a[4];
		r->bp = (u32)a[5];
	}
	return 0;
}

long info_set_syscall(struct tracee *t, u64 size, guest_addr data)
{
	struct syscall_info info;

	if (size < sizeof(info))
		return -EINVAL;
	if (get_user(info, data))
		return -EFAULT;
	if (info.flags || info.reserved || info.op != t->op)
		return -EINVAL;
	switch (info.op) {
	case TRACEE_OP_SECCOMP:
		return info.seccomp.reserved ? -EINVAL : set_entry(t, &info);
	case TRACEE_OP_ENTRY:
		return set_entry(t, &info);
	case TRACEE_OP_EXIT:
		t->regs.r.ax = (u64)info.exit.rval;
		t->regs_changed = true;
		return 0;
	default:
		return -EINVAL;
	}
}

/* ptrace_get_rseq_configuration() */
long info_get_rseq(const struct tracee *t, u64 size, guest_addr data)
{
	struct {
		u64 rseq;
		u32 size, signature, flags, pad;
	} conf = {.rseq = t->rseq};

	if (t->rseq) {
		conf.size = t->rseq_len;
		conf.signature = t->rseq_sig;
	}
	size = MIN(size, sizeof(conf));
	return copy_to_user(data, &conf, size) ? -EFAULT : (long)sizeof(conf);
}

/* syscall_user_dispatch_get_config(), syscall_user_dispatch_set_config(): it is the tracee's own to
 * tell and to set. */
long info_dispatch(struct tracee *t, u64 size, guest_addr data, bool set)
{
	long err;

	if (size != TRACEE_DISPATCH_SIZE)
		return -EINVAL;
	if (set && copy_from_user(t->buf, data, size))
		return -EFAULT;
	err = tracee_ask(t, ORDER_DISPATCH, 0, 0, set);
	return !err && !set && copy_to_user(data, t->buf, size) ? -EFAULT : err;
}

/* ptrace_peek_siginfo() */
long info_peek_signals(struct tracee *t, guest_addr args, guest_addr data)
{
	const siginfo_t *some = (void *)t->buf;
	struct {
		u64 off;
		u32 flags;
		s32 nr;
	} arg;
	long done = 0, n = 1;

	if (get_user(arg, args))
		return -EFAULT;
	if ((arg.flags & ~PEEK_SHARED) || arg.nr < 0)
		return -EINVAL;
	while (done < arg.nr && n > 0) {
		n = tracee_ask(t, ORDER_SIGNALS, arg.off + (u64)done, arg.flags, false);
		if (n < 0)
			return n;
		n = MIN(n, arg.nr - done);
		for (long i = 0; i < n; i++, done++)
			if (copy_siginfo_to_user(data + (u64)done * sizeof(siginfo_t), &some[i],
						 current->sc_abi))
				return done ? done : -EFAULT;
	}
	return done;
}
