/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/rlimit.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/resource.h>

#include "abi/compat.h"
#include "abi/syscall.h"
#include "host/host.h"
#include "mm/limit.h"
#include "mm/peer.h"
#include "mm/uaccess.h"
#include "sandbox/limits.h"
#include "syscalls/resource.h"
#include "task/thread.h"

struct rlimit guest_rlimit[GUEST_RLIMITS];

static bool is_guest_limit(u32 resource)
{
	return resource == RLIMIT_AS || resource == RLIMIT_DATA || resource == RLIMIT_STACK;
}

static void tell_mm(struct mm_limits *limits, u32 resource, const struct rlimit *new)
{
	if (resource == RLIMIT_AS)
		limits->as = new->rlim_cur;
	if (resource == RLIMIT_DATA)
		limits->data = new->rlim_cur, limits->data_max = new->rlim_max;
	if (resource == RLIMIT_STACK)
		limits->stack = new->rlim_cur;
}

/* Those of memory would stop trapgate, which reserves more than the guest may have. */
static void lift_host_limit(int resource)
{
	struct rlimit lifted = {RLIM_INFINITY, RLIM_INFINITY};

	if (setrlimit(resource, &lifted) == 0)
		return;
	lifted.rlim_cur = lifted.rlim_max = guest_rlimit[resource].rlim_max;
	setrlimit(resource, &lifted);
}

static void take_host_limits(void)
{
	static bool taken;

	if (taken)
		return;
	taken = true;
	for (u32 i = 0; i < GUEST_RLIMITS; i++)
		if (host(SYS_prlimit64, 0, i, 0, HP(&guest_rlimit[i])))
			guest_rlimit[i] = (struct rlimit){RLIM_INFINITY, RLIM_INFINITY};
	lift_host_limit(RLIMIT_AS);
	lift_host_limit(RLIMIT_DATA);
}

void rlimit_restore(void)
{
	setrlimit(RLIMIT_AS, &guest_rlimit[RLIMIT_AS]);
	setrlimit(RLIMIT_DATA, &guest_rlimit[RLIMIT_DATA]);
}

void rlimit_init(void)
{
	take_host_limits();
	for (u32 i = 0; i < GUEST_RLIMITS; i++) {
		guest_rlimit[i].rlim_cur = MIN(guest_rlimit[i].rlim_cur, limits_rlimit_cap(i));
		guest_rlimit[i].rlim_max = MIN(guest_rlimit[i].rlim_max, limits_rlimit_cap(i));
		tell_mm(&mm_limits, i, &guest_rlimit[i]);
	}
}

/* --limit holds for root too. */
static bool beyond_cap(u32 resource, const struct rlimit *new)
{
	u64 cap = limits_rlimit_cap(resource);

	return new->rlim_cur > cap || new->rlim_max > cap;
}

/* prlimit64(2) of the host, whose hard limit of descriptors has room for trapgate's own. */
static long host_rlimit(int pid, u32 resource, const struct rlimit *new, struct rlimit *old)
{
	long ret = host(SYS_prlimit64, pid, resource, HP(new), HP(old));

	if (!ret && old) {
		old->rlim_cur = MIN(old->rlim_cur, limits_rlimit_cap(resource));
		old->rlim_max = MIN(old->rlim_max, limits_rlimit_cap(resource));
	}
	return ret;
}

static long may_set(const struct rlimit *new, const struct rlimit *old)
{
	if (new->rlim_cur > new->rlim_max)
		return -EINVAL;
	if (new->rlim_max > old->rlim_max && !host_capable(CAP_SYS_RESOURCE))
		return -EPERM;
	return 0;
}

/* The same of another process, which the host knows and lets the caller ask. Those outside of the
 * run have the host's limits alone. */
static long peer_rlimit(int pid, u32 resource, const struct rlimit *new, struct rlimit *old)
{
	struct mm_limits limits;
	struct mm theirs;
	long ret = host_rlimit(pid, resource, NULL, old);

	if (ret)
		return ret;
	if (!is_guest_limit(resource) || peer_mm(pid, &theirs))
		return host_rlimit(pid, resource, new, old);
	ret = peer_read(pid, old, &guest_rlimit[resource], sizeof(*old));
	if (ret || !new)
		return ret;
	ret = may_set(new, old);
	if (!ret)
		ret = peer_write(pid, &guest_rlimit[resource], new, sizeof(*new));
	if (!ret)
		ret = peer_read(pid, &limits, &mm_limits, sizeof(limits));
	if (ret)
		return ret;
	tell_mm(&limits, resource, new);
	return peer_write(pid, &mm_limits, &limits, sizeof(limits));
}

