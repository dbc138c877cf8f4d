/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prctl(2), personality(2). What acts on the process as the host knows it goes to the host; what
 * would act on trapgate's own address space or CPU is refused, as by a kernel built without it. */
#include <errno.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>

#include "abi/syscall.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "syscalls/personality.h"
#include "task/task.h"

u32 guest_personality;

/* Operations that headers of the supported systems may lack. */
#ifndef PR_GET_AUXV
#define PR_GET_AUXV 0x41555856
#endif
#define PR_SET_PTRACER_OP 0x59616d61

void personality_init(void)
{
	guest_personality = (u32)host(SYS_personality, 0xffffffff);
}

SYSCALL_DEFINE1(personality, (), PERSONALITY, persona)
{
	u32 old = guest_personality;

	if (persona != 0xffffffff)
		guest_personality = persona;
	return old;
}

static long set_name(guest_addr addr)
{
	char name[16] = "";

	if (strncpy_from_user(name, addr, sizeof(name) - 1) < 0)
		return -EFAULT;
	memcpy(current->comm, name, sizeof(name));
	return host(SYS_prctl, PR_SET_NAME, HP(name));
}

static long get_auxv(guest_addr addr, u64 len)
{
	/* The kernel's array is larger than what a program gets; it ends in zeros. */
	u64 n = MIN((mm->nr_auxv + 2) * sizeof(u64), sizeof(mm->auxv));

	if (copy_to_user(addr, mm->auxv, MIN(n, len)))
		return -EFAULT;
	return (long)n;
}

/* Operations whose arguments are numbers and that concern the process, not its memory. */
static bool passes_through(int option)
{
	switch (option) {
	case PR_SET_PDEATHSIG:
	case PR_GET_DUMPABLE:
	case PR_SET_DUMPABLE:
	case PR_GET_KEEPCAPS:
	case PR_SET_KEEPCAPS:
	case PR_GET_TIMING:
	case PR_SET_TIMING:
	case PR_GET_SECCOMP:
	case PR_CAPBSET_READ:
	case PR_CAPBSET_DROP:
	case PR_GET_SECUREBITS:
	case PR_SET_SECUREBITS:
	case PR_SET_TIMERSLACK:
	case PR_GET_TIMERSLACK:
	case PR_TASK_PERF_EVENTS_DISABLE:
	case PR_TASK_PERF_EVENTS_ENABLE:
	case PR_MCE_KILL:
	case PR_MCE_KILL_GET:
	case PR_SET_CHILD_SUBREAPER:
	case PR_SET_NO_NEW_PRIVS:
	case PR_GET_NO_NEW_PRIVS:
	case PR_SET_THP_DISABLE:
	case PR_GET_THP_DISABLE:
	case PR_CAP_AMBIENT:
	case PR_GET_SPECULATION_CTRL:
	case PR_SET_SPECULATION_CTRL:
	case PR_SET_IO_FLUSHER:
	case PR_GET_IO_FLUSHER:
	case PR_SET_PTRACER_OP:
		return true;
	default:
		return false;
	}
}

SYSCALL_DEFINE5(prctl,
		(.missing = "PR_SET_MM, PR_SET_SECCOMP, PR_SET_TSC, PR_SET_VMA, PR_SET_MDWE, "
			    "PR_SET_SYSCALL_USER_DISPATCH, PR_SCHED_CORE, PR_SET_MEMORY_MERGE"),
		PRCTL_OP, option, PRCTL_ARG, arg2, PRCTL_ARG, arg3, PRCTL_ARG, arg4, PRCTL_ARG,
		arg5)
{
	int tsc = PR_TSC_ENABLE;

	if (passes_through(option))
		return host(SYS_prctl, option, arg2, arg3, arg4, arg5);
	switch (option) {
	case PR_SET_NAME:
		return set_name(arg2);
	case PR_GET_NAME:
		return copy_to_user(arg2, current->comm, sizeof(current->comm));
	case PR_GET_PDEATHSIG:
	case PR_GET_CHILD_SUBREAPER:
		return host(SYS_prctl, option, HP(user_out(arg2, sizeof(int))), arg3, arg4, arg5);
	case PR_GET_TSC:
		return put_user(tsc, arg2);
	case PR_GET_TID_ADDRESS: /* eight bytes for every caller */
		return put_user(current->clear_child_tid, arg2);
	case PR_GET_AUXV:
		return arg4 || arg5 ? -EINVAL : get_auxv(arg2, arg3);
	default:
		return -EINVAL;
	}
}
