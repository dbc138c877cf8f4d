/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The address space: mmap(2), munmap(2), mprotect(2), mremap(2), brk(2), madvise(2), msync(2),
 * mincore(2), mlock(2), mseal(2), protection keys. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "abi/syscall.h"
#include "host/host.h"
#include "mm/mm.h"
#include "mm/track.h"
#include "mm/uaccess.h"

#ifndef SYS_map_shadow_stack
#define SYS_map_shadow_stack 453
#endif

/* MAP_HUGETLB without a file: the size of its pages, or 0 where the host has no such pages. */
static u64 huge_page_size(u32 flags)
{
	u32 log = flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK;
	char path[64];

	if (!log)
		log = 21;
	if (log > 40)
		return 0;
	snprintf(path, sizeof(path), "/sys/kernel/mm/hugepages/hugepages-%lukB",
		 (1UL << log) / 1024);
	return host(SYS_access, HP(path), F_OK) ? 0 : 1UL << log;
}

/* The size of the pages of a file on hugetlbfs, which is that of its blocks, 0 for other files. */
static u64 huge_file(int fd, const struct stat *file)
{
	struct statfs st;

	return file->st_blksize > 1 << 15 && !host(SYS_fstatfs, fd, HP(&st)) &&
			       st.f_type == HUGETLBFS_MAGIC
		       ? (u64)st.f_bsize
		       : 0;
}

static long mmap_huge(guest_addr addr, u64 len, u32 prot, u32 flags, int fd, u64 off, u64 size)
{
	if (!size || !len)
		return -EINVAL;
	if (!((len + size - 1) & ~(size - 1)))
		return -ENOMEM;
	len = (len + size - 1) & ~(size - 1);
	if (!(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) && len <= TASK_SIZE_64 - size) {
		addr = mm_unmapped(addr, len, size);
		flags |= MAP_FIXED_NOREPLACE;
	} else if (addr & (size - 1)) {
		return -EINVAL;
	}
	return addr ? mm_mmap(addr, len, prot, flags | MAP_HUGETLB, fd, off) : -ENOMEM;
}

/* For a vfork child, whose parent is to have the same. */
static long changed(long ret, struct track_change c)
{
	if (unlikely(track_on) && (ret >= 0 || ret <= -4096)) {
		if (c.call == TRACK_MMAP)
			c.addr = (guest_addr)ret;
		else if (c.call == TRACK_MREMAP)
			c.new_addr = (guest_addr)ret;
		track_change(&c);
	}
	return ret;
}

/* ksys_mmap_pgoff(): the descriptor is looked at before the arguments. */
static long map(guest_addr addr, u64 len, u32 prot, u32 flags, int fd, u64 off)
{
	struct stat st;
	u64 huge;
	long ret;

	if (unlikely((flags & MAP_ANONYMOUS) && (flags & MAP_HUGETLB)))
		return mmap_huge(addr, len, prot, flags, -1, off, huge_page_size(flags));
	if (flags & MAP_ANONYMOUS)
		return mm_mmap(addr, len, prot, flags, -1, off);
	if (fd < 0 || host_fd_is_own(fd))
		return -EBADF;
	if (unlikely(host(SYS_fstat, fd, HP(&st))))
		return -EBADF;
	huge = huge_file(fd, &st);
	if (unlikely(huge || (flags & MAP_HUGETLB)))
		ret = mmap_huge(addr, len, prot, flags, fd, off, huge);
	else
		ret = mm_mmap_file(addr, len, prot, flags, fd, off, &st);
	if (unlikely(ret < 0 && ret > -4096)) {
		int open_flags = (int)host(SYS_fcntl, fd, F_GETFL);

		if (open_flags < 0 || (open_flags & O_PATH))
			return -EBADF;
	}
	return ret;
}

/* Where libraries go, far below other mappings. Where a place is not free mmap takes any other. */
#define LIBRARIES	0x7fe000000000UL
#define LIBRARY_PLACES	4096
#define LIBRARY_SPACING 0x200000UL

/* The dynamic linker of glibc asks for libraries so. */
static bool is_library(guest_addr addr, u32 flags, u64 off)
{
	return (flags & MAP_DENYWRITE) && !addr && !off && !(flags & (MAP_FIXED | MAP_ANONYMOUS)) &&
	       mm_has_places();
}

static long do_mmap(guest_addr addr, u64 len, u32 prot, u32 flags, int fd, u64 off)
{
	if (is_library(addr, flags, off) && fd >= 0 && !host_fd_is_own(fd)) {
		u64 place = mm_place_of_file(fd, LIBRARY_PLACES);

		addr = place ? LIBRARIES + place * LIBRARY_SPACING : 0;
	}
	return changed(
		map(addr, len, prot, flags, fd, off),
		(struct track_change){TRACK_MMAP, 0, len, prot, flags, .off = off, .fd = fd});
}

SYSCALL_DEFINE6(mmap, (.flags = SC_QUICK), ADDR, addr, SIZE, len, PROT, prot, MMAP_FLAGS, flags, FD,
		fd, HEX, off)
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

SYSCALL_DEFINE2(munmap, (.flags = SC_QUICK), ADDR, addr, SIZE, len)
{
	return changed(mm_munmap(addr, len), (struct track_change){TRACK_MUNMAP, addr, .len = len});
}

