/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/thread.h"

#include <ctype.h>
#include <errno.h>
#include <linux/futex.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "cpu/cpu.h"
#include "entry/entry.h"
#include "mm/peer.h"
#include "mm/uaccess.h"
#include "sandbox/limits.h"
#include "sandbox/path.h"
#include "syscalls/futex.h"
#include "task/exec.h"
#include "task/fork.h"
#include "task/ioport.h"
#include "task/lock.h"
#include "task/ptrace.h"
#include "task/rseq.h"
#include "task/run.h"
#include "task/signal.h"
#include "task/thread_exec.h"
#include "task/tls.h"
#include "trace/trace.h"

bool task_threaded;

/* Everything here is under the CPU lock. */
static struct task *tasks; /* of the address space; NULL: only the first one has ever been */
static struct task *only;  /* which one that is in a forked process */
static u32 departures;	   /* changes when a task leaves */

/* ---- Host threads ---- */

/* A host thread's stack and C library data. They are kept for the next thread: with the C library's
 * allocator used only under the CPU lock nothing of them has to be undone when a thread ends. */
struct thread_slot {
	struct thread_slot *next;
	int host_tid;	  /* the host kernel makes it 0 when the thread is gone ... */
	bool clears_word; /* ... unless that is a process, and clears a word of the guest's */
	bool busy;
	u8 *stack_end;
	char *tls;
	struct cpu_context *cpu;
	struct task task;
};

static struct thread_slot *slots;

#define STACK_SIZE  (512UL << 10)
#define STACK_GUARD PAGE_SIZE

/* Of the C library's loader: thread-local storage and a struct pthread, which the thread pointer
 * points to. */
extern void *_dl_allocate_tls(void *mem);
extern void __ctype_init(void);

/* The words of the thread control block that compilers and the C library rely on. */
enum { TCB_SELF = 0, TCB_PTHREAD = 2, TCB_CANARY = 5, TCB_POINTER_GUARD = 6 };

static char *thread_pointer(void)
{
	char *self;

	__asm__("movq %%fs:0, %0" : "=r"(self));
	return self;
}

static char *make_tls(void)
{
	u64 *mine = (u64 *)(void *)thread_pointer(), *tcb = _dl_allocate_tls(NULL);

	if (!tcb)
		return NULL;
	tcb[TCB_SELF] = tcb[TCB_PTHREAD] = (u64)(uintptr_t)tcb;
	tcb[TCB_CANARY] = mine[TCB_CANARY];
	tcb[TCB_POINTER_GUARD] = mine[TCB_POINTER_GUARD];
	return (char *)tcb;
}

static struct thread_slot *new_slot(void)
{
	struct thread_slot *s = calloc(1, sizeof(*s));
	u8 *map;

	if (!s)
		return NULL;
	map = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (map == MAP_FAILED) {
		free(s);
		return NULL;
	}
	mprotect(map, STACK_GUARD, PROT_NONE);
	s->stack_end = map + STACK_SIZE;
	s->tls = make_tls();
	if (!s->tls) {
		munmap(map, STACK_SIZE);
		free(s);
		return NULL;
	}
	s->cpu = cpu_context_new();
	s->next = slots;
	slots = s;
	return s;
}

/* In a build with AddressSanitizer. A thread that ends leaves its stack as its last calls marked
 * it. */
void __asan_unpoison_memory_region(const volatile void *addr, size_t size) __attribute__((weak));

/* Whether no host thread uses the slot any more. */
static bool is_unused(struct thread_slot *s)
{
	if (!s->busy && s->clears_word && !host_task_alive(s->task.tid)) {
		s->clears_word = false;
		s->host_tid = 0;
	}
	return !s->busy && !__atomic_load_n(&s->host_tid, __ATOMIC_SEQ_CST);
}

static struct thread_slot *get_slot(void)
{
	struct thread_slot *s = slots;

	while (s && !is_unused(s))
		s = s->next;
	if (!s)
		s = new_slot();
	if (s && __asan_unpoison_memory_region)
		__asan_unpoison_memory_region(s->stack_end - STACK_SIZE + STACK_GUARD,
					      STACK_SIZE - STACK_GUARD);
	return s;
}

