/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "host/host.h"
#include "host/image.h"
#include "sandbox/nolinks.h"

#define MAX_MOUNTS 96

static struct mount mounts[MAX_MOUNTS];
static u32 nr_mounts;
static const struct mount *root; /* the guest's / */
static bool has_plain;
static int empty_fd = -1;

static char *copy_string(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		fatal("out of memory");
	return copy;
}

/* ---- Writes ---- */

static u32 nr_watched;
static bool *written; /* shared by all processes of a run */

void mount_watch_writes(void)
{
	if (!written)
		written = host_shared(sizeof(*written));
	if (!written)
		fatal("out of memory");
	*written = false;
	nr_watched = nr_mounts;
}

void mount_written(const struct mount *m)
{
	if (unlikely(nr_watched) && m < mounts + nr_watched && !m->ro)
		*written = true;
}

bool mount_seen_writes(void)
{
	return *written;
}

void mount_forget_all(void)
{
	for (u32 i = 0; i < nr_mounts; i++) {
		host_close_own_fd(mounts[i].fd);
		if (mounts[i].plain >= 0)
			host_close_own_fd(mounts[i].plain);
		free(mounts[i].path);
		free(mounts[i].host);
		free(mounts[i].name);
	}
	if (empty_fd >= 0)
		host_close_own_fd(empty_fd);
	empty_fd = -1;
	nr_mounts = nr_watched = 0;
	root = NULL;
}

/* ---- Adding ---- */

/* Guest paths on the command line: "." and empty components go, ".." takes one away. */
static char *canonical(const char *path)
{
	char *out = copy_string(path), *to = out;

	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 2 && !strncmp(path, "..", 2)) {
			while (to > out && *--to != '/')
				;
		} else if (n && !(n == 1 && *path == '.')) {
			*to++ = '/';
			memmove(to, path, n);
			to += n;
		}
		path += n;
		path += *path == '/';
	}
	*to = 0;
	return out;
}

static u64 mount_id(int fd)
{
	struct statx stx = {0};

	host(SYS_statx, fd, HP(""), AT_EMPTY_PATH, STATX_MNT_ID, HP(&stx));
	return stx.stx_mnt_id;
}

/* The first bytes of a path, and which of them there are. */
static u64 head_of(const char *path, size_t len, u64 *mask)
{
	u64 head = 0;

	len = MIN(len, sizeof(head));
	memcpy(&head, path, len);
	*mask = len == sizeof(head) ? ~0ULL : (1ULL << 8 * len) - 1;
	return head;
}

/* Of the names in the mounts' paths, to tell most others at a glance. */
static u64 names[4];

static u32 name_bit(const char *name, size_t len)
{
	return len ? ((u8)name[0] * 7u + (u8)name[len - 1] * 3u + (u32)len) %
			       (64 * ARRAY_SIZE(names))
		   : 0;
}

static void note_names(const char *path)
{
	size_t n;

	for (const char *s = path; *s; s += n) {
		n = strcspn(++s, "/");
		names[name_bit(s, n) / 64] |= 1ULL << name_bit(s, n) % 64;
	}
}

static int add(struct mount m)
{
	if (nr_mounts == MAX_MOUNTS)
		return -ENOSPC;
	m.len = strlen(m.path);
	note_names(m.path);
	m.head = head_of(m.path, m.len, &m.head_mask);
	m.host_len = m.host[1] ? strlen(m.host) : 0;
	m.fd = host_own_fd(m.fd);
	m.plain = -1;
	if (!m.len)
		root = &mounts[nr_mounts];
	mounts[nr_mounts++] = m;
	return 0;
}

int mount_add(const char *src, const char *dst, bool ro)
{
	char real[PATH_MAX];
	struct mount m = {.kind = MOUNT_DIR, .ro = ro};
	struct stat st;
	char *slash;
	long fd;

	if (!realpath(src, real) || stat(real, &st))
		return -errno;
	m.host = copy_string(real);
	m.path = canonical(dst);
	if (!S_ISDIR(st.st_mode)) {
		if (!m.path[0])
			return -ENOTDIR;
		slash = strrchr(real, '/');
		m.kind = MOUNT_FILE;
		m.device = S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode);
		m.name = copy_string(slash + 1);
		slash[slash == real] = 0;
	}
	fd = host(SYS_open, HP(real), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return (int)fd;
	m.fd = (int)fd;
	return add(m);
}

