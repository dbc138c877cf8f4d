/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mm/track.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/cpu.h"
#include "host/host.h"
#include "mm/area.h"
#include "mm/uaccess.h"

bool track_on;

struct seen {
	guest_addr page;
	u8 *before;
};

static struct seen *seen;
static size_t nr_seen, max_seen;

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
	nr_seen = 0;
	track_on = false;
}

bool track_seen(guest_addr page)
{
	for (size_t i = nr_seen; i-- > 0;)
		if (seen[i].page == page)
			return true;
	return false;
}

void track_page(guest_addr page, const u8 *content)
{
	if (track_seen(page))
		return;
	if (nr_seen == max_seen) {
		max_seen = max_seen ? 2 * max_seen : 32;
		seen = realloc(seen, max_seen * sizeof(*seen));
		if (!seen)
			fatal("out of memory");
	}
	seen[nr_seen].page = page;
	seen[nr_seen].before = malloc(PAGE_SIZE);
	if (!seen[nr_seen].before)
		fatal("out of memory");
	host_copy(seen[nr_seen].before, content, PAGE_SIZE);
	nr_seen++;
}

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

void track_send(int fd)
{
	for (size_t i = 0; i < nr_seen; i++) {
		struct vm_area *a = mm_find(seen[i].page);
		const u8 *now, *before = seen[i].before;
		size_t at = 0;

		if (!a || !a->prot)
			continue;
		now = area_host(a, seen[i].page);
		while (at < PAGE_SIZE) {
			size_t end;
			struct record r;

			while (at < PAGE_SIZE && now[at] == before[at])
				at++;
			for (end = at; end < PAGE_SIZE && now[end] != before[end];)
				end++;
			r = (struct record){seen[i].page + at, end - at};
			if (end > at &&
			    (!write_all(fd, &r, sizeof(r)) || !write_all(fd, now + at, end - at)))
				return;
			at = end;
		}
	}
}

void track_receive(int fd)
{
	struct record r;
	u8 bytes[PAGE_SIZE];

	while (read_all(fd, &r, sizeof(r)) && r.len <= PAGE_SIZE) {
		struct vm_area *a;

		if (!read_all(fd, bytes, r.len))
			return;
		a = mm_find(r.addr);
		if (a && r.addr + r.len <= a->end)
			host_copy(area_host(a, r.addr), bytes, r.len);
	}
}
