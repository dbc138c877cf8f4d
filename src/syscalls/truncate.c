/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The size of files, what is known of their future, and getting them to the disk. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "abi/syscall.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "syscalls/exe_busy.h"
#include "syscalls/fdtable.h"
#include "syscalls/path.h"
#include "task/task.h"

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

/* A 64-bit value from the two halves that a 32-bit caller passes. */
#define POS(lo, hi) ((s64)((u64)(hi) << 32 | (u32)(lo)))

/* Mappings end where the file ends now. */
static long shrunk(long ret)
{
	if (!ret)
		mm_file_shrunk();
	return ret;
}

static long do_truncate(guest_addr path, s64 length)
{
	const char *p = user_path_alone(path, PATH_FOLLOW | PATH_WRITE);

	if (likely(!sandbox_on) && length >= 0 && exe_busy(AT_FDCWD, p, true))
		return -ETXTBSY;
	return shrunk(host(SYS_truncate, HP(p), length));
}

SYSCALL_DEFINE2(truncate, (), PATH, path, OFF, length)
{
	return do_truncate(path, length);
}

SYSCALL_DEFINE2(ftruncate, (), FD, fd, OFF, length)
{
	return shrunk(host(SYS_ftruncate, fd, length));
}

/* compat_off_t is signed: a negative length is refused. */
COMPAT_SYSCALL_DEFINE2(truncate, (), PATH, path, INT, length)
{
	return do_truncate(path, length);
}

COMPAT_SYSCALL_DEFINE2(ftruncate, (), FD, fd, INT, length)
{
	return shrunk(host(SYS_ftruncate, fd, length));
}

SYSCALL_DEFINE3(ia32_truncate64, (), PATH, path, HALF_LO, length, HALF_HI, length_hi)
{
	return do_truncate(path, POS(length, length_hi));
}

SYSCALL_DEFINE3(ia32_ftruncate64, (), FD, fd, HALF_LO, length, HALF_HI, length_hi)
{
	/* do_sys_ftruncate(): a file that was not opened as large stays small. */
	if (POS(length, length_hi) > INT_MAX && fd_is_small(fd))
		return -EINVAL;
	return shrunk(host(SYS_ftruncate, fd, POS(length, length_hi)));
}

SYSCALL_DEFINE4(fallocate, (), FD, fd, FALLOC_MODE, mode, OFF, offset, OFF, len)
{
	return host(SYS_fallocate, fd, mode, offset, len);
}

SYSCALL_DEFINE6(ia32_fallocate, (), FD, fd, FALLOC_MODE, mode, HALF_LO, offset, HALF_HI, offset_hi,
		HALF_LO, len, HALF_HI, len_hi)
{
	return host(SYS_fallocate, fd, mode, POS(offset, offset_hi), POS(len, len_hi));
}

SYSCALL_DEFINE4(fadvise64, (), FD, fd, OFF, offset, SIZE, len, FADVISE, advice)
{
	return host(SYS_fadvise64, fd, offset, len, advice);
}

SYSCALL_DEFINE5(ia32_fadvise64, (), FD, fd, HALF_LO, offset, HALF_HI, offset_hi, SIZE, len, FADVISE,
		advice)
{
	return host(SYS_fadvise64, fd, POS(offset, offset_hi), len, advice);
}

SYSCALL_DEFINE6(ia32_fadvise64_64, (), FD, fd, HALF_LO, offset, HALF_HI, offset_hi, HALF_LO, len,
		HALF_HI, len_hi, FADVISE, advice)
{
	return host(SYS_fadvise64, fd, POS(offset, offset_hi), POS(len, len_hi), advice);
}

SYSCALL_DEFINE3(readahead, (), FD, fd, OFF, offset, SIZE, count)
{
	return host(SYS_readahead, fd, offset, count);
}

SYSCALL_DEFINE4(ia32_readahead, (), FD, fd, HALF_LO, offset, HALF_HI, offset_hi, SIZE, count)
{
	return host(SYS_readahead, fd, POS(offset, offset_hi), count);
}

SYSCALL_DEFINE0(sync, ())
{
	return host(SYS_sync);
}

SYSCALL_DEFINE1(syncfs, (), FD, fd)
{
	return host(SYS_syncfs, fd);
}

SYSCALL_DEFINE1(fsync, (), FD, fd)
{
	return host(SYS_fsync, fd);
}

SYSCALL_DEFINE1(fdatasync, (), FD, fd)
{
	return host(SYS_fdatasync, fd);
}

SYSCALL_DEFINE4(sync_file_range, (), FD, fd, OFF, offset, OFF, nbytes, UINT, flags)
{
	return host(SYS_sync_file_range, fd, offset, nbytes, flags);
}

SYSCALL_DEFINE6(ia32_sync_file_range, (), FD, fd, HALF_LO, offset, HALF_HI, offset_hi, HALF_LO,
		nbytes, HALF_HI, nbytes_hi, UINT, flags)
{
	return host(SYS_sync_file_range, fd, POS(offset, offset_hi), POS(nbytes, nbytes_hi), flags);
}

/* struct cachestat_range is two u64, struct cachestat five, for both ABIs. */
SYSCALL_DEFINE4(cachestat, (), FD, fd, ADDR, range, ADDR, cstat, UINT, flags)
{
	return host(SYS_cachestat, fd, HP(user_in(range, 16)), HP(user_out(cstat, 40)), flags);
}
