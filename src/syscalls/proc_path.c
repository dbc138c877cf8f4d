/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/proc_path.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"

/* What is made up for the guest: the rest of /proc is the host's. */
static const char *const names[] = {
	"auxv",		"cmdline", "cwd",	"environ", "exe",	  "limits", "maps",
	"mem",		"mounts",  "numa_maps", "pagemap", "personality", "root",   "smaps",
	"smaps_rollup", "stat",	   "statm",	"status",  "syscall",	  "wchan",
};

static bool is_ours(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

/* "/proc/PID/maps" and "/proc/PID/task/TID/maps", as the host writes them. */
bool proc_parse(const char *s, struct proc_name *out)
{
	int at = 0, number;

	if (sscanf(s, "/proc/%d/%n", &number, &at) != 1 || !at)
		return false;
	s += at;
	out->tid = 0;
	at = 0;
	if (sscanf(s, "task/%d/%n", &out->tid, &at) == 1 && at)
		s += at;
	if (strlen(s) >= sizeof(out->name) || !is_ours(s))
		return false;
	out->pid = host_proc_pid(number);
	if (out->pid != number) { /* then of threads only the first can be told */
		if (!out->pid || (out->tid && out->tid != number))
			return false;
		out->tid = 0;
	}
	memset(out->name, 0, sizeof(out->name)); /* it is compared as a whole */
	strcpy(out->name, s);
	return true;
}

bool proc_is_link(const char *name)
{
	return !strcmp(name, "exe") || !strcmp(name, "cwd") || !strcmp(name, "root");
}

bool proc_resolve_fd(int fd, struct proc_name *out)
{
	char link[40], target[128];
	long len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = host(SYS_readlink, HP(link), HP(target), sizeof(target) - 1);
	if (len <= 0)
		return false;
	target[len] = 0;
	return proc_parse(target, out);
}

/* Links in /proc lead to their like ("mounts") but for those of descriptors, which are numbers. */
bool proc_path_ordinary(const char *path)
{
	long len = path ? host_strnlen(path, PATH_MAX) : -1;
	const char *last;

	if (len <= 0 || len >= PATH_MAX)
		return false;
	last = memrchr(path, '/', (size_t)len);
	last = last ? last + 1 : path;
	if (*last <= '9') /* "", ".", numbers */
		return false;
	return strcmp(last, "map_files") != 0 && !is_ours(last);
}

bool proc_resolve(int dfd, const char *path, struct proc_name *out)
{
	long len = path ? host_strnlen(path, PATH_MAX) : -1, fd;
	const char *last;
	bool found;

	if (len < 3 || len >= PATH_MAX)
		return false;
	last = memrchr(path, '/', (size_t)len);
	last = last ? last + 1 : path;
	if (last[0] < 'a' || last[0] > 'w' || path + len - last > 12 || !is_ours(last))
		return false;
	fd = host_beyond_fds(SYS_openat, dfd, HP(path), O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	found = proc_resolve_fd((int)fd, out);
	host(SYS_close, fd);
	return found;
}
