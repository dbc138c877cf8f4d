/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/path.h"

#include <fcntl.h>

#include "mm/uaccess.h"
#include "syscalls/procfs.h"

const char *user_path_exe(int dfd, guest_addr path)
{
	return proc_exe(dfd, user_str(path));
}

const char *user_path_nofollow(guest_addr path)
{
	return user_str(path);
}

const char *user_path(guest_addr path)
{
	const char *s = user_str(path);
	const char *exe = proc_exe(AT_FDCWD, s);

	return exe ? exe : s;
}