/* current, as the host thread with this slot sees it. */
static inline void set_current(struct thread_slot *s, struct task *t)
{
	struct task **p = (void *)(s->tls + ((char *)&current - thread_pointer()));

	*p = t;
}

/* ---- The list ---- */

struct task *thread_find(int tid)
{
	struct task *t = tasks;

	if (!t)
		return current->tid == tid ? current : NULL;
	while (t && t->tid != tid)
		t = t->next;
	return t;
}

struct task *thread_first(void)
{
	return tasks ? tasks : current;
}

/* Where the first task of another guest of this run lies in its process. */
static bool first_of(pid_t pid, struct task **out)
{
	if (peer_read(pid, out, &tasks, sizeof(*out)))
		return false;
	if (*out)
		return true;
	if (peer_read(pid, out, &only, sizeof(*out)))
		return false;
	if (!*out)
		*out = task_initial();
	return true;
}

bool thread_copy(pid_t pid, int tid, struct task *out)
{
	struct task *at;

	if (pid == current->pid) {
		at = thread_find(tid);
		if (at)
			*out = *at;
		return at != NULL;
	}
	if (!first_of(pid, &at))
		return false;
	for (int i = 0; at && i < 1 << 16; i++) {
		if (peer_read(pid, out, at, sizeof(*out)))
			return false;
		if (out->tid == tid)
			return true;
		at = out->next;
	}
	return false;
}

static void leave(struct task *t)
{
	struct task **p = &tasks;

	while (*p && *p != t)
		p = &(*p)->next;
	if (*p)
		*p = t->next;
	lock_forget(t);
	ioport_drop(t);
	if (--t->sighand->users == 0)
		free(t->sighand);
	if (t->pid != t->tid)
		limits_thread_ended();
	if (t->slot)
		t->slot->busy = false;
	__atomic_add_fetch(&departures, 1, __ATOMIC_SEQ_CST);
	host(SYS_futex, HP(&departures), FUTEX_WAKE_PRIVATE, 0x7fffffff);
}

/* Others of the address space: of current's thread group, or all. */
static u32 count_others(bool group)
{
	u32 n = 0;

	for (struct task *t = tasks; t; t = t->next)
		n += t != current && (!group || t->pid == current->pid);
	return n;
}

bool thread_is_last(void)
{
	struct task *leader = task_threaded ? thread_find(current->pid) : NULL;

	return count_others(true) == (leader && leader != current && leader->parked);
}

static void become_threaded(void)
{
	if (task_threaded)
		return;
	mallopt(M_ARENA_MAX, 1); /* one lock for all threads anyway */
	if (!current->cpu)
		current->cpu = cpu_context_new();
	current->next = NULL;
	tasks = current;
	lock_start();
	task_threaded = sandbox_threads = true;
	entry_set_threaded(true);
}

static void become_single(void)
{
	current->next = NULL;
	tasks = NULL;
	task_threaded = sandbox_threads = false;
	entry_set_threaded(false);
	lock_reset();
}

void thread_forked(void)
{
	only = current;
	if (!task_threaded)
		return;
	for (struct thread_slot *s = slots; s; s = s->next) {
		s->busy = s == current->slot;
		s->clears_word = false;
		s->host_tid = 0;
	}
	current->sighand->users = 1; /* what the others had is lost: there is no telling */
	current->work = 0;
	become_single();
}

/* Where the host clears it at the end of the process, whatever ends that. */
static int *thread_clears(const struct task *t)
{
	return t->clear_child_tid & 3 ? NULL : user_out(t->clear_child_tid, 4);
}

void thread_clear_tid(guest_addr addr)
{
	struct task *t = current;

	t->clear_child_tid = addr;
	if (t->pid != t->tid)
		return;
	if (t->slot)
		t->slot->clears_word = true;
	host(SYS_set_tid_address, HP(thread_clears(t)));
}

/* ---- Start ---- */

/* The new host thread's first function. */
static void thread_main(void)
{
	struct task *t = current;

	__ctype_init();
	signal_thread_starts();
	rseq_thread_starts();
	lock_take();
	if (t->child_tid_addr)
		put_user(t->tid, t->child_tid_addr);
	if (trace_on && !t->untraced)
		trace_thread_started(t->tid);
	task_run();
}