/* The kernel's do_prlimit() of the calling process: new and old may be NULL. */
static long do_rlimit(u32 resource, const struct rlimit *new, struct rlimit *old)
{
	long ret;

	if (new &&beyond_cap(resource, new))
		return -EPERM;
	if (!is_guest_limit(resource))
		return host_rlimit(0, resource, new, old);
	ret = new ? may_set(new, &guest_rlimit[resource]) : 0;
	if (!ret && old)
		*old = guest_rlimit[resource];
	if (!ret && new) {
		guest_rlimit[resource] = *new;
		tell_mm(&mm_limits, resource, new);
	}
	return ret;
}

SYSCALL_DEFINE2(getrlimit, (), RLIMIT_RES, resource, RLIMIT_OUT, rlim)
{
	struct rlimit value;
	long ret = do_rlimit(resource, NULL, &value);

	return ret ? ret : put_user(value, rlim);
}

SYSCALL_DEFINE2(setrlimit, (), RLIMIT_RES, resource, RLIMIT_IN, rlim)
{
	struct rlimit value;

	return get_user(value, rlim) ? -EFAULT : do_rlimit(resource, &value, NULL);
}

static bool is_own_thread(int tid)
{
	const struct task *t = thread_find(tid);

	return t && t->pid == current->pid;
}

SYSCALL_DEFINE4(prlimit64, (), PID, pid, RLIMIT_RES, resource, RLIMIT64_IN, new_rlim, RLIMIT64_OUT,
		old_rlim)
{
	struct rlimit new, old;
	long ret;

	if (new_rlim && get_user(new, new_rlim))
		return -EFAULT;
	if (limits_is_own(pid) || (new_rlim && beyond_cap(resource, &new)))
		return -EPERM;
	if (pid && pid != (int)host(SYS_getpid) && !is_own_thread(pid))
		ret = peer_rlimit(pid, resource, new_rlim ? &new : NULL, &old);
	else
		ret = do_rlimit(resource, new_rlim ? &new : NULL, &old);
	return ret || !old_rlim ? ret : put_user(old, old_rlim);
}

COMPAT_SYSCALL_DEFINE2(getrlimit, (), RLIMIT_RES, resource, RLIMIT_OUT, rlim)
{
	struct compat_rlimit small;
	struct rlimit value;
	long ret = do_rlimit(resource, NULL, &value);

	if (ret)
		return ret;
	small.rlim_cur = (u32)MIN(value.rlim_cur, COMPAT_RLIM_INFINITY);
	small.rlim_max = (u32)MIN(value.rlim_max, COMPAT_RLIM_INFINITY);
	return put_user(small, rlim);
}

/* What does not fit is what the old libraries took for no limit. Two numbers, not a struct. */
COMPAT_SYSCALL_DEFINE2(old_getrlimit, (), RLIMIT_RES, resource, RLIMIT_OUT, rlim)
{
	struct rlimit value;
	u32 cur, max;
	long ret = do_rlimit(resource, NULL, &value);

	if (ret)
		return ret;
	cur = (u32)MIN(value.rlim_cur, COMPAT_RLIM_OLD_INFINITY);
	max = (u32)MIN(value.rlim_max, COMPAT_RLIM_OLD_INFINITY);
	if (put_user_whole(cur, rlim))
		return -EFAULT;
	return put_user_whole(max, rlim + sizeof(cur));
}

COMPAT_SYSCALL_DEFINE2(setrlimit, (), RLIMIT_RES, resource, RLIMIT_IN, rlim)
{
	struct compat_rlimit small;
	struct rlimit value;

	if (get_user(small, rlim))
		return -EFAULT;
	value.rlim_cur = small.rlim_cur == COMPAT_RLIM_INFINITY ? RLIM_INFINITY : small.rlim_cur;
	value.rlim_max = small.rlim_max == COMPAT_RLIM_INFINITY ? RLIM_INFINITY : small.rlim_max;
	return do_rlimit(resource, &value, NULL);
}
