/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/path.h"

#include <fcntl.h>

#include "mm/uaccess.h"
#include "syscalls/procfs.h"

const char *user_path_exe(int dfd, guest_addr path)
{
	return sandbox_on ? NULL : proc_exe(dfd, user_str(path));
}

u32 path_flags_at(u32 at_flags)
{
	return (at_flags & AT_SYMLINK_NOFOLLOW ? PATH_NOFOLLOW : PATH_FOLLOW) |
	       (at_flags & AT_EMPTY_PATH ? PATH_EMPTY : 0);
}

const char *host_path_at(int dfd, const char *path, u32 flags)
{
	const char *exe;

	if (unlikely(sandbox_on))
		return sandbox_path(dfd, path, flags);
	if (!(flags & PATH_FOLLOW))
		return path;
	exe = proc_exe(dfd, path);
	return exe ? exe : path;
}

const char *user_path_at(int dfd, guest_addr path, u32 flags)
{
	return host_path_at(dfd, user_str(path), flags);
}
