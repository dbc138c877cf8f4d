/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/proc_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "host/host.h"
#include "mm/uaccess.h"
#include "sandbox/sandbox.h"
#include "syscalls/proc_maps_dir.h"
#include "syscalls/proc_mem.h"
#include "syscalls/proc_pages.h"
#include "syscalls/proc_path.h"
#include "syscalls/procfs.h"
#include "task/task.h"

/* Those that are taken away other than by close(2) stay marked: the mark says "perhaps". */
#define MARKS 8192
static u8 marks[MARKS / 8];
u32 proc_fds;

void proc_fd_mark(int fd)
{
	u32 at = MIN((u32)fd, MARKS - 1); /* the last one is for all beyond */

	proc_fds += !(marks[at / 8] & (1u << at % 8));
	marks[at / 8] |= (u8)(1u << at % 8);
}

bool proc_fd_may_be(int fd)
{
	u32 at = MIN((u32)fd, MARKS - 1);

	return proc_fds && (marks[at / 8] & (1u << at % 8));
}

void proc_fd_copied(int fd, int from)
{
	if (unlikely(proc_fds) && proc_fd_may_be(from))
		proc_fd_mark(fd);
}

void proc_fd_closed(int fd)
{
	if (likely(!proc_fds) || (u32)fd >= MARKS - 1 || !proc_fd_may_be(fd))
		return;
	marks[fd / 8] &= (u8) ~(1u << fd % 8);
	proc_fds--;
}

/* Which file of /proc fd is; false for all others. */
static bool resolve(int fd, struct proc_name *out)
{
	struct statfs st;

	return host(SYS_fstatfs, fd, HP(&st)) == 0 && st.f_type == PROC_SUPER_MAGIC &&
	       proc_resolve_fd(fd, out) && !proc_is_link(out->name);
}

void proc_fd_received(long fd)
{
	struct proc_name p;
	struct statfs st;

	if (fd < 0 || host(SYS_fstatfs, fd, HP(&st)) || st.f_type != PROC_SUPER_MAGIC)
		return;
	if (!proc_resolve_fd((int)fd, &p))
		proc_maps_dir_opened((int)fd);
	else if (!proc_is_link(p.name))
		proc_fd_mark((int)fd);
}

long proc_fd_opened(long fd)
{
	struct proc_name p;
	long err;

	proc_fd_received(fd);
	if (fd < 0 || !proc_fd_may_be((int)fd) || (host(SYS_fcntl, fd, F_GETFL) & O_PATH) ||
	    !resolve((int)fd, &p))
		return fd;
	err = proc_open_error(&p);
	if (!err)
		return fd;
	proc_fd_closed((int)fd);
	host(SYS_close, fd);
	return err;
}

/* ---- Content ----
 *
 * A reader that goes on where it stopped gets the rest of what it has begun to read; who reads from
 * the start gets what there is now. */

static struct {
	struct proc_name name;
	char *data;
	size_t n;
	size_t start; /* of the record that was read last */
} last;

static bool load(const struct proc_name *p, bool from_start)
{
	char *data;
	size_t n;

	if (!from_start && last.data && !memcmp(p, &last.name, sizeof(*p)))
		return true;
	if (!proc_content(p, &data, &n))
		return false;
	free(last.data);
	last.name = *p;
	last.data = data;
	last.n = n;
	last.start = 0;
	return true;
}

/* Where the record that begins at data + at ends: what is about one area. */
static size_t record_end(size_t at)
{
	const char *end = NULL, *flags;

	if (!strcmp(last.name.name, "smaps")) {
		flags = memmem(last.data + at, last.n - at, "\nVmFlags:", 9);
		end = flags ? memchr(flags + 1, '\n', last.n - (size_t)(flags + 1 - last.data))
			    : NULL;
	} else if (!strcmp(last.name.name, "maps") || !strcmp(last.name.name, "numa_maps")) {
		end = memchr(last.data + at, '\n', last.n - at);
	}
	return end ? (size_t)(end + 1 - last.data) : last.n;
}

/* seq_read_iter(): how much of what is wanted at `at` one read gets: the rest of a record that has
 * been begun, and whole ones that together are less than a page, of which the last may be cut. */
static size_t readable(size_t at, size_t count)
{
	size_t start = last.start <= at ? last.start : 0, end = record_end(start), rest = 0, fill;

	while (end <= at) {
		start = end;
		end = record_end(end);
	}
	last.start = start;
	if (at > start) {
		rest = end - at;
		if (rest >= count || end == last.n)
			return MIN(rest, count);
		start = end;
		end = record_end(start);
	}
	count -= rest;
	fill = end - start;
	while (fill < count && end < last.n) {
		size_t next = record_end(end);

		if (fill + (next - end) >= PAGE_SIZE)
			break;
		fill += next - end;
		end = next;
	}
	return rest + MIN(fill, count);
}

static long read_content(int fd, const struct proc_name *p, guest_addr buf, u64 count, s64 pos)
{
	s64 at = pos < 0 ? host(SYS_lseek, fd, 0, SEEK_CUR) : pos;
	size_t n;

	if (!load(p, at == 0))
		return PROC_NOT_OURS;
	n = at >= 0 && (u64)at < last.n ? readable((size_t)at, MIN(count, last.n - (u64)at)) : 0;
	if (copy_to_user(buf, last.data + at, n))
		return -EFAULT;
	if (pos < 0 && n) {
		long ret = host(SYS_lseek, fd, at + (s64)n, SEEK_SET);

		if (ret < 0)
			return ret;
	}
	return (long)n;
}

static bool read_pagemap(const struct proc_name *p, int fd, guest_addr buf, u64 count, s64 pos,
			 long *ret)
{
	struct proc_view v;

	if (proc_view_get(&v, p->pid))
		return false;
	*ret = pagemap_read(&v, fd, buf, count, pos);
	proc_view_free(&v);
	return true;
}

bool proc_fd_io(int fd, guest_addr buf, u64 count, s64 pos, bool write, long *ret)
{
	struct proc_name p;
	int mode;

	if (!proc_fd_may_be(fd))
		return false;
	if (proc_mem_used && proc_mem_io(fd, buf, count, pos, write, ret))
		return true;
	if (sandbox_on || !resolve(fd, &p))
		return false;
	if (!strcmp(p.name, "mem"))
		return proc_mem_io_of(p.pid, fd, buf, count, pos, write, ret);
	mode = (int)host(SYS_fcntl, fd, F_GETFL) & O_ACCMODE;
	if (write || mode == O_WRONLY)
		return false;
	if (!strcmp(p.name, "pagemap"))
		return read_pagemap(&p, fd, buf, count, pos, ret);
	*ret = read_content(fd, &p, buf, count, pos);
	return *ret != PROC_NOT_OURS;
}

bool proc_fd_iov(int fd, guest_addr vec, u64 n, s64 pos, bool write, long *ret)
{
	long sum = 0;

	for (u64 i = 0; i < (u32)n; i++) {
		guest_addr base;
		u64 len;

		if (user_iovec_entry(current->sc_abi, vec, i, &base, &len) ||
		    !proc_fd_io(fd, base, len, pos < 0 ? pos : pos + sum, write, ret))
			return false;
		if (*ret < 0 && !sum)
			return true;
		if (*ret > 0)
			sum += *ret;
		if (*ret < 0 || (u64)*ret < len)
			break;
	}
	*ret = sum;
	return n > 0;
}
