/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read(2), write(2) and their kin. Data moves between the host's file and guest memory in the host
 * call itself; a buffer that is scattered in the arena becomes an iovec. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "abi/syscall.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "net/emulate.h"
#include "syscalls/dir.h"
#include "syscalls/fdtable.h"
#include "syscalls/proc_fd.h"
#include "task/task.h"

#define MAX_PIECES 256
/* So much in pieces is still written in one: an eventfd takes no vectors. */
#define MAX_WHOLE 0x10000

/* A 64-bit value from the two halves that a 32-bit caller passes. */
#define POS(lo, hi) ((s64)((u64)(hi) << 32 | (u32)(lo)))

/* The pieces of a guest buffer. One that is longer than the address space (access_ok() is asked
 * before the length is cut) becomes a piece that the host refuses for that. */
static int pieces(guest_addr buf, u64 count, bool in, struct iovec *iov)
{
	if (unlikely(count > TASK_SIZE_64)) {
		iov[0] = (struct iovec){(void *)-PAGE_SIZE, count};
		return 1;
	}
	return user_range(buf, count, in, iov, MAX_PIECES);
}

/* A file that a 32-bit guest opened without O_LARGEFILE ends for its writes at 2 GiB - 1; the host
 * knows nothing of that. pos is where a write begins, or -1 for the file's own position. Returns
 * how many bytes may be written, 0 if the answer is EFBIG. */
static u64 small_room(int fd, s64 pos, u64 count)
{
	struct rlimit limit;
	struct stat st;

	if (likely(current->sc_abi == ABI_64 || !fd_is_small(fd)))
		return count;
	if (pos < 0)
		pos = host(SYS_lseek, fd, 0, SEEK_CUR);
	if (pos < 0 || (u64)pos + count <= INT_MAX || host(SYS_fstat, fd, HP(&st)) ||
	    !S_ISREG(st.st_mode))
		return count;
	if (pos < INT_MAX)
		return (u64)(INT_MAX - pos);
	/* the process's own limit goes first, with its signal: the host sees to that */
	return !host(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, HP(&limit)) && (u64)pos >= limit.rlim_cur
		       ? count
		       : 0;
}

SYSCALL_DEFINE3(read, (), FD, fd, BUF_OUT, buf, SIZE, count)
{
	struct iovec iov[MAX_PIECES];
	int n = pieces(buf, count, true, iov);
	long ret;

	if (unlikely(proc_fds) && proc_fd_io(fd, buf, count, -1, false, &ret))
		return ret;
	EMULATED(emu_rw(fd, iov, n, true));
	if (n <= 1)
		return host_block(SYS_read, fd, HP(iov[0].iov_base), iov[0].iov_len);
	return host_block(SYS_readv, fd, HP(iov), n);
}

/* The file may be mapped and executed here. */
static long written(int fd, long ret)
{
	if (unlikely(mm_watch_writes) && ret > 0)
		mm_file_written(fd);
	return ret;
}

SYSCALL_DEFINE3(write, (), FD, fd, BUF_IN, buf, SIZE, count)
{
	struct iovec iov[MAX_PIECES];
	u64 room = small_room(fd, -1, count);
	int n = pieces(buf, room, false, iov);
	long ret;

	if (count && !room)
		return -EFBIG;
	if (unlikely(proc_fds) && proc_fd_io(fd, buf, count, -1, true, &ret))
		return ret;
	EMULATED(emu_rw(fd, iov, n, false));
	if (likely(n <= 1))
		return written(fd, host_block(SYS_write, fd, HP(iov[0].iov_base), iov[0].iov_len));
	if (room <= MAX_WHOLE)
		return written(fd, host_block(SYS_write, fd, HP(user_in(buf, room)), room));
	return written(fd, host_block(SYS_writev, fd, HP(iov), n));
}

static long do_pread(int fd, guest_addr buf, u64 count, s64 pos)
{
	struct iovec iov[MAX_PIECES];
	int n = pieces(buf, count, true, iov);
	long ret;

	if (unlikely(proc_fds) && pos >= 0 && proc_fd_io(fd, buf, count, pos, false, &ret))
		return ret;
	if (n <= 1)
		return host_block(SYS_pread64, fd, HP(iov[0].iov_base), iov[0].iov_len, pos);
	return host_block(SYS_preadv, fd, HP(iov), n, pos, 0);
}

static long do_pwrite(int fd, guest_addr buf, u64 count, s64 pos)
{
	struct iovec iov[MAX_PIECES];
	u64 room = pos < 0 ? count : small_room(fd, pos, count);
	int n = pieces(buf, room, false, iov);
	long ret;

	if (unlikely(proc_fds) && pos >= 0 && proc_fd_io(fd, buf, count, pos, true, &ret))
		return ret;
	if (count && !room)
		return -EFBIG;
	if (n <= 1)
		return written(
			fd, host_block(SYS_pwrite64, fd, HP(iov[0].iov_base), iov[0].iov_len, pos));
	return written(fd, host_block(SYS_pwritev, fd, HP(iov), n, pos, 0));
}

