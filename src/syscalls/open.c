/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening, closing and duplicating descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "abi/syscall.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "net/mode.h"
#include "syscalls/exe_busy.h"
#include "syscalls/fdtable.h"
#include "syscalls/path.h"
#include "syscalls/proc_fd.h"
#include "syscalls/proc_path.h"
#include "syscalls/procfs.h"
#include "task/task.h"

/* The C library's O_LARGEFILE is 0 on 64-bit systems; this is the kernel's. */
#define KERNEL_O_LARGEFILE 0100000

static u8 small_fds[8192 / 8];

void fd_set_small(int fd, bool small)
{
	if (fd < 0 || (size_t)fd >= sizeof(small_fds) * 8)
		return;
	if (small)
		small_fds[fd / 8] |= 1u << (fd % 8);
	else
		small_fds[fd / 8] &= ~(1u << (fd % 8));
}

bool fd_is_small(int fd)
{
	return fd >= 0 && (size_t)fd < sizeof(small_fds) * 8 && small_fds[fd / 8] >> (fd % 8) & 1;
}

void fd_copied(int fd, int from)
{
	fd_set_small(fd, fd_is_small(from));
	proc_fd_copied(fd, from);
	if (sandbox_on)
		sandbox_fd_copied(fd, from);
}

/* What an open with these flags asks of a path. */
static u32 open_path_flags(u32 flags)
{
	const u32 tmpfile = O_TMPFILE & ~O_DIRECTORY;
	u32 how = PATH_HIDE_FD;

	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) && !(flags & O_PATH))
		return how | PATH_NEW_NAME;
	if (!(flags & O_NOFOLLOW))
		how |= PATH_FOLLOW;
	if (flags & O_PATH)
		return how;
	if (flags & tmpfile)
		return how | PATH_WRITE;
	if (flags & O_CREAT)
		how |= PATH_CREATE;
	if ((flags & O_ACCMODE) != O_WRONLY)
		how |= PATH_ACCESS_R;
	return flags & (O_ACCMODE | O_TRUNC) ? how | PATH_ACCESS_W : how;
}

/* A file that is to be made is made with O_EXCL, so that no link that another process puts there
 * meanwhile is followed; when it is there after all it is looked up again. */
static long sandboxed_open(int dfd, const char *path, u32 flags, u32 mode)
{
	for (int tries = 0; tries < 64; tries++) {
		long fd = sandbox_open_fast(dfd, path, flags, mode, task_host_block);
		const char *at;
		u32 excl;

		if (fd != -ENOSYS)
			return fd;
		at = sandbox_path(dfd, path, open_path_flags(flags));
		fd = sandbox_path_in_proc(at) ? proc_open(at, flags) : PROC_NOT_OURS;
		if (fd != PROC_NOT_OURS)
			return fd;
		excl = sandbox_path_missing() && !(flags & O_PATH) ? O_EXCL : 0;
		fd = host_block(SYS_openat, AT_FDCWD, HP(at), flags | excl, mode);
		if (fd != -EEXIST || !excl || (flags & O_EXCL))
			return proc_opened(fd, flags);
		sandbox_path_end(0);
	}
	return -EAGAIN;
}

/* Whether such an open writes a file that is there already. */
static bool writes(u32 flags)
{
	return (flags & (O_ACCMODE | O_TRUNC)) && !(flags & (O_PATH | O_DIRECTORY)) &&
	       (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
}

/* What openat(2) ignores and openat2(2) refuses. O_PATH has rules of its own. */
#define PLAIN_FLAGS                                                                                \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC |      \
	 O_ASYNC | O_DIRECT | KERNEL_O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME |          \
	 O_CLOEXEC)

static enum { UNKNOWN, HAVE, HAVE_NOT } openat2_state;

/* Some containers refuse the call. */
static bool have_openat2(void)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC};
	long fd;

	if (openat2_state == UNKNOWN) {
		fd = host(SYS_openat2, AT_FDCWD, HP("/"), HP(&how), sizeof(how));
		openat2_state = fd >= 0 ? HAVE : HAVE_NOT;
		host(SYS_close, fd);
	}
	return openat2_state == HAVE;
}

/* Opens a file on the file system where the lookup begins: other files than /proc's, about which
 * nobody has to be asked. -EXDEV: it may be one. Where that has just been the answer it is not
 * tried for a while. */