int mount_add_proc(void)
{
	struct mount m = {.kind = MOUNT_PROC, .path = copy_string("/proc")};
	long fd = host(SYS_open, HP("/proc"), O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return (int)fd;
	m.fd = (int)fd;
	m.host = copy_string("/proc");
	return add(m);
}

static void set_plain(struct mount *m, int fd, bool whole)
{
	m->plain = host_own_fd(fd);
	m->whole = whole;
	m->id = mount_id(m->fd);
	has_plain = true;
}

int mount_add_open(int fd, int plain, const char *host, const char *dst)
{
	int err = add((struct mount){
		.kind = MOUNT_DIR, .host = copy_string(host), .path = canonical(dst), .fd = fd});

	if (!err && plain >= 0)
		set_plain(&mounts[nr_mounts - 1], plain, true);
	return err;
}

void mount_set_empty(const char *dir)
{
	empty_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (empty_fd < 0)
		fatal("%s: %s", dir, strerror(errno));
	empty_fd = host_own_fd(empty_fd);
}

long mount_open_empty(void)
{
	return host(SYS_openat, empty_fd, HP("."), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static bool is_below(const char *path, size_t n, const char *top, size_t len)
{
	return len <= n && (path[len] == '/' || !path[len]) && !memcmp(path, top, len);
}

const struct mount *mount_find(const char *path, const char **rel)
{
	const struct mount *best = NULL;
	size_t n = strlen(path);

	for (u32 i = 0; i < nr_mounts; i++)
		if (is_below(path, n, mounts[i].path, mounts[i].len) &&
		    (!best || mounts[i].len >= best->len))
			best = &mounts[i];
	if (!best)
		fatal("the sandbox has no root");
	*rel = path + best->len;
	*rel = **rel ? *rel + 1 : ".";
	return best;
}

void mount_open_plain(void)
{
	struct nolinks want[MAX_MOUNTS];
	u32 which[MAX_MOUNTS], n = 0;

	for (u32 i = 0; i < nr_mounts; i++) {
		if (mounts[i].kind != MOUNT_DIR || mounts[i].plain >= 0)
			continue;
		want[n] = (struct nolinks){mounts[i].host, mounts[i].fd, mounts[i].ro, -1, false};
		which[n++] = i;
	}
	nolinks_open(want, n);
	for (u32 i = 0; i < n; i++) {
		if (want[i].fd >= 0)
			set_plain(&mounts[which[i]], want[i].fd, want[i].whole);
	}
}

bool mount_has_plain(void)
{
	return has_plain;
}

/* Whether the first name of a path is none of those in mounts' paths. */
static bool is_of_root(const char *path)
{
	size_t n = *path ? (size_t)(strchrnul(path + 1, '/') - path - 1) : 0;
	u32 bit = name_bit(path + 1, n);

	return n && !(names[bit / 64] >> bit % 64 & 1);
}

const struct mount *mount_find_plain(const char *path, const char **rel)
{
	const struct mount *best = NULL;
	size_t n = strlen(path);
	u64 mask, head = head_of(path, n, &mask);
	bool below = false;

	if (root && is_of_root(path)) {
		*rel = path + 1;
		return root->plain < 0 ? NULL : root;
	}
	for (u32 i = 0; i < nr_mounts; i++) {
		const struct mount *m = &mounts[i];
		size_t len = m->len;

		if (((m->head ^ head) & m->head_mask & mask) || memcmp(m->path, path, MIN(n, len)))
			continue;
		if (len <= n && (path[len] == '/' || !path[len]))
			best = best && best->len > len ? best : m;
		else if (len > n && m->path[n] == '/')
			below = true;
	}
	if (!best || best->plain < 0 || (below && best->len != n))
		return NULL;
	*rel = best->len == n ? "." : path + best->len + 1;
	return best;
}

bool mount_is_point(const char *path)
{
	for (u32 i = 0; i < nr_mounts; i++)
		if (!strcmp(path, mounts[i].path))
			return true;
	return false;
}

bool mount_has_below(const char *path)
{
	size_t len = strlen(path);

	for (u32 i = 0; i < nr_mounts; i++)
		if (mounts[i].len > len && is_below(mounts[i].path, mounts[i].len, path, len))
			return true;
	return false;
}

bool mount_has_name(const char *name, size_t len)
{
	u32 bit = name_bit(name, len);

	if (!(names[bit / 64] >> bit % 64 & 1))
		return false;
	for (u32 i = 0; i < nr_mounts; i++) {
		size_t n;

		for (const char *s = mounts[i].path; *s; s += n) {
			n = strcspn(++s, "/");
			if (n == len && !memcmp(s, name, n))
				return true;
		}
	}
	return false;
}

bool mount_guest_path(const char *host_path, char out[GUEST_PATH_MAX], const struct mount **m)
{
	const struct mount *best = NULL;
	size_t best_len = 0, n = strlen(host_path);

	for (u32 i = 0; i < nr_mounts; i++) {
		const char *h = mounts[i].host;
		size_t len = mounts[i].host_len;

		if ((best && len < best_len) || !is_below(host_path, n, h, len))
			continue;
		if (mounts[i].kind == MOUNT_FILE && host_path[len] &&
		    strcmp(host_path + len, " (deleted)"))
			continue;
		best = &mounts[i];
		best_len = len;
	}
	if (!best || host_path[0] != '/')
		return false;
	if (m)
		*m = best;
	memcpy(out, best->path, best->len + 1);
	if (host_path[1] || best_len)
		*stpncpy(out + best->len, host_path + best_len, GUEST_PATH_MAX - best->len - 1) = 0;
	return true;
}

const struct mount *mount_nth(u32 n)
{
	return n < nr_mounts ? &mounts[n] : NULL;
}

bool mount_has_openat2(void)
{
	static enum { UNKNOWN, THERE, MISSING } state;
	struct open_how how = {.flags = O_PATH | O_CLOEXEC};

	if (unlikely(state == UNKNOWN)) {
		long fd = host(SYS_openat2, AT_FDCWD, HP("/"), HP(&how), sizeof(how));

		/* what a filter says that does not know it may be EPERM, too */
		state = fd == -ENOSYS || fd == -EPERM ? MISSING : THERE;
		if (fd >= 0)
			host(SYS_close, fd);
	}
	return state == THERE;
}

/* Kernels before 5.6, and containers that filter openat2: component by component. */
static long open_stepwise(int fd, const char *rel, u64 flags, u64 mode)
{
	char name[NAME_MAX + 1];
	int at = fd;
	long got;

	for (;;) {
		size_t n = strcspn(rel, "/");
		const char *rest = rel + n + strspn(rel + n, "/");

		if (n > NAME_MAX) {
			got = -ENAMETOOLONG;
			break;
		}
		memcpy(name, rel, n);
		name[n] = 0;
		if (!*rest) {
			got = host(SYS_openat, at, HP(name), flags | O_NOFOLLOW, mode);
			break;
		}
		got = host(SYS_openat, at, HP(name), O_PATH | O_NOFOLLOW | O_CLOEXEC | O_DIRECTORY);
		if (got == -ENOTDIR && host(SYS_readlinkat, at, HP(name), HP(name), 1) > 0)
			got = -ELOOP;
		if (got < 0)
			break;
		if (at != fd)
			host(SYS_close, at);
		at = (int)got;
		rel = rest;
	}
	if (at != fd)
		host(SYS_close, at);
	return got;
}

static long open_once(int fd, const char *rel, u64 flags, u64 mode)
{
	struct open_how how = {
		.flags = flags,
		.mode = mode,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	long ret;

	if (!mount_has_openat2())
		return open_stepwise(fd, rel, flags, mode);
	do
		ret = host(SYS_openat2, fd, HP(rel), HP(&how), sizeof(how));
	while (ret == -EAGAIN);
	return ret;
}

/* A guest that has used up its descriptors can still look files up. */
static long open_beyond_limit(int fd, const char *rel, u64 flags, u64 mode)
{
	struct rlimit old, more;
	long ret = -EMFILE;

	if (getrlimit(RLIMIT_NOFILE, &old) || old.rlim_cur >= old.rlim_max)
		return ret;
	more = old;
	more.rlim_cur = MIN(old.rlim_cur + 256, old.rlim_max);
	if (!setrlimit(RLIMIT_NOFILE, &more)) {
		ret = open_once(fd, rel, flags, mode);
		setrlimit(RLIMIT_NOFILE, &old);
	}
	return ret;
}

long mount_open(int fd, const char *rel, u64 flags, u64 mode)
{
	long ret = open_once(fd, rel, flags, mode);

	return ret == -EMFILE ? open_beyond_limit(fd, rel, flags, mode) : ret;
}
