/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net/unix_name.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "host/host.h"
#include "mm/uaccess.h"
#include "sandbox/path.h"

#define HEAD	   offsetof(struct sockaddr_un, sun_path)
#define PATH_ROOM  sizeof(((struct sockaddr_un *)0)->sun_path)
#define PREFIX_LEN 11

/* What sockets are bound to, as the host and as the guest call it; shared by the run's processes.
 * The newest entry counts. */
#define NR_NAMES 1024
static struct unix_name {
	char host[PATH_ROOM], guest[PATH_ROOM];
} * names;
static u32 *nr_names;

static char prefix[PREFIX_LEN + 12]; /* of abstract names */

void unix_name_init(void)
{
	u32 id;
	void *at = mmap(NULL, sizeof(*names) * NR_NAMES + PAGE_SIZE, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		fatal("no memory for the sandbox's socket names");
	nr_names = at;
	names = (struct unix_name *)((u8 *)at + PAGE_SIZE);
	host(SYS_getrandom, HP(&id), sizeof(id), 0);
	snprintf(prefix, sizeof(prefix), "tg%08x-", id);
}

static void remember(const char *host_name, const char *guest_name)
{
	u32 i = __atomic_fetch_add(nr_names, 1, __ATOMIC_RELAXED) % NR_NAMES;

	memcpy(names[i].guest, guest_name, strnlen(guest_name, PATH_ROOM - 1) + 1);
	memcpy(names[i].host, host_name, strlen(host_name) + 1);
}

static const char *recall(const char *host_name)
{
	u32 n = __atomic_load_n(nr_names, __ATOMIC_RELAXED);

	for (u32 i = 0; i < MIN(n, NR_NAMES); i++) {
		const struct unix_name *e = &names[(n - 1 - i) % NR_NAMES];

		if (!strncmp(e->host, host_name, PATH_ROOM))
			return e->guest;
	}
	return NULL;
}

/* With a long name there is no room for the prefix: its first bytes give way to a digest. */
static const void *abstract(struct sockaddr_un *un, int *len)
{
	size_t n = (size_t)*len - HEAD - 1;
	u64 hash = 0xcbf29ce484222325UL;
	char hex[17];

	if (n + PREFIX_LEN + 1 > PATH_ROOM) {
		for (size_t i = 0; i < n; i++)
			hash = (hash ^ (u8)un->sun_path[1 + i]) * 0x100000001b3UL;
		snprintf(hex, sizeof(hex), "%016lx", hash);
		memmove(un->sun_path + 1 + 16, un->sun_path + 1 + 27, n - 27);
		memcpy(un->sun_path + 1, hex, 16);
		n -= PREFIX_LEN;
	}
	memmove(un->sun_path + 1 + PREFIX_LEN, un->sun_path + 1, n);
	memcpy(un->sun_path + 1, prefix, PREFIX_LEN);
	*len = (int)(HEAD + 1 + PREFIX_LEN + n);
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

const void *unix_name_in(int fd, const void *addr, int *len, bool made)
{
	char guest[PATH_ROOM + 1];
	struct sockaddr_un *un;
	const char *path;
	size_t n;

	if (!sandbox_on || !addr || *len <= (int)HEAD || *len > (int)sizeof(*un))
		return addr;
	un = user_scratch(sizeof(*un) + 1);
	if (!un || host_copy(un, addr, (size_t)*len) || un->sun_family != AF_UNIX || !is_unix(fd))
		return addr;
	if (!un->sun_path[0])
		return abstract(un, len);
	n = (size_t)*len - HEAD;
	memcpy(guest, un->sun_path, n);
	guest[n] = 0;
	path = sandbox_path(AT_FDCWD, guest, made ? PATH_NEW_NAME : PATH_FOLLOW);
	if (made && sandbox_path_error() == -EEXIST)
		return sandbox_path_fail(-EADDRINUSE);
	if (host_strnlen(path, PATH_ROOM) < 0)
		return path;
	if (strlen(path) >= PATH_ROOM)
		return sandbox_path_fail(-ENAMETOOLONG);
	strcpy(un->sun_path, path);
	*len = (int)(HEAD + strlen(path) + 1);
	if (made)
		remember(path, guest);
	return un;
}

void unix_name_out(void *addr, u32 room, u32 *len)
{
	struct sockaddr_un un;
	const char *guest;
	u32 n = MIN(*len, room);

	if (!sandbox_on || n <= HEAD || n > sizeof(un) || host_copy(&un, addr, n) ||
	    un.sun_family != AF_UNIX)
		return;
	if (!un.sun_path[0]) {
		if (n < HEAD + 1 + PREFIX_LEN || memcmp(un.sun_path + 1, prefix, PREFIX_LEN))
			return;
		*len -= PREFIX_LEN;
		n -= PREFIX_LEN;
		memmove(un.sun_path + 1, un.sun_path + 1 + PREFIX_LEN, n - HEAD - 1);
	} else {
		if (n < sizeof(un))
			((char *)&un)[n] = 0;
		guest = recall(un.sun_path);
		if (!guest)
			return;
		strcpy(un.sun_path, guest);
		*len = (u32)(HEAD + strlen(guest) + 1);
		n = MIN(*len, room);
	}
	host_copy(addr, &un, n);
}