static long open_here(int dfd, const char *path, u32 flags, u32 mode)
{
	static u32 skip, penalty;
	struct open_how how = {.flags = flags, .resolve = RESOLVE_NO_XDEV};
	long fd;

	if (skip) {
		skip--;
		return -EXDEV;
	}
	if ((flags & ~(u32)PLAIN_FLAGS) || !proc_path_ordinary(path) || openat2_state == HAVE_NOT)
		return -EXDEV;
	if (flags & O_CREAT)
		how.mode = mode & 07777;
	fd = host_block(SYS_openat2, dfd, HP(path), HP(&how), sizeof(how));
	if (fd >= 0)
		openat2_state = HAVE;
	else if ((fd == -ENOSYS || fd == -EPERM) && !have_openat2())
		return -EXDEV;
	if (fd == -EXDEV)
		skip = penalty = MIN(2 * penalty + 1, 63);
	else if (fd >= 0)
		penalty = 0;
	return fd;
}

static long unconfined_open(int dfd, guest_addr path, u32 flags, u32 mode)
{
	const char *p = user_path_at(dfd, path, flags & O_NOFOLLOW ? PATH_NOFOLLOW : PATH_FOLLOW);
	long fd = open_here(dfd, p, flags, mode);

	if (fd != -EXDEV)
		return fd;
	fd = host_block(SYS_openat, dfd, HP(p), flags, mode);
	return proc_fd_opened(fd);
}

static long do_open(int dfd, guest_addr path, u32 flags, u32 mode)
{
	long fd = NET_NOT_OURS;

	if (likely(!sandbox_on) && writes(flags) &&
	    exe_busy(dfd, user_path_at(dfd, path, flags & O_NOFOLLOW ? PATH_NOFOLLOW : PATH_FOLLOW),
		     !(flags & O_NOFOLLOW)))
		return -ETXTBSY;

	if (unlikely(net_guarded))
		fd = net_open(user_str(path), flags, mode);
	if (fd == NET_NOT_OURS && unlikely(sandbox_on))
		fd = sandboxed_open(dfd, user_str(path), flags, mode);
	else if (fd == NET_NOT_OURS)
		fd = unconfined_open(dfd, path, flags, mode);
	if (fd == PROC_NOT_OURS)
		fd = host_block(SYS_openat, dfd,
				HP(user_path_at(dfd, path,
						flags & O_NOFOLLOW ? PATH_NOFOLLOW : PATH_FOLLOW)),
				flags, mode);
	if ((flags & O_TRUNC) && fd >= 0)
		mm_file_shrunk();
	fd_set_small((int)fd, false);
	return fd;
}

/* Without O_LARGEFILE a 32-bit process cannot open a file whose size does not fit its off_t. */
static long do_compat_open(int dfd, guest_addr path, u32 flags, u32 mode)
{
	long fd = do_open(dfd, path, flags, mode);
	struct stat st;

	if (fd < 0 || flags & (KERNEL_O_LARGEFILE | O_PATH))
		return fd;
	if (!host(SYS_fstat, fd, HP(&st)) && S_ISREG(st.st_mode) && st.st_size > INT_MAX) {
		sandbox_fd_changed((int)fd);
		host(SYS_close, fd);
		return -EOVERFLOW;
	}
	fd_set_small((int)fd, true);
	return fd;
}

SYSCALL_DEFINE3(open, (), PATH, filename, OPEN_FLAGS, flags, OPEN_MODE, mode)
{
	return do_open(AT_FDCWD, filename, flags, mode);
}

SYSCALL_DEFINE4(openat, (), DIRFD, dfd, PATH, filename, OPEN_FLAGS, flags, OPEN_MODE, mode)
{
	return do_open(dfd, filename, flags, mode);
}

COMPAT_SYSCALL_DEFINE3(open, (), PATH, filename, OPEN_FLAGS, flags, OPEN_MODE, mode)
{
	return do_compat_open(AT_FDCWD, filename, flags, mode);
}

COMPAT_SYSCALL_DEFINE4(openat, (), DIRFD, dfd, PATH, filename, OPEN_FLAGS, flags, OPEN_MODE, mode)
{
	return do_compat_open(dfd, filename, flags, mode);
}

/* Where the caller confines the lookup to dfd, which lies in the sandbox, the host can do it. */
static long sandboxed_openat2(int dfd, guest_addr filename, const struct open_how *how)
{
	const u64 confined = RESOLVE_BENEATH | RESOLVE_IN_ROOT;
	long ret;

	if (!(how->resolve & (confined | RESOLVE_NO_SYMLINKS)))
		return do_open(dfd, filename, (u32)how->flags, (u32)how->mode);
	ret = sandbox_hold_dir(dfd, (how->flags & (O_ACCMODE | O_CREAT | O_TRUNC)) != 0);
	if (ret < 0)
		return ret;
	dfd = (int)ret;
	if (!(how->resolve & confined)) {
		/* an absolute path, or one with "..", could leave dfd */
		ret = sandbox_open_fast(dfd, user_str(filename), (u32)how->flags, (u32)how->mode,
					task_host_block);
		return ret == -ENOSYS ? -ELOOP : ret;
	}
	ret = host_block(SYS_openat2, dfd, HP(user_str(filename)), HP(how), sizeof(*how));
	fd_set_small((int)ret, false);
	return ret;
}

