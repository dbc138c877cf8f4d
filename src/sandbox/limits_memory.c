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

#define MAX_COUNTED_DIRS 64
#define LOOK_EACH	 8 /* the supervisor's looks at pipes, sockets and directories: 5 a second */

/* An upper bound of its share. */
static u64 resident(int pid)
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

static u64 share(int pid)
{
	u64 bytes;

	return rollup(pid, "Pss:", &bytes) ? bytes : resident(pid);
}

static u64 mapped_files(int pid)
{
	u64 bytes;

	rollup(pid, "Pss_Shmem:", &bytes);
	return bytes;
}

static u64 sum_up(u64 (*of)(int pid), const int *pid, u32 n)
{
	u64 sum = 0;

	for (u32 i = 0; i < n && !limit_time_is_up(); i++)
		sum += of(pid[i]);
	return sum;
}

/* ---- What descriptors hold ---- */

#define MAX_SEEN 65536 /* of twice as many places */

/* Files, pipes and sockets by their inode numbers: each once, though it may be open many times. */
static struct {
	struct {
		u64 inode;
		u32 look; /* of which the entry is */
	} place[2 * MAX_SEEN];
	u32 n, look;
} seen;

static bool seen_before(const struct stat *st)
{
	u64 inode = st->st_ino ^ (u64)st->st_dev << 32;
	u32 i = (u32)((inode * 0x9e3779b97f4a7c15UL) >> 40);

	for (;; i++) {
		i %= ARRAY_SIZE(seen.place);
		if (seen.place[i].look != seen.look)
			break;
		if (seen.place[i].inode == inode)
			return true;
	}
	if (seen.n == MAX_SEEN)
		return true;
	seen.place[i].inode = inode;
	seen.place[i].look = seen.look;
	seen.n++;
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

static bool in_memory(const char *path)
{
	struct statfs s;

	return !statfs(path, &s) && (s.f_type == TMPFS_MAGIC || s.f_type == RAMFS_MAGIC);
}

/* Bytes of files that have no disk: memfds; files that no directory holds any more, of a tmpfs;
 * and what waits in pipes and sockets. */
static struct {
	u64 memfds, removed, waiting;
} held;

/* Counts a descriptor that no one has counted. */
static void count_descriptor(int pid, int dir, const char *name, bool all)
{
	bool memfd, file, is_pipe, is_socket;
	char target[16], path[64];
	struct stat st;

	if (readlinkat(dir, name, target, sizeof(target)) < 7)
		return;
	memfd = !memcmp(target, "/memfd:", 7);
	file = all && !memfd && target[0] == '/';
	is_pipe = all && !memcmp(target, "pipe:[", 6);
	is_socket = all && !memcmp(target, "socket:", 7);
	if ((!memfd && !file && !is_pipe && !is_socket) || fstatat(dir, name, &st, 0) ||
	    (file && (st.st_nlink || !S_ISREG(st.st_mode))) || seen_before(&st))
		return;
	if (memfd)
		held.memfds += (u64)st.st_blocks * 512;
	else if (!file)
		held.waiting += waiting(pid, atoi(name), is_socket);
	snprintf(path, sizeof(path), "/proc/%d/fd/%.20s", pid, name);
	if (file && in_memory(path))
		held.removed += (u64)st.st_blocks * 512;
}

static void count_descriptors(int pid, bool all)
{
	char path[40];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (dir && !limit_time_is_up() && (d = readdir(dir)))
		count_descriptor(pid, dirfd(dir), d->d_name, all);
	if (dir)
		closedir(dir);
}

/* ---- Directories in memory ---- */

static struct {
	const char *path;
	u64 before; /* what was in it */
} counted[MAX_COUNTED_DIRS];
static u32 nr_counted;

void limits_count_dir(const char *path)
{
	if (!path || nr_counted == MAX_COUNTED_DIRS || !in_memory(path))
		return;
	counted[nr_counted].path = path;
	counted[nr_counted++].before = tree_size(path, ~0ULL);
}

/* The sandbox's own directories, and others that it can write. */
static u64 directories_in_memory(void)
{
	u64 sum = 0, most = limits.value[LIMIT_MEMORY];
	const char *dir = scratch_base();

	if (dir && in_memory(dir))
		sum = tree_size(dir, most);
	for (u32 i = 0; i < nr_counted; i++) {
		u64 size = tree_size(counted[i].path, counted[i].before + most);

		sum += size > counted[i].before ? size - counted[i].before : 0;
	}
	return sum;
}

/* ---- All together ---- */

static u64 directories;
static u32 looks;

void limit_memory_renew(void)
{
	nr_counted = 0;
	looks = 0;
}

/* Of files, what they take beyond what of them is mapped, and so part of the processes' shares. */
static u64 unmapped(const int *pid, u32 n)
{
	bool all = looks++ % LOOK_EACH == 0;
	u64 bytes, mapped;

	if (all) {
		held.removed = held.waiting = 0;
		directories = directories_in_memory();
	}
	seen.n = 0;
	seen.look++;
	held.memfds = 0;
	for (u32 i = 0; i < n && (all || !limit_state || limit_state->memfds); i++)
		count_descriptors(pid[i], all);
	bytes = held.memfds + held.removed + directories;
	mapped = bytes ? sum_up(mapped_files, pid, n) : 0;
	return held.waiting + (bytes > mapped ? bytes - mapped : 0);
}

bool limit_memory_exceeded(const int *pid, u32 n)
{
	u64 more = unmapped(pid, n), most = limits.value[LIMIT_MEMORY];

	return sum_up(resident, pid, n) + more > most && sum_up(share, pid, n) + more > most;
}
