/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mm/track.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>

#include "cpu/cpu.h"
#include "host/host.h"
#include "mm/area.h"
#include "mm/mm.h"
#include "mm/uaccess.h"

bool track_on;

struct seen {
	guest_addr page;
	u8 *before;
};

static struct seen *seen;
static size_t nr_seen, max_seen;
static struct track_change *changes;
static size_t nr_changes, max_changes;

static bool has_file(const struct track_change *c)
{
	return c->call == TRACK_MMAP && !(c->flags & MAP_ANONYMOUS);
}

void track_start(void)
{
	track_stop();
	track_on = true;
	cpu_flush_all();
}

void track_stop(void)
{
	for (size_t i = 0; i < nr_seen; i++)
		free(seen[i].before);
	for (size_t i = 0; i < nr_changes; i++)
		if (has_file(&changes[i]))
			host_close_own_fd((int)changes[i].fd);
	nr_seen = nr_changes = 0;
	track_on = false;
}

bool track_seen(guest_addr page)
{
	for (size_t i = nr_seen; i-- > 0;)
		if (seen[i].page == page)
			return true;
	return false;
}

static void *room_for_one(void *list, size_t n, size_t *max, size_t size)
{
	if (n < *max)
		return list;
	*max = *max ? 2 * *max : 32;
	list = realloc(list, *max * size);
	if (!list)
		fatal("out of memory");
	return list;
}

void track_page(guest_addr page, const u8 *content)
{
	if (track_seen(page))
		return;
	seen = room_for_one(seen, nr_seen, &max_seen, sizeof(*seen));
	seen[nr_seen].page = page;
	seen[nr_seen].before = malloc(PAGE_SIZE);
	if (!seen[nr_seen].before)
		fatal("out of memory");
	host_copy(seen[nr_seen].before, content, PAGE_SIZE);
	nr_seen++;
}

static const u8 zeros[PAGE_SIZE];

/* The parent will have zeros there. */
static void forget_content(guest_addr start, u64 len)
{
	for (size_t i = 0; i < nr_seen; i++)
		if (seen[i].page >= start && seen[i].page - start < len)
			memset(seen[i].before, 0, PAGE_SIZE);
}

static void moved(guest_addr from, u64 len, guest_addr to)
{
	for (size_t i = 0; i < nr_seen; i++)
		if (seen[i].page >= from && seen[i].page - from < len)
			seen[i].page += to - from;
}

/* Shared memory without a name cannot be mapped for the parent: it gets a copy. */
#define COPY_MAX (4UL << 20)

static void copy_mapping(const struct track_change *c)
{
	for (u64 at = 0; at < MIN(c->len, COPY_MAX); at += PAGE_SIZE)
		track_page(c->addr + at, zeros);
}

void track_change(const struct track_change *c)
{
	struct track_change *new;

	changes = room_for_one(changes, nr_changes, &max_changes, sizeof(*changes));
	new = &changes[nr_changes++];
	*new = *c;
	switch (c->call) {
	case TRACK_MMAP:
		forget_content(c->addr, c->len);
		if (has_file(c)) /* the caller may close its own */
			new->fd = host_own_fd((int)host(SYS_fcntl, c->fd, F_DUPFD_CLOEXEC, 0));
		else if ((c->flags & MAP_TYPE) != MAP_PRIVATE)
			copy_mapping(c);
		break;
	case TRACK_MUNMAP:
	case TRACK_SHMAT:
		forget_content(c->addr, c->len);
		break;
	case TRACK_MADVISE:
		if (c->prot == MADV_DONTNEED)
			forget_content(c->addr, c->len);
		break;
	case TRACK_MREMAP:
		if (c->new_addr != c->addr) {
			forget_content(c->new_addr, c->new_len);
			moved(c->addr, c->len, c->new_addr);
		}
		break;
	default:
		break;
	}
}

static void make(const struct track_change *c)
{
	u32 flags = (u32)c->flags & ~(u32)MAP_FIXED_NOREPLACE;

	switch (c->call) {
	case TRACK_MMAP:
		mm_mmap(c->addr, c->len, (u32)c->prot, flags | MAP_FIXED,
			has_file(c) ? (int)c->fd : -1, c->off);
		break;
	case TRACK_MUNMAP:
		mm_munmap(c->addr, c->len);
		break;
	case TRACK_MPROTECT:
		mm_mprotect(c->addr, c->len, (u32)c->prot);
		break;
	case TRACK_BRK:
		mm_brk(c->addr);
		break;
	case TRACK_MREMAP:
		mm_mremap(c->addr, c->len, c->new_len,
			  c->new_addr == c->addr ? 0 : flags | MREMAP_MAYMOVE | MREMAP_FIXED,
			  c->new_addr);
		break;
	case TRACK_MLOCK:
		mm_mlock(c->addr, c->len, (u32)c->flags);
		break;
	case TRACK_MUNLOCK:
		mm_munlock(c->addr, c->len);
		break;
	case TRACK_MLOCKALL:
		mm_mlockall((u32)c->flags);
		break;
	case TRACK_MUNLOCKALL:
		mm_munlockall();
		break;
	case TRACK_MSEAL:
		mm_mseal(c->addr, c->len, 0);
		break;
	case TRACK_SHMAT:
		mm_shmat((int)c->prot, c->addr, c->len, (u32)c->flags | SHM_REMAP);
		break;
	case TRACK_SHMDT:
		mm_shmdt(c->addr);
		break;
	default:
		mm_madvise(c->addr, c->len, (int)c->prot);
		break;
	}
}