SYSCALL_DEFINE3(mprotect, (.flags = SC_QUICK), ADDR, addr, SIZE, len, PROT, prot)
{
	if (prot >> 32 && len)
		return -EINVAL;
	return changed(mm_mprotect(addr, len, (u32)prot),
		       (struct track_change){TRACK_MPROTECT, addr, len, .prot = prot});
}

SYSCALL_DEFINE5(mremap, (), ADDR, old, SIZE, old_len, SIZE, new_len, MREMAP_FLAGS, flags, ADDR,
		new_addr)
{
	if (flags >> 32)
		return -EINVAL;
	return changed(mm_mremap(old, old_len, new_len, (u32)flags, new_addr),
		       (struct track_change){TRACK_MREMAP, old, old_len, .flags = flags,
					     .new_len = new_len});
}

SYSCALL_DEFINE1(brk, (.flags = SC_QUICK), ADDR, brk)
{
	return changed(mm_brk(brk), (struct track_change){TRACK_BRK, .addr = brk});
}

SYSCALL_DEFINE3(madvise, (.flags = SC_QUICK), ADDR, addr, SIZE, len, MADV, advice)
{
	return changed(mm_madvise(addr, len, advice),
		       (struct track_change){TRACK_MADVISE, addr, len, .prot = (u32)advice});
}

SYSCALL_DEFINE3(msync, (), ADDR, addr, SIZE, len, MSYNC_FLAGS, flags)
{
	return mm_msync(addr, len, flags);
}

SYSCALL_DEFINE3(mincore, (), ADDR, addr, SIZE, len, ADDR, vec)
{
	return mm_mincore(addr, len, vec);
}

SYSCALL_DEFINE5(remap_file_pages, (), ADDR, start, SIZE, size, PROT, prot, ULONG, pgoff, MMAP_FLAGS,
		flags)
{
	return mm_remap_file_pages(start, size, prot, pgoff, flags);
}

SYSCALL_DEFINE3(mseal, (), ADDR, addr, SIZE, len, ULONG, flags)
{
	return changed(mm_mseal(addr, len, flags),
		       (struct track_change){TRACK_MSEAL, addr, .len = len});
}

/* ---- Locking ---- */

SYSCALL_DEFINE2(mlock, (), ADDR, addr, SIZE, len)
{
	return changed(mm_mlock(addr, len, 0),
		       (struct track_change){TRACK_MLOCK, addr, .len = len});
}

SYSCALL_DEFINE3(mlock2, (), ADDR, addr, SIZE, len, UINT, flags)
{
	return changed(mm_mlock(addr, len, flags),
		       (struct track_change){TRACK_MLOCK, addr, len, .flags = flags});
}

SYSCALL_DEFINE2(munlock, (), ADDR, addr, SIZE, len)
{
	return changed(mm_munlock(addr, len),
		       (struct track_change){TRACK_MUNLOCK, addr, .len = len});
}

SYSCALL_DEFINE1(mlockall, (), MLOCK_FLAGS, flags)
{
	return changed(mm_mlockall((u32)flags),
		       (struct track_change){TRACK_MLOCKALL, .flags = (u32)flags});
}

SYSCALL_DEFINE0(munlockall, ())
{
	return changed(mm_munlockall(), (struct track_change){.call = TRACK_MUNLOCKALL});
}

/* ---- Protection keys: what Linux answers on a CPU that has none ----
 *
 * The first pkey_alloc() finds key 0 free, cannot set its rights, and does not get it back. */

SYSCALL_DEFINE2(pkey_alloc, (), ULONG, flags, ULONG, init_val)
{
	if (flags || init_val & ~3UL)
		return -EINVAL;
	if (mm->pkey_taken)
		return -ENOSPC;
	mm->pkey_taken = true;
	return -EINVAL;
}

SYSCALL_DEFINE1(pkey_free, (), INT, pkey)
{
	(void)pkey;
	return -EINVAL;
}

SYSCALL_DEFINE4(pkey_mprotect, (), ADDR, addr, SIZE, len, PROT, prot, INT, pkey)
{
	if (prot >> 32 && len)
		return -EINVAL;
	if (pkey == -1)
		return mm_mprotect(addr, len, (u32)prot);
	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (!len)
		return 0;
	return addr + PAGE_ALIGN(len) <= addr ? -ENOMEM : -EINVAL;
}

/* The CPU has no shadow stacks; many hosts do not even have the call. */
SYSCALL_DEFINE3(map_shadow_stack, (), ADDR, addr, SIZE, size, UINT, flags)
{
	(void)addr, (void)size, (void)flags;
	return host(SYS_map_shadow_stack, 0, 0, ~0U) == -ENOSYS ? -ENOSYS : -EOPNOTSUPP;
}

/* ---- Memory behind descriptors ---- */

SYSCALL_DEFINE1(memfd_secret, (), UINT, flags)
{
	return host(SYS_memfd_secret, flags);
}

/* What the host refuses is refused its way; what it would allow, as vm.unprivileged_userfaultfd=0
 * refuses it. */
SYSCALL_DEFINE1(userfaultfd, (.missing = "always refused, with EPERM where the host allows it"),
		HEX, flags)
{
	long fd = host(SYS_userfaultfd, flags);

	if (fd < 0)
		return fd;
	host(SYS_close, fd);
	return -EPERM;
}