/* Whatever a lookup is asked to refuse, it refuses exe links, wherever they lead. */
static long unconfined_openat2(int dfd, guest_addr filename, const struct open_how *how)
{
	long fd;

	if (!how->resolve)
		return do_open(dfd, filename, (u32)how->flags, (u32)how->mode);
	fd = host_block(SYS_openat2, dfd, HP(user_str(filename)), HP(how), sizeof(*how));
	fd = proc_fd_opened(fd);
	if ((how->flags & O_TRUNC) && fd >= 0)
		mm_file_shrunk();
	fd_set_small((int)fd, false);
	return fd;
}

/* The host judges the flags, which it does before it looks at the path. */
SYSCALL_DEFINE4(openat2, (), DIRFD, dfd, PATH, filename, OPEN_HOW_IN, how, SIZE, size)
{
	/* It refuses sizes above a page before it reads anything. */
	long ret = host(SYS_openat2, dfd, -1L, HP(user_in(how, MIN(size, PAGE_SIZE))), size);
	struct open_how h;

	if (ret != -EFAULT)
		return ret;
	if (get_user(h, how))
		return -EFAULT;
	return unlikely(sandbox_on) ? sandboxed_openat2(dfd, filename, &h)
				    : unconfined_openat2(dfd, filename, &h);
}

SYSCALL_DEFINE2(creat, (), PATH, pathname, MODE, mode)
{
	u32 flags = O_CREAT | O_WRONLY | O_TRUNC;

	if (current->sc_abi == ABI_32)
		return do_compat_open(AT_FDCWD, pathname, flags, mode);
	return do_open(AT_FDCWD, pathname, flags, mode);
}

SYSCALL_DEFINE1(close, (), FD, fd)
{
	if (host_fd_is_own(fd))
		return -EBADF;
	fd_set_small(fd, false);
	proc_fd_closed(fd);
	sandbox_fd_changed(fd);
	return host(SYS_close, fd);
}

/* Closes in pieces, around trapgate's own descriptors. */
SYSCALL_DEFINE3(close_range, (), UINT, fd, UINT, max_fd, CLOSE_RANGE_FLAGS, flags)
{
	const u32 unshare = 1 << 1, cloexec = 1 << 2;
	int own[HOST_MAX_OWN_FDS];
	int n = host_own_fds(own, ARRAY_SIZE(own));
	u32 from = fd;
	long ret;

	/* Own descriptors are close-on-exec already. */
	if (fd > max_fd || flags & ~unshare || flags & cloexec)
		return host(SYS_close_range, fd, max_fd, flags);
	sandbox_fds_changed();
	for (int i = 0; i < (int)(sizeof(small_fds) * 8); i++)
		if ((u32)i >= fd && (u32)i <= max_fd)
			fd_set_small(i, false);
	for (int i = 0; i < n; i++) {
		u32 f = (u32)own[i];

		if (f < from || f > max_fd)
			continue;
		if (f > from) {
			ret = host(SYS_close_range, from, f - 1, flags);
			if (ret)
				return ret;
		}
		if (f == max_fd)
			return 0;
		from = f + 1;
	}
	return host(SYS_close_range, from, max_fd, flags);
}

static long dup_done(long newfd, int oldfd)
{
	if (newfd >= 0)
		fd_copied((int)newfd, oldfd);
	return newfd;
}

SYSCALL_DEFINE1(dup, (), FD, fildes)
{
	if (host_fd_is_own(fildes))
		return -EBADF;
	return dup_done(host(SYS_dup, fildes), fildes);
}

/* trapgate's own descriptors have high numbers, beyond the guest's limit where that can be: dup2
 * answers EBADF there, too. */
SYSCALL_DEFINE2(dup2, (), FD, oldfd, FD, newfd)
{
	if (host_fd_is_own(oldfd) || host_fd_is_own(newfd))
		return -EBADF;
	sandbox_fd_changed(newfd);
	return dup_done(host(SYS_dup2, oldfd, newfd), oldfd);
}

SYSCALL_DEFINE3(dup3, (), FD, oldfd, FD, newfd, DUP3_FLAGS, flags)
{
	if (host_fd_is_own(oldfd) || host_fd_is_own(newfd))
		return flags & ~O_CLOEXEC || oldfd == newfd ? -EINVAL : -EBADF;
	sandbox_fd_changed(newfd);
	return dup_done(host(SYS_dup3, oldfd, newfd, flags), oldfd);
}

SYSCALL_DEFINE1(umask, (), MODE, mask)
{
	return host(SYS_umask, mask);
}