#ifdef HOST_TSAN
/* ThreadSanitizer knows threads of pthread_create(3) alone, with their stacks and thread-local
 * blocks. It does not hear of their ends. */
static void *pthread_main(void *slot)
{
	struct thread_slot *s = slot;

	current = &s->task;
	host(SYS_set_tid_address, HP(&s->host_tid));
	__atomic_store_n(&s->host_tid, (int)host(SYS_gettid), __ATOMIC_SEQ_CST);
	thread_main();
	return NULL;
}

static long start(struct thread_slot *s, u64 flags, int *ptid)
{
	pthread_t thread;
	int err = flags & CLONE_THREAD ? pthread_create(&thread, NULL, pthread_main, s) : ENOSYS;

	if (err)
		return -err;
	pthread_detach(thread);
	while (__atomic_load_n(&s->host_tid, __ATOMIC_SEQ_CST) == 1)
		host(SYS_sched_yield);
	if (ptid)
		*ptid = s->host_tid;
	return s->host_tid;
}
#else
static long start(struct thread_slot *s, u64 flags, int *ptid)
{
	const u64 own = CLONE_CHILD_SETTID | CLONE_SETTLS;

	set_current(s, &s->task);
	return host_clone_thread((flags & ~own) | CLONE_SETTLS | CLONE_CHILD_CLEARTID, s->stack_end,
				 ptid, s->clears_word ? thread_clears(&s->task) : &s->host_tid,
				 s->tls, thread_main);
}
#endif

/* What the CPU has for the child: the parent's state with the child's registers. */
static long make_context(struct task *t, const struct fork_args *args)
{
	u64 tls[ARRAY_SIZE(t->tls)];
	long err = 0;

	cpu_set_regs(&current->regs);
	cpu_context_save(current->cpu);
	memcpy(tls, current->tls, sizeof(tls));
	t->regs = current->regs;
	if (args->stack)
		t->regs.sp = args->stack;
	cpu_set_regs(&t->regs);
	if (args->flags & CLONE_SETTLS)
		err = tls_set_for_clone(args->tls);
	cpu_context_save(t->cpu);
	memcpy(t->tls, current->tls, sizeof(tls));
	memcpy(current->tls, tls, sizeof(tls));
	for (int i = 0; i < (int)ARRAY_SIZE(tls); i++)
		cpu_set_gdt(GDT_TLS_MIN + i, tls[i]);
	cpu_context_load(current->cpu);
	return err;
}

static long make_task(struct task *t, struct thread_slot *s, const struct fork_args *args)
{
	memset(t, 0, sizeof(*t));
	t->slot = s;
	t->cpu = s->cpu;
	t->abi = current->abi;
	t->sc_abi = current->sc_abi;
	t->gate = current->gate;
	t->nr = current->nr;
	t->blocked = current->blocked;
	if (args->flags & CLONE_VFORK)
		t->altstack = current->altstack;
	else
		t->altstack.flags = SS_DISABLE; /* sas_ss_reset() */
	t->vfork_fd = -1;
	t->forked_by = current->forked_by;
	if (!(args->flags & (CLONE_PARENT | CLONE_THREAD))) {
		t->forked_by.pid = current->pid;
		t->forked_by.tid = current->tid;
	}
	t->forked = true;
	t->untraced = current->untraced || !trace_follows();
	t->seccomp_mode = current->seccomp_mode;
	t->seccomp_filters = current->seccomp_filters;
	t->seccomp_filter = current->seccomp_filter;
	ioport_share(t);
	if (args->flags & CLONE_CHILD_CLEARTID)
		t->clear_child_tid = args->child_tid;
	if (args->flags & CLONE_CHILD_SETTID)
		t->child_tid_addr = args->child_tid;
	return make_context(t, args);
}

static struct sighand *child_sighand(u64 flags)
{
	struct sighand *h = current->sighand;

	if (!(flags & CLONE_SIGHAND)) {
		h = malloc(sizeof(*h));
		if (!h)
			fatal("out of memory");
		*h = *current->sighand;
		h->users = 0;
	}
	h->users++;
	return h;
}

