/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net/unix_name.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "host/host.h"
#include "host/image.h"
#include "mm/uaccess.h"
#include "sandbox/path.h"

#define HEAD	     offsetof(struct sockaddr_un, sun_path)
#define PATH_ROOM    sizeof(((struct sockaddr_un *)0)->sun_path)
#define PREFIX_LEN   11
#define AUTOBIND_LEN 5

/* What sockets are bound to, as the host and as the guest call it; shared by the run's processes.
 * The newest entry counts. */
#define NR_NAMES 1024
static struct unix_name {
	u8 host_len, guest_len; /* without the NUL of a path */
	char host[PATH_ROOM], guest[PATH_ROOM];
} * names;
static u32 *nr_names, *nr_autobound;

bool unix_names;
static char prefix[PREFIX_LEN + 12]; /* of abstract names */

/* A path that was too long or not unique for the host: the socket gets this one first. */
static _Thread_local char short_path[PATH_ROOM];
static _Thread_local const char *long_path; /* NULL: the path will do */

void unix_name_init(void)
{
	u32 id;
	void *at;

	if (unix_names)
		return;
	at = host_shared(sizeof(*names) * NR_NAMES + PAGE_SIZE);
	if (!at)
		fatal("no memory for the names of sockets");
	nr_names = at;
	nr_autobound = nr_names + 1;
	names = (struct unix_name *)((u8 *)at + PAGE_SIZE);
	host(SYS_getrandom, HP(&id), sizeof(id), 0);
	snprintf(prefix, sizeof(prefix), "tg%08x-", id);
	unix_names = true;
}

static void remember(const char *host_name, size_t host_len, const char *guest, size_t guest_len)
{
	u32 i = __atomic_fetch_add(nr_names, 1, __ATOMIC_RELAXED) % NR_NAMES;

	names[i].host_len = names[i].guest_len = 0;
	memcpy(names[i].guest, guest, guest_len);
	memcpy(names[i].host, host_name, host_len);
	names[i].guest_len = (u8)guest_len;
	names[i].host_len = (u8)host_len;
}

static const struct unix_name *recall(const char *host_name, size_t len)
{
	u32 n = __atomic_load_n(nr_names, __ATOMIC_RELAXED);

	for (u32 i = 0; i < MIN(n, NR_NAMES); i++) {
		const struct unix_name *e = &names[(n - 1 - i) % NR_NAMES];

		if (e->host_len == len && !memcmp(e->host, host_name, len))
			return e;
	}
	return NULL;
}

static const void *abstract(struct sockaddr_un *un, int *len, bool made);

/* bind(2) without a name: Linux gives one of five hexadecimal digits. */
static const void *autobind(int fd, const void *addr, int *len)
{
	struct sockaddr_un *un = user_scratch(sizeof(*un) + 1);
	socklen_t bound = sizeof(*un);

	/* What has a name keeps it. */
	if (!un || host(SYS_getsockname, fd, HP(un), HP(&bound)) || bound > HEAD ||
	    un->sun_family != AF_UNIX)
		return addr;
	*len = (int)(HEAD + 1 + AUTOBIND_LEN);
	un->sun_path[0] = 0;
	snprintf(un->sun_path + 1, AUTOBIND_LEN + 1, "%05x",
		 __atomic_fetch_add(nr_autobound, 1, __ATOMIC_RELAXED) & 0xfffff);
	return abstract(un, len, true);
}

/* With a long name there is no room for the prefix: its first bytes give way to a digest, and what
 * it was is remembered. */
static const void *abstract(struct sockaddr_un *un, int *len, bool made)
{
	size_t n = (size_t)*len - HEAD - 1, whole = n;
	u64 hash = 0xcbf29ce484222325UL;
	char hex[17], name[PATH_ROOM];
	bool digest = n + PREFIX_LEN + 1 > PATH_ROOM;

	/* A name that the host has given and the guest has been told. */
	if (!made && n == AUTOBIND_LEN && recall(un->sun_path, n + 1))
		return un;
	memcpy(name, un->sun_path, n + 1);
	if (digest) {
		for (size_t i = 0; i < n; i++)
			hash = (hash ^ (u8)un->sun_path[1 + i]) * 0x100000001b3UL;
		snprintf(hex, sizeof(hex), "%016lx", hash);
		/* The digest takes the place of 16 bytes and of what the prefix is too long by. */
		n = PATH_ROOM - 1 - PREFIX_LEN;
		memmove(un->sun_path + 1 + 16, un->sun_path + 1 + whole - (n - 16), n - 16);
		memcpy(un->sun_path + 1, hex, 16);
	}
	memmove(un->sun_path + 1 + PREFIX_LEN, un->sun_path + 1, n);
	memcpy(un->sun_path + 1, prefix, PREFIX_LEN);
	*len = (int)(HEAD + 1 + PREFIX_LEN + n);
	if (digest && made)
		remember(un->sun_path, 1 + PREFIX_LEN + n, name, 1 + whole);
	return un;
}

