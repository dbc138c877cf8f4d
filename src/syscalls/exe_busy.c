/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/exe_busy.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/host.h"
#include "mm/peer.h"

static bool runs(const struct mm *m, const struct stat *st)
{
	return m->exe_ino == st->st_ino && m->exe_dev == st->st_dev;
}

/* Guests are found among all processes: files that are programs are seldom opened for writing. */
static bool another_runs(const struct stat *st)
{
	static struct mm theirs; /* large */
	DIR *dir = opendir("/proc");
	struct dirent *e;
	bool found = false;

	while (dir && !found && (e = readdir(dir)))
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9')
			found = !peer_mm(atoi(e->d_name), &theirs) && runs(&theirs, st);
	if (dir)
		closedir(dir);
	return found;
}

bool exe_busy(int dfd, const char *path, bool follow)
{
	int flags = follow ? 0 : AT_SYMLINK_NOFOLLOW;
	struct stat st;

	if (host(SYS_faccessat2, dfd, HP(path), W_OK | X_OK, AT_EACCESS | flags) ||
	    host(SYS_newfstatat, dfd, HP(path), HP(&st), flags) || !S_ISREG(st.st_mode))
		return false;
	return runs(mm, &st) || another_runs(&st);
}
