/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/limits.h"
#include "task/signal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <ucontext.h>

#include "cpu/cpu.h"
#include "abi/entry_work.h"
#include "mm/mm.h"
#include "task/fork.h"
#include "task/ptrace.h"
#include "task/rseq.h"
#include "task/thread.h"
#include "trace/trace.h"

/* The disposition table of the process, or of all that share it. */
#define actions (current->sighand->action)

#define SIGNALS_CORE                                                                               \
	(SIGNALS_SYNC | SIGMASK(SIGQUIT) | SIGMASK(SIGABRT) | SIGMASK(SIGSYS) | SIGMASK(SIGXCPU) | \
	 SIGMASK(SIGXFSZ))

enum default_action { ACT_TERM, ACT_IGN, ACT_STOP };

static enum default_action default_action(int sig)
{
	switch (sig) {
	case SIGCHLD:
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
		return ACT_IGN;
	case SIGSTOP:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		return ACT_STOP;
	default:
		return ACT_TERM;
	}
}

/* ---- The host side ---- */

struct kernel_sigaction {
	void (*handler)(int, siginfo_t *, void *);
	unsigned long flags;
	void (*restorer)(void);
	u64 mask;
};

/* The restorer of rt_sigaction(2): the C library's own is not to be had. */
__asm__(".text\n"
	".type host_sigreturn, @function\n"
	"host_sigreturn:\n"
	"	movq $15, %rax\n"
	"	syscall\n"
	".size host_sigreturn, . - host_sigreturn\n");
extern void host_sigreturn(void);

static void host_set_mask(u64 mask)
{
	host(SYS_rt_sigprocmask, SIG_SETMASK, HP(&mask), 0, sizeof(mask));
}

u64 signal_host_mask(u64 guest_mask)
{
	return guest_mask & ~SIGNALS_SYNC;
}

void signal_set_blocked(u64 mask)
{
	current->blocked = mask & ~(SIGMASK(SIGKILL) | SIGMASK(SIGSTOP));
	host_set_mask(signal_host_mask(current->blocked));
	if (current->queued)
		current->pending = 1;
}

/* Pages that have given way to pages of zeros, and where they are meanwhile. */
static struct {
	u8 *at;
	long kept;
} faulted[8];
static u32 nr_faulted;

/* The guest's own access to a file mapping beyond the end of the file, or where there is no room
 * for a page, past a translation that was good when it was made: give it a page of zeros and the
 * signal a moment later, with the guest's address. */
