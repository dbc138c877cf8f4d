/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes and threads in /proc, which may number them otherwise than the caller does. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"

#define PIDFD_THREAD O_EXCL /* Linux 6.9 */

static bool read_file(const char *path, char *buf, size_t n)
{
	long fd = host(SYS_open, HP(path), O_RDONLY | O_CLOEXEC), got;

	if (fd < 0)
		return false;
	got = host(SYS_read, fd, HP(buf), n - 1);
	host(SYS_close, fd);
	buf[MAX(got, 0)] = 0;
	return got > 0;
}

/* Whether /proc has other numbers than the caller; then *own is the caller's there. */
static bool numbers_differ(int *own)
{
	char link[16];
	long n = host(SYS_readlink, HP("/proc/self"), HP(link), sizeof(link) - 1);

	if (n <= 0)
		return false;
	link[n] = 0;
	*own = atoi(link);
	return *own != (int)host(SYS_getpid);
}

/* The number in /proc of what the caller knows by tid, or 0. */
static int number_of(int tid)
{
	char path[40], text[256], *s;
	long fd = host(SYS_pidfd_open, tid, 0);

	if (fd == -EINVAL || fd == -ENOENT) /* no leader of a thread group */
		fd = host(SYS_pidfd_open, tid, PIDFD_THREAD);
	if (fd < 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%ld", fd);
	s = read_file(path, text, sizeof(text)) ? strstr(text, "\nPid:") : NULL;
	host(SYS_close, fd);
	return s ? MAX(atoi(s + strlen("\nPid:")), 0) : 0;
}

/* The ids of a process in the namespaces from that of /proc on down to its own: how many, and the
 * one at a level. */
static int levels(const char *name, int level, int *id)
{
	char path[40], text[4096], *s, *end;
	int n = 0;

	snprintf(path, sizeof(path), "/proc/%s/status", name);
	s = read_file(path, text, sizeof(text)) ? strstr(text, "\nNSpid:") : NULL;
	for (s = s ? s + strlen("\nNSpid:") : NULL; s && *s == '\t'; s = end, n++) {
		long value = strtol(s, &end, 10);

		if (n == level)
			*id = (int)value;
	}
	return n;
}

static struct host_proc_name decimal(int number)
{
	struct host_proc_name name;

	snprintf(name.s, sizeof(name.s), "%d", number);
	return name;
}

int host_proc_pid(int number)
{
	int own, pid = 0;

	if (!numbers_differ(&own))
		return number;
	if (number == own)
		return (int)host(SYS_getpid);
	levels(decimal(number).s, levels("self", -1, &pid) - 1, &pid);
	return pid && number_of(pid) == number ? pid : 0;
}

struct host_proc_name host_proc_name(int tid)
{
	int own;

	if (tid == (int)host(SYS_getpid))
		return (struct host_proc_name){"self"};
	return decimal(numbers_differ(&own) ? number_of(tid) : tid);
}

bool host_proc_read(int tid, const char *name, char *buf, size_t n)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/%s/%s", host_proc_name(tid).s, name);
	return read_file(path, buf, n);
}

int host_proc_status(int tid, const char *field)
{
	char text[2048];
	const char *s;

	if (tid <= 0 || !host_proc_read(tid, "status", text, sizeof(text)))
		return 0;
	s = strstr(text, field);
	return s ? host_proc_pid(atoi(s + strlen(field))) : 0;
}
