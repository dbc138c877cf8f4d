/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/rlimit.h"

#include <errno.h>
#include <linux/capability.h>

#include "abi/compat.h"
#include "abi/syscall.h"
#include "host/host.h"
#include "mm/limit.h"
#include "mm/uaccess.h"
#include "sandbox/limits.h"
#include "syscalls/resource.h"

struct rlimit guest_rlimit[GUEST_RLIMITS];

static bool is_guest_limit(u32 resource)
{
	return resource == RLIMIT_AS || resource == RLIMIT_DATA || resource == RLIMIT_STACK;
}

static void tell_mm(void)
{
	mm_limits.as = guest_rlimit[RLIMIT_AS].rlim_cur;
	mm_limits.data = guest_rlimit[RLIMIT_DATA].rlim_cur;
	mm_limits.data_max = guest_rlimit[RLIMIT_DATA].rlim_max;
	mm_limits.stack = guest_rlimit[RLIMIT_STACK].rlim_cur;
}

void rlimit_init(void)
{
	for (u32 i = 0; i < GUEST_RLIMITS; i++)
		host(SYS_prlimit64, 0, i, 0, HP(&guest_rlimit[i]));
	for (u32 i = 0; i < GUEST_RLIMITS; i++) {
		guest_rlimit[i].rlim_cur = MIN(guest_rlimit[i].rlim_cur, limits_rlimit_cap(i));
		guest_rlimit[i].rlim_max = MIN(guest_rlimit[i].rlim_max, limits_rlimit_cap(i));
	}
	tell_mm();
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

/* The kernel's do_prlimit() of the calling process: new and old may be NULL. */
static long do_rlimit(u32 resource, const struct rlimit *new, struct rlimit *old)
{
	if (new &&beyond_cap(resource, new))
		return -EPERM;
	if (!is_guest_limit(resource))
		return host_rlimit(0, resource, new, old);
	if (new &&new->rlim_cur > new->rlim_max)
		return -EINVAL;
	if (new &&new->rlim_max > guest_rlimit[resource].rlim_max &&
	    !host_capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (old)
		*old = guest_rlimit[resource];
	if (new) {
		guest_rlimit[resource] = *new;
		tell_mm();
	}
	return 0;
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

SYSCALL_DEFINE4(prlimit64, (.missing = "RLIMIT_AS, _DATA and _STACK of other processes"), PID, pid,
		RLIMIT_RES, resource, RLIMIT64_IN, new_rlim, RLIMIT64_OUT, old_rlim)
{
	struct rlimit new, old;
	long ret;

	if (new_rlim && get_user(new, new_rlim))
		return -EFAULT;
	if (limits_is_own(pid) || (new_rlim && beyond_cap(resource, &new)))
		return -EPERM;
	if (pid && pid != (int)host(SYS_getpid))
		ret = host_rlimit(pid, resource, new_rlim ? &new : NULL, &old);
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
