/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Owners, permissions and times of files. */
#include <errno.h>
#include <fcntl.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "syscalls/path.h"
#include "task/task.h"
#include "task/exe.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

SYSCALL_DEFINE2(chmod, (), PATH, filename, MODE, mode)
{
	int dfd = AT_FDCWD;
	const char *path = user_path_in(&dfd, filename, PATH_FOLLOW | PATH_WRITE);

	exe_hold_at(path);
	return host(SYS_fchmodat, dfd, HP(path), mode);
}

SYSCALL_DEFINE2(fchmod, (), FD, fd, MODE, mode)
{
	int held = fd_to_change(fd);

	return sandbox_on && held < 0 ? held : host(SYS_fchmod, held, mode);
}

SYSCALL_DEFINE3(fchmodat, (), DIRFD, dfd, PATH, filename, MODE, mode)
{
	const char *path = user_path_in(&dfd, filename, PATH_FOLLOW | PATH_WRITE);

	exe_hold_at(path);
	return host(SYS_fchmodat, dfd, HP(path), mode);
}

SYSCALL_DEFINE4(fchmodat2, (), DIRFD, dfd, PATH, filename, MODE, mode, AT_FLAGS, flags)
{
	const char *path = user_path_in(&dfd, filename, path_flags_at((u32)flags) | PATH_WRITE);

	exe_hold_at(path);
	return host(SYS_fchmodat2, path_dfd(dfd), HP(path), mode, flags);
}

static long do_chown(guest_addr filename, u32 user, u32 group, bool follow)
{
	int dfd = AT_FDCWD;
	const char *path =
		user_path_in(&dfd, filename, PATH_WRITE | (follow ? PATH_FOLLOW : PATH_NOFOLLOW));

	return host(SYS_fchownat, dfd, HP(path), user, group, follow ? 0 : AT_SYMLINK_NOFOLLOW);
}

SYSCALL_DEFINE3(chown, (), PATH, filename, UID, user, GID, group)
{
	return do_chown(filename, user, group, true);
}

SYSCALL_DEFINE3(lchown, (), PATH, filename, UID, user, GID, group)
{
	return do_chown(filename, user, group, false);
}

SYSCALL_DEFINE3(fchown, (), FD, fd, UID, user, GID, group)
{
	int held = fd_to_change(fd);

	return sandbox_on && held < 0 ? held : host(SYS_fchown, held, user, group);
}

SYSCALL_DEFINE5(fchownat, (), DIRFD, dfd, PATH, filename, UID, user, GID, group, AT_FLAGS, flag)
{
	const char *path = user_path_in(&dfd, filename, path_flags_at((u32)flag) | PATH_WRITE);

	return host(SYS_fchownat, path_dfd(dfd), HP(path), user, group, flag);
}

/* 16-bit ids: -1 (leave alone) is 0xffff. */
static u32 high_id(u32 id)
{
	return (u16)id == 0xffff ? ~0u : (u16)id;
}

SYSCALL_DEFINE3(chown16, (), PATH, filename, UID, user, GID, group)
{
	return do_chown(filename, high_id(user), high_id(group), true);
}

SYSCALL_DEFINE3(lchown16, (), PATH, filename, UID, user, GID, group)
{
	return do_chown(filename, high_id(user), high_id(group), false);
}

SYSCALL_DEFINE3(fchown16, (), FD, fd, UID, user, GID, group)
{
	int held = fd_to_change(fd);

	return sandbox_on && held < 0 ? held
				      : host(SYS_fchown, held, high_id(user), high_id(group));
}

/* Read-only mounts of a sandbox refuse W_OK. */
static u32 access_flags(u32 mode)
{
	return PATH_FOLLOW | (mode & W_OK ? PATH_ACCESS_W : 0);
}

/* By the real ids where `two` is false, as faccessat(2) without flags. */
static long do_access(int dfd, guest_addr filename, u32 mode, bool two, u32 flags)
{
	u32 how = path_flags_at(flags) | (access_flags(mode) & ~(u32)PATH_FOLLOW);
	const char *path = user_path_plain(&dfd, filename, how);
	long ret = -ENOSYS;

	if (!path && unlikely(sandbox_on))
		ret = sandbox_quick_access(dfd, user_str(filename), how & PATH_FOLLOW, mode, flags);
	if (ret != -ENOSYS)
		return ret;
	if (!path)
		path = user_path_at(dfd, filename, how);
	return two ? host(SYS_faccessat2, dfd, HP(path), mode, flags)
		   : host(SYS_faccessat, dfd, HP(path), mode);
}

SYSCALL_DEFINE2(access, (), PATH, filename, ACCESS_MODE, mode)
{
	return do_access(AT_FDCWD, filename, (u32)mode, false, 0);
}

