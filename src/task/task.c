/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The run loop: who runs and why it stopped. */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "abi/entry_work.h"
#include "cpu/cpu.h"
#include "entry/entry.h"
#include "entry/kernel.h"
#include "mm/mm.h"
#include "mm/peer.h"
#include "mm/uaccess.h"
#include "net/unix_name.h"
#include "sandbox/harden.h"
#include "sandbox/path.h"
#include "sandbox/sandbox.h"
#include "syscalls/contain.h"
#include "syscalls/personality.h"
#include "syscalls/procfs.h"
#include "syscalls/rlimit.h"
#include "syscalls/seccomp_notify.h"
#include "task/backtrace.h"
#include "task/exe.h"
#include "task/exec.h"
#include "task/ioport.h"
#include "task/ptrace.h"
#include "task/rseq.h"
#include "task/run.h"
#include "task/signal.h"
#include "task/thread.h"
#include "task/umip.h"
#include "task/vsyscall.h"
#include "syscall_nr.h"

static struct task the_task = {.vfork_fd = -1, .driving = true};
_Thread_local struct task *current = &the_task;

struct task *task_initial(void)
{
	return &the_task;
}

/* ---- Exceptions (arch/x86/kernel/traps.c) ---- */

static int fpe_code(u16 status, u16 masks) /* fpu__exception_code() */
{
	u16 err = status & (u16)~masks;

	if (err & 0x01)
		return FPE_FLTINV;
	if (err & 0x04)
		return FPE_FLTDIV;
	if (err & 0x08)
		return FPE_FLTOVF;
	if (err & 0x12)
		return FPE_FLTUND;
	if (err & 0x20)
		return FPE_FLTRES;
	return 0;
}

static void math_error(siginfo_t *info, bool sse, guest_addr ip)
{
	struct cpu_fxstate fx;

	cpu_get_fpu(&fx);
	info->si_signo = SIGFPE;
	info->si_code = sse ? fpe_code((u16)fx.mxcsr, (u16)(fx.mxcsr >> 7))
			    : fpe_code(fx.swd, fx.cwd & 0x3f);
	info->si_addr = (void *)(uintptr_t)ip;
}

static void page_fault(const struct cpu_exit *e)
{
	siginfo_t info = {.si_signo = SIGSEGV};
	int access = e->error_code & 16 ? CPU_EXEC : e->error_code & 2 ? CPU_WRITE : CPU_READ;
	u64 error = e->error_code;

	mm_fault_info(e->fault_addr, access, &info.si_signo, &info.si_code);
	info.si_addr = (void *)(uintptr_t)e->fault_addr;
	if (e->fault_addr >= TASK_SIZE_64 || mm_present(e->fault_addr))
		error |= 1; /* set_signal_archinfo(): the kernel's addresses look present */
	signal_force(&info, X86_TRAP_PF, error, e->fault_addr);
}

static void do_exception(const struct cpu_exit *e)
{
	struct pt_regs regs;
	siginfo_t info;

	if (e->vector == X86_TRAP_PF) {
		if (!vsyscall_emulate(e))
			page_fault(e);
		return;
	}
	cpu_get_regs(&regs);
	if (e->vector == X86_TRAP_GP && umip_emulate(&regs))
		return;
	memset(&info, 0, sizeof(info));
	info.si_signo = SIGSEGV;
	info.si_code = SI_KERNEL;
	switch (e->vector) {
	case X86_TRAP_DE:
		info.si_signo = SIGFPE;
		info.si_code = FPE_INTDIV;
		info.si_addr = (void *)(uintptr_t)regs.ip;
		break;
	case X86_TRAP_DB:
		info.si_signo = SIGTRAP;
		info.si_code = e->dr6 & DR6_STEP    ? TRAP_TRACE
			       : e->dr6 & DR6_TRAPS ? TRAP_HWBKPT
						    : TRAP_BRKPT;
		current->debug.reg[6] = e->dr6;
		info.si_addr = (void *)(uintptr_t)regs.ip;
		break;
	case X86_TRAP_BP:
		info.si_signo = SIGTRAP;
		break;
	case X86_TRAP_UD:
		info.si_signo = SIGILL;
		info.si_code = ILL_ILLOPN;
		info.si_addr = (void *)(uintptr_t)regs.ip;
		break;
	case X86_TRAP_NP:
	case X86_TRAP_SS:
		info.si_signo = SIGBUS;
		break;
	case X86_TRAP_AC:
		info.si_signo = SIGBUS;
		info.si_code = BUS_ADRALN;
		break;
	case X86_TRAP_MF:
	case X86_TRAP_XF:
		math_error(&info, e->vector == X86_TRAP_XF, regs.ip);
		break;
	default:
		break;
	}
	signal_force(&info, (u64)e->vector, e->error_code, 0);
}

/* ---- The loop ---- */

void task_run(void)
{
	for (;;) {
		struct cpu_exit e;

		if (unlikely(task_threaded))
			thread_work();
		if (current->deferred || unlikely(current->odd_entry))
			entry_deferred();
		if (unlikely(current->work & WORK_KILLED))
			continue;
		if (current->pending)
			signal_deliver();
		if (unlikely(rseq_resume()))
			continue;
		if (unlikely(steps_open))
			steps_finish();
		if (unlikely(entry_work.code))
			mm_shared_code_check();
		e = cpu_run();
		if (unlikely(entry_work.ptrace) && !current->deferred && !current->odd_entry)
			current->regs.orig_ax = ~0UL; /* no call brought it here */
		if (unlikely(e.reason == CPU_EXIT_EXCEPTION))
			do_exception(&e);
	}
}

