/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/own_fds.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

const u64 *own_fds_hide(const struct syscall_desc *desc, const u64 *args,
			u64 copy[SYSCALL_MAX_ARGS])
{
	const u64 *seen = args;

	if (likely(!own_fds_meant(args, desc->nargs)))
		return args;
	for (u32 i = 0; i < desc->nargs; i++) {
		if ((desc->arg[i].kind != K_FD && desc->arg[i].kind != K_DIRFD) ||
		    !host_fd_is_own((int)args[i]))
			continue;
		if (seen == args && copy != args)
			memcpy(copy, args, desc->nargs * sizeof(*copy));
		copy[i] = (u32)-1;
		seen = copy;
	}
	return seen;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

bool own_fds_named(int dfd, const char *path, const char *last)
{
	char dir[PATH_MAX], link[48];
	struct statfs st;
	bool named = false;
	long fd, n;

	if (!host_fd_is_own(atoi(last)))
		return false;
	snprintf(dir, sizeof(dir), "%.*s", last == path ? 1 : (int)(last - path),
		 last == path ? "." : path);
	fd = host(SYS_openat, dfd, HP(dir), O_PATH | O_CLOEXEC | O_DIRECTORY);
	if (fd < 0)
		return false;
	if (!host(SYS_fstatfs, fd, HP(&st)) && st.f_type == PROC_SUPER_MAGIC) {
		snprintf(link, sizeof(link), "/proc/self/fd/%ld", fd);
		n = host(SYS_readlink, HP(link), HP(dir), sizeof(dir) - 1);
		dir[MAX(n, 0)] = 0;
		named = ends_with(dir, "/fd") || ends_with(dir, "/fdinfo");
	}
	host(SYS_close, fd);
	return named;
}
