/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/host.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

extern const char host_block_start[], host_block_insn[], host_block_before[], host_block_restart[];
extern const char host_copy_insn[], host_copy_end[];
extern const char host_touch_insn[], host_touch_end[];
extern const char host_strnlen_insn[], host_strnlen_fault[];
extern const char host_syscall32_insn[], host_syscall32_none[];

void host_signal_fixup(void *ucontext)
{
	greg_t *regs = ((ucontext_t *)ucontext)->uc_mcontext.gregs;
	uintptr_t at = (uintptr_t)regs[REG_RIP], insn = (uintptr_t)host_block_insn;

	if (at < (uintptr_t)host_block_start || at > insn)
		return;
	/* At the SYSCALL instruction itself: either not yet executed, or the kernel has moved the
	 * program counter back because the call is to be restarted. RCX tells. */
	if (at == insn && (uintptr_t)regs[REG_RCX] == insn + 2)
		regs[REG_RIP] = (greg_t)(uintptr_t)host_block_restart;
	else
		regs[REG_RIP] = (greg_t)(uintptr_t)host_block_before;
}

volatile int host_copy_signal;

bool host_copy_fixup(void *ucontext)
{
	greg_t *ip = &((ucontext_t *)ucontext)->uc_mcontext.gregs[REG_RIP];
	uintptr_t at = (uintptr_t)*ip;

	if (at == (uintptr_t)host_copy_insn)
		*ip = (greg_t)(uintptr_t)host_copy_end;
	else if (at == (uintptr_t)host_touch_insn)
		*ip = (greg_t)(uintptr_t)host_touch_end;
	else if (at == (uintptr_t)host_strnlen_insn)
		*ip = (greg_t)(uintptr_t)host_strnlen_fault;
	else if (at == (uintptr_t)host_syscall32_insn)
		*ip = (greg_t)(uintptr_t)host_syscall32_none;
	else
		return false;
	return true;
}

char host_task_state(int tid)
{
	char text[512], *p;

	if (!host_proc_read(tid, "stat", text, sizeof(text))) /* no /proc */
		return 0;
	p = strrchr(text, ')');
	return p && p[1] ? p[2] : 0;
}

bool host_task_waits(int tid)
{
	char text[256], *pc;

	/* "running", or a call's number, arguments, stack pointer and program counter */
	if (!host_proc_read(tid, "syscall", text, sizeof(text)))
		return false;
	pc = strrchr(text, ' ');
	return pc && strtoul(pc, NULL, 16) == (uintptr_t)host_block_insn + 2;
}

bool host_task_alive(int tid)
{
	char state;

	if (host(SYS_tkill, tid, 0) == -ESRCH)
		return false;
	state = host_task_state(tid);
	return state != 'Z' && state != 'X';
}

bool host_orphaned_group(void)
{
	long group = host(SYS_getpgid, 0), session = host(SYS_getsid, 0);
	DIR *dir = opendir("/proc");
	struct dirent *e;
	bool orphaned = true;

	while (dir && orphaned && (e = readdir(dir))) {
		int pid = atoi(e->d_name), parent;

		if (pid <= 0 || host(SYS_getpgid, pid) != group || host_task_state(pid) == 'Z')
			continue;
		parent = host_proc_status(pid, "\nPPid:");
		orphaned = parent <= 1 || host(SYS_getpgid, parent) == group ||
			   host(SYS_getsid, parent) != session;
	}
	if (dir)
		closedir(dir);
	return orphaned;
}

bool host_capable(int cap)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	if (host(SYS_capget, HP(&header), HP(data)))
		return false;
	return data[cap / 32].effective >> cap % 32 & 1;
}

bool host_is_linux(int major, int minor)
{
	static int has_major, has_minor;
	struct utsname u;

	if (!has_major &&
	    (host(SYS_uname, HP(&u)) || sscanf(u.release, "%d.%d", &has_major, &has_minor) != 2))
		return false;
	return has_major > major || (has_major == major && has_minor >= minor);
}

long host_may_execute(const char *path)
{
	long ret = host(SYS_faccessat2, AT_FDCWD, HP(path), X_OK, AT_EACCESS);

	/* Kernels before 5.8 do not have it, and filters of containers may not know it. */
	if (ret != -ENOSYS && ret != -EPERM)
		return ret;
	if (getuid() == geteuid() && getgid() == getegid())
		return host(SYS_access, HP(path), X_OK);
	return eaccess(path, X_OK) ? -errno : 0;
}

static void vwarn(const char *fmt, va_list ap)
{
	char line[1024];
	int n = snprintf(line, sizeof(line), "trapgate: ");

	n += vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	if (n > (int)sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	for (int i = 0; i < n; i++) /* one message, one line */
		if (line[i] == '\n')
			line[i] = ' ';
	line[n++] = '\n';
	host(SYS_write, 2, HP(line), n);
}

void warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vwarn(fmt, ap);
	va_end(ap);
}

void fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vwarn(fmt, ap);
	va_end(ap);
	_exit(125);
}

int host_memory_file(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0 || fcntl(fd, F_SETFL, O_APPEND) < 0)
		fatal("memfd_create: %s", strerror(errno));
	return fd;
}

void die(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vwarn(fmt, ap);
	va_end(ap);
	_exit(status);
}

