/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prctl(2), personality(2). What acts on the process as the host knows it goes to the host; what
 * would act on trapgate's own address space or CPU is done to the guest's. */
#include <errno.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>

#include "abi/syscall.h"
#include "cpu/cpu.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "syscalls/personality.h"
#include "syscalls/prctl_mm.h"
#include "syscalls/seccomp.h"
#include "task/task.h"

/* Operations that headers of the supported systems may lack. */
#ifndef PR_GET_AUXV
#define PR_GET_AUXV 0x41555856
#endif
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif
#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif
#ifndef PR_SCHED_CORE
#define PR_SCHED_CORE 62
#endif
#ifndef PR_SET_MDWE
#define PR_SET_MDWE		 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#define PR_GET_MDWE		 66
#endif
#ifndef PR_MDWE_NO_INHERIT
#define PR_MDWE_NO_INHERIT 2
#endif
#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE 67
#define PR_GET_MEMORY_MERGE 68
#endif
#define PR_SET_PTRACER_OP 0x59616d61

void personality_init(void)
{
	long persona = host(SYS_personality, 0xffffffff);

	guest_personality = persona < 0 ? PER_LINUX : (u32)persona; /* filters may refuse it */
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
	return host(SYS_prctl, PR_SET_NAME, HP(name));
}

/* The host's: /proc/PID/comm changes it, too. */
static long get_name(guest_addr addr)
{
	char name[16] = "";

	host(SYS_prctl, PR_GET_NAME, HP(name));
	return copy_to_user(addr, name, sizeof(name));
}

/* The kernel's array is larger than what a program gets. */
static long get_auxv(guest_addr addr, u64 len)
{
	u64 saved[ARRAY_SIZE(mm->auxv)];
	long size = host(SYS_prctl, PR_GET_AUXV, 0, 0, 0, 0);

	if (size < 0)
		return size;
	size = MIN(size, (long)sizeof(saved));
	mm_saved_auxv(mm, saved);
	return copy_to_user(addr, saved, MIN((u64)size, len)) ? -EFAULT : size;
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

/* PR_SET_MDWE: where the host has it. */
static long set_mdwe(u64 bits, u64 arg3, u64 arg4, u64 arg5)
{
	if (host(SYS_prctl, PR_GET_MDWE, 0, 0, 0, 0) < 0 || arg3 || arg4 || arg5 ||
	    (bits & ~(u64)(PR_MDWE_REFUSE_EXEC_GAIN | PR_MDWE_NO_INHERIT)) ||
	    bits == PR_MDWE_NO_INHERIT)
		return -EINVAL;
	if (mm_mdwe && mm_mdwe != bits)
		return -EPERM;
	mm_mdwe = (u32)bits;
	return 0;
}

static long get_mdwe(u64 arg2, u64 arg3, u64 arg4, u64 arg5)
{
	if (arg2 || arg3 || arg4 || arg5)
		return -EINVAL;
	return host(SYS_prctl, PR_GET_MDWE, 0, 0, 0, 0) < 0 ? -EINVAL : (long)mm_mdwe;
}

/* PR_SET_MEMORY_MERGE, where the host has it: it merges pages that are alike, which nobody sees,
 * and on the host it would walk all of the arena. */
static long memory_merge(bool set, u64 arg2, u64 arg3, u64 arg4, u64 arg5)
{
	static bool merge;

	if (arg3 || arg4 || arg5 || (!set && arg2) ||
	    host(SYS_prctl, PR_GET_MEMORY_MERGE, 0, 0, 0, 0) < 0)
		return -EINVAL;
	if (!set)
		return merge;
	merge = arg2 != 0;
	return 0;
}

static long set_tsc(u64 mode)
{
	if (mode != PR_TSC_ENABLE && mode != PR_TSC_SIGSEGV)
		return -EINVAL;
	current->no_tsc = mode == PR_TSC_SIGSEGV;
	cpu_set_tsd(current->no_tsc);
	return 0;
}

/* PR_SET_VMA_ANON_NAME: where the host has it. */
static long set_vma_name(u64 op, guest_addr addr, u64 len, guest_addr uname)
{
	char name[81];
	long n;

	if (op != 0 || host(SYS_prctl, PR_SET_VMA, 0, 0, 0, 0))
		return -EINVAL;
	if (!uname)
		return mm_set_anon_name(addr, len, NULL);
	n = strncpy_from_user(name, uname, 80);
	if (n < 0)
		return n;
	if (n == 80)
		return -EINVAL;
	for (long i = 0; i < n; i++)
		if (name[i] < 32 || name[i] > 126 || strchr("\\`$[]", name[i]))
			return -EINVAL;
	return mm_set_anon_name(addr, len, name);
}

SYSCALL_DEFINE5(prctl, (), PRCTL_OP, option, PRCTL_ARG, arg2, PRCTL_ARG, arg3, PRCTL_ARG, arg4,
		PRCTL_ARG, arg5)
{
	int tsc;

	if (passes_through(option))
		return host(SYS_prctl, option, arg2, arg3, arg4, arg5);
	switch (option) {
	case PR_SET_NAME:
		return set_name(arg2);
	case PR_GET_NAME:
		return get_name(arg2);
	case PR_GET_PDEATHSIG:
	case PR_GET_CHILD_SUBREAPER:
		return host(SYS_prctl, option, HP(user_out(arg2, sizeof(int))), arg3, arg4, arg5);
	case PR_GET_TSC:
		tsc = current->no_tsc ? PR_TSC_SIGSEGV : PR_TSC_ENABLE;
		return put_user(tsc, arg2);
	case PR_SET_TSC:
		return set_tsc(arg2);
	case PR_GET_TID_ADDRESS: /* eight bytes for every caller */
		return put_user(current->clear_child_tid, arg2);
	case PR_GET_AUXV:
		return arg4 || arg5 ? -EINVAL : get_auxv(arg2, arg3);
	case PR_SET_MM:
		return prctl_set_mm(arg2, arg3, arg4, arg5);
	case PR_SET_VMA:
		return set_vma_name(arg2, arg3, arg4, arg5);
	case PR_SET_MDWE:
		return set_mdwe(arg2, arg3, arg4, arg5);
	case PR_GET_MDWE:
		return get_mdwe(arg2, arg3, arg4, arg5);
	case PR_SET_MEMORY_MERGE:
	case PR_GET_MEMORY_MERGE:
		return memory_merge(option == PR_SET_MEMORY_MERGE, arg2, arg3, arg4, arg5);
	case PR_SET_SECCOMP:
		return prctl_set_seccomp(arg2, arg3);
	case PR_GET_SECCOMP:
		return prctl_get_seccomp();
	case PR_SET_SYSCALL_USER_DISPATCH:
		return prctl_user_dispatch(arg2, arg3, arg4, arg5);
	case PR_SCHED_CORE: /* the cookie's address is used by PR_SCHED_CORE_GET alone */
		return host(SYS_prctl, option, arg2, arg3, arg4, HP(user_out(arg5, 8)));
	default:
		return -EINVAL;
	}
}