long thread_clone(const struct fork_args *args, u64 host_flags, const struct ptrace_fork *traced)
{
	struct thread_slot *s;
	struct task *t;
	int *ptid = NULL;
	long ret;

	become_threaded();
	if (!(args->flags & CLONE_THREAD))
		lock_between_processes = true;
	s = get_slot();
	if (!s)
		return -EAGAIN;
	t = &s->task;
	ret = make_task(t, s, args);
	if (ret)
		return ret;
	t->sighand = child_sighand(args->flags);
	if (args->flags & CLONE_PARENT_SETTID)
		ptid = user_out(args->parent_tid, 4);
	else if (args->flags & CLONE_PIDFD)
		ptid = user_out(args->pidfd, 4);
	s->busy = true;
	s->clears_word = !(args->flags & CLONE_THREAD) && t->clear_child_tid;
	s->host_tid = 1;
	t->next = current->next;
	current->next = t;
	ret = start(s, host_flags, ptid);
	if (ret < 0) {
		s->host_tid = 0;
		s->clears_word = false;
		leave(t);
		return ret;
	}
	t->tid = (int)ret;
	t->pid = args->flags & CLONE_THREAD ? current->pid : t->tid;
	ptrace_fork_child(traced, t);
	return ret;
}

/* ---- The end ---- */

/* Leaves the address space and, unless it is the leader of others, the host. */
static _Noreturn void depart(struct task *t, int code)
{
	bool process = t->pid == t->tid; /* of CLONE_VM without CLONE_THREAD */

	leave(t);
	lock_drop();
	for (;;)
		host(process ? SYS_exit_group : SYS_exit, code);
}

static void let_go(struct task *t, int code)
{
	ptrace_exited(t->exit_signal ? t->exit_signal : (code & 0xff) << 8, false);
	ptrace_release_tracees(true);
	signal_thread_ends();
	futex_exit(t, true);
}

/* A leader waits for the others' end, which is the process's with the last one's status, or for one
 * of them to execute a program in its place. */
static _Noreturn void park(void)
{
	struct task *t = current;

	t->parked = true;
	for (;;) {
		while (!t->work) {
			lock_drop();
			host(SYS_futex, HP(&t->work), FUTEX_WAIT_PRIVATE, 0, 0);
			lock_take();
		}
		thread_work();
		if (!task_threaded) /* a program was executed */
			break;
	}
	t->parked = false;
	task_run();
}

void thread_exit(int code)
{
	struct task *t = current, *leader;

	if (!task_threaded)
		return;
	if (!count_others(true)) {
		if (!count_others(false))
			return;
		let_go(t, code);
		depart(t, code);
	}
	let_go(t, code);
	leader = thread_find(t->pid);
	if (leader && leader->parked && count_others(true) == 1) {
		thread_group_exit(); /* the last one's status is the process's */
		if (t->exit_signal)
			signal_die(t->exit_signal);
		for (;;)
			host(SYS_exit_group, code);
	}
	if (t->exit_signal && trace_on && !t->untraced)
		trace_killed(t->tid, t->exit_signal, false, false);
	if (leader == t)
		park();
	depart(t, code);
}

bool thread_kill_alone(int sig)
{
	if (!task_threaded || !count_others(true))
		return false;
	current->exit_signal = sig;
	current->work |= WORK_KILLED;
	current->pending = 1;
	return true;
}

void thread_group_exit(void)
{
	struct task *t, *next;
	bool shared;

	if (!task_threaded)
		return;
	shared = false;
	for (t = tasks; t; t = t->next)
		shared |= t->pid != current->pid;
	for (t = tasks; t; t = next) {
		next = t->next;
		if (t->pid != current->pid)
			continue;
		if (t != current)
			futex_exit(t, shared);
		if (shared && t != current)
			leave(t);
	}
	if (shared) {
		futex_exit(current, true);
		leave(current);
		lock_drop();
	}
}

/* ---- Execution by another thread, end by another thread ---- */

void thread_wait_moment(u32 *word, u32 value)
{
	struct timespec ts = {0, 2000000};

	lock_drop();
	host(SYS_futex, HP(word), FUTEX_WAIT_PRIVATE, value, HP(&ts));
	lock_take();
}