/* Descriptors of trapgate's own: the trace output and what a sandbox holds. */
static int own[HOST_MAX_OWN_FDS];
int host_nr_own_fds;
u32 host_own_from, host_own_span;
static int own_min = __INT_MAX__; /* none is below */

/* Each process has a table of 8 bytes for every number up to the highest one, which fork(2) copies.
 */
#define HIGH_ENOUGH 4096

/* Duplicates fd to the highest place that the guest will not reach for: just above its soft limit
 * when the hard limit lets us raise that for a moment, else just below it; where limits are very
 * high, among numbers that few programs come to. */
static int dup_high(int fd)
{
	struct rlimit lim, raised;
	long got;

	if (getrlimit(RLIMIT_NOFILE, &lim) != 0)
		return -1;
	if (lim.rlim_cur > HIGH_ENOUGH)
		return (int)host(SYS_fcntl, fd, F_DUPFD_CLOEXEC, HIGH_ENOUGH - HOST_MAX_OWN_FDS);
	if (lim.rlim_cur < lim.rlim_max && lim.rlim_cur < 0x10000000) {
		raised = lim;
		raised.rlim_cur = MIN(lim.rlim_cur + HOST_MAX_OWN_FDS, lim.rlim_max);
		if (setrlimit(RLIMIT_NOFILE, &raised) == 0) {
			got = host(SYS_fcntl, fd, F_DUPFD_CLOEXEC, lim.rlim_cur);
			setrlimit(RLIMIT_NOFILE, &lim);
			if (got >= 0)
				return (int)got;
		}
	}
	for (rlim_t back = MIN(HOST_MAX_OWN_FDS, lim.rlim_cur / 2); back && back <= lim.rlim_cur;
	     back *= 2) {
		got = host(SYS_fcntl, fd, F_DUPFD_CLOEXEC, lim.rlim_cur - back);
		if (got >= 0)
			return (int)got;
	}
	return -1;
}

bool host_raise_fds(struct rlimit *old)
{
	struct rlimit more;

	if (getrlimit(RLIMIT_NOFILE, old) || old->rlim_cur >= old->rlim_max)
		return false;
	more = *old;
	more.rlim_cur = MIN(old->rlim_cur + HOST_MAX_OWN_FDS, old->rlim_max);
	return setrlimit(RLIMIT_NOFILE, &more) == 0;
}

void host_restore_fds(const struct rlimit *old)
{
	setrlimit(RLIMIT_NOFILE, old);
}

long host_beyond_fds(long nr, long a, long b, long c)
{
	struct rlimit old;
	long ret = host(nr, a, b, c);

	if (ret != -EMFILE || !host_raise_fds(&old))
		return ret;
	ret = host(nr, a, b, c);
	host_restore_fds(&old);
	return ret;
}

int host_own_fd(int fd)
{
	int got;

	if (host_nr_own_fds == HOST_MAX_OWN_FDS)
		return fd;
	got = dup_high(fd);
	if (got < 0) {
		got = fd;
		host(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
	} else {
		host(SYS_close, fd);
	}
	own[host_nr_own_fds++] = got;
	own_min = MIN(own_min, got);
	host_own_span = MAX(host_own_from + host_own_span, (u32)got + 1) - (u32)own_min;
	host_own_from = (u32)own_min;
	return got;
}

bool host_fd_is_own(int fd)
{
	if (likely(fd < own_min))
		return false;
	for (int i = 0; i < host_nr_own_fds; i++)
		if (own[i] == fd)
			return true;
	return false;
}

void host_close_own_fd(int fd)
{
	for (int i = 0; i < host_nr_own_fds; i++) {
		if (own[i] != fd)
			continue;
		own[i] = own[--host_nr_own_fds];
		host(SYS_close, fd);
		return;
	}
}

void host_close_range(u32 from, u32 to)
{
	struct rlimit lim;

	/* Kernels before 5.9 do not have it, and filters of containers may not know it. */
	if (host(SYS_close_range, from, to, 0) == 0 || getrlimit(RLIMIT_NOFILE, &lim))
		return;
	for (u32 fd = from; fd <= to && fd < lim.rlim_max; fd++)
		host(SYS_close, fd);
}

void host_close_others(u32 from, u32 to)
{
	int all[HOST_MAX_OWN_FDS], n = host_own_fds(all, HOST_MAX_OWN_FDS);

	for (int i = 0; i < n && (u32)all[i] <= to; i++) {
		if ((u32)all[i] < from)
			continue;
		if ((u32)all[i] > from)
			host_close_range(from, (u32)all[i] - 1);
		from = (u32)all[i] + 1;
	}
	if (from <= to)
		host_close_range(from, to);
}

int host_own_fds(int *out, int max)
{
	int n = MIN(host_nr_own_fds, max);

	for (int i = 0; i < n; i++) { /* insertion sort: there are at most a handful */
		int j = i;

		for (; j > 0 && out[j - 1] > own[i]; j--)
			out[j] = out[j - 1];
		out[j] = own[i];
	}
	return n;
}

_Noreturn void host_end_like(int status)
{
	struct rlimit none = {0, 0};
	sigset_t set;
	int sig;

	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	sig = WTERMSIG(status);
	setrlimit(RLIMIT_CORE, &none);
	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
	_exit(128 + sig);
}
