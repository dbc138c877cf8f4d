/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The address space: mmap(2), munmap(2), mprotect(2), mremap(2), brk(2), madvise(2), msync(2),
 * mincore(2). */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "abi/syscall.h"
#include "host/host.h"
#include "mm/mm.h"
#include "mm/uaccess.h"

/* ksys_mmap_pgoff(): the descriptor is looked at before the arguments. */
static long do_mmap(guest_addr addr, u64 len, u32 prot, u32 flags, int fd, u64 off)
{
	if (flags & MAP_ANONYMOUS)
		return mm_mmap(addr, len, prot, flags, -1, off);
	if (host_fd_is_own(fd) || host(SYS_fcntl, fd, F_GETFD) < 0 ||
	    (host(SYS_fcntl, fd, F_GETFL) & O_PATH))
		return -EBADF;
	return mm_mmap(addr, len, prot, flags, fd, off);
}

SYSCALL_DEFINE6(mmap, (), ADDR, addr, SIZE, len, PROT, prot, MMAP_FLAGS, flags, FD, fd, HEX, off)
{
	if (off & ~PAGE_MASK)
		return -EINVAL;
	return do_mmap(addr, len, prot, flags, fd, off);
}

SYSCALL_DEFINE6(mmap_pgoff, (), ADDR, addr, SIZE, len, PROT, prot, MMAP_FLAGS, flags, FD, fd, HEX,
		pgoff)
{
	return do_mmap(addr, len, prot, flags, fd, pgoff << PAGE_SHIFT);
}

COMPAT_SYSCALL_DEFINE1(ia32_mmap, (), MMAP_ARGS_IN, args)
{
	u32 a[6];

	if (get_user(a, args))
		return -EFAULT;
	if (a[5] & ~PAGE_MASK)
		return -EINVAL;
	return do_mmap(a[0], a[1], a[2], a[3], (int)a[4], a[5]);
}

SYSCALL_DEFINE2(munmap, (), ADDR, addr, SIZE, len)
{
	return mm_munmap(addr, len);
}

SYSCALL_DEFINE3(mprotect, (), ADDR, addr, SIZE, len, PROT, prot)
{
	return mm_mprotect(addr, len, prot);
}

SYSCALL_DEFINE5(mremap, (.missing = "MREMAP_DONTUNMAP; old size 0"), ADDR, old, SIZE, old_len, SIZE,
		new_len, MREMAP_FLAGS, flags, ADDR, new_addr)
{
	return mm_mremap(old, old_len, new_len, flags, new_addr);
}

SYSCALL_DEFINE1(brk, (), ADDR, brk)
{
	return mm_brk(brk);
}

SYSCALL_DEFINE3(madvise, (.missing = "MADV_DONTFORK, MADV_DOFORK"), ADDR, addr, SIZE, len, MADV,
		advice)
{
	return mm_madvise(addr, len, advice);
}

SYSCALL_DEFINE3(msync, (), ADDR, addr, SIZE, len, MSYNC_FLAGS, flags)
{
	return mm_msync(addr, len, flags);
}

SYSCALL_DEFINE3(mincore, (), ADDR, addr, SIZE, len, ADDR, vec)
{
	return mm_mincore(addr, len, vec);
}
