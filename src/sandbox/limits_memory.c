/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of a run: what its processes have mapped, and what lies in files without a disk, pipes
 * and sockets. */
#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "host/host.h"
#include "sandbox/limits_internal.h"
#include "sandbox/scratch.h"

#define LOOK_EACH 8 /* the supervisor's looks at pipes, sockets and directories: 5 a second */

/* An upper bound of its share. */
u64 limit_resident(int pid)
{
	unsigned long pages = 0;
	char path[40];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%*s %lu", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * PAGE_SIZE;
}

/* A line of /proc/PID/smaps_rollup, in bytes; false where that cannot be read. */
static bool rollup(int pid, const char *name, u64 *bytes)
{
	char path[48], text[128];
	unsigned long kb;
	size_t n = strlen(name);
	FILE *f;

	*bytes = 0;
	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (fgets(text, sizeof(text), f))
		if (!strncmp(text, name, n) && sscanf(text + n, "%lu kB", &kb) == 1) {
			*bytes = kb << 10;
			break;
		}
	fclose(f);
	return true;
}

u64 limit_share(int pid)
{
	u64 bytes;

	return rollup(pid, "Pss:", &bytes) ? bytes : limit_resident(pid);
}

static u64 mapped_files(int pid)
{
	u64 bytes;

	rollup(pid, "Pss_Shmem:", &bytes);
	return bytes;
}

static u64 sum_up(u64 (*of)(int pid))
{
	u64 sum = 0;

	for (u32 i = 0; i < limit_state->used; i++)
		if (limit_state->slot[i].pid > 0)
			sum += of(limit_state->slot[i].pid);
	return sum;
}

/* ---- What descriptors hold ---- */

#define MAX_SEEN 65536

/* Files, pipes and sockets by their inode numbers: each once, though it may be open many times. */
static struct {
	u64 inode[MAX_SEEN];
	u32 n;
} seen;

static bool seen_before(u64 inode)
{
	for (u32 i = 0; i < seen.n; i++)
		if (seen.inode[i] == inode)
			return true;
	if (seen.n == MAX_SEEN)
		return true;
	seen.inode[seen.n++] = inode;
	return false;
}

/* Bytes that wait in a pipe or socket: it is asked by a descriptor of the supervisor's own, for a
 * moment. */
static u64 waiting(int pid, int fd, bool is_socket)
{
	u32 info[SK_MEMINFO_VARS] = {0};
	socklen_t len = sizeof(info);
	long pidfd = host(SYS_pidfd_open, pid, 0);
	long mine = pidfd < 0 ? pidfd : host(SYS_pidfd_getfd, pidfd, fd, 0);
	u64 bytes = 0;
	int n = 0;

	if (mine >= 0 && is_socket && !getsockopt((int)mine, SOL_SOCKET, SO_MEMINFO, info, &len))
		bytes = (u64)info[SK_MEMINFO_RMEM_ALLOC] + info[SK_MEMINFO_WMEM_ALLOC];
	else if (mine >= 0 && !is_socket && !ioctl((int)mine, FIONREAD, &n))
		bytes = (u64)MAX(n, 0);
	if (mine >= 0)
		host(SYS_close, mine);
	if (pidfd >= 0)
		host(SYS_close, pidfd);
	return bytes;
}

/* What descriptors of a process hold and no one has counted. */
static void count_descriptors(int pid, bool buffers, u64 *files, u64 *buffered)
{
	char path[300], target[16];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		bool memfd, is_pipe, is_socket;
		struct stat st;

		if (readlinkat(dirfd(dir), d->d_name, target, sizeof(target)) < 7)
			continue;
		memfd = !memcmp(target, "/memfd:", 7);
		is_pipe = buffers && !memcmp(target, "pipe:[", 6);
		is_socket = buffers && !memcmp(target, "socket:", 7);
		if ((!memfd && !is_pipe && !is_socket) || fstatat(dirfd(dir), d->d_name, &st, 0) ||
		    seen_before(st.st_ino))
			continue;
		if (memfd)
			*files += (u64)st.st_blocks * 512;
		else
			*buffered += waiting(pid, atoi(d->d_name), is_socket);
	}
	if (dir)
		closedir(dir);
}

/* ---- Directories in memory ---- */

static bool in_memory(const char *dir)
{
	struct statfs s;

	return !statfs(dir, &s) && (s.f_type == TMPFS_MAGIC || s.f_type == RAMFS_MAGIC);
}

/* The sandbox's own directories, where they lie in a tmpfs. */
static u64 scratch_in_memory(void)
{
	static enum { UNKNOWN, IN_MEMORY, NOT } state;
	const char *dir = scratch_base();

	if (state == UNKNOWN)
		state = dir && in_memory(dir) ? IN_MEMORY : NOT;
	return state == IN_MEMORY ? tree_size(dir, limits.value[LIMIT_MEMORY]) : 0;
}

/* ---- All together ---- */

/* Of files, what they take beyond what of them is mapped, and so part of the processes' shares. */
static u64 unmapped(void)
{
	static u64 buffered, scratch;
	static u32 looks;
	bool buffers = looks++ % LOOK_EACH == 0;
	u64 files = 0, mapped;

	if (buffers) {
		buffered = 0;
		scratch = scratch_in_memory();
	}
	seen.n = 0;
	for (u32 i = 0; i < limit_state->used && (buffers || limit_state->memfds); i++)
		if (limit_state->slot[i].pid > 0)
			count_descriptors(limit_state->slot[i].pid, buffers, &files, &buffered);
	files += scratch;
	mapped = files ? sum_up(mapped_files) : 0;
	return buffered + (files > mapped ? files - mapped : 0);
}

void limit_look_at_memory(void)
{
	u64 more = unmapped(), most = limits.value[LIMIT_MEMORY];

	if (sum_up(limit_resident) + more > most && sum_up(limit_share) + more > most)
		limit_hit(LIMIT_MEMORY);
}
