/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/path.h"

#include <string.h>

#include "host/host.h"
#include "mm/mm.h"
#include "mm/peer.h"
#include "mm/uaccess.h"

/* What follows /proc/{self,thread-self,PID}/, or NULL; *pid is 0 for this process. */
static const char *below_proc_pid(const char *s, pid_t *pid)
{
	static const char proc[] = "/proc/";
	long n = 0;

	if (strncmp(s, proc, sizeof(proc) - 1))
		return NULL;
	s += sizeof(proc) - 1;
	*pid = 0;
	if (!strncmp(s, "self/", 5))
		return s + 5;
	if (!strncmp(s, "thread-self/", 12))
		return s + 12;
	if (*s < '1' || *s > '9')
		return NULL;
	while (*s >= '0' && *s <= '9' && n < 100000000)
		n = n * 10 + (*s++ - '0');
	if (*s != '/')
		return NULL;
	if (n != host(SYS_getpid))
		*pid = (pid_t)n;
	return s + 1;
}

/* The same for a host pointer that may be bad. */
static const char *proc_name(const char *s, pid_t *pid)
{
	/* Nothing of interest is longer than this; host_strnlen() makes the reads below safe. */
	long len = s ? host_strnlen(s, 40) : -1;

	return len > 6 && len < 40 && s[0] == '/' && s[1] == 'p' ? below_proc_pid(s, pid) : NULL;
}

static const char *exe_of(const char *s)
{
	static struct mm theirs; /* large */
	pid_t pid;
	const char *name = proc_name(s, &pid);

	if (!name || strcmp(name, "exe"))
		return NULL;
	if (!pid)
		return mm->exe;
	return peer_mm(pid, &theirs) ? NULL : theirs.exe;
}

const char *user_path_proc_self(guest_addr path)
{
	pid_t pid = 0;
	const char *name = proc_name(user_str(path), &pid);

	return pid ? NULL : name;
}

const char *user_path_exe(guest_addr path)
{
	return exe_of(user_str(path));
}

const char *user_path_nofollow(guest_addr path)
{
	return user_str(path);
}

const char *user_path(guest_addr path)
{
	const char *s = user_str(path);

	const char *exe = exe_of(s);

	return exe ? exe : s;
}
