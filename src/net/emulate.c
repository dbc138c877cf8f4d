/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net/emulate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/host.h"
#include "host/image.h"
#include "net/unix_name.h"

#define SOCKETS	     8192
#define CHAINS	     4096
#define FIRST_PORT   32768 /* net.ipv4.ip_local_port_range */
#define LAST_PORT    60999
#define PRIVILEGED   1024
#define PATIENCE     25 /* waits for the lock before its owner is looked for */
#define DIR_TEMPLATE "/trapgate-net.XXXXXX"

static struct table {
	u32 owner, waiters; /* of the lock: the thread's id, 0: nobody; about how many wait */
	u32 used, free;	    /* entries ever used; the first of the freed ones */
	u32 chain[CHAINS];
	struct emu_socket socket[SOCKETS]; /* the first is never used: 0 is none */
} * table;

bool net_emulated;
static enum net_mode mode;
static char dir[256], inner[sizeof(dir) + 16];
static int dir_fd = -1;

static const u8 v4_any[16] = {[10] = 0xff, [11] = 0xff};
static const u8 v4_loop[16] = {[10] = 0xff, [11] = 0xff, 127, 0, 0, 1};
static const u8 v6_any[16], v6_loop[16] = {[15] = 1};

void emu_start(enum net_mode m)
{
	const char *tmp = getenv("TMPDIR");

	mode = m;
	snprintf(dir, sizeof(dir), "%.200s%s", tmp && *tmp == '/' ? tmp : "/tmp", DIR_TEMPLATE);
	if (!mkdtemp(dir))
		fatal("%s: %s", dir, strerror(errno));
	/* A guest that gives up its user id must still get in, by the descriptor, and nobody else
	 * past the outer directory. */
	snprintf(inner, sizeof(inner), "%s/sockets", dir);
	if (mkdir(inner, 0777) != 0 || chmod(inner, 0777) != 0)
		fatal("%s: %s", inner, strerror(errno));
	dir_fd = open(inner, O_PATH | O_DIRECTORY | O_CLOEXEC);
	table = host_shared(sizeof(*table));
	if (dir_fd < 0 || !table)
		fatal("cannot set up a loopback network: %s", strerror(errno));
	dir_fd = host_own_fd(dir_fd);
	table->used = 1;
	net_emulated = true;
	unix_name_init();
}

int emu_dir_fd(void)
{
	return dir_fd;
}

void emu_clean(void)
{
	DIR *d = opendir(inner);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	rmdir(inner);
	rmdir(dir);
}

/* Who has had the lock for long and is not there any more was killed inside. What that leaves is at
 * worst an entry half filled in, of a socket that nobody has. */
static bool is_dead(u32 owner)
{
	return host(SYS_kill, owner, 0) == -ESRCH;
}

/* The C library's locks are of no use: their lists of what a thread holds are not those of the
 * guests' threads. */