/* To a socket of another family such an address is a wrong one, however it reads. */
static bool is_unix(int fd)
{
	int domain = 0;
	socklen_t len = sizeof(domain);

	return !host(SYS_getsockopt, fd, SOL_SOCKET, SO_DOMAIN, HP(&domain), HP(&len)) &&
	       domain == AF_UNIX;
}

/* Paths for the host name directories by descriptors: one path may have meant another one before.
 */
static bool is_taken(const char *path, size_t len, const char *guest, size_t guest_len)
{
	const struct unix_name *e = recall(path, len);

	return e && (e->guest_len != guest_len || memcmp(e->guest, guest, guest_len) != 0);
}

/* Another name in the same directory, from which unix_name_made() renames the socket. */
static const char *shorten(const char *path)
{
	const char *last = strrchr(path, '/');
	size_t n = last ? (size_t)(last - path) + 1 : 0;
	u64 id;

	if (n > 64)
		return path;
	host(SYS_getrandom, HP(&id), sizeof(id), 0);
	memcpy(short_path, path, n);
	snprintf(short_path + n, sizeof(short_path) - n, ".trapgate-%016lx", id);
	long_path = path;
	return short_path;
}

const void *unix_name_in(int fd, const void *addr, int *len, bool made)
{
	char guest[PATH_ROOM + 1];
	struct sockaddr_un *un;
	const char *path;
	size_t n, path_len;

	long_path = NULL;
	if (!unix_names || !addr || *len < (int)HEAD || *len > (int)sizeof(*un) ||
	    (*len == (int)HEAD && !made))
		return addr;
	un = user_scratch(sizeof(*un) + 1);
	if (!un || host_copy(un, addr, (size_t)*len) || un->sun_family != AF_UNIX || !is_unix(fd))
		return addr;
	if (*len == (int)HEAD)
		return autobind(fd, addr, len);
	if (!un->sun_path[0])
		return abstract(un, len, made);
	if (!sandbox_on)
		return addr;
	n = (size_t)*len - HEAD;
	memcpy(guest, un->sun_path, n);
	guest[n] = 0;
	path = sandbox_path(AT_FDCWD, guest, made ? PATH_NEW_NAME : PATH_FOLLOW);
	if (made && sandbox_path_error() == -EEXIST)
		return sandbox_path_fail(-EADDRINUSE);
	n = strnlen(guest, PATH_ROOM);
	if (host_strnlen(path, PATH_ROOM) < 0)
		return path;
	path_len = strlen(path);
	if (made && (path_len >= PATH_ROOM || is_taken(path, path_len, guest, n))) {
		path = shorten(path);
		path_len = strlen(path);
	}
	if (path_len >= PATH_ROOM)
		return sandbox_path_fail(-ENAMETOOLONG);
	strcpy(un->sun_path, path);
	*len = (int)(HEAD + path_len + 1);
	if (made)
		remember(path, path_len, guest, n);
	return un;
}

long unix_name_made(long ret)
{
	if (ret || !long_path)
		return ret;
	ret = host(SYS_renameat2, AT_FDCWD, HP(short_path), AT_FDCWD, HP(long_path),
		   RENAME_NOREPLACE);
	if (ret)
		host(SYS_unlink, HP(short_path));
	return ret == -EEXIST ? -EADDRINUSE : ret;
}

void unix_name_out(void *addr, u32 room, u32 *len)
{
	const struct unix_name *e;
	struct sockaddr_un un;
	size_t n = MIN(*len, room), name_len;

	if (!unix_names || n <= HEAD || n > sizeof(un) || host_copy(&un, addr, n) ||
	    un.sun_family != AF_UNIX)
		return;
	name_len = un.sun_path[0] ? strnlen(un.sun_path, n - HEAD) : n - HEAD;
	e = recall(un.sun_path, name_len);
	if (e) {
		memcpy(un.sun_path, e->guest, e->guest_len);
		*len = (u32)(HEAD + e->guest_len + (un.sun_path[0] ? 1 : 0));
		if (e->guest_len < PATH_ROOM)
			un.sun_path[e->guest_len] = 0;
	} else if (!un.sun_path[0] && name_len > PREFIX_LEN &&
		   !memcmp(un.sun_path + 1, prefix, PREFIX_LEN)) {
		*len -= PREFIX_LEN;
		memmove(un.sun_path + 1, un.sun_path + 1 + PREFIX_LEN, name_len - 1 - PREFIX_LEN);
	} else if (!un.sun_path[0] && name_len == 1 + AUTOBIND_LEN) {
		/* Given by the host, to a sender that tells its credentials. */
		remember(un.sun_path, name_len, un.sun_path, name_len);
	}
	host_copy(addr, &un, MIN(MIN(*len, room), sizeof(un)));
}