/* Bytes for an address, or a change, behind which its file comes. */
#define CHANGE (~0UL)
struct record {
	guest_addr addr;
	u64 len;
};

static bool write_all(int fd, const void *p, size_t n)
{
	const u8 *from = p;

	while (n) {
		long done = host(SYS_write, fd, HP(from), n);

		if (done == -EINTR)
			continue;
		if (done <= 0)
			return false;
		from += done;
		n -= (size_t)done;
	}
	return true;
}

/* 1: read, 0: end. */
static int read_all(int fd, void *p, size_t n)
{
	u8 *to = p;

	while (n) {
		long done = host(SYS_read, fd, HP(to), n);

		if (done == -EINTR)
			continue;
		if (done <= 0)
			return 0;
		to += done;
		n -= (size_t)done;
	}
	return 1;
}

/* Sends what is other than `before`. */
static bool send_page(int fd, guest_addr page, const u8 *now, const u8 *before)
{
	size_t at = 0;

	while (at < PAGE_SIZE) {
		size_t end;
		struct record r;

		while (at < PAGE_SIZE && now[at] == before[at])
			at++;
		for (end = at; end < PAGE_SIZE && now[end] != before[end];)
			end++;
		r = (struct record){page + at, end - at};
		if (end > at &&
		    (!write_all(fd, &r, sizeof(r)) || !write_all(fd, now + at, end - at)))
			return false;
		at = end;
	}
	return true;
}

union fd_message {
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int))];
};

static bool pass_file(int line, bool send, int *fd)
{
	union fd_message control = {.head = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	char byte = 0;
	struct iovec iov = {&byte, 1};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = &control,
			   .msg_controllen = sizeof(control)};
	long done;

	memcpy(CMSG_DATA(&control.head), fd, sizeof(*fd));
	do
		done = host(send ? SYS_sendmsg : SYS_recvmsg, line, HP(&m),
			    send ? MSG_NOSIGNAL : MSG_CMSG_CLOEXEC);
	while (done == -EINTR);
	if (!send)
		memcpy(fd, CMSG_DATA(&control.head), sizeof(*fd));
	return done == 1 && m.msg_controllen >= CMSG_LEN(sizeof(int));
}

static bool send_change(int line, const struct track_change *c)
{
	struct record r = {CHANGE, 1};
	int fd = (int)c->fd;

	return write_all(line, &r, sizeof(r)) && write_all(line, c, sizeof(*c)) &&
	       (!has_file(c) || pass_file(line, true, &fd));
}

/* The parent attaches before the segment goes with this process's part of it. */
static void wait_for_parent(int line)
{
	char byte;

	host(SYS_shutdown, line, SHUT_WR);
	while (host(SYS_read, line, HP(&byte), 1) == -EINTR)
		;
}

void track_send(int fd)
{
	u8 now[PAGE_SIZE];
	bool attached = false;

	for (size_t i = 0; i < nr_changes; i++) {
		if (!send_change(fd, &changes[i]))
			return;
		attached |= changes[i].call == TRACK_SHMAT;
	}
	for (size_t i = 0; i < nr_seen; i++) {
		struct vm_area *a = mm_find(seen[i].page);

		if (!a || !a->prot || host_copy(now, area_host(a, seen[i].page), PAGE_SIZE))
			continue;
		if (!send_page(fd, seen[i].page, now, seen[i].before))
			return;
	}
	if (attached)
		wait_for_parent(fd);
}

static bool receive_change(int line)
{
	struct track_change c;
	int fd = -1;

	if (!read_all(line, &c, sizeof(c)) || (has_file(&c) && !pass_file(line, false, &fd)))
		return false;
	c.fd = fd;
	make(&c);
	if (fd >= 0)
		host(SYS_close, fd);
	return true;
}

void track_receive(int fd)
{
	struct record r;
	u8 bytes[PAGE_SIZE];

	while (read_all(fd, &r, sizeof(r))) {
		struct vm_area *a;

		if (r.addr == CHANGE) {
			if (!receive_change(fd))
				return;
			continue;
		}
		if (r.len > PAGE_SIZE || !read_all(fd, bytes, r.len))
			return;
		a = mm_find(r.addr);
		if (a && r.addr + r.len <= a->end)
			host_copy(area_host(a, r.addr), bytes, r.len);
	}
}
