/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/path.h"

#include <string.h>

#include "host/host.h"
#include "mm/uaccess.h"
#include "task/task.h"

/* Parses a decimal number of s; returns what follows it, or NULL if it is not `want`. */
static const char *skip_pid(const char *s, long want)
{
	long n = 0;

	if (*s < '1' || *s > '9')
		return NULL;
	while (*s >= '0' && *s <= '9' && n < 100000000)
		n = n * 10 + (*s++ - '0');
	return n == want ? s : NULL;
}

/* What follows /proc/{self,thread-self,PID}/ of this process, or NULL. */
static const char *below_proc_self(const char *s)
{
	static const char proc[] = "/proc/";
	const char *rest;

	if (strncmp(s, proc, sizeof(proc) - 1))
		return NULL;
	s += sizeof(proc) - 1;
	if (!strncmp(s, "self/", 5))
		rest = s + 4;
	else if (!strncmp(s, "thread-self/", 12))
		rest = s + 11;
	else
		rest = skip_pid(s, host(SYS_getpid));
	return rest && *rest == '/' ? rest + 1 : NULL;
}

/* The same for a host pointer that may be bad. */
static const char *proc_self_name(const char *s)
{
	/* Nothing of interest is longer than this; host_strnlen() makes the reads below safe. */
	long len = s ? host_strnlen(s, 40) : -1;

	return len > 6 && len < 40 && s[0] == '/' && s[1] == 'p' ? below_proc_self(s) : NULL;
}

static bool is_exe(const char *s)
{
	const char *name = current->exe[0] ? proc_self_name(s) : NULL;

	return name && !strcmp(name, "exe");
}

const char *user_path_proc_self(guest_addr path)
{
	return proc_self_name(user_str(path));
}

bool user_path_is_exe(guest_addr path)
{
	return is_exe(user_str(path));
}

const char *user_path_nofollow(guest_addr path)
{
	return user_str(path);
}

const char *user_path(guest_addr path)
{
	const char *s = user_str(path);

	return is_exe(s) ? current->exe : s;
}
