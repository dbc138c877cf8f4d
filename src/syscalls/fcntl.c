/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fcntl(2) and flock(2). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "syscalls/fdtable.h"
#include "task/task.h"

/* Commands as the kernel numbers them (include/uapi/asm-generic/fcntl.h); the C library's headers
 * of a 64-bit system hide the 64-bit lock commands of the 32-bit one. */
enum {
	K_F_GETLK = 5,
	K_F_SETLK = 6,
	K_F_SETLKW = 7,
	K_F_GETLK64 = 12,
	K_F_SETLK64 = 13,
	K_F_SETLKW64 = 14,
	K_F_SETOWN_EX = 15,
	K_F_GETOWN_EX = 16,
	K_F_GETOWNER_UIDS = 17,
	K_F_OFD_GETLK = 36,
	K_F_OFD_SETLK = 37,
	K_F_OFD_SETLKW = 38,
	K_F_GET_RW_HINT = 1024 + 11, /* ... to F_SET_FILE_RW_HINT, 1024 + 14 */
	K_F_SET_FILE_RW_HINT = 1024 + 14,
};

#define KERNEL_O_LARGEFILE 0100000

static long dup_fd(int fd, u32 cmd, u64 arg)
{
	long ret = host(SYS_fcntl, fd, cmd, arg);

	if (ret >= 0)
		fd_copied((int)ret, fd);
	return ret;
}

/* The commands that are the same for both ABIs. */
static long do_fcntl(int fd, u32 cmd, u64 arg)
{
	long ret;

	switch (cmd) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return dup_fd(fd, cmd, arg);
	case F_GETFL:
		ret = host(SYS_fcntl, fd, cmd, 0);
		return ret >= 0 && fd_is_small(fd) ? ret & ~KERNEL_O_LARGEFILE : ret;
	case K_F_GETOWN_EX:
	case K_F_GETOWNER_UIDS:
		return host(SYS_fcntl, fd, cmd, HP(user_out(arg, 2 * sizeof(int))));
	case K_F_SETOWN_EX:
		return host(SYS_fcntl, fd, cmd, HP(user_in(arg, 2 * sizeof(int))));
	case K_F_GET_RW_HINT ... K_F_SET_FILE_RW_HINT:
		return host(SYS_fcntl, fd, cmd, HP(user_inout(arg, sizeof(u64))));
	default:
		/* The rest takes a number, or nothing. */
		return host(SYS_fcntl, fd, cmd, arg);
	}
}

SYSCALL_DEFINE3(fcntl, (), FD, fd, FCNTL_CMD, cmd, FCNTL_ARG, arg)
{
	if (host_fd_is_own(fd))
		return -EBADF;
	switch (cmd) {
	case K_F_GETLK:
	case K_F_OFD_GETLK:
		return host(SYS_fcntl, fd, cmd, HP(user_inout(arg, sizeof(struct flock))));
	case K_F_SETLK:
	case K_F_OFD_SETLK:
		return host(SYS_fcntl, fd, cmd, HP(user_in(arg, sizeof(struct flock))));
	case K_F_SETLKW:
	case K_F_OFD_SETLKW:
		return host_block(SYS_fcntl, fd, cmd, HP(user_in(arg, sizeof(struct flock))));
	default:
		return do_fcntl(fd, cmd, arg);
	}
}

/* struct flock of the 32-bit ABI, and its struct flock64, where s64 aligns to 4. */
struct flock_32 {
	s16 l_type, l_whence;
	s32 l_start, l_len, l_pid;
};

struct flock64_32 {
	s16 l_type, l_whence;
	s64 l_start, l_len;
	s32 l_pid;
} __attribute__((packed, aligned(4)));
_Static_assert(sizeof(struct flock64_32) == 24, "layout of i386 flock64");

static int get_flock(struct flock *to, guest_addr from, bool wide)
{
	struct flock64_32 w;
	struct flock_32 n;

	if (wide) {
		if (get_user(w, from))
			return -EFAULT;
		*to = (struct flock){w.l_type, w.l_whence, w.l_start, w.l_len, w.l_pid};
	} else {
		if (get_user(n, from))
			return -EFAULT;
		*to = (struct flock){n.l_type, n.l_whence, n.l_start, n.l_len, n.l_pid};
	}
	return 0;
}

static int put_flock(const struct flock *from, guest_addr to, bool wide)
{
	struct flock64_32 w = {from->l_type, from->l_whence, from->l_start, from->l_len,
			       from->l_pid};
	struct flock_32 n = {from->l_type, from->l_whence, (s32)from->l_start,
			     (s32)MIN(from->l_len, INT_MAX), from->l_pid};

	if (wide)
		return put_user(w, to);
	/* A lock that begins beyond the reach of the layout cannot be told; one that only ends
	 * there is told as far as it can be. */
	if (from->l_start > INT_MAX)
		return -EOVERFLOW;
	return put_user(n, to);
}

static u32 native_lock_cmd(u32 cmd)
{
	switch (cmd) {
	case K_F_GETLK64:
		return K_F_GETLK;
	case K_F_SETLK64:
		return K_F_SETLK;
	case K_F_SETLKW64:
		return K_F_SETLKW;
	default:
		return cmd;
	}
}

static long compat_lock(int fd, u32 cmd, guest_addr arg, bool wide)
{
	struct flock fl;
	long ret = host(SYS_fcntl, fd, F_GETFD);

	if (ret < 0)
		return ret;
	if (get_flock(&fl, arg, wide))
		return -EFAULT;
	cmd = native_lock_cmd(cmd);
	if (cmd == K_F_SETLKW || cmd == K_F_OFD_SETLKW)
		return host_block(SYS_fcntl, fd, cmd, HP(&fl));
	ret = host(SYS_fcntl, fd, cmd, HP(&fl));
	if (ret || (cmd != K_F_GETLK && cmd != K_F_OFD_GETLK))
		return ret;
	return put_flock(&fl, arg, wide);
}

COMPAT_SYSCALL_DEFINE3(fcntl64, (), FD, fd, FCNTL_CMD, cmd, FCNTL_ARG, arg)
{
	if (host_fd_is_own(fd))
		return -EBADF;
	switch (cmd) {
	case K_F_GETLK:
	case K_F_SETLK:
	case K_F_SETLKW:
		return compat_lock(fd, cmd, arg, false);
	case K_F_GETLK64:
	case K_F_SETLK64:
	case K_F_SETLKW64:
	case K_F_OFD_GETLK:
	case K_F_OFD_SETLK:
	case K_F_OFD_SETLKW:
		return compat_lock(fd, cmd, arg, true);
	default:
		return do_fcntl(fd, cmd, arg);
	}
}

SYSCALL_DEFINE2(flock, (), FD, fd, FLOCK_OP, cmd)
{
	return host_block(SYS_flock, fd, cmd);
}
