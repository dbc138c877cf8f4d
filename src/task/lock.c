/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/lock.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <time.h>

#include "abi/pt_regs.h"
#include "cpu/cpu.h"
#include "task/ptrace.h"
#include "task/robust.h"
#include "task/task.h"
#include "task/thread.h"

/* A free lock may be taken by whoever comes first: handing it on in order would make a thread
 * switch of each system call. So that nobody waits for ever, a thread that has waited for a time
 * slice becomes `starving`: the holder is asked to leave the engine, and nobody else may take the
 * lock before the starving one. */
#define SLICE_NS     400000L
#define SPINS	     40
#define GIVE_WAY_NS  20000L /* about what it costs to sleep and be woken */
#define DEATH_ROUNDS 32	    /* so often a waiter looks before it asks whether the holder lives */

enum { WAIT_ANY = 1, WAIT_STARVING = 2 }; /* bits of FUTEX_WAIT_BITSET */

static struct {
	u32 held;     /* by the thread with this id */
	u32 waiters;  /* threads in take_slowly() that may sleep */
	u32 woken;    /* one of them was woken and has not looked yet */
	u32 spinning; /* one of them is looking without sleeping */
	u32 turns;    /* how often the lock was taken */
	struct task *starving;
} lock __attribute__((aligned(64)));

#define WATCH_NS  100000L /* twice what a wake-up from an idle CPU may take */
#define HOPE_MAX  8
#define HOPE_LOST 64 /* so many waits go by before another one is tried */

/* Whether watching a word is worth it: it has been of late, or is tried again. */
static struct {
	u32 busy; /* a thread watches: one is enough for two CPUs */
	int hope; /* that a word changes before long */
	u32 tries;
} watch __attribute__((aligned(64))) = {.hope = 1};

static struct task *loaded; /* whose registers are in the engine; NULL: nobody's */
static bool can_spin;
bool lock_between_processes;

#define LOAD(x)	      __atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define STORE(x, v)   __atomic_store_n(&(x), (v), __ATOMIC_SEQ_CST)
#define ADD(x, v)     __atomic_add_fetch(&(x), (v), __ATOMIC_SEQ_CST)
#define SWAP(x, o, n) (__sync_bool_compare_and_swap(&(x), (o), (n)))

static bool try_take(void)
{
	struct task *starving = LOAD(lock.starving);

	return (!starving || starving == current) && !LOAD(lock.held) &&
	       SWAP(lock.held, 0, (u32)current->tid);
}

static s64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

/* Only one thread looks without sleeping, for about the time that a short system call needs. */
static bool spin(void)
{
	bool got = false;

	if (!can_spin || !SWAP(lock.spinning, 0, 1))
		return false;
	for (int i = 0; i < SPINS && !got; i++) {
		__builtin_ia32_pause();
		got = try_take();
	}
	STORE(lock.spinning, 0);
	return got;
}

/* The same for a thread whose guest spins, and would go on doing so. */
static bool spin_on(void)
{
	s64 end = now_ns() + GIVE_WAY_NS;
	bool got = false;

	if (!can_spin || !SWAP(lock.spinning, 0, 1))
		return false;
	do {
		for (int i = 0; i < 8 && !got; i++) {
			__builtin_ia32_pause();
			got = try_take();
		}
	} while (!got && now_ns() < end);
	STORE(lock.spinning, 0);
	return got;
}

/* Sleeps while the lock is held as it is: by the thread `held`, or by nobody. */
static void sleep_held(u32 held, bool starving, struct timespec *slice)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += slice->tv_nsec;
	if (end.tv_nsec >= 1000000000) {
		end.tv_nsec -= 1000000000;
		end.tv_sec++;
	}
	host(SYS_futex, HP(&lock.held), FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, held, HP(&end), 0,
	     starving ? WAIT_STARVING : WAIT_ANY);
}

/* Threads of one group end together, but another process that has the address space by CLONE_VM may
 * be killed while it holds the lock. Takes it over from such a one, whose id is the result, or 0.
 */
static u32 inherit(void)
{
	struct task *starving = LOAD(lock.starving);
	u32 held = LOAD(lock.held);

	if (!lock_between_processes)
		return 0;
	STORE(lock.spinning, 0); /* it may have been that one */
	if (starving && !host_task_alive(starving->tid))
		SWAP(lock.starving, starving, NULL);
	if (!held || host_task_alive((int)held))
		return 0;
	return SWAP(lock.held, held, (u32)current->tid) ? held : 0;
}

/* Returns the thread that has been killed and from whom it was taken, or 0. */
static u32 take_sleeping(void)
{
	struct timespec slice = {0, SLICE_NS};
	s64 since = now_ns();
	u32 dead = 0, rounds = 0, held;

	for (;;) {
		STORE(lock.woken, 0);
		if (try_take() || (++rounds % DEATH_ROUNDS == 0 && (dead = inherit())))
			break;
		if (LOAD(lock.starving) != current && now_ns() - since >= SLICE_NS)
			SWAP(lock.starving, NULL, current);
		if (LOAD(lock.starving) == current)
			cpu_kick_from_signal();
		held = LOAD(lock.held);
		if (held)
			sleep_held(held, LOAD(lock.starving) == current, &slice);
		else /* kept for the starving one, who is on its way */
			host(SYS_sched_yield);
	}
	if (LOAD(lock.starving) == current)
		STORE(lock.starving, NULL);
	return dead;
}

static u32 take_slowly(void)
{
	u32 dead;

	if (spin())
		return 0;
	ADD(lock.waiters, 1);
	dead = take_sleeping();
	ADD(lock.waiters, (u32)-1);
	return dead;
}

