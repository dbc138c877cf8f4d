/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Futexes. Guest memory is host memory and the arena's shared mappings are real ones, so the
 * host's futexes work on it, between processes too; words need a host pointer and times a
 * conversion. */
#include "syscalls/futex.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/mman.h>

#include "abi/syscall.h"
#include "mm/peer.h"
#include "mm/mm.h"
#include "syscalls/restart.h"
#include "syscalls/timespec.h"
#include "task/robust.h"
#include "task/thread.h"

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#define NR_FUTEX_WAKE	 454
#define NR_FUTEX_WAIT	 455
#define NR_FUTEX_REQUEUE 456
#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif
#ifndef FUTEX2_PRIVATE
#define FUTEX2_PRIVATE FUTEX_PRIVATE_FLAG
#endif
#define WAITV_MAX 128
#ifndef MEMBARRIER_CMD_GET_REGISTRATIONS
#define MEMBARRIER_CMD_GET_REGISTRATIONS (1 << 9)
#endif

/* What this program has registered for by membarrier(2): the host's process outlives programs. */
static u32 barriers;

/* A futex word for the host. Words are aligned, or the host refuses them, so that none lies across
 * two pages; the host only reads what a waiter waits on. */
static void *word(guest_addr addr, bool write)
{
	if (addr & 3)
		return (void *)(uintptr_t)(PAGE_SIZE + (addr & 3)); /* EINVAL before EFAULT */
	return write ? user_inout(addr, 4) : (void *)user_in(addr, 4);
}

/* The same for a word that is found by its page (get_futex_key() without FLAGS_SHARED looks at the
 * address alone): "A RO anonymous page will never change". To the host no page is read-only. */
static void *shared_word(guest_addr addr)
{
	const struct vm_area *a = mm_find(addr);

	if (!(addr & 3) && a && !(a->prot & PROT_WRITE) && !a->file && !(a->flags & MAP_SHARED))
		return (void *)(uintptr_t)PAGE_SIZE;
	return word(addr, false);
}

/* A time that could not be read, for the host to find it so when its turn comes. */
static long bad_time(guest_addr addr)
{
	return HP(user_in(addr, sizeof(struct timespec)));
}

/* The operations that may wait are those that take a time. */
static bool has_timeout(int cmd)
{
	return cmd == FUTEX_WAIT || cmd == FUTEX_WAIT_BITSET || cmd == FUTEX_LOCK_PI ||
	       cmd == FUTEX_LOCK_PI2 || cmd == FUTEX_WAIT_REQUEUE_PI;
}

static bool has_uaddr2(int cmd)
{
	return cmd == FUTEX_REQUEUE || cmd == FUTEX_CMP_REQUEUE || cmd == FUTEX_WAKE_OP ||
	       cmd == FUTEX_WAIT_REQUEUE_PI || cmd == FUTEX_CMP_REQUEUE_PI;
}

/* Threads that wait for a futex. Whoever is woken needs the CPU lock next, and often takes the
 * waker's CPU at once: the call that wakes is made without the lock. */
static u32 sleepers;

/* For the dispatcher: whether a futex call cannot block. */
static bool futex_is_quick(const u64 *a)
{
	return !has_timeout((int)a[1] & FUTEX_CMD_MASK) && !(sleepers && task_threaded);
}

static long wait_again(const struct restart_block *block);