void thread_await_vfork(int tid)
{
	while (thread_find(tid) && host_task_alive(tid) && !(current->work & WORK_DIE))
		thread_wait_moment(&departures, departures);
}

void thread_ask(struct task *t, u32 work)
{
	t->work |= work;
	if (t->parked)
		host(SYS_futex, HP(&t->work), FUTEX_WAKE_PRIVATE, 1);
	else
		signal_interrupt(t);
}

static bool reports_exit(const struct task *t)
{
	const struct tracee *traced = t == current || t->parked ? NULL : tracee_find(t->tid);

	return traced && t->pid == current->pid && (traced->options & PTRACE_O_TRACEEXIT) &&
	       tracee_has_tracer(traced);
}

/* Somebody else ends the process. */
static _Noreturn void await_end(void)
{
	current->work &= ~(u32)WORK_REPORT;
	signal_thread_ends();
	lock_drop();
	for (;;)
		host(SYS_pause);
}

void thread_report_exits(int status)
{
	if (!task_threaded || !current->driving)
		return;
	if (current->work & WORK_REPORT)
		await_end();
	for (struct task *t = tasks; t; t = t->next)
		if (reports_exit(t)) {
			t->exit_report = status;
			thread_ask(t, WORK_REPORT);
		}
	for (bool more = true; more && !(current->work & WORK_DIE);) {
		more = false;
		for (struct task *t = tasks; t; t = t->next)
			if (reports_exit(t) && (t->work & WORK_REPORT)) {
				more = true;
				thread_ask(t, WORK_REPORT);
			}
		if (more)
			thread_wait_moment(&departures, departures);
	}
}

void thread_exec(void)
{
	int by = current->exec_request ? current->exec_request->from->tid : 0;

	if (!task_threaded) {
		ptrace_await_reaped();
		return;
	}
	if (by)
		ptrace_replace_leader(current->exec_request->from);
	while (count_others(true)) {
		u32 seen = departures;

		for (struct task *t = tasks; t; t = t->next)
			if (t != current && t->pid == current->pid)
				thread_ask(t, WORK_DIE);
		thread_wait_moment(&departures, seen);
	}
	ptrace_await_reaped();
	for (struct thread_slot *s = slots; s; s = s->next)
		while (!s->busy && !is_unused(s))
			host(SYS_sched_yield);
	if (unlikely(trace_on))
		trace_execs_alone(current->tid, by);
	if (!count_others(false))
		become_single();
}

void thread_lost(int tid)
{
	struct task *t = thread_find(tid), *next;
	int pid = t ? t->pid : 0;

	for (t = tasks; t; t = next) {
		next = t->next;
		if (t == current || t->pid != pid)
			continue;
		t->robust_list = 0; /* the host has been there */
		futex_exit(t, true);
		leave(t);
	}
}

void thread_reaped(int pid)
{
	const struct task *t = task_threaded ? thread_find(pid) : NULL;

	if (t && t != current && t->pid == pid && host(SYS_tkill, pid, 0) == -ESRCH)
		thread_lost(pid);
}

bool thread_shares_memory(void)
{
	return task_threaded && count_others(false) != count_others(true);
}

bool thread_has_siblings(void)
{
	return task_threaded && count_others(true);
}

void thread_leave_memory(void)
{
	leave(current);
	lock_drop();
}

void thread_work(void)
{
	if (current->work & WORK_REPORT) {
		ptrace_exit_event(current->exit_report);
		await_end();
	}
	if (current->work & WORK_DIE) {
		ptrace_exit_event(0);
		let_go(current, 0);
		depart(current, 0);
	}
	if (current->work & WORK_KILLED) {
		current->work &= ~(u32)WORK_KILLED;
		current->regs_held = false;
		thread_exit(0);
		signal_die(current->exit_signal); /* the others have gone meanwhile */
	}
	if (current->work & WORK_EXEC) {
		current->work &= ~(u32)WORK_EXEC;
		if (current->exec_request)
			thread_exec_for(current->exec_request);
	}
	if (task_threaded && !tasks->next)
		become_single();
	else if (task_threaded && lock_wanted())
		lock_yield();
}