void emu_lock(void)
{
	const struct timespec a_while = {0, 20000000};
	u32 me = (u32)host(SYS_gettid), before = 0, seen = 0;

	for (int turns = 0;; turns = before == seen ? turns + 1 : 0) {
		before = seen;
		seen = 0;
		if (__atomic_compare_exchange_n(&table->owner, &seen, me, false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return;
		if (turns >= PATIENCE && is_dead(seen) &&
		    __atomic_compare_exchange_n(&table->owner, &seen, me, false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return;
		__atomic_fetch_add(&table->waiters, 1, __ATOMIC_SEQ_CST);
		host(SYS_futex, HP(&table->owner), FUTEX_WAIT, seen, HP(&a_while));
		__atomic_fetch_sub(&table->waiters, 1, __ATOMIC_SEQ_CST);
	}
}

void emu_unlock(void)
{
	__atomic_store_n(&table->owner, 0, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&table->waiters, __ATOMIC_SEQ_CST))
		host(SYS_futex, HP(&table->owner), FUTEX_WAKE, 1);
}

struct emu_socket *emu_find(u32 ino)
{
	for (u32 i = table->chain[ino % CHAINS]; i; i = table->socket[i].next)
		if (table->socket[i].ino == ino)
			return &table->socket[i];
	return NULL;
}

struct emu_socket *emu_next(const struct emu_socket *after)
{
	for (u32 i = after ? (u32)(after - table->socket) + 1 : 1; i < table->used; i++)
		if (table->socket[i].ino)
			return &table->socket[i];
	return NULL;
}

bool emu_is_up(void)
{
	return mode != NET_NONE;
}

static u32 inode_of(int fd)
{
	struct stat st;

	if (host(SYS_fstat, fd, HP(&st)) || !S_ISSOCK(st.st_mode))
		return 0;
	return (u32)st.st_ino;
}

struct emu_socket *emu_of(int fd)
{
	u32 ino = inode_of(fd);

	return ino ? emu_find(ino) : NULL;
}

bool emu_is_ours(int fd)
{
	bool found;

	emu_lock();
	found = emu_of(fd) != NULL;
	emu_unlock();
	return found;
}

bool emu_hung_up(int fd)
{
	struct pollfd p = {.fd = fd};

	return host(SYS_poll, HP(&p), 1, 0) == 1 && (p.revents & POLLHUP);
}

bool emu_close_resets(const struct emu_socket *e)
{
	const struct emu_socket *mate = e->mate ? emu_find(e->mate) : NULL;

	return e->aborted || (mate && mate->mate == e->ino && mate->aborts && !mate->shut_write);
}

bool emu_was_reset(int fd, const struct emu_socket *e)
{
	return emu_close_resets(e) && emu_hung_up(fd);
}

bool emu_take_reset(int fd, struct emu_socket *e)
{
	if (e->told || !emu_was_reset(fd, e))
		return false;
	e->told = true;
	return true;
}

int emu_tcp_state(const struct emu_socket *e, bool gone)
{
	const struct emu_socket *mate = e->mate ? emu_find(e->mate) : NULL;

	if (!e->connected)
		return e->listening ? TCP_LISTEN : TCP_CLOSE;
	if (e->reset || e->told)
		return TCP_CLOSE;
	gone = gone || (mate && mate->mate == e->ino && mate->shut_write);
	if (e->shut_write)
		return gone ? TCP_CLOSE : TCP_FIN_WAIT2;
	return gone ? TCP_CLOSE_WAIT : TCP_ESTABLISHED;
}

static void drop(struct emu_socket *e)
{
	struct emu_socket *mate = e->mate ? emu_find(e->mate) : NULL;
	u32 *link = &table->chain[e->ino % CHAINS];
	u32 i = (u32)(e - table->socket);
	struct sockaddr_un un;

	if (mate && mate->mate == e->ino && e->aborts && !e->shut_write)
		mate->aborted = true;
	while (*link && *link != i)
		link = &table->socket[*link].next;
	if (*link)
		*link = e->next;
	if (e->named) {
		emu_host_addr(&un, e->ino);
		unlink(un.sun_path);
	}
	memset(e, 0, sizeof(*e));
	e->next = table->free;
	table->free = i;
}

void emu_collect(void)
{
	static u8 alive[SOCKETS];
	char line[256];
	unsigned int ino;
	FILE *f = fopen("/proc/net/unix", "re");

	if (!f)
		return;
	memset(alive, 0, sizeof(alive));
	while (fgets(line, sizeof(line), f)) {
		struct emu_socket *e;

		if (sscanf(line, "%*s %*s %*s %*s %*s %*s %u", &ino) != 1)
			continue;
		e = emu_find(ino);
		if (e)
			alive[e - table->socket] = 1;
	}
	fclose(f);
	for (u32 i = 1; i < table->used; i++)
		if (table->socket[i].ino && !alive[i])
			drop(&table->socket[i]);
}

struct emu_socket *emu_enter(int fd, int family, int type)
{
	u32 ino = inode_of(fd), i;
	struct emu_socket *e = emu_find(ino);

	if (e)
		drop(e);
	if (!table->free && table->used == SOCKETS)
		emu_collect();
	if (!table->free && table->used == SOCKETS)
		return NULL;
	i = table->free;
	if (i)
		table->free = table->socket[i].next;
	else
		i = table->used++;
	e = &table->socket[i];
	*e = (struct emu_socket){
		.ino = ino, .family = (u8)family, .type = (u8)type, .uid = (u32)host(SYS_geteuid)};
	memcpy(e->local.ip, family == AF_INET ? v4_any : v6_any, 16);
	e->next = table->chain[ino % CHAINS];
	table->chain[ino % CHAINS] = i;
	return e;
}

socklen_t emu_host_addr(struct sockaddr_un *un, u32 ino)
{
	un->sun_family = AF_UNIX;
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			   (size_t)snprintf(un->sun_path, sizeof(un->sun_path),
					    "/proc/self/fd/%d/%x", dir_fd, ino));
}

u32 emu_host_ino(const struct sockaddr_un *un, socklen_t len)
{
	char text[sizeof(un->sun_path) + 1] = "";
	unsigned int ino;
	int fd;

	if (len <= offsetof(struct sockaddr_un, sun_path) || un->sun_family != AF_UNIX)
		return 0;
	memcpy(text, un->sun_path,
	       MIN(len - offsetof(struct sockaddr_un, sun_path), sizeof(un->sun_path)));
	if (sscanf(text, "/proc/self/fd/%d/%x", &fd, &ino) != 2 || fd != dir_fd)
		return 0;
	return ino;
}

static bool is_v4(const u8 *ip)
{
	return !memcmp(ip, v4_any, 12);
}

static bool is_any(const u8 *ip)
{
	return !memcmp(ip, v4_any, 16) || !memcmp(ip, v6_any, 16);
}

static bool is_loopback(const u8 *ip)
{
	return is_v4(ip) ? ip[12] == 127 : !memcmp(ip, v6_loop, 16);
}

/* Whether a socket bound to `any` gets what is sent to ip. */
static bool any_covers(const struct emu_addr *any, bool v6only, const u8 *ip)
{
	return is_v4(ip) ? is_v4(any->ip) || !v6only : !is_v4(any->ip);
}

static bool overlap(const struct emu_socket *e, const struct emu_addr *a, bool v6only)
{
	if (!memcmp(e->local.ip, a->ip, 16))
		return true;
	if (is_any(e->local.ip) && any_covers(&e->local, e->v6only, a->ip))
		return true;
	return is_any(a->ip) && any_covers(a, v6only, e->local.ip);
}

static bool may_share(const struct emu_socket *a, const struct emu_socket *b)
{
	if (a->reuse_port && b->reuse_port)
		return true;
	return a->reuse_addr && b->reuse_addr && !a->listening;
}

static bool in_use(const struct emu_socket *me, const struct emu_addr *addr)
{
	for (u32 i = 1; i < table->used; i++) {
		const struct emu_socket *e = &table->socket[i];

		if (e->ino && e != me && e->type == me->type && e->local.port == addr->port &&
		    overlap(e, addr, me->v6only) && !may_share(e, me))
			return true;
	}
	return false;
}

static bool listened(const struct emu_socket *me)
{
	for (u32 i = 1; i < table->used; i++) {
		const struct emu_socket *e = &table->socket[i];

		if (e->ino && e != me && e->listening && e->local.port == me->local.port &&
		    overlap(e, &me->local, me->v6only) && !may_share(e, me))
			return true;
	}
	return false;
}

bool emu_listened(const struct emu_socket *me)
{
	if (!listened(me))
		return false;
	emu_collect();
	return listened(me);
}

static bool pick_port(const struct emu_socket *e, struct emu_addr *addr)
{
	const u32 range = LAST_PORT - FIRST_PORT + 1;
	u32 from;

	if (getrandom(&from, sizeof(from), 0) != sizeof(from))
		from = 0;
	for (u32 i = 0; i < range; i++) {
		addr->port = (u16)(FIRST_PORT + (from + i) % range);
		if (!in_use(e, addr))
			return true;
	}
	return false;
}

long emu_name(int fd, struct emu_socket *e)
{
	struct sockaddr_un un;
	socklen_t len = emu_host_addr(&un, e->ino);
	long ret;

	if (e->named)
		return 0;
	ret = host(SYS_bind, fd, HP(&un), len);
	if (!ret)
		host(SYS_chmod, HP(un.sun_path), 0666);
	e->named = ret == 0;
	return ret;
}

long emu_bind_addr(int fd, struct emu_socket *e, const struct emu_addr *addr)
{
	struct emu_addr a = *addr;
	long ret;

	/* Without any address on any interface Linux lets every IPv4 address pass. */
	if (!is_any(a.ip) && (mode == NET_NONE ? !is_v4(a.ip) : !is_loopback(a.ip)) &&
	    !emu_is_group(a.ip) && !(is_v4(a.ip) && a.ip[12] >= 224)) /* ... and broadcast */
		return -EADDRNOTAVAIL;
	if (a.port && a.port < PRIVILEGED && !host_capable(CAP_NET_BIND_SERVICE))
		return -EACCES;
	if (e->local.port || e->connected)
		return -EINVAL;
	if (a.port && in_use(e, &a)) {
		emu_collect();
		if (in_use(e, &a))
			return -EADDRINUSE;
	}
	if (!a.port && !pick_port(e, &a))
		return -EADDRINUSE;
	ret = emu_name(fd, e);
	if (!ret)
		e->local = a;
	return ret;
}

static void set_loopback(struct emu_addr *a)
{
	memcpy(a->ip, is_v4(a->ip) ? v4_loop : v6_loop, 16);
}

long emu_autobind(int fd, struct emu_socket *e, const struct emu_addr *to)
{
	struct emu_addr a = e->local;
	long ret = 0;

	if (!e->local.port) {
		ret = emu_bind_addr(fd, e, &a);
		if (ret)
			return ret;
	}
	if (to && is_any(e->local.ip)) {
		memcpy(e->local.ip, to->ip, 16);
		set_loopback(&e->local);
	}
	return 0;
}

long emu_route(const struct emu_socket *e, struct emu_addr *addr)
{
	if (is_v4(addr->ip) && e->family == AF_INET6 && e->v6only)
		return -ENETUNREACH;
	if (mode == NET_NONE)
		return is_v4(addr->ip) ? -ENETUNREACH : -EADDRNOTAVAIL;
	if (is_any(addr->ip))
		set_loopback(addr);
	if (emu_is_group(addr->ip) && e->type == SOCK_DGRAM && emu_reaches_groups(e, addr->ip))
		return 0;
	return is_loopback(addr->ip) ? 0 : -ENETUNREACH;
}

/* How well a socket fits what comes from `from` (NULL: nobody in particular) to `to`, as the
 * kernel's compute_score() has it; 0: not at all. */
static int score(const struct emu_socket *e, int type, const struct emu_addr *to,
		 const struct emu_addr *from)
{
	int points = (e->family == AF_INET) == is_v4(to->ip) ? 2 : 1;

	if (!e->ino || e->type != type || e->local.port != to->port ||
	    (type == SOCK_STREAM && !e->listening))
		return 0;
	if (!memcmp(e->local.ip, to->ip, 16))
		points += 8;
	else if (!is_any(e->local.ip) || !any_covers(&e->local, e->v6only, to->ip))
		return 0;
	if (type == SOCK_STREAM || !e->connected)
		return points;
	return from && !memcmp(&e->peer, from, sizeof(*from)) ? points + 4 : 0;
}

struct emu_socket *emu_target(int type, const struct emu_addr *to, const struct emu_addr *from,
			      u32 seed)
{
	struct emu_socket *found = NULL;
	int best = 0, n = 0;

	for (u32 i = 1; i < table->used; i++) {
		int points = score(&table->socket[i], type, to, from);

		if (points < best || !points)
			continue;
		n = points > best ? 1 : n + 1;
		best = points;
		found = &table->socket[i];
	}
	if (!found || !found->reuse_port)
		return found; /* the youngest */
	n = (int)((seed * 2654435761u >> 16) % (u32)n);
	for (u32 i = 1; i < table->used; i++)
		if (score(&table->socket[i], type, to, from) == best && n-- == 0)
			return &table->socket[i];
	return found;
}

int emu_connect_port(u16 port, bool udp)
{
	int type = udp ? SOCK_DGRAM : SOCK_STREAM;
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct emu_addr to = {.port = port};
	struct emu_socket *e, *target;
	struct sockaddr_un un;
	socklen_t len = 0;

	memcpy(to.ip, v4_loop, 16);
	emu_lock();
	e = fd >= 0 ? emu_enter(fd, AF_INET, type) : NULL;
	target = emu_target(type, &to, NULL, 0);
	if (e && target && !emu_autobind(fd, e, &to)) {
		e->connected = true;
		e->peer = to;
		len = emu_host_addr(&un, target->ino);
	}
	emu_unlock();
	if (len && connect(fd, (struct sockaddr *)&un, len) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

socklen_t emu_shown(int family, const struct emu_addr *a, void *to)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(a->port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(a->port)};

	if (family == AF_INET) {
		memcpy(&in.sin_addr, a->ip + 12, 4);
		memcpy(to, &in, sizeof(in));
		return sizeof(in);
	}
	memcpy(&in6.sin6_addr, a->ip, 16);
	memcpy(to, &in6, sizeof(in6));
	return sizeof(in6);
}
