/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/exe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "host/host.h"
#include "mm/mm.h"
#include "mm/peer.h"
#include "sandbox/path.h"
#include "sandbox/sandbox.h"

#define DELETED " (deleted)"

/* What a process runs; NULL: it is no guest of this run. */
static const struct mm *mm_of(int pid)
{
	static struct mm theirs; /* large */

	if (pid == (int)host(SYS_getpid))
		return mm->exe[0] ? mm : NULL;
	return peer_mm(pid, &theirs) ? NULL : &theirs;
}

static bool is_file(const struct mm *m, const struct stat *st)
{
	return st->st_dev == m->exe_dev && st->st_ino == m->exe_ino;
}

/* The name of what is open as fd in process pid; false: there is none to be had. */
static bool read_name(int pid, int fd, char name[PATH_MAX])
{
	char link[48];
	long n;

	snprintf(link, sizeof(link), "/proc/%s/fd/%d", host_proc_name(pid).s, fd);
	n = host(SYS_readlink, HP(link), HP(name), PATH_MAX - 1);
	name[MAX(n, 0)] = 0;
	return n > 0;
}

static void hold(int fd)
{
	int copy = (int)host(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 0);

	mm->exe_fd = copy < 0 ? 0 : host_own_fd(copy);
}

void exe_loaded(int fd, const char *path)
{
	char name[PATH_MAX], guest[GUEST_PATH_MAX];
	const char *opened = path;
	struct stat st;

	if (mm->exe_fd)
		host_close_own_fd(mm->exe_fd);
	mm->exe_fd = 0;
	if (host(SYS_fstat, fd, HP(&st)))
		return;
	mm->exe_dev = st.st_dev;
	mm->exe_ino = st.st_ino;
	if (sandbox_on)
		path = sandbox_fd_path(fd, guest) ? path : guest;
	else if (read_name((int)host(SYS_getpid), fd, name))
		path = name;
	snprintf(mm->exe, sizeof(mm->exe), "%.4095s", path);
	/* What was opened by a link of /proc may have a name that does not lead there. */
	if (sandbox_on || !st.st_nlink || path[0] != '/' || !strncmp(opened, "/proc/", 6))
		hold(fd);
}

void exe_hold(void)
{
	struct stat st;
	int fd;

	if (mm->exe_fd || sandbox_on)
		return;
	fd = (int)host(SYS_open, HP(mm->exe), O_PATH | O_CLOEXEC);
	if (fd < 0)
		return;
	if (!host(SYS_fstat, fd, HP(&st)) && is_file(mm, &st))
		hold(fd);
	host(SYS_close, fd);
}

void exe_hold_at(const char *path)
{
	long len = mm->exe_fd || sandbox_on ? -1 : host_strnlen(path, PATH_MAX);
	const char *last, *at;

	if (len <= 0 || len >= PATH_MAX)
		return;
	while (len && path[len - 1] == '/')
		len--;
	last = memrchr(path, '/', (size_t)len);
	last = last ? last + 1 : path;
	len -= last - path;
	for (at = strchr(mm->exe, '/'); at; at = strchr(at + 1, '/')) {
		if (!strncmp(at + 1, last, (size_t)len) && (at[1 + len] == '/' || !at[1 + len])) {
			exe_hold();
			return;
		}
	}
}

const char *exe_name(int pid)
{
	static char name[PATH_MAX + sizeof(DELETED)], guest[GUEST_PATH_MAX];
	const struct mm *m = mm_of(pid);
	struct stat st;
	long err;

	if (!m)
		return NULL;
	if (m->exe_fd && read_name(pid, m->exe_fd, name))
		return sandbox_on ? sandbox_show_path(name, guest) : name;
	snprintf(name, sizeof(name), "%s", m->exe);
	err = sandbox_on ? 0 : host(SYS_stat, HP(m->exe), HP(&st));
	if (err == -ENOENT || (!err && !sandbox_on && !is_file(m, &st)))
		strcat(name, DELETED);
	return name;
}

const char *exe_host_path(int pid)
{
	static char link[48];
	const struct mm *m = mm_of(pid);

	if (!m || !m->exe_fd)
		return m ? m->exe : NULL;
	snprintf(link, sizeof(link), "/proc/%s/fd/%d", host_proc_name(pid).s, m->exe_fd);
	return link;
}

int exe_held_fd(int pid)
{
	const struct mm *m = mm_of(pid);

	return m && m->exe_fd ? m->exe_fd : -1;
}

const char *exe_base(void)
{
	static char base[NAME_MAX + 1];
	const char *slash = strrchr(mm->exe, '/');
	size_t n;

	snprintf(base, sizeof(base), "%.255s", slash ? slash + 1 : mm->exe);
	n = strlen(base);
	if (n > strlen(DELETED) && !strcmp(base + n - strlen(DELETED), DELETED))
		base[n - strlen(DELETED)] = 0;
	return base;
}
