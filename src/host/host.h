/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host kernel, called directly: results are -errno, and nothing of the C library (its locks,
 * its cached ids, its cancellation points) stands between the guest and the host. */
#ifndef TRAPGATE_HOST_HOST_H
#define TRAPGATE_HOST_HOST_H

#include <stdarg.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "abi/types.h"

/* Calls the host kernel. For calls that do not wait: nothing looks at pending signals.
 * Arguments are longs; pass pointers with a cast by HP(). Returns what the kernel returns. */
static inline long host_syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "0"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#define HP(p) ((long)(uintptr_t)(p))
#define HOST_X(nr, a, b, c, d, e, f, ...)                                                          \
	host_syscall6(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
/* host(SYS_close, fd), host(SYS_read, fd, HP(p), n), ... up to six arguments */
#define host(...) HOST_X(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

/* Calls the host kernel for a call that may wait. *pending is looked at in the last instruction
 * before the SYSCALL instruction; when it is nonzero, or becomes so before the kernel is entered,
 * the result is -ERESTARTNOINTR: the signal came before the call. When the kernel would restart the
 * call after a signal it is -ERESTARTSYS. Either way the call has had no effect.
 * host_signal_fixup() is the other half. See docs/signals.md. */
long host_syscall_block(const volatile u32 *pending, long nr, long a, long b, long c, long d,
			long e, long f);

/* In a build with ThreadSanitizer (make SAN=thread), or with any that has shadow memory. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HOST_TSAN 1
#endif
#if __has_feature(address_sanitizer)
#define HOST_SANITIZED 1
#endif
#endif
#ifdef __SANITIZE_THREAD__
#define HOST_TSAN 1
#endif
#if defined(HOST_TSAN) || defined(__SANITIZE_ADDRESS__)
#define HOST_SANITIZED 1
#endif

/* clone(2) with a stack (its end) and a thread pointer: the child calls fn(), which must not
 * return. Returns the child's id or -errno. */
long host_clone_thread(u64 flags, void *stack, int *parent_tid, int *child_tid, void *tls,
		       void (*fn)(void));

/* To be called by every host signal handler after it has set *pending: if the interrupted program
 * counter lies in host_syscall_block() before its SYSCALL instruction has taken effect, moves it
 * to an exit. ucontext is the handler's third argument. */
void host_signal_fixup(void *ucontext);

/* Calls the host kernel as a 32-bit program does: the number is i386's, pointers have 32 bits.
 * -ENOSYS where the kernel has no such calls. For what differs in ways that only the kernel knows.
 */
long host_syscall32(long nr, u32 a, u32 b, u32 c, u32 d, u32 e);

/* Copies n bytes between host pointers of which one may be guest memory that faults (a file
 * mapping beyond its end). Returns the number of bytes NOT copied. */
size_t host_copy(void *dst, const void *src, size_t n);

/* Reads a byte of each of n pages from p on. Returns how many did not fault. */
size_t host_touch(const void *p, size_t n);

/* The signal of the last fault in one of them. */
extern volatile int host_copy_signal;

/* To be called by the SIGSEGV/SIGBUS handler: true when the fault was in a function here and the
 * context has been moved to its error exit. */
bool host_copy_fixup(void *ucontext);

/* Length of the string at s, looking at no more than n bytes; n if there is no NUL there; -1 on a
 * fault. */
long host_strnlen(const char *s, size_t n);

/* Whether the process may execute a file, by its effective ids: 0 or -errno. */
long host_may_execute(const char *path);
/* Whether this process has the capability CAP_*. */
bool host_capable(int cap);
/* Whether the host is this version of Linux or a later one. */
bool host_is_linux(int major, int minor);

/* The caller may be in a younger PID namespace than the one whose processes /proc shows by their
 * numbers there, as behind unshare -p without --mount-proc (proc.c).
 *
 * The process that /proc has under this number, or 0 if the caller has none for it. */
int host_proc_pid(int number);
/* The name of a process's or thread's directory in /proc. */
struct host_proc_name {
	char s[12];
};
struct host_proc_name host_proc_name(int tid);

/* Reads a file of /proc/TID as a string of less than n bytes. */
bool host_proc_read(int tid, const char *name, char *buf, size_t n);
/* The number in a line of /proc/TID/status: field is "\nTgid:" and the like. 0: no such thread. */
int host_proc_status(int tid, const char *field);

/* Whether a thread has neither gone nor become a zombie. */
bool host_task_alive(int tid);
/* Whether a thread of this program or of a child of it sleeps in host_syscall_block(). False, too,
 * where /proc does not tell. */
bool host_task_waits(int tid);
/* The letter of proc_pid_stat(5), or 0 if there is none to be had. */
char host_task_state(int tid);

/* Whether nobody outside of this process's group, but of its session, is the parent of one of the
 * group (is_current_pgrp_orphaned()). */
bool host_orphaned_group(void);

/* Prints "trapgate: ..." as one line on stderr and ends with status 125 (trapgate failed). */
_Noreturn void fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same with a status of the caller's choice (126, 127). */
_Noreturn void die(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Prints "trapgate: ..." as one line on stderr. */
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A close-on-exec memfd_create(2) file that several processes write to the end of. O_APPEND keeps
 * their lines whole: Linux locks the position of no memfd (FMODE_ATOMIC_POS, fs/file.c), and what
 * two write at once would be put to the same place. Ends with a message where there is none. */
int host_memory_file(const char *name);

#define HOST_MAX_OWN_FDS 320

/* For a moment there may be more descriptors than the guest's soft limit permits: a guest that has
 * used up its own can still name files. False where the hard limit does not let us. */
bool host_raise_fds(struct rlimit *old);
void host_restore_fds(const struct rlimit *old);
/* A call of the host that gives a descriptor of trapgate's, for a moment. */
long host_beyond_fds(long nr, long a, long b, long c);

/* Moves a descriptor of trapgate's own out of the guest's way (high number, close-on-exec) and
 * remembers it. Returns the new number, or the old one where it cannot be moved. */
int host_own_fd(int fd);
/* True when fd is one of trapgate's own: the guest must see EBADF. */
bool host_fd_is_own(int fd);
/* How many there are. */
extern int host_nr_own_fds;
/* Those among which they all are: span numbers from the first on. */
extern u32 host_own_from, host_own_span;
/* The same for what may be a descriptor, at a glance: false when it is not one of them. */
static inline bool host_may_be_own(u64 fd)
{
	return (u32)fd - host_own_from < host_own_span;
}
/* Forgets and closes an own descriptor. */
void host_close_own_fd(int fd);
/* Before the first fork: children are to find trapgate's code mapped. fork(2) copies the page
 * tables of a mapping of a file only if a page in it is the process's own (vma_needs_copy()), so
 * one in each is made that; else each child faults dozens of times. No other thread may run. */
void host_will_fork(void);
/* In a process that goes on to make others: puts trapgate's code and constants on huge pages of the
 * process's own, where the host has some (MADV_COLLAPSE, Linux 6.1). That takes some 2 ms; then
 * fork(2) has 1,000 entries of page tables less to copy, and the children miss the TLB less. */
void host_will_fork_often(void);
/* Closes all descriptors in a range. */
void host_close_range(u32 from, u32 to);
/* Closes all descriptors in a range that are not trapgate's own. The host looks at each number in
 * it up to the highest that is open. */
void host_close_others(u32 from, u32 to);
/* The own descriptors, for close_range: writes up to max numbers, ascending; returns how many. */
int host_own_fds(int *out, int max);

/* Ends the process as the one whose status, of wait(2), this is has ended: by the same signal, but
 * without a core file. */
_Noreturn void host_end_like(int status);

#endif
