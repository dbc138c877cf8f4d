/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/path.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "host/host.h"
#include "mm/uaccess.h"
#include "syscalls/own_fds.h"
#include "syscalls/proc_maps_dir.h"
#include "syscalls/proc_path.h"
#include "syscalls/procfs.h"

int user_path_exe(int dfd, guest_addr path)
{
	return sandbox_on ? 0 : proc_exe_pid(dfd, user_str(path));
}

u32 path_flags_at(u32 at_flags)
{
	return (at_flags & AT_SYMLINK_NOFOLLOW ? PATH_NOFOLLOW : PATH_FOLLOW) |
	       (at_flags & AT_EMPTY_PATH ? PATH_EMPTY : 0);
}

/* The last component of a path (a host pointer that may be bad), or NULL. */
static const char *last_component(const char *path)
{
	long len = path ? host_strnlen(path, PATH_MAX) : -1;
	const char *slash;

	if (len <= 0 || len >= PATH_MAX)
		return NULL;
	slash = memrchr(path, '/', (size_t)len);
	return slash ? slash + 1 : path;
}

const char *host_path_at(int dfd, const char *path, u32 flags)
{
	const char *last, *other = NULL;

	if (unlikely(sandbox_on))
		return sandbox_path(dfd, path, flags);
	last = last_component(path);
	if (!last)
		return path;
	if (unlikely(proc_is_link(last)) && (flags & PATH_FOLLOW)) {
		other = proc_link_path(dfd, path);
	} else if (unlikely(last[0] >= '1' && last[0] <= '9' && own_fds_named(dfd, path, last))) {
		other = PROC_NOWHERE;
	} else if (unlikely(proc_maps_dir_name(last))) {
		other = proc_maps_dir_path(dfd, path, last);
	}
	return other ? other : path;
}

const char *user_path_plain(int *dfd, guest_addr path, u32 flags)
{
	return unlikely(sandbox_on) ? sandbox_path_in(dfd, user_str(path), flags) : NULL;
}

const char *user_path_in(int *dfd, guest_addr path, u32 flags)
{
	const char *in = user_path_plain(dfd, path, flags);

	return in ? in : user_path_at(*dfd, path, flags);
}

const char *user_path_alone(guest_addr path, u32 flags)
{
	const char *text = NULL;

	if (unlikely(sandbox_on))
		text = sandbox_path_text(user_str(path), flags);
	return text ? text : user_path(path, flags);
}

const char *user_path_at(int dfd, guest_addr path, u32 flags)
{
	return host_path_at(dfd, user_str(path), flags);
}
