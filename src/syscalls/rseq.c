/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rseq(2): registration. What is done with it is in task/rseq.c. */
#include <errno.h>
#include <linux/rseq.h>

#include "abi/syscall.h"
#include "cpu/cpu.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/rseq.h"

#define FIELD(area, name) ((area) + offsetof(struct rseq_area, name))

/* rseq_reset_rseq_cpu_node_id() */
static long reset(guest_addr area)
{
	static const u32 zero, none = (u32)RSEQ_CPU_ID_UNINITIALIZED;

	if (put_user(zero, FIELD(area, cpu_id_start)) || put_user(none, FIELD(area, cpu_id)))
		return -EFAULT;
	if (rseq_feature_size() >= offsetof(struct rseq_area, end) &&
	    (put_user(zero, FIELD(area, node_id)) || put_user(zero, FIELD(area, mm_cid))))
		return -EFAULT;
	return 0;
}

static long unregister(guest_addr area, u32 len, int flags, u32 sig)
{
	long err;

	if (flags & ~RSEQ_FLAG_UNREGISTER)
		return -EINVAL;
	if (current->rseq != area || !area || len != current->rseq_len)
		return -EINVAL;
	if (sig != current->rseq_sig)
		return -EPERM;
	err = reset(area);
	if (err)
		return err;
	current->rseq = 0;
	current->rseq_sig = current->rseq_len = 0;
	return 0;
}

/* Size and alignment: the original 32 bytes of each, or room for all fields that there are. */
static bool acceptable(guest_addr area, u32 len)
{
	u64 features = rseq_feature_size(), align = rseq_align();

	if (len == RSEQ_ORIG_SIZE)
		return !(area % RSEQ_ORIG_SIZE);
	if (!features) /* before Linux 6.3 there is one size */
		return false;
	return len > RSEQ_ORIG_SIZE && len >= features && !(area % align);
}

SYSCALL_DEFINE4(rseq, (.flags = SC_QUICK), ADDR, rseq, UINT, rseq_len, INT, flags, UINT, sig)
{
	static const u64 none;
	u64 section;

	if (host(SYS_rseq, 0, 0, 0, 0) == -ENOSYS)
		return -ENOSYS;
	if (flags & RSEQ_FLAG_UNREGISTER)
		return unregister(rseq, rseq_len, flags, sig);
	if (flags)
		return -EINVAL;
	if (current->rseq) {
		if (current->rseq != rseq || rseq_len != current->rseq_len)
			return -EINVAL;
		return sig != current->rseq_sig ? -EPERM : -EBUSY;
	}
	if (!acceptable(rseq, rseq_len))
		return -EINVAL;
	if (rseq >= mm->task_size || mm->task_size - rseq < rseq_len)
		return -EFAULT;
	if (get_user(section, FIELD(rseq, rseq_cs)) ||
	    (section && put_user(none, FIELD(rseq, rseq_cs))))
		return -EFAULT;
	current->rseq = rseq;
	current->rseq_len = rseq_len;
	current->rseq_sig = sig;
	current->rseq_event = true;
	cpu_kick();
	return 0;
}