static bool fill(guest_addr page, enum cpu_access access, struct cpu_xlate *out)
{
	return mm_fill(page, (int)access, out);
}

static u32 ahead(guest_addr page, enum cpu_access access, u32 max)
{
	return mm_ahead(page, (int)access, max);
}

/* A failure to start, in shell's terms. */
static _Noreturn void cannot_run(const struct run_options *opt, int err, const char *why)
{
	switch (err) {
	case -ENOENT:
	case -ENOTDIR:
		die(127, "%s: %s", opt->name, why[0] ? why : "not found");
	default:
		die(126, "%s: %s", opt->name, why[0] ? why : strerror(-err));
	}
}

/* A script's interpreter has other arguments than the script was called with. Those are all on the
 * stack but for the name, which its path has replaced: puts that and a list of pointers below the
 * stack pointer, for as long as the call is shown. Returns the list's address and *n, what is to be
 * wiped; or 0. */
static guest_addr script_arguments(char *const *argv, u64 argc, u64 word, size_t *n)
{
	guest_addr have = mm->start_stack + word, at;
	size_t want = 0, name = argv[0] ? strlen(argv[0]) + 1 : 0;
	bool ok = true;
	u64 p = 0;

	while (argv[want])
		want++;
	if (!want || want >= argc) /* no script: its interpreter is one more argument */
		return 0;
	*n = (want + 1) * word + name;
	at = (mm->start_stack - *n - 256) & ~15ULL;
	if (*n > (64U << 10) || copy_to_user(at + (want + 1) * word, argv[0], name))
		return 0;
	for (size_t i = 0; i < want; i++) {
		p = at + (want + 1) * word;
		if (i)
			ok &= !copy_from_user(&p, have + (argc - want + i) * word, word);
		ok &= !copy_to_user(at + i * word, &p, word);
	}
	return ok ? at : 0;
}

/* The call that a tracer expects first. What it was called with lies on the new stack. */
static void trace_first_execve(char *const *argv)
{
	static const u8 zeros[64U << 10];
	guest_addr list;
	size_t n = 0;
	bool compat = current->abi == ABI_32;
	u32 nr = compat ? NR32_execve : NR64_execve;
	u64 word = compat ? 4 : 8, argc = 0, args[6] = {0};
	struct trace_call call = {
		.pid = current->tid,
		.abi = current->abi,
		.gate = compat ? GATE_INT80 : GATE_SYSCALL,
		.nr = nr,
		.row = compat ? &ia32_sys_call_table[nr] : &sys_call_table[nr],
		.args = args,
	};

	long ret;

	copy_from_user(&argc, mm->start_stack, word);
	for (size_t i = 0; i < mm->nr_auxv; i += 2)
		if (mm->auxv[i] == AT_EXECFN)
			args[0] = mm->auxv[i + 1];
	args[1] = mm->start_stack + word;
	args[2] = args[1] + (argc + 1) * word;
	list = script_arguments(argv, argc, word, &n);
	if (list)
		args[1] = list;
	trace_enter(&call, &ret);
	trace_exit(&call, 0);
	if (list)
		copy_to_user(list, zeros, n);
}

static bool prepared;

void task_prepare(enum cpu_model model, bool steps)
{
	static struct cpu_ops ops = {
		.fill = fill, .ahead = ahead, .spare = mm_spare, .gate = entry_gate};

	rlimit_init();
	mm_init();
	ops.boot = kernel_boot(model);
	if (steps)
		ops.gate = steps_gate;
	cpu_init(&ops, mm_arena(), mm_arena_size(), model);
	prepared = true;
}

int task_main(const struct run_options *opt)
{
	const char *wrong;
	char why[256];
	int err;

	current->pid = (int)host(SYS_getpid);
	current->tid = (int)host(SYS_gettid);
	rlimit_init();
	rseq_init();
	personality_init();
	if (!prepared)
		task_prepare(opt->cpu_model, opt->steps);
	peer_init();
	ptrace_init();
	seccomp_notify_init();
	if (opt->steps)
		steps_start(opt->steps);
	ioport_init();
	signal_init();
	sandbox_exe = exe_name;
	sandbox_exe_fd = exe_held_fd;
	sandbox_knows_pid = run_has_pid;
	if (sandbox_on) {
		contain_init();
		unix_name_init();
	}
	exec_static_only = opt->static_only;
	exec_vsyscall_int80 = opt->vsyscall_int80;
	err = exec_load(opt->path, opt->argv, opt->envp, why, sizeof(why));
	if (err)
		cannot_run(opt, err, why);
	if (opt->loaded)
		*opt->loaded = true;
	if (opt->trace) {
		struct trace_options t = opt->trace_options;

		t.read_mem = copy_from_user;
		t.write_mem = copy_to_user;
		t.backtrace = backtrace_walk;
		wrong = trace_start(&t);
		if (wrong)
			fatal("%s", wrong);
		trace_first_execve(opt->argv);
		signal_mirror_all(); /* a tracer sees signals that have the default action */
	}
	if (sandbox_on || opt->harden)
		harden_start();
	task_run();
}
