/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of a run: what its processes have mapped, and what lies in files without a disk, pipes
 * and sockets. */
#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/sock_diag.h>
#include <poll.h>
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

/* A line of a file in /proc/PID, in bytes; false where that cannot be read. */
static bool kilobytes(int pid, const char *file, const char *name, u64 *bytes)
{
	char path[48], text[128];
	unsigned long kb;
	size_t n = strlen(name);
	FILE *f;

	*bytes = 0;
	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
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

	return kilobytes(pid, "smaps_rollup", "Pss:", &bytes) ? bytes : resident(pid);
}

static u64 mapped_files(int pid)
{
	u64 bytes;

	kilobytes(pid, "smaps_rollup", "Pss_Shmem:", &bytes);
	return bytes;
}

static u64 page_tables(int pid)
{
	u64 bytes;

	kilobytes(pid, "status", "VmPTE:", &bytes);
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

u64 limit_inode(const struct stat *st)
{
	return st->st_ino ^ (u64)st->st_dev << 32;
}

/* Its place, or a free one. */
static u32 place_of(u64 inode)
{
	u32 i = (u32)((inode * 0x9e3779b97f4a7c15UL) >> 40);

	for (;; i++) {
		i %= ARRAY_SIZE(seen.place);
		if (seen.place[i].look != seen.look || seen.place[i].inode == inode)
			return i;
	}
}

static bool was_seen(u64 inode)
{
	return seen.place[place_of(inode)].look == seen.look;
}

static bool seen_before(const struct stat *st)
{
	u64 inode = limit_inode(st);
	u32 i = place_of(inode);

	if (seen.place[i].look == seen.look || seen.n == MAX_SEEN)
		return true;
	seen.place[i].inode = inode;
	seen.place[i].look = seen.look;
	seen.n++;
	return false;
}

/* What waits in a socket. AF_UNIX counts it with the sender, for as long as there is one. */
static u64 in_socket(int fd, bool sender_goes)
{
	struct pollfd p = {.fd = fd};
	u32 info[SK_MEMINFO_VARS] = {0};
	socklen_t len = sizeof(info);
	int n = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len))
		return 0;
	if (sender_goes || (poll(&p, 1, 0) == 1 && (p.revents & POLLHUP)))
		ioctl(fd, FIONREAD, &n);
	return MAX((u64)info[SK_MEMINFO_RMEM_ALLOC] + info[SK_MEMINFO_WMEM_ALLOC], (u64)MAX(n, 0));
}

/* What waits in a pipe: in as many pages as there are bytes, at most, as far as it has room. */
static u64 in_pipe(int fd)
{
	int n = 0, room = fcntl(fd, F_GETPIPE_SZ);

	return ioctl(fd, FIONREAD, &n) || n <= 0 ? 0 : MIN((u64)n * PAGE_SIZE, (u64)MAX(room, n));
}

u64 limit_held(int fd, const struct stat *st)
{
	if (S_ISSOCK(st->st_mode))
		return in_socket(fd, true);
	if (S_ISFIFO(st->st_mode))
		return in_pipe(fd);
	return MAX((u64)st->st_size, (u64)st->st_blocks * 512);
}

/* Asks a pipe or socket by a descriptor of the supervisor's own, for a moment. */
static u64 waiting(int pid, int fd, bool is_socket)
{
	long pidfd = host(SYS_pidfd_open, pid, 0);
	long mine = pidfd < 0 ? pidfd : host(SYS_pidfd_getfd, pidfd, fd, 0);
	u64 bytes = 0;

	if (mine >= 0)
		bytes = is_socket ? in_socket((int)mine, false) : in_pipe((int)mine);
	if (mine >= 0)
		host(SYS_close, mine);
	if (pidfd >= 0)
		host(SYS_close, pidfd);
	return bytes;
}

static bool is_memory(const struct statfs *s)
{
	return s->f_type == TMPFS_MAGIC || s->f_type == RAMFS_MAGIC || s->f_type == HUGETLBFS_MAGIC;
}

static bool in_memory(const char *path)
{
	struct statfs s;

	return !statfs(path, &s) && is_memory(&s);
}

/* Bytes of files that have no disk: memfds; files that no directory holds any more, of a tmpfs;
 * and what waits in pipes and sockets. */
static struct {
	u64 memfds, removed, waiting;
} held;

/* Counts a descriptor that no one has counted. all: not memfds alone; sent: what waits in sockets
 * to be received. */