SYSCALL_DEFINE4(pread64, (), FD, fd, BUF_OUT, buf, SIZE, count, OFF, pos)
{
	return do_pread(fd, buf, count, pos);
}

SYSCALL_DEFINE4(pwrite64, (), FD, fd, BUF_IN, buf, SIZE, count, OFF, pos)
{
	return do_pwrite(fd, buf, count, pos);
}

SYSCALL_DEFINE5(ia32_pread64, (), FD, fd, BUF_OUT, buf, SIZE, count, HALF_LO, pos, HALF_HI, pos_hi)
{
	return do_pread(fd, buf, count, POS(pos, pos_hi));
}

SYSCALL_DEFINE5(ia32_pwrite64, (), FD, fd, BUF_IN, buf, SIZE, count, HALF_LO, pos, HALF_HI, pos_hi)
{
	return do_pwrite(fd, buf, count, POS(pos, pos_hi));
}

#define RWF_KNOWN 0xffu /* up to RWF_DONTCACHE */

/* All vector calls. Linux looks at the descriptor before it looks at the vector, so a vector that
 * cannot be imported is replaced by one that the host refuses for the same reason. */
static long do_iov(long nr, int fd, guest_addr vec, u64 vlen, s64 pos, u32 flags, bool in)
{
	static const struct iovec too_long = {NULL, SIZE_MAX};
	struct iovec *iov;
	long n = import_iovec(current->sc_abi, vec, vlen, in, &iov), ret;

	if (n == -EFAULT)
		return host(nr, fd, -PAGE_SIZE, 1, pos, 0, flags);
	if (n < 0) {
		ret = host(nr, fd, HP(&too_long), 1, pos, 0, flags);
		return ret < 0 ? ret : n;
	}
	/* A vector that crosses the end is not shortened. Unknown flags are refused before. */
	if (n && !in && !(flags & ~RWF_KNOWN) && !small_room(fd, nr == SYS_writev ? -1 : pos, 1))
		return -EFBIG;
	if (nr == SYS_readv || nr == SYS_writev)
		EMULATED(emu_rw(fd, iov, n, in));
	if (unlikely(proc_fds) && !flags &&
	    proc_fd_iov(fd, vec, vlen, nr == SYS_readv || nr == SYS_writev ? -1 : pos, !in, &ret))
		return ret;
	n = host_block(nr, fd, HP(iov), n, pos, 0, flags);
	return in ? n : written(fd, n);
}

SYSCALL_DEFINE3(readv, (), FD, fd, IOV_OUT, vec, SIZE, vlen)
{
	return do_iov(SYS_readv, fd, vec, vlen, 0, 0, true);
}

SYSCALL_DEFINE3(writev, (), FD, fd, IOV_IN, vec, SIZE, vlen)
{
	return do_iov(SYS_writev, fd, vec, vlen, 0, 0, false);
}

/* The halves of the position are longs; the high one has no room in a 64-bit kernel. */
SYSCALL_DEFINE5(preadv, (), FD, fd, IOV_OUT, vec, SIZE, vlen, OFF, pos, ULONG, pos_h)
{
	(void)pos_h;
	return do_iov(SYS_preadv, fd, vec, vlen, pos, 0, true);
}

SYSCALL_DEFINE5(pwritev, (), FD, fd, IOV_IN, vec, SIZE, vlen, OFF, pos, ULONG, pos_h)
{
	(void)pos_h;
	return do_iov(SYS_pwritev, fd, vec, vlen, pos, 0, false);
}

SYSCALL_DEFINE6(preadv2, (), FD, fd, IOV_OUT, vec, SIZE, vlen, OFF, pos, ULONG, pos_h, RWF_FLAGS,
		flags)
{
	(void)pos_h;
	return do_iov(SYS_preadv2, fd, vec, vlen, pos, flags, true);
}

SYSCALL_DEFINE6(pwritev2, (), FD, fd, IOV_IN, vec, SIZE, vlen, OFF, pos, ULONG, pos_h, RWF_FLAGS,
		flags)
{
	(void)pos_h;
	return do_iov(SYS_pwritev2, fd, vec, vlen, pos, flags, false);
}

COMPAT_SYSCALL_DEFINE5(preadv, (), FD, fd, IOV_OUT, vec, SIZE, vlen, HALF_LO, pos, HALF_HI, pos_hi)
{
	return do_iov(SYS_preadv, fd, vec, vlen, POS(pos, pos_hi), 0, true);
}

COMPAT_SYSCALL_DEFINE5(pwritev, (), FD, fd, IOV_IN, vec, SIZE, vlen, HALF_LO, pos, HALF_HI, pos_hi)
{
	return do_iov(SYS_pwritev, fd, vec, vlen, POS(pos, pos_hi), 0, false);
}

COMPAT_SYSCALL_DEFINE6(preadv2, (), FD, fd, IOV_OUT, vec, SIZE, vlen, HALF_LO, pos, HALF_HI, pos_hi,
		       RWF_FLAGS, flags)
{
	return do_iov(SYS_preadv2, fd, vec, vlen, POS(pos, pos_hi), flags, true);
}

