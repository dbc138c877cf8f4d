/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that change or look into the kernel itself. A guest is given the errors of a process that
 * lacks the privilege where the work would change the host for everybody: modules and kexec. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "syscalls/resource.h"
#include "task/signal.h"
#include "task/task.h"

#ifndef SYS_uprobe
#define SYS_uprobe 336
#endif

#define NO_MODULES "everything but the errors: no guest loads or unloads modules"
#define NO_KEXEC   "everything but the errors: no guest replaces the host's kernel"
#define NO_URING   "disabled, as by the sysctl io_uring_disabled=2"

/* The host's answer to a call that cannot do anything, for the guest's: that the kernel does not
 * have it, or EPERM. */
static long refused(long probe)
{
	return probe == -ENOSYS ? -ENOSYS : -EPERM;
}

SYSCALL_DEFINE3(init_module, (.missing = NO_MODULES), ADDR, umod, SIZE, len, STR, uargs)
{
	(void)umod;
	(void)len;
	(void)uargs;
	return refused(host(SYS_init_module, 0, 0, 0));
}

SYSCALL_DEFINE3(finit_module, (.missing = NO_MODULES), FD, fd, STR, uargs, HEX, flags)
{
	(void)fd;
	(void)uargs;
	(void)flags;
	return refused(host(SYS_finit_module, -1, 0, 0));
}

SYSCALL_DEFINE2(delete_module, (.missing = NO_MODULES), STR, name_user, HEX, flags)
{
	(void)name_user;
	(void)flags;
	return refused(host(SYS_delete_module, 0, 0));
}

SYSCALL_DEFINE4(kexec_load, (.missing = NO_KEXEC), HEX, entry, SIZE, nr_segments, ADDR, segments,
		HEX, flags)
{
	(void)entry;
	(void)nr_segments;
	(void)segments;
	(void)flags;
	return refused(host(SYS_kexec_load, 0, -1, 0, 0));
}

COMPAT_SYSCALL_DEFINE4(kexec_load, (.missing = NO_KEXEC), HEX, entry, SIZE, nr_segments, ADDR,
		       segments, HEX, flags)
{
	return do_sys_kexec_load(entry, nr_segments, segments, flags);
}

SYSCALL_DEFINE5(kexec_file_load, (.missing = NO_KEXEC), FD, kernel_fd, FD, initrd_fd, SIZE,
		cmdline_len, STR, cmdline, HEX, flags)
{
	(void)kernel_fd;
	(void)initrd_fd;
	(void)cmdline_len;
	(void)cmdline;
	(void)flags;
	return refused(host(SYS_kexec_file_load, -1, -1, 0, 0, -1));
}

/* 1: the index of a file system's name; 2: the name of an index; 3: how many there are. */
SYSCALL_DEFINE3(sysfs, (), INT, option, HEX, arg1, HEX, arg2)
{
	char name[PAGE_SIZE] = "";
	long ret;

	if (option == 1)
		return host(SYS_sysfs, option, HP(user_str(arg1)), arg2);
	if (option != 2)
		return host(SYS_sysfs, option, arg1, arg2);
	ret = host(SYS_sysfs, option, (u32)arg1, HP(name));
	if (ret < 0)
		return ret;
	return copy_to_user(arg2, name, strlen(name) + 1) ? -EFAULT : ret;
}

/* Linux 6.16 dropped it for good; no distribution had it configured for years before. */
SYSCALL_DEFINE1(uselib, (), PATH, library)
{
	(void)library;
	return -ENOSYS;
}

/* ---- Probes ---- */

/* Code that the kernel puts into a probed program makes these calls; no guest has such code
 * (arch/x86/kernel/uprobes.c). */
SYSCALL_DEFINE0(uprobe, ())
{
	return host(SYS_uprobe);
}

SYSCALL_DEFINE0(uretprobe, ())
{
	siginfo_t info = {.si_signo = SIGILL, .si_code = SI_KERNEL};

	/* No asking the host: its answer is the signal. */
	if (!host_is_linux(6, 11))
		return -ENOSYS;
	signal_force(&info, TRAPNO_KEEP, 0, 0);
	return -1;
}

/* ---- perf_event_open ---- */

SYSCALL_DEFINE5(perf_event_open,
		(.missing = "counters count the emulator's work; breakpoints, probes"), ADDR,
		attr_uptr, PID, pid, INT, cpu, FD, group_fd, HEX, flags)
{
	u32 size = 0;

	/* attr.size stands behind attr.type; 0 means the first version's 64 bytes. */
	if (get_user(size, attr_uptr + 4))
		size = 0;
	return host(SYS_perf_event_open, HP(user_in(attr_uptr, MIN(MAX(size, 64u), PAGE_SIZE))),
		    pid, cpu, group_fd, flags);
}

/* ---- io_uring ---- */

SYSCALL_DEFINE2(io_uring_setup, (.missing = NO_URING), UINT, entries, ADDR, params)
{
	(void)entries;
	(void)params;
	return -EPERM;
}

/* No descriptor of a guest is a ring: the host says what is wrong with it. */
SYSCALL_DEFINE6(io_uring_enter, (.missing = NO_URING), FD, fd, UINT, to_submit, UINT, min_complete,
		HEX, flags, ADDR, argp, SIZE, argsz)
{
	(void)argp;
	return host(SYS_io_uring_enter, fd, to_submit, min_complete, (u32)flags, 0, argsz);
}

SYSCALL_DEFINE4(io_uring_register, (.missing = NO_URING), FD, fd, UINT, opcode, ADDR, arg, UINT,
		nr_args)
{
	return host(SYS_io_uring_register, fd, opcode, arg ? -PAGE_SIZE : 0, nr_args);
}
