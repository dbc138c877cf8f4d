/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/vsyscall.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "abi/entry_work.h"
#include "abi/syscall.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "sandbox/guard.h"
#include "syscall_nr.h"
#include "task/signal.h"

bool vsyscall_present(void)
{
	static signed char known = -1;
	char line[4600];
	FILE *maps;

	if (known >= 0)
		return known;
	known = 0;
	maps = fopen("/proc/self/maps", "re");
	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "[vsyscall]"))
			known = 1;
	if (maps)
		fclose(maps);
	return known;
}

/* write_ok_or_segv(): pointers into the kernel's half fault as if they had been written to. */
static bool write_ok(guest_addr addr, u64 size)
{
	siginfo_t info = {.si_signo = SIGSEGV, .si_code = SEGV_MAPERR};

	if (addr < TASK_SIZE_64 && size <= TASK_SIZE_64 - addr)
		return true;
	info.si_addr = (void *)(uintptr_t)addr;
	signal_force(&info, X86_TRAP_PF, 6, addr);
	return false;
}

static long call(u32 nr, u64 a, u64 b)
{
	u64 args[6] = {a, b};
	long ret;

	current->sc_abi = ABI_64;
	current->nr = (int)nr;
	if (unlikely(entry_work.guard && guard_bits(ABI_64, nr))) {
		struct policy_verdict v = guard_judge(ABI_64, nr, args);

		if (v.action == POLICY_KILL)
			signal_die(SIGSYS);
		if (v.action == POLICY_ERRNO)
			return -(long)v.err;
	}
	ret = sys_call_table[nr].desc->fn(args);
	user_end(ret);
	return ret;
}

/* -EFAULT: the signal is to be sent, or *sent has been. */
static long serve(guest_addr address, const struct pt_regs *regs, bool *sent)
{
	static const u64 size[3][2] = {
		{sizeof(struct timeval), sizeof(struct timezone)},
		{sizeof(s64), 0},
		{sizeof(u32), sizeof(u32)},
	};
	u64 nr = (address - VSYSCALL_ADDR) >> 10;

	*sent = !write_ok(regs->di, size[nr][0]) || (nr != 1 && !write_ok(regs->si, size[nr][1]));
	if (*sent)
		return -EFAULT;
	switch (nr) {
	case 0:
		return call(NR64_gettimeofday, regs->di, regs->si);
	case 1:
		return call(NR64_time, regs->di, 0);
	default:
		return call(NR64_getcpu, regs->di, regs->si);
	}
}

bool vsyscall_emulate(const struct cpu_exit *fault)
{
	siginfo_t info = {.si_signo = SIGSEGV, .si_code = SI_KERNEL};
	guest_addr address = fault->fault_addr, caller;
	struct pt_regs regs;
	bool sent = false;
	long ret = -EFAULT;

	if ((address & PAGE_MASK) != VSYSCALL_ADDR || !(fault->error_code & 16) ||
	    !vsyscall_present())
		return false;
	cpu_get_regs(&regs);
	if (!(address & ~PAGE_MASK & ~0xc00UL) && (address & 0xc00) != 0xc00 &&
	    !get_user(caller, regs.sp))
		ret = serve(address, &regs, &sent);
	if (ret == -EFAULT) {
		if (!sent)
			signal_force(&info, TRAPNO_KEEP, 0, 0);
		return true;
	}
	regs.ax = (u64)ret;
	regs.ip = caller; /* RET */
	regs.sp += 8;
	cpu_set_regs(&regs);
	return true;
}