static bool arena_fault(siginfo_t *info)
{
	u8 *addr = info->si_addr, *arena = mm_arena();
	long kept;

	if (addr < arena || addr >= arena + mm_arena_size())
		return false;
	info->si_addr = (void *)(uintptr_t)mm_guest(addr);
	addr = (u8 *)((uintptr_t)addr & PAGE_MASK);
	if (nr_faulted < ARRAY_SIZE(faulted)) {
		kept = host(SYS_mmap, 0, PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		kept = host(SYS_mremap, HP(addr), PAGE_SIZE, PAGE_SIZE,
			    MREMAP_MAYMOVE | MREMAP_FIXED, kept);
		if (kept < 0 && kept > -4096)
			return false;
		faulted[nr_faulted].at = addr;
		faulted[nr_faulted++].kept = kept;
	}
	return host(SYS_mmap, HP(addr), PAGE_SIZE, PROT_READ | PROT_WRITE,
		    MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == HP(addr);
}

/* The program is to meet the file again. */
static void put_back_faulted(void)
{
	while (nr_faulted) {
		nr_faulted--;
		host(SYS_mremap, faulted[nr_faulted].kept, PAGE_SIZE, PAGE_SIZE,
		     MREMAP_MAYMOVE | MREMAP_FIXED, HP(faulted[nr_faulted].at));
	}
	cpu_flush_all();
}

static void note(const siginfo_t *info, bool announced)
{
	if (current->queued < SIGNAL_QUEUE)
		current->queue[current->queued++] =
			(struct noted_signal){.info = *info, .announced = announced};
	current->pending = 1;
}

/* Out of the queue; host signals are kept away from it meanwhile. */
static void forget(u32 i)
{
	memmove(&current->queue[i], &current->queue[i + 1],
		(current->queued - i - 1) * sizeof(current->queue[0]));
	current->queued--;
}

static void host_handler(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	u64 all = signal_host_mask(~0UL);
	bool announced = signal_is_interrupt(info) && trace_on && trace_stop_asked(info);

	if (signal_is_interrupt(info)) {
		/* A tracer's write interrupts no call that its tracee has stopped at. */
		if (signal_is_code_mark(info) && current->in_stop)
			return;
		current->pending = 1;
		host_signal_fixup(context);
		if (current->driving)
			cpu_kick_from_signal();
		return;
	}
	if ((SIGNALS_FAULT & SIGMASK(sig)) && info->si_code > 0) {
		if (host_copy_fixup(context)) {
			host_copy_signal = sig;
			return;
		}
		if (sig != SIGBUS || !arena_fault(info)) {
			struct kernel_sigaction dfl = {0};

			warn("internal error: signal %d at host address %p, program counter %#llx",
			     sig, info->si_addr,
			     (unsigned long long)uc->uc_mcontext.gregs[REG_RIP]);
			host(SYS_rt_sigaction, sig, HP(&dfl), 0, 8);
			return;
		}
	}
	if (sig == SIGCHLD && !ptrace_sigchld(info, actions[sig].flags & SA_NOCLDSTOP))
		return;
	if (trace_on)
		trace_signal_noted(info);
	note(info, announced);
	memcpy(&uc->uc_sigmask, &all, sizeof(all));
	host_signal_fixup(context);
	if (current->driving) /* else another thread is in the engine */
		cpu_kick_from_signal();
}

/* A tracer is told of each signal of a tracee first, also of those that are ignored. */
static bool has_tracee(void)
{
	if (likely(!entry_work.ptrace))
		return false;
	for (const struct task *t = thread_first(); t; t = t->next)
		if (t->tracee && t->pid == current->pid)
			return true;
	return false;
}

/* Whether trapgate must see a signal for which the guest has the default action. */
static bool must_see_default(int sig)
{
	if ((SIGNALS_FAULT & SIGMASK(sig)) || has_tracee())
		return true;
	/* The call that brings it on is to fail first, and so be noticed (sandbox/limits_count.c).
	 */
	if (sig == SIGXFSZ && limits_rlimit_cap(RLIMIT_FSIZE) != RLIM_INFINITY)
		return true;
	if (current->vfork_fd >= 0 && default_action(sig) == ACT_TERM)
		return true;
	return trace_on && (default_action(sig) == ACT_TERM || trace_wants_signal(sig));
}

/* What has not changed is not said again: there are 62 at each fork and execve. */
static void install(int sig, const struct kernel_sigaction *k)
{
	struct host_action *was = &current->sighand->on_host[sig];

	if (was->handler == k->handler && was->flags == k->flags)
		return;
	*was = (struct host_action){k->handler, k->flags};
	host(SYS_rt_sigaction, sig, HP(k), 0, 8);
}

static void mirror_action(int sig)
{
	const struct k_sigaction *a = &actions[sig];
	struct kernel_sigaction k = {.flags = SA_SIGINFO | SA_RESTART | SA_RESTORER_FLAG,
				     .restorer = host_sigreturn,
				     .mask = ~SIGNALS_SYNC};

	k.flags |= a->flags & (SA_NOCLDSTOP | SA_NOCLDWAIT);
	if (sig == SIGKILL || sig == SIGSTOP)
		return;
	if (a->handler > 1 || (SIGNALS_SYNC & SIGMASK(sig)) ||
	    (a->handler == 0 && must_see_default(sig)))
		k.handler = host_handler;
	else if (a->handler == 1 && ((sig != SIGCHLD && trace_wants_signal(sig)) || has_tracee())) {
		/* A tracer sees ignored signals too; ignored children are still not waited for.
		 * (The host sends no SIGCHLD for these, and if trapgate listened, it would, and
		 * interrupt what waits.) */
		k.handler = host_handler;
		if (sig == SIGCHLD)
			k.flags |= SA_NOCLDWAIT;
	} else
		k.handler = (void (*)(int, siginfo_t *, void *))(uintptr_t)a->handler;
	install(sig, &k);
}

void signal_mirror_all(void)
{
	for (int sig = 1; sig <= NSIG_GUEST; sig++)
		mirror_action(sig);
}

void signal_init(void)
{
	static struct sighand first = {.users = 2}; /* never freed */
	struct kernel_sigaction k;
	u64 mask = 0;

	current->sighand = &first;
	memset(first.on_host, -1, sizeof(first.on_host)); /* not known */
	for (int sig = 1; sig <= NSIG_GUEST; sig++) {
		if (host(SYS_rt_sigaction, sig, 0, HP(&k), 8) == 0 &&
		    k.handler == (void (*)(int, siginfo_t *, void *))(uintptr_t)SIG_IGN)
			actions[sig].handler = 1;
		mirror_action(sig);
	}
	host(SYS_rt_sigprocmask, SIG_SETMASK, 0, HP(&mask), sizeof(mask));
	current->blocked = mask;
	signal_set_blocked(mask);
}

void signal_hold(void)
{
	host_set_mask(signal_host_mask(~0UL));
}

void signal_unhold(void)
{
	if (!current->queued) /* else all stay blocked until they are delivered */
		host_set_mask(signal_host_mask(current->blocked));
}

void signal_forked(bool vfork)
{
	current->queued = 0;
	/* Somebody may have asked for it already: ptrace_look(). */
	current->pending = tracee_table && tracee_table->used;
	/* Else what must_see_default() says has not changed. */
	for (int sig = 1; sig <= NSIG_GUEST && (vfork || trace_on || entry_work.ptrace); sig++)
		if (actions[sig].handler <= 1)
			mirror_action(sig);
	signal_unhold();
}

void signal_exec(void)
{
	for (int sig = 1; sig <= NSIG_GUEST; sig++) {
		if (actions[sig].handler > 1)
			actions[sig].handler = 0;
		actions[sig].flags = 0;
		actions[sig].mask = 0;
		actions[sig].restorer = 0;
		mirror_action(sig);
	}
	current->altstack.sp = current->altstack.size = 0; /* and its flags stay: Linux */
}

static void forget_ignored(int sig);

long signal_action(int sig, const struct k_sigaction *act, struct k_sigaction *old)
{
	if (sig < 1 || sig > NSIG_GUEST || (act && (sig == SIGKILL || sig == SIGSTOP)))
		return -EINVAL;
	if (old) {
		*old = actions[sig];
		old->flags &= ~(u64)SA_IA32_ABI;
	}
	if (act) {
		actions[sig] = *act;
		/* UAPI_SA_FLAGS: unknown bits read back as zero */
		actions[sig].flags &= SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK |
				      SA_RESTART | SA_NODEFER | SA_RESETHAND | SA_RESTORER_FLAG |
				      0x800 /* SA_EXPOSE_TAGBITS */;
		if (current->sc_abi == ABI_32)
			actions[sig].flags |= SA_IA32_ABI;
		actions[sig].mask &= ~(SIGMASK(SIGKILL) | SIGMASK(SIGSTOP));
		mirror_action(sig);
		if (act->handler == 1 && (signal_held() & SIGMASK(sig)))
			forget_ignored(sig);
	}
	return 0;
}

/* Whether the host will write a core file: what the status of the process will say. */
static bool dumps_core(int sig)
{
	struct rlimit lim = {0, 0};
	char pattern = 0;
	long fd;

	if (!(SIGNALS_CORE & SIGMASK(sig)))
		return false;
	fd = host(SYS_openat, AT_FDCWD, HP("/proc/sys/kernel/core_pattern"), O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		host(SYS_read, fd, HP(&pattern), 1);
		host(SYS_close, fd);
	}
	host(SYS_prlimit64, 0, RLIMIT_CORE, 0, HP(&lim));
	return pattern == '|' || lim.rlim_cur > 0;
}

/* The first process of a PID namespace is not killed by signals that it sends to itself, only by
 * exceptions (force_sig_info_to_task()). */
static void raise_exception(int sig)
{
	switch (sig) {
	case SIGSEGV:
		__asm__ volatile("movb $0, 0");
		break;
	case SIGBUS: /* #SS */
		__asm__ volatile("push %%rbp; movq %0, %%rbp; movb (%%rbp), %b0; pop %%rbp"
				 : "+a"((unsigned long){1UL << 63})
				 :
				 : "memory");
		break;
	case SIGILL:
		__asm__ volatile("ud2");
		break;
	case SIGFPE:
		__asm__ volatile("divl %%edx" ::"a"(0), "d"(0) : "cc");
		break;
	case SIGTRAP:
		__asm__ volatile("int3");
		break;
	default:
		break;
	}
}

void signal_die(int sig)
{
	struct kernel_sigaction dfl = {0};
	u64 mask = ~SIGMASK(sig);

	ptrace_exit_event(sig);
	thread_report_exits(sig);
	if (trace_on)
		trace_killed(current->tid, sig, dumps_core(sig), true);
	ptrace_exited(sig, true);
	ptrace_release_tracees(false);
	vfork_release();
	ptrace_await_tracer();
	host(SYS_rt_sigaction, sig, HP(&dfl), 0, 8);
	host_set_mask(mask);
	host(SYS_tgkill, host(SYS_getpid), host(SYS_gettid), sig);
	raise_exception(sig);
	host(SYS_kill, host(SYS_getpid), SIGKILL); /* not reached: sig kills */
	for (;;)
		host(SYS_exit_group, 128 + sig);
}

/* ---- Delivery ---- */

/* Settles a call that ended with -ERESTART*, as handle_signal() and arch_do_signal_or_restart()
 * do: `action` is the handler's that will run, NULL if none does. */
static void settle_restart(struct pt_regs *regs, const struct k_sigaction *action)
{
	const u32 nr_restart = current->sc_abi == ABI_64 ? SYS_restart_syscall : 0;
	long ret = current->restart;
	bool eintr = false;

	if (!ret)
		return;
	current->restart = 0;
	if (action) {
		if (ret == -ERESTART_RESTARTBLOCK || ret == -ERESTARTNOHAND)
			eintr = true;
		else if (ret == -ERESTARTSYS)
			eintr = !(action->flags & SA_RESTART);
	}
	if (eintr) {
		regs->ax = (u64)(s64)-EINTR;
		current->restart_block.fn = NULL;
		return;
	}
	regs->ax = ret == -ERESTART_RESTARTBLOCK ? nr_restart : (u32)current->nr;
	regs->ip -= 2;
}

bool on_altstack(u64 sp)
{
	const struct guest_stack *s = &current->altstack;

	if (s->flags & SS_AUTODISARM)
		return false;
	return sp > s->sp && sp - s->sp <= s->size;
}

u32 altstack_flags(u64 sp)
{
	if (!current->altstack.size)
		return SS_DISABLE;
	return on_altstack(sp) ? SS_ONSTACK : 0;
}

long altstack_set(const struct guest_stack *st, u64 sp, u64 min)
{
	u32 mode = st->flags & ~(u32)SS_AUTODISARM;

	if (on_altstack(sp))
		return -EPERM;
	if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
		return -EINVAL;
	if (st->sp == current->altstack.sp && st->size == current->altstack.size &&
	    st->flags == current->altstack.flags)
		return 0;
	if (mode == SS_DISABLE) {
		current->altstack = (struct guest_stack){.flags = st->flags};
		return 0;
	}
	if (st->size < min)
		return -ENOMEM;
	current->altstack = *st;
	return 0;
}

/* Runs a handler: the frame, the mask. */
static void handle(struct pt_regs *regs, struct signal_delivery *d)
{
	int sig = d->info->si_signo;
	struct k_sigaction action = actions[sig];
	siginfo_t segv = {.si_signo = SIGSEGV, .si_code = SI_KERNEL};
	bool stepping = current->stepping;
	int err;

	if (stepping) { /* user_disable_single_step() */
		regs->flags &= ~(u64)X86_EFLAGS_TF;
		current->stepping = false;
	}
	d->action = &action;
	d->mask = current->restore_sigmask ? current->saved_sigmask : current->blocked;
	settle_restart(regs, &action);
	rseq_signal(regs, sig);
	if (action.flags & SA_RESETHAND) {
		actions[sig].handler = 0;
		mirror_action(sig);
	}
	err = action.flags & SA_IA32_ABI ? frame_setup32(regs, d) : frame_setup64(regs, d);
	if (err) { /* force_sigsegv() */
		if (sig == SIGSEGV)
			actions[sig].handler = 0;
		signal_force(&segv, TRAPNO_KEEP, 0, 0);
		return;
	}
	regs->flags &= ~(u64)(X86_EFLAGS_DF | X86_EFLAGS_RF | X86_EFLAGS_TF);
	cpu_reset_fpu();
	current->restore_sigmask = false;
	if (current->altstack.flags & SS_AUTODISARM)
		current->altstack = (struct guest_stack){.flags = SS_DISABLE};
	current->blocked |= action.mask;
	if (!(action.flags & SA_NODEFER))
		current->blocked |= SIGMASK(sig);
	if (unlikely(stepping))
		ptrace_handler_set(regs);
}

static void stop_self(int sig)
{
	struct kernel_sigaction dfl = {0};

	if (trace_on)
		trace_stopped(current->tid, sig);
	if (current->tracee) {
		if (sig == SIGSTOP || !host_orphaned_group())
			ptrace_group_stop(sig);
		return;
	}
	install(sig, &dfl);
	host_set_mask(~SIGMASK(sig));
	host(SYS_tgkill, host(SYS_getpid), host(SYS_gettid), sig);
	mirror_action(sig);
}

/* A SIGSTOP that another process sends meanwhile. What comes with SIGCONT is noted behind it. */
static void show_stop(const siginfo_t *info)
{
	trace_signal(current->tid, info, 0);
	trace_stopped(current->tid, SIGSTOP);
	trace_stop_shown();
	host_set_mask(signal_host_mask(current->blocked));
	host_set_mask(signal_host_mask(~0UL));
}

/* Delivers entry i of the queue; true when registers changed. */
static bool deliver_one(u32 i, struct pt_regs *regs)
{
	siginfo_t info = current->queue[i].info;
	int sig = info.si_signo;
	struct signal_delivery d = {.info = &info};
	guest_addr handler = actions[sig].handler;

	if (current->queue[i].forced && current->queue[i].trapno != TRAPNO_KEEP) {
		current->last_trapno = current->queue[i].trapno;
		current->last_error_code = current->queue[i].error_code;
		if (current->queue[i].trapno == X86_TRAP_PF)
			current->last_cr2 = current->queue[i].cr2;
	} else if (!current->queue[i].forced && !handler && host(SYS_getpid) == 1) {
		handler = 1; /* SIGNAL_UNKILLABLE */
	}
	if (current->queue[i].forced && (handler == 1 || (current->blocked & SIGMASK(sig))))
		handler = actions[sig].handler = 0;
	if (unlikely(current->queue[i].announced)) {
		forget(i);
		show_stop(&info);
		return false;
	}
	forget(i);
	if (unlikely(current->tracee != NULL) && sig != SIGKILL) {
		sig = ptrace_signal(&info);
		handler = sig ? actions[sig].handler : 1;
	}
	if (trace_on && sig)
		trace_signal(current->tid, &info, regs->ip);
	if (handler == 1)
		return false;
	if (handler == 0) {
		if (default_action(sig) == ACT_TERM)
			signal_die(sig);
		if (default_action(sig) == ACT_STOP)
			stop_self(sig);
		return false;
	}
	d.trapno = current->last_trapno;
	d.error_code = current->last_error_code;
	d.cr2 = current->last_cr2;
	handle(regs, &d);
	return true;
}

/* The first noted signal that the guest does not block (forced ones cannot be blocked). */
static int next_deliverable(void)
{
	for (u32 i = 0; i < current->queued; i++)
		if (current->queue[i].forced ||
		    !(current->blocked & SIGMASK(current->queue[i].info.si_signo)))
			return (int)i;
	return -1;
}

/* Whether a noted signal is but shown. */
static bool is_ignored(const struct noted_signal *n)
{
	int sig = n->info.si_signo;

	if (n->announced)
		return true;
	return !n->forced && !(current->blocked & SIGMASK(sig)) &&
	       (actions[sig].handler == 1 ||
		(!actions[sig].handler && default_action(sig) == ACT_IGN));
}

bool signal_take_ignored(void)
{
	struct noted_signal n;

	if (!trace_on || !current->queued)
		return false;
	for (u32 i = 0; i < current->queued; i++)
		if (!is_ignored(&current->queue[i]))
			return false;
	trace_interrupted();
	while (current->queued && is_ignored(&current->queue[0])) {
		n = current->queue[0];
		forget(0);
		if (n.announced)
			show_stop(&n.info);
		else
			trace_signal(current->tid, &n.info, 0);
	}
	if (current->queued) /* a signal that has come with SIGCONT */
		return false;
	trace_resumed();
	current->pending = 0;
	host_set_mask(signal_host_mask(current->blocked));
	return true;
}

u64 signal_held(void)
{
	u64 set = 0;

	for (u32 i = 0; i < current->queued; i++)
		set |= SIGMASK(current->queue[i].info.si_signo);
	return set;
}

bool signal_take_held(u64 set, siginfo_t *info)
{
	u64 pending = 0, first;
	bool found = false;

	if (!(signal_held() & set))
		return false;
	host_set_mask(~0UL);
	host(SYS_rt_sigpending, HP(&pending), sizeof(pending));
	/* next_signal(): faults first, then by number */
	first = (pending | signal_held()) & set & (SIGNALS_FAULT | SIGMASK(SIGSYS));
	for (u32 i = 0; i < current->queued && !found; i++) {
		if (current->queue[i].forced ||
		    (first & -first) != SIGMASK(current->queue[i].info.si_signo))
			continue;
		*info = current->queue[i].info;
		forget(i);
		found = true;
	}
	host_set_mask(signal_host_mask(current->blocked));
	return found;
}

/* flush_sigqueue_mask(): what becomes ignored is not pending any more. */
static void forget_ignored(int sig)
{
	host_set_mask(~0UL);
	for (u32 i = current->queued; i-- > 0;)
		if (current->queue[i].info.si_signo == sig && !current->queue[i].forced)
			forget(i);
	host_set_mask(signal_host_mask(current->blocked));
}

/* Sends a noted signal again, to wait on the host for as long as it must: for any thread that does
 * not block it, for sigtimedwait(), signalfd and sigpending(). */
static void send_again(const struct noted_signal *n)
{
	int sig = n->info.si_signo;

	if (n->info.si_code == SI_TKILL)
		host(SYS_rt_tgsigqueueinfo, current->pid, current->tid, sig, HP(&n->info));
	else
		host(SYS_rt_sigqueueinfo, current->pid, sig, HP(&n->info));
}

/* Noted signals that cannot be delivered, because the guest has blocked them meanwhile or the
 * thread ends, go back to where they came from. Those that the host cannot block stay. The host's
 * mask is the guest's already. */
static void give_back(u64 blocked)
{
	struct noted_signal n;

	for (u32 i = 0; i < current->queued;) {
		n = current->queue[i];
		if (n.forced || !(blocked & ~SIGNALS_SYNC & SIGMASK(n.info.si_signo))) {
			i++;
			continue;
		}
		memmove(&current->queue[i], &current->queue[i + 1],
			(current->queued - i - 1) * sizeof(n));
		current->queued--;
		send_again(&n);
	}
}

void signal_deliver(void)
{
	struct pt_regs *regs = &current->regs;
	int i;

	if (!current->regs_held)
		cpu_get_regs(regs);
	current->regs_held = false;
	/* Looks again after the mask is set on the host: that lets the next signal in. */
	do {
		current->pending = 0;
		if (unlikely(mm_code_written))
			mm_forget_code();
		if (unlikely(nr_faulted))
			put_back_faulted();
		if (unlikely(tracee_table && tracee_table->used))
			ptrace_look(regs);
		while ((i = next_deliverable()) >= 0)
			deliver_one((u32)i, regs);
		if (current->restart)
			settle_restart(regs, NULL);
		if (current->restore_sigmask) {
			current->restore_sigmask = false;
			current->blocked = current->saved_sigmask;
		}
		host_set_mask(signal_host_mask(current->blocked));
		if (unlikely(current->queued))
			give_back(current->blocked);
	} while (current->pending);
	cpu_set_regs(regs);
}

void signal_queue(const siginfo_t *info)
{
	host_set_mask(signal_host_mask(~0UL));
	note(info, false);
}

bool signal_stop_self(int pid, int tid, int sig, const siginfo_t *with)
{
	siginfo_t info = {.si_signo = SIGSTOP, .si_code = tid ? SI_TKILL : SI_USER};

	if (likely(sig != SIGSTOP) || !trace_on || pid != current->pid ||
	    (tid && tid != current->tid))
		return false;
	info.si_pid = current->pid;
	info.si_uid = (uid_t)host(SYS_getuid);
	signal_queue(with ? with : &info);
	return true;
}

void signal_force(const siginfo_t *info, u64 trapno, u64 error_code, guest_addr cr2)
{
	u64 all = signal_host_mask(~0UL);

	host_set_mask(all);
	if (current->queued == SIGNAL_QUEUE)
		current->queued--;
	memmove(&current->queue[1], &current->queue[0],
		current->queued * sizeof(current->queue[0]));
	current->queued++;
	current->queue[0].info = *info;
	current->queue[0].forced = true;
	current->queue[0].trapno = trapno;
	current->queue[0].error_code = error_code;
	current->queue[0].cr2 = cr2;
	current->pending = 1;
}

/* ---- Threads ---- */

void signal_thread_starts(void)
{
	if (!current->pending)
		host_set_mask(signal_host_mask(current->blocked));
}

void signal_thread_ends(void)
{
	host_set_mask(~0UL);
	give_back(~0UL);
}
