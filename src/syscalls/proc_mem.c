/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/proc_mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "host/host.h"
#include "mm/uaccess.h"
#include "syscalls/proc_fd.h"
#include "syscalls/proc_view.h"
#include "syscalls/procfs.h"
#include "syscalls/ptrace_regs.h"
#include "task/exe.h"

#define NAME "trapgate-proc-mem"

/* A mark that no file of a guest's can have: memfd_create(2) gives it no such name (see
 * proc_mem_is_name()), and other files cannot be sealed. */
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW)

bool proc_mem_used;

long proc_mem_open(pid_t pid, u32 flags)
{
	char name[40], path[40];
	long mem, fd, low;

	snprintf(name, sizeof(name), NAME ":%d", pid);
	mem = host(SYS_memfd_create, HP(name), MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (mem < 0)
		return mem;
	host(SYS_fcntl, mem, F_ADD_SEALS, SEALS);
	snprintf(path, sizeof(path), "/proc/self/fd/%ld", mem);
	fd = host(SYS_open, HP(path), (flags & O_ACCMODE) | O_CLOEXEC);
	host(SYS_close, mem);
	if (fd < 0)
		return fd;
	low = host(SYS_fcntl, fd, flags & O_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD, 0);
	host(SYS_close, fd);
	proc_mem_used = true;
	if (low >= 0)
		proc_fd_mark((int)low);
	return low;
}

bool proc_mem_is_name(const char *name)
{
	return !strncmp(name, NAME, strlen(NAME));
}

/* Whose memory the descriptor means, or 0. */
static pid_t whose(int fd)
{
	char path[40], target[80];
	long n;
	int pid = 0;

	if (host(SYS_fcntl, fd, F_GET_SEALS) != SEALS)
		return 0;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = host(SYS_readlink, HP(path), HP(target), sizeof(target) - 1);
	if (n <= 0)
		return 0;
	target[n] = 0;
	return sscanf(target, "/memfd:" NAME ":%d", &pid) == 1 ? pid : 0;
}

/* Moves up to a page; returns how many bytes. A tracee that is stopped does it itself. */
static size_t move(const struct proc_view *v, guest_addr at, void *buf, size_t n, bool write)
{
	long got;

	if (v->self)
		return mm_force_copy(at, buf, n, write);
	got = write ? tracee_access(v->pid, at, buf, n, true) : 0;
	if (write)
		return got >= 0 ? (size_t)got : proc_view_write(v, at, buf, n);
	return proc_view_read(v, buf, at, n);
}

static long copy(const struct proc_view *v, guest_addr buf, u64 count, u64 pos, bool write)
{
	u8 page[PAGE_SIZE];
	u64 done = 0;

	while (done < count) {
		size_t n = MIN(count - done, sizeof(page) - ((pos + done) & ~PAGE_MASK)), got;

		if (write && copy_from_user(page, buf + done, n))
			return done ? (long)done : -EFAULT;
		got = move(v, pos + done, page, n, write);
		if (!write && got && copy_to_user(buf + done, page, got))
			return done ? (long)done : -EFAULT;
		done += got;
		if (got < n)
			return done ? (long)done : -EIO;
	}
	return (long)done;
}

bool proc_mem_io_of(pid_t pid, int fd, guest_addr buf, u64 count, s64 pos, bool write, long *ret)
{
	struct proc_view v;
	int mode;
	s64 at = pos;

	if (!exe_host_path(pid) && !proc_view_hidden(pid) && !whose(fd))
		return false; /* no guest's */
	mode = (int)host(SYS_fcntl, fd, F_GETFL) & O_ACCMODE;
	*ret = -EBADF;
	if (mode == (write ? O_RDONLY : O_WRONLY))
		return true;
	if (pos < 0)
		at = host(SYS_lseek, fd, 0, SEEK_CUR);
	*ret = 0; /* the process is gone: the end of the file */
	if (proc_view_get(&v, pid))
		return true;
	*ret = copy(&v, buf, MIN(count, 0x7ffff000UL), (u64)at, write);
	proc_view_free(&v);
	if (pos < 0 && *ret > 0)
		host(SYS_lseek, fd, at + *ret, SEEK_SET);
	return true;
}

bool proc_mem_io(int fd, guest_addr buf, u64 count, s64 pos, bool write, long *ret)
{
	pid_t pid = whose(fd);

	return pid && proc_mem_io_of(pid, fd, buf, count, pos, write, ret);
}