static void count_descriptor(int pid, int dir, const char *name, bool all, bool sent)
{
	bool memfd, file, is_pipe, is_socket;
	char target[16], path[64];
	struct stat st;

	if (readlinkat(dir, name, target, sizeof(target)) < 7)
		return;
	memfd = !memcmp(target, "/memfd:", 7);
	file = all && !memfd && target[0] == '/';
	is_pipe = (all || sent) && !memcmp(target, "pipe:[", 6);
	is_socket = (all || sent) && !memcmp(target, "socket:", 7);
	if ((!memfd && !file && !is_pipe && !is_socket) || fstatat(dir, name, &st, 0) ||
	    (file && (st.st_nlink || !S_ISREG(st.st_mode))) || seen_before(&st))
		return;
	if (memfd)
		held.memfds += (u64)st.st_blocks * 512;
	else if (!file && all)
		held.waiting += waiting(pid, atoi(name), is_socket);
	if (is_socket && sent)
		limit_flight_socket(pid, name);
	snprintf(path, sizeof(path), "/proc/%d/fd/%.20s", pid, name);
	if (file && in_memory(path))
		held.removed += (u64)st.st_blocks * 512;
}

static void count_descriptors(int pid, bool all, bool sent)
{
	char path[40];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (dir && !limit_time_is_up() && (d = readdir(dir)))
		count_descriptor(pid, dirfd(dir), d->d_name, all, sent);
	if (dir)
		closedir(dir);
}

/* ---- Directories in memory ---- */

static struct {
	const char *path;
	dev_t dev;
	u64 before; /* what was in it */
} counted[MAX_COUNTED_DIRS];
static u32 nr_counted;

void limits_count_dir(const char *path)
{
	struct stat st;

	if (!path || nr_counted == MAX_COUNTED_DIRS || !in_memory(path) || stat(path, &st))
		return;
	counted[nr_counted].path = path;
	counted[nr_counted].dev = st.st_dev;
	counted[nr_counted++].before = tree_memory(path, ~0ULL);
}

/* The sandbox's own directories, and others that it can write. */
static u64 directories_in_memory(void)
{
	u64 sum = 0, most = limits.value[LIMIT_MEMORY];
	const char *dir = scratch_base();

	if (dir && in_memory(dir))
		sum = tree_memory(dir, most);
	for (u32 i = 0; i < nr_counted; i++) {
		u64 size = tree_memory(counted[i].path, counted[i].before + most);

		sum += size > counted[i].before ? size - counted[i].before : 0;
	}
	return sum;
}

static bool dev_counts(dev_t dev)
{
	const char *scratch = scratch_base();
	struct stat st;

	for (u32 i = 0; i < nr_counted; i++)
		if (counted[i].dev == dev)
			return true;
	return scratch && !stat(scratch, &st) && st.st_dev == dev;
}

bool limit_names_in_memory(void)
{
	const char *scratch = scratch_base();

	return nr_counted || (scratch && in_memory(scratch));
}

bool limit_file_in_memory(int fd, const struct stat *st)
{
	struct statfs s;

	return !fstatfs(fd, &s) && is_memory(&s) && (!st->st_nlink || dev_counts(st->st_dev));
}

/* ---- All together ---- */

static u64 directories, tables;
static u32 looks;

void limit_memory_renew(void)
{
	nr_counted = 0;
	looks = 0;
}

/* Of files, what they take beyond what of them is mapped, and so part of the processes' shares. */
static u64 unmapped(const int *pid, u32 n)
{
	bool all = looks++ % LOOK_EACH == 0, sent = limit_flight_begin();
	u64 bytes, mapped;

	if (all) {
		held.removed = held.waiting = 0;
		directories = directories_in_memory();
		tables = sum_up(page_tables, pid, n);
	}
	seen.n = 0;
	seen.look++;
	held.memfds = 0;
	for (u32 i = 0; i < n && (all || sent || !limit_state || limit_state->memfds); i++)
		count_descriptors(pid[i], all, sent);
	bytes = held.memfds + held.removed + directories;
	if (sent)
		bytes += limit_flight_bytes(was_seen);
	mapped = bytes ? sum_up(mapped_files, pid, n) : 0;
	bytes = bytes > mapped ? bytes - mapped : 0;
	return bytes + held.waiting + tables + (limit_state ? limit_state->xattrs : 0);
}

bool limit_memory_exceeded(const int *pid, u32 n)
{
	u64 more = unmapped(pid, n), most = limits.value[LIMIT_MEMORY];

	return more > most ||
	       (sum_up(resident, pid, n) + more > most && sum_up(share, pid, n) + more > most);
}