/* Makes the engine current's. */
static void load(void)
{
	if (loaded == current)
		return;
	if (loaded)
		cpu_context_save(loaded->cpu);
	cpu_context_load(current->cpu);
	current->rseq_event = true;
	robust_switched();
	for (int i = 0; i <= GDT_TLS_MAX - GDT_TLS_MIN; i++)
		cpu_set_gdt(GDT_TLS_MIN + i, current->tls[i]);
	ptrace_load_debug();
	loaded = current;
}

static void taken(u32 dead)
{
	if (unlikely(dead)) {
		cpu_abandoned();
		thread_lost((int)dead);
	}
	ADD(lock.turns, 1);
	load();
	current->driving = true;
}

void lock_take(void)
{
	taken(try_take() ? 0 : take_slowly());
}

void lock_drop(void)
{
	struct task *starving;

	current->driving = false;
	STORE(lock.held, 0);
	if (likely(!LOAD(lock.waiters)))
		return;
	starving = LOAD(lock.starving);
	if (starving)
		host(SYS_futex, HP(&lock.held), FUTEX_WAKE_BITSET | FUTEX_PRIVATE_FLAG, 1, 0, 0,
		     WAIT_STARVING);
	else if (!LOAD(lock.spinning) && SWAP(lock.woken, 0, 1) &&
		 host(SYS_futex, HP(&lock.held), FUTEX_WAKE_BITSET | FUTEX_PRIVATE_FLAG, 1, 0, 0,
		      WAIT_ANY) <= 0)
		STORE(lock.woken, 0); /* nobody slept yet: who does so now is to be woken */
}

bool lock_wanted(void)
{
	return LOAD(lock.starving) != NULL || cpu_take_pause();
}

/* Waits until somebody else has taken the lock, which was taken `turn` times. Who is to take it may
 * sleep yet: then its end of that turn is waited for. */
static void let_others(u32 turn)
{
	struct timespec slice = {0, SLICE_NS};
	s64 end = now_ns() + GIVE_WAY_NS;

	while (can_spin && LOAD(lock.turns) == turn && now_ns() < end)
		__builtin_ia32_pause();
	if (LOAD(lock.turns) != turn)
		return;
	sleep_held(0, false, &slice);
	STORE(lock.woken, 0);
}

void lock_yield(void)
{
	u32 turn = LOAD(lock.turns), dead = 0;

	if (!LOAD(lock.waiters)) {
		lock_drop();
		host(SYS_sched_yield);
		lock_take();
		return;
	}
	ADD(lock.waiters, 1);
	lock_drop();
	let_others(turn);
	if (!spin_on())
		dead = take_sleeping();
	ADD(lock.waiters, (u32)-1);
	taken(dead);
}

void lock_start(void)
{
	cpu_set_t set;
	long n = host(SYS_sched_getaffinity, 0, sizeof(set), HP(&set));

	cpu_watch_pause(&lock.waiters);
	can_spin = n > 0 && CPU_COUNT_S((size_t)n, &set) > 1;
	lock_reset();
}

void lock_reset(void)
{
	STORE(lock.held, (u32)current->tid);
	STORE(lock.waiters, 0);
	STORE(lock.woken, 0); /* one that has left may be about to look */
	STORE(lock.spinning, 0);
	STORE(lock.starving, NULL);
	STORE(watch.busy, 0);
	loaded = current;
	current->driving = true;
}

void lock_forget(struct task *t)
{
	if (loaded == t)
		loaded = NULL;
}

/* ---- Calls that may block ---- */

/* Looks at a word for a moment that the thread is to sleep on for as long as it is `val`: a sleep
 * and a wake-up cost more. True once it is another, as if the call had come that much later. */
static bool watch_word(const u32 *word, u32 val)
{
	bool changed = false;
	s64 start, taken = 0;
	u32 now;

	if (!can_spin || (LOAD(watch.hope) <= 0 && ADD(watch.tries, 1) % HOPE_LOST) ||
	    !SWAP(watch.busy, 0, 1))
		return false;
	start = now_ns();
	do {
		if (taken > WATCH_NS / 20) /* who is to change it may want this CPU */
			host(SYS_sched_yield);
		for (int i = 0; i < 4; i++)
			__builtin_ia32_pause();
		if (host_copy(&now, word, sizeof(now)))
			break;
		changed = now != val;
		taken = now_ns() - start;
	} while (!changed && !current->pending && taken < WATCH_NS);
	if (changed && taken < WATCH_NS / 4)
		STORE(watch.hope, MIN(watch.hope + 1, HOPE_MAX));
	else
		STORE(watch.hope, MAX(watch.hope - 1, 0));
	STORE(watch.busy, 0);
	return changed;
}

long task_block_on(const u32 *word, u32 val, long op, const struct timespec *timeout, u32 bitset)
{
	bool threads = current->outside && task_threaded;
	long ret = -EAGAIN;

	if (threads)
		lock_drop();
	if (!threads || !watch_word(word, val))
		ret = host_syscall_block(&current->pending, SYS_futex, HP(word), op, (long)val,
					 HP(timeout), 0, (long)bitset);
	if (threads)
		lock_take();
	return ret;
}

long task_block(long nr, long a, long b, long c, long d, long e, long f)
{
	long ret;

	if (!current->outside || !task_threaded)
		return host_syscall_block(&current->pending, nr, a, b, c, d, e, f);
	lock_drop();
	ret = host_syscall_block(&current->pending, nr, a, b, c, d, e, f);
	lock_take();
	return ret;
}
