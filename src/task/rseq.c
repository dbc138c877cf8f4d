/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/rseq.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/rseq.h>

#include "cpu/cpu.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/signal.h"

#ifndef AT_RSEQ_FEATURE_SIZE
#define AT_RSEQ_FEATURE_SIZE 27
#define AT_RSEQ_ALIGN	     28
#endif

#define HOST_SIGNATURE 0x53053053 /* the C library's, but no critical section is ever used */

struct critical_section { /* struct rseq_cs */
	u32 version, flags;
	u64 start_ip, post_commit_offset, abort_ip;
};

/* For a C library that has not registered its own, and for a host without rseq. */
static _Thread_local struct rseq_area __attribute__((aligned(32))) own_area;

ptrdiff_t rseq_host_offset;

void rseq_init(void)
{
	if (__rseq_size) {
		rseq_host_offset = __rseq_offset;
		return;
	}
	rseq_host_offset = (char *)&own_area - (char *)rseq_host_area();
	rseq_thread_starts();
}

void rseq_thread_starts(void)
{
	host(SYS_rseq, HP(rseq_host_area()), RSEQ_ORIG_SIZE, 0, HOST_SIGNATURE);
	current->rseq_cpu = rseq_host_area()->cpu_id;
}

u64 rseq_feature_size(void)
{
	return getauxval(AT_RSEQ_FEATURE_SIZE);
}

u64 rseq_align(void)
{
	return getauxval(AT_RSEQ_ALIGN);
}

/* ---- kernel/rseq.c ---- */

#define FIELD(name) (current->rseq + offsetof(struct rseq_area, name))

/* rseq_get_rseq_cs() */
static long get_section(struct critical_section *cs)
{
	u64 ptr;
	u32 sig;

	memset(cs, 0, sizeof(*cs));
	if (get_user(ptr, FIELD(rseq_cs)))
		return -EFAULT;
	if (!ptr)
		return 0;
	if (ptr >= mm->task_size)
		return -EINVAL;
	if (get_user(*cs, ptr))
		return -EFAULT;
	if (cs->start_ip >= mm->task_size ||
	    cs->start_ip + cs->post_commit_offset >= mm->task_size ||
	    cs->abort_ip >= mm->task_size || cs->version > 0)
		return -EINVAL;
	if (cs->start_ip + cs->post_commit_offset < cs->start_ip ||
	    cs->abort_ip - cs->start_ip < cs->post_commit_offset)
		return -EINVAL;
	if (get_user(sig, cs->abort_ip - sizeof(sig)))
		return -EFAULT;
	return sig == current->rseq_sig ? 0 : -EINVAL;
}

/* rseq_ip_fixup(), for an event that has happened. 1: *ip is the abort handler's. */
static long fixup(u64 *ip)
{
	static const u64 none;
	struct critical_section cs;
	bool inside;
	u32 flags;
	long err = get_section(&cs);

	if (err)
		return err;
	inside = *ip - cs.start_ip < cs.post_commit_offset;
	if (inside && cs.flags)
		return -EINVAL;
	if (inside && (get_user(flags, FIELD(flags)) || flags))
		return -EINVAL;
	if (put_user(none, FIELD(rseq_cs)))
		return -EFAULT;
	if (inside)
		*ip = cs.abort_ip;
	return inside;
}

/* rseq_update_cpu_node_id() */
static long tell_cpu(void)
{
	volatile struct rseq_area *h = rseq_host_area();
	u32 cpu = h->cpu_id, node = h->node_id, cid = h->mm_cid;

	current->rseq_cpu = cpu;
	current->rseq_cid = cid;
	if (put_user(cpu, FIELD(cpu_id_start)) || put_user(cpu, FIELD(cpu_id)))
		return -EFAULT;
	if (rseq_feature_size() >= offsetof(struct rseq_area, end) &&
	    (put_user(node, FIELD(node_id)) || put_user(cid, FIELD(mm_cid))))
		return -EFAULT;
	return 0;
}

/* force_sigsegv() */
static void kill_for(int sig)
{
	siginfo_t segv = {.si_signo = SIGSEGV, .si_code = SI_KERNEL};

	if (sig != SIGSEGV) {
		signal_force(&segv, TRAPNO_KEEP, 0, 0);
		return;
	}
	current->sighand->action[SIGSEGV].handler = 0; /* its handler runs yet, blocking this one */
	signal_queue(&segv);
}

bool rseq_resume(void)
{
	struct pt_regs regs;
	u64 section;
	long ret = 0;

	if (likely(!current->rseq_event && !rseq_moved() &&
		   current->rseq_cid == rseq_host_area()->mm_cid))
		return false;
	current->rseq_event = false;
	if (!current->rseq) {
		current->rseq_cpu = rseq_host_area()->cpu_id;
		current->rseq_cid = rseq_host_area()->mm_cid;
		return false;
	}
	if (get_user(section, FIELD(rseq_cs))) {
		ret = -EFAULT;
	} else if (section) {
		cpu_get_regs(&regs);
		ret = fixup(&regs.ip);
		if (ret > 0) {
			regs.orig_ax = ~0UL;
			cpu_set_regs(&regs);
		}
	}
	if (ret >= 0)
		ret = tell_cpu();
	if (ret < 0)
		kill_for(0);
	return ret < 0;
}

void rseq_signal(struct pt_regs *regs, int sig)
{
	u64 ip = regs->ip, section = 1;
	long ret;

	if (likely(!current->rseq) ||
	    (!get_user(section, FIELD(rseq_cs)) && !section && !rseq_moved()))
		return;
	ret = fixup(&ip);
	if (ret > 0)
		regs->ip = ip;
	if (ret >= 0)
		ret = tell_cpu();
	if (ret < 0)
		kill_for(sig);
}