/* A wait with a timeout goes on until the same moment: futex_wait_restart(). */
static struct restart_block wait_block(guest_addr uaddr, int op, u32 val, const struct timespec *to,
				       u32 bitset)
{
	bool relative = (op & FUTEX_CMD_MASK) == FUTEX_WAIT;
	u32 flags = (u32)op & (FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
	struct restart_block block = {.fn = wait_again, .addr = uaddr, .end = *to, .b = val};

	block.a = FUTEX_WAIT_BITSET | (relative ? flags & FUTEX_PRIVATE_FLAG : flags);
	block.c = relative ? FUTEX_BITSET_MATCH_ANY : bitset;
	if (relative)
		block.end = timespec_add(restart_clock(CLOCK_MONOTONIC), *to);
	return block;
}

/* Whether the host would wait, or find that the word is not what it is said to be. */
static bool only_waits(int cmd, const struct timespec *timeout, u32 bitset)
{
	return (cmd == FUTEX_WAIT || (cmd == FUTEX_WAIT_BITSET && bitset)) &&
	       (!timeout || (timeout->tv_sec >= 0 && (u64)timeout->tv_nsec < 1000000000));
}

/* fourth: a host pointer to the timeout, or the number val2. */
static long do_futex(guest_addr uaddr, int op, u32 val, long fourth, guest_addr uaddr2, u32 val3)
{
	int cmd = op & FUTEX_CMD_MASK;
	bool read_only = cmd == FUTEX_WAIT || cmd == FUTEX_WAIT_BITSET || cmd == FUTEX_WAKE ||
			 cmd == FUTEX_WAKE_BITSET;
	bool shared = !(op & FUTEX_PRIVATE_FLAG);
	void *first = read_only && shared ? shared_word(uaddr) : word(uaddr, !read_only);
	void *second = has_uaddr2(cmd) ? word(uaddr2, true) : NULL;
	bool timed = (cmd == FUTEX_WAIT || cmd == FUTEX_WAIT_BITSET) && fourth;
	struct restart_block block;
	long ret;

	if (timed)
		block = wait_block(uaddr, op, val, (const struct timespec *)fourth, val3);
	sleepers += has_timeout(cmd);
	if (only_waits(cmd, (const struct timespec *)fourth, val3))
		ret = task_block_on(first, val, op, (const struct timespec *)fourth, val3);
	else
		ret = host_block(SYS_futex, HP(first), op, val, fourth, HP(second), val3);
	sleepers -= has_timeout(cmd);
	/* futex_lock_pi() and futex_wait_requeue_pi() are restarted whatever SA_RESTART says. */
	if (ret == -ERESTARTSYS &&
	    (cmd == FUTEX_LOCK_PI || cmd == FUTEX_LOCK_PI2 || cmd == FUTEX_WAIT_REQUEUE_PI))
		return -ERESTARTNOINTR;
	return timed && ret == -EINTR ? restart_block(&block) : ret;
}

static long wait_again(const struct restart_block *block)
{
	return do_futex(block->addr, (int)block->a, block->b, HP(&block->end), 0, block->c);
}

SYSCALL_DEFINE6(futex, (.quick = futex_is_quick), ADDR, uaddr, FUTEX_OP, op, FUTEX_VAL, val,
		FUTEX_TIMEOUT64, utime, ADDR, uaddr2, FUTEX_VAL, val3)
{
	struct timespec ts;

	if (!utime || !has_timeout(op & FUTEX_CMD_MASK))
		return do_futex(uaddr, op, val, (long)utime, uaddr2, val3);
	if (get_timespec64(&ts, utime))
		return -EFAULT;
	return do_futex(uaddr, op, val, HP(&ts), uaddr2, val3);
}

SYSCALL_DEFINE6(futex_time32, (.quick = futex_is_quick), ADDR, uaddr, FUTEX_OP, op, FUTEX_VAL, val,
		FUTEX_TIMEOUT, utime, ADDR, uaddr2, FUTEX_VAL, val3)
{
	struct timespec ts;

	if (!utime || !has_timeout(op & FUTEX_CMD_MASK))
		return do_futex(uaddr, op, val, (long)utime, uaddr2, val3);
	if (get_old_timespec32(&ts, utime))
		return -EFAULT;
	return do_futex(uaddr, op, val, HP(&ts), uaddr2, val3);
}

struct waitv {
	u64 val, uaddr;
	u32 flags, reserved;
};

static void *word2(guest_addr addr, u32 flags)
{
	return flags & FUTEX2_PRIVATE ? word(addr, false) : shared_word(addr);
}

/* Copies n waiters with host pointers in place of the guest's. 0 or -errno. */
static long get_waitv(struct waitv *to, guest_addr from, u32 n)
{
	if (copy_from_user(to, from, n * sizeof(*to)))
		return -EFAULT;
	for (u32 i = 0; i < n; i++)
		to[i].uaddr = (u64)(uintptr_t)word2(to[i].uaddr, to[i].flags);
	return 0;
}

/* n waiters for the host to refuse: what can be read of them ends where it does for the guest. */
static long bad_waitv(guest_addr from, u32 n)
{
	return HP(user_in(from, n * sizeof(struct waitv)));
}

SYSCALL_DEFINE5(futex_waitv, (), ADDR, waiters, UINT, nr_futexes, HEX, flags, TIMESPEC64_IN,
		timeout, CLOCKID, clockid)
{
	struct waitv waitv[WAITV_MAX];
	struct timespec ts;

	if (flags || !nr_futexes || nr_futexes > WAITV_MAX || !waiters)
		return -EINVAL;
	if (timeout && clockid != CLOCK_MONOTONIC && clockid != CLOCK_REALTIME)
		return -EINVAL;
	if (timeout && get_timespec64(&ts, timeout))
		return -EFAULT;
	if (get_waitv(waitv, waiters, nr_futexes))
		return host(SYS_futex_waitv, bad_waitv(waiters, nr_futexes), nr_futexes, 0,
			    timeout ? HP(&ts) : 0, clockid);
	return host_block(SYS_futex_waitv, HP(waitv), nr_futexes, 0, timeout ? HP(&ts) : 0,
			  clockid);
}

SYSCALL_DEFINE4(futex_wake, (), ADDR, uaddr, HEX, mask, INT, nr, HEX, flags)
{
	return host(NR_FUTEX_WAKE, HP(word2(uaddr, flags)), mask, nr, flags);
}

SYSCALL_DEFINE6(futex_wait, (), ADDR, uaddr, HEX, val, HEX, mask, HEX, flags, TIMESPEC64_IN,
		timeout, CLOCKID, clockid)
{
	struct timespec ts;
	long time = timeout && get_timespec64(&ts, timeout) ? bad_time(timeout)
		    : timeout				    ? HP(&ts)
							    : 0;

	return host_block(NR_FUTEX_WAIT, HP(word2(uaddr, flags)), val, mask, flags, time, clockid);
}

SYSCALL_DEFINE4(futex_requeue, (), ADDR, waiters, HEX, flags, INT, nr_wake, INT, nr_requeue)
{
	struct waitv waitv[2];

	if (flags || !waiters)
		return -EINVAL;
	if (get_waitv(waitv, waiters, 2))
		return host(NR_FUTEX_REQUEUE, bad_waitv(waiters, 2), 0, nr_wake, nr_requeue);
	return host(NR_FUTEX_REQUEUE, HP(waitv), 0, nr_wake, nr_requeue);
}

SYSCALL_DEFINE1(set_tid_address, (.flags = SC_QUICK), ADDR, tidptr)
{
	thread_clear_tid(tidptr);
	return current->tid;
}

static long set_robust(guest_addr head, u64 len, u64 expected)
{
	if (len != expected)
		return -EINVAL;
	current->robust_list = head;
	current->robust_list_len = len;
	robust_registered();
	return 0;
}

SYSCALL_DEFINE2(set_robust_list, (.flags = SC_QUICK), ADDR, head, SIZE, len)
{
	return set_robust(head, len, 24);
}

COMPAT_SYSCALL_DEFINE2(set_robust_list, (.flags = SC_QUICK), ADDR, head, UINT, len)
{
	return set_robust(head, len, sizeof(struct compat_robust_list_head));
}

/* Where the list of a task is that has registered one of this length (the two kinds of program have
 * one each). The host knows whether current may ask, but for guests only trapgate's own list. */
static long find_robust_list(int pid, u64 len, guest_addr *head)
{
	int process = pid ? host_proc_status(pid, "\nTgid:") : current->pid;
	struct task t;
	struct mm theirs;
	u64 hosts[2];
	long err = pid ? host(SYS_get_robust_list, pid, HP(&hosts[0]), HP(&hosts[1])) : 0;

	if (err)
		return err;
	if (process != current->pid && peer_mm(process, &theirs))
		*head = hosts[1] == len ? hosts[0] : 0;
	else if (!thread_copy(process, pid ? pid : current->tid, &t))
		return -ESRCH;
	else
		*head = t.robust_list_len == len ? t.robust_list : 0;
	return 0;
}

SYSCALL_DEFINE3(get_robust_list, (), PID, pid, ADDR_OUT, head_ptr, LONG_OUT, len_ptr)
{
	u64 len = 24;
	guest_addr head;
	long err = find_robust_list(pid, len, &head);

	if (err)
		return err;
	return put_user(len, len_ptr) || put_user(head, head_ptr) ? -EFAULT : 0;
}

COMPAT_SYSCALL_DEFINE3(get_robust_list, (), PID, pid, ADDR_OUT, head_ptr, LONG_OUT, len_ptr)
{
	u32 len = sizeof(struct compat_robust_list_head), small;
	guest_addr head;
	long err = find_robust_list(pid, len, &head);

	if (err)
		return err;
	small = (u32)head;
	return put_user(len, len_ptr) || put_user(small, head_ptr) ? -EFAULT : 0;
}

/* ---- Leaving ---- */

#define ROBUST_LIST_LIMIT 2048

static bool get_ptr(const struct task *t, guest_addr *to, guest_addr addr)
{
	u32 small;

	if (t->robust_list_len == 24)
		return !get_user(*to, addr);
	if (get_user(small, addr))
		return false;
	*to = small;
	return true;
}

/* Marks the futex at addr dead when task t holds it. `pending`: the task died between taking
 * the lock and noting it, or between freeing it and waking. */
static void robust_death(const struct task *t, guest_addr addr, bool pi, bool pending)
{
	u32 value, dead;
	u32 *p;

	if (addr & 3 || get_user(value, addr))
		return;
	p = user_inout(addr, 4);
	if (pending && !pi && !value) {
		host(SYS_futex, HP(p), FUTEX_WAKE, 1);
		return;
	}
	do {
		if ((value & FUTEX_TID_MASK) != (u32)t->tid)
			return;
		dead = (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
	} while (!__atomic_compare_exchange_n(p, &value, dead, false, __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	if (!pi && value & FUTEX_WAITERS)
		host(SYS_futex, HP(p), FUTEX_WAKE, 1);
}

/* The list's entries carry a flag for PI futexes in bit 0. */
static void exit_robust_list(const struct task *t)
{
	guest_addr head = t->robust_list, entry, next, pending, raw;
	u32 width = t->robust_list_len == 24 ? 8 : 4;
	s64 offset;
	s32 small;
	bool more;

	if (!head || !get_ptr(t, &entry, head) || !get_ptr(t, &pending, head + 2 * width))
		return;
	if (width == 8 ? get_user(offset, head + 8) : get_user(small, head + 4))
		return;
	if (width == 4)
		offset = small;
	for (int i = 0; i < ROBUST_LIST_LIMIT && (entry & ~1UL) != head; i++) {
		raw = entry & ~1UL;
		more = get_ptr(t, &next, raw);
		if (raw != (pending & ~1UL))
			robust_death(t, raw + (u64)offset, entry & 1, false);
		if (!more)
			return;
		entry = next;
	}
	if (pending & ~1UL)
		robust_death(t, (pending & ~1UL) + (u64)offset, pending & 1, true);
}

void futex_exit(struct task *t, bool shared_mm)
{
	guest_addr tid_addr = t->clear_child_tid;
	bool leader = t->pid == t->tid; /* whose word the host knows */
	u32 zero = 0;

	exit_robust_list(t);
	t->robust_list = 0;
	t->robust_pending = NULL;
	if (shared_mm && leader && t == current)
		thread_clear_tid(0); /* once is enough */
	t->clear_child_tid = 0;
	if (shared_mm && tid_addr && (!leader || t == current) && !put_user(zero, tid_addr))
		host(SYS_futex, HP(user_inout(tid_addr, 4)), FUTEX_WAKE, 1);
}

void membarrier_exec(void)
{
	barriers = 0;
}

SYSCALL_DEFINE3(membarrier, (), MEMBARRIER_CMD, cmd, HEX, flags, INT, cpu_id)
{
	long ret = host(SYS_membarrier, cmd, flags, cpu_id);

	switch (cmd) {
	case MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED:
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED:
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE:
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ:
		if (!ret)
			barriers |= (u32)cmd;
		return ret;
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED: /* each has its registration one bit above */
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE:
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ:
		return !ret && !(barriers & (u32)cmd << 1) ? -EPERM : ret;
	case MEMBARRIER_CMD_GET_REGISTRATIONS:
		return ret > 0 ? ret & barriers : ret;
	default:
		return ret;
	}
}
