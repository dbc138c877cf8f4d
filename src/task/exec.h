/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_TASK_EXEC_H
#define TRAPGATE_TASK_EXEC_H

#include "abi/types.h"

/* Replaces the guest's program (fs/exec.c, fs/binfmt_elf.c, fs/binfmt_script.c). `path` is a host
 * path, argv and envp are host arrays of host strings, NULL-terminated. Returns 0 with the
 * registers of the new program in current->regs and in the CPU, or -errno with nothing changed;
 * then `why` holds what is wrong in a few words, or "". A failure after the old program is gone
 * kills the process by SIGSEGV, as on Linux. */
int exec_load(const char *path, char *const argv[], char *const envp[], char *why, size_t n);

/* What is executed, where what is opened and what the program is told differ. */
struct exec_name {
	const char *path;     /* host path to open */
	const char *filename; /* AT_EXECFN, and what a script's interpreter is told */
	bool inaccessible;    /* filename names a descriptor that execve closes */
	bool by_fd;	      /* execveat(2) of a descriptor alone */
	int former_tid;	      /* of the thread that the leader does it for, or 0 */
};
/* fd: what exec_open() gave, which is closed; or -1. */
int exec_load_as(const struct exec_name *name, int fd, char *const argv[], char *const envp[],
		 char *why, size_t n);

/* What execve does to the credentials of a program that is neither set-id nor has capabilities of
 * its own (cap_bprm_creds_from_file(), begin_new_exec()). Rights that Linux would give back to root
 * stay away: only the host's own execve could do that. */
void exec_creds(void);
/* --static-only: programs with an interpreter are refused (ELIBBAD). */
extern bool exec_static_only;

/* The 32-bit vDSO's __kernel_vsyscall uses INT 0x80 whatever the CPU has. */
extern bool exec_vsyscall_int80;

#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000 /* of execveat(2): asks, and executes nothing */
#endif

/* Opens a program if it can be executed at all: what execve(2) finds out before it looks at the
 * arguments. -errno if not, with the reason in `why`. */
int exec_open(const char *path, char *why, size_t n);

/* A guest has made an inotify instance: programs are opened only once, as Linux does it. Unless a
 * guest has Landlock rules or marks of executions, for which the host itself must be asked. */
extern bool exec_watched, exec_asks_host;

/* Closes descriptors with FD_CLOEXEC, but trapgate's own. */
void exec_close_fds(void);

#endif
