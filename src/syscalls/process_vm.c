/* SPDX-License-Identifier: GPL-2.0-or-later */
/* process_vm_readv(2), process_vm_writev(2), process_madvise(2): the memory of guests, by the host
 * and by the guest's own addresses; never trapgate's own. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "abi/syscall.h"
#include "host/host.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "syscalls/proc_view.h"
#include "task/signal.h"
#include "task/task.h"

/* Reads an iovec array without looking at what it points to. */
static long get_iovec(struct iovec *out, guest_addr uiov, u64 n)
{
	for (u64 i = 0; i < n; i++) {
		u64 pair[2];
		u32 small[2];

		if (current->sc_abi == ABI_64) {
			if (copy_from_user(pair, uiov + 16 * i, sizeof(pair)))
				return -EFAULT;
		} else {
			if (copy_from_user(small, uiov + 8 * i, sizeof(small)))
				return -EFAULT;
			pair[0] = small[0];
			pair[1] = (u64)(s64)(s32)small[1];
		}
		if ((s64)pair[1] < 0)
			return -EINVAL;
		out[i] = (struct iovec){(void *)(uintptr_t)pair[0], pair[1]};
	}
	return 0;
}

static const struct vm_area *find(const struct proc_view *v, guest_addr addr)
{
	size_t lo = 0, hi = v->mm.nr_areas;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (v->areas[mid].end > addr)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo < v->mm.nr_areas && v->areas[lo].start <= addr ? &v->areas[lo] : NULL;
}

/* At the same place in every guest's process. */
static const u8 zeros[PAGE_SIZE];

/* Where guest memory of the process lies in its host process: entries of `to`, up to max. What the
 * guest could not access becomes an address that the host cannot access. */
static size_t translate(const struct proc_view *v, guest_addr addr, u64 len, bool write,
			struct iovec *to, size_t max)
{
	size_t n = 0;

	while (len && n < max) {
		const struct vm_area *a = find(v, addr);
		u64 delta = a ? v->delta[addr >> mm_chunk_shift] : 0, part;

		if (!a || !(a->prot & (write ? PROT_WRITE : PROT_READ)) || (a->flags & VMA_PFN)) {
			to[n++] = (struct iovec){NULL, len};
			break;
		}
		part = MIN(len, MIN(a->end, mm_chunk_end(addr)) - addr);
		if (!delta && write) {
			to[n++] = (struct iovec){NULL, len};
			break;
		}
		if (!delta) { /* nothing of it was ever touched */
			part = MIN(part, sizeof(zeros));
			to[n++] = (struct iovec){(void *)(uintptr_t)zeros, part};
		} else {
			to[n++] = (struct iovec){(void *)(uintptr_t)(addr + delta), part};
		}
		addr += part;
		len -= part;
	}
	return n;
}

static long do_process_vm(int pid, guest_addr lvec, u64 liovcnt, guest_addr rvec, u64 riovcnt,
			  u64 flags, bool write)
{
	struct iovec *local, *remote, *there;
	struct proc_view v;
	size_t n = 0;
	bool code = false;
	long count, err;

	if (flags)
		return -EINVAL;
	count = import_iovec(current->sc_abi, lvec, liovcnt, !write, &local);
	if (count < 0)
		return count;
	if (riovcnt > IOV_MAX)
		return -EINVAL;
	remote = user_scratch((riovcnt + 1) * sizeof(*remote));
	there = user_scratch(IOV_MAX * sizeof(*there));
	if (!remote || !there)
		return -ENOMEM;
	err = get_iovec(remote, rvec, riovcnt);
	if (err)
		return err;
	err = proc_view_get(&v, pid);
	if (err && proc_view_hidden(pid))
		return -EPERM;
	for (u64 i = 0; !err && i < riovcnt; i++) {
		guest_addr at = (guest_addr)(uintptr_t)remote[i].iov_base;

		/* What is written of one's own is noted as with any other call. */
		n += v.self && write
			     ? (size_t)user_range(at, remote[i].iov_len, true, there + n,
						  (int)(IOV_MAX - n))
			     : translate(&v, at, remote[i].iov_len, write, there + n, IOV_MAX - n);
		code |= write && proc_view_has_code(&v, at, remote[i].iov_len);
	}
	if (err)
		memcpy(there, remote, (n = riovcnt) * sizeof(*there));
	else
		proc_view_free(&v);
	count = host(write ? SYS_process_vm_writev : SYS_process_vm_readv, pid, HP(local), count,
		     HP(there), n, 0);
	if (code && count > 0)
		signal_code_written(pid);
	return count;
}

SYSCALL_DEFINE6(process_vm_readv, (), PID, pid, ADDR, lvec, ULONG, liovcnt, ADDR, rvec, ULONG,
		riovcnt, ULONG, flags)
{
	return do_process_vm(pid, lvec, liovcnt, rvec, riovcnt, flags, false);
}

SYSCALL_DEFINE6(process_vm_writev, (), PID, pid, ADDR, lvec, ULONG, liovcnt, ADDR, rvec, ULONG,
		riovcnt, ULONG, flags)
{
	return do_process_vm(pid, lvec, liovcnt, rvec, riovcnt, flags, true);
}

/* The process of a pidfd: its "Pid:" line; 0 if it is none. */
static int pid_of(int pidfd)
{
	char path[64], line[128];
	int pid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	f = fopen(path, "re");
	while (f && !pid && fgets(line, sizeof(line), f))
		sscanf(line, "Pid: %d", &pid);
	if (f)
		fclose(f);
	return pid;
}

SYSCALL_DEFINE5(process_madvise, (), FD, pidfd, ADDR, vec, ULONG, vlen, MADV, behavior, UINT, flags)
{
	struct iovec *list;
	struct proc_view v;
	long done = 0, err;
	int pid;

	vlen = (u32)vlen; /* import_iovec() takes an int */
	if (flags || vlen > IOV_MAX)
		return -EINVAL;
	list = user_scratch((vlen + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	err = get_iovec(list, vec, vlen);
	if (err)
		return err;
	pid = host_fd_is_own(pidfd) ? 0 : pid_of(pidfd);
	if (pid <= 0) /* the host says what is wrong with it */
		return host(SYS_process_madvise, pidfd, 0, 0, behavior, 0);
	if (pid != (int)host(SYS_getpid)) {
		struct iovec *there = user_scratch(IOV_MAX * sizeof(*there));
		size_t n = 0;

		if (!there || proc_view_get(&v, pid))
			return -EPERM;
		for (u64 i = 0; i < vlen; i++)
			n += translate(&v, (guest_addr)(uintptr_t)list[i].iov_base, list[i].iov_len,
				       false, there + n, IOV_MAX - n);
		proc_view_free(&v);
		return host(SYS_process_madvise, pidfd, HP(there), n, behavior, 0);
	}
	for (u64 i = 0; i < vlen && !err; i++) {
		err = mm_madvise((guest_addr)(uintptr_t)list[i].iov_base, list[i].iov_len,
				 behavior);
		if (!err)
			done += (long)list[i].iov_len;
	}
	return done ? done : err;
}