COMPAT_SYSCALL_DEFINE6(pwritev2, (), FD, fd, IOV_IN, vec, SIZE, vlen, HALF_LO, pos, HALF_HI, pos_hi,
		       RWF_FLAGS, flags)
{
	return do_iov(SYS_pwritev2, fd, vec, vlen, POS(pos, pos_hi), flags, false);
}

SYSCALL_DEFINE3(lseek, (.flags = SC_QUICK), FD, fd, OFF, offset, SEEK_WHENCE, whence)
{
	return host(SYS_lseek, fd, offset, whence);
}

/* The offset is signed. A result beyond 31 bits is cut by the width of EAX, as natively. */
COMPAT_SYSCALL_DEFINE3(lseek, (.flags = SC_QUICK), FD, fd, INT, offset, SEEK_WHENCE, whence)
{
	return compat_dir_lseek(fd, offset, whence);
}

SYSCALL_DEFINE5(llseek, (), FD, fd, HALF_HI, offset_high, HALF_LO, offset_low, OFF64_OUT, result,
		SEEK_WHENCE, whence)
{
	s64 pos = compat_dir_lseek(fd, POS(offset_low, offset_high), whence);

	if (pos < 0)
		return pos;
	return put_user(pos, result);
}

static long do_sendfile(int out_fd, int in_fd, s64 *offset, u64 count)
{
	EMULATED(emu_send_from(out_fd, in_fd, offset, count));
	return written(out_fd, host_block(SYS_sendfile, out_fd, in_fd, HP(offset), count));
}

SYSCALL_DEFINE4(sendfile64, (), FD, out_fd, FD, in_fd, OFF64_INOUT, offset, SIZE, count)
{
	return do_sendfile(out_fd, in_fd, user_inout(offset, sizeof(s64)), count);
}

/* A position of 32 bits: the transfer ends below 2 GiB. */
COMPAT_SYSCALL_DEFINE4(sendfile, (), FD, out_fd, FD, in_fd, OFF_INOUT, offset, SIZE, count)
{
	s32 small;
	s64 pos;
	long ret;

	if (!offset)
		return do_sendfile(out_fd, in_fd, NULL, count);
	if (get_user(small, offset))
		return -EFAULT;
	pos = small;
	if (pos == INT_MAX && count)
		return -EOVERFLOW;
	if (pos >= 0 && pos + (s64)count > INT_MAX)
		count = INT_MAX - pos;
	ret = do_sendfile(out_fd, in_fd, &pos, count);
	small = pos;
	if (put_user(small, offset))
		return -EFAULT;
	return ret;
}

/* An offset for the host to read and advance; a bad one stays bad. */
static s64 *import_offset(guest_addr addr, s64 *pos)
{
	return addr && !get_user(*pos, addr) ? pos : user_inout(addr, sizeof(*pos));
}

/* Offsets are written when something was copied, and only then. */
SYSCALL_DEFINE6(copy_file_range, (), FD, fd_in, OFF64_INOUT, off_in, FD, fd_out, OFF64_INOUT,
		off_out, SIZE, len, UINT, flags)
{
	s64 in, out, *from = import_offset(off_in, &in), *to = import_offset(off_out, &out);
	long ret = host_block(SYS_copy_file_range, fd_in, HP(from), fd_out, HP(to), len, flags);

	if (ret > 0 && from == &in && put_user(in, off_in))
		return -EFAULT;
	if (ret > 0 && to == &out && put_user(out, off_out))
		return -EFAULT;
	return written(fd_out, ret);
}

SYSCALL_DEFINE6(splice, (), FD, fd_in, OFF64_INOUT, off_in, FD, fd_out, OFF64_INOUT, off_out, SIZE,
		len, SPLICE_FLAGS, flags)
{
	long ret;

	if (!off_in && !off_out && unlikely(net_emulated) &&
	    host(SYS_fcntl, fd_in, F_GETPIPE_SZ) > 0)
		EMULATED(emu_send_from(fd_out, fd_in, NULL, len));
	ret = host_block(SYS_splice, fd_in, HP(user_inout(off_in, sizeof(s64))), fd_out,
			 HP(user_inout(off_out, sizeof(s64))), len, flags);
	return written(fd_out, ret);
}

SYSCALL_DEFINE4(tee, (), FD, fd_in, FD, fd_out, SIZE, len, SPLICE_FLAGS, flags)
{
	return host_block(SYS_tee, fd_in, fd_out, len, flags);
}

SYSCALL_DEFINE4(vmsplice, (), FD, fd, IOV_IN, iov, SIZE, nr_segs, SPLICE_FLAGS, flags)
{
	long fl = host(SYS_fcntl, fd, F_GETFL);
	struct iovec *vec;
	long n;

	if (flags & ~(SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT))
		return -EINVAL;
	if (fl < 0)
		return fl;
	/* The read end of a pipe fills the vector, the write end takes from it. */
	n = import_iovec(current->sc_abi, iov, nr_segs, (fl & O_ACCMODE) == O_RDONLY, &vec);
	if (n < 0)
		return n;
	return host_block(SYS_vmsplice, fd, HP(vec), n, flags);
}