SYSCALL_DEFINE3(faccessat, (), DIRFD, dfd, PATH, filename, ACCESS_MODE, mode)
{
	return do_access(dfd, filename, (u32)mode, false, 0);
}

SYSCALL_DEFINE4(faccessat2, (), DIRFD, dfd, PATH, filename, ACCESS_MODE, mode, AT_FLAGS, flags)
{
	return do_access(dfd, filename, (u32)mode, true, (u32)flags);
}

SYSCALL_DEFINE2(utime, (), PATH, filename, UTIMBUF_IN, times)
{
	return host(SYS_utime, HP(user_path(filename, PATH_FOLLOW | PATH_WRITE)),
		    HP(user_in(times, sizeof(struct utimbuf))));
}

SYSCALL_DEFINE2(utimes, (), PATH, filename, TIMEVAL_ARR2_IN, utimes)
{
	return host(SYS_utimes, HP(user_path(filename, PATH_FOLLOW | PATH_WRITE)),
		    HP(user_in(utimes, 2 * sizeof(struct timeval))));
}

SYSCALL_DEFINE3(futimesat, (), DIRFD, dfd, PATH, filename, TIMEVAL_ARR2_IN, utimes)
{
	const char *path = user_path_in(&dfd, filename, PATH_FOLLOW | PATH_WRITE);

	return host(SYS_futimesat, path_dfd(dfd), HP(path),
		    HP(user_in(utimes, 2 * sizeof(struct timeval))));
}

static long do_utimensat(int dfd, guest_addr filename, const void *times, int flags)
{
	const char *path = user_path_in(&dfd, filename, path_flags_at((u32)flags) | PATH_WRITE);

	return host(SYS_utimensat, path_dfd(dfd), HP(path), HP(times), flags);
}

/* Serves utimensat_time64 of the 32-bit table too: there the upper half of tv_nsec is padding. */
SYSCALL_DEFINE4(utimensat, (), DIRFD, dfd, PATH, filename, TIMESPEC64_ARR2_IN, utimes, AT_FLAGS,
		flags)
{
	struct timespec ts[2];

	if (current->sc_abi == ABI_64 || !utimes)
		return do_utimensat(dfd, filename, user_in(utimes, sizeof(ts)), flags);
	if (get_user(ts, utimes))
		return -EFAULT;
	ts[0].tv_nsec = (u32)ts[0].tv_nsec;
	ts[1].tv_nsec = (u32)ts[1].tv_nsec;
	return do_utimensat(dfd, filename, ts, flags);
}

SYSCALL_DEFINE2(utime32, (), PATH, filename, UTIMBUF_IN, times)
{
	struct utimbuf t;
	s32 in[2];

	if (!times)
		return host(SYS_utime, HP(user_path(filename, PATH_FOLLOW | PATH_WRITE)), 0);
	if (get_user(in, times))
		return -EFAULT;
	t.actime = in[0];
	t.modtime = in[1];
	return host(SYS_utime, HP(user_path(filename, PATH_FOLLOW | PATH_WRITE)), HP(&t));
}

SYSCALL_DEFINE3(futimesat_time32, (), DIRFD, dfd, PATH, filename, TIMEVAL_ARR2_IN, utimes)
{
	const char *path = user_path_in(&dfd, filename, PATH_FOLLOW | PATH_WRITE);
	struct timeval tv[2];
	s32 in[4];

	if (!utimes)
		return host(SYS_futimesat, path_dfd(dfd), HP(path), 0);
	if (get_user(in, utimes))
		return -EFAULT;
	for (int i = 0; i < 2; i++) {
		tv[i].tv_sec = in[2 * i];
		tv[i].tv_usec = in[2 * i + 1];
	}
	return host(SYS_futimesat, path_dfd(dfd), HP(path), HP(tv));
}

SYSCALL_DEFINE2(utimes_time32, (), PATH, filename, TIMEVAL_ARR2_IN, utimes)
{
	return do_sys_futimesat_time32(AT_FDCWD, filename, utimes);
}

SYSCALL_DEFINE4(utimensat_time32, (), DIRFD, dfd, PATH, filename, TIMESPEC_ARR2_IN, utimes,
		AT_FLAGS, flags)
{
	struct timespec ts[2];
	s32 in[4];

	if (!utimes)
		return do_utimensat(dfd, filename, NULL, flags);
	if (get_user(in, utimes))
		return -EFAULT;
	for (int i = 0; i < 2; i++) {
		ts[i].tv_sec = in[2 * i];
		ts[i].tv_nsec = in[2 * i + 1];
	}
	return do_utimensat(dfd, filename, ts, flags);
}
